"""A process that is killed at any moment leaves storage whole."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

# One process that takes updates, payments and requests, makes them as fast as it can, and says when each is through.
WORK = """
import asyncio, sys
from limner.storage import NewPortrait, open_storage

async def main(database, objects):
    async with open_storage(database, objects, bytes(range(32))) as storage:
        user = await storage.users.get_or_create("web", "1")
        set_id = await storage.photos.open_set(user.id)
        for n in range(1, 10_000):
            await storage.inbox.write("web", n, "user:1", b"{}")
            await storage.payments.credit(user.id, f"charge {n}", "pack", 2, 50, "XTR")
            request = await storage.requests.accept(user.id, set_id, "oil", 2, n)
            await storage.requests.checkpoint(request.id, b"state")
            await storage.requests.made(request.id, [NewPortrait(i, b"png", 0.5, n, "oil") for i in range(2)])
            await storage.inbox.done("web", n)
            print(request.id, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def work_and_die(place: Any, results: int) -> list[str]:
    """Start the worker, kill it after so many results, and give the ids it has acknowledged."""
    command = [sys.executable, "-c", WORK, place.url, place.objects.as_uri()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(results)]
        process.kill()
        return told + process.stdout.read().split()


@pytest.mark.parametrize("results", [1, 4, 9])
async def test_a_killed_worker_leaves_everything_whole(place: Any, results: int) -> None:
    """After SIGKILL all that was acknowledged is there, nothing is half-made, and what was begun waits."""
    told = await asyncio.to_thread(work_and_die, place, results)
    async with place.open() as storage:
        user = await storage.users.get_or_create("web", "1")
        requests = await storage.requests.of_user(user.id, limit=10_000)
        made = [request for request in requests if request.state == "made"]
        assert set(told) <= {request.id for request in made}
        for request in made:
            for portrait in await storage.portraits.of_request(request.id):
                assert await storage.portraits.read(portrait.id, user.id) == b"png"
        balance = await storage.quota.balance(user.id)
        active = await storage.requests.active(user.id)
        assert (balance.spent, balance.held) == (2 * len(made), 2 * len(active))
        assert balance.granted == 24 + 2 * len(await storage.payments.of_user(user.id))
        newest, waiting = await storage.inbox.newest("web"), await storage.inbox.pending("web")
        assert [update.update_id for update in waiting] in ([], [newest])
        assert newest is not None
        assert len(told) <= newest - len(waiting) <= len(made)
        assert len(await storage.outbox.pending("web", limit=10_000)) == len(made)
        await storage.sweep(timedelta(0))
        checkpoints = [await storage.requests.read_checkpoint(request.id) for request in active]
        assert len(place.object_files()) == 2 * len(made) + sum(data is not None for data in checkpoints)
