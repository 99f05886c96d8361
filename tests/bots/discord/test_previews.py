"""The first sketch on Discord: for the person alone, wherever the portraits go."""

from typing import Any

from limner.tests.bots.discord.conftest import Stage
from limner.tests.bots.discord.test_ladder import QUARTER_S, home, shown
from limner.tests.fakes.talk import PORTRAITS, png

SKETCH = png(77, 64)


async def training(stage: Stage) -> Any:
    """Let somebody ask for portraits that are sketched and then held in their training."""
    asked = await stage.waiting(stage.ann)
    stage.worker.sketch = SKETCH
    stage.worker.paused.clear()
    return asked


async def test_a_sketch_follows_the_private_answer(stage: Stage) -> None:
    """It is there while the training goes on, for the person alone; the portraits come after it."""
    asked = await training(stage)
    stage.work()
    await stage.until(lambda: len(asked.followups) == 1, "the sketch is there")
    (sketch,) = asked.followups
    assert sketch.ephemeral
    assert "A first sketch" in sketch.content
    assert [await file.read() for file in sketch.attachments] == [SKETCH]
    stage.worker.paused.set()
    await stage.ended(await stage.user(stage.ann))
    assert [len(one.attachments) for one in asked.followups] == [1, PORTRAITS]


async def test_a_sketch_is_never_public(stage: Stage) -> None:
    """Where the server shows portraits to everybody, the sketch still is for the person alone."""
    await stage.public()
    asked = await training(stage)
    stage.work()
    await stage.until(lambda: len(asked.followups) == 1, "the sketch is there")
    assert asked.followups[0].ephemeral
    assert shown(stage) == []
    stage.worker.paused.set()
    await stage.ended(await stage.user(stage.ann))
    (result,) = shown(stage)
    assert len(result.attachments) == PORTRAITS


async def test_a_sketch_without_a_way_holds_up_nothing(stage: Stage) -> None:
    """The answer's time is over and direct messages are closed: the public portraits come all the same."""
    await stage.public()
    await training(stage)
    await stage.env.advance_time(QUARTER_S)
    stage.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    stage.worker.paused.set()
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    (result,) = shown(stage)
    assert len(result.attachments) == PORTRAITS
    assert home(stage.ann) == []


async def retried(stage: Stage) -> str:
    """Let somebody's request fail, and the operator retry it once the interaction can be answered no more."""
    await stage.waiting(stage.ann)
    user = await stage.user(stage.ann)
    (failed,) = await stage.storage.requests.active(user.id)
    await stage.storage.face_loras.save(user.id, failed.set_id, b"weights", "nano", {}, b"reference")
    await stage.storage.requests.fail(failed.id, "engine_failed")
    stage.queue.requests.clear()
    await stage.told(user)
    await stage.env.advance_time(QUARTER_S)
    return (await stage.storage.dead_letters.retry(failed.id, "nano")).id


async def test_what_the_operator_retries_is_announced(stage: Stage) -> None:
    """A direct message says so, before the portraits."""
    await retried(stage)
    await stage.told(await stage.user(stage.ann))
    assert sum("being tried again" in one.content for one in home(stage.ann)) == 1


async def test_a_word_about_a_retry_without_a_way_holds_up_nothing(stage: Stage) -> None:
    """Where direct messages are closed, the announcement is dropped and not tried for ever."""
    stage.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    request_id = await retried(stage)
    await stage.told(await stage.user(stage.ann))
    assert home(stage.ann) == []
    assert (await stage.storage.requests.get(request_id)).state == "queued"
