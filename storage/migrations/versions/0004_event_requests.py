"""Requests know the avatar event that they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; what was asked for before belongs to no event."""
    op.add_column("requests", sa.Column("event_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Drop the column, and with it which requests belonged to events."""
    op.drop_column("requests", "event_id")
