"""Taking part in a community's avatar event: the member's side. Collected in private, paid by the event, once each.

Somebody who joined goes the usual way, photos first, and what they get is the event's: its style, and its payer's
quota. Whoever has a Face LoRA already needs one press.
"""

from limner.bots import intake, sitters
from limner.bots.events import EventBegun, EventGallery, EventJoined, EventLeft, PhotosDone, SitterAgreed, SitterDenied
from limner.bots.replies import ConsentAsked, EventShown, PhotosShown, QuotaShort, Reply, Said
from limner.bots.requesting import Order, ask, set_for_request
from limner.bots.turn import CONSENT_VERSION, Turn, has_consent
from limner.storage.errors import EventClosedError, EventFullError, NotFoundError
from limner.storage.events import AvatarEvent

__all__ = ["agreed", "begin", "card", "denied", "done", "gallery", "join", "leave"]


async def join(turn: Turn, event: EventJoined) -> list[Reply]:
    """Let somebody take part, or show again how they stand. The consent is asked for where it is missing."""
    events = turn.tools.storage.events
    try:
        new = await events.join(event.event_id, turn.user.id, event.name, gallery=event.gallery)
    except NotFoundError:
        return [Said("event-unknown")]
    except EventClosedError:
        return [Said("event-closed")]
    except EventFullError as full:
        return [Said("event-full", {"most": full.most})]
    if not new and event.gallery:
        await events.set_gallery(event.event_id, turn.user.id, gallery=True)
    if not await has_consent(turn):
        return [Said("event-welcome"), ConsentAsked(CONSENT_VERSION)]
    return await card(turn, event.event_id)


async def gallery(turn: Turn, event: EventGallery) -> list[Reply]:
    """Have somebody's portrait shown, or not (any more). Raises NotFoundError for who does not take part."""
    await turn.tools.storage.events.set_gallery(event.event_id, turn.user.id, gallery=event.gallery)
    return await card(turn, event.event_id)


async def leave(turn: Turn, event: EventLeft) -> list[Reply]:
    """Let somebody take part no more; what is under way for them goes on, and stays theirs."""
    left = await turn.tools.storage.events.leave(event.event_id, turn.user.id)
    return [Said("event-left" if left else "event-not-in")]


async def begin(turn: Turn, event: EventBegun) -> list[Reply]:
    """Ask for somebody's portraits of an event: once, and again only where they came to nothing."""
    replies = await card(turn, event.event_id)
    if any(isinstance(reply, EventShown) and not reply.served for reply in replies):
        return await _order(turn, await turn.tools.storage.events.get(event.event_id))
    return replies


async def done(turn: Turn, event: PhotosDone) -> list[Reply]:
    """Go on from a set of photos: to the event that somebody has joined, or else to the styles."""
    mine = await turn.tools.storage.events.joining(turn.user.id)
    if mine is None or intake.not_enough(await turn.count()):
        return await intake.done(turn, event)
    return await _order(turn, mine)


async def agreed(turn: Turn, event: SitterAgreed) -> list[Reply]:
    """Write down that somebody else agreed, and go on from their photos. Raises NotFoundError for a former set."""
    await _check_open(turn, event.set_id)
    await sitters.keep(turn, event.set_id, sitters.SITTER_VERSION)
    return await done(turn, PhotosDone())


async def denied(turn: Turn, event: SitterDenied) -> list[Reply]:
    """Delete the photos of somebody who did not agree. Raises NotFoundError for a former set."""
    await _check_open(turn, event.set_id)
    await turn.tools.storage.photos.clear_set(event.set_id)
    await turn.go("collecting")
    return [Said("sitter-gone"), PhotosShown(await turn.count())]


async def _check_open(turn: Turn, set_id: str) -> None:
    if await turn.tools.storage.photos.open_set(turn.user.id) != set_id:
        raise NotFoundError("photo set", set_id)


async def card(turn: Turn, event_id: str) -> list[Reply]:
    """Show how somebody stands in an event; words where they do not take part, or it is over without them."""
    events = turn.tools.storage.events
    member = await events.member(event_id, turn.user.id)
    if member is None:
        return [Said("event-not-in")]
    event, served = await events.get(event_id), await events.served(event_id, turn.user.id)
    if event.state != "open" and not served:
        return [Said("event-closed")]
    ready = not served and await set_for_request(turn) is not None
    return [EventShown(event, member, ready, served)]


async def _order(turn: Turn, event: AvatarEvent) -> list[Reply]:
    if event.payer_id is None or event.style not in turn.tools.styles:
        return [Said("event-closed")]
    tries = await turn.tools.storage.events.tries(event.id, turn.user.id)
    order = Order(event.style, event.portraits, f"event:{event.id}:{tries}", event.id, event.payer_id)
    replies = await ask(turn, order)
    if any(isinstance(reply, QuotaShort) for reply in replies):
        return [Said("event-pool-empty")]
    return replies
