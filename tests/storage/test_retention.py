"""Retention: what is too old goes, rows and objects; the person, the ledger and work under way stay."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from limner.storage import ChatState, NewPortrait, Request, Storage, User
from limner.storage.errors import NotFoundError
from limner.storage.schema import chat_states, consents, metadata

Maker = Callable[[int], list[NewPortrait]]

DAYS = 30
KEPT = {"users", "data_keys", "accounts", "holds", "entries", "consents"}

# One process that retires everything, and says so each time that rows are gone and their objects are not yet.
RETIRE = """
import asyncio, sys
from datetime import UTC, datetime
from limner.storage import open_storage

async def main(database, objects):
    later = lambda: datetime(2031, 1, 1, tzinfo=UTC)
    async with open_storage(database, objects, bytes(range(32)), clock=later) as storage:
        delete = storage._retention._objects.delete

        async def tell(paths):
            print("rows are gone", flush=True)
            return await delete(paths)

        storage._retention._objects.delete = tell
        await storage.retire(30)

asyncio.run(main(*sys.argv[1:]))
"""


async def send(storage: Storage, user: User, count: int = 3) -> str:
    """Send good photos; give their set."""
    set_id = await storage.photos.open_set(user.id)
    for n in range(count):
        photo = await storage.photos.add(user.id, set_id, b"photo %d" % n)
        await storage.photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
    return set_id


async def get_portraits(storage: Storage, user: User, new: list[NewPortrait]) -> Request:
    """Send photos, train, and have portraits made and delivered, as a worker and a bot would."""
    set_id = await send(storage, user)
    request = await storage.requests.accept(user.id, set_id, "pencil", len(new), 7)
    await storage.users.set_state(user.id, ChatState("waiting", set_id, "pencil"))
    await storage.face_loras.save(user.id, set_id, b"weights", "nano", {}, b"reference")
    await storage.photos.delete_originals(set_id)
    await storage.requests.made(request.id, new)
    for notice in await storage.outbox.of_user("web", user.id):
        await storage.sent.record(notice.id, 0, "message 1")
        await storage.outbox.delivered(notice.id)
    return request


async def rows(storage: Storage) -> set[str]:
    """Name the tables that have anything in them."""
    async with storage.quota._database.read() as connection:
        found = {
            table.name: await connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in metadata.sorted_tables
        }
    return {name for name, count in found.items() if count}


async def test_after_its_time_nothing_shows_a_face(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any
) -> None:
    """Photos, Face LoRA, reference and portraits are gone, rows and objects; person, consent and ledger are not."""
    await storage.users.record_consent(sitter.id, "v1")
    await get_portraits(storage, sitter, new_portraits(3))
    history, balance = await storage.quota.history(sitter.id), await storage.quota.balance(sitter.id)
    place.clock.turn(timedelta(days=DAYS + 1))
    assert await storage.retire(DAYS) == 5
    assert place.object_files() == []
    assert await rows(storage) - {chat_states.name} == KEPT
    assert consents.name in KEPT
    assert await storage.users.get_or_create("web", "sitter") == await storage.users.get(sitter.id)
    assert (await storage.quota.history(sitter.id), await storage.quota.balance(sitter.id)) == (history, balance)
    assert await storage.retire(DAYS) == 0


@pytest.mark.parametrize("age, days", [(DAYS - 1, DAYS), (10_000, 0)])
async def test_what_is_not_too_old_stays(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any, age: int, days: int
) -> None:
    """A day before its time everything is there; with 0 days it is there for ever."""
    request = await get_portraits(storage, sitter, new_portraits(3))
    objects, tables = place.object_files(), await rows(storage)
    place.clock.turn(timedelta(days=age))
    assert await storage.retire(days) == 0
    assert (place.object_files(), await rows(storage)) == (objects, tables)
    assert (await storage.users.get_state(sitter.id)).set_id == request.set_id


async def test_a_negative_time_is_refused(storage: Storage, sitter: User, place: Any) -> None:
    """A number of days below 0 deletes nothing: everything would be too old."""
    await send(storage, sitter)
    with pytest.raises(ValueError, match="-1 days"):
        await storage.retire(-1)
    assert len(place.object_files()) == 9


@pytest.mark.parametrize("state", ["queued", "running"])
async def test_work_under_way_keeps_what_it_needs(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any, state: str
) -> None:
    """However old, photos, checkpoint and set of a request that has not ended stay; once it ended they go."""
    set_id = await send(storage, sitter)
    request = await storage.requests.accept(sitter.id, set_id, "pencil", 2, 7)
    if state == "running":
        await storage.requests.start(request.id, 0)
    await storage.requests.checkpoint(request.id, b"step 50")
    place.clock.turn(timedelta(days=DAYS + 10))
    objects = place.object_files()
    assert await storage.retire(DAYS) == 0
    assert place.object_files() == objects
    assert await storage.requests.read_checkpoint(request.id) == b"step 50"
    assert await storage.requests.made(request.id, new_portraits(2))
    assert await storage.retire(DAYS) == 9
    portraits = await storage.portraits.of_request(request.id)
    assert [await storage.portraits.read(one.id, sitter.id) for one in portraits] == [
        one.png for one in new_portraits(2)
    ]


async def test_an_unfinished_set_goes_photo_by_photo(storage: Storage, sitter: User, place: Any) -> None:
    """Old originals of a set that is still open are deleted, a young one stays, and the set takes more."""
    set_id = await send(storage, sitter, 2)
    place.clock.turn(timedelta(days=DAYS + 1))
    young = await storage.photos.add(sitter.id, set_id, b"came today")
    assert await storage.retire(DAYS) == 6
    assert [photo.id for photo in await storage.photos.of_set(set_id)] == [young.id]
    assert await storage.photos.read(young.id, sitter.id) == b"came today"
    assert await storage.photos.open_set(sitter.id) == set_id
    assert (await storage.photos.add(sitter.id, set_id, b"photo 0")).state == "received"


async def test_young_portraits_outlive_their_face_lora(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any
) -> None:
    """Each thing has its own age: a later style stays, and the conversation is led away from the emptied set."""
    first = await get_portraits(storage, sitter, new_portraits(3))
    place.clock.turn(timedelta(days=20))
    second = await storage.requests.accept(sitter.id, first.set_id, "oil", 2, 7)
    await storage.requests.made(second.id, new_portraits(2))
    place.clock.turn(timedelta(days=15))
    await storage.retire(DAYS)
    assert await storage.face_loras.for_set(first.set_id, "nano") is None
    with pytest.raises(NotFoundError):
        await storage.requests.get(first.id)
    portraits = await storage.portraits.of_request(second.id)
    assert [await storage.portraits.read(one.id, sitter.id) for one in portraits] == [
        one.png for one in new_portraits(2)
    ]
    assert len(place.object_files()) == 2
    assert await storage.users.get_state(sitter.id) == ChatState("waiting", None, "pencil")


async def test_others_keep_theirs(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker, place: Any
) -> None:
    """One person's old things go without those that another sent later."""
    await get_portraits(storage, sitter, new_portraits(3))
    place.clock.turn(timedelta(days=DAYS + 1))
    request = await get_portraits(storage, stranger, new_portraits(3))
    await storage.retire(DAYS)
    assert await storage.portraits.of_user(sitter.id) == []
    assert len(await storage.portraits.of_user(stranger.id)) == 3
    lora = await storage.face_loras.for_set(request.set_id, "nano")
    assert lora is not None
    assert await storage.face_loras.read_reference(lora.id, stranger.id) == b"reference"


