"""The timetable of one vehicle: when it leaves, arrives, waits, serves and rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from routing.problem import UNREACHABLE, Made, Problem, Route, Stop, Vehicle


def schedule(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> Route | None:
    """Return the earliest timetable of a vehicle that makes ``stops`` in this order.

    Travel pauses during the break and goes on after it; a service that would run into the
    break starts after it. The vehicle leaves as late as the first stop allows. None when the
    order cannot be kept within the shift, a window or the stops allowed a day.
    """
    if not stops or (vehicle.most_stops is not None and len(stops) > vehicle.most_stops):
        return None
    durations = problem.durations_s[vehicle.profile]
    now, at, travelled = vehicle.shift_s[0], vehicle.start_node, 0
    made: list[Made] = []
    for stop in stops:
        leg = int(durations[at, stop.node])
        if leg == UNREACHABLE:
            return None
        arrive = _arrival(now, leg, vehicle.break_s)
        start = _first_start(arrive, stop, vehicle.break_s)
        if start is None:
            return None
        now, at, travelled = start + stop.service_s, stop.node, travelled + leg
        made.append(Made(stop.stop_id, leg, arrive, start, now))
    leg = int(durations[at, vehicle.end_node])
    if leg == UNREACHABLE:
        return None
    end = _arrival(now, leg, vehicle.break_s)
    if end > vehicle.shift_s[1]:
        return None
    first_leg = int(durations[vehicle.start_node, stops[0].node])
    leave = max(vehicle.shift_s[0], _departure(made[0].start_s, first_leg, vehicle.break_s))
    made[0] = replace(made[0], arrive_s=_arrival(leave, first_leg, vehicle.break_s))
    rests = vehicle.break_s is not None and leave < vehicle.break_s[1] and end > vehicle.break_s[0]
    return Route(
        vehicle_id=vehicle.vehicle_id,
        made=tuple(made),
        start_s=leave,
        end_s=end,
        travel_s=travelled + leg,
        break_start_s=vehicle.break_s[0] if vehicle.break_s and rests else None,
        break_end_s=vehicle.break_s[1] if vehicle.break_s and rests else None,
    )


def _arrival(leave: int, leg: int, rest: tuple[int, int] | None) -> int:
    """Return when a leg ends that begins at ``leave`` and pauses during the break."""
    if rest is None or leg == 0 or leave + leg <= rest[0] or leave >= rest[1]:
        return leave + leg
    return max(leave, rest[0]) + (rest[1] - max(leave, rest[0])) + leg - max(0, rest[0] - leave)


def _departure(arrive: int, leg: int, rest: tuple[int, int] | None) -> int:
    """Return the latest departure that still arrives at ``arrive``."""
    leave = arrive - leg
    if rest is None or arrive <= rest[0] or leave >= rest[1] or leg == 0:
        return leave
    return leave - (rest[1] - rest[0])


def _first_start(arrive: int, stop: Stop, rest: tuple[int, int] | None) -> int | None:
    """Return the first allowed start at or after ``arrive`` that the break does not cut."""
    for opens, closes in stop.windows_s or ((arrive, arrive + stop.service_s + 7 * 86_400),):
        start = max(arrive, opens)
        if rest is not None and start < rest[1] and start + stop.service_s > rest[0]:
            start = rest[1]
        if start <= closes:
            return start
    return None
