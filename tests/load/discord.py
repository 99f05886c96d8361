"""How soon the Discord bot answers a crowd: `python -m limner.tests.load.discord --asks 200 --seconds 10 --core 1`.

Three processes besides Valkey: the Discord of the tests with everybody who talks to it (this one), `limner discord` as
people start it, and a worker (`home` says what is small about it). People use /portrait, which opens a form, send the
form with three photos, and ask for quota, status and styles, each at a random moment of the time. Measured is the first
answer to each: Discord waits three seconds for it.

Ends with 1 when an interaction was not answered, or the bot did what no correct bot does.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import click

from limner.bots.account import CONSENT_VERSION
from limner.bots.discord.messages.buttons import AGREE, PHOTOS
from limner.queue.embedded import start_embedded
from limner.storage import ChatState, Storage
from limner.tests.fakes.discord import Asked, Channel, DiscordServer, Person, Upload
from limner.tests.fakes.discord_bot import settings_of
from limner.tests.load.home import STYLE, Home, ended, new_home, worker
from limner.tests.load.pictures import small
from limner.tests.load.report import heading, row, spread

PATIENCE_S = 60.0
QUICK = ("quota", "status", "styles", "portrait")
WITH_FORM = 0.25
"""Of those who use /portrait by a form, this share also sends it; each form is an interaction of its own."""
CROWD = 50
"""So many people share a server."""


@click.command()
@click.option("--asks", default=200, show_default=True, help="Interactions, forms that are sent included.")
@click.option("--seconds", default=10.0, show_default=True, help="The time in which they come.")
@click.option("--core", type=int, help="Bind the bot (and its Valkey) to this core, and everything else to the others.")
@click.option("--seed", default=0, show_default=True, help="Chooses the moments, and what people do.")
def main(asks: int, seconds: float, core: int | None, seed: int) -> None:
    """Measure the first answers."""
    sys.exit(asyncio.run(measure(asks, seconds, core, seed)))


async def measure(asks: int, seconds: float, core: int | None = None, seed: int = 0) -> int:
    """Run and print; return the exit code."""
    server, chance = DiscordServer(), random.Random(seed)
    async with server, new_home() as home, home.storage() as storage:
        people = [server.person(f"person{n}") for n in range(asks)]
        # A server takes 120 commands an hour: the crowd is spread over several.
        crowds = [people[n : n + CROWD] for n in range(0, asks, CROWD)]
        channels = [server.channel(server.guild("Crowd", members=crowd), "general") for crowd in crowds]
        await _agreed(storage, people)
        async with _bot(home, server, core), worker(home, start_embedded(home.folder)):
            moments = sorted(chance.uniform(0, seconds) for _ in people)
            began = time.monotonic()
            done = await asyncio.gather(
                *(
                    _ask(person, channels[n // CROWD], began + at, chance)
                    for n, (person, at) in enumerate(zip(people, moments, strict=True))
                )
            )
        answers = [asked for asked in done if asked.took_s is not None]
        heading(f"{len(done)} interactions in {seconds:g} s, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
        row("answered", len(answers), f"{len(done)}")
        took = sorted(asked.took_s or 0.0 for asked in answers)
        row("first answer after ms (p50 / p95 / max)", spread(took))
        row("first answer after ms, p99", f"{1000 * took[int(0.99 * (len(took) - 1))]:.0f}", "at most 1500")
        row("what no correct bot does", len(server.problems), "0")
        for problem in server.problems[:10]:
            click.echo(f"    {problem}")
        good = len(answers) == len(done) and not server.problems
        server.problems.clear()  # they are told already
    return 0 if good else 1


async def _agreed(storage: Storage, people: list[Person]) -> None:
    for person in people:
        user = await storage.users.get_or_create("discord", str(person.id), "en")
        await storage.users.record_consent(user.id, CONSENT_VERSION)
        await storage.users.set_state(user.id, ChatState("collecting"))


async def _ask(person: Person, general: Channel, at: float, chance: random.Random) -> Asked:
    """Do one thing at a moment; give the interaction that is measured."""
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    what = chance.choice(QUICK)
    if what != "portrait":
        asked = await person.invoke(what, at=general)
    elif chance.random() < WITH_FORM:
        form = await person.invoke("portrait", {"style": STYLE}, at=general)
        photos = [Upload(f"{n}.jpg", small(f"{person.id} {n}")) for n in range(3)]
        asked = await person.submit(form, {PHOTOS: photos, AGREE: [AGREE]})
    else:
        asked = await person.invoke("portrait", {"style": STYLE}, at=general)
    await asked.answered()
    return asked


@asynccontextmanager
async def _bot(home: Home, server: DiscordServer, core: int | None) -> AsyncIterator[None]:
    """Have `limner discord` running, with its commands told."""
    if core is not None and (others := os.sched_getaffinity(0) - {core}):
        os.sched_setaffinity(0, others)
    environ = home.environ_with(settings_of(server))
    with (home.folder / "discord.log").open("ab") as log:
        command = (sys.executable, "-P", "-m", "limner.deploy.cli", "discord")
        process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=log, stderr=log)
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        await server.connected(timeout_s=PATIENCE_S)
        await server.offers("portrait", PATIENCE_S)
        yield
    finally:
        await ended(process)


if __name__ == "__main__":
    main()
