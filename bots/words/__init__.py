"""Words for people: one Fluent catalogue a language, English as the last resort.

Everything a person reads comes from here. Replies carry a text's id and arguments; an adapter turns them into words at
its edge, so that the conversation knows no language.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Message, Resource

from limner.bots.errors import MissingWordsError

__all__ = ["FALLBACK", "LANGUAGES", "Words", "closest", "named", "reason_text"]

FALLBACK = "en"
LANGUAGES = ("en", "zh", "es", "ru", "de")
"""The languages that have a catalogue; a test fails when a file and this list differ."""

LOCALES = {"en": "en-GB"}
"""Whose dates and figures a catalogue means, where that is not its language's first country."""

Argument = str | int | float | date


class Words:
    """The words of one language; where it lacks a text, the English ones.

    Holds no state of a conversation and may be shared by everybody.
    """

    def __init__(self, language: str = FALLBACK) -> None:
        self.language = closest(language)
        self._bundles = [_bundle(name) for name in dict.fromkeys((self.language, FALLBACK))]

    def say(self, text: str, args: Mapping[str, Argument] | None = None) -> str:
        """Return the words of `text`; raise MissingWordsError where no catalogue has them.

        An argument that the text names and `args` lacks raises KeyError: half a sentence helps nobody.
        """
        for bundle in self._bundles:
            pattern = bundle.get_message(text).value if bundle.has_message(text) else None
            if pattern is not None:
                words, errors = bundle.format_pattern(pattern, dict(args or {}))
                if errors:
                    raise KeyError(f"The text {text!r} could not be filled from {args!r}: {errors[0]}.")
                return str(words)
        raise MissingWordsError(text)

    def has(self, text: str) -> bool:
        """Say whether some catalogue has words for `text`."""
        return any(bundle.has_message(text) for bundle in self._bundles)

    def reason(self, reason: str | None, args: Mapping[str, Argument] | None = None) -> str:
        """Return why something was refused or failed, and what to do; a reason nobody knows has words too."""
        text = reason_text(reason)
        return self.say(text if self.has(text) else "reason-unknown", args)

    def texts(self, prefix: str) -> Iterable[str]:
        """List the ids of the English catalogue that begin with `prefix`."""
        return [text for text in _ids(FALLBACK) if text.startswith(prefix)]


def closest(code: str | None) -> str:
    """Return the catalogue for a BCP 47 code: ``zh-Hans`` gets ``zh``, ``pt``, which has none of its own, ``en``."""
    language = (code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else FALLBACK


def named(language: str) -> str:
    """Return a language's own name for itself; that of English for one without a catalogue."""
    return Words(language).say("language-name")


def reason_text(reason: str | None) -> str:
    """Return the id of a reason's words: ``too_many_pixels`` becomes ``reason-too-many-pixels``."""
    return "reason-" + (reason or "unknown").lower().replace("_", "-")


@cache
def _resource(language: str) -> Resource:
    source = files("limner.bots.words").joinpath(f"{language}.ftl").read_text("utf-8")
    return FluentResource(source)


@cache
def _bundle(language: str) -> FluentBundle:
    # No isolating marks around arguments: chat platforms and screen readers show them as stray characters.
    bundle = FluentBundle([LOCALES.get(language, language)], use_isolating=False)
    bundle.add_resource(_resource(language))
    return bundle


@cache
def _ids(language: str) -> tuple[str, ...]:
    return tuple(entry.id.name for entry in _resource(language).body if isinstance(entry, Message))
