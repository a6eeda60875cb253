"""The route search and the timetable, beside slow references that try everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from routing_problems import HORIZON_S, closure, cost, least_cost, problems, shorter

from common.errors import WrongCallError
from routing.check import check
from routing.problem import Problem, Route, Solution, Stop, Vehicle
from routing.reasons import possible_vehicles
from routing.schedule import schedule
from routing.solver import ProblemError, SearchError, solve

WORK = 500
DAY = Vehicle("v0", "walk", 0, 0, (0, 1000))


def problem_of(
    *stops: Stop, vehicles: Sequence[Vehicle] = (DAY,), durations: np.ndarray | None = None
) -> Problem:
    times = shorter(4) if durations is None else durations
    return Problem(stops, tuple(vehicles), {"walk": times})


def reasons(problem: Problem) -> dict[str, str]:
    return {left.stop_id: left.reason for left in solve(problem, work_limit=WORK).unassigned}


def places(solution: Solution) -> list[str]:
    made = [each.stop_id for route in solution.routes for each in route.made]
    return made + [left.stop_id for left in solution.unassigned]


@given(problem=problems())
@settings(max_examples=80)
def test_every_stop_is_made_once_or_has_a_reason(problem: Problem) -> None:
    solution = solve(problem, work_limit=WORK)
    assert sorted(places(solution)) == sorted(stop.stop_id for stop in problem.stops)
    assert check(problem, solution) == []
    assert solution.repeatable


@given(problem=problems())
@settings(max_examples=30)
def test_the_same_problem_gives_the_same_solution(problem: Problem) -> None:
    assert solve(problem, work_limit=WORK) == solve(problem, work_limit=WORK)


@given(problem=problems(), work_limit=st.integers(1, 3))
@settings(max_examples=30)
def test_a_search_cut_short_is_still_valid(problem: Problem, work_limit: int) -> None:
    solution = solve(problem, work_limit=work_limit)
    assert check(problem, solution) == []
    assert sorted(places(solution)) == sorted(stop.stop_id for stop in problem.stops)
    assert solution.repeatable


@given(problem=problems())
@settings(max_examples=20)
def test_a_search_stopped_by_the_clock_is_still_valid(problem: Problem) -> None:
    solution = solve(problem, work_limit=WORK, seconds=0.001)
    assert check(problem, solution) == []
    assert sorted(places(solution)) == sorted(stop.stop_id for stop in problem.stops)


@given(problem=problems((1, 8), (1, 1)), which=st.integers(0, 7))
@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])
def test_the_only_must_stop_is_made_when_the_vehicle_could_make_it_alone(
    problem: Problem, which: int
) -> None:
    must = which % len(problem.stops)
    stops = tuple(
        replace(stop, must=i == must, skills=stop.skills if i != must else frozenset())
        for i, stop in enumerate(problem.stops)
    )
    problem = replace(problem, stops=stops)
    assume(possible_vehicles(problem, stops[must]))
    left = {each.stop_id for each in solve(problem, work_limit=WORK).unassigned}
    assert stops[must].stop_id not in left


def test_a_must_stop_outweighs_every_prize() -> None:
    near = [Stop(f"s{i}", 1, 10, prize=10**6) for i in range(5)]
    far = Stop("must", 2, 10, prize=0, must=True)
    day = replace(DAY, shift_s=(0, 100))
    times = shorter(3, (0, 2, 45), (2, 0, 45), (1, 2, 45), (2, 1, 45))
    solution = solve(problem_of(*near, far, vehicles=[day], durations=times), work_limit=WORK)
    assert [made.stop_id for route in solution.routes for made in route.made] == ["must"]


@given(problem=problems())
@settings(max_examples=60)
def test_a_reason_holds_for_every_vehicle(problem: Problem) -> None:
    for left in solve(problem, work_limit=WORK).unassigned:
        stop = next(each for each in problem.stops if each.stop_id == left.stop_id)
        alone = [schedule(problem, vehicle, [stop]) for vehicle in problem.vehicles]
        for vehicle, route in zip(problem.vehicles, alone, strict=True):
            listed = stop.vehicles is None or vehicle.vehicle_id in stop.vehicles
            able = listed and stop.skills <= vehicle.skills
            assert left.reason == "not_placed" or not (able and route)
            assert left.reason != "no_vehicle" or not listed
            assert left.reason != "no_skill" or not able


# --- reasons by hand


def test_a_stop_that_no_vehicle_may_make_has_no_vehicle() -> None:
    stop = Stop("s", 1, 10, 50, vehicles=frozenset({"another"}))
    assert reasons(problem_of(stop)) == {"s": "no_vehicle"}


def test_a_stop_that_needs_what_nobody_can_has_no_skill() -> None:
    stop = Stop("s", 1, 10, 50, skills=frozenset({"bidan", "gizi"}))
    midwife = replace(DAY, skills=frozenset({"bidan"}))
    assert reasons(problem_of(stop, vehicles=[midwife])) == {"s": "no_skill"}


@pytest.mark.parametrize("leg", [(0, 1, -1), (1, 0, -1)])
def test_a_stop_without_a_way_there_or_back_is_unreachable(leg: tuple[int, int, int]) -> None:
    stop = Stop("s", 1, 10, 50)
    assert reasons(problem_of(stop, durations=shorter(2, leg))) == {"s": "unreachable"}


@pytest.mark.parametrize("window", [(1001, 2000), (-50, -1)])
def test_a_window_that_meets_no_shift_is_closed(window: tuple[int, int]) -> None:
    stop = Stop("s", 1, 10, 50, windows_s=(window,))
    assert reasons(problem_of(stop)) == {"s": "window_closed"}


@pytest.mark.parametrize(
    ("stop", "day"),
    [
        (Stop("s", 1, 981, 50), DAY),  # 10 there, 981, 10 back: one second too long
        (Stop("s", 1, 10, 50, windows_s=((0, 9),)), DAY),  # the window ends before one can be there
        (Stop("s", 1, 10, 50, windows_s=((981, 1000),)), DAY),
        (Stop("s", 1, 400, 50), replace(DAY, break_s=(400, 600))),  # fits on no side of the break
        (Stop("s", 1, 10, 50), replace(DAY, most_stops=0)),
        (Stop("s", 1, 10, 50), replace(DAY, shift_s=(500, 500))),  # a day of no length
    ],
)
def test_a_stop_too_long_for_every_day_cannot_fit_alone(stop: Stop, day: Vehicle) -> None:
    assert reasons(problem_of(stop, vehicles=[day])) == {"s": "cannot_fit_alone"}


def test_a_stop_that_would_fit_but_was_passed_over_is_not_placed() -> None:
    stops = [Stop("low", 1, 10, prize=40), Stop("high", 1, 10, prize=50)]
    problem = problem_of(*stops, vehicles=[replace(DAY, most_stops=1)])
    assert reasons(problem) == {"low": "not_placed"}


def test_no_way_that_fits_the_day_is_too_long_for_a_prize() -> None:
    times = shorter(2, usual_s=300)
    assert reasons(problem_of(Stop("s", 1, 10, prize=1), durations=times)) == {}


def test_the_strongest_reason_is_the_first_that_rules_out_all_vehicles() -> None:
    stop = Stop("s", 1, 10, 50, windows_s=((2000, 3000),), skills=frozenset({"bidan"}))
    able = replace(DAY, vehicle_id="v1", skills=frozenset({"bidan"}))
    assert reasons(problem_of(stop, vehicles=[DAY, able])) == {"s": "window_closed"}


# --- ends of the range


def test_no_vehicles_leave_every_stop() -> None:
    problem = problem_of(Stop("a", 1, 10, 50), Stop("b", 2, 10, 50, must=True), vehicles=[])
    assert reasons(problem) == {"a": "no_vehicle", "b": "no_vehicle"}
    assert solve(problem, work_limit=WORK).routes == ()


def test_no_stops_need_no_route() -> None:
    assert solve(problem_of(), work_limit=WORK) == Solution((), (), repeatable=True)
    assert solve(Problem((), (), {}), work_limit=WORK) == Solution((), (), repeatable=True)


def test_a_day_of_no_length_holds_a_visit_of_no_length_at_the_base() -> None:
    day = replace(DAY, shift_s=(500, 500))
    solution = solve(problem_of(Stop("s", 0, 0, 50), vehicles=[day]), work_limit=WORK)
    assert [(route.start_s, route.end_s, route.travel_s) for route in solution.routes] == [
        (500, 500, 0)
    ]


def test_legs_of_a_thousand_million_seconds_overflow_nothing() -> None:
    times = shorter(5, usual_s=10**9)
    times[0, 1] = times[1, 0] = 10
    stops = [Stop(f"s{i}", i, 10, prize=10**9) for i in range(1, 5)]
    problem = problem_of(*stops, durations=times)
    assert reasons(problem) == {f"s{i}": "cannot_fit_alone" for i in range(2, 5)}


def test_prizes_of_a_thousand_million_overflow_nothing() -> None:
    stops = [Stop(f"s{i}", i % 4, 10, prize=10**12, must=i % 2 == 0) for i in range(20)]
    assert reasons(problem_of(*stops)) == {}


def test_routes_that_could_not_be_cheaper_are_repeatable() -> None:
    stops = [Stop(f"s{i}", 0, 10, prize=50) for i in range(3)]  # all at the base: no travel at all
    solution = solve(problem_of(*stops), work_limit=WORK)
    assert [route.travel_s for route in solution.routes] == [0]
    assert solution.repeatable


@pytest.mark.parametrize(
    "idle",
    [
        Vehicle("v1", "walk", 0, 0, (40, 60), break_s=(30, 70)),  # its day lies in its break
        Vehicle("v1", "walk", 3, 2, (0, 1000)),  # no way from its start to its end
        Vehicle("v1", "walk", 1, 2, (0, 5)),  # a day shorter than the way to its end
    ],
)
def test_a_vehicle_that_cannot_work_takes_nothing_from_the_others(idle: Vehicle) -> None:
    stops = [Stop("a", 1, 10, 50, must=True), Stop("b", 2, 10, 50)]
    times = shorter(4, (3, 0, -1), (3, 1, -1), (3, 2, -1))
    solution = solve(problem_of(*stops, vehicles=[DAY, idle], durations=times), work_limit=WORK)
    assert solution.unassigned == ()
    assert [route.vehicle_id for route in solution.routes] == ["v0"]


def test_a_vehicle_may_need_a_stop_to_get_from_its_start_to_its_end() -> None:
    times = shorter(4, (3, 0, -1), (3, 2, -1))  # from 3 only by 1
    bridge = replace(DAY, start_node=3)
    problem = problem_of(Stop("s", 1, 10, 50), vehicles=[bridge], durations=times)
    assert reasons(problem) == {}


# --- a problem that contradicts itself


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (problem_of(Stop("s", 1, 1, 1), Stop("s", 2, 1, 1)), "ID yang sama dua kali"),
        (problem_of(vehicles=[DAY, DAY]), "ID yang sama dua kali"),
        (problem_of(vehicles=[replace(DAY, profile="car")]), "Tidak ada matriks waktu untuk 'car'"),
        (problem_of(Stop("s", 4, 1, 1)), "titik di luar matriks"),
        (problem_of(Stop("s", -1, 1, 1)), "titik di luar matriks"),
        (problem_of(vehicles=[replace(DAY, start_node=4)]), "titik di luar matriks"),
        (problem_of(vehicles=[replace(DAY, end_node=9)]), "titik di luar matriks"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(problem: Problem, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        solve(problem, work_limit=WORK)
    assert issubclass(ProblemError, WrongCallError)


def test_a_route_that_cannot_be_timed_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(Stop("s", 1, 10, 50))
    monkeypatch.setattr("routing.solver.schedule", lambda *_: None)
    with pytest.raises(SearchError, match="tidak dapat dijadwalkan"):
        solve(problem, work_limit=WORK)
    assert SearchError.exit_code == 1


# --- how good the routes are


def random_day(seed: int) -> Problem:
    """Five stops and one vehicle that can make about three of them."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 60, (6, 2))
    times = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))
    opens = rng.integers(0, 200, 5)
    stops = tuple(
        Stop(
            stop_id=f"s{i}",
            node=i + 1,
            service_s=int(rng.integers(10, 50)),
            prize=int(rng.integers(20, 200)),
            windows_s=((int(opens[i]), int(opens[i]) + 120),) if rng.random() < 0.5 else (),
            must=bool(rng.random() < 0.3),
        )
        for i in range(5)
    )
    day = Vehicle("v0", "walk", 0, 0, (0, int(rng.integers(200, 330))), break_s=(120, 150))
    return Problem(stops, (day,), {"walk": closure(np.rint(times).astype(np.int64))})


