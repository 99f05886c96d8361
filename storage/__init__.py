"""Where everything is kept: the table of contents of this folder.

    users       who sits, consent, where the conversation stands
    photos      what a sitter sent, one set at a time, and what the examination said
    requests    queued -> running -> made | failed | cancelled, each step one transaction
    dead_letters  requests that failed or wait: shown, tried again, given back
    portraits   what goes back
    face_loras  what was learned of a sitter
    sitters     whose face an account has had painted, and that a second person agreed to it
    events      a community's avatar events and who takes part
    galleries   what they show in public, and their posters
    quota       the ledger: available + held + spent = granted
    payments    packs that were bought, credited once, refunded once
    inbox       what a platform sent, written down before it is acknowledged
    outbox      what a sitter must still be told
    sent        what was delivered of it already, part by part
    rates       how often somebody may do something
    templates   pictures in whose place somebody wants to be painted, until a request takes them over
    servers     what the administrators of a platform's server have chosen
    forget      the key first, then everything else, with a receipt
    receipts    what is owed to somebody who was forgotten: the word that it is done
    retire      what is older than its retention time

Rows are in SQL, bytes are encrypted objects (`objects`, `keys`). Knows no chat, no queue, no engine.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from limner.storage.database import Clock, Database, open_database, utc_now
from limner.storage.dead_letters import DeadLetters
from limner.storage.deletions import Deletions
from limner.storage.events import AvatarEvent, Events, NewEvent
from limner.storage.face_loras import FaceLora, FaceLoras
from limner.storage.forgetting import Forgetting
from limner.storage.galleries import Galleries
from limner.storage.inbox import Inbox, Update
from limner.storage.keys import KEY_BYTES, Keys
from limner.storage.objects import Objects, open_store
from limner.storage.outbox import Notice, Outbox
from limner.storage.payments import Payment, Payments
from limner.storage.photos import Photo, Photos
from limner.storage.portraits import NewPortrait, Portrait, Portraits
from limner.storage.quota import Balance, Entry, Quota
from limner.storage.rates import Rates
from limner.storage.receipts import Receipt, Receipts
from limner.storage.requests import Request, Requests
from limner.storage.retention import Retention
from limner.storage.sent import Sent
from limner.storage.servers import Server, Servers
from limner.storage.sitters import Sitter, Sitters
from limner.storage.templates import Templates
from limner.storage.upgrade import migrate
from limner.storage.users import ChatState, User, Users

__all__ = [
    "KEY_BYTES",
    "AvatarEvent",
    "Balance",
    "ChatState",
    "Entry",
    "FaceLora",
    "NewEvent",
    "NewPortrait",
    "Notice",
    "Payment",
    "Photo",
    "Portrait",
    "Receipt",
    "Request",
    "Server",
    "Sitter",
    "Storage",
    "Update",
    "User",
    "migrate",
    "open_storage",
]

FREE_PORTRAITS = 24


class Storage:
    """All subjects over one database and one object store."""

    def __init__(
        self,
        database: Database,
        objects: Objects,
        deletions: Deletions,
        keys: Keys,
        *,
        free_portraits: int,
        daily_portraits: int,
        clock: Clock,
    ) -> None:
        self.users = Users(database, keys, clock, free_portraits)
        self.photos = Photos(database, objects, clock)
        self.templates = Templates(database, objects, clock)
        self.rates = Rates(database, clock)
        self.requests = Requests(database, objects, clock, daily_portraits)
        self.dead_letters = DeadLetters(database, clock, daily_portraits)
        self.portraits = Portraits(database, objects)
        self.face_loras = FaceLoras(database, objects, clock)
        self.sitters = Sitters(database, objects, clock)
        self.events = Events(database, clock)
        self.galleries = Galleries(database, objects)
        self.quota = Quota(database, clock, daily_portraits)
        self.payments = Payments(database, clock, daily_portraits)
        self.inbox = Inbox(database, clock)
        self.outbox = Outbox(database, clock)
        self.sent = Sent(database)
        self.servers = Servers(database)
        self.receipts = Receipts(database, clock)
        self._forgetting = Forgetting(database, objects, deletions, keys, clock)
        self._retention = Retention(database, objects, clock)

    async def forget(self, user_id: str, *, tell: bool = False) -> Receipt:
        """Delete everything about a user, the key first; cancel running requests before, or they fail at their end.

        With `tell` the receipt is owed to the person (`receipts`) until somebody has told it.
        Raises NotFoundError for an unknown user.
        """
        return await self._forgetting.forget(user_id, tell=tell)

    async def receipt(self, user_id: str) -> Receipt:
        """Give the receipt of a user who was forgotten; NotFoundError when none was written."""
        return await self._forgetting.receipt(user_id)

    async def reapply(self) -> int:
        """Forget again whom a backup has brought back, and finish what was killed; return how many people that were.

        To be called at every start.
        """
        return await self._forgetting.reapply()

    async def sweep(self, older_than: timedelta = timedelta(hours=1), rows_within_s: float = 0.0) -> int:
        """Delete objects that no row names and finish interrupted forgetting; return how many objects went.

        A row that comes within `rows_within_s` saves its object, however old that seems by a clock that is wrong.
        """
        return await self._forgetting.sweep(older_than, rows_within_s)

    async def retire(self, days: int) -> int:
        """Delete photos, Face LoRAs and portraits older than so many days; 0 keeps them. Return how many objects went.

        What a waiting or running request needs is left alone; the person and the ledger stay. May be repeated. Raises
        ValueError for a negative number.
        """
        return await self._retention.retire(days)


@asynccontextmanager
async def open_storage(
    database_url: str,
    object_store_url: str,
    master_key: bytes,
    *,
    free_portraits: int = FREE_PORTRAITS,
    daily_portraits: int = 0,
    deletions_url: str | None = None,
    clock: Clock = utc_now,
) -> AsyncIterator[Storage]:
    """Open storage for the length of the block; the schema must be there (`migrate`).

    `database_url` is `sqlite:///file` or `postgresql://…`; `object_store_url` is `file:///folder`, `memory:///` or
    `s3://bucket`; `master_key` has 32 bytes (ValueError otherwise). Everybody begins with `free_portraits`; on each day
    (UTC) what somebody has left is filled up to `daily_portraits`, where 0 is without renewal. `deletions_url` is the
    store of the deletion log's second place, None for `object_store_url`. `clock` tells the time in UTC.
    """
    database = open_database(database_url)
    try:
        keys = Keys(database, master_key, clock)
        store = open_store(object_store_url)
        deletions = store if deletions_url is None else open_store(deletions_url)
        yield Storage(
            database,
            Objects(store, keys),
            Deletions(deletions, keys),
            keys,
            free_portraits=free_portraits,
            daily_portraits=daily_portraits,
            clock=clock,
        )
    finally:
        await database.close()
