"""One try at a request, looked at closely: what is told, and what is written when."""

from collections.abc import AsyncIterator

import pytest

from limner.queue.child import EngineChild
from limner.queue.client import enqueue_portraits
from limner.queue.connection import PAINT_QUEUE, job_id
from limner.queue.errors import EngineRefusedError, LeaseLostError
from limner.queue.lease import lease_key, take
from limner.queue.messages import MakePortraits, Progressed
from limner.queue.painting import PROGRESS_EVERY_S, Throttle, paint
from limner.queue.studio import Studio
from limner.storage import Request, User
from limner.tests.fakes.shop import Shop, fake_engine


@pytest.fixture
async def studio(shop: Shop) -> AsyncIterator[Studio]:
    """Give what a job works with."""
    examiner, painter = EngineChild(fake_engine("examiner")), EngineChild(fake_engine("painter"))
    yield Studio(shop.storage, shop.redis, examiner, painter, "nano", ())
    await examiner.kill()
    await painter.kill()


def progress(done: int, total: int = 10, stage: str = "train") -> Progressed:
    """Make a piece of progress."""
    return Progressed("user", "request", stage, done, total, None)


def test_progress_is_thinned_to_four_a_second() -> None:
    """Of progress that comes faster, four a second go out, and always the first and the last of each stage."""
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    assert throttle.lets(progress(1))
    assert not throttle.lets(progress(2))
    now[0] += PROGRESS_EVERY_S
    assert throttle.lets(progress(3))
    assert not throttle.lets(progress(4))
    assert throttle.lets(progress(10))
    assert throttle.lets(progress(1, stage="render"))
    assert not throttle.lets(progress(2, stage="render"))
    assert throttle.lets(progress(10, stage="render"))


async def test_a_try_whose_lease_is_lost_writes_nothing(shop: Shop, studio: Studio) -> None:
    """A painter that answers after another worker took the job: no Face LoRA, no portraits, the photos untouched."""
    user = await shop.sitter()
    request = await shop.accept(user, "quick")
    command = MakePortraits(request.id, user.id, 0)
    await enqueue_portraits(shop.redis, command)
    job = job_id(request.id, 0)
    lease = await take(shop.redis, PAINT_QUEUE, job)
    assert lease is not None
    await shop.redis.set(lease_key(job), "another worker's")
    with pytest.raises(LeaseLostError):
        await paint(studio, command, lease)
    assert await shop.storage.face_loras.for_set(request.set_id, "nano") is None
    assert (await shop.storage.requests.get(request.id)).state == "running"
    assert {photo.state for photo in await shop.storage.photos.of_set(request.set_id)} == {"accepted"}


async def test_a_stale_try_does_nothing(shop: Shop, studio: Studio) -> None:
    """A try that comes after a later one has begun leaves it alone."""
    user = await shop.sitter()
    request = await shop.accept(user, "quick")
    await shop.storage.requests.start(request.id, 1)
    await enqueue_portraits(shop.redis, MakePortraits(request.id, user.id, 0))
    lease = await take(shop.redis, PAINT_QUEUE, job_id(request.id, 0))
    assert lease is not None
    await paint(studio, MakePortraits(request.id, user.id, 0), lease)
    assert (await shop.storage.requests.get(request.id)).state == "running"
    assert studio.painter.pid is None


async def test_a_set_without_photos_is_the_engines_to_judge(shop: Shop, studio: Studio) -> None:
    """A request whose photos were all removed while it waited ends in the engine's `too_few_photos`."""
    user = await shop.sitter()
    request = await shop.accept(user, "quick")
    await enqueue_portraits(shop.redis, MakePortraits(request.id, user.id, 0))
    await shop.storage.photos.clear_set(request.set_id)
    lease = await take(shop.redis, PAINT_QUEUE, job_id(request.id, 0))
    assert lease is not None
    with pytest.raises(EngineRefusedError) as refused:
        await paint(studio, MakePortraits(request.id, user.id, 0), lease)
    assert refused.value.reason == "too_few_photos"


async def test_photos_that_outlived_their_training_go(shop: Shop, studio: Studio) -> None:
    """A worker that died between the Face LoRA and the deletion of the photos: the next try deletes them."""
    user = await shop.sitter()
    request = await shop.accept(user, "blocked")
    await shop.storage.face_loras.save(user.id, request.set_id, b"Face LoRA", "nano", {}, b"reference")
    await shop.storage.requests.checkpoint(request.id, b"2")
    command = MakePortraits(request.id, user.id, 0)
    await enqueue_portraits(shop.redis, command)
    lease = await take(shop.redis, PAINT_QUEUE, job_id(request.id, 0))
    assert lease is not None
    await paint(studio, command, lease)
    assert (await shop.storage.requests.get(request.id)).state == "made"
    assert {photo.state for photo in await shop.storage.photos.of_set(request.set_id)} == {"deleted"}


async def painted(shop: Shop, studio: Studio, user: User, template: bytes) -> Request:
    """Have a request with a template painted, and return it as it is then."""
    set_id = (await shop.accept(user, "quick")).set_id
    await shop.storage.templates.keep(user.id, template)
    request = await shop.storage.requests.accept(user.id, set_id, "quick", 2, 7, templated=True)
    command = MakePortraits(request.id, user.id, 0)
    await enqueue_portraits(shop.redis, command)
    lease = await take(shop.redis, PAINT_QUEUE, job_id(request.id, 0))
    assert lease is not None
    await paint(studio, command, lease)
    return await shop.storage.requests.get(request.id)


async def test_the_sitter_takes_the_largest_face_of_a_template(shop: Shop, studio: Studio) -> None:
    """The painter gets the template and the number of the face that the examiner calls the largest."""
    user = await shop.sitter()
    request = await painted(shop, studio, user, b"face face")
    portraits = await shop.storage.portraits.of_request(request.id)
    pngs = [await shop.storage.portraits.read(one.id, user.id) for one in portraits]
    assert pngs == [f"portrait {n} in quick at [2] of face face".encode() for n in range(2)]


async def test_a_template_without_a_face_ends_before_the_training(shop: Shop, studio: Studio) -> None:
    """The examiner's reason is the request's, and no painter was started for it."""
    user = await shop.sitter()
    with pytest.raises(EngineRefusedError) as refused:
        await painted(shop, studio, user, b"a landscape")
    assert refused.value.reason == "template_no_face"
    assert studio.painter.pid is None
