"""Portraits and Face LoRAs are reachable by their sitter alone."""

from collections.abc import Callable

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
