"""Which stops to make, by which vehicle, in which order and when."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from common.errors import SambangiError, WrongCallError
from common.language import N_
from routing.improving import improve, topped_up
from routing.keeping import keep, worth
from routing.polishing import polish
from routing.problem import Problem, Route, Solution
from routing.reasons import possible_vehicles, why_left
from routing.schedule import schedule

_SEARCH_SHARE = 0.8  # of the seconds; the descent has what is left


class ProblemError(WrongCallError):
    """The problem contradicts itself: an id twice, a node outside its matrix."""

    code = "routing-problem"


class SearchError(SambangiError):
    """The search returned a route that its own timetable does not allow: our fault."""

    code = "routing-search"


def solve(
    problem: Problem,
    *,
    work_limit: int,
    seconds: float | None = None,
    first: Mapping[str, Sequence[str]] | None = None,
    weigh_travel: bool = False,
) -> Solution:
    """Choose stops and build routes: most musts, then most prize, then least travel.

    The search (:mod:`routing.search`) is followed by a descent of OR-Tools; both are repeatable
    for the same problem and ``work_limit``, and the result is never worse than ``first``.

    Parameters
    ----------
    problem
        Stops, vehicles and durations.
    work_limit
        Steps of the search, a count and never a clock; as many improvements the descent may make.
    seconds
        Cap on wall-clock time. When it ends the search, ``Solution.repeatable`` is False.
    first
        Ids of the stops of each vehicle to start from, by its id and in driving order; those
        that it cannot keep are dropped (:func:`routing.keeping.keep`).
    weigh_travel
        A second of travel counts as much as a unit of prize: of stops that cannot all be made
        the nearer ones are. Whatever still fits in the end is made all the same.

    Raises
    ------
    ProblemError
        An id occurs twice, or a node lies outside its matrix.
    """
    check_problem(problem)
    allowed = [possible_vehicles(problem, stop) for stop in problem.stops]
    if not any(allowed):
        left = tuple(why_left(problem, stop) for stop in problem.stops)
        return Solution(routes=(), unassigned=left, repeatable=True)
    # a vehicle that can make no stop may be one that the model cannot even leave idle
    useful = sorted({number for numbers in allowed for number in numbers})
    working = replace(problem, vehicles=tuple(problem.vehicles[number] for number in useful))
    may = [[useful.index(number) for number in numbers] for numbers in allowed]
    begin = None if first is None else _numbers(working, first)
    orders, repeatable = _search(working, may, work_limit, seconds, begin, weigh_travel)
    if weigh_travel:
        orders = topped_up(working, may, orders)
    routes: list[Route] = []
    for vehicle, order in zip(working.vehicles, orders, strict=True):
        if not order:
            continue
        route = schedule(problem, vehicle, [problem.stops[i] for i in order])
        if route is None:
            raise SearchError(N_("Rute hasil pencarian tidak dapat dijadwalkan."))
        routes.append(route)
    made = {each.stop_id for route in routes for each in route.made}
    left = tuple(why_left(problem, stop) for stop in problem.stops if stop.stop_id not in made)
    return Solution(routes=tuple(routes), unassigned=left, repeatable=repeatable)


def _numbers(problem: Problem, first: Mapping[str, Sequence[str]]) -> list[list[int]]:
    """Return what can be kept of ``first``: the numbers of the stops of each vehicle."""
    number = {stop.stop_id: i for i, stop in enumerate(problem.stops)}
    kept = {route.vehicle_id: route.made for route in keep(problem, first)}
    return [[number[m.stop_id] for m in kept.get(v.vehicle_id, ())] for v in problem.vehicles]


def _search(
    problem: Problem,
    allowed: list[list[int]],
    work_limit: int,
    seconds: float | None,
    first: Sequence[Sequence[int]] | None,
    weigh_travel: bool,
) -> tuple[list[list[int]], bool]:
    """Return the stops of each vehicle in order, and whether the result is repeatable."""
    begun = time.monotonic()
    share = None if seconds is None else _SEARCH_SHARE * seconds
    found = improve(
        problem, allowed, weigh_travel=weigh_travel, steps=work_limit, seconds=share, first=first
    )
    rest = None if seconds is None else max(0.0, seconds - (time.monotonic() - begun))
    orders, settled = polish(
        problem,
        allowed,
        found.orders,
        weigh_travel=weigh_travel,
        work_limit=work_limit,
        seconds=rest,
    )
    if not weigh_travel and _worth(problem, orders) < _worth(problem, found.orders):
        orders = found.orders  # OR-Tools cannot weigh vast prizes: some travel outweighed one
    return orders, settled and found.in_full


def _worth(problem: Problem, orders: Sequence[Sequence[int]]) -> tuple[int, int]:
    return worth(problem.stops[number] for order in orders for number in order)


def check_problem(problem: Problem) -> None:
    """Refuse a problem that contradicts itself.

    Raises
    ------
    ProblemError
        An id occurs twice, or a node lies outside its matrix.
    """
    for ids in (
        [stop.stop_id for stop in problem.stops],
        [vehicle.vehicle_id for vehicle in problem.vehicles],
    ):
        if len(set(ids)) != len(ids):
            raise ProblemError(N_("Ada ID yang sama dua kali dalam soal rute."))
    sizes = {name: len(matrix) for name, matrix in problem.durations_s.items()}
    nodes = [stop.node for stop in problem.stops]
    for vehicle in problem.vehicles:
        if vehicle.profile not in sizes:
            raise ProblemError(
                N_("Tidak ada matriks waktu untuk {profile!r}."), profile=vehicle.profile
            )
        nodes += [vehicle.start_node, vehicle.end_node]
    if nodes and (min(nodes) < 0 or max(nodes) >= min(sizes.values(), default=0)):
        raise ProblemError(N_("Ada titik di luar matriks waktu."))
