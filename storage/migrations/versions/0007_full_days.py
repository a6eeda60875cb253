"""Add what would have to give for a family whose team's days are full.

Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = {
    "missing_s": sa.Integer,
    "team_id": sa.Text,
    "day_date": sa.Text,
    "instead_of": sa.Integer,
}


def upgrade() -> None:
    """Add the columns; plans made before have nothing in them."""
    for name, kind in _COLUMNS.items():
        # never a new table with the old rows: on SQLite that loses the guards of published plans
        op.add_column("plan_leftovers", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Remove the columns; the plans stay with their reasons."""
    for name in reversed(_COLUMNS):
        op.drop_column("plan_leftovers", name)
