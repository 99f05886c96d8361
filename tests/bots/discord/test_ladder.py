"""The ways to a person, one below the other, whatever Discord answers."""

from typing import Any

import pytest

from limner.bots.discord.limits import FILE_BYTES
from limner.bots.discord.messages.buttons import AGREE, PHOTOS
from limner.bots.discord.results import Results
from limner.queue.messages import CopyPortrait
from limner.storage import NewPortrait, Request
from limner.tests.bots.discord.conftest import Stage, examine, paint
from limner.tests.fakes.talk import PORTRAITS
from limner.tests.fakes.worker import ScriptedWorker

QUARTER_S = 15 * 60.0


def home(person: Any) -> list[Any]:
    """List what stands in a person's direct messages."""
    return list(person.user.dm_channel.history())


def shown(stage: Stage, viewer: Any = None) -> list[Any]:
    """List the messages with portraits that a person sees in the channel."""
    return [one for one in stage.channel.history(viewer=viewer or stage.bob) if one.attachments]


async def test_a_private_result_comes_by_direct_message_after_a_quarter_of_an_hour(stage: Stage) -> None:
    """When the interaction can be answered no more, nobody else sees the portraits for that."""
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (result,) = home(stage.ann)
    assert len(result.attachments) == PORTRAITS
    assert shown(stage) == []


async def test_a_public_result_is_for_everybody_while_the_progress_is_not(stage: Stage) -> None:
    """Where the server chose so, the portraits are shown to all, with their owner's name; all else is not."""
    await stage.public()
    asked = await stage.waiting(stage.ann)
    assert asked.response.ephemeral
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (result,) = shown(stage)
    assert result.content.startswith(f"{stage.ann.mention} Oil: here are your 4 portraits.")
    assert not result.flags.ephemeral


async def test_a_public_result_comes_by_the_channel_after_a_quarter_of_an_hour(stage: Stage) -> None:
    """In the language that the server chose."""
    await stage.public(language="de")
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (result,) = shown(stage)
    assert "hier sind deine 4 Porträts" in result.content
    assert home(stage.ann) == []


async def test_who_has_left_the_server_gets_a_public_result_in_private(stage: Stage) -> None:
    """A member who is gone does not see the channel any more."""
    await stage.public()
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    stage.guild.remove_member(stage.ann)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert len(home(stage.ann)) == 1
    assert shown(stage) == []


@pytest.mark.parametrize("status, code", [(403, 50001), (403, 50013), (404, 10003)])
async def test_a_channel_that_is_closed_or_gone_is_passed_over(stage: Stage, status: int, code: int) -> None:
    """No access, no permission, no such channel: the portraits come by direct message."""
    await stage.public()
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    stage.env.inject_error("POST", f"/channels/{stage.channel.id}/messages", status=status, code=code, times=None)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert len(home(stage.ann)) == 1


@pytest.mark.parametrize("status, code", [(401, 50027), (404, 10015)])
async def test_a_token_that_dies_early_is_passed_over(stage: Stage, status: int, code: int) -> None:
    """Whatever our clock says: what Discord answers counts."""
    await stage.waiting(stage.ann)
    stage.env.inject_error("*", "/webhooks/*", status=status, code=code, times=None)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert len(home(stage.ann)) == 1


async def test_where_no_way_is_left_the_result_waits_for_the_next_command(stage: Stage) -> None:
    """Direct messages are closed and the token is over: nothing is lost, and nothing goes to the channel."""
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    stage.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    stage.work()
    user = await stage.user(stage.ann)
    await stage.until(lambda: not stage.bot.door.reachable(user.id), "nothing leads to ann")
    assert len(await stage.storage.outbox.of_user("discord", user.id)) == 1
    asked = await stage.ann.slash(stage.channel, "quota")
    await stage.told(user)
    assert "You have" in asked.response.content, "the answer is not lost for it"
    (result,) = asked.followups
    assert result.ephemeral
    assert len(result.attachments) == PORTRAITS
    assert shown(stage) == []


async def test_what_a_set_lacks_waits_too(stage: Stage) -> None:
    """Photos that were looked at late and cannot be used: it is told with whatever the person does next."""
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    dark = [(f"{n}.jpg", b"dark %d" % n) for n in range(3)]
    await stage.ann.submit_modal(shown, {PHOTOS: dark, AGREE: [AGREE]})
    await stage.env.advance_time(QUARTER_S)
    stage.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    stage.work()
    user = await stage.user(stage.ann)
    await stage.until(lambda: not stage.bot.door.reachable(user.id), "nothing leads to ann")
    asked = await stage.ann.slash(stage.channel, "quota")
    await stage.told(user)
    (told,) = asked.followups
    assert "None of the photos can be used" in told.content
    assert "**2.jpg**: This photo is too dark." in told.content
    assert told.ephemeral


async def test_a_public_result_that_waited_comes_in_private(stage: Stage) -> None:
    """With a way that was opened for something else, only its person sees it."""
    await stage.public()
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    stage.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
    stage.work()
    user = await stage.user(stage.ann)
    await stage.until(lambda: not stage.bot.door.reachable(user.id), "nothing leads to ann")
    asked = await stage.ann.slash(stage.channel, "status")
    await stage.told(user)
    assert asked.followups[0].ephemeral


