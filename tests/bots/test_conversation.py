"""The conversation as scripts: what is said, and what must be answered."""

from datetime import UTC, datetime

import pytest

from limner.bots import replies as r
from limner.bots.account import CONSENT_VERSION
from limner.bots.conversation import ANYWHERE, STATES, TABLE, Conversation
from limner.bots.events import (
    AgainAsked,
    CancelAsked,
    ConsentGiven,
    Event,
    ForgetAsked,
    ForgetConfirmed,
    LanguageChosen,
    PhotoExamined,
    PhotoReceived,
    PhotoRemoved,
    PhotosCleared,
    PhotosDone,
    PhotosMoreAsked,
    QuotaAsked,
    RequestFinished,
    RequestRetried,
    Started,
    StatusAsked,
    StyleChosen,
    StylesAsked,
    TemplateReceived,
)
from limner.bots.words import Words
from limner.queue.messages import MakePortraits
from limner.storage import ChatState, Storage
from limner.storage.errors import NotFoundError
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import FREE, PORTRAITS, STYLES, Talk, png

WHAT_A_PERSON_CAN_DO: tuple[Event, ...] = (
    *(Started(), LanguageChosen("de"), ConsentGiven(CONSENT_VERSION), StylesAsked(), StatusAsked(), QuotaAsked()),
    *(
        PhotoReceived(png(), "x.png"),
        TemplateReceived(png(), "y.png"),
        PhotoRemoved("0" * 32),
        PhotosCleared(),
        PhotosDone(),
        PhotosMoreAsked(),
    ),
    *(StyleChosen("pencil"), StyleChosen("nonsense"), AgainAsked(), CancelAsked()),
    *(ForgetAsked(), ForgetConfirmed()),
)


async def overview(talk: Talk) -> r.Overview:
    """Ask where we are."""
    return next(one.overview for one in await talk.say(StatusAsked()) if isinstance(one, r.StatusShown))


async def test_the_whole_way_from_hello_to_a_second_style(talk: Talk) -> None:
    """Hello, consent, three photos, done, a style, portraits, another style: each is answered as it should be."""
    assert await talk.say(Started()) == [r.Said("welcome"), r.ConsentAsked(CONSENT_VERSION)]
    assert await talk.texts(ConsentGiven(CONSENT_VERSION)) == ["consent-thanks"]
    await talk.send_good_photos()
    assert r.StylesShown(STYLES) in await talk.say(PhotosDone())

    (accepted,) = await talk.say(StyleChosen("oil"))
    assert isinstance(accepted, r.RequestAccepted)
    assert (accepted.position, accepted.request.style, accepted.request.seed) == (1, "oil", 1000)
    assert [command.request_id for command in talk.queue.requests] == [accepted.request.id]
    assert await talk.state() == "waiting"

    await talk.make(accepted.request)
    (ready,) = await talk.say(RequestFinished(accepted.request.id))
    assert isinstance(ready, r.PortraitsReady)
    assert [portrait.n for portrait in ready.portraits] == list(range(PORTRAITS))
    (second,) = await talk.say(StyleChosen("pencil"))
    assert isinstance(second, r.RequestAccepted)
    assert second.request.set_id == accepted.request.set_id, "the Face LoRA belongs to the first set"


async def test_the_queue_is_told_who_needs_no_training(talk: Talk) -> None:
    """A first request is told to need its training; once its set has a Face LoRA, the next one is told not to."""
    first = await talk.request("oil")
    assert talk.queue.requests == [MakePortraits(first.id, talk.user.id, 0, event_id=None, trained=False)]
    await talk.storage.face_loras.save(talk.user.id, first.set_id, b"weights", "nano", {})
    await talk.make(first)
    await talk.say(AgainAsked())
    second = await talk.active()
    assert talk.queue.requests[-1] == MakePortraits(second.id, talk.user.id, 0, event_id=None, trained=True)


