"""Whatever is cancelled stops at once, wherever it is, and its quota comes back."""

import psutil

from limner.queue.connection import CANCELLED, PAINT_QUEUE
from limner.queue.messages import RequestCancelled
from limner.tests.fakes.shop import PORTRAITS, Shop, until


def painters() -> list[psutil.Process]:
    """List the painters that are children of this process."""
    children = psutil.Process().children()
    return [child for child in children if child.status() != "zombie" and child.cmdline()[-1:] == ["painter"]]


async def test_a_running_request_stops_and_the_painter_is_killed(shop: Shop) -> None:
    """Cancelling a training kills the painter's process, refunds the quota, tells, and leaves nothing in Redis."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "endless")
        await shop.checkpointed(request.id)
        (painter,) = painters()
        await shop.client.cancel(request.id)
        await shop.reached(request.id, "cancelled")
        await shop.heard(RequestCancelled(user.id, request.id))

        async def gone() -> bool:
            return not painter.is_running() and await shop.redis.exists(PAINT_QUEUE, CANCELLED) == 0

        await until(gone, "the painter and the job are gone")
    assert (await shop.storage.quota.balance(user.id)).available == 24


async def test_the_next_request_gets_a_new_painter(shop: Shop) -> None:
    """After a cancelled training the next waiting request is painted at once."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    async with shop.worker():
        request = await shop.ask(user, "endless")
        await shop.checkpointed(request.id)
        following = await shop.ask(other, "quick")
        await shop.client.cancel(request.id)
        await shop.reached(following.id, "made")


async def test_a_waiting_request_is_settled_behind_a_running_one(shop: Shop) -> None:
    """A request that waits behind a training is cancelled without waiting for it."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    async with shop.worker():
        training = await shop.ask(user, "endless")
        await shop.checkpointed(training.id)
        waiting = await shop.ask(other, "quick")
        await shop.client.cancel(waiting.id)
        await shop.reached(waiting.id, "cancelled")
        assert (await shop.storage.requests.get(training.id)).state == "running"
        await shop.client.cancel(training.id)


async def test_cancelling_without_a_worker_holds_until_one_comes(shop: Shop) -> None:
    """A request that was cancelled while no worker ran is never painted."""
    user = await shop.sitter()
    request = await shop.ask(user, "quick")
    await shop.client.cancel(request.id)
    async with shop.worker():
        await shop.reached(request.id, "cancelled", "made")
    assert (await shop.storage.requests.get(request.id)).state == "cancelled"


async def test_cancelling_what_is_made_changes_nothing(shop: Shop) -> None:
    """Portraits that were made stay, and stay paid, when the cancel comes too late."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "quick")
        await shop.reached(request.id, "made")
        await shop.client.cancel(request.id)

        async def seen() -> bool:
            return not await shop.redis.exists(CANCELLED)

        await until(seen, "the worker has seen the cancel")
    assert (await shop.storage.requests.get(request.id)).state == "made"
    assert (await shop.storage.quota.balance(user.id)).spent == PORTRAITS
    assert RequestCancelled(user.id, request.id) not in await shop.news()


async def test_cancelling_twice_changes_nothing_more(shop: Shop) -> None:
    """A double press refunds once."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "endless")
        await shop.checkpointed(request.id)
        for _ in range(3):
            await shop.client.cancel(request.id)
        await shop.reached(request.id, "cancelled")
        await shop.client.cancel(request.id)
    assert (await shop.storage.quota.balance(user.id)).available == 24


async def test_what_is_cancelled_in_storage_only_stops_too(shop: Shop) -> None:
    """A bot that could not reach Redis cancels in storage, and the painting stops at the next reconciliation."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    async with shop.worker():
        request = await shop.ask(user, "endless")
        await shop.checkpointed(request.id)
        await shop.storage.requests.cancel(request.id)
        await shop.reached((await shop.ask(other, "quick")).id, "made")


async def test_a_forgotten_sitter_stops_the_painting(shop: Shop) -> None:
    """When a sitter is forgotten in the middle of a training, it stops and the worker goes on with the next."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    async with shop.worker():
        request = await shop.ask(user, "endless")
        await shop.checkpointed(request.id)
        await shop.storage.forget(user.id)
        await shop.client.cancel(request.id)
        await shop.reached((await shop.ask(other, "quick")).id, "made")
