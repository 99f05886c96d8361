"""An avatar event and people of their own: `python -m limner.tests.load.fairness --members 200 --singles 40 --seed 0`.

An event's members are all enqueued at once, paid for by one host; while they are painted, other people come at random
moments, each with a first request that must be trained. Everybody's time runs from the press to the news that the
portraits are there, and is compared with the time that one person takes on an idle system. For comparison the same
arrivals are counted through as first come, first served: one after the other, each for as long as on an idle system.

Storage, Valkey and the worker are real; the engine sleeps instead of painting, a hundred times as fast as nano paints
on two cores (`paced`). With `--kills` the worker is ended by SIGKILL at random moments meanwhile. Two kills are so far
apart that no request can be under way in three: such a one is failed, and rightly.

The goal beside single people's times is meant for a run without kills: each costs a restart and a training begun anew
from its checkpoint. Ends with 1 when somebody was not served exactly once, or an account does not say exactly what was
made.
"""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import click

from limner.queue.client import QueueClient
from limner.queue.embedded import start_embedded
from limner.queue.messages import MakePortraits, News, PortraitsMade, RequestFailed
from limner.storage import Request, Storage
from limner.tests.load.home import FREE, STYLE, came, new_home
from limner.tests.load.paced import Worker
from limner.tests.load.report import at, heading, row

COUNT = 2
EVENT = "party"
IDLE_RUNS = 4
GOAL = 3.0
APART = 5
"""Two kills are at least so many requests' times apart."""


@dataclass
class Served:
    """When people pressed and when they heard that their portraits are there, by request; and the ends in order."""

    pressed: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)

    async def listen(self, client: QueueClient, since: str) -> None:
        """Note every end, until cancelled."""
        async for _, news in client.listen(since):
            self.note(news)

    def note(self, news: News) -> None:
        """Note an end, the first time that it is told."""
        if isinstance(news, PortraitsMade | RequestFailed):
            self.told.setdefault(news.request_id, time.monotonic())

    def took(self, request: Request) -> float:
        """Say how long somebody waited."""
        return self.told[request.id] - self.pressed[request.id]

    def ended_meanwhile(self, request: Request) -> int:
        """Count the others who were served between somebody's press and end."""
        between = (self.pressed[request.id], self.told[request.id])
        return sum(between[0] < told < between[1] for told in self.told.values())


@dataclass(frozen=True, slots=True)
class Scene:
    """A home at work."""

    storage: Storage
    client: QueueClient
    worker: Worker
    served: Served

    async def sitter(self, name: str) -> tuple[str, str]:
        """Make a person with three good photos; return their id and their set's."""
        user = await self.storage.users.get_or_create("discord", name)
        set_id = await self.storage.photos.open_set(user.id)
        for n in range(3):
            photo = await self.storage.photos.add(user.id, set_id, f"{name} {n}".encode())
            await self.storage.photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
        return user.id, set_id

    async def press(self, sitter: tuple[str, str], payer_id: str | None = None) -> Request:
        """Ask for portraits, as the conversation does; with a payer it is an event's member who asks."""
        pressed, event_id = time.monotonic(), EVENT if payer_id else None
        request = await self.storage.requests.accept(
            *sitter, STYLE, COUNT, 7, event_id=event_id, payer_id=payer_id or sitter[0]
        )
        self.served.pressed[request.id] = pressed
        await self.client.make_portraits(MakePortraits(request.id, sitter[0], request.attempt, event_id))
        return request

    async def all_told(self, requests: Sequence[Request], within_s: float) -> bool:
        """Wait until everybody has heard."""

        async def told() -> bool:
            return all(request.id in self.served.told for request in requests)

        return await came(told, within_s)


@click.command()
@click.option("--members", default=200, show_default=True, help="Members of the event.")
@click.option("--singles", default=40, show_default=True, help="People who come meanwhile.")
@click.option("--scale", default=100.0, show_default=True, help="How many times as fast as on two cores it goes.")
@click.option("--kills", default=0, show_default=True, help="How often the worker is killed meanwhile.")
@click.option("--seed", default=0, show_default=True, help="Chooses the moments.")
def main(members: int, singles: int, scale: float, kills: int, seed: int) -> None:
    """Paint an event while other people come."""
    sys.exit(asyncio.run(crowd(members, singles, scale, kills, seed)))


async def crowd(members: int, singles: int, scale: float, kills: int, seed: int) -> int:
    """Run and print; return the exit code."""
    chance = random.Random(seed)
    async with _scene(scale) as scene:
        host = await scene.sitter("host")
        guests = [await scene.sitter(f"member {n}") for n in range(members)]
        strangers = [await scene.sitter(f"single {n}") for n in range(singles)]
        idle_s = await _idle(scene)
        moments = sorted(chance.uniform(0, members * idle_s) for _ in strangers)
        killed: list[float] = []
        length_s = (members + singles) * idle_s
        killing = asyncio.create_task(_kill(scene.worker, kills, length_s, idle_s, chance, killed))
        began = time.monotonic()
        party = [await scene.press(guest, host[0]) for guest in guests]
        alone = await asyncio.gather(
            *(_later(scene, moment, who) for moment, who in zip(moments, strangers, strict=True))
        )
        # A kill costs a restart and the wait for the lease; the rest is for a busy machine.
        all_told = await scene.all_told([*party, *alone], 120 + 3 * (members + singles) * idle_s + 10 * kills)
        took = time.monotonic() - began
        await _stopped(killing)
        what = f"{members} members, {singles} single people, {len(killed)} of {kills} kills"
        heading(f"{what}, seed {seed}, {scale:g} times as fast")
        good = await _print_effects(scene.storage, host[0], party, alone)
        _print_times(scene.served, party, alone, idle_s, took) if all_told else row("everybody was told", "no", "yes")
    return 0 if good and all_told else 1


