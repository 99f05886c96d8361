"""The operator's view of the people in storage: who there is, and how many portraits each has left."""

from dataclasses import dataclass

import sqlalchemy as sa

from limner.deploy.errors import UserMistakeError
from limner.storage.database import Database, create_engine
from limner.storage.quota import Balance
from limner.storage.schema import accounts, users


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one platform, with their account."""

    id: str
    platform: str
    platform_id: str
    balance: Balance


async def everybody(database_url: str) -> list[Person]:
    """List all people, the oldest first."""
    query = (
        sa.select(users.c.id, users.c.platform, users.c.platform_id)
        .add_columns(accounts.c.available, accounts.c.held, accounts.c.spent, accounts.c.granted)
        .join(accounts, accounts.c.user_id == users.c.id)
        .order_by(users.c.created_at, users.c.id)
    )
    database = Database(create_engine(database_url))
    try:
        async with database.read() as connection:
            rows = (await connection.execute(query)).all()
            return [Person(row[0], row[1], row[2], Balance(*row[3:])) for row in rows]
    finally:
        await database.close()


async def person_called(database_url: str, name: str) -> Person:
    """Find a person by id, or by platform and account as in `telegram:4711`; raise UserMistakeError where none is."""
    for person in await everybody(database_url):
        if name in (person.id, f"{person.platform}:{person.platform_id}"):
            return person
    raise UserMistakeError(f"Nobody here is called {name!r}. `limner quota` lists everybody.")
