"""What a run on Discord with kills has left, held against what people did.

Every request has ended once, and so has its charge; what was acknowledged has an answer; each picture is seen by the
one whom it shows alone, but for what an event shows because its member wishes so. `lives` says which messages may come
again.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from limner.bots.discord.messages.buttons import Pressed, read
from limner.storage import Request, Storage
from limner.tests.fakes.discord import Call, Channel, DiscordServer, Seen
from limner.tests.fakes.discord.places import LOADING, Json
from limner.tests.fakes.discord.seen import look
from limner.tests.load.guest import Guest
from limner.tests.load.hall import Hall
from limner.tests.load.home import FREE
from limner.tests.load.lives import Messages
from limner.tests.load.painter import END_OF_JPEG, OF

MOST_TRIES = 3
"""A request whose worker was killed so often is failed, and rightly."""

POSTER = "-poster."
_BEFORE_NAME = re.compile(re.escape(OF) + b"|" + re.escape(END_OF_JPEG))


@dataclass
class Effects:
    """What storage and the server hold, and what is wrong with it, a sentence each."""

    requests: list[Request] = field(default_factory=list)
    portraits: int = 0
    pictures: int = 0
    """Pictures of people that are to be seen somewhere."""
    wrong: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Count the requests whose worker was killed too often."""
        return sum(request.state == "failed" for request in self.requests)


async def effects_of(storage: Storage, hall: Hall) -> Effects:
    """Compare storage with what everybody did; the host pays for the event."""
    effects, paid = Effects(), dict[str, int]()
    host = await storage.users.get_or_create("discord", str(hall.host.person.id))
    for guest in hall.guests:
        user = await storage.users.get_or_create("discord", str(guest.person.id))
        requests = await storage.requests.of_user(user.id, 100_000)
        effects.requests += requests
        await _compare_keys(storage, guest, requests, effects)
        for request in requests:
            payer = user.id if request.event_id is None else host.id
            spent = await _ended_once(storage, request, payer, effects)
            paid[payer] = paid.get(payer, 0) + spent
    for payer, spent in paid.items():
        balance = await storage.quota.balance(payer)
        if (balance.available, balance.held, balance.spent) != (FREE - spent, 0, spent):
            effects.wrong.append(f"the account of {payer} says {balance}, and {spent} portraits were made")
    return effects


async def _compare_keys(storage: Storage, guest: Guest, requests: Sequence[Request], effects: Effects) -> None:
    """Hold requests against what the person has done: each is of another thing they did, and one is the event's."""
    keys = {f"discord:{asked.interaction.id}" for asked in guest.asked}
    found = [await storage.requests.keyed(requests[0].user_id, key) for key in keys] if requests else []
    of_event = [request.id for request in requests if request.event_id]
    known = {request.id for request in found if request} | set(of_event)
    if strange := {request.id for request in requests} - known:
        effects.wrong.append(f"{guest.person.id}: nobody asked for {strange}")
    if len(of_event) != guest.member:
        effects.wrong.append(f"{guest.person.id}: {len(of_event)} requests of the event")


async def _ended_once(storage: Storage, request: Request, payer: str, effects: Effects) -> int:
    """Hold one request against its portraits and its charge; return what it costs."""
    portraits = await storage.portraits.of_request(request.id)
    charges = [entry.kind for entry in await storage.quota.history(payer) if entry.key == request.id]
    effects.portraits += len(portraits)
    made = request.state == "made" and len(portraits) == request.count and charges == ["reserve", "commit"]
    worn = request.state == "failed" and request.attempt == MOST_TRIES - 1 and charges == ["reserve", "refund"]
    if not made and not (worn and not portraits):
        what = f"{request.state} ({request.reason}), {len(portraits)} portraits, {charges}"
        effects.wrong.append(f"the request {request.id} is {what}")
    return request.count if made else 0


