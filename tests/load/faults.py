"""The true stack under a seeded plan of faults: what `limner bench faults` runs.

People send photos, press Done and a style, cancel, ask for more, and have everything deleted in the end, some of them
in the middle of a request. Meanwhile processes are killed and frozen, Redis goes away, the database is locked, the disk
is full, the network fails and clocks are wrong: `fault_plan` says what strikes when, `fault_kinds` how, and `stack`
what runs. When everything is quiet, storage, objects, Redis and the platform's record are compared with what people
did: `audit`, `lives` and `leftovers` say how.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from limner.storage import Storage
from limner.tests.fakes.discretion import given_away
from limner.tests.fakes.telegram import TelegramServer
from limner.tests.load.audit import Effects, effects_of, is_quiet, messages_of, other_words
from limner.tests.load.fault_kinds import Striker
from limner.tests.load.fault_plan import BOT, SHAPES, WORKERS, Fault, Shape, faults_of
from limner.tests.load.fault_report import Report, print_report
from limner.tests.load.home import came, let_agree
from limner.tests.load.journal import in_hand, recoveries, repeated
from limner.tests.load.leftovers import Gone, leftovers, of_everybody
from limner.tests.load.lives import Messages, print_messages
from limner.tests.load.report import at
from limner.tests.load.stack import Part, Stack, stack
from limner.tests.load.visitor import CALLED_FOR, DELETED, Room, Visitor
from limner.tests.load.watched import WatchedUpdates

FIRST_CHAT = 4_711_200_000
"""No other number in a log looks like these."""
HALFWAY = 40
"""A training that a lone kill ends has come so far, past its first checkpoint."""
OVERTIME_S = 7200.0
"""How long people may go on after the last fault, until there are as many requests as the plan wants."""
FEW = 2
"""So many people are painted at a time while lone kills come: a job that is free again then waits for no other one."""
LONE_TRIES = 3
"""How often a lone kill is tried again where its job had ended."""
QUIET_S = 180.0
"""How long everything may take to be handled and told, after everybody has what they waited for."""


def run(plan: str, engine: str, seed: int, out: Path) -> Report:
    """Run a plan, write `out/faults.json`, and print a table."""
    shape, report = SHAPES[plan, engine], Report(plan, engine, seed)
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    asyncio.run(endure(shape, report, out))
    report.seconds = round(time.monotonic() - began, 1)
    (out / "faults.json").write_text(json.dumps(asdict(report), indent=2) + "\n", "utf-8")
    print_report(report)
    return report


async def endure(shape: Shape, report: Report, out: Path) -> None:
    """Run and fill the report; the logs of bot and workers are copied to `out`."""
    updates = WatchedUpdates()
    server = TelegramServer(strict_rates=True)
    server.world.updates = updates
    async with server, stack(server, shape) as running, running.home.storage() as storage:
        people = list(_people(server, updates, shape, report.seed))
        await let_agree(storage, [one.chat_id for one in people])
        trial = _Trial(running, storage, server, people, Striker(running, server), shape, report)
        try:
            await trial.go()
        finally:
            for log in running.folder.glob("*.log"):
                (out / log.name).write_bytes(log.read_bytes())
            server.problems.clear()  # they are in the report


def _people(server: TelegramServer, updates: WatchedUpdates, shape: Shape, seed: int) -> Iterator[Visitor]:
    room = Room(shape.people)
    for n in range(shape.people):
        person, chance = server.person(FIRST_CHAT + n), random.Random(f"{seed} {n}")
        faces = _faces(n) if shape.scale is None else ()
        yield Visitor(person, updates, chance, shape.patience_s, faces=faces, room=room)


def _faces(n: int) -> list[bytes]:
    from limner.tests.fakes.photos import EXPRESSIONS, SITTERS, expression, selfie

    sitter = SITTERS[n % len(SITTERS)]
    return [selfie(sitter), *(expression(sitter, name) for name in EXPRESSIONS[:4])]


@dataclass
class _Trial:
    stack: Stack
    storage: Storage
    server: TelegramServer
    people: Sequence[Visitor]
    striker: Striker
    shape: Shape
    report: Report
    lone: list[tuple[float, int]] = field(default_factory=list)

    async def go(self) -> None:
        """Have people live, look what became of it; have them leave, and look what is left."""
        report, began = self.report, time.monotonic()
        report.left_out, report.lease_s = sorted(self.stack.without), self.shape.lease_s
        living, leaving = faults_of(self.shape, report.seed, self.stack.without)
        report.faults_planned = len(living) + len(leaving) + self.shape.lone
        await self._live(living)
        await self._settled("work")
        effects = await effects_of(self.storage, self.people)
        self._note_effects(effects)
        self._note_messages(messages_of(self.server, self.people, self._kills(BOT), self.striker.stalls))
        await self._note_photos()
        gone = await of_everybody(self.storage, [one.chat_id for one in self.people])
        left = time.monotonic()
        await self._leave(leaving)
        await self._settled("deletion")
        await self._note_left(gone, left)
        self._note_words()
        self._note_given_away()
        self._note_figures(time.monotonic() - began)

    async def _live(self, faults: Sequence[Fault]) -> None:
        over = asyncio.Event()
        talking = [asyncio.create_task(one.live(over)) for one in self.people]
        await came(self._is_painting, QUIET_S)
        await self.striker.strike_all(faults)
        await self.striker.wake_all()
        await self._strike_lonely()
        finished = asyncio.gather(*talking)
        await came(lambda: self._enough(finished.done()), OVERTIME_S)
        over.set()
        await finished

    async def _strike_lonely(self) -> None:
        """Kill a worker with a job in hand, and wait until the job is in hand again; one after the other."""
        if not self.shape.lone:
            return
        room = self.people[0].room
        assert room is not None
        await room.hold(FEW)
        for _ in range(self.shape.lone):
            # Whose person cancels it just then, or whose portraits are stored already, shows no recovery: once more.
            for _ in range(LONE_TRIES):
                await self._strike_alone()
                if recoveries(self.stack.journal(), self.lone[-1:]):
                    break
        await room.hold(len(self.people))

    async def _strike_alone(self) -> None:
        await came(self._is_halfway, self.shape.patience_s)
        part = next(filter(self._holds, self._workers()), self._workers()[0])
        await self.striker.strike_all([Fault(0.0, "worker killed", part.name, 0.0)])
        self.lone.append(part.kills[-1])
        await came(self._recovered, self.shape.patience_s)

    def _workers(self) -> list[Part]:
        return [self.stack.parts[name] for name in WORKERS]

    async def _is_halfway(self) -> bool:
        return any(map(self._holds, self._workers()))

    def _holds(self, part: Part) -> bool:
        theirs = [entry for entry in self.stack.journal() if entry.worker == part.forks.pid]
        return bool(theirs) and theirs[-1].word == "step" and theirs[-1].step >= HALFWAY

    async def _recovered(self) -> bool:
        """Tell whether the job is in hand again, or is none any more, since its person has cancelled it."""
        entries, requests = self.stack.journal(), self.storage.requests
        active = {request.seed for request in (*await requests.queued(), *await requests.running())}
        return bool(recoveries(entries, self.lone[-1:])) or not active & set(in_hand(entries, *self.lone[-1]))

    async def _enough(self, finished: bool) -> bool:  # noqa: FBT001
        return finished or sum(len(one.asked) for one in self.people) >= self.shape.requests

    async def _is_painting(self) -> bool:
        return bool(self.stack.journal())

    async def _leave(self, faults: Sequence[Fault]) -> None:
        async with asyncio.TaskGroup() as group:  # what breaks in the one ends the other, instead of being waited for
            group.create_task(self._strike_leaving(faults))
            for n, one in enumerate(self.people):
                group.create_task(one.leave(midway=n % 2 == 0))

    async def _strike_leaving(self, faults: Sequence[Fault]) -> None:
        await self.striker.strike_all(faults)
        await self.striker.wake_all()

    async def _settled(self, what: str) -> None:
        if not await came(lambda: is_quiet(self.storage), QUIET_S):
            self._wrong("lost", [f"After {what} something is left to do for ever."])

    def _wrong(self, figure: str, sentences: Sequence[str]) -> None:
        setattr(self.report, figure, getattr(self.report, figure) + len(sentences))
        self.report.wrong += [f"{figure}: {sentence}" for sentence in sentences]

    def _note_effects(self, effects: Effects) -> None:
        self.report.requests, self.report.ended = effects.requests, dict(effects.ends)
        self._wrong("lost", effects.lost + [one.in_vain for one in self.people if one.in_vain])
        self._wrong("duplicated", effects.doubled)
        self._wrong("quota_drift", effects.drifted)

    def _note_messages(self, table: dict[str, Messages]) -> None:
        print_messages(table)
        for name, found in table.items():
            self._wrong("lost", [f"{found.missing} messages of the kind {name!r} are missing"] * bool(found.missing))
            self._wrong("duplicated", [f"a message of the kind {name!r} came twice: {gap} s" for gap in found.gaps_s])
            self.report.sent_again_after_kills += found.again

    def _note_words(self) -> None:
        others = other_words(self.server, CALLED_FOR)
        self._wrong("duplicated", [f"{n} times what nobody asked for: {words!r}" for words, n in others.items()])
        self._wrong("lost", [f"what no correct bot does: {problem}" for problem in self.server.problems])

    def _note_given_away(self) -> None:
        """No log holds a key, the token, or who somebody is."""
        secrets = (self.server.token.partition(":")[2], *(one.chat_id for one in self.people))
        for log in (*self.stack.folder.glob("*.log"), self.stack.home.folder / "valkey/server.log"):
            found = given_away(log.read_text("utf-8", "replace"), *secrets)
            self._wrong("given_away", [f"{log.name} gives {secret} away" for secret in found])

    async def _note_photos(self) -> None:
        """After a request was made there is no photo of its set any more."""
        for one in self.people:
            user = await self.storage.users.get_or_create("telegram", str(one.chat_id))
            for request in await self.storage.requests.of_user(user.id, 100_000):
                if request.state == "made":
                    kept = [
                        photo for photo in await self.storage.photos.of_set(request.set_id) if photo.state != "deleted"
                    ]
                    self._wrong("leftovers", [f"the request {request.id} is made and has a photo"] * len(kept))

    async def _note_left(self, gone: Sequence[Gone], since: float) -> None:
        found: list[str] = []

        async def clean() -> bool:
            found[:] = await leftovers(self.stack.home, self.stack.url, gone)
            return not found

        await came(clean, QUIET_S)
        self._wrong("leftovers", sorted(set(found))[:50])
        self._wrong("lost", [one.in_vain for one in self.people if one.in_vain and not one.left])
        calls = (
            call for call in self.server.calls if call.at > since and call.messages and call.method == "sendMessage"
        )
        times: dict[str, list[float]] = {}
        for call in calls:
            if str(call.parameters.get("text", "")).startswith(DELETED):
                times.setdefault(str(call.chat_id), []).append(call.at)
        receipts = Messages()
        receipts.count(times, len(self.people), self._kills(BOT), self.striker.stalls)
        self._note_messages({"receipts": receipts})
        self._wrong("leftovers", [f"the engine {pid} has no worker" for pid in self.stack.strays()])

    def _note_figures(self, seconds: float) -> None:
        report, entries = self.report, self.stack.journal()
        report.faults_by_kind = dict(sorted(self.striker.struck.items()))
        report.faults = self.striker.struck.total()
        report.struck_nothing = dict(sorted(self.striker.missed.items()))
        found = sorted(recoveries(entries, self.lone))
        report.recoveries = len(found)
        report.recovery_p95_s = round(at(found, 0.95), 2) if found else None
        report.recovery_max_s = round(found[-1], 2) if found else None
        alone = [steps for kill in self.lone for steps in repeated(entries, after=kill)]
        report.steps_repeated_max = max(alone, default=0)
        among = sorted(recoveries(entries, [kill for name in WORKERS for kill in self.stack.parts[name].kills]))
        report.recovery_among_faults_p95_s = round(at(among, 0.95), 2) if among else None
        report.steps_repeated_in_all = sum(repeated(entries))
        report.ended_by_themselves = {name: part.ended_by_itself for name, part in self.stack.parts.items()}
        report.told_of_trouble = sum(one.sorry for one in self.people)

    def _kills(self, name: str) -> list[float]:
        return [moment for moment, _ in self.stack.parts[name].kills]
