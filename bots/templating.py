"""A template: a picture in whose place a person wants to be painted. Kept until the next style is chosen."""

from limner.bots.events import TemplateReceived
from limner.bots.intake import known, too_much
from limner.bots.replies import PhotoRefused, PhotosShown, Reply, Said, StylesShown
from limner.bots.requesting import set_for_request, templated_count
from limner.bots.turn import Turn
from limner.storage.photos import Photo

__all__ = ["receive"]


async def receive(turn: Turn, event: TemplateReceived) -> list[Reply]:
    """Keep a template in place of the one before and ask for the style; photos of the person come first."""
    if reason := too_much(turn, event.data):
        return [PhotoRefused(reason, None, event.name)]
    if photo_id := _stray(turn, await turn.photos(), event.data):
        await turn.tools.storage.photos.remove(photo_id, turn.user.id)
    if await set_for_request(turn) is None:
        count = await turn.count()
        return [Said("template-photos-first", {"least": count.least}), PhotosShown(count)]
    await turn.tools.storage.templates.keep(turn.user.id, event.data)
    await turn.go("choosing")
    return [
        Said("template-kept", {"count": templated_count(turn)}),
        StylesShown(tuple(turn.tools.styles.values())),
    ]


def _stray(turn: Turn, photos: list[Photo], data: bytes) -> str | None:
    """Find a template that was sent as a photo first, as it may be on Telegram; a good one of a whole set stays."""
    found = known(photos, data)
    good = any(photo.id == found and photo.state == "accepted" for photo in photos)
    return None if good and turn.counted(photos).enough else found
