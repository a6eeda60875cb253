"""Days of more even length: stops move, none is lost, no rule is broken, travel hardly grows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_fixtures import SETTINGS, WEEK, City, make_families, small_city
from routing_problems import problems

from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.week import plan_week
from routing.check import check
from routing.leveling import length_s, level
from routing.problem import Problem, Route, Solution, Stop, Vehicle
from routing.schedule import schedule
from routing.solver import solve

DAY = (0, 1000)
SHARES = st.sampled_from([0.0, 0.02, 0.1, 0.5, 3.0])


def made_by(solution: Solution) -> dict[str, list[str]]:
    return {route.vehicle_id: [each.stop_id for each in route.made] for route in solution.routes}


def lengths(solution: Solution) -> list[int]:
    return sorted((length_s(route) for route in solution.routes), reverse=True)


def travel_s(solution: Solution) -> int:
    return sum(route.travel_s for route in solution.routes)


def one_way(problem: Problem, orders: dict[str, list[str]]) -> Solution:
    """The solution that makes all stops in this order."""
    stops = {stop.stop_id: stop for stop in problem.stops}
    routes: list[Route] = []
    for vehicle in problem.vehicles:
        order = [stops[each] for each in orders.get(vehicle.vehicle_id, [])]
        route = schedule(problem, vehicle, order)
        if route is not None:
            routes.append(route)
    assert sum(len(route.made) for route in routes) == len(stops)
    return Solution(tuple(routes), (), repeatable=True)


def one_place(stop_count: int, vehicles: list[Vehicle], ride_s: int = 10) -> Problem:
    """Stops of a minute that lie at one place, ``ride_s`` from everybody's base."""
    stops = tuple(Stop(f"s{i}", 0, 60, 500) for i in range(stop_count))
    ride = np.array([[0, ride_s], [ride_s, 0]], np.int32)
    return Problem(stops, tuple(vehicles), {"walk": ride})


def walker(name: str, **changed: object) -> Vehicle:
    return replace(Vehicle(name, "walk", 1, 1, DAY), **changed)  # type: ignore[arg-type]  # fields


# --- whatever the problem is


@settings(max_examples=120)
@given(problem=problems(stop_count=(2, 9), vehicle_count=(2, 4)), share=SHARES)
def test_no_stop_is_lost_no_rule_broken_no_day_longer_and_travel_in_its_share(
    problem: Problem, share: float
) -> None:
    before = solve(problem, work_limit=50)

    after = level(problem, before, share)

    assert check(problem, after) == []
    assert after.unassigned == before.unassigned
    assert after.repeatable == before.repeatable
    assert travel_s(after) <= travel_s(before) * (1 + share)
    # the longest day is no longer; where it is as long, the second is no longer, and so on
    assert lengths(after) + [0] * 9 <= lengths(before) + [0] * 9
    was = {route.vehicle_id for route in before.routes}
    assert was <= {route.vehicle_id for route in after.routes}


@settings(max_examples=60)
@given(problem=problems(stop_count=(2, 9), vehicle_count=(2, 4)), share=SHARES)
def test_the_same_problem_is_levelled_the_same_way_and_once_for_all(
    problem: Problem, share: float
) -> None:
    before = solve(problem, work_limit=50)
    after = level(problem, before, share)
    assert level(problem, before, share) == after
    if travel_s(after) <= travel_s(before):  # whatever costs nothing was done
        assert lengths(level(problem, after, 0.0)) == lengths(after)


@settings(max_examples=100)
@given(
    hours=st.lists(st.integers(40, 700), min_size=2, max_size=4, unique=True),
    free=st.integers(2, 8),
    ride_s=st.integers(0, 40),
)
def test_appointments_keep_their_hour_and_their_day(
    hours: list[int], free: int, ride_s: int
) -> None:
    fixed = tuple(
        Stop(f"joint{i}", 0, 1, 0, ((hour, hour),), vehicles=frozenset({"a"}), must=True)
        for i, hour in enumerate(sorted(hours))
    )
    problem = one_place(free, [walker("a"), walker("b"), walker("c")], ride_s)
    problem = replace(problem, stops=(*problem.stops, *fixed))
    before = solve(problem, work_limit=50)

    after = level(problem, before, 3.0)

    def kept(solution: Solution) -> dict[str, tuple[str, int]]:
        return {
            each.stop_id: (route.vehicle_id, each.start_s)
            for route in solution.routes
            for each in route.made
            if each.stop_id.startswith("joint")
        }

    assert check(problem, after) == []
    assert kept(after) == kept(before)
    assert len(kept(after)) == len(fixed)


# --- worked by hand


def test_a_full_day_gives_to_an_empty_one_until_both_are_even() -> None:
    problem = one_place(9, [walker("a"), walker("b")])
    alone = one_way(problem, {"a": [f"s{i}" for i in range(9)]})
    even = level(problem, alone, 1.0)
    assert sorted(len(made) for made in made_by(even).values()) == [4, 5]
    assert lengths(even) == [320, 260]


