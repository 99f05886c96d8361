"""A worker does what it is told: photos get verdicts, requests get portraits, and everything is told."""

import asyncio
import errno
import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from arq.constants import job_key_prefix, retry_key_prefix

from limner.queue.connection import EXAMINE_QUEUE, PAINT_QUEUE, job_id
from limner.queue.messages import (
    ExaminePhoto,
    MakePortraits,
    Moved,
    PhotoExamined,
    PortraitsMade,
    PreviewMade,
    Progressed,
    RequestCancelled,
    RequestFailed,
)
from limner.tests.fakes.shop import PORTRAITS, Shop, until


class Crafted:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.mkdir, (self.path,)


async def test_a_good_photo_is_accepted(shop: Shop) -> None:
    """A good photo ends accepted, with embedding and thumbnail, and that is told."""
    user = await shop.sitter()
    async with shop.worker():
        photo = await shop.photo(user, b"good selfie")
        assert await shop.examined(photo, user) == ("accepted", None)
        await shop.heard(PhotoExamined(user.id, photo, accepted=True, reason=None))
    assert await shop.storage.photos.thumbnail(photo, user.id) == b"thumbnail of good selfie"
    assert len((await shop.storage.photos.embeddings(await shop.storage.photos.open_set(user.id)))[photo]) == 512


async def test_a_bad_photo_is_refused_with_its_reason(shop: Shop) -> None:
    """A bad photo ends refused, its reason is stored and told, and the rest of the set lives on."""
    user = await shop.sitter()
    async with shop.worker():
        bad, good = await shop.photo(user, b"holiday.zip"), await shop.photo(user, b"good selfie")
        assert await shop.examined(bad, user) == ("refused", "not_an_image")
        assert await shop.examined(good, user) == ("accepted", None)
        await shop.heard(PhotoExamined(user.id, bad, accepted=False, reason="not_an_image"))


async def test_a_photo_that_kills_the_examiner_is_refused(shop: Shop) -> None:
    """A photo over which the examiner dies three times is refused, and the next photo is examined as ever."""
    user = await shop.sitter()
    async with shop.worker():
        deadly, good = await shop.photo(user, b"die"), await shop.photo(user, b"good selfie")
        assert await shop.examined(deadly, user) == ("refused", "check_failed")
        assert await shop.examined(good, user) == ("accepted", None)


async def test_a_photo_that_hangs_the_examiner_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A photo over which the examiner hangs is refused at the first try, and the next photo is examined as ever."""
    monkeypatch.setattr("limner.queue.jobs.EXAMINATION_S", 0.5)
    user = await shop.sitter()
    async with shop.worker():
        endless, good = await shop.photo(user, b"hang"), await shop.photo(user, b"good selfie")
        assert await shop.examined(endless, user) == ("refused", "too_slow")
        assert await shop.examined(good, user) == ("accepted", None)
        await shop.heard(PhotoExamined(user.id, endless, accepted=False, reason="too_slow"))


async def test_a_removed_photo_disturbs_nobody(shop: Shop) -> None:
    """A photo that was taken back before its check leaves no job behind."""
    user = await shop.sitter()
    photo = await shop.photo(user, b"good selfie")
    await shop.storage.photos.remove(photo, user.id)

    async def empty() -> bool:
        return not await shop.redis.exists(EXAMINE_QUEUE)

    async with shop.worker():
        await until(empty, "the job leaves the queue")
    assert await shop.news() == []


async def test_a_photo_whose_original_is_lost_is_refused(shop: Shop) -> None:
    """Its sitter is told, instead of waiting for a verdict for ever."""
    user = await shop.sitter()
    photo = await shop.photo(user, b"good selfie")
    (original,) = (shop.folder / "objects/users" / user.id / "photo").iterdir()
    original.unlink()

    async def refused() -> bool:
        return (await shop.storage.photos.get(photo, user.id)).reason == "check_failed"

    async with shop.worker():
        await until(refused, "the photo is refused")


async def test_a_request_ends_in_portraits(shop: Shop) -> None:
    """A request ends made: its portraits stored best first, quota spent once, originals gone, Face LoRA kept."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "quick")
        await shop.reached(request.id, "made")
        await shop.heard(PortraitsMade(user.id, request.id))
    portraits = await shop.storage.portraits.of_request(request.id)
    assert [portrait.n for portrait in portraits] == list(range(PORTRAITS))
    assert await shop.storage.portraits.read(portraits[0].id, user.id) == b"portrait 0 in quick"
    balance = await shop.storage.quota.balance(user.id)
    assert (balance.spent, balance.held) == (PORTRAITS, 0)
    assert {photo.state for photo in await shop.storage.photos.of_set(request.set_id)} == {"deleted"}
    lora = await shop.storage.face_loras.for_set(request.set_id, "nano")
    assert lora is not None
    assert await shop.storage.face_loras.read(lora.id, user.id) == b"Face LoRA trained from step 0"


