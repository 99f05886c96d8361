"""The commands: what Discord lists, what each answers, and in which language."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import discord
import pytest

from limner.bots.discord.event_slash import EVENT_LISTED, EVENT_OPTIONS, times
from limner.bots.discord.slash import LISTED, OPTIONS, completions
from limner.bots.phrases import Phrases
from limner.bots.styles import StyleCard, by_name
from limner.bots.turn import Limits
from limner.bots.words import Words
from limner.tests.bots.discord.conftest import Stage

NAME = re.compile(r"[-_'\w]{1,32}")


def listed(stage: Stage) -> dict[str, Any]:
    """Return the commands as Discord was told of them."""
    (sent,) = [one for one in stage.env.http_requests if one.path.endswith("/commands")]
    return {one["name"]: one for one in sent.json or ()}


def within(things: Iterable[Any]) -> Iterator[Any]:
    """List commands, their parts, and the options of these."""
    for thing in things:
        yield thing
        yield from within(thing.get("options", ()))


async def test_every_command_has_a_name_and_a_description_in_every_language(stage: Stage) -> None:
    """Names are what Discord takes: lower case, no blanks, 32 characters; descriptions fit into 100."""
    commands = listed(stage)
    assert set(commands) == {*LISTED, "event"}
    things = list(within(commands.values()))
    assert len(things) == len(LISTED) + 12 + 5 + 1 + len(EVENT_LISTED) + 1 + len(EVENT_OPTIONS)
    for thing in things:
        names, abouts = thing["name_localizations"], thing["description_localizations"]
        assert {"de", "ru", "zh-CN", "zh-TW", "es-ES", "es-419"} <= set(names) & set(abouts)
        for name in (thing["name"], *names.values()):
            assert NAME.fullmatch(name), name
            assert name == name.lower()
        assert all(0 < len(about) <= 100 for about in (thing["description"], *abouts.values()))


def test_the_english_names_are_those_that_the_bot_looks_for() -> None:
    """Discord sends the names of the English catalogue, whatever a person sees."""
    say = Words().say
    assert [say(text) for text, _ in LISTED.values()] == list(LISTED)
    assert [say(text) for text, _ in OPTIONS.values()] == list(OPTIONS)
    assert [say(text) for text, _ in EVENT_LISTED.values()] == list(EVENT_LISTED)
    assert [say(text) for text, _ in EVENT_OPTIONS.values()] == list(EVENT_OPTIONS)
    assert say("discord-command-event") == "event"
    assert say("discord-option-selfie", {"n": 10}) == "selfie10"


async def test_where_commands_can_be_used(stage: Stage) -> None:
    """In servers, direct messages and as a person's own app; settings and events only where there are any."""
    commands = listed(stage)
    for name, command in commands.items():
        own = name in {"settings", "event"}
        assert command["contexts"] == ([0] if own else [0, 1, 2]), name
        assert command["integration_types"] == ([0] if own else [0, 1]), name
    assert commands["settings"]["default_member_permissions"] in {32, "32"}
    assert int(commands["event"]["default_member_permissions"]) == discord.Permissions(manage_events=True).value


def test_times_are_completed() -> None:
    """What begins as was typed, and a time of one's own."""
    assert [one.value for one in times("1")] == ["10m", "1h", "12h", "1d", "14d"]
    assert [one.value for one in times("90m")] == ["90m"]
    assert not times("soon")


async def test_styles_are_completed(stage: Stage) -> None:
    """What is typed leads to the styles that fit."""
    every = await stage.ann.autocomplete(stage.channel, "portrait", "style", "")
    assert every == [{"name": "Pencil", "value": "pencil"}, {"name": "Oil", "value": "oil"}]
    assert await stage.ann.autocomplete(stage.channel, "portrait", "style", "OI") == every[1:]


def test_no_more_styles_are_completed_than_discord_takes() -> None:
    """Twenty-five; those that begin with what was typed come first."""
    cards = by_name(StyleCard(f"style{n}", f"The style {n}", "") for n in range(40))
    cards |= by_name([StyleCard("x", "Style for last", "")])
    found = completions(Phrases(Words(), cards, Limits()), "style")
    assert len(found) == 25
    assert found[0].name == "Style for last"


async def test_words_about_oneself_are_for_oneself(stage: Stage) -> None:
    """Quota, privacy and the rest are never shown to others, wherever portraits are."""
    await stage.public()
    for name, words in {
        "quota": "You have 12 portraits left.",
        "privacy": "Your photos are kept encrypted",
        "status": "Begin with /portrait",
        "cancel": "Nothing is being painted",
        "styles": "Which style shall it be?",
        "language": "Which language shall I write to you in?",
        "delete": "This deletes your photos",
    }.items():
        asked = await stage.ann.slash(stage.channel, name)
        assert words in asked.response.content, name
        assert asked.response.ephemeral, name


async def test_the_gallery_shows_pictures(stage: Stage) -> None:
    """Each style with its preview, its words, and a menu to choose from."""
    asked = await stage.ann.slash(stage.channel, "styles")
    assert "**Oil** Thick paint, warm light" in asked.response.content
    assert [file.description for file in asked.response.attachments] == ["Pencil", "Oil"]


async def test_a_language_is_chosen(stage: Stage) -> None:
    """From then on the bot writes in it, in this very message too."""
    asked = await stage.ann.slash(stage.channel, "language")
    await stage.ann.click(asked.response, label="Deutsch")
    assert "Ab jetzt schreibe ich dir auf Deutsch." in asked.response.content
    told = await stage.ann.slash(stage.channel, "quota")
    assert "Porträts" in told.response.content


async def test_in_direct_messages_answers_stay(stage: Stage) -> None:
    """Where nobody else is, nothing has to be hidden: what is said there is to be found again."""
    stage.work()
    await stage.learned(stage.ann)
    asked = await stage.ann.user.slash("portrait", style="oil")
    await stage.ended(await stage.user(stage.ann))
    (result,) = asked.followups
    assert not result.ephemeral


@pytest.mark.parametrize("name", ["quota", "styles"])
async def test_a_stranger_may_ask(stage: Stage, name: str) -> None:
    """Nothing but photos needs consent."""
    assert (await stage.bob.slash(stage.channel, name)).response.content
