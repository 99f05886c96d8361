"""What a worker does with each command: the table of contents of the workers' side.

    ExaminePhoto   -> examine_photo    the examiner's verdict on one photo
    MakePoster     -> make_poster      an event's poster (posters.py)
    CopyPortrait   -> copy_portrait    a smaller or square copy of a portrait (copies.py)
    MakePortraits  -> make_portraits   one try at a request: load, have it painted (painting.py), store, tell

Each job may be run again from its beginning at any time, by any worker: it looks up in storage what is still to be
done, and every effect is conditional there. Nothing here decides by what Redis says.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from arq.worker import Retry

from limner.queue.attempts import ATTEMPTS, WORKERS, fail, try_again
from limner.queue.child import Hearing
from limner.queue.codec import from_map
from limner.queue.errors import EngineDiedError, EngineRefusedError, EngineStuckError, LeaseLostError
from limner.queue.messages import REFUSALS, ExaminePhoto, MakePortraits, PhotoExamined
from limner.queue.news import publish
from limner.queue.painting import paint
from limner.queue.studio import Studio
from limner.storage.errors import NotFoundError
from limner.storage.photos import Photo

logger = logging.getLogger(__name__)

# A check takes a second or two, and others wait behind it. Loading the detectors does not count.
EXAMINATION_S = 10.0
LATER_S = 5.0
# The engine's word for a training that ended because this worker asked it to.
STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The examiner's answer; embedding and thumbnail are there when `refusal` is None."""

    refusal: str | None
    embedding: bytes | None
    thumbnail: bytes | None
    quality: dict[str, Any]


async def examine_photo(ctx: dict[str, Any], fields: object) -> None:
    """Accept or refuse a photo and tell; one that was settled before is only told again."""
    studio: Studio = ctx["studio"]
    command = from_map(ExaminePhoto, fields)
    try:
        # Whoever sends photos will want portraits, and the painter's libraries take seconds to load.
        await studio.painter.start()
        photo = await _settled(studio, command, ctx["job_try"])
    except NotFoundError:
        logger.info("Photo %s is gone; nobody waits for its verdict.", command.photo_id)
        return
    except Exception as error:
        # The rim of one job. Storage may be away: later, and later still, before the photo is given up.
        logger.exception("Looking at photo %s broke.", command.photo_id)
        raise Retry(defer=LATER_S * 2 ** ctx["job_try"]) from error
    if photo.state in {"accepted", "refused"}:
        news = PhotoExamined(photo.user_id, photo.id, accepted=photo.state == "accepted", reason=photo.reason)
        await publish(studio.redis, news)


async def make_portraits(ctx: dict[str, Any], fields: object) -> None:
    """Make one try at a request and see to it that the request goes on or ends, whatever the try comes to."""
    studio: Studio = ctx["studio"]
    command = from_map(MakePortraits, fields)
    try:
        await _check_owner(studio, command)
        if ctx["job_try"] > 1:
            logger.warning("The worker of job %s died in it.", ctx["job_id"])
            await try_again(studio, command, "engine_failed", WORKERS)
        else:
            await _try(studio, command, ctx)
    except NotFoundError:
        logger.info("Request %s is gone with its sitter, or is not theirs.", command.request_id)
    except LeaseLostError as lost:
        logger.warning("%s Nothing was written.", lost)


async def _check_owner(studio: Studio, command: MakePortraits) -> None:
    """Raise NotFoundError for a job in another name than its request's: its news would reach somebody else.

    Only whoever writes into Redis past the client can make one. The reconciler enqueues the request anew, as it is.
    """
    if (await studio.storage.requests.get(command.request_id)).user_id != command.user_id:
        logger.warning("A job names another person than request %s does; it is left alone.", command.request_id)
        raise NotFoundError("request", command.request_id)


async def _try(studio: Studio, command: MakePortraits, ctx: Mapping[str, Any]) -> None:
    try:
        await paint(studio, command, ctx["leases"][ctx["job_id"]])
    except EngineRefusedError as refused:
        logger.warning("%s", refused)
        if refused.reason == STOPPED:
            raise Retry from refused  # at once and uncounted: the line is where its place is, and this worker ends
        await fail(studio, command, refused.reason)
    except EngineDiedError as died:
        logger.warning("%s", died)
        await try_again(studio, command, "engine_failed")
    except LeaseLostError:
        raise
    except Exception:
        # The rim of one job: whatever went wrong, the request must not hang.
        logger.exception("Try %d at request %s broke.", command.attempt, command.request_id)
        if command.attempt + 1 < ATTEMPTS:
            await asyncio.sleep(LATER_S)  # a full disk, say, would cost all tries within a second
        await try_again(studio, command, "internal")


async def _settled(studio: Studio, command: ExaminePhoto, job_try: int) -> Photo:
    photos = studio.storage.photos
    photo = await photos.get(command.photo_id, command.user_id)
    if photo.state != "received":
        return photo
    try:
        # A worker that died over this photo counts as a try, else the photo could kill one worker after another.
        verdict = await _examine(studio, photo, ATTEMPTS - job_try + 1)
    except NotFoundError:
        # Either the photo went meanwhile, which is for the caller, or its original alone: nobody may wait for that.
        await photos.get(command.photo_id, command.user_id)
        logger.error("The original of photo %s is lost; it is refused.", command.photo_id)  # noqa: TRY400
        verdict = None
    match verdict:
        case Verdict(None, bytes(embedding), bytes(thumbnail), quality):
            await photos.accept(photo.id, embedding=embedding, thumbnail=thumbnail, quality=quality)
        case Verdict(str(reason), _, thumbnail) if reason in REFUSALS:
            await photos.refuse(photo.id, reason, thumbnail)
        case _:
            await photos.refuse(photo.id, "check_failed")
    return await photos.get(command.photo_id, command.user_id)


async def _examine(studio: Studio, photo: Photo, tries: int) -> Verdict | None:
    photos = studio.storage.photos
    known = await photos.embeddings(photo.set_id)
    args = {"photo": await photos.read(photo.id, photo.user_id), "known": list(known.values())}
    for _ in range(tries):
        try:
            answer = await studio.examiner.call("examine", args, Hearing(standstill_s=EXAMINATION_S))
            return msgspec.convert(answer, Verdict)
        except EngineStuckError as stuck:
            logger.warning("The examiner did not come to an end over photo %s: %s", photo.id, stuck)
            return Verdict("too_slow", None, None, {})  # it would hang again, and others wait
        except EngineDiedError as died:
            logger.warning("The examiner died over photo %s: %s", photo.id, died)
        except (EngineRefusedError, msgspec.ValidationError) as error:
            logger.warning("The examiner has no verdict on photo %s: %s", photo.id, error)
            return None
    return None
