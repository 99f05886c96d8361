"""Templates on Discord: an option of /portrait, painted into by the request that it came with and by no other."""

from limner.storage import NewPortrait
from limner.tests.bots.discord.conftest import Stage
from limner.tests.fakes.talk import png

TEMPLATE = ("poster.png", png(90))


async def test_selfies_and_a_template_are_one_request(stage: Stage) -> None:
    """After consent and good photos the request has the template, which is no photo of the set."""
    stage.work()
    files = {f"selfie{n}": file for n, file in enumerate(stage.selfies(3), 1)}
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", template=TEMPLATE, **files)
    await stage.ann.click(sent.response, label="I agree")
    user = await stage.user(stage.ann)
    (request,) = await stage.ended(user)
    assert (request.templated, request.state) == (True, "made")
    assert not await stage.storage.templates.waits(user.id)


async def test_a_known_face_needs_the_template_alone(stage: Stage) -> None:
    """No form is opened, and the request under way has the picture."""
    user = await stage.learned(stage.ann)
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", template=TEMPLATE)
    assert sent.modal is None
    (request,) = await stage.storage.requests.active(user.id)
    assert await stage.storage.requests.read_template(request.id, user.id) == TEMPLATE[1]


async def test_photos_come_first(stage: Stage) -> None:
    """Without photos no form is opened, which would lose the picture; what comes first is said, and nothing is kept."""
    user = await stage.agreed(stage.ann)
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", template=TEMPLATE)
    assert sent.modal is None
    assert "Photos of yourself come first" in sent.response.content
    assert not await stage.storage.templates.waits(user.id)


async def test_a_template_does_not_wait_for_another_wish(stage: Stage) -> None:
    """Where the quota is short it is deleted: the next /portrait without one is an ordinary request."""
    user = await stage.learned(stage.ann)
    set_id = (await stage.storage.users.get_state(user.id)).set_id
    assert set_id is not None
    left = (await stage.storage.quota.balance(user.id)).available
    held = await stage.storage.requests.accept(user.id, set_id, "oil", left, 7)
    await stage.storage.requests.made(held.id, [NewPortrait(n, png(n), 0.5, n, "oil") for n in range(left)])
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", template=TEMPLATE)
    assert await stage.storage.requests.active(user.id) == []
    assert "on it" not in sent.response.content
    assert not await stage.storage.templates.waits(user.id)


async def test_too_few_photos_ask_for_the_template_again(stage: Stage) -> None:
    """No button leads to the form that takes photos alone; the words say that the picture is sent again."""
    await stage.agreed(stage.ann)
    stage.work()
    files = {f"selfie{n}": file for n, file in enumerate(stage.selfies(2), 1)}
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", template=TEMPLATE, **files)
    shown = await stage.shows(sent, "send this picture again")
    assert not shown.components
