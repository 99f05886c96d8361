"""Copies of portraits: smaller, or square."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "portrait_copies",
        sa.Column("portrait_id", sa.String(length=32), nullable=False),
        sa.Column("most_bytes", sa.Integer(), nullable=False),
        sa.Column("square", sa.Boolean(), nullable=False),
        sa.Column("jpeg_object", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["portrait_id"], ["portraits.id"], name=op.f("fk_portrait_copies_portrait_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("portrait_id", "most_bytes", "square", name=op.f("pk_portrait_copies")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("portrait_copies")
