"""Small changes to standing routes: put a stop in where it costs least, make room for a must.

The order of the other stops stays as it is, so that a change touches as few as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from routing.problem import Problem, Route, Stop, Vehicle
from routing.schedule import schedule

_MOST_PUSHED_OUT = 3  # stops that one must may push out of a route
Orders = dict[str, tuple[str, ...]]  # vehicle_id -> stop ids in driving order


@dataclass(frozen=True, slots=True)
class Rearranged:
    """Routes after a change; ``orders`` has every vehicle of the problem."""

    orders: Orders
    left: tuple[str, ...]  # stops for which there was no place
    pushed_out: dict[str, str]  # stop that made room -> the must that it made room for


def rearrange(
    problem: Problem,
    orders: Mapping[str, Sequence[str]],
    to_place: Sequence[str],
    *,
    fillers: Sequence[str] = (),
    room: Mapping[str, int] | None = None,
    place_pushed_out: bool = True,
) -> Rearranged:
    """Return the routes with ``to_place`` in them, as far as there is room.

    Musts come first, those with fewest windows before the others; where a must finds no room it
    pushes out as few and as little worth stops as possible (never another must), at most three.
    The others follow, most prize first, each at the place that adds least travel.

    Parameters
    ----------
    problem
        Holds every stop and vehicle named.
    orders
        Standing routes, each of which can be scheduled; a vehicle that is not named is idle.
    to_place
        Ids of stops that have to find a place.
    fillers
        Ids of stops that may fill what room is left, in this order, where the travel they add
        is less than their prize.
    room
        How many fillers each vehicle may take; a vehicle that is not named takes none.
    place_pushed_out
        Whether a stop that was pushed out is offered to the other vehicles.
    """
    work = _Work(problem, orders)
    stops = [work.stops[key] for key in to_place]
    left: list[str] = []
    pushed_out: dict[str, str] = {}
    musts = sorted((each for each in stops if each.must), key=_most_bound_first)
    rest = [each for each in stops if not each.must]
    for stop in musts:
        gone = work.insert_must(stop)
        if gone is None:
            left.append(stop.stop_id)
            continue
        pushed_out |= {each.stop_id: stop.stop_id for each in gone}
        if place_pushed_out:
            rest += gone
        else:
            left += [each.stop_id for each in gone]
    for stop in sorted(rest, key=lambda each: (-each.prize, each.stop_id)):
        if not work.insert(stop, work.vehicles):
            left.append(stop.stop_id)
    free = dict(room or {})
    for key in fillers:
        stop = work.stops[key]
        took = work.insert(stop, [each for each in free if free[each] > 0], most_s=stop.prize)
        if took:
            free[took] -= 1
    return Rearranged(dict(work.orders), tuple(left), pushed_out)


def _most_bound_first(stop: Stop) -> tuple[int, int, str]:
    return (len(stop.windows_s) or 99, -stop.prize, stop.stop_id)


class _Work:
    """Routes while they change."""

    def __init__(self, problem: Problem, orders: Mapping[str, Sequence[str]]) -> None:
        self.problem = problem
        self.stops = {stop.stop_id: stop for stop in problem.stops}
        self.vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
        self.orders: Orders = {key: tuple(orders.get(key, ())) for key in self.vehicles}
        self.travel_s = {key: self._travel_s(key) for key in self.vehicles}

    def insert(
        self, stop: Stop, among: Sequence[str] | Mapping[str, Vehicle], most_s: int = 10**9
    ) -> str:
        """Put the stop where it adds least travel; return the vehicle, "" where none can."""
        found = [
            (route.travel_s - self.travel_s[key], key, route)
            for key in among
            if self._may(key, stop)
            for route in self._with(key, self._own(key), stop)
        ]
        if not found:
            return ""
        grown_s, key, route = min(found, key=lambda each: each[:2])
        if grown_s >= most_s:
            return ""
        self._keep(key, route)
        return key

    def insert_must(self, stop: Stop) -> list[Stop] | None:
        """Put the stop in, whoever has to go for it; return those, None where nothing helps."""
        if self.insert(stop, self.vehicles):
            return []
        for size in range(1, _MOST_PUSHED_OUT + 1):
            found = [
                (sum(each.prize for each in gone), route.travel_s, key, route, gone)
                for key in self.vehicles
                if self._may(key, stop)
                for gone in combinations([s for s in self._own(key) if not s.must], size)
                for route in self._with(key, [s for s in self._own(key) if s not in gone], stop)
            ]
            if found:
                _, _, key, route, gone = min(found, key=lambda each: each[:3])
                self._keep(key, route)
                return list(gone)
        return None

    def _may(self, key: str, stop: Stop) -> bool:
        allowed = stop.vehicles is None or key in stop.vehicles
        return allowed and stop.skills <= self.vehicles[key].skills

    def _own(self, key: str) -> list[Stop]:
        return [self.stops[each] for each in self.orders[key]]

    def _with(self, key: str, order: Sequence[Stop], stop: Stop) -> Iterator[Route]:
        """Yield the vehicle's timetable with the stop at each place where it can be kept."""
        for at in range(len(order) + 1):
            route = schedule(self.problem, self.vehicles[key], [*order[:at], stop, *order[at:]])
            if route is not None:
                yield route

    def _keep(self, key: str, route: Route) -> None:
        self.orders[key] = tuple(made.stop_id for made in route.made)
        self.travel_s[key] = route.travel_s

    def _travel_s(self, key: str) -> int:
        route = schedule(self.problem, self.vehicles[key], self._own(key))
        return 0 if route is None else route.travel_s
