"""The tables of a workspace, the same on SQLite and on PostgreSQL.

Personal columns stand alone in ``household_persons`` and raw rows alone in
``quarantined_rows``, so that either can be encrypted without touching the rest.
Rows of a published plan and records that are only added to are guarded by triggers
(storage.migrations, 0001 to 0007).
"""

from __future__ import annotations

import sqlalchemy as sa

from geodata.columns import FACTORS
from storage.duplicate_tables import duplicate_decisions, duplicate_pairs
from storage.edit_tables import plan_edits
from storage.record_tables import (
    exports,
    household_history,
    household_history_persons,
    import_spans,
    verified_places,
)
from storage.result_tables import visit_results
from storage.table_parts import (
    AwareTime,
    flag_column,
    household_column,
    key_column,
    metadata,
    number_column,
    plan_column,
    position_column,
    text_column,
)

__all__ = [
    "areas", "calendar", "duplicate_decisions", "duplicate_pairs", "exports", "household_history",
    "household_history_persons", "household_persons", "households", "import_issues",
    "import_spans", "imports", "jobs", "metadata", "places", "plan_days", "plan_edits",
    "plan_leftovers", "plan_visits", "plans", "points", "quarantined_rows", "reports", "scores",
    "teams", "verified_places", "visit_results",
]  # fmt: skip

areas = sa.Table(
    "areas",
    metadata,
    sa.Column("area_code", sa.Text, primary_key=True),
    position_column(),
    text_column("area_name"),
    text_column("kecamatan_code"),
    text_column("kecamatan_name"),
    text_column("city_name"),
    sa.Column("geometry", sa.LargeBinary, nullable=False),  # WKB, EPSG:4326
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # city, places, radii, scores
    sa.Column("content", sa.JSON, nullable=False),
)

imports = sa.Table(
    "imports",
    metadata,
    key_column("import_id"),
    text_column("kind"),
    text_column("file_sha256"),
    text_column("layout"),
    text_column("codes"),
    sa.Column("at", AwareTime, nullable=False),
    number_column("rows_read"),
    number_column("accepted"),
    number_column("quarantined"),
    number_column("added"),
    number_column("updated"),
    number_column("unchanged"),
    sa.UniqueConstraint("kind", "file_sha256", "layout", "codes", name="uq_imports_same_reading"),
    sqlite_autoincrement=True,
)

import_issues = sa.Table(
    "import_issues",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), primary_key=True),
    position_column(primary_key=True),
    number_column("source_row"),
    text_column("column_name"),
    text_column("code"),
    sa.Column("quarantines", sa.Boolean, nullable=False),
)

quarantined_rows = sa.Table(
    "quarantined_rows",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("source_row", sa.Integer, primary_key=True, autoincrement=False),
    text_column("content"),  # JSON text of the row as it was read
)

households = sa.Table(
    "households",
    metadata,
    key_column("household_id"),
    sa.Column("kode_keluarga", sa.Text, nullable=False, unique=True),
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), nullable=False),  # latest with it
    number_column("source_row"),
    *(
        text_column(name, nullable=True)
        for name in ("area_code_stated", "kelurahan_name", "kecamatan_name", "rw", "rt")
    ),
    *(flag_column(name) for name in ("pregnant", "baduta", "balita", "pus", *FACTORS)),
    sa.Column("welfare_rank", sa.Integer, nullable=True),
    flag_column("bkkbn_at_risk"),
    sa.Column("register_lon", sa.Double, nullable=True),
    sa.Column("register_lat", sa.Double, nullable=True),
    sqlite_autoincrement=True,
)

household_persons = sa.Table(
    "household_persons",
    metadata,
    household_column(primary_key=True),
    *(text_column(name, nullable=True) for name in ("nik", "head_name", "wife_name", "address")),
)

places = sa.Table(
    "places",
    metadata,
    household_column(primary_key=True),
    position_column(),
    text_column("area_code", nullable=True),
    sa.Column("lon", sa.Double, nullable=True),
    sa.Column("lat", sa.Double, nullable=True),
    text_column("grade"),
    sa.Column("radius_m", sa.Double, nullable=True),
    text_column("flags"),
)

