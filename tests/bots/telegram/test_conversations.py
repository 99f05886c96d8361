"""Conversations on Telegram as scripts: said, must be answered."""

import errno

import pytest

from limner.storage.errors import NotFoundError
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.telegram import Person, Seen, TelegramServer
from limner.tests.fakes.telegram.caller import jpeg

DARK = b"dark"


def of_bot(person: Person) -> list[Seen]:
    """List what the bot has said."""
    return [seen for seen in person.messages if seen.from_bot]


async def test_a_language_is_chosen_where_it_is_asked(line: Line, ann: Person) -> None:
    """The consent text itself changes its language, and everything after speaks it."""
    await ann.start()
    await ann.wait("Before we begin")
    await ann.press("Deutsch")
    await ann.wait("Bevor wir anfangen")
    assert len(of_bot(ann)) == 1
    await ann.press("Ich bin einverstanden")
    await ann.wait("Danke.")


async def test_the_persons_own_language_comes_first(line: Line, server: TelegramServer) -> None:
    """Whose Telegram is Russian is greeted in Russian."""
    eve = server.person(1003, language="ru")
    await eve.start()
    await eve.wait("Здравствуйте")


async def test_photos_before_consent_are_not_kept_and_an_album_is_told_so_once(line: Line, ann: Person) -> None:
    """Three photos of an album, one answer, nothing stored."""
    await ann.album([jpeg(40 + n) for n in range(3)])
    await ann.wait("only take photos after you agreed")
    await line.settled()
    assert len(of_bot(ann)) == 1
    assert not await line.storage.photos.of_set(await line.storage.photos.open_set((await line.user(ann)).id))


async def test_a_slow_album_has_one_status_message(line: Line, ann: Person) -> None:
    """Members that come apart are counted as they come; no timer decides that the album is complete."""
    await line.agreed(ann)
    await ann.album([jpeg(40 + n) for n in range(4)], apart_s=0.4)
    await ann.wait("4 good photos: enough to begin")
    (status,) = of_bot(ann)
    assert status.buttons == ["Done", "Remove all"]


