"""A worker by script: takes commands from the queue in memory and does with storage what the real worker does.

Verdicts and portraits come from functions, so that a page can be driven through everything without an engine.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from limner.engine.copies import copy_portrait
from limner.queue.messages import (
    CopyPortrait,
    ExaminePhoto,
    MakePortraits,
    MakePoster,
    Moved,
    PhotoExamined,
    PortraitsMade,
    PreviewMade,
    Progressed,
    RequestCancelled,
    RequestFailed,
)
from limner.storage import NewPortrait, Request, Storage
from limner.storage.errors import NotFoundError
from limner.tests.fakes.queue_client import FakeQueue

STAGES = (("prepare", 3), ("train", 12), ("render", 4))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the examination says: a reason where the photo is refused, and a thumbnail where there is a picture."""

    reason: str | None = None
    thumbnail: bytes | None = None


class ScriptedWorker:
    """Works on one thing at a time; `run` it beside the application."""

    def __init__(
        self,
        storage: Storage,
        queue: FakeQueue,
        examine: Callable[[bytes], Verdict],
        paint: Callable[[Request], Sequence[NewPortrait]],
        step_s: float = 0.02,
    ) -> None:
        self.step_s = step_s
        self.paused = asyncio.Event()
        self.paused.set()
        """Cleared by a test to hold a training where it is."""
        self.sketch: bytes | None = None
        """Set by a test that wants a first sketch before each training."""
        self._storage = storage
        self._queue = queue
        self._examine = examine
        self._paint = paint

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            if self._queue.photos:
                await self._look(self._queue.photos.pop(0))
            elif self._queue.posters:
                await self._poster(self._queue.posters.pop(0))
            elif self._queue.copies:
                await self._copy(self._queue.copies.pop(0))
            elif self._queue.requests:
                await self._make(self._queue.requests[0])
            else:
                await asyncio.sleep(0.01)

    async def _look(self, command: ExaminePhoto) -> None:
        photos = self._storage.photos
        try:
            verdict = self._examine(await photos.read(command.photo_id, command.user_id))
            if verdict.reason is None:
                await photos.accept(
                    command.photo_id, embedding=bytes(512), thumbnail=verdict.thumbnail or b"", quality={}
                )
            else:
                await photos.refuse(command.photo_id, verdict.reason, verdict.thumbnail)
        except NotFoundError:
            return
        accepted = verdict.reason is None
        await self._queue.publish(PhotoExamined(command.user_id, command.photo_id, accepted, verdict.reason))

    async def _poster(self, command: MakePoster) -> None:
        first = next(iter(await self._storage.galleries.on_show(command.event_id)), None)
        if first is not None:
            face = await self._storage.portraits.read(first.portrait_id, first.user_id)
            await self._storage.galleries.save_poster(command.event_id, command.version, face)

    async def _copy(self, command: CopyPortrait) -> None:
        portraits, whose = self._storage.portraits, (command.portrait_id, command.user_id)
        with suppress(OSError, ValueError, NotFoundError):  # no picture: the engine would not copy it either
            png = await portraits.read(*whose)
            copy = copy_portrait(png, max_bytes=command.most_bytes, square=command.square)
            await portraits.save_copy(*whose, command.most_bytes, copy, square=command.square)

    async def _make(self, command: MakePortraits) -> None:
        request = await self._storage.requests.get(command.request_id)
        try:
            await self._wait_in_line(request)
            await self._storage.requests.start(request.id, command.attempt)
            self._queue.requests.remove(command)
            for stage, total in STAGES:
                if stage == "train":
                    await self._preview(request)
                await self._stage(request, stage, total)
            await self._finish(request)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            await self._queue.publish(RequestCancelled(request.user_id, request.id))

    async def _preview(self, request: Request) -> None:
        if self.sketch is not None and await self._storage.requests.preview(request.id, self.sketch):
            await self._queue.publish(PreviewMade(request.user_id, request.id))

    async def _wait_in_line(self, request: Request) -> None:
        await self._queue.publish(Moved(request.user_id, request.id, 1))
        await asyncio.sleep(10 * self.step_s)

    async def _stage(self, request: Request, stage: str, total: int) -> None:
        for done in range(1, total + 1):
            left = (total - done) * 12.0
            await self._queue.publish(Progressed(request.user_id, request.id, stage, done * 25, total * 25, left))
            await asyncio.sleep(self.step_s)
            if stage == "train" and done * 2 > total:
                await self.paused.wait()
            if (await self._storage.requests.get(request.id)).state == "cancelled":
                raise asyncio.CancelledError

    async def _finish(self, request: Request) -> None:
        portraits = self._paint(request)
        if not portraits:
            await self._storage.requests.fail(request.id, "no_memory")
            await self._queue.publish(RequestFailed(request.user_id, request.id, "no_memory"))
            return
        await self._storage.requests.made(request.id, portraits)
        await self._storage.photos.delete_originals(request.set_id)
        await self._queue.publish(PortraitsMade(request.user_id, request.id))
