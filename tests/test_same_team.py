"""Who visited a family before goes again, where that team can; otherwise any team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from planning_fixtures import (
    KECAMATAN,
    KELURAHAN,
    SETTINGS,
    WEEK,
    City,
    make_families,
    small_city,
)
from week_of_tests import plan, publish, stored

from planning.edits import Edit
from planning.offers import Offer
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.same_team import kept_to_team, teams_before
from planning.week import plan_week
from storage.workspace import Workspace

FIRST, SECOND, THIRD = KELURAHAN
DAYS = frozenset({"P2|1", "P2|3", "T3|1", "T3|3", "T4|1"})


def visited(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["household_id", "team_id", "kind"])


def offer(**changed: object) -> Offer:
    usual = Offer(
        stop_id="7", area_code=THIRD, prize=5, second_per_point=60, must=False, service_s=600,
        camat_service_s=600, skills=frozenset(), vehicles=DAYS,
    )  # fmt: skip
    return replace(usual, **changed)  # type: ignore[arg-type]  # fields


# --- who was there before


def test_the_last_team_that_came_home_counts_and_a_camat_is_no_team() -> None:
    rows = visited(
        (1, "T3", "home"), (1, "P2", "home"), (2, "T3", "kader"), (3, "T4", "home"),
        (3, "C", "home"), (4, "C", "home"), (4, "P2", "home"), (5, "gone", "home"),
    )  # fmt: skip
    assert teams_before(rows, {"P2", "T3", "T4"}) == {"1": "P2", "3": "T4", "4": "P2"}
    assert teams_before(visited(), {"P2"}) == {}


# --- what a family is offered to


@pytest.mark.parametrize(
    ("team_id", "days"),
    [("T3", {"T3|1", "T3|3"}), ("T4", {"T4|1"}), ("P1", DAYS), (None, DAYS)],
)
def test_a_family_waits_for_its_team_where_that_team_can_come(
    team_id: str | None, days: frozenset[str]
) -> None:
    team_of = {} if team_id is None else {"7": team_id}
    (kept,) = kept_to_team([offer()], team_of)
    assert kept.vehicles == days
    assert kept.open_to == DAYS - days  # once that team has no room
    assert replace(kept, vehicles=DAYS, open_to=frozenset()) == offer()


def test_a_must_visit_is_not_lost_for_the_sake_of_its_team() -> None:
    assert kept_to_team([offer(must=True)], {"7": "T3"}) == [offer(must=True)]


# --- a week


def city_of(count: int = 150) -> City:
    return replace(small_city(), families=make_families(count))


def plan_of(
    city: City, before: Mapping[str, str], *edits: Edit, same_team: bool = True
) -> WeekPlan:
    settings = replace(SETTINGS, search=replace(SETTINGS.search, same_team=same_team))
    made = plan_week(
        city.families, city.teams, WEEK, KECAMATAN, city.travel(), settings,
        closed=frozenset(), last_seen={}, edits=edits, teams_before=before,
    )  # fmt: skip
    assert check_plan(made, city.families, city.teams, edits) == []
    return made


def team_of(made: WeekPlan) -> dict[int, str]:
    """Who visits each family that the camat does not: that visit is made with the PLKB."""
    rows = made.visits[(made.visits["team_id"] != "C") & made.visits["joint_team_id"].isna()]
    return dict(zip(rows["household_id"].astype(int), rows["team_id"], strict=True))


def before_of(city: City, *, seed: int = 0) -> dict[str, str]:
    """Every family was visited by a TPK of its kelurahan."""
    theirs = {FIRST: ["T1", "P1"], SECOND: ["T2", "P1"], THIRD: ["T3", "T4"]}
    return {
        str(key): theirs[area][(int(key) + seed) % 2]
        for key, area in city.families["area_code"].items()
    }


@pytest.mark.parametrize("seed", [0, 1])
def test_nobody_but_its_team_visits_a_family_while_that_team_has_room(seed: int) -> None:
    city = city_of(30)
    before = before_of(city, seed=seed)
    alone = team_of(plan_of(city, before))
    assert len(alone) > 15
    assert alone == {key: before[str(key)] for key in alone}
    free = team_of(plan_of(city, before, same_team=False))
    assert any(team != before[str(key)] for key, team in free.items())


def test_where_the_own_team_is_full_another_comes_rather_than_nobody() -> None:
    city = city_of(90)
    third = [int(key) for key in city.families.index[city.families["area_code"] == THIRD]]
    before = {str(key): "T3" for key in third}
    made = team_of(plan_of(city, before))
    theirs = [made[key] for key in third if key in made]
    assert theirs.count("T3") >= 7, "two afternoons on foot are full"
    assert {"P2", "T4"} <= set(theirs)
    free = team_of(plan_of(city, before, same_team=False))
    assert len(theirs) >= len([key for key in third if key in free]) - 1


def test_without_the_setting_or_without_earlier_visits_nothing_changes() -> None:
    city = city_of(60)
    assert team_of(plan_of(city, {})) == team_of(plan_of(city, before_of(city), same_team=False))


def test_a_family_of_a_team_on_leave_is_visited_by_any_team() -> None:
    week = frozenset(WEEK.day(each).isoformat() for each in range(7))
    city = city_of(24).with_team("T3", leave=week)
    before = {str(key): "T3" for key in city.families.index}
    made = team_of(plan_of(city, before))
    third = {int(key) for key in city.families.index[city.families["area_code"] == THIRD]}
    assert len(third & set(made)) > 5
    assert {made[key] for key in third & set(made)} <= {"P2", "T4"}


def test_a_family_that_moved_to_another_kelurahan_is_visited_by_a_team_there() -> None:
    city = city_of(18)
    before = {str(key): "T1" for key in city.families.index}
    made = team_of(plan_of(city, before))
    area_of = city.families["area_code"]
    by_area = {area: {made[key] for key in made if area_of[key] == area} for area in KELURAHAN}
    assert by_area[FIRST] == {"T1"}
    assert by_area[SECOND] <= {"P1", "T2"}
    assert by_area[THIRD] <= {"P2", "T3", "T4"}
    assert all(by_area.values())


def test_a_family_that_now_needs_a_bidan_is_visited_by_a_team_with_one() -> None:
    city = city_of(24).with_family(2, group="pregnant").with_team("T2", skills=frozenset({"bidan"}))
    assert city.families.loc[2, "area_code"] == SECOND
    assert team_of(plan_of(city, {"2": "P1"}))[2] == "T2"


def test_a_pin_elsewhere_wins() -> None:
    city = city_of(18)
    third = [int(key) for key in city.families.index[city.families["area_code"] == THIRD]]
    before = {str(key): "T3" for key in third}
    first, second = third[:2]
    pins = (
        Edit("pin", household_id=first, team_id="P2", weekday=2),
        Edit("pin", household_id=second, weekday=2),  # a day on which T3 does not work
    )
    made = plan_of(city, before, *pins)
    assert {team_of(made)[first], team_of(made)[second]} == {"P2"}
    assert {team for key, team in team_of(made).items() if key in third[2:]} == {"T3"}


def test_the_camat_is_still_joined_by_the_plkb_where_a_tpk_has_the_family() -> None:
    city = city_of()
    before = before_of(city)
    before |= {key: "T1" for key, team in before.items() if team == "P1"}
    made = plan_of(city, before)
    joint = made.visits[made.visits["joint_team_id"].notna()]
    assert set(joint.loc[joint["team_id"] == "C", "joint_team_id"]) <= {"P1", "P2"}
    assert not joint.empty


# --- through the workspace


def test_a_family_seen_in_a_published_week_is_seen_by_the_same_team_when_it_is_due_again(
    planned: Workspace, tmp_path: Path
) -> None:
    publish(planned, tmp_path)
    before = stored(planned, 1).visits
    crews = before[(before["kind"] == "home") & ~before["team_id"].str.startswith("CAMAT")]
    known = dict(zip(crews["household_id"], crews["team_id"], strict=True))
    again = stored(planned, plan(planned, "2027-W02").plan_id).visits
    alone = again[again["joint_team_id"].isna() & again["household_id"].isin(list(known))]
    assert len(alone) >= 30
    assert (alone["team_id"] == alone["household_id"].map(known)).all()
    settings = planned.settings_file
    settings.write_text("[search]\nsame_team = false\n", encoding="utf-8")
    free = stored(planned, plan(planned, "2027-W02").plan_id).visits
    free = free[free["joint_team_id"].isna() & free["household_id"].isin(list(known))]
    assert (free["team_id"] != free["household_id"].map(known)).any()
