"""What would have to give for a stop that was left out: a later end of a day, or another stop.

The routes stand as they are; each question is asked of every place of every day. Beside each
vehicle stand copies of it: one that may come home late, and one for each stop that could give
way, without that stop. So every question is one that the compiled search asks anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.arrays import NEVER, Layout, State, new_state
from routing.compiled import compiled
from routing.improving import arrays_of
from routing.moves import best_place, load
from routing.problem import Problem, Vehicle
from routing.search import as_arrays
from routing.timing import refresh


@dataclass(frozen=True, slots=True)
class Give:
    """What would have to give for one stop."""

    stop_id: str
    vehicle_id: str | None  # the day that lacks least; None: a later end helps on no day
    late_s: int  # by how much that day's shift would have to end later; 0: not at all
    too_many: bool  # that day holds as many stops as it may: one more would have to be allowed
    instead_of: str | None  # the stop of least prize that could give way; None: no one stop can


def what_gives(
    problem: Problem,
    orders: Mapping[str, Sequence[str]],
    asked: Sequence[str],
    may_give_way: Collection[str],
    latest_s: Mapping[str, int],
) -> list[Give]:
    """Return what would have to give for each stop, the order of all others kept.

    The day is one that lacks no number of stops, where there is any, and of those the one that
    lacks least time. Of stops with the same prize that one gives way which leaves least travel.
    Where a stop fits as it is, nothing has to give way.

    Parameters
    ----------
    problem
        Holds every stop named. Of the times between two stops of ``asked`` none is looked at.
    orders
        Standing routes by vehicle; one that cannot be scheduled takes no further stop. A vehicle
        that is not named is idle.
    asked
        Ids of stops on no route.
    may_give_way
        Ids of stops on routes that may be taken out.
    latest_s
        By vehicle, when a day ends that is made as long as can be, on the problem's clock.
    """
    if not asked or not problem.vehicles:
        return [Give(key, None, 0, too_many=False, instead_of=None) for key in asked]
    number = {stop.stop_id: i for i, stop in enumerate(problem.stops)}
    standing = [[number[key] for key in orders.get(v.vehicle_id, ())] for v in problem.vehicles]
    givers = _givers(problem, standing, may_give_way)
    p, s = _rows(problem, standing, givers, latest_s)
    jobs = np.array([number[key] for key in asked], np.int64)
    prize = np.array([stop.prize for stop in problem.stops], np.int64)
    at = np.array([vehicle for vehicle, _ in givers], np.int64)
    out = np.array([stop for _, stop in givers], np.int64)
    found = np.empty((len(jobs), 4), np.int64)
    _look(p, s, jobs, len(problem.vehicles), at, out, prize, found)
    return [
        Give(
            stop_id=key,
            vehicle_id=None if day < 0 else problem.vehicles[day].vehicle_id,
            late_s=late_s,
            too_many=bool(too_many),
            instead_of=None if giver < 0 else problem.stops[givers[giver][1]].stop_id,
        )
        for key, (day, late_s, too_many, giver) in zip(asked, found.tolist(), strict=True)
    ]


def _givers(
    problem: Problem, standing: Sequence[Sequence[int]], may_give_way: Collection[str]
) -> list[tuple[int, int]]:
    """Return (vehicle, stop) of each stop that may give way, least prize first."""
    found = [
        (vehicle, stop)
        for vehicle, order in enumerate(standing)
        for stop in order
        if problem.stops[stop].stop_id in may_give_way
    ]
    return sorted(found, key=lambda each: problem.stops[each[1]].prize)


def _rows(
    problem: Problem,
    standing: Sequence[Sequence[int]],
    givers: Sequence[tuple[int, int]],
    latest_s: Mapping[str, int],
) -> tuple[Layout, State]:
    """Return the routes as they are, those that may end late, and those without one stop."""
    vehicles = problem.vehicles
    rows = [
        *vehicles,
        *(_without_end(each, latest_s[each.vehicle_id]) for each in vehicles),
        *(vehicles[vehicle] for vehicle, _ in givers),
    ]
    of_vehicle = [*range(len(vehicles)), *range(len(vehicles)), *(at for at, _ in givers)]
    orders = [*standing, *standing, *([j for j in standing[at] if j != out] for at, out in givers)]
    may = [
        {
            at
            for at, vehicle in enumerate(vehicles)
            if (stop.vehicles is None or vehicle.vehicle_id in stop.vehicles)
            and stop.skills <= vehicle.skills
        }
        for stop in problem.stops
    ]
    allowed = [[row for row, at in enumerate(of_vehicle) if at in own] for own in may]
    p = arrays_of(replace(problem, vehicles=tuple(rows)), allowed)
    s = new_state(p, 0)
    load(p, s, *as_arrays(p, s, orders))
    stands = np.array([len(order) > 0 for order in orders])
    p.able[stands & (s.size == 0)] = False  # it could not be kept: it takes nothing more
    return p, s


def _without_end(vehicle: Vehicle, latest_s: int) -> Vehicle:
    shift_s = (vehicle.shift_s[0], max(vehicle.shift_s[1], latest_s))
    return replace(vehicle, shift_s=shift_s, most_stops=None)


@compiled
def _look(
    p: Layout, s: State, jobs: NDArray[np.int64], vehicles: int, at: NDArray[np.int64],
    out: NDArray[np.int64], prize: NDArray[np.int64], found: NDArray[np.int64],
) -> None:  # fmt: skip
    """Fill vehicle (-1: none), seconds late, whether too many, giver (-1: none) of each stop."""
    for j in range(len(jobs)):
        job = jobs[j]
        day, late, too_many = -1, NEVER, 1
        for r in range(vehicles):
            if not p.able[r, job]:
                continue
            full = 1 if s.size[r] >= p.most_stops[r] else 0
            if full > too_many:
                continue
            lacks = 0
            if full or best_place(p, s, r, job, NEVER, 0.0)[1] < 0:
                lacks = _least_late(p, s, vehicles + r, job, p.closes[r])
            if lacks < NEVER and (day < 0 or full < too_many or lacks < late):
                day, late, too_many = r, lacks, full
        giver = -1
        if day < 0 or late > 0 or too_many:
            giver = _least_giver(p, s, job, 2 * vehicles, at, out, prize)
        found[j, 0], found[j, 1] = day, late if day >= 0 else 0
        found[j, 2], found[j, 3] = too_many if day >= 0 else 0, giver


@compiled
def _least_late(p: Layout, s: State, r: int, job: int, closes: int) -> int:
    """Return by how much the end of route r passes ``closes`` with a stop more; NEVER: it cannot.

    The route is left as it was.
    """
    size, least = s.size[r], NEVER
    if not p.able[r, job] or size + 3 > s.seq.shape[1]:
        return least
    for j in range(size, 0, -1):
        s.seq[r, j + 1] = s.seq[r, j]
    s.size[r] = size + 1
    for i in range(1, size + 2):  # the stop moves from the first place to the last
        s.seq[r, i] = job
        if refresh(p, s, r):
            for k in range(p.rests[r, 0] + 1):
                if s.done[r, size + 2, k] <= s.reach[r, size + 2, k]:
                    least = min(least, max(0, s.done[r, size + 2, k] - closes))
        if i <= size:
            s.seq[r, i] = s.seq[r, i + 1]
    s.size[r] = size
    refresh(p, s, r)
    return least


@compiled
def _least_giver(
    p: Layout, s: State, job: int, first: int, at: NDArray[np.int64], out: NDArray[np.int64],
    prize: NDArray[np.int64],
) -> int:  # fmt: skip
    """Return the giver of least prize, then least travel, that makes room for a stop; -1: none.

    Rows from ``first`` are the routes without each giver, least prize first.
    """
    best, travel = -1, NEVER
    for g in range(len(at)):
        if best >= 0 and prize[out[g]] > prize[out[best]]:
            break
        growth, i = best_place(p, s, first + g, job, NEVER, 0.0)
        after = growth + s.cost[first + g] - s.cost[at[g]]
        if i >= 0 and after < travel:
            best, travel = g, after
    return best
