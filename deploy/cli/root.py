"""The root of the `limner` command."""

import os

import click

from limner.deploy.cli.bench import bench
from limner.deploy.cli.doctor import doctor
from limner.deploy.cli.event import event
from limner.deploy.cli.export import export
from limner.deploy.cli.jobs import jobs
from limner.deploy.cli.models import models
from limner.deploy.cli.people import forget, quota
from limner.deploy.cli.portrait import portrait
from limner.deploy.cli.rim import Rim
from limner.deploy.cli.serve import discord, prepare, telegram, up, web, worker
from limner.deploy.cli.styles import styles
from limner.deploy.settings import Settings


@click.group(cls=Rim, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="limner")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Paint portraits in chat.

    `limner up` starts everything on this machine; `limner portrait` makes portraits without any chat.
    """
    ctx.obj = Settings.from_env(os.environ)


for command in (
    up,
    portrait,
    export,
    styles,
    models,
    quota,
    event,
    jobs,
    forget,
    worker,
    web,
    telegram,
    discord,
    prepare,
    doctor,
    bench,
):
    main.add_command(command)
