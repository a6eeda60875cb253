"""How a week is filled without a route search: three practices, by the rules of any plan.

Team-days are filled one after the other, in the order of the week; each visit is put behind the
last, where the day still holds it together with what is agreed for a fixed hour.
"""

from __future__ import annotations

from collections.abc import Callable

from routing.problem import UNREACHABLE, Left, Problem, Route, Solution, Stop, Vehicle
from routing.reasons import possible_vehicles
from routing.schedule import schedule

# what makes a visit the next one, smaller is better; seconds: from the last visit's end to its own
Liking = Callable[[Stop, int, int], float]


def best_prize_per_minute(stop: Stop, number: int, travel_s: int) -> float:
    """Like most what earns most for the minutes of the ride and the visit."""
    del number
    return -stop.prize / max(1, travel_s + stop.service_s)


def list_order(stop: Stop, number: int, travel_s: int) -> float:
    """Like most who stands first in the register."""
    del stop, travel_s
    return number


def always_the_nearest(stop: Stop, number: int, travel_s: int) -> float:
    """Like most who lives nearest to where the team is."""
    del stop, number
    return travel_s


def fill(problem: Problem, liking: Liking) -> Solution:
    """Return the week as this practice fills it; stops of the problem in the register's order."""
    able = [set(possible_vehicles(problem, stop)) for stop in problem.stops]
    waiting = dict(enumerate(problem.stops))
    order = sorted(range(len(problem.vehicles)), key=lambda i: problem.vehicles[i].shift_s)
    routes: dict[int, Route] = {}
    for i in order:
        may = {number: stop for number, stop in waiting.items() if i in able[number]}
        route = _fill_day(problem, problem.vehicles[i], may, liking)
        if route is not None:
            routes[i] = route
            made = {each.stop_id for each in route.made}
            waiting = {n: stop for n, stop in waiting.items() if stop.stop_id not in made}
    left = tuple(Left(stop.stop_id, "not_placed") for stop in waiting.values())
    return Solution(tuple(routes[i] for i in sorted(routes)), left, repeatable=True)


def _fill_day(problem: Problem, day: Vehicle, may: dict[int, Stop], liking: Liking) -> Route | None:
    agreed = sorted(
        (stop for stop in may.values() if stop.must and stop.windows_s),
        key=lambda stop: stop.windows_s,
    )
    waiting = {number: stop for number, stop in may.items() if stop not in agreed}
    made: list[Stop] = []  # the first of what is agreed may be among them
    best = schedule(problem, day, [*made, *agreed])
    while True:
        here = made[-1].node if made else day.start_node
        legs = problem.durations_s[day.profile][here]
        liked = sorted(
            (liking(stop, number, int(legs[stop.node])), number)
            for number, stop in waiting.items()
            if legs[stop.node] != UNREACHABLE
        )
        for _, number in liked:
            route = schedule(problem, day, [*made, waiting[number], *agreed])
            if route is not None:
                best = route
                made.append(waiting.pop(number))
                break
        else:
            if not agreed:
                return best
            made.append(agreed.pop(0))  # nothing more before it
