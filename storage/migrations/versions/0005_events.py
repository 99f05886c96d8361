"""Avatar events of communities: events, who takes part, what stands in a gallery. Tries of updates."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UNFINISHED = sa.text("state IN ('open', 'closing')")


def user(name: str, table: str, ondelete: str, *, nullable: bool) -> list[sa.Column | sa.ForeignKeyConstraint]:
    """Describe a column that names a user."""
    return [
        sa.Column(name, sa.String(length=32), nullable=nullable),
        sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}"), ondelete=ondelete),
    ]


def event(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    """Describe the column that names an event."""
    return [
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f(f"fk_{table}_event_id"), ondelete="CASCADE"),
    ]


def upgrade() -> None:
    """Make the tables, and let updates count their tries."""
    op.add_column("inbox", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "events",
        sa.Column("id", sa.String(length=32), nullable=False),
        *user("community_id", "events", "CASCADE", nullable=False),
        *user("host_id", "events", "SET NULL", nullable=True),
        *user("payer_id", "events", "SET NULL", nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("portraits", sa.Integer(), nullable=False),
        sa.Column("most_members", sa.Integer(), nullable=False),
        sa.Column("gallery", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announcement", sa.Text(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("poster_wanted", sa.Integer(), nullable=False),
        sa.Column("poster_made", sa.Integer(), nullable=False),
        sa.Column("poster_shown", sa.Integer(), nullable=False),
        sa.Column("poster", sa.Text(), nullable=True),
        sa.Column("poster_object", sa.String(length=200), nullable=True),
        sa.CheckConstraint("portraits > 0 AND most_members > 0", name=op.f("ck_events_positive")),
        sa.CheckConstraint("state IN ('open', 'closing', 'ended', 'cancelled')", name=op.f("ck_events_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_one_open",
        "events",
        ["community_id"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    op.create_index(op.f("ix_events_platform_state"), "events", ["platform", "state"], unique=False)
    op.create_table(
        "event_members",
        *event("event_members"),
        *user("user_id", "event_members", "CASCADE", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gallery", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "user_id", name=op.f("pk_event_members")),
    )
    op.create_index(op.f("ix_event_members_user_id"), "event_members", ["user_id"], unique=False)
    op.create_table(
        "event_shows",
        *event("event_shows"),
        sa.Column("reference", sa.Text(), nullable=False),
        *user("user_id", "event_shows", "SET NULL", nullable=True),
        sa.PrimaryKeyConstraint("event_id", "reference", name=op.f("pk_event_shows")),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_event_shows_event_id_user_id")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("event_shows", "event_members", "events"):
        op.drop_table(name)
    op.drop_column("inbox", "tries")
