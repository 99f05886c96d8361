"""The command `limner portrait`: the whole engine without any chat."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from limner.deploy.cli.background import STYLE, read_background
from limner.deploy.cli.bars import bars
from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.models import engine_name, model_problem
from limner.deploy.settings import Settings
from limner.engine.fuse.aspect import ASPECTS, SQUARE

if TYPE_CHECKING:
    from limner.deploy.painting import Sitting
    from limner.deploy.report import Made
    from limner.engine.progress import Progress
    from limner.engine.styles import Style

STAGES = {"prepare": "Looking at the photos", "train": "Learning the face", "render": "Painting"}


@click.command()
@click.argument("photos", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--style", "styles", multiple=True, required=True, help="A style; repeat it for several, or name `all`.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--count", default=8, show_default=True, type=click.IntRange(1, 64), help="Portraits in each style.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="Same seed, same portraits."
)
@click.option("--base", help="The base model: nano, a folder, a file, a hub id, or modelscope://ID.")
@click.option(
    "--aspect", default=SQUARE, show_default=True, type=click.Choice(ASPECTS), help="Width to height; nano: 1:1 alone."
)
@click.option(
    "--pose", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A picture to take the head's pose of."
)
@click.option(
    "--background",
    default=STYLE,
    show_default=True,
    help="A picture or a colour to put the sitter before; `photo`: the photo's; `style`: as the style has it.",
)
@click.option(
    "--template", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A picture to take the faces of."
)
@click.option(
    "--face", "faces", multiple=True, type=int, help="The template's face to take, from 1, from the left; one a sitter."
)
@click.option(
    "--sitter",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the photos of one more sitter of the template.",
)
@click.pass_context
def portrait(  # noqa: PLR0913, PLR0917  click gives every option by name
    ctx: click.Context,
    photos: tuple[Path, ...],
    styles: tuple[str, ...],
    out: Path,
    count: int,
    seed: int,
    base: str | None,
    aspect: str,
    pose: Path | None,
    background: str,
    template: Path | None,
    faces: tuple[int, ...],
    folders: tuple[Path, ...],
) -> None:
    """Make portraits from PHOTOS, three or more of one person.

    With --template the faces of that picture become the sitters': PHOTOS are the first sitter's, each --sitter names
    one more, and they take the faces from left to right or as --face says. All else in the picture stays.

    Writes the portraits, a contact sheet, a plot of the likeness over the training and report.json to --out.
    """
    settings = settings_of(ctx)
    # Read when numpy and torch are loaded, so it is set before.
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.engine_threads))
    if pose and template:
        raise UserMistakeError("--pose plays no part in a template: leave out one of --pose and --template.")
    sitters = _sitters(photos, folders, template, faces)
    if template is not None and background != STYLE:
        raise UserMistakeError("A template brings its own background: leave out --background, or --template.")
    chosen_base = base or settings.base_model
    chosen = _styles(settings, styles, chosen_base)
    behind = read_background(background)
    from limner.deploy.painting import Sitting

    sitting = Sitting(
        sitters,
        chosen,
        engine_name(chosen_base, settings.shelf),
        settings.running if pose is None else replace(settings.running, controlnet=settings.controlnet),
        count,
        seed,
        aspect=aspect,
        pose=pose,
        background=behind,
        template=template,
        faces=faces,
        insightface_pack=settings.insightface_pack,
        face_parser=settings.face_parser,
        signing=settings.signing,
        threads=settings.engine_threads,
    )
    from limner.deploy.report import write_report

    out.mkdir(parents=True, exist_ok=True)
    made = _paint(sitting, out / "training.checkpoint")
    files = write_report(out, made)
    _tell(made, files)


def _sitters(
    photos: tuple[Path, ...], folders: tuple[Path, ...], template: Path | None, faces: tuple[int, ...]
) -> list[list[Path]]:
    """Gather the photos of each sitter."""
    if template is None and (folders or faces):
        raise UserMistakeError("--sitter and --face are for a template: name the picture with --template.")
    named = [list(photos)] if photos else []
    sitters = [*named, *(_photos_in(folder) for folder in folders)]
    if not sitters:
        raise UserMistakeError("There are no photos: name three or more of one person.")
    return sitters


def _photos_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))


def _styles(settings: Settings, styles: tuple[str, ...], base: str) -> "list[Style]":
    from limner.engine.styles import find_style, load_styles

    known = load_styles(*settings.style_folders)
    names = list(known) if "all" in styles else list(dict.fromkeys(styles))
    chosen = [find_style(known, name) for name in names]
    if problem := model_problem(base, settings.shelf):
        raise UserMistakeError(problem)
    return chosen


def _paint(sitting: "Sitting", checkpoint: Path) -> "Made":
    from limner.deploy.painting import paint

    with bars() as draw:

        def show(style: str, progress: "Progress") -> None:
            words = STAGES[progress.stage]
            draw(f"{words}: {style}" if progress.stage == "render" else words, progress.done, progress.total)

        return paint(sitting, show, checkpoint)


def _tell(made: "Made", files: list[Path]) -> None:
    for refusal in made.refusals:
        click.echo(f"{refusal['photo']} was not used: {refusal['words']}", err=True)
    seconds = ", ".join(f"{stage} {taken:.0f} s" for stage, taken in made.seconds.items())
    click.echo(f"{len(made.portraits)} portraits ({seconds}).")
    for file in files:
        click.echo(file)
