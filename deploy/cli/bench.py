"""The command `limner bench`: measurements that anyone can repeat."""

import os
from dataclasses import replace
from pathlib import Path

import click

from limner.deploy.cli.faults import faults
from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.models import engine_name, model_problem


@click.group()
def bench() -> None:
    """Measure likeness, style and time on sitters that training never saw; several users at once; and faults."""


bench.add_command(faults)


@bench.command()
@click.option(
    "--sitters",
    default="P007,P008,P009,P010",
    show_default=True,
    help="By commas: people of openpeople, or folders with pictures of one person.",
)
@click.option("--photos", default="3", show_default=True, help="How many photos a sitter gives, by commas: 1 to 8.")
@click.option(
    "--recipes",
    default="limner,none",
    show_default=True,
    help="By commas: limner, facechain, easyphoto, dreambooth, none, or YAML files.",
)
@click.option("--styles", default="photo", show_default=True, help="Styles by commas, or `all`.")
@click.option(
    "--strengths", default="1.0", show_default=True, help="Starts by commas: 1 is noise, less is the sitter's photo."
)
@click.option("--seeds", default="0", show_default=True, help="By commas.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--base", help="The base model: nano, or a folder in diffusers' layout.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many run at once.")
@click.option(
    "--judge",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with FaceRes, which then judges too: it has no say in what is ranked and kept.",
)
@click.option("--curve/--no-curve", default=True, help="Also judge what each recipe had at its marks.")
@click.pass_context
def likeness(  # noqa: PLR0913, PLR0917  one an option
    ctx: click.Context,
    sitters: str,
    photos: str,
    recipes: str,
    styles: str,
    strengths: str,
    seeds: str,
    out: Path,
    base: str | None,
    processes: int,
    judge: Path | None,
    *,
    curve: bool,
) -> None:
    """Train sitters by several recipes, and judge their portraits by photos that were held out.

    A run that was interrupted goes on where it was. Writes likeness.json, likeness.md, curves.json, two plots and a
    contact sheet for each sitter to --out.
    """
    settings = settings_of(ctx)
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.engine_threads))
    people = sitters.split(",")
    if unknown := [name for name in people if not (_in_openpeople(name) or Path(name).is_dir())]:
        raise UserMistakeError(f"openpeople has no {unknown[0]}: choose sitters from P001 to P010, or name a folder.")
    counts = _numbers("--photos", photos, 1, 8)
    starts = _numbers("--strengths", strengths, 0.05, 1)
    chances = _numbers("--seeds", seeds, 0, 2**31 - 1)
    chosen = base or settings.base_model
    if problem := model_problem(chosen, settings.shelf):
        raise UserMistakeError(problem)
    from limner.deploy.likeness import Plan, run

    plan = Plan(
        sitters=people,
        recipes=recipes.split(","),
        photos=[int(count) for count in counts],
        styles=None if styles == "all" else styles.split(","),
        strengths=starts,
        seeds=[int(seed) for seed in chances],
        base=engine_name(chosen, settings.shelf),
        running=settings.running,
        style_folders=settings.style_folders,
        out=out,
        processes=processes,
        curve=curve,
        judge=judge,
    )
    for line in run(plan):
        click.echo(line)


@bench.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--base", help="The base model: nano, or a folder of the Stable Diffusion family in diffusers' layout.")
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--users", type=click.IntRange(1, 32), help="8 where nothing is said, 2 with --sd15-size.")
@click.option("--steps", type=click.IntRange(1, 100), help="Of DDIM: 20 where nothing is said, 2 with --sd15-size.")
@click.option("--sd15-size", is_flag=True, help="A base of Stable Diffusion 1.5's size with random weights instead.")
@click.pass_context
def floor(
    ctx: click.Context,
    out: Path,
    base: str | None,
    repeats: int,
    users: int | None,
    steps: int | None,
    *,
    sd15_size: bool,
) -> None:
    """Measure several users at once against diffusers, peft and one after the other.

    Writes floor.json to --out and prints its table. Measure on an idle machine: the load is in it. Speed alone is
    measured, so Face LoRAs and what is learned are random.
    """
    settings = settings_of(ctx)
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.engine_threads))
    chosen = base or "nano"
    if base and sd15_size:
        raise UserMistakeError("--sd15-size makes a base of its own: leave --base out.")
    if problem := model_problem(chosen, settings.shelf):
        raise UserMistakeError(problem)
    import msgspec

    from limner.engine.bench.floor import NANO_EFFORT, SMALL_EFFORT, measure_on
    from limner.engine.bench.floor_rows import floor_table

    asked = {"users": users, "steps": steps, "repeats": repeats}
    effort = replace(SMALL_EFFORT if sd15_size else NANO_EFFORT, **{k: v for k, v in asked.items() if v is not None})
    name = None if sd15_size else engine_name(chosen, settings.shelf)
    report = measure_on(name, settings.running, effort)
    out.mkdir(parents=True, exist_ok=True)
    (out / "floor.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    click.echo(floor_table(report))


@bench.command()
def paper() -> None:
    """Print what full-size bases cost on paper, and what it says about two GPUs. Takes a minute, and runs none."""
    from limner.engine.bench.paper import paper as written
    from limner.engine.quiet import quiet

    quiet()
    click.echo(written())


def _in_openpeople(name: str) -> bool:
    return name in {f"P{n:03d}" for n in range(1, 11)}


def _numbers(option: str, words: str, least: float, most: float) -> list[float]:
    """Read numbers by commas. Raises UserMistakeError."""
    try:
        found = [float(word) for word in words.split(",")]
    except ValueError as error:
        raise UserMistakeError(f"{option} takes numbers by commas, not {words!r}.") from error
    if outside := [one for one in found if not least <= one <= most]:
        raise UserMistakeError(f"{option} takes numbers from {least:g} to {most:g}, not {outside[0]:g}.")
    return found