async def test_a_second_style_needs_no_training(shop: Shop) -> None:
    """A second request from the same set is painted with its Face LoRA and reference, without any photo."""
    user = await shop.sitter()
    async with shop.worker():
        first = await shop.ask(user, "quick")
        await shop.reached(first.id, "made")
        again = await shop.storage.requests.accept(user.id, first.set_id, "endless", PORTRAITS, 8)
        await shop.client.make_portraits(MakePortraits(again.id, user.id, again.attempt))
        await shop.reached(again.id, "made")


async def test_progress_is_told_from_first_to_last(shop: Shop) -> None:
    """The last progress of a stage is always told, and far fewer than were made."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "slow")
        await shop.reached(request.id, "made")
    told = [news for news in await shop.news(Progressed) if isinstance(news, Progressed)]
    assert told[0].done == 1
    assert (told[-1].done, told[-1].total) == (100, 100)
    assert len(told) < 50


async def test_what_the_engine_refuses_fails_at_once(shop: Shop) -> None:
    """A request that the engine refuses fails at its first try, with the engine's reason, and is refunded."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "no such style")
        failed = await shop.reached(request.id, "failed")
        await shop.heard(RequestFailed(user.id, request.id, "unknown_style"))
    assert (failed.reason, failed.attempt) == ("unknown_style", 0)
    assert (await shop.storage.quota.balance(user.id)).available == 24


