"""The originals of photos that were refused before: their objects lose their names, and the sweep takes them."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Let no refused photo name its original."""
    op.execute("UPDATE photos SET original_object = NULL WHERE state = 'refused'")


def downgrade() -> None:
    """Leave them: what was deleted cannot come back."""