async def test_old_notices_go_once_they_were_delivered(storage: Storage, sitter: User, place: Any) -> None:
    """What was told long ago is dropped; what a person must still be told waits as long as what it is about."""
    set_id = await send(storage, sitter, 2)
    await storage.requests.accept(sitter.id, set_id, "pencil", 2, 7)
    told, untold = await storage.outbox.of_user("web", sitter.id)
    await storage.outbox.delivered(told.id)
    place.clock.turn(timedelta(days=DAYS + 1))
    await storage.retire(DAYS)
    assert await storage.outbox.of_user("web", sitter.id) == [untold]
    with pytest.raises(NotFoundError):
        await storage.outbox.delivered(told.id)


async def test_two_workers_may_do_it_at_once(
    place: Any, storage: Storage, sitter: User, stranger: User, new_portraits: Maker
) -> None:
    """Two that retire at the same time delete everything, and each object is counted by one of them."""
    for user in (sitter, stranger):
        await get_portraits(storage, user, new_portraits(3))
    place.clock.turn(timedelta(days=DAYS + 1))
    async with place.open() as other:
        assert sum(await asyncio.gather(storage.retire(DAYS), other.retire(DAYS))) == 10
    assert place.object_files() == []


def retire_and_die(place: Any, sets: int) -> None:
    """Start to retire in a process of its own, and kill it in the midst of so many sets."""
    command = [sys.executable, "-c", RETIRE, place.url, place.objects.as_uri()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(sets)]
        process.kill()
    assert told == ["rows are gone\n"] * sets


@pytest.mark.parametrize("sets", [1, 4])
async def test_a_killed_retirement_leaves_everything_whole(place: Any, new_portraits: Maker, sets: int) -> None:
    """After SIGKILL every row still finds its object, and the next run and the sweep leave nothing."""
    async with place.open() as storage:
        for n in range(8):
            await get_portraits(storage, await storage.users.get_or_create("web", str(n)), new_portraits(2))
    await asyncio.to_thread(retire_and_die, place, sets)
    async with place.open() as storage:
        left = 0
        for user in await storage.users.everybody():
            for portrait in await storage.portraits.of_user(user.id):
                assert await storage.portraits.read(portrait.id, user.id) == new_portraits(2)[portrait.n].png
            lora = await storage.face_loras.latest(user.id, "nano")
            if lora is not None:
                assert await storage.face_loras.read(lora.id, user.id) == b"weights"
                left += 1
        assert 0 < left <= 8 - sets
        place.clock.turn(timedelta(days=DAYS + 1))
        assert await storage.retire(DAYS) == 4 * left
        await storage.sweep(timedelta(0))
    assert place.object_files() == []
