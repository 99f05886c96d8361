"""Forgetting: the key first, then everything, with a receipt; and the sweep after crashes."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from limner.storage import NewPortrait, Receipt, Storage, User, forgetting, open_storage
from limner.storage.errors import AlreadyRefundedError, NotFoundError
from limner.storage.quota import Balance
from limner.storage.schema import data_keys, deletion_log, metadata

Maker = Callable[[int], list[NewPortrait]]


async def live_a_little(storage: Storage, sitter: User, new: list[NewPortrait]) -> tuple[str, str]:
    """Send a photo, train, and have portraits made; give the ids of photo and portrait."""
    set_id = await storage.photos.open_set(sitter.id)
    photo = await storage.photos.add(sitter.id, set_id, b"photo of " + sitter.id.encode())
    await storage.photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
    await storage.face_loras.save(sitter.id, set_id, b"weights", "nano", {})
    request = await storage.requests.accept(sitter.id, set_id, "pencil", len(new), 7)
    await storage.requests.made(request.id, new)
    await storage.requests.accept(sitter.id, set_id, "oil", 2, 7)
    return photo.id, (await storage.portraits.of_request(request.id))[0].id


async def wrapped_key(storage: Storage, user_id: str) -> bytes:
    """Give a user's wrapped data key as it lies in the database."""
    async with storage.quota._database.read() as connection:
        query = sa.select(data_keys.c.wrapped).where(data_keys.c.user_id == user_id)
        return bytes((await connection.execute(query)).scalar_one())


async def test_after_forgetting_nothing_is_left(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker, place: Any
) -> None:
    """No row, no object and no key of the person remains; everybody else keeps everything."""
    photo_id, portrait_id = await live_a_little(storage, sitter, new_portraits(3))
    _, others = await live_a_little(storage, stranger, new_portraits(3))
    objects = len(place.object_files())
    receipt = await storage.forget(sitter.id)
    assert receipt == Receipt(receipt.at, photos=1, portraits=3, face_loras=1, key_destroyed=True)
    assert len(place.object_files()) == objects / 2
    assert sitter.id.encode() not in place.bytes_at_rest()
    for call in (
        storage.users.get(sitter.id),
        storage.photos.read(photo_id, sitter.id),
        storage.portraits.read(portrait_id, sitter.id),
        storage.forget(sitter.id),
    ):
        with pytest.raises(NotFoundError):
            await call
    assert await storage.portraits.read(others, stranger.id) == new_portraits(1)[0].png


async def test_the_key_is_overwritten_on_disk(storage: Storage, sitter: User, place: Any) -> None:
    """The wrapped key is in no page of the database and in no write-ahead log after forgetting."""
    wrapped = await wrapped_key(storage, sitter.id)
    assert wrapped in place.bytes_at_rest()
    await storage.forget(sitter.id)
    assert wrapped not in place.bytes_at_rest()


async def test_a_copied_object_is_unreadable_after_forgetting(
    storage: Storage, sitter: User, place: Any, tmp_path: Any
) -> None:
    """Objects put back from a backup open no more: their key is gone."""
    set_id = await storage.photos.open_set(sitter.id)
    await storage.photos.add(sitter.id, set_id, b"photo")
    path = place.object_files()[0].relative_to(place.objects).as_posix()
    shutil.copytree(place.objects, tmp_path / "backup")
    await storage.forget(sitter.id)
    shutil.copytree(tmp_path / "backup", place.objects, dirs_exist_ok=True)
    with pytest.raises(NotFoundError):
        await storage.photos._objects.read(sitter.id, path)
    assert await storage.sweep(timedelta(0)) == 1


async def test_the_receipt_survives(storage: Storage, sitter: User) -> None:
    """The receipt can be shown later, by the user id alone; the log knows no id in plain."""
    receipt = await storage.forget(sitter.id)
    assert await storage.receipt(sitter.id) == receipt
    with pytest.raises(NotFoundError):
        await storage.receipt("somebody else")
    async with storage.quota._database.read() as connection:
        lines = (await connection.execute(sa.select(deletion_log))).all()
    assert len(lines) == 1
    assert sitter.id not in str(lines[0])


async def test_coming_back_brings_no_second_gift(storage: Storage, sitter: User, new_portraits: Maker) -> None:
    """A person who was forgotten and returns is a new user with what was left of the quota, held portraits included."""
    await live_a_little(storage, sitter, new_portraits(3))
    assert await storage.quota.balance(sitter.id) == Balance(19, 2, 3, 24)
    await storage.forget(sitter.id)
    again = await storage.users.get_or_create("web", "sitter")
    assert again.id != sitter.id
    assert await storage.quota.balance(again.id) == Balance(21, 0, 0, 21)
    assert not await storage.users.has_consent(again.id, "v1")


