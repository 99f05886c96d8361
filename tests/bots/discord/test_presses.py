"""Buttons and menus: what each does, for whom, and for how long."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from limner.bots.discord.messages.buttons import AGREE, PHOTOS, address
from limner.bots.receipts import Debts
from limner.storage import NewPortrait
from limner.storage.errors import NotFoundError
from limner.tests.bots.discord.conftest import Stage, examine
from limner.tests.fakes.talk import PORTRAITS, png
from limner.tests.fakes.worker import ScriptedWorker


def labels(message: Any) -> list[str]:
    """Name what can be pressed under a message."""
    return [one["label"] for row in message.components for one in row["components"] if "label" in one]


def high() -> bytes:
    """Make a portrait that is higher than wide."""
    file = BytesIO()
    Image.new("RGB", (600, 800), (180, 90, 60)).save(file, "PNG")
    return file.getvalue()


async def painted(stage: Stage, portrait: bytes) -> Any:
    """Let Ann have one portrait; return the message that has the buttons."""
    stage.worker = ScriptedWorker(
        stage.storage, stage.queue, examine, lambda request: [NewPortrait(0, portrait, 0.5, 1, request.style)]
    )
    return await stage.portraits(stage.ann)


async def test_more_of_the_same(stage: Stage) -> None:
    """The button brings more from another seed, by its own interaction."""
    result = await stage.portraits(stage.ann)
    pressed = await stage.ann.click(result, label="More of the same")
    first, second = reversed(await stage.ended(await stage.user(stage.ann), 2))
    assert first.style == second.style
    assert first.seed != second.seed
    assert len(pressed.followups[0].attachments) == PORTRAITS


async def test_a_double_press_asks_once(stage: Stage) -> None:
    """The second press, while the first is painted, is answered with words."""
    result = await stage.portraits(stage.ann)
    await stage.rest()
    await stage.ann.click(result, label="More of the same")
    again = await stage.ann.click(result, label="More of the same")
    assert "I am still painting" in again.response.content
    assert len(await stage.storage.requests.of_user((await stage.user(stage.ann)).id)) == 2


async def test_another_style(stage: Stage) -> None:
    """The button shows the styles with their pictures, and a choice is painted at once."""
    result = await stage.portraits(stage.ann)
    shown = await stage.ann.click(result, label="Another style")
    assert [file.description for file in shown.response.attachments] == ["Pencil", "Oil"]
    chosen = await stage.ann.select(shown.response, ["pencil"])
    latest, _ = await stage.ended(await stage.user(stage.ann), 2)
    assert latest.style == "pencil"
    assert len(chosen.followups[0].attachments) == PORTRAITS


async def test_a_portrait_as_an_avatar(stage: Stage) -> None:
    """One of them is chosen and comes with words about what to do; one that is square already comes as it is."""
    result = await stage.portraits(stage.ann)
    asked = await stage.ann.click(result, label="Use as avatar")
    await stage.ann.select(asked.response, ["2"])
    assert "Change Avatar" in asked.response.content
    (file,) = asked.response.attachments
    assert await file.read() == png(120, 64)


async def test_an_avatar_is_square_whatever_the_portrait(stage: Stage) -> None:
    """A high portrait is cut, not stretched: what is asked of the worker comes as a JPEG, and twice is asked once."""
    result = await painted(stage, high())
    pressed = await stage.ann.click(result, label="Use as avatar")
    (file,) = pressed.response.attachments
    with Image.open(BytesIO(await file.read()), formats=["JPEG"]) as picture:
        assert picture.size == (600, 600)
    assert file.filename.endswith(".jpg")
    assert "Change Avatar" in pressed.response.content
    await stage.rest()
    again = await stage.ann.click(result, label="Use as avatar")
    assert await again.response.attachments[0].read() == await file.read()


@pytest.mark.parametrize("away", [False, True])
async def test_an_avatar_that_nobody_cuts_comes_as_it_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, away: bool
) -> None:
    """Discord lets people cut it themselves; whether the workers are away or the queue is."""
    monkeypatch.setattr("limner.bots.discord.copies.LOOKS", 1)
    result = await painted(stage, high())
    await stage.rest()
    stage.queue.away = away
    pressed = await stage.ann.click(result, label="Use as avatar")
    (file,) = pressed.response.attachments
    assert await file.read() == high()


async def test_an_avatar_that_is_too_large_is_told_of(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody cuts it, and it cannot be sent as it is, words come."""
    monkeypatch.setattr("limner.bots.discord.copies.LOOKS", 1)
    result = await painted(stage, high() + bytes(10 * 2**20))
    await stage.rest()
    pressed = await stage.ann.click(result, label="Use as avatar")
    assert pressed.response.content.startswith("Portrait 1 has 11 MB, more than Discord takes here.")
    assert pressed.response.attachments == []


