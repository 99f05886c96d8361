"""Users: who sits, what they agreed to, and where their conversation stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from limner.storage import ledger
from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.keys import Keys
from limner.storage.schema import accounts, chat_notes, chat_states, consents, deletion_log, users


@dataclass(frozen=True, slots=True)
class User:
    """A person on one platform; `consent_version` is the text agreed to last."""

    id: str
    platform: str
    platform_id: str
    language: str
    consent_version: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChatState:
    """Where a conversation stands; survives a restart."""

    name: str
    set_id: str | None = None
    style: str | None = None


NEW_CHAT = ChatState("new")
COMMUNITY = "community:"


class Users:
    """Keep users, their consent and their chat states."""

    def __init__(self, database: Database, keys: Keys, clock: Clock, free_portraits: int) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._free_portraits = free_portraits

    async def get_or_create(self, platform: str, platform_id: str, language: str = "en") -> User:
        """Find the user of a platform account or make it, with a data key and the free portraits, exactly once.

        Somebody who was forgotten and comes back gets what was left of the quota, not a new free grant.
        """
        found = await self.find(platform, platform_id)
        if found is None:
            async with self._database.write() as connection:
                await self._create(connection, platform, platform_id, language)
            found = await self.find(platform, platform_id)
        if found is None:  # forgotten by another task at this very moment
            raise NotFoundError("user", platform_id)
        return found

    async def community(self, platform: str, place_id: str, language: str = "en") -> User:
        """Find the user that a group or server is itself, or make it: with a data key and an empty account.

        Portraits come to its account by the operator alone; none are free, or every new group would bring some.
        """
        name = f"{COMMUNITY}{place_id}"
        found = await self.find(platform, name)
        if found is None:
            async with self._database.write() as connection:
                await self._create(connection, platform, name, language)
            found = await self.find(platform, name)
        assert found is not None
        return found

    async def move_community(self, platform: str, old: str, new: str) -> User | None:
        """Follow a group whose id on its platform has changed; None where nothing is known of it.

        Harmless when repeated, and where the new id is known already, which then stays as it is.
        """
        found = await self.find(platform, f"{COMMUNITY}{old}")
        if found is None or await self.find(platform, f"{COMMUNITY}{new}") is not None:
            return found
        async with self._database.write() as connection:
            mine = users.update().where(users.c.id == found.id)
            await connection.execute(mine.values(platform_id=f"{COMMUNITY}{new}"))
        return found

    async def get(self, user_id: str) -> User:
        """Find a user by id; NotFoundError when unknown or forgotten."""
        found = await self._find(users.c.id == user_id)
        if found is None:
            raise NotFoundError("user", user_id)
        return found

    async def find(self, platform: str, platform_id: str) -> User | None:
        """Find the user of a platform account; None where nobody has it. Makes nobody."""
        return await self._find(sa.and_(users.c.platform == platform, users.c.platform_id == platform_id))

    async def everybody(self) -> list[User]:
        """List all users, the oldest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(_select().order_by(users.c.created_at, users.c.id))
            return [User(**row) for row in rows.mappings()]

    async def record_consent(self, user_id: str, text_version: str) -> None:
        """Write down that a user agreed to a text now; the first time of each text counts."""
        async with self._database.write() as connection:
            await self._require(connection, user_id)
            await insert_new(connection, consents, user_id=user_id, text_version=text_version, at=self._clock())

    async def has_consent(self, user_id: str, text_version: str) -> bool:
        """Tell whether a user agreed to this text."""
        query = sa.select(consents.c.at).where(consents.c.user_id == user_id, consents.c.text_version == text_version)
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def get_state(self, user_id: str) -> ChatState:
        """Give the conversation's state, `new` before the first one was set."""
        query = sa.select(*columns_of(chat_states, ChatState)).where(chat_states.c.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return NEW_CHAT if row is None else ChatState(*row)

    async def set_state(self, user_id: str, state: ChatState) -> None:
        """Replace the conversation's state; NotFoundError for an unknown user."""
        values = {"name": state.name, "set_id": state.set_id, "style": state.style, "updated_at": self._clock()}
        async with self._database.write() as connection:
            await self._require(connection, user_id)
            if not await insert_new(connection, chat_states, user_id=user_id, **values):
                mine = chat_states.c.user_id == user_id
                await connection.execute(chat_states.update().where(mine).values(values))

    async def set_language(self, user_id: str, language: str) -> None:
        """Change the language a user is spoken to in; NotFoundError for an unknown user."""
        async with self._database.write() as connection:
            await self._require(connection, user_id)
            await connection.execute(users.update().where(users.c.id == user_id).values(language=language))

    async def remember(self, user_id: str, name: str, value: str | None) -> None:
        """Keep a note about the chat under a name, in place of the last one; None drops it.

        Notes are for what a restart must not lose, such as the message being edited. Raises NotFoundError for an
        unknown user.
        """
        mine = sa.and_(chat_notes.c.user_id == user_id, chat_notes.c.name == name)
        async with self._database.write() as connection:
            await self._require(connection, user_id)
            if value is None:
                await connection.execute(chat_notes.delete().where(mine))
            elif not await insert_new(connection, chat_notes, user_id=user_id, name=name, value=value):
                await connection.execute(chat_notes.update().where(mine).values(value=value))

    async def recall(self, user_id: str, name: str) -> str | None:
        """Give the note of a name, None where there is none."""
        query = sa.select(chat_notes.c.value).where(chat_notes.c.user_id == user_id, chat_notes.c.name == name)
        async with self._database.read() as connection:
            value: str | None = (await connection.execute(query)).scalar_one_or_none()
        return value

    async def missing(self, user_ids: Collection[str]) -> set[str]:
        """Pick out the ids that are nobody's here (any more)."""
        query = sa.select(users.c.id).where(users.c.id.in_(user_ids))
        async with self._database.read() as connection:
            return set(user_ids) - set((await connection.execute(query)).scalars())

    async def _create(self, connection: Connection, platform: str, platform_id: str, language: str) -> None:
        user_id, now = uuid4().hex, self._clock()
        row = {"id": user_id, "platform": platform, "platform_id": platform_id}
        if not await insert_new(connection, users, **row, language=language, created_at=now):
            return  # another task was faster
        await self._keys.create(connection, user_id)
        forgotten = await self._left_behind(connection, platform, platform_id)
        amount, why, day = (self._free_portraits, "free", None) if forgotten is None else forgotten
        if platform_id.startswith(COMMUNITY):
            amount, day = 0, date.max  # renewed for ever: the daily portraits are for people
        empty = {"user_id": user_id, "available": 0, "held": 0, "spent": 0, "granted": 0, "renewed_on": day}
        await connection.execute(accounts.insert().values(empty))
        if amount > 0:
            await ledger.grant(connection, now, user_id, amount, f"{why}:{user_id}")

    async def _left_behind(
        self, connection: Connection, platform: str, platform_id: str
    ) -> tuple[int, str, date] | None:
        query = (
            sa.select(deletion_log.c.quota_left, deletion_log.c.at)
            .where(deletion_log.c.person_hash == self._keys.fingerprint(person(platform, platform_id)))
            .order_by(deletion_log.c.at.desc())
            .limit(1)
        )
        line = (await connection.execute(query)).one_or_none()
        # The day of the forgetting counts as renewed: going and coming back within it brings no second allowance.
        return None if line is None else (line.quota_left, "returned", ledger.day_of(line.at))

    async def _find(self, condition: sa.ColumnElement[bool]) -> User | None:
        async with self._database.read() as connection:
            row = (await connection.execute(_select().where(condition))).mappings().one_or_none()
        return None if row is None else User(**row)

    async def _require(self, connection: Connection, user_id: str) -> None:
        if (await connection.execute(sa.select(users.c.id).where(users.c.id == user_id))).first() is None:
            raise NotFoundError("user", user_id)


def _select() -> sa.Select[Any]:
    newest = (
        sa.select(consents.c.text_version)
        .where(consents.c.user_id == users.c.id)
        .order_by(consents.c.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(users, newest.label("consent_version"))


def person(platform: str, platform_id: str) -> str:
    """Name a person for the deletion log's keyed hash."""
    return f"{platform}:{platform_id}"