@pytest.mark.parametrize("deaths", [0, 1])
async def test_a_job_in_another_name_makes_no_news_for_them(
    shop: Shop, deaths: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A job that names somebody else than its request is left alone; the request ends for its owner alone."""
    owner, other = await shop.sitter("owner"), await shop.sitter("other")
    request = await shop.accept(owner, "unknown")
    await shop.client.make_portraits(MakePortraits(request.id, other.id, request.attempt))
    if deaths:
        await shop.redis.set(f"{retry_key_prefix}{job_id(request.id, 0)}", deaths)
    async with shop.worker():
        await shop.reached(request.id, "failed")
        await shop.heard(RequestFailed(owner.id, request.id, "unknown_style"))
    assert "names another person" in caplog.text
    told = await shop.news(PhotoExamined, Progressed, PreviewMade, PortraitsMade, RequestFailed, RequestCancelled)
    assert not [news for news in told if news.user_id == other.id]


async def test_photo_checks_do_not_wait_behind_a_training(shop: Shop) -> None:
    """While one request trains without end and another waits, a photo is examined all the same."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    async with shop.worker():
        training = await shop.ask(user, "endless")
        await shop.checkpointed(training.id)
        await shop.ask(other, "quick")
        photo = await shop.photo(await shop.sitter("3"), b"good selfie")
        assert await shop.examined(photo, await shop.sitter("3")) == ("accepted", None)
        assert (await shop.storage.requests.get(training.id)).state == "running"
        await shop.client.cancel(training.id)


async def test_waiting_requests_are_told_their_places(shop: Shop) -> None:
    """Whoever waits is told each new place, and the client answers the same."""
    users = [await shop.sitter(str(n)) for n in range(3)]
    requests = [await shop.ask(user, "endless") for user in users]
    assert [await shop.client.position(request.id) for request in requests] == [1, 2, 3]
    async with shop.worker():
        await shop.heard(Moved(users[2].id, requests[2].id, 2))
        assert await shop.client.position(requests[0].id) is None
        await shop.client.cancel(requests[0].id)
        await shop.heard(Moved(users[2].id, requests[2].id, 1))
        for request in requests[1:]:
            await shop.client.cancel(request.id)
            await shop.reached(request.id, "cancelled")


async def test_asking_twice_changes_nothing(shop: Shop) -> None:
    """A command that is sent twice makes one job, and one that is sent again after its end changes nothing."""
    user = await shop.sitter()
    command = MakePortraits((await shop.ask(user, "quick")).id, user.id, 0)
    await shop.client.make_portraits(command)
    assert await shop.redis.zcard(PAINT_QUEUE) == 1
    async with shop.worker():
        await shop.reached(command.request_id, "made")
        await shop.client.make_portraits(command)

        async def empty() -> bool:
            return not await shop.redis.exists(PAINT_QUEUE)

        await until(empty, "the repeated job leaves the queue")
    assert (await shop.storage.quota.balance(user.id)).spent == PORTRAITS
    assert len(await shop.storage.portraits.of_user(user.id)) == PORTRAITS


@pytest.mark.parametrize("garbage", ["pickle", "bytes", "fields"])
async def test_a_crafted_job_neither_runs_code_nor_stops_the_worker(shop: Shop, garbage: str, tmp_path: Path) -> None:
    """A job that holds a pickle, noise or wrong fields is dropped, and the worker goes on with the next photo."""
    target = tmp_path / "pwned"
    value = {
        "pickle": pickle.dumps(Crafted(target)),
        "bytes": b"\xc1\xff\x00",
        "fields": b"\x85\xa1t\xc0\xa1f\xadexamine_photo\xa1a\x91\x01\xa1k\x80\xa2et\x01",
    }[garbage]
    for queue in (EXAMINE_QUEUE, PAINT_QUEUE):
        await shop.redis.set(job_key_prefix + queue, value)
        await shop.redis.zadd(queue, {queue: 1})
    user = await shop.sitter()
    async with shop.worker():
        photo = await shop.photo(user, b"good selfie")
        assert await shop.examined(photo, user) == ("accepted", None)

        async def empty() -> bool:
            return not await shop.redis.exists(EXAMINE_QUEUE, PAINT_QUEUE)

        await until(empty, "the crafted jobs leave the queues")
    assert not target.exists()


async def test_what_storage_accepted_and_redis_lost_is_done_all_the_same(shop: Shop) -> None:
    """A request that never reached the queue (the bot died in between) is found by the reconciler and made."""
    user = await shop.sitter()
    request = await shop.accept(user, "quick")
    async with shop.worker():
        await shop.reached(request.id, "made")
    assert (await shop.storage.requests.get(request.id)).attempt == 0


async def test_a_disk_that_is_full_for_a_moment_fails_no_request(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries that break lie seconds apart: what is wrong for two seconds costs one of the three."""
    request, requests = await shop.accept(await shop.sitter(), "quick"), shop.storage.requests
    began, read = time.monotonic(), requests.read_checkpoint

    async def full(request_id: str) -> bytes | None:
        if time.monotonic() < began + 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await read(request_id)

    monkeypatch.setattr(requests, "read_checkpoint", full)
    async with shop.worker():
        assert (await shop.reached(request.id, "made", "failed")).state == "made"


async def test_a_photo_of_a_bot_whose_clock_was_fast_is_examined_at_once(shop: Shop) -> None:
    """A job that the queue has for three hours from now, since a clock was wrong, is done very soon."""
    user = await shop.sitter()
    photos = shop.storage.photos
    photo = await photos.add(user.id, await photos.open_set(user.id), b"good selfie")
    await shop.client.examine_photo(ExaminePhoto(photo.id, user.id))
    await shop.redis.zincrby(EXAMINE_QUEUE, 3 * 3_600_000, photo.id)
    async with shop.worker():
        assert await shop.examined(photo.id, user) == ("accepted", None)


async def test_a_photo_that_never_reached_the_queue_is_examined_all_the_same(shop: Shop) -> None:
    """A photo that was stored when Redis was away gets its verdict from the next worker."""
    user = await shop.sitter()
    photos = shop.storage.photos
    photo = await photos.add(user.id, await photos.open_set(user.id), b"good selfie")
    async with shop.worker():
        assert await shop.examined(photo.id, user) == ("accepted", None)


async def test_a_damaged_job_of_a_request_is_mended(shop: Shop) -> None:
    """A request whose job became unreadable in Redis is enqueued anew and made."""
    user = await shop.sitter()
    request = await shop.ask(user, "quick")
    await shop.redis.set(job_key_prefix + job_id(request.id, 0), b"\xc1")
    async with shop.worker():
        await shop.reached(request.id, "made")


async def test_a_job_is_picked_up_quickly(shop: Shop) -> None:
    """With the default habits a photo's verdict takes less than a second once the examiner is warm."""
    user = await shop.sitter()
    async with shop.worker():
        await shop.examined(await shop.photo(user, b"good first"), user)
        began = time.monotonic()
        await shop.examined(await shop.photo(user, b"good second"), user)
    assert time.monotonic() - began < 1.0


async def test_nothing_is_enqueued_twice_by_two_bots(shop: Shop) -> None:
    """The same photo sent for examination by two processes at once is one job."""
    user = await shop.sitter()
    photo = await shop.photo(user, b"good selfie")
    await asyncio.gather(*(shop.client.examine_photo(ExaminePhoto(photo, user.id)) for _ in range(5)))
    assert await shop.redis.zcard(EXAMINE_QUEUE) == 1


async def test_a_first_sketch_is_kept_and_told(shop: Shop) -> None:
    """A sketch is in storage and in the news while the training goes on, and gone when that is cancelled."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "sketched-endless")
        await shop.heard(PreviewMade(user.id, request.id))
        assert await shop.storage.requests.read_preview(request.id, user.id) == b"sketch"
        await shop.storage.requests.cancel(request.id)
        await shop.client.cancel(request.id)
        await shop.heard(RequestCancelled(user.id, request.id))
    assert not await shop.storage.requests.has_preview(request.id)


async def test_a_second_style_is_not_sketched(shop: Shop) -> None:
    """What needs no training has its portraits in seconds, and no sketch before them."""
    user = await shop.sitter()
    async with shop.worker():
        first = await shop.ask(user, "quick")
        await shop.reached(first.id, "made")
        again = await shop.storage.requests.accept(user.id, first.set_id, "sketched", PORTRAITS, 8)
        await shop.client.make_portraits(MakePortraits(again.id, user.id, again.attempt))
        await shop.heard(PortraitsMade(user.id, again.id))
    assert await shop.news(PreviewMade) == []