def test_tiny_days_are_the_best_there_is() -> None:
    for seed in range(30):
        problem = random_day(seed)
        assert cost(problem, solve(problem, work_limit=WORK)) == least_cost(problem)


@given(problem=problems(stop_count=(1, 4), vehicle_count=(1, 1)))
@settings(max_examples=60)
def test_no_day_is_better_than_the_best_there_is(problem: Problem) -> None:
    solution = solve(problem, work_limit=WORK)
    assert cost(problem, solution) >= least_cost(problem)


# --- the timetable


def second_by_second(
    problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], leave: int
) -> tuple[list[tuple[int, int, int]], int] | None:
    """Walk a day one second at a time: (arrival, start, end) of each stop, and the return."""
    durations = problem.durations_s[vehicle.profile]
    rest = range(*(vehicle.break_s or (0, 0)))
    now, at = leave, vehicle.start_node

    def ride(to: int) -> bool:
        nonlocal now, at
        left = int(durations[at, to])
        if left < 0:
            return False
        while left > 0:
            left -= now not in rest
            now += 1
        at = to
        return True

    visits = []
    for stop in stops:
        if not ride(stop.node):
            return None
        arrive = now
        while not _may_start(now, stop, vehicle):
            now += 1
            if now > 2 * HORIZON_S:
                return None
        visits.append((arrive, now, now + stop.service_s))
        now += stop.service_s
    return (visits, now) if ride(vehicle.end_node) else None


