"""Answers to interactions keep Discord's rules: in three seconds, once, of a fitting kind, for fifteen minutes."""

from typing import Any

import pytest

from limner.tests.fakes.discord import DiscordServer, PersonError, Upload
from limner.tests.fakes.discord.caller import Bot, command

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}
HIDDEN = 1 << 6


async def test_the_first_answer_comes_within_three_seconds(bot: Bot) -> None:
    """After three seconds the interaction is unknown, and the person was told that nobody responded."""
    asked = await bot.asked()
    bot.rest.server.turn_clock(3.1)
    assert await bot.rest.refused(bot.callback(asked), {"type": DEFERRED}) == (404, 10062)
    assert await bot.rest.refused(bot.webhook(asked), {"content": "late"}) == (404, 10015)
    with pytest.raises(PersonError, match="did not respond"):
        await asked.answered(timeout_s=0.01)


async def test_the_first_answer_comes_once(bot: Bot) -> None:
    """A second one is refused and has no effect."""
    asked = await bot.asked()
    await bot.answer(asked, MESSAGE, content="One")
    assert await bot.rest.refused(bot.callback(asked), {"type": MESSAGE, "data": {"content": "Two"}}) == (400, 40060)
    assert [seen.text for seen in bot.ann.messages(bot.general)] == ["One"]


async def test_a_token_lives_fifteen_minutes(bot: Bot) -> None:
    """Followups and edits work until then, and are refused with 401 / 50027 afterwards."""
    asked = await bot.asked()
    await bot.answer(asked, DEFERRED)
    bot.rest.server.turn_clock(14 * 60)
    await bot.rest(bot.webhook(asked), {"content": "in time"})
    bot.rest.server.turn_clock(61)
    for route in (bot.webhook(asked), bot.webhook(asked, "PATCH", "@original")):
        assert await bot.rest.refused(route, {"content": "late"}) == (401, 50027)
    assert await bot.rest.refused(bot.webhook(asked, "GET", "@original")) == (401, 50027)
    assert await bot.rest.refused(bot.webhook(asked, "DELETE", "@original")) == (401, 50027)


async def test_what_is_not_answered_is_listed(bot: Bot) -> None:
    """A test can ask which interactions are open."""
    asked = await bot.asked()
    assert bot.rest.server.unanswered == ["/go"]
    await bot.answer(asked, DEFERRED)
    assert bot.rest.server.unanswered == []
    assert asked.took_s is not None
    assert 0 <= asked.took_s < 3


async def misuse(error: type[Exception] | None = None) -> None:
    """Leave a server that has seen misuse, with an error of one's own or without."""
    async with DiscordServer() as server:
        server.problems.append("POST /messages: wrong")
        if error is not None:
            raise error


async def test_misuse_fails_the_test_that_saw_it() -> None:
    """Leaving the server while there are problems raises AssertionError, unless something was raised already."""
    with pytest.raises(AssertionError, match="no correct bot"):
        await misuse()
    with pytest.raises(KeyError):
        await misuse(KeyError)


async def test_a_made_up_token_is_none(bot: Bot) -> None:
    """An interaction that never was is unknown, its token invalid, and another application's webhook unknown."""
    asked = await bot.asked()
    assert await bot.rest.refused("POST /interactions/1/abc/callback", {"type": DEFERRED}) == (404, 10062)
    other = bot.callback(asked).replace(str(asked.interaction.id), "1")
    assert await bot.rest.refused(other, {"type": DEFERRED}) == (404, 10062)
    route = f"POST /webhooks/{bot.rest.server.application_id}/abc"
    assert await bot.rest.refused(route, {"content": "x"}) == (401, 50027)
    assert await bot.rest.refused("POST /webhooks/1/abc", {"content": "x"}) == (404, 10015)


