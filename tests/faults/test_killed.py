"""Whatever process is killed, whenever: an accepted request ends, and is paid for once."""

import asyncio
import signal
from collections.abc import AsyncIterator

import psutil
import pytest

from limner.queue.messages import MakePortraits, PortraitsMade, PreviewMade, Progressed, RequestFailed
from limner.storage import User
from limner.tests.fakes.shop import PORTRAITS, Shop, until

Process = asyncio.subprocess.Process


@pytest.fixture
async def workers(shop: Shop) -> AsyncIterator[list[Process]]:
    """Keep the workers of a test, and end those that it leaves."""
    started: list[Process] = []
    yield started
    for worker in started:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def painter_of(pid: int) -> psutil.Process:
    """Find the painter of a worker."""
    (painter,) = [child for child in psutil.Process(pid).children() if "painter" in child.cmdline()]
    return painter


async def paid_once(shop: Shop, user: User) -> bool:
    """Tell whether one request was made and paid for, and nothing is held."""
    balance = await shop.storage.quota.balance(user.id)
    settled = [entry for entry in await shop.storage.quota.history(user.id) if entry.kind == "commit"]
    return (balance.spent, balance.held, len(settled)) == (PORTRAITS, 0, 1)


async def trained_from(shop: Shop, set_id: str, user: User) -> int:
    """Read from the small engine's Face LoRA at which step its training went on."""
    lora = await shop.storage.face_loras.for_set(set_id, "nano")
    assert lora is not None
    return int((await shop.storage.face_loras.read(lora.id, user.id)).rpartition(b" ")[2])


async def test_a_killed_engine_goes_on_from_its_checkpoint(shop: Shop) -> None:
    """An engine killed by SIGKILL in mid-training resumes from its checkpoint, ends made, and quota is spent once."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "slow")
        await shop.checkpointed(request.id)
        painter_of(psutil.Process().pid).kill()
        made = await shop.reached(request.id, "made", "failed")
        await shop.heard(PortraitsMade(user.id, request.id))
    assert (made.state, made.attempt) == ("made", 1)
    assert await trained_from(shop, request.set_id, user) > 0
    assert await paid_once(shop, user)


async def lora_of(shop: Shop, set_id: str, user: User) -> bytes:
    """Read the Face LoRA of a set, whose photos must be gone."""
    lora = await shop.storage.face_loras.for_set(set_id, "nano")
    assert lora is not None
    assert {photo.state for photo in await shop.storage.photos.of_set(set_id)} == {"deleted"}
    return await shop.storage.face_loras.read(lora.id, user.id)


async def test_an_engine_that_dies_drawing_has_not_trained_for_nothing(shop: Shop) -> None:
    """The Face LoRA outlives an engine that dies with it in hand: the next try only draws."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "dies-drawing")
        made = await shop.reached(request.id, "made", "failed")
    assert (made.state, made.attempt) == ("made", 1)
    assert await lora_of(shop, request.set_id, user) == b"Face LoRA trained from step 0"
    assert await paid_once(shop, user)


async def test_a_request_that_is_blocked_has_not_trained_for_nothing(shop: Shop) -> None:
    """No portrait passes the check: the request fails, its photos go, and the Face LoRA stays for the next request."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "blocked")
        failed = await shop.reached(request.id, "failed", "made")
        assert (failed.state, failed.reason) == ("failed", "blocked")
        learned = await lora_of(shop, request.set_id, user)
        again = await shop.storage.requests.accept(user.id, request.set_id, "quick", PORTRAITS, 7)
        await shop.client.make_portraits(MakePortraits(again.id, user.id, again.attempt))
        await shop.reached(again.id, "made")
        assert await lora_of(shop, request.set_id, user) == learned
    assert await paid_once(shop, user)


async def sketches(shop: Shop) -> list[str]:
    """List the notices and the news of sketches, by what they are."""
    told = [notice.kind for notice in await shop.storage.outbox.pending("web") if notice.kind == "preview_made"]
    return [*told, *(type(news).__name__ for news in await shop.news(PreviewMade))]


async def test_a_killed_engine_sketches_once(shop: Shop) -> None:
    """An engine killed after its sketch, and a worker's try that begins anew, bring no second one."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "sketched")
        await shop.heard(PreviewMade(user.id, request.id))
        painter_of(psutil.Process().pid).kill()
        made = await shop.reached(request.id, "made", "failed")
    assert (made.state, made.attempt) == ("made", 1)
    assert await sketches(shop) == ["preview_made", "PreviewMade"]


