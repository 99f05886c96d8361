"""The languages: each says all that English says, names the same arguments, and has the right form for every number."""
# ruff: noqa: RUF001 - sentences in Russian and Chinese are quoted as they are

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
import yaml
from babel import Locale
from babel.plural import to_python
from fluent.syntax import FluentParser, ast

from limner.bots.words import FALLBACK, LANGUAGES, Words, closest, named

OTHERS = tuple(language for language in LANGUAGES if language != FALLBACK)
NUMBERS = (0, 1, 2, 5, 11, 21, 100)
CATEGORIES = {"zero", "one", "two", "few", "many", "other"}
IN_WORDS: dict[str, str | date] = {"style": "X", "reason": "X", "when": "X", "time": "14:05", "date": date(2026, 1, 5)}
"""What these arguments are filled with; every other one takes numbers."""
ELSEWHERE = 7


@cache
def texts(language: str) -> dict[str, Any]:
    """Read a catalogue's texts by id, as syntax trees."""
    source = files("limner.bots.words").joinpath(f"{language}.ftl").read_text("utf-8")
    return {entry.id.name: entry.value for entry in FluentParser().parse(source).body if isinstance(entry, ast.Message)}


def parts(tree: Any, kind: type) -> Iterator[Any]:
    """Find the nodes of a kind within a tree."""
    if isinstance(tree, kind):
        yield tree
    if isinstance(tree, list):
        for node in tree:
            yield from parts(node, kind)
    elif isinstance(tree, ast.BaseNode):
        for node in vars(tree).values():
            yield from parts(node, kind)


def arguments(tree: Any) -> set[str]:
    """Name the arguments of a text."""
    return {node.id.name for node in parts(tree, ast.VariableReference)}


def key(variant: Any) -> str:
    """Return what stands in a form's brackets."""
    return str(getattr(variant.key, "name", None) or variant.key.value)


@cache
def category(language: str, number: int) -> str:
    """Ask CLDR which plural form a number takes."""
    return str(to_python(Locale.parse(language).plural_form)(number))


def chosen(choice: Any, language: str, number: int) -> str:
    """Say which form of a choice a number takes: its own, that of its category, or the default."""
    keys = {key(variant) for variant in choice.variants}
    default = next(key(variant) for variant in choice.variants if variant.default)
    return next((one for one in (str(number), category(language, number)) if one in keys), default)


def plural_choices(language: str) -> list[tuple[str, Any]]:
    """List the choices of a catalogue that depend on a number, each with the id of its text."""
    choices = ((text, choice) for text, tree in texts(language).items() for choice in parts(tree, ast.SelectExpression))
    return [
        (text, one) for text, one in choices if {key(v) for v in one.variants if not key(v).isdigit()} <= CATEGORIES
    ]


def figures(language: str, text: str, argument: str, number: int) -> set[str]:
    """Say a text with `number` in one place and return the figures that it shows."""
    args: dict[str, str | int | date] = {
        name: IN_WORDS.get(name, ELSEWHERE) for name in arguments(texts(language)[text])
    }
    return set(re.findall(r"\d+", Words(language).say(text, {**args, argument: number})))


@pytest.mark.parametrize("language", OTHERS)
def test_no_language_lacks_a_text_or_has_one_too_many(language: str) -> None:
    """Each language has exactly the texts of English."""
    assert texts(language).keys() == texts(FALLBACK).keys()


@pytest.mark.parametrize("language", OTHERS)
def test_texts_stand_in_the_same_order(language: str) -> None:
    """A translator finds a text where English has it."""
    assert list(texts(language)) == list(texts(FALLBACK))


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_names_the_arguments_of_english(language: str) -> None:
    """No translation leaves an argument out or asks for one that nobody fills in."""
    ours, english = texts(language), texts(FALLBACK)
    other = {text: arguments(ours[text]) for text in ours if arguments(ours[text]) != arguments(english[text])}
    assert not other


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_in_english(language: str) -> None:
    """A run of three words or more never stands in a translation as it does in English."""
    english = {text: _phrases(tree) for text, tree in texts(FALLBACK).items()}
    left = {text: same for text, tree in texts(language).items() if (same := _phrases(tree) & english[text])}
    assert not left


