"""What the conversation may expect of a queue: the real client on a real server, and the double of the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from limner.bots.ports import NewsSource, Queue
from limner.queue.client import QueueClient
from limner.queue.connection import connect
from limner.queue.embedded import start_embedded, stop_embedded
from limner.queue.messages import CopyPortrait, ExaminePhoto, MakePortraits, News, PhotoExamined, PortraitsMade
from limner.queue.news import publish
from limner.tests.fakes.queue_client import FakeQueue


@dataclass(frozen=True)
class Subject:
    """A queue under test, and the workers' way to publish."""

    queue: Queue
    news: NewsSource
    publish: Callable[[News], Awaitable[None]]


async def _fake() -> AsyncIterator[Subject]:
    queue = FakeQueue()
    yield Subject(queue, queue, queue.publish)


async def _real(home: Path) -> AsyncIterator[Subject]:
    url = await asyncio.to_thread(start_embedded, home)
    client, redis = await QueueClient.connect(url), await connect(url)
    yield Subject(client, client, lambda news: publish(redis, news))
    await client.close()
    await redis.aclose()
    await asyncio.to_thread(stop_embedded, home)


@pytest.fixture(params=["fake", "real"])
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    """Give each queue in turn, empty."""
    async for one in _fake() if request.param == "fake" else _real(tmp_path):
        yield one


def new_request() -> MakePortraits:
    """Make a command for a request that nobody has heard of."""
    return MakePortraits(uuid4().hex, uuid4().hex, 0)


async def test_requests_stand_in_line_in_their_order(subject: Subject) -> None:
    """The first request is next, the second comes after it, and an unknown one has no place."""
    first, second = new_request(), new_request()
    await subject.queue.make_portraits(first)
    await asyncio.sleep(0.005)  # the line is ordered by milliseconds
    await subject.queue.make_portraits(second)
    assert await subject.queue.position(first.request_id) == 1
    assert await subject.queue.position(second.request_id) == 2
    assert await subject.queue.position(uuid4().hex) is None


async def test_asking_twice_changes_nothing(subject: Subject) -> None:
    """A command that is sent twice stands in line once."""
    command, after = new_request(), new_request()
    await subject.queue.make_portraits(command)
    await subject.queue.make_portraits(command)
    await asyncio.sleep(0.005)
    await subject.queue.make_portraits(after)
    assert await subject.queue.position(after.request_id) == 2
    photo = ExaminePhoto(uuid4().hex, uuid4().hex)
    copy = CopyPortrait(uuid4().hex, uuid4().hex, 1000, square=True)
    for _ in range(2):
        await subject.queue.examine_photo(photo)
        await subject.queue.copy_portrait(copy)


async def test_a_photo_does_not_stand_before_a_request(subject: Subject) -> None:
    """Photos that are looked at take no place in the painter's line."""
    command = new_request()
    await subject.queue.examine_photo(ExaminePhoto(uuid4().hex, command.user_id))
    await subject.queue.make_portraits(command)
    assert await subject.queue.position(command.request_id) == 1


async def test_cancelling_may_be_repeated_and_may_name_nobody(subject: Subject) -> None:
    """Cancelling twice, and cancelling what is not there, is no error."""
    command = new_request()
    await subject.queue.make_portraits(command)
    await subject.queue.cancel(command.request_id, command.attempt)
    await subject.queue.cancel(command.request_id, command.attempt)
    await subject.queue.cancel(uuid4().hex)


async def test_whoever_is_forgotten_stands_in_no_line(subject: Subject) -> None:
    """What is theirs goes, everybody else's moves up, and forgetting twice, or nobody, is no error."""
    command, after = new_request(), new_request()
    await subject.queue.make_portraits(command)
    await subject.queue.examine_photo(ExaminePhoto(uuid4().hex, command.user_id))
    await asyncio.sleep(0.005)
    await subject.queue.make_portraits(after)
    for user_id in (command.user_id, command.user_id, uuid4().hex):
        await subject.queue.forget(user_id)
    assert await subject.queue.position(command.request_id) is None
    assert await subject.queue.position(after.request_id) == 1


async def test_news_comes_in_order_from_where_one_left_off(subject: Subject) -> None:
    """A listener gets what came after the id it names, in order, and can go on from any id it saw."""
    early = PhotoExamined("u", uuid4().hex, accepted=False, reason="blurred")
    late = [PortraitsMade("u", uuid4().hex) for _ in range(3)]
    await subject.publish(early)
    since = await subject.news.latest_news()
    for news in late:
        await subject.publish(news)
    heard = await _take(subject.news, since, 3)
    assert [news for _, news in heard] == late
    assert await _take(subject.news, heard[0][0], 2) == heard[1:]
    assert (await _take(subject.news, "0-0", 1))[0][1] == early


async def test_a_listener_waits_for_what_is_still_to_come(subject: Subject) -> None:
    """News that is published while somebody listens arrives."""
    listening = asyncio.create_task(_take(subject.news, await subject.news.latest_news(), 1))
    await asyncio.sleep(0.05)
    news = PortraitsMade("u", uuid4().hex)
    await subject.publish(news)
    assert (await asyncio.wait_for(listening, 10))[0][1] == news


async def _take(source: NewsSource, last_id: str, count: int) -> list[tuple[str, News]]:
    heard: list[tuple[str, News]] = []
    async for one in source.listen(last_id):
        heard.append(one)
        if len(heard) == count:
            break
    return heard
