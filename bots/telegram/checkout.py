"""Buying portraits: an invoice, a question of Telegram's, a payment that is credited once.

Source: https://core.telegram.org/bots/payments-stars
"""

import logging

from telegram import LabeledPrice

from limner.bots.telegram.desk import Desk, home
from limner.bots.telegram.messages.outgoing import Text
from limner.bots.telegram.packs import CURRENCY, PACKS, pack_called
from limner.bots.telegram.updates.incoming import Incoming, Paid, PreCheckout
from limner.storage.users import User

__all__ = ["Checkout"]

logger = logging.getLogger(__name__)


class Checkout:
    """Sells packs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def offer(self, user: User) -> Text:
        """Show the packs to choose from."""
        renderer = self._desk.renderer(user)
        words = [
            (pack.name, renderer.say("telegram-pack", {"portraits": pack.portraits, "stars": pack.stars}))
            for pack in PACKS
        ]
        return renderer.text("telegram-buy-ask", keyboard=renderer.keyboards.packs(words))

    async def invoice(self, user: User, name: str) -> bool:
        """Send the invoice of a pack; False for one that is not sold (any more)."""
        pack = pack_called(name)
        if pack is None:
            return False
        say = self._desk.renderer(user).say
        figures = {"portraits": pack.portraits, "stars": pack.stars}
        title = say("telegram-pack-title", figures)
        await self._desk.sender.paced(
            home(user).chat_id,
            lambda chat_id: self._desk.sender.bot.send_invoice(
                chat_id=chat_id,
                title=title,
                description=say("telegram-pack-words", figures),
                payload=pack.name,
                currency=CURRENCY,
                prices=[LabeledPrice(title, pack.stars)],
            ),
        )
        return True

    async def check(self, incoming: Incoming, asked: PreCheckout) -> None:
        """Say whether a payment may go through. Needs neither storage nor a turn: Telegram waits ten seconds."""
        pack = pack_called(asked.payload)
        good = pack is not None and (asked.amount, asked.currency) == (pack.stars, CURRENCY)
        renderer = self._desk.renderer_for(incoming.sender.language)
        words = None if good else renderer.say("telegram-pack-gone")
        await self._desk.sender.bot.answer_pre_checkout_query(asked.query_id, ok=good, error_message=words)

    async def credit(self, user: User, paid: Paid) -> Text:
        """Credit a payment, once for each charge, and say what there is now.

        The portraits are those of the pack as it was sold; a pack that is gone was still paid for, by its Stars.
        """
        pack = pack_called(paid.payload)
        if pack is None:
            # Nobody can pay an unknown pack: `check` refuses it. The operator finds the charge in the log.
            logger.error("The charge %s paid for %r, which is no pack.", paid.charge_id, paid.payload)
            return self._desk.renderer(user).text("telegram-paid-unknown", {"charge": paid.charge_id})
        storage = self._desk.storage
        await storage.payments.credit(user.id, paid.charge_id, pack.name, pack.portraits, paid.amount, paid.currency)
        balance = await storage.quota.balance(user.id)
        return self._desk.renderer(user).text("telegram-paid", {"available": balance.available})