async def test_a_status_whose_record_failed_is_not_sent_again(
    line: Line, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full when the status has just been sent makes no second one, and its record is made up for."""
    user, users = await line.agreed(ann), line.storage.users
    remember, failed = users.remember, list[str]()

    async def full(user_id: str, name: str, value: str | None) -> None:
        if name == "status" and not failed:
            failed.append(name)
            raise OSError(errno.ENOSPC, "No space left on device")
        await remember(user_id, name, value)

    monkeypatch.setattr(users, "remember", full)
    for n in range(3):
        await ann.photo(jpeg(40 + n))
    await ann.wait("3 good photos: enough to begin")
    await line.settled()
    (status,) = of_bot(ann)
    assert failed
    assert (await users.recall(user.id, "status") or "").endswith(f" {status.message_id}")


async def test_files_and_forwarded_photos_count_and_the_same_one_counts_once(line: Line, ann: Person) -> None:
    """HEIC and PNG as files; a photo that is forwarded to the bot again is known by its id."""
    await line.agreed(ann)
    first = await ann.photo(jpeg(40), forwarded_from="Eve")
    await ann.document(b"any", "IMG_1.HEIC", "application/octet-stream")
    await ann.document(b"other", "a.png", "image/png")
    await ann.wait("3 good photos: enough")
    again = await ann.forward(first)
    told = await ann.wait("I already have this photo")
    assert told.reply_to == again


async def test_a_refused_photo_is_answered_with_its_thumbnail_and_reason(line: Line, ann: Person) -> None:
    """The rest of the set lives on."""
    await line.agreed(ann)
    dark = await ann.document(DARK, "dark.jpg")
    told = await ann.wait("This photo is too dark")
    assert told.reply_to == dark
    assert told.photo is not None
    await ann.wait("One photo cannot be used")


async def test_a_photo_above_the_limit_is_refused_without_fetching_it(line: Line, ann: Person) -> None:
    """Telegram gives no file above 20 MB to a bot."""
    await line.agreed(ann)
    await ann.document(bytes(20 * 2**20 + 1), "big.png", "image/png")
    await ann.wait("larger than 20 MB")
    assert not line.server.calls_of("getFile")


async def test_an_old_button_never_acts_on_something_newer(line: Line, ann: Person) -> None:
    """The button "Remove all" below an earlier set leaves the photos of the next one alone."""
    user = await line.agreed(ann)
    await ann.photo(jpeg(40))
    old = await ann.wait("1 of 3 good photos")
    await line.storage.photos.close_set(await line.storage.photos.open_set(user.id))
    await ann.photo(jpeg(41))
    await ann.wait("1 of 3 good photos", after=old.message_id)
    await ann.press("Remove all", message_id=old.message_id)
    await ann.wait("not here (any more)")
    assert len(await line.storage.photos.of_set(await line.storage.photos.open_set(user.id))) == 1


async def test_a_double_press_asks_once(line: Line, ann: Person) -> None:
    """Two presses of a style make one request; every press is answered."""
    user = await line.with_photos(ann)
    line.worker.paused.clear()
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.press("Pencil")
    await ann.wait("I am still painting")
    assert len(await line.storage.requests.of_user(user.id)) == 1
    assert not line.server.unanswered


async def test_a_late_photo_goes_to_the_next_set_with_a_word_about_it(line: Line, ann: Person) -> None:
    """It is counted there, and can be used when the request has ended."""
    user = await line.with_photos(ann)
    line.worker.paused.clear()
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.wait(lambda seen: "Cancel" in seen.buttons)
    (request,) = await line.storage.requests.active(user.id)
    await ann.album([jpeg(40 + n) for n in range(2)])
    late = await ann.wait("Looking at 2 photos")
    assert "goes to your next set" in late.text
    assert len(await line.storage.photos.of_set(request.set_id)) == 3
    line.worker.paused.set()
    await ann.wait("What shall come next?")
    await ann.wait(lambda seen: seen.message_id == late.message_id and "Done" in seen.buttons)


async def test_portraits_can_be_deleted_from_below_them(line: Line, ann: Person) -> None:
    """After a question; the album goes from the chat as well."""
    user = await line.with_photos(ann)
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.wait("What shall come next?", 30)
    await ann.press("Delete these")
    await ann.wait(lambda seen: "Delete for good" in seen.buttons)
    await ann.press("Delete for good")
    await ann.wait("The 4 portraits are deleted.")
    assert not await line.storage.portraits.of_user(user.id)
    assert not [seen for seen in ann.messages if seen.from_bot and seen.album and "Pencil:" in seen.text]


async def test_nobody_reaches_anybody_elses_portraits(line: Line, ann: Person, server: TelegramServer) -> None:
    """A button with somebody else's request in it does nothing."""
    user = await line.with_photos(ann)
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.wait("What shall come next?", 30)
    (request,) = await line.storage.requests.of_user(user.id)
    eve = server.person(1003)
    for n, name in enumerate(("full", "drop", "gone", "again", "show")):
        pressed = {"id": str(n), "from": {"id": 1003}, "data": f"1:{name}:{request.id}"}
        await line.application.handle_update({"update_id": 10**9 + n, "callback_query": pressed})
    await line.settled()
    assert [seen.text for seen in of_bot(eve)] == ["That is not here (any more)."] * 5
    assert len(await line.storage.portraits.of_user(user.id)) == 4


async def test_words_stickers_and_unknown_commands_are_answered(line: Line, ann: Person) -> None:
    """An answer is never empty, and says what can be done instead."""
    await ann.send("hello")
    await ann.wait("I read photos, commands and buttons")
    ann.say({"dice": {"emoji": "x", "value": 3}})
    await ann.wait("I can only use photos")
    await ann.send("/frobnicate")
    await ann.wait("I do not know this command")
    for command, words in (("/help", "press Done"), ("/privacy", "encrypted"), ("/terms", "by a machine")):
        await ann.send(command)
        await ann.wait(words)


async def test_everything_is_deleted_after_a_question(line: Line, ann: Person) -> None:
    """The button "Keep" keeps; "Delete everything" deletes, with a receipt, and whoever comes back is a stranger."""
    user = await line.with_photos(ann)
    await ann.send("/delete")
    await ann.wait("Shall I?")
    await ann.press("Keep")
    await ann.wait("Everything stays")
    await ann.send("/delete")
    await ann.wait(lambda seen: "Delete everything" in seen.buttons)
    await ann.press("Delete everything")
    await ann.wait("3 photos")
    with pytest.raises(NotFoundError):
        await line.storage.users.get(user.id)
    await ann.start()
    await ann.wait("Before we begin")
