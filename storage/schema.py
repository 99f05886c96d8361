"""The tables.

Knows no queries. Every change here needs a migration beside it (`migrations/versions`); a test compares the two.
Only types and constraints that SQLite and PostgreSQL share. Columns named `…_object` hold the path of an encrypted
object; `OBJECT_COLUMNS` lists them all, so that the sweep knows what is still wanted.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Keep moments in UTC: SQLite forgets the zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: a guess here would be an hour off somewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The moment {value!r} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Names by rule, so that a later migration can name what it changes on either database.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.String(32), primary_key=True)


def _owner(*, primary_key: bool = False) -> sa.Column[str]:
    return _belongs_to("users", "user_id", primary_key=primary_key)


def _belongs_to(table: str, name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    # ON DELETE CASCADE: forgetting a person deletes one row and the database finds the rest.
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(32), key, primary_key=primary_key, nullable=nullable)


def _when(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _object(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _number(name: str, kind: type[sa.types.TypeEngine[Any]] = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


users = sa.Table(
    "users",
    metadata,
    _id(),
    _text("platform"),
    _text("platform_id"),
    _text("language"),
    _when("created_at"),
    sa.UniqueConstraint("platform", "platform_id"),
)

data_keys = sa.Table(
    "data_keys",
    metadata,
    _owner(primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    _when("created_at"),
)

consents = sa.Table(
    "consents",
    metadata,
    _owner(primary_key=True),
    sa.Column("text_version", sa.Text, primary_key=True),
    _when("at"),
)

chat_states = sa.Table(
    "chat_states",
    metadata,
    _owner(primary_key=True),
    _text("name"),
    sa.Column("set_id", sa.String(32)),
    _text("style", nullable=True),
    _when("updated_at"),
)

# What an adapter must find again after a restart, such as the message that it goes on editing.
chat_notes = sa.Table(
    "chat_notes",
    metadata,
    _owner(primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    _text("value"),
)

photo_sets = sa.Table(
    "photo_sets",
    metadata,
    _id(),
    _owner(),
    _text("state"),
    _when("created_at"),
    _one_of("state", "open", "closed"),
    # At most one open set for each sitter, whatever races.
    sa.Index(
        "ix_photo_sets_one_open",
        "user_id",
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

photos = sa.Table(
    "photos",
    metadata,
    _id(),
    _belongs_to("photo_sets", "set_id"),
    _owner(),
    _text("state"),
    _text("reason", nullable=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    _text("dedupe_key", nullable=True),
    sa.Column("quality", sa.JSON, nullable=True),
    _object("original_object", nullable=True),
    _object("thumbnail_object", nullable=True),
    _object("embedding_object", nullable=True),
    _when("created_at"),
    sa.UniqueConstraint("set_id", "sha256"),
    sa.UniqueConstraint("set_id", "dedupe_key"),
    _one_of("state", "received", "accepted", "refused", "deleted"),
    sa.Index(None, "user_id"),
)

requests = sa.Table(
    "requests",
    metadata,
    _id(),
    _owner(),
    _belongs_to("photo_sets", "set_id"),
    _text("style"),
    _number("count"),
    _number("seed", sa.BigInteger),
    _text("state"),
    _text("reason", nullable=True),
    _number("attempt"),
    _text("key", nullable=True),
    _object("checkpoint_object", nullable=True),
    _when("created_at"),
    _when("started_at", nullable=True),
    _when("finished_at", nullable=True),
    sa.Column("event_id", sa.String(32), nullable=True),
    sa.UniqueConstraint("user_id", "key"),
    _one_of("state", "queued", "running", "made", "failed", "cancelled"),
    sa.Index(None, "state", "created_at"),
)

portraits = sa.Table(
    "portraits",
    metadata,
    _id(),
    _belongs_to("requests", "request_id"),
    _owner(),
    _number("n"),
    _text("style"),
    _number("seed", sa.BigInteger),
    sa.Column("likeness", sa.Float, nullable=True),
    sa.Column("meta", sa.JSON, nullable=False),
    _object("png_object"),
    _when("created_at"),
    sa.UniqueConstraint("request_id", "n"),
    sa.Index(None, "user_id"),
)

face_loras = sa.Table(
    "face_loras",
    metadata,
    _id(),
    _owner(),
    _belongs_to("photo_sets", "set_id"),
    _text("base"),
    sa.Column("meta", sa.JSON, nullable=False),
    _object("weights_object"),
    _object("reference_object", nullable=True),
    _when("created_at"),
    sa.Index(None, "user_id"),
    sa.Index(None, "set_id"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    _owner(primary_key=True),
    _number("available"),
    _number("held"),
    _number("spent"),
    _number("granted"),
    sa.Column("renewed_on", sa.Date, nullable=True),
    sa.CheckConstraint("available >= 0 AND held >= 0 AND spent >= 0", name="not_negative"),
    sa.CheckConstraint("available + held + spent = granted", name="sum"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    _owner(),
    _number("amount"),
    _text("state"),
    _when("expires_at", nullable=True),
    sa.CheckConstraint("amount > 0", name="amount"),
    _one_of("state", "held", "committed", "refunded"),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    _owner(),
    _text("key"),
    _text("kind"),
    _number("amount"),
    _when("at"),
    sa.UniqueConstraint("key", "kind"),
    sa.CheckConstraint("amount > 0", name="amount"),
    _one_of("kind", "grant", "reserve", "commit", "refund", "withdraw"),
    sa.Index(None, "user_id"),
)

# Survives the person, without the name: a payment made by somebody who was forgotten can still be returned.
payments = sa.Table(
    "payments",
    metadata,
    sa.Column("charge_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="SET NULL"), nullable=True),
    _text("pack"),
    _number("portraits"),
    _number("amount"),
    _text("currency"),
    _text("state"),
    _when("at"),
    _when("refunded_at", nullable=True),
    sa.CheckConstraint("portraits > 0 AND amount > 0", name="positive"),
    _one_of("state", "paid", "refunded"),
    sa.Index(None, "user_id"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    _owner(),
    _text("platform"),
    _text("kind"),
    sa.Column("subject", sa.String(32), nullable=False),
    _belongs_to("requests", "request_id", nullable=True),
    _belongs_to("photos", "photo_id", nullable=True),
    _when("created_at"),
    _when("delivered_at", nullable=True),
    sa.UniqueConstraint("subject", "kind"),
    sa.Index(None, "platform", "delivered_at"),
)

sent = sa.Table(
    "sent",
    metadata,
    _belongs_to("outbox", "notice_id", primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    _text("reference"),
)

# Written before anybody knows whose it is, so it belongs to a lane and not to a user; forgetting empties the lane.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("platform", sa.Text, primary_key=True),
    sa.Column("update_id", sa.BigInteger, primary_key=True),
    _text("lane"),
    sa.Column("body", sa.LargeBinary, nullable=True),
    _when("created_at"),
    _when("done_at", nullable=True),
    sa.Index(None, "platform", "done_at"),
    sa.Index(None, "platform", "lane"),
)

# Survives the person: keyed hashes that mean nothing without the master key, counts, and no other trace.
deletion_log = sa.Table(
    "deletion_log",
    metadata,
    sa.Column("user_hash", sa.String(64), primary_key=True),
    sa.Column("person_hash", sa.String(64), nullable=False),
    _when("at"),
    _number("photos"),
    _number("portraits"),
    _number("face_loras"),
    _number("quota_left"),
    sa.Index(None, "person_hash"),
)

OBJECT_COLUMNS: tuple[sa.Column[Any], ...] = tuple(
    column for table in metadata.tables.values() for column in table.c if column.name.endswith("_object")
)
