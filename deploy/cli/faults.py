"""The command `limner bench faults`: the true stack under a seeded plan of faults."""

from pathlib import Path

import click

from limner.deploy.errors import UserMistakeError

__all__ = ["faults"]


@click.command()
@click.option("--plan", type=click.Choice(["short", "long"]), default="short", show_default=True, help="How much.")
@click.option(
    "--engine", type=click.Choice(["null", "real"]), default="null", show_default=True, help="Null only waits."
)
@click.option("--seed", default=0, show_default=True, help="Chooses what strikes when, and what people do.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.pass_context
def faults(ctx: click.Context, plan: str, engine: str, seed: int, out: Path) -> None:
    """Kill, freeze, cut and fill everything while people are painted, and see what became of it.

    Bot, workers, engines, Valkey and database are the true ones; the platform is the tests'. Writes faults.json and the
    logs to --out. Ends with 1 when anything was lost, done twice, charged wrongly, left over or told to a log; when
    less was struck or asked for than planned; and when the work of a killed worker was not soon in hand again.
    """
    try:
        from limner.tests.load.faults import run
    except ModuleNotFoundError as error:
        message = (
            f"This bench needs limner's own tests ({error.name} is missing). Install them: pip install -e '.[dev]'."
        )
        raise UserMistakeError(message) from error
    ctx.exit(0 if run(plan, engine, seed, out).good else 1)
