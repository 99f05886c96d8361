"""A worker makes posters of what is on show, in the version that was asked for, and survives what breaks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from limner.queue.codec import to_map
from limner.queue.messages import MakePoster
from limner.queue.posters import make_poster
from limner.queue.studio import Studio
from limner.storage import AvatarEvent, NewEvent, NewPortrait
from limner.tests.fakes.shop import Shop, until


class Examiner:
    """Lays out posters by saying how many portraits there were; breaks where it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def call(self, name: str, args: dict[str, Any], hearing: object) -> dict[str, Any]:
        """Answer."""
        if self.error is not None:
            raise self.error
        return {name: b"poster of %d" % len(args["portraits"])}


async def an_event(shop: Shop, *names: str) -> AvatarEvent:
    """Make an event in which these people are on show."""
    host = await shop.storage.users.get_or_create("web", "host")
    there = await shop.storage.users.community("web", "g")
    ends = datetime(2099, 1, 1, tzinfo=UTC)
    new = NewEvent(there.id, host.id, host.id, "web", "g", "Friends", "en", "oil", 2, 9, gallery=True, ends_at=ends)
    event = await shop.storage.events.create(new)
    for name in names:
        user = await shop.storage.users.get_or_create("web", name)
        await shop.storage.events.join(event.id, user.id, name, gallery=True)
        set_id = await shop.storage.photos.open_set(user.id)
        request = await shop.storage.requests.accept(
            user.id, set_id, "oil", 2, 7, event_id=event.id, payer_id=event.payer_id
        )
        await shop.storage.requests.made(request.id, [NewPortrait(0, b"png of " + name.encode(), 0.5, 1, "oil")])
        await shop.storage.galleries.shown(event.id, user.id, name)
    return event


async def poster(shop: Shop, event: AvatarEvent) -> bytes:
    """Read the poster, empty where there is none."""
    if not (await shop.storage.events.get(event.id)).poster_made:
        return b""
    return await shop.storage.galleries.read_poster(event.id)


async def test_a_worker_makes_the_poster_that_is_asked_for(shop: Shop) -> None:
    """The command goes through the queue to the examiner's process, and the picture lies in storage; once is enough."""
    event = await an_event(shop, "ann", "bob")
    async with shop.worker():
        for _ in range(2):
            await shop.client.make_poster(MakePoster(event.id, 1))

        async def made() -> bool:
            return (await poster(shop, event)).startswith(b"\x89PNG")

        await until(made, "the poster")


@pytest.mark.parametrize("version, kept", [(2, b"poster of 2"), (1, b"the first")])
async def test_only_a_newer_version_is_made(shop: Shop, version: int, kept: bytes) -> None:
    """A version that is there already, asked for once more, changes nothing."""
    event = await an_event(shop, "ann", "bob")
    await shop.storage.galleries.save_poster(event.id, 1, b"the first")
    await make_poster(studio(shop, Examiner()), to_map(MakePoster(event.id, version)))
    assert await poster(shop, event) == kept


async def test_a_poster_of_nobody_is_not_made(shop: Shop) -> None:
    """Where everybody has left the gallery, or the event is gone, nothing is made and nothing breaks."""
    event = await an_event(shop)
    await make_poster(studio(shop, Examiner()), to_map(MakePoster(event.id, 1)))
    await make_poster(studio(shop, Examiner()), to_map(MakePoster("0" * 32, 1)))
    assert await poster(shop, event) == b""


async def test_a_try_that_breaks_is_left_to_the_next(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """An examiner that dies over it makes no poster and ends no worker; asked again, it is made."""
    event = await an_event(shop, "ann")
    await make_poster(studio(shop, Examiner(OSError("gone"))), to_map(MakePoster(event.id, 1)))
    assert await poster(shop, event) == b""
    assert "broke" in caplog.text
    await make_poster(studio(shop, Examiner()), to_map(MakePoster(event.id, 1)))
    assert await poster(shop, event) == b"poster of 1"


def studio(shop: Shop, examiner: Any) -> dict[str, Any]:
    """Give a job's context with this examiner."""
    return {"studio": Studio(shop.storage, shop.redis, examiner, examiner, "nano", ())}
