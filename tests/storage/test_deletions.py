"""The second place of the deletion log: a backup that is put back brings nobody back who was forgotten."""

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from limner.storage import Storage, User, open_storage
from limner.storage.errors import NotFoundError

Opener = Callable[[], AbstractAsyncContextManager[Storage]]


@pytest.fixture
def apart(place: Any, tmp_path: Path) -> Opener:
    """Give an opener of the place whose deletion log has a store of its own."""

    def open_again() -> AbstractAsyncContextManager[Storage]:
        log = (tmp_path / "log").as_uri()
        return open_storage(place.url, place.objects.as_uri(), bytes(range(32)), deletions_url=log, clock=place.clock)

    return open_again


async def send_a_photo(storage: Storage, user: User) -> str:
    """Send a photo; give its id."""
    return (
        await storage.photos.add(user.id, await storage.photos.open_set(user.id), b"photo of " + user.id.encode())
    ).id


async def test_a_backup_that_is_put_back_is_forgotten_again(place: Any, apart: Opener, tmp_path: Path) -> None:
    """Who was forgotten since the backup of database and objects is gone again; everybody else has everything."""
    async with apart() as storage:
        sitter = await storage.users.get_or_create("web", "sitter")
        other = await storage.users.get_or_create("web", "other")
        photo, others = await send_a_photo(storage, sitter), await send_a_photo(storage, other)
    shutil.copytree(place.objects, tmp_path / "backup")
    place.back_up()
    async with apart() as storage:
        await storage.quota.grant(sitter.id, 5, "prize")
        receipt = await storage.forget(sitter.id)
    shutil.rmtree(place.objects)
    shutil.copytree(tmp_path / "backup", place.objects)
    place.put_back()
    async with apart() as storage:
        assert await storage.photos.read(photo, sitter.id)
        assert await storage.reapply() == 1
        with pytest.raises(NotFoundError):
            await storage.photos.read(photo, sitter.id)
        assert await storage.users.find("web", "sitter") is None
        assert len(place.object_files()) == 1
        assert await storage.photos.read(others, other.id)
        assert await storage.receipt(sitter.id) == receipt
        again = await storage.users.get_or_create("web", "sitter")
        assert (await storage.quota.balance(again.id)).available == 29
        assert await storage.reapply() == 0


async def test_whoever_came_back_is_left_alone(storage: Storage, sitter: User, place: Any) -> None:
    """A person who returned after being forgotten keeps everything, also where a backup of that time is put back."""
    await storage.forget(sitter.id)
    again = await storage.users.get_or_create("web", "sitter")
    photo = await send_a_photo(storage, again)
    assert await storage.reapply() == 0
    assert await storage.photos.read(photo, again.id)


async def test_a_forgetting_that_is_killed_before_the_key_is_finished_at_the_next_start(
    storage: Storage, sitter: User, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever dies between the line and the key has promised it: the next start does the rest."""
    await send_a_photo(storage, sitter)

    async def die(connection: object, user_id: str) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storage._forgetting._keys, "destroy", die)
        with pytest.raises(KeyboardInterrupt):
            await storage.forget(sitter.id)
    async with place.open() as opened:
        assert await opened.reapply() == 1
        with pytest.raises(NotFoundError):
            await opened.users.get(sitter.id)
        assert (await opened.receipt(sitter.id)).photos == 1
    assert place.object_files() == []


async def test_the_log_names_nobody(storage: Storage, sitter: User, place: Any) -> None:
    """Neither the names nor the bytes in the second place tell who was forgotten, or how much they had."""
    await storage.forget(sitter.id)
    (entry,) = (place.objects / "deletions").iterdir()
    assert sitter.id not in entry.name
    for word in (sitter.id, "sitter", "photos", "quota"):
        assert word.encode() not in entry.read_bytes()


async def test_what_was_forgotten_before_there_was_a_second_place_is_written_there(
    storage: Storage, sitter: User, place: Any
) -> None:
    """The lines of an older database are brought there at the next start."""
    await storage.forget(sitter.id)
    shutil.rmtree(place.objects / "deletions")
    await storage.reapply()
    assert len(list((place.objects / "deletions").iterdir())) == 1


async def test_an_entry_that_does_not_open_still_forgets(place: Any, tmp_path: Path) -> None:
    """The name of an entry is enough to forget a person; what is damaged costs only its counts."""
    async with place.open() as storage:
        sitter = await storage.users.get_or_create("web", "sitter")
    place.back_up()
    async with place.open() as storage:
        await storage.forget(sitter.id)
    (entry,) = (place.objects / "deletions").iterdir()
    entry.write_bytes(b"damaged")
    place.put_back()
    async with place.open() as storage:
        assert await storage.reapply() == 1
        assert await storage.users.find("web", "sitter") is None


async def test_a_receipt_is_owed_until_it_is_told(storage: Storage, sitter: User, place: Any) -> None:
    """Only who asked for it in a chat is owed one; telling it leaves nothing of the person behind."""
    other = await storage.users.get_or_create("web", "other")
    await storage.forget(other.id)
    receipt = await storage.forget(sitter.id, tell=True)
    (owed,) = await storage.receipts.owed("web")
    assert (owed.platform_id, owed.receipt) == ("sitter", receipt)
    assert await storage.receipts.owed("telegram") == []
    await storage.receipts.told("web", "sitter")
    assert await storage.receipts.owed("web") == []
    assert b"sitter" not in place.bytes_at_rest().replace(b"sitters", b"")  # the name of a table


@pytest.mark.parametrize("step", ["_deletions.write", "_keys.destroy", "_objects.delete_all_of"])
async def test_whenever_a_deletion_is_killed_its_receipt_is_owed_once(
    storage: Storage, sitter: User, place: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The next start finishes it, and one receipt waits to be told."""

    async def die(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        part, name = step.split(".")
        patch.setattr(getattr(storage._forgetting, part), name, die)
        with pytest.raises(KeyboardInterrupt):
            await storage.forget(sitter.id, tell=True)
    async with place.open() as opened:
        assert await opened.reapply() == 1
        assert [owed.platform_id for owed in await opened.receipts.owed("web")] == ["sitter"]


async def test_a_receipt_that_nobody_comes_to_hear_is_dropped(storage: Storage, sitter: User, place: Any) -> None:
    """After thirty days the sweep drops it, and with it whom it was for."""
    await storage.forget(sitter.id, tell=True)
    await storage.sweep()
    assert await storage.receipts.owed("web")
    place.clock.turn(timedelta(days=31))
    await storage.sweep()
    assert await storage.receipts.owed("web") == []
