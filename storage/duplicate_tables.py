"""Tables of families that may stand in the register more than once, and what was decided.

Decisions are only added: triggers refuse to change or remove one (storage.migrations, 0003).
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.table_parts import AwareTime, key_column, metadata, text_column


def _family(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.ForeignKey("households.household_id"),
        primary_key=primary_key,
        nullable=nullable,
    )


duplicate_pairs = sa.Table(
    "duplicate_pairs",
    metadata,
    _family("left_id", primary_key=True),
    _family("right_id", primary_key=True),
    sa.Column("probability", sa.Double, nullable=False),  # that both are one family
    text_column("reasons"),  # codes joined by ";", see geodata.duplicate_model
    sa.Column("found_at", AwareTime, nullable=False),
    sa.CheckConstraint("left_id < right_id", name="ck_duplicate_pairs_order"),
)

duplicate_decisions = sa.Table(
    "duplicate_decisions",
    metadata,
    key_column("decision_id"),
    _family("left_id"),
    _family("right_id"),
    text_column("decision"),
    _family("kept_id", nullable=True),  # which of the two stands for both
    sa.Column("at", AwareTime, nullable=False),
    text_column("by"),
    text_column("note"),
    sa.CheckConstraint("left_id < right_id", name="ck_duplicate_decisions_order"),
    sa.CheckConstraint(
        "decision IN ('same', 'different', 'undone')", name="ck_duplicate_decisions_decision"
    ),
    sa.CheckConstraint(
        "(decision = 'same') = (kept_id IS NOT NULL)"
        " AND (kept_id IS NULL OR kept_id = left_id OR kept_id = right_id)",
        name="ck_duplicate_decisions_kept",
    ),
    sa.Index("ix_duplicate_decisions_left_id_right_id", "left_id", "right_id"),
    sqlite_autoincrement=True,
)
