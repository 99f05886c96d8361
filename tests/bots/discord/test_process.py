"""`limner discord` as people start it, at a Discord of our own: nothing here is bent to a library."""

import logging
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image

from limner.bots.discord.messages.buttons import AGREE, GALLERY, PHOTOS
from limner.engine.fuse.marks import SOURCE_TYPE
from limner.tests.fakes.discord import Asked, Channel, DiscordServer, Person, Upload
from limner.tests.fakes.discord_bot import DiscordBot, discord_process
from limner.tests.fakes.discretion import given_away, worker_log
from limner.tests.fakes.shop import Shop, redis, redis_url, server_url, shop, until

__all__ = ["redis", "redis_url", "server_url", "shop"]

LIMIT = 300_000


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Give a Discord that keeps to its rates."""
    async with DiscordServer(strict_rates=True) as running:
        yield running


@pytest.fixture
def ann(server: DiscordServer) -> Person:
    """Give a person whose name stands in no log by chance."""
    return server.person("annegret")


@pytest.fixture
def general(server: DiscordServer, ann: Person) -> Channel:
    """Give the channel of a guild in which the bot and Ann are."""
    guild = server.guild("Friends", members=[ann])
    return server.channel(guild, "general")


@pytest_asyncio.fixture
async def bot(shop: Shop, server: DiscordServer, general: Channel) -> AsyncIterator[DiscordBot]:
    """Give the bot as a process, with a worker at work."""
    async with shop.worker(), discord_process(shop, server) as running:
        yield running


def selfies(number: int = 3) -> list[Upload]:
    """Make photos that the small engine takes for good."""
    return [Upload(f"{n}.jpg", b"\xff\xd8\xff good selfie %d" % n) for n in range(number)]


async def asked_for(ann: Person, general: Channel, style: str = "drawn") -> Asked:
    """Ask for portraits by the form, with three photos and the consent; give what comes of it."""
    asked = await ann.invoke("portrait", {"style": style}, at=general)
    return await ann.submit(asked, {PHOTOS: selfies(), AGREE: [AGREE]})


async def delivered(asked: Asked, number: int = 1) -> list[Upload]:
    """Wait for the portraits that follow, for so many at least; give their files."""
    files: list[Upload] = []

    async def came() -> bool:
        files[:] = [file for seen in asked.followups for file in seen.files]
        return len(files) >= number

    await until(came, "portraits")
    return files


async def test_a_stranger_gets_portraits_alone(
    bot: DiscordBot,
    ann: Person,
    general: Channel,
    server: DiscordServer,
    shop: Shop,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """From the command over the form to pictures that the asker alone sees; the quota is lower, no log names them."""
    caplog.set_level(logging.DEBUG)
    asked = await asked_for(ann, general)
    files = await delivered(asked)
    assert len(files) == 8
    assert all(file.data.startswith(b"\x89PNG") for file in files)
    assert all(seen.ephemeral for seen in asked.followups)
    assert not server.messages(general)
    user = await shop.storage.users.find("discord", str(ann.id))
    assert user is not None
    assert (await shop.storage.quota.balance(user.id)).spent == 8
    for log in (bot.log, worker_log(caplog)):
        assert given_away(log, server.token, ann.id, "annegret", general.id) == []
    assert "Traceback" not in bot.log


async def test_portraits_above_the_limit_come_as_copies(
    bot: DiscordBot, ann: Person, general: Channel, shop: Shop
) -> None:
    """Each is a JPEG below what the interaction takes, marked as made by a machine; an avatar of one is square."""
    assert general.guild is not None
    general.guild.upload_most = LIMIT
    asked = await asked_for(ann, general, "large")
    files = await delivered(asked, 8)
    assert len(files) == 8
    for file in files:
        assert len(file.data) <= LIMIT
        assert file.name.endswith(".jpg")
        with Image.open(BytesIO(file.data), formats=["JPEG"]) as picture:
            assert picture.width < picture.height
            assert SOURCE_TYPE.encode() in picture.info["xmp"]
    assert "This is a smaller copy." in asked.followups[0].text
    pressed = await ann.press("Use as avatar", at=general)
    await pressed.message("Which of them")
    await ann.choose(["3"], at=general)
    (avatar,) = (await pressed.message("Change Avatar", 30.0)).files
    with Image.open(BytesIO(avatar.data), formats=["JPEG"]) as picture:
        assert picture.width == picture.height
    user = await shop.storage.users.find("discord", str(ann.id))
    assert user is not None
    assert (await shop.storage.quota.balance(user.id)).spent == 8
    assert "Traceback" not in bot.log


async def test_styles_are_offered_while_one_types(bot: DiscordBot, ann: Person, general: Channel) -> None:
    """The style is completed from the registry."""
    choices = await ann.autocomplete("portrait", "style", "dra", at=general)
    assert [choice["value"] for choice in choices] == ["drawn"]


async def test_a_bot_that_was_killed_goes_on_where_it_was(
    bot: DiscordBot, ann: Person, general: Channel, shop: Shop
) -> None:
    """Killed while portraits are painted, the next process brings them, once, by the way that is still open."""
    asked = await asked_for(ann, general)
    await asked.answered()  # before that Discord tells the person that it failed
    await bot.kill()
    await bot.start()
    assert len(await delivered(asked)) == 8
    user = await shop.storage.users.find("discord", str(ann.id))
    assert user is not None
    assert len(await shop.storage.requests.of_user(user.id)) == 1


async def test_a_dropped_gateway_loses_nothing(
    bot: DiscordBot, ann: Person, general: Channel, server: DiscordServer
) -> None:
    """The connection breaks and is resumed; what was asked meanwhile is answered."""
    server.cut_gateway()
    asked = await asked_for(ann, general)
    assert len(await delivered(asked)) == 8


async def test_a_wrong_token_is_said_in_one_sentence(shop: Shop, server: DiscordServer) -> None:
    """A token that Discord does not know ends the command with what to do, and does not stand in its output."""
    bot = DiscordBot(shop, server, {"DISCORD_BOT_TOKEN": "MTAw.wrong.token"})
    await bot.run()
    assert bot.process is not None
    assert await bot.process.wait() == 1
    assert "DISCORD_BOT_TOKEN is wrong" in bot.log
    assert "Traceback" not in bot.log
    assert "MTAw.wrong" not in bot.log


async def test_it_ends_in_good_order(bot: DiscordBot) -> None:
    """SIGTERM ends it at once, with nothing to complain about."""
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log


async def test_an_event_from_its_command_to_the_poster(
    bot: DiscordBot, ann: Person, general: Channel, server: DiscordServer, shop: Shop
) -> None:
    """The host opens it, a member takes part by one form, has a post by choice; a poster ends it."""
    assert general.guild is not None
    server.let(general.guild, ann, "MANAGE_EVENTS")
    bob = server.person("bob")
    server.join(general.guild, bob)
    opened = await ann.invoke("event create", {"style": "drawn", "members": 5}, at=general)
    await opened.message("The event is open")
    await bob.wait("Avatar event!", at=general)
    asked = await bob.press("Take part", at=general)
    await bob.submit(asked, {PHOTOS: selfies(), AGREE: [AGREE], GALLERY: [GALLERY]})

    async def shown() -> bool:
        return any(seen.files for thread in server.threads(general) for seen in server.messages(thread))

    await until(shown, "Bob's portrait in the gallery")
    await ann.invoke("event end", at=general)

    async def hung() -> bool:
        return any(seen.files for seen in server.messages(general))

    await until(hung, "the poster")
    host = await shop.storage.users.find("discord", str(ann.id))
    assert host is not None
    assert (await shop.storage.quota.balance(host.id)).spent == 4
    assert server.token not in bot.log
    assert "Traceback" not in bot.log
