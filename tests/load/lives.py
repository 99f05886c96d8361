"""The lives of a bot that is killed over and over, and messages that come again because of that. Knows no platform.

Whoever is killed after a message went out and before that is written down sends it again: no bot can know better, where
the platform has no key for a message. Such a repetition lies in two lives of the bot with the kill right behind the
first time, and is counted apart; any other is a fault.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import click

from limner.tests.load.report import heading

WRITTEN_DOWN_S = 2.0
"""From a message to its record: some milliseconds, and what a busy machine adds."""


@dataclass
class Lives:
    """When the bot was killed, and how long each life took from its start until it heard, if it came to that."""

    kills: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    heard_after_s: list[float] = field(default_factory=list)
    ended_by_itself: int = 0

    def note_heard(self, at: float | None) -> None:
        """Note when the present life began to hear; None where it did not live so long."""
        if at is not None:
            self.heard_after_s.append(at - self.starts[-1])


@dataclass
class Messages:
    """How often messages of one kind were sent: `wanted` different ones, of which some came `again` after a kill."""

    wanted: int = 0
    missing: int = 0
    again: int = 0
    twice: int = 0
    """Came again within one life, or although there was time to write the first down."""
    gaps_s: list[tuple[float, float | None]] = field(default_factory=list)
    """Of those: the seconds until it came again, and until the kill after it; None where there was none between."""
    before_kill_s: float = 0.0
    """The longest time between a message that came again and the kill after it."""

    def count(
        self,
        times: Mapping[str, Sequence[float]],
        wanted: int,
        kills: Sequence[float],
        stalls: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Count when messages were sent, by what each of them is about.

        `stalls` are the times, from and to, in which nothing could be written down.
        """
        self.wanted += wanted
        self.missing += max(0, wanted - sum(bool(sent) for sent in times.values()))
        for sent in times.values():
            for before, after in pairwise(sent):
                killed = bisect(kills, before)
                if killed == bisect(kills, after) or _able(before, kills[killed], stalls) > WRITTEN_DOWN_S:
                    self.twice += 1
                    kill_s = None if killed == bisect(kills, after) else round(kills[killed] - before, 2)
                    self.gaps_s.append((round(after - before, 2), kill_s))
                else:
                    self.again += 1
                    self.before_kill_s = max(self.before_kill_s, kills[killed] - before)


def _able(begin: float, end: float, stalls: Sequence[tuple[float, float]]) -> float:
    """Give the seconds between two moments in which something could be written down."""
    return end - begin - sum(max(0.0, min(end, until) - max(begin, since)) for since, until in stalls)


def print_messages(table: Mapping[str, Messages]) -> bool:
    """Print how often messages of each kind were sent; tell whether all came, and none twice without a reason."""
    heading(f"{'Messages':<24}{'wanted':>8}{'missing':>9}{'again':>7}{'twice':>7}{'send to kill, at most':>24}")
    for name, found in table.items():
        gap = f"{1000 * found.before_kill_s:.0f} ms" if found.again else ""
        click.echo(f"  {name:<22}{found.wanted:>8}{found.missing:>9}{found.again:>7}{found.twice:>7}{gap:>24}".rstrip())
    click.echo(
        "  again: once more in a later life, since the kill came between the message and its record; twice: otherwise"
    )
    return not any(found.missing or found.twice for found in table.values())


def print_failures(log: str) -> None:
    """Print what the bots wrote down as failures."""
    if failures := [line for line in log.splitlines() if " failed: " in line or " ERROR " in line]:
        heading(f"The bots logged {len(failures)} failures; the first ten:")
        click.echo("\n".join(failures[:10]))