async def test_the_callback_tells_of_the_message_where_it_is_asked_to(bot: Bot) -> None:
    """Without `with_response` there is no body; with it the message and its state are there."""
    assert await bot.answer(await bot.asked(), MESSAGE, content="One") is None
    asked = await bot.asked()
    told = await bot.rest(f"{bot.callback(asked)}?with_response=true", {"type": DEFERRED, "data": {"flags": HIDDEN}})
    assert told["interaction"]["response_message_loading"]
    assert told["interaction"]["response_message_ephemeral"]
    assert told["resource"] == {"type": DEFERRED}


@pytest.mark.parametrize("kind", [1, DEFERRED_UPDATE, UPDATE, CHOICES])
async def test_a_command_is_not_answered_like_a_component(bot: Bot, kind: int) -> None:
    """What only fits other interactions is refused, and the interaction may still be answered."""
    asked = await bot.asked()
    assert "must be one of" in await bot.rest.misused(bot.callback(asked), {"type": kind, "data": {}})
    await bot.answer(asked, DEFERRED)


async def test_a_modal_is_a_first_answer_and_not_one_to_a_modal(bot: Bot) -> None:
    """After a modal was sent, another cannot answer it; a component's modal may update the component's message."""
    words = {"type": 10, "content": "Words"}
    asked = await bot.modal(words)
    submitted = await bot.ann.submit(asked, {})
    modal = {"type": MODAL, "data": {"custom_id": "m", "title": "M", "components": [words]}}
    assert "must be one of" in await bot.rest.misused(bot.callback(submitted), modal)
    assert "must be one of" in await bot.rest.misused(bot.callback(submitted), {"type": UPDATE, "data": {}})
    await bot.answer(submitted, MESSAGE, content="One", components=[BUTTON])
    pressed = await bot.ann.press("Again", at=bot.general)
    await bot.rest(bot.callback(pressed), modal)
    await bot.answer(await bot.ann.submit(pressed, {}), UPDATE, content="Two")
    assert [seen.text for seen in bot.ann.messages(bot.general)] == ["Two"]


async def test_an_ephemeral_answer_is_for_one(bot: Bot) -> None:
    """Only the one who asked sees it, no route of the channel knows it, and an edit does not make it public."""
    bob = bot.rest.server.person("bob")
    assert bot.general.guild is not None
    bot.rest.server.join(bot.general.guild, bob)
    asked = await bot.asked()
    await bot.answer(asked, MESSAGE, content="One", flags=HIDDEN, components=[BUTTON])
    assert bob.messages(bot.general) == bot.rest.server.messages(bot.general) == []
    [seen] = bot.ann.messages(bot.general)
    route = f"/channels/{bot.general.id}/messages/{seen.message_id}"
    assert await bot.rest.refused(f"GET {route}") == (404, 10008)
    assert await bot.rest.refused(f"PATCH {route}", {"content": "x"}) == (404, 10008)
    await bot.rest(bot.webhook(asked, "PATCH", "@original"), {"content": "Two"})
    assert [(seen.text, seen.ephemeral) for seen in bot.ann.messages(bot.general)] == [("Two", True)]
    with pytest.raises(PersonError, match="no button"):
        await bob.press("Again", at=bot.general)


async def test_a_deferred_answer_is_as_private_as_it_was_put_off(bot: Bot) -> None:
    """The first followup becomes the answer that was put off, with its privacy; the next has its own."""
    for first, second in ((HIDDEN, 0), (0, HIDDEN)):
        asked = await bot.asked()
        await bot.answer(asked, DEFERRED, flags=first)
        filled = await bot.rest(bot.webhook(asked), {"content": "One", "flags": second})
        assert filled["id"] == str(asked.interaction.original and asked.interaction.original.id)
        more = await bot.rest(bot.webhook(asked), {"content": "Two", "flags": second})
        assert [each["flags"] & HIDDEN for each in (filled, more)] == [first, second]
    assert bot.rest.server.problems == []


async def test_only_ephemeral_can_be_said_when_putting_off(bot: Bot) -> None:
    """The flag for newer components comes with the content."""
    asked = await bot.asked()
    refused = {"type": DEFERRED, "data": {"flags": 1 << 15}}
    assert "EPHEMERAL" in await bot.rest.misused(bot.callback(asked), refused)


