"""Commands that run until they are stopped: up, worker, web, telegram, discord; and what each needs first: prepare."""

import asyncio
import logging

import click

from limner.deploy.cli.rim import settings_of


@click.command()
@click.pass_context
def up(ctx: click.Context) -> None:
    """Start everything on this machine: the queue's server, the worker, the web chat, and the bots with a token."""
    from limner.deploy.logs import set_up_logging
    from limner.deploy.machine import give_memory_back
    from limner.deploy.up import run_up

    give_memory_back()
    set_up_logging(logging.WARNING)  # what people read here is the address; the worker's log has the rest
    asyncio.run(run_up(settings_of(ctx), click.echo))


@click.command()
@click.pass_context
def worker(ctx: click.Context) -> None:
    """Run a worker: it examines photos and paints portraits."""
    from limner.deploy.compose import run_worker
    from limner.deploy.logs import set_up_logging

    set_up_logging()
    asyncio.run(run_worker(settings_of(ctx)))


@click.command()
@click.pass_context
def web(ctx: click.Context) -> None:
    """Run the web chat alone; a worker runs elsewhere."""
    from limner.deploy.logs import set_up_logging
    from limner.deploy.machine import give_memory_back
    from limner.deploy.up import run_web

    give_memory_back()
    set_up_logging()
    asyncio.run(run_web(settings_of(ctx), click.echo))


@click.command()
@click.pass_context
def telegram(ctx: click.Context) -> None:
    """Run the Telegram bot alone (TELEGRAM_BOT_TOKEN); a worker runs elsewhere."""
    from limner.deploy.logs import set_up_logging
    from limner.deploy.machine import give_memory_back
    from limner.deploy.up import run_telegram

    give_memory_back()
    set_up_logging()
    asyncio.run(run_telegram(settings_of(ctx), click.echo))


@click.command()
@click.pass_context
def discord(ctx: click.Context) -> None:
    """Run the Discord bot alone (DISCORD_BOT_TOKEN); a worker runs elsewhere."""
    from limner.deploy.logs import set_up_logging
    from limner.deploy.machine import give_memory_back
    from limner.deploy.up import run_discord

    give_memory_back()
    set_up_logging()
    asyncio.run(run_discord(settings_of(ctx), click.echo))


@click.command(hidden=True)
@click.pass_context
def prepare(ctx: click.Context) -> None:
    """Make the home folder, the master key, the database's schema and the demonstration sitter's photos."""
    from limner.deploy.compose import migrated
    from limner.deploy.demo import demonstration_photos
    from limner.deploy.keys import master_key

    settings = settings_of(ctx)
    master_key(settings)
    asyncio.run(migrated(settings))
    demonstration_photos(settings.home / "demo")
