"""Every object store keeps the same promises: the one in memory stands in for the real one in other tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from limner.storage import Storage, migrate, open_storage
from limner.storage.errors import NotFoundError
from limner.storage.objects import Objects


@pytest_asyncio.fixture(params=["memory", "file"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """Give storage over each kind of object store."""
    database = f"sqlite:///{tmp_path / 'limner.db'}"
    migrate(database)
    url = "memory:///" if request.param == "memory" else (tmp_path / "a folder" / "objects").as_uri()
    async with open_storage(database, url, bytes(32)) as opened:
        yield opened


@pytest.fixture
def objects(storage: Storage) -> Objects:
    """Give the encrypted objects below storage."""
    return storage.photos._objects


@pytest.mark.parametrize("data", [b"", b"x", bytes(3_000_000)], ids=["empty", "one byte", "3 MB"])
async def test_what_is_written_is_read(storage: Storage, objects: Objects, data: bytes) -> None:
    """Bytes of any length come back as they were written."""
    user = await storage.users.get_or_create("web", "1")
    path = await objects.write(user.id, "photo", data)
    assert await objects.read(user.id, path) == data


async def test_a_missing_object_is_not_found(storage: Storage, objects: Objects) -> None:
    """Reading what is not there raises NotFoundError; deleting it is no error."""
    user = await storage.users.get_or_create("web", "1")
    path = await objects.write(user.id, "photo", b"data")
    assert await objects.delete([path, None]) == 1
    await objects.delete([path])
    with pytest.raises(NotFoundError):
        await objects.read(user.id, path)


async def test_a_users_objects_are_deleted_together(storage: Storage, objects: Objects) -> None:
    """Deleting all of a user's objects spares everybody else's."""
    one, two = [await storage.users.get_or_create("web", name) for name in "12"]
    for user in (one, one, two):
        await objects.write(user.id, "photo", b"data")
    assert await objects.delete_all_of(one.id) == 2
    assert [found.path.split("/")[1] for found in await objects.listing()] == [two.id]


async def test_a_user_without_a_key_writes_nothing(objects: Objects) -> None:
    """Without a data key there is nothing to seal with, so nothing is written."""
    with pytest.raises(NotFoundError):
        await objects.write("nobody", "photo", b"data")
    assert await objects.listing() == []