@pytest.mark.parametrize(("share", "days"), [(0.0, 1), (0.99, 1), (1.0, 2), (2.0, 3)])
def test_a_day_more_is_opened_only_for_travel_within_the_share(share: float, days: int) -> None:
    problem = one_place(9, [walker("a"), walker("b"), walker("c")])  # 20 s there and back
    alone = one_way(problem, {"a": [f"s{i}" for i in range(9)]})
    assert len(level(problem, alone, share).routes) == days


def test_between_days_that_are_worked_moves_cost_nothing_here() -> None:
    problem = one_place(9, [walker("a"), walker("b")])
    uneven = one_way(problem, {"a": [f"s{i}" for i in range(8)], "b": ["s8"]})
    even = level(problem, uneven, 0.0)
    assert sorted(len(made) for made in made_by(even).values()) == [4, 5]
    assert travel_s(even) == travel_s(uneven)


def test_the_stop_of_least_detour_goes() -> None:
    """a makes all; the far stop lies beside the base of b, which works there already."""
    way = np.abs(np.subtract.outer([0, 10, 20, 100, 101], [0, 10, 20, 100, 101])).astype(np.int32)
    stops = tuple(Stop(f"s{i}", i, 30, 500) for i in (1, 2, 3, 4))
    vehicles = (walker("a", start_node=0, end_node=0), walker("b", start_node=4, end_node=4))
    problem = Problem(stops, vehicles, {"walk": way})
    uneven = one_way(problem, {"a": ["s1", "s2", "s3"], "b": ["s4"]})
    assert made_by(level(problem, uneven, 0.0)) == {"a": ["s1", "s2"], "b": ["s3", "s4"]}


def test_the_last_stop_of_a_day_stays() -> None:
    problem = one_place(1, [walker("a"), walker("b")])
    alone = one_way(problem, {"a": ["s0"]})
    assert level(problem, alone, 3.0) == alone


@pytest.mark.parametrize(
    "changed",
    [{"most_stops": 1}, {"shift_s": (0, 150)}, {"skills": frozenset()}],
    ids=["most stops", "short hours", "no skill"],
)
def test_a_day_that_may_not_take_more_takes_no_more(changed: dict[str, object]) -> None:
    able = frozenset({"bidan"})
    problem = one_place(6, [walker("a", skills=able), walker("b", **{"skills": able, **changed})])
    stops = (problem.stops[0], *(replace(stop, skills=able) for stop in problem.stops[1:]))
    problem = replace(problem, stops=stops)
    uneven = one_way(problem, {"a": ["s1", "s2", "s3", "s4", "s5"], "b": ["s0"]})
    assert len(made_by(level(problem, uneven, 3.0))["b"]) == (2 if "shift_s" in changed else 1)


def test_who_makes_nothing_is_levelled_to_nothing() -> None:
    problem = one_place(0, [walker("a"), walker("b")])
    assert level(problem, Solution((), (), repeatable=True), 0.5).routes == ()


# --- a week


def quiet_city() -> City:
    """The small city with less to do than its teams have time for."""
    return replace(small_city(), families=make_families(45))


def plan_of(share: float) -> WeekPlan:
    city, search = quiet_city(), replace(SETTINGS.search, level_travel_share=share)
    made = plan_week(
        city.families, city.teams, WEEK, "36.71.01", city.travel(),
        replace(SETTINGS, search=search), closed=frozenset(), last_seen={},
    )  # fmt: skip
    assert check_plan(made, city.families, city.teams) == []
    return made


def test_a_quiet_week_is_more_even_for_the_travel_that_the_setting_allows() -> None:
    made = {share: plan_of(share) for share in (-1.0, 0.02, 0.2)}
    hours = pd.DataFrame(
        {
            share: (plan.days["end_s"] - plan.days["start_s"]).set_axis(
                plan.days["team_id"] + plan.days["day_date"]
            )
            for share, plan in made.items()
        }
    ).fillna(0)  # nothing to do
    travel = {share: plan.days["travel_s"].sum() for share, plan in made.items()}
    visited = {share: set(plan.visits["household_id"]) for share, plan in made.items()}
    assert visited[-1.0] == visited[0.02] == visited[0.2]
    assert hours[0.2].std() < hours[0.02].std() < hours[-1.0].std()
    assert hours[0.2].max() <= hours[0.02].max() <= hours[-1.0].max()
    assert travel[0.02] <= 1.02 * travel[-1.0]
    assert travel[0.2] <= 1.2 * travel[-1.0]
    joint = made[0.2].visits["joint_team_id"].notna().sum()
    assert joint == made[-1.0].visits["joint_team_id"].notna().sum() > 0
