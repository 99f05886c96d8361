"""Stars at the Bot API server: asked before, told after, credited and given back once."""

import asyncio
from typing import Any

import pytest

from limner.tests.fakes.telegram import PersonError, TelegramServer
from limner.tests.fakes.telegram.caller import Caller

ANN, BOB = 1001, 1002


INVOICE: dict[str, Any] = {
    "chat_id": ANN,
    "title": "Ten portraits",
    "description": "Ten more",
    "payload": "pack:10",
    "currency": "XTR",
    "prices": [{"label": "Ten portraits", "amount": 250}],
}


async def test_stars_are_paid_and_given_back_once(server: TelegramServer, call: Caller) -> None:
    """A payment asks before, tells its charge id after, and can be refunded one time by the right person's id."""
    ann = server.person(ANN)
    await call("sendInvoice", **INVOICE)
    paying = asyncio.create_task(ann.pay())
    [asked] = await call("getUpdates", timeout=10)
    query = asked["pre_checkout_query"]
    assert (query["invoice_payload"], query["total_amount"], query["currency"]) == ("pack:10", 250, "XTR")
    await call("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    charge_id = await paying
    paid = (await call.heard())[-1]["message"]["successful_payment"]
    assert paid["telegram_payment_charge_id"] == charge_id
    refund: dict[str, Any] = {"user_id": ANN, "telegram_payment_charge_id": charge_id}
    assert "CHARGE_NOT_FOUND" in await call.refused("refundStarPayment", **(refund | {"user_id": BOB}))
    await call("refundStarPayment", **refund)
    assert "CHARGE_ALREADY_REFUNDED" in await call.refused("refundStarPayment", **refund)
    assert (await call.heard())[0]["message"]["refunded_payment"]["telegram_payment_charge_id"] == charge_id


async def test_a_payment_can_be_refused(server: TelegramServer, call: Caller) -> None:
    """The person reads why; a refusal needs words."""
    server.person(ANN)
    await call("sendInvoice", **INVOICE)
    paying = asyncio.create_task(server.person(ANN).pay())
    [asked] = await call("getUpdates", timeout=10)
    query: dict[str, Any] = {"pre_checkout_query_id": asked["pre_checkout_query"]["id"], "ok": False}
    await call.misused("answerPreCheckoutQuery", **query)
    await call("answerPreCheckoutQuery", **query, error_message="Sold out")
    with pytest.raises(PersonError, match="Sold out"):
        await paying


async def test_a_payment_that_the_bot_lets_wait_is_a_problem(server: TelegramServer, call: Caller) -> None:
    """Without an answer in time the payment fails, and an answer after that comes too late."""
    server.person(ANN)
    await call("sendInvoice", **INVOICE)
    server.world.checkout_timeout_s = 0.01
    with pytest.raises(PersonError, match="did not answer"):
        await server.person(ANN).pay()
    [problem] = server.problems
    server.problems.clear()
    assert "time out" in problem
    query = (await call.heard())[0]["pre_checkout_query"]["id"]
    assert "too old" in await call.refused("answerPreCheckoutQuery", pre_checkout_query_id=query, ok=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "EUR"},
        {"provider_token": "1:TEST"},
        {"prices": []},
        {"prices": [{"label": "a", "amount": 1}, {"label": "b", "amount": 2}]},
        {"prices": [{"label": "a", "amount": 0}]},
        {"title": "x" * 33},
        {"payload": "é" * 65},
        {"description": ""},
        {"reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}},
    ],
    ids=str,
)
async def test_an_invoice_is_for_stars_and_within_bounds(
    server: TelegramServer, call: Caller, wrong: dict[str, Any]
) -> None:
    """One price in XTR without a provider, a title of 32, a description of 255, a payload of 128 bytes, Pay first."""
    server.person(ANN)
    await call.misused("sendInvoice", **(INVOICE | wrong))
