"""What stays of routes that were made before, and what a set of routes collects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from routing.problem import Problem, Route, Stop
from routing.schedule import schedule


def keep(problem: Problem, orders: Mapping[str, Sequence[str]]) -> tuple[Route, ...]:
    """Return the routes that can be driven of earlier ones, in the order of the vehicles.

    A stop falls out where it is not in the problem, stood on a route before, may not be made by
    its vehicle, or no longer fits behind those before it.

    Parameters
    ----------
    orders
        Ids of the stops of each vehicle, by its id, in driving order.
    """
    stops = {stop.stop_id: stop for stop in problem.stops}
    routes: list[Route] = []
    for vehicle in problem.vehicles:
        order: list[Stop] = []
        route: Route | None = None
        for key in orders.get(vehicle.vehicle_id, ()):
            stop = stops.get(key)
            listed = stop is not None and (
                stop.vehicles is None or vehicle.vehicle_id in stop.vehicles
            )
            if stop is None or not listed or not stop.skills <= vehicle.skills:
                continue
            longer = schedule(problem, vehicle, [*order, stop])
            if longer is not None:
                order, route = [*order, stop], longer
                del stops[key]
        if route is not None:
            routes.append(route)
    return tuple(routes)


def collected(problem: Problem, routes: Iterable[Route]) -> tuple[int, int]:
    """Return how many musts the routes make, and the prizes of all their stops."""
    made = {each.stop_id for route in routes for each in route.made}
    return worth(stop for stop in problem.stops if stop.stop_id in made)


def worth(stops: Iterable[Stop]) -> tuple[int, int]:
    """Return how many musts there are, and the prizes of all: the greater, the better."""
    musts, prize = 0, 0
    for stop in stops:
        musts, prize = musts + stop.must, prize + stop.prize
    return musts, prize
