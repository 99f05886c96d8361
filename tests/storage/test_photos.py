"""Photos: one open set, no photo twice, settled once, gone when they should be."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from limner.storage import Storage, User
from limner.storage.errors import DuplicatePhotoError, NotFoundError, SetClosedError


async def accepted(storage: Storage, sitter: User, data: bytes) -> tuple[str, str]:
    """Add a photo and accept it; give the ids of set and photo."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, data)
    await storage.photos.accept(photo.id, embedding=b"e" + data, thumbnail=b"t" + data, quality={"sharpness": 3})
    return set_id, photo.id


async def test_a_sitter_has_one_open_set(storage: Storage, sitter: User) -> None:
    """However many photos of an album arrive at once, they go into one set."""
    sets = await asyncio.gather(*(storage.photos.open_set(sitter.id) for _ in range(10)))
    assert len(set(sets)) == 1


async def test_a_set_that_was_closed_keeps_its_photos_and_takes_no_more(storage: Storage, sitter: User) -> None:
    """The next photo goes into another set; closing twice changes nothing."""
    set_id, photo_id = await accepted(storage, sitter, b"one")
    assert await storage.photos.close_set(set_id)
    assert not await storage.photos.close_set(set_id)
    with pytest.raises(SetClosedError):
        await storage.photos.add(sitter.id, set_id, b"two")
    assert await storage.photos.open_set(sitter.id) != set_id
    assert await storage.photos.read(photo_id, sitter.id) == b"one"


async def test_a_photo_comes_back_as_sent(storage: Storage, sitter: User) -> None:
    """The bytes of a photo are given back unchanged, and its state is `received`."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, b"\xff\xd8 jpeg")
    assert photo.state == "received"
    assert await storage.photos.read(photo.id, sitter.id) == b"\xff\xd8 jpeg"
    assert await storage.photos.of_set(set_id) == [photo]
    assert await storage.photos.get(photo.id, sitter.id) == photo


@pytest.mark.parametrize("data, key", [(b"same", None), (b"same", "k2"), (b"other bytes", "k1")])
async def test_the_same_photo_is_kept_once(storage: Storage, sitter: User, data: bytes, key: str | None) -> None:
    """The same bytes, or the platform's same name for them, raise DuplicatePhotoError with the first one's id."""
    set_id = await storage.photos.open_set(sitter.id)
    first = await storage.photos.add(sitter.id, set_id, b"same", "k1")
    with pytest.raises(DuplicatePhotoError) as caught:
        await storage.photos.add(sitter.id, set_id, data, key)
    assert caught.value.photo_id == first.id
    assert len(await storage.photos.of_set(set_id)) == 1


async def test_the_same_photo_at_once_is_kept_once(storage: Storage, sitter: User, place: Any) -> None:
    """Eight copies that arrive at once leave one row and one object."""
    set_id = await storage.photos.open_set(sitter.id)
    calls = (storage.photos.add(sitter.id, set_id, b"same") for _ in range(8))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, DuplicatePhotoError) for outcome in outcomes) == 7
    assert len(place.object_files()) == 1


async def test_photos_without_a_platform_key_are_no_duplicates(storage: Storage, sitter: User) -> None:
    """Two different photos without a dedupe key are two photos."""
    set_id = await storage.photos.open_set(sitter.id)
    await storage.photos.add(sitter.id, set_id, b"one")
    await storage.photos.add(sitter.id, set_id, b"two")
    assert len(await storage.photos.of_set(set_id)) == 2


async def test_a_photo_needs_its_sitters_set(storage: Storage, sitter: User, stranger: User) -> None:
    """Nobody adds photos to somebody else's set."""
    set_id = await storage.photos.open_set(sitter.id)
    with pytest.raises(NotFoundError):
        await storage.photos.add(stranger.id, set_id, b"photo")


async def test_acceptance_keeps_embedding_and_thumbnail(storage: Storage, sitter: User) -> None:
    """An accepted photo has its thumbnail and embedding, and a second verdict changes nothing."""
    set_id, photo_id = await accepted(storage, sitter, b"one")
    assert await storage.photos.embeddings(set_id) == {photo_id: b"eone"}
    assert await storage.photos.thumbnail(photo_id, sitter.id) == b"tone"
    assert not await storage.photos.refuse(photo_id, "blurred", b"other")
    assert await storage.photos.thumbnail(photo_id, sitter.id) == b"tone"
    assert (await storage.photos.get(photo_id, sitter.id)).state == "accepted"