def unanswered(guests: Sequence[Guest]) -> list[str]:
    """Name what was acknowledged and never came to an answer."""
    return [
        f"{guest.person.user.username}: {asked.interaction.name} says that it thinks"
        for guest in guests
        for asked in guest.asked
        if asked.original is not None and asked.original.raw.flags & LOADING
    ]


def seen_by_others(hall: Hall, effects: Effects) -> list[str]:
    """Count everybody's pictures, and name each that somebody else sees without its sitter's wish."""
    shown, wrong = {guest.person.id for guest in hall.guests if guest.shows}, []
    for channel in list(hall.server.world.channels.values()):
        for seen in _everything(hall.server, channel):
            eyes = seen.raw.only_for or (channel.recipient.id if channel.recipient else 0)
            for owner in _sitters(seen):
                effects.pictures += 1
                if eyes != owner and not (channel.parent is not None and owner in shown):
                    wrong.append(f"{owner} is seen in {channel.name or 'direct messages'} by {eyes or 'everybody'}")
    return wrong


def messages_of(hall: Hall, effects: Effects) -> dict[str, Messages]:
    """Count the messages of each kind, by what each of them is about."""
    table = {name: Messages() for name in ("announcement", "portraits", "gallery post", "poster")}
    times, kills = _times(hall.server.calls), hall.lives.kills
    made = [request.id for request in effects.requests if request.state == "made"]
    table["announcement"].count(times["join"], 1, kills)
    table["portraits"].count(times["again"], len(made), kills)
    table["gallery post"].count(times["unshow"], sum(guest.has_shown for guest in hall.guests), kills)
    table["poster"].count(times["poster"], int(hall.shows), kills)
    return table


def in_gallery(hall: Hall) -> list[str]:
    """Name everybody who does not stand in the gallery exactly as often as they wish."""
    posts: dict[int, int] = defaultdict(int)
    for channel in list(hall.server.world.channels.values()):
        for seen in _everything(hall.server, channel) if channel.parent is not None else ():
            for owner in _sitters(seen):
                posts[owner] += 1
    wished = {guest.person.id: int(guest.shows) for guest in hall.guests if guest.member}
    return [
        f"{owner} stands {posts[owner]} times in the gallery, and wishes {wished.get(owner, 0)}"
        for owner in {*posts, *wished}
        if posts[owner] != wished.get(owner, 0)
    ]


def _everything(server: DiscordServer, channel: Channel) -> list[Seen]:
    eyes = {message.only_for for message in channel.messages.values()} - {None}
    users = [server.world.users[one] for one in eyes if one is not None]
    private = [seen for user in users for seen in look(server.world, channel, user) if seen.ephemeral]
    return [*look(server.world, channel), *private]


def _sitters(seen: Seen) -> Iterator[int]:
    for file in seen.files if seen.from_bot else ():
        # Nothing stands behind a style's preview; the poster shows many.
        if POSTER not in file.name and (name := re.split(_BEFORE_NAME, file.data)[-1]):
            yield int(name.split()[0])


def _times(calls: Sequence[Call]) -> dict[str, dict[str, list[float]]]:
    """Gather when messages were sent, by the name of a button and what it is about."""
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    known = set[str]()
    for call in calls:
        is_message = call.route.startswith("POST") and call.status == HTTPStatus.OK and "id" in (call.answer or {})
        # One that was written with the key of an earlier one is that one.
        if not is_message or call.answer["id"] in known:
            continue
        known.add(call.answer["id"])
        for pressed in _buttons(call.fields):
            about = pressed.argument if pressed.name != "unshow" else str(pressed.owner)
            times[pressed.name][about].append(call.at)
        if any(POSTER in name for name in call.files):
            times["poster"][""].append(call.at)
    return times


def _buttons(fields: Json | None) -> Iterator[Pressed]:
    for row in (fields or {}).get("components") or ():
        for part in row.get("components", ()):
            yield read(part.get("custom_id") or "")