def _phrases(tree: Any) -> set[str]:
    said = (element.value.strip() for element in parts(tree, ast.TextElement))
    return {words for words in said if len(re.findall(r"[^\W\d]{2,}", words)) > 2}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_taken_by_a_number_and_none_is_missing(language: str) -> None:
    """A choice by number has every form that the language's whole numbers take, and no form that none of them takes."""
    assert plural_choices(language)
    needed = {category(language, number) for number in NUMBERS}
    for text, choice in plural_choices(language):
        keys = {key(variant) for variant in choice.variants}
        assert {chosen(choice, language, number) for number in NUMBERS} == keys, f"{text}: a form is never taken"
        named_forms = {key(variant) for variant in choice.variants if not variant.default} & CATEGORIES
        # The default stands for the one category that is left, by that name or as `other`.
        assert not named_forms or len(needed - named_forms) == 1, f"{text}: a form is missing"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", NUMBERS)
def test_every_text_takes_every_number(language: str, number: int) -> None:
    """Every text can be said with every number, and shows it wherever English does.

    Zero and one may be told in words. Twenty-one may not, though Russian gives it the form of one.
    """
    for text, tree in texts(language).items():
        for argument in arguments(tree) - IN_WORDS.keys():
            shown = figures(language, text, argument, number)
            if number > 1 and str(number) in figures(FALLBACK, text, argument, number):
                assert str(number) in shown, f"{text} hides {argument}={number}: {shown}"


@pytest.mark.parametrize(
    "number, left",
    [
        (0, "Портретов у вас больше не осталось."),
        (1, "У вас остался 1 портрет."),
        (2, "У вас осталось 2 портрета."),
        (5, "У вас осталось 5 портретов."),
        (11, "У вас осталось 11 портретов."),
        (21, "У вас остался 21 портрет."),
        (100, "У вас осталось 100 портретов."),
    ],
)
def test_russian_has_three_forms(number: int, left: str) -> None:
    """Russian counts in three forms, and twenty-one goes with one."""
    assert Words("ru").say("quota-left", {"available": number}) == left


@pytest.mark.parametrize(
    "language, one, five",
    [
        ("en", "Oil: here is your portrait.", "Oil: here are your 5 portraits."),
        ("zh", "Oil：这是你的肖像。", "Oil：这是你的 5 张肖像。"),
        ("es", "Oil: aquí está tu retrato.", "Oil: aquí están tus 5 retratos."),
        ("ru", "Oil: готов 1 портрет.", "Oil: готово 5 портретов."),
        ("de", "Oil: hier ist dein Porträt.", "Oil: hier sind deine 5 Porträts."),
    ],
)
def test_one_portrait_and_five(language: str, one: str, five: str) -> None:
    """One portrait and several are told apart where the language does so."""
    words = Words(language)
    assert words.say("request-made", {"style": "Oil", "count": 1}) == one
    assert words.say("request-made", {"style": "Oil", "count": 5}) == five


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_a_button_by_what_stands_on_it(language: str) -> None:
    """Who is told to press a button finds one of that name."""
    words = Words(language)
    for button in (words.say("page-done"), words.say("telegram-done")):
        for text in ("photos-too-few", "photos-checking", "not-now-collecting"):
            assert button in words.say(text, {"good": 2, "least": 3, "missing": 1, "checking": 1})


@pytest.mark.parametrize("language", OTHERS)
def test_every_shipped_style_is_translated(language: str) -> None:
    """The English words of a shipped style are those on its card, and every language has its own for them."""
    folders = files("limner.engine").joinpath("styles").iterdir()
    cards = [folder.joinpath("style.yaml") for folder in folders if folder.joinpath("style.yaml").is_file()]
    assert len(cards) > 5
    for card in (yaml.safe_load(path.read_text("utf-8")) for path in cards):
        for what in ("title", "words"):
            text = f"style-{card['name']}-{what}"
            assert Words().say(text) == card[what]
            assert text in texts(language)


def test_a_language_names_itself() -> None:
    """A person finds their language by its own name."""
    assert [named(language) for language in LANGUAGES] == ["English", "中文", "Español", "Русский", "Deutsch"]


@pytest.mark.parametrize(
    "code, language",
    [
        *[("en", "en"), ("en-GB", "en"), ("zh-hans", "zh"), ("zh_TW", "zh"), ("ES-419", "es"), ("ru", "ru")],
        *[("de-AT", "de"), ("pt", "en"), ("pt-br", "en"), ("english", "en"), ("", "en"), (None, "en")],
    ],
)
def test_the_closest_language(code: str | None, language: str) -> None:
    """A platform's language code leads to a catalogue, and one without a catalogue to English."""
    assert closest(code) == language
    assert Words(closest(code)).language == language
