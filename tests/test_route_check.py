"""The independent checker: each rule broken on purpose, and found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from routing_problems import shorter

from routing.check import Violation, check
from routing.problem import Left, Made, Problem, Route, Solution, Stop, Vehicle
from routing.solver import solve

# 10 s between any two places, no way from or to node 4
PROBLEM = Problem(
    stops=(
        Stop("a", 1, 20, 50, windows_s=((10, 30),)),
        Stop("b", 2, 20, 50, skills=frozenset({"bidan"})),
        Stop("c", 3, 20, 50, vehicles=frozenset({"v0"})),
        Stop("d", 1, 20, 50, vehicles=frozenset({"v1"})),
        Stop("e", 4, 20, 50),
    ),
    vehicles=(
        Vehicle("v0", "walk", 0, 0, (0, 300), (100, 150), frozenset({"bidan"}), most_stops=3),
        Vehicle("v1", "walk", 0, 0, (0, 300)),
    ),
    durations_s={
        "walk": shorter(5, *((n, 4, -1) for n in range(4)), *((4, n, -1) for n in range(4)))
    },
)
MORNING = Route(
    vehicle_id="v0",
    made=(
        Made("a", 10, 10, 10, 30),
        Made("b", 10, 40, 40, 60),
        Made("c", 10, 70, 70, 90),
    ),
    start_s=0,
    end_s=100,
    travel_s=40,
)
OTHER = Route("v1", (Made("d", 10, 10, 10, 30),), 0, 40, 20)
VALID = Solution((MORNING, OTHER), (Left("e", "unreachable"),), repeatable=True)
FULL_DAY = replace(
    MORNING,
    made=(*MORNING.made[:2], Made("c", 10, 70, 150, 170)),
    end_s=180, break_start_s=100, break_end_s=150,
)  # fmt: skip


def with_route(route: Route) -> Solution:
    return replace(VALID, routes=(route, OTHER))


def with_made(number: int, **changed: Any) -> Solution:
    made = list(MORNING.made)
    made[number] = replace(made[number], **changed)
    return with_route(replace(MORNING, made=tuple(made)))


def later(route: Route, seconds: int) -> Route:
    """The whole route moved in time."""
    made = tuple(
        replace(m, arrive_s=m.arrive_s + seconds, start_s=m.start_s + seconds,
                end_s=m.end_s + seconds)
        for m in route.made
    )  # fmt: skip
    return replace(route, made=made, start_s=route.start_s + seconds, end_s=route.end_s + seconds)


def swapped_stop(route: Route, old: str, new: str) -> Route:
    return replace(
        route, made=tuple(replace(m, stop_id=new) if m.stop_id == old else m for m in route.made)
    )


def leg_unreachable() -> Solution:
    """Stop e in the place of d: no way there, none back."""
    route = replace(swapped_stop(OTHER, "d", "e"), travel_s=0)
    return Solution((MORNING, route), (Left("d", "not_placed"),), repeatable=True)


def outside_shift(seconds: int) -> Solution:
    return replace(VALID, routes=(MORNING, later(OTHER, seconds)))


def too_many_stops() -> tuple[Problem, Solution]:
    three = tuple(
        replace(each, most_stops=2) if each.vehicle_id == "v0" else each
        for each in PROBLEM.vehicles
    )
    return replace(PROBLEM, vehicles=three), VALID


def too_early() -> tuple[Problem, Solution]:
    stops = (replace(PROBLEM.stops[0], windows_s=((0, 9), (11, 30))), *PROBLEM.stops[1:])
    return replace(PROBLEM, stops=stops), VALID


def too_late() -> Solution:
    """Stop a begins one second after its window; the morning has time for it."""
    problem_made = (Made("a", 10, 31, 31, 51), Made("b", 10, 61, 61, 81))
    route = replace(MORNING, made=problem_made, start_s=21, end_s=91, travel_s=30)
    return Solution((route, OTHER), (*VALID.unassigned, Left("c", "not_placed")), repeatable=True)


def in_break(start_s: int) -> Solution:
    """Stop c alone, at work in a second of the break."""
    end_s = start_s + 20
    arrive_s = min(start_s, 100)
    home_s = max(end_s, 150) + 10
    route = Route("v0", (Made("c", 10, arrive_s, start_s, end_s),), arrive_s - 10, home_s, 20,
                  100, 150)  # fmt: skip
    left = tuple(Left(stop_id, "not_placed") for stop_id in "abe")
    return Solution((route, OTHER), left, repeatable=True)


BROKEN: dict[str, list[Callable[[], Solution | tuple[Problem, Solution]]]] = {
    "stop_unknown": [
        lambda: replace(VALID, unassigned=(*VALID.unassigned, Left("x", "not_placed"))),
        lambda: replace(
            VALID, routes=(MORNING, replace(OTHER, made=(*OTHER.made, Made("x", 0, 30, 30, 30))))
        ),
    ],
    "stop_lost": [
        lambda: replace(VALID, unassigned=()),
        lambda: replace(VALID, routes=(MORNING,)),
    ],
    "stop_twice": [
        lambda: replace(VALID, unassigned=(*VALID.unassigned, Left("a", "not_placed"))),
        lambda: replace(VALID, unassigned=VALID.unassigned * 2),
    ],
    "vehicle_unknown": [
        lambda: replace(VALID, routes=(MORNING, replace(OTHER, vehicle_id="v9"))),
    ],
    "vehicle_twice": [
        lambda: Solution(
            (
                replace(MORNING, made=MORNING.made[:2], end_s=70, travel_s=30),
                OTHER,
                Route("v0", (Made("c", 10, 160, 160, 180),), 150, 190, 20),
            ),
            VALID.unassigned,
            repeatable=True,
        ),
    ],
    "vehicle_not_allowed": [
        lambda: replace(
            VALID, routes=(swapped_stop(MORNING, "c", "d"), swapped_stop(OTHER, "d", "c"))
        ),
    ],
    "skill_missing": [
        lambda: Solution(
            (swapped_stop(OTHER, "d", "b"),),
            tuple(Left(stop_id, "not_placed") for stop_id in "acde"),
            repeatable=True,
        ),
    ],
    "too_many_stops": [too_many_stops],
    "leg_unreachable": [leg_unreachable],
    "leg_too_fast": [
        lambda: with_route(replace(MORNING, end_s=99)),
        lambda: with_route(replace(MORNING, start_s=1)),
        lambda: with_route(
            replace(
                MORNING,
                made=(MORNING.made[0], Made("b", 10, 39, 40, 60), MORNING.made[2]),
            )
        ),
        # ten seconds, but five of them in the break
        lambda: with_route(
            replace(MORNING, made=(*MORNING.made[:2], Made("c", 10, 70, 75, 95)))
        ),
        lambda: with_route(replace(FULL_DAY, end_s=179)),
    ],
    "starts_before_arrival": [lambda: with_made(0, arrive_s=11)],
    "window_missed": [too_early, too_late],
    "service_cut": [lambda: with_made(2, end_s=89), lambda: with_made(0, end_s=29)],
    "works_in_break": [lambda: in_break(81), lambda: in_break(149)],
    "break_missing": [
        lambda: with_route(replace(FULL_DAY, break_start_s=None, break_end_s=None)),
        lambda: with_route(replace(FULL_DAY, break_end_s=149)),
        lambda: with_route(replace(FULL_DAY, break_start_s=101)),
    ],
    "outside_shift": [lambda: outside_shift(-1), lambda: outside_shift(261)],
    "travel_wrong": [
        lambda: with_route(replace(MORNING, travel_s=41)),
        lambda: with_made(1, travel_s=9),
    ],
    "route_empty": [
        lambda: Solution(
            (MORNING, replace(OTHER, made=(), travel_s=0)),
            (*VALID.unassigned, Left("d", "not_placed")),
            repeatable=True,
        ),
    ],
}  # fmt: skip


def codes(problem: Problem, solution: Solution) -> set[str]:
    return {violation.code for violation in check(problem, solution)}


@pytest.mark.parametrize("solution", [VALID, with_route(FULL_DAY)])
def test_a_valid_solution_breaks_no_rule(solution: Solution) -> None:
    assert check(PROBLEM, solution) == []


def test_the_solver_finds_the_valid_solution_too() -> None:
    solution = solve(PROBLEM, work_limit=100)
    assert check(PROBLEM, solution) == []
    assert [left.stop_id for left in solution.unassigned] == ["e"]


@pytest.mark.parametrize(
    ("code", "broken"), [(code, each) for code, cases in BROKEN.items() for each in cases]
)
def test_each_broken_rule_is_found_and_no_other(
    code: str, broken: Callable[[], Solution | tuple[Problem, Solution]]
) -> None:
    made = broken()
    problem, solution = made if isinstance(made, tuple) else (PROBLEM, made)
    assert codes(problem, solution) == {code}


def test_every_code_of_the_checker_has_a_broken_solution() -> None:
    told = (check.__doc__ or "").partition("Codes:")[2]
    assert set(re.findall(r"``(\w+)``", told)) == set(BROKEN)


def test_a_violation_says_where() -> None:
    found = check(PROBLEM, with_made(0, arrive_s=11))
    assert found == [Violation("starts_before_arrival", "a")]
    assert check(PROBLEM, too_many_stops()[1]) == []
    assert check(*too_many_stops()) == [Violation("too_many_stops", "v0")]


def test_a_leg_that_pauses_in_the_break_is_fast_enough() -> None:
    route = replace(
        MORNING, made=(*MORNING.made[:2], Made("c", 10, 70, 75, 95)), end_s=155,
        break_start_s=100, break_end_s=150,
    )  # fmt: skip
    assert check(PROBLEM, with_route(route)) == []
