"""A queue in memory, for tests of the conversation: it keeps commands and carries news, and nobody works on them.

Passes the same contract test as the real client (tests/contracts/test_queue_client.py).
"""

import asyncio
from collections.abc import AsyncIterator

from limner.queue.messages import CopyPortrait, ExaminePhoto, MakePortraits, MakePoster, News


class FakeQueue:
    """Keeps what it was asked, in order. With `away` set, every call fails as if Redis could not be reached."""

    def __init__(self) -> None:
        self.away = False
        self.photos: list[ExaminePhoto] = []
        self.requests: list[MakePortraits] = []
        self.posters: list[MakePoster] = []
        self.copies: list[CopyPortrait] = []
        self.cancelled: list[str] = []
        self.forgotten: list[str] = []
        self._news: list[News] = []
        self._arrived = asyncio.Condition()

    async def examine_photo(self, command: ExaminePhoto) -> None:
        """Note a photo to be looked at, once."""
        self._check()
        if command not in self.photos:
            self.photos.append(command)

    async def make_portraits(self, command: MakePortraits) -> None:
        """Note a request, once for each attempt."""
        self._check()
        if (command.request_id, command.attempt) not in {(one.request_id, one.attempt) for one in self.requests}:
            self.requests.append(command)

    async def make_poster(self, command: MakePoster) -> None:
        """Note a poster, once for each version."""
        self._check()
        if command not in self.posters:
            self.posters.append(command)

    async def copy_portrait(self, command: CopyPortrait) -> None:
        """Note a copy, once for each size and shape."""
        self._check()
        if command not in self.copies:
            self.copies.append(command)

    async def cancel(self, request_id: str, attempt: int = 1) -> None:
        """Note that a request shall stop; without a worker nothing else happens."""
        self._check()
        self.cancelled.append(request_id)

    async def forget(self, user_id: str) -> None:
        """Note who is gone, and drop what is theirs."""
        self._check()
        self.forgotten.append(user_id)
        self.photos = [one for one in self.photos if one.user_id != user_id]
        self.requests = [one for one in self.requests if one.user_id != user_id]
        self.copies = [one for one in self.copies if one.user_id != user_id]

    async def position(self, request_id: str) -> int | None:
        """Tell the place of a request in the line, 1 for the next."""
        self._check()
        line = [command.request_id for command in self.requests]
        return line.index(request_id) + 1 if request_id in line else None

    async def latest_news(self) -> str:
        """Give the id of the newest news."""
        self._check()
        return f"{len(self._news)}-0" if self._news else "0-0"

    async def publish(self, news: News) -> None:
        """Append news, as a worker would."""
        async with self._arrived:
            self._news.append(news)
            self._arrived.notify_all()

    async def listen(self, last_id: str) -> AsyncIterator[tuple[str, News]]:
        """Yield the news after an id, for ever."""
        at = int(last_id.partition("-")[0])
        while True:
            async with self._arrived:
                while at >= len(self._news):
                    await self._arrived.wait()
            at += 1
            yield f"{at}-0", self._news[at - 1]

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _check(self) -> None:
        if self.away:
            raise ConnectionError("The queue is away.")
