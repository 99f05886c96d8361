"""Pressing a button and paying an invoice: a question to the bot, and its answer."""

import asyncio
import secrets
import time
from dataclasses import dataclass

from limner.tests.fakes.telegram.chats import Chat, Json, User
from limner.tests.fakes.telegram.errors import PersonError
from limner.tests.fakes.telegram.seen import Seen
from limner.tests.fakes.telegram.world import Payment, Question, World


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button, and what the bot has answered to it so far."""

    world: World
    question: Question

    @property
    def toast(self) -> str | None:
        """The words that the bot answered with, if it has answered and with words."""
        return (self.question.answer or {}).get("text")

    @property
    def took_s(self) -> float | None:
        """How long the answer took."""
        if self.question.answered_at is None:
            return None
        return self.question.answered_at - self.question.asked_at

    async def answered(self, timeout_s: float = 10.0) -> Json:
        """Wait for the answer. Raises PersonError when the button goes on spinning."""
        return await _answer(self.world, self.question, timeout_s)


def press(world: World, user: User, chat: Chat, seen: Seen, text: str) -> Press:
    """Press a button of a message. Raises PersonError for one that only leads somewhere or is for paying."""
    button = seen.button(text)
    if button is None or button.data is None:
        raise PersonError(f"The button {text!r} is not one that tells the bot something.")
    question = _ask(world)
    content: Json = {"id": question.id, "from": user.json(), "message": seen.raw, "data": button.data}
    world.updates.push("callback_query", content | {"chat_instance": str(chat.id)})
    return Press(world, question)


async def pay(world: World, user: User, chat: Chat, invoice: Json) -> str:
    """Pay an invoice; return the charge id. Raises PersonError if the bot refuses or does not answer in time."""
    payload = world.invoices[chat.id, invoice["message_id"]]
    paid: Json = {"currency": "XTR", "total_amount": invoice["invoice"]["total_amount"], "invoice_payload": payload}
    question = _ask(world)
    world.updates.push("pre_checkout_query", {"id": question.id, "from": user.json()} | paid)
    try:
        answer = await _answer(world, question, world.checkout_timeout_s)
    except PersonError:
        world.problems.append("answerPreCheckoutQuery: the bot let a payment time out")
        raise
    if not answer["ok"]:
        raise PersonError(f"The bot refused the payment: {answer['error_message']}")
    charge_id = f"stx{secrets.token_urlsafe(24)}"
    world.payments[charge_id] = Payment(charge_id, user.id, chat.id, paid["total_amount"], payload)
    charges = {"telegram_payment_charge_id": charge_id, "provider_payment_charge_id": f"{user.id}_0"}
    world.updates.push("message", chat.add(user, {"successful_payment": paid | charges}))
    return charge_id


def _ask(world: World) -> Question:
    question = Question(str(secrets.randbits(62)), time.monotonic())
    world.questions[question.id] = question
    return question


async def _answer(world: World, question: Question, timeout_s: float) -> Json:
    try:
        async with asyncio.timeout(timeout_s):
            while question.answer is None:
                await world.answered.wait()
    except TimeoutError:
        raise PersonError(f"The bot did not answer within {timeout_s:g} s.") from None
    return question.answer
