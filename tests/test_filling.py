"""Stops that only some vehicles were to make go to others where those left room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_problems import problems

from routing.check import check
from routing.filling import fill_up
from routing.problem import Problem, Solution, Stop, Vehicle
from routing.solver import solve


def made_by(solution: Solution) -> dict[str, list[str]]:
    return {route.vehicle_id: [each.stop_id for each in route.made] for route in solution.routes}


@settings(max_examples=60)
@given(problem=problems(stop_count=(2, 9), vehicle_count=(2, 4)), wider=st.lists(st.booleans()))
def test_what_was_made_stays_where_it_was_and_only_opened_stops_come_in(
    problem: Problem, wider: list[bool]
) -> None:
    everybody = frozenset(vehicle.vehicle_id for vehicle in problem.vehicles)
    open_to = {
        stop.stop_id: everybody - stop.vehicles
        for stop, wide in zip(problem.stops, wider, strict=False)
        if wide and stop.vehicles is not None
    }
    before = solve(problem, work_limit=50)

    opened, after = fill_up(problem, before, open_to)

    assert check(opened, after) == []
    was, now = made_by(before), made_by(after)
    for vehicle_id, order in was.items():
        assert [key for key in now[vehicle_id] if key in order] == order
    came = {key for order in now.values() for key in order} - {
        key for order in was.values() for key in order
    }
    assert came <= set(open_to)
    assert {each.stop_id for each in after.unassigned} == {
        each.stop_id for each in before.unassigned
    } - came
    changed = {
        one.stop_id for one, two in zip(problem.stops, opened.stops, strict=True) if one != two
    }
    assert came <= changed <= set(open_to) & {each.stop_id for each in before.unassigned}
    assert after.routes == fill_up(problem, before, open_to)[1].routes


def one_place(*stops: Stop) -> Problem:
    """Stops at one place, 10 s from two walkers of whom each makes at most two."""
    ride = np.array([[0, 10], [10, 0]], np.int32)
    walkers = tuple(Vehicle(name, "walk", 1, 1, (0, 1000), most_stops=2) for name in "ab")
    return Problem(stops, walkers, {"walk": ride})


OWN = Stop("", 0, 60, 500, vehicles=frozenset({"a"}))


def test_the_dearest_of_those_left_out_come_first_and_as_many_as_there_is_room_for() -> None:
    stops = tuple(replace(OWN, stop_id=f"s{i}", prize=500 + i) for i in range(6))
    problem = one_place(*stops)
    before = solve(problem, work_limit=50)
    assert made_by(before) == {"a": ["s4", "s5"]} or made_by(before) == {"a": ["s5", "s4"]}

    _, after = fill_up(problem, before, {stop.stop_id: frozenset({"b"}) for stop in stops})

    assert set(made_by(after)["b"]) == {"s2", "s3"}
    assert made_by(after)["a"] == made_by(before)["a"]
    assert [each.stop_id for each in after.unassigned] == ["s0", "s1"]


def test_who_fits_is_visited_however_little_the_prize_beside_the_way() -> None:
    stops = (*(replace(OWN, stop_id=f"s{i}", prize=500) for i in range(2)),
             replace(OWN, stop_id="cheap", prize=1))  # fmt: skip
    problem = one_place(*stops)
    before = solve(problem, work_limit=50)
    assert "b" not in made_by(before)
    _, after = fill_up(problem, before, {"cheap": frozenset({"b"})})
    assert made_by(after)["b"] == ["cheap"]
    assert after.unassigned == ()


def test_without_stops_to_open_nothing_changes() -> None:
    problem = one_place(replace(OWN, stop_id="s0"))
    before = solve(problem, work_limit=50)
    assert fill_up(problem, before, {"s0": frozenset({"b"})}) == (problem, before)
    assert fill_up(problem, before, {})[0] is problem
