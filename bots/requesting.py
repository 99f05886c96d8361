"""Requests for portraits: asked for, cancelled, ended.

A request is written down (with its quota reserved) before it is enqueued, and ends in exactly one of: portraits, a
cancellation, a failure with its reason.
"""

from limner.bots.events import AgainAsked, CancelAsked, RequestFinished, StyleChosen, StylesAsked
from limner.bots.intake import not_enough
from limner.bots.replies import (
    PhotosShown,
    PortraitsReady,
    QuotaShort,
    Reply,
    RequestAccepted,
    RequestEnded,
    Said,
    StylesShown,
)
from limner.bots.turn import Turn, queue_may_be_away
from limner.queue.messages import MakePortraits
from limner.storage.errors import NotFoundError, QuotaExceededError
from limner.storage.requests import Request

__all__ = ["again", "cancel", "choose", "ended", "finished", "settled_name", "styles"]


async def styles(turn: Turn, event: StylesAsked) -> list[Reply]:
    """Show the gallery."""
    return [Said("styles-ask"), StylesShown(tuple(turn.tools.styles.values()))]


async def choose(turn: Turn, event: StyleChosen) -> list[Reply]:
    """Ask for portraits in a style."""
    if event.style not in turn.tools.styles:
        shown = StylesShown(tuple(turn.tools.styles.values()))
        return [Said("style-unknown", {"style": event.style}), shown]
    return await _request(turn, event.style)


async def again(turn: Turn, event: AgainAsked) -> list[Reply]:
    """Ask for more portraits in the last style, from another seed."""
    style = turn.state.style
    if style is None or style not in turn.tools.styles:
        return [Said("style-none-yet"), StylesShown(tuple(turn.tools.styles.values()))]
    return await _request(turn, style)


async def cancel(turn: Turn, event: CancelAsked) -> list[Reply]:
    """Stop what is waiting or under way. That it has ended is told by `finished`, as for any other ending."""
    active = await turn.tools.storage.requests.active(turn.user.id)
    for request in active:
        await _stop(turn, request)
    return [Said("request-stopping" if active else "request-none")]


async def finished(turn: Turn, event: RequestFinished) -> list[Reply]:
    """Tell how a request ended. Nothing, if it has not, or belongs to somebody who was forgotten."""
    try:
        request = await turn.tools.storage.requests.get(event.request_id)
    except NotFoundError:
        return []
    if request.user_id != turn.user.id or request.state in ("queued", "running"):
        return []
    return [await ended(turn, request)]


async def ended(turn: Turn, request: Request) -> PortraitsReady | RequestEnded:
    """Return what is to be told of a request that has ended."""
    if request.state != "made":
        return RequestEnded(request)
    portraits = await turn.tools.storage.portraits.of_request(request.id)
    return PortraitsReady(request, tuple(portraits))


def settled_name(request: Request | None) -> str:
    """Name the state that a conversation goes to when its latest request has ended in this way."""
    if request is None:
        return "collecting"
    if request.state == "made":
        return "done"
    return "collecting" if request.reason == "too_few_photos" else "choosing"


async def _request(turn: Turn, style: str) -> list[Reply]:
    storage, count = turn.tools.storage, turn.tools.limits.portraits
    if await storage.requests.active(turn.user.id):
        # The state says "waiting" in all but one case: a crash between accepting a request and writing the state.
        return [Said("request-busy")]
    set_id = await _set_for_request(turn)
    if set_id is None:
        in_set = await turn.count()
        return [not_enough(in_set) or Said("photos-ask", {"least": in_set.least}), PhotosShown(in_set)]
    try:
        request = await storage.requests.accept(turn.user.id, set_id, style, count, turn.tools.seed())
    except QuotaExceededError as short:
        return [QuotaShort(count, short.available, short.resets_at)]
    await turn.go("waiting", set_id=set_id, style=style)
    position: int | None = None
    with queue_may_be_away():
        await turn.tools.queue.make_portraits(MakePortraits(request.id, turn.user.id, request.attempt))
        position = await turn.tools.queue.position(request.id)
    return [RequestAccepted(request, position)]


async def _set_for_request(turn: Turn) -> str | None:
    """Choose the open set if it is good enough, else the set of the last request, which has its Face LoRA."""
    photos = turn.tools.storage.photos
    if turn.state.name != "collecting":
        count = await turn.count()
        if count.enough and not count.checking:
            return await photos.open_set(turn.user.id)
    elif await turn.photos():
        return None  # they are still collecting: photos that were sent are not passed over in silence
    return turn.state.set_id


async def _stop(turn: Turn, request: Request) -> None:
    await turn.tools.storage.requests.cancel(request.id)
    with queue_may_be_away():
        await turn.tools.queue.cancel(request.id, request.attempt)
