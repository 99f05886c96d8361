"""The command `limner styles`: list the styles, learn one from pictures, take one from a LoRA file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from limner.deploy.cli.bars import bars
from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.models import engine_name, model_problem
from limner.deploy.settings import Settings

if TYPE_CHECKING:
    from limner.deploy.styling import MadeStyle, Workshop
    from limner.engine.progress import OnProgress
    from limner.engine.styles import Style

_STAGES = {"prepare": "Looking at the pictures", "train": "Learning the style", "render": "Painting its preview"}
_PICKLES = {".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth"}
#: It travels in the 64 bytes that Telegram leaves to a button, beside other words.
_LONGEST_NAME = 32
_CONVERT = (
    "import sys, torch, safetensors.torch as s; "
    "s.save_file(torch.load(sys.argv[1], weights_only=True), 'lora.safetensors')"
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SCALE = click.FloatRange(0, 2)


def _about_the_style(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say what a new style is called and where it goes."""
    options = (
        click.option("--name", required=True, help="One word, by which the style is chosen."),
        click.option("--title", help="What people read. [the name]"),
        click.option("--words", help="One line about the look, for people."),
        click.option("--prompt", help='What the base model is told, with "sks person" for the sitter.'),
        click.option("--base", help="The base model: nano, a folder, a file, a hub id, or modelscope://ID."),
        click.option("--style-scale", default=1.0, show_default=True, type=_SCALE, help="How strong the style is."),
        click.option(
            "--guidance", type=click.FloatRange(1, 20), help="How much both are exaggerated. [the base model's]"
        ),
        click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1)),
        click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Where the style's folder goes."),
        click.option("--replace", is_flag=True, help="Replace a style of that name."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@click.pass_context
def styles(ctx: click.Context) -> None:
    """List the styles that portraits can be painted in, or make one; docs/styles.md says how."""
    if ctx.invoked_subcommand is not None:
        return
    from limner.engine.styles import load_styles

    table = Table("name", "title", "words", box=None)
    for style in load_styles(*settings_of(ctx).style_folders).values():
        table.add_row(style.name, style.title, style.words)
    Console().print(table)


@styles.command("train")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_about_the_style
@click.option("--face-scale", default=0.7, show_default=True, type=_SCALE, help="How strong the sitter's face is.")
@click.option("--steps", type=click.IntRange(1, 100_000), help="Steps of the training. [the base model's recipe]")
@click.pass_context
def train_style(ctx: click.Context, /, folder: Path, steps: int | None, **about: Any) -> None:
    """Learn a style from the pictures of FOLDER, four or more that share it.

    A text file beside a picture (one.txt beside one.jpg) is its caption.
    """
    settings = _ready(ctx)
    _check(settings, about)
    from limner.deploy.styling import LEAST_PICTURES, MOST_PICTURES, learn_style, pictures_in

    pictures = pictures_in(folder)
    if len(pictures) < LEAST_PICTURES:
        raise UserMistakeError(
            f"{folder} has {len(pictures)} pictures (JPEG, PNG, HEIC or WebP), and a style needs {LEAST_PICTURES} or "
            "more: add pictures that share nothing but the style."
        )
    click.echo(f"{len(pictures)} pictures found in {folder}.")
    if len(pictures) > MOST_PICTURES:
        click.echo(f"The first {MOST_PICTURES} of them are used.", err=True)
    style = _asked_for(about, f"Learned from pictures: {about['name']}.")
    workshop = _workshop(settings, about)
    made = _with_bars(lambda show: learn_style(pictures[:MOST_PICTURES], style, workshop, steps, show))
    for picture, words in made.refusals:
        click.echo(f"{picture} was not used: {words}", err=True)
    _keep(settings, about, made)


@styles.command("add")
@click.argument("file", type=_FILE)
@_about_the_style
@click.option("--face-scale", default=1.0, show_default=True, type=_SCALE, help="How strong the sitter's face is.")
@click.option("--preview", type=_FILE, help="A picture that shows the style. [the base model draws one]")
@click.pass_context
def add_style(ctx: click.Context, /, file: Path, preview: Path | None, **about: Any) -> None:
    """Take a Style LoRA from FILE, a safetensors file in diffusers' keys or in those of kohya's scripts."""
    settings = _ready(ctx)
    _check(settings, about)
    if file.suffix.lower() in _PICKLES:
        raise UserMistakeError(
            f"{file.name} is a pickle, which can run a program when it is opened; take the author's .safetensors file, "
            f'or convert it on a machine that may be lost: python -c "{_CONVERT}" {file.name}'
        )
    from limner.deploy.styling import take_style
    from limner.engine.styles import check_lora

    lora = file.read_bytes()
    facts = check_lora(lora)
    click.echo(
        f"{facts.layers} layers of rank {facts.rank} in {', '.join(facts.types)}; the strongest adds {facts.added:.2g} "
        "times what goes into its layer."
    )
    style = _asked_for(about, f"A style from {file.stem}.")
    workshop = _workshop(settings, about)
    made = _with_bars(lambda show: take_style(lora, style, workshop, preview, show))
    if made.fitted < facts.layers:
        click.echo(f"{made.style.base} has {made.fitted} of these layers; the others are left out.", err=True)
    _keep(settings, about, made)


def _ready(ctx: click.Context) -> Settings:
    settings = settings_of(ctx)
    # Read when numpy and torch are loaded, so it is set before.
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.engine_threads))
    return settings