scores = sa.Table(
    "scores",
    metadata,
    household_column(primary_key=True),
    position_column(),
    sa.Column("at_risk", sa.Boolean, nullable=False),
    flag_column("rule_at_risk"),
    flag_column("bkkbn_at_risk"),
    text_column("risk_factors"),
    text_column("group"),
    text_column("due_date", nullable=True),
    sa.Column("must", sa.Boolean, nullable=False),
    number_column("prize"),
    text_column("prize_parts"),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("team_id", sa.Text, primary_key=True),
    position_column(),
    text_column("kind"),
    text_column("name"),
    text_column("kecamatan_code"),
    sa.Column("territory", sa.JSON, nullable=False),
    sa.Column("base_lon", sa.Double, nullable=False),
    sa.Column("base_lat", sa.Double, nullable=False),
    text_column("transport"),
    sa.Column("skills", sa.JSON, nullable=False),
    number_column("most_visits"),
    sa.Column("shifts", sa.JSON, nullable=False),
    sa.Column("leave", sa.JSON, nullable=False),
)

points = sa.Table(
    "points",
    metadata,
    sa.Column("place_id", sa.Text, primary_key=True),
    position_column(),
    text_column("kind"),
    text_column("name"),
    text_column("area_code"),
    text_column("rw", nullable=True),
    text_column("rt", nullable=True),
    sa.Column("lon", sa.Double, nullable=False),
    sa.Column("lat", sa.Double, nullable=False),
)

calendar = sa.Table(
    "calendar",
    metadata,
    position_column(primary_key=True),
    text_column("date"),
    text_column("kind"),
    text_column("area_code", nullable=True),
    text_column("rw", nullable=True),
    text_column("team_id", nullable=True),
    text_column("note", nullable=True),
)

plans = sa.Table(
    "plans",
    metadata,
    key_column("plan_id"),
    text_column("week"),  # ISO, "2026-W49": text order is time order
    text_column("scope_code"),
    number_column("version"),
    text_column("state"),
    sa.Column("created_at", AwareTime, nullable=False),
    sa.Column("published_at", AwareTime, nullable=True),
    sa.Column("seconds", sa.Double, nullable=True),  # cap given to the search
    number_column("households_in_scope"),
    sa.Column("repeatable", sa.Boolean, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.UniqueConstraint("week", "scope_code", "version"),
    sa.CheckConstraint("state IN ('draft', 'published')", name="ck_plans_state"),
    sqlite_autoincrement=True,
)

# team ids of a plan are plain text: teams may be replaced, old plans stay as they were
plan_visits = sa.Table(
    "plan_visits",
    metadata,
    plan_column(),
    position_column(primary_key=True),
    text_column("team_id"),
    text_column("day_date"),
    number_column("sequence"),
    household_column(primary_key=False),
    number_column("travel_s"),
    sa.Column("distance_m", sa.Double, nullable=False),
    number_column("start_s"),
    number_column("end_s"),
    text_column("joint_team_id", nullable=True),
    sa.Column("must", sa.Boolean, nullable=False),
    text_column("kind"),
    text_column("place_name", nullable=True),
    sa.Column("place_lon", sa.Double, nullable=True),
    sa.Column("place_lat", sa.Double, nullable=True),
)

plan_days = sa.Table(
    "plan_days",
    metadata,
    plan_column(),
    position_column(primary_key=True),
    text_column("team_id"),
    text_column("day_date"),
    text_column("transport"),
    number_column("shift_start_s"),
    number_column("shift_end_s"),
    sa.Column("break_start_s", sa.Integer, nullable=True),
    sa.Column("break_end_s", sa.Integer, nullable=True),
    number_column("start_s"),
    number_column("end_s"),
    number_column("travel_s"),
    sa.Column("distance_m", sa.Double, nullable=False),
    sa.Column("geometry", sa.LargeBinary, nullable=False),  # WKB, EPSG:4326
)

plan_leftovers = sa.Table(
    "plan_leftovers",
    metadata,
    plan_column(),
    position_column(primary_key=True),
    household_column(primary_key=False),
    text_column("reason"),
    text_column("missing"),
    sa.Column("missing_s", sa.Integer, nullable=True),
    text_column("team_id", nullable=True),
    text_column("day_date", nullable=True),
    sa.Column("instead_of", sa.Integer, nullable=True),  # household_id of a visit of the plan
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("job_id", sa.Text, primary_key=True),  # uuid4, 32 hex digits
    text_column("kind"),
    sa.Column("arguments", sa.JSON, nullable=False),
    text_column("state"),
    sa.Column("progress", sa.Double, nullable=False),  # 0 to 1
    text_column("step"),
    sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
    text_column("error", nullable=True),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("pid", sa.Integer, nullable=True),
    sa.Column("created_at", AwareTime, nullable=False),
    sa.Column("started_at", AwareTime, nullable=True),
    sa.Column("finished_at", AwareTime, nullable=True),
    sa.Column("heartbeat_at", AwareTime, nullable=True),
    sa.CheckConstraint(
        "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="ck_jobs_state"
    ),
    sa.Index("ix_jobs_created_at", "created_at"),
)
