"""`limner telegram` as a process: killed at any moment, started twice, with a wrong token, behind a webhook."""

import asyncio
import random
import socket

import pytest

from limner.tests.fakes.shop import Shop
from limner.tests.fakes.telegram import Person, TelegramServer
from limner.tests.fakes.telegram.caller import jpeg
from limner.tests.fakes.telegram_bot import TelegramBot, bot_process

pytestmark = pytest.mark.timeout(300)

PATIENCE_S = 60.0
PHOTOS = 9


async def agree(person: Person) -> None:
    """Start and agree."""
    await person.start()
    await person.wait("I paint portraits", PATIENCE_S)
    await person.press("I agree")
    await person.wait("Thank you", PATIENCE_S)


@pytest.mark.slow
async def test_killed_at_random_moments_everything_takes_effect_once(
    bot: TelegramBot, server: TelegramServer, shop: Shop
) -> None:
    """Photos come one after the other while the bot dies three times: each is kept once, and a press asks once."""
    people = [server.person(2000 + n) for n in range(3)]
    for person in people:
        await agree(person)
    chance = random.Random(4)
    sending = asyncio.gather(*(_send(person, chance) for person in people))
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        await bot.kill()
        await bot.start()
    await sending
    for person in people:
        await person.wait(f"{PHOTOS} good photos", PATIENCE_S)
        await person.send("/styles")
        await person.wait("Which style", PATIENCE_S)
        await person.press("▶")
        await person.wait(lambda seen: "Drawn" in seen.buttons, PATIENCE_S)
        await person.press("Drawn")
    await bot.kill()
    await bot.start()
    for person in people:
        await person.wait("What shall come next?", PATIENCE_S)
        user = await shop.storage.users.get_or_create("telegram", str(person.user.id))
        assert [request.state for request in await shop.storage.requests.of_user(user.id)] == ["made"]
        balance = await shop.storage.quota.balance(user.id)
        assert (balance.available, balance.held, balance.spent) == (16, 0, 8)


async def _send(person: Person, chance: random.Random) -> None:
    for n in range(PHOTOS):
        await person.photo(jpeg(300 + n, 300))
        await asyncio.sleep(chance.uniform(0, 0.3))


async def test_a_second_process_ends_with_a_sentence(bot: TelegramBot, shop: Shop, server: TelegramServer) -> None:
    """Two that ask for the same bot's updates would take them from each other."""
    second = TelegramBot(shop, server)
    await second.run()
    assert bot.process is not None
    assert second.process is not None
    ended = [asyncio.create_task(one.wait()) for one in (bot.process, second.process)]
    done, _ = await asyncio.wait(ended, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    assert done
    assert [task.result() for task in done] == [1]
    assert "Another process asks Telegram for this bot's updates" in bot.log
    assert "Traceback" not in bot.log
    await second.kill()


async def test_a_wrong_token_ends_with_a_sentence(shop: Shop, server: TelegramServer) -> None:
    """The sentence says where the right one comes from; the token itself is not written anywhere."""
    bot = TelegramBot(shop, server, {"TELEGRAM_BOT_TOKEN": "42:AAE-not-the-token"})
    await bot.run()
    assert bot.process is not None
    assert await asyncio.wait_for(bot.process.wait(), PATIENCE_S) == 1
    assert "@BotFather" in bot.log
    assert "not-the-token" not in bot.log


async def test_no_token_and_half_a_webhook_end_with_a_sentence(shop: Shop, server: TelegramServer) -> None:
    """What is missing is named."""
    for settings, words in (
        ({"TELEGRAM_BOT_TOKEN": ""}, "set TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_WEBHOOK_URL": "https://example.org/hook"}, "set TELEGRAM_WEBHOOK_SECRET"),
    ):
        bot = TelegramBot(shop, server, settings)
        await bot.run()
        assert bot.process is not None
        assert await asyncio.wait_for(bot.process.wait(), PATIENCE_S) == 2
        assert words in bot.log


async def test_behind_a_webhook(shop: Shop, server: TelegramServer) -> None:
    """Updates that are pushed with the right secret are handled, and the bot stops in good order."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
        "TELEGRAM_WEBHOOK_SECRET": "a_long_random_word",
        "TELEGRAM_WEBHOOK_PORT": str(port),
    }
    async with shop.worker(), bot_process(shop, server, **settings) as bot:
        ann = server.person(1001)
        await agree(ann)
        await ann.album([jpeg(300 + n, 300) for n in range(3)])
        await ann.wait("3 good photos: enough", PATIENCE_S)
        assert not server.calls_of("getUpdates")
        assert await bot.stop() == 0


async def test_up_starts_the_bot_where_there_is_a_token(shop: Shop, server: TelegramServer) -> None:
    """One command serves the web chat and the Telegram bot, and ends both."""
    up = TelegramBot(shop, server, {"LIMNER_WEB_PORT": "0"}, command="up")
    await up.start()
    ann = server.person(1001)
    await ann.start()
    await ann.wait("I paint portraits", PATIENCE_S)
    assert await up.stop() == 0
    asked = len(server.calls)
    await asyncio.sleep(0.5)
    assert len(server.calls) == asked