def _check(settings: Settings, about: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is loaded."""
    from limner.engine.styles import is_name, load_styles
    from limner.engine.words import SITTER

    name, prompt = about["name"], about["prompt"]
    if not is_name(name) or len(name) > _LONGEST_NAME or name == "all":
        raise UserMistakeError(
            f"A style cannot be called {name!r}: take one word of letters and digits, of {_LONGEST_NAME} at most, and "
            "not `all`."
        )
    into = about["into"] or settings.new_styles
    known = load_styles(*settings.style_folders, *([into] if into.is_dir() else []))
    if name in known and not about["replace"]:
        raise UserMistakeError(f"There is a style {name!r} already: take another name, or say --replace.")
    if prompt and SITTER not in prompt:
        raise UserMistakeError(f'The prompt does not say where the sitter goes: put "{SITTER}" into it.')
    if problem := model_problem(about["base"] or settings.base_model, settings.shelf):
        raise UserMistakeError(problem)


def _asked_for(about: dict[str, Any], words: str) -> "Style":
    from limner.engine.styles import Style

    name = about["name"]
    return Style(
        name=name,
        title=about["title"] or name.replace("-", " ").replace("_", " ").capitalize(),
        words=about["words"] or words,
        prompt=about["prompt"] or "",
        face_scale=about["face_scale"],
        style_scale=about["style_scale"],
        guidance=about["guidance"],
    )


def _workshop(settings: Settings, about: dict[str, Any]) -> "Workshop":
    from limner.deploy.styling import Workshop

    return Workshop(
        engine_name(about["base"] or settings.base_model, settings.shelf),
        settings.running,
        about["seed"],
        settings.insightface_pack,
        settings.engine_threads,
    )


def _with_bars(work: "Callable[[OnProgress], MadeStyle]") -> "MadeStyle":
    with bars() as draw:
        return work(lambda progress: draw(_STAGES[progress.stage], progress.done, progress.total))


def _keep(settings: Settings, about: dict[str, Any], made: "MadeStyle") -> None:
    """Write the style, and say how it is used."""
    from limner.engine.styles import write_style

    into = about["into"] or settings.new_styles
    click.echo(write_style(into, made.style, made.lora, made.preview))
    other = f" --base {about['base']}" if about["base"] else ""
    click.echo(f"Use it: limner portrait PHOTOS --style {made.style.name}{other} --out portraits")
    if into.resolve() not in {folder.resolve() for folder in (*settings.style_folders, settings.new_styles)}:
        click.echo(f"It is found where LIMNER_STYLES names {into}.", err=True)