async def test_more_of_the_same_uses_another_seed(talk: Talk) -> None:
    """Asking again makes a request in the last style, from another seed."""
    first = await talk.request("oil")
    await talk.make(first)
    (accepted,) = await talk.say(AgainAsked())
    assert isinstance(accepted, r.RequestAccepted)
    assert accepted.request.style == "oil"
    assert accepted.request.seed != first.seed


async def test_more_of_the_same_is_the_same_sitter(talk: Talk) -> None:
    """New photos, enough or not, change nothing in what more of an earlier request means."""
    first = await talk.request("oil")
    await talk.make(first)
    await talk.send_photo()
    (accepted,) = await talk.say(AgainAsked(first.id))
    assert isinstance(accepted, r.RequestAccepted)
    assert (accepted.request.style, accepted.request.set_id) == ("oil", first.set_id)
    await talk.make(accepted.request)
    await talk.send_good_photos()
    (accepted,) = await talk.say(AgainAsked(first.id))
    assert isinstance(accepted, r.RequestAccepted)
    assert accepted.request.set_id == first.set_id


async def test_nobody_gets_more_of_somebody_elses(talk: Talk) -> None:
    """A request of another person is not there."""
    first = await talk.request("oil")
    await talk.make(first)
    talk.user = await talk.storage.users.get_or_create("test", "another")
    await talk.agree()
    with pytest.raises(NotFoundError):
        await talk.say(AgainAsked(first.id))


async def test_nothing_is_kept_before_consent(talk: Talk) -> None:
    """A photo that comes before consent is not stored, and the consent text is shown."""
    for event in (PhotoReceived(png()), PhotosDone(), StyleChosen("oil"), AgainAsked()):
        assert await talk.say(event) == [r.Said("consent-first"), r.ConsentAsked(CONSENT_VERSION)]
    assert await talk.photos() == []
    assert talk.queue.photos == []


async def test_consent_to_an_old_text_does_not_count(talk: Talk) -> None:
    """Agreeing to a text that has changed since asks again."""
    assert await talk.texts(ConsentGiven("0")) == ["consent-old"]
    assert await talk.texts(PhotosDone()) == ["consent-first"]


async def test_an_unknown_style_is_named_and_the_gallery_shown(talk: Talk) -> None:
    """A style that does not exist costs nothing and shows those that do."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(PhotosDone())
    replies = await talk.say(StyleChosen("nonsense"))
    assert replies == [r.Said("style-unknown", {"style": "nonsense"}), r.StylesShown(STYLES)]
    assert (await talk.storage.quota.balance(talk.user.id)).available == FREE


async def test_used_up_quota_refuses_and_charges_nothing(talk: Talk) -> None:
    """When too little is left, the request is not accepted and nothing is held."""
    for _ in range(FREE // PORTRAITS):
        if await talk.state() == "new":
            await talk.make(await talk.request())
        else:
            await talk.say(AgainAsked())
            await talk.make(await talk.active())
    assert await talk.say(AgainAsked()) == [r.QuotaShort(PORTRAITS, 0, None)]
    assert (await talk.storage.quota.balance(talk.user.id)).held == 0
    assert len(talk.queue.requests) == FREE // PORTRAITS


async def test_a_double_press_makes_one_request(talk: Talk) -> None:
    """Choosing a style twice makes one request; the second press is told that one is under way."""
    await talk.request()
    assert await talk.texts(StyleChosen("oil")) == ["request-busy"]
    assert len(talk.queue.requests) == 1


async def test_a_crash_between_request_and_state_makes_no_second_request(talk: Talk) -> None:
    """If the state was not written after a request was accepted, the next press finds the request."""
    request = await talk.request()
    await talk.storage.users.set_state(talk.user.id, ChatState("choosing", request.set_id, "pencil"))
    assert await talk.texts(StyleChosen("oil")) == ["request-busy"]


async def test_a_request_survives_a_queue_that_is_away(talk: Talk) -> None:
    """A request is accepted even if Redis is away: it lies in storage, where the reconciler finds it."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(PhotosDone())
    talk.queue.away = True
    (accepted,) = await talk.say(StyleChosen("oil"))
    assert isinstance(accepted, r.RequestAccepted)
    assert accepted.position is None
    assert [request.id for request in await talk.storage.requests.queued()] == [accepted.request.id]