async def test_full_size(stage: Stage) -> None:
    """The files come once more as they are, to the person alone, also from a result that everybody sees."""
    await stage.public()
    result = await stage.portraits(stage.ann)
    pressed = await stage.ann.click(result, label="Full size")
    (files,) = pressed.followups
    assert files.ephemeral
    assert await files.attachments[0].read() == png(0, 64)


async def test_portraits_are_deleted_when_that_is_confirmed(stage: Stage) -> None:
    """Here and in Discord; before it they can be kept."""
    result = await stage.portraits(stage.ann)
    await stage.ann.click(result, label="Delete these")
    assert labels(result) == ["Delete for good", "Keep"]
    assert len(result.attachments) == PORTRAITS, "they are still to be seen"
    await stage.ann.click(result, label="Keep")
    assert "More of the same" in labels(result)
    await stage.ann.click(result, label="Delete these")
    await stage.ann.click(result, label="Delete for good")
    assert result.content == "The 4 portraits are deleted."
    assert result.attachments == []
    user = await stage.user(stage.ann)
    assert await stage.storage.portraits.of_user(user.id) == []


async def test_all_messages_of_a_public_result_go(stage: Stage, monkeypatch: Any) -> None:
    """Portraits that came in several messages go with the one that is pressed."""
    monkeypatch.setattr("limner.bots.discord.messages.packing.FILES", 3)
    await stage.public()
    result = await stage.portraits(stage.ann)
    await stage.ann.click(result, label="Delete these")
    await stage.ann.click(result, label="Delete for good")
    assert [one for one in stage.channel.history() if one.attachments] == []


async def test_a_button_of_what_is_gone_says_so(stage: Stage) -> None:
    """Portraits that were deleted elsewhere cannot be had any more, and the message stays as it is."""
    result = await stage.portraits(stage.ann)
    user = await stage.user(stage.ann)
    for portrait in await stage.storage.portraits.of_user(user.id):
        await stage.storage.portraits.delete(portrait.id, user.id)
    pressed = await stage.ann.click(result, label="Full size")
    assert pressed.response.content == "That is not here (any more)."
    pressed = await stage.ann.click(result, label="Delete these")
    assert pressed.followups[0].content == "That is not here (any more)."


async def test_a_button_obeys_its_owner_only(stage: Stage) -> None:
    """Somebody else who presses it is told so, in private, and nothing happens."""
    await stage.public()
    result = await stage.portraits(stage.ann)
    for label in ("More of the same", "Delete these", "Full size"):
        pressed = await stage.bob.click(result, label=label)
        assert pressed.response.ephemeral
        assert "This button belongs to somebody else." in pressed.response.content
    assert not await stage.storage.inbox.pending("discord")
    assert len(await stage.storage.requests.of_user((await stage.user(stage.ann)).id)) == 1


