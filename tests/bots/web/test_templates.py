"""Templates on the page: uploaded like a photo, shown to wait, painted into by the next style, or dropped."""

from io import BytesIO
from typing import Any

from aiohttp import FormData

from limner.tests.bots.web.conftest import Browser
from limner.tests.fakes.talk import png


async def send_template(browser: Browser, data: bytes) -> list[dict[str, Any]]:
    """Upload a template; return the replies."""
    form = FormData()
    form.add_field("photo", BytesIO(data), filename="poster.png", content_type="image/png")
    headers = {"X-CSRF-Token": browser.token}
    async with browser.client.post("/api/template", data=form, headers=headers) as response:
        assert response.status == 200, await response.text()
        replies: list[dict[str, Any]] = (await response.json())["replies"]
    return replies


async def ready(browser: Browser) -> None:
    """Agree, and have three good photos."""
    await browser.agree()
    for reply in await browser.send(*((f"{n}.png", png(n)) for n in range(3))):
        photos = browser.storage.photos
        await photos.accept(reply["photo"], embedding=bytes(512), thumbnail=png(1), quality={})


async def test_a_template_is_painted_into(browser: Browser) -> None:
    """After the photos it is kept and the state says so; the style that is chosen is a request with it."""
    await ready(browser)
    said = [reply["text"] for reply in await send_template(browser, png(90)) if reply["kind"] == "said"]
    assert "I have the picture" in said[0]
    state = await browser.state()
    assert (state["name"], state["template"]) == ("choosing", True)
    await browser.say("style-chosen", style="oil")
    (request,) = await browser.storage.requests.active((await browser.user()).id)
    assert await browser.storage.requests.read_template(request.id, request.user_id) == png(90)
    assert not (await browser.state())["template"]


async def test_a_template_can_be_dropped(browser: Browser) -> None:
    """Cancelling where nothing is painted deletes it, and the state says so."""
    await ready(browser)
    await send_template(browser, png(90))
    assert "deleted" in (await browser.say("cancel-asked"))["replies"][0]["text"]
    assert not (await browser.state())["template"]


async def test_photos_come_first_and_large_files_are_refused(browser: Browser) -> None:
    """Without photos it is not kept; a file above the limit is refused in words."""
    await browser.agree()
    assert "Photos of yourself come first" in (await send_template(browser, png(90)))[0]["text"]
    (refused,) = await send_template(browser, bytes(20 * 2**20 + 1))
    assert "20 MB" in refused["words"]
    assert not (await browser.state())["template"]
