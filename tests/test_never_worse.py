"""No solution is worse than its start, nor with a vehicle more; another process changes none."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from routing_problems import problems, random_town, shorter
from vroom_instances import Json, instances, known_ways

from routing.check import check
from routing.keeping import collected, keep
from routing.problem import Problem, Solution, Stop, Vehicle
from routing.reasons import why_left
from routing.solution_check import check_solution
from routing.solver import solve
from routing.vroom_solve import solve_instance

Value = tuple[int, int, int]


def value(problem: Problem, solution: Solution) -> Value:
    """Musts, prize, travel saved: the greater, the better."""
    made = {each.stop_id for route in solution.routes for each in route.made}
    stops = [stop for stop in problem.stops if stop.stop_id in made]
    travel_s = sum(route.travel_s for route in solution.routes)
    return sum(stop.must for stop in stops), sum(stop.prize for stop in stops), -travel_s


def orders(solution: Solution) -> dict[str, list[str]]:
    """Stops of each vehicle, as ``first`` wants them."""
    return {route.vehicle_id: [made.stop_id for made in route.made] for route in solution.routes}


@given(problem=problems(), work_limit=st.integers(1, 40))
@settings(max_examples=60)
def test_a_solution_is_never_worse_than_the_one_it_started_from(
    problem: Problem, work_limit: int
) -> None:
    start = solve(problem, work_limit=2)
    after = solve(problem, work_limit=work_limit, first=orders(start))
    assert check(problem, after) == []
    assert value(problem, after) >= value(problem, start)


@st.composite
def starts(draw: st.DrawFn) -> tuple[Problem, dict[str, list[str]]]:
    """A problem and any orders at all: stops that a vehicle may not make, cannot, or made twice."""
    problem = draw(problems(stop_count=(1, 8), vehicle_count=(1, 3)))
    stops = st.sampled_from([*(stop.stop_id for stop in problem.stops), "unknown"])
    order = st.lists(stops, max_size=8)
    return problem, {vehicle.vehicle_id: draw(order) for vehicle in problem.vehicles}


@given(start=starts())
@settings(max_examples=60)
def test_what_can_be_kept_of_any_start_is_not_lost(
    start: tuple[Problem, dict[str, list[str]]],
) -> None:
    problem, first = start
    kept = keep(problem, {**first, "nobody": ["s0"]})
    made = {route.vehicle_id: [each.stop_id for each in route.made] for route in kept}
    for vehicle_id, order in made.items():
        asked = iter(first[vehicle_id])
        assert all(stop_id in asked for stop_id in order), "the order stays"
    left = [why_left(problem, stop) for stop in problem.stops if stop.stop_id not in places(made)]
    standing = Solution(kept, tuple(left), repeatable=True)
    assert check(problem, standing) == []

    after = solve(problem, work_limit=3, first=first)

    assert check(problem, after) == []
    assert value(problem, after) >= value(problem, standing)
    assert collected(problem, after.routes) == value(problem, after)[:2]


def places(made: dict[str, list[str]]) -> set[str]:
    return {stop_id for order in made.values() for stop_id in order}


@given(raw=instances(), data=st.data())
@settings(max_examples=60)
def test_a_vroom_start_that_cannot_be_kept_harms_nothing(raw: Json, data: st.DataObject) -> None:
    jobs = data.draw(st.permutations([job["id"] for job in raw["jobs"]]))
    first: list[list[int]] = [jobs, *([] for _ in raw["vehicles"][1:])][: len(raw["vehicles"])]
    solution = solve_instance(raw, work=5, first=first)
    steps = [step for route in solution["routes"] for step in route["steps"]]
    made = [step["id"] for step in steps if step["type"] == "job"]
    left = [each["id"] for each in solution["unassigned"]]
    assert sorted(made + left) == sorted(jobs)
    assert check_solution(known_ways(raw), solution) == []


@given(problem=problems(vehicle_count=(1, 4)))
@settings(max_examples=60)
def test_a_vehicle_more_never_lowers_what_is_collected(problem: Problem) -> None:
    fewer = replace(problem, vehicles=problem.vehicles[:-1])
    start = solve(fewer, work_limit=20)
    after = solve(problem, work_limit=5, first=orders(start))
    assert value(problem, after)[:2] >= value(fewer, start)[:2]


def test_no_travel_outweighs_a_prize_however_vast_the_others_are() -> None:
    times = shorter(3, (0, 2, 9000), (2, 0, 9000), (1, 2, 9000), (2, 1, 9000))
    near = [Stop(f"s{i}", 1, 10, prize=10**12) for i in range(20)]
    day = Vehicle("v0", "walk", 0, 0, (0, 30_000))
    problem = Problem((*near, Stop("far", 2, 10, prize=1)), (day,), {"walk": times})
    assert solve(problem, work_limit=100).unassigned == ()


_ELSEWHERE = """
import sys
sys.path.insert(0, sys.argv[1])
from test_never_worse import fingerprint
print(fingerprint())
"""


def fingerprint() -> str:
    """Return a hash of a week's solution and of a VROOM solution of a town."""
    week, instance = random_town(40, 6, 3)
    solution = solve(week, work_limit=400)
    answer = solve_instance(instance, work=400, seed=2)
    text = repr(solution) + json.dumps(answer)
    return hashlib.sha256(text.encode()).hexdigest()


def test_another_process_with_another_order_of_hashes_gives_the_same_solution() -> None:
    here = Path(__file__).parent
    folders = os.pathsep.join([str(here.parent), os.environ.get("PYTHONPATH", "")])
    told = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, str(here)],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": folders},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == fingerprint()
