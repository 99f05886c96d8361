"""A person's whole way through Telegram: the bot is a real process, so are the workers; only the engine is small."""

import logging

import pytest

from limner.tests.fakes.discretion import given_away, worker_log
from limner.tests.fakes.telegram import Person, TelegramServer
from limner.tests.fakes.telegram.caller import jpeg
from limner.tests.fakes.telegram_bot import TelegramBot

pytestmark = pytest.mark.timeout(240)

PATIENCE_S = 60.0


@pytest.fixture
def ann(server: TelegramServer) -> Person:
    """Give a person whose id and name stand in no log by chance."""
    return server.person(4711001001, first_name="Annegret", username="annegret_of_trier")


async def test_from_start_to_portraits_and_away(
    bot: TelegramBot, ann: Person, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Start, consent, an album, a style, portraits as an album with buttons, again, quota, and everything deleted.

    No log of bot or worker says who that was, or how to get in.
    """
    caplog.set_level(logging.DEBUG)
    await ann.start()
    await ann.wait("I paint portraits", PATIENCE_S)
    await ann.press("I agree")
    await ann.wait("Thank you", PATIENCE_S)
    await ann.album([jpeg(640, 480 + n) for n in range(3)])
    await ann.wait("3 good photos: enough", PATIENCE_S)
    await ann.press("Done")
    await ann.wait("Which style", PATIENCE_S)
    await ann.press("▶")
    await ann.wait(lambda seen: "Drawn" in seen.buttons, PATIENCE_S)
    await ann.press("Drawn")
    below = await ann.wait("What shall come next?", PATIENCE_S)
    assert len([seen for seen in ann.messages if seen.album and "Drawn" in seen.text]) == 1
    assert below.buttons == ["More of the same", "Another style", "Full size", "Delete these"]
    await ann.press("More of the same")
    again = await ann.wait("What shall come next?", PATIENCE_S, after=below.message_id)
    await ann.press("Full size", message_id=again.message_id)
    await ann.wait(lambda seen: seen.document is not None, PATIENCE_S)
    await ann.send("/quota")
    await ann.wait("You have 8 portraits left.", PATIENCE_S)
    await ann.send("/delete")
    await ann.wait("Shall I?", PATIENCE_S)
    await ann.press("Delete everything")
    receipt = await ann.wait("Everything of yours is deleted.", PATIENCE_S)
    assert "16 portraits" in receipt.text
    assert not server.unanswered
    assert bot.log.count("WARNING") == 0, bot.log
    secrets = (server.token.partition(":")[2], "4711001001", "Annegret", "annegret_of_trier")
    assert given_away(bot.log, *secrets) == []
    assert given_away(worker_log(caplog), *secrets) == []
