"""Make the first tables, and the guard that keeps a published plan as it is.

Revises: nothing
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FLAGS = (
    "pregnant", "baduta", "balita", "pus", "unfit_water", "unfit_toilet", "too_young", "too_old",
    "too_close", "too_many", "no_modern_contraception",
)  # fmt: skip
_PLAN_ROWS = ("plan_visits", "plan_days", "plan_leftovers")
_PUBLISHED = "EXISTS (SELECT 1 FROM plans WHERE state = 'published' AND plan_id IN"
_TABLES = (
    "areas", "reports", "imports", "import_issues", "quarantined_rows", "households",
    "household_persons", "places", "scores", "teams", "points", "calendar", "plans",
    *_PLAN_ROWS, "jobs",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables and triggers."""
    _create_city_tables()
    _create_register_tables()
    _create_family_tables()
    _create_team_tables()
    _create_plan_tables()
    _create_job_table()
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Remove all of it, with everything stored."""
    for statement in _unguards(op.get_bind().dialect.name):
        op.execute(statement)
    for name in reversed(_TABLES):
        op.drop_table(name)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _int(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=nullable) for name in names]


def _real(*names: str, nullable: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double, nullable=nullable) for name in names]


def _bool(*names: str, nullable: bool = False) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean, nullable=nullable) for name in names]


def _json(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.JSON, nullable=nullable) for name in names]


def _at(*names: str, nullable: bool = True) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def _wkb() -> sa.Column[bytes]:
    return sa.Column("geometry", sa.LargeBinary, nullable=False)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def _refers(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.{name}"], name=f"fk_{table}_{name}")


def _create_city_tables() -> None:
    op.create_table(
        "areas",
        *_text("area_code"),
        *_int("position"),
        *_text("area_name", "kecamatan_code", "kecamatan_name", "city_name"),
        _wkb(),
        _key("areas", "area_code"),
    )
    op.create_table("reports", *_text("subject"), *_json("content"), _key("reports", "subject"))


def _create_register_tables() -> None:
    op.create_table(
        "imports",
        *_int("import_id"),
        *_text("kind", "file_sha256", "layout", "codes"),
        *_at("at", nullable=False),
        *_int("rows_read", "accepted", "quarantined", "added", "updated", "unchanged"),
        _key("imports", "import_id"),
        sa.UniqueConstraint(
            "kind", "file_sha256", "layout", "codes", name="uq_imports_same_reading"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_issues",
        *_int("import_id", "position", "source_row"),
        *_text("column_name", "code"),
        *_bool("quarantines"),
        _key("import_issues", "import_id", "position"),
        _refers("import_issues", "import_id", "imports"),
    )
    op.create_table(
        "quarantined_rows",
        *_int("import_id", "source_row"),
        *_text("content"),
        _key("quarantined_rows", "import_id", "source_row"),
        _refers("quarantined_rows", "import_id", "imports"),
    )


def _create_family_tables() -> None:
    op.create_table(
        "households",
        *_int("household_id"),
        *_text("kode_keluarga"),
        *_int("import_id", "source_row"),
        *_text("area_code_stated", "kelurahan_name", "kecamatan_name", "rw", "rt", nullable=True),
        *_bool(*_FLAGS, nullable=True),
        *_int("welfare_rank", nullable=True),
        *_bool("bkkbn_at_risk", nullable=True),
        *_real("register_lon", "register_lat", nullable=True),
        _key("households", "household_id"),
        _refers("households", "import_id", "imports"),
        sa.UniqueConstraint("kode_keluarga", name="uq_households_kode_keluarga"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "household_persons",
        *_int("household_id"),
        *_text("nik", "head_name", "wife_name", "address", nullable=True),
        _key("household_persons", "household_id"),
        _refers("household_persons", "household_id", "households"),
    )
    op.create_table(
        "places",
        *_int("household_id", "position"),
        *_text("area_code", nullable=True),
        *_real("lon", "lat", nullable=True),
        *_text("grade"),
        *_real("radius_m", nullable=True),
        *_text("flags"),
        _key("places", "household_id"),
        _refers("places", "household_id", "households"),
    )
    op.create_table(
        "scores",
        *_int("household_id", "position"),
        *_bool("at_risk"),
        *_bool("rule_at_risk", "bkkbn_at_risk", nullable=True),
        *_text("risk_factors", "group"),
        *_text("due_date", nullable=True),
        *_bool("must"),
        *_int("prize"),
        *_text("prize_parts"),
        _key("scores", "household_id"),
        _refers("scores", "household_id", "households"),
    )


def _create_team_tables() -> None:
    op.create_table(
        "teams",
        *_text("team_id"),
        *_int("position"),
        *_text("kind", "name", "kecamatan_code"),
        *_json("territory"),
        *_real("base_lon", "base_lat"),
        *_text("transport"),
        *_json("skills"),
        *_int("most_visits"),
        *_json("shifts", "leave"),
        _key("teams", "team_id"),
    )
    op.create_table(
        "points",
        *_text("place_id"),
        *_int("position"),
        *_text("kind", "name", "area_code"),
        *_text("rw", "rt", nullable=True),
        *_real("lon", "lat"),
        _key("points", "place_id"),
    )
    op.create_table(
        "calendar",
        *_int("position"),
        *_text("date", "kind"),
        *_text("area_code", "rw", "team_id", "note", nullable=True),
        _key("calendar", "position"),
    )


def _create_plan_tables() -> None:
    op.create_table(
        "plans",
        *_int("plan_id"),
        *_text("week", "scope_code"),
        *_int("version"),
        *_text("state"),
        *_at("created_at", nullable=False),
        *_at("published_at"),
        *_real("seconds", nullable=True),
        *_int("households_in_scope"),
        *_bool("repeatable"),
        *_json("summary"),
        _key("plans", "plan_id"),
        sa.UniqueConstraint(
            "week", "scope_code", "version", name="uq_plans_week_scope_code_version"
        ),
        sa.CheckConstraint("state IN ('draft', 'published')", name="ck_plans_state"),
        sqlite_autoincrement=True,
    )
    _create_plan_rows(
        "plan_visits",
        *_text("team_id", "day_date"),
        *_int("sequence", "household_id", "travel_s"),
        *_real("distance_m"),
        *_int("start_s", "end_s"),
        *_text("joint_team_id", nullable=True),
        *_bool("must"),
        *_text("kind"),
        *_text("place_name", nullable=True),
        *_real("place_lon", "place_lat", nullable=True),
    )
    _create_plan_rows(
        "plan_days",
        *_text("team_id", "day_date", "transport"),
        *_int("shift_start_s", "shift_end_s"),
        *_int("break_start_s", "break_end_s", nullable=True),
        *_int("start_s", "end_s", "travel_s"),
        *_real("distance_m"),
        _wkb(),
    )
    _create_plan_rows("plan_leftovers", *_int("household_id"), *_text("reason", "missing"))


def _create_plan_rows(table: str, *columns: sa.Column[Any]) -> None:
    families = [
        _refers(table, each.name, "households") for each in columns if each.name == "household_id"
    ]
    op.create_table(
        table,
        *_int("plan_id", "position"),
        *columns,
        _key(table, "plan_id", "position"),
        _refers(table, "plan_id", "plans"),
        *families,
    )


def _create_job_table() -> None:
    op.create_table(
        "jobs",
        *_text("job_id", "kind"),
        *_json("arguments"),
        *_text("state"),
        *_real("progress"),
        *_text("step"),
        *_json("result", nullable=True),
        *_text("error", nullable=True),
        *_bool("cancel_requested"),
        *_int("pid", nullable=True),
        *_at("created_at", nullable=False),
        *_at("started_at", "finished_at", "heartbeat_at"),
        _key("jobs", "job_id"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="ck_jobs_state"
        ),
    )
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])


def _guards(dialect: str) -> Iterator[str]:
    """Yield triggers that refuse any change to a published plan and its rows."""
    if dialect == "postgresql":
        yield from _postgresql_guards()
        return
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER published_plans_{event.lower()} BEFORE {event} ON plans"
            " WHEN OLD.state = 'published'"
            " BEGIN SELECT RAISE(ABORT, 'a published plan never changes'); END"
        )
    for table in _PLAN_ROWS:
        for event, plan in (
            ("INSERT", "NEW.plan_id"),
            ("UPDATE", "OLD.plan_id, NEW.plan_id"),
            ("DELETE", "OLD.plan_id"),
        ):
            yield (
                f"CREATE TRIGGER published_{table}_{event.lower()} BEFORE {event} ON {table}"
                f" WHEN {_PUBLISHED} ({plan}))"
                " BEGIN SELECT RAISE(ABORT, 'a published plan never changes'); END"
            )


def _postgresql_guards() -> Iterator[str]:
    refuse = "RAISE EXCEPTION 'a published plan never changes' USING ERRCODE = '23000'"
    give_back = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
    yield (
        "CREATE FUNCTION guard_published_plan() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF OLD.state = 'published' THEN {refuse}; END IF; {give_back} END $$"
    )
    yield (
        "CREATE FUNCTION guard_published_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' AND {_PUBLISHED} (OLD.plan_id)) THEN {refuse}; END IF;"
        f" IF TG_OP <> 'DELETE' AND {_PUBLISHED} (NEW.plan_id)) THEN {refuse}; END IF;"
        f" {give_back} END $$"
    )
    yield (
        "CREATE TRIGGER published_plans BEFORE UPDATE OR DELETE ON plans"
        " FOR EACH ROW EXECUTE FUNCTION guard_published_plan()"
    )
    for table in _PLAN_ROWS:
        yield (
            f"CREATE TRIGGER published_{table} BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION guard_published_rows()"
        )


def _unguards(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        yield "DROP FUNCTION guard_published_rows() CASCADE"
        yield "DROP FUNCTION guard_published_plan() CASCADE"
        return
    for event in ("update", "delete"):
        yield f"DROP TRIGGER published_plans_{event}"
    for table in _PLAN_ROWS:
        for event in ("insert", "update", "delete"):
            yield f"DROP TRIGGER published_{table}_{event}"
