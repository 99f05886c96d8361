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

from limner.storage import Storage
from limner.tests.fakes.telegram import Call, TelegramServer
from limner.tests.load.home import FREE
from limner.tests.load.lives import Messages
from limner.tests.load.person import Sitter, data_of

COUNT = 8
"""Portraits of one request."""


@dataclass
class Effects:
    """What storage holds, and what is wrong with it, a sentence each."""

    photos: int = 0
    requests: int = 0
    portraits: int = 0
    wrong: list[str] = field(default_factory=list)


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
    sets = {len(sitter.sets) - 1: await storage.photos.open_set(user.id)}
    answered = set()
    for asked in sitter.asked:
        request = await storage.requests.keyed(user.id, f"telegram:{asked.update_id}")
        if request is None:
            effects.wrong.append(f"{sitter.chat_id}: the press {asked.update_id} has no request")
            continue
        answered.add(request.id)
        if request.state != "made":
            effects.wrong.append(f"{sitter.chat_id}: the request {request.id} is {request.state} ({request.reason})")
        if sets.setdefault(asked.set_number, request.set_id) != request.set_id:
            effects.wrong.append(f"{sitter.chat_id}: the press {asked.update_id} asked for another set's portraits")
        effects.portraits += len(await storage.portraits.of_request(request.id))
    if len(answered) != len(made):
        effects.wrong.append(f"{sitter.chat_id}: {len(answered)} presses, {len(made)} requests")
    await _compare_photos(storage, sitter, sets, effects)
    balance = await storage.quota.balance(user.id)
    spent = COUNT * len(answered)
    if (balance.available, balance.held, balance.spent) != (FREE - spent, 0, spent):
        effects.wrong.append(f"{sitter.chat_id}: {spent} portraits should be charged: {balance}")


async def _compare_photos(storage: Storage, sitter: Sitter, sets: dict[int, str], effects: Effects) -> None:
    for number, sent in enumerate(sitter.sets):
        found = await storage.photos.of_set(sets[number]) if number in sets else []
        effects.photos += len(found)
        is_there, should = Counter(one.sha256 for one in found), Counter(sha256(one).hexdigest() for one in sent)
        if is_there != should:
            missing, extra = (should - is_there).total(), (is_there - should).total()
            effects.wrong.append(f"{sitter.chat_id}: set {number + 1} lacks {missing} photos and has {extra} too many")


def messages_of(server: TelegramServer, sitters: Sequence[Sitter], kills: Sequence[float]) -> dict[str, Messages]:
    """Count the messages of each kind, by what each of them is about."""
    table = {name: Messages() for name in ("status of a set", "gallery", "acceptance", "portraits", "below portraits")}
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in server.calls:
        if call.messages and call.chat_id is not None and call.method.startswith(("send", "editMessageText")):
            calls[call.chat_id].append(call)
    for sitter in sitters:
        times = _times(calls[sitter.chat_id], sitter)
        table["status of a set"].count(times["done"], sum(bool(photos) for photos in sitter.sets), kills)
        table["gallery"].count(times["style"], len(sitter.done_at), kills)
        for kind, name in (("acceptance", "cancel"), ("portraits", "album"), ("below portraits", "again")):
            table[kind].count(times[name], len(sitter.asked), kills)
    return table


def _times(calls: Sequence[Call], sitter: Sitter) -> dict[str, dict[str, list[float]]]:
    """Gather when messages were sent, by the name of their first button and what it is about."""
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    # What names no set or request itself belongs to the one that is named next.
    albums, waiting = list[float](), list[float]()
    for call in calls:
        data, is_new = data_of(call.parameters.get("reply_markup")), call.method.startswith("send")
        if is_new and _is_result(call):
            albums.append(call.at)
        elif is_new and _is_waiting(call):
            waiting.append(call.at)
        elif is_new and "style" in data:
            times["style"][str(bisect(sitter.done_at, call.at))].append(call.at)
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


def other_words(server: TelegramServer) -> Counter[str]:
    """Count the bot's messages that none of the kinds explains: nobody did anything that calls for one."""
    return Counter(
        str(call.parameters.get("text", ""))[:80]
        for call in server.calls
        if call.messages
        and call.method == "sendMessage"
        and not data_of(call.parameters.get("reply_markup"))
        and not _is_waiting(call)
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
