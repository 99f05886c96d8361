"""The fair line in Redis: charged once, never moved, forgotten when empty, and as its definition says."""

import random
from collections.abc import Awaitable
from dataclasses import replace
from typing import cast

import pytest
from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.utils import timestamp_ms

from limner.queue.child import EngineChild
from limner.queue.client import enqueue_portraits
from limner.queue.codec import to_map
from limner.queue.connection import PAINT_CLOCK, PAINT_FLOWS, PAINT_QUEUE, PAINT_TICKETS, job_id
from limner.queue.fairness import EPOCH_MS, HEAD_START_MS, FairLine
from limner.queue.lease import Lease, take
from limner.queue.messages import MakePortraits
from limner.queue.reconcile import reconcile
from limner.queue.studio import Studio
from limner.queue.waiting import position, waiting
from limner.tests.fakes.line import MemoryLine
from limner.tests.fakes.shop import PORTRAITS, Shop


def command(name: str, user: str = "", event: str | None = None, *, trained: bool = False) -> MakePortraits:
    """Name a first attempt at a request, by default of a person of its own."""
    return MakePortraits(name, user or f"user of {name}", 0, event, trained)


async def begun(redis: ArqRedis, one: MakePortraits) -> Lease:
    """Begin a job as a worker does."""
    lease = await take(redis, PAINT_QUEUE, job_id(one.request_id, one.attempt))
    assert lease is not None
    await FairLine(redis).taken(lease.job_id)
    return lease


async def done(redis: ArqRedis, one: MakePortraits) -> None:
    """Begin and end a job as a worker does."""
    lease = await begun(redis, one)
    assert await lease.finish()
    await FairLine(redis).left(lease.job_id)


async def left(redis: ArqRedis, one: MakePortraits) -> None:
    """Take a waiting job back, as a worker does for whoever cancels."""
    lease = await take(redis, PAINT_QUEUE, job_id(one.request_id, one.attempt))
    assert lease is not None
    assert await lease.finish()
    await FairLine(redis).left(lease.job_id)


async def scores(redis: ArqRedis) -> dict[str, int]:
    """Give every job's place in virtual time."""
    line = await redis.zrange(PAINT_QUEUE, 0, -1, withscores=True)
    return {raw.decode(): int(score) - EPOCH_MS for raw, score in line}


async def tickets(redis: ArqRedis) -> dict[bytes, bytes]:
    """Give what each job was charged."""
    return await cast("Awaitable[dict[bytes, bytes]]", redis.hgetall(PAINT_TICKETS))


async def remembered(redis: ArqRedis) -> list[object]:
    """Give all that the line remembers."""
    clock, flows = await redis.get(PAINT_CLOCK), await redis.zrange(PAINT_FLOWS, 0, -1, withscores=True)
    return [clock, flows, await tickets(redis), await scores(redis)]


@pytest.mark.parametrize("seed", range(10))
async def test_the_scripts_do_what_the_definition_says(redis: ArqRedis, seed: int) -> None:
    """Over a hundred comings and servings of people and events, every job has the same score as in memory."""
    chance, line = random.Random(seed), MemoryLine()
    for number in range(150):
        if line.waits and chance.random() < 0.4:
            served = line.take()
            assert (await waiting(redis))[0] == served.request_id
            await done(redis, served)
        else:
            event = chance.choice([None, "one", "two", *(f"event {n}" for n in range(seed))])
            one = command(f"r{number:03}", f"user {chance.randrange(20)}", event, trained=chance.random() < 0.3)
            one = replace(one, attempt=int(chance.random() < 0.1))
            line.enter(one)
            assert await enqueue_portraits(redis, one)
        assert await scores(redis) == {
            job_id(one.request_id, one.attempt): tag - HEAD_START_MS * one.trained for one, tag in line.waits.items()
        }
        assert int(await redis.get(PAINT_CLOCK)) == line.clock


async def test_whoever_is_enqueued_twice_is_charged_once(redis: ArqRedis) -> None:
    """Repeating a job, waiting or running, neither moves it nor anybody else, and costs its flow nothing."""
    mine = [command(f"mine {n}", "me") for n in range(3)]
    for one in mine:
        assert await enqueue_portraits(redis, one)
    before = await remembered(redis)
    for one in mine:
        assert not await enqueue_portraits(redis, one)
        assert not await enqueue_portraits(redis, replace(one, trained=True))
    assert await remembered(redis) == before
    await begun(redis, mine[0])
    before = await remembered(redis)
    assert not await enqueue_portraits(redis, mine[0])
    assert await remembered(redis) == before


