"""Posters of avatar events: what a worker does with MakePoster. The examiner has the picture library for them."""

from typing import Any

import msgspec

from limner.queue.child import Hearing
from limner.queue.codec import from_map
from limner.queue.errands import STANDSTILL_S, attempt
from limner.queue.messages import MakePoster
from limner.queue.studio import Studio

MOST = 200
"""Faces on a poster: the members of the largest event."""


class Answer(msgspec.Struct, frozen=True):
    """The examiner's answer: a JPEG."""

    poster: bytes


async def make_poster(ctx: dict[str, Any], fields: object) -> None:
    """Make a version of a poster and store it; nothing where it is there, or nobody is on show."""
    studio: Studio = ctx["studio"]
    command = from_map(MakePoster, fields)
    await attempt(_make(studio, command), f"The poster of event {command.event_id}")


async def _make(studio: Studio, command: MakePoster) -> None:
    storage = studio.storage
    if (await storage.events.get(command.event_id)).poster_made >= command.version:
        return
    faces = [
        await storage.portraits.read(show.portrait_id, show.user_id)
        for show in (await storage.galleries.on_show(command.event_id))[:MOST]
    ]
    if faces:
        answer = await studio.examiner.call("poster", {"portraits": faces}, Hearing(standstill_s=STANDSTILL_S))
        poster = msgspec.convert(answer, Answer).poster
        await storage.galleries.save_poster(command.event_id, command.version, poster)
