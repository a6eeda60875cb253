"""One route of a solution in VROOM's JSON, walked step by step against the instance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from routing.check import Violation

Part = Mapping[str, Any]  # a job, vehicle, break, route or step of VROOM's JSON
_FOREVER = math.inf
_HOUR_S = 3_600
_FULL = 100  # VROOM keeps a speed factor as whole hundredths of the time


class Terms:
    """What an instance asks for, each job and vehicle by its id."""

    def __init__(self, instance: Part) -> None:
        self.jobs: dict[int, Part] = {job["id"]: job for job in instance["jobs"]}
        self.vehicles: dict[int, Part] = {each["id"]: each for each in instance["vehicles"]}
        old = {"car": {"durations": instance["matrix"]}} if "matrix" in instance else {}
        matrices = {**old, **instance.get("matrices", {})}
        self.durations = {profile: each["durations"] for profile, each in matrices.items()}
        self.costs = {profile: each.get("costs") for profile, each in matrices.items()}

    def leg(self, vehicle: Part, origin: int, target: int) -> float | None:
        """Return the seconds of a leg, before any rounding; None when there is no way."""
        seconds = self.durations[vehicle.get("profile", "car")][origin][target]
        return None if seconds < 0 else seconds * hundredths(vehicle) / _FULL

    def has_skills(self, vehicle: Part, job: Part) -> bool:
        """Tell whether the vehicle has all that the job asks for."""
        return set(job.get("skills", ())) <= set(vehicle.get("skills", ()))

    def is_reachable(self, vehicle: Part, job: Part) -> bool:
        """Tell whether the vehicle has a way to the job from its start, and on to its end."""
        place = job["location_index"]
        start, end = vehicle.get("start_index"), vehicle.get("end_index")
        there = start is None or self.leg(vehicle, start, place) is not None
        return there and (end is None or self.leg(vehicle, place, end) is not None)

    def meets_a_window(self, vehicle: Part, job: Part) -> bool:
        """Tell whether a window of the job and the hours of the vehicle share a second."""
        opens, closes = vehicle.get("time_window", (-_FOREVER, _FOREVER))
        return any(a <= closes and b >= opens for a, b in _windows(job))


def hundredths(vehicle: Part) -> int:
    """Return the share of the matrix' time that the vehicle needs, in hundredths."""
    share: float = _FULL / vehicle.get("speed_factor", 1)
    return round(share)


def check_route(terms: Terms, route: Part) -> Iterator[Violation]:
    """Yield every rule that the route of a known vehicle breaks.

    Codes: ``route_empty``, ``order_wrong`` (a start not first, an end not last), ``place_wrong``,
    ``skill_missing``, ``too_many_tasks``, ``too_much_travel``, ``over_capacity``, ``load_wrong``,
    ``leg_unreachable``, ``travel_wrong``, ``arrives_too_early``, ``arrives_too_late`` (not what
    the times before add up to), ``waits_negative``, ``window_missed``, ``setup_wrong``,
    ``service_wrong``, ``starts_too_soon``, ``ends_too_late``, ``break_missing``,
    ``break_twice``, ``break_unknown``, ``sum_wrong``.
    """
    vehicle = terms.vehicles[route["vehicle"]]
    name, steps = f"vehicle {vehicle['id']}", route["steps"]
    kinds = [step["type"] for step in steps]
    jobs = [terms.jobs[s["id"]] for s in steps if s["type"] == "job" and s["id"] in terms.jobs]
    if "job" not in kinds:
        yield Violation("route_empty", name)
        return
    if kinds[0] != "start" or kinds[-1] != "end" or {"start", "end"} & set(kinds[1:-1]):
        yield Violation("order_wrong", name)
        return
    for job in jobs:
        if not terms.has_skills(vehicle, job):
            yield Violation("skill_missing", f"job {job['id']}")
    if kinds.count("job") > vehicle.get("max_tasks", _FOREVER):
        yield Violation("too_many_tasks", name)
    opens, closes = vehicle.get("time_window", (-_FOREVER, _FOREVER))
    if steps[0]["arrival"] < opens:
        yield Violation("starts_too_soon", name)
    if _leaves(steps[-1]) > closes:
        yield Violation("ends_too_late", name)
    yield from _check_legs(terms, vehicle, steps)
    yield from _check_clock(vehicle, steps)
    yield from _check_tasks(terms, vehicle, steps)
    yield from _check_breaks(vehicle, steps)
    yield from _check_loads(vehicle, steps, jobs, terms)
    yield from _check_sums(terms, vehicle, route)


