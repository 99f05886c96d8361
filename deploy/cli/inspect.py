"""Commands that look and change nothing: styles, models, doctor."""

import sys

import click
from rich.console import Console
from rich.table import Table

from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError


@click.command()
@click.pass_context
def styles(ctx: click.Context) -> None:
    """List the styles that portraits can be painted in."""
    from limner.engine.styles import load_styles

    table = Table("name", "title", "words", box=None)
    for style in load_styles(*settings_of(ctx).style_folders).values():
        table.add_row(style.name, style.title, style.words)
    Console().print(table)


@click.group()
def models() -> None:
    """Show the base models and where they lie."""


@models.command("list")
@click.pass_context
def list_models(ctx: click.Context) -> None:
    """List the base models that ship with limner, and the one that is set."""
    from limner.deploy.models import EMBEDDED, model_problem

    chosen = settings_of(ctx).base_model
    for name in dict.fromkeys([*EMBEDDED, chosen]):
        problem = model_problem(name)
        mark = "*" if name == chosen else " "
        click.echo(f"{mark} {name}" + (f" ({problem})" if problem else ""))


@models.command("path")
@click.argument("name")
def model_path(name: str) -> None:
    """Print the folder of a base model, for example of nano."""
    from limner.deploy.models import find_base, model_problem

    if problem := model_problem(name):
        raise UserMistakeError(problem)
    click.echo(find_base(name))


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say in plain words what is here and what is missing; fails if something essential is."""
    from limner.deploy.doctor import State, examine

    words = {State.GOOD: "[green]good[/]", State.OPTIONAL: "[yellow]none[/]", State.MISSING: "[red]missing[/]"}
    console = Console()
    table = Table("", "", "", box=None, show_header=False)
    missing = []
    with console.status("Looking at this installation"):
        for finding in examine(settings_of(ctx)):
            table.add_row(words[finding.state], finding.subject, finding.sentence)
            missing += [finding.subject] * (finding.state is State.MISSING)
    console.print(table)
    if missing:
        console.print(f"Not ready: {', '.join(missing)}.", style="red")
        sys.exit(1)
    console.print("Ready.")
