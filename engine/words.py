"""The words for a sitter inside prompts and captions. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What a style's prompt calls its sitter; "sks" is the rare word that a Face LoRA binds to one person.
SITTER = "sks person"

_SITTER_OF_CAPTION = re.compile(r"\bsks (\w+)")


def sitter_of(captions: Sequence[str]) -> str:
    """Give what all captions call the sitter ("sks woman"), or "sks person" when they do not agree."""
    found = {match.group(0) for caption in captions if (match := _SITTER_OF_CAPTION.search(caption))}
    return found.pop() if len(found) == 1 else SITTER


def name_sitter(prompt: str, sitter: str) -> str:
    """Put the sitter's own words into a style's prompt."""
    return prompt.replace(SITTER, sitter)


def plain_caption(sitter: str) -> str:
    """Give the caption that says nothing else than who it is."""
    return f"photo of {sitter}"
