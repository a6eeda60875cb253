"""Planning, publishing and reading back, with the arguments that tests seldom change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from workspace_fixtures import EAST, NOW, TODAY, WEEK

from common.clock import Week
from planning.edits import Edit
from planning.plan import WeekPlan
from storage.database import open_database, reading, transaction
from storage.jobs import create_job
from storage.plan_edits import load_edits
from storage.plans import PlanRecord, list_plans, load_plan
from storage.workspace import Workspace
from workflows.publishing import publish_week
from workflows.replanning import replan
from workflows.sheets import Imprint
from workflows.versions import NewVersion
from workflows.weeks import make_plan

BY = "Pengawas"
HEAD = "action,household,team,day,hour,other_household,note"
IMPRINT = Imprint(by="Petugas", at=NOW, purpose="Kunjungan", language="id")


def plan(workspace: Workspace, week: str = WEEK, **changes: Any) -> PlanRecord:
    call: dict[str, Any] = {"area": None, "seconds": None, "today": TODAY, "now": NOW, "workers": 1}
    return make_plan(workspace, week=week, **{**call, **changes})


def publish(workspace: Workspace, out: Path, **changes: Any) -> dict[str, Any]:
    call = {"week": WEEK, "area": None, "imprint": IMPRINT, "today": TODAY, "now": NOW}
    return publish_week(workspace, out=out, **{**call, "workers": 1, **changes})


def stored(workspace: Workspace, plan_id: int) -> WeekPlan:
    with reading(open_database(workspace)) as conn:
        return load_plan(conn, plan_id)


def records(workspace: Workspace) -> list[PlanRecord]:
    with reading(open_database(workspace)) as conn:
        return list_plans(conn)


def planned_families(workspace: Workspace, plan_id: int) -> set[int]:
    return set(stored(workspace, plan_id).visits["household_id"])


def same_plan(one: WeekPlan, other: WeekPlan) -> None:
    assert_frame_equal(one.visits, other.visits)
    assert_geodataframe_equal(one.days, other.days)
    assert_frame_equal(one.leftovers, other.leftovers)


def queue(workspace: Workspace, at: datetime | None = None, **arguments: object) -> str:
    wanted = {"week": WEEK, "area": EAST, "seconds": None, "today": TODAY.isoformat(), **arguments}
    with transaction(open_database(workspace)) as conn:
        return create_job(conn, "plan", wanted, at or datetime.now(UTC))


def new_version(workspace: Workspace, **changes: Any) -> NewVersion:
    call_: dict[str, Any] = {"week": WEEK, "area": None, "by": BY, "today": TODAY, "now": NOW}
    return replan(workspace, **{**call_, **changes})


def written(folder: Path, *lines: str) -> Path:
    file = folder / "suntingan.csv"
    file.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return file


def asked(workspace: Workspace) -> list[Edit]:
    with reading(open_database(workspace)) as conn:
        return [each.edit for each in load_edits(conn, Week(2026, 49))]


def own_visits(made: WeekPlan, team: str) -> list[int]:
    """Families that the team sees at home without a camat, in the plan's order."""
    rows = made.visits[(made.visits["team_id"] == team) & made.visits["joint_team_id"].isna()]
    return [int(key) for key in rows.loc[rows["kind"] == "home", "household_id"]]


def busiest_day(made: WeekPlan, team: str) -> str:
    days = made.visits.loc[made.visits["team_id"] == team, "day_date"]
    return str(days.value_counts().idxmax())
