"""Sitters: kept encrypted, and gone with the person and with time."""

from datetime import timedelta
from typing import Any

import pytest

from limner.storage import Sitter, Storage, User
from limner.storage.errors import NotFoundError

FACE = b"an embedding that is looked for on disk"


async def test_a_sitter_is_the_accounts_alone(storage: Storage, sitter: User, stranger: User) -> None:
    """Whom an account has had painted is listed for it, and nobody can write into another's sets."""
    set_id = await storage.photos.open_set(sitter.id)
    await storage.sitters.keep(sitter.id, set_id, FACE, "1")
    assert await storage.sitters.of_user(sitter.id) == [Sitter(set_id, FACE, "1")]
    assert await storage.sitters.of_user(stranger.id) == []
    with pytest.raises(NotFoundError):
        await storage.sitters.keep(stranger.id, set_id, FACE)


async def test_nothing_of_a_sitter_remains(storage: Storage, sitter: User, place: Any) -> None:
    """The embedding is encrypted on disk, and forgetting leaves neither row nor object."""
    await storage.sitters.keep(sitter.id, await storage.photos.open_set(sitter.id), FACE, "1")
    assert len(place.object_files()) == 1
    assert FACE not in place.bytes_at_rest()
    await storage.forget(sitter.id)
    assert place.object_files() == []
    assert await storage.sitters.of_user(sitter.id) == []


async def test_a_sitter_goes_with_time(storage: Storage, sitter: User, place: Any) -> None:
    """After the retention time a sitter is gone like the Face LoRA beside it, the object too."""
    set_id = await storage.photos.open_set(sitter.id)
    await storage.sitters.keep(sitter.id, set_id, FACE)
    await storage.photos.close_set(set_id)
    place.clock.turn(timedelta(days=29))
    assert await storage.retire(30) == 0
    place.clock.turn(timedelta(days=2))
    assert await storage.retire(30) == 1
    assert await storage.sitters.of_user(sitter.id) == []
    assert place.object_files() == []
