"""The pages that are open now: the web's door for results and progress.

Every message to a person has a number; a page that lost its connection names the last one it saw and is sent what it
missed, or told to draw itself anew. Nothing here must be kept: the truth lies in storage, and a page is drawn from it.
"""

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from limner.bots.replies import Forgotten, ProgressShown, QueueMoved, Reply

__all__ = ["Message", "Page", "Pages"]

REMEMBERED = 64
"""Messages kept for a person's reconnecting page."""

PEOPLE = 500
"""People without an open page whose messages are still remembered."""

BACKLOG = 100
"""Messages that may wait for one slow page; then it is closed, comes back and catches up."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event for a page, put into words when it is sent. `id` is None for what need not be caught up with."""

    event: str
    data: Any
    id: str | None = None


class Page:
    """One open page's line. None in the queue ends it."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Message | None] = asyncio.Queue(BACKLOG + 1)
        self.told: set[str] = set()

    def send(self, message: Message) -> None:
        """Put a message on the line; a page that does not keep up is closed."""
        if self.queue.qsize() < BACKLOG:
            self.queue.put_nowait(message)
        elif message.id is not None:
            self.close()

    def close(self) -> None:
        """End the line. The browser opens another one by itself."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


@dataclass(slots=True)
class _Person:
    floor: int
    """The number up to which messages are not remembered any more."""
    remembered: deque[tuple[int, Message]] = field(default_factory=deque)
    pages: set[Page] = field(default_factory=set)
    progress: dict[str, ProgressShown] = field(default_factory=dict)


class Pages:
    """All open pages, by person; a `limner.bots.delivery.Door`.

    A result counts as arrived only when a page says so (`POST /api/seen`): a socket that took the bytes proves nothing.
    """

    def __init__(self) -> None:
        self._people: OrderedDict[str, _Person] = OrderedDict()
        # Numbers begin anew with the process; the prefix keeps an old page from taking them for its own.
        self._life = secrets.token_hex(4)
        # One count for everybody: who was forgotten here and comes back cannot take old numbers for new ones.
        self._number = 0

    def open(self, user_id: str, last_id: str | None) -> Page:
        """Open a line and put on it what the page missed since `last_id`."""
        person, page = self._person(user_id), Page()
        for message in self._missed(person, last_id):
            page.send(message)
        person.pages.add(page)
        return page

    def leave(self, user_id: str, page: Page) -> None:
        """Forget a line that has ended."""
        self._person(user_id).pages.discard(page)

    def cursor(self, user_id: str) -> str:
        """Return the number of the latest message: a page drawn now has missed nothing up to it."""
        self._person(user_id)
        return self._name(self._number)

    def latest_progress(self, user_id: str, request_id: str) -> ProgressShown | None:
        """Return how far a request was last heard to be."""
        return self._person(user_id).progress.get(request_id)

    def tell(self, user_id: str, event: str, data: Any) -> Message:
        """Send a message to all pages of a person, and remember it for those that come back."""
        person = self._person(user_id)
        self._number += 1
        message = Message(event, data, self._name(self._number))
        person.remembered.append((self._number, message))
        if len(person.remembered) > REMEMBERED:
            person.floor, _ = person.remembered.popleft()
        for page in tuple(person.pages):
            page.send(message)
        return message

    def drop(self, user_id: str) -> None:
        """Close all pages of a person and forget them."""
        person = self._people.pop(user_id, None)
        for page in person.pages if person else ():
            page.close()

    def close(self) -> None:
        """Close every page, so that the server can stop."""
        for user_id in tuple(self._people):
            self.drop(user_id)

    def reachable(self, user_id: str) -> bool:
        """Say whether a page of this person is open."""
        person = self._people.get(user_id)
        return person is not None and bool(person.pages)

    async def receipt(self, platform_id: str, reply: Forgotten) -> bool:
        """Leave it to the person's next visit: who was forgotten has no open page."""
        return False

    async def deliver(self, user_id: str, notice_id: str, replies: Sequence[Reply]) -> bool:
        """Tell the open pages that there is a result; each page once for as long as it is open."""
        person = self._person(user_id)
        if any(notice_id not in page.told for page in person.pages):
            for page in person.pages:
                page.told.add(notice_id)
            self.tell(user_id, "news", (notice_id, replies))
        return False

    async def progress(self, user_id: str, reply: ProgressShown | QueueMoved) -> None:
        """Show progress to the open pages; nobody catches up with it."""
        person = self._person(user_id)
        if isinstance(reply, ProgressShown):
            person.progress = {reply.request_id: reply}
        for page in tuple(person.pages):
            page.send(Message("progress", reply))

    def _missed(self, person: _Person, last_id: str | None) -> list[Message]:
        if last_id is None:
            return []
        life, _, number = last_id.rpartition("-")
        if life != self._life or not number.isdecimal() or not person.floor <= int(number) <= self._number:
            return [Message("resync", None, self._name(self._number))]
        return [message for sent, message in person.remembered if sent > int(number)]

    def _name(self, number: int) -> str:
        return f"{self._life}-{number}"

    def _person(self, user_id: str) -> _Person:
        person = self._people.setdefault(user_id, _Person(self._number))
        self._people.move_to_end(user_id)
        if len(self._people) > PEOPLE:
            self._forget_one()
        return person

    def _forget_one(self) -> None:
        absent = next((user_id for user_id, person in self._people.items() if not person.pages), None)
        if absent is not None:
            del self._people[absent]
