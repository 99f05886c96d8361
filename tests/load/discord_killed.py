"""The Discord bot and the worker, killed over and over: `python -m limner.tests.load.discord_killed --kills 50`.

An avatar event is held in a server: members take part by its form, and some show theirs or take it back. Single people
use /portrait, with photos or by its form, and everybody presses "More of the same" or sends new photos when theirs are
there. Meanwhile the bot or the worker, whichever chance says, is ended by SIGKILL at random moments, its start
included, and started again at once. In the end everybody finishes, the event ends with its poster, and what storage and
the server hold is compared with what people did: `discord_audit` says how.

The bot is `limner discord` with SQLite and the embedded Valkey, and the worker is the real one with an engine that only
waits (`paced`); both are forked from processes that have imported everything (`forks`). An interaction that comes while
no bot hears is lost at Discord: its person reads that it failed and does it again (`guest`).

Ends with 1 when an accepted request did not end exactly once, an account is wrong, somebody waited in vain, a picture
is seen by somebody else, or a message came twice without a kill right behind the first time.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence

import click

from limner.queue.embedded import start_embedded
from limner.tests.fakes.discord import DiscordServer
from limner.tests.fakes.discord_bot import settings_of
from limner.tests.load.audit import is_quiet
from limner.tests.load.discord_audit import (
    Effects,
    effects_of,
    in_gallery,
    messages_of,
    seen_by_others,
    unanswered,
)
from limner.tests.load.forks import Forks, forks
from limner.tests.load.guest import Guest
from limner.tests.load.hall import Hall, hall_of
from limner.tests.load.home import came, new_home
from limner.tests.load.lives import print_failures, print_messages
from limner.tests.load.report import heading, row, spread

FIRST_LIFE_S = 0.02
START_S = 60.0
COMMANDS_TOLD = "PUT /applications/{application_id}/commands"
FINISHING = 0.8
"""After this share of the kills nobody begins anything new, so that the event's end has its share of them too."""

QUIET_S = 120.0
"""How long everything may take to be handled and told, after everybody has what they waited for."""


@click.command()
@click.option("--kills", default=50, show_default=True, help="How often the bot or the worker is killed.")
@click.option("--members", type=click.IntRange(2), default=12, show_default=True, help="How many people take part.")
@click.option("--singles", default=6, show_default=True, help="How many people come by themselves.")
@click.option("--scale", default=1000.0, show_default=True, help="How many times as fast as on two cores it goes.")
@click.option("--longest", default=3.0, show_default=True, help="Seconds of the longest time between two kills.")
@click.option("--patience", default=180.0, show_default=True, help="Seconds that a person waits for one thing.")
@click.option("--seed", default=0, show_default=True, help="Chooses the moments, and what people do.")
def main(kills: int, members: int, singles: int, scale: float, longest: float, patience: float, seed: int) -> None:
    """Kill the bot and the worker over and over, and see what became of everything."""
    sys.exit(asyncio.run(endure(kills, members, singles, scale, longest, patience, seed)))


async def endure(
    kills: int, members: int, singles: int, scale: float, longest_s: float, patience_s: float, seed: int
) -> int:
    """Run and print; return the exit code."""
    server, began = DiscordServer(strict_rates=True), time.monotonic()
    async with server, new_home() as home, home.storage() as storage:
        hall = hall_of(server, members, singles, patience_s, seed)
        environ, url = home.environ_with(settings_of(server)), await asyncio.to_thread(start_embedded, home.folder)
        working = forks(home, environ, "worker", url, str(home.folder), str(scale))
        async with working as workers, forks(home, environ, "discord") as bots:
            await workers.start()
            await _live(hall, bots, workers, kills, longest_s, seed)
            quiet = await came(lambda: is_quiet(storage, "discord"), QUIET_S)
            hall.lives.ended_by_itself += (not await bots.kill()) + (not await workers.kill())
        effects = await effects_of(storage, hall)
        what = f"{len(hall.lives.kills)} kills of the bot and {hall.worker_kills} of the worker"
        heading(f"{what} in {time.monotonic() - began:.0f} s, {members} members, {singles} single people, seed {seed}")
        good = _print_effects(hall, effects) & _print_places(hall, effects)
        good &= print_messages(messages_of(hall, effects))
        good &= _print_lives(hall)
        print_failures((home.folder / "discord.log").read_text("utf-8"))
        row("in the end nothing is left to do", "yes" if quiet else "no", "yes")
        server.problems.clear()  # they are told already
    return 0 if good and quiet else 1


