"""What the conversation needs of storage and of the queue, and nothing more.

`limner.storage.Storage` and `limner.queue.client.QueueClient` fulfil these; so do the doubles of the tests, which pass
the same contract tests.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from limner.queue.messages import CopyPortrait, ExaminePhoto, MakePortraits, MakePoster, News
from limner.storage.events import AvatarEvent, Counts, Member, NewEvent
from limner.storage.galleries import Show
from limner.storage.outbox import Notice
from limner.storage.photos import Photo
from limner.storage.portraits import Portrait
from limner.storage.quota import Balance
from limner.storage.requests import Request
from limner.storage.sitters import Sitter
from limner.storage.users import ChatState, User

__all__ = ["NewsSource", "Queue", "Storage"]


class Users(Protocol):
    """Users, their consent and the state of their conversation."""

    async def get_or_create(self, platform: str, platform_id: str, language: str = "en") -> User:
        """Find the user of a platform account, or make it."""

    async def get(self, user_id: str) -> User:
        """Find one by id; NotFoundError where there is none."""

    async def community(self, platform: str, place_id: str, language: str = "en") -> User:
        """Find the user that a group or server is itself, or make it."""

    async def set_language(self, user_id: str, language: str) -> None:
        """Change the language that somebody is spoken to in."""

    async def record_consent(self, user_id: str, text_version: str) -> None:
        """Write a consent down."""

    async def has_consent(self, user_id: str, text_version: str) -> bool:
        """Tell whether this text was agreed to."""

    async def get_state(self, user_id: str) -> ChatState:
        """Give the conversation's state."""

    async def set_state(self, user_id: str, state: ChatState) -> None:
        """Replace the conversation's state."""


class Photos(Protocol):
    """Photos of the set that a person is collecting."""

    async def open_set(self, user_id: str) -> str:
        """Give the set being collected, or begin one."""

    async def add(self, user_id: str, set_id: str, data: bytes, dedupe_key: str | None = None) -> Photo:
        """Keep a photo; DuplicatePhotoError for one that is there already."""

    async def get(self, photo_id: str, user_id: str) -> Photo:
        """Find one by id; NotFoundError where there is none."""

    async def of_set(self, set_id: str) -> Sequence[Photo]:
        """List a set's photos, oldest first."""

    async def remove(self, photo_id: str, user_id: str) -> None:
        """Delete a photo."""

    async def clear_set(self, set_id: str) -> int:
        """Delete all photos of a set."""

    async def close_set(self, set_id: str) -> bool:
        """Let a set take no more photos."""

    async def delete_originals(self, set_id: str) -> int:
        """Delete what was sent, and close the set."""

    async def embeddings(self, set_id: str) -> Mapping[str, bytes]:
        """Give the embedding of every accepted photo of a set."""

    async def thumbnail(self, photo_id: str, user_id: str) -> bytes | None:
        """Give a photo's thumbnail, None before it was looked at."""


class Requests(Protocol):
    """Requests for portraits."""

    async def accept(  # noqa: PLR0913  what a request says, by keyword
        self,
        user_id: str,
        set_id: str,
        style: str,
        count: int,
        seed: int,
        key: str | None = None,
        *,
        event_id: str | None = None,
        payer_id: str | None = None,
        templated: bool = False,
    ) -> Request:
        """Reserve quota (of the payer, by default the user) and queue a request, once for each key.

        A `templated` one takes over the template that waits. QuotaExceededError where too little is left.
        """

    async def keyed(self, user_id: str, key: str) -> Request | None:
        """Find a user's request by the key it was accepted with."""

    async def cancel(self, request_id: str) -> bool:
        """Stop a request; doing it twice changes nothing."""

    async def get(self, request_id: str) -> Request:
        """Find one by id; NotFoundError where there is none."""

    async def of_user(self, user_id: str, limit: int = 10) -> Sequence[Request]:
        """List a user's requests, newest first."""

    async def active(self, user_id: str) -> Sequence[Request]:
        """List a user's requests that have not ended."""

    async def pace(self) -> float | None:
        """Tell how many seconds the latest requests took; None before the first."""

    async def has_preview(self, request_id: str) -> bool:
        """Tell whether a request under way has a first sketch."""

    async def read_preview(self, request_id: str, user_id: str) -> bytes:
        """Give the sketch to its owner; NotFoundError where there is none (any more)."""


