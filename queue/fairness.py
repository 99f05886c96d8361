"""A fair line for the painter: who is next, whoever came first.

Start-time fair queueing (Goyal, Vin, Cheng: Start-time Fair Queueing, SIGCOMM 1996). A *flow* is one person, or one
avatar event with all its members. A job begins, in virtual time, when its flow's last one has ended there, though not
before the clock, and lasts as long as its work. Whoever begins first is next, so that flows which wait side by side
get the same work done, however many jobs each of them has.

    tag    = max(clock, the flow's end);  the flow's end = tag + cost
    score  = EPOCH + tag, minus HEAD_START for a job that needs no training
    clock  = max(clock, tag) + cost / max(SHARES, 2 * crowds), whenever a job is taken

The last summand is ours. Without it the clock would stand still for as long as new people come fast enough, and what
waits beyond it would wait for ever; with it, whoever waits is passed by a bounded amount of work. Crowds are flows
with more than one job to come: events. However many there are, half of the painter's time is left to other people.

All times are milliseconds. Redis holds the clock and the flows' ends, and nothing else knows them: after a wiped Redis
everything begins anew, and in an empty line the past weighs nothing. Each operation is one Lua script, hence atomic.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast

from arq.constants import job_key_prefix
from redis.asyncio import Redis

from limner.queue.connection import JOB_LIFE, PAINT_CLOCK, PAINT_FLOWS, PAINT_QUEUE, PAINT_TICKETS, job_id
from limner.queue.messages import MakePortraits

# What nano takes on two cores, whole numbers near the upper ends (docs/measurements.md, "Time and memory of one
# sitter"). Only their ratio matters.
TRAINING_MS = 200_000
RENDERING_MS = 25_000
# Whoever need not train goes before whoever must, as if it had come this much earlier.
HEAD_START_MS = TRAINING_MS
# The clock moves by an eighth of the work that is done. So each of up to four events gets an eighth of the painter at
# least while no more people come than can be painted, and two events let six of them pass before it is their own turn.
SHARES = 8
# Virtual zero. A job is due when its score is in the past: from here to now there is room for 25 years without a
# moment in which the line is empty. Never 0, which arq takes for no score at all.
EPOCH_MS = 1_000_000_000_000

_KEYS = (PAINT_QUEUE, PAINT_CLOCK, PAINT_FLOWS, PAINT_TICKETS)
# Keys: the four above, the job's value. Arguments: job, value, its life in ms, flow, cost, head start,
# whether it was charged before ('1'), epoch. Answers 0, and changes nothing, when the job is there already. Each
# newcomer moves the clock by a millisecond, so that those who come at one time stand in the order of their coming.
ENTER = """
if redis.call('exists', KEYS[5]) == 1 then return 0 end
if redis.call('exists', KEYS[1]) == 0 then redis.call('del', KEYS[2], KEYS[3], KEYS[4]) end
local clock = tonumber(redis.call('get', KEYS[2]) or '0')
local tag = clock
if ARGV[7] ~= '1' and redis.call('hexists', KEYS[4], ARGV[1]) == 0 then
    tag = math.max(clock, tonumber(redis.call('zscore', KEYS[3], ARGV[4]) or '0'))
    redis.call('zadd', KEYS[3], string.format('%.0f', tag + ARGV[5]), ARGV[4])
    redis.call('hset', KEYS[4], ARGV[1], string.format('%.0f %.0f %s', ARGV[5], tag, ARGV[4]))
