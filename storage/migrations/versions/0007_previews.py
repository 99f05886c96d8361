"""First sketches of requests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let a request name its sketch."""
    op.add_column("requests", sa.Column("preview_object", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("requests", "preview_object")
