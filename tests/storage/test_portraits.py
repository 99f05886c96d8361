"""Portraits and Face LoRAs are reachable by their sitter alone."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from limner.storage import NewPortrait, Portrait, Storage, User
from limner.storage.errors import NotFoundError

Maker = Callable[[int], list[NewPortrait]]


async def make(storage: Storage, sitter: User, new: list[NewPortrait]) -> list[Portrait]:
    """Have a request made."""
    set_id = await storage.photos.open_set(sitter.id)
    request = await storage.requests.accept(sitter.id, set_id, "pencil", len(new), 7)
    await storage.requests.made(request.id, new)
    return await storage.portraits.of_request(request.id)


async def test_nobody_reaches_anothers_portrait(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker
) -> None:
    """Reading and deleting a portrait ask for its sitter; anybody else finds nothing."""
    portrait = (await make(storage, sitter, new_portraits(1)))[0]
    with pytest.raises(NotFoundError):
        await storage.portraits.read(portrait.id, stranger.id)
    with pytest.raises(NotFoundError):
        await storage.portraits.delete(portrait.id, stranger.id)
    assert await storage.portraits.read(portrait.id, sitter.id) == new_portraits(1)[0].png


async def test_a_deleted_portrait_is_gone(storage: Storage, sitter: User, new_portraits: Maker) -> None:
    """A deleted portrait is neither listed nor read, the others stay."""
    first, second = await make(storage, sitter, new_portraits(2))
    await storage.portraits.delete(first.id, sitter.id)
    with pytest.raises(NotFoundError):
        await storage.portraits.delete(first.id, sitter.id)
    assert await storage.portraits.of_user(sitter.id) == [second]


async def test_a_copy_is_kept_for_each_limit_and_shape(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any
) -> None:
    """A copy comes back under what it was made for, encrypted at rest; the first one stays, others are not there."""
    portrait, other = await make(storage, sitter, new_portraits(2))
    await storage.portraits.save_copy(portrait.id, sitter.id, 1000, b"first jpeg", square=False)
    files = place.object_files()
    await storage.portraits.save_copy(portrait.id, sitter.id, 1000, b"second jpeg", square=False)
    assert place.object_files() == files
    assert await storage.portraits.read_copy(portrait.id, sitter.id, 1000, square=False) == b"first jpeg"
    assert await storage.portraits.read_copy(portrait.id, sitter.id, 1000, square=True) is None
    assert await storage.portraits.read_copy(portrait.id, sitter.id, 999, square=False) is None
    assert await storage.portraits.read_copy(other.id, sitter.id, 1000, square=False) is None
    assert b"first jpeg" not in place.bytes_at_rest()
    assert await storage.sweep(timedelta(0)) == 0


async def test_nobody_reaches_anothers_copy(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker, place: Any
) -> None:
    """Reading and keeping a copy ask for the portrait's sitter; anybody else finds nothing and leaves nothing."""
    portrait = (await make(storage, sitter, new_portraits(1)))[0]
    await storage.portraits.save_copy(portrait.id, sitter.id, 1000, b"jpeg", square=True)
    files = place.object_files()
    with pytest.raises(NotFoundError):
        await storage.portraits.read_copy(portrait.id, stranger.id, 1000, square=True)
    with pytest.raises(NotFoundError):
        await storage.portraits.save_copy(portrait.id, stranger.id, 2000, b"jpeg", square=True)
    assert place.object_files() == files


@pytest.mark.parametrize("end", ["deleted", "forgotten", "retired"])
async def test_copies_go_with_their_portrait(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any, end: str
) -> None:
    """However a portrait ends, no copy of it is left, and none can be added that was still on its way."""
    portrait = (await make(storage, sitter, new_portraits(1)))[0]
    for square in (False, True):
        await storage.portraits.save_copy(portrait.id, sitter.id, 1000, b"jpeg", square=square)
    assert len(place.object_files()) == 3
    if end == "deleted":
        await storage.portraits.delete(portrait.id, sitter.id)
    elif end == "forgotten":
        await storage.forget(sitter.id)
    else:
        place.clock.turn(timedelta(days=31))
        assert await storage.retire(30) == 3
    assert place.object_files() == []
    with pytest.raises(NotFoundError):
        await storage.portraits.save_copy(portrait.id, sitter.id, 2000, b"jpeg", square=False)
    with pytest.raises(NotFoundError):
        await storage.portraits.read_copy(portrait.id, sitter.id, 1000, square=False)
    assert place.object_files() == []


async def test_two_workers_keep_one_copy(storage: Storage, sitter: User, new_portraits: Maker, place: Any) -> None:
    """Copies that are made twice at once are kept once, and nothing of the other is left."""
    portrait = (await make(storage, sitter, new_portraits(1)))[0]
    save = storage.portraits.save_copy
    await asyncio.gather(*(save(portrait.id, sitter.id, 1000, b"jpeg %d" % n, square=False) for n in range(4)))
    assert len(place.object_files()) == 2
    kept = await storage.portraits.read_copy(portrait.id, sitter.id, 1000, square=False)
    assert kept in {b"jpeg %d" % n for n in range(4)}


async def test_portraits_keep_what_the_engine_said(storage: Storage, sitter: User) -> None:
    """Seed, style and likeness come back as given; a portrait without a likeness has none."""
    new = NewPortrait(0, b"png", None, 2**40, "oil", {"steps": 20})
    portrait = (await make(storage, sitter, [new]))[0]
    assert (portrait.seed, portrait.style, portrait.likeness) == (2**40, "oil", None)


async def test_the_newest_face_lora_counts(storage: Storage, sitter: User) -> None:
    """A set's Face LoRA is found by set and base, a sitter's latest by base; a newer one supersedes it."""
    set_id = await storage.photos.open_set(sitter.id)
    assert await storage.face_loras.for_set(set_id, "nano") is None
    assert not await storage.face_loras.learned(set_id)
    await storage.face_loras.save(sitter.id, set_id, b"first", "nano", {"rank": 16})
    second = await storage.face_loras.save(sitter.id, set_id, b"second", "nano", {"rank": 16}, reference=b"npz")
    assert await storage.face_loras.for_set(set_id, "nano") == second
    assert await storage.face_loras.learned(set_id)
    assert await storage.face_loras.latest(sitter.id, "nano") == second
    assert await storage.face_loras.latest(sitter.id, "sdxl") is None
    assert await storage.face_loras.read(second.id, sitter.id) == b"second"
    assert await storage.face_loras.read_reference(second.id, sitter.id) == b"npz"


async def test_nobody_reaches_anothers_face_lora(storage: Storage, sitter: User, stranger: User) -> None:
    """A Face LoRA is kept for the set's own sitter and read by nobody else."""
    set_id = await storage.photos.open_set(sitter.id)
    lora = await storage.face_loras.save(sitter.id, set_id, b"weights", "nano", {})
    assert await storage.face_loras.read_reference(lora.id, sitter.id) is None
    for call in (
        storage.face_loras.read(lora.id, stranger.id),
        storage.face_loras.read_reference(lora.id, stranger.id),
        storage.face_loras.save(stranger.id, set_id, b"weights", "nano", {}),
    ):
        with pytest.raises(NotFoundError):
            await call
