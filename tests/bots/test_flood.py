"""Floods: one person's photos and requests have a limit, and everything else goes on."""

from dataclasses import replace

from limner.bots import replies as r
from limner.bots.events import PhotoReceived, QuotaAsked, StyleChosen
from limner.tests.fakes.talk import Talk, png


def limit(talk: Talk, **limits: int) -> None:
    """Change the numbers that an operator may choose."""
    tools = talk.conversation.tools
    talk.conversation.tools = replace(tools, limits=replace(tools.limits, **limits))


async def test_a_flood_of_photos_is_answered_with_when_to_go_on(talk: Talk) -> None:
    """Above the hour's photos none is taken, with a word about when; everything else is heard all the time."""
    limit(talk, photos_an_hour=4)
    await talk.agree()
    for _ in range(4):
        await talk.send_photo()
    (refused,) = await talk.say(PhotoReceived(png(77), "me.png"))
    assert refused == r.Said("too-often", {"minutes": 15})
    assert len(await talk.photos()) == 4
    assert await talk.texts(QuotaAsked()) != ["too-often"]


async def test_a_flood_of_requests_reserves_nothing(talk: Talk) -> None:
    """Above the hour's requests the style is not painted, and the quota is as it was."""
    limit(talk, requests_an_hour=1)
    await talk.make(await talk.request("oil"))
    before = await talk.storage.quota.balance(talk.user.id)
    assert await talk.texts(StyleChosen("pencil")) == ["too-often"]
    assert await talk.storage.quota.balance(talk.user.id) == before
