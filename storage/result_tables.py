"""What came of visits: only added to; what was recorded wrongly is followed by another row.

Triggers refuse to change or remove a row (storage.migrations, 0006).
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.table_parts import AwareTime, household_column, key_column, metadata, text_column

# team ids are plain text: teams may be replaced, what was recorded stays as it was
visit_results = sa.Table(
    "visit_results",
    metadata,
    key_column("result_id"),
    household_column(primary_key=False),
    text_column("day_date"),  # ISO; of the visit, not of its recording
    sa.Column("start_s", sa.Integer, nullable=True),  # seconds after local midnight
    text_column("team_id", nullable=True),
    text_column("outcome"),
    text_column("file_sha256"),
    sa.Column("source_row", sa.Integer, nullable=False),
    sa.Column("at", AwareTime, nullable=False),  # of the recording
    text_column("by"),
    sa.UniqueConstraint("file_sha256", "source_row", name="uq_visit_results_source"),
    sa.CheckConstraint(
        "outcome IN ('met', 'not_home', 'moved', 'refused', 'wrong_address', 'not_found',"
        " 'no_longer_at_risk', 'referred')",
        name="ck_visit_results_outcome",
    ),
    sa.CheckConstraint("start_s >= 0 AND start_s < 86400", name="ck_visit_results_start"),
    sa.Index("ix_visit_results_household_id", "household_id"),
    sqlite_autoincrement=True,
)
