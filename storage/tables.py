"""The tables of a workspace, the same on SQLite and on PostgreSQL.

Personal columns stand alone in ``household_persons`` and raw rows alone in
``quarantined_rows``, so that either can be encrypted without touching the rest.
Rows of a published plan are guarded by triggers (storage.migrations, 0001).
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from geodata.columns import FACTORS


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


def _key(name: str) -> sa.Column[int]:
    """Return a numbered key; sqlite_autoincrement on its table keeps a number from coming back."""
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=True)


def _household(*, primary_key: bool) -> sa.Column[int]:
    return sa.Column(
        "household_id",
        sa.ForeignKey("households.household_id"),
        primary_key=primary_key,
        nullable=False,
    )


def _plan() -> sa.Column[int]:
    return sa.Column("plan_id", sa.ForeignKey("plans.plan_id"), primary_key=True)


def _position(*, primary_key: bool = False) -> sa.Column[int]:
    """Return the row's number in the frame that was stored."""
    return sa.Column(
        "position", sa.Integer, primary_key=primary_key, nullable=False, autoincrement=False
    )


areas = sa.Table(
    "areas",
    metadata,
    sa.Column("area_code", sa.Text, primary_key=True),
    _position(),
    _text("area_name"),
    _text("kecamatan_code"),
    _text("kecamatan_name"),
    _text("city_name"),
    sa.Column("geometry", sa.LargeBinary, nullable=False),  # WKB, EPSG:4326
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # city, places, scores
    sa.Column("content", sa.JSON, nullable=False),
)

imports = sa.Table(
    "imports",
    metadata,
    _key("import_id"),
    _text("kind"),
    _text("file_sha256"),
    _text("layout"),
    _text("codes"),
    sa.Column("at", AwareTime, nullable=False),
    _number("rows_read"),
    _number("accepted"),
    _number("quarantined"),
    _number("added"),
    _number("updated"),
    _number("unchanged"),
    sa.UniqueConstraint("kind", "file_sha256", "layout", "codes", name="uq_imports_same_reading"),
    sqlite_autoincrement=True,
)

import_issues = sa.Table(
    "import_issues",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), primary_key=True),
    _position(primary_key=True),
    _number("source_row"),
    _text("column_name"),
    _text("code"),
    sa.Column("quarantines", sa.Boolean, nullable=False),
)

quarantined_rows = sa.Table(
    "quarantined_rows",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("source_row", sa.Integer, primary_key=True, autoincrement=False),
    _text("content"),  # JSON text of the row as it was read
)

households = sa.Table(
    "households",
    metadata,
    _key("household_id"),
    sa.Column("kode_keluarga", sa.Text, nullable=False, unique=True),
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), nullable=False),  # latest with it
    _number("source_row"),
    *(
        _text(name, nullable=True)
        for name in ("area_code_stated", "kelurahan_name", "kecamatan_name", "rw", "rt")
    ),
    *(_flag(name) for name in ("pregnant", "baduta", "balita", "pus", *FACTORS)),
    sa.Column("welfare_rank", sa.Integer, nullable=True),
    _flag("bkkbn_at_risk"),
    sa.Column("register_lon", sa.Double, nullable=True),
    sa.Column("register_lat", sa.Double, nullable=True),
    sqlite_autoincrement=True,
)

household_persons = sa.Table(
    "household_persons",
    metadata,
    _household(primary_key=True),
    *(_text(name, nullable=True) for name in ("nik", "head_name", "wife_name", "address")),
)

places = sa.Table(
    "places",
    metadata,
    _household(primary_key=True),
    _position(),
    _text("area_code", nullable=True),
    sa.Column("lon", sa.Double, nullable=True),
    sa.Column("lat", sa.Double, nullable=True),
    _text("grade"),
    sa.Column("radius_m", sa.Double, nullable=True),
    _text("flags"),
)

