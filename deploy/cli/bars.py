"""How far a long command has come: one bar for each of its stages, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Draw = Callable[[str, int, int], None]
"""Takes a stage in words, what is done of it, and the whole of it."""


@contextmanager
def bars() -> Iterator[Draw]:
    """Draw bars for as long as the block runs; a stage that is new gets a bar below the others."""
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as shown:
        rows: dict[str, TaskID] = {}

        def draw(stage: str, done: int, total: int) -> None:
            if stage not in rows:
                rows[stage] = shown.add_task(stage)
            shown.update(rows[stage], completed=done, total=total)

        yield draw
