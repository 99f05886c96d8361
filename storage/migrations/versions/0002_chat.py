"""What chat platforms need: inbox, parts sent, notes; payments; the daily renewal of the free portraits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

OLD_KINDS = "kind IN ('grant', 'reserve', 'commit', 'refund')"
NEW_KINDS = "kind IN ('grant', 'reserve', 'commit', 'refund', 'withdraw')"


def entries(kinds: str) -> sa.Table:
    """Describe the table as it is, since no database tells its CHECK constraints back to be copied."""
    return sa.Table(
        "entries",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(kinds, name=op.f("ck_entries_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_entries_amount")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_entries_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("key", "kind", name=op.f("uq_entries_key_kind")),
        sa.Index(op.f("ix_entries_user_id"), "user_id", unique=False),
    )


def change_kinds(before: str, after: str) -> None:
    """Replace the CHECK on the kinds of entries; where a table cannot be altered, it is copied."""
    with op.batch_alter_table("entries", copy_from=entries(before)) as batch:
        batch.drop_constraint(op.f("ck_entries_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_entries_kind"), after)


def upgrade() -> None:
    """Make the tables, and let the ledger take back and renew."""
    change_kinds(OLD_KINDS, NEW_KINDS)
    op.add_column("accounts", sa.Column("renewed_on", sa.Date(), nullable=True))
    op.create_table(
        "inbox",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform", "update_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_platform_done_at"), "inbox", ["platform", "done_at"], unique=False)
    op.create_index(op.f("ix_inbox_platform_lane"), "inbox", ["platform", "lane"], unique=False)
    op.create_table(
        "chat_notes",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_chat_notes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "name", name=op.f("pk_chat_notes")),
    )
    op.create_table(
        "payments",
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("portraits", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("portraits > 0 AND amount > 0", name=op.f("ck_payments_positive")),
        sa.CheckConstraint("state IN ('paid', 'refunded')", name=op.f("ck_payments_state")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_payments_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("charge_id", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_user_id"), "payments", ["user_id"], unique=False)
    op.create_table(
        "sent",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["outbox.id"], name=op.f("fk_sent_notice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id", "part", name=op.f("pk_sent")),
    )


def downgrade() -> None:
    """Drop the tables; refused where something was taken back, which the older ledger cannot say."""
    for name in ("sent", "payments", "chat_notes", "inbox"):
        op.drop_table(name)
    op.drop_column("accounts", "renewed_on")
    change_kinds(NEW_KINDS, OLD_KINDS)
