"""Rates: how often somebody may do something."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rates",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("used_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_rates_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "what", name=op.f("pk_rates")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("rates")
