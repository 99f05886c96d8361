"""The command `limner bench`: measurements that anyone can repeat."""

import os
from pathlib import Path

import click

from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.models import engine_name, model_problem


@click.group()
def bench() -> None:
    """Measure likeness, style and time on sitters that training never saw."""


@bench.command()
@click.option("--sitters", default="P007,P008,P009,P010", show_default=True, help="People of openpeople, by commas.")
@click.option("--styles", default="photo", show_default=True, help="Styles by commas, or `all`.")
@click.option(
    "--strengths", default="1.0", show_default=True, help="Starts by commas: 1 is noise, less is the sitter's photo."
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1))
@click.option("--base", help="The base model: nano, or a folder in diffusers' layout.")
@click.pass_context
def likeness(
    ctx: click.Context, sitters: str, styles: str, strengths: str, out: Path, seed: int, base: str | None
) -> None:
    """Train each sitter from three photos and judge eight portraits a style by photos that were held out.

    Every style is drawn with and without the Face LoRA from the same noise. Writes likeness.json, likeness.md and a
    contact sheet for each sitter to --out.
    """
    settings = settings_of(ctx)
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.engine_threads))
    people = sitters.split(",")
    if unknown := [name for name in people if name not in {f"P{n:03d}" for n in range(1, 11)}]:
        raise UserMistakeError(f"openpeople has no {unknown[0]}: choose sitters from P001 to P010.")
    try:
        starts = [float(word) for word in strengths.split(",")]
    except ValueError as error:
        raise UserMistakeError(f"--strengths takes numbers by commas, not {strengths!r}.") from error
    chosen = base or settings.base_model
    if problem := model_problem(chosen, settings.shelf):
        raise UserMistakeError(problem)
    chosen = engine_name(chosen, settings.shelf)
    from limner.deploy.likeness import Plan, run

    names = None if styles == "all" else styles.split(",")
    for line in run(Plan(people, names, starts, chosen, settings.running, seed, settings.style_folders, out)):
        click.echo(line)
