"""The upper bound of the benchmark: no plan collects more, and simple bests are met exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_problems import problems, shorter

from benchmarks.week_bound import upper_bound
from benchmarks.week_practices import always_the_nearest, best_prize_per_minute, fill, list_order
from routing.check import check
from routing.keeping import collected
from routing.problem import Problem, Stop, Vehicle
from routing.solver import solve


def town(*stops: Stop, until_s: int, days: int = 1) -> Problem:
    """All stops 60 s from each other and from the base."""
    vehicles = tuple(Vehicle(f"v{i}", "walk", 0, 0, (0, until_s)) for i in range(days))
    return Problem(stops, vehicles, {"walk": shorter(len(stops) + 1) * 0 + 60})


def in_half_minutes(problem: Problem) -> Problem:
    """The same problem with half minutes for seconds: the bound then rounds nothing."""
    stops = tuple(
        replace(
            stop,
            service_s=30 * stop.service_s,
            windows_s=tuple((30 * opens, 30 * closes) for opens, closes in stop.windows_s),
        )
        for stop in problem.stops
    )
    vehicles = tuple(
        replace(
            day,
            shift_s=(30 * day.shift_s[0], 30 * day.shift_s[1]),
            break_s=None if day.break_s is None else (30 * day.break_s[0], 30 * day.break_s[1]),
        )
        for day in problem.vehicles
    )
    longer = {name: np.where(t < 0, t, 30 * t) for name, t in problem.durations_s.items()}
    return Problem(stops, vehicles, longer)


@given(problem=problems(stop_count=(1, 8), vehicle_count=(1, 3)).map(in_half_minutes))
@settings(max_examples=60)
def test_no_plan_collects_more_than_the_bound(problem: Problem) -> None:
    routes = solve(problem, work_limit=60).routes
    assert collected(problem, routes)[1] <= upper_bound(problem) + 1e-6


def test_the_bound_is_the_best_where_only_time_decides() -> None:
    stops = [Stop(f"s{i}", i + 1, 600, prize) for i, prize in enumerate((50, 40, 30, 20))]
    assert upper_bound(town(*stops, until_s=2 * 600 + 3 * 60)) == pytest.approx(90)
    assert upper_bound(town(*stops, until_s=2 * 600 + 3 * 60 - 1)) == pytest.approx(50)
    assert upper_bound(town(*stops, until_s=600 + 2 * 60, days=3)) == pytest.approx(120)


def test_who_is_met_at_a_fixed_hour_takes_time_from_the_others() -> None:
    met = Stop("m", 1, 600, 0, windows_s=((660, 660),), must=True)
    stops = [Stop(f"s{i}", i + 2, 600, prize) for i, prize in enumerate((50, 40))]
    assert upper_bound(town(met, *stops, until_s=2 * 660 + 60)) == pytest.approx(0)
    assert upper_bound(town(met, *stops, until_s=3 * 660 + 60)) == pytest.approx(50)


@given(
    problem=problems(stop_count=(1, 7), vehicle_count=(1, 3)),
    liking=st.sampled_from([best_prize_per_minute, list_order, always_the_nearest]),
)
@settings(max_examples=40)
def test_every_practice_keeps_the_rules(problem: Problem, liking: object) -> None:
    free = Problem(
        tuple(stop for stop in problem.stops if not stop.must),
        problem.vehicles,
        problem.durations_s,
    )
    assert check(free, fill(free, liking)) == []