async def test_cancelling_gives_the_quota_back_and_keeps_the_photos(talk: Talk) -> None:
    """A cancelled request is refunded, its ending is told once, and another style can be chosen at once."""
    request = await talk.request()
    assert await talk.texts(CancelAsked()) == ["request-stopping"]
    assert talk.queue.cancelled == [request.id]
    (ended,) = await talk.say(RequestFinished(request.id))
    assert isinstance(ended, r.RequestEnded)
    assert ended.request.state == "cancelled"
    assert (await talk.storage.quota.balance(talk.user.id)).available == FREE
    assert await talk.texts(CancelAsked()) == ["request-none"]
    assert isinstance((await talk.say(StyleChosen("oil")))[0], r.RequestAccepted)


@pytest.mark.parametrize("sending, state", [(False, "waiting"), (True, "collecting")])
async def test_what_is_tried_again_is_announced(talk: Talk, sending: bool, state: str) -> None:  # noqa: FBT001
    """A request that the operator has retried is told while it is under way; whoever sends photos goes on with it."""
    request = await talk.request()
    await talk.storage.requests.fail(request.id, "engine_failed")
    await talk.say(RequestFinished(request.id))
    if sending:
        await talk.storage.users.set_state(talk.user.id, ChatState("collecting", request.set_id, request.style))
    again = await talk.storage.dead_letters.retry(request.id, "nano")
    assert await talk.say(RequestRetried(again.id)) == [r.Said("request-retried", {"count": again.count})]
    assert await talk.state() == state
    await talk.storage.requests.cancel(again.id)
    assert await talk.conversation.handle(talk.user, RequestRetried(again.id)) == []
    assert await talk.conversation.handle(talk.user, RequestRetried("unknown")) == []


@pytest.mark.parametrize("reason, state", [("no_memory", "choosing"), ("too_few_photos", "collecting")])
async def test_a_failure_is_told_with_its_reason_and_leads_on(talk: Talk, reason: str, state: str) -> None:
    """After a failure the person can try again, or send photos if those were the reason."""
    request = await talk.request()
    await talk.storage.requests.fail(request.id, reason)
    (ended,) = await talk.say(RequestFinished(request.id))
    assert isinstance(ended, r.RequestEnded)
    assert ended.request.reason == reason
    assert await talk.state() == state


async def test_waiting_ends_even_if_nobody_was_told(talk: Talk) -> None:
    """Somebody who comes back after the result was made is not kept waiting for news that never came."""
    await talk.make(await talk.request())
    assert (await overview(talk)).state == "done"


async def test_a_late_photo_is_not_lost_in_silence(talk: Talk) -> None:
    """While a request is under way a photo goes to the next set, and the set that is painted stays as it was."""
    request = await talk.request()
    assert await talk.texts(PhotoReceived(png(99))) == ["photos-next-set"]
    assert len(await talk.storage.photos.of_set(request.set_id)) == 3
    await talk.storage.requests.start(request.id, 0)
    await talk.storage.photos.delete_originals(request.set_id)  # trained: now the portraits are rendered
    assert await talk.texts(PhotoReceived(png(98))) == ["photos-next-set"]
    assert [photo.set_id != request.set_id for photo in await talk.photos()] == [True, True]


async def test_a_style_in_the_middle_of_collecting_asks_for_the_photos(talk: Talk) -> None:
    """Choosing a style with too few photos says what is missing, even where an earlier face is known."""
    await talk.agree()
    assert await talk.texts(StyleChosen("oil")) == ["photos-too-few"]
    await talk.make(await talk.request())
    await talk.say(PhotosMoreAsked())
    await talk.send_photo()
    assert await talk.texts(StyleChosen("oil")) == ["photos-checking"]


