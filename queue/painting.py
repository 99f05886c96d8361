"""One try at a request: its photos (or its Face LoRA) to the painter, its portraits into storage."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from limner.queue.child import Hearing, OnMap
from limner.queue.codec import from_map
from limner.queue.connection import UNREACHABLE
from limner.queue.errands import STANDSTILL_S
from limner.queue.errors import BadMessageError
from limner.queue.learned import keep_learned, leave_photos, whole
from limner.queue.lease import Lease
from limner.queue.messages import MakePortraits, PortraitsMade, PreviewMade, Progressed
from limner.queue.news import publish
from limner.queue.studio import Studio
from limner.storage import NewPortrait, Request

# Four a second look like motion; more is work for nothing.
PROGRESS_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Painted:
    """One portrait of the painter's answer, best first."""

    png: bytes
    likeness: float | None
    seed: int


@dataclass(frozen=True, slots=True)
class Places:
    """The examiner's answer on a template: how many faces it has, and which is the largest, from 1, from the left."""

    faces: int
    largest: int


@dataclass(frozen=True, slots=True)
class Result:
    """The painter's answer."""

    portraits: list[Painted]


class Throttle:
    """Lets through the first and the last progress of each stage, and in between at most four a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage = ""
        self._next = 0.0

    def lets(self, progress: Progressed) -> bool:
        """Tell whether this progress is worth its while, and remember it if so."""
        now = self._clock()
        if progress.stage == self._stage and progress.done < progress.total and now < self._next:
            return False
        self._stage, self._next = progress.stage, now + PROGRESS_EVERY_S
        return True


async def paint(studio: Studio, command: MakePortraits, lease: Lease) -> None:
    """Make the portraits of a request and store them; nothing when it has ended or a later try has begun.

    The Face LoRA is stored as soon as it is trained: from then on a try that breaks costs its drawing alone. Raises
    EngineDiedError and EngineRefusedError from the painter, LeaseLostError when another worker has the job,
    NotFoundError when the sitter was forgotten. Cancelled, it kills the painter; its last checkpoint is in storage.
    """
    requests = studio.storage.requests
    if not await requests.start(command.request_id, command.attempt):
        return
    request = await requests.get(command.request_id)
    answer = await studio.painter.call("make", await _materials(studio, request), _hearing(studio, request, lease))
    await lease.confirm()
    if await whole(_store(studio, request, answer)):
        await publish(studio.redis, PortraitsMade(request.user_id, request.id))


def _hearing(studio: Studio, request: Request, lease: Lease) -> Hearing:
    requests = studio.storage.requests

    async def keep(checkpoint: bytes) -> None:
        await requests.checkpoint(request.id, checkpoint)

    async def learned(told: Mapping[str, Any]) -> None:
        await lease.confirm()
        await whole(keep_learned(studio, request, told))

    async def show(preview: bytes) -> None:
        if await requests.preview(request.id, preview):
            with suppress(*UNREACHABLE):  # the outbox has it; news only makes it quicker
                await publish(studio.redis, PreviewMade(request.user_id, request.id))

    return Hearing(_teller(studio, request), keep, on_preview=show, on_trained=learned)


async def _materials(studio: Studio, request: Request) -> dict[str, Any]:
    loras, requests = studio.storage.face_loras, studio.storage.requests
    lora = await loras.for_set(request.set_id, studio.base)
    weights = None if lora is None else await loras.read(lora.id, request.user_id)
    reference = None if lora is None else await loras.read_reference(lora.id, request.user_id)
    if reference is not None:
        await leave_photos(studio, request)  # a worker may have died between the Face LoRA and this
    return {
        "photos": [] if reference is not None else await _photos(studio, request),
        "face_lora": weights,
        "reference": reference,
        "resume": await requests.read_checkpoint(request.id),
        "style": request.style,
        "styles_dirs": list(studio.styles_dirs),
        "base": studio.base,
        "count": request.count,
        "seed": request.seed,
        "preview": lora is None and not await requests.has_preview(request.id),
        **await _template(studio, request),
    }


async def _template(studio: Studio, request: Request) -> dict[str, Any]:
    """Return the template of a request that has one, and the face that the sitter takes in it: the largest."""
    if not request.templated:
        return {}
    template = await studio.storage.requests.read_template(request.id, request.user_id)
    answer = await studio.examiner.call("template", {"template": template}, Hearing(standstill_s=STANDSTILL_S))
    try:
        places = msgspec.convert(answer, Places)
    except msgspec.ValidationError as error:
        raise BadMessageError(f"The examiner's answer on request {request.id} is wrong: {error}.") from error
    return {"template": template, "faces": [places.largest]}


async def _photos(studio: Studio, request: Request) -> list[bytes]:
    photos = studio.storage.photos
    accepted = [photo for photo in await photos.of_set(request.set_id) if photo.state == "accepted"]
    return [await photos.read(photo.id, photo.user_id) for photo in accepted]


def _teller(studio: Studio, request: Request) -> OnMap:
    throttle = Throttle()

    async def tell(progress: Mapping[str, Any]) -> None:
        news = from_map(Progressed, {**progress, "user_id": request.user_id, "request_id": request.id})
        if throttle.lets(news):
            with suppress(*UNREACHABLE):  # no training ends because nobody hears of it
                await publish(studio.redis, news)

    return tell


async def _store(studio: Studio, request: Request, answer: Mapping[str, Any]) -> bool:
    try:
        result = msgspec.convert(answer, Result)
    except msgspec.ValidationError as error:
        raise BadMessageError(f"The painter's answer to request {request.id} is wrong: {error}.") from error
    portraits = [
        NewPortrait(n, portrait.png, portrait.likeness, portrait.seed, request.style)
        for n, portrait in enumerate(result.portraits)
    ]
    return await studio.storage.requests.made(request.id, portraits)