async def test_work_under_way_fails_after_forgetting(storage: Storage, sitter: User, new_portraits: Maker) -> None:
    """A worker that finishes after its sitter was forgotten stores nothing."""
    set_id = await storage.photos.open_set(sitter.id)
    request = await storage.requests.accept(sitter.id, set_id, "pencil", 2, 7)
    await storage.forget(sitter.id)
    for call in (
        storage.requests.made(request.id, new_portraits(2)),
        storage.requests.fail(request.id, "internal"),
        storage.face_loras.save(sitter.id, set_id, b"weights", "nano", {}),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_an_interrupted_forgetting_is_finished(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the process dies after the key, nothing is readable, the person may start anew, the sweep does the rest."""
    photo_id, _ = await live_a_little(storage, sitter, new_portraits(3))

    async def die(user_id: str) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storage._forgetting._objects, "delete_all_of", die)
        with pytest.raises(KeyboardInterrupt):
            await storage.forget(sitter.id)
    with pytest.raises(NotFoundError):
        await storage.photos.read(photo_id, sitter.id)
    assert (await storage.users.get_or_create("web", "sitter")).id != sitter.id
    before = await storage.receipt(sitter.id)
    await storage.sweep()
    assert place.object_files() == []
    assert await storage.receipt(sitter.id) == before
    with pytest.raises(NotFoundError):
        await storage.users.get(sitter.id)


async def test_a_sweep_bears_that_another_process_was_faster(
    storage: Storage, sitter: User, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom a sweep finds half forgotten, and another process finishes, ends no sweep: orphans go all the same."""
    finish = storage._forgetting.forget
    other = await storage.users.get_or_create("web", "another")
    await storage.photos._objects.write(other.id, "photo", b"named by no row")

    async def die(user_id: str) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storage._forgetting._objects, "delete_all_of", die)
        with pytest.raises(KeyboardInterrupt):
            await storage.forget(sitter.id)

    async def faster(user_id: str) -> None:
        await finish(user_id)
        await finish(user_id)

    monkeypatch.setattr(storage._forgetting, "forget", faster)
    assert await storage.sweep(timedelta(0)) == 1
    assert place.object_files() == []


async def test_the_sweep_takes_only_orphans(storage: Storage, sitter: User, new_portraits: Maker, place: Any) -> None:
    """Objects that a row names stay, young ones stay, old ones without a row go."""
    await live_a_little(storage, sitter, new_portraits(3))
    wanted = place.object_files()
    orphan = await storage.photos._objects.write(sitter.id, "photo", b"written just before a crash")
    assert await storage.sweep(older_than=timedelta(days=36500)) == 0
    assert await storage.sweep(older_than=timedelta(hours=1)) == 1
    assert place.object_files() == wanted
    assert not (place.objects / orphan).exists()


async def test_a_row_that_comes_while_the_sweep_waits_saves_its_object(
    storage: Storage, sitter: User, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that is hours fast a photo seems old before its row is there; it is not deleted."""
    objects = storage.photos._objects
    set_id, path = await storage.photos.open_set(sitter.id), await objects.write(sitter.id, "photo", b"photo")

    async def written(*_: object) -> str:
        return path

    async def comes(_: float) -> None:
        monkeypatch.setattr(objects, "write", written)
        await storage.photos.add(sitter.id, set_id, b"photo")

    monkeypatch.setattr(forgetting, "asyncio", SimpleNamespace(sleep=comes))
    assert await storage.sweep(rows_within_s=60.0) == 0
    assert (place.objects / path).exists()


async def test_the_sweep_leaves_what_is_not_ours(
    storage: Storage, sitter: User, place: Any, migrated: Path, tmp_path: Path
) -> None:
    """What lies beside people's folders, and what another database's people have in the same store, stays."""
    set_id = await storage.photos.open_set(sitter.id)
    await storage.photos.add(sitter.id, set_id, b"photo")
    (place.objects / "holiday").mkdir()
    (place.objects / "holiday" / "beach.jpg").write_bytes(b"an operator's own")
    theirs = place.object_files()
    shutil.copy(migrated, tmp_path / "other.db")
    async with open_storage(f"sqlite:///{tmp_path / 'other.db'}", place.objects.as_uri(), bytes(32)) as other:
        assert await other.sweep(timedelta(0)) == 0
    assert place.object_files() == theirs


async def test_updates_of_a_forgotten_person_are_emptied(storage: Storage, sitter: User, place: Any) -> None:
    """No body and no name of theirs stays in the inbox; the numbers stay known, everybody else's updates wait on."""
    await storage.inbox.write_many("web", [(1, "user:sitter", b"my secret"), (2, "user:other", b"theirs")])
    await storage.inbox.write("telegram", 1, "user:sitter", b"another platform's sitter")
    await storage.forget(sitter.id)
    at_rest = place.bytes_at_rest()
    assert b"my secret" not in at_rest
    assert [update.update_id for update in await storage.inbox.pending("web")] == [2]
    assert len(await storage.inbox.pending("telegram")) == 1
    assert not await storage.inbox.write("web", 1, "user:sitter", b"my secret")


async def test_a_payment_outlives_its_payer_without_a_name(storage: Storage, sitter: User) -> None:
    """After forgetting, what was paid can be found by its charge and returned once, and names nobody."""
    await storage.payments.credit(sitter.id, "charge", "small", 10, 50, "XTR")
    await storage.forget(sitter.id)
    assert (await storage.payments.get("charge")).user_id is None
    assert await storage.payments.of_user(sitter.id) == []
    again = await storage.users.get_or_create("web", "sitter")
    assert not await storage.payments.credit(again.id, "charge", "small", 10, 50, "XTR")
    assert (await storage.payments.refund("charge")).state == "refunded"
    with pytest.raises(AlreadyRefundedError):
        await storage.payments.refund("charge")
    assert await storage.quota.balance(again.id) == Balance(34, 0, 0, 34)


def test_every_table_goes_with_its_user() -> None:
    """Each table belongs to a user, a notice or a portrait and goes with it, or stays and names nobody."""
    stay = {"users", "deletion_log", "payments", "inbox", "event_shows", "servers", "owed_receipts"}
    for table in metadata.sorted_tables:
        owners = [key for key in table.foreign_keys if key.column.table.name in {"users", "outbox", "portraits"}]
        assert table.name in stay or "CASCADE" in {owner.ondelete for owner in owners}, table.name
