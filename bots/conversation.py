"""The conversation: event in, replies out. The table of contents of this folder.

A person's way, by the names of the states::

    new -> collecting -> choosing -> waiting -> done
                ^            ^          |        |
                |            +- failed, cancelled|
                +----------- new photos ---------+

The table below is the whole of it. What it does not list is answered with words about what is possible now: an answer
is never empty. Knows no platform, no words and no engine.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from limner.bots import account, intake, joining, requesting, templating
from limner.bots.account import CONSENT_VERSION
from limner.bots.events import (
    AgainAsked,
    CancelAsked,
    ConsentGiven,
    Event,
    EventBegun,
    EventGallery,
    EventJoined,
    EventLeft,
    ForgetAsked,
    ForgetConfirmed,
    LanguageChosen,
    PhotoExamined,
    PhotoReceived,
    PhotoRemoved,
    PhotosCleared,
    PhotosDone,
    PhotosMoreAsked,
    PreviewDrawn,
    QuotaAsked,
    RequestFinished,
    RequestRetried,
    SitterAgreed,
    SitterDenied,
    Started,
    StatusAsked,
    StyleChosen,
    StylesAsked,
    TemplateReceived,
)
from limner.bots.ports import Queue, Storage
from limner.bots.replies import ConsentAsked, Reply, Said, SetCount
from limner.bots.styles import StyleCard, by_name
from limner.bots.turn import Limits, Tools, Turn, fresh_seed
from limner.storage.users import NEW_CHAT, ChatState, User

__all__ = ["STATES", "Conversation", "Standing"]

STATES = ("new", "collecting", "choosing", "waiting", "done")

Handler = Callable[[Turn, Any], Awaitable[list[Reply]]]


def busy(turn: Turn, event: Event) -> Awaitable[list[Reply]]:
    """Say that a request is under way."""
    return _say("request-busy")


async def _say(text: str) -> list[Reply]:
    return [Said(text)]


ANYWHERE: dict[type, Handler] = {
    Started: account.start,
    LanguageChosen: account.language,
    ConsentGiven: account.consented,
    QuotaAsked: account.quota,
    StatusAsked: account.status,
    ForgetAsked: account.forget_ask,
    ForgetConfirmed: account.forget,
    PhotoExamined: intake.verdict,
    PhotoRemoved: intake.remove,
    StylesAsked: requesting.styles,
    CancelAsked: requesting.cancel,
    PreviewDrawn: requesting.preview,
    RequestFinished: requesting.finished,
    RequestRetried: requesting.retried,
    EventJoined: joining.join,
    EventGallery: joining.gallery,
    EventLeft: joining.leave,
    EventBegun: joining.begin,
}

TABLE: dict[tuple[str, type], Handler] = {
    ("new", PhotoReceived): intake.take,
    ("new", TemplateReceived): templating.receive,
    ("collecting", PhotoReceived): intake.take,
    ("collecting", TemplateReceived): templating.receive,
    ("collecting", PhotosCleared): intake.clear,
    ("collecting", PhotosDone): joining.done,
    ("collecting", SitterAgreed): joining.agreed,
    ("collecting", SitterDenied): joining.denied,
    ("collecting", PhotosMoreAsked): intake.more,
    ("collecting", StyleChosen): requesting.choose,
    ("collecting", AgainAsked): requesting.again,
    ("choosing", PhotoReceived): intake.take,
    ("choosing", TemplateReceived): templating.receive,
    ("choosing", PhotosCleared): intake.clear,
    ("choosing", PhotosDone): joining.done,
    ("choosing", SitterAgreed): joining.agreed,
    ("choosing", SitterDenied): joining.denied,
    ("choosing", PhotosMoreAsked): intake.more,
    ("choosing", StyleChosen): requesting.choose,
    ("choosing", AgainAsked): requesting.again,
    ("waiting", PhotoReceived): intake.late,
    ("waiting", TemplateReceived): busy,
    ("waiting", PhotosDone): busy,
    ("waiting", SitterAgreed): busy,
    ("waiting", SitterDenied): busy,
    ("waiting", PhotosCleared): busy,
    ("waiting", PhotosMoreAsked): busy,
    ("waiting", StyleChosen): requesting.choose,
    ("waiting", AgainAsked): requesting.again,
    ("done", PhotoReceived): intake.take,
    ("done", TemplateReceived): templating.receive,
    ("done", PhotosCleared): intake.clear,
    ("done", PhotosDone): joining.done,
    ("done", SitterAgreed): joining.agreed,
    ("done", SitterDenied): joining.denied,
    ("done", PhotosMoreAsked): intake.more,
    ("done", StyleChosen): requesting.choose,
    ("done", AgainAsked): requesting.again,
}

NEEDS_CONSENT = (
    PhotoReceived,
    TemplateReceived,
    PhotosCleared,
    PhotosDone,
    PhotosMoreAsked,
    SitterAgreed,
    StyleChosen,
    AgainAsked,
    EventBegun,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the open set stands; it `waits` where a request with other photos is under way."""

    set_id: str
    count: SetCount
    waits: bool