def exact_travel(terms: Terms, route: Part) -> float:
    """Return the travel of a route by the matrix, seconds; a leg without a way counts nothing."""
    vehicle = terms.vehicles[route["vehicle"]]
    return sum(_legs(terms, vehicle, route["steps"]))


def _legs(terms: Terms, vehicle: Part, steps: list[Part]) -> list[float]:
    places = [place for _, place in _places(terms, vehicle, steps)]
    legs = [terms.leg(vehicle, a, b) for a, b in pairwise(places)]
    return [leg for leg in legs if leg is not None]


def _places(terms: Terms, vehicle: Part, steps: list[Part]) -> list[tuple[int, int]]:
    """Return (number of the step, place by the instance) of each step that has a place."""
    found = []
    for number, step in enumerate(steps):
        place = None
        if step["type"] in {"start", "end"}:
            place = vehicle.get(f"{step['type']}_index")
        elif step["type"] == "job" and step["id"] in terms.jobs:
            place = terms.jobs[step["id"]]["location_index"]
        if place is not None:
            found.append((number, place))
    return found


def _check_legs(terms: Terms, vehicle: Part, steps: list[Part]) -> Iterator[Violation]:
    """Look at every leg: is there a way, and is its time the matrix' (times the factor)."""
    name = f"vehicle {vehicle['id']}"
    places = _places(terms, vehicle, steps)
    if not places:
        return
    first, last = places[0][0], places[-1][0]
    for number, place in places:
        if steps[number].get("location_index", place) != place:
            yield Violation("place_wrong", f"{name} step {number}")
    total = 0.0
    for (a, origin), (b, target) in pairwise(places):
        leg = terms.leg(vehicle, origin, target)
        if leg is None:
            yield Violation("leg_unreachable", f"{name} step {b}")
            continue
        total += leg
        said = steps[b]["duration"] - steps[a]["duration"]
        if not math.floor(leg) <= said <= math.ceil(leg):
            yield Violation("travel_wrong", f"{name} step {b}")
    # a vehicle without a start is at its first task, one without an end stays at its last
    if steps[first]["duration"] != 0 or steps[-1]["duration"] != steps[last]["duration"]:
        yield Violation("travel_wrong", f"{name} ends")
    if total > vehicle.get("max_travel_time", _FOREVER):
        yield Violation("too_much_travel", name)


def _check_clock(vehicle: Part, steps: list[Part]) -> Iterator[Violation]:
    """Look whether each arrival is what the step before and the travel between add up to."""
    name = f"vehicle {vehicle['id']}"
    slack = 0 if hundredths(vehicle) % _FULL == 0 else 1  # seconds are cut from hundredths
    for number, (before, step) in enumerate(pairwise(steps), start=1):
        where = f"{name} step {number}"
        ridden = step["duration"] - before["duration"]
        if ridden < 0:
            yield Violation("travel_wrong", where)
        late = step["arrival"] - _leaves(before) - ridden
        if late < -slack:
            yield Violation("arrives_too_early", where)
        if late > slack:
            yield Violation("arrives_too_late", where)
    for number, step in enumerate(steps):
        if step.get("waiting_time", 0) < 0:
            yield Violation("waits_negative", f"{name} step {number}")


def _check_tasks(terms: Terms, vehicle: Part, steps: list[Part]) -> Iterator[Violation]:
    """Look at windows, setup and service of each job and break."""
    name = f"vehicle {vehicle['id']}"
    breaks = {each["id"]: each for each in vehicle.get("breaks", ())}
    at = vehicle.get("start_index")
    for number, step in enumerate(steps):
        where = f"{name} step {number}"
        setup = service = 0
        if step["type"] == "job" and step["id"] in terms.jobs:
            task: Part = terms.jobs[step["id"]]
            service = task.get("service", 0)
            # no setup where the step before was at the same place
            setup = 0 if task["location_index"] == at else task.get("setup", 0)
            at = task["location_index"]
        elif step["type"] == "break" and step["id"] in breaks:
            task = breaks[step["id"]]
            service = task.get("service", 0)
        elif step["type"] in {"job", "break"}:
            continue  # unknown: told elsewhere
        else:
            task = {}
        if step.get("setup", 0) != setup:
            yield Violation("setup_wrong", where)
        if step.get("service", 0) != service:
            yield Violation("service_wrong", where)
        begins = step["arrival"] + step.get("waiting_time", 0)
        if not any(a <= begins <= b for a, b in _windows(task)):
            yield Violation("window_missed", where)


