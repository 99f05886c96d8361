"""The parts without a Discord: buttons, packing, what is written down, and what an interaction says."""

from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord.interactions import base_payload

from limner.bots.discord import create_bot
from limner.bots.discord.limits import CUSTOM_ID, FILES, TEXT
from limner.bots.discord.messages.buttons import Buttons, address, read, short, style_of
from limner.bots.discord.messages.outgoing import Controls, Menu, Way
from limner.bots.discord.messages.packing import packed
from limner.bots.discord.messages.render import cut, kind
from limner.bots.discord.messages.wire import is_closed_way, is_no_entry, is_too_large
from limner.bots.discord.updates.incoming import Attachment, Incoming, Person, pack, unpack
from limner.bots.discord.updates.translate import translate
from limner.bots.styles import StyleCard
from limner.bots.words import LANGUAGES, Words
from limner.storage.inbox import user_lane
from limner.tests.bots.discord.conftest import Stage

OWNER = 2**63 - 1
REQUEST = "f" * 32
INCOMING = Incoming(7, "command", "quota", Person(1, "de"), Way("token", 10.0, 2**20, quiet=True))


def menus(controls: Controls) -> list[Menu]:
    """List the menus of a message."""
    return [row.menu for row in controls if row.menu is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_and_is_read_back(language: str) -> None:
    """For the longest ids there are, in every language, within Discord's limits."""
    buttons = Buttons(Words(language).say, str(OWNER))
    cards = [StyleCard(f"a very long name of a style, and another one: {n}", "T" * 150, "W" * 150) for n in range(60)]
    for controls in (
        *(buttons.consent("2"), buttons.languages(), buttons.photos(cards[0].name, REQUEST), buttons.waiting(REQUEST)),
        *(buttons.styles(cards, 1), buttons.made(REQUEST), buttons.drop(REQUEST), buttons.faces(REQUEST, 30)),
        *(buttons.ended(cards[0].name), buttons.forget()),
    ):
        assert len(controls) <= 5
        for row in controls:
            assert len(row.buttons) <= 5
            addresses = [*(one.address for one in row.buttons), *([row.menu.address] if row.menu else [])]
            for one in addresses:
                assert len(one) <= CUSTOM_ID
                assert read(one).owner == OWNER
            assert all(0 < len(one.words) <= 80 for one in row.buttons)


def test_pages_of_styles() -> None:
    """Twenty-five in a menu, and a button to each side; the last page leads to the first."""
    cards = [StyleCard(f"s{n}", f"S{n}", "") for n in range(60)]
    buttons = Buttons(Words().say, "1")
    assert [len(menus(buttons.styles(cards, page))[0].choices) for page in range(3)] == [25, 25, 10]
    back, on = buttons.styles(cards, 2)[1].buttons
    assert [read(one.address).argument.split()[0] for one in (back, on)] == ["1", "0"]
    assert back.address != on.address
    assert len(buttons.styles(cards[:5], 7)) == 1
    assert buttons.styles([], 0) == ()


def test_a_style_is_found_again_by_its_button() -> None:
    """However long its name is; one that is gone comes back as it was written."""
    cards = [StyleCard("oil", "", ""), StyleCard("x" * 90, "", "")]
    assert [style_of(cards, short(card.name)) for card in cards] == [card.name for card in cards]
    assert style_of(cards, "gone") == "gone"


@pytest.mark.parametrize(
    "data", ["", "limner", "limner:0:again:1:x", "limner:1:again:me:x", "other:1:again:1:x", ":::::"]
)
def test_what_is_not_ours_is_read_as_nothing(data: str) -> None:
    """Older versions and strangers' data name no button and no owner."""
    assert read(data) == read("nothing at all")


def test_an_address_that_is_too_long_is_an_error() -> None:
    """Discord would refuse the whole message for it."""
    with pytest.raises(ValueError, match="longer than 100 characters"):
        address("again", OWNER, "x" * 100)


@given(st.lists(st.integers(1, 40), max_size=40), st.integers(1, 30))
def test_files_are_packed(sizes: list[int], limit: int) -> None:
    """Each file that fits is in one message, in order; no message is too large; the rest is named."""
    messages, too_large = packed(sizes, limit)
    assert [n for page in messages for n in page] == [n for n, size in enumerate(sizes) if size <= limit]
    assert too_large == [n for n, size in enumerate(sizes) if size > limit]
    for page in messages:
        assert 0 < len(page) <= FILES
        assert sum(sizes[n] for n in page) <= limit


def test_an_interaction_is_written_down_without_photos() -> None:
    """What lies in the inbox is ids and addresses, and comes back as it was."""
    files = (Attachment(1, "me.png", 10, "https://cdn/x"),)
    full = replace(INCOMING, files=files, options={"style": "oil", "public": True, "n": 3}, roles=(1, 2), owner=1)
    assert unpack(pack(full)) == full
    assert full.key == "discord:7"


def test_a_token_is_not_in_what_is_printed() -> None:
    """Logs and tracebacks show an interaction without it."""
    assert "token" not in repr(INCOMING)


def test_words_are_cut_to_what_a_message_holds() -> None:
    """At a blank, with a mark."""
    assert cut("word " * 1000).endswith("word…")
    assert len(cut("word " * 1000)) <= TEXT


def test_files_are_named_by_their_bytes() -> None:
    """A preview of any kind is shown as a picture."""
    assert [kind(data) for data in (b"\x89PNG", b"\xff\xd8\xff", b"RIFF....WEBP")] == [
        "limner.png",
        "limner.jpg",
        "limner.webp",
    ]


class Answered:
    """As much of an HTTP response as the library's errors want."""

    reason = ""

    def __init__(self, status: int) -> None:
        self.status = status


@pytest.mark.parametrize(
    "status, code, meaning",
    [
        *[(401, 50027, "closed"), (404, 10015, "closed"), (404, 10062, "closed")],
        *[(403, 50007, "no entry"), (403, 50001, "no entry"), (403, 50013, "no entry"), (404, 10003, "no entry")],
        *[(404, 10008, "no entry"), (413, 0, "too large"), (400, 40005, "too large"), (500, 0, ""), (429, 0, "")],
    ],
)
def test_what_discord_answers_is_told_apart(status: int, code: int, meaning: str) -> None:
    """A way that is over, a door that is closed, a message that is too large; the rest is tried again."""
    error = discord.HTTPException(Answered(status), {"code": code, "message": ""})  # type: ignore[arg-type]
    assert is_closed_way(error) == (meaning == "closed")
    assert is_too_large(error) == (meaning == "too large")
    assert meaning != "no entry" or is_no_entry(error)


def said(stage: Stage, **wire: Any) -> Incoming:
    """Translate an interaction as Discord sends it."""
    _, payload = base_payload(
        stage.env.backend,
        type=2,
        channel_id=stage.ann.user.dm_channel.id,
        guild_id=None,
        user_id=stage.ann.id,
        data={"id": "1", "name": "quota", "type": 1},
    )
    user = payload.pop("user") if "member" in wire else payload["user"]
    wire = {key: {**value, "user": user} if key == "member" else value for key, value in wire.items()}
    raw: Any = {**payload, **wire}
    incoming = translate(discord.Interaction(data=raw, state=stage.bot._connection))
    assert incoming is not None
    return incoming


async def test_where_an_interaction_comes_from(stage: Stage) -> None:
    """In the bot's own direct messages answers stay; in other private chats and servers only the person sees them."""
    assert not said(stage).way.quiet
    assert said(stage, context=2).way.quiet
    member: dict[str, Any] = {
        "roles": [],
        "joined_at": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": "32",
    }
    brought = said(stage, guild_id="99", context=0, member=member, app_permissions="0")
    assert brought.way.quiet
    assert not brought.installed, "a server that the bot is no member of, to which a person brings it along"
    assert brought.manager
    assert brought.lacks == ("view_channel", "send_messages", "attach_files")
    assert (await stage.bot.rules.place(brought)).public is False


def test_one_persons_interactions_are_one_lane() -> None:
    """Those that are written down are handled in the order in which that person sent them."""
    others = replace(INCOMING, id=8, person=Person(2, "de"))
    assert INCOMING.lane == replace(INCOMING, id=9).lane == user_lane("1") != others.lane


async def test_the_library_keeps_nothing_of_our_messages(stage: Stage) -> None:
    """Views and forms are not held in memory for presses that may come in a year, or never."""
    await stage.portraits(stage.ann)
    await stage.bob.slash(stage.channel, "portrait", style="oil")
    store = stage.bot._connection._view_store
    assert not store._views
    assert not store._modals
    assert not store._synced_message_views


def test_making_a_bot_connects_nothing(stage: Stage) -> None:
    """Nobody's messages are asked for, and no privileged intent."""
    bot = create_bot(conversation=stage.conversation, storage=stage.storage, news=stage.queue)
    assert not bot.is_ready()
    assert [name for name, on in bot.intents if on] == ["guilds"]