async def test_a_style_is_as_good_as_done(talk: Talk) -> None:
    """Whoever has sent enough good photos and chooses a style need not press Done before."""
    await talk.agree()
    await talk.send_good_photos()
    (accepted,) = await talk.say(StyleChosen("oil"))
    assert isinstance(accepted, r.RequestAccepted)


async def test_a_choice_that_comes_again_asks_once(talk: Talk) -> None:
    """A style chosen with the same key is answered as it was the first time, also when the request has ended."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(PhotosDone())
    answers = [await talk.say(StyleChosen("oil", "press 1")) for _ in range(2)]
    request = await talk.active()
    await talk.make(request)
    answers.append(await talk.say(StyleChosen("oil", "press 1")))
    requests = [reply.request.id for (reply,) in answers if isinstance(reply, r.RequestAccepted)]
    assert requests == [request.id] * 3
    assert len(await talk.storage.requests.of_user(talk.user.id)) == 1
    assert (await overview(talk)).state == "done"
    (more,) = await talk.say(AgainAsked(key="press 2"))
    assert isinstance(more, r.RequestAccepted)
    assert more.request.id != request.id


async def test_a_photo_that_comes_again_after_a_crash_is_answered_as_it_was(talk: Talk) -> None:
    """It is kept once and called taken, even where it was judged meanwhile or the set is full; others are refused."""
    await talk.agree()
    photo_id = await talk.send_photo(png(200))
    await talk.accept(photo_id)
    await talk.send_good_photos(9)
    assert await talk.say(PhotoReceived(png(200), again=True)) == [r.PhotoTaken(photo_id, "")]
    assert await talk.say(PhotoReceived(png(201), again=True)) == [r.PhotoRefused("too_many")]
    assert len(await talk.photos()) == 10


async def test_the_former_sets_photos_go_when_a_request_uses_the_next_set(talk: Talk) -> None:
    """Photos of a request that was cancelled stay as long as a style can be chosen for them, and no longer."""
    first = await talk.request()
    await talk.say(PhotoReceived(png(99)))
    await talk.say(CancelAsked())
    (again,) = await talk.say(StyleChosen("oil"))
    assert isinstance(again, r.RequestAccepted)
    assert again.request.set_id == first.set_id
    await talk.say(CancelAsked())
    for photo in await talk.photos():
        await talk.accept(photo.id)
    await talk.send_good_photos(2)
    (newer,) = await talk.say(StyleChosen("oil"))
    assert isinstance(newer, r.RequestAccepted)
    assert newer.request.set_id != first.set_id
    assert {photo.state for photo in await talk.storage.photos.of_set(first.set_id)} == {"deleted"}


async def test_an_earlier_face_can_be_used_until_new_photos_come(talk: Talk) -> None:
    """New photos, then a style without any: the earlier Face LoRA is used."""
    first = await talk.request()
    await talk.make(first)
    await talk.say(PhotosMoreAsked())
    (accepted,) = await talk.say(StyleChosen("oil"))
    assert isinstance(accepted, r.RequestAccepted)
    assert accepted.request.set_id == first.set_id


async def test_new_photos_make_a_new_face(talk: Talk) -> None:
    """After new photos the next request uses the new set."""
    first = await talk.request()
    await talk.make(first)
    await talk.say(PhotosMoreAsked())
    await talk.send_good_photos()
    await talk.say(PhotosDone())
    await talk.say(StyleChosen("oil"))
    assert (await talk.active()).set_id != first.set_id


async def test_quota_is_told(talk: Talk) -> None:
    """Asking for the quota shows what is left and what is held."""
    await talk.request()
    (shown,) = await talk.say(QuotaAsked())
    assert isinstance(shown, r.QuotaShown)
    assert (shown.balance.available, shown.balance.held) == (FREE - PORTRAITS, PORTRAITS)


async def test_forgetting_asks_first_then_deletes_everything(talk: Talk) -> None:
    """Nothing is deleted before the confirmation; afterwards there is a receipt and no person any more."""
    request = await talk.request()
    assert await talk.say(ForgetAsked()) == [r.ForgetQuestion()]
    assert (await talk.storage.users.get(talk.user.id)).id == talk.user.id
    (receipt,) = await talk.say(ForgetConfirmed())
    assert isinstance(receipt, r.Forgotten)
    assert (receipt.photos, receipt.key_destroyed) == (3, True)
    assert receipt.at <= datetime.now(UTC)
    assert talk.queue.forgotten == [talk.user.id]
    assert await talk.queue.position(request.id) is None
    with pytest.raises(NotFoundError):
        await talk.storage.users.get(talk.user.id)


async def test_forgetting_does_not_wait_for_the_queue(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the queue is asked to forget, which may take long, the person is gone already; away, it changes nothing."""
    await talk.request()
    found = []

    async def forget(user_id: str) -> None:
        found.append((user_id, await talk.storage.users.find(talk.user.platform, talk.user.platform_id)))
        raise ConnectionError("The queue is away.")

    monkeypatch.setattr(talk.queue, "forget", forget)
    (receipt,) = await talk.say(ForgetConfirmed())
    assert found == [(talk.user.id, None)]
    assert isinstance(receipt, r.Forgotten)


