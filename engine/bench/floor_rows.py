"""What the floor's bench writes down, and in which order it measures. Loads no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

import msgspec


class FloorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison. A `ratio` above 1 means that ours is better, unless its unit says otherwise."""

    name: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    unit: str


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was measured, and how busy that machine was meanwhile."""

    torch: str
    capability: str
    device: str
    dtype: str
    threads: int
    base: str
    users: int
    repeats: int
    load_at_begin: tuple[float, float, float]
    load_at_end: tuple[float, float, float]
    differences: dict[str, float]
    """The largest difference of our latents from each peer's, of the same noise."""


class FloorReport(msgspec.Struct, frozen=True, kw_only=True):
    """What DIR/floor.json holds."""

    machine: Machine
    rows: list[FloorRow]


def interleaved(names: Sequence[str], repeats: int) -> Iterator[str]:
    """Say whose turn it is: everybody once a round, each round begun by the next one.

    What drifts while it is measured, heat or another program, then meets all of them alike.
    """
    for number in range(repeats):
        first = number % len(names)
        yield from (*names[first:], *names[:first])


def faster(name: str, unit: str, ours: float, peer: float) -> FloorRow:
    """Compare rates: more is better."""
    return FloorRow(name=name, ours=ours, peer=peer, ratio=ours / peer, unit=unit)


def shorter(name: str, unit: str, ours: float, peer: float) -> FloorRow:
    """Compare times: less is better."""
    return FloorRow(name=name, ours=ours, peer=peer, ratio=peer / ours, unit=unit)


def middle(values: Iterable[float]) -> float:
    """Give the median."""
    return float(median(values))


def nearly_longest(values: Sequence[float]) -> float:
    """Give the 95th percentile by nearest rank: a value that was measured, the longest of fewer than twenty."""
    ordered = sorted(values)
    return ordered[-(-95 * len(ordered) // 100) - 1]


def floor_table(report: FloorReport) -> str:
    """Write the machine and the rows in Markdown."""
    machine = report.machine
    where = (
        f"{machine.base}, {machine.users} users, median of {machine.repeats} interleaved repeats; "
        f"torch {machine.torch}, {machine.device} {machine.dtype} ({machine.capability}), {machine.threads} threads; "
        f"load {machine.load_at_begin[0]:.1f} at the beginning, {machine.load_at_end[0]:.1f} at the end"
    )
    apart = ", ".join(f"{name} {far:.1e}" for name, far in machine.differences.items())
    lines = [[row.name, f"{row.ours:.4g}", _said(row.peer), _said(row.ratio), row.unit] for row in report.rows]
    return f"{where}; latents differ at most by: {apart}\n\n{markdown(['', 'ours', 'peer', 'ratio', 'unit'], lines)}"


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    return "\n".join(f"| {' | '.join(words)} |" for words in [head, ["---"] * len(head), *lines])


def _said(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3g}"
