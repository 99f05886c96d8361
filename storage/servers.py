"""Servers: what the administrators of a chat platform's server have chosen for everybody there.

Ids are the platform's own, as text. Nothing here belongs to a person.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from limner.storage.database import Database, columns_of, insert_new
from limner.storage.schema import servers


@dataclass(frozen=True, slots=True)
class Server:
    """One server: where it may be asked (None: anywhere), who may ask (None: everybody), and how it answers."""

    platform: str
    server_id: str
    channel_id: str | None = None
    role_id: str | None = None
    public: bool = False
    language: str | None = None


class Servers:
    """Keep the choices of servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, platform: str, server_id: str) -> Server:
        """Give a server's choices; those of a server that has chosen nothing are the defaults."""
        query = sa.select(*columns_of(servers, Server)).where(_same(platform, server_id))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Server(platform, server_id) if row is None else Server(*row)

    async def put(self, server: Server) -> None:
        """Keep a server's choices, in place of the former ones."""
        row = {name: getattr(server, name) for name in Server.__slots__}
        async with self._database.write() as connection:
            if not await insert_new(connection, servers, **row):
                mine = _same(server.platform, server.server_id)
                await connection.execute(servers.update().where(mine).values(row))


def _same(platform: str, server_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(servers.c.platform == platform, servers.c.server_id == server_id)
