"""What the bots know of a style: its name, words for people, and a picture.

The composition root fills these cards from the engine's registry, so that no bot imports the engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["StyleCard", "by_name"]


@dataclass(frozen=True, slots=True)
class StyleCard:
    """One style as a person sees it in a gallery."""

    name: str
    """What a request carries, for example ``comic``."""
    title: str
    """What a person reads, for example ``Comic``."""
    words: str
    """One line about the look."""
    preview: bytes | None = None
    """A small picture (PNG, JPEG or WebP), or None where the style brought none."""


def by_name(cards: Iterable[StyleCard]) -> dict[str, StyleCard]:
    """Index cards by name, in their order; a later card of the same name replaces an earlier one."""
    return {card.name: card for card in cards}
