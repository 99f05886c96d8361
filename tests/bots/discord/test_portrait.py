"""/portrait: from nothing to portraits, whatever a person gives with it."""

from dataclasses import replace
from typing import Any

import pytest

from limner.bots.account import CONSENT_VERSION
from limner.bots.discord.messages.buttons import AGREE, PHOTOS
from limner.bots.turn import Limits
from limner.storage import NewPortrait
from limner.tests.bots.discord.conftest import Stage
from limner.tests.fakes.talk import FREE, PORTRAITS, png


def given(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    """Give files as the options of the command."""
    return {f"selfie{n}": file for n, file in enumerate(files, 1)}


async def form(stage: Stage, files: list[tuple[str, bytes]], style: str = "oil") -> Any:
    """Let somebody ask, and fill in the form."""
    shown = await stage.ann.slash(stage.channel, "portrait", style=style)
    return await stage.ann.submit_modal(shown, {PHOTOS: files, AGREE: [AGREE]})


async def test_a_stranger_gets_portraits_from_one_form(stage: Stage) -> None:
    """A form with photos and consent is the first answer; what comes next comes by itself, down to the portraits."""
    stage.work()
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    assert shown.modal is not None
    assert shown.modal["title"] == "Photos of one person"
    sent = await stage.ann.submit_modal(shown, {PHOTOS: stage.selfies(3), AGREE: [AGREE]})
    user = await stage.user(stage.ann)
    assert sent.ephemeral
    (request,) = await stage.ended(user)
    assert request.style == "oil"
    assert await stage.storage.users.has_consent(user.id, CONSENT_VERSION)
    (result,) = sent.followups
    assert result.ephemeral
    assert "here are your 4 portraits" in result.content
    assert [await file.read() for file in result.attachments] == [png(60 * n, 64) for n in range(PORTRAITS)]
    assert sent.response is None, "the message that showed progress is gone"


async def test_photos_with_the_command_wait_for_consent(stage: Stage) -> None:
    """Who gives photos at once is asked for consent by a button; nothing is kept before, and nothing is asked twice."""
    stage.work()
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", **given(stage.selfies(3)))
    user = await stage.user(stage.ann)
    assert sent.response is not None
    assert "to teach a small model your face" in sent.response.content
    assert not await stage.storage.photos.of_set(await stage.storage.photos.open_set(user.id))
    agreed = await stage.ann.click(sent.response, label="I agree")
    await stage.ended(user)
    assert len(agreed.followups[0].attachments) == PORTRAITS


async def test_a_form_without_the_tick_asks_for_consent(stage: Stage) -> None:
    """Discord does not send a form without it; were it to, the photos wait for the button."""
    stage.work()
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    shown._interaction.modal["components"][2]["component"].update(required=False, min_values=0)
    sent = await stage.ann.submit_modal(shown, {PHOTOS: stage.selfies(3)})
    user = await stage.user(stage.ann)
    assert not await stage.storage.photos.of_set(await stage.storage.photos.open_set(user.id))
    agreed = await stage.ann.click(sent.response, label="I agree")
    await stage.ended(user)
    assert len(agreed.followups[0].attachments) == PORTRAITS


async def test_a_face_that_is_known_needs_no_photos(stage: Stage) -> None:
    """Who has a Face LoRA is painted at once, without a form."""
    asked = await stage.waiting(stage.ann)
    assert asked.modal is None
    assert asked.response.content == "Oil, 4 portraits: on it. You are next."
    assert len(stage.queue.requests) == 1


async def test_a_set_that_is_too_small_says_why_and_goes_on_when_there_is_enough(stage: Stage) -> None:
    """Each photo that cannot be used is named with its reason and its picture; adding photos is enough to go on."""
    stage.work()
    sent = await form(stage, [*stage.selfies(2), ("night.jpg", b"dark photo"), ("bill.jpg", b"%PDF-1.7")])
    user = await stage.user(stage.ann)
    told = await stage.shows(sent, "Only 2 photos can be used, and I need 3. Add at least 1")
    assert "**night.jpg**: This photo is too dark." in told.content
    assert "**bill.jpg**: This file is not a picture I can read." in told.content
    assert [await file.read() for file in told.attachments] == [png(1)], "only one of them is a picture"
    shown = await stage.ann.click(told, label="Add photos")
    upload = shown.modal["components"][0]["component"]
    assert (upload["min_values"], upload["max_values"]) == (1, 10)
    more = await stage.ann.submit_modal(shown, {PHOTOS: stage.selfies(1, 50), AGREE: [AGREE]})
    (request,) = await stage.ended(user)
    assert request.style == "oil"
    assert len(more.followups[-1].attachments) == PORTRAITS


async def test_a_form_asks_for_what_is_missing(stage: Stage) -> None:
    """Who has two good photos and asks anew needs to add one, not three."""
    user = await stage.agreed(stage.ann)
    set_id = await stage.storage.photos.open_set(user.id)
    for n in range(2):
        photo = await stage.storage.photos.add(user.id, set_id, png(n))
        await stage.storage.photos.accept(photo.id, embedding=bytes(512), thumbnail=png(1), quality={})
    await stage.told(user)
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    assert shown.modal["components"][0]["label"] == "1 to 10 photos"
    assert shown.modal["components"][0]["component"]["min_values"] == 1


async def test_what_cannot_be_used_does_not_hold_up_the_others(stage: Stage) -> None:
    """With enough good photos it begins, and tells the person alone which ones it goes on without."""
    stage.work()
    await stage.public()
    sent = await form(stage, [*stage.selfies(3), ("night.jpg", b"dark photo")])
    await stage.ended(await stage.user(stage.ann))
    without = next(one for one in sent.followups if "I go on without" in one.content)
    assert "**night.jpg**: This photo is too dark." in without.content
    assert without.ephemeral
    assert len(without.attachments) == 1


async def test_photos_that_come_while_others_are_looked_at_join_them(stage: Stage) -> None:
    """Two forms in a row make one set and one request, told of in the newer message."""
    opened = [await stage.ann.slash(stage.channel, "portrait", style=style) for style in ("pencil", "oil")]
    first = await stage.ann.submit_modal(
        opened[0], {PHOTOS: [("night.jpg", b"dark"), *stage.selfies(2)], AGREE: [AGREE]}
    )
    second = await stage.ann.submit_modal(opened[1], {PHOTOS: stage.selfies(3, 50), AGREE: [AGREE]})
    assert first.response is None
    assert "Being looked at: 6" in second.response.content
    stage.work()
    (request,) = await stage.ended(await stage.user(stage.ann))
    assert request.style == "oil"
    assert "**night.jpg**" in next(one for one in second.followups if "I go on without" in one.content).content


async def test_photos_can_be_taken_back(stage: Stage) -> None:
    """A set that is too small can be emptied; the button of a set that is gone says so."""
    stage.work()
    sent = await form(stage, [*stage.selfies(1), ("a.jpg", b"dark 1"), ("b.jpg", b"dark 2")])
    user = await stage.user(stage.ann)
    before = await stage.shows(sent, "Only 1 photo can be used")
    await stage.ann.click(before, label="Remove all")
    assert "All photos of this set are deleted" in sent.response.content
    assert sent.response.components == []
    assert not await stage.storage.photos.of_set(await stage.storage.photos.open_set(user.id))


async def test_an_eleventh_photo_is_answered_with_words(stage: Stage) -> None:
    """A set holds ten; what is too many is named, and the ten are used."""
    await stage.agreed(stage.ann)
    user = await stage.user(stage.ann)
    set_id = await stage.storage.photos.open_set(user.id)
    for n in range(9):
        await stage.storage.photos.add(user.id, set_id, png(n))
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", **given(stage.selfies(2)))
    stage.work()
    for photo in await stage.storage.photos.of_set(set_id):
        await stage.storage.photos.accept(photo.id, embedding=bytes(512), thumbnail=png(1), quality={})
    await stage.ended(user)
    without = next(one for one in sent.followups if "I go on without" in one.content)
    assert "**selfie2.png**: A set holds at most 10 photos." in without.content


async def test_an_address_that_is_over_is_answered_with_words(stage: Stage) -> None:
    """Who agrees after Discord has forgotten the files is told so, and can give them again."""
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", **given(stage.selfies(3)))
    stage.env.backend.cdn._blobs.clear()
    await stage.ann.click(sent.response, label="I agree")
    assert "None of the photos can be used" in sent.response.content
    assert "**selfie1.png**: Discord keeps the address of a file for a day only" in sent.response.content
    assert (await stage.ann.click(sent.response, label="Add photos")).modal is not None


async def test_a_file_that_is_too_large_is_not_even_fetched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size that Discord tells is enough to say no."""
    tools = stage.conversation.tools
    limits = Limits(portraits=PORTRAITS, photo_bytes=2**20)
    monkeypatch.setattr(stage.conversation, "tools", replace(tools, limits=limits))
    await stage.rest()
    await stage.restart()
    fetched = []
    fetch = stage.bot.http.get_from_cdn

    async def count(url: str) -> bytes:
        fetched.append(url)
        return await fetch(url)

    monkeypatch.setattr(stage.bot.http, "get_from_cdn", count)
    await stage.agreed(stage.ann)
    big = ("big.png", bytes(2**20 + 1))
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", selfie1=big, selfie2=stage.selfies(1)[0])
    stage.work()
    await stage.shows(sent, "**big.png**: This file is larger than")
    assert len(fetched) == 1


async def test_an_unknown_style_is_answered_with_those_there_are(stage: Stage) -> None:
    """A style that was typed and does not exist makes no form and no request."""
    sent = await stage.ann.slash(stage.channel, "portrait", style="baroque")
    assert "There is no style called “baroque”" in sent.response.content
    chosen = await stage.ann.select(sent.response, ["oil"])
    assert chosen.modal is not None, "a stranger's choice opens the form, as the command does"


async def test_quota_used_up_is_told(stage: Stage) -> None:
    """Who has nothing left is told what is left and wanted."""
    user = await stage.learned(stage.ann)
    set_id = (await stage.storage.users.get_state(user.id)).set_id or ""
    request = await stage.storage.requests.accept(user.id, set_id, "oil", FREE, 1)
    await stage.storage.requests.made(request.id, [NewPortrait(n, png(n), None, n, "oil") for n in range(FREE)])
    await stage.told(user)
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil")
    assert "You have no portraits left and this needs 4" in sent.response.content
    assert not await stage.storage.requests.active(user.id)


async def test_a_second_request_waits_for_the_first(stage: Stage) -> None:
    """While something is painted a further wish is answered with words and the button that stops it."""
    await stage.waiting(stage.ann)
    sent = await stage.ann.slash(stage.channel, "portrait", style="pencil", **given(stage.selfies(3)))
    assert "I am still painting" in sent.response.content
    user = await stage.user(stage.ann)
    assert not await stage.storage.photos.of_set(await stage.storage.photos.open_set(user.id)), "nothing is kept unused"
    await stage.ann.click(sent.response, label="Cancel")
    assert "Stopping" in sent.response.content
    assert not await stage.storage.requests.active(user.id)


async def test_an_interaction_that_comes_twice_has_one_effect(stage: Stage) -> None:
    """The gateway repeats what it believes lost; the second time changes nothing."""
    seen = stage.heard()
    await stage.waiting(stage.ann)
    await stage.bot.reception.take(seen[0])
    assert len(await stage.storage.requests.of_user((await stage.user(stage.ann)).id)) == 1
    assert not await stage.storage.inbox.pending("discord")
