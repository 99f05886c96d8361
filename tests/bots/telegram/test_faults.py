"""What goes wrong at Telegram: floods, blocks, cuts, albums sent by half. Results arrive all the same, once."""

import asyncio
import errno
import time
from collections import Counter
from itertools import pairwise

import pytest

from limner.bots.reach import Reach
from limner.bots.receipts import Debts
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.telegram import Person, TelegramServer
from limner.tests.fakes.telegram.caller import jpeg

ANN, BOB = 1001, 1002
PATIENCE_S = 30.0


async def choose(person: Person, style: str = "Pencil") -> None:
    """Choose a style from the gallery."""
    await person.send("/styles")
    await person.wait("Which style")
    await person.press(style)


def pictures(person: Person) -> list[bytes]:
    """List the portraits that a person has been sent: those below the request, in their order."""
    accepted = next(seen.message_id for seen in person.messages if not seen.from_bot)
    return [seen.photo for seen in person.messages if seen.photo and seen.from_bot and seen.message_id > accepted + 3]


async def test_who_blocked_the_bot_gets_the_portraits_at_the_next_start(line: Line, ann: Person) -> None:
    """Nobody is bothered meanwhile, and nothing is lost."""
    await line.with_photos(ann)
    line.worker.paused.clear()
    await choose(ann)
    await ann.wait(lambda seen: "Cancel" in seen.buttons)
    ann.block()
    line.worker.paused.set()
    async with asyncio.timeout(PATIENCE_S):
        while not any(call.status == 403 for call in line.server.calls):  # noqa: ASYNC110  (the server's own record)
            await asyncio.sleep(0.05)
    asked = len(line.server.calls_of("sendMediaGroup", ANN))
    await asyncio.sleep(0.6)  # three sweeps of the outbox
    assert len(line.server.calls_of("sendMediaGroup", ANN)) == asked
    ann.unblock()
    await ann.start()
    await ann.wait("What shall come next?", PATIENCE_S)
    assert len(pictures(ann)) == 4


async def test_a_flooded_chat_waits_alone(line: Line, ann: Person, server: TelegramServer) -> None:
    """Telegram tells one chat to be quiet for seconds; another one is answered at once, and the first in time."""
    bob = server.person(BOB)
    await line.agreed(ann)
    await line.agreed(bob)
    server.fail_next("sendMessage", chat_id=ANN, retry_after=4)
    await ann.send("/help")
    await asyncio.sleep(0.5)
    await bob.send("/help")
    await bob.wait("press Done")
    assert not [seen for seen in ann.messages if seen.from_bot]
    await ann.wait("press Done")
    refused, sent = server.calls_of("sendMessage", ANN)
    assert sent.at - refused.at >= 4


async def test_progress_is_dropped_in_a_flood_and_the_result_is_not(line: Line, ann: Person) -> None:
    """An edit that Telegram refuses is not tried again; the portraits come."""
    line.worker.step_s = 0.6
    await line.with_photos(ann)
    await choose(ann)
    await ann.wait(lambda seen: "Cancel" in seen.buttons)
    line.server.fail_next("editMessageText", retry_after=2)
    await ann.wait("What shall come next?", PATIENCE_S)
    edits = line.server.calls_of("editMessageText")
    assert len([call for call in edits if call.status == 429]) == 1
    assert all(later.at - earlier.at >= 5 for earlier, later in pairwise(edits))
    assert len(pictures(ann)) == 4


@pytest.mark.parametrize("cut", [False, True])
async def test_an_album_sent_by_half_is_completed(line: Line, ann: Person, *, cut: bool) -> None:
    """Where Telegram says how far it came only the rest is sent; after a cut line all are: none may be missing."""
    await line.with_photos(ann)
    line.worker.paused.clear()
    await choose(ann)
    await ann.wait(lambda seen: "Cancel" in seen.buttons)
    line.server.half_send_next(2, chat_id=ANN, cut=cut)
    line.worker.paused.set()
    await ann.wait("What shall come next?", PATIENCE_S)
    assert len(pictures(ann)) == (6 if cut else 4)
    assert len(set(pictures(ann))) == 4


async def test_pictures_that_telegram_will_not_take_go_as_files(line: Line, ann: Person) -> None:
    """An answer is never empty."""
    await line.with_photos(ann)
    line.worker.paused.clear()
    await choose(ann)
    await ann.wait(lambda seen: "Cancel" in seen.buttons)
    line.server.fail_next("sendMediaGroup", status=400, description="Bad Request: IMAGE_PROCESS_FAILED")
    line.worker.paused.set()
    await ann.wait("What shall come next?", PATIENCE_S)
    files = [seen.document_name or "" for seen in ann.messages if seen.document]
    assert len(files) == 4
    assert files[0].startswith("limner-pencil-")


