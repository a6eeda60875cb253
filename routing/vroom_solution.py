"""VROOM's JSON written: routes step by step with their times, sums, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from routing.arrays import NEVER, Layout, new_state
from routing.moves import load
from routing.search import Found
from routing.timing import action, first_start
from routing.vroom_json import Instance, Vehicle

_HOUR_S = 3_600
_SUMS = ("setup", "service", "duration", "waiting_time", "priority")

_Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a vehicle may be in its day: the time, the ride so far, and the steps behind it."""

    now: int
    ridden: int
    steps: tuple[_Step, ...]


def solution_json(
    instance: Instance, p: Layout | None, found: Found, reasons: list[str], seed: int
) -> dict[str, Any]:
    """Return the solution as VROOM writes it; vehicles without a job have no route.

    Every vehicle is back as early as its order of jobs allows and leaves as late as then
    possible. ``reasons`` holds one for each job, of which those left out are used.
    """
    routes = []
    if p is not None:
        leaves = _departures(p, found.orders)
        for r, order in enumerate(found.orders):
            if order:
                routes.append(_route(instance, p, r, order, int(leaves[r])))
    made = {job for order in found.orders for job in order}
    left = [
        {"id": job.job_id, "type": "job", "location_index": job.node, "reason": reasons[j]}
        for j, job in enumerate(instance.jobs)
        if j not in made
    ]
    sums = {key: sum(route[key] for route in routes) for key in ("cost", *_SUMS)}
    return {
        "code": 0,
        "summary": {**sums, "routes": len(routes), "unassigned": len(left), "violations": []},
        "unassigned": left,
        "routes": routes,
        "search": {
            "seed": seed,
            "steps": found.steps,
            "repeatable": found.in_full,
            "interrupted": found.stopped,
        },
    }


def _departures(p: Layout, orders: list[list[int]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return when each vehicle leaves at the latest to be back as early as it can."""
    s = new_state(p, 0)
    routes, sizes = np.zeros_like(s.seq), np.array([len(each) for each in orders], np.int32)
    for r, order in enumerate(orders):
        routes[r, 1 : len(order) + 1] = order
    load(p, s, routes, sizes)
    last = [int(s.done[r, len(each) + 1, p.rests[r, 0]]) for r, each in enumerate(orders)]
    closes = np.array([min(a, int(b)) for a, b in zip(last, p.closes, strict=True)], np.int64)
    early = p._replace(closes=closes)
    t = new_state(early, 0)
    load(early, t, routes, sizes)
    latest: np.ndarray[Any, np.dtype[np.int64]] = np.maximum(t.by[:, 0, 0], p.opens)
    return latest


def _route(instance: Instance, p: Layout, r: int, order: list[int], leave: int) -> dict[str, Any]:
    vehicle = instance.vehicles[r]
    steps = list(_day(instance, p, r, order, leave).steps)
    jobs = [instance.jobs[j] for j in order]
    if vehicle.profile in instance.costs:
        table = instance.costs[vehicle.profile]
        ways = pairwise([vehicle.start, *(job.node for job in jobs), vehicle.end])
        cost = sum(int(table[a, b]) for a, b in ways if a is not None and b is not None)
    else:
        cost = steps[-1]["duration"] * vehicle.cost_per_hour // _HOUR_S
    route = {
        "vehicle": vehicle.vehicle_id,
        "cost": vehicle.fixed_cost + cost,
        "setup": sum(step["setup"] for step in steps),
        "service": sum(step["service"] for step in steps),
        "duration": steps[-1]["duration"],
        "waiting_time": sum(step["waiting_time"] for step in steps),
        "priority": sum(job.priority for job in jobs),
        "steps": steps,
        "violations": [],
    }
    if vehicle.description is not None:
        route["description"] = vehicle.description
    return route


def _day(instance: Instance, p: Layout, r: int, order: list[int], leave: int) -> _Point:
    """Return the day that ends first among all ways to put the breaks between the jobs."""
    vehicle, breaks = instance.vehicles[r], int(p.rests[r, 0])
    nodes = [int(p.start[r]), *(int(p.node[j]) for j in order), int(p.end[r])]
    begin = _Point(leave, 0, (_step("start", vehicle.start, leave, 0),))
    points: dict[int, _Point] = {0: begin}  # by the number of breaks taken
    for i, job in enumerate([*order, None]):
        leg = int(p.seconds[p.matrix[r], nodes[i], nodes[i + 1]])
        after: dict[int, _Point] = {}
        for taken, point in points.items():
            for k in range(taken, breaks + 1):
                there = _ride(vehicle, point, leg, taken, k)
                if there is not None and job is not None:
                    there = _serve(instance, p, there, job, nodes[i])
                if there is not None and (k not in after or there.now < after[k].now):
                    after[k] = there
        points = after
    end = points[breaks]
    last = _step("end", vehicle.end, end.now, end.ridden)
    return _Point(end.now, end.ridden, (*end.steps, last))


def _ride(vehicle: Vehicle, point: _Point, leg: int, first: int, last: int) -> _Point | None:
    """Return the arrival of a leg with breaks first to last - 1 in it; None: one is missed."""
    now, ridden, left, steps = point.now, point.ridden, leg, list(point.steps)
    for k in range(first, last):
        rest = vehicle.rests[k]
        start = next((max(now, a) for a, b in rest.windows_s if now <= b), None)
        if start is None:
            return None
        on = min(left, start - now)  # drives on until the break may begin
        now, ridden, left = now + on, ridden + on, left - on
        step = _step("break", None, now, ridden, rest.service_s, start - now)
        steps.append({**step, "id": vehicle.break_ids[k]})
        now = start + rest.service_s
    return _Point(now + left, ridden + left, tuple(steps))


def _serve(instance: Instance, p: Layout, point: _Point, j: int, before: int) -> _Point | None:
    start = int(first_start(p, j, point.now))
    if start >= NEVER:
        return None
    job, spent = instance.jobs[j], int(action(p, j, before))
    step = _step("job", job.node, point.now, point.ridden, job.service_s, start - point.now)
    step |= {"id": job.job_id, "setup": spent - job.service_s}
    if job.description is not None:
        step["description"] = job.description
    return _Point(start + spent, point.ridden, (*point.steps, step))


def _step(
    kind: str, node: int | None, arrival: int, ridden: int, service: int = 0, waiting: int = 0
) -> _Step:
    place = {} if node is None else {"location_index": node}
    return {
        "type": kind,
        **place,
        "arrival": arrival,
        "duration": ridden,
        "setup": 0,
        "service": service,
        "waiting_time": waiting,
        "violations": [],
    }
