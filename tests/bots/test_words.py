"""Words: every text of every language is there, and every reason says what to do next."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from limner.bots import phrases
from limner.bots.errors import MissingWordsError
from limner.bots.turn import Limits
from limner.bots.words import LANGUAGES, Words, reason_text
from limner.queue.messages import FAILURES, REASONS, REFUSALS

BOTS = Path(phrases.__file__).parent
LIMITS = phrases.in_words(Limits())
OURS = ("expired", "too_many", "too_many_refused")
SHIPPED = ("comic", "cyberpunk", "oil", "pencil", "photo", "sepia", "watercolour")


def test_every_catalogue_is_listed() -> None:
    """The list of languages and the files agree."""
    found = {entry.name.removesuffix(".ftl") for entry in files("limner.bots.words").iterdir() if ".ftl" in entry.name}
    assert found == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(REASONS) + list(OURS))
def test_every_reason_has_words(language: str, reason: str) -> None:
    """Every reason of a refusal or a failure has words of its own, which end as a sentence does."""
    words = Words(language)
    assert words.has(reason_text(reason)), f"{reason} has no words in {language}"
    assert words.reason(reason, LIMITS).endswith((".", "。"))


@pytest.mark.parametrize("reason", sorted(REFUSALS | FAILURES))
def test_every_reason_says_what_to_do(reason: str) -> None:
    """In English, a reason holds more than a complaint: an imperative follows."""
    advice = re.compile(r"\b(Send|Take|take|Choose|Come|Tell|Begin|Face|Step|Look|Hold|Try|Ask|remove|crop)\b")
    assert advice.search(Words("en").reason(reason, LIMITS))


def test_a_reason_nobody_knows_has_words_too() -> None:
    """A newer worker's reason is answered with general words instead of nothing."""
    assert Words().reason("struck_by_lightning") == Words().say("reason-unknown")
    assert Words().reason(None)


def test_every_text_the_bots_name_exists() -> None:
    """Every text id that stands in the bots' code or page has words."""
    named = set()
    for path in BOTS.rglob("*.py"):
        named |= set(re.findall(r'(?:Said|\bsay|_say)\(\s*"([a-z0-9-]+)"', path.read_text("utf-8")))
    named |= set(re.findall(r"\{\{([a-z0-9-]+)\}\}", (BOTS / "web/static/index.html").read_text("utf-8")))
    missing = {text for text in named - {"language", "limit-bytes"} if not Words().has(text)}
    assert not missing
    assert len(named) > 50, "the search has gone blind"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_parses_without_junk(language: str) -> None:
    """No line of a catalogue is silently skipped, and no text stands there twice."""
    from fluent.syntax import FluentParser
    from fluent.syntax.ast import Junk, Message

    source = files("limner.bots.words").joinpath(f"{language}.ftl").read_text("utf-8")
    body = FluentParser().parse(source).body
    assert not [entry.content for entry in body if isinstance(entry, Junk)]
    names = [entry.id.name for entry in body if isinstance(entry, Message)]
    assert len(names) == len(set(names))


def test_every_text_is_used() -> None:
    """No catalogue carries words that nothing says."""
    code = "\n".join(path.read_text("utf-8") for path in BOTS.rglob("*.py"))
    page = (BOTS / "web/static/index.html").read_text("utf-8")
    english = (BOTS / "words/en.ftl").read_text("utf-8")
    made = ("reason-", "not-now-", "stage-", *(f"style-{name}-" for name in SHIPPED))  # put together from names
    unused = [
        text
        for text in Words().texts("")
        if not text.startswith(made)
        and not re.search(f"[\"']{text}[\"']", code)
        and "{{" + text + "}}" not in page
        and "{ " + text + " }" not in english
    ]
    assert not unused


def test_plurals_and_figures() -> None:
    """Numbers take the right form, without the invisible marks that Fluent puts around arguments."""
    words = Words()
    few = words.say("photos-too-few", {"good": 1, "least": 3, "missing": 2})
    assert few == "I have 1 good photo and need 3. Send 2 more, then press Done."
    assert words.say("quota-left", {"available": 0}) == "You have no portraits left."


def test_missing_words_are_an_error() -> None:
    """A text without words, and a text with too few arguments, raise instead of showing half a sentence."""
    with pytest.raises(MissingWordsError):
        Words().say("no-such-text")
    with pytest.raises(KeyError):
        Words().say("quota-short", {"wanted": 4})


@pytest.mark.parametrize(
    "seconds, text",
    [(None, ""), (1, "about 5 seconds left"), (42, "about 40 seconds left"), (61, "about a minute left")],
)
def test_time_left(seconds: float | None, text: str) -> None:
    """Time is told in steps that a person can use."""
    assert phrases.Phrases(Words(), {}, Limits()).time_left(seconds) == text


def test_likeness_in_words() -> None:
    """The likeness is told as a figure with a word for it, and its absence plainly."""
    tell = phrases.Phrases(Words(), {}, Limits()).likeness
    assert tell(0.526) == ("likeness 0.53", "close")
    assert tell(0.30) == ("likeness 0.30", "loose")
    assert tell(None) == ("likeness not measured", "")
