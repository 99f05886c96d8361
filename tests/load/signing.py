"""What a signature adds to a portrait of 512 px: `python -m limner.tests.load.signing`, bytes and milliseconds.

With a chain of two certificates and an ES256 key, and without a time stamp authority, whose answer takes as long as
the way to it. `--portrait FILE` takes a portrait of yours; without it one of noise is signed, the largest PNG that
512 px can be.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np

from limner.engine.copies import copy_portrait
from limner.engine.fuse.marks import portrait_png
from limner.engine.signing import signing_with
from limner.tests.fakes.certificates import make_authority, make_credentials

NO_LIMIT = 10**9


@click.command()
@click.option("--portrait", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A PNG to sign.")
@click.option("--runs", default=50, show_default=True, type=click.IntRange(2))
def main(portrait: Path | None, runs: int) -> None:
    """Sign a portrait and a copy of it, over and over."""
    noise = np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)
    png = portrait.read_bytes() if portrait else portrait_png(noise, {"Seed": 1})
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        sign = signing_with(make_credentials(Path(folder), make_authority()))
        click.echo(f"library, key and trial signature, once: {1000 * (time.perf_counter() - begun):.0f} ms")
    signed = sign(png)
    copy = copy_portrait(signed, max_bytes=NO_LIMIT, square=False)
    _tell("portrait", png, runs, lambda: sign(png))
    _tell("copy (JPEG)", copy, runs, lambda: sign(copy, signed))


def _tell(what: str, before: bytes, runs: int, signed: Callable[[], bytes]) -> None:
    taken = []
    added = 0
    for _ in range(runs):
        begun = time.perf_counter()
        added = len(signed()) - len(before)
        taken.append(1000 * (time.perf_counter() - begun))
    median, late = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    click.echo(f"{what} of {len(before)} bytes: {added} bytes more, {median:.1f} ms (median), {late:.1f} ms (95%)")


if __name__ == "__main__":
    main()