class Templates(Protocol):
    """Pictures in whose place people want to be painted."""

    async def keep(self, user_id: str, picture: bytes) -> None:
        """Keep one for the next request, in place of the one that waited."""

    async def waits(self, user_id: str) -> bool:
        """Tell whether there is one for the next request."""

    async def drop(self, user_id: str) -> bool:
        """Delete the one that waits; False where there is none."""


class Sitters(Protocol):
    """Whose face an account has had painted."""

    async def keep(self, user_id: str, set_id: str, embedding: bytes, consent_version: str | None = None) -> None:
        """Write a sitter down, maybe with the version of the text by which they are said to have agreed."""

    async def of_user(self, user_id: str) -> Sequence[Sitter]:
        """List everybody whom an account has had painted."""


class Rates(Protocol):
    """How often somebody may do something."""

    async def take(self, user_id: str, what: str, *, most: int, per: timedelta) -> timedelta:
        """Count one thing more and return zero; or return how long to wait, and count nothing."""


class Events(Protocol):
    """Avatar events of communities, and who takes part."""

    async def create(self, new: NewEvent) -> AvatarEvent:
        """Open an event; EventOpenError where the community has one."""

    async def get(self, event_id: str) -> AvatarEvent:
        """Find one by id; NotFoundError where there is none."""

    async def of_community(self, community_id: str) -> AvatarEvent | None:
        """Find a community's event that has not ended, else its latest."""

    async def unfinished(self, platform: str) -> Sequence[AvatarEvent]:
        """List the events of which something is still to be done."""

    async def join(self, event_id: str, user_id: str, name: str, *, gallery: bool) -> bool:
        """Let somebody take part; EventClosedError, EventFullError, NotFoundError."""

    async def leave(self, event_id: str, user_id: str) -> bool:
        """Let somebody take part no more."""

    async def set_gallery(self, event_id: str, user_id: str, *, gallery: bool) -> None:
        """Say whether a member's portrait may be shown; NotFoundError for somebody else."""

    async def member(self, event_id: str, user_id: str) -> Member | None:
        """Find somebody who takes part."""

    async def joining(self, user_id: str) -> AvatarEvent | None:
        """Find the event that somebody has joined and has nothing of yet."""

    async def served(self, event_id: str, user_id: str) -> bool:
        """Tell whether somebody has their portraits of an event, or they are under way."""

    async def tries(self, event_id: str, user_id: str) -> int:
        """Count a member's requests that came to nothing."""

    async def counts(self, event_id: str) -> Counts:
        """Count members and portraits."""

    async def waiting(self, event_id: str) -> Sequence[str]:
        """List the requests that nobody has begun."""

    async def move(self, event_id: str, before: str, after: str) -> bool:
        """Take an event from one state to another."""

    async def note(self, event_id: str, **values: str | bool | int | None) -> None:
        """Write down what was told."""


class Galleries(Protocol):
    """What events show in public."""

    async def due(self, event_id: str) -> Sequence[Show]:
        """List the portraits that may be shown and are not yet."""

    async def on_show(self, event_id: str) -> Sequence[Show]:
        """List the portraits that are shown."""

    async def shown(self, event_id: str, user_id: str, reference: str) -> None:
        """Write down that a portrait is posted."""

    async def stale(self, event_id: str) -> Sequence[str]:
        """List the posts that must be taken away."""

    async def taken_away(self, event_id: str, reference: str) -> None:
        """Write down that a post is gone."""

    async def want_poster(self, event_id: str) -> None:
        """Ask for the first poster."""

    async def read_poster(self, event_id: str) -> bytes:
        """Give the newest poster; NotFoundError where there is none."""

    async def give_up(self, event_id: str) -> None:
        """End everything that concerns a place which is gone."""


class FaceLoras(Protocol):
    """What was learned of sitters."""

    async def learned(self, set_id: str) -> bool:
        """Tell whether a set has a Face LoRA, so that its next request needs no training."""


