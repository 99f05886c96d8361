"""What is left of people who had everything deleted: nothing may be, in any table, any object, or Redis.

What is documented to stay (storage/forgetting.py) names nobody: keyed hashes and counts in the log of deletions,
payments without a name, the numbers of updates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from redis.asyncio import Redis

from limner.storage import Storage
from limner.storage.database import open_database
from limner.storage.schema import metadata
from limner.tests.fakes.shop import database_url
from limner.tests.load.home import Home


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who was here: who they were to the platform, to storage, and what they had asked for."""

    platform_id: str
    user_id: str
    request_ids: Sequence[str]

    def is_named_by(self, value: object) -> bool:
        """Tell whether a value speaks of this person."""
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        return text in {self.platform_id, f"user:{self.platform_id}"} or any(
            name in text for name in (self.user_id, *self.request_ids)
        )


async def of_everybody(storage: Storage, chat_ids: Sequence[int]) -> list[Gone]:
    """Note who people are, while they are here."""
    found = []
    for chat_id in chat_ids:
        user = await storage.users.get_or_create("telegram", str(chat_id))
        requests = await storage.requests.of_user(user.id, 100_000)
        found.append(Gone(str(chat_id), user.id, [request.id for request in requests]))
    return found


async def leftovers(home: Home, redis_url: str, gone: Sequence[Gone]) -> list[str]:
    """List what still speaks of them, a sentence each."""
    return [
        *await _in_tables(home, gone),
        *_in_objects(home, gone),
        *await _in_redis(redis_url, gone),
    ]


async def _in_tables(home: Home, gone: Sequence[Gone]) -> list[str]:
    database, found = open_database(database_url(home.folder)), []
    try:
        async with database.read() as connection:
            for table in metadata.tables.values():
                for row in await connection.execute(sa.select(table)):
                    for column, value in row._mapping.items():
                        found += [f"{table.name}.{column} names {one.platform_id}" for one in _named(gone, value)]
    finally:
        await database.close()
    return found


def _in_objects(home: Home, gone: Sequence[Gone]) -> list[str]:
    folder = home.folder / "objects"
    paths = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    return [f"the object {path} is there of {one.platform_id}" for path in paths for one in _named(gone, path)]


async def _in_redis(url: str, gone: Sequence[Gone]) -> list[str]:
    found, redis = [], Redis.from_url(url)
    try:
        async for key in redis.scan_iter(count=1000):
            for value in (key, *await _values(redis, key)):
                found += [f"Redis has {key!r}, which names {one.platform_id}" for one in _named(gone, value)]
    finally:
        await redis.aclose()
    return found


async def _values(redis: Any, key: bytes) -> list[Any]:
    # Any: redis-py types these calls for its synchronous twin too.
    match await redis.type(key):
        case b"string":
            return [await redis.get(key)]
        case b"hash":
            return [part for pair in (await redis.hgetall(key)).items() for part in pair]
        case b"zset":
            return list(await redis.zrange(key, 0, -1))
        case b"stream":
            return [value for _, entry in await redis.xrange(key) for value in entry.values()]
        case b"none":
            return []  # gone meanwhile
        case other:
            raise AssertionError(f"Redis has something of the kind {other!r}, and nobody here looks into that.")


def _named(gone: Sequence[Gone], value: object) -> list[Gone]:
    return [] if value is None else [one for one in gone if one.is_named_by(value)]
