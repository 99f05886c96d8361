"""Choosing a language: kept, answered in text ids, and possible at any point of the conversation."""

import pytest

from limner.bots import replies as r
from limner.bots.account import CONSENT_VERSION
from limner.bots.events import LanguageChosen, Started
from limner.tests.fakes.talk import Talk


async def language_of(talk: Talk) -> str:
    """Read a person's language from storage, as an adapter does before it answers."""
    return (await talk.storage.users.get(talk.user.id)).language


async def test_somebody_new_chooses_and_is_welcomed_in_it(talk: Talk) -> None:
    """Before consent, a chosen language begins the conversation anew: the consent text is there to be read in it."""
    await talk.say(Started())
    answer = await talk.say(LanguageChosen("ru"))
    assert answer == [r.Said("language-set"), r.Said("welcome"), r.ConsentAsked(CONSENT_VERSION)]
    assert await language_of(talk) == "ru"


async def test_a_language_changes_nothing_else(talk: Talk) -> None:
    """Somebody in the middle of the way goes on where they were, in another language."""
    await talk.agree()
    await talk.send_good_photos()
    before = await talk.state()
    assert await talk.say(LanguageChosen("es")) == [r.Said("language-set")]
    assert await language_of(talk) == "es"
    assert await talk.state() == before
    assert len(await talk.photos()) == 3


@pytest.mark.parametrize("code, language", [("zh-Hans", "zh"), ("pt", "en"), ("nonsense", "en")])
async def test_only_languages_that_exist_are_kept(talk: Talk, code: str, language: str) -> None:
    """What is kept is a language that has a catalogue, whatever code came in."""
    await talk.say(LanguageChosen(code))
    assert await language_of(talk) == language


async def test_choosing_twice_is_harmless(talk: Talk) -> None:
    """The same choice again is answered the same way."""
    assert await talk.say(LanguageChosen("de")) == await talk.say(LanguageChosen("de"))
    assert await language_of(talk) == "de"