async def test_news_of_what_is_gone_is_passed_over(talk: Talk, storage: Storage) -> None:
    """News of a removed photo, of an unknown request and of somebody else's says nothing."""
    handle = talk.conversation.handle
    assert await handle(talk.user, PhotoExamined(talk.user.id, "0" * 32, accepted=True, reason=None)) == []
    assert await handle(talk.user, RequestFinished("0" * 32)) == []
    request = await talk.request()
    assert await handle(talk.user, RequestFinished(request.id)) == [], "it has not ended"
    other = await storage.users.get_or_create("test", "other")
    await talk.make(request)
    assert await handle(other, RequestFinished(request.id)) == []


@pytest.mark.parametrize("state", STATES)
async def test_an_answer_is_never_empty(talk: Talk, state: str) -> None:
    """In every state everything a person can do is answered, and every sentence of the answer has words."""
    words = Words()
    for event in WHAT_A_PERSON_CAN_DO:
        talk.user = await talk.storage.users.get_or_create("test", f"{state} {event!r}"[:80])
        await talk.agree()
        await talk.storage.users.set_state(talk.user.id, ChatState(state))
        for reply in await talk.say(event):
            if isinstance(reply, r.Said):
                assert words.say(reply.text, reply.args)


def test_the_table_names_only_states_that_exist() -> None:
    """Every row of the table begins with a known state and an event that is not answered the same everywhere."""
    for state, event in TABLE:
        assert state in STATES
        assert event not in ANYWHERE


async def test_the_state_survives_a_restart(talk: Talk, storage: Storage, queue: FakeQueue) -> None:
    """A new process goes on where the old one stopped."""
    await talk.agree()
    await talk.send_good_photos()
    await talk.say(PhotosDone())
    talk.conversation = Conversation(storage, queue, STYLES)
    assert isinstance((await talk.say(StyleChosen("oil")))[0], r.RequestAccepted)


async def test_where_we_are_has_everything_to_draw_anew(talk: Talk) -> None:
    """The overview tells consent, photos, the active request with its place, finished ones and the account."""
    first = await talk.request()
    await talk.make(first)
    await talk.say(AgainAsked())
    await talk.send_photo()
    shown = await overview(talk)
    assert shown.consented
    assert shown.has_face
    assert (shown.state, shown.position, shown.style) == ("waiting", 2, "pencil")
    assert [(one.request.id, len(one.portraits)) for one in shown.finished] == [(first.id, PORTRAITS)]
    assert (shown.count.checking, shown.balance.spent) == (1, PORTRAITS)