async def test_a_job_whose_value_expired_keeps_its_place(redis: ArqRedis) -> None:
    """A waiting job whose value is lost gets it again, in its old place and at no further charge."""
    for one in ("a", "b", "c"):
        await enqueue_portraits(redis, command(one, "me"))
    before = await remembered(redis)
    await redis.delete(job_key_prefix + job_id("b", 0))
    assert await enqueue_portraits(redis, command("b", "me"))
    assert (await remembered(redis))[1:] == before[1:]


async def test_a_job_that_is_begun_twice_moves_the_clock_once(redis: ArqRedis) -> None:
    """A job that a restarted worker puts back keeps its place, and its second beginning changes nothing."""
    await enqueue_portraits(redis, command("a"))
    await enqueue_portraits(redis, command("b"))
    lease = await begun(redis, command("a"))
    before = await remembered(redis)
    assert await lease.put_back()
    assert await waiting(redis) == ["a", "b"]
    await begun(redis, command("a"))
    assert await remembered(redis) == before


async def test_a_later_try_goes_to_the_front_uncharged(redis: ArqRedis) -> None:
    """A request whose try came to nothing has waited: its next try is before the jobs of its event and of others."""
    party = [command(f"party {n}", event="party") for n in range(5)]
    for one in party:
        await enqueue_portraits(redis, one)
    await enqueue_portraits(redis, command("stranger"))
    lease = await begun(redis, party[0])
    flows = await redis.zscore(PAINT_FLOWS, "event:party")
    again = replace(party[0], attempt=1)
    assert await enqueue_portraits(redis, again)
    assert await lease.finish()
    assert await waiting(redis) == ["stranger", "party 0", "party 1", "party 2", "party 3", "party 4"]
    assert await redis.zscore(PAINT_FLOWS, "event:party") == flows
    clock = await redis.get(PAINT_CLOCK)
    await begun(redis, again)
    assert await redis.get(PAINT_CLOCK) == clock


async def test_a_job_that_was_lost_after_its_beginning_goes_to_the_front(redis: ArqRedis) -> None:
    """A job that could not be read when its turn came, and is enqueued anew, is charged no second time."""
    party = [command(f"party {n}", event="party") for n in range(5)]
    for one in party:
        await enqueue_portraits(redis, one)
    assert await (await begun(redis, party[2])).finish()
    flows = await redis.zscore(PAINT_FLOWS, "event:party")
    assert await enqueue_portraits(redis, party[2])
    assert await redis.zscore(PAINT_FLOWS, "event:party") == flows
    assert (await waiting(redis)).index("party 2") <= 3


async def test_an_empty_line_forgets(redis: ArqRedis) -> None:
    """What was done while others were asleep counts for nothing once nobody waits and nothing is painted."""
    for n in range(5):
        await enqueue_portraits(redis, command(f"party {n}", event="party"))
    for n in range(5):
        await done(redis, command(f"party {n}", event="party"))
    await enqueue_portraits(redis, command("party 5", event="party"))
    await enqueue_portraits(redis, command("stranger"))
    assert await scores(redis) == {"party 5.0": 0, "stranger.0": 1}
    assert len(await tickets(redis)) == 2


async def test_a_finished_job_leaves_no_ticket(redis: ArqRedis) -> None:
    """Of a job that is over nothing is kept but its flow's end, and that only until the clock has come there."""
    for name in "abcdefghijk":
        await enqueue_portraits(redis, command(name))
    for name in "abcdefghij":
        await done(redis, command(name))
    assert list(await tickets(redis)) == [b"k.0"]
    assert await redis.zcard(PAINT_FLOWS) < 11


async def test_who_takes_a_waiting_request_back_pays_nothing(shop: Shop) -> None:
    """A cancelled request that nobody had begun is paid back, and what comes after it stands where it stood."""
    user = await shop.sitter("1")
    waits = await shop.ask(await shop.sitter("2"), "endless")
    request = await shop.ask(user, "quick")
    async with shop.worker():
        await shop.checkpointed(waits.id)
        before = await shop.redis.get(PAINT_CLOCK)
        await shop.client.cancel(request.id)
        await shop.reached(request.id, "cancelled")
        again = await shop.ask(user, "quick")
        await shop.ask(await shop.sitter("3"), "quick")
        assert await shop.client.position(again.id) == 1
        assert int(await shop.redis.get(PAINT_CLOCK)) == int(before) + 2
        await shop.client.cancel(waits.id)
        await shop.reached(again.id, "made")


