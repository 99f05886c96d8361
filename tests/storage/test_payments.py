"""Payments: credited once, returned once, and the ledger adds up all the while."""

import asyncio
from typing import Any

import pytest

from limner.storage import Payment, Storage, User
from limner.storage.errors import AlreadyRefundedError, NotFoundError
from limner.storage.quota import Balance

SMALL: dict[str, Any] = {"pack": "small", "portraits": 10, "amount": 50, "currency": "XTR"}


async def test_a_payment_is_credited_once(storage: Storage, sitter: User, place: Any) -> None:
    """A charge that is told twenty times at once, by two processes, brings its portraits once."""
    async with place.open() as other:
        tellers = (storage, other) * 10
        outcomes = await asyncio.gather(*(one.payments.credit(sitter.id, "charge", **SMALL) for one in tellers))
    assert outcomes.count(True) == 1
    assert await storage.quota.balance(sitter.id) == Balance(34, 0, 0, 34)
    payment = await storage.payments.get("charge")
    assert payment == Payment("charge", sitter.id, "small", 10, 50, "XTR", "paid", payment.at, None)


async def test_a_refund_takes_back_what_is_left(storage: Storage, sitter: User) -> None:
    """What is available is taken back up to the pack's size, out of what was granted too."""
    await storage.payments.credit(sitter.id, "charge", **SMALL)
    payment = await storage.payments.refund("charge")
    assert payment.state == "refunded"
    assert payment.refunded_at is not None
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)
    kinds = [(entry.kind, entry.amount, entry.key) for entry in await storage.quota.history(sitter.id)]
    assert kinds[1:] == [("grant", 10, "payment:charge"), ("withdraw", 10, "payment:charge")]


@pytest.mark.parametrize("held, taken", [(30, 4), (34, 0)])
async def test_a_refund_leaves_what_was_used(storage: Storage, sitter: User, held: int, taken: int) -> None:
    """Portraits under way or made are not taken away, and nobody ends below zero."""
    await storage.payments.credit(sitter.id, "charge", **SMALL)
    await storage.quota.reserve(sitter.id, held, "job")
    await storage.payments.refund("charge")
    assert await storage.quota.balance(sitter.id) == Balance(34 - held - taken, held, 0, 34 - taken)
    await storage.quota.commit("job")
    assert await storage.quota.balance(sitter.id) == Balance(34 - held - taken, 0, held, 34 - taken)


async def test_a_payment_is_refunded_once(storage: Storage, sitter: User) -> None:
    """Of ten refunds at once one counts; the others say that and when it was done."""
    await storage.payments.credit(sitter.id, "charge", **SMALL)
    await storage.payments.credit(sitter.id, "another", **SMALL)
    outcomes = await asyncio.gather(*(storage.payments.refund("charge") for _ in range(10)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, AlreadyRefundedError)]
    (payment,) = [outcome for outcome in outcomes if isinstance(outcome, Payment)]
    assert len(refused) == 9
    assert {error.refunded_at for error in refused} == {payment.refunded_at}
    assert await storage.quota.balance(sitter.id) == Balance(34, 0, 0, 34)
    assert not await storage.payments.credit(sitter.id, "charge", **SMALL)
    assert await storage.quota.balance(sitter.id) == Balance(34, 0, 0, 34)


async def test_a_charge_stands_for_one_payment(storage: Storage, sitter: User, stranger: User) -> None:
    """The same charge told with another payer, pack or price is an error and credits nothing."""
    await storage.payments.credit(sitter.id, "charge", **SMALL)
    for wrong in ({"pack": "large"}, {"portraits": 11}, {"amount": 1}, {"currency": "EUR"}):
        with pytest.raises(ValueError, match="another payment"):
            await storage.payments.credit(sitter.id, "charge", **SMALL | wrong)
    with pytest.raises(ValueError, match="another payment"):
        await storage.payments.credit(stranger.id, "charge", **SMALL)
    assert await storage.quota.balance(sitter.id) == Balance(34, 0, 0, 34)
    assert await storage.quota.balance(stranger.id) == Balance(24, 0, 0, 24)


async def test_payments_fail_closed(storage: Storage, sitter: User) -> None:
    """Without a payer, a pack of something or a charge, nothing is credited and nothing returned."""
    with pytest.raises(NotFoundError):
        await storage.payments.credit("nobody", "charge", **SMALL)
    for nothing in ({"portraits": 0}, {"portraits": -1}, {"amount": 0}):
        with pytest.raises(ValueError, match="cannot be sold"):
            await storage.payments.credit(sitter.id, "charge", **SMALL | nothing)
    for call in (storage.payments.get("charge"), storage.payments.refund("charge")):
        with pytest.raises(NotFoundError):
            await call
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)


async def test_payments_are_listed_for_their_payer(storage: Storage, sitter: User, stranger: User) -> None:
    """A user's payments come oldest first, refunded ones included, and nobody else's."""
    for user, charge in ((sitter, "b"), (stranger, "x"), (sitter, "a")):
        await storage.payments.credit(user.id, charge, **SMALL)
    await storage.payments.refund("b")
    listed = await storage.payments.of_user(sitter.id)
    assert [(payment.charge_id, payment.state) for payment in listed] == [("b", "refunded"), ("a", "paid")]
