"""Sitters: whose face an account has had painted."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sitters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("set_id", sa.String(length=32), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=True),
        sa.Column("embedding_object", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["photo_sets.id"], name=op.f("fk_sitters_set_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sitters_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitters")),
    )
    op.create_index(op.f("ix_sitters_user_id"), "sitters", ["user_id"])
    op.create_index(op.f("ix_sitters_set_id"), "sitters", ["set_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("sitters")
