"""VROOM and PyVRP on the same instance for the same time on the same two cores.

Both give their answer as VROOM's JSON, so that one checker walks all. How each is told the
objective "travel seconds + 3,600 for each point of priority left out": PyVRP takes it as it is
(distance = seconds, a client's prize = 3,600 x priority). VROOM has none of its own choice: it
wants the greatest sum of priorities, then the most jobs, then the least travel. A point of
priority weighs an hour of travel, so the two wishes part only where a point costs over an hour.
PyVRP searches on one core; two runs with different seeds share the two, the better one counts.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyvrp
import vroom
from pyvrp.stop import MaxRuntime

from routing.solution_check import travel_and_priority

Instance = dict[str, Any]
Solution = dict[str, Any]  # VROOM's JSON
CORES = 2
LEFT_OUT_S = 3_600  # a point of priority in travel seconds
_FAR_S = 10_000_000  # instead of "no way": no tour can hold it


@dataclass(frozen=True, slots=True)
class Run:
    """One answer of one engine."""

    solution: Solution
    clock_s: float  # of the search alone, without reading and start-up


def objective(instance: Instance, solution: Solution) -> int:
    """Return travel seconds (by the matrix) + 3,600 for each point of priority left out."""
    travel_s, priority = travel_and_priority(instance, solution)
    wanted = sum(job.get("priority", 0) for job in instance["jobs"])
    return round(travel_s) + LEFT_OUT_S * (wanted - priority)


def run_vroom(instance: Instance, seconds: float) -> Run:
    """Return what VROOM finds with its widest exploration on two threads."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "instance.json"
        file.write_text(json.dumps(_without_gaps(instance)), encoding="utf-8")
        problem = vroom.Input.from_json(file)
    begun = time.perf_counter()
    answer = problem.solve(
        exploration_level=5, nb_threads=CORES, timeout=timedelta(seconds=seconds)
    )
    return Run(answer.to_dict(), time.perf_counter() - begun)


def run_pyvrp(instance: Instance, seconds: float) -> Run:
    """Return the better of two runs of PyVRP, side by side, one a core.

    Only for instances without breaks and skills and with at most one window a job.
    """
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        # the first calls wait until both processes have loaded the library
        list(pool.map(_ready, range(CORES)))
        asked = [pool.submit(_search_pyvrp, instance, seconds, seed) for seed in range(CORES)]
        runs = [each.result() for each in asked]
    return min(runs, key=lambda run: objective(instance, run.solution))


def best_known(name: str, instance: Instance, folder: Path, seconds: float = 120) -> dict[str, int]:
    """Return the objective that each peer reaches in a long run, kept in ``folder``.

    A stored result is used again when it was made from the same instance.
    """
    key = sha256(json.dumps(instance, sort_keys=True).encode()).hexdigest()
    file = folder / f"{name}.json"
    if file.exists():
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["instance_sha256"] == key and stored["seconds"] == seconds:
            known: dict[str, int] = stored["objective"]
            return known
    found = {"vroom": objective(instance, run_vroom(instance, seconds).solution)}
    if fits_pyvrp(instance):
        found["pyvrp"] = objective(instance, run_pyvrp(instance, seconds).solution)
    folder.mkdir(parents=True, exist_ok=True)
    written = {"instance_sha256": key, "seconds": seconds, "objective": found}
    file.write_text(json.dumps(written), encoding="utf-8")
    return found


def fits_pyvrp(instance: Instance) -> bool:
    """Tell whether PyVRP knows every rule of the instance."""
    return not any(vehicle.get("breaks") for vehicle in instance["vehicles"]) and not any(
        job.get("skills") or len(job.get("time_windows", ())) > 1 for job in instance["jobs"]
    )


def _ready(number: int) -> int:
    time.sleep(0.2)
    return number


def _search_pyvrp(instance: Instance, seconds: float, seed: int) -> Run:
    kinds, data = _for_pyvrp(instance)
    begun = time.perf_counter()
    result = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False)
    spent = time.perf_counter() - begun
    orders: dict[int, list[int]] = {}
    free = {number: list(vehicles) for number, vehicles in enumerate(kinds)}
    if result.best.is_feasible():
        for route in result.best.routes():
            vehicle = free[route.vehicle_type()].pop(0)
            orders[vehicle] = [each.idx for each in route if each.is_client()]
    return Run(timetable(instance, orders), spent)


