"""The rates of a bot are recorded always, and enforced where a test wants that."""

from typing import Any

import pytest

from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg
from limner.tests.fakes.telegram.calls import Rates, most_within
from limner.tests.fakes.telegram.errors import ApiError

ANN, GROUP = 1001, -1001000000001


def wait(rates: Rates, chat_id: int, messages: int, now: float, *, group: bool = False) -> int:
    """Send at a time; return for how long the server wants no more, 0 when it took it."""
    try:
        rates.count(chat_id, messages, now, group=group)
    except ApiError as error:
        return error.parameters["retry_after"]
    return 0


def test_a_chat_takes_a_burst_of_three_then_one_a_second() -> None:
    """Three at once pass, the fourth has to wait a second; another chat is not concerned, an album counts as one."""
    rates = Rates(strict=True)
    assert [wait(rates, ANN, 10, 0.0), *(wait(rates, ANN, 1, 0.0) for _ in range(3))] == [0, 0, 0, 1]
    assert wait(rates, 2, 1, 0.0) == 0
    assert [wait(rates, ANN, 1, now) for now in (0.9, 1.0, 1.5, 2.0)] == [1, 0, 1, 0]


def test_a_group_takes_twenty_a_minute() -> None:
    """The twenty-first within a minute is told when the oldest leaves it; every item of an album counts."""
    rates = Rates(strict=True)
    assert not any(wait(rates, GROUP, 1, 2.0 * number, group=True) for number in range(18))
    assert wait(rates, GROUP, 4, 40.0, group=True) == 22
    assert wait(rates, GROUP, 2, 40.0, group=True) == 0
    assert wait(rates, GROUP, 1, 50.0, group=True) == 10
    assert wait(rates, GROUP, 1, 60.0, group=True) == 0


def test_all_chats_together_take_thirty_a_second() -> None:
    """The thirty-first within a second is refused, whichever chat it goes to."""
    rates = Rates(strict=True)
    assert not any(wait(rates, chat, 1, 0.0) for chat in range(30))
    assert wait(rates, 30, 1, 0.5) == 1
    assert wait(rates, 30, 1, 1.0) == 0


def test_where_rates_are_not_strict_nothing_is_refused() -> None:
    """Without strictness a hundred at once pass."""
    rates = Rates()
    assert not any(wait(rates, GROUP, 10, 0.0, group=True) for _ in range(100))


@pytest.mark.parametrize(
    "times, window, most", [([], 1, 0), ([0], 1, 1), ([0, 0.5, 0.99, 1.0, 1.2], 1, 4), ([0, 1, 2], 1, 1)]
)
def test_the_worst_window_is_found_wherever_it_begins(times: list[float], window: float, most: int) -> None:
    """The most within any window, which takes in its beginning and not its end."""
    assert most_within(times, window) == most


async def test_too_many_messages_are_told_to_wait(server: TelegramServer, call: Caller) -> None:
    """With strict rates a burst ends in 429 with retry_after, and what was refused is not shown."""
    server.strict_rates = True
    ann = server.person(ANN)
    answers: list[dict[str, Any]] = [await call.body("sendMessage", chat_id=ANN, text=str(n)) for n in range(12)]
    refused = [answer for answer in answers if not answer["ok"]]
    assert refused
    assert refused[0]["description"] == "Too Many Requests: retry after 1"
    assert refused[0]["parameters"] == {"retry_after": 1}
    assert len(ann.messages) == 12 - len(refused)
    assert server.problems == []


async def test_edits_and_albums_count_and_actions_do_not(server: TelegramServer, call: Caller) -> None:
    """The recorded rate counts each message sent or edited, by chat and in all; nothing else."""
    server.person(ANN)
    server.group(GROUP)
    await call("sendMessage", chat_id=ANN, text="a")
    await call("editMessageText", chat_id=ANN, message_id=1, text="b")
    await call.refused("editMessageText", chat_id=ANN, message_id=1, text="b")
    await call("sendChatAction", chat_id=ANN, action="typing")
    media = '[{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://a"}]'
    await call("sendMediaGroup", {"a": jpeg()}, chat_id=GROUP, media=media)
    minute = 60.0
    assert server.worst_rate(ANN, minute) == 2
    assert server.worst_rate(GROUP, minute) == 2
    assert server.worst_rate(window_s=minute) == 4
