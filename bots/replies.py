"""What the conversation answers. An adapter turns each reply into its platform's form.

Replies carry ids, numbers and text ids, never sentences: `limner.bots.words` has those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from limner.bots.styles import StyleCard
from limner.storage.events import AvatarEvent, Member
from limner.storage.photos import Photo
from limner.storage.portraits import Portrait
from limner.storage.quota import Balance
from limner.storage.requests import Request

__all__ = [
    "ConsentAsked",
    "EventShown",
    "ForgetQuestion",
    "Forgotten",
    "Overview",
    "PhotoAccepted",
    "PhotoDeleted",
    "PhotoRefused",
    "PhotoTaken",
    "PhotosShown",
    "PortraitsReady",
    "ProgressShown",
    "QueueMoved",
    "QuotaShort",
    "QuotaShown",
    "Reply",
    "RequestAccepted",
    "RequestEnded",
    "Said",
    "SetCount",
    "SitterAsked",
    "StatusShown",
    "StylesShown",
    "TextArgs",
]

TextArgs = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: the id of its words and what to fill in."""

    text: str
    args: TextArgs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """Show the consent text of this version and a button that agrees to it."""

    version: str


@dataclass(frozen=True, slots=True)
class SitterAsked:
    """Ask whether whoever is seen in this set agreed: it is somebody else than before. Answered by yes or no."""

    set_id: str


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """A photo is stored and will be looked at. `name` is the file's, as the person sent it."""

    photo_id: str
    name: str


@dataclass(frozen=True, slots=True)
class PhotoAccepted:
    """A photo is good."""

    photo_id: str


@dataclass(frozen=True, slots=True)
class PhotoRefused:
    """A photo cannot be used, for this reason. `photo_id` is None where it was not even stored."""

    reason: str
    photo_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class PhotoDeleted:
    """A photo is gone, as the person wished."""

    photo_id: str


@dataclass(frozen=True, slots=True)
class SetCount:
    """How the open set stands: photos that are good, still being looked at, refused; and how many it takes."""

    good: int
    checking: int
    refused: int
    least: int
    most: int

    @property
    def enough(self) -> bool:
        """Say whether the set may be used."""
        return self.good >= self.least

    @property
    def full(self) -> bool:
        """Say whether the set takes no further photo. Refused ones do not count; `Limits.most_refused` bounds those."""
        return self.good + self.checking >= self.most


@dataclass(frozen=True, slots=True)
class PhotosShown:
    """Show how the open set stands (a status line, to be edited rather than repeated)."""

    count: SetCount


@dataclass(frozen=True, slots=True)
class StylesShown:
    """Show the gallery of styles to choose from."""

    styles: tuple[StyleCard, ...]


@dataclass(frozen=True, slots=True)
class RequestAccepted:
    """A request is written down and will end in portraits, a cancellation or a failure with its reason.

    `position` is its place in the queue (1 is next), None where that is not known or it is being worked on already.
    """

    request: Request
    position: int | None


@dataclass(frozen=True, slots=True)
class QueueMoved:
    """A waiting request has this place now, and its turn in about `wait_s` seconds. May be dropped."""

    request_id: str
    position: int
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class ProgressShown:
    """How far a request is. May be dropped.

    `stage` is ``prepare``, ``train`` or ``render``; `eta_s` the seconds left in this stage, None where nobody knows.
    """

    request_id: str
    stage: str
    done: int
    total: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class PreviewReady:
    """The first sketch of a request, for the person alone. Dropped once the request has ended.

    `wait_s`: about how long the portraits take, in seconds; None where nobody knows.
    """

    request: Request
    wait_s: float | None


@dataclass(frozen=True, slots=True)
class PortraitsReady:
    """The portraits of a request, the best first. Never dropped."""

    request: Request
    portraits: tuple[Portrait, ...]


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """A request ended without portraits; its state and reason say how. Never dropped."""

    request: Request


@dataclass(frozen=True, slots=True)
class QuotaShown:
    """How the account stands."""

    balance: Balance


@dataclass(frozen=True, slots=True)
class QuotaShort:
    """The request was not accepted: more portraits were wanted than are left."""

    wanted: int
    available: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class ForgetQuestion:
    """Ask whether everything shall really be deleted."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything is deleted: the receipt. There is no user any more who could be told later."""

    at: datetime
    photos: int
    portraits: int
    face_loras: int
    key_destroyed: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything an adapter needs to draw a conversation anew.

    `has_face` says that a style may be chosen without new photos; `preview` that the active request has a sketch;
    `template` that the next style is painted into a template.
    `finished` are the latest requests that ended, the oldest first, each with its portraits (none where it failed or
    was cancelled).
    """

    state: str
    consented: bool
    consent_version: str
    photos: tuple[Photo, ...]
    count: SetCount
    has_face: bool
    style: str | None
    active: Request | None
    position: int | None
    preview: bool
    finished: tuple[PortraitsReady, ...]
    balance: Balance
    template: bool = False


@dataclass(frozen=True, slots=True)
class EventShown:
    """Show an avatar event to somebody who takes part: what it is, and what they can do.

    `ready` says that portraits can be asked for now, without further photos; `served` that they have theirs or that
    they are under way.
    """

    event: AvatarEvent
    member: Member
    ready: bool
    served: bool


@dataclass(frozen=True, slots=True)
class StatusShown:
    """Where we are."""

    overview: Overview


Reply = (
    Said
    | ConsentAsked
    | SitterAsked
    | PhotoTaken
    | PhotoAccepted
    | PhotoRefused
    | PhotoDeleted
    | PhotosShown
    | StylesShown
    | RequestAccepted
    | QueueMoved
    | ProgressShown
    | PreviewReady
    | PortraitsReady
    | RequestEnded
    | QuotaShown
    | QuotaShort
    | ForgetQuestion
    | Forgotten
    | StatusShown
    | EventShown
)
