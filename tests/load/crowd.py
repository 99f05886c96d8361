"""A crowd in Telegram: everybody sends a few photos at random moments, and each photo's way is timed."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from limner.storage import Storage
from limner.tests.fakes.telegram import Person, TelegramServer
from limner.tests.load.pictures import selfies
from limner.tests.load.watched import WatchedUpdates

PHOTOS = 3


@dataclass
class Crowd:
    """Everybody, and what they have sent."""

    server: TelegramServer
    updates: WatchedUpdates
    people: Sequence[Person]
    sent: list[tuple[int, int, float]] = field(default_factory=list)
    """Update id, chat and wall clock of each photo."""

    async def send(self, seconds: float, seed: int) -> None:
        """Send everybody's photos at random moments of some seconds."""
        chance, pictures = random.Random(seed), selfies(PHOTOS)
        moments = [sorted(chance.uniform(0, seconds) for _ in range(PHOTOS)) for _ in self.people]
        plan = sorted((at, n, k) for n, times in enumerate(moments) for k, at in enumerate(times))
        began = time.monotonic()
        for at, n, k in plan:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            await self.people[n].photo(pictures[k])
            self.sent.append((self.updates.newest, self.people[n].chat.id, time.time()))

    def acknowledged(self) -> list[float]:
        """List the seconds from there to confirmed, of the photos that were."""
        updates = self.updates
        return [updates.confirmed[one] - updates.available[one] for one, _, _ in self.sent if one in updates.confirmed]

    def seen(self) -> list[float]:
        """List the seconds from each person's first photo to the first sign of it in their chat."""
        first: dict[int, float] = {}
        for update_id, chat_id, _ in self.sent:
            first.setdefault(chat_id, self.updates.available[update_id])
        signs: dict[int, float] = {}
        for call in self.server.calls:
            if call.messages and call.chat_id in first and call.at >= first[call.chat_id]:
                signs.setdefault(call.chat_id, call.at)
        return [at - first[chat_id] for chat_id, at in signs.items()]


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies in storage in the end; `waits_s` are the seconds from sent to stored."""

    photos: int
    examined: int
    people_short: int
    waits_s: list[float]


async def kept_of(storage: Storage, crowd: Crowd) -> Kept:
    """Look what storage holds of what a crowd has sent."""
    sent: dict[int, list[float]] = {}
    for _, chat_id, at in crowd.sent:
        sent.setdefault(chat_id, []).append(at)
    photos, examined, short, waits = 0, 0, 0, list[float]()
    for chat_id, times in sent.items():
        user = await storage.users.get_or_create("telegram", str(chat_id))
        found = await storage.photos.of_set(await storage.photos.open_set(user.id))
        photos += len(found)
        examined += sum(photo.state == "accepted" for photo in found)
        short += len({photo.sha256 for photo in found}) != len(times)
        waits += [photo.created_at.timestamp() - at for photo, at in zip(found, times, strict=False)]
    return Kept(photos, examined, short, waits)