async def test_answers_are_read_edited_and_deleted(bot: Bot) -> None:
    """By the token the first answer and the followups are reached; what is gone is unknown."""
    asked = await bot.asked()
    await bot.answer(asked, MESSAGE, content="One")
    more = await bot.rest(bot.webhook(asked), {"content": "Two"})
    assert (await bot.rest(bot.webhook(asked, "GET", "@original")))["content"] == "One"
    await bot.rest(bot.webhook(asked, "PATCH", more["id"]), {"content": "Three"})
    await bot.rest(bot.webhook(asked, "DELETE", "@original"))
    assert await bot.rest.refused(bot.webhook(asked, "GET", "@original")) == (404, 10008)
    assert await bot.rest.refused(bot.webhook(asked, "GET", "5")) == (404, 10008)
    assert [seen.text for seen in bot.ann.messages(bot.general)] == ["Three"]


async def test_a_component_of_a_message_that_is_gone(bot: Bot) -> None:
    """A message that was deleted after the press cannot be updated."""
    asked = await bot.asked()
    await bot.answer(asked, MESSAGE, content="One", components=[BUTTON])
    pressed = await bot.ann.press("Again", at=bot.general)
    await bot.rest(bot.webhook(asked, "DELETE", "@original"))
    assert await bot.rest.refused(bot.callback(pressed), {"type": UPDATE, "data": {"content": "x"}}) == (404, 10008)


async def test_an_app_from_outside_has_five_followups(bot: Bot) -> None:
    """Where only the user has installed the app, the sixth is refused; without their permission all is private."""
    server = bot.rest.server
    eve = server.person("eve", installed=True)
    away = server.channel(server.guild("Elsewhere", [eve], installed=False), "general")
    everywhere = command(integration_types=[0, 1], contexts=[0, 1])
    await bot.rest(f"PUT /applications/{server.application_id}/commands", [everywhere])
    asked = await eve.invoke("go", at=away)
    await bot.answer(asked, MESSAGE, content="One")
    for number in range(5):
        await bot.rest(bot.webhook(asked), {"content": str(number)})
    assert await bot.rest.refused(bot.webhook(asked), {"content": "6"}) == (400, 40094)
    assert await bot.rest.refused(f"POST /channels/{away.id}/messages", {"content": "x"}) == (403, 50001)
    assert away.guild is not None
    away.guild.everyone &= ~(1 << 50)
    asked = await eve.invoke("go", at=away)
    await bot.answer(asked, MESSAGE, content="Hushed")
    assert asked.original is not None
    assert asked.original.ephemeral


async def test_the_limit_of_files_is_the_interactions_own(bot: Bot) -> None:
    """A file of the size that the interaction tells passes, one byte more is refused with 413 / 40005."""
    assert bot.general.guild is not None
    bot.general.guild.upload_most = 1000
    asked = await bot.asked()
    assert await bot.rest.refused(bot.callback(asked), {"type": MESSAGE}, {"a.png": bytes(1001)}) == (413, 40005)
    await bot.rest(bot.callback(asked), {"type": MESSAGE}, {"a.png": bytes(1000)})
    assert await bot.rest.refused(bot.webhook(asked), {}, {"a.png": bytes(1001)}) == (413, 40005)
    assert asked.original is not None
    assert asked.original.files == (Upload("a.png", bytes(1000)),)


@pytest.mark.parametrize(
    "body",
    [{}, {"type": "4"}, {"type": 3}, {"type": MESSAGE, "data": {"conten": "x"}}, {"type": MESSAGE, "dat": {}}, []],
    ids=str,
)
async def test_a_callback_has_its_form(bot: Bot, body: Any) -> None:
    """A missing or unknown type, and unknown fields, are refused and a problem."""
    await bot.rest.misused(bot.callback(await bot.asked()), body)
