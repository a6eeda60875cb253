"""Room that the search left: stops that only some vehicles were to make go to others too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from routing.problem import Problem, Route, Solution
from routing.rearranging import rearrange
from routing.schedule import schedule


def fill_up(
    problem: Problem, solution: Solution, open_to: Mapping[str, frozenset[str]]
) -> tuple[Problem, Solution]:
    """Return the solution with stops that were left out put where there is room for them.

    Every stop that was made stays with its vehicle; those put in come in the order of their
    prizes, each at the place that adds least travel, where that is less than its prize.

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
    waiting = sorted(
        (stop for stop in stops if stop.stop_id in opened),
        key=lambda stop: (-stop.prize, stop.stop_id),
    )
    orders = {
        route.vehicle_id: tuple(made.stop_id for made in route.made) for route in solution.routes
    }
    done = rearrange(
        wider,
        orders,
        (),
        fillers=[stop.stop_id for stop in waiting],
        room={vehicle.vehicle_id: len(waiting) for vehicle in problem.vehicles},
    )
    routes = _routes(wider, done.orders)
    made = {each.stop_id for route in routes for each in route.made}
    left = tuple(each for each in solution.unassigned if each.stop_id not in made)
    return wider, replace(solution, routes=routes, unassigned=left)


def _routes(problem: Problem, orders: Mapping[str, tuple[str, ...]]) -> tuple[Route, ...]:
    stops = {stop.stop_id: stop for stop in problem.stops}
    timed = (
        schedule(problem, vehicle, [stops[key] for key in orders[vehicle.vehicle_id]])
        for vehicle in problem.vehicles
    )
    return tuple(route for route in timed if route is not None)