class Conversation:
    """Answers every event of everybody; one person's events in the order they came, different people's side by side.

    Holds no state of its own but the locks: where somebody stands lies in storage and survives a restart.
    """

    def __init__(
        self,
        storage: Storage,
        queue: Queue,
        styles: Iterable[StyleCard],
        *,
        limits: Limits | None = None,
        seed: Callable[[], int] = fresh_seed,
    ) -> None:
        self.tools = Tools(storage, queue, by_name(styles), limits or Limits(), seed)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, user: User, event: Event) -> list[Reply]:
        """Answer one event. Never empty for what a person did; may be empty for news of what is gone.

        Errors of storage pass through: the adapter's rim says "went-wrong" and the event may be sent again.
        """
        lock = self._locks.setdefault(user.id, asyncio.Lock())
        async with lock:
            turn = Turn(self.tools, user, await self._state(user))
            if isinstance(event, NEEDS_CONSENT) and not await account.has_consent(turn):
                return [Said("consent-first"), ConsentAsked(CONSENT_VERSION)]
            if wait := await self._wait(user, event):
                return [Said("too-often", {"minutes": math.ceil(wait / timedelta(minutes=1))})]
            handler = TABLE.get((turn.state.name, type(event))) or ANYWHERE.get(type(event), _not_now)
            return await handler(turn, event)

    async def _wait(self, user: User, event: Event) -> timedelta:
        """Count what may not be done without end, and say how long to wait for the next."""
        limits = self.tools.limits
        if isinstance(event, PhotoReceived | TemplateReceived):
            what, most = "photos", limits.photos_an_hour
        elif isinstance(event, StyleChosen | AgainAsked):
            what, most = "requests", limits.requests_an_hour
        else:
            return timedelta(0)
        return await self.tools.storage.rates.take(user.id, what, most=most, per=timedelta(hours=1))

    async def standing(self, user: User) -> Standing:
        """Tell how the set stands that somebody is collecting; for a status line that is kept up to date."""
        storage = self.tools.storage
        set_id = await storage.photos.open_set(user.id)
        active = await storage.requests.active(user.id)
        turn = Turn(self.tools, user, NEW_CHAT)
        count = turn.counted(await turn.photos(set_id))
        return Standing(set_id, count, waits=bool(active) and all(one.set_id != set_id for one in active))

    async def _state(self, user: User) -> ChatState:
        """Read the state; a request that has ended meanwhile leads out of waiting, told or not."""
        storage = self.tools.storage
        state = await storage.users.get_state(user.id)
        if state.name != "waiting" or await storage.requests.active(user.id):
            return state
        latest = await storage.requests.of_user(user.id, 1)
        settled = ChatState(requesting.settled_name(latest[0] if latest else None), state.set_id, state.style)
        await storage.users.set_state(user.id, settled)
        return settled


async def _not_now(turn: Turn, event: Event) -> list[Reply]:
    return [Said(f"not-now-{turn.state.name}", {"least": turn.tools.limits.least_photos})]