def _may_start(now: int, stop: Stop, vehicle: Vehicle) -> bool:
    if stop.windows_s and not any(a <= now <= b for a, b in stop.windows_s):
        return False
    if vehicle.break_s is None:
        return True
    begin, end = vehicle.break_s
    return now >= end or now + stop.service_s <= begin


@given(problem=problems(stop_count=(1, 4), vehicle_count=(1, 1)), order=st.permutations(range(4)))
@settings(max_examples=200)
def test_the_timetable_is_the_earliest_there_is_and_leaves_as_late_as_it_can(
    problem: Problem, order: list[int]
) -> None:
    (vehicle,) = problem.vehicles
    stops = [problem.stops[i] for i in order if i < len(problem.stops)]
    route = schedule(problem, vehicle, stops)
    slow = second_by_second(problem, vehicle, stops, vehicle.shift_s[0])
    too_many = vehicle.most_stops is not None and len(stops) > vehicle.most_stops
    if slow is None or slow[1] > vehicle.shift_s[1] or too_many:
        assert route is None
        return
    assert route is not None
    visits, end = slow
    assert [(made.start_s, made.end_s) for made in route.made] == [v[1:] for v in visits]
    assert [made.arrive_s for made in route.made[1:]] == [v[0] for v in visits[1:]]
    assert route.end_s == end
    latest = max(
        leave
        for leave in range(vehicle.shift_s[0], visits[0][1] + 1)
        if (later := second_by_second(problem, vehicle, stops[:1], leave))
        and later[0][0][0] <= visits[0][1]
    )
    assert route.start_s == latest
    assert _rest_of(route) == _rest_due(vehicle, route)
    durations = problem.durations_s[vehicle.profile]
    nodes = [vehicle.start_node, *(stop.node for stop in stops), vehicle.end_node]
    legs = [int(durations[a, b]) for a, b in pairwise(nodes)]
    assert [made.travel_s for made in route.made] == legs[:-1]
    assert route.travel_s == sum(legs)


