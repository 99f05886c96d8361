"""Photos coming in: checked for size, stored, and sent to be looked at. And photos going out again.

A photo is stored before it is enqueued. If the queue is away just then, or loses the job, `look_again` enqueues it when
the person next asks where they are, presses Done, or sends the same photo once more.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from limner.bots import sitters
from limner.bots.events import PhotoReceived, PhotoRemoved, PhotosCleared, PhotosDone, PhotosMoreAsked
from limner.bots.replies import (
    PhotoAccepted,
    PhotoDeleted,
    PhotoRefused,
    PhotosShown,
    PhotoTaken,
    Reply,
    Said,
    SetCount,
    SitterAsked,
    StylesShown,
)
from limner.bots.turn import Turn, queue_may_be_away
from limner.queue.messages import ExaminePhoto, PhotoExamined
from limner.storage.errors import DuplicatePhotoError, NotFoundError
from limner.storage.photos import Photo

LOST_AFTER = timedelta(seconds=20)
"""A check takes a second or two. Enqueueing one that is only late is harmless."""

__all__ = ["clear", "done", "known", "late", "look_again", "more", "remove", "take", "too_much", "verdict"]


async def take(turn: Turn, event: PhotoReceived) -> list[Reply]:
    """Take a photo into the open set, or say why not; go back to collecting."""
    replies = await _taken(turn, event)
    await turn.go("collecting")
    return replies


async def late(turn: Turn, event: PhotoReceived) -> list[Reply]:
    """Take a photo that came while a request is under way, for the next set.

    The set that is being painted takes nothing more: what joined it now would be deleted with its originals, unused.
    """
    storage = turn.tools.storage
    open_set = await storage.photos.open_set(turn.user.id)
    if any(request.set_id == open_set for request in await storage.requests.active(turn.user.id)):
        await storage.photos.close_set(open_set)
    return [*await _taken(turn, event), Said("photos-next-set")]


async def verdict(turn: Turn, event: PhotoExamined) -> list[Reply]:
    """Tell what was found out about a photo, from storage, and how the set stands. Nothing, if it is gone again."""
    try:
        photo = await turn.tools.storage.photos.get(event.photo_id, turn.user.id)
    except NotFoundError:
        return []
    if photo.state == "refused":
        return [PhotoRefused(photo.reason or "unknown", photo.id), PhotosShown(await turn.count())]
    if photo.state == "accepted":
        return [PhotoAccepted(photo.id), PhotosShown(await turn.count())]
    return []


async def remove(turn: Turn, event: PhotoRemoved) -> list[Reply]:
    """Delete one photo."""
    try:
        await turn.tools.storage.photos.remove(event.photo_id, turn.user.id)
    except NotFoundError:
        return [Said("photo-unknown"), PhotosShown(await turn.count())]
    count = await turn.count()
    if turn.state.name == "choosing" and not count.enough:
        await turn.go("collecting")
    return [PhotoDeleted(event.photo_id), PhotosShown(count)]


async def clear(turn: Turn, event: PhotosCleared) -> list[Reply]:
    """Delete every photo of the open set."""
    storage = turn.tools.storage
    await storage.photos.clear_set(await storage.photos.open_set(turn.user.id))
    await turn.go("collecting")
    return [Said("photos-cleared"), PhotosShown(await turn.count())]


async def done(turn: Turn, event: PhotosDone) -> list[Reply]:
    """Go on to the styles if the set is good enough."""
    count = await turn.count()
    if refusal := not_enough(count):
        await look_again(turn, await turn.photos())
        return [refusal, PhotosShown(count)]
    set_id = await turn.tools.storage.photos.open_set(turn.user.id)
    if await sitters.stranger(turn, set_id):
        return [SitterAsked(set_id)]
    await turn.go("choosing")
    return [Said("styles-ask"), StylesShown(tuple(turn.tools.styles.values()))]


async def more(turn: Turn, event: PhotosMoreAsked) -> list[Reply]:
    """Begin with new photos."""
    await turn.go("collecting")
    return [Said("photos-ask", {"least": turn.tools.limits.least_photos})]


def not_enough(count: SetCount) -> Said | None:
    """Say what a set lacks, or return None if it may be used."""
    if count.checking:
        return Said("photos-checking", {"checking": count.checking})
    if not count.enough:
        missing = count.least - count.good
        return Said("photos-too-few", {"good": count.good, "least": count.least, "missing": missing})
    return None


def too_much(turn: Turn, data: bytes) -> str | None:
    """Say why a file is not even stored: it is empty or too large; None where it may be."""
    if not data:
        return "empty"
    return "too_large" if len(data) > turn.tools.limits.photo_bytes else None


def known(photos: list[Photo], data: bytes) -> str | None:
    """Find a photo by its bytes; its id, None where it is not there."""
    sha256 = hashlib.sha256(data).hexdigest()
    return next((photo.id for photo in photos if photo.sha256 == sha256), None)


async def look_again(turn: Turn, photos: list[Photo]) -> None:
    """Enqueue photos that have waited long for their verdict: no worker looks for those that the queue has lost."""
    overdue = datetime.now(UTC) - LOST_AFTER
    for photo in photos:
        if photo.state == "received" and photo.created_at < overdue:
            await _look(turn, photo.id)


async def _look(turn: Turn, photo_id: str) -> None:
    with queue_may_be_away():
        await turn.tools.queue.examine_photo(ExaminePhoto(photo_id, turn.user.id))


def _no_room(turn: Turn, photos: list[Photo]) -> str | None:
    count = turn.counted(photos)
    if count.full:
        return "too_many"
    return "too_many_refused" if count.refused >= turn.tools.limits.most_refused else None


async def _taken(turn: Turn, event: PhotoReceived) -> list[Reply]:
    storage = turn.tools.storage
    set_id = await storage.photos.open_set(turn.user.id)
    photos = await turn.photos(set_id)
    if event.again and (photo_id := known(photos, event.data)):
        await _look(turn, photo_id)
        return [PhotoTaken(photo_id, event.name)]
    reason = too_much(turn, event.data) or _no_room(turn, photos)
    if reason is not None:
        return [PhotoRefused(reason, None, event.name)]
    try:
        photo_id = (await storage.photos.add(turn.user.id, set_id, event.data, event.dedupe_key)).id
    except DuplicatePhotoError as error:
        photo_id = error.photo_id
        if (await storage.photos.get(photo_id, turn.user.id)).state != "received":
            return [PhotoRefused("duplicate", None, event.name)]
        # Stored, but perhaps never enqueued: enqueueing twice is harmless, not at all would leave it unseen.
    await _look(turn, photo_id)
    return [PhotoTaken(photo_id, event.name)]
