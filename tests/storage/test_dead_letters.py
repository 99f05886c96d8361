"""Dead letters: what failed is seen, tried again from what is left, and given back once."""

from collections.abc import Callable

import pytest

from limner.storage import NewPortrait, Request, Storage, User
from limner.storage.errors import NotFoundError, QuotaExceededError, StorageError
from limner.storage.quota import Balance

Maker = Callable[[int], list[NewPortrait]]


async def ask(storage: Storage, user: User, count: int = 4) -> Request:
    """Send a photo that is good and ask for portraits."""
    set_id = await storage.photos.open_set(user.id)
    photo = await storage.photos.add(user.id, set_id, b"photo %d" % len(await storage.photos.of_set(set_id)))
    await storage.photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
    return await storage.requests.accept(user.id, set_id, "oil", count, 7)


async def test_what_failed_or_waits_is_listed(storage: Storage, sitter: User, new_portraits: Maker) -> None:
    """The list has whose a request is and what became of its quota; what was made or cancelled is not in it."""
    made, cancelled, failed, waiting = [await ask(storage, sitter, 2) for _ in range(4)]
    await storage.requests.made(made.id, new_portraits(2))
    await storage.requests.cancel(cancelled.id)
    await storage.requests.fail(failed.id, "engine_failed")
    letters = await storage.dead_letters.newest()
    assert [(one.request.id, one.platform_id, one.quota, one.retried) for one in letters] == [
        (failed.id, "sitter", "refunded", False),
        (waiting.id, "sitter", "held", False),
    ]
    assert letters[0].request.reason == "engine_failed"
    assert [one.request.id for one in await storage.dead_letters.newest(limit=1)] == [waiting.id]


async def test_a_retry_is_a_new_request_that_is_paid_and_told_once(storage: Storage, sitter: User) -> None:
    """It reserves again, waits in line, and is announced; repeating the command changes nothing."""
    failed = await ask(storage, sitter)
    await storage.requests.fail(failed.id, "engine_failed")
    new = await storage.dead_letters.retry(failed.id, "nano")
    assert (new.set_id, new.style, new.count, new.seed, new.state) == (failed.set_id, "oil", 4, 7, "queued")
    assert await storage.dead_letters.retry(failed.id, "nano") == new
    assert await storage.requests.queued() == [new]
    assert await storage.quota.balance(sitter.id) == Balance(20, 4, 0, 24)
    told = [(one.kind, one.request_id) for one in await storage.outbox.of_user("web", sitter.id)]
    assert told[1:] == [("request_failed", failed.id), ("request_retried", new.id)]
    assert [one.retried for one in await storage.dead_letters.newest()] == [True, False]
    await storage.requests.fail(new.id, "engine_failed")
    assert (await storage.dead_letters.retry(new.id, "nano")).id not in {failed.id, new.id}


async def test_a_retry_is_paid_by_whoever_paid(storage: Storage, sitter: User, stranger: User) -> None:
    """The account that the failed request was on is the one that its retry is on."""
    set_id = (await ask(storage, sitter, 1)).set_id
    failed = await storage.requests.accept(sitter.id, set_id, "oil", 4, 7, payer_id=stranger.id)
    await storage.requests.fail(failed.id, "engine_failed")
    await storage.dead_letters.retry(failed.id, "nano")
    assert (await storage.quota.balance(stranger.id)).held == 4


async def test_a_retry_needs_a_failure_photos_and_quota(storage: Storage, sitter: User) -> None:
    """What did not fail, what nothing is left of, and what nobody can pay is refused, and nothing is reserved."""
    failed = await ask(storage, sitter, 24)
    with pytest.raises(StorageError, match="is queued; only a failed one"):
        await storage.dead_letters.retry(failed.id, "nano")
    await storage.requests.fail(failed.id, "engine_failed")
    await storage.quota.reserve(sitter.id, 1, "something else")
    with pytest.raises(QuotaExceededError):
        await storage.dead_letters.retry(failed.id, "nano")
    await storage.quota.refund("something else")
    await storage.photos.delete_originals(failed.set_id)
    with pytest.raises(StorageError, match="must send photos again"):
        await storage.dead_letters.retry(failed.id, "nano")
    await storage.face_loras.save(sitter.id, failed.set_id, b"weights", "other base", {}, b"reference")
    with pytest.raises(StorageError, match="must send photos again"):
        await storage.dead_letters.retry(failed.id, "nano")
    with pytest.raises(NotFoundError):
        await storage.dead_letters.retry("unknown", "nano")
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)
    await storage.face_loras.save(sitter.id, failed.set_id, b"weights", "nano", {}, b"reference")
    assert (await storage.dead_letters.retry(failed.id, "nano")).state == "queued"


async def test_a_template_cannot_be_retried(storage: Storage, sitter: User) -> None:
    """A template is deleted with its request's end, so the person must send it again."""
    set_id = (await ask(storage, sitter, 1)).set_id
    await storage.templates.keep(sitter.id, b"picture")
    failed = await storage.requests.accept(sitter.id, set_id, "oil", 2, 7, templated=True)
    await storage.requests.fail(failed.id, "engine_failed")
    with pytest.raises(StorageError, match="send it again"):
        await storage.dead_letters.retry(failed.id, "nano")


async def test_made_portraits_are_given_back_once(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker
) -> None:
    """Whoever paid gets as many as were spent, once; what was made stays spent."""
    set_id = (await ask(storage, sitter, 1)).set_id
    request = await storage.requests.accept(sitter.id, set_id, "oil", 4, 7, payer_id=stranger.id)
    with pytest.raises(StorageError, match="has not ended"):
        await storage.dead_letters.give_back(request.id)
    await storage.requests.made(request.id, new_portraits(3))
    assert await storage.dead_letters.give_back(request.id) == 3
    assert await storage.dead_letters.give_back(request.id) == 0
    assert await storage.quota.balance(stranger.id) == Balance(24, 0, 3, 27)


async def test_what_was_refunded_is_not_given_back_again(storage: Storage, sitter: User) -> None:
    """A failed request has its quota back already."""
    failed = await ask(storage, sitter)
    await storage.requests.fail(failed.id, "engine_failed")
    assert await storage.dead_letters.give_back(failed.id) == 0
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)
