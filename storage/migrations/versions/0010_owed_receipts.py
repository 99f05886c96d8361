"""Receipts that are owed to people who were forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "owed_receipts",
        sa.Column("user_hash", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_hash", name=op.f("pk_owed_receipts")),
    )


def downgrade() -> None:
    """Owe nothing."""
    op.drop_table("owed_receipts")
