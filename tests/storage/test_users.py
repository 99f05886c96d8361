"""Users, consent and the conversation's state."""

import asyncio
from typing import Any

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
        storage.users.set_language("nobody", "de"),
        storage.users.remember("nobody", "status", "17"),
        storage.users.remember("nobody", "status", None),
        storage.photos.open_set("nobody"),
        storage.quota.balance("nobody"),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_people_are_found_and_nobody_is_made(storage: Storage, sitter: User) -> None:
    """Looking for an account finds its user, and where there is none it makes none."""
    assert await storage.users.find("web", "sitter") == sitter
    assert await storage.users.find("telegram", "sitter") is None
    assert await storage.users.everybody() == [sitter]


async def test_everybody_is_listed_once(storage: Storage, sitter: User, stranger: User) -> None:
    """The list has the oldest first, each with the consent given last, and the accounts are found by its ids."""
    for text in ("v1", "v2"):
        await storage.users.record_consent(sitter.id, text)
    await storage.quota.reserve(stranger.id, 4, "request")
    people = await storage.users.everybody()
    assert [(user.id, user.consent_version) for user in people] == [(sitter.id, "v2"), (stranger.id, None)]
    assert await storage.quota.balances() == {sitter.id: Balance(24, 0, 0, 24), stranger.id: Balance(20, 4, 0, 24)}


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


async def test_the_language_is_changed(storage: Storage, sitter: User, stranger: User) -> None:
    """A chosen language stays with its user, also when the platform goes on naming another."""
    await storage.users.set_language(sitter.id, "ru")
    assert (await storage.users.get_or_create("web", "sitter", "de")).language == "ru"
    assert (await storage.users.get(stranger.id)).language == "en"


async def test_notes_are_each_users_own(storage: Storage, sitter: User, stranger: User, place: Any) -> None:
    """A note is replaced by the next one of its name, outlives the process, and is nobody else's."""
    await storage.users.remember(sitter.id, "status", "17")
    await storage.users.remember(sitter.id, "status", "18")
    await storage.users.remember(sitter.id, "queue", "9")
    async with place.open() as again:
        assert await again.users.recall(sitter.id, "status") == "18"
        assert await again.users.recall(stranger.id, "status") is None
    await storage.users.remember(sitter.id, "status", None)
    await storage.users.remember(sitter.id, "status", None)
    assert await storage.users.recall(sitter.id, "status") is None
    assert await storage.users.recall(sitter.id, "queue") == "9"


async def test_no_id_is_given_twice(storage: Storage) -> None:
    """Somebody who is forgotten and comes again has ids that nobody had: what names the old ones means nobody now."""
    seen: list[str] = []
    for _ in range(2):
        user = await storage.users.get_or_create("telegram", "4711001")
        set_id = await storage.photos.open_set(user.id)
        photo = await storage.photos.add(user.id, set_id, b"selfie")
        request = await storage.requests.accept(user.id, set_id, "pencil", 4, seed=7)
        seen += [user.id, set_id, photo.id, request.id]
        await storage.forget(user.id)
    assert len(set(seen)) == len(seen)
