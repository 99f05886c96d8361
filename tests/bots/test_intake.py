"""Photos coming in, as scripts: taken, refused with a reason, looked at again, taken back."""

from datetime import timedelta

import pytest

from limner.bots import replies as r
from limner.bots.events import (
    PhotoExamined,
    PhotoReceived,
    PhotoRemoved,
    PhotosCleared,
    PhotosDone,
    StatusAsked,
)
from limner.storage import Storage
from limner.tests.fakes.talk import STYLES, Talk, png


@pytest.mark.parametrize("good", [0, 1, 2])
async def test_too_few_photos_name_what_is_missing(talk: Talk, good: int) -> None:
    """Done with fewer than three good photos says how many are missing and loses none."""
    await talk.agree()
    await talk.send_good_photos(good)
    said, shown = await talk.say(PhotosDone())
    assert said == r.Said("photos-too-few", {"good": good, "least": 3, "missing": 3 - good})
    assert isinstance(shown, r.PhotosShown)
    assert shown.count.good == good
    assert await talk.state() == "collecting" if good else True


async def test_done_while_photos_are_looked_at_asks_for_patience(talk: Talk) -> None:
    """Done waits for the verdicts that are still to come."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.send_photo()
    assert await talk.texts(PhotosDone()) == ["photos-checking"]


async def test_a_refused_photo_is_told_with_its_reason_and_the_rest_lives_on(talk: Talk) -> None:
    """A refusal names its reason; the other photos stay good."""
    await talk.agree()
    await talk.send_good_photos()
    photo_id = await talk.send_photo()
    await talk.storage.photos.refuse(photo_id, "blurred")
    news = PhotoExamined(talk.user.id, photo_id, accepted=False, reason="blurred")
    refused, shown = await talk.say(news)
    assert refused == r.PhotoRefused("blurred", photo_id)
    assert isinstance(shown, r.PhotosShown)
    assert (shown.count.good, shown.count.refused, shown.count.enough) == (3, 1, True)
    assert r.StylesShown(STYLES) in await talk.say(PhotosDone())


async def test_photos_are_refused_at_the_door_with_their_reason(talk: Talk) -> None:
    """An empty file, one that is too large, a photo sent twice and one too many are refused without being stored."""
    await talk.agree()
    assert await talk.say(PhotoReceived(b"", "a")) == [r.PhotoRefused("empty", None, "a")]
    large = bytes(20 * 2**20 + 1)
    assert await talk.say(PhotoReceived(large, "b")) == [r.PhotoRefused("too_large", None, "b")]
    same = png(200)
    await talk.accept(await talk.send_photo(same))
    assert await talk.say(PhotoReceived(same, "c")) == [r.PhotoRefused("duplicate", None, "c")]
    await talk.send_good_photos(9)
    assert await talk.say(PhotoReceived(png(77), "d")) == [r.PhotoRefused("too_many", None, "d")]
    assert len(await talk.photos()) == 10


async def test_a_set_takes_only_so_many_photos_that_are_refused(talk: Talk) -> None:
    """After thirty refused photos the next one is not stored, with words; removing one of them makes room again."""
    await talk.agree()
    sent = [await talk.send_photo() for _ in range(10)]
    for _ in range(20):
        await talk.storage.photos.refuse(sent[-1], "blurred")
        sent.append(await talk.send_photo())
    for photo_id in sent:
        await talk.storage.photos.refuse(photo_id, "blurred")
    assert await talk.say(PhotoReceived(png(77), "d")) == [r.PhotoRefused("too_many_refused", None, "d")]
    assert len(await talk.photos()) == 30
    await talk.say(PhotoRemoved(sent[0]))
    assert isinstance((await talk.say(PhotoReceived(png(77), "d")))[0], r.PhotoTaken)


async def test_a_photo_whose_check_was_lost_is_checked_when_it_comes_again(talk: Talk) -> None:
    """If the queue was away when a photo came, the photo is kept, and sending it again has it looked at."""
    await talk.agree()
    talk.queue.away = True
    photo_id = await talk.send_photo(png(5))
    talk.queue.away = False
    assert talk.queue.photos == []
    assert await talk.send_photo(png(5)) == photo_id
    assert [command.photo_id for command in talk.queue.photos] == [photo_id]


async def test_a_photo_that_waits_too_long_is_enqueued_again(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking where we are enqueues photos whose check the queue has lost."""
    await talk.agree()
    photo_id = await talk.send_photo()
    talk.queue.photos.clear()
    await talk.say(StatusAsked())
    assert talk.queue.photos == [], "a photo that came just now is only late"
    monkeypatch.setattr("limner.bots.intake.LOST_AFTER", timedelta(seconds=-60))
    await talk.say(StatusAsked())
    assert [command.photo_id for command in talk.queue.photos] == [photo_id]


async def test_a_photo_can_be_taken_back_and_sent_again(talk: Talk) -> None:
    """A removed photo is gone; the same file may be sent anew."""
    await talk.agree()
    photo_id = await talk.send_photo(png(9))
    assert r.PhotoDeleted(photo_id) in await talk.say(PhotoRemoved(photo_id))
    assert await talk.texts(PhotoRemoved(photo_id)) == ["photo-unknown"]
    assert await talk.send_photo(png(9)) != photo_id


async def test_taking_back_a_needed_photo_leads_back_to_collecting(talk: Talk) -> None:
    """With fewer than three good photos left, a style cannot be chosen any more."""
    await talk.agree()
    ids = await talk.send_good_photos()
    await talk.say(PhotosDone())
    await talk.say(PhotoRemoved(ids[0]))
    assert await talk.state() == "collecting"


async def test_somebody_elses_photo_cannot_be_removed(talk: Talk, storage: Storage) -> None:
    """A photo id of another person is unknown here, and the photo stays."""
    other = await storage.users.get_or_create("test", "other")
    theirs = await storage.photos.add(other.id, await storage.photos.open_set(other.id), png(3))
    await talk.agree()
    assert await talk.texts(PhotoRemoved(theirs.id)) == ["photo-unknown"]
    assert (await storage.photos.get(theirs.id, other.id)).id == theirs.id


async def test_clearing_deletes_the_open_set(talk: Talk) -> None:
    """Remove all deletes every photo of the set."""
    await talk.agree()
    await talk.send_good_photos()
    assert await talk.texts(PhotosCleared()) == ["photos-cleared"]
    assert await talk.photos() == []
