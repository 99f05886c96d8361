"""What the worker relies on in a painter of several seats; the small one of the tests keeps the same promises."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest

from limner.queue.child import EngineChild, Hearing, Kind, engine_command
from limner.queue.errors import EngineRefusedError
from limner.tests.fakes.base import save_tiny_base
from limner.tests.fakes.photos import three_photos
from limner.tests.fakes.shop import fake_engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Order = Callable[[int], dict[str, Any]]


@pytest.fixture(scope="module", name="base")
def _base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny_base(tmp_path_factory.mktemp("base") / "tiny"))


@pytest.fixture(params=["small", "real"])
async def painter(request: pytest.FixtureRequest, base: str) -> AsyncIterator[tuple[EngineChild, Order]]:
    """Give a painter of three seats, and what makes an order that it takes some time over."""
    commands: dict[str, Callable[[Kind], Sequence[str]]] = {"small": fake_engine, "real": engine_command}
    style = {"small": "slow", "real": "photo"}[request.param]
    child = EngineChild((*commands[request.param]("painter"), "--seats", "3"), threads=1, seats=3)
    photos = three_photos("P007")

    def order(seed: int) -> dict[str, Any]:
        told = {"photos": photos, "face_lora": None, "reference": None, "resume": None, "styles_dirs": []}
        return {**told, "style": style, "base": base, "count": 1, "seed": seed, "who": f"person {seed}"}

    yield child, order
    await child.kill()


async def test_requests_at_once_are_each_made(painter: tuple[EngineChild, Order]) -> None:
    """Three orders at once each hear of their own training, hand over a Face LoRA of their own and get a portrait."""
    child, order = painter
    learned: dict[int, bytes] = {}
    stages: dict[int, set[str]] = {seed: set() for seed in range(3)}

    async def make(seed: int) -> dict[str, Any]:
        async def hear(progress: Mapping[str, Any]) -> None:
            stages[seed].add(progress["stage"])

        async def trained(told: Mapping[str, Any]) -> None:
            learned[seed] = told["face_lora"]

        return await child.call("make", order(seed), Hearing(on_progress=hear, on_trained=trained))

    made = await asyncio.gather(*(make(seed) for seed in range(3)))
    assert [len(one["portraits"]) for one in made] == [1, 1, 1]
    assert learned.keys() == {0, 1, 2}
    assert all("train" in found for found in stages.values())


async def test_one_cancelled_leaves_the_others(painter: tuple[EngineChild, Order]) -> None:
    """A cancelled order ends at its next step, and the one beside it and one that comes later are made."""
    child, order = painter
    training = asyncio.Event()

    async def hear(progress: Mapping[str, Any]) -> None:
        if progress["stage"] == "train":
            training.set()

    cancelled = asyncio.create_task(child.call("make", order(1), Hearing(on_progress=hear)))
    beside = asyncio.create_task(child.call("make", order(2)))
    await training.wait()
    pid = child.pid
    cancelled.cancel()
    with suppress(asyncio.CancelledError):
        await cancelled
    assert len((await beside)["portraits"]) == 1
    assert len((await child.call("make", order(3)))["portraits"]) == 1
    assert child.pid == pid


async def test_a_stop_ends_every_training(painter: tuple[EngineChild, Order]) -> None:
    """When the worker is to end, each training stops with a checkpoint to go on from."""
    child, order = painter
    kept: dict[int, bytes] = {}
    begun: set[int] = set()

    async def make(seed: int) -> str:
        async def hear(progress: Mapping[str, Any]) -> None:
            begun.add(seed)
            if begun == {1, 2} and progress["stage"] == "train":
                child.stop()

        async def keep(checkpoint: bytes) -> None:
            kept[seed] = checkpoint

        with pytest.raises(EngineRefusedError) as refused:
            await child.call("make", order(seed), Hearing(on_progress=hear, on_checkpoint=keep))
        return refused.value.reason

    assert list(await asyncio.gather(make(1), make(2))) == ["stopped", "stopped"]
    assert kept.keys() == {1, 2}
