"""The command `limner models`: which base models are here, where they lie, whether they are whole; and to fetch one."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn
from rich.table import Column, Table

from limner.deploy.cli.rim import settings_of
from limner.deploy.errors import UserMistakeError

if TYPE_CHECKING:
    from limner.engine.bases.estimate import Estimate

_GIB = 1 << 30


@click.group()
def models() -> None:
    """Fetch, list and check base models. docs/models.md says how to choose one."""


@models.command("list")
@click.pass_context
def list_models(ctx: click.Context) -> None:
    """List the base models on this machine; the one that is set has a star."""
    from limner.deploy.models import model_problem
    from limner.engine.bases.owned import owned_bases

    settings = settings_of(ctx)
    table = Table("", "name", "family", "size", "licence", "problem", box=None)
    known = list(owned_bases(settings.shelf))
    for one in known:
        mark = "*" if one.name == settings.base_model else ""
        table.add_row(mark, one.name, one.family, _shown(one.size), one.licence or "not told", one.problem or "")
    if settings.base_model not in {one.name for one in known}:
        table.add_row("*", settings.base_model, "", "", "", model_problem(settings.base_model, settings.shelf) or "")
    Console().print(table)


@models.command("path")
@click.argument("name")
@click.pass_context
def model_path(ctx: click.Context, name: str) -> None:
    """Print the folder of a base model, for example of nano."""
    click.echo(_directory(ctx, name))


@models.command("pull")
@click.argument("name")
@click.option("--configs", help="For a file: a folder or hub id of the same kind of model, for its tokenizers.")
@click.pass_context
def pull_model(ctx: click.Context, name: str, configs: str | None) -> None:
    """Fetch the base model NAME: a hub id, modelscope://ID, either with @REVISION, or a .safetensors file to unpack.

    A download that was interrupted goes on where it stopped.
    """
    from limner.engine.bases.pull import Source, pull

    settings = settings_of(ctx)
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    source = Source(settings.shelf, settings.modelscope_endpoint, settings.offline, configs)
    # The names of shards are longer than a line of 80 columns has room for; they are shortened, not broken.
    name_column = Column(no_wrap=True, width=44)
    columns = (TextColumn("{task.description}", table_column=name_column), BarColumn(14), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        rows: dict[str, TaskID] = {}

        def show(file: str, arrived: int, whole: int) -> None:
            if file not in rows:
                rows[file] = bars.add_task(file)
            bars.update(rows[file], completed=arrived, total=whole)

        directory = pull(name, source, show)
    click.echo(directory)


@models.command("check")
@click.argument("name")
@click.option("--memory", type=float, help="GiB of memory to judge by; without it, that of the first GPU.")
@click.option("--tflops", type=click.FloatRange(min=0, min_open=True), help="TFLOP/s that the GPU keeps up.")
@click.pass_context
def check_model(ctx: click.Context, name: str, memory: float | None, tflops: float | None) -> None:
    """Look at every file of the base model NAME, and estimate what it takes; fails where it cannot be used."""
    from limner.engine.bases.check import flaws
    from limner.engine.room import estimate_of, gpu_memory, too_large

    directory = _directory(ctx, name)
    found = list(flaws(directory))
    for flaw in found:
        click.echo(f"{flaw}.", err=True)
    if found:
        mending = f"`limner models pull {name}` fetches what is missing or damaged."
        copying = "Copy these files again from where the folder came from."
        click.echo(f"Not whole. {copying if Path(name).is_dir() else mending}", err=True)
        sys.exit(1)
    running = settings_of(ctx).running
    device = round(memory * _GIB) if memory is not None else gpu_memory(running)
    _tell(estimate_of(directory, running, number=4 if device is None else 2), tflops)
    if device is not None and (problem := too_large(directory, running, device)):
        click.echo(problem, err=True)
        sys.exit(1)


def _tell(needs: "Estimate", tflops: float | None) -> None:
    table = Table(f"{needs.family.title}, {needs.size} px", "parameters", "on disk", box=None)
    for part, count in needs.parameters.items():
        table.add_row(part, f"{count / 1e6:,.1f} M", _shown(needs.stored[part]))
    Console().print(table)
    kind = "float32" if needs.number == 4 else "bfloat16"
    click.echo(
        f"Memory in {kind}: {_shown(needs.weights)} of weights, {_shown(needs.render)} to paint, "
        f"{_shown(needs.train)} to train a Face LoRA of {needs.lora / 1e6:.1f} M parameters."
    )
    click.echo(
        f"Work: {needs.forward / 1e12:.3g} TFLOP a step of painting without guidance, {needs.decode / 1e12:.3g} to "
        f"decode, {needs.step / 1e12:.3g} a step of training."
    )
    if tflops is not None:
        portrait, training = needs.portrait_seconds(tflops, 30), needs.training_seconds(tflops, 600)
        click.echo(f"At {tflops:g} TFLOP/s: {portrait:.1f} s a portrait of 30 steps, {training:.0f} s for 600 steps.")


def _directory(ctx: click.Context, name: str) -> Path:
    from limner.deploy.models import find_base, model_problem

    shelf = settings_of(ctx).shelf
    if problem := model_problem(name, shelf):
        raise UserMistakeError(problem)
    return find_base(name, shelf)


def _shown(size: int) -> str:
    return f"{size / _GIB:.2f} GiB" if size >= 100 << 20 else f"{size / (1 << 20):.0f} MiB"
