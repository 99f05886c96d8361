"""Commands about one person: quota, forget."""

import asyncio
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from limner.deploy.cli.rim import settings_of
from limner.deploy.settings import Settings

if TYPE_CHECKING:
    from limner.deploy.people import Line
    from limner.storage import Storage


@click.command()
@click.argument("person", required=False)
@click.argument("charge", required=False)
@click.option("--grant", type=click.IntRange(1, 1_000_000), help="Give PERSON this many more portraits.")
@click.option("--key", help="Why: the same key for the same person is granted only once.")
@click.option(
    "--history",
    "newest",
    type=click.IntRange(0, 10_000),
    default=20,
    show_default=True,
    help="How many of the newest lines of PERSON's ledger to show.",
)
@click.option("--payer", help="With refund: who paid, by Telegram's own id, where that person was forgotten.")
@click.pass_context
def quota(
    ctx: click.Context,
    person: str | None,
    charge: str | None,
    *,
    grant: int | None,
    key: str | None,
    newest: int,
    payer: str | None,
) -> None:
    """Show how many portraits people have left, give PERSON more, or return a payment: limner quota refund CHARGE.

    PERSON is an id, or platform and account, as in telegram:4711; how it came to the numbers is shown too. Without one,
    everybody is listed. CHARGE is the
    number of a payment in Telegram Stars; what is left of its portraits is taken back.
    """
    if (person == "refund") != (charge is not None):
        raise click.UsageError("Say which payment is to be returned: limner quota refund CHARGE.")
    if charge is not None:
        asyncio.run(_refund(settings_of(ctx), charge, payer))
        return
    if grant is not None and person is None:
        raise click.UsageError("Say who is to get more portraits: limner quota PERSON --grant NUMBER.")
    asyncio.run(_quota(settings_of(ctx), person, grant, key, newest))


async def _quota(settings: Settings, name: str | None, grant: int | None, key: str | None, newest: int) -> None:
    from limner.deploy.compose import migrated, storage_of
    from limner.deploy.people import everybody, history, person_called

    await migrated(settings)
    async with storage_of(settings) as storage:
        if name is not None and grant is not None:
            await _grant(storage, (await person_called(storage, name)).id, grant, key)
        people = await everybody(storage) if name is None else [await person_called(storage, name)]
        lines = [] if name is None else await history(storage, people[0], newest)
        paid = [] if name is None else await storage.events.paid_by(people[0].id)
        events = [(one, await storage.events.counts(one.id)) for one in paid]
    table = Table(box=None)
    for title in ("person", "id", "available", "held", "spent", "granted"):
        table.add_column(title, overflow="fold")  # ids are there to be copied
    for one in people:
        account = one.balance
        numbers = (account.available, account.held, account.spent, account.granted)
        table.add_row(f"{one.platform}:{one.platform_id}", one.id, *map(str, numbers))
    Console().print(table if people else "Nobody has written yet.")
    if lines:
        _show_history(lines)
    for event, counts in events:
        where = f"{event.platform}: {event.title}, {event.state}"
        each = f"{event.portraits} portraits for each of at most {event.most_members}"
        click.echo(
            f"Pays for the event {event.id} ({where}): {each}; {counts.under_way} under way, {counts.made} made."
        )


def _show_history(lines: "list[Line]") -> None:
    table = Table("when (UTC)", "what", "portraits", "for", box=None)
    for line in lines:
        table.add_row(f"{line.at:%Y-%m-%d %H:%M:%S}", line.what, str(line.amount), line.why)
    click.echo()
    Console().print(table)


async def _refund(settings: Settings, charge: str, payer: str | None) -> None:
    from limner.deploy.compose import migrated
    from limner.deploy.telegram import refund

    await migrated(settings)
    payment = await refund(settings, charge, payer)
    click.echo(f"{payment.amount} {payment.currency} went back; {payment.portraits} portraits were bought with them.")


async def _grant(storage: "Storage", user_id: str, amount: int, key: str | None) -> None:
    from uuid import uuid4

    if not await storage.quota.grant(user_id, amount, f"operator:{user_id}:{key or uuid4().hex}"):
        click.echo("That was granted before; nothing was changed.", err=True)


@click.command()
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(ctx: click.Context, person: str, *, yes: bool) -> None:
    """Delete everything about PERSON: photos, Face LoRAs and portraits. This cannot be undone.

    PERSON is an id, or platform and account, as in telegram:4711.
    """
    asyncio.run(_forget(settings_of(ctx), person, yes=yes))


async def _forget(settings: Settings, name: str, *, yes: bool) -> None:
    from limner.deploy.compose import migrated, storage_of
    from limner.deploy.people import person_called

    await migrated(settings)
    async with storage_of(settings) as storage:
        person = await person_called(storage, name)
        if not yes:
            click.confirm(f"Delete everything about {person.platform}:{person.platform_id}?", abort=True)
        receipt = await storage.forget(person.id)
    click.echo(
        f"Deleted at {receipt.at:%Y-%m-%d %H:%M} UTC: {receipt.photos} photos, {receipt.portraits} portraits, "
        f"{receipt.face_loras} Face LoRAs, and the key that opens every copy of them."
    )