async def _live(hall: Hall, bots: Forks, workers: Forks, kills: int, longest_s: float, seed: int) -> None:
    """Let everybody live while bot and worker die and live again; then let them finish."""
    over, chance = asyncio.Event(), random.Random(seed)
    hall.lives.starts.append(time.monotonic())
    await bots.start()
    await hall.server.connected(timeout_s=START_S)
    await hall.server.offers("portrait", START_S)
    evening = asyncio.create_task(hall.evening(over))
    for number in range(kills):
        if number >= FINISHING * kills:
            over.set()
        await asyncio.sleep(chance.uniform(FIRST_LIFE_S, longest_s))
        if chance.random() < 0.5:
            await _kill_bot(hall, bots)
        else:
            hall.lives.ended_by_itself += not await workers.kill()
            hall.worker_kills += 1
            await workers.start()
    over.set()
    await evening


async def _kill_bot(hall: Hall, bots: Forks) -> None:
    lives = hall.lives
    lives.ended_by_itself += not await bots.kill()
    lives.kills.append(time.monotonic())
    asked = (call.at for call in hall.server.calls if call.route == COMMANDS_TOLD and call.at > lives.starts[-1])
    lives.note_heard(next(asked, None))
    lives.starts.append(time.monotonic())
    await bots.start()


def _print_effects(hall: Hall, effects: Effects) -> bool:
    everybody = [hall.host, *hall.guests]
    in_vain = [guest.in_vain for guest in everybody if guest.in_vain]
    silent = unanswered(everybody)
    made = sum(request.state == "made" for request in effects.requests)
    row("what people did / what failed and was done again", f"{_done(everybody)} / {_repeated(everybody)}")
    row("requests / made / failed after three workers", f"{len(effects.requests)} / {made} / {effects.failed}")
    row("portraits made", effects.portraits)
    row("effects that are lost, doubled or charged wrongly", len(effects.wrong), "0")
    row("what was acknowledged and has no answer", len(silent), "0")
    row("people who waited in vain", len(in_vain), "0")
    _list(*effects.wrong[:20], *silent[:20], *in_vain)
    return not effects.wrong and not silent and not in_vain


def _print_places(hall: Hall, effects: Effects) -> bool:
    seen, gallery = seen_by_others(hall, effects), in_gallery(hall)
    row("pictures that stand somewhere", effects.pictures)
    row("pictures that others see without a wish", len(seen), "0")
    row("people whose place in the gallery is wrong", len(gallery), "0")
    row("entries left in the server's list of events", len(hall.listed), "0")
    _list(*seen[:20], *gallery[:20])
    return not seen and not gallery and not hall.listed


def _print_lives(hall: Hall) -> bool:
    lives, problems = hall.lives, hall.server.problems
    heading("Lives")
    row("from start to telling its commands, ms (p50 / p95 / max)", spread(lives.heard_after_s))
    row("lives that were killed before that", len(lives.kills) - len(lives.heard_after_s))
    row("lives that ended by themselves", lives.ended_by_itself, "0")
    row("calls refused as too many (429)", sum(call.status == 429 for call in hall.server.calls))
    row("what no correct bot does", len(problems), "0")
    _list(*problems[:10])
    return not lives.ended_by_itself and not problems


def _done(guests: Sequence[Guest]) -> int:
    return sum(len(guest.asked) for guest in guests)


def _repeated(guests: Sequence[Guest]) -> int:
    return sum(guest.repeated for guest in guests)


def _list(*sentences: str) -> None:
    for sentence in sentences:
        click.echo(f"    {sentence}")


if __name__ == "__main__":
    main()
