"""Add layouts of registers that an office made itself.

Revises: 0003
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REFUSAL = "a record never changes"


def upgrade() -> None:
    """Make the table and its guard: an import names the layout it was read in."""
    op.create_table(
        "layouts",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_layouts"),
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Remove the table with all layouts."""
    op.drop_table("layouts")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_layout()")


def _guards(dialect: str) -> Iterator[str]:
    """Yield triggers that refuse to change or to remove a layout."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION guard_layout() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = '23000'; END $$"
        )
        yield (
            "CREATE TRIGGER record_layouts BEFORE UPDATE OR DELETE ON layouts"
            " FOR EACH ROW EXECUTE FUNCTION guard_layout()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER record_layouts_{event.lower()} BEFORE {event} ON layouts"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
