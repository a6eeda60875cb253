"""Room that the search left: stops that only some vehicles were to make go to others too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from routing.improving import topped_up
from routing.problem import Problem, Solution
from routing.reasons import possible_vehicles
from routing.schedule import schedule


def fill_up(
    problem: Problem, solution: Solution, open_to: Mapping[str, frozenset[str]]
) -> tuple[Problem, Solution]:
    """Return the solution with stops that were left out put where there is room for them.

    Every stop that was made stays with its vehicle; those put in come in the order of their
    prizes, each at the place that adds least travel.

    Parameters
    ----------
    solution
        Of ``problem``.
    open_to
        More vehicles, by id of the stop, that may make it once the search has left it out.

    Returns
    -------
    tuple[Problem, Solution]
        The problem in which those stops, and no others, may be made by more vehicles.
    """
    opened = {
        left.stop_id: open_to[left.stop_id]
        for left in solution.unassigned
        if left.stop_id in open_to
    }
    if not opened:
        return problem, solution
    stops = tuple(
        replace(stop, vehicles=(stop.vehicles or frozenset()) | opened[stop.stop_id])
        if stop.stop_id in opened
        else stop
        for stop in problem.stops
    )
    wider = replace(problem, stops=stops)
    number = {stop.stop_id: i for i, stop in enumerate(stops)}
    of_vehicle = {route.vehicle_id: route.made for route in solution.routes}
    standing = [
        [number[made.stop_id] for made in of_vehicle.get(vehicle.vehicle_id, ())]
        for vehicle in problem.vehicles
    ]
    made = {stop for order in standing for stop in order}
    allowed = [
        possible_vehicles(wider, stop) if i in made or stop.stop_id in opened else []
        for i, stop in enumerate(stops)
    ]
    timed = (
        schedule(wider, vehicle, [stops[i] for i in order])
        for vehicle, order in zip(wider.vehicles, topped_up(wider, allowed, standing), strict=True)
    )
    routes = tuple(route for route in timed if route is not None)
    kept = {each.stop_id for route in routes for each in route.made}
    left = tuple(each for each in solution.unassigned if each.stop_id not in kept)
    return wider, replace(solution, routes=routes, unassigned=left)
