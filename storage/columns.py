"""What the columns of the tables are made of: types and constraints that SQLite and PostgreSQL share."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

__all__ = [
    "UtcDateTime",
    "belongs_to",
    "identifier",
    "metadata",
    "moment",
    "named_by",
    "number",
    "object_path",
    "one_of",
    "owner",
    "text",
]


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Keep moments in UTC: SQLite forgets the zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: a guess here would be an hour off somewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The moment {value!r} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Names by rule, so that a later migration can name what it changes on either database.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier(name: str = "id") -> sa.Column[str]:
    """Make the primary key that is an id: 32 hexadecimal digits."""
    return sa.Column(name, sa.String(32), primary_key=True)


def owner(*, primary_key: bool = False) -> sa.Column[str]:
    """Make the column that says whose a row is; it goes with its user."""
    return belongs_to("users", "user_id", primary_key=primary_key)


def belongs_to(table: str, name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    """Make a column that names a row of another table, and goes with it."""
    # ON DELETE CASCADE: forgetting a person deletes one row and the database finds the rest.
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(32), key, primary_key=primary_key, nullable=nullable)


def named_by(name: str) -> sa.Column[str]:
    """Make a column that names a user, and outlives them without the name."""
    # ON DELETE SET NULL: the row outlives the person, without the name.
    return sa.Column(name, sa.String(32), sa.ForeignKey("users.id", ondelete="SET NULL"), nullable=True)


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """Make a column of a moment in UTC."""
    return sa.Column(name, UtcDateTime, nullable=nullable)


def object_path(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Make a column with the path of an encrypted object; its name ends in `_object`."""
    return sa.Column(name, sa.String(200), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Make a column of text."""
    return sa.Column(name, sa.Text, nullable=nullable)


def number(name: str, kind: type[sa.types.TypeEngine[Any]] = sa.Integer) -> sa.Column[Any]:
    """Make a column of a number."""
    return sa.Column(name, kind, nullable=False)


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """Allow a column only these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)
