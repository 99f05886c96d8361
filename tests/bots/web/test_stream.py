"""Events: what happens reaches the page, also after a lost connection and after the page was closed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from limner.queue.messages import Moved, PhotoExamined, PreviewMade, Progressed
from limner.storage import NewPortrait, Request
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import png

Browser = Any
NewBrowser = Callable[[], Awaitable[Browser]]


class Line:
    """An open stream, read event by event."""

    def __init__(self, response: Any) -> None:
        self._response = response

    async def next(self) -> dict[str, Any]:
        """Wait for the next event; return its fields, the data decoded."""
        async with asyncio.timeout(5):
            while True:
                event = await self._event()
                if "data" in event:
                    return {**event, "data": json.loads(event["data"])}

    async def until(self, kind: str) -> dict[str, Any]:
        """Wait for the next event of a kind."""
        while (event := await self.next())["event"] != kind:
            pass
        return event

    async def is_silent(self, seconds: float = 0.4) -> bool:
        """Say whether no event comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                await self.next()
        except TimeoutError:
            return True
        return False

    async def _event(self) -> dict[str, str]:
        fields = {}
        while line := (await self._response.content.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields


@asynccontextmanager
async def listening(browser: Browser, *, after: str = "", last_id: str = "") -> AsyncIterator[Line]:
    """Open a stream, as a page does: after a state's cursor, or after the last event it saw."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with browser.client.get("/api/events", params={"after": after}, headers=headers) as response:
        assert response.content_type == "text/event-stream"
        yield Line(response)


async def photo_on_its_way(browser: Browser) -> str:
    """Send a photo; return its id."""
    await browser.agree()
    return str((await browser.send(("a.png", png())))[0]["photo"])


async def settle(browser: Browser, queue: FakeQueue, photo_id: str, reason: str | None = None) -> None:
    """Look at a photo, as the worker does."""
    if reason is None:
        await browser.storage.photos.accept(photo_id, embedding=bytes(512), thumbnail=png(1), quality={})
    else:
        await browser.storage.photos.refuse(photo_id, reason)
    user = await browser.user()
    await queue.publish(PhotoExamined(user.id, photo_id, accepted=reason is None, reason=reason))


async def requested(browser: Browser) -> Request:
    """Go all the way to a request that waits."""
    await browser.agree()
    for n in range(3):
        (reply,) = await browser.send((f"{n}.png", png(n)))
        await browser.storage.photos.accept(reply["photo"], embedding=bytes(512), thumbnail=png(1), quality={})
    await browser.say("photos-done")
    await browser.say("style-chosen", style="oil")
    user = await browser.user()
    request: Request = (await browser.storage.requests.active(user.id))[0]
    return request


async def pending(browser: Browser) -> int:
    """Count what this person was not told yet."""
    user = await browser.user()
    return len([notice for notice in await browser.storage.outbox.pending("web") if notice.user_id == user.id])


async def test_a_verdict_reaches_the_page_and_stays_until_the_page_has_it(browser: Browser, queue: FakeQueue) -> None:
    """A refusal comes as an event with words, and leaves the outbox only when the page says it has arrived."""
    photo_id = await photo_on_its_way(browser)
    async with listening(browser, after=(await browser.state())["cursor"]) as line:
        await settle(browser, queue, photo_id, "blurred")
        event = await line.until("news")
    assert "blurred" in event["data"]["replies"][0]["words"]
    assert await pending(browser) == 1
    body = {"notices": [event["data"]["notice"]]}
    async with browser.client.post("/api/seen", json=body, headers={"X-CSRF-Token": browser.token}) as response:
        assert response.status == 204
    assert await pending(browser) == 0


async def test_nobody_can_tick_off_somebody_elses_news(
    browser: Browser, new_browser: NewBrowser, queue: FakeQueue
) -> None:
    """A notice's id in another person's hands does nothing."""
    photo_id = await photo_on_its_way(browser)
    await settle(browser, queue, photo_id)
    (notice,) = await browser.storage.outbox.pending("web")
    stranger = await new_browser()
    await stranger.agree()
    headers = {"X-CSRF-Token": stranger.token}
    async with stranger.client.post("/api/seen", json={"notices": [notice.id]}, headers=headers) as response:
        assert response.status == 204
    assert await pending(browser) == 1


async def test_a_result_made_while_the_page_was_closed_comes_at_the_next_visit(browser: Browser) -> None:
    """Portraits made while nobody looked are in the state of the next visit, and their notice is sent."""
    request = await requested(browser)
    await browser.storage.requests.made(request.id, [NewPortrait(0, png(9), 0.4, 1, "oil")])
    state = await browser.state()
    assert [one["id"] for one in state["finished"]] == [request.id]
    assert state["name"] == "done"
    async with listening(browser, after=state["cursor"]) as line:
        told = {(await line.until("news"))["data"]["notice"] for _ in range(4)}  # three photos and the request
    assert told == {notice.id for notice in await browser.storage.outbox.pending("web")}


async def test_a_lost_connection_is_made_up_for(browser: Browser, queue: FakeQueue) -> None:
    """A page that comes back names the last event it saw and gets exactly those it missed."""
    first, state = await photo_on_its_way(browser), await browser.state()
    async with listening(browser, after=state["cursor"]) as line:
        await settle(browser, queue, first)
        seen = await line.until("news")
        async with listening(browser, after=seen["id"]) as other_page:
            (reply,) = await browser.send(("b.png", png(2)))
            missed = await other_page.until("changed")
    await asyncio.sleep(0.05)
    async with listening(browser, last_id=seen["id"]) as line:
        again = await line.next()
        if again["event"] == "news":  # the verdict once more, for the other page: nobody has said that it was seen
            assert again["data"]["notice"] == seen["data"]["notice"]
            again = await line.next()
    assert (again["event"], again["id"]) == ("changed", missed["id"])
    assert reply["kind"] == "photo-taken"


async def test_an_id_of_another_life_draws_the_page_anew(browser: Browser) -> None:
    """After a restart of the server, or with nonsense for an id, the page is told to look again."""
    await browser.agree()
    for last_id in ("deadbeef-7", "nonsense", "-", "7"):
        async with listening(browser, last_id=last_id) as line:
            assert (await line.next())["event"] == "resync"


async def test_progress_is_shown_and_survives_a_reload(browser: Browser, queue: FakeQueue) -> None:
    """Place and progress come as events with words; the state of a reloaded page has the latest progress."""
    request = await requested(browser)
    async with listening(browser) as line:
        await queue.publish(Moved(request.user_id, request.id, 2))
        assert (await line.until("progress"))["data"]["words"] == "You are number 2 in the queue."
        await browser.storage.requests.start(request.id, 0)
        await queue.publish(Progressed(request.user_id, request.id, "train", 120, 300, 95.0))
        shown = (await line.until("progress"))["data"]
    assert (shown["words"], shown["steps"]) == ("Training your Face LoRA", "120 of 300")
    assert shown["eta"] == "about 2 minutes left"
    assert (await browser.state())["active"]["progress"]["done"] == 120


async def test_everybody_hears_their_own_news_only(browser: Browser, new_browser: NewBrowser, queue: FakeQueue) -> None:
    """Another person's page stays silent."""
    request = await requested(browser)
    stranger = await new_browser()
    await stranger.agree()
    async with listening(stranger, after=(await stranger.state())["cursor"]) as line:
        await queue.publish(Progressed(request.user_id, request.id, "train", 1, 2, None))
        await browser.storage.requests.fail(request.id, "no_memory")
        assert await line.is_silent()


async def test_another_tab_looks_again(browser: Browser) -> None:
    """What is said in one tab makes the others look."""
    await browser.agree()
    async with listening(browser, after=(await browser.state())["cursor"]) as line:
        await browser.say("photos-more-asked")
        assert (await line.next())["event"] == "changed"


async def test_a_forgotten_person_has_no_stream(browser: Browser, new_browser: NewBrowser) -> None:
    """Forgetting ends the open streams; without a session there is none (204 tells the browser to stop)."""
    await browser.agree()
    async with listening(browser) as line:
        await browser.say("forget-confirmed")
        assert await line._response.content.read() is not None
    nobody = await new_browser()
    async with nobody.client.get("/api/events") as response:
        assert response.status == 204


async def test_a_first_sketch_reaches_the_page_and_goes_with_the_request(
    browser: Browser, new_browser: NewBrowser, queue: FakeQueue
) -> None:
    """An event says to look, the state has the sketch's address, its owner alone gets it, and at the end it is gone."""
    request = await requested(browser)
    state = await browser.state()
    assert state["active"]["preview"] is None
    async with listening(browser, after=state["cursor"]) as line:
        for _ in range(3):  # the photos' verdicts
            await line.until("news")
        await browser.storage.requests.start(request.id, 0)
        await browser.storage.requests.preview(request.id, png(77))
        await queue.publish(PreviewMade(request.user_id, request.id))
        event = await line.until("news")
    assert [reply["kind"] for reply in event["data"]["replies"]] == ["look"]
    active = (await browser.state())["active"]
    assert "first sketch" in active["previewWords"]
    async with browser.client.get(active["preview"]) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
        assert await response.read() == png(77)
    stranger = await new_browser()
    await stranger.agree()
    async with stranger.client.get(active["preview"]) as response:
        assert response.status == 404
    await browser.storage.requests.made(request.id, [NewPortrait(0, png(9), 0.4, 1, "oil")])
    async with browser.client.get(active["preview"]) as response:
        assert response.status == 404