async def test_status_opens_a_new_way(stage: Stage) -> None:
    """After a quarter of an hour /status has a message that shows progress again, and brings the portraits."""
    await stage.public()
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    asked = await stage.ann.slash(stage.channel, "status")
    assert "Oil, 4 portraits: on it." in asked.response.content
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (result,) = asked.followups
    assert not result.ephemeral, "where they were to go"
    assert asked.response is None


async def test_an_outage_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Discord cannot take now is brought a little later, by the same way."""
    monkeypatch.setattr("limner.bots.reach.REST_S", 0.05)
    asked = await stage.waiting(stage.ann)
    stage.env.inject_error("POST", "/webhooks/*", status=503, times=2)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert len(asked.followups) == 1


async def test_a_delivery_that_was_cut_off_goes_on_where_it_was(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Portraits that do not fit into one message come in several, and none twice after a failure between them."""
    monkeypatch.setattr("limner.bots.reach.REST_S", 0.05)
    monkeypatch.setattr("limner.bots.discord.messages.packing.FILES", 3)
    asked = await stage.waiting(stage.ann)
    follow, calls = stage.bot.desk.wire.follow, []

    async def fail_the_second(*args: Any, **kwargs: Any) -> str:
        calls.append(args)
        if len(calls) == 2:
            raise ConnectionError
        return await follow(*args, **kwargs)

    monkeypatch.setattr(stage.bot.desk.wire, "follow", fail_the_second)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    first, second = asked.followups
    assert (len(first.attachments), len(second.attachments)) == (3, 1)
    assert first.components == []
    assert second.components != []


async def test_what_is_too_large_together_comes_in_halves(stage: Stage) -> None:
    """Discord refuses a message for its size, whatever was said before: smaller ones bring the same portraits."""
    asked = await stage.waiting(stage.ann)
    stage.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert [len(one.attachments) for one in asked.followups] == [2, 2]
    assert [bool(one.components) for one in asked.followups] == [False, True]


async def test_a_portrait_that_is_too_large_alone_comes_as_a_copy(stage: Stage) -> None:
    """The message says so, has the buttons, and the file is named for what it is."""
    stage.worker = ScriptedWorker(stage.storage, stage.queue, examine, lambda request: paint(request)[:1])
    asked = await stage.waiting(stage.ann)
    stage.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (shown,) = asked.followups
    (file,) = shown.attachments
    assert file.filename.endswith(".jpg")
    assert (await file.read()).startswith(b"\xff\xd8\xff")
    assert shown.content.startswith("Oil: here is your portrait.")
    assert shown.content.endswith("Portrait 1 has 1 MB, more than Discord takes here. This is a smaller copy.")
    assert shown.components != []


async def test_a_copy_that_is_too_large_as_well_is_told_of(stage: Stage) -> None:
    """Where Discord takes not even that, words come and the delivery ends."""
    stage.worker = ScriptedWorker(stage.storage, stage.queue, examine, lambda request: paint(request)[:1])
    asked = await stage.waiting(stage.ann)
    stage.env.inject_error("POST", "/webhooks/*", status=413, code=40005, times=2)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (shown,) = asked.followups
    assert "Portrait 1 has 1 MB, more than Discord takes here. Press Full size" in shown.content
    assert shown.attachments == []


async def test_copies_are_asked_for_before_the_first_message_goes(stage: Stage) -> None:
    """What is too large is known when portraits are put into messages; the copy shall fit wherever they come to go."""
    sizes = (FILE_BYTES + 1, 10, FILE_BYTES + 2)
    stage.worker = ScriptedWorker(
        stage.storage, stage.queue, examine, lambda request: [_sized(request, n, size) for n, size in enumerate(sizes)]
    )
    await stage.portraits(stage.ann)
    await stage.rest()
    user = await stage.user(stage.ann)
    first, second, third = await stage.storage.portraits.of_user(user.id)
    pages = await Results(stage.bot.desk, stage.bot.ladder).pages(user, [first, second, third], None)
    assert pages == [[second], [first], [third]]
    assert stage.queue.copies == [CopyPortrait(one.id, user.id, FILE_BYTES, square=False) for one in (first, third)]


async def test_a_portrait_that_cannot_be_copied_is_told_of(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words say how large it is and how to get it; the others come."""
    monkeypatch.setattr("limner.bots.discord.copies.LOOKS", 1)
    limit = 25 * 2**20  # that of the Discord in memory
    sizes = (limit + 1, 10)
    stage.worker = ScriptedWorker(
        stage.storage, stage.queue, examine, lambda request: [_sized(request, n, size) for n, size in enumerate(sizes)]
    )
    asked = await stage.waiting(stage.ann)
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    good, words = asked.followups
    assert len(good.attachments) == 1
    assert words.content.startswith("Portrait 1 has 26 MB, more than Discord takes here.")
    assert words.attachments == []
    assert words.components != []


def _sized(request: Request, n: int, size: int) -> NewPortrait:
    return NewPortrait(n, bytes(size), 0.5, n, request.style)
