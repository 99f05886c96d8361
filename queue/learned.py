"""What a training leaves behind: the Face LoRA, in storage before anything is drawn with it, and no photos."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from limner.queue.errors import BadMessageError
from limner.queue.studio import Studio
from limner.storage import Request

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Learned:
    """What the painter hands over when a training ends: safetensors, the reference, and how it was learned."""

    face_lora: bytes
    reference: bytes
    curve: list[dict[str, Any]]
    seconds: dict[str, float]


async def keep_learned(studio: Studio, request: Request, told: Mapping[str, Any]) -> None:
    """Store a Face LoRA, then let go of what it was learned from.

    May be broken off anywhere: until the Face LoRA is safe the photos stay, and the next try removes what is left.
    Raises BadMessageError, and NotFoundError when the sitter was forgotten.
    """
    try:
        learned = msgspec.convert(told, Learned)
    except msgspec.ValidationError as error:
        raise BadMessageError(f"The Face LoRA of request {request.id} came wrong: {error}.") from error
    meta = {"curve": learned.curve, "seconds": learned.seconds, "request_id": request.id}
    await studio.storage.face_loras.save(
        request.user_id, request.set_id, learned.face_lora, studio.base, meta, learned.reference
    )
    await leave_photos(studio, request)


async def leave_photos(studio: Studio, request: Request) -> None:
    """Delete the photos and the checkpoint of a sitter who is learned; nothing when they are gone."""
    await studio.storage.photos.delete_originals(request.set_id)
    await studio.storage.requests.drop_checkpoint(request.id)


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Await work that is not left half done: a cancellation is raised once it has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
