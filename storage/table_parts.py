"""What the tables are made of: their common MetaData, names of constraints, and kinds of column."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa


class AwareTime(sa.types.TypeDecorator[datetime]):
    """An instant: goes in aware, is kept as UTC, comes out aware in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002  # the signature is SQLAlchemy's
    ) -> datetime | None:
        """Turn an aware time into UTC; a naive one is a fault of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002  # the signature is SQLAlchemy's
    ) -> datetime | None:
        """Give SQLite's naive UTC its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key_column(name: str) -> sa.Column[int]:
    """Return a numbered key; sqlite_autoincrement on its table keeps a number from coming back."""
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=True)


def text_column(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Return a column of text."""
    return sa.Column(name, sa.Text, nullable=nullable)


def number_column(name: str) -> sa.Column[int]:
    """Return a column of whole numbers that are always known."""
    return sa.Column(name, sa.Integer, nullable=False)


def flag_column(name: str) -> sa.Column[bool]:
    """Return a column of yes, no or unknown."""
    return sa.Column(name, sa.Boolean, nullable=True)


def household_column(*, primary_key: bool) -> sa.Column[int]:
    """Return the family that a row speaks of."""
    return sa.Column(
        "household_id",
        sa.ForeignKey("households.household_id"),
        primary_key=primary_key,
        nullable=False,
    )


def plan_column() -> sa.Column[int]:
    """Return the plan that a row belongs to, part of its key."""
    return sa.Column("plan_id", sa.ForeignKey("plans.plan_id"), primary_key=True)


def position_column(*, primary_key: bool = False) -> sa.Column[int]:
    """Return the row's number in the frame that was stored."""
    return sa.Column(
        "position", sa.Integer, primary_key=primary_key, nullable=False, autoincrement=False
    )