async def test_members_who_leave_cost_their_event_nothing(redis: ArqRedis) -> None:
    """Of two events side by side, the one that some leave, from head and middle, still has every second turn."""
    for event in ("one", "two"):
        for n in range(6):
            await enqueue_portraits(redis, command(f"{event} {n}", event=event))
    for n in (0, 1, 3):
        await left(redis, command(f"one {n}", event="one"))
    await enqueue_portraits(redis, command("one 6", event="one"))
    order = await waiting(redis)
    assert [name for name in order if name.startswith("one")] == ["one 2", "one 4", "one 5", "one 6"]
    assert {order.index(f"one {n}") // 2 for n in (2, 4, 5, 6)} == {0, 1, 2, 3}


async def test_who_leaves_gives_no_head_start_to_who_came_later(redis: ArqRedis) -> None:
    """A place that was free before the next of the flow came is not theirs to move into."""
    await enqueue_portraits(redis, command("mine 0", "me"))
    for n in range(40):
        await enqueue_portraits(redis, command(f"other {n:02}"))
    for n in range(20):
        await done(redis, command(f"other {n:02}"))
    await enqueue_portraits(redis, command("mine 1", "me"))
    before = await scores(redis)
    await left(redis, command("mine 0", "me"))
    assert await scores(redis) == {job: place for job, place in before.items() if job != "mine 0.0"}


async def test_the_last_of_an_event_may_leave_without_the_others(redis: ArqRedis) -> None:
    """A member's leaving from far behind in the line does not move the clock, so that newcomers are not set back."""
    for n in range(50):
        await enqueue_portraits(redis, command(f"party {n:02}", event="party"))
    await begun(redis, command("party 00", event="party"))
    await left(redis, command("party 49", event="party"))
    await enqueue_portraits(redis, command("stranger"))
    assert await position(redis, "stranger") == 1


async def test_a_command_says_what_storage_knows(shop: Shop) -> None:
    """A request's command names its event and attempt, and whether its sitter has a Face LoRA by now."""
    studio = Studio(shop.storage, shop.redis, EngineChild(()), EngineChild(()), "nano", ())
    user = await shop.sitter()
    request = await shop.accept(user, "quick", "party")
    assert await studio.command(request) == MakePortraits(request.id, user.id, 0, "party", trained=False)
    await shop.storage.face_loras.save(user.id, request.set_id, b"weights", "nano", {})
    await shop.storage.requests.requeue(request.id, 0)
    again = await shop.storage.requests.get(request.id)
    assert await studio.command(again) == MakePortraits(request.id, user.id, 1, "party", trained=True)


async def test_after_a_wipe_the_reconciler_makes_a_fair_line_again(shop: Shop) -> None:
    """All of Redis is lost: what ran goes to the front, and a stranger stands second to an event that came earlier."""
    studio = Studio(shop.storage, shop.redis, EngineChild(()), EngineChild(()), "nano", ())
    ran = await shop.accept(await shop.sitter("ran"), "quick")
    await shop.storage.requests.start(ran.id, 0)
    members = [await shop.accept(await shop.sitter(f"member {n}"), "quick", "party") for n in range(6)]
    stranger = await shop.accept(await shop.sitter("stranger"), "quick")
    for _ in range(2):
        await shop.redis.flushall()
        await reconcile(studio)
        order = await waiting(shop.redis)
        others = [one for one in order if one != ran.id]
        assert others == [members[0].id, stranger.id, *(member.id for member in members[1:])]
        assert order.index(ran.id) <= 2


async def test_a_job_of_an_older_bot_is_painted(shop: Shop) -> None:
    """A job that was enqueued by the time of day and without an event is made, and does not push the clock there."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    old = await shop.accept(user, "quick")
    fields = {name: value for name, value in to_map(MakePortraits(old.id, user.id, 0)).items() if name[0] in "rua"}
    await shop.redis.enqueue_job("make_portraits", fields, _job_id=job_id(old.id, 0), _queue_name=PAINT_QUEUE)
    new = await shop.ask(other, "quick")
    async with shop.worker():
        await shop.reached(old.id, "made")
        await shop.reached(new.id, "made")
    clock = await shop.redis.get(PAINT_CLOCK)
    assert int(clock) + EPOCH_MS < timestamp_ms()
    assert (await shop.storage.quota.balance(user.id)).spent == PORTRAITS
