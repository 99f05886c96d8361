"""Delivery: results arrive or stay in the outbox, progress may be dropped."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from limner.bots.delivery import Delivery
from limner.bots.events import ForgetConfirmed
from limner.bots.replies import Forgotten, PortraitsReady, PreviewReady, ProgressShown, QueueMoved, Reply
from limner.queue.messages import Moved, PortraitsMade, Progressed
from limner.tests.fakes.talk import Talk


@dataclass
class FakeDoor:
    """A platform that notes what it is given, and can be shut or broken."""

    is_open: bool = True
    arrives: bool = True
    breaks: bool = False
    results: list[tuple[str, Sequence[Reply]]] = field(default_factory=list)
    shown: list[ProgressShown | QueueMoved] = field(default_factory=list)

    def reachable(self, user_id: str) -> bool:
        """Say whether the platform reaches anybody."""
        return self.is_open

    async def deliver(self, user_id: str, notice_id: str, replies: Sequence[Reply]) -> bool:
        """Note a result."""
        if self.breaks:
            raise RuntimeError("The platform is broken.")
        self.results.append((user_id, replies))
        return self.arrives

    async def receipt(self, platform_id: str, reply: Forgotten) -> bool:
        """Tell a receipt."""
        return True

    async def progress(self, user_id: str, reply: ProgressShown | QueueMoved) -> None:
        """Note progress."""
        self.shown.append(reply)


def delivery_to(talk: Talk, door: FakeDoor, sweep_s: float = 60) -> Delivery:
    """Make a delivery that sweeps by itself only once a minute."""
    return Delivery(talk.conversation, talk.storage, talk.queue, "test", door, sweep_s=sweep_s)


@asynccontextmanager
async def running(delivery: Delivery) -> AsyncIterator[None]:
    """Run a delivery beside the test."""
    task = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.05)  # it listens from now on
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(happened: Callable[[], object]) -> None:
    """Wait until something is true, five seconds at most."""
    for _ in range(500):
        if happened():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It did not happen.")


async def made(talk: Talk) -> str:
    """Make portraits for a person whose photos they were told about; return the request's id."""
    request = await talk.request()
    for notice in await talk.storage.outbox.pending("test"):
        await talk.storage.outbox.delivered(notice.id)
    await talk.make(request)
    return request.id


async def test_a_result_arrives_and_leaves_the_outbox(talk: Talk) -> None:
    """Portraits are brought once; what has arrived is not brought again."""
    request_id, door = await made(talk), FakeDoor()
    delivery = delivery_to(talk, door)
    assert await delivery.sweep() == 1
    ((user_id, (ready,)),) = door.results
    assert user_id == talk.user.id
    assert isinstance(ready, PortraitsReady)
    assert ready.request.id == request_id
    assert await delivery.sweep() == 0


async def test_a_sketch_comes_before_the_portraits_and_never_after(talk: Talk) -> None:
    """A sketch is brought once while the portraits are made; one that was not brought by then is left out."""
    request, door = await talk.request(), FakeDoor()
    for notice in await talk.storage.outbox.pending("test"):
        await talk.storage.outbox.delivered(notice.id)
    await talk.storage.requests.preview(request.id, b"sketch")
    assert await delivery_to(talk, FakeDoor(arrives=False)).sweep() == 0
    assert await delivery_to(talk, door).sweep() == 1
    assert await delivery_to(talk, door).sweep() == 0, "brought once, also after a restart"
    await talk.make(request)
    assert await delivery_to(talk, door).sweep() == 1
    assert [type(reply) for _, replies in door.results for reply in replies] == [PreviewReady, PortraitsReady]


async def test_a_sketch_of_portraits_that_are_there_is_left_out(talk: Talk) -> None:
    """Whoever could not be reached meanwhile gets the portraits alone, and the notice of the sketch is settled."""
    request, door = await talk.request(), FakeDoor()
    for notice in await talk.storage.outbox.pending("test"):
        await talk.storage.outbox.delivered(notice.id)
    await talk.storage.requests.preview(request.id, b"sketch")
    await talk.make(request)
    assert await delivery_to(talk, door).sweep() == 2
    assert [type(reply) for _, replies in door.results for reply in replies] == [PortraitsReady]
    assert await talk.storage.outbox.pending("test") == []


@pytest.mark.parametrize("trouble", [FakeDoor(is_open=False), FakeDoor(arrives=False), FakeDoor(breaks=True)])
async def test_what_does_not_arrive_stays(talk: Talk, trouble: FakeDoor) -> None:
    """A closed page, a refusal of the platform and a broken platform leave the result in the outbox."""
    await made(talk)
    assert await delivery_to(talk, trouble).sweep() == 0
    later = FakeDoor()
    assert await delivery_to(talk, later).sweep() == 1
    assert len(later.results) == 1


