"""The tables.

Knows no queries. Every change here needs a migration beside it (`migrations/versions`); a test compares the two.
Columns named `…_object` hold the path of an encrypted object; `OBJECT_COLUMNS` lists them all, so that the sweep knows
what is still wanted.
"""

from typing import Any

import sqlalchemy as sa

from limner.storage import columns
from limner.storage.columns import (
    belongs_to,
    identifier,
    moment,
    named_by,
    number,
    object_path,
    one_of,
    owner,
    text,
)

metadata = columns.metadata

users = sa.Table(
    "users",
    metadata,
    identifier(),
    text("platform"),
    text("platform_id"),
    text("language"),
    moment("created_at"),
    sa.UniqueConstraint("platform", "platform_id"),
)

data_keys = sa.Table(
    "data_keys",
    metadata,
    owner(primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    moment("created_at"),
)

consents = sa.Table(
    "consents",
    metadata,
    owner(primary_key=True),
    sa.Column("text_version", sa.Text, primary_key=True),
    moment("at"),
)

chat_states = sa.Table(
    "chat_states",
    metadata,
    owner(primary_key=True),
    text("name"),
    sa.Column("set_id", sa.String(32)),
    text("style", nullable=True),
    moment("updated_at"),
)

# What an adapter must find again after a restart, such as the message that it goes on editing.
chat_notes = sa.Table(
    "chat_notes",
    metadata,
    owner(primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    text("value"),
)

photo_sets = sa.Table(
    "photo_sets",
    metadata,
    identifier(),
    owner(),
    text("state"),
    moment("created_at"),
    one_of("state", "open", "closed"),
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
    identifier(),
    belongs_to("photo_sets", "set_id"),
    owner(),
    text("state"),
    text("reason", nullable=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    text("dedupe_key", nullable=True),
    sa.Column("quality", sa.JSON, nullable=True),
    object_path("original_object", nullable=True),
    object_path("thumbnail_object", nullable=True),
    object_path("embedding_object", nullable=True),
    moment("created_at"),
    sa.UniqueConstraint("set_id", "sha256"),
    sa.UniqueConstraint("set_id", "dedupe_key"),
    one_of("state", "received", "accepted", "refused", "deleted"),
    sa.Index(None, "user_id"),
)

requests = sa.Table(
    "requests",
    metadata,
    identifier(),
    owner(),
    belongs_to("photo_sets", "set_id"),
    text("style"),
    number("count"),
    number("seed", sa.BigInteger),
    text("state"),
    text("reason", nullable=True),
    number("attempt"),
    text("key", nullable=True),
    object_path("checkpoint_object", nullable=True),
    object_path("preview_object", nullable=True),
    object_path("template_object", nullable=True),
    moment("created_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    sa.Column("event_id", sa.String(32), nullable=True),
    sa.Column("templated", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("user_id", "key"),
    one_of("state", "queued", "running", "made", "failed", "cancelled"),
    sa.Index(None, "state", "created_at"),
)

# What waits for the next request of a person, which takes the object over.
templates = sa.Table(
    "templates",
    metadata,
    owner(primary_key=True),
    object_path("template_object"),
    moment("created_at"),
)

# How much of what somebody may do in a time is used up (`rates`).
rates = sa.Table(
    "rates",
    metadata,
    owner(primary_key=True),
    sa.Column("what", sa.Text, primary_key=True),
    moment("used_until"),
)

portraits = sa.Table(
    "portraits",
    metadata,
    identifier(),
    belongs_to("requests", "request_id"),
    owner(),
    number("n"),
    text("style"),
    number("seed", sa.BigInteger),
    sa.Column("likeness", sa.Float, nullable=True),
    sa.Column("meta", sa.JSON, nullable=False),
    object_path("png_object"),
    moment("created_at"),
    sa.UniqueConstraint("request_id", "n"),
    sa.Index(None, "user_id"),
)

# Written anew of a portrait, for where the portrait itself is too large or not square.
portrait_copies = sa.Table(
    "portrait_copies",
    metadata,
    belongs_to("portraits", "portrait_id", primary_key=True),
    sa.Column("most_bytes", sa.Integer, primary_key=True),
    sa.Column("square", sa.Boolean, primary_key=True),
    object_path("jpeg_object"),
)

face_loras = sa.Table(
    "face_loras",
    metadata,
    identifier(),
    owner(),
    belongs_to("photo_sets", "set_id"),
    text("base"),
    sa.Column("meta", sa.JSON, nullable=False),
    object_path("weights_object"),
    object_path("reference_object", nullable=True),
    moment("created_at"),
    sa.Index(None, "user_id"),
    sa.Index(None, "set_id"),
)

# Whom an account has had painted; with a version of the text, that this person agreed to it.
sitters = sa.Table(
    "sitters",
    metadata,
    identifier(),
    owner(),
    belongs_to("photo_sets", "set_id"),
    text("consent_version", nullable=True),
    object_path("embedding_object"),
    moment("created_at"),
    sa.Index(None, "user_id"),
    sa.Index(None, "set_id"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    owner(primary_key=True),
    number("available"),
    number("held"),
    number("spent"),
    number("granted"),
    sa.Column("renewed_on", sa.Date, nullable=True),
    sa.CheckConstraint("available >= 0 AND held >= 0 AND spent >= 0", name="not_negative"),
    sa.CheckConstraint("available + held + spent = granted", name="sum"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    owner(),
    number("amount"),
    text("state"),
    moment("expires_at", nullable=True),
    sa.CheckConstraint("amount > 0", name="amount"),
    one_of("state", "held", "committed", "refunded"),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    owner(),
    text("key"),
    text("kind"),
    number("amount"),
    moment("at"),
    sa.UniqueConstraint("key", "kind"),
    sa.CheckConstraint("amount > 0", name="amount"),
    one_of("kind", "grant", "reserve", "commit", "refund", "withdraw"),
    sa.Index(None, "user_id"),
)

# Survives the person, without the name: a payment made by somebody who was forgotten can still be returned.
payments = sa.Table(
    "payments",
    metadata,
    sa.Column("charge_id", sa.Text, primary_key=True),
    named_by("user_id"),
    text("pack"),
    number("portraits"),
    number("amount"),
    text("currency"),
    text("state"),
    moment("at"),
    moment("refunded_at", nullable=True),
    sa.CheckConstraint("portraits > 0 AND amount > 0", name="positive"),
    one_of("state", "paid", "refunded"),
    sa.Index(None, "user_id"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    identifier(),
    owner(),
    text("platform"),
    text("kind"),
    sa.Column("subject", sa.String(32), nullable=False),
    belongs_to("requests", "request_id", nullable=True),
    belongs_to("photos", "photo_id", nullable=True),
    moment("created_at"),
    moment("delivered_at", nullable=True),
    sa.UniqueConstraint("subject", "kind"),
    sa.Index(None, "platform", "delivered_at"),
)

sent = sa.Table(
    "sent",
    metadata,
    belongs_to("outbox", "notice_id", primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    text("reference"),
)

# Written before anybody knows whose it is, so it belongs to a lane and not to a user; forgetting empties the lane.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("platform", sa.Text, primary_key=True),
    sa.Column("update_id", sa.BigInteger, primary_key=True),
    text("lane"),
    sa.Column("body", sa.LargeBinary, nullable=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    moment("created_at"),
    moment("done_at", nullable=True),
    sa.Index(None, "platform", "done_at"),
    sa.Index(None, "platform", "lane"),
)

# An avatar event of a community: a group or server, which is a user itself, with a key and an account of its own.
events = sa.Table(
    "events",
    metadata,
    identifier(),
    belongs_to("users", "community_id"),
    named_by("host_id"),
    named_by("payer_id"),
    text("platform"),
    text("place"),
    text("title"),
    text("language"),
    text("style"),
    number("portraits"),
    number("most_members"),
    sa.Column("gallery", sa.Boolean, nullable=False),
    text("state"),
    moment("created_at"),
    moment("ends_at"),
    moment("ended_at", nullable=True),
    text("announcement", nullable=True),
    sa.Column("told", sa.Boolean, nullable=False),
    number("poster_wanted"),
    number("poster_made"),
    number("poster_shown"),
    text("poster", nullable=True),
    object_path("poster_object", nullable=True),
    sa.CheckConstraint("portraits > 0 AND most_members > 0", name="positive"),
    one_of("state", "open", "closing", "ended", "cancelled"),
    sa.Index(
        "ix_events_one_open",
        "community_id",
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'closing')"),
        postgresql_where=sa.text("state IN ('open', 'closing')"),
    ),
    sa.Index(None, "platform", "state"),
)

event_members = sa.Table(
    "event_members",
    metadata,
    belongs_to("events", "event_id", primary_key=True),
    owner(primary_key=True),
    text("name"),
    sa.Column("gallery", sa.Boolean, nullable=False),
    moment("joined_at"),
    sa.Index(None, "user_id"),
)

# What stands in a gallery. Survives the person, without the name: a post of somebody who was forgotten must go too.
event_shows = sa.Table(
    "event_shows",
    metadata,
    belongs_to("events", "event_id", primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    named_by("user_id"),
    sa.UniqueConstraint("event_id", "user_id"),
)

# What the administrators of a server (a community on a chat platform) have chosen. Belongs to no person.
servers = sa.Table(
    "servers",
    metadata,
    sa.Column("platform", sa.Text, primary_key=True),
    sa.Column("server_id", sa.Text, primary_key=True),
    text("channel_id", nullable=True),
    text("role_id", nullable=True),
    sa.Column("public", sa.Boolean, nullable=False),
    text("language", nullable=True),
)

# Survives the person: keyed hashes that mean nothing without the master key, counts, and no other trace.
deletion_log = sa.Table(
    "deletion_log",
    metadata,
    sa.Column("user_hash", sa.String(64), primary_key=True),
    sa.Column("person_hash", sa.String(64), nullable=False),
    moment("at"),
    number("photos"),
    number("portraits"),
    number("face_loras"),
    number("quota_left"),
    sa.Index(None, "person_hash"),
)

owed_receipts = sa.Table(
    "owed_receipts",
    metadata,
    sa.Column("user_hash", sa.String(64), primary_key=True),
    text("platform"),
    text("platform_id"),
)

OBJECT_COLUMNS: tuple[sa.Column[Any], ...] = tuple(
    column for table in metadata.tables.values() for column in table.c if column.name.endswith("_object")
)
