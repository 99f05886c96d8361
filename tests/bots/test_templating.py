"""Templates in the conversation: kept, taken over by the next style, dropped, and not kept where photos are missing."""

from limner.bots import replies as r
from limner.bots.events import AgainAsked, CancelAsked, PhotosDone, StyleChosen, TemplateReceived
from limner.bots.requesting import MOST_TEMPLATED
from limner.storage import Request
from limner.tests.fakes.talk import PORTRAITS, STYLES, Talk

PICTURE = b"a picture of somebody else"


async def accepted(talk: Talk, style: str = "oil") -> Request:
    """Choose a style, and return the request that it begins."""
    (reply,) = await talk.say(StyleChosen(style))
    assert isinstance(reply, r.RequestAccepted)
    return reply.request


async def test_a_template_leads_to_the_styles_and_the_next_one_takes_it(talk: Talk) -> None:
    """With good photos a template is kept and the styles are shown; the next request has it, and none after."""
    await talk.agree()
    await talk.send_good_photos()
    replies = await talk.say(TemplateReceived(PICTURE))
    assert replies == [r.Said("template-kept", {"count": min(MOST_TEMPLATED, PORTRAITS)}), r.StylesShown(STYLES)]
    assert await talk.state() == "choosing"
    request = await accepted(talk)
    assert request.templated
    assert request.count <= MOST_TEMPLATED
    assert await talk.storage.requests.read_template(request.id, talk.user.id) == PICTURE
    await talk.make(request)
    assert not (await accepted(talk, "pencil")).templated


async def test_a_known_face_needs_no_new_photos(talk: Talk) -> None:
    """After portraits a template is enough: its request is of the set that was learned already."""
    first = await talk.request("oil")
    await talk.make(first)
    assert await talk.texts(TemplateReceived(PICTURE)) == ["template-kept"]
    request = await accepted(talk)
    assert (request.templated, request.set_id) == (True, first.set_id)


async def test_a_photo_that_is_meant_as_a_template_leaves_the_set(talk: Talk) -> None:
    """A picture that came as a photo first, and is being looked at still, is a template then and nothing else."""
    await talk.agree()
    good = await talk.send_good_photos()
    await talk.send_photo(PICTURE)
    assert await talk.texts(TemplateReceived(PICTURE)) == ["template-kept"]
    assert [photo.id for photo in await talk.photos() if photo.state != "deleted"] == good


async def test_a_photo_of_oneself_may_be_the_template(talk: Talk) -> None:
    """A good photo of a set that is whole stays in it; one of a set that has only just begun leaves it."""
    await talk.agree()
    await talk.send_good_photos(2)
    await talk.accept(await talk.send_photo(PICTURE))
    assert await talk.texts(TemplateReceived(PICTURE)) == ["template-kept"]
    await talk.make(await accepted(talk))
    await talk.accept(await talk.send_photo(b"another"))
    assert await talk.texts(TemplateReceived(b"another")) == ["template-kept"], "the face is known"
    assert [photo for photo in await talk.photos() if photo.state != "deleted"] == []


async def test_photos_come_first(talk: Talk) -> None:
    """Without enough good photos a template is not kept, and the person is told what comes first."""
    await talk.agree()
    await talk.send_good_photos(2)
    assert await talk.texts(TemplateReceived(PICTURE)) == ["template-photos-first"]
    assert not await talk.storage.templates.waits(talk.user.id)


async def test_nothing_is_kept_before_consent(talk: Talk) -> None:
    """A template before consent is answered with the consent text."""
    assert await talk.texts(TemplateReceived(PICTURE)) == ["consent-first"]
    assert not await talk.storage.templates.waits(talk.user.id)


async def test_one_request_at_a_time(talk: Talk) -> None:
    """While portraits are painted a template is not kept."""
    await talk.request("oil")
    assert await talk.texts(TemplateReceived(PICTURE)) == ["request-busy"]
    assert not await talk.storage.templates.waits(talk.user.id)


async def test_what_is_no_file_to_keep_is_refused(talk: Talk) -> None:
    """An empty file and one above the photos' limit are refused with their reason."""
    await talk.agree()
    await talk.send_good_photos()
    large = bytes(talk.conversation.tools.limits.photo_bytes + 1)
    for data, reason in ((b"", "empty"), (large, "too_large")):
        assert await talk.say(TemplateReceived(data, "x.png")) == [r.PhotoRefused(reason, None, "x.png")]
    assert not await talk.storage.templates.waits(talk.user.id)


async def test_cancelling_drops_a_template_that_waits(talk: Talk) -> None:
    """Where nothing is painted, cancelling deletes the template; the next request is an ordinary one."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(PhotosDone())
    await talk.say(TemplateReceived(PICTURE))
    assert await talk.texts(CancelAsked()) == ["template-dropped"]
    assert await talk.texts(CancelAsked()) == ["request-none"]
    assert not (await accepted(talk)).templated


async def test_more_of_the_same_needs_the_template_again(talk: Talk) -> None:
    """The template is deleted with the end of its request, so that more of it is asked for with the picture again."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(TemplateReceived(PICTURE))
    request = await accepted(talk)
    await talk.make(request)
    assert await talk.texts(AgainAsked()) == ["template-again"]
    assert await talk.texts(AgainAsked(request.id)) == ["template-again"]


async def test_a_press_that_comes_again_takes_no_other_template(talk: Talk) -> None:
    """The same key gives the first request, though another template waits by then."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(TemplateReceived(PICTURE))
    first = await talk.say(StyleChosen("oil", "press"))
    await talk.storage.templates.keep(talk.user.id, b"another")
    assert await talk.say(StyleChosen("oil", "press")) == first
    assert await talk.storage.templates.waits(talk.user.id)
