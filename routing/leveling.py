"""Even load after the search: stops move from long days to shorter ones, for little travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from routing.problem import UNREACHABLE, Problem, Route, Solution, Stop, Vehicle
from routing.reasons import possible_vehicles
from routing.schedule import schedule

_Routes = dict[str, Route]  # by vehicle id


def level(problem: Problem, solution: Solution, travel_share: float) -> Solution:
    """Return a solution with the same stops made, on days of more even length.

    A stop of the longest day that can give one goes to a day that is then still shorter than the
    giver was: so the longer of the two gets shorter, and no day gets longer than the longest
    was. Of several such moves that of least travel is made, of equal ones that to the shortest
    day; then again, until there is none. A day keeps at least one stop, so that nobody who works
    is left idle.

    Parameters
    ----------
    solution
        Of ``problem``; stops left out stay left out.
    travel_share
        Most that travel of all routes together may grow by, as a share of what it is; 0: only
        moves that cost none.
    """
    routes: _Routes = {route.vehicle_id: route for route in solution.routes}
    levelling = _Levelling(problem, routes)
    left_s = int(sum(route.travel_s for route in routes.values()) * travel_share)
    stuck: set[str] = set()  # days that had no move when last looked at
    moved = False
    while len(stuck) < len(routes) or moved:
        if len(stuck) == len(routes):
            stuck, moved = set(), False  # what moved since may have made room
        giver = min(
            (route for key, route in routes.items() if key not in stuck),
            key=lambda route: (-length_s(route), route.vehicle_id),
        )
        both = next(levelling.moves(routes, giver, left_s), None)
        if both is None:
            stuck.add(giver.vehicle_id)
            continue
        moved = True
        for after in both:
            before = routes.get(after.vehicle_id)
            left_s -= after.travel_s - (0 if before is None else before.travel_s)
            routes[after.vehicle_id] = after
    in_order = (vehicle.vehicle_id for vehicle in problem.vehicles)
    return replace(solution, routes=tuple(routes[key] for key in in_order if key in routes))


def length_s(route: Route | None) -> int:
    """Return how long a day is under way, its break included."""
    return 0 if route is None else route.end_s - route.start_s


class _Levelling:
    """What does not change while stops move."""

    def __init__(self, problem: Problem, routes: _Routes) -> None:
        self.problem = problem
        self.vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
        self.stops = {stop.stop_id: stop for stop in problem.stops}
        self.able = {
            each.stop_id: [
                problem.vehicles[number]
                for number in possible_vehicles(problem, self.stops[each.stop_id])
            ]
            for route in routes.values()
            for each in route.made
        }

    def moves(self, routes: _Routes, giver: Route, left_s: int) -> Iterator[tuple[Route, Route]]:
        """Yield the two days after a move of one stop from ``giver``, the best move first.

        ``left_s``: seconds by which travel may still grow.
        """
        order = self._order(giver)
        tries: list[tuple[int, int, str, str, int]] = []
        shorter: dict[str, Route] = {}
        for stop in order if len(order) > 1 else ():
            rest = [each for each in order if each is not stop]
            timed = schedule(self.problem, self.vehicles[giver.vehicle_id], rest)
            if timed is None or length_s(timed) >= length_s(giver):
                continue
            shorter[stop.stop_id] = timed
            for taker in self.able[stop.stop_id]:
                standing = routes.get(taker.vehicle_id)
                if length_s(standing) >= length_s(giver):
                    continue
                tries += [
                    (max(0, growth_s), length_s(standing), stop.stop_id, taker.vehicle_id, at)
                    for at, detour_s in self._places(taker, standing, stop, length_s(giver))
                    if (growth_s := timed.travel_s - giver.travel_s + detour_s) <= left_s
                ]
        for _, _, stop_id, taker_id, at in sorted(tries):
            others = self._order(routes[taker_id]) if taker_id in routes else []
            filled = [*others[:at], self.stops[stop_id], *others[at:]]
            fuller = schedule(self.problem, self.vehicles[taker_id], filled)
            if fuller is not None and length_s(fuller) < length_s(giver):
                yield shorter[stop_id], fuller

    def _places(
        self, vehicle: Vehicle, standing: Route | None, stop: Stop, most_s: int
    ) -> Iterator[tuple[int, int]]:
        """Yield the places of a day where the stop could stand, and the detour to it.

        Left out are those that would make the day ``most_s`` or longer with riding and visits
        alone.
        """
        order = [] if standing is None else self._order(standing)
        if vehicle.most_stops is not None and len(order) >= vehicle.most_stops:
            return
        busy_s = 0 if standing is None else standing.travel_s
        busy_s += sum(each.service_s for each in order) + stop.service_s
        nodes = [vehicle.start_node, *(each.node for each in order), vehicle.end_node]
        durations = self.problem.durations_s[vehicle.profile]
        there = durations[nodes[:-1], stop.node].tolist()
        back = durations[stop.node, nodes[1:]].tolist()
        # nobody who stays at home drives from the start to the end
        direct = durations[nodes[:-1], nodes[1:]].tolist() if order else [0]
        for at, (there_s, back_s, direct_s) in enumerate(zip(there, back, direct, strict=True)):
            if UNREACHABLE in {there_s, back_s} or direct_s == UNREACHABLE:
                continue
            detour_s = there_s + back_s - direct_s
            if busy_s + detour_s < most_s:
                yield at, detour_s

    def _order(self, route: Route) -> list[Stop]:
        return [self.stops[each.stop_id] for each in route.made]
