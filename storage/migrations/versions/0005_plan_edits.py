"""Add what people asked of a week: pins, bans, moves, swaps, absences, withdrawals.

Revises: 0004
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_REFUSAL = "a record never changes"


def upgrade() -> None:
    """Make the table and its guard."""
    op.create_table(
        "plan_edits",
        sa.Column("edit_id", sa.Integer, nullable=False),
        _text("week"),
        _text("action"),
        _int("household_id"),
        _text("team_id", nullable=True),
        _int("weekday"),
        _int("start_s"),
        _int("other_household_id"),
        _text("other_team_id", nullable=True),
        _int("other_weekday"),
        _text("note"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _text("by"),
        sa.PrimaryKeyConstraint("edit_id", name="pk_plan_edits"),
        _refers("household_id"),
        _refers("other_household_id"),
        sa.CheckConstraint(
            "action IN ('pin', 'move', 'swap', 'ban', 'absent', 'withdraw')",
            name="ck_plan_edits_action",
        ),
        sa.CheckConstraint(
            "action = 'withdraw' OR (action = 'absent') = (household_id IS NULL)",
            name="ck_plan_edits_family",
        ),
        sa.CheckConstraint(
            "(action = 'swap') = (other_household_id IS NOT NULL)", name="ck_plan_edits_other"
        ),
        sa.CheckConstraint(
            "action <> 'absent' OR (team_id IS NOT NULL AND weekday IS NOT NULL)",
            name="ck_plan_edits_absent",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plan_edits_week", "plan_edits", ["week"])
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Remove the table with all that was asked; plans stay as they were made."""
    op.drop_table("plan_edits")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_plan_edit()")


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _refers(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], ["households.household_id"], name=f"fk_plan_edits_{name}"
    )


def _guards(dialect: str) -> Iterator[str]:
    """Yield triggers that refuse to change an edit, or to remove one."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION guard_plan_edit() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = '23000'; END $$"
        )
        yield (
            "CREATE TRIGGER record_plan_edits BEFORE UPDATE OR DELETE ON plan_edits"
            " FOR EACH ROW EXECUTE FUNCTION guard_plan_edit()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER record_plan_edits_{event.lower()} BEFORE {event} ON plan_edits"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
