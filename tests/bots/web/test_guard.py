"""Who may ask the web chat for what."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from limner.bots.account import CONSENT_VERSION
from limner.bots.web import session_key
from limner.bots.web.session import Sessions
from limner.tests.fakes.queue_client import FakeQueue

Browser = Any  # tests/bots/web/conftest.py: a conftest is not imported
NewBrowser = Callable[[], Awaitable[Browser]]

CHANGES = ("/api/say", "/api/photos", "/api/seen")


async def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites(browser: Browser) -> None:
    """The cookie is HttpOnly and SameSite=Strict, and a second request does not replace it."""
    async with browser.client.get("/api/state") as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    async with browser.client.get("/api/state") as response:
        assert "Set-Cookie" not in response.headers


async def test_the_page_alone_begins_no_session(browser: Browser) -> None:
    """Somebody who comes through a link (without the strict cookie) keeps the session they have."""
    async with browser.client.get("/") as response:
        assert response.status == 200
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", CHANGES)
async def test_changes_without_the_token_are_refused(browser: Browser, path: str) -> None:
    """A request with the cookie and without the page's token changes nothing (CSRF)."""
    await browser.agree()
    for headers in ({}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": "é"}):
        async with browser.client.post(path, data=b"{}", headers=headers) as response:
            assert response.status == 403


async def test_a_token_of_another_session_is_refused(browser: Browser, new_browser: NewBrowser) -> None:
    """The token belongs to one session."""
    other = await new_browser()
    await other.agree()
    await browser.state()
    headers = {"X-CSRF-Token": other.token}
    async with browser.client.post("/api/say", json={"event": "started"}, headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize("cookie", ["", "x", "abc.def", ".", "ünlesbar.ä", "a" * 5000])
async def test_a_cookie_that_was_not_made_here_lets_nobody_in(browser: Browser, cookie: str) -> None:
    """Forged cookies are refused for pictures and changes, and replaced when the page asks for its state."""
    path = f"/api/portraits/{'0' * 32}"
    headers = {"Cookie": f"limner={cookie}"}
    async with browser.client.get(path, headers=headers) as response:
        assert response.status in {400, 403}
    async with browser.client.post("/api/say", data=b"{}", headers=headers) as response:
        assert response.status in {400, 403}


def test_a_session_of_another_key_is_unknown() -> None:
    """Cookies signed with another key are not ours, and neither key tells the master key."""
    master = bytes(range(32))
    assert session_key(master) != master
    assert Sessions(session_key(master)).new().cookie.count(".") == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_sites_are_refused(browser: Browser, site: str) -> None:
    """A browser that says a request comes from another site gets nothing from the API."""
    async with browser.client.get("/api/state", headers={"Sec-Fetch-Site": site}) as response:
        assert response.status == 403
        assert "Set-Cookie" not in response.headers


async def test_a_foreign_name_for_this_machine_gets_nothing(browser: Browser) -> None:
    """A name that somebody else made resolve to 127.0.0.1 is refused (DNS rebinding)."""
    for path in ("/", "/api/state", "/health"):
        async with browser.client.get(path, headers={"Host": "evil.example:80"}) as response:
            assert response.status == 421


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/static/chat.css", "/api/state", "/api/none", "/health"])
async def test_every_answer_has_the_strict_headers(browser: Browser, path: str) -> None:
    """No answer, not even an error, may run scripts or styles from elsewhere or be framed."""
    async with browser.client.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_the_page_has_nothing_inline_and_nothing_external(browser: Browser) -> None:
    """The page's own text obeys its policy: no inline script or style, no address outside."""
    async with browser.client.get("/") as response:
        page = await response.text()
    for forbidden in (" style=", "<style", " onclick=", "http://", "https://", "{{"):
        assert forbidden not in page
    assert page.count("<script") == 1


async def test_static_files_are_revalidated(browser: Browser) -> None:
    """A file that has not changed is answered with 304, and a path outside of the list with 404."""
    async with browser.client.get("/static/chat.js") as response:
        tag = response.headers["ETag"]
    async with browser.client.get("/static/chat.js", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/index.html", "/static/"):
        async with browser.client.get(path) as response:
            assert response.status == 404


async def test_health_tells_what_is_away(browser: Browser, queue: FakeQueue) -> None:
    """The health endpoint answers 200 while storage and queue answer, and 503 with the name of what does not."""
    async with browser.client.get("/health") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok", "away": []})
    queue.away = True
    async with browser.client.get("/health") as response:
        assert (response.status, await response.json()) == (503, {"status": "away", "away": ["queue"]})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"event": "photo-received"}',
        b'{"event": "request-finished", "request_id": "x"}',
        b'{"event": "style-chosen"}',
        b'{"event": "style-chosen", "style": 7}',
        b'{"event": "style-chosen", "style": "' + b"x" * 200 + b'"}',
        b"\xff\xfe",
    ],
)
async def test_what_is_no_event_is_refused_in_words(browser: Browser, body: bytes) -> None:
    """Broken events, unknown ones, and those that only the queue may bring are refused, with words."""
    await browser.state()
    headers = {"X-CSRF-Token": browser.token}
    async with browser.client.post("/api/say", data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["replies"][0]["text"]


async def test_an_unforeseen_error_is_told_in_words_and_nothing_more(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If storage breaks, the answer says so without particulars, and the next request works."""
    await browser.state()

    async def broken(*_: object) -> None:
        raise RuntimeError("secret particulars")

    with monkeypatch.context() as patch:
        patch.setattr(browser.storage.users, "record_consent", broken)
        headers = {"X-CSRF-Token": browser.token}
        body = {"event": "consent-given", "version": CONSENT_VERSION}
        async with browser.client.post("/api/say", json=body, headers=headers) as response:
            assert response.status == 500
            text = await response.text()
    assert "secret" not in text
    assert "try once more" in text
    await browser.say("consent-given", version=CONSENT_VERSION)
