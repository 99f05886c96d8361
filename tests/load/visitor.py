"""A sitter who also changes their mind: who cancels, who is told of failures, and who has everything deleted.

Whoever reads that something went wrong does the same once more, as a person does; what the failed press may have done
all the same is known to `Asked.told`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field

from limner.tests.fakes.telegram import PersonError
from limner.tests.fakes.telegram.seen import said
from limner.tests.load.audit import OTHER_ENDS
from limner.tests.load.home import STYLE
from limner.tests.load.person import LATE, Asked, InVainError, Sitter

CANCELS = 0.12
ANOTHER_STYLE, DELETE, DELETED = "Another style", "Delete everything", "Everything of yours is deleted"
WENT_WRONG = "Something went wrong"
CALLED_FOR = (
    *("Stopping.", "Nothing is being painted", "That is not here"),
    *("I am still painting", "I am still looking", WENT_WRONG, DELETED),
)
"""Beginnings of what the bot says to somebody who cancels, perhaps too late, or does something twice, or leaves."""


class Room:
    """Where so many people at most have themselves painted at a time; the others wait before they begin."""

    def __init__(self, most: int) -> None:
        self._most, self._inside, self._moved = most, 0, asyncio.Condition()

    async def hold(self, most: int) -> None:
        """Let no more than so many in from now on; return when no more are inside."""
        async with self._moved:
            self._most = most
            self._moved.notify_all()
            await self._moved.wait_for(lambda: self._inside <= self._most)

    async def __aenter__(self) -> None:
        """Wait for a place."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._inside < self._most)
            self._inside += 1

    async def __aexit__(self, *_: object) -> None:
        """Leave it to the next."""
        async with self._moved:
            self._inside -= 1
            self._moved.notify_all()


@dataclass
class Visitor(Sitter):
    """A person of the run; `faces` are JPEGs to send where the engine looks at them."""

    faces: Sequence[bytes] = ()
    room: Room | None = None
    sorry: int = 0
    """How often they read that something went wrong."""
    left: bool = False
    _again: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)
    _about: int = 0
    _read: int = 0

    async def live(self, over: asyncio.Event) -> None:
        """Live as a sitter does; a button that is not there is something that was waited for in vain."""
        try:
            await super().live(over)
        except PersonError as error:
            self.in_vain = f"{self.chat_id}: {error}"

    async def _have_painted(self, *, may_be_late: bool) -> None:
        async with self.room or nullcontext():
            await super()._have_painted(may_be_late=may_be_late)

    async def leave(self, *, midway: bool) -> None:
        """Have everything deleted, perhaps while portraits are being painted."""
        try:
            if midway:
                number, gallery = await self._gallery()
                await self._ask(STYLE.title(), gallery, number)
                await self._shown(lambda _, data: bool({"cancel", "again"} & data.keys()), "the acceptance", gallery)
                await asyncio.sleep(self.chance.uniform(0, 3))
            await self._delete()
            self.left = True
        except (InVainError, PersonError) as error:
            self.in_vain = f"{self.chat_id}, leaving: {error}"

    async def _delete(self) -> None:
        await self._write("/delete")
        question = await self._shown(lambda _, data: "forget" in data, "the question", self._about)
        await self._press(DELETE, question)
        await self._shown(lambda text, _: text.startswith(DELETED), "the receipt", question)

    async def _write(self, text: str) -> None:
        self._about = await self.person.send(text)
        self._again = lambda: self._write(text)

    def _new_photo(self) -> bytes:
        photo = super()._new_photo()
        if self.faces:
            # What stands behind a JPEG's end is no part of the picture, and makes it like no other.
            photo = self.faces[len(self.sets[-1]) % len(self.faces)] + photo[-16:]
            self.sets[-1][-1] = photo
        return photo

    async def _press(self, button: str, message_id: int) -> None:
        await super()._press(button, message_id)
        self._about, self._again = message_id, lambda: self._press_again(button, message_id)

    async def _press_again(self, button: str, message_id: int) -> None:
        update_id = self.updates.newest_of(self.chat_id)
        await self._press(button, message_id)
        if self.asked and self.asked[-1].update_id == update_id:
            self.asked[-1].told = None
            self.asked.append(Asked(self.updates.newest, self.asked[-1].set_number))
        elif button in {"Done", ANOTHER_STYLE}:
            self.done_at[-1] = self.updates.available[self.updates.newest]

    async def _painted(self, after: int, *, may_be_late: bool) -> int:
        """Wait for the portraits; whoever has cancelled, or was told of a failure, asks for the same set's again."""
        end = await self._ended(after, may_be_late=may_be_late)
        while self.asked[-1].told != "made":
            await self._press(ANOTHER_STYLE, end)
            self.done_at.append(self.updates.available[self.updates.newest])
            gallery = await self._shown(lambda _, data: "style" in data, "the gallery", end)
            await self._turn_pages(gallery)
            await self._ask(STYLE.title(), gallery, self.asked[-1].set_number)
            end = await self._ended(gallery, may_be_late=False)
        return end

    async def _ended(self, after: int, *, may_be_late: bool) -> int:
        """Wait for the end, whichever it is; meanwhile, perhaps, cancel or send a photo for the next set already."""
        if self.chance.random() < CANCELS:
            await self._cancel(after)
        elif may_be_late and self.chance.random() < LATE:
            await self._begun(after)
            await self.person.photo(self._new_photo())
        end = await self._shown(lambda text, data: "again" in data or text.startswith(OTHER_ENDS), "the end", after)
        words = said(self.person.chat.messages[end])
        ends = zip(OTHER_ENDS, ("cancelled", "failed"), strict=True)
        self.asked[-1].told = next((told for beginning, told in ends if words.startswith(beginning)), "made")
        return end

    async def _begun(self, after: int) -> int:
        return await self._shown(
            lambda text, data: bool({"cancel", "again"} & data.keys()) or text.startswith(OTHER_ENDS), "a sign", after
        )

    async def _cancel(self, after: int) -> None:
        below = await self._begun(after)
        await asyncio.sleep(self.chance.uniform(0, 3))
        with suppress(PersonError):  # the message is gone: the portraits are there
            await self.person.press("Cancel", message_id=below)
            self.presses += 1

    async def _until(self, reached: Callable[[], bool], what: str) -> None:
        def heard() -> bool:
            return reached() or self._is_sorry()

        await super()._until(heard, what)
        while not reached():
            self.sorry += 1
            assert self._again is not None
            await self._again()
            await super()._until(heard, what)

    def _is_sorry(self) -> bool:
        """Say whether the bot has failed at what this person did last; each such message is read once."""
        for message in reversed(self.person.chat.messages.values()):
            if message["message_id"] <= self._read:
                return False
            about = message.get("reply_to_message", {}).get("message_id")
            if message["from"]["is_bot"] and said(message).startswith(WENT_WRONG) and about == self._about:
                self._read = message["message_id"]
                return True
        return False
