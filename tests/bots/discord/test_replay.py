"""Killed at whatever moment: what was written down is done by the next process, once."""

import asyncio
from typing import Any

import pytest

from limner.bots.discord.forms import Forms
from limner.bots.discord.messages.buttons import AGREE, PHOTOS
from limner.bots.discord.messages.outgoing import Way
from limner.bots.discord.rules import Rules
from limner.bots.discord.updates.incoming import Incoming, Person
from limner.bots.lanes import MOST_TRIES
from limner.tests.bots.discord.conftest import Stage
from limner.tests.bots.discord.test_ladder import QUARTER_S, home
from limner.tests.fakes.talk import PORTRAITS


def deaf(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process die between writing an interaction down and handling it."""
    monkeypatch.setattr(stage.bot.lanes, "submit", lambda _: None)


async def test_what_was_only_written_down_is_done_after_a_restart(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer stands where "thinking" stood, for its token is still alive."""
    deaf(stage, monkeypatch)
    asked = await stage.waiting(stage.ann)
    assert asked.deferred
    user = await stage.user(stage.ann)
    assert not await stage.storage.requests.active(user.id)
    (update,) = await stage.storage.inbox.pending("discord")
    assert b"selfie" not in update.body
    await stage.restart()
    assert "Oil, 4 portraits: on it." in asked.response.content
    assert len(await stage.storage.requests.active(user.id)) == 1
    assert not await stage.storage.inbox.pending("discord")


async def test_after_a_quarter_of_an_hour_the_answer_finds_another_way(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for is done all the same, and told by direct message."""
    deaf(stage, monkeypatch)
    await stage.waiting(stage.ann)
    await stage.env.advance_time(QUARTER_S)
    await stage.restart()
    assert [one.content for one in home(stage.ann)] == ["Oil, 4 portraits: on it. You are next."]
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert len(home(stage.ann)[-1].attachments or home(stage.ann)[0].attachments) == PORTRAITS


async def test_photos_that_were_being_taken_in_are_taken_in_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after two of three photos: the next process has all three, each once, and goes on to the portraits."""
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    fetch, calls = stage.bot.http.get_from_cdn, []

    async def hang_at_the_third(url: str) -> bytes:
        calls.append(url)
        if len(calls) == 3:
            await stage.env.external_wait(asyncio.Event().wait(), reason="killed here")
        return await fetch(url)

    monkeypatch.setattr(stage.bot.http, "get_from_cdn", hang_at_the_third)
    sent = await stage.ann.submit_modal(shown, {PHOTOS: stage.selfies(3), AGREE: [AGREE]})
    user = await stage.user(stage.ann)
    set_id = await stage.storage.photos.open_set(user.id)
    assert len(await stage.storage.photos.of_set(set_id)) == 2
    stage.work()
    await stage.told(user)
    assert not await stage.storage.requests.of_user(user.id), "nothing begins before all photos are here"
    await stage.restart()
    stage.work()
    await stage.ended(user)
    assert len(await stage.storage.photos.of_set(set_id)) == 3
    assert len(sent.followups[-1].attachments) == PORTRAITS


async def test_a_wish_survives_a_restart(stage: Stage) -> None:
    """Killed while the photos are looked at: the verdicts that come later lead on, in the same message."""
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    sent = await stage.ann.submit_modal(shown, {PHOTOS: stage.selfies(3), AGREE: [AGREE]})
    assert "Being looked at: 3" in sent.response.content
    await stage.restart()
    stage.work()
    (request,) = await stage.ended(await stage.user(stage.ann))
    assert request.style == "oil"
    assert len(sent.followups[-1].attachments) == PORTRAITS


async def test_a_consent_that_was_given_leads_on_after_a_restart(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed right after "I agree": the photos that came with the command are fetched by the next process."""
    files = {f"selfie{n}": file for n, file in enumerate(stage.selfies(3), 1)}
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", **files)
    deaf(stage, monkeypatch)
    pressed = await stage.ann.click(sent.response, label="I agree")
    await stage.restart()
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert len(pressed.followups[-1].attachments) == PORTRAITS


async def test_an_acknowledgement_that_comes_too_late_loses_nothing(stage: Stage) -> None:
    """Discord waits three seconds: what was asked for is done all the same, and the answer finds another way."""
    await stage.learned(stage.ann)
    stage.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    stage.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10015)
    await stage.ann.slash(stage.channel, "portrait", style="oil")
    assert len(await stage.storage.requests.active((await stage.user(stage.ann)).id)) == 1
    assert "on it" in home(stage.ann)[0].content


async def test_discord_hears_of_it_before_anything_slow_is_done(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interaction is acknowledged when it is written down, while the conversation still has to be asked."""
    seen: list[bool] = []
    handle = stage.bot.desk.conversation.handle
    asked = stage.heard()

    async def look(*args: Any) -> Any:
        seen.append(asked[-1].response.is_done())
        return await handle(*args)

    monkeypatch.setattr(stage.bot.desk.conversation, "handle", look)
    await stage.ann.slash(stage.channel, "quota")
    assert seen == [True]


async def test_a_slow_storage_does_not_keep_a_form_waiting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form must come within three seconds: where nobody can tell in time whether it is needed, it is opened."""
    await stage.learned(stage.ann)
    forms = Forms(stage.bot.desk, Rules(stage.bot.desk, lambda *_: ()))
    way = Way("token", 0.0, 2**20, quiet=True)
    wish = Incoming(1, "command", "portrait", Person(stage.ann.id, "de"), way, options={"style": "oil"})
    assert await forms.first(wish) is None, "the face is known"
    monkeypatch.setattr("limner.bots.discord.forms.QUICK_S", 0.01)

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(stage.storage.users, "find", never)
    opened = await forms.first(wish)
    assert opened is not None
    assert opened.title == "Fotos von einer Person"


async def test_what_fails_for_good_is_answered_and_let_go(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interaction that fails at every try is answered with words, and what comes after it is handled."""
    monkeypatch.setattr("limner.bots.lanes.PAUSES_S", (0.0, 0.0))
    tries: list[object] = []

    async def fail(*args: Any) -> None:
        tries.append(args)
        raise RuntimeError("secret")

    with monkeypatch.context() as broken:
        broken.setattr(stage.bot.desk.conversation, "handle", fail)
        asked = await stage.ann.slash(stage.channel, "quota")
    assert len(tries) == 3
    assert "Something went wrong on our side" in (asked.response.content or asked.followups[0].content)
    assert not await stage.storage.inbox.pending("discord")
    assert "You have 12" in (await stage.ann.slash(stage.channel, "quota")).response.content


async def test_what_ends_every_process_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interaction over which a hundred processes have ended is answered with words, without another try."""
    with monkeypatch.context() as dying:
        deaf(stage, dying)
        asked = await stage.waiting(stage.ann)
    (update,) = await stage.storage.inbox.pending("discord")
    for _ in range(MOST_TRIES):
        await stage.storage.inbox.begun("discord", update.update_id)
    await stage.restart()
    assert "Something went wrong on our side" in asked.response.content
    assert not await stage.storage.requests.active((await stage.user(stage.ann)).id)
    assert not await stage.storage.inbox.pending("discord")


async def test_a_storage_that_is_away_is_told_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written down is not acknowledged as if it were."""

    async def fail(*_: Any) -> bool:
        raise OSError("disk")

    monkeypatch.setattr(stage.storage.inbox, "write", fail)
    asked = await stage.ann.slash(stage.channel, "quota")
    assert asked.response.ephemeral
    assert "Something went wrong on our side" in asked.response.content
