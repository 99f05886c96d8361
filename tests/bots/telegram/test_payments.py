"""Packs for Stars: asked, checked, paid, credited once."""

import base64
from pathlib import Path
from typing import Any

import pytest

from limner.deploy.errors import UserMistakeError
from limner.deploy.settings import Settings
from limner.deploy.telegram import refund
from limner.storage.errors import AlreadyRefundedError
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.talk import FREE, MASTER_KEY
from limner.tests.fakes.telegram import Person, PersonError, TelegramServer


@pytest.fixture
def settings(tmp_path: Path, server: TelegramServer) -> Settings:
    """Give the settings of an operator's command."""
    environ = {
        "LIMNER_HOME": str(tmp_path),
        "LIMNER_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_BASE": server.api_base,
        "TELEGRAM_FILE_BASE": server.file_base,
    }
    return Settings.from_env(environ)


def paid(update_id: int, charge: str) -> dict[str, Any]:
    """Make the update of a payment."""
    payment = {
        "currency": "XTR",
        "total_amount": 50,
        "invoice_payload": "p8",
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }
    who = {"id": 1001, "is_bot": False, "first_name": "Ann"}
    chat = {"id": 1001, "type": "private", "first_name": "Ann"}
    message = {"message_id": 1, "date": 0, "from": who, "chat": chat, "successful_payment": payment}
    return {"update_id": update_id, "message": message}


async def test_a_pack_is_bought(line: Line, ann: Person) -> None:
    """Offer, invoice, payment, and the portraits are there."""
    await ann.send("/buy")
    await ann.wait("How many portraits")
    await ann.press("8 portraits for 50 Stars")
    await ann.wait(lambda seen: "invoice" in seen.raw)
    charge = await ann.pay()
    await ann.wait(f"You have {FREE + 8} portraits now.")
    payment = await line.storage.payments.get(charge)
    assert (payment.pack, payment.portraits, payment.amount, payment.currency) == ("p8", 8, 50, "XTR")


async def test_a_charge_is_credited_once(line: Line, ann: Person) -> None:
    """The same payment in another update changes nothing."""
    await line.application.handle_update(paid(10**9, "charge"))
    await line.application.handle_update(paid(10**9 + 1, "charge"))
    await line.settled()
    user = await line.user(ann)
    assert (await line.storage.quota.balance(user.id)).available == FREE + 8


async def buy(person: Person) -> str:
    """Buy the smallest pack; return the charge."""
    await person.send("/buy")
    await person.wait("How many portraits")
    await person.press("8 portraits for 50 Stars")
    await person.wait(lambda seen: "invoice" in seen.raw)
    charge = await person.pay()
    await person.wait("portraits now.")
    return charge


async def test_an_operator_returns_a_payment(line: Line, ann: Person, settings: Settings) -> None:
    """The Stars go back and what is left of the portraits goes; once."""
    charge = await buy(ann)
    assert (await refund(settings, charge)).state == "refunded"
    user = await line.user(ann)
    assert (await line.storage.quota.balance(user.id)).available == FREE
    assert [call.status for call in line.server.calls_of("refundStarPayment")] == [200]
    with pytest.raises(AlreadyRefundedError):
        await refund(settings, charge)


async def test_a_refund_that_was_cut_off_is_completed(line: Line, ann: Person, settings: Settings) -> None:
    """Telegram has returned the Stars already: the second try takes the portraits."""
    charge = await buy(ann)
    await line.application.bot.refund_star_payment(ann.user.id, charge)
    assert (await refund(settings, charge)).state == "refunded"
    assert (await line.storage.quota.balance((await line.user(ann)).id)).available == FREE


async def test_a_forgotten_person_is_refunded_by_name(line: Line, ann: Person, settings: Settings) -> None:
    """Nothing here says any more who paid: the operator does."""
    charge = await buy(ann)
    await line.storage.forget((await line.user(ann)).id)
    with pytest.raises(UserMistakeError, match="--payer"):
        await refund(settings, charge)
    assert (await refund(settings, charge, str(ann.user.id))).state == "refunded"


async def test_a_pack_that_is_no_longer_sold_is_refused_before_it_is_paid(
    line: Line, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is charged for an old invoice whose price does not hold any more."""
    await ann.send("/buy")
    await ann.wait("How many portraits")
    await ann.press("8 portraits for 50 Stars")
    await ann.wait(lambda seen: "invoice" in seen.raw)
    monkeypatch.setattr("limner.bots.telegram.checkout.pack_called", lambda _: None)
    with pytest.raises(PersonError, match="no longer sold"):
        await ann.pay()


async def test_a_payment_may_go_on_while_the_lane_is_busy(line: Line, ann: Person) -> None:
    """The answer to Telegram's question waits for nothing, not even for the person's own updates."""
    await ann.send("/buy")
    await ann.wait("How many portraits")
    await ann.press("8 portraits for 50 Stars")
    await ann.wait(lambda seen: "invoice" in seen.raw)
    line.server.fail_next("sendMessage", chat_id=1001, retry_after=5)
    await ann.send("/help")
    await ann.pay()
    (answer,) = line.server.calls_of("answerPreCheckoutQuery")
    assert not [seen for seen in ann.messages if "press Done" in seen.text]
    assert answer.parameters["ok"] in {True, "true"}
