"""What lies on disk opens only for its owner, at its place, with the master key."""

from typing import Any

import pytest

from limner.storage import Storage, User, migrate, open_storage
from limner.storage.errors import UnreadableObjectError
from limner.storage.keys import seal, unseal

PHOTO = b"a photo that nobody else may see " * 40


async def test_bytes_at_rest_never_contain_the_plaintext(storage: Storage, sitter: User, place: Any) -> None:
    """Photo, thumbnail, embedding, Face LoRA, reference, checkpoint and portrait are unreadable on disk."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, PHOTO)
    await storage.photos.accept(photo.id, embedding=PHOTO[1:], thumbnail=PHOTO[2:], quality={})
    await storage.face_loras.save(sitter.id, set_id, PHOTO[3:], "nano", {}, reference=PHOTO[4:])
    request = await storage.requests.accept(sitter.id, set_id, "pencil", 1, 7)
    await storage.requests.checkpoint(request.id, PHOTO[5:])
    at_rest = place.bytes_at_rest()
    assert len(place.object_files()) == 6
    assert b"nobody else may see" not in at_rest
    assert b"pencil" in at_rest  # rows are read by this test at all


async def test_data_keys_are_wrapped(storage: Storage, sitter: User, place: Any) -> None:
    """A data key never lies on disk as it is."""
    key = await storage.photos._objects._keys.of(sitter.id)
    assert key not in place.bytes_at_rest()


async def test_a_moved_object_does_not_open(storage: Storage, sitter: User, place: Any) -> None:
    """An object copied over another of the same sitter is refused: it is bound to its path."""
    set_id = await storage.photos.open_set(sitter.id)
    first = await storage.photos.add(sitter.id, set_id, b"one")
    second = await storage.photos.add(sitter.id, set_id, b"two")
    one, two = place.object_files()
    one.write_bytes(two.read_bytes())
    outcomes = []
    for photo in (first, second):
        try:
            outcomes.append(await storage.photos.read(photo.id, sitter.id))
        except UnreadableObjectError:
            outcomes.append(b"refused")
    assert sorted(outcomes) in ([b"one", b"refused"], [b"refused", b"two"])


async def test_another_users_key_does_not_open(storage: Storage, sitter: User, stranger: User) -> None:
    """Even with the path in hand, another user's key opens nothing."""
    objects = storage.photos._objects
    path = await objects.write(sitter.id, "photo", PHOTO)
    assert await objects.read(sitter.id, path) == PHOTO
    with pytest.raises(UnreadableObjectError):
        await objects.read(stranger.id, path)


async def test_another_master_key_does_not_open(storage: Storage, sitter: User, place: Any) -> None:
    """With another master key no data key opens, and the error says what to look at."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, PHOTO)
    async with place.open(master_key=bytes(32)) as other:
        with pytest.raises(UnreadableObjectError, match="master key"):
            await other.photos.read(photo.id, sitter.id)


@pytest.mark.parametrize("position", [0, 1, 13, -1])
def test_a_changed_bit_is_noticed(position: int) -> None:
    """A flipped bit in format, nonce, body or tag makes the object unreadable."""
    sealed = bytearray(seal(bytes(32), "here", b"data"))
    assert unseal(bytes(32), "here", bytes(sealed)) == b"data"
    sealed[position] ^= 1
    with pytest.raises(UnreadableObjectError):
        unseal(bytes(32), "here", bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 5, 28])
def test_a_truncated_object_is_noticed(length: int) -> None:
    """An object cut short anywhere is unreadable, not a crash."""
    with pytest.raises(UnreadableObjectError):
        unseal(bytes(32), "here", seal(bytes(32), "here", b"data")[:length])


async def test_a_short_master_key_is_refused(place: Any) -> None:
    """A master key that has not 32 bytes is refused at once, with its length."""
    with pytest.raises(ValueError, match="5 bytes"):
        async with open_storage(place.url, "memory:///", b"short"):
            pass


async def test_files_are_private(tmp_path: Any) -> None:
    """The objects' folder, the database and its write-ahead log are closed to the machine's other users."""
    database, objects = tmp_path / "limner.db", tmp_path / "objects"
    migrate(f"sqlite:///{database}")
    async with open_storage(f"sqlite:///{database}", objects.as_uri(), bytes(32)) as storage:
        await storage.users.get_or_create("web", "1")
        for path in (database, tmp_path / "limner.db-wal", objects):
            assert path.stat().st_mode & 0o077 == 0, path
