"""The operator's view of avatar events: which there are, and calling one off."""

import asyncio

import click
from rich.console import Console
from rich.table import Table

from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.settings import Settings


@click.group(invoke_without_command=True)
@click.pass_context
def event(ctx: click.Context) -> None:
    """List the avatar events of groups and servers, the newest first."""
    if ctx.invoked_subcommand is None:
        asyncio.run(_list(settings_of(ctx)))


@event.command()
@click.argument("event_id")
@click.pass_context
def cancel(ctx: click.Context, event_id: str) -> None:
    """Call an event off: what has not begun is not painted, and its quota is given back."""
    asyncio.run(_cancel(settings_of(ctx), event_id))


async def _list(settings: Settings) -> None:
    from limner.deploy.compose import migrated, storage_of

    await migrated(settings)
    async with storage_of(settings) as storage:
        events = [(one, await storage.events.counts(one.id)) for one in await storage.events.latest()]
    table = Table("id", "where", "style", "state", "members", "under way", "made", "until (UTC)", box=None)
    for one, counts in events:
        figures = (counts.members, counts.under_way, counts.made)
        where = f"{one.platform}: {one.title}"
        table.add_row(one.id, where, one.style, one.state, *map(str, figures), f"{one.ends_at:%Y-%m-%d %H:%M}")
    Console().print(table if events else "There has been no event yet.")


async def _cancel(settings: Settings, event_id: str) -> None:
    from limner.deploy.compose import migrated, storage_of

    await migrated(settings)
    async with storage_of(settings) as storage:
        moved = [await storage.events.move(event_id, state, "cancelled") for state in ("open", "closing")]
    if not any(moved):
        raise UserMistakeError(f"No event {event_id!r} is going on. `limner event` lists them all.")
    click.echo("The event is called off; its bot gives back what has not begun, and tells the group.")
