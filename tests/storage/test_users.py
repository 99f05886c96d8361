"""Users, consent and the conversation's state."""

import asyncio

import pytest

from limner.storage import ChatState, Storage, User
from limner.storage.errors import NotFoundError
from limner.storage.quota import Balance


async def test_a_platform_account_is_one_user(storage: Storage) -> None:
    """Twenty first messages at once make one user with one free grant."""
    found = await asyncio.gather(*(storage.users.get_or_create("telegram", "42", "de") for _ in range(20)))
    assert len({user.id for user in found}) == 1
    assert found[0].language == "de"
    assert await storage.quota.balance(found[0].id) == Balance(24, 0, 0, 24)


async def test_platforms_do_not_mix(storage: Storage) -> None:
    """The same account number on two platforms is two users."""
    first = await storage.users.get_or_create("telegram", "42")
    second = await storage.users.get_or_create("discord", "42")
    assert first.id != second.id


async def test_unknown_user_is_not_found(storage: Storage) -> None:
    """Asking for a user who is not there says so, for each question."""
    for call in (
        storage.users.get("nobody"),
        storage.users.record_consent("nobody", "v1"),
        storage.users.set_state("nobody", ChatState("new")),
        storage.photos.open_set("nobody"),
        storage.quota.balance("nobody"),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_consent_is_to_one_text(storage: Storage, sitter: User) -> None:
    """Agreeing to a text is remembered for that text; the newest one is shown with the user."""
    assert not await storage.users.has_consent(sitter.id, "v1")
    await storage.users.record_consent(sitter.id, "v1")
    await storage.users.record_consent(sitter.id, "v1")
    assert await storage.users.has_consent(sitter.id, "v1")
    assert not await storage.users.has_consent(sitter.id, "v2")
    await storage.users.record_consent(sitter.id, "v2")
    assert (await storage.users.get(sitter.id)).consent_version == "v2"


async def test_chat_state_is_replaced(storage: Storage, sitter: User) -> None:
    """A conversation is new until its state is set; then the last state counts."""
    assert await storage.users.get_state(sitter.id) == ChatState("new")
    await storage.users.set_state(sitter.id, ChatState("collecting", set_id="s"))
    await storage.users.set_state(sitter.id, ChatState("choosing", set_id="s", style="oil"))
    assert await storage.users.get_state(sitter.id) == ChatState("choosing", "s", "oil")