end
redis.call('set', KEYS[2], string.format('%.0f', clock + 1))
redis.call('psetex', KEYS[5], ARGV[3], ARGV[2])
redis.call('zadd', KEYS[1], 'NX', string.format('%.0f', ARGV[8] + tag - ARGV[6]), ARGV[1])
return 1
"""

# The first four keys; arguments: job, SHARES, the cost of one job at most. A ticket of cost 0 was used: the clock
# moves once for each job, however often it is taken. A job without a ticket (a later try) moves it not at all.
TAKEN = """
local cost, tag, flow = string.match(redis.call('hget', KEYS[4], ARGV[1]) or '', '^(%d+) (%d+) (.+)$')
if not cost or tonumber(cost) == 0 then return 0 end
local clock = math.max(tonumber(redis.call('get', KEYS[2]) or '0'), tonumber(tag))
local crowds = redis.call('zcount', KEYS[3], string.format('(%.0f', clock + ARGV[3]), '+inf')
clock = clock + math.floor(cost / math.max(tonumber(ARGV[2]), 2 * crowds))
redis.call('set', KEYS[2], string.format('%.0f', clock))
redis.call('zremrangebyscore', KEYS[3], '-inf', string.format('%.0f', clock))
redis.call('hset', KEYS[4], ARGV[1], '0 ' .. tag .. ' ' .. flow)
return 1
"""

# The same keys; argument: job. Of one that was never begun, the flow's later jobs move up into its place, up to where
# there was a gap in their coming, and so does the flow's end.
LEFT = """
local read = '^(%d+) (%d+) (.+)$'
local cost, tag, flow = string.match(redis.call('hget', KEYS[4], ARGV[1]) or '', read)
if not cost then return 0 end
redis.call('hdel', KEYS[4], ARGV[1])
if tonumber(cost) == 0 then return 1 end
local later, tickets = {}, redis.call('hgetall', KEYS[4])
for n = 1, #tickets, 2 do
    local its_cost, its_tag, its_flow = string.match(tickets[n + 1], read)
    if its_flow == flow and tonumber(its_cost) > 0 and tonumber(its_tag) > tonumber(tag) then
        later[#later + 1] = {job = tickets[n], cost = its_cost, tag = tonumber(its_tag)}
    end
end
table.sort(later, function(one, other) return one.tag < other.tag end)
local following = tag + cost
for _, one in ipairs(later) do
    if one.tag ~= following then return 1 end
    following = one.tag + one.cost
    redis.call('hset', KEYS[4], one.job, string.format('%.0f %.0f %s', one.cost, one.tag - cost, flow))
    redis.call('zincrby', KEYS[1], -cost, one.job)
end
if tonumber(redis.call('zscore', KEYS[3], flow) or '-1') == following then
    redis.call('zincrby', KEYS[3], -cost, flow)
end
return 1
"""


def flow_of(command: MakePortraits) -> str:
    """Name the flow of a request: its event, or else its sitter."""
    return f"user:{command.user_id}" if command.event_id is None else f"event:{command.event_id}"


def person_of(text: str) -> str | None:
    """Read whose flow a flow's name, or a ticket, speaks of; None where it is an event's."""
    kind, _, user_id = text.rpartition(" ")[2].partition(":")
    return user_id if kind == "user" else None


def cost_of(command: MakePortraits) -> int:
    """Estimate a request's work in milliseconds."""
    return RENDERING_MS if command.trained else TRAINING_MS + RENDERING_MS


@dataclass(frozen=True, slots=True)
class FairLine:
    """The painter's line in Redis. Every call may be repeated and then changes nothing."""

    redis: Redis

    async def enter(self, command: MakePortraits, value: bytes) -> bool:
        """Put one attempt at a request into the line, with arq's `value` of its job; False when it is there already.

        The first attempt is charged to its flow, once. A later one, and a first one that was lost after it had been
        taken, goes to the front: it has waited and paid already.
        """
        job, again = job_id(command.request_id, command.attempt), command.attempt > 0
        head_start = HEAD_START_MS if command.trained else 0
        charge = (flow_of(command), cost_of(command), head_start, int(again), EPOCH_MS)
        keys = (*_KEYS, f"{job_key_prefix}{job}")
        life_ms = int(JOB_LIFE.total_seconds() * 1000)
        return bool(await self._run(ENTER, keys, job, value, life_ms, *charge))

    async def taken(self, job: str) -> None:
        """Note that a worker has begun a job: virtual time goes on."""
        await self._run(TAKEN, _KEYS, job, SHARES, TRAINING_MS + RENDERING_MS)

    async def left(self, job: str) -> None:
        """Note that a job will not come again. In place of one that nobody has begun, its flow's later ones move up."""
        await self._run(LEFT, _KEYS, job)

    async def _run(self, script: str, keys: tuple[str, ...], *arguments: str | bytes | int) -> Any:
        # redis-py types this call for its synchronous twin too, and takes bytes though it does not say so.
        plain = [value if isinstance(value, bytes) else str(value) for value in arguments]
        return await cast("Awaitable[Any]", self.redis.eval(script, len(keys), *keys, *cast("list[str]", plain)))