async def test_refusal_keeps_its_reason(storage: Storage, sitter: User, place: Any) -> None:
    """A refused photo has a reason and no embedding; accepting it afterwards changes nothing and leaves no object."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, b"dark")
    assert await storage.photos.thumbnail(photo.id, sitter.id) is None
    assert await storage.photos.refuse(photo.id, "too_dark", None)
    assert not await storage.photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
    refused = await storage.photos.get(photo.id, sitter.id)
    assert (refused.state, refused.reason) == ("refused", "too_dark")
    assert await storage.photos.embeddings(set_id) == {}
    assert place.object_files() == []


async def test_a_refused_photo_loses_its_original(storage: Storage, sitter: User, place: Any) -> None:
    """It may show somebody who never agreed: only the thumbnail stays, for the sitter to tell which photo it was."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, b"somebody else")
    await storage.photos.refuse(photo.id, "another_person", b"small")
    assert len(place.object_files()) == 1
    assert await storage.photos.thumbnail(photo.id, sitter.id) == b"small"
    with pytest.raises(NotFoundError):
        await storage.photos.read(photo.id, sitter.id)
    with pytest.raises(DuplicatePhotoError):
        await storage.photos.add(sitter.id, set_id, b"somebody else")


async def test_a_refusal_that_is_killed_before_its_original_goes_is_swept(
    storage: Storage, sitter: User, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever dies after the verdict leaves an original that nothing names, and the sweep takes it."""
    photo = await storage.photos.add(sitter.id, await storage.photos.open_set(sitter.id), b"somebody else")

    async def die(paths: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storage.photos._objects, "delete", die)
        with pytest.raises(KeyboardInterrupt):
            await storage.photos.refuse(photo.id, "another_person")
    assert await storage.sweep(timedelta(0)) == 1
    assert place.object_files() == []
    assert (await storage.photos.get(photo.id, sitter.id)).state == "refused"


async def test_a_verdict_is_told_once(storage: Storage, sitter: User) -> None:
    """Each verdict puts one notice into the outbox."""
    _, photo_id = await accepted(storage, sitter, b"one")
    await storage.photos.refuse(photo_id, "late", None)
    notices = await storage.outbox.pending("web")
    assert [(notice.kind, notice.photo_id) for notice in notices] == [("photo_examined", photo_id)]


async def test_a_removed_photo_may_be_sent_again(storage: Storage, sitter: User, place: Any) -> None:
    """Removing a photo deletes its row and objects; the same photo is welcome again, a late verdict is not."""
    set_id, photo_id = await accepted(storage, sitter, b"one")
    await storage.photos.remove(photo_id, sitter.id)
    assert place.object_files() == []
    assert await storage.outbox.pending("web") == []
    with pytest.raises(NotFoundError):
        await storage.photos.accept(photo_id, embedding=b"e", thumbnail=b"t", quality={})
    await storage.photos.add(sitter.id, set_id, b"one")


async def test_nobody_reaches_anothers_photo(storage: Storage, sitter: User, stranger: User) -> None:
    """Reading, looking at and removing a photo ask for its sitter; anybody else finds nothing."""
    _, photo_id = await accepted(storage, sitter, b"one")
    for call in (
        storage.photos.get(photo_id, stranger.id),
        storage.photos.read(photo_id, stranger.id),
        storage.photos.thumbnail(photo_id, stranger.id),
        storage.photos.remove(photo_id, stranger.id),
    ):
        with pytest.raises(NotFoundError):
            await call
    assert await storage.photos.read(photo_id, sitter.id) == b"one"


async def test_a_cleared_set_stays_open(storage: Storage, sitter: User, place: Any) -> None:
    """Clearing a set deletes its photos and goes on collecting in it."""
    set_id, _ = await accepted(storage, sitter, b"one")
    await accepted(storage, sitter, b"two")
    assert await storage.photos.clear_set(set_id) == 2
    assert await storage.photos.of_set(set_id) == []
    assert place.object_files() == []
    assert await storage.photos.open_set(sitter.id) == set_id


async def test_originals_are_deleted_after_training(storage: Storage, sitter: User, place: Any) -> None:
    """After training nothing shows the sitter any more, the rows remain, and the set takes no more photos."""
    set_id, photo_id = await accepted(storage, sitter, b"one")
    assert await storage.photos.delete_originals(set_id) == 1
    assert await storage.photos.delete_originals(set_id) == 0
    assert place.object_files() == []
    assert (await storage.photos.get(photo_id, sitter.id)).state == "deleted"
    assert await storage.photos.thumbnail(photo_id, sitter.id) is None
    with pytest.raises(NotFoundError):
        await storage.photos.read(photo_id, sitter.id)
    with pytest.raises(SetClosedError):
        await storage.photos.add(sitter.id, set_id, b"late")
    assert await storage.photos.open_set(sitter.id) != set_id
