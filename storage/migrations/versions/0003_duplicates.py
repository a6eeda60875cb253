"""Add families that may stand in the register more than once, and what was decided of them.

Revises: 0002
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFUSAL = "a record never changes"


def upgrade() -> None:
    """Make both tables, and the guard of the decisions."""
    op.create_table(
        "duplicate_pairs",
        _int("left_id"),
        _int("right_id"),
        sa.Column("probability", sa.Double, nullable=False),
        _text("reasons"),
        _at("found_at"),
        sa.PrimaryKeyConstraint("left_id", "right_id", name="pk_duplicate_pairs"),
        _refers("duplicate_pairs", "left_id"),
        _refers("duplicate_pairs", "right_id"),
        sa.CheckConstraint("left_id < right_id", name="ck_duplicate_pairs_order"),
    )
    op.create_table(
        "duplicate_decisions",
        _int("decision_id"),
        _int("left_id"),
        _int("right_id"),
        _text("decision"),
        _int("kept_id", nullable=True),
        _at("at"),
        _text("by"),
        _text("note"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_duplicate_decisions"),
        _refers("duplicate_decisions", "left_id"),
        _refers("duplicate_decisions", "right_id"),
        _refers("duplicate_decisions", "kept_id"),
        sa.CheckConstraint("left_id < right_id", name="ck_duplicate_decisions_order"),
        sa.CheckConstraint(
            "decision IN ('same', 'different', 'undone')", name="ck_duplicate_decisions_decision"
        ),
        sa.CheckConstraint(
            "(decision = 'same') = (kept_id IS NOT NULL)"
            " AND (kept_id IS NULL OR kept_id = left_id OR kept_id = right_id)",
            name="ck_duplicate_decisions_kept",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_duplicate_decisions_left_id_right_id", "duplicate_decisions", ["left_id", "right_id"]
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Remove both tables with all decisions."""
    op.drop_table("duplicate_decisions")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_duplicate_decision()")
    op.drop_table("duplicate_pairs")


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _refers(table: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["households.household_id"], name=f"fk_{table}_{name}")


def _guards(dialect: str) -> Iterator[str]:
    """Yield triggers that refuse to change a decision, or to remove one."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION guard_duplicate_decision() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = '23000'; END $$"
        )
        yield (
            "CREATE TRIGGER record_duplicate_decisions"
            " BEFORE UPDATE OR DELETE ON duplicate_decisions"
            " FOR EACH ROW EXECUTE FUNCTION guard_duplicate_decision()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER record_duplicate_decisions_{event.lower()}"
            f" BEFORE {event} ON duplicate_decisions"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
