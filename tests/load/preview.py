"""How long somebody waits for the first sketch: `python -m limner.tests.load.preview --runs 3`.

Each run is a fresh `limner up` with nano as it ships, and somebody at its page who sends three photos, one after the
other, and chooses a style as soon as that is possible. The clock runs from the moment the last photo is sent to the
moment the sketch is there; the painter has never painted before. The processor's seconds, of all of limner's processes
in that time, say what it would be on a machine that does nothing else.
"""

import asyncio
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import click
import psutil

from limner.bots.account import CONSENT_VERSION
from limner.engine.bases import NANO
from limner.tests.fakes.photos import three_photos
from limner.tests.journey.test_whole import limner_up
from limner.tests.load.report import row

GOAL_S = 12.0
PATIENCE_S = 120.0
LOOK_S = 0.25


class Visitor:
    """Somebody at the page, without a browser."""

    def __init__(self, client: aiohttp.ClientSession) -> None:
        self._client = client
        self._token = ""

    async def state(self) -> Any:
        """Look at the page's state."""
        async with self._client.get("/api/state") as response:
            response.raise_for_status()
            state = await response.json()
        self._token = state["token"]
        return state

    async def say(self, event: str, **fields: str) -> None:
        """Press a button."""
        body = {"event": event, **fields}
        async with self._client.post("/api/say", json=body, headers={"X-CSRF-Token": self._token}) as response:
            response.raise_for_status()

    async def send(self, photo: bytes) -> None:
        """Drop a photo in."""
        form = aiohttp.FormData()
        form.add_field("photo", photo, filename="selfie.jpg", content_type="image/jpeg")
        async with self._client.post("/api/photos", data=form, headers={"X-CSRF-Token": self._token}) as response:
            response.raise_for_status()

    async def until(self, reached: str) -> Any:
        """Look until something is there: `ready`, that the photos are good, or `preview`."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                state = await self.state()
                if reached == "ready" and state["count"]["ready"]:
                    return True
                if reached == "preview" and state["active"] and state["active"]["preview"]:
                    return state["active"]["preview"]
                await asyncio.sleep(LOOK_S)

    async def picture(self, address: str) -> bytes:
        """Fetch a picture."""
        async with self._client.get(address) as response:
            response.raise_for_status()
            return await response.read()


def worked(process: psutil.Process) -> float:
    """Give the processor's seconds of a process and all below it."""
    spent = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            spent += sum(one.cpu_times()[:2])
    return spent


async def measure(sitter: str, style: str, apart: float, out: Path | None) -> tuple[float, float]:
    """Let one person come; return the seconds from the last photo to the sketch, and those of the processor."""
    with tempfile.TemporaryDirectory() as home:
        cookies = aiohttp.CookieJar(unsafe=True)  # from an address without a name
        async with (
            limner_up(Path(home), NANO) as running,
            aiohttp.ClientSession(running.address, cookie_jar=cookies) as client,
        ):
            visitor = Visitor(client)
            async with client.get("/") as page:
                page.raise_for_status()
            await visitor.state()
            await visitor.say("consent-given", version=CONSENT_VERSION)
            *others, last = three_photos(sitter)
            for photo in others:
                await visitor.send(photo)
                await asyncio.sleep(apart)
            began, before = time.monotonic(), worked(running.process)
            await visitor.send(last)
            await visitor.until("ready")
            await visitor.say("photos-done")
            await visitor.say("style-chosen", style=style)
            sketch = await visitor.picture(await visitor.until("preview"))
            seconds, spent = time.monotonic() - began, worked(running.process) - before
            if out is not None:
                (out / f"{sitter}-{style}.png").write_bytes(sketch)
            await visitor.say("cancel-asked")
    return seconds, spent


@click.command()
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1, 100))
@click.option("--style", default="oil", show_default=True)
@click.option("--sitter", default="P007", show_default=True)
@click.option("--apart", default=4.0, show_default=True, help="Seconds between two photos.")
@click.option("--out", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where the sketches go.")
def main(runs: int, style: str, sitter: str, apart: float, out: Path | None) -> None:
    """Measure, run by run."""
    taken = [asyncio.run(measure(sitter, style, apart, out)) for _ in range(runs)]
    for number, (seconds, spent) in enumerate(taken, 1):
        row(f"run {number}: from the last photo to the sketch, s", f"{seconds:.1f}")
        row("of the processor, s", f"{spent:.1f}")
    row("median, s", f"{statistics.median(seconds for seconds, _ in taken):.1f}", f"{GOAL_S:.0f}")


if __name__ == "__main__":
    main()
