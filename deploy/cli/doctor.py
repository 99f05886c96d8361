"""The command `limner doctor`, which looks and changes nothing."""

import sys

import click
from rich.console import Console
from rich.table import Table

from limner.deploy.cli.rim import settings_of


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
