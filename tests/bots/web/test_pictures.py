"""Pictures: for their owner, and for nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from limner.storage import NewPortrait
from limner.tests.fakes.talk import png

Browser = Any
NewBrowser = Callable[[], Awaitable[Browser]]


async def with_portraits(browser: Browser) -> tuple[str, str]:
    """Give a browser's person a good photo and a portrait; return the photo's id and the portrait's address."""
    await browser.agree()
    user, storage = await browser.user(), browser.storage
    photo = ""
    for n in range(3):
        photo = (await browser.send((f"{n}.png", png(n))))[0]["photo"]
        await storage.photos.accept(photo, embedding=bytes(512), thumbnail=b"\xff\xd8\xff thumbnail", quality={})
    await browser.say("photos-done")
    await browser.say("style-chosen", style="oil")
    (request,) = await storage.requests.active(user.id)
    await storage.requests.made(request.id, [NewPortrait(0, png(50), 0.53, 1, "oil")])
    state = await browser.state()
    portrait = state["finished"][0]["portraits"][0]
    assert (portrait["likeness"], portrait["grade"]) == ("likeness 0.53", "close")
    return photo, portrait["url"]


async def test_the_owner_gets_portrait_thumbnail_and_download(browser: Browser) -> None:
    """The owner's pictures come with their type, for the browser's own cache only; a download has a file name."""
    photo, url = await with_portraits(browser)
    async with browser.client.get(url) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert response.headers["Cache-Control"].startswith("private")
        assert await response.read() == png(50)
    async with browser.client.get(f"{url}?download") as response:
        assert response.headers["Content-Disposition"].startswith('attachment; filename="limner-')
    async with browser.client.get(f"/api/photos/{photo}/thumbnail") as response:
        assert (response.status, response.content_type) == (200, "image/jpeg")


async def test_anybody_else_gets_404(browser: Browser, new_browser: NewBrowser) -> None:
    """Another person's portrait and thumbnail look exactly like ones that do not exist."""
    photo, url = await with_portraits(browser)
    stranger = await new_browser()
    await stranger.agree()
    answers = set()
    for path in (url, f"/api/photos/{photo}/thumbnail", f"/api/portraits/{'0' * 32}"):
        async with stranger.client.get(path) as response:
            answers.add((response.status, await response.text()))
    assert len(answers) == 1
    assert answers.pop()[0] == 404


async def test_without_a_session_there_is_nothing(browser: Browser, new_browser: NewBrowser) -> None:
    """A browser that never loaded the page gets no picture."""
    photo, url = await with_portraits(browser)
    nobody = await new_browser()
    for path in (url, f"/api/photos/{photo}/thumbnail"):
        async with nobody.client.get(path) as response:
            assert response.status == 403


async def test_a_photo_without_thumbnail_is_empty(browser: Browser) -> None:
    """Before a photo was looked at there is nothing to show, and that is no error."""
    await browser.agree()
    (reply,) = await browser.send(("a.png", png()))
    async with browser.client.get(f"/api/photos/{reply['photo']}/thumbnail") as response:
        assert response.status == 204


@pytest.mark.parametrize("portrait", ["x", "0" * 31, "../users", "0" * 32 + "0"])
async def test_ids_of_another_form_are_unknown(browser: Browser, portrait: str) -> None:
    """An id is 32 hexadecimal digits; anything else has no address."""
    await browser.state()
    async with browser.client.get(f"/api/portraits/{portrait}") as response:
        assert response.status == 404


async def test_previews_of_styles(browser: Browser) -> None:
    """A style's preview is shown; a style without one, and an unknown one, have none."""
    state = await browser.state()
    assert [style["preview"] is None for style in state["styles"]] == [False, True]
    async with browser.client.get(state["styles"][0]["preview"]) as response:
        assert (response.status, response.content_type) == (200, "image/png")
    for name in ("oil", "nonsense"):
        async with browser.client.get(f"/api/styles/{name}/preview") as response:
            assert response.status == 404


async def test_forgetting_takes_the_cookie_and_everything_else(browser: Browser) -> None:
    """After forgetting there is a receipt, the cookie is gone, and so are the pictures."""
    _, url = await with_portraits(browser)
    cookies = {cookie.key: cookie.value for cookie in browser.client.session.cookie_jar}
    answer = await browser.say("forget-confirmed")
    assert answer["replies"][0]["kind"] == "forgotten"
    assert "1 portrait deleted" in answer["replies"][0]["text"]
    assert not [cookie for cookie in browser.client.session.cookie_jar if cookie.value]
    async with browser.client.get(url, cookies=cookies) as response:
        assert response.status == 404


async def nothing_owed(browser: Browser) -> None:
    """Wait until no receipt is owed: that is written down after the answer's last byte."""
    async with asyncio.timeout(10):
        while await browser.storage.receipts.owed("web"):  # noqa: ASYNC110  (a row, for which there is no event)
            await asyncio.sleep(0.01)


async def test_a_receipt_that_was_not_told_comes_with_the_next_visit(browser: Browser) -> None:
    """Whose deletion was cut off before its answer is told once when the page is opened again."""
    await with_portraits(browser)
    storage = browser.storage
    (user,) = await storage.users.everybody()
    await storage.forget(user.id, tell=True)
    (receipt,) = (await browser.state())["receipts"]
    assert "1 portrait deleted" in receipt
    await nothing_owed(browser)
    assert (await browser.state())["receipts"] == []


async def test_a_receipt_that_was_told_is_owed_no_more(browser: Browser) -> None:
    """The answer to the deletion is the receipt, and nothing is left of whom it was for."""
    await with_portraits(browser)
    await browser.say("forget-confirmed")
    await nothing_owed(browser)