scores = sa.Table(
    "scores",
    metadata,
    _household(primary_key=True),
    _position(),
    sa.Column("at_risk", sa.Boolean, nullable=False),
    _flag("rule_at_risk"),
    _flag("bkkbn_at_risk"),
    _text("risk_factors"),
    _text("group"),
    _text("due_date", nullable=True),
    sa.Column("must", sa.Boolean, nullable=False),
    _number("prize"),
    _text("prize_parts"),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("team_id", sa.Text, primary_key=True),
    _position(),
    _text("kind"),
    _text("name"),
    _text("kecamatan_code"),
    sa.Column("territory", sa.JSON, nullable=False),
    sa.Column("base_lon", sa.Double, nullable=False),
    sa.Column("base_lat", sa.Double, nullable=False),
    _text("transport"),
    sa.Column("skills", sa.JSON, nullable=False),
    _number("most_visits"),
    sa.Column("shifts", sa.JSON, nullable=False),
    sa.Column("leave", sa.JSON, nullable=False),
)

points = sa.Table(
    "points",
    metadata,
    sa.Column("place_id", sa.Text, primary_key=True),
    _position(),
    _text("kind"),
    _text("name"),
    _text("area_code"),
    _text("rw", nullable=True),
    _text("rt", nullable=True),
    sa.Column("lon", sa.Double, nullable=False),
    sa.Column("lat", sa.Double, nullable=False),
)

calendar = sa.Table(
    "calendar",
    metadata,
    _position(primary_key=True),
    _text("date"),
    _text("kind"),
    _text("area_code", nullable=True),
    _text("rw", nullable=True),
    _text("team_id", nullable=True),
    _text("note", nullable=True),
)

plans = sa.Table(
    "plans",
    metadata,
    _key("plan_id"),
    _text("week"),  # ISO, "2026-W49": text order is time order
    _text("scope_code"),
    _number("version"),
    _text("state"),
    sa.Column("created_at", AwareTime, nullable=False),
    sa.Column("published_at", AwareTime, nullable=True),
    sa.Column("seconds", sa.Double, nullable=True),  # cap given to the search
    _number("households_in_scope"),
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
    _plan(),
    _position(primary_key=True),
    _text("team_id"),
    _text("day_date"),
    _number("sequence"),
    _household(primary_key=False),
    _number("travel_s"),
    sa.Column("distance_m", sa.Double, nullable=False),
    _number("start_s"),
    _number("end_s"),
    _text("joint_team_id", nullable=True),
    sa.Column("must", sa.Boolean, nullable=False),
    _text("kind"),
    _text("place_name", nullable=True),
    sa.Column("place_lon", sa.Double, nullable=True),
    sa.Column("place_lat", sa.Double, nullable=True),
)

plan_days = sa.Table(
    "plan_days",
    metadata,
    _plan(),
    _position(primary_key=True),
    _text("team_id"),
    _text("day_date"),
    _text("transport"),
    _number("shift_start_s"),
    _number("shift_end_s"),
    sa.Column("break_start_s", sa.Integer, nullable=True),
    sa.Column("break_end_s", sa.Integer, nullable=True),
    _number("start_s"),
    _number("end_s"),
    _number("travel_s"),
    sa.Column("distance_m", sa.Double, nullable=False),
    sa.Column("geometry", sa.LargeBinary, nullable=False),  # WKB, EPSG:4326
)

plan_leftovers = sa.Table(
    "plan_leftovers",
    metadata,
    _plan(),
    _position(primary_key=True),
    _household(primary_key=False),
    _text("reason"),
    _text("missing"),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("job_id", sa.Text, primary_key=True),  # uuid4, 32 hex digits
    _text("kind"),
    sa.Column("arguments", sa.JSON, nullable=False),
    _text("state"),
    sa.Column("progress", sa.Double, nullable=False),  # 0 to 1
    _text("step"),
    sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
    _text("error", nullable=True),
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
