"""Messages: in every language, within Telegram's limits, with buttons that lead somewhere."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from limner.bots import replies as r
from limner.bots.phrases import Phrases
from limner.bots.styles import StyleCard
from limner.bots.telegram.commands import LISTED, LISTED_IN_GROUPS
from limner.bots.telegram.messages.keyboards import press, style_of
from limner.bots.telegram.messages.outgoing import Album, Keyboard, Picture, Text
from limner.bots.telegram.messages.render import Renderer
from limner.bots.telegram.packs import PACKS
from limner.bots.telegram.presses import Presses
from limner.bots.turn import Limits
from limner.bots.words import LANGUAGES, Words
from limner.storage import Balance, Portrait, Request
from limner.tests.fakes.telegram.html import read_html

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = "0123456789abcdef" * 2
LONG = "x" * 60
STYLES = {name: StyleCard(name, f"<{name}>", "") for name in ("oil", LONG, *(f"s{n}" for n in range(15)))}
REQUEST = Request(ID, ID, ID, "oil", 8, 7, "queued", None, 0, NOW, None, None)
COUNT = r.SetCount(2, 1, 3, 3, 10)
MADE = r.PortraitsReady(replace(REQUEST, state="made"), (Portrait(ID, ID, ID, 0, "oil", 7, 0.5, NOW),))
OVERVIEW = r.Overview(
    state="done",
    consented=True,
    consent_version="1",
    photos=(),
    count=COUNT,
    has_face=True,
    style="oil",
    active=None,
    position=None,
    preview=False,
    finished=(MADE,),
    balance=Balance(8, 8, 8, 24),
)
REPLIES: list[list[r.Reply]] = [
    [r.Said("welcome"), r.ConsentAsked("1")],
    [r.Said("welcome-back"), r.StatusShown(OVERVIEW)],
    [r.Said("welcome-back"), r.StatusShown(replace(OVERVIEW, active=REQUEST, position=3))],
    [r.Said("styles-ask"), r.StylesShown(tuple(STYLES.values()))],
    [r.PhotoRefused("too_dark", ID)],
    [r.PhotoDeleted(ID)],
    [r.RequestAccepted(REQUEST, 2)],
    [r.RequestEnded(replace(REQUEST, state="failed", reason="no_memory"))],
    [r.QuotaShown(Balance(8, 8, 8, 24))],
    [r.QuotaShort(8, 2, NOW)],
    [r.ForgetQuestion()],
    [r.Forgotten(NOW, 3, 8, 1, key_destroyed=True)],
]
"""Whatever the conversation may answer."""


@pytest.fixture(params=LANGUAGES)
def renderer(request: pytest.FixtureRequest) -> Renderer:
    """Give the renderer of each language."""
    return Renderer(Phrases(Words(request.param), STYLES, Limits()))


def texts(renderer: Renderer) -> list[Text]:
    """Render everything that can be said."""
    said = [message for replies in REPLIES for message in renderer.replies(replies) if isinstance(message, Text)]
    moved = (r.QueueMoved(ID, 4), r.ProgressShown(ID, "train", 5, 10, 90.0), r.ProgressShown(ID, "render", 0, 0, None))
    said += [renderer.progress(one, "oil") for one in moved]
    said += [renderer.photos(COUNT, ID, late=late) for late in (True, False)]
    said += [renderer.portraits(MADE, group=True), renderer.text("telegram-help"), renderer.text("telegram-privacy")]
    return said


def buttons(keyboard: Keyboard) -> list[str]:
    """List what the buttons send back."""
    return [button.data for row in keyboard for button in row if button.data]


def test_every_message_is_well_formed_and_within_its_limits(renderer: Renderer) -> None:
    """Telegram's HTML parses, even with a style called `<oil>`; texts and captions are short enough, none empty."""
    for text in texts(renderer):
        shown = read_html(text.html)[0]
        assert shown
        assert len(shown) <= 4096
    assert len(read_html(renderer.caption(MADE))[0]) <= 1024
    assert "<oil>" in read_html(renderer.caption(MADE))[0]


def test_every_button_is_understood(renderer: Renderer) -> None:
    """What a button sends back fits into 64 bytes and has somebody who acts on it."""
    keyboards = [text.keyboard for text in texts(renderer)]
    keyboards += [renderer.styles(page) for page in range(-1, 4)]
    make = renderer.keyboards
    keyboards += [make.drop(ID), make.ended(), make.forget(), make.packs([(pack.name, "x") for pack in PACKS])]
    nobody: Any = None
    known = Presses(nobody, nobody, nobody, nobody)._table
    for data in [data for keyboard in keyboards for data in buttons(keyboard)]:
        assert len(data.encode()) <= 64
        pressed = press(data)
        assert pressed is not None
        assert pressed[0] in known


def test_every_page_of_the_styles_can_be_reached(renderer: Renderer) -> None:
    """Turning the pages shows every style once and comes back; a long name is found again."""
    seen, page = list[str](), 0
    while not seen or page:
        *shown, _, forward = buttons(renderer.styles(page))
        seen += [style_of(renderer.phrases.styles, data.split(":", 2)[2]) for data in shown]
        page = int(forward.rpartition(":")[2])
    assert seen == list(STYLES)


@pytest.mark.parametrize("data", ["", "done", "0:done:x", "2:done:x", "1::x", "1"])
def test_data_that_is_not_ours_is_nothing(data: str) -> None:
    """Buttons of another version, and what somebody made up."""
    assert press(data) is None


def test_the_previews_come_as_one_album() -> None:
    """Two or more; one alone as a picture; none as nothing."""

    def previews(number: int) -> object:
        cards = [StyleCard(f"s{n}", "S", "", b"x" if n < number else None) for n in range(12)]
        return Renderer(Phrases(Words(), {card.name: card for card in cards}, Limits())).previews()

    assert previews(0) is None
    assert isinstance(previews(1), Picture)
    album = previews(12)
    assert isinstance(album, Album)
    assert 2 <= len(album.pictures) <= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_fit(language: str) -> None:
    """Names and descriptions as Telegram takes them: https://core.telegram.org/bots/api#botcommand."""
    for name, text in {**LISTED, **LISTED_IN_GROUPS}.items():
        assert name.isascii()
        assert name.islower()
        assert 1 <= len(Words(language).say(text)) <= 256