def _check_breaks(vehicle: Part, steps: list[Part]) -> Iterator[Violation]:
    """Look whether each break is taken once; that nothing is done meanwhile, the clock shows."""
    name = f"vehicle {vehicle['id']}"
    taken = Counter(step["id"] for step in steps if step["type"] == "break")
    asked = [each["id"] for each in vehicle.get("breaks", ())]
    for key in asked:
        if taken[key] != 1:
            code = "break_missing" if taken[key] == 0 else "break_twice"
            yield Violation(code, f"{name} break {key}")
    for key in set(taken) - set(asked):
        yield Violation("break_unknown", f"{name} break {key}")


def _check_loads(
    vehicle: Part, steps: list[Part], jobs: list[Part], terms: Terms
) -> Iterator[Violation]:
    """Follow the load: deliveries are aboard from the start, pickups until the end."""
    kinds = max((len(_given(job)) for job in jobs), default=0)
    kinds = max(kinds, *(len(job.get("pickup", ())) for job in jobs), 0)
    if kinds == 0:
        return
    capacity = [*vehicle.get("capacity", ()), *[0] * kinds]
    load = [sum([*_given(job), *[0] * kinds][k] for job in jobs) for k in range(kinds)]
    for number, step in enumerate(steps):
        where = f"vehicle {vehicle['id']} step {number}"
        job = terms.jobs.get(step["id"], {}) if step["type"] == "job" else {}
        gone, come = [*_given(job), *[0] * kinds], [*job.get("pickup", ()), *[0] * kinds]
        load = [each - gone[k] + come[k] for k, each in enumerate(load)]
        if any(each > capacity[k] for k, each in enumerate(load)):
            yield Violation("over_capacity", where)
        if step.get("load", load) != load:
            yield Violation("load_wrong", where)


def _check_sums(terms: Terms, vehicle: Part, route: Part) -> Iterator[Violation]:
    right = route_sums(terms, route)
    for key in ("cost", "setup", "service", "duration", "waiting_time", "priority"):
        if abs(route[key] - right[key]) > right.get(f"{key}_slack", 0):
            yield Violation("sum_wrong", f"vehicle {vehicle['id']} {key}")


def route_sums(terms: Terms, route: Part) -> dict[str, float]:
    """Return what the sums of a route should be, and the slack of those made of part seconds."""
    steps = route["steps"]
    vehicle = terms.vehicles.get(route["vehicle"], {})
    legs = _legs(terms, vehicle, steps) if vehicle else []
    slack = sum(math.ceil(leg) - math.floor(leg) for leg in legs)
    tasks = [step for step in steps if step["type"] == "job"]
    cost = _cost(terms, vehicle, steps, sum(legs))
    per_second = vehicle.get("costs", {}).get("per_hour", _HOUR_S) / _HOUR_S
    return {
        "cost": cost,
        "cost_slack": slack * per_second + (0 if float(cost).is_integer() else 1),
        "duration": sum(legs),
        "duration_slack": slack,
        **{
            key: sum(step.get(key, 0) for step in steps)
            for key in ("setup", "service", "waiting_time")
        },
        "priority": sum(
            terms.jobs[step["id"]].get("priority", 0) for step in tasks if step["id"] in terms.jobs
        ),
    }


def _cost(terms: Terms, vehicle: Part, steps: list[Part], travel: float) -> float:
    """Return VROOM's cost: fixed + travel (by the hour, or a table of its own) + time at tasks."""
    prices = vehicle.get("costs", {})
    table = terms.costs.get(vehicle.get("profile", "car"))
    if table is None:
        travel = travel * prices.get("per_hour", _HOUR_S) / _HOUR_S
    else:
        places = [place for _, place in _places(terms, vehicle, steps)]
        travel = sum(table[a][b] for a, b in pairwise(places))
    worked = sum(
        step.get("setup", 0) + step.get("service", 0) for step in steps if step["type"] == "job"
    )
    at_work: float = worked * prices.get("per_task_hour", 0) / _HOUR_S
    return float(prices.get("fixed", 0) + travel) + at_work


def _leaves(step: Part) -> int:
    spent: int = step.get("setup", 0) + step.get("service", 0) + step.get("waiting_time", 0)
    return int(step["arrival"]) + spent


def _windows(task: Part) -> list[tuple[float, float]]:
    return [(a, b) for a, b in task.get("time_windows", ())] or [(-_FOREVER, _FOREVER)]


def _given(job: Part) -> list[int]:
    """Return what the job takes off the vehicle; ``amount`` is the old name."""
    return list(job.get("delivery", job.get("amount", ())))
