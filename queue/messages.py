"""All that bots and workers say to each other.

Commands are imperative and go from a bot to a worker; news are past and go from a worker to the bots. They carry ids
and never images. `REASONS` lists every reason that news or a stored request can give: whoever talks to people needs
words for each.
"""

from dataclasses import dataclass

# Why a photo was refused. The engine's own list, repeated because bots must not import the engine; a test compares.
REFUSALS = frozenset(
    {
        "not_an_image",
        "truncated",
        "empty",
        "too_many_pixels",
        "too_large",
        "animated",
        "no_face",
        "several_faces",
        "face_too_small",
        "blurred",
        "too_dark",
        "too_bright",
        "turned_away",
        "too_young",
        "another_person",
        "duplicate",
        "unsupported_format",
        "too_slow",  # ours: looking at this photo did not come to an end
        "check_failed",  # ours: looking at this photo ended the examiner three times
    }
)
# Why a request failed: the engine's answers that a person can make something of, and ours when it died three times.
# Its other answers (a damaged installation) are told as "internal"; the worker's log has them.
FAILURES = frozenset(
    {
        "too_few_photos",
        "no_memory",
        "unknown_style",
        "bad_style",
        "unknown_base",
        "bad_lora",
        "nan",
        "blocked",
        "template_unreadable",
        "template_no_face",
        "template_too_few_sitters",
        "template_too_many_sitters",
        "template_bad_choice",
        "internal",
        "engine_failed",
    }
)
REASONS = REFUSALS | FAILURES


@dataclass(frozen=True, slots=True)
class ExaminePhoto:
    """Look at one stored photo and accept or refuse it."""

    photo_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class MakePortraits:
    """Make the portraits of one accepted request. `attempt` is the stored request's, from 0.

    `event_id` and `trained` (there is a Face LoRA already) decide its place in the line and nothing else.
    """

    request_id: str
    user_id: str
    attempt: int
    event_id: str | None = None
    trained: bool = False


@dataclass(frozen=True, slots=True)
class MakePoster:
    """Make one version of an avatar event's poster of the portraits that are on show."""

    event_id: str
    version: int


@dataclass(frozen=True, slots=True)
class CopyPortrait:
    """Write a portrait anew as a JPEG of at most so many bytes; `square`: cut for an avatar."""

    portrait_id: str
    user_id: str
    most_bytes: int
    square: bool


@dataclass(frozen=True, slots=True)
class PhotoExamined:
    """A photo was accepted, or refused with a reason of `REFUSALS`."""

    user_id: str
    photo_id: str
    accepted: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Progressed:
    """A request came on: `done` of `total` of a stage ('prepare', 'train', 'render'), `eta_s` seconds left in it."""

    user_id: str
    request_id: str
    stage: str
    done: int
    total: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class PreviewMade:
    """The first sketch of a request lies in storage; its portraits follow."""

    user_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class PortraitsMade:
    """The portraits of a request lie in storage."""

    user_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request ended without portraits, for a reason of `FAILURES`; its quota is back."""

    user_id: str
    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RequestCancelled:
    """A request was taken back; its quota is back."""

    user_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A waiting request has this place in the queue now; 1 is next. `wait_s`: its turn is about so far away."""

    user_id: str
    request_id: str
    position: int
    wait_s: float | None = None


Command = ExaminePhoto | MakePortraits | MakePoster | CopyPortrait
News = PhotoExamined | Progressed | PreviewMade | PortraitsMade | RequestFailed | RequestCancelled | Moved
