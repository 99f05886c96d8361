"""A request may belong to an avatar event."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("requests", sa.Column("event_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("requests", "event_id")
