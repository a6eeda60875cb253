"""Even load: a crew that the search left idle takes over stops from the busiest one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from routing.problem import UNREACHABLE, Problem, Route, Solution, Stop
from routing.reasons import possible_vehicles
from routing.schedule import schedule

_Routes = dict[str, Route]  # by vehicle id


def share_with_idle(problem: Problem, solution: Solution, crew_of: Mapping[str, str]) -> Solution:
    """Return a solution with the same stops made, in which no crew is idle without need.

    The search minds prizes and travel alone: where there is less to do than time to do it, one
    crew does everything. Here each crew without a route takes stops from the crew that is
    busiest at that moment, until it is about as busy; a crew that gives keeps at least one.

    Parameters
    ----------
    solution
        Of ``problem``; stops left out stay left out.
    crew_of
        Crew of each vehicle by its id: a crew has several vehicles, one a day.
    """
    routes: _Routes = {route.vehicle_id: route for route in solution.routes}
    working = {crew_of[vehicle_id] for vehicle_id in routes}
    idle = [crew for crew in dict.fromkeys(crew_of.values()) if crew not in working]
    if not idle or not routes:
        return solution
    sharing = _Sharing(problem, crew_of)
    for taker in idle:
        routes = sharing.filled(routes, taker)
    in_order = (vehicle.vehicle_id for vehicle in problem.vehicles)
    return replace(solution, routes=tuple(routes[key] for key in in_order if key in routes))


class _Sharing:
    """What does not change while stops change hands."""

    def __init__(self, problem: Problem, crew_of: Mapping[str, str]) -> None:
        self.problem, self.crew_of = problem, crew_of
        self.vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
        self.stops = {stop.stop_id: stop for stop in problem.stops}
        self.able = {
            stop.stop_id: {
                problem.vehicles[number].vehicle_id for number in possible_vehicles(problem, stop)
            }
            for stop in problem.stops
        }
        self.shift_s: dict[str, int] = {}
        for vehicle in problem.vehicles:
            crew = crew_of[vehicle.vehicle_id]
            length_s = vehicle.shift_s[1] - vehicle.shift_s[0]
            self.shift_s[crew] = self.shift_s.get(crew, 0) + length_s

    def filled(self, routes: _Routes, taker: str) -> _Routes:
        """Return the routes after ``taker`` took stops, one after the other."""
        while True:
            after = next(self._with_one_more(routes, taker), None)
            if after is None:
                return routes
            routes = after

    def _with_one_more(self, routes: _Routes, taker: str) -> Iterator[_Routes]:
        """Yield the routes with one more stop of ``taker``, the best way first."""
        load = {crew: self._load(routes, crew) for crew in self.shift_s}
        for giver in sorted(load, key=lambda crew: (-load[crew], crew)):
            if giver == taker or self._count(routes, giver) < 2 or load[giver] <= load[taker]:
                continue
            for stop in self._nearest(routes, giver, taker):
                after = self._handed_over(routes, giver, taker, stop)
                # a first stop is taken in any case: better uneven than idle
                if after is not None and (
                    not load[taker] or self._load(after, taker) <= load[giver]
                ):
                    yield after

    def _load(self, routes: _Routes, crew: str) -> float:
        """Return the share of its hours that a crew is under way."""
        own = [route for key, route in routes.items() if self.crew_of[key] == crew]
        return sum(route.end_s - route.start_s for route in own) / max(1, self.shift_s[crew])

    def _count(self, routes: _Routes, crew: str) -> int:
        return sum(len(route.made) for key, route in routes.items() if self.crew_of[key] == crew)

    def _nearest(self, routes: _Routes, giver: str, taker: str) -> list[Stop]:
        """Return the giver's stops that the taker could make, nearest to the taker's base first."""
        own = [key for key, crew in self.crew_of.items() if crew == taker]
        found: list[tuple[int, str]] = []
        for key, route in routes.items():
            if self.crew_of[key] != giver:
                continue
            for made in route.made:
                near = [self._ride_s(each, made.stop_id) for each in own]
                if self.able[made.stop_id] & set(own):
                    found.append((min(near), made.stop_id))
        return [self.stops[stop_id] for _, stop_id in sorted(found)]

    def _ride_s(self, vehicle_id: str, stop_id: str) -> int:
        vehicle = self.vehicles[vehicle_id]
        durations = self.problem.durations_s[vehicle.profile]
        ride_s = int(durations[vehicle.start_node, self.stops[stop_id].node])
        return 10**9 if ride_s == UNREACHABLE else ride_s

    def _handed_over(self, routes: _Routes, giver: str, taker: str, stop: Stop) -> _Routes | None:
        """Return the routes with the stop on the taker's day that grows least; None: on none."""
        taken = [
            route
            for key, crew in self.crew_of.items()
            if crew == taker and key in self.able[stop.stop_id]
            for route in self._inserted(routes.get(key), key, stop)
        ]
        left = next(
            route
            for key, route in routes.items()
            if self.crew_of[key] == giver and stop.stop_id in self._order(route)
        )
        rest = [self.stops[key] for key in self._order(left) if key != stop.stop_id]
        shorter = schedule(self.problem, self.vehicles[left.vehicle_id], rest)
        if not taken or (rest and shorter is None):
            return None
        after = {key: route for key, route in routes.items() if key != left.vehicle_id}
        if shorter is not None:
            after[left.vehicle_id] = shorter
        best = min(taken, key=lambda route: (self._growth_s(routes, route), route.vehicle_id))
        return {**after, best.vehicle_id: best}

    def _inserted(self, route: Route | None, vehicle_id: str, stop: Stop) -> list[Route]:
        """Return the vehicle's route with the stop at each position where that can be timed."""
        order = [] if route is None else [self.stops[key] for key in self._order(route)]
        tries = [[*order[:at], stop, *order[at:]] for at in range(len(order) + 1)]
        vehicle = self.vehicles[vehicle_id]
        timed = [schedule(self.problem, vehicle, each) for each in tries]
        return [each for each in timed if each is not None]

    @staticmethod
    def _order(route: Route) -> list[str]:
        return [made.stop_id for made in route.made]

    @staticmethod
    def _growth_s(routes: _Routes, route: Route) -> int:
        before = routes.get(route.vehicle_id)
        return route.travel_s - (0 if before is None else before.travel_s)