def _rest_of(route: Route) -> tuple[int | None, int | None]:
    return route.break_start_s, route.break_end_s


def _rest_due(vehicle: Vehicle, route: Route) -> tuple[int | None, int | None]:
    rest = vehicle.break_s
    met = rest is not None and route.start_s < rest[1] and route.end_s > rest[0]
    return rest if met and rest is not None else (None, None)


def test_no_stops_make_no_timetable() -> None:
    assert schedule(problem_of(), DAY, []) is None


def test_a_ride_pauses_during_the_break_and_a_visit_waits_for_its_end() -> None:
    day = replace(DAY, break_s=(100, 160))
    stops = [Stop("a", 1, 85, 0), Stop("b", 2, 20, 0)]
    route = schedule(problem_of(*stops, vehicles=[day]), day, stops)
    assert route is not None
    # 10 s there, 85 s of visit until 95; 5 s of ride, the break, 5 s of ride; until 185; 10 back
    assert [(m.arrive_s, m.start_s, m.end_s) for m in route.made] == [(10, 10, 95), (165, 165, 185)]
    assert (route.start_s, route.end_s, route.travel_s) == (0, 195, 30)
    assert (route.break_start_s, route.break_end_s) == (100, 160)
    late = schedule(problem_of(*stops, vehicles=[day]), day, [replace(stops[0], service_s=95)])
    assert late is not None
    assert [(m.start_s, m.end_s) for m in late.made] == [(160, 255)]