def _for_pyvrp(instance: Instance) -> tuple[list[list[int]], pyvrp.ProblemData]:
    """Return the numbers of the vehicles of each type, and the problem.

    Where no job has a window the days are alike, and PyVRP is told so: one type for all.
    """
    windows = any(job.get("time_windows") for job in instance["jobs"])
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, vehicle in enumerate(instance["vehicles"]):
        opens, closes = vehicle["time_window"]
        shift = (opens, closes) if windows else (0, closes - opens)
        most = vehicle.get("max_tasks", len(instance["jobs"]))
        alike[vehicle["start_index"], vehicle["end_index"], shift, most].append(number)
    counted = any("max_tasks" in vehicle for vehicle in instance["vehicles"])
    depots = sorted({place for start, end, _, _ in alike for place in (start, end)})
    durations = np.array(instance["matrices"]["motorcycle"]["durations"], np.int64)
    durations[durations < 0] = _FAR_S
    types = [
        pyvrp.VehicleType(
            num_available=len(numbers),
            capacity=[most] if counted else [],
            start_depot=depots.index(start),
            end_depot=depots.index(end),
            tw_early=shift[0],
            tw_late=shift[1],
        )
        for (start, end, shift, most), numbers in alike.items()
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in durations],
        clients=[_client(job, counted=counted) for job in instance["jobs"]],
        depots=[pyvrp.Depot(place) for place in depots],
        vehicle_types=types,
        distance_matrices=[durations],
        duration_matrices=[durations],
    )
    return list(alike.values()), data


def _client(job: dict[str, Any], *, counted: bool) -> pyvrp.Client:
    windows = job.get("time_windows")
    return pyvrp.Client(
        job["location_index"],
        pickup=[1] if counted else [],
        service_duration=job.get("setup", 0) + job.get("service", 0),
        prize=LEFT_OUT_S * job.get("priority", 0),
        required=False,
        **({"tw_early": windows[0][0], "tw_late": windows[0][1]} if windows else {}),
    )


def timetable(instance: Instance, orders: dict[int, Sequence[int]]) -> Solution:
    """Return VROOM's JSON for the jobs (by number) of each vehicle (by number), earliest first.

    Without breaks, skills and speed factors: enough for what PyVRP can answer.
    """
    durations = instance["matrices"]["motorcycle"]["durations"]
    routes = []
    for number, order in orders.items():
        vehicle = instance["vehicles"][number]
        now, at, driven = vehicle["time_window"][0], vehicle["start_index"], 0
        steps = [_step("start", now, 0, at)]
        for job in (instance["jobs"][each] for each in order):
            leg = durations[at][job["location_index"]]
            now, driven, at = now + leg, driven + leg, job["location_index"]
            opens = min((a for a, b in job.get("time_windows", ()) if b >= now), default=now)
            wait = max(0, opens - now)
            service = job.get("service", 0)
            more = {"id": job["id"], "service": service, "waiting_time": wait}
            steps.append({**_step("job", now, driven, at), **more})
            now += wait + service
        leg = durations[at][vehicle["end_index"]]
        steps.append(_step("end", now + leg, driven + leg, vehicle["end_index"]))
        jobs = [instance["jobs"][each] for each in order]
        routes.append(_route(vehicle, steps, jobs))
    made = {each for order in orders.values() for each in order}
    left = [job["id"] for each, job in enumerate(instance["jobs"]) if each not in made]
    sums = ("cost", "setup", "service", "duration", "waiting_time", "priority")
    summary = {key: sum(route[key] for route in routes) for key in sums}
    return {
        "code": 0,
        "summary": {**summary, "routes": len(routes), "unassigned": len(left)},
        "routes": routes,
        "unassigned": [{"id": each, "type": "job"} for each in left],
    }


def _step(kind: str, arrival: int, driven: int, place: int) -> dict[str, Any]:
    idle = {"setup": 0, "service": 0, "waiting_time": 0}
    return {"type": kind, "arrival": arrival, "duration": driven, "location_index": place, **idle}


def _route(
    vehicle: dict[str, Any], steps: list[dict[str, Any]], jobs: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "vehicle": vehicle["id"],
        "steps": steps,
        "cost": steps[-1]["duration"],
        "duration": steps[-1]["duration"],
        "setup": 0,
        "service": sum(step["service"] for step in steps),
        "waiting_time": sum(step["waiting_time"] for step in steps),
        "priority": sum(job.get("priority", 0) for job in jobs),
    }


def _without_gaps(instance: Instance) -> Instance:
    """Return the instance with a huge time where there is no way: VROOM has no other word."""
    matrices = {
        profile: {
            **each,
            "durations": [[_FAR_S if s < 0 else s for s in row] for row in each["durations"]],
        }
        for profile, each in instance["matrices"].items()
    }
    return {**instance, "matrices": matrices}
