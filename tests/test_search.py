"""The search on VROOM's JSON beside the independent checker and a slow reference."""

from __future__ import annotations

import json
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vroom_instances import best_day, goal, instances, known_ways

from routing.solution_check import check_solution
from routing.vroom_solve import solve_instance

WORK = 150
Json = dict[str, Any]


def solved(raw: Json, **how: Any) -> Json:
    """Solve and let the checker walk the answer (null means no way, which it knows as -1)."""
    solution = solve_instance(raw, **{"work": WORK, **how})
    assert check_solution(known_ways(raw), solution) == []
    return solution


def orders(solution: Json, vehicles: list[Json]) -> list[list[int]]:
    made = {
        route["vehicle"]: [step["id"] for step in route["steps"] if step["type"] == "job"]
        for route in solution["routes"]
    }
    return [made.get(vehicle["id"], []) for vehicle in vehicles]


@given(raw=instances(), seed=st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_every_job_is_made_once_or_has_a_reason(raw: Json, seed: int) -> None:
    solution = solved(raw, seed=seed)
    made = [job for order in orders(solution, raw["vehicles"]) for job in order]
    left = [each["id"] for each in solution["unassigned"]]
    assert sorted(made + left) == sorted(job["id"] for job in raw["jobs"])
    assert solution["search"]["repeatable"]


@given(raw=instances())
@settings(max_examples=40, deadline=None)
def test_the_same_seed_and_work_give_the_same_bytes(raw: Json) -> None:
    first, again = (json.dumps(solve_instance(raw, seed=5, work=60)) for _ in range(2))
    assert first == again


@given(raw=instances(most_jobs=4, most_vehicles=1, most_priority=3))
@settings(max_examples=120, deadline=None)
def test_a_tiny_day_is_the_best_there_is(raw: Json) -> None:
    if raw["vehicles"]:
        assert goal(raw, solved(raw, work=400)) == best_day(raw)


@given(raw=instances(), seed=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_a_search_is_never_worse_than_its_start(raw: Json, seed: int) -> None:
    start = solved(raw, seed=seed, work=3)
    after = solved(raw, seed=seed + 1, work=20, first=orders(start, raw["vehicles"]))
    assert goal(raw, after) <= goal(raw, start)


@given(raw=instances(most_vehicles=3))
@settings(max_examples=40, deadline=None)
def test_a_vehicle_more_never_lowers_the_priority(raw: Json) -> None:
    fewer = {**raw, "vehicles": raw["vehicles"][:-1]}
    start = solved(fewer, work=30)
    first = [*orders(start, fewer["vehicles"]), []][: len(raw["vehicles"])]
    after = solved(raw, work=30, first=first)
    assert after["summary"]["priority"] >= start["summary"]["priority"]


def town(stops: int, teams: int, seed: int) -> Json:
    """A town of teams that cannot make all the stops in their two days each."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 1500, (stops + teams, 2))
    times = np.rint(np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))).astype(int)
    return {
        "jobs": [
            {
                "id": i,
                "location_index": i,
                "service": int(rng.integers(600, 1500)),
                "priority": int(rng.integers(1, 100)),
            }
            for i in range(stops)
        ],
        "vehicles": [
            {
                "id": 2 * team + day,
                "start_index": stops + team,
                "end_index": stops + team,
                "time_window": [86_400 * day, 86_400 * day + 7200],
            }
            for team in range(teams)
            for day in range(2)
        ],
        "matrices": {"car": {"durations": times.tolist()}},
    }


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("teams", [2, 13])
def test_more_work_gives_a_better_plan(teams: int, seed: int) -> None:
    raw = town(40 * teams, teams, seed)
    goals = [goal(raw, solved(raw, work=work)) for work in (1, 300, 3000)]
    assert goals[2] < goals[1] < goals[0]


def test_many_vehicles_are_split_and_repeatable() -> None:
    raw = town(150, 13, 2)
    first, again = (json.dumps(solved(raw, work=100, seed=7)) for _ in range(2))
    assert first == again


def test_a_search_by_the_clock_says_that_it_cannot_be_repeated() -> None:
    raw = town(30, 1, 3)
    solution = solved(raw, work=None, seconds=0.05)
    assert solution["search"]["repeatable"] is False
    assert solution["search"]["steps"] > 0
    assert solution["summary"]["routes"] == 2


def test_the_clock_ends_a_search_before_its_work_is_done() -> None:
    solution = solved(town(30, 1, 3), work=10**9, seconds=0.05)
    assert solution["search"]["repeatable"] is False


def test_a_search_that_is_stopped_returns_its_best_so_far() -> None:
    raw, stop = town(30, 1, 3), Event()
    start = solved(raw, work=50)
    stop.set()
    solution = solved(raw, work=10**9, stop=stop, first=orders(start, raw["vehicles"]))
    assert solution["search"]["interrupted"] is True
    assert goal(raw, solution) <= goal(raw, start)
