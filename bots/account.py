"""What concerns the person and not a picture: the beginning, consent, quota, where we are, and being forgotten."""

from limner.bots.events import (
    ConsentGiven,
    ForgetAsked,
    ForgetConfirmed,
    LanguageChosen,
    QuotaAsked,
    Started,
    StatusAsked,
)
from limner.bots.intake import look_again
from limner.bots.joining import card
from limner.bots.receipts import forgotten
from limner.bots.replies import (
    ConsentAsked,
    ForgetQuestion,
    Overview,
    PortraitsReady,
    QuotaShown,
    Reply,
    Said,
    StatusShown,
)
from limner.bots.turn import CONSENT_VERSION, Turn, has_consent, queue_may_be_away
from limner.bots.words import closest
from limner.storage.photos import Photo
from limner.storage.requests import Request

__all__ = [
    "CONSENT_VERSION",
    "consented",
    "forget",
    "forget_ask",
    "has_consent",
    "language",
    "quota",
    "start",
    "status",
]

SHOWN = 20
"""How many past requests are drawn anew. Older portraits stay in storage until they are deleted."""


async def start(turn: Turn, event: Started) -> list[Reply]:
    """Welcome somebody, and say where we are."""
    if not await has_consent(turn):
        return [Said("welcome"), ConsentAsked(CONSENT_VERSION)]
    return [Said("welcome-back"), StatusShown(await overview(turn))]


async def language(turn: Turn, event: LanguageChosen) -> list[Reply]:
    """Speak another language from now on, to somebody new from the beginning.

    Adapters read the user again before they put the answer into words.
    """
    await turn.tools.storage.users.set_language(turn.user.id, closest(event.language))
    if await has_consent(turn):
        return [Said("language-set")]
    return [Said("language-set"), Said("welcome"), ConsentAsked(CONSENT_VERSION)]


async def consented(turn: Turn, event: ConsentGiven) -> list[Reply]:
    """Write the consent down and ask for photos: for the event that somebody was invited to, if it was one."""
    if event.version != CONSENT_VERSION:
        return [Said("consent-old"), ConsentAsked(CONSENT_VERSION)]
    await turn.tools.storage.users.record_consent(turn.user.id, event.version)
    if turn.state.name == "new":
        await turn.go("collecting")
    joining = await turn.tools.storage.events.joining(turn.user.id)
    if joining is not None:
        return await card(turn, joining.id)
    return [Said("consent-thanks", {"least": turn.tools.limits.least_photos})]


async def quota(turn: Turn, event: QuotaAsked) -> list[Reply]:
    """Tell how many portraits are left."""
    return [QuotaShown(await turn.tools.storage.quota.balance(turn.user.id))]


async def status(turn: Turn, event: StatusAsked) -> list[Reply]:
    """Tell where we are, also in an event that waits for photos."""
    joining = await turn.tools.storage.events.joining(turn.user.id)
    cards = [] if joining is None else await card(turn, joining.id)
    return [StatusShown(await overview(turn)), *cards]


async def forget_ask(turn: Turn, event: ForgetAsked) -> list[Reply]:
    """Ask whether everything shall really be deleted."""
    return [ForgetQuestion()]


async def forget(turn: Turn, event: ForgetConfirmed) -> list[Reply]:
    """Stop what is under way, delete everything, and hand over the receipt, which is owed until an adapter tells it."""
    storage = turn.tools.storage
    for request in await storage.requests.active(turn.user.id):
        await storage.requests.cancel(request.id)
    receipt = await storage.forget(turn.user.id, tell=True)
    # After the key, which must not wait for a Redis that is away: what is left there goes within the hour.
    with queue_may_be_away():
        await turn.tools.queue.forget(turn.user.id)
    return [forgotten(receipt)]


async def overview(turn: Turn) -> Overview:
    """Gather everything that an adapter needs to draw the conversation anew."""
    storage = turn.tools.storage
    agreed = await has_consent(turn)
    photos: list[Photo] = await turn.photos() if agreed else []
    await look_again(turn, photos)
    active = await _active(turn)
    return Overview(
        state=turn.state.name,
        consented=agreed,
        consent_version=CONSENT_VERSION,
        photos=tuple(photos),
        count=turn.counted(photos),
        has_face=turn.state.set_id is not None,
        style=turn.state.style,
        active=active,
        position=await _position(turn, active),
        preview=active is not None and await turn.tools.storage.requests.has_preview(active.id),
        finished=await _finished(turn),
        balance=await storage.quota.balance(turn.user.id),
        template=await storage.templates.waits(turn.user.id),
    )


async def _active(turn: Turn) -> Request | None:
    active = await turn.tools.storage.requests.active(turn.user.id)
    return active[0] if active else None


async def _position(turn: Turn, active: Request | None) -> int | None:
    if active is None or active.state != "queued":
        return None
    position: int | None = None
    with queue_may_be_away():
        position = await turn.tools.queue.position(active.id)
    return position  # noqa: RET504 - the block above may have passed over an error


async def _finished(turn: Turn) -> tuple[PortraitsReady, ...]:
    latest = await turn.tools.storage.requests.of_user(turn.user.id, SHOWN)
    over = [request for request in reversed(latest) if request.state not in {"queued", "running"}]
    # All at once: a page asks for this at every turn, and a query for each request would be most of its time.
    portraits = await turn.tools.storage.portraits.of_user(turn.user.id, SHOWN * turn.tools.limits.portraits)
    made = {request.id: [one for one in portraits if one.request_id == request.id] for request in over}
    return tuple(PortraitsReady(request, tuple(made[request.id])) for request in over)
