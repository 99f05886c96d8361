"""The first sketch of a request in the conversation: shown while the portraits are made, and never after."""

from limner.bots import replies as r
from limner.bots.events import AgainAsked, PreviewDrawn
from limner.tests.bots.test_conversation import overview
from limner.tests.fakes.talk import Talk, png


async def test_a_first_sketch_is_shown_with_the_time_to_wait(talk: Talk) -> None:
    """While the portraits are made, a sketch is shown, and about how long they take where that is known."""
    request = await talk.request()
    assert not (await overview(talk)).preview
    await talk.storage.requests.start(request.id, 0)
    await talk.storage.requests.preview(request.id, png(9))
    (shown,) = await talk.say(PreviewDrawn(request.id))
    assert shown == r.PreviewReady(await talk.active(), None)
    assert (await overview(talk)).preview
    await talk.make(request)
    await talk.say(AgainAsked())
    second = await talk.active()
    (shown,) = await talk.say(PreviewDrawn(second.id))
    assert isinstance(shown, r.PreviewReady)
    assert shown.wait_s is not None


async def test_a_sketch_that_comes_late_is_not_shown(talk: Talk) -> None:
    """Once the portraits are there, or the request was taken back, or is somebody else's, nobody is shown a sketch."""
    request = await talk.request()
    stranger = await talk.storage.users.get_or_create("test", "another")
    assert await talk.conversation.handle(stranger, PreviewDrawn(request.id)) == []
    await talk.make(request)
    assert await talk.conversation.handle(talk.user, PreviewDrawn(request.id)) == []
    assert await talk.conversation.handle(talk.user, PreviewDrawn("0" * 32)) == []
