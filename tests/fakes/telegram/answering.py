"""Methods that answer a person's press or payment, and the refund of Stars."""

import time

from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.errors import MisuseError, bad_request
from limner.tests.fakes.telegram.html import units
from limner.tests.fakes.telegram.world import Ask, Question

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
TOAST_MOST = 200


def answer_callback_query(ask: Ask) -> bool:
    """Answer a press, in time and once."""
    if units(ask.get("text", "")) > TOAST_MOST:
        raise MisuseError("MESSAGE_TOO_LONG")
    return _answer(ask, "callback_query_id", ask.world.query_timeout_s)


def answer_pre_checkout_query(ask: Ask) -> bool:
    """Let a payment pass or stop it with a reason, in time and once."""
    if not ask.values["ok"] and not ask.get("error_message"):
        raise MisuseError("ERROR_TEXT_EMPTY")
    return _answer(ask, "pre_checkout_query_id", ask.world.checkout_timeout_s)


def _answer(ask: Ask, name: str, timeout_s: float) -> bool:
    question: Question | None = ask.world.questions.get(ask.values[name])
    now = time.monotonic()
    if question is None or question.answer is not None or now - question.asked_at > timeout_s:
        raise bad_request(TOO_OLD)
    question.answer, question.answered_at = {key: ask.values[key] for key in ask.values if key != name}, now
    ask.world.answered.fire()
    return True


def refund_star_payment(ask: Ask) -> bool:
    """Give Stars back, once; the person sees it in the chat."""
    payment = ask.world.payments.get(ask.values["telegram_payment_charge_id"])
    if payment is None or payment.user_id != ask.values["user_id"]:
        raise bad_request("CHARGE_NOT_FOUND")
    if payment.refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    payment.refunded = True
    paid: Json = {"currency": "XTR", "total_amount": payment.amount, "invoice_payload": payment.payload}
    chat = ask.world.chats[payment.chat_id]
    message = chat.add(ask.world.me, {"refunded_payment": paid | {"telegram_payment_charge_id": payment.charge_id}})
    ask.world.updates.push("message", message)
    return True