async def test_an_engine_that_dies_by_itself_once_is_forgiven(shop: Shop) -> None:
    """An engine that dies in the middle of a first training is followed by one that ends it."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "dies-once")
        await shop.reached(request.id, "made")
    assert await trained_from(shop, request.set_id, user) == 10
    assert await paid_once(shop, user)


async def test_an_engine_that_dies_every_time_ends_in_an_honest_failure(shop: Shop) -> None:
    """After three dead engines the request fails with its reason told, its quota refunded and its photos kept."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "dies")
        failed = await shop.reached(request.id, "failed", "made")
        await shop.heard(RequestFailed(user.id, request.id, "engine_failed"))
    assert (failed.state, failed.reason, failed.attempt) == ("failed", "engine_failed", 2)
    assert (await shop.storage.quota.balance(user.id)).available == 24
    assert {photo.state for photo in await shop.storage.photos.of_set(request.set_id)} == {"accepted"}


async def test_a_killed_workers_job_is_finished_by_another(shop: Shop, workers: list[Process]) -> None:
    """A worker killed by SIGKILL in mid-training takes its painter with it, and a second one ends the request."""
    user = await shop.sitter()
    request = await shop.ask(user, "slow")
    workers.append(await shop.worker_process())
    await shop.checkpointed(request.id)
    painter = painter_of(workers[0].pid)
    workers[0].kill()
    workers.append(await shop.worker_process())

    async def gone() -> bool:
        return not painter.is_running() or painter.status() == "zombie"

    await until(gone, "the painter of the dead worker is gone")
    made = await shop.reached(request.id, "made", "failed")
    assert (made.state, made.attempt) == ("made", 1)
    assert await trained_from(shop, request.set_id, user) > 0
    assert await paid_once(shop, user)


async def test_a_restarted_worker_puts_its_job_back(shop: Shop, workers: list[Process]) -> None:
    """SIGTERM in mid-training ends a worker with status 0, and the next one goes on; that was no failed try."""
    user = await shop.sitter()
    request = await shop.ask(user, "slow")
    left_by_last: bytes | None = None
    for _ in range(2):
        workers.append(await shop.worker_process())
        await shop.checkpointed(request.id, before=left_by_last)
        workers[-1].send_signal(signal.SIGTERM)
        assert await workers[-1].wait() == 0
        left_by_last = await shop.checkpointed(request.id)
        assert await shop.client.position(request.id) == 1
    workers.append(await shop.worker_process())
    made = await shop.reached(request.id, "made", "failed")
    assert (made.state, made.attempt) == ("made", 0)
    assert await trained_from(shop, request.set_id, user) > 0
    assert await paid_once(shop, user)


async def test_a_restarted_worker_leaves_a_checkpoint(shop: Shop, workers: list[Process]) -> None:
    """SIGTERM in mid-training: the job goes back with a checkpoint that was written for it, and no try is counted."""
    user = await shop.sitter()
    request = await shop.ask(user, "unkept")
    workers.append(await shop.worker_process())

    async def begun() -> bool:
        return bool(await shop.news(Progressed))

    await until(begun, "the training has begun")
    assert await shop.storage.requests.read_checkpoint(request.id) is None
    workers[0].send_signal(signal.SIGTERM)
    assert await workers[0].wait() == 0
    assert int(await shop.checkpointed(request.id) or b"0") > 0
    assert await shop.client.position(request.id) == 1
    assert (await shop.storage.requests.get(request.id)).attempt == 0


async def test_a_restarted_worker_ends_its_drawing(shop: Shop, workers: list[Process]) -> None:
    """SIGTERM while portraits are drawn: the same worker stores them before it ends, with status 0."""
    user = await shop.sitter()
    request = await shop.ask(user, "drawn-slowly")
    workers.append(await shop.worker_process())

    async def learned() -> bool:
        return await shop.storage.face_loras.learned(request.set_id)

    await until(learned, "the training is over")
    assert (await shop.storage.requests.get(request.id)).state == "running"
    workers[0].send_signal(signal.SIGTERM)
    assert await workers[0].wait() == 0
    made = await shop.storage.requests.get(request.id)
    assert (made.state, made.attempt) == ("made", 0)
    assert await paid_once(shop, user)


async def test_a_frozen_worker_writes_nothing_when_it_wakes(shop: Shop, workers: list[Process]) -> None:
    """A worker that was frozen for longer than its lease finds its job taken, stops, and takes the next one."""
    user = await shop.sitter("1")
    request = await shop.ask(user, "slow")
    workers.append(await shop.worker_process())
    await shop.checkpointed(request.id)
    workers[0].send_signal(signal.SIGSTOP)
    workers.append(await shop.worker_process())
    await shop.reached(request.id, "made")
    workers[1].send_signal(signal.SIGTERM)
    await workers[1].wait()
    workers[0].send_signal(signal.SIGCONT)
    other = await shop.sitter("2")
    await shop.reached((await shop.ask(other, "quick")).id, "made")
    assert await paid_once(shop, user)
    assert await paid_once(shop, other)