async def test_buttons_live_through_a_restart(stage: Stage) -> None:
    """A new process hears what an old one has written; so with a form that is still open."""
    result = await stage.portraits(stage.ann)
    opened = await stage.bob.slash(stage.channel, "portrait", style="oil")
    await stage.restart()
    stage.work()
    await stage.ann.click(result, label="More of the same")
    sent = await stage.bob.submit_modal(opened, {PHOTOS: stage.selfies(3), AGREE: [AGREE]})
    await stage.ended(await stage.user(stage.ann), 2)
    await stage.ended(await stage.user(stage.bob))
    assert len(sent.followups[0].attachments) == PORTRAITS


async def test_a_button_of_an_older_version_says_so(stage: Stage) -> None:
    """What a former limner wrote is answered with words, never with silence."""
    result = await stage.portraits(stage.ann)
    stored = stage.env.backend.get_message(result.channel_id, result.id)
    stored.components[0]["components"][0]["custom_id"] = "limner:0:again:whatever"
    pressed = await stage.ann.click(result, custom_id="limner:0:again:whatever")
    assert pressed.response.content == "That is not here (any more)."


async def test_cancelling(stage: Stage) -> None:
    """The button under the progress stops it; the end is told with what can come next, and progress is taken away."""
    asked = await stage.waiting(stage.ann)
    await stage.ann.click(asked.response, label="Cancel")
    await stage.ended(await stage.user(stage.ann))
    (told,) = asked.followups
    assert told.content == "Cancelled. Your quota is back: nothing was charged."
    assert labels(told) == ["Another style", "New photos"]
    assert asked.response is None


async def test_a_failure_is_told_in_private(stage: Stage) -> None:
    """Also where portraits would be for everybody."""
    await stage.public()
    asked = await stage.waiting(stage.ann)
    (request,) = await stage.storage.requests.active((await stage.user(stage.ann)).id)
    await stage.storage.requests.fail(request.id, "no_memory")
    await stage.ended(await stage.user(stage.ann))
    (told,) = asked.followups
    assert told.ephemeral
    assert "the machine ran out of memory" in told.content


async def test_a_button_for_another_request_than_the_one_under_way_changes_nothing(stage: Stage) -> None:
    """An old message's Cancel does not stop what was asked for since."""
    first = await stage.waiting(stage.ann)
    user = await stage.user(stage.ann)
    (request,) = await stage.storage.requests.active(user.id)
    await stage.bot.desk.conversation.tools.storage.requests.cancel(request.id)
    await stage.ended(user)
    second = await stage.ann.slash(stage.channel, "portrait", style="oil")
    stored = stage.env.backend.get_message(second.response.channel_id, second.response.id)
    old = address("cancel", stage.ann.id, request.id)
    stored.components[0]["components"][0]["custom_id"] = old
    pressed = await stage.ann.click(second.response, custom_id=old)
    assert pressed.followups[0].content == "That is not here (any more)."
    assert len(await stage.storage.requests.active(user.id)) == 1
    assert first.response is None


async def test_everything_is_deleted_with_a_receipt(stage: Stage) -> None:
    """/delete asks first; then the person is unknown, and the receipt stands where the question stood."""
    await stage.portraits(stage.ann)
    user = await stage.user(stage.ann)
    asked = await stage.ann.slash(stage.channel, "delete")
    await stage.ann.click(asked.response, label="Keep")
    assert asked.response.content == "Everything stays as it is."
    asked = await stage.ann.slash(stage.channel, "delete")
    await stage.ann.click(asked.response, label="Delete everything")
    assert "4 portraits deleted on" in asked.response.content
    with pytest.raises(NotFoundError):
        await stage.storage.users.get(user.id)
    assert await stage.storage.receipts.owed("discord") == []


async def test_a_receipt_that_a_killed_bot_did_not_tell_comes_by_direct_message(stage: Stage) -> None:
    """It is told once, with what was deleted."""
    await stage.portraits(stage.ann)
    user = await stage.user(stage.ann)
    await stage.storage.forget(user.id, tell=True)
    for _ in range(2):
        await Debts(stage.storage, "discord", stage.bot.door, grace_s=0.0).tell()
    told = [seen for seen in stage.ann.user.dm_channel.history() if "4 portraits deleted on" in seen.content]
    assert len(told) == 1
