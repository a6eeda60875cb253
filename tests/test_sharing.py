"""No crew idle without need: stops change hands, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_problems import problems

from routing.check import check
from routing.problem import Problem, Solution, Stop, Vehicle
from routing.reasons import possible_vehicles
from routing.sharing import share_with_idle
from routing.solver import solve

DAY = (0, 1000)


def made_by(solution: Solution, crew_of: dict[str, str]) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {crew: [] for crew in crew_of.values()}
    for route in solution.routes:
        made[crew_of[route.vehicle_id]] += [each.stop_id for each in route.made]
    return made


def busy_s(solution: Solution, vehicle_id: str) -> int:
    return sum(
        route.end_s - route.start_s for route in solution.routes if route.vehicle_id == vehicle_id
    )


def one_place(stop_count: int, vehicles: list[Vehicle]) -> Problem:
    """Stops that lie at one place: one vehicle after the other is filled there."""
    stops = tuple(Stop(f"s{i}", 0, 60, 500) for i in range(stop_count))
    ride = np.array([[0, 10], [10, 0]], np.int32)
    return Problem(stops, tuple(vehicles), {"walk": ride})


def walker(name: str, **changed: object) -> Vehicle:
    return replace(Vehicle(name, "walk", 1, 1, DAY), **changed)  # type: ignore[arg-type]  # fields


@settings(max_examples=80)
@given(problem=problems(vehicle_count=(2, 4)), crews=st.lists(st.integers(0, 2), min_size=4))
def test_the_same_stops_are_made_by_the_rules_and_who_could_work_does(
    problem: Problem, crews: list[int]
) -> None:
    crew_of = {
        each.vehicle_id: f"c{crew}" for each, crew in zip(problem.vehicles, crews, strict=False)
    }
    before = solve(problem, work_limit=50)

    after = share_with_idle(problem, before, crew_of)

    assert check(problem, after) == []
    assert after.unassigned == before.unassigned
    was, now = made_by(before, crew_of), made_by(after, crew_of)
    assert sorted(chain(*was.values())) == sorted(chain(*now.values()))
    assert all(now[crew] for crew in was if was[crew])
    stops = {stop.stop_id: stop for stop in problem.stops}
    for idle in (crew for crew in now if not now[crew]):
        own = {number for number, each in enumerate(problem.vehicles)
               if crew_of[each.vehicle_id] == idle}  # fmt: skip
        for crew, held in now.items():
            if len(held) > 1 and any(
                busy_s(after, key) for key, owner in crew_of.items() if owner == crew
            ):
                assert not any(own & set(possible_vehicles(problem, stops[key])) for key in held)


def test_an_idle_crew_takes_about_its_share_and_no_more() -> None:
    problem = one_place(9, [walker("a"), walker("b")])
    alone = solve(problem, work_limit=100)
    assert len(alone.routes) == 1, "the search sends one, to save the way of the other"

    shared = share_with_idle(problem, alone, {"a": "first", "b": "second"})

    assert sorted(len(route.made) for route in shared.routes) == [4, 5]


def test_a_crew_with_short_hours_takes_less() -> None:
    problem = one_place(9, [walker("a"), walker("b", shift_s=(0, 300))])
    alone = solve(problem, work_limit=100)

    shared = share_with_idle(problem, alone, {"a": "first", "b": "second"})

    made = {route.vehicle_id: len(route.made) for route in shared.routes}
    assert made == {"a": 7, "b": 2}


def test_the_only_stop_stays_with_who_makes_it() -> None:
    problem = one_place(1, [walker("a"), walker("b")])
    alone = solve(problem, work_limit=100)

    assert share_with_idle(problem, alone, {"a": "first", "b": "second"}) == alone


def test_days_of_one_crew_are_not_shared_among_themselves() -> None:
    problem = one_place(9, [walker("a"), walker("b")])
    alone = solve(problem, work_limit=100)

    assert share_with_idle(problem, alone, {"a": "one", "b": "one"}) == alone


def test_a_stop_that_the_idle_crew_may_not_make_stays() -> None:
    problem = one_place(4, [walker("a"), walker("b")])
    stops = tuple(replace(stop, vehicles=frozenset({"a"})) for stop in problem.stops)
    problem = replace(problem, stops=stops)
    alone = solve(problem, work_limit=100)

    assert share_with_idle(problem, alone, {"a": "first", "b": "second"}) == alone
