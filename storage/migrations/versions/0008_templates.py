"""Templates: those that wait, and those of requests."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table, and let a request name its template."""
    op.create_table(
        "templates",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("template_object", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_templates_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_templates")),
    )
    op.add_column("requests", sa.Column("template_object", sa.String(length=200), nullable=True))
    op.add_column("requests", sa.Column("templated", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("requests", "templated")
    op.drop_column("requests", "template_object")
    op.drop_table("templates")
