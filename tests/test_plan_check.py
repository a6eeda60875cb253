"""The independent look at a whole plan: each rule broken on purpose, and found."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from planning_fixtures import (
    HOUR,
    KELURAHAN,
    WEEK,
    City,
    doorless_city,
    doorless_plan,
    shifts,
    small_city,
    small_plan,
)

from common.clock import Week
from common.errors import SambangiError
from planning.groups import GroupResult, Runner, T
from planning.plan import WeekPlan
from planning.plan_check import PlanViolationError, check_plan, refuse_violations
from planning.teams import Shift
from routing.check import Violation

TUESDAY = "2026-12-01"


class Broken(NamedTuple):
    """A plan that breaks one rule for the city it was made for."""

    plan: WeekPlan
    city: City = small_city()


def with_visits(change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> WeekPlan:
    """The plan with its visits changed in place or replaced."""
    visits = small_plan().visits.copy()
    changed = change(visits)
    return replace(small_plan(), visits=visits if changed is None else changed)


def with_cell(team_id: str, sequence: int, column: str, by: int, day: str = TUESDAY) -> WeekPlan:
    """The plan with one number of one visit moved."""

    def change(visits: pd.DataFrame) -> None:
        row = (visits["team_id"] == team_id) & (visits["day_date"] == day)
        row &= visits["sequence"] == sequence
        assert row.sum() == 1
        visits.loc[row, column] += by

    return with_visits(change)


def with_left(*household_ids: int, plan: WeekPlan | None = None) -> WeekPlan:
    """The plan with more families left out."""
    plan = plan or small_plan()
    more = pd.DataFrame({"household_id": household_ids, "reason": "day_full", "missing": "search"})
    return replace(plan, leftovers=pd.concat([plan.leftovers, more], ignore_index=True))


def last_stop() -> int:
    visits = small_plan().visits
    return int(visits.loc[on_day(visits, "T4"), "sequence"].max())


def on_day(frame: pd.DataFrame, team_id: str, day: str = TUESDAY) -> pd.Series:
    return (frame["team_id"] == team_id) & (frame["day_date"] == day)


def without_day_row() -> WeekPlan:
    days = small_plan().days
    return replace(small_plan(), days=days[~on_day(days, "T4")])


def without_visits_of_a_day() -> WeekPlan:
    visits = small_plan().visits
    gone = on_day(visits, "T4")
    return with_left(
        *visits.loc[gone, "household_id"], plan=replace(small_plan(), visits=visits[~gone])
    )


def same_family_twice() -> WeekPlan:
    visits = small_plan().visits.copy()
    theirs, ours = (visits.index[on_day(visits, team_id)][0] for team_id in ("T3", "T4"))
    given_up = visits.loc[ours, "household_id"]
    visits.loc[ours, "household_id"] = visits.loc[theirs, "household_id"]
    return with_left(given_up, plan=replace(small_plan(), visits=visits))


def joint_with_nobody() -> WeekPlan:
    def change(visits: pd.DataFrame) -> None:
        visits.loc[visits.index[on_day(visits, "T4")][0], "joint_team_id"] = "T3"

    return with_visits(change)


def joint_with_another() -> WeekPlan:
    def change(visits: pd.DataFrame) -> None:
        row = visits.index[(visits["team_id"] == "C")][-1]
        visits.loc[row, "joint_team_id"] = "T1"

    return with_visits(change)


def joint_that_only_one_knows() -> WeekPlan:
    def change(visits: pd.DataFrame) -> None:
        visits.loc[visits["team_id"] == "C", "joint_team_id"] = None

    return with_visits(change)


def asked_by_the_camat_and_seen_by_the_plkb() -> WeekPlan:
    def change(visits: pd.DataFrame) -> None:
        visits.loc[visits.index[visits["team_id"] == "C"][0], "kind"] = "kader"

    return with_visits(change)


def two_homes_at_one_stop() -> WeekPlan:
    plan = with_shape(lambda legs: legs[:-1])
    return replace(plan, visits=with_cell("T4", last_stop(), "sequence", -1).visits)


def day_of_meetings() -> Broken:
    """One day of the week without doors as a whole plan: its families and nobody else."""
    plan, city = doorless_plan(), doorless_city()
    visits = plan.visits[on_day(plan.visits, "T4")].reset_index(drop=True)
    days = plan.days[on_day(plan.days, "T4")].reset_index(drop=True)
    families = city.families.loc[sorted(visits["household_id"])]
    alone = replace(plan, visits=visits, days=days, leftovers=plan.leftovers.iloc[:0])
    return Broken(alone, replace(city, families=families))


def one_asked_elsewhere(column: str, by: float) -> Broken:
    """One family of one meeting is asked for at another place or time than the others."""
    plan, city = day_of_meetings()
    visits = plan.visits.copy()
    at = visits.index[visits["sequence"] == 1]
    assert len(at) > 1
    visits.loc[at[-1], column] += by
    return Broken(replace(plan, visits=visits), city)


def camat_leaves_early() -> WeekPlan:
    return with_cell("C", 1, "end_s", -1, "2026-12-02")


def with_shape(change: Callable[[list[shapely.LineString]], list[shapely.LineString]]) -> WeekPlan:
    days = small_plan().days.copy()
    row = days.index[on_day(days, "T4")][0]
    legs = change(list(days.loc[row, "geometry"].geoms))
    days.loc[[row], "geometry"] = gpd.GeoSeries([shapely.MultiLineString(legs)], [row], days.crs)
    return replace(small_plan(), days=days)


def with_day(column: str, by: int) -> WeekPlan:
    days = small_plan().days.copy()
    days.loc[on_day(days, "T4"), column] += by
    return replace(small_plan(), days=days)


def with_team(team_id: str, **changed: Any) -> Broken:
    return Broken(small_plan(), small_city().with_team(team_id, **changed))


def afternoon(start_s: int, end_s: int) -> tuple[Shift | None, ...]:
    return shifts([1, 3], Shift(start_s, end_s))


def without_family(household_id: int) -> Broken:
    families = small_city().families.drop(index=household_id)
    return Broken(small_plan(), replace(small_city(), families=families))


def left_id() -> int:
    return int(small_plan().leftovers["household_id"].iloc[0])


BROKEN: dict[str, list[Callable[[], Broken]]] = {
    "family_lost": [
        lambda: Broken(replace(small_plan(), leftovers=small_plan().leftovers.iloc[1:])),
    ],
    "family_twice": [
        lambda: Broken(with_left(left_id())),
        lambda: Broken(with_left(small_plan().visits["household_id"].iloc[0])),
    ],
    "family_unknown": [
        lambda: Broken(with_left(9_999)),
        lambda: without_family(left_id()),
    ],
    "visited_twice": [lambda: Broken(same_family_twice())],
    "joint_differs": [
        lambda: Broken(camat_leaves_early()),
        lambda: Broken(joint_with_nobody()),
        lambda: Broken(joint_with_another()),
    ],
    "asked_and_visited": [lambda: Broken(asked_by_the_camat_and_seen_by_the_plkb())],
    "stop_differs": [
        lambda: Broken(two_homes_at_one_stop()),
        lambda: one_asked_elsewhere("place_lon", 0.001),
        lambda: one_asked_elsewhere("place_lat", 0.001),
        lambda: one_asked_elsewhere("start_s", 60),
        lambda: one_asked_elsewhere("end_s", 60),
    ],
    "team_unknown": [
        lambda: Broken(small_plan(), replace(small_city(), teams=small_city().teams[:-1])),
    ],
    "outside_territory": [lambda: with_team("T4", territory=KELURAHAN[:1])],
    "not_at_work": [
        lambda: with_team("T4", leave=frozenset({TUESDAY})),
        lambda: with_team("T4", shifts=shifts([3], Shift(13 * HOUR, 16 * HOUR))),
    ],
    "outside_hours": [
        lambda: with_team("T4", shifts=afternoon(13 * HOUR + 1800, 15 * HOUR)),
        lambda: with_team("T4", shifts=afternoon(15 * HOUR, 16 * HOUR)),
        lambda: Broken(with_day("end_s", HOUR)),
        lambda: Broken(with_day("end_s", -HOUR)),
    ],
    "works_in_break": [
        lambda: with_team(
            "P1", shifts=shifts([1, 2, 3], Shift(30_600, 52_200, 10 * HOUR, 11 * HOUR))
        ),
    ],
    "visits_overlap": [
        lambda: Broken(with_cell("T4", 2, "travel_s", 1)),
        lambda: Broken(with_cell("T4", 1, "travel_s", 1)),
        lambda: Broken(with_cell("T4", 2, "start_s", -1)),
    ],
    "too_many_visits": [lambda: with_team("T4", most_visits=4)],
    "numbers_wrong": [
        lambda: Broken(with_cell("T4", last_stop(), "sequence", 1)),
        lambda: Broken(with_visits(lambda visits: visits.assign(sequence=visits["sequence"] + 1))),
    ],
    "day_missing": [lambda: Broken(without_day_row())],
    "day_empty": [lambda: Broken(without_visits_of_a_day())],
    "wrong_week": [lambda: Broken(replace(small_plan(), week=Week(2026, 50)))],
    "legs_wrong": [
        lambda: Broken(with_shape(lambda legs: legs[:-1])),
        lambda: Broken(with_shape(lambda legs: [*legs, legs[0]])),
    ],
}  # fmt: skip


def test_the_plan_itself_breaks_no_rule() -> None:
    assert check_plan(small_plan(), small_city().families, small_city().teams) == []
    plan, city = day_of_meetings()
    assert check_plan(plan, city.families, city.teams) == []


@pytest.mark.parametrize(
    ("code", "broken"), [(code, each) for code, cases in BROKEN.items() for each in cases]
)
def test_each_broken_rule_is_found_and_no_other(code: str, broken: Callable[[], Broken]) -> None:
    plan, city = broken()
    assert set(check_plan(plan, city.families, city.teams)) == {code}
    with pytest.raises(PlanViolationError, match=rf"Rencana melanggar aturan: {code} x\d+\.$"):
        refuse_violations(check_plan(plan, city.families, city.teams))


def test_a_joint_visit_that_only_one_team_knows_is_found_on_both_sides() -> None:
    found = check_plan(joint_that_only_one_knows(), small_city().families, small_city().teams)
    assert set(found) == {"visited_twice", "joint_differs"}


def test_every_code_of_the_check_has_a_broken_plan() -> None:
    told = (check_plan.__doc__ or "").partition("\n")[2]
    assert set(re.findall(r"``(\w+)``", told)) == set(BROKEN)


def test_a_rule_counts_as_often_as_it_is_broken() -> None:
    plan = replace(small_plan(), leftovers=small_plan().leftovers.iloc[3:])
    plan = with_left(9_999, plan=plan)
    with pytest.raises(PlanViolationError, match=r"aturan: family_lost x3, family_unknown x1\."):
        refuse_violations(check_plan(plan, small_city().families, small_city().teams))


def test_a_broken_route_is_named_in_the_refusal() -> None:
    found = (Violation("leg_too_fast", "P1|1"),) * 2
    with pytest.raises(PlanViolationError, match=r"aturan: leg_too_fast x2\."):
        refuse_violations(each.code for each in found)


def test_a_plan_without_broken_rules_is_not_refused() -> None:
    refuse_violations([])


def test_a_refused_plan_is_our_fault() -> None:
    assert PlanViolationError.exit_code == SambangiError.exit_code == 1


def spoilt(change: Callable[[GroupResult], GroupResult]) -> Runner:
    """A runner whose routes are changed on their way back."""

    def run(function: Callable[[T], Any], tasks: Sequence[T]) -> list[Any]:
        found = [function(task) for task in tasks]
        return [change(each) if isinstance(each, GroupResult) else each for each in found]

    return run


def lose_a_family(result: GroupResult) -> GroupResult:
    left = result.solution.unassigned[1:]
    return replace(result, solution=replace(result.solution, unassigned=left))


def hurry(result: GroupResult) -> GroupResult:
    """The second stop of the first route half an hour earlier."""
    first, *others = result.solution.routes
    a, b, *rest = first.made
    b = replace(b, start_s=b.start_s - 1800, end_s=b.end_s - 1800)
    routes = (replace(first, made=(a, b, *rest)), *others)
    return replace(result, solution=replace(result.solution, routes=routes))


@pytest.mark.parametrize(
    ("change", "message"),
    [(lose_a_family, r"family_lost x2\."), (hurry, r"visits_overlap x2\.")],
)
def test_a_week_with_a_broken_rule_is_never_returned(
    change: Callable[[GroupResult], GroupResult], message: str
) -> None:
    with pytest.raises(PlanViolationError, match=message):
        small_city().plan(WEEK, run=spoilt(change))
