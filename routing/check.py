"""An independent walk over a solution: every rule looked at again, nothing taken on trust.

It shares no code with the solver or its timetable, so that an error there is seen here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from routing.problem import Made, Problem, Route, Solution, Stop, Vehicle


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule; ``where`` names the vehicle or stop by its id."""

    code: str
    where: str


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """Return every rule that ``solution`` breaks; empty when it keeps all.

    Codes: ``stop_unknown``, ``stop_lost``, ``stop_twice``, ``vehicle_unknown``,
    ``vehicle_twice``, ``vehicle_not_allowed``, ``skill_missing``, ``too_many_stops``,
    ``leg_unreachable``, ``leg_too_fast``, ``starts_before_arrival``, ``window_missed``,
    ``service_cut``, ``works_in_break``, ``break_missing``, ``outside_shift``, ``travel_wrong``,
    ``route_empty``.
    """
    found: list[Violation] = []
    stops = {stop.stop_id: stop for stop in problem.stops}
    vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
    mentioned = Counter(each.stop_id for route in solution.routes for each in route.made)
    mentioned.update(left.stop_id for left in solution.unassigned)
    found += [Violation("stop_lost", key) for key in stops if mentioned[key] == 0]
    found += [Violation("stop_twice", key) for key in stops if mentioned[key] > 1]
    found += [Violation("stop_unknown", key) for key in mentioned if key not in stops]
    used = Counter(route.vehicle_id for route in solution.routes)
    found += [Violation("vehicle_twice", key) for key, times in used.items() if times > 1]
    for route in solution.routes:
        vehicle = vehicles.get(route.vehicle_id)
        if vehicle is None:
            found.append(Violation("vehicle_unknown", route.vehicle_id))
        elif not route.made:
            found.append(Violation("route_empty", route.vehicle_id))
        else:
            found += _check_route(problem, vehicle, route, stops)
    return found


def _check_route(
    problem: Problem, vehicle: Vehicle, route: Route, stops: dict[str, Stop]
) -> list[Violation]:
    known = [(each, stops[each.stop_id]) for each in route.made if each.stop_id in stops]
    found = _check_travel(problem, vehicle, route, known)
    if vehicle.most_stops is not None and len(route.made) > vehicle.most_stops:
        found.append(Violation("too_many_stops", vehicle.vehicle_id))
    if route.start_s < vehicle.shift_s[0] or route.end_s > vehicle.shift_s[1]:
        found.append(Violation("outside_shift", vehicle.vehicle_id))
    spans = (
        vehicle.break_s and route.start_s < vehicle.break_s[1] and route.end_s > vehicle.break_s[0]
    )
    if spans and vehicle.break_s != (route.break_start_s, route.break_end_s):
        found.append(Violation("break_missing", vehicle.vehicle_id))
    for made, stop in known:
        found += [Violation(code, stop.stop_id) for code in _stop_faults(vehicle, made, stop)]
    return found


def _check_travel(
    problem: Problem, vehicle: Vehicle, route: Route, known: list[tuple[Made, Stop]]
) -> list[Violation]:
    """Look at every leg: is there a way, and was there time for it besides the break."""
    found: list[Violation] = []
    durations = problem.durations_s[vehicle.profile]
    leaves = [(route.start_s, vehicle.start_node), *((m.end_s, s.node) for m, s in known)]
    reaches = [*((m.arrive_s, s.node) for m, s in known), (route.end_s, vehicle.end_node)]
    stated = [*(m.travel_s for m, _ in known), None]
    total = 0
    for (left_at, a), (reached_at, b), said in zip(leaves, reaches, stated, strict=True):
        leg = int(durations[a, b])
        if leg < 0:
            found.append(Violation("leg_unreachable", vehicle.vehicle_id))
            continue
        total += leg
        if said not in {None, leg}:
            found.append(Violation("travel_wrong", vehicle.vehicle_id))
        rest = 0
        if vehicle.break_s is not None:
            rest = max(0, min(reached_at, vehicle.break_s[1]) - max(left_at, vehicle.break_s[0]))
        if reached_at - left_at - rest < leg:
            found.append(Violation("leg_too_fast", vehicle.vehicle_id))
    if total != route.travel_s:
        found.append(Violation("travel_wrong", vehicle.vehicle_id))
    return found


def _stop_faults(vehicle: Vehicle, made: Made, stop: Stop) -> list[str]:
    faults = []
    if stop.vehicles is not None and vehicle.vehicle_id not in stop.vehicles:
        faults.append("vehicle_not_allowed")
    if not stop.skills <= vehicle.skills:
        faults.append("skill_missing")
    if made.start_s < made.arrive_s:
        faults.append("starts_before_arrival")
    if stop.windows_s and not any(a <= made.start_s <= b for a, b in stop.windows_s):
        faults.append("window_missed")
    if made.end_s - made.start_s != stop.service_s:
        faults.append("service_cut")
    rest = vehicle.break_s
    if rest is not None and made.start_s < rest[1] and made.end_s > rest[0]:
        faults.append("works_in_break")
    return faults
