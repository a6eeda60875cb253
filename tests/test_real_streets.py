"""The whole chain on real boundaries and real streets, with made-up families."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from workspace_fixtures import NOW, TODAY, WEEK

from planning.columns import REASONS
from planning.plan_check import check_plan
from storage.database import open_database, reading
from storage.places import load_places
from storage.plans import load_plan
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.cities import build_city
from workflows.demos import make_demo
from workflows.placing import locate
from workflows.registers import import_register
from workflows.scoring import score
from workflows.staff import import_teams
from workflows.weeks import make_plan

pytestmark = [pytest.mark.real_streets, pytest.mark.usefixtures("in_process")]
FAMILIES = 1500
# boundaries, streets
CITIES = {
    "tangsel": ("tangsel/kelurahan.geojson", "tangsel/streets.osm.pbf"),
    "kota_tangerang": ("kota_tangerang/kelurahan.geojson", "kota_tangerang_north/streets.osm.pbf"),
}


def run_chain(folder: Path, boundaries: Path, streets: Path) -> tuple[Workspace, dict[str, Any]]:
    """Go from boundaries and streets to a stored week; return every summary."""
    files, workspace = folder / "masukan", Workspace(folder / "kota")
    told: dict[str, Any] = {
        "demo": make_demo(
            files, every=False, boundaries=boundaries, streets=streets, families=FAMILIES, seed=1
        ),
        "city": build_city(workspace, boundaries, streets),
        "register": import_register(
            workspace, files / "register.csv", layout=None, codes=None, now=NOW
        ).counts,
        "teams": import_teams(workspace, files / "teams.csv").counts,
        "places": locate(workspace),
        "scores": score(workspace, today=TODAY),
    }
    told["plan"] = make_plan(
        workspace, week=WEEK, area=None, seconds=None, today=TODAY, now=NOW
    ).summary
    return workspace, told


def require_sums(told: dict[str, Any]) -> None:
    """Check that no family is lost between two steps."""
    register, places, plan = told["register"], told["places"], told["plan"]
    assert told["demo"]["rows"] == register["rows_read"]
    assert register["rows_read"] == register["accepted"] + register["quarantined"]
    assert register["accepted"] >= FAMILIES
    assert places["households"] == register["accepted"] == sum(places["grades"].values())
    assert told["scores"]["households"] == plan["registered"] == plan["in_scope"]
    assert plan["registered"] == register["accepted"]
    assert plan["in_scope"] == plan["planned"] + plan["left_out"]
    assert plan["left_out"] == sum(plan["left_out_by_reason"].values())
    assert set(plan["left_out_by_reason"]) <= set(REASONS)
    at_home = plan["planned"] - plan["asked_at_meetings"]
    assert plan["visits"] == at_home + plan["joint_visits"]


@pytest.mark.parametrize("name", CITIES)
def test_a_register_becomes_a_checked_week_and_the_counts_add_up(
    name: str, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    workspace, told = run_chain(tmp_path, *(real_data / file for file in CITIES[name]))
    require_sums(told)
    with reading(open_database(workspace)) as conn:
        plan, families, teams = load_plan(conn, 1), load_places(conn), load_teams(conn)
    assert check_plan(plan, families, teams) == []
    assert plan.repeatable
    away = told["plan"]["left_out_by_reason"].get("off_network", 0)
    if name == "tangsel":  # the network covers the city
        assert told["plan"]["planned"] > FAMILIES / 2
        assert away < FAMILIES / 50
        assert told["plan"]["joint_visits"] > 0
    else:  # streets of a strip in the north only
        assert 0 < told["plan"]["planned"] < FAMILIES / 2
        assert away > FAMILIES / 4
    days = {date.fromisoformat(day) for day in plan.visits["day_date"]}
    assert {day.isocalendar()[:2] for day in days} == {(2026, 49)}
