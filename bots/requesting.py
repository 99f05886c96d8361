"""Requests for portraits: asked for, cancelled, ended.

A request is written down (with its quota reserved) before it is enqueued, and ends in exactly one of: portraits, a
cancellation, a failure with its reason.
"""

from dataclasses import dataclass

from limner.bots import sitters
from limner.bots.events import (
    AgainAsked,
    CancelAsked,
    PreviewDrawn,
    RequestFinished,
    RequestRetried,
    StyleChosen,
    StylesAsked,
)
from limner.bots.intake import not_enough
from limner.bots.replies import (
    PhotosShown,
    PortraitsReady,
    PreviewReady,
    QuotaShort,
    Reply,
    RequestAccepted,
    RequestEnded,
    Said,
    SitterAsked,
    StylesShown,
)
from limner.bots.turn import Turn, queue_may_be_away
from limner.queue.messages import MakePortraits
from limner.storage.errors import NotFoundError, QuotaExceededError
from limner.storage.requests import Request

__all__ = [
    "Order",
    "again",
    "ask",
    "cancel",
    "choose",
    "ended",
    "finished",
    "preview",
    "retried",
    "set_for_request",
    "settled_name",
    "stop",
    "styles",
    "templated_count",
]

MOST_TEMPLATED = 4


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: once for each `key`, from the account of `payer_id` where it is not the person's own.

    `templated` takes over the template that waits.
    """

    style: str
    count: int
    key: str | None = None
    event_id: str | None = None
    payer_id: str | None = None
    templated: bool = False


async def styles(turn: Turn, event: StylesAsked) -> list[Reply]:
    """Show the gallery."""
    return [Said("styles-ask"), StylesShown(tuple(turn.tools.styles.values()))]


async def choose(turn: Turn, event: StyleChosen) -> list[Reply]:
    """Ask for portraits in a style."""
    if event.style not in turn.tools.styles:
        shown = StylesShown(tuple(turn.tools.styles.values()))
        return [Said("style-unknown", {"style": event.style}), shown]
    templated = await turn.tools.storage.templates.waits(turn.user.id)
    count = templated_count(turn) if templated else turn.tools.limits.portraits
    return await ask(turn, Order(event.style, count, event.key, templated=templated))


async def again(turn: Turn, event: AgainAsked) -> list[Reply]:
    """Ask for more of the same, from another seed: the same sitter, whatever photos have come since.

    Raises NotFoundError for a request that is not this person's.
    """
    style, set_id = turn.state.style, turn.state.set_id
    request = await _meant(turn, event)
    if request is not None and request.templated:
        return [Said("template-again")]
    if event.request_id is not None and request is not None:
        style, set_id = request.style, request.set_id
    if style is None or style not in turn.tools.styles:
        return [Said("style-none-yet"), StylesShown(tuple(turn.tools.styles.values()))]
    return await ask(turn, Order(style, turn.tools.limits.portraits, event.key), set_id)


async def cancel(turn: Turn, event: CancelAsked) -> list[Reply]:
    """Stop what is waiting or under way; else drop a template. The end is told by `finished`, as any other is."""
    active = await turn.tools.storage.requests.active(turn.user.id)
    for request in active:
        await stop(turn, request)
    if active:
        return [Said("request-stopping")]
    dropped = await turn.tools.storage.templates.drop(turn.user.id)
    return [Said("template-dropped" if dropped else "request-none")]


async def preview(turn: Turn, event: PreviewDrawn) -> list[Reply]:
    """Show the first sketch. Nothing once the request has ended: then there is something better to say."""
    requests = turn.tools.storage.requests
    try:
        request = await requests.get(event.request_id)
    except NotFoundError:
        return []
    if request.user_id != turn.user.id or request.state not in ("queued", "running"):
        return []
    return [PreviewReady(request, await requests.pace())]


async def finished(turn: Turn, event: RequestFinished) -> list[Reply]:
    """Tell how a request ended. Nothing, if it has not, or belongs to somebody who was forgotten."""
    try:
        request = await turn.tools.storage.requests.get(event.request_id)
    except NotFoundError:
        return []
    if request.user_id != turn.user.id or request.state in ("queued", "running"):
        return []
    return [await ended(turn, request)]


async def retried(turn: Turn, event: RequestRetried) -> list[Reply]:
    """Tell that what failed is tried again. Nothing once that has ended: then there is something better to say."""
    try:
        request = await turn.tools.storage.requests.get(event.request_id)
    except NotFoundError:
        return []
    if request.user_id != turn.user.id or request.state not in ("queued", "running"):
        return []
    if turn.state.name != "collecting":  # whoever is sending photos goes on with it
        await turn.go("waiting", set_id=request.set_id, style=request.style)
    return [Said("request-retried", {"count": request.count})]


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


async def ask(turn: Turn, order: Order, set_id: str | None = None) -> list[Reply]:
    """Ask for portraits, from the set that is named or else from the one that the person is at.

    Raises NotFoundError where the payer is gone.
    """
    known = await turn.tools.storage.requests.keyed(turn.user.id, order.key) if order.key else None
    if known is not None:
        return [await _begun(turn, known)]
    if await turn.tools.storage.requests.active(turn.user.id):
        return [Said("request-busy")]
    set_id = set_id or await set_for_request(turn)
    if set_id is None:
        in_set = await turn.count()
        return [not_enough(in_set) or Said("photos-ask", {"least": in_set.least}), PhotosShown(in_set)]
    if await sitters.stranger(turn, set_id):
        return [SitterAsked(set_id)]
    return [await _accepted(turn, set_id, order)]


async def set_for_request(turn: Turn) -> str | None:
    """Choose the open set if it is good enough, else the set of the last request, which has its Face LoRA.

    Whoever chooses a style has no more photos to send, with or without pressing Done.
    """
    count = await turn.count()
    if count.enough and not count.checking:
        return await turn.tools.storage.photos.open_set(turn.user.id)
    if turn.state.name == "collecting" and await turn.photos():
        return None  # photos that were sent are not passed over in silence
    return turn.state.set_id


def templated_count(turn: Turn) -> int:
    """Return how many pictures a template brings: at most four, for they are alike but for the face."""
    return min(MOST_TEMPLATED, turn.tools.limits.portraits)


async def stop(turn: Turn, request: Request) -> None:
    """Take a request back."""
    await turn.tools.storage.requests.cancel(request.id)
    with queue_may_be_away():
        await turn.tools.queue.cancel(request.id, request.attempt)


async def _meant(turn: Turn, event: AgainAsked) -> Request | None:
    requests = turn.tools.storage.requests
    if event.request_id is None:
        return next(iter(await requests.of_user(turn.user.id, 1)), None)
    request = await requests.get(event.request_id)
    if request.user_id != turn.user.id:
        raise NotFoundError("request", event.request_id)
    return request


async def _accepted(turn: Turn, set_id: str, order: Order) -> RequestAccepted | QuotaShort:
    storage = turn.tools.storage
    await sitters.keep(turn, set_id)
    try:
        request = await storage.requests.accept(
            turn.user.id,
            set_id,
            order.style,
            order.count,
            turn.tools.seed(),
            order.key,
            event_id=order.event_id,
            payer_id=order.payer_id,
            templated=order.templated,
        )
    except QuotaExceededError as short:
        return QuotaShort(order.count, short.available, short.resets_at)
    if turn.state.set_id not in {None, set_id}:
        # Nothing can be asked of the former set any more, and photos of faces stay no longer than they are needed.
        await storage.photos.delete_originals(str(turn.state.set_id))
    return await _begun(turn, request)


async def _begun(turn: Turn, request: Request) -> RequestAccepted:
    """Go on from an accepted request: again, where a process was killed before it came to this."""
    await turn.go("waiting", set_id=request.set_id, style=request.style)
    position: int | None = None
    trained = await turn.tools.storage.face_loras.learned(request.set_id)
    command = MakePortraits(request.id, turn.user.id, request.attempt, request.event_id, trained)
    with queue_may_be_away():
        await turn.tools.queue.make_portraits(command)
        position = await turn.tools.queue.position(request.id)
    return RequestAccepted(request, position)
