"""Weekly plans: each planning is a new version; a published one never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from pandera.pandas import DataFrameSchema
from sqlalchemy import Connection

from common.clock import Week
from common.errors import WrongCallError
from common.language import N_
from planning.columns import DAYS, LEFTOVERS, VISITS
from planning.plan import WeekPlan
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame

CITY = "city"
DRAFT = "draft"
_ABOVE_DRAFTS = 1_000_000_000  # in the order of plans, any published one comes before any draft
PUBLISHED = "published"


class UnknownPlanError(WrongCallError):
    """There is no plan with that number."""

    code = "plan-unknown"


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """What is known of a plan without its rows."""

    plan_id: int
    week: Week
    scope_code: str  # kecamatan code, or "city"
    version: int  # counts up from 1 per week and scope
    state: str  # draft or published
    created_at: datetime
    published_at: datetime | None
    summary: dict[str, Any]


_RECORD = [tables.plans.c[name] for name in PlanRecord.__dataclass_fields__]


def store_plan(
    conn: Connection,
    plan: WeekPlan,
    *,
    created_at: datetime,
    seconds: float | None,
    summary: dict[str, Any],
) -> PlanRecord:
    """Store a plan as a draft, the next version for its week and scope.

    ``seconds`` is the cap the search was given, ``None`` for none; ``summary`` must be JSON.
    Rows keep their order, not their index.
    """
    table = tables.plans
    lock_table(conn, table)
    same = (table.c.week == str(plan.week)) & (table.c.scope_code == plan.scope_code)
    last = conn.execute(sa.select(sa.func.max(table.c.version)).where(same)).scalar()
    statement = table.insert().values(
        week=str(plan.week),
        scope_code=plan.scope_code,
        version=(last or 0) + 1,
        state=DRAFT,
        created_at=created_at,
        seconds=seconds,
        households_in_scope=plan.households_in_scope,
        repeatable=plan.repeatable,
        summary=summary,
    )
    plan_id: int = conn.execute(statement.returning(table.c.plan_id)).scalar_one()
    for rows, frame, schema in (
        (tables.plan_visits, plan.visits, VISITS),
        (tables.plan_days, plan.days, DAYS),
        (tables.plan_leftovers, plan.leftovers, LEFTOVERS),
    ):
        insert_frame(conn, rows, frame[list(schema.columns)], plan_id=plan_id)
    return find_plan(conn, plan_id)


def load_plan(conn: Connection, plan_id: int) -> WeekPlan:
    """Return a stored plan as it was made; its frames are numbered from 0.

    Raises
    ------
    UnknownPlanError
        No such plan.
    """
    table = tables.plans
    record = find_plan(conn, plan_id)
    row = conn.execute(
        sa.select(table.c.households_in_scope, table.c.repeatable).where(table.c.plan_id == plan_id)
    ).one()
    return WeekPlan(
        week=record.week,
        scope_code=record.scope_code,
        visits=_rows(conn, tables.plan_visits, VISITS, plan_id),
        days=gpd.GeoDataFrame(_rows(conn, tables.plan_days, DAYS, plan_id)),
        leftovers=_rows(conn, tables.plan_leftovers, LEFTOVERS, plan_id),
        households_in_scope=row.households_in_scope,
        repeatable=row.repeatable,
    )


def find_plan(conn: Connection, plan_id: int) -> PlanRecord:
    """Return the record of one plan.

    Raises
    ------
    UnknownPlanError
        No such plan.
    """
    query = sa.select(*_RECORD).where(tables.plans.c.plan_id == plan_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise UnknownPlanError(N_("Rencana nomor {plan_id} tidak ada."), plan_id=plan_id)
    return _record(row)


def latest_plan(conn: Connection, week: Week, kecamatan_code: str | None) -> PlanRecord | None:
    """Return the newest plan of ``week`` that covers the kecamatan, draft or published.

    A plan covers a kecamatan when its scope is that kecamatan or the whole city. With
    ``None`` only plans of the whole city count. ``None`` when there is no such plan.
    """
    table = tables.plans
    scopes = [CITY] if kecamatan_code is None else [CITY, kecamatan_code]
    query = (
        sa.select(*_RECORD)
        .where(table.c.week == str(week), table.c.scope_code.in_(scopes))
        .order_by(table.c.plan_id.desc())
        .limit(1)
    )
    row = conn.execute(query).mappings().first()
    return None if row is None else _record(row)


def list_plans(conn: Connection) -> list[PlanRecord]:
    """Return every plan, newest first."""
    query = sa.select(*_RECORD).order_by(tables.plans.c.plan_id.desc())
    return [_record(row) for row in conn.execute(query).mappings()]


def publish_plan(conn: Connection, plan_id: int, at: datetime) -> PlanRecord:
    """Publish a plan; from then on the database refuses any change to it.

    A second call changes nothing and keeps the first time.

    Raises
    ------
    UnknownPlanError
        No such plan.
    """
    table = tables.plans
    conn.execute(
        table.update()
        .where(table.c.plan_id == plan_id, table.c.state == DRAFT)
        .values(state=PUBLISHED, published_at=at)
    )
    return find_plan(conn, plan_id)


def visits_before(conn: Connection, week: Week, current: Week) -> pd.DataFrame:
    """Return the visits of earlier weeks, a row a family and team.

    ``household_id``, ``team_id``, ``day_date``, ``kind``, and ``start_s``: the hour for which it
    was planned, seconds after midnight. A draft of a week before ``current`` was never handed
    out: it does not count.

    For each team and week the newest published plan counts, else the newest draft, that was not
    replaced by a later plan of the same scope or of the whole city. Ordered by day, team and
    stop; rows numbered from 0.
    """
    plans, visits = tables.plans, tables.plan_visits
    later = plans.alias("later")
    replaced = sa.exists().where(
        later.c.week == plans.c.week,
        later.c.plan_id > plans.c.plan_id,
        later.c.scope_code.in_([CITY, plans.c.scope_code]),
        # a promise stands until another one is made
        sa.or_(later.c.state == PUBLISHED, plans.c.state == DRAFT),
    )
    rank = plans.c.plan_id + sa.case((plans.c.state == PUBLISHED, _ABOVE_DRAFTS), else_=0)
    standing = (
        sa.select(visits, plans.c.week, rank.label("rank"))
        .join_from(visits, plans)
        .where(
            plans.c.week < str(week),
            sa.or_(plans.c.state == PUBLISHED, plans.c.week >= str(current)),
            ~replaced,
        )
        .subquery()
    )
    newest = sa.func.max(standing.c.rank).over(partition_by=[standing.c.team_id, standing.c.week])
    ranked = sa.select(standing, newest.label("newest")).subquery()
    query = (
        sa.select(
            ranked.c.household_id,
            ranked.c.team_id,
            ranked.c.day_date,
            ranked.c.kind,
            ranked.c.start_s,
        )
        .where(ranked.c.rank == ranked.c.newest)
        .order_by(ranked.c.day_date, ranked.c.team_id, ranked.c.sequence, ranked.c.position)
    )
    return read_frame(conn, query, {"team_id": "str", "day_date": "str", "kind": "str"}, index=None)


def _rows(conn: Connection, table: sa.Table, schema: DataFrameSchema, plan_id: int) -> pd.DataFrame:
    query = (
        sa.select(*(table.c[name] for name in schema.columns))
        .where(table.c.plan_id == plan_id)
        .order_by(table.c.position)
    )
    return read_frame(conn, query, dtypes_of(schema), index=None)


def _record(row: sa.RowMapping) -> PlanRecord:
    year, number = str(row["week"]).split("-W")
    return PlanRecord(**{**row, "week": Week(int(year), int(number))})
