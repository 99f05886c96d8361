"""One turn of a conversation: who speaks, where they stand, and what the answer may use."""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from limner.bots.ports import Queue, Storage
from limner.bots.replies import SetCount
from limner.bots.styles import StyleCard
from limner.queue.connection import UNREACHABLE
from limner.storage.photos import Photo
from limner.storage.users import ChatState, User

__all__ = ["CONSENT_VERSION", "Limits", "Tools", "Turn", "has_consent", "queue_may_be_away"]

logger = logging.getLogger(__name__)

CONSENT_VERSION = "2"
"""Goes up whenever `consent-text` or `consent-only-yours` changes its meaning: everybody is asked again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers an operator may choose."""

    least_photos: int = 3
    most_photos: int = 10
    most_refused: int = 30
    """Refused photos do not count in a set, and nobody may fill the store with them."""
    photo_bytes: int = 20 * 2**20  # Telegram's own limit for a download, so that all doors promise the same
    photos_an_hour: int = 120
    requests_an_hour: int = 60
    """What one person may send and ask for: more than anybody does who looks at what comes back."""
    commands_an_hour: int = 120
    """What may be asked for in one group or server, by all of its members: one every half a minute."""
    portraits: int = 8
    event_portraits: int = 4
    """What each member of an avatar event gets."""
    most_members: int = 200
    retention_days: int = 30
    """How long Face LoRAs and portraits are kept; 0: until somebody deletes them."""


def fresh_seed() -> int:
    """Draw a seed that every sampler takes: 31 bits."""
    return secrets.randbelow(2**31)


@contextmanager
def queue_may_be_away() -> Iterator[None]:
    """Pass over a queue that cannot be reached: what storage has accepted, the workers' reconciler enqueues later."""
    try:
        yield
    except UNREACHABLE as error:
        logger.warning("The queue is away (%s); the reconciler will go on.", error)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every turn may use; shared by all conversations."""

    storage: Storage
    queue: Queue
    styles: Mapping[str, StyleCard]
    limits: Limits
    seed: Callable[[], int] = fresh_seed


@dataclass(frozen=True, slots=True)
class Turn:
    """One event's turn: the person, and the state their conversation was in when it came."""

    tools: Tools
    user: User
    state: ChatState

    async def go(self, name: str, *, set_id: str | None = None, style: str | None = None) -> None:
        """Write the next state down; what is not given stays as it was."""
        following = ChatState(name, set_id or self.state.set_id, style or self.state.style)
        if following != self.state:
            await self.tools.storage.users.set_state(self.user.id, following)

    async def photos(self, set_id: str | None = None) -> list[Photo]:
        """List the photos of the open set, which whoever knows it already may name."""
        photos = self.tools.storage.photos
        found = await photos.of_set(set_id or await photos.open_set(self.user.id))
        return [photo for photo in found if photo.state != "deleted"]

    async def count(self) -> SetCount:
        """Count the open set."""
        return self.counted(await self.photos())

    def counted(self, photos: list[Photo]) -> SetCount:
        """Count these photos against the limits."""
        states = [photo.state for photo in photos]
        limits = self.tools.limits
        return SetCount(
            good=states.count("accepted"),
            checking=states.count("received"),
            refused=states.count("refused"),
            least=limits.least_photos,
            most=limits.most_photos,
        )


async def has_consent(turn: Turn) -> bool:
    """Say whether the person agreed to the text of today."""
    return await turn.tools.storage.users.has_consent(turn.user.id, CONSENT_VERSION)
