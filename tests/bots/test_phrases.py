"""Sentences made of figures, in every language: dates, decimals, and the styles' own words."""
# ruff: noqa: RUF001 - dates in Russian and Chinese are quoted as they are

from datetime import UTC, datetime, timedelta, timezone

import pytest

from limner.bots.phrases import Phrases
from limner.bots.replies import QueueMoved, QuotaShort
from limner.bots.styles import StyleCard, by_name
from limner.bots.turn import Limits
from limner.bots.words import LANGUAGES, Words
from limner.queue.messages import FAILURES, REFUSALS

MIDNIGHT = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)
SHIPPED = StyleCard("oil", "Oil", "Thick brushwork in warm light.", b"preview")


def phrases(language: str, *cards: StyleCard) -> Phrases:
    """Make the sentences of a language with these styles."""
    return Phrases(Words(language), by_name(cards), Limits())


@pytest.mark.parametrize(
    "language, said",
    [
        ("en", "5 March 2026, 00:00 UTC"),
        ("zh", "2026年3月5日 00:00（UTC）"),
        ("es", "5 de marzo de 2026, 00:00 UTC"),
        ("ru", "5 марта 2026\u202fг., 00:00 UTC"),
        ("de", "5. März 2026, 00:00 Uhr UTC"),
    ],
)
def test_a_moment_is_written_as_the_language_does(language: str, said: str) -> None:
    """A moment is told in the language's own order and month names, in UTC whatever zone it came in."""
    elsewhere = MIDNIGHT.astimezone(timezone(timedelta(hours=-5)))
    assert phrases(language).moment(elsewhere).replace("\u00a0", "\u202f") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_little_left_says_when_there_is_more(language: str) -> None:
    """Who has too little left reads when the account is filled up again."""
    tell = phrases(language)
    assert tell.moment(MIDNIGHT) in tell.short(QuotaShort(wanted=8, available=2, resets_at=MIDNIGHT))


@pytest.mark.parametrize("language, figure", [("en", "0.53"), ("zh", "0.53"), ("es", "0,53"), ("ru", "0,53")])
def test_a_likeness_has_two_places_and_the_languages_own_mark(language: str, figure: str) -> None:
    """The decimal mark is the language's, and the last place stands there even when it is 0."""
    assert figure in phrases(language).likeness(0.526)[0]
    assert phrases("de").likeness(0.5)[0] == "Ähnlichkeit 0,50"


@pytest.mark.parametrize(
    "language, title", [("en", "Oil"), ("zh", "油画"), ("es", "Óleo"), ("ru", "Масло"), ("de", "Öl")]
)
def test_a_shipped_style_is_named_in_the_language(language: str, title: str) -> None:
    """A style that ships with limner has a title and words in every language, and keeps its name and picture."""
    tell = phrases(language, SHIPPED)
    (card,) = tell.styles
    assert tell.title("oil") == card.title == title
    assert card.words == Words(language).say("style-oil-words")
    assert (card.name, card.preview) == ("oil", b"preview")


def test_an_operators_own_style_keeps_its_words() -> None:
    """A style that limner does not ship says what its card says, even under the name of one that it ships."""
    own, unknown = StyleCard("oil", "Oil on copper", "Dark and small."), StyleCard("fresco", "Fresco", "Wet plaster.")
    assert phrases("de", own, unknown).styles == (own, unknown)
    assert phrases("de").title("gone") == "gone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_told_apart(language: str) -> None:
    """No two reasons have the same words: each tells people something else to do."""
    reasons = sorted(REFUSALS | FAILURES)
    assert len({phrases(language).reason(reason) for reason in reasons}) == len(reasons)


@pytest.mark.parametrize(
    "wait_s, words",
    [
        (None, "You are number 3 in the queue."),
        (20.0, "You are number 3 in the queue. Your turn comes in about a minute."),
        (430.0, "You are number 3 in the queue. Your turn comes in about 7 minutes."),
    ],
)
def test_a_place_in_the_queue_says_about_when(wait_s: float | None, words: str) -> None:
    """Where it is known how long requests take, the turn is named in minutes; else it is not guessed."""
    assert Phrases(Words("en"), {}, Limits()).moved(QueueMoved("r", 3, wait_s)) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sketch_says_that_portraits_follow_and_when(language: str) -> None:
    """Without a known time it still says that they follow; a known one is told in whole minutes, at least one."""
    tell = phrases(language).preview
    assert tell(None).count(".") + tell(None).count("。") >= 2
    assert "4" in tell(250.0)
    assert tell(5.0) == tell(60.0) != tell(None)
