"""What can happen in a conversation: the commands and buttons of a person, and the news of their photos and requests.

An adapter translates its platform's updates into these and knows nothing else of the conversation. Delivery brings the
last two: the queue's own `PhotoExamined`, and `RequestFinished`.
"""

from dataclasses import dataclass

from limner.queue.messages import PhotoExamined

__all__ = [
    "AgainAsked",
    "CancelAsked",
    "ConsentGiven",
    "Event",
    "EventBegun",
    "EventGallery",
    "EventJoined",
    "EventLeft",
    "ForgetAsked",
    "ForgetConfirmed",
    "LanguageChosen",
    "PhotoExamined",
    "PhotoReceived",
    "PhotoRemoved",
    "PhotosCleared",
    "PhotosDone",
    "PhotosMoreAsked",
    "QuotaAsked",
    "RequestFinished",
    "SitterAgreed",
    "SitterDenied",
    "Started",
    "StatusAsked",
    "StyleChosen",
    "StylesAsked",
    "TemplateReceived",
]


@dataclass(frozen=True, slots=True)
class Started:
    """The person opened the chat: the first time, or again."""


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The person wants to be spoken to in this language, or the closest there is (a BCP 47 code)."""

    language: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The person agreed to the consent text of this version."""

    version: str


@dataclass(frozen=True, slots=True)
class PhotoReceived:
    """A photo arrived, already fetched from the platform.

    `dedupe_key` is the platform's own word for "the same file" (Telegram's file_unique_id), if it has one. `again` says
    that this very message may have been taken before, by a process that was killed: then it is answered as it was then.
    """

    data: bytes
    name: str = ""
    dedupe_key: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class TemplateReceived:
    """A picture arrived in whose place the person wants to be painted, already fetched from the platform."""

    data: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class PhotoRemoved:
    """The person took one photo back."""

    photo_id: str


@dataclass(frozen=True, slots=True)
class PhotosCleared:
    """The person took every photo of the open set back."""


@dataclass(frozen=True, slots=True)
class PhotosDone:
    """The person has no more photos to send."""


@dataclass(frozen=True, slots=True)
class PhotosMoreAsked:
    """The person wants to begin with new photos (of themselves or of somebody who agreed)."""


@dataclass(frozen=True, slots=True)
class SitterAgreed:
    """The person says that whoever is seen in this set agreed to be painted."""

    set_id: str


@dataclass(frozen=True, slots=True)
class SitterDenied:
    """The person has no permission of whoever is seen in this set."""

    set_id: str


@dataclass(frozen=True, slots=True)
class StylesAsked:
    """The person wants to see the styles."""


@dataclass(frozen=True, slots=True)
class PreviewDrawn:
    """A request under way has a first sketch; its portraits follow."""

    request_id: str


@dataclass(frozen=True, slots=True)
class StyleChosen:
    """The person chose a style: that is a request for portraits, one for each `key` however often it comes."""

    style: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class AgainAsked:
    """More of a request's portraits, or of the latest one's, from other seeds; once for each `key`."""

    request_id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """Stop the request that is waiting or under way."""


@dataclass(frozen=True, slots=True)
class QuotaAsked:
    """The person wants to know how many portraits are left."""


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """Somebody wants to know where we are: everything an adapter needs to draw the conversation anew."""


@dataclass(frozen=True, slots=True)
class ForgetAsked:
    """The person asked to be forgotten; nothing happens before `ForgetConfirmed`."""


@dataclass(frozen=True, slots=True)
class ForgetConfirmed:
    """The person confirmed: delete everything."""


@dataclass(frozen=True, slots=True)
class EventJoined:
    """The person wants to take part in a community's avatar event, under this name; or to see how they stand in it."""

    event_id: str
    name: str
    gallery: bool = False


@dataclass(frozen=True, slots=True)
class EventGallery:
    """The person wants their portrait to be shown in an event's gallery, or not (any more)."""

    event_id: str
    gallery: bool


@dataclass(frozen=True, slots=True)
class EventLeft:
    """The person takes part in an event no more."""

    event_id: str


@dataclass(frozen=True, slots=True)
class EventBegun:
    """The person wants their portraits of an event now, with the face that is known."""

    event_id: str


@dataclass(frozen=True, slots=True)
class RequestFinished:
    """News: a request was made, failed or was cancelled; the outcome lies in storage."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RequestRetried:
    """News: the operator has a request that failed tried again, as this new one."""

    request_id: str


Event = (
    Started
    | LanguageChosen
    | ConsentGiven
    | PhotoReceived
    | TemplateReceived
    | PhotoRemoved
    | PhotosCleared
    | PhotosDone
    | PhotosMoreAsked
    | SitterAgreed
    | SitterDenied
    | StylesAsked
    | PreviewDrawn
    | StyleChosen
    | AgainAsked
    | CancelAsked
    | QuotaAsked
    | StatusAsked
    | ForgetAsked
    | ForgetConfirmed
    | EventJoined
    | EventGallery
    | EventLeft
    | EventBegun
    | PhotoExamined
    | RequestFinished
    | RequestRetried
)
