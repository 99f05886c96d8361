"""One person on Discord who asks for portraits again and again, first of all as a member of an avatar event, perhaps.

What the bot does not answer within three seconds failed, as Discord shows it, and the person does it once more.
Remembers everything that was asked, and who may see the portrait that an event shows. Whoever waits in vain says so
instead of going on.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from limner.bots.discord.messages.buttons import AGREE, GALLERY, PHOTOS, read
from limner.tests.fakes.discord import Asked, Channel, Person, PersonError, Seen, Upload
from limner.tests.load.home import STYLE
from limner.tests.load.pictures import small

ANSWER_S = 3.2
"""Discord waits three seconds for a first answer; then the person reads that the application did not respond."""

PAUSE_S = (0.1, 1.0)
THINKING_S = (0.0, 4.0)
"""Between portraits and the next wish."""

AGAIN, WITH_FORM = 0.4, 0.4
MOST_ASIDE = 3
"""So many other things are asked for while portraits are painted."""

QUICK = ("status", "quota", "styles")
TAKE_PART, MY_STATUS, SHOW_MINE, REMOVE_MINE = "Take part", "My status", "Show mine to the group", "Remove mine"


class InVainError(Exception):
    """What a person waited for did not come."""


@dataclass
class Guest:
    """A person of the run; `patience_s` is how long they wait for one thing."""

    person: Person
    general: Channel
    chance: random.Random
    patience_s: float
    member: bool
    asked: list[Asked] = field(default_factory=list)
    """Everything that was done, also what was not answered."""
    shows: bool = False
    """Whether everybody may see this member's portrait of the event."""
    has_shown: bool = False
    repeated: int = 0
    """What failed and was done again."""
    in_vain: str | None = None
    sets: int = 0
    """How many sets of photos were given."""

    async def live(self, over: asyncio.Event) -> None:
        """Take part, then have one set after the other painted until it is over."""
        try:
            await (self._take_part() if self.member else self._have_painted())
            while not over.is_set():
                await asyncio.sleep(self.chance.uniform(*THINKING_S))
                await self._have_painted()
        except (InVainError, PersonError) as error:
            last = [seen.text for seen in self.person.messages(self.general)[-3:]]
            self.in_vain = f"{self.person.user.username}: {error}; saw last {last}"

    def results(self) -> Iterator[tuple[str, Seen]]:
        """Find the messages below which there is more of a request to be had, with that request's id."""
        for place in (self.general, None):
            for seen in self.person.messages(place):
                pressed = [read(part.get("custom_id", "")) for part in seen.components]
                yield from ((one.argument, seen) for one in pressed if one.name == "again")

    async def insist(self, act: Callable[[], Awaitable[Asked]]) -> Asked:
        """Do something, and do it again for as long as it is not answered; give what was done last."""
        asked: Asked | None = None
        async with patience(self.patience_s, "an answer"):
            while asked is None or asked.interaction.answer is None:
                try:
                    asked = await act()
                except PersonError:
                    if asked is None:
                        raise
                    return asked  # the button is gone, so it took effect, though nobody said so
                self.asked.append(asked)
                await self._answered(asked)
        return asked

    async def until(self, reached: Callable[[], bool], what: str) -> None:
        """Wait for something to be seen."""
        async with patience(self.patience_s, what):
            while not reached():
                await self.person.world.changed.wait()

    async def _answered(self, asked: Asked) -> None:
        try:
            await asked.answered(ANSWER_S)
        except PersonError:
            self.repeated += 1
            await asyncio.sleep(self.chance.uniform(*PAUSE_S))

    async def _take_part(self) -> None:
        known = self._known()
        self.shows = self.has_shown = self.chance.random() < 0.5
        form = await self.insist(lambda: self.person.press(TAKE_PART, at=self.general))
        ticks = {PHOTOS: self._photos(), AGREE: [AGREE], GALLERY: [GALLERY] if self.shows else []}
        await self.insist(lambda: self.person.submit(form, ticks))
        await self._more_than(known)
        if self.chance.random() < 0.5:
            await (self._remove() if self.shows else self._show())

    async def _show(self) -> None:
        self.has_shown = True
        card = await self.insist(lambda: self.person.press(MY_STATUS, at=self.general))
        message_id = (await card.message(timeout_s=self.patience_s)).message_id
        await self.insist(lambda: self.person.press(SHOW_MINE, at=self.general, message_id=message_id))
        self.shows = True

    async def _remove(self) -> None:
        await self.until(lambda: self._post() is not None, "the own portrait in the gallery")
        place, message_id = self._post() or (self.general, 0)
        await self.insist(lambda: self.person.press(REMOVE_MINE, at=place, message_id=message_id))
        self.shows = False

    def _post(self) -> tuple[Channel, int] | None:
        threads = [one for one in self.person.world.channels.values() if one.parent is self.general]
        for thread in threads:
            for seen in self.person.messages(thread):
                pressed = (read(part.get("custom_id", "")) for part in seen.components)
                if any(one.name == "unshow" and one.owner == self.person.id for one in pressed):
                    return thread, seen.message_id
        return None

    async def _have_painted(self) -> None:
        known = self._known()
        results = list(self.results())
        if results and self.chance.random() < AGAIN:
            _, seen = results[-1]
            at = self.general if seen.ephemeral else None
            await self.insist(lambda: self.person.press("More of the same", at=at, message_id=seen.message_id))
        else:
            await self._ask()
        for _ in range(self.chance.randint(0, MOST_ASIDE)):
            await asyncio.sleep(self.chance.uniform(*PAUSE_S))
            await self.insist(lambda: self.person.invoke(self.chance.choice(QUICK), at=self.general))
        await self._more_than(known)

    async def _ask(self) -> None:
        photos, form = self._photos(), self.chance.random() < WITH_FORM
        given = {} if form else {f"selfie{n}": photo for n, photo in enumerate(photos, 1)}
        asked = await self.insist(lambda: self.person.invoke("portrait", {"style": STYLE} | given, at=self.general))
        if asked.interaction.modal is not None:
            await self.insist(lambda: self.person.submit(asked, {PHOTOS: photos, AGREE: [AGREE]}))
            return
        seen = await asked.message(timeout_s=self.patience_s)
        if seen.button("I agree"):
            await self.insist(lambda: self.person.press("I agree", at=self.general, message_id=seen.message_id))

    def _photos(self) -> list[Upload]:
        self.sets += 1
        names = [f"{self.person.id} {self.sets} {n}" for n in range(3)]
        return [Upload(f"{n}.jpg", small(name)) for n, name in enumerate(names)]

    def _known(self) -> set[str]:
        return {request_id for request_id, _ in self.results()}

    async def _more_than(self, known: set[str]) -> None:
        await self.until(lambda: bool(self._known() - known), f"portraits beside {len(known)} others")


@asynccontextmanager
async def patience(seconds: float, what: str) -> AsyncIterator[None]:
    """Raise InVainError, with what was waited for, where the block takes longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise InVainError(f"waited for {what}") from None
