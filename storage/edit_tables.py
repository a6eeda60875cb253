"""What people asked of a week: only added to; a withdrawal is a row of its own.

Triggers refuse to change or remove a row (storage.migrations, 0005).
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.table_parts import AwareTime, key_column, metadata, text_column


def _family(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.ForeignKey("households.household_id"), nullable=True)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=True)


# team ids are plain text: teams may be replaced, what was asked stays as it was
plan_edits = sa.Table(
    "plan_edits",
    metadata,
    key_column("edit_id"),  # the order in which things were said
    text_column("week"),  # ISO, "2026-W49"
    text_column("action"),
    _family("household_id"),
    text_column("team_id", nullable=True),
    _number("weekday"),  # 0 Monday
    _number("start_s"),  # seconds after midnight
    _family("other_household_id"),
    text_column("other_team_id", nullable=True),
    _number("other_weekday"),
    text_column("note"),
    sa.Column("at", AwareTime, nullable=False),
    text_column("by"),
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
    sa.Index("ix_plan_edits_week", "week"),
    sqlite_autoincrement=True,
)
