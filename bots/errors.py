"""Everything that the bots raise on purpose.

::

    BotsError
    ├── MissingWordsError      no catalogue has words for a text
    ├── BadEventError          a page sent something that is no event
    ├── BadUploadError         a body that holds no photos in the form we read
    ├── CrowdedError           one address asks for too much at the web chat's door
    ├── NotSignedInError       a session cookie is missing or was not made here
    ├── NoWayError             nothing leads to a person at the moment
    ├── UnfetchableError       a photo cannot be had from the platform, for a reason that people can be told
    ├── PlaceGoneError         the group or channel of an avatar event is gone, or will not have the bot
    └── RefusedBotError        the platform will not work with this bot: a wrong token, or another process has it

Storage's and the queue's own errors pass through: the rim of one update turns whatever is left into "that went wrong".
"""

__all__ = [
    "BadEventError",
    "BadUploadError",
    "BotsError",
    "CrowdedError",
    "MissingWordsError",
    "NoWayError",
    "NotSignedInError",
    "PlaceGoneError",
    "RefusedBotError",
    "UnfetchableError",
]


class BotsError(Exception):
    """The root of this folder's errors."""


class MissingWordsError(BotsError):
    """No catalogue has words for a text."""

    def __init__(self, text: str) -> None:
        super().__init__(f"No catalogue has words for {text!r}; add them to bots/words/en.ftl.")
        self.text = text


class BadEventError(BotsError):
    """What a page sent is no event of the conversation."""


class BadUploadError(BotsError):
    """A body that holds no photos in the form we read."""


class CrowdedError(BotsError):
    """One address asks for too much: `text` are the words for it, `wait_s` the seconds until it may ask again."""

    def __init__(self, text: str, wait_s: float) -> None:
        super().__init__(f"One address asks for too much ({text}); in {wait_s:.0f} s it may again.")
        self.text = text
        self.wait_s = wait_s


class NotSignedInError(BotsError):
    """A session cookie is missing or was not made by this server."""


class NoWayError(BotsError):
    """Nothing leads to a person at the moment: what is for them waits until they are heard of again."""

    def __init__(self, platform: str) -> None:
        super().__init__(f"Nothing leads to this person of {platform} at the moment; what is for them waits.")


class UnfetchableError(BotsError):
    """A photo cannot be had from the platform; `reason` is one that the words know."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The photo cannot be fetched: {reason}.")
        self.reason = reason


class PlaceGoneError(BotsError):
    """The place of an avatar event is gone, or will not have the bot; the message says which and why."""


class RefusedBotError(BotsError):
    """The platform will not work with this bot; the message says why and what to do."""
