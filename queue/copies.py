"""Copies of portraits: what a worker does with CopyPortrait. The examiner has the picture library for them."""

from typing import Any

import msgspec

from limner.queue.child import Hearing
from limner.queue.codec import from_map
from limner.queue.errands import STANDSTILL_S, attempt
from limner.queue.messages import CopyPortrait
from limner.queue.studio import Studio


class Answer(msgspec.Struct, frozen=True):
    """The examiner's answer: a JPEG."""

    copy: bytes


async def copy_portrait(ctx: dict[str, Any], fields: object) -> None:
    """Make a copy and store it; nothing where it is there, or its portrait is gone."""
    studio: Studio = ctx["studio"]
    command = from_map(CopyPortrait, fields)
    await attempt(_copy(studio, command), f"The copy of portrait {command.portrait_id}")


async def _copy(studio: Studio, command: CopyPortrait) -> None:
    portraits, whose = studio.storage.portraits, (command.portrait_id, command.user_id)
    if await portraits.read_copy(*whose, command.most_bytes, square=command.square) is not None:
        return
    png = await portraits.read(*whose)
    args = {"portrait": png, "max_bytes": command.most_bytes, "square": command.square}
    answer = await studio.examiner.call("copy", args, Hearing(standstill_s=STANDSTILL_S))
    copy = msgspec.convert(answer, Answer).copy
    await portraits.save_copy(*whose, command.most_bytes, copy, square=command.square)
