"""The command `limner portrait`: the whole engine without any chat."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.models import model_problem
from limner.deploy.settings import Settings

if TYPE_CHECKING:
    from limner.deploy.painting import Sitting
    from limner.deploy.report import Made
    from limner.engine.progress import Progress

STAGES = {"prepare": "Looking at the photos", "train": "Learning the face", "render": "Painting"}


@click.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--style", "styles", multiple=True, required=True, help="A style; repeat it for several, or name `all`.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--count", default=8, show_default=True, type=click.IntRange(1, 64), help="Portraits in each style.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="Same seed, same portraits."
)
@click.option("--base", help="The base model: nano, or a folder in diffusers' layout.")
@click.pass_context
def portrait(
    ctx: click.Context,
    photos: tuple[Path, ...],
    styles: tuple[str, ...],
    out: Path,
    count: int,
    seed: int,
    base: str | None,
) -> None:
    """Make portraits from PHOTOS, three or more of one person.

    Writes the portraits, a contact sheet, a plot of the likeness over the training and report.json to --out.
    """
    settings = settings_of(ctx)
    # Read when numpy and torch are loaded, so it is set before.
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.engine_threads))
    sitting = _sitting(settings, photos, styles, base or settings.base_model, count, seed)
    from limner.deploy.report import write_report

    out.mkdir(parents=True, exist_ok=True)
    made = _paint(sitting, out / "training.checkpoint")
    files = write_report(out, made)
    _tell(made, files)


def _sitting(
    settings: Settings, photos: tuple[Path, ...], styles: tuple[str, ...], base: str, count: int, seed: int
) -> "Sitting":
    from limner.engine.styles import find_style, load_styles

    known = load_styles(*settings.style_folders)
    names = list(known) if "all" in styles else list(dict.fromkeys(styles))
    chosen = [find_style(known, name) for name in names]
    if problem := model_problem(base):
        raise UserMistakeError(problem)
    from limner.deploy.painting import Sitting

    return Sitting(photos, chosen, base, settings.running, count, seed)


def _paint(sitting: "Sitting", checkpoint: Path) -> "Made":
    from limner.deploy.painting import paint

    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bars:
        rows: dict[str, TaskID] = {}

        def show(style: str, progress: "Progress") -> None:
            words = STAGES[progress.stage]
            name = f"{words}: {style}" if progress.stage == "render" else words
            if name not in rows:
                rows[name] = bars.add_task(name)
            bars.update(rows[name], completed=progress.done, total=progress.total)

        return paint(sitting, show, checkpoint)


def _tell(made: "Made", files: list[Path]) -> None:
    for refusal in made.refusals:
        click.echo(f"{refusal['photo']} was not used: {refusal['words']}", err=True)
    seconds = ", ".join(f"{stage} {taken:.0f} s" for stage, taken in made.seconds.items())
    click.echo(f"{len(made.portraits)} portraits ({seconds}).")
    for file in files:
        click.echo(file)
