"""A worker copies portraits below the limit that was asked for, for their sitter alone, and survives what breaks."""

import io
from typing import Any

import pytest
from PIL import Image

from limner.queue.codec import to_map
from limner.queue.copies import copy_portrait
from limner.queue.messages import CopyPortrait
from limner.queue.studio import Studio
from limner.storage import NewPortrait, Portrait, User
from limner.storage.errors import NotFoundError
from limner.tests.fakes.engine_process import large
from limner.tests.fakes.shop import Shop, until

LIMIT = 300_000


class Examiner:
    """Copies a portrait by naming what was asked for; breaks where it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls = 0

    async def call(self, name: str, args: dict[str, Any], hearing: object) -> dict[str, Any]:
        """Answer."""
        self.calls += 1
        if self.error is not None:
            raise self.error
        return {name: b"%s in %d, square: %d" % (args["portrait"], args["max_bytes"], args["square"])}


async def a_portrait(shop: Shop, user: User, png: bytes) -> Portrait:
    """Store a portrait."""
    request = await shop.accept(user, "oil")
    await shop.storage.requests.made(request.id, [NewPortrait(0, png, 0.5, 1, "oil")])
    return (await shop.storage.portraits.of_request(request.id))[0]


def command(portrait: Portrait, *, square: bool = False) -> CopyPortrait:
    """Ask for a copy."""
    return CopyPortrait(portrait.id, portrait.user_id, LIMIT, square)


def studio(shop: Shop, examiner: Any) -> dict[str, Any]:
    """Give a job's context with this examiner."""
    return {"studio": Studio(shop.storage, shop.redis, examiner, examiner, "nano", ())}


@pytest.mark.parametrize("square", [False, True])
async def test_a_worker_makes_the_copy_that_is_asked_for(shop: Shop, *, square: bool) -> None:
    """The command goes through the queue to the examiner's process, and the copy lies in storage; once is enough."""
    user = await shop.sitter()
    portrait = await a_portrait(shop, user, large(1))
    copies: list[bytes] = []
    async with shop.worker():
        for _ in range(2):
            await shop.client.copy_portrait(command(portrait, square=square))

        async def made() -> bool:
            found = await shop.storage.portraits.read_copy(portrait.id, user.id, LIMIT, square=square)
            copies.extend([found] if found else [])
            return bool(copies)

        await until(made, "the copy")
    assert len(copies[0]) <= LIMIT
    with Image.open(io.BytesIO(copies[0]), formats=["JPEG"]) as picture:
        assert (picture.width == picture.height) == square


async def test_a_copy_that_is_there_is_not_made_again(shop: Shop) -> None:
    """Asked for once more, also after a worker's death in it, it stays as it is."""
    user, examiner = await shop.sitter(), Examiner()
    portrait = await a_portrait(shop, user, b"png")
    for _ in range(2):
        await copy_portrait(studio(shop, examiner), to_map(command(portrait)))
    assert examiner.calls == 1
    assert await shop.storage.portraits.read_copy(portrait.id, user.id, LIMIT, square=False) == (
        b"png in 300000, square: 0"
    )


async def test_a_portrait_that_is_gone_is_not_copied(shop: Shop) -> None:
    """Where it was deleted, or is another's, the examiner sees nothing, and nothing breaks."""
    user, examiner = await shop.sitter(), Examiner()
    portrait = await a_portrait(shop, user, b"png")
    stranger = await shop.sitter("2")
    await copy_portrait(studio(shop, examiner), to_map(CopyPortrait(portrait.id, stranger.id, LIMIT, square=False)))
    await shop.storage.portraits.delete(portrait.id, user.id)
    await copy_portrait(studio(shop, examiner), to_map(command(portrait)))
    assert examiner.calls == 0


async def test_a_portrait_that_goes_while_it_is_copied_leaves_nothing(shop: Shop) -> None:
    """A copy whose portrait was deleted meanwhile is not kept."""
    user = await shop.sitter()
    portrait = await a_portrait(shop, user, b"png")

    class Slow(Examiner):
        async def call(self, name: str, args: dict[str, Any], hearing: object) -> dict[str, Any]:
            await shop.storage.portraits.delete(portrait.id, user.id)
            return await super().call(name, args, hearing)

    await copy_portrait(studio(shop, Slow()), to_map(command(portrait)))
    with pytest.raises(NotFoundError):
        await shop.storage.portraits.read_copy(portrait.id, user.id, LIMIT, square=False)
    assert not [path for path in (shop.folder / "objects").rglob("copy/*") if path.is_file()]


async def test_a_try_that_breaks_is_left_to_the_next(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """An examiner that dies over it makes no copy and ends no worker; asked again, it is made."""
    user = await shop.sitter()
    portrait = await a_portrait(shop, user, b"png")
    await copy_portrait(studio(shop, Examiner(OSError("gone"))), to_map(command(portrait)))
    assert await shop.storage.portraits.read_copy(portrait.id, user.id, LIMIT, square=False) is None
    assert "broke" in caplog.text
    await copy_portrait(studio(shop, Examiner()), to_map(command(portrait)))
    assert await shop.storage.portraits.read_copy(portrait.id, user.id, LIMIT, square=False)
