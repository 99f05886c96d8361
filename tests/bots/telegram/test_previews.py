"""The first sketch on Telegram: a photo in the private chat, once, before the portraits."""

import asyncio

import sqlalchemy as sa

from limner.bots.events import PreviewDrawn
from limner.storage.schema import outbox
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.talk import png
from limner.tests.fakes.telegram import Person, Seen

WORDS = "A first sketch"


def sketches(person: Person) -> list[Seen]:
    """List the sketches in a chat."""
    return [seen for seen in person.messages if seen.from_bot and WORDS in seen.text]


async def asked(line: Line, person: Person) -> str:
    """Let somebody ask for portraits that are sketched and then held in their training; return the request's id."""
    user = await line.with_photos(person)
    line.worker.sketch = png(77, 64)
    line.worker.paused.clear()
    await person.send("/styles")
    await person.wait("Which style")
    await person.press("Pencil")
    await person.wait(WORDS)
    return (await line.storage.requests.active(user.id))[0].id


async def test_a_sketch_comes_as_a_photo_and_once(line: Line, ann: Person) -> None:
    """It is there while the training goes on, says what it is, and does not come again with the portraits."""
    await asked(line, ann)
    (sketch,) = sketches(ann)
    assert sketch.photo is not None
    line.worker.paused.set()
    last = await ann.wait("What shall come next?", 30)
    assert sketches(ann) == [sketch]
    assert sketch.message_id < last.message_id


async def test_a_sketch_that_was_sent_is_not_sent_by_the_next_process(line: Line, ann: Person) -> None:
    """The part is written down: whoever takes the notice up again, as after a kill, sends nothing."""
    request_id = await asked(line, ann)
    user = await line.user(ann)
    while await line.storage.outbox.of_user("telegram", user.id):  # noqa: ASYNC110  (a row: there is no event)
        await asyncio.sleep(0.02)
    parts = line.application.parts
    (reply,) = await parts.desk.conversation.handle(user, PreviewDrawn(request_id))
    async with line.storage.outbox._database.read() as connection:
        notice = await connection.scalar(sa.select(outbox.c.id).where(outbox.c.kind == "preview_made"))
    assert await parts.door.deliver(user.id, str(notice), [reply])
    assert len(sketches(ann)) == 1


async def test_a_sketch_goes_with_the_portraits(line: Line, ann: Person) -> None:
    """Who deletes the portraits deletes the sketch in the chat as well."""
    await asked(line, ann)
    line.worker.paused.set()
    await ann.wait("What shall come next?", 30)
    await ann.press("Delete these")
    await ann.wait(lambda seen: "Delete for good" in seen.buttons)
    await ann.press("Delete for good")
    await ann.wait("The 4 portraits are deleted.")
    assert sketches(ann) == []


async def test_what_the_operator_retries_is_announced_once(line: Line, ann: Person) -> None:
    """A message in the private chat says that it is tried again; it comes once, and the portraits after it."""
    line.worker.paused.clear()
    user = await line.with_photos(ann)
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.wait("You are")
    (failed,) = await line.storage.requests.active(user.id)
    await line.storage.requests.fail(failed.id, "engine_failed")
    await ann.wait("It did not work out")
    await line.storage.dead_letters.retry(failed.id, "nano")
    await ann.wait("being tried again")
    while await line.storage.outbox.of_user("telegram", user.id):  # noqa: ASYNC110  (a row: there is no event)
        await asyncio.sleep(0.02)
    assert sum("being tried again" in seen.text for seen in ann.messages) == 1
