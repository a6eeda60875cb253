"""Add what came of visits.

Revises: 0005
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSAL = "a record never changes"


def upgrade() -> None:
    """Make the table and its guard."""
    op.create_table(
        "visit_results",
        sa.Column("result_id", sa.Integer, nullable=False),
        sa.Column("household_id", sa.Integer, nullable=False),
        sa.Column("day_date", sa.Text, nullable=False),
        sa.Column("start_s", sa.Integer, nullable=True),
        sa.Column("team_id", sa.Text, nullable=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("source_row", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("result_id", name="pk_visit_results"),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name="fk_visit_results_household_id"
        ),
        sa.UniqueConstraint("file_sha256", "source_row", name="uq_visit_results_source"),
        sa.CheckConstraint(
            "outcome IN ('met', 'not_home', 'moved', 'refused', 'wrong_address', 'not_found',"
            " 'no_longer_at_risk', 'referred')",
            name="ck_visit_results_outcome",
        ),
        sa.CheckConstraint("start_s >= 0 AND start_s < 86400", name="ck_visit_results_start"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_results_household_id", "visit_results", ["household_id"])
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Remove the table with all results."""
    op.drop_table("visit_results")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_visit_result()")


def _guards(dialect: str) -> Iterator[str]:
    """Yield triggers that refuse to change a result, or to remove one."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION guard_visit_result() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = '23000'; END $$"
        )
        yield (
            "CREATE TRIGGER record_visit_results BEFORE UPDATE OR DELETE ON visit_results"
            " FOR EACH ROW EXECUTE FUNCTION guard_visit_result()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER record_visit_results_{event.lower()} BEFORE {event} ON visit_results"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
