"""The Telegram bot, killed over and over: `python -m limner.tests.load.killed --kills 200 --seed 0`.

People send photos, singly and as albums, press Done and a style, and some press "More of the same" or send a photo
while theirs are being painted. Meanwhile the bot is ended by SIGKILL at random moments of its life, its start included,
and started again at once. In the end everybody finishes, and what storage and the chats hold is compared with what they
did: `audit` says how.

The bot is `limner telegram` with SQLite and the embedded Valkey, forked from a process that has imported everything
(`forks`), since a start would take longer than most lives here. The worker lives on (`home`).

Ends with 1 when a photo or a press was lost or took effect twice, somebody waited in vain, or a message came twice
without a kill right behind the first time, or a message came that nobody asked for.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence

import click

from limner.queue.embedded import start_embedded
from limner.tests.fakes.telegram import TelegramServer
from limner.tests.load.audit import Effects, effects_of, is_quiet, messages_of, other_words
from limner.tests.load.forks import Forks, forks
from limner.tests.load.home import came, let_agree, new_home, worker
from limner.tests.load.lives import Lives, print_failures, print_messages
from limner.tests.load.person import Sitter
from limner.tests.load.report import heading, row, spread
from limner.tests.load.watched import WatchedUpdates

FIRST_LIFE_S = 0.02
QUIET_S = 120.0
"""How long everything may take to be handled and told, after everybody has what they waited for."""


@click.command()
@click.option("--kills", default=200, show_default=True, help="How often the bot is killed.")
@click.option("--people", default=8, show_default=True, help="How many people talk to it.")
@click.option("--longest", default=3.0, show_default=True, help="Seconds of the longest life.")
@click.option("--patience", default=180.0, show_default=True, help="Seconds that a person waits for one answer.")
@click.option("--seed", default=0, show_default=True, help="Chooses the moments, and what people do.")
def main(kills: int, people: int, longest: float, patience: float, seed: int) -> None:
    """Kill the bot over and over, and see what became of everything."""
    sys.exit(asyncio.run(endure(kills, people, longest, patience, seed)))


async def endure(kills: int, people: int, longest_s: float, patience_s: float, seed: int) -> int:
    """Run and print; return the exit code."""
    updates, began = WatchedUpdates(), time.monotonic()
    server = TelegramServer(strict_rates=True)
    server.world.updates = updates
    async with server, new_home() as home, home.storage() as storage:
        sitters = [
            Sitter(server.person(200_000 + n), updates, random.Random(f"{seed} {n}"), patience_s) for n in range(people)
        ]
        await let_agree(storage, [sitter.chat_id for sitter in sitters])
        async with worker(home, start_embedded(home.folder)), forks(home, home.environ(server), "telegram") as bots:
            lives = await _lives(server, bots, sitters, kills, longest_s, seed)
            quiet = await came(lambda: is_quiet(storage), QUIET_S)
            lives.ended_by_itself += not await bots.kill()
        effects = await effects_of(storage, sitters)
        heading(f"{kills} kills in {time.monotonic() - began:.0f} s, {people} people, seed {seed}")
        good = _print_effects(sitters, effects) & _print_messages(server, sitters, lives.kills)
        good &= _print_lives(server, lives)
        print_failures((home.folder / "telegram.log").read_text("utf-8"))
        row("in the end nothing is left to do", "yes" if quiet else "no", "yes")
        server.problems.clear()  # they are told already
    return 0 if good and quiet else 1


async def _lives(
    server: TelegramServer, bots: Forks, sitters: Sequence[Sitter], kills: int, longest_s: float, seed: int
) -> Lives:
    """Let people talk while the bot dies and lives again; then let them finish, with the last bot alive."""
    lives, over, chance = Lives(), asyncio.Event(), random.Random(seed)
    talking = [asyncio.create_task(sitter.live(over)) for sitter in sitters]
    for _ in range(kills):
        calls_before = len(server.calls)
        lives.starts.append(time.monotonic())
        await bots.start()
        await asyncio.sleep(chance.uniform(FIRST_LIFE_S, longest_s))
        lives.ended_by_itself += not await bots.kill()
        lives.kills.append(time.monotonic())
        asked = (call.at for call in server.calls[calls_before:] if call.method == "getUpdates")
        lives.note_heard(next(asked, None))
    await bots.start()
    over.set()
    await asyncio.gather(*talking)
    return lives


def _print_effects(sitters: Sequence[Sitter], effects: Effects) -> bool:
    photos = sum(len(sent) for sitter in sitters for sent in sitter.sets)
    asked = sum(len(sitter.asked) for sitter in sitters)
    in_vain = [sitter.in_vain for sitter in sitters if sitter.in_vain]
    row("photos sent / in their sets", f"{photos} / {effects.photos}", "equal")
    row("presses that ask for portraits / requests", f"{asked} / {effects.requests}", "equal")
    row("presses of every kind", sum(sitter.presses for sitter in sitters))
    row("portraits made", effects.portraits, f"{8 * asked}")
    row("effects that are lost, doubled or charged wrongly", len(effects.wrong), "0")
    row("people who waited in vain", len(in_vain), "0")
    for sentence in [*effects.wrong[:20], *in_vain]:
        click.echo(f"    {sentence}")
    return not effects.wrong and not in_vain


def _print_messages(server: TelegramServer, sitters: Sequence[Sitter], kills: Sequence[float]) -> bool:
    all_came = print_messages(messages_of(server, sitters, kills))
    others = other_words(server)
    for words, count in others.most_common(10):
        click.echo(f"    {count} times what nobody asked for: {words!r}")
    return not others and all_came


def _print_lives(server: TelegramServer, lives: Lives) -> bool:
    heading("Lives")
    row("from start to the first poll, ms (p50 / p95 / max)", spread(lives.heard_after_s))
    row("lives that were killed before that", len(lives.kills) - len(lives.heard_after_s))
    row("lives that ended by themselves", lives.ended_by_itself, "0")
    row("presses that were never answered (a clock on the button)", len(server.unanswered))
    row("calls refused as too many (429)", sum(call.status == 429 for call in server.calls))
    row("what no correct bot does", len(server.problems), "0")
    for problem in server.problems[:10]:
        click.echo(f"    {problem}")
    return not lives.ended_by_itself and not server.problems


if __name__ == "__main__":
    main()
