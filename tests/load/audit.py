"""What a run with kills has left, held against what people did.

Effects are compared with storage: each photo in its set once, one request for each press, nothing charged twice.
Messages are compared with the server's record; `lives` says which of them may come again.
"""

import json
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from limner.storage import Request, Storage
from limner.tests.fakes.telegram import Call, TelegramServer
from limner.tests.load.home import FREE
from limner.tests.load.lives import Messages
from limner.tests.load.person import Sitter, data_of

COUNT = 8
"""Portraits of one request."""


@dataclass
class Effects:
    """What storage holds, and what is wrong with it, a sentence each: what is lost, doubled, or charged wrongly."""

    photos: int = 0
    requests: int = 0
    portraits: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """How many requests ended in which state."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    drifted: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.lost, *self.doubled, *self.drifted]


async def effects_of(storage: Storage, sitters: Iterable[Sitter]) -> Effects:
    """Compare storage with what everybody did."""
    effects = Effects()
    for sitter in sitters:
        await _compare(storage, sitter, effects)
    return effects


async def _compare(storage: Storage, sitter: Sitter, effects: Effects) -> None:
    user = await storage.users.get_or_create("telegram", str(sitter.chat_id))
    made = await storage.requests.of_user(user.id, 100_000)
    effects.requests += len(made)
    effects.ends.update(request.state for request in made)
    sets = {len(sitter.sets) - 1: await storage.photos.open_set(user.id)}
    answered = set()
    for asked in sitter.asked:
        request = await storage.requests.keyed(user.id, f"telegram:{asked.update_id}")
        if request is None:
            if asked.told is not None:
                effects.lost.append(f"{sitter.chat_id}: the press {asked.update_id} has no request")
            continue
        answered.add(request.id)
        if request.state not in ({"made", "failed", "cancelled"} if asked.told is None else {asked.told}):
            effects.lost.append(f"{sitter.chat_id}: the request {request.id} is {request.state} ({request.reason})")
        if sets.setdefault(asked.set_number, request.set_id) != request.set_id:
            effects.lost.append(f"{sitter.chat_id}: the press {asked.update_id} asked for another set's portraits")
    if len(answered) != len(made):
        effects.doubled.append(f"{sitter.chat_id}: {len(answered)} presses, {len(made)} requests")
    await _compare_photos(storage, sitter, sets, effects)
    await _compare_charges(storage, user.id, made, effects)


async def _compare_charges(storage: Storage, user_id: str, requests: Iterable[Request], effects: Effects) -> None:
    """Each request that was made has its portraits, once, and they and nothing else are charged."""
    spent = 0
    for request in requests:
        portraits = len(await storage.portraits.of_request(request.id))
        effects.portraits += portraits
        spent += portraits
        wanted = COUNT if request.state == "made" else 0
        if portraits != wanted:
            wrong = effects.doubled if portraits > wanted else effects.lost
            wrong.append(f"the request {request.id} is {request.state} and has {portraits} portraits")
    balance = await storage.quota.balance(user_id)
    if (balance.available, balance.held, balance.spent) != (FREE - spent, 0, spent):
        effects.drifted.append(f"{user_id}: {spent} portraits should be charged: {balance}")


async def _compare_photos(storage: Storage, sitter: Sitter, sets: dict[int, str], effects: Effects) -> None:
    for number, sent in enumerate(sitter.sets):
        found = await storage.photos.of_set(sets[number]) if number in sets else []
        effects.photos += len(found)
        is_there, should = Counter(one.sha256 for one in found), Counter(sha256(one).hexdigest() for one in sent)
        if is_there != should:
            missing, extra = (should - is_there).total(), (is_there - should).total()
            wrong = effects.lost if missing else effects.doubled
            wrong.append(f"{sitter.chat_id}: set {number + 1} lacks {missing} photos and has {extra} too many")


KINDS = ("status of a set", "gallery", "acceptance", "portraits", "below portraits", "other ends")
OTHER_ENDS = ("Cancelled.", "It did not work out")


def messages_of(
    server: TelegramServer,
    sitters: Sequence[Sitter],
    kills: Sequence[float],
    stalls: Sequence[tuple[float, float]] = (),
) -> dict[str, Messages]:
    """Count the messages of each kind, by what each of them is about; see `Messages.count`."""
    table = {name: Messages() for name in KINDS}
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in server.calls:
        if call.messages and call.chat_id is not None and call.method.startswith(("send", "editMessageText")):
            calls[call.chat_id].append(call)
    for sitter in sitters:
        times = _times(calls[sitter.chat_id], sitter)
        made, told = (
            sum(one.told in ends for one in sitter.asked) for ends in ({"made"}, {"made", "cancelled", "failed"})
        )
        wanted = {
            "status of a set": ("done", sum(bool(photos) for photos in sitter.sets)),
            "gallery": ("style", len(sitter.done_at)),
            "acceptance": ("cancel", told),
            "portraits": ("album", made),
            "below portraits": ("again", made),
            "other ends": ("ended", told - made),
        }
        for kind, (name, count) in wanted.items():
            table[kind].count(times[name], count, kills, stalls)
    return table


def _times(calls: Sequence[Call], sitter: Sitter) -> dict[str, dict[str, list[float]]]:
    """Gather when messages were sent, by the name of their first button and what it is about."""
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    # What names no set or request itself belongs to the one that is named next.
    albums, waiting = list[float](), list[float]()
    asked_at = [sitter.updates.available[asked.update_id] for asked in sitter.asked]
    for call in calls:
        data, is_new = data_of(call.parameters.get("reply_markup")), call.method.startswith("send")
        if is_new and _is_result(call):
            albums.append(call.at)
        elif is_new and _is_waiting(call):
            waiting.append(call.at)
        elif is_new and "style" in data:
            times["style"][str(bisect(sitter.done_at, call.at))].append(call.at)
        elif is_new and str(call.parameters.get("text", "")).startswith(OTHER_ENDS):
            times["ended"][str(bisect(asked_at, call.at))].append(call.at)
        if "done" in data:
            times["done"][data["done"]] += waiting
            waiting = []
        for name in {"done", "cancel", "again"} & data.keys() if is_new else ():
            times[name][data[name]].append(call.at)
            if name == "again":
                times["album"][data[name]] += albums
                albums = []
    return times


def _is_result(call: Call) -> bool:
    # The album of the styles' previews has words on every picture, portraits only on the first.
    media = call.parameters.get("media", [])
    items = json.loads(media) if isinstance(media, str) else media
    return len(items) == COUNT and sum("caption" in item for item in items) == 1


def _is_waiting(call: Call) -> bool:
    # The status of a set that waits for another's request has no buttons yet.
    text, markup = str(call.parameters.get("text", "")), call.parameters.get("reply_markup")
    return "goes to your next set" in text and not markup


def other_words(server: TelegramServer, called_for: tuple[str, ...] = ()) -> Counter[str]:
    """Count the bot's messages that none of the kinds explains: nobody did anything that calls for one.

    `called_for` are the beginnings of those that somebody did something for all the same.
    """
    return Counter(
        str(call.parameters.get("text", ""))[:80]
        for call in server.calls
        if call.messages
        and call.method == "sendMessage"
        and not data_of(call.parameters.get("reply_markup"))
        and not _is_waiting(call)
        and not (called_for and str(call.parameters.get("text", "")).startswith(called_for))
    )


async def is_quiet(storage: Storage, platform: str = "telegram") -> bool:
    """Say whether nothing is left to be handled, looked at, painted or told."""
    return not (
        await storage.inbox.pending(platform, limit=1)
        or await storage.photos.received()
        or await storage.requests.queued()
        or await storage.requests.running()
        or await storage.outbox.pending(platform, 1)
    )
