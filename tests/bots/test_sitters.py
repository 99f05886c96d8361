"""Another sitter on the same account: asked about once, written down, or deleted."""

import math
import struct

import pytest

from limner.bots import replies as r
from limner.bots.events import CancelAsked, PhotosDone, SitterAgreed, SitterDenied, StyleChosen
from limner.bots.sitters import SAME_PERSON, SITTER_VERSION, mean
from limner.engine.preprocess import analyser, insight
from limner.storage.errors import NotFoundError
from limner.tests.fakes.talk import FIRST, SECOND, STYLES, Talk


async def painted(talk: Talk) -> None:
    """Have the first sitter painted, to the end."""
    await talk.make(await talk.request())


async def asked(talk: Talk) -> str:
    """Send photos of the second sitter, and be asked about them; return their set."""
    await talk.send_good_photos(embedding=SECOND)
    (question,) = await talk.say(PhotosDone())
    assert isinstance(question, r.SitterAsked)
    return question.set_id


async def test_the_first_sitter_is_not_asked_about(talk: Talk) -> None:
    """The consent text covers the first one, and the same one again."""
    await painted(talk)
    await talk.send_good_photos()
    assert r.StylesShown(STYLES) in await talk.say(PhotosDone())
    assert [one.consent_version for one in await talk.storage.sitters.of_user(talk.user.id)] == [None]


async def test_another_sitter_needs_a_yes_before_the_request(talk: Talk) -> None:
    """Neither Done nor a style leads past the question; a yes is written down with its version and goes on."""
    await painted(talk)
    set_id = await asked(talk)
    assert await talk.say(StyleChosen("oil")) == [r.SitterAsked(set_id)]
    assert not await talk.storage.requests.active(talk.user.id)
    assert r.StylesShown(STYLES) in await talk.say(SitterAgreed(set_id))
    known = await talk.storage.sitters.of_user(talk.user.id)
    assert [(one.embedding, one.consent_version) for one in known] == [(FIRST, None), (SECOND, SITTER_VERSION)]
    assert isinstance((await talk.say(StyleChosen("oil")))[0], r.RequestAccepted)


async def test_the_same_second_sitter_is_asked_about_once(talk: Talk) -> None:
    """After a yes neither of the two is asked about again, also where their request came to nothing."""
    await painted(talk)
    await talk.say(SitterAgreed(await asked(talk)))
    await talk.say(StyleChosen("oil"))
    await talk.say(CancelAsked())
    await talk.storage.photos.delete_originals((await talk.storage.requests.of_user(talk.user.id, 1))[0].set_id)
    for sitter in (SECOND, FIRST):
        await talk.send_good_photos(embedding=sitter)
        assert r.StylesShown(STYLES) in await talk.say(PhotosDone())
        await talk.storage.photos.clear_set(await talk.storage.photos.open_set(talk.user.id))


async def test_a_no_deletes_the_photos(talk: Talk) -> None:
    """The photos are gone, that is told, and nobody was written down."""
    await painted(talk)
    set_id = await asked(talk)
    assert await talk.texts(SitterDenied(set_id)) == ["sitter-gone"]
    assert await talk.photos() == []
    assert len(await talk.storage.sitters.of_user(talk.user.id)) == 1


async def test_an_old_button_answers_for_no_newer_photos(talk: Talk) -> None:
    """A yes or no that is about a former set finds nothing."""
    await painted(talk)
    former = (await talk.storage.requests.of_user(talk.user.id, 1))[0].set_id
    await talk.send_good_photos(embedding=SECOND)
    for event in (SitterAgreed(former), SitterDenied(former)):
        with pytest.raises(NotFoundError):
            await talk.say(event)


async def test_a_request_under_way_comes_first(talk: Talk) -> None:
    """While a request is under way, a yes or no is answered with that."""
    await talk.request()
    for event in (SitterAgreed("0" * 32), SitterDenied("0" * 32)):
        assert await talk.texts(event) == ["request-busy"]


def test_the_bounds_are_the_engines() -> None:
    """Another person begins where the engine says, for every analyser's embeddings."""
    assert {space.width: space.same_person for space in (analyser.SPACE, insight.SPACE)} == SAME_PERSON


def test_a_mean_is_what_the_engine_would_make() -> None:
    """Embeddings of one width have a mean, of unit length where they have; others, and none, have no part in it."""
    a, b = struct.pack("<128f", *[1.0] * 128), struct.pack("<128f", *[3.0] * 128)
    assert list(mean([b"e", a, b]) or ()) == [2.0] * 128
    unit = [struct.pack("<512f", *(float(n == at) for n in range(512))) for at in (0, 1)]
    assert math.hypot(*(mean(unit) or ())) == pytest.approx(1)
    assert mean([b"e", b""]) is None
    assert mean([]) is None
