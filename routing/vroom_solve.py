"""VROOM's JSON in, VROOM's JSON out: the goals in VROOM's order, the search of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.language import N_
from routing.arrays import FAR, NEVER, Car, Layout, Task, layout, new_state
from routing.moves import best_place, load
from routing.search import Found, search
from routing.vroom_json import Instance, InstanceError, read_instance
from routing.vroom_solution import solution_json

_HOUR_S = 3_600
_MOST_COST = 2**60  # of one vehicle, in 1 / 3,600: sums stay inside int64
_COUNT = 0.1  # weight of a job besides its priority: the number of jobs is the second goal


def solve_instance(
    raw: Mapping[str, Any],
    *,
    seed: int = 0,
    work: int | None = None,
    seconds: float | None = None,
    first: Sequence[Sequence[int]] | None = None,
    stop: Event | None = None,
) -> dict[str, Any]:
    """Return VROOM's solution JSON: most priority, then most jobs, then least cost.

    ``unassigned[].reason`` and ``search`` (seed, steps, repeatable, interrupted) are ours.

    Parameters
    ----------
    raw
        Parsed JSON of VROOM's input.
    work
        Steps of the search; same seed and work, same solution. One of ``work`` and ``seconds``
        is needed.
    seconds
        Cap on the search alone; reading, loading compiled code and writing come on top.
    first
        Job ids of each vehicle to start from; the result is never worse.
    stop
        Ends the search soon after it is set.

    Raises
    ------
    InstanceError
        See :func:`routing.vroom_json.read_instance`; or costs are too high to be added up.
    """
    instance = read_instance(raw)
    _require_countable(instance)
    found = Found([[] for _ in instance.vehicles], 0, in_full=True, stopped=False)
    reasons = ["no_vehicle"] * len(instance.jobs)
    if not instance.jobs or not instance.vehicles:
        return solution_json(instance, None, found, reasons, seed)
    p = _arrays(instance)
    reasons = _reasons(instance, p)
    idle = np.array([reason != "not_placed" for reason in reasons])
    searched = p._replace(weight=np.where(idle, 0.0, p.weight))
    if not idle.all():
        number = {job.job_id: i for i, job in enumerate(instance.jobs)}
        orders = None if first is None else [[number[key] for key in each] for each in first]
        found = search(searched, seed=seed, work=work, seconds=seconds, first=orders, stop=stop)
    return solution_json(instance, p, found, reasons, seed)


def _require_countable(instance: Instance) -> None:
    for vehicle in instance.vehicles:
        longest_s = int(instance.seconds[vehicle.profile].max(initial=0))
        longest_s = min(FAR, longest_s * vehicle.time_hundredths // 100)
        travel = vehicle.cost_per_hour * longest_s * (len(instance.jobs) + 1)
        if travel + vehicle.fixed_cost * _HOUR_S > _MOST_COST:
            raise InstanceError(N_("Nilai {key!r} terlalu besar untuk dijumlahkan."), key="costs")


def _arrays(instance: Instance) -> Layout:
    """Return the arrays of an instance; costs are in 1 / 3,600 where hourly costs differ."""
    plain = not instance.costs and all(v.cost_per_hour == _HOUR_S for v in instance.vehicles)
    unit = 1 if plain else _HOUR_S
    kinds = sorted({(v.profile, v.time_hundredths) for v in instance.vehicles})
    seconds = [_scaled(instance.seconds[profile], share) for profile, share in kinds]
    costs = [instance.costs.get(profile, seconds[i]) for i, (profile, _share) in enumerate(kinds)]
    all_zero = not any(job.priority for job in instance.jobs)
    # ranks: no number of jobs outweighs a point of priority
    tasks = [
        Task(
            node=job.node,
            service_s=job.service_s,
            rank=job.priority * (len(instance.jobs) + 1) + 1,
            prize=0,
            weight=1.0 if all_zero else job.priority + _COUNT,
            windows_s=job.windows_s,
            setup_s=job.setup_s,
        )
        for job in instance.jobs
    ]
    cars = [
        Car(
            matrix=kinds.index((v.profile, v.time_hundredths)),
            start=v.start,
            end=v.end,
            shift_s=v.shift_s,
            rests=v.rests,
            most_stops=v.most_tasks,
            most_travel_s=v.most_travel_s,
            fixed_cost=v.fixed_cost * unit,
            cost_factor=1 if plain else _HOUR_S if v.profile in instance.costs else v.cost_per_hour,
        )
        for v in instance.vehicles
    ]
    able = np.array([[j.skills <= v.skills for j in instance.jobs] for v in instance.vehicles])
    return layout(seconds, costs, tasks, cars, able)


def _scaled(seconds: NDArray[np.int64], hundredths: int) -> NDArray[np.int64]:
    """Return seconds at another speed, rounded up so that no leg is promised too short."""
    return np.where(seconds < 0, -1, -(-seconds * hundredths // 100))


def _has_way(instance: Instance, r: int, j: int) -> bool:
    """Tell whether a vehicle has a way to the job and on to its end, however long."""
    vehicle, node = instance.vehicles[r], instance.jobs[j].node
    seconds = instance.seconds[vehicle.profile]
    there = vehicle.start is None or seconds[vehicle.start, node] >= 0
    return bool(there and (vehicle.end is None or seconds[node, vehicle.end] >= 0))


def _reasons(instance: Instance, p: Layout) -> list[str]:
    """Return for each job the strongest reason that rules it out alone, else ``not_placed``."""
    v, n = p.able.shape
    s = new_state(p, 0)
    load(p, s, s.best, s.best_size)
    reasons = []
    for j in range(n):
        able = [r for r in range(v) if p.able[r, j]]
        reached = [r for r in able if _has_way(instance, r, j)]
        windows = p.windows[p.window_from[j] : p.window_from[j + 1]]
        met = [
            r
            for r in reached
            if not len(windows)
            or bool(((windows[:, 0] <= p.closes[r]) & (windows[:, 1] >= p.opens[r])).any())
        ]
        if not able:
            reasons.append("no_skill")
        elif not reached:
            reasons.append("unreachable")
        elif not met:
            reasons.append("window_closed")
        elif all(best_place(p, s, r, j, NEVER, 0.0)[1] < 0 for r in met):
            reasons.append("cannot_fit_alone")
        else:
            reasons.append("not_placed")
    return reasons
