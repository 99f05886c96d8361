"""Templates on Telegram: a picture with `/template` as its caption, or answered with it, is painted into."""

import pytest

from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.telegram import Person
from limner.tests.fakes.telegram.caller import jpeg

KEPT = "I have the picture"


@pytest.mark.parametrize("way", ["caption", "file", "answer"])
async def test_a_template_is_painted_into(line: Line, ann: Person, way: str) -> None:
    """Sent in whatever way, it is no photo of the set; the styles come, and the chosen one is a request with it."""
    user = await line.with_photos(ann)
    line.worker.paused.clear()
    match way:
        case "caption":
            await ann.photo(jpeg(90), "/template")
        case "file":
            await ann.document(b"a picture", "poster.png", "image/png", "/template")
        case _:
            await ann.send("/template", reply_to=await ann.photo(jpeg(90)))
    answer = await ann.wait(KEPT)
    assert "Which style" not in answer.text
    await ann.wait(lambda seen: "Pencil" in seen.buttons)
    await ann.press("Pencil")
    await ann.wait(lambda seen: "Cancel" in seen.buttons)
    (request,) = await line.storage.requests.active(user.id)
    assert request.templated
    assert await line.storage.requests.read_template(request.id, user.id)
    assert not await line.storage.templates.waits(user.id)


async def test_without_photos_a_template_waits_for_them(line: Line, ann: Person) -> None:
    """Somebody who has sent none is told that photos come first, and the picture is neither photo nor template."""
    user = await line.agreed(ann)
    await ann.photo(jpeg(90), "/template")
    await ann.wait("Photos of yourself come first")
    assert not await line.storage.templates.waits(user.id)
    assert not await line.storage.photos.of_set(await line.storage.photos.open_set(user.id))


async def test_the_command_alone_says_how(line: Line, ann: Person) -> None:
    """Without a picture `/template` explains itself; `/cancel` drops a template that waits."""
    user = await line.with_photos(ann)
    await ann.send("/template")
    await ann.wait("as its caption")
    await ann.photo(jpeg(90), "/template")
    await ann.wait(KEPT)
    await ann.send("/cancel")
    await ann.wait("The picture is deleted")
    assert not await line.storage.templates.waits(user.id)
