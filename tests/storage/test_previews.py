"""First sketches: one for each request, told once, and gone when the request ends."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from limner.storage import NewPortrait, Request, Storage, User
from limner.storage.errors import NotFoundError


async def ask(storage: Storage, sitter: User) -> Request:
    """Accept a request of a sitter and begin it."""
    request = await storage.requests.accept(sitter.id, await storage.photos.open_set(sitter.id), "oil", 2, seed=7)
    await storage.requests.start(request.id, 0)
    return request


async def told(storage: Storage) -> list[str]:
    """List the kinds of what is pending on the web."""
    return [notice.kind for notice in await storage.outbox.pending("web")]


async def test_a_sketch_is_kept_and_told_once(storage: Storage, sitter: User) -> None:
    """Of sketches that come again, also at once, the first is kept; one notice is posted, and no quota is spent."""
    request = await ask(storage, sitter)
    before = await storage.quota.balance(sitter.id)
    assert not await storage.requests.has_preview(request.id)
    kept = await asyncio.gather(*(storage.requests.preview(request.id, b"sketch") for _ in range(3)))
    assert sorted(kept) == [False, False, True]
    assert not await storage.requests.preview(request.id, b"another sketch")
    assert await storage.requests.has_preview(request.id)
    assert await storage.requests.read_preview(request.id, sitter.id) == b"sketch"
    assert await told(storage) == ["preview_made"]
    assert await storage.quota.balance(sitter.id) == before


async def test_a_sketch_survives_another_try(storage: Storage, sitter: User) -> None:
    """A request that goes back into the queue keeps its sketch, and the next try brings no second one."""
    request = await ask(storage, sitter)
    await storage.requests.preview(request.id, b"sketch")
    await storage.requests.requeue(request.id, 0)
    await storage.requests.start(request.id, 1)
    assert not await storage.requests.preview(request.id, b"another sketch")
    assert await storage.requests.read_preview(request.id, sitter.id) == b"sketch"


@pytest.mark.parametrize("end", ["made", "failed", "cancelled"])
async def test_it_goes_with_the_end(storage: Storage, sitter: User, end: str, place: Any) -> None:
    """However a request ends, its sketch is deleted, row and object, and a late one is not kept."""
    request = await ask(storage, sitter)
    await storage.requests.preview(request.id, b"sketch")
    assert len(place.object_files()) == 1
    match end:
        case "made":
            await storage.requests.made(request.id, [NewPortrait(0, b"png", None, 7, "oil")])
        case "failed":
            await storage.requests.fail(request.id, "nan")
        case _:
            await storage.requests.cancel(request.id)
    assert not await storage.requests.has_preview(request.id)
    with pytest.raises(NotFoundError):
        await storage.requests.read_preview(request.id, sitter.id)
    assert not await storage.requests.preview(request.id, b"late")
    assert len(place.object_files()) == (1 if end == "made" else 0), "what is left is the portrait"


async def test_it_is_its_sitters_alone(storage: Storage, sitter: User, stranger: User, place: Any) -> None:
    """Nobody else reads a sketch, and nothing of it lies unencrypted."""
    request = await ask(storage, sitter)
    await storage.requests.preview(request.id, b"a sketch of a face")
    with pytest.raises(NotFoundError):
        await storage.requests.read_preview(request.id, stranger.id)
    assert b"a sketch of a face" not in place.bytes_at_rest()


async def test_it_is_forgotten_with_its_sitter(storage: Storage, sitter: User, place: Any) -> None:
    """Forgetting a person in mid-training leaves no sketch."""
    request = await ask(storage, sitter)
    await storage.requests.preview(request.id, b"sketch")
    await storage.forget(sitter.id)
    assert place.object_files() == []
    with pytest.raises(NotFoundError):
        await storage.requests.preview(request.id, b"late")


async def test_the_sweep_spares_it(storage: Storage, sitter: User, place: Any) -> None:
    """A sketch that its request names is no orphan, however old."""
    request = await ask(storage, sitter)
    await storage.requests.preview(request.id, b"sketch")
    place.clock.turn(timedelta(days=1))
    assert await storage.sweep() == 0
    assert await storage.requests.read_preview(request.id, sitter.id) == b"sketch"
