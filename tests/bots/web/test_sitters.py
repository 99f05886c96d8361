"""Another sitter on the page: the answer asks, and the page says yes or no."""

import pytest

from limner.tests.bots.web.conftest import Browser
from limner.tests.fakes.talk import FIRST, SECOND, png


async def ready(browser: Browser) -> str:
    """Let one person have been painted, and send photos of another; return their set."""
    await browser.agree()
    user, storage = await browser.user(), browser.storage
    former = await storage.photos.open_set(user.id)
    await storage.sitters.keep(user.id, former, FIRST)
    await storage.photos.close_set(former)
    for reply in await browser.send(*((f"{n}.png", png(n)) for n in range(3))):
        await storage.photos.accept(reply["photo"], embedding=SECOND, thumbnail=png(1), quality={})
    return await storage.photos.open_set(user.id)


@pytest.mark.parametrize("answer", ["sitter-agreed", "sitter-denied"])
async def test_another_sitter_is_asked_about(browser: Browser, answer: str) -> None:
    """A style is answered with the question; a yes goes on to the styles, a no deletes the photos and says so."""
    set_id = await ready(browser)
    (question,) = (await browser.say("style-chosen", style="oil"))["replies"]
    assert question == {"kind": "sitter-asked", "set": set_id}
    answered = await browser.say(answer, set_id=set_id)
    photos = await browser.storage.photos.of_set(set_id)
    if answer == "sitter-agreed":
        assert (answered["state"]["name"], len(photos)) == ("choosing", 3)
    else:
        assert photos == []
        assert "The photos are deleted" in answered["replies"][0]["text"]


async def test_the_page_has_the_question(browser: Browser) -> None:
    """The page brings the question's words and two buttons."""
    async with browser.client.get("/") as response:
        page = await response.text()
    assert "somebody else than before" in page
    assert 'id="sitter-yes"' in page
    assert 'id="sitter-no"' in page