@asynccontextmanager
async def _scene(scale: float) -> AsyncIterator[Scene]:
    async with new_home() as home, home.storage() as storage:
        url = await asyncio.to_thread(start_embedded, home.folder)
        client, worker, served = await QueueClient.connect(url), Worker(home, url, scale), Served()
        await worker.start()
        listening = asyncio.create_task(served.listen(client, "0-0"))
        try:
            yield Scene(storage, client, worker, served)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            await worker.stop()
            await client.close()


async def _idle(scene: Scene) -> float:
    """Measure one person's time on an idle system: the median of some, after a first that starts the processes."""
    times = []
    for n in range(IDLE_RUNS):
        request = await scene.press(await scene.sitter(f"early {n}"))
        await scene.all_told([request], 120)
        times.append(scene.served.took(request))
    return at(sorted(times[1:]), 0.5)


async def _later(scene: Scene, moment: float, who: tuple[str, str]) -> Request:
    await asyncio.sleep(moment)
    return await scene.press(who)


async def _kill(
    worker: Worker, kills: int, length_s: float, idle_s: float, chance: random.Random, killed: list[float]
) -> None:
    """Kill the worker and start it again, at moments that fill the time; note each in `killed`."""
    longest = max(APART + 1.0, 2 * length_s / idle_s / max(1, kills) - APART)
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(APART, longest) * idle_s)
        await worker.kill()
        killed.append(time.monotonic())
        await worker.start()


async def _stopped(killing: asyncio.Task[None]) -> None:
    killing.cancel()
    await asyncio.wait([killing])
    if not killing.cancelled():
        killing.result()


async def _print_effects(storage: Storage, host: str, party: Sequence[Request], alone: Sequence[Request]) -> bool:
    payers = {request.id: host for request in party} | {request.id: request.user_id for request in alone}
    once = [await _served_once(storage, request, payers[request.id]) for request in [*party, *alone]]
    spent = {host: COUNT * len(party)} | {request.user_id: 0 for request in party}
    spent |= {request.user_id: COUNT for request in alone}
    right = [await _is_charged(storage, user_id, amount) for user_id, amount in spent.items()]
    tries = [(await storage.requests.get(request.id)).attempt for request in [*party, *alone]]
    row("people served exactly once", sum(once), f"{len(once)}")
    row("accounts that say exactly what was made", sum(right), f"{len(right)}")
    row("requests that took a second or third try", sum(attempt > 0 for attempt in tries))
    return all(once) and all(right)


async def _served_once(storage: Storage, request: Request, payer: str) -> bool:
    """Tell whether a request has its portraits, one notice of them, and one charge."""
    made = (await storage.requests.get(request.id)).state == "made"
    portraits = await storage.portraits.of_user(request.user_id)
    notices = [one.kind for one in await storage.outbox.of_user("discord", request.user_id) if one.request_id]
    charges = [entry.kind for entry in await storage.quota.history(payer) if entry.key == request.id]
    return made and len(portraits) == COUNT and notices == ["portraits_made"] and charges == ["reserve", "commit"]


async def _is_charged(storage: Storage, user_id: str, spent: int) -> bool:
    balance = await storage.quota.balance(user_id)
    return (balance.available, balance.held, balance.spent) == (FREE - spent, 0, spent)


def _print_times(
    served: Served, party: Sequence[Request], alone: Sequence[Request], idle_s: float, took: float
) -> None:
    row("everything was painted after s", f"{took:.0f}")
    row("one person's time on an idle system, s", f"{idle_s:.2f}")
    fair = [served.took(request) / idle_s for request in alone]
    began = min(served.pressed[request.id] for request in [*party, *alone])
    line = sorted((served.pressed[request.id] - began, request.id) for request in [*party, *alone])
    ends = first_come([pressed for pressed, _ in line], idle_s)
    mine = {request.id for request in alone}
    before = [(end - pressed) / idle_s for (pressed, name), end in zip(line, ends, strict=True) if name in mine]
    row("single people's times, in idle times (p50 / p95 / max)", _ratios(fair), f"max at most {GOAL:g}")
    row("single people within that", sum(ratio <= GOAL for ratio in fair), f"{len(fair)}")
    row("the same, first come first served (counted through)", _ratios(before))
    row("served between a single person's press and end, at most", max(map(served.ended_meanwhile, alone), default=0))


def first_come(pressed: Sequence[float], each_s: float) -> list[float]:
    """Say when each would be done if they were served one after the other, in the order of their coming."""
    ends, free = list[float](), 0.0
    for moment in pressed:
        free = max(free, moment) + each_s
        ends.append(free)
    return ends


def _ratios(ratios: Sequence[float]) -> str:
    if not ratios:
        return "none"
    ordered = sorted(ratios)
    return " / ".join(f"{one:.2f}" for one in (at(ordered, 0.5), at(ordered, 0.95), ordered[-1]))


if __name__ == "__main__":
    main()
