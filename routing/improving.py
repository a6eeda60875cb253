"""Routes of a problem by the package's own search: musts, then prizes, then travel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.arrays import Car, Layout, Rest, Task, layout, new_state
from routing.moves import load, top_up
from routing.problem import Problem, Vehicle
from routing.search import Found, as_arrays, as_lists, search

_MUST = 10  # weight of a must-stop besides its prize, in the largest prize


def improve(
    problem: Problem,
    allowed: Sequence[Sequence[int]],
    *,
    weigh_travel: bool,
    steps: int,
    seconds: float | None = None,
    first: Sequence[Sequence[int]] | None = None,
) -> Found:
    """Return good routes, never worse than ``first``: most musts, most prize, least travel.

    Parameters
    ----------
    allowed
        For each stop the numbers of the vehicles that may make it.
    weigh_travel
        A second of travel counts as much as a unit of prize; else no travel outweighs a prize.
    steps
        Of each of two walkers; the same steps give the same routes.
    seconds
        Cap on the wall-clock time.
    first
        Stops (their numbers) of each vehicle to start from, in driving order.
    """
    p = arrays_of(problem, allowed, weigh_travel=weigh_travel)
    price = 1.0 if weigh_travel else None
    return search(p, seed=0, work=steps, seconds=seconds, last_price=price, first=first)


def topped_up(
    problem: Problem, allowed: Sequence[Sequence[int]], orders: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Return the routes with every stop put in that still fits, the largest prize first."""
    p = arrays_of(problem, allowed)
    state = new_state(p, 0)
    load(p, state, *as_arrays(p, state, orders))
    top_up(p, state, np.argsort(-p.rank, kind="stable"))
    return as_lists(state.seq, state.size)


def arrays_of(
    problem: Problem, allowed: Sequence[Sequence[int]], *, weigh_travel: bool = False
) -> Layout:
    """Return the arrays of a problem; no sum of prizes outranks a must."""
    profiles = sorted(problem.durations_s)
    seconds = [problem.durations_s[name].astype(np.int64) for name in profiles]
    most = max((stop.prize for stop in problem.stops), default=0)
    outranks = 1 + sum(stop.prize for stop in problem.stops)
    tasks = [
        Task(
            node=stop.node,
            service_s=stop.service_s,
            rank=outranks * stop.must + (0 if weigh_travel else stop.prize),
            prize=stop.prize if weigh_travel else 0,
            weight=stop.prize + (_MUST * (most + 1) if stop.must else 0),
            windows_s=stop.windows_s,
        )
        for stop in problem.stops
    ]
    cars = [_car(vehicle, profiles.index(vehicle.profile)) for vehicle in problem.vehicles]
    able = np.zeros((len(cars), len(tasks)), np.bool_)
    for number, vehicles in enumerate(allowed):
        able[list(vehicles), number] = True
    return layout(seconds, seconds, tasks, cars, able)


def _car(vehicle: Vehicle, matrix: int) -> Car:
    """Return the vehicle for the search; a break that begins before the shift only shortens it."""
    (opens, closes) = vehicle.shift_s
    rests: tuple[Rest, ...] = ()
    if vehicle.break_s is not None:
        begin, end = vehicle.break_s
        if begin <= opens < end:
            opens = end
        elif opens < begin < closes:
            rests = (Rest(((begin, begin),), end - begin),)
    return Car(
        matrix=matrix,
        start=vehicle.start_node,
        end=vehicle.end_node,
        shift_s=(opens, closes),
        rests=rests,
        must_rest=False,
        most_stops=vehicle.most_stops,
    )
