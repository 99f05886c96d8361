"""/delete that fails in the middle: what is told is what was deleted."""

import asyncio

import pytest

from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.telegram import Person


@pytest.mark.parametrize("step", ["delete_all_of", "_release"])
async def test_a_fault_in_the_middle_ends_in_the_true_receipt(
    line: Line, ann: Person, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Handled again, the press finds a stranger with nothing; told is how much was deleted of who asked, once."""
    await line.with_photos(ann)
    forgetting = line.storage._forgetting
    owner = forgetting if step == "_release" else forgetting._objects
    whole, calls = getattr(owner, step), []

    async def break_once(*args: object) -> object:
        calls.append(args)
        if len(calls) == 1:
            raise ConnectionError("The store is away.")
        return await whole(*args)

    monkeypatch.setattr(owner, step, break_once)
    await ann.send("/delete")
    await ann.wait(lambda seen: "Delete everything" in seen.buttons)
    await ann.press("Delete everything")
    await ann.wait("Everything of yours is deleted")
    while await line.storage.receipts.owed("telegram"):  # noqa: ASYNC110  (a row, for which there is no event)
        await asyncio.sleep(0.02)
    (receipt,) = [seen.text for seen in ann.messages if "Everything of yours is deleted" in seen.text]
    assert "3 photos" in receipt
    assert await line.storage.reapply() == 0
