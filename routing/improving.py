"""Routes of a problem by the package's own search: musts, then prizes, then travel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.arrays import Car, Layout, Rest, Task, layout
from routing.problem import Problem, Vehicle
from routing.search import Found, search

_MUST = 10  # weight of a must-stop besides its prize, in the largest prize


def improve(
    problem: Problem,
    allowed: Sequence[Sequence[int]],
    *,
    steps: int,
    seconds: float | None = None,
    first: Sequence[Sequence[int]] | None = None,
) -> Found:
    """Return good routes, never worse than ``first``: most musts, most prize, least travel.

    Parameters
    ----------
    allowed
        For each stop the numbers of the vehicles that may make it.
    steps
        Of each of two walkers; the same steps give the same routes.
    seconds
        Cap on the wall-clock time.
    first
        Stops (their numbers) of each vehicle to start from, in driving order.
    """
    p = arrays_of(problem, allowed)
    return search(p, seed=0, work=steps, seconds=seconds, first=first)


def arrays_of(problem: Problem, allowed: Sequence[Sequence[int]]) -> Layout:
    """Return the arrays of a problem; no sum of prizes outranks a must."""
    profiles = sorted(problem.durations_s)
    seconds = [problem.durations_s[name].astype(np.int64) for name in profiles]
    most = max((stop.prize for stop in problem.stops), default=0)
    outranks = 1 + sum(stop.prize for stop in problem.stops)
    tasks = [
        Task(
            node=stop.node,
            service_s=stop.service_s,
            rank=stop.prize + outranks * stop.must,
            prize=0,  # the rank says it all
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
