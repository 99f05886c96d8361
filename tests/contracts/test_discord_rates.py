"""The rates of a bot are recorded always, and enforced where a test wants that."""

import asyncio

import discord
import pytest

from limner.tests.fakes.discord import DiscordServer
from limner.tests.fakes.discord.caller import Bot, Rest
from limner.tests.fakes.discord.calls import most_within
from limner.tests.fakes.discord.errors import ApiError
from limner.tests.fakes.discord.rates import Limit, Rates
from limner.tests.fakes.discord_client import Start

POST = "POST /channels/{channel_id}/messages"
FIVE = Limit(5, 5.0)


def wait(rates: Rates, now: float, place: str = "1", limit: Limit = FIVE) -> float:
    """Call at a time; return for how long the server wants no more, 0 when it took it."""
    try:
        rates.count(POST, place, limit, now)
    except ApiError as error:
        return float(error.more["retry_after"])
    return 0


def test_a_channel_takes_five_messages_in_five_seconds() -> None:
    """The sixth waits until the five seconds are over that began with the first; another channel is not concerned."""
    rates = Rates(strict=True)
    assert [wait(rates, now) for now in (0, 1, 2, 3, 4)] == [0] * 5
    assert (wait(rates, 4.5), wait(rates, 4.5, "2")) == (0.5, 0)
    assert [wait(rates, 5.0) for _ in range(6)] == [0] * 5 + [5]


def test_all_routes_together_take_fifty_a_second() -> None:
    """The fifty-first is refused whichever route it takes, except for answers to interactions."""
    rates = Rates(strict=True)
    assert not any(wait(rates, 0, str(number)) for number in range(50))
    assert wait(rates, 0.5, "50") == 0.5
    assert wait(rates, 0.5, "51", Limit(50, 1.0, free=True)) == 0
    assert wait(rates, 1.0, "50") == 0


def test_where_rates_are_not_strict_nothing_is_refused() -> None:
    """Without strictness a hundred at once pass, and the headers never ask to wait."""
    rates = Rates()
    left = {rates.count(POST, "1", FIVE, 0.0)["X-RateLimit-Remaining"] for _ in range(100)}
    assert left == {"4"}


@pytest.mark.parametrize("times, window, most", [([], 1, 0), ([0, 0.5, 0.99, 1.0, 1.2], 1, 4), ([0, 1, 2], 1, 1)])
def test_the_worst_window_is_found_wherever_it_begins(times: list[float], window: float, most: int) -> None:
    """The most within any window, which takes in its beginning and not its end."""
    assert most_within(times, window) == most


async def test_headers_tell_of_the_bucket(bot: Bot) -> None:
    """Every answer has the limit, what is left, and when that is over; a refusal has the time to wait as well."""
    bot.rest.server.strict_rates = True
    route = f"POST /channels/{bot.general.id}/messages"
    answers = [await bot.rest.answer(route, {"content": str(number)}) for number in range(6)]
    assert [headers["X-RateLimit-Remaining"] for _, _, headers in answers] == ["4", "3", "2", "1", "0", "0"]
    assert len({headers["X-RateLimit-Bucket"] for _, _, headers in answers}) == 1
    status, body, headers = answers[-1]
    assert (status, body["message"], body["global"]) == (429, "You are being rate limited.", False)
    assert 0 < body["retry_after"] <= float(headers["X-RateLimit-Reset-After"]) <= 5
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Scope"]) == ("5", "user")
    assert len(bot.ann.messages(bot.general)) == 5
    bot.rest.server.turn_clock(5)
    await bot.rest(route, {"content": "later"})
    assert bot.rest.server.worst_rate(POST, bot.general) == 7


async def test_the_limit_of_all_is_told_as_global(rest: Rest) -> None:
    """The fifty-first call of a second is refused as global, by whatever route."""
    rest.server.strict_rates = True
    for _ in range(25):
        await rest("GET /users/@me")
        await rest("GET /gateway/bot")
    status, body, headers = await rest.answer("GET /applications/@me")
    assert (status, body["global"], headers["X-RateLimit-Global"]) == (429, True, "true")


async def test_discord_py_that_heeds_the_headers_is_never_refused(
    discord_server: DiscordServer, start_client: Start
) -> None:
    """Seven deletions at once, of which five a second pass, all succeed without one 429."""
    discord_server.strict_rates = True
    ann = discord_server.person("ann")
    general = discord_server.channel(discord_server.guild("Studio", [ann]), "general")
    assert general.guild is not None
    discord_server.let_bot(general.guild, "MANAGE_MESSAGES")
    client = await start_client()
    channel = client.get_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    sent = [await ann.write(str(number), at=general) for number in range(7)]
    await asyncio.gather(*(channel.get_partial_message(number).delete() for number in sent))
    assert ann.messages(general) == []
    assert {call.status for call in discord_server.calls_of("DELETE /channels/{channel_id}/messages/{message_id}")} == {
        204
    }
