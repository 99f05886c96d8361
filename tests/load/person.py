"""One person who sends photos, presses Done and a style, and waits for portraits, again and again.

Remembers everything that has to take effect: which photos belong to which set, and each press that asks for portraits.
Whoever waits in vain says so instead of going on.
"""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from limner.tests.fakes.telegram import Person
from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.seen import said
from limner.tests.load.home import STYLE
from limner.tests.load.pictures import small
from limner.tests.load.watched import WatchedUpdates

PHOTOS = (3, 5)
AGAIN = 0.4
LATE = 0.3
TURN_THE_PAGE = "▶"


class InVainError(Exception):
    """What a person waited for did not come."""


@dataclass
class Asked:
    """A press that asks for portraits: its update, which of the person's sets they are of, and how it is told to end.

    Nobody was told (None) where the bot has said that the press failed: then it may have had its effect, or none.
    """

    update_id: int
    set_number: int
    told: str | None = "made"


@dataclass
class Sitter:
    """A person of the run; `patience_s` is how long they wait for one answer."""

    person: Person
    updates: WatchedUpdates
    chance: random.Random
    patience_s: float
    sets: list[list[bytes]] = field(default_factory=lambda: [[]])
    """Every photo that was sent, by the set that it belongs to; the last one may have been begun only."""
    asked: list[Asked] = field(default_factory=list)
    done_at: list[float] = field(default_factory=list)
    """When Done was pressed, in monotonic seconds."""
    presses: int = 0
    _used: list[str] = field(default_factory=list)
    """Ids of the sets that are finished: messages about them stay in the chat."""
    in_vain: str | None = None

    async def live(self, over: asyncio.Event) -> None:
        """Have one set after the other painted until it is over, the one that was begun included."""
        try:
            while not over.is_set() or self.sets[-1]:
                await self._have_painted(may_be_late=not over.is_set())
        except InVainError as error:
            self.in_vain = str(error)

    @property
    def chat_id(self) -> int:
        """The id of the person and their chat."""
        return self.person.chat.id

    async def _have_painted(self, *, may_be_late: bool) -> None:
        number, gallery = await self._gallery()
        await self._ask(STYLE.title(), gallery, number)
        below = await self._painted(gallery, may_be_late=may_be_late)
        # Who has begun a new set is asked for the rest of it first, so nothing more of the old one then.
        if self.asked[-1].told == "made" and not self.sets[-1] and self.chance.random() < AGAIN:
            await self._ask("More of the same", below, number)
            await self._painted(below, may_be_late=False)

    async def _gallery(self) -> tuple[int, int]:
        """Send a set and press Done; return the set's number and the message with the styles."""
        await self._send_photos()
        count, number = len(self.sets[-1]), len(self.sets) - 1
        board = await self._shown(
            lambda text, data: text.startswith(f"{count} good") and data.get("done", "") not in {"", *self._used},
            f"the status of {count} photos",
        )
        self._used.append(data_of(self.person.chat.messages[board]["reply_markup"])["done"])
        self.sets.append([])
        await self._press("Done", board)
        self.done_at.append(self.updates.available[self.updates.newest])
        gallery = await self._shown(lambda _, data: "style" in data, "the gallery", board)
        await self._turn_pages(gallery)
        return number, gallery

    async def _turn_pages(self, gallery: int) -> None:
        """Go to the page with the style."""
        if not _button(self.person.chat.messages[gallery], STYLE):
            await self._press(TURN_THE_PAGE, gallery)
            await self._until(lambda: _button(self.person.chat.messages[gallery], STYLE), "the second page")

    async def _send_photos(self) -> None:
        wanted = self.chance.randint(*PHOTOS) - len(self.sets[-1])
        if self.chance.random() < 0.5 and wanted > 1:
            photos = [self._new_photo() for _ in range(wanted)]
            await self.person.album(photos, apart_s=self.chance.uniform(0, 0.2))
        else:
            for _ in range(wanted):
                await self.person.photo(self._new_photo())
                await asyncio.sleep(self.chance.uniform(0, 0.5))

    def _new_photo(self) -> bytes:
        photo = small(f"{self.chat_id} {len(self.sets)} {len(self.sets[-1])}")
        self.sets[-1].append(photo)
        return photo

    async def _ask(self, button: str, message_id: int, number: int) -> None:
        await self._press(button, message_id)
        self.asked.append(Asked(self.updates.newest, number))

    async def _press(self, button: str, message_id: int) -> None:
        await self.person.press(button, message_id=message_id)
        self.presses += 1

    async def _painted(self, after: int, *, may_be_late: bool) -> int:
        """Wait for the message below the portraits; meanwhile, perhaps, send a photo for the next set already."""
        if may_be_late and self.chance.random() < LATE:
            await self._shown(lambda _, data: bool({"cancel", "again"} & data.keys()), "the acceptance", after)
            await self.person.photo(self._new_photo())
        return await self._shown(lambda _, data: "again" in data, "the portraits", after)

    async def _shown(self, fits: Callable[[str, dict[str, str]], bool], what: str, after: int = 0) -> int:
        """Wait for a message of the bot with these words and buttons; return its id."""
        found = 0

        def there() -> bool:
            nonlocal found
            for message in reversed(self.person.chat.messages.values()):
                if message["message_id"] <= after:
                    return False
                if message["from"]["is_bot"] and fits(said(message), data_of(message.get("reply_markup"))):
                    found = message["message_id"]
                    return True
            return False

        await self._until(there, what)
        return found

    async def _until(self, reached: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                while not reached():
                    await self.person.chat.changed.wait()
        except TimeoutError:
            raise InVainError(f"{self.chat_id} waited for {what} of set {len(self.sets)}") from None


def data_of(markup: Json | str | None) -> dict[str, str]:
    """Read what the buttons of a message tell the bot: arguments by names, of the first button of each name."""
    read: Json = json.loads(markup) if isinstance(markup, str) else markup or {}
    found: dict[str, str] = {}
    for row in read.get("inline_keyboard", []):
        for button in row:
            _, _, rest = button.get("callback_data", "").partition(":")
            name, _, argument = rest.partition(":")
            found.setdefault(name, argument)
    return found


def _button(message: Json, style: str) -> bool:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button["text"] == style.title() for row in rows for button in row)
