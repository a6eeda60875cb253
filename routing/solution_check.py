"""An independent look at a solution in VROOM's JSON: every rule again, nothing taken on trust.

It shares no code with the engine. What a field means is VROOM's (docs/API.md of
VROOM-Project/vroom); ``unassigned[].reason`` and -1 for "no way" are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from routing.check import Violation
from routing.route_walk import Terms, check_route, exact_travel, route_sums

Instance = Mapping[str, Any]
Solution = Mapping[str, Any]
_SUMS = ("cost", "setup", "service", "duration", "waiting_time", "priority")
_STEP_NUMBERS: tuple[str, ...] = ("arrival", "duration", "setup", "service", "waiting_time")
_MAY_LACK = frozenset({"setup", "service", "waiting_time"})  # of a start and an end
_KINDS = frozenset({"start", "job", "break", "end"})
_UNREAD = {  # what would change a rule and is not looked at here
    "instance": ("shipments",),
    "job": ("setup_per_type", "service_per_type"),
    "vehicle": ("steps", "max_distance"),
    "costs": ("per_km",),
    "break": ("max_load",),
}


def check_solution(
    instance: Instance, solution: Solution, *, need_reasons: bool = True
) -> list[Violation]:
    """Return every rule of ``instance`` that ``solution`` breaks; empty when it keeps all.

    Parameters
    ----------
    instance, solution
        VROOM's JSON as read by ``json.load``; places by index, times by ``matrices``.
    need_reasons
        False for engines that give no ``unassigned[].reason``.

    Returns
    -------
    list[Violation]
        ``where`` names job, vehicle and step by id or number. Codes of the whole:
        ``not_checked`` (the instance uses what this check does not know), ``malformed`` (a field
        is missing or no whole number; nothing else is looked at then), ``not_solved``,
        ``job_unknown``, ``job_lost``, ``job_twice``, ``vehicle_unknown``, ``vehicle_twice``,
        ``type_wrong``, ``reason_missing``, ``reason_untrue``, ``summary_wrong``. Codes of a
        route: :func:`routing.route_walk.check_route`.
    """
    found = [Violation("not_checked", where) for where in _unread(instance)]
    malformed = [Violation("malformed", where) for where in _malformed(solution)]
    if malformed:
        return found + malformed
    if solution["code"] != 0:
        found.append(Violation("not_solved", f"code {solution['code']}"))
    terms = Terms(instance)
    used = Counter(route["vehicle"] for route in solution["routes"])
    found += [Violation("vehicle_twice", f"vehicle {key}") for key, n in used.items() if n > 1]
    for route in solution["routes"]:
        if route["vehicle"] in terms.vehicles:
            found += check_route(terms, route)
        else:
            found.append(Violation("vehicle_unknown", f"vehicle {route['vehicle']}"))
    found += _check_presence(terms, solution)
    for left in solution["unassigned"]:
        found += _check_left(terms, left, need_reasons=need_reasons)
    return found + _check_summary(terms, solution)


def travel_and_priority(instance: Instance, solution: Solution) -> tuple[float, int]:
    """Return the travel seconds of all routes, by the matrix, and the priority they collect.

    Nothing that the solution says about itself is used but its orders; whole seconds where no
    ``speed_factor`` is given.
    """
    terms = Terms(instance)
    known = [route for route in solution["routes"] if route["vehicle"] in terms.vehicles]
    made = {
        step["id"] for route in known for step in route["steps"] if step["type"] == "job"
    } & terms.jobs.keys()
    travel = sum(exact_travel(terms, route) for route in known)
    return travel, sum(terms.jobs[key].get("priority", 0) for key in made)


def _unread(instance: Instance) -> Iterator[str]:
    """Name what the instance holds that this check would silently pass over."""
    parts: list[tuple[str, Mapping[str, Any]]] = [("instance", instance)]
    parts += [("job", job) for job in instance["jobs"]]
    for vehicle in instance["vehicles"]:
        parts += [("vehicle", vehicle), ("costs", vehicle.get("costs", {}))]
        parts += [("break", each) for each in vehicle.get("breaks", ())]
    for kind, part in parts:
        for key in _UNREAD[kind]:
            if part.get(key):
                yield f"{kind} {part.get('id', '')} {key}".replace("  ", " ")


def _malformed(solution: Solution) -> Iterator[str]:
    """Name each field without which the solution cannot be walked."""
    for key, kind in (("code", int), ("summary", dict), ("routes", list), ("unassigned", list)):
        if not isinstance(solution.get(key), kind):
            yield key
    if not isinstance(solution.get("routes"), list):
        return
    for number, route in enumerate(solution["routes"]):
        where = f"route {number}"
        yield from (f"{where} {key}" for key in ("vehicle", *_SUMS) if not _whole(route.get(key)))
        if not route.get("steps"):
            yield f"{where} steps"
        for at, step in enumerate(route.get("steps") or ()):
            kind = step.get("type")
            needed = _STEP_NUMBERS
            if kind in {"start", "end"}:
                needed = tuple(key for key in needed if key in step or key not in _MAY_LACK)
            wrong = [key for key in needed if not _whole(step.get(key))]
            wrong += ["type"] if kind not in _KINDS else []
            wrong += ["id"] if kind in {"job", "break"} and not _whole(step.get("id")) else []
            yield from (f"{where} step {at} {key}" for key in wrong)
    for number, left in enumerate(solution.get("unassigned", ())):
        if not _whole(left.get("id")):
            yield f"unassigned {number} id"


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_presence(terms: Terms, solution: Solution) -> list[Violation]:
    """Look whether every job is on one route once, or left out once."""
    mentioned = Counter(
        step["id"]
        for route in solution["routes"]
        for step in route["steps"]
        if step["type"] == "job"
    )
    mentioned.update(left["id"] for left in solution["unassigned"])
    found = [Violation("job_unknown", f"job {key}") for key in mentioned if key not in terms.jobs]
    found += [Violation("job_lost", f"job {key}") for key in terms.jobs if mentioned[key] == 0]
    found += [Violation("job_twice", f"job {key}") for key in terms.jobs if mentioned[key] > 1]
    return found


def _check_left(
    terms: Terms, left: Mapping[str, Any], *, need_reasons: bool
) -> Iterator[Violation]:
    where = f"job {left['id']}"
    if left.get("type") != "job":
        yield Violation("type_wrong", where)
    reason = left.get("reason")
    if reason is None and not need_reasons:
        return
    if not isinstance(reason, str) or not reason:
        yield Violation("reason_missing", where)
    elif left["id"] in terms.jobs and not _may_be_true(terms, terms.jobs[left["id"]], reason):
        yield Violation("reason_untrue", where)


def _may_be_true(terms: Terms, job: Mapping[str, Any], reason: str) -> bool:
    """Refute the reasons that the instance alone can refute; the others are not judged."""
    skilled = [each for each in terms.vehicles.values() if terms.has_skills(each, job)]
    reached = [each for each in skilled if terms.is_reachable(each, job)]
    if reason in {"no_vehicle", "no_team"}:
        return not terms.vehicles
    if reason == "no_skill":
        return not skilled
    if reason == "unreachable":
        return not reached
    if reason == "window_closed":
        return not any(terms.meets_a_window(each, job) for each in reached)
    return True


def _check_summary(terms: Terms, solution: Solution) -> list[Violation]:
    summary = solution["summary"]
    own = [route_sums(terms, route) for route in solution["routes"]]
    right: dict[str, float] = {
        "routes": len(solution["routes"]),
        "unassigned": len(solution["unassigned"]),
        **{key: sum(each[key] for each in own) for key in _SUMS},
    }
    slack = {key: sum(each[f"{key}_slack"] for each in own) for key in ("cost", "duration")}
    wrong = [
        key
        for key, value in right.items()
        if not _whole(summary.get(key)) or abs(summary[key] - value) > slack.get(key, 0)
    ]
    return [Violation("summary_wrong", f"summary {key}") for key in wrong]