async def test_previews_that_are_no_pictures_do_not_bar_the_styles(line: Line, ann: Person) -> None:
    """An operator's own style may come with anything."""
    await line.with_photos(ann)
    line.server.fail_next("sendMediaGroup", status=400, description="Bad Request: IMAGE_PROCESS_FAILED")
    await choose(ann)
    await ann.wait(lambda seen: "Cancel" in seen.buttons)


async def test_downloads_are_tried_again(line: Line, ann: Person) -> None:
    """A cut line and an error of Telegram's cost a second, and no photo."""
    await line.agreed(ann)
    line.server.cut_next("getFile")
    line.server.fail_next("getFile", status=502)
    line.server.cut_next("sendMessage", "before")
    await ann.album([jpeg(40 + n) for n in range(3)])
    await ann.wait("3 good photos: enough", PATIENCE_S)


async def test_an_update_that_comes_twice_is_handled_once(line: Line, ann: Person) -> None:
    """Telegram repeats what it is not sure of."""
    await line.agreed(ann)
    await ann.send("/help")
    await ann.wait("press Done")
    line.server.repeat_update()
    await ann.send("/terms")
    await ann.wait("by a machine")
    await line.settled()
    assert len([seen for seen in ann.messages if seen.from_bot]) == 2


async def test_an_update_that_fails_is_apologised_for_and_holds_up_nothing(
    line: Line, ann: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Three tries, a sentence, the next update; the log holds nothing of what was written."""

    async def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    lanes = line.application.parts.dispatcher._lanes
    monkeypatch.setattr(lanes, "_sleep", at_once)
    handle = lanes._handle
    monkeypatch.setattr(lanes, "_handle", broken)
    await ann.send("/help")
    await ann.wait("Something went wrong")
    monkeypatch.setattr(lanes, "_handle", handle)
    await ann.send("/terms")
    await ann.wait("by a machine")
    assert caplog.text.count("failed: RuntimeError") == 3
    assert "secret words" not in caplog.text


@pytest.mark.parametrize("seam, name", [("users", "remember"), ("sent", "record")])
async def test_what_was_sent_while_the_disk_was_full_is_not_sent_again(
    line: Line, ann: Person, monkeypatch: pytest.MonkeyPatch, seam: str, name: str
) -> None:
    """Whatever cannot be written down after a message, the message comes once, and what comes after it comes."""
    await line.with_photos(ann)
    part, tries = getattr(line.storage, seam), Counter[tuple[object, ...]]()
    write = getattr(part, name)

    async def full(*args: object) -> object:
        tries[args[:2]] += 1
        if tries[args[:2]] == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await write(*args)

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(part, name, full)
    monkeypatch.setattr(line.application.parts.dispatcher._lanes, "_sleep", at_once)
    line.application.parts.door.reach = Reach(lambda: time.monotonic() * 1000)  # which waits a minute
    await choose(ann)
    await ann.wait("What shall come next?", PATIENCE_S)
    await line.settled()
    sent = Counter(seen.text for seen in ann.messages if seen.from_bot and seen.text)
    assert tries.total() > 1
    assert sent.most_common(1)[0][1] == 1
    assert len(pictures(ann)) == 4


@pytest.mark.parametrize("blocked", [False, True])
async def test_a_receipt_that_a_killed_bot_did_not_tell_goes_to_the_chat(
    line: Line, ann: Person, *, blocked: bool
) -> None:
    """It is told once; whoever has blocked the bot is owed nothing any more."""
    await ann.start()
    await ann.wait("Before we begin")
    await line.storage.forget((await line.user(ann)).id, tell=True)
    if blocked:
        ann.block()
    for _ in range(2):
        await Debts(line.storage, "telegram", line.application.parts.door, grace_s=0.0).tell()
    told = [seen for seen in ann.messages if "Everything of yours is deleted." in seen.text]
    assert len(told) == (0 if blocked else 1)
    assert await line.storage.receipts.owed("telegram") == []


async def test_a_deletion_whose_receipt_cannot_be_sent_is_done_once(line: Line, ann: Person) -> None:
    """The receipt stays owed with what was deleted; handling the press again would make the person anew."""
    await line.with_photos(ann)
    await ann.send("/delete")
    await ann.wait("Shall I?", PATIENCE_S)
    line.server.fail_next("sendMessage", chat_id=ANN, status=400)
    await ann.press("Delete everything")
    async with asyncio.timeout(PATIENCE_S):
        while not any(call.status == 400 for call in line.server.calls_of("sendMessage", ANN)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await line.application.parts.dispatcher.idle()
    (owed,) = await line.storage.receipts.owed("telegram")
    assert owed.receipt.photos == 3
