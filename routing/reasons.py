"""Why a stop was not made: the strongest reason that can be proved from the problem alone."""

from __future__ import annotations

from routing.problem import UNREACHABLE, Left, Problem, Stop, Vehicle
from routing.schedule import schedule


def possible_vehicles(problem: Problem, stop: Stop) -> list[int]:
    """Return the numbers of the vehicles that could make this stop if it were the only one."""
    return [
        number
        for number, vehicle in enumerate(problem.vehicles)
        if _is_allowed(vehicle, stop)
        and stop.skills <= vehicle.skills
        and schedule(problem, vehicle, [stop]) is not None
    ]


def why_left(problem: Problem, stop: Stop) -> Left:
    """Return why ``stop`` is on no route.

    Each reason holds for every vehicle that passed the one before: ``no_vehicle`` (none is
    allowed), ``no_skill``, ``unreachable`` (no way there and back), ``window_closed`` (no
    window meets a shift), ``cannot_fit_alone`` (too long even as the only stop); else
    ``not_placed``: it would fit alone, the search preferred others.
    """
    vehicles = [each for each in problem.vehicles if _is_allowed(each, stop)]
    if not vehicles:
        return Left(stop.stop_id, "no_vehicle")
    vehicles = [each for each in vehicles if stop.skills <= each.skills]
    if not vehicles:
        return Left(stop.stop_id, "no_skill")
    vehicles = [each for each in vehicles if _is_reachable(problem, each, stop)]
    if not vehicles:
        return Left(stop.stop_id, "unreachable")
    vehicles = [each for each in vehicles if _meets_a_window(each, stop)]
    if not vehicles:
        return Left(stop.stop_id, "window_closed")
    if all(schedule(problem, each, [stop]) is None for each in vehicles):
        return Left(stop.stop_id, "cannot_fit_alone")
    return Left(stop.stop_id, "not_placed")


def _is_allowed(vehicle: Vehicle, stop: Stop) -> bool:
    return stop.vehicles is None or vehicle.vehicle_id in stop.vehicles


def _is_reachable(problem: Problem, vehicle: Vehicle, stop: Stop) -> bool:
    durations = problem.durations_s[vehicle.profile]
    there = durations[vehicle.start_node, stop.node]
    back = durations[stop.node, vehicle.end_node]
    return UNREACHABLE not in {int(there), int(back)}


def _meets_a_window(vehicle: Vehicle, stop: Stop) -> bool:
    opens, closes = vehicle.shift_s
    return not stop.windows_s or any(
        first <= closes and last >= opens for first, last in stop.windows_s
    )