async def test_one_broken_delivery_does_not_hold_up_the_others(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one notice cannot be brought, the next ones still are."""
    request = await talk.request()
    await talk.make(request)
    door = FakeDoor()
    broken = talk.storage.outbox.pending

    async def with_a_ghost(platform: str, limit: int) -> list[object]:
        real = await broken(platform, limit)
        return [object.__new__(type(real[0])), *real]

    monkeypatch.setattr(talk.storage.outbox, "pending", with_a_ghost)
    monkeypatch.setattr(door, "reachable", lambda _: True)
    with pytest.raises(AttributeError):
        await delivery_to(talk, door).sweep()
    monkeypatch.undo()
    assert await delivery_to(talk, door).sweep() == 4


async def test_news_wakes_the_outbox_and_progress_passes(talk: Talk) -> None:
    """News of a result brings it at once; progress and places are shown as they come."""
    request_id, door = await made(talk), FakeDoor(is_open=False)
    async with running(delivery_to(talk, door)):
        await talk.queue.publish(Progressed(talk.user.id, request_id, "train", 1, 2, None))
        door.is_open = True
        await talk.queue.publish(Progressed(talk.user.id, request_id, "train", 2, 2, None))
        await talk.queue.publish(Moved(talk.user.id, request_id, 3))
        await talk.queue.publish(PortraitsMade(talk.user.id, request_id))
        await until(lambda: door.results)
    assert [type(one) for one in door.shown[-2:]] == [ProgressShown, QueueMoved]


async def test_lost_news_is_made_up_for_by_the_next_sweep(talk: Talk) -> None:
    """A result whose news never came is brought by the sweep."""
    door = FakeDoor()
    async with running(delivery_to(talk, door, sweep_s=0.1)):
        await made(talk)
        await until(lambda: any(isinstance(one, PortraitsReady) for _, (one, *_) in door.results))


async def test_a_broken_outbox_does_not_end_delivery(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away for a moment is tried again."""
    await made(talk)
    door, working = FakeDoor(), talk.storage.outbox.pending
    failures = iter([True, True])

    async def sometimes(platform: str, limit: int) -> object:
        if next(failures, False):
            raise OSError("The database is away.")
        return await working(platform, limit)

    monkeypatch.setattr(talk.storage.outbox, "pending", sometimes)
    async with running(delivery_to(talk, door, sweep_s=0.05)):
        await until(lambda: door.results)


async def test_the_queue_may_be_away_at_the_start(talk: Talk) -> None:
    """Results are brought even while the news cannot be read."""
    await made(talk)
    talk.queue.away = True
    door = FakeDoor()
    async with running(delivery_to(talk, door, sweep_s=0.05)):
        await until(lambda: door.results)
        talk.queue.away = False
        await asyncio.sleep(0.2)
        await talk.queue.publish(Moved(talk.user.id, "r", 1))
        await until(lambda: door.shown)


async def test_one_person_who_takes_long_holds_up_nobody(talk: Talk) -> None:
    """While a delivery to one person waits, others are brought theirs."""
    await made(talk)
    user = await talk.storage.users.get_or_create("test", "somebody else")
    other = Talk(talk.conversation, talk.storage, talk.queue, user, talk.shades)
    await other.make(await other.request())
    waits, door = asyncio.Event(), FakeDoor()
    deliver = door.deliver

    async def slowly(user_id: str, notice_id: str, replies: Sequence[Reply]) -> bool:
        if user_id == talk.user.id:
            await waits.wait()
        return await deliver(user_id, notice_id, replies)

    door.deliver = slowly  # type: ignore[method-assign]
    async with running(delivery_to(talk, door, sweep_s=0.05)):
        await until(lambda: door.results)
        assert {user_id for user_id, _ in door.results} == {other.user.id}
        waits.set()
        # Not a count: the other person has notices of photos too, and any number of them may be there by now.
        await until(lambda: {user_id for user_id, _ in door.results} == {other.user.id, talk.user.id})


async def test_a_removed_photo_is_ticked_off_without_a_word(talk: Talk) -> None:
    """A verdict on a photo that was removed meanwhile is not told."""
    await talk.agree()
    (photo_id,) = await talk.send_good_photos(1)
    door = FakeDoor()
    await talk.storage.photos.remove(photo_id, talk.user.id)
    await delivery_to(talk, door).sweep()
    assert door.results == []
    assert await talk.storage.outbox.pending("test") == []


async def test_a_forgotten_person_is_told_nothing(talk: Talk) -> None:
    """Forgetting takes the notices along."""
    await made(talk)
    await talk.say(ForgetConfirmed())
    door = FakeDoor()
    assert await delivery_to(talk, door).sweep() == 0
    assert door.results == []


async def test_only_ones_own_notices_can_be_ticked_off(talk: Talk) -> None:
    """`arrived` takes the notices of this person only."""
    await made(talk)
    (notice,) = await talk.storage.outbox.pending("test")
    delivery = delivery_to(talk, FakeDoor())
    await delivery.arrived("somebody else", {notice.id})
    assert await talk.storage.outbox.pending("test") == [notice]
    await delivery.arrived(talk.user.id, {notice.id})
    assert await talk.storage.outbox.pending("test") == []


async def test_a_seen_notice_is_ticked_off_however_many_wait_before_it(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notices of people who never come back, oldest first, do not keep what somebody has seen in the outbox."""
    monkeypatch.setattr("limner.bots.delivery.MOST", 1)
    me, talk.user = talk.user, await talk.storage.users.get_or_create("test", "gone for good")
    await made(talk)
    others = await talk.storage.outbox.pending("test")
    talk.user = me
    await talk.make(await talk.request())
    mine = await talk.storage.outbox.of_user("test", me.id)
    assert others
    assert mine
    await delivery_to(talk, FakeDoor()).arrived(me.id, {notice.id for notice in mine})
    assert await talk.storage.outbox.pending("test") == others
