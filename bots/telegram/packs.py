"""Packs of portraits for Telegram Stars."""

from dataclasses import dataclass

__all__ = ["CURRENCY", "PACKS", "Pack", "pack_called"]

CURRENCY = "XTR"
"""Stars: https://core.telegram.org/bots/payments-stars"""


@dataclass(frozen=True, slots=True)
class Pack:
    """So many portraits for so many Stars. `name` stands in payments: it is never given another meaning."""

    name: str
    portraits: int
    stars: int


PACKS = (Pack("p8", 8, 50), Pack("p24", 24, 125), Pack("p80", 80, 350))


def pack_called(name: str) -> Pack | None:
    """Find a pack by its name."""
    return next((pack for pack in PACKS if pack.name == name), None)
