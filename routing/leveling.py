"""Even load after the search: stops move from long days to shorter ones, for little travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from routing.problem import UNREACHABLE, Problem, Route, Solution, Stop, Vehicle
from routing.reasons import possible_vehicles
from routing.schedule import schedule

_TRIES = 3  # places in a day that are timed, least detour first


@dataclass(frozen=True, slots=True)
class _Move:
    """One stop that goes from one day to another; both days as they would be."""

    longer_s: int  # of the two days afterwards
    growth_s: int  # of travel
    stop_id: str
    giver: Route
    taker: Route

    def order(self) -> tuple[int, int, str, str]:
        """Return what tells the better of two moves: less travel, then more even days."""
        return max(0, self.growth_s), self.longer_s, self.stop_id, self.taker.vehicle_id


def level(problem: Problem, solution: Solution, travel_share: float) -> Solution:
    """Return a solution with the same stops made, on days of more even length.

    A stop of the longest day that can give one goes to a day that is then still shorter than the
    giver was: so the longer of the two gets shorter, and no day gets longer than the longest
    was. Of several such moves that of least travel is made, of equal ones that which leaves the two
    most even; then again, until there is none. A day keeps at least one stop, so that nobody who
    works is left idle.

    Parameters
    ----------
    solution
        Of ``problem``; stops left out stay left out.
    travel_share
        Most that travel of all routes together may grow by, as a share of what it is; 0: only
        moves that cost none.
    """
    levelling = _Levelling(problem, {route.vehicle_id: route for route in solution.routes})
    before_s = sum(route.travel_s for route in solution.routes)
    left_s = int(before_s * travel_share)
    while (move := levelling.best(left_s)) is not None:
        levelling.make(move)
        left_s -= move.growth_s
    routes = levelling.routes
    in_order = (vehicle.vehicle_id for vehicle in problem.vehicles)
    return replace(solution, routes=tuple(routes[key] for key in in_order if key in routes))


def length_s(route: Route | None) -> int:
    """Return how long a day is under way, its break included."""
    return 0 if route is None else route.end_s - route.start_s


class _Levelling:
    """The routes as they stand, and what is known of moves between two of them."""

    def __init__(self, problem: Problem, routes: dict[str, Route]) -> None:
        self.problem, self.routes = problem, routes
        self.vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
        self.stops = {stop.stop_id: stop for stop in problem.stops}
        made = {each.stop_id for route in routes.values() for each in route.made}
        self.able = {
            key: frozenset(
                problem.vehicles[number].vehicle_id
                for number in possible_vehicles(problem, self.stops[key])
            )
            for key in made
        }
        # moves between two days hold until one of them changes
        self.known: dict[tuple[str, str], tuple[Route, Route | None, list[_Move]]] = {}

    def best(self, left_s: int) -> _Move | None:
        """Return the best move of the longest day that has one; ``left_s`` of travel at most."""
        for giver in sorted(
            self.routes.values(), key=lambda each: (-length_s(each), each.vehicle_id)
        ):
            moves = [
                move
                for taker in self.vehicles
                for move in self._between(giver, taker)
                if move.growth_s <= left_s
            ]
            if moves:
                return min(moves, key=_Move.order)
        return None

    def make(self, move: _Move) -> None:
        """Let both days be as the move says."""
        self.routes[move.giver.vehicle_id] = move.giver
        self.routes[move.taker.vehicle_id] = move.taker

    def _between(self, giver: Route, taker: str) -> list[_Move]:
        standing = self.routes.get(taker)
        if taker == giver.vehicle_id or length_s(standing) >= length_s(giver):
            return []
        known = self.known.get((giver.vehicle_id, taker))
        if known is None or known[0] is not giver or known[1] is not standing:
            known = giver, standing, list(self._moves(giver, self.vehicles[taker], standing))
            self.known[giver.vehicle_id, taker] = known
        return known[2]

    def _moves(self, giver: Route, taker: Vehicle, standing: Route | None) -> Iterator[_Move]:
        """Yield the moves of one stop between two days that make the longer one shorter."""
        order = self._order(giver)
        if len(order) < 2:
            return
        for stop in order:
            if taker.vehicle_id not in self.able[stop.stop_id]:
                continue
            rest = [each for each in order if each is not stop]
            shorter = schedule(self.problem, self.vehicles[giver.vehicle_id], rest)
            if shorter is None or length_s(shorter) >= length_s(giver):
                continue
            for fuller in self._with(taker, standing, stop):
                longer_s = max(length_s(shorter), length_s(fuller))
                if longer_s < length_s(giver):
                    before_s = giver.travel_s + (0 if standing is None else standing.travel_s)
                    growth_s = shorter.travel_s + fuller.travel_s - before_s
                    yield _Move(longer_s, growth_s, stop.stop_id, shorter, fuller)

    def _with(self, vehicle: Vehicle, route: Route | None, stop: Stop) -> Iterator[Route]:
        """Yield the vehicle's day with the stop, at the places of least detour."""
        order = [] if route is None else self._order(route)
        nodes = [vehicle.start_node, *(each.node for each in order), vehicle.end_node]
        durations = self.problem.durations_s[vehicle.profile]
        detours = []
        for at in range(len(order) + 1):
            there_s, back_s = durations[nodes[at], stop.node], durations[stop.node, nodes[at + 1]]
            if UNREACHABLE not in {int(there_s), int(back_s)}:
                detours.append((int(there_s + back_s - durations[nodes[at], nodes[at + 1]]), at))
        for _, at in sorted(detours)[:_TRIES]:
            timed = schedule(self.problem, vehicle, [*order[:at], stop, *order[at:]])
            if timed is not None:
                yield timed

    def _order(self, route: Route) -> list[Stop]:
        return [self.stops[each.stop_id] for each in route.made]
