"""What a run prints: rows of a name and a figure."""

import math
from collections.abc import Sequence

import click


def row(name: str, figure: object, goal: str = "") -> None:
    """Print one row; `goal` is what was promised."""
    click.echo(f"  {name:<58}{figure!s:>18}  {goal}".rstrip())


def heading(words: str) -> None:
    """Print a heading."""
    click.echo(f"\n{words}")


def spread(seconds: Sequence[float]) -> str:
    """Give the median, the 95th percentile and the largest of some times, as milliseconds."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    return " / ".join(f"{1000 * one:.0f}" for one in (at(ordered, 0.5), at(ordered, 0.95), ordered[-1]))


def at(ordered: Sequence[float], share: float) -> float:
    """Return the smallest figure that at least this share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
