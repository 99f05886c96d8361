"""The words for a sitter inside prompts and captions. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

#: What a style's prompt calls its sitter; "sks" is the rare word that a Face LoRA binds to one person.
SITTER = "sks person"

#: Words that may stand for "person" where an analyser guesses them and the base model knows them.
CLASSES = ("woman", "man")

#: Below this apparent age nobody is called a woman or a man.
_GROWN_UP = 18

_SITTER_OF_CAPTION = re.compile(r"\bsks (\w+)")


def sitter_word(sex: str | None, age: int | None, known: Collection[str] = CLASSES) -> str:
    """Give the words for one photo's sitter: "sks woman" where that is guessed and known, else "sks person"."""
    grown_up = age is None or age >= _GROWN_UP
    return f"sks {sex}" if sex is not None and sex in known and grown_up else SITTER


def sitter_of(captions: Sequence[str]) -> str:
    """Give what all captions call the sitter ("sks woman"), or "sks person" when they do not agree."""
    found = {match.group(0) for caption in captions if (match := _SITTER_OF_CAPTION.search(caption))}
    return found.pop() if len(found) == 1 else SITTER


def call_sitter(caption: str, sitter: str) -> str:
    """Put the words that a whole set agrees on into one photo's caption."""
    return _SITTER_OF_CAPTION.sub(sitter, caption)


def name_sitter(prompt: str, sitter: str) -> str:
    """Put the sitter's own words into a style's prompt."""
    return prompt.replace(SITTER, sitter)


def plain_caption(sitter: str) -> str:
    """Give the caption that says nothing else than who it is."""
    return f"photo of {sitter}"


def of_nobody(prompt: str) -> str:
    """Give a style's prompt for nobody in particular: "pencil drawing of a person"."""
    return prompt.replace(SITTER, "a person")
