"""Photos in a body: what is taken, what is refused, and in which words."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from limner.bots.web import handlers
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import png

Browser = Any


async def test_photos_are_stored_and_enqueued(browser: Browser, queue: FakeQueue) -> None:
    """Two photos in one body are two photos, each enqueued; the state shows them as being looked at."""
    await browser.agree()
    replies = await browser.send(("a.png", png(1)), ("b.png", png(2)))
    assert [reply["kind"] for reply in replies] == ["photo-taken", "photo-taken"]
    assert [command.photo_id for command in queue.photos] == [reply["photo"] for reply in replies]
    assert [photo["state"] for photo in (await browser.state())["photos"]] == ["received", "received"]


async def test_a_bad_file_does_not_take_the_others_with_it(browser: Browser) -> None:
    """Among good files, an empty one, one too large and a repeated one are refused each with its reason."""
    await browser.agree()
    large = bytes(20 * 2**20 + 1)
    files = (("a.png", png(1)), ("empty.png", b""), ("large.png", large), ("again.png", png(1)), ("b.png", png(2)))
    replies = await browser.send(*files)
    assert [reply["kind"] for reply in replies].count("photo-taken") == 3, "the repeated one is still looked at"
    refused = {reply["name"]: reply["words"] for reply in replies if reply["kind"] == "photo-refused"}
    assert "empty" in refused["empty.png"]
    assert "20 MB" in refused["large.png"]


async def test_a_photo_of_exactly_the_limit_is_taken(browser: Browser) -> None:
    """The limit itself is allowed."""
    await browser.agree()
    assert (await browser.send(("a.png", bytes(20 * 2**20))))[0]["kind"] == "photo-taken"


async def test_more_parts_than_a_set_holds_are_refused_in_words(browser: Browser) -> None:
    """Of twelve files the first ten are taken and the others refused, each in words."""
    await browser.agree()
    replies = await browser.send(*((f"{n}.png", png(n)) for n in range(12)))
    assert [reply["kind"] for reply in replies] == ["photo-taken"] * 10 + ["photo-refused"] * 2
    assert "at most 10" in replies[-1]["words"]


async def test_photos_before_consent_are_not_kept(browser: Browser, queue: FakeQueue) -> None:
    """Without consent a photo is answered with the request for it, and nothing is stored."""
    await browser.state()
    assert "agree first" in (await browser.send(("a.png", png())))[0]["text"]
    assert queue.photos == []


@pytest.mark.parametrize(
    "body, kind",
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"not a photo", "image/png"),
        (b"no boundary at all", "multipart/form-data"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--y\r\n\r\nwrong\r\n--y--\r\n", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ntext\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="p"; filename="p.png"\r\n\r\ncut',
            "multipart/form-data; boundary=x",
        ),
        (b"--x\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n--z--\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_body_that_holds_no_photos_is_refused_in_words(browser: Browser, body: bytes, kind: str) -> None:
    """Empty, broken, cut and foreign bodies end in words and not in an error of the server."""
    await browser.agree()
    headers = {"X-CSRF-Token": browser.token, "Content-Type": kind}
    async with browser.client.post("/api/photos", data=body, headers=headers) as response:
        assert response.status == 400, await response.text()
        assert "choose the photos again" in (await response.json())["replies"][0]["text"]


async def test_file_names_are_shortened_and_never_used_as_paths(browser: Browser) -> None:
    """A file's name comes back for the page to show, at most 120 characters of it."""
    await browser.agree()
    (reply,) = await browser.send(("../" * 100 + "etc", png()))
    assert len(reply["name"]) <= 120


async def test_a_file_without_end_is_cut(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that goes on far beyond the limit is not read to its end."""
    monkeypatch.setattr("limner.bots.web.uploads.PATIENCE", 1)
    await browser.agree()
    form = FormData()
    form.add_field("photo", BytesIO(bytes(21 * 2**20)), filename="endless.png")
    async with browser.client.post("/api/photos", data=form, headers={"X-CSRF-Token": browser.token}) as response:
        assert response.status == 400


async def test_a_body_that_never_ends_gives_its_place_to_others(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever begins to send a photo and falls silent is cut off after a time."""
    monkeypatch.setattr(handlers, "UPLOAD_S", 0.2)
    await browser.agree()

    async def silent() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="p"; filename="p.png"\r\n\r\nbegun'
        await asyncio.sleep(5)

    headers = {"X-CSRF-Token": browser.token, "Content-Type": "multipart/form-data; boundary=x"}
    async with browser.client.post("/api/photos", data=silent(), headers=headers) as response:
        assert response.status == 400


async def test_seen_takes_only_a_list(browser: Browser) -> None:
    """What is no list of notices is refused."""
    await browser.agree()
    headers = {"X-CSRF-Token": browser.token}
    bodies: tuple[object, ...] = ({}, [], {"notices": "x"}, {"notices": ["x"] * (handlers.MOST_NOTICES + 1)})
    for body in bodies:
        async with browser.client.post("/api/seen", json=body, headers=headers) as response:
            assert response.status == 400
