"""Templates: one waits for each person, the next request takes it over, and it goes when that ends."""

from datetime import timedelta
from typing import Any

import pytest

from limner.storage import NewPortrait, Request, Storage, User
from limner.storage.errors import NotFoundError, QuotaExceededError

PICTURE = b"a picture of somebody else"


async def ask(storage: Storage, sitter: User, key: str | None = None, count: int = 2) -> Request:
    """Accept a request with the template that waits."""
    set_id = await storage.photos.open_set(sitter.id)
    return await storage.requests.accept(sitter.id, set_id, "oil", count, 7, key, templated=True)


async def test_the_next_request_takes_it_over(storage: Storage, sitter: User, place: Any) -> None:
    """Of two templates the later waits; a request has it then, nothing waits any more, and the same key takes none."""
    await storage.templates.keep(sitter.id, b"an earlier one")
    await storage.templates.keep(sitter.id, PICTURE)
    assert len(place.object_files()) == 1
    request = await ask(storage, sitter, "press")
    assert request.templated
    assert not await storage.templates.waits(sitter.id)
    assert await storage.requests.read_template(request.id, sitter.id) == PICTURE
    await storage.templates.keep(sitter.id, b"a later one")
    assert await ask(storage, sitter, "press") == request
    assert await storage.templates.waits(sitter.id)


async def test_without_a_template_there_is_no_templated_request(storage: Storage, sitter: User) -> None:
    """It is refused, and no quota is reserved."""
    before = await storage.quota.balance(sitter.id)
    with pytest.raises(NotFoundError):
        await ask(storage, sitter)
    assert await storage.requests.of_user(sitter.id) == []
    assert await storage.quota.balance(sitter.id) == before


async def test_it_waits_on_where_quota_is_short(storage: Storage, sitter: User) -> None:
    """A request that is not accepted takes nothing over."""
    await storage.templates.keep(sitter.id, PICTURE)
    with pytest.raises(QuotaExceededError):
        await ask(storage, sitter, count=10_000)
    assert await storage.templates.waits(sitter.id)


@pytest.mark.parametrize("end", ["made", "failed", "cancelled"])
async def test_it_goes_with_the_end(storage: Storage, sitter: User, end: str, place: Any) -> None:
    """However a request ends, its template is deleted, row and object."""
    await storage.templates.keep(sitter.id, PICTURE)
    request = await ask(storage, sitter)
    match end:
        case "made":
            await storage.requests.made(request.id, [NewPortrait(0, b"png", None, 7, "oil")])
        case "failed":
            await storage.requests.fail(request.id, "template_no_face")
        case _:
            await storage.requests.cancel(request.id)
    with pytest.raises(NotFoundError):
        await storage.requests.read_template(request.id, sitter.id)
    assert len(place.object_files()) == (1 if end == "made" else 0), "what is left is the portrait"
    assert (await storage.requests.get(request.id)).templated


async def test_it_is_its_owners_alone(storage: Storage, sitter: User, stranger: User, place: Any) -> None:
    """Nobody else reads or takes over a template, and nothing of it lies unencrypted."""
    await storage.templates.keep(sitter.id, PICTURE)
    assert not await storage.templates.waits(stranger.id)
    request = await ask(storage, sitter)
    with pytest.raises(NotFoundError):
        await storage.requests.read_template(request.id, stranger.id)
    assert PICTURE not in place.bytes_at_rest()


async def test_it_can_be_dropped(storage: Storage, sitter: User, place: Any) -> None:
    """A template that is not wanted any more is deleted; a second time there is nothing to delete."""
    await storage.templates.keep(sitter.id, PICTURE)
    assert await storage.templates.drop(sitter.id)
    assert not await storage.templates.drop(sitter.id)
    assert place.object_files() == []


async def test_it_is_forgotten_with_its_owner(storage: Storage, sitter: User, place: Any) -> None:
    """Forgetting a person leaves neither the template that waits nor that of a request, and none is kept later."""
    await storage.templates.keep(sitter.id, PICTURE)
    await ask(storage, sitter)
    await storage.templates.keep(sitter.id, b"another")
    await storage.forget(sitter.id)
    assert place.object_files() == []
    with pytest.raises(NotFoundError):
        await storage.templates.keep(sitter.id, b"late")


async def test_retention_deletes_what_waits_too_long(storage: Storage, sitter: User, place: Any) -> None:
    """A template that nobody made use of goes like a photo; that of a request under way stays, swept or not."""
    await storage.templates.keep(sitter.id, PICTURE)
    request = await ask(storage, sitter)
    await storage.templates.keep(sitter.id, b"another")
    place.clock.turn(timedelta(days=31))
    assert await storage.retire(30) == 1
    assert await storage.sweep() == 0
    assert not await storage.templates.waits(sitter.id)
    assert await storage.requests.read_template(request.id, sitter.id) == PICTURE