class Portraits(Protocol):
    """Finished portraits."""

    async def of_request(self, request_id: str) -> Sequence[Portrait]:
        """List a request's portraits, best first."""

    async def of_user(self, user_id: str, limit: int = 100) -> Sequence[Portrait]:
        """List a user's portraits, the newest request first, the best first within it."""

    async def read(self, portrait_id: str, user_id: str) -> bytes:
        """Give a portrait's PNG to its owner."""


class Quota(Protocol):
    """The account of a person."""

    async def balance(self, user_id: str) -> Balance:
        """Tell how an account stands."""


class Outbox(Protocol):
    """What people must still be told."""

    async def pending(self, platform: str, limit: int = 100) -> Sequence[Notice]:
        """List what a platform's people were not told yet, oldest first."""

    async def of_user(self, platform: str, user_id: str) -> Sequence[Notice]:
        """List all that one user was not told yet on a platform, oldest first."""

    async def delivered(self, notice_id: str) -> bool:
        """Mark a notice as delivered."""


class Receipt(Protocol):
    """What was deleted when a person was forgotten."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def photos(self) -> int:
        """How many there were."""

    @property
    def portraits(self) -> int:
        """How many there were."""

    @property
    def face_loras(self) -> int:
        """How many Face LoRAs."""

    @property
    def key_destroyed(self) -> bool:
        """Whether copies can still be read (never, if true)."""


class Owed(Protocol):
    """A receipt that was not told yet."""

    @property
    def platform_id(self) -> str:
        """Whom it is owed to, as their platform knows them."""

    @property
    def receipt(self) -> Receipt:
        """What was deleted."""


class Receipts(Protocol):
    """Where owed receipts are kept."""

    async def owed(self, platform: str) -> Sequence[Owed]:
        """List the receipts that a platform owes, the oldest first."""

    async def told(self, platform: str, platform_id: str) -> None:
        """Drop what was owed to a person."""


class Storage(Protocol):
    """Storage, by subject."""

    @property
    def users(self) -> Users:
        """Where users are kept."""

    @property
    def photos(self) -> Photos:
        """Where they are kept."""

    @property
    def templates(self) -> Templates:
        """Where they are kept until a request takes them over."""

    @property
    def sitters(self) -> Sitters:
        """Whose face an account has had painted."""

    @property
    def rates(self) -> Rates:
        """Where it is counted."""

    @property
    def requests(self) -> Requests:
        """Where requests are kept."""

    @property
    def face_loras(self) -> FaceLoras:
        """Where they are kept."""

    @property
    def portraits(self) -> Portraits:
        """Where they are kept."""

    @property
    def events(self) -> Events:
        """Where avatar events are kept."""

    @property
    def galleries(self) -> Galleries:
        """Where it is kept what they show."""

    @property
    def quota(self) -> Quota:
        """Where accounts are kept."""

    @property
    def outbox(self) -> Outbox:
        """Where notices are kept."""

    @property
    def receipts(self) -> Receipts:
        """Where owed receipts are kept."""

    async def forget(self, user_id: str, *, tell: bool = False) -> Receipt:
        """Delete everything of a user, the key first."""


class Queue(Protocol):
    """The way to the workers. Every method may raise `limner.queue.connection.UNREACHABLE`."""

    async def examine_photo(self, command: ExaminePhoto) -> None:
        """Have a photo looked at; asking twice is harmless."""

    async def make_portraits(self, command: MakePortraits) -> None:
        """Have portraits made; asking twice is harmless."""

    async def make_poster(self, command: MakePoster) -> None:
        """Have an event's poster made; asking twice is harmless."""

    async def copy_portrait(self, command: CopyPortrait) -> None:
        """Have a copy of a portrait made; asking twice is harmless."""

    async def cancel(self, request_id: str, attempt: int = 1) -> None:
        """Stop a request; doing it twice changes nothing."""

    async def forget(self, user_id: str) -> None:
        """Take out what the queue holds of somebody who is gone from storage, and stop what is being painted."""

    async def position(self, request_id: str) -> int | None:
        """Tell a request's place in the queue, 1 for the next; None where it does not wait."""


class NewsSource(Protocol):
    """The way back: a stream of news."""

    async def latest_news(self) -> str:
        """Give the id of the newest entry."""

    def listen(self, last_id: str) -> AsyncIterator[tuple[str, News]]:
        """Yield news after an id, for ever."""
