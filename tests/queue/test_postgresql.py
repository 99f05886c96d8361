"""A whole shop whose rows are on PostgreSQL."""

from limner.storage.quota import Balance
from limner.tests.fakes.shop import PORTRAITS, Shop


async def test_a_request_goes_its_whole_way_on_postgresql(shop_on_postgresql: Shop) -> None:
    """Photo, verdict, request and portraits: a worker takes them through, and the account and the outbox say so."""
    shop = shop_on_postgresql
    user = await shop.sitter()
    async with shop.worker():
        photo = await shop.photo(user, b"good selfie")
        assert await shop.examined(photo, user) == ("accepted", None)
        request = await shop.ask(user, "quick")
        await shop.reached(request.id, "made")
    assert len(await shop.storage.portraits.of_request(request.id)) == PORTRAITS
    assert await shop.storage.quota.balance(user.id) == Balance(24 - PORTRAITS, 0, PORTRAITS, 24)
    told = [notice.kind for notice in await shop.storage.outbox.of_user("web", user.id)]
    assert "portraits_made" in told


async def test_a_request_that_kills_its_painter_ends_on_postgresql(shop_on_postgresql: Shop) -> None:
    """After three dead painters it has failed, and its quota is back."""
    shop = shop_on_postgresql
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "dies")
        assert (await shop.reached(request.id, "failed")).reason == "engine_failed"
    assert await shop.storage.quota.balance(user.id) == Balance(24, 0, 0, 24)
