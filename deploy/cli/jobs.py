"""The operator's view of requests: what failed or waits, trying it again, and giving portraits back."""

import asyncio
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError
from limner.deploy.settings import Settings


@click.group(invoke_without_command=True)
@click.option("--newest", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many to list.")
@click.pass_context
def jobs(ctx: click.Context, newest: int) -> None:
    """List requests that failed or have not ended, the newest last."""
    if ctx.invoked_subcommand is None:
        asyncio.run(_list(settings_of(ctx), newest))


@jobs.command()
@click.argument("request")
@click.pass_context
def retry(ctx: click.Context, request: str) -> None:
    """Try a failed REQUEST again: as a new one from the same photos, whose quota is reserved again.

    The person is told, and the portraits or a new failure reach them as ever. Repeating the command changes nothing.
    """
    asyncio.run(_retry(settings_of(ctx), request))


@jobs.command()
@click.argument("request")
@click.pass_context
def refund(ctx: click.Context, request: str) -> None:
    """Give the portraits of a REQUEST that has ended back to the account that paid for it, once.

    Failed and cancelled requests have theirs back already; this is for portraits that were made and not worth it.
    """
    asyncio.run(_refund(settings_of(ctx), request))


async def _list(settings: Settings, newest: int) -> None:
    from limner.deploy.compose import migrated, storage_of

    await migrated(settings)
    async with storage_of(settings) as storage:
        letters = await storage.dead_letters.newest(newest)
    table = Table(box=None)
    for title in ("id", "person", "state", "reason", "tries", "age", "portraits", "quota"):
        table.add_column(title, overflow="fold")  # ids are there to be copied
    now = datetime.now(UTC)
    for one in letters:
        request = one.request
        table.add_row(
            request.id,
            f"{one.platform}:{one.platform_id}",
            f"{request.state}, retried" if one.retried else request.state,
            request.reason or "",
            str(request.attempt + 1),
            _age(now - request.created_at),
            str(request.count),
            one.quota or "payer forgotten",
        )
    Console().print(table if letters else "Nothing has failed, and nothing waits.")


async def _retry(settings: Settings, request_id: str) -> None:
    from limner.deploy.compose import migrated, storage_of
    from limner.deploy.models import engine_name
    from limner.storage.errors import QuotaExceededError

    await migrated(settings)
    async with storage_of(settings) as storage:
        try:
            new = await storage.dead_letters.retry(request_id, engine_name(settings.base_model, settings.shelf))
        except QuotaExceededError as short:
            raise UserMistakeError(
                f"The request needs {short.asked} portraits and its account has {short.available} left; "
                f"`limner quota PERSON --grant` gives more."
            ) from short
    click.echo(f"It is tried again as {new.id}, which is {new.state}; a running worker takes it up within a minute.")


async def _refund(settings: Settings, request_id: str) -> None:
    from limner.deploy.compose import migrated, storage_of

    await migrated(settings)
    async with storage_of(settings) as storage:
        given = await storage.dead_letters.give_back(request_id)
    click.echo(f"{given} portraits went back." if given else "Nothing was left to give back; nothing was changed.")


def _age(passed: timedelta) -> str:
    """Tell an age in the largest unit of which one has passed."""
    seconds = max(0, int(passed.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
