"""Small instances in VROOM's JSON: at random, and solved by trying everything."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

from hypothesis import strategies as st

from routing.vroom_json import read_instance
from routing.vroom_solve import _arrays, _reasons

DAY = [0, 400]

Json = dict[str, Any]


@st.composite
def spans(draw: st.DrawFn, most: int = 400) -> list[int]:
    opens = draw(st.integers(0, most))
    return [opens, draw(st.integers(opens, most))]


@st.composite
def vehicles(draw: st.DrawFn, number: int, nodes: int) -> Json:
    vehicle: Json = {"id": number, "profile": draw(st.sampled_from(["walk", "motorcycle"]))}
    ends = draw(st.sampled_from([("start_index",), ("end_index",), ("start_index", "end_index")]))
    vehicle |= {end: draw(st.integers(0, nodes - 1)) for end in ends}
    optional: Json = {
        "time_window": draw(spans()),
        "skills": draw(st.lists(st.integers(1, 2), max_size=2)),
        "max_tasks": draw(st.integers(0, 4)),
        "max_travel_time": draw(st.integers(0, 300)),
        "speed_factor": draw(st.sampled_from([0.5, 1, 1.37, 2.0])),
        "costs": {"fixed": draw(st.integers(0, 50)), "per_hour": draw(st.sampled_from([0, 7200]))},
        "breaks": [
            {
                "id": each,
                "service": draw(st.integers(0, 60)),
                "time_windows": draw(st.lists(spans(), min_size=1, max_size=2)),
            }
            for each in range(draw(st.integers(1, 2)))
        ],
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional)), max_size=4))
    return vehicle | {key: optional[key] for key in sorted(chosen)}


@st.composite
def instances(
    draw: st.DrawFn, most_jobs: int = 8, most_vehicles: int = 3, most_priority: int = 100
) -> Json:
    """Up to 8 jobs and 3 vehicles with everything an instance may hold."""
    nodes = draw(st.integers(1, 7))
    leg = st.one_of(st.integers(0, 80), st.sampled_from([-1, None, 10**9]))
    matrices: Json = {}
    for profile in ("walk", "motorcycle"):
        rows = st.lists(
            st.lists(leg, min_size=nodes, max_size=nodes), min_size=nodes, max_size=nodes
        )
        matrices[profile] = {"durations": draw(rows)}
        for i in range(nodes):
            matrices[profile]["durations"][i][i] = 0
    jobs = []
    for number in range(draw(st.integers(0, most_jobs))):
        job: Json = {"id": number, "location_index": draw(st.integers(0, nodes - 1))}
        optional = {
            "service": draw(st.integers(0, 60)),
            "setup": draw(st.integers(0, 30)),
            "priority": draw(st.integers(0, most_priority)),
            "skills": [draw(st.integers(1, 2))],
            "time_windows": draw(st.lists(spans(), min_size=1, max_size=3)),
        }
        chosen = draw(st.sets(st.sampled_from(sorted(optional)), max_size=4))
        jobs.append(job | {key: optional[key] for key in sorted(chosen)})
    fleet = [draw(vehicles(number, nodes)) for number in range(draw(st.integers(0, most_vehicles)))]
    return {"jobs": jobs, "vehicles": fleet, "matrices": matrices}


def known_ways(raw: Json) -> Json:
    """Return the instance for the checker, which knows a missing way as -1 and not as null."""
    matrices = {
        profile: {
            **each,
            "durations": [[-1 if x is None else x for x in r] for r in each["durations"]],
        }
        for profile, each in raw["matrices"].items()
    }
    return {**raw, "matrices": matrices}


def goal(raw: Json, solution: Json) -> tuple[int, int, int]:
    """Return what VROOM compares, the better the smaller."""
    left = solution["summary"]["unassigned"]
    summary = solution["summary"]
    return -summary["priority"], left - len(raw["jobs"]), summary["cost"]


def best_day(raw: Json) -> tuple[int, int, int]:
    """Return the best goal of an instance with one vehicle: every order of every choice."""
    vehicle, jobs = raw["vehicles"][0], raw["jobs"]
    best = (0, 0, 0)
    for size in range(1, min(len(jobs), vehicle.get("max_tasks", len(jobs))) + 1):
        for order in permutations(jobs, size):
            cost = day_cost(raw, vehicle, list(order))
            if cost is not None:
                best = min(best, (-sum(j.get("priority", 0) for j in order), -size, cost))
    return best


def day_cost(raw: Json, vehicle: Json, order: list[Json]) -> int | None:
    """Walk a day second by second for every place of the breaks; None: it cannot be kept."""
    breaks = sorted(
        vehicle.get("breaks", []), key=lambda each: min(map(tuple, each["time_windows"]))
    )
    if not set().union(*(j.get("skills", []) for j in order)) <= set(vehicle.get("skills", [])):
        return None
    nodes = [vehicle.get("start_index"), *(j["location_index"] for j in order)]
    nodes.append(vehicle.get("end_index"))
    legs = [_leg(raw, vehicle, a, b) for a, b in pairwise(nodes)]
    travel = sum(leg for leg in legs if leg is not None)
    if None in legs or travel > vehicle.get("max_travel_time", 10**12):
        return None
    opens, closes = vehicle.get("time_window", [0, 10**12])
    # (clock, ride left, place in the order, breaks taken); a set of all that can be
    ends = _ends(opens, [leg for leg in legs if leg is not None], order, breaks, nodes)
    if not any(end <= closes for end in ends):
        return None
    costs = vehicle.get("costs", {})
    return int(costs.get("fixed", 0) + travel * costs.get("per_hour", 3600) // 3600)


def _ends(
    opens: int, legs: list[int], order: list[Json], breaks: list[Json], nodes: list[Any]
) -> set[int]:
    now = {(opens, 0)}  # departures: (clock, breaks taken)
    for number, leg in enumerate(legs):
        arrivals: set[tuple[int, int]] = set()
        for clock, taken in now:
            left, k, t = leg, taken, clock
            arrivals.add((t + left, k))
            while k < len(breaks):
                spans = sorted(map(tuple, breaks[k]["time_windows"]))
                starts = [max(t, a) for a, b in spans if t <= b]
                if not starts:
                    break
                left, t = max(0, left - (starts[0] - t)), starts[0] + breaks[k].get("service", 0)
                k += 1
                arrivals.add((t + left, k))
        if number == len(order):
            return {t for t, k in arrivals if k == len(breaks)}
        job, now = order[number], set()
        setup = 0 if nodes[number] == job["location_index"] else job.get("setup", 0)
        spans = sorted(map(tuple, job.get("time_windows", [(0, 10**12)])))
        for t, k in arrivals:
            starts = [max(t, a) for a, b in spans if t <= b]
            if starts:
                now.add((starts[0] + setup + job.get("service", 0), k))
    return set()


def _leg(raw: Json, vehicle: Json, a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return 0
    seconds = raw["matrices"][vehicle["profile"]]["durations"][a][b]
    if seconds in {-1, None}:
        return None
    return int(-(-seconds * round(100 / vehicle.get("speed_factor", 1)) // 100))


def reasons_of(raw: Json) -> list[str]:
    """Return the reason of each job as if it were left out."""
    instance = read_instance(raw)
    return _reasons(instance, _arrays(instance))
