"""An upper bound on the prize that one group of teams can collect in a week, proved by duality.

Each family may be seen once. That rule is given a price a family (Lagrangian relaxation): whatever
the prices, the prices' sum plus the best day of every team, where a day earns prizes less prices,
is at least as much as any plan collects. The prices come from column generation (Dantzig and
Wolfe 1960): a linear program over the days found so far. The best day is found exactly, but may
see a family again once it is far away from it (ng-routes: Baldacci, Mingozzi and Roberti 2011),
with travel and visits rounded down to half minutes; windows and the most visits of a day are left
out. Each of these makes a day better than it can be, never worse, so the bound holds. Musts of one
hour (visits with the camat) are made at that hour, as in every plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from routing.problem import UNREACHABLE, Problem, Stop, Vehicle
from routing.reasons import possible_vehicles

_UNIT_S = 30
_NEAR = 8  # families around each that a day remembers having seen
_LABELS = 32  # kept a family and half minute; beyond that two become one that is better than both
_FRONT = 48
_NO_WAY = 10**6
_ROUNDS = 150
_CLOSE = 0.002  # bound and linear program this near: no price makes the bound much smaller
_SMOOTH = 0.5
_SOME = 1e-6
_COLUMNS = 12  # days taken from one search
_FIRST = 250  # families that days are made of at first, those of most prize a minute
_RIDE_S = 300  # a usual leg


Day = tuple[int, tuple[int, ...]]  # kind, stops in order


@dataclass(frozen=True, slots=True)
class Kind:
    """Days of a team that are alike; times in half minutes without the break."""

    stops: NDArray[np.int64]  # numbers in the problem, k
    visit: NDArray[np.int32]  # k
    leg: NDArray[np.int32]  # k x k
    first: NDArray[np.int32]  # k, from the base
    home: NDArray[np.int32]  # k, back to the base
    near: NDArray[np.int32]  # k x _NEAR, itself first, -1: none
    fixed: NDArray[np.int32]  # k, when a must of one hour begins, -1: none
    length: int
    noon: int  # when the break comes, which no visit may straddle; 0: none
    count: int  # days


def upper_bound(problem: Problem) -> float:
    """Return more prize than any plan of the problem collects, or as much."""
    kinds = _kinds(problem)
    prize = np.array([stop.prize for stop in problem.stops], np.float64)
    often = np.ones(len(prize))
    for kind in kinds:  # a must stands on its one day as it is: no price of its own
        often[kind.stops[kind.fixed >= 0]] = len(problem.vehicles)
    some = np.zeros(len(prize), np.bool_)
    some[np.argsort(-prize / [stop.service_s + _RIDE_S for stop in problem.stops])[:_FIRST]] = True
    days: list[Day] = []
    bound = np.inf
    for _ in range(_ROUNDS):
        value, price = _prices(kinds, prize, often, some, days)
        # proved with all families; those that some good day needs are looked at from now on
        total, found = _with_best_days(kinds, prize, price, np.ones(len(prize), np.bool_))
        bound = min(bound, total)
        new = sorted(found - set(days))
        if bound - value <= _CLOSE * value or not new:
            break
        days += new
        some[[stop for _, route in new for stop in route]] = True
    return float(bound)


def _prices(
    kinds: list[Kind],
    prize: NDArray[np.float64],
    often: NDArray[np.float64],
    some: NDArray[np.bool_],
    days: list[Day],
) -> tuple[float, NDArray[np.float64]]:
    """Return the value of the program over days of ``some`` stops, and prices; ``days`` grow."""
    best = np.inf
    value, price = _program(kinds, prize, often, days)
    best_price, pull = price, _SMOOTH
    for _ in range(_ROUNDS):
        smooth = pull * best_price + (1 - pull) * price
        total, found = _with_best_days(kinds, prize, smooth, some)
        if total < best:
            best, best_price = total, smooth
        new = sorted(found - set(days))
        days += new
        pull = _SMOOTH if new else 0.0  # prices too near the old best show no new day
        value, price = _program(kinds, prize, often, days)
        if best - value <= _CLOSE / 2 * value:
            break
    return value, best_price


def _with_best_days(
    kinds: list[Kind],
    prize: NDArray[np.float64],
    price: NDArray[np.float64],
    some: NDArray[np.bool_],
) -> tuple[float, set[Day]]:
    """Return the prices' sum plus the best day of every team, and good days."""
    total, found = float(price.sum()), set()
    for t, kind in enumerate(kinds):
        worth, routes = _best_days(kind, np.where(some, prize - price, 0.0))
        total += worth * kind.count
        found |= {(t, route) for route in routes}
    return total, found


def _kinds(problem: Problem) -> list[Kind]:
    allowed = [set(possible_vehicles(problem, stop)) for stop in problem.stops]
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        stops = tuple(i for i, able in enumerate(allowed) if number in able)
        if stops:
            key = (vehicle.profile, vehicle.start_node, *_open(vehicle), stops)
            alike.setdefault(key, []).append(number)
    return [
        _kind(problem, problem.vehicles[numbers[0]], np.array(key[-1]), len(numbers))
        for key, numbers in alike.items()
    ]


def _kind(problem: Problem, day: Vehicle, stops: NDArray[np.int64], count: int) -> Kind:
    node = np.array([problem.stops[i].node for i in stops])
    service = np.array([problem.stops[i].service_s for i in stops])
    times = problem.durations_s[day.profile].astype(np.int64)

    def units(seconds: NDArray[np.int64]) -> NDArray[np.int32]:
        known = seconds // _UNIT_S
        return np.where(seconds == UNREACHABLE, _NO_WAY, known).astype(np.int32)

    both = times[np.ix_(node, node)]
    away = both + both.T
    np.fill_diagonal(away, -1)
    near = np.full((len(stops), _NEAR), -1, np.int32)
    nearest = np.argsort(away, axis=1, kind="stable")[:, :_NEAR]
    near[:, : nearest.shape[1]] = nearest
    length, noon = _open(day)
    fixed = np.array([_fixed(problem.stops[i], day) for i in stops], np.int32)
    return Kind(
        stops, (service // _UNIT_S).astype(np.int32), units(both),
        units(times[day.start_node, node]), units(times[node, day.end_node]), near, fixed,
        length, noon, count,
    )  # fmt: skip


def _open(day: Vehicle) -> tuple[int, int]:
    """Return the length of a day without its break, and when in it the break comes; 0: none."""
    opens, closes = day.shift_s
    if day.break_s is None:
        return (closes - opens) // _UNIT_S, 0
    begin, end = max(opens, day.break_s[0]), min(closes, day.break_s[1])
    rest = max(0, end - begin)
    cut = rest and opens < begin and end < closes
    return (closes - opens - rest) // _UNIT_S, (begin - opens) // _UNIT_S if cut else 0


def _fixed(stop: Stop, day: Vehicle) -> int:
    """Return when on this day the stop has to begin, half minutes without the break; -1: free."""
    if not stop.must or len(stop.windows_s) != 1 or stop.windows_s[0][0] != stop.windows_s[0][1]:
        return -1
    begins = stop.windows_s[0][0]
    rest = 0
    if day.break_s is not None and begins >= day.break_s[1] > day.shift_s[0]:
        rest = day.break_s[1] - max(day.shift_s[0], day.break_s[0])
    return (begins - day.shift_s[0] - rest) // _UNIT_S


def _best_days(kind: Kind, worth: NDArray[np.float64]) -> tuple[float, list[tuple[int, ...]]]:
    """Return the worth of the best day, and good days."""
    mine = np.where(kind.fixed >= 0, 0.0, worth[kind.stops])  # musts are made at no price
    some = np.flatnonzero((mine > 0) | (kind.fixed >= 0))
    if not len(some):
        return 0.0, []
    at = np.full(len(kind.stops) + 1, -1, np.int32)
    at[some] = np.arange(len(some))
    ends, routes = _search(
        mine[some], kind.visit[some], np.ascontiguousarray(kind.leg[np.ix_(some, some)]),
        kind.first[some], kind.home[some], at[kind.near[some]],
        kind.fixed[some],        kind.length, kind.noon, _COLUMNS,
    )  # fmt: skip
    good = [
        tuple(int(kind.stops[some[j]]) for j in routes[k] if j >= 0)
        for k in range(_COLUMNS)
        if ends[k] > _SOME
    ]
    return max(0.0, float(ends.max())), good


@njit(cache=True)  # type: ignore[untyped-decorator]
def _after(arrives, j, waits, visit, fixed, noon):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return when the visit of j ends; -1: not before a must, or too late for its hour."""
    if j == waits:
        return fixed[j] + visit if arrives <= fixed[j] else -1
    if fixed[j] >= 0:
        return -1
    begins = noon if arrives < noon < arrives + visit else arrives
    if waits >= 0 and begins + visit > fixed[waits]:
        return -1
    return begins + visit


@njit(cache=True)  # type: ignore[untyped-decorator]
def _search(worth, visit, leg, first, home, near, fixed, length, noon, columns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0915
    """Return the worth of good days and their stops (-1: none), best first."""
    n, most = len(worth), length
    count = np.zeros((most + 1, n), np.int32)
    mask = np.zeros((most + 1, n, _LABELS), np.int32)
    value = np.zeros((most + 1, n, _LABELS))
    came = np.empty((most + 1, n, _LABELS), np.int64)  # known where there is a label
    front = np.zeros(n, np.int32)
    front_mask = np.zeros((n, _FRONT), np.int32)
    front_value = np.zeros((n, _FRONT))
    end_value = np.full(n, -1.0)
    end_at = np.full(n, -1, np.int64)
    waits = np.full(most + 2, -1, np.int32)  # the must that comes next
    for t in range(most, -1, -1):
        waits[t] = waits[t + 1]
        for j in range(n):
            if fixed[j] == t:
                waits[t] = j
    for j in range(n):
        t = _after(first[j], j, waits[0], visit[j], fixed, noon)
        if t >= 0 and t + home[j] <= most:
            value[t, j, 0], mask[t, j, 0], count[t, j] = worth[j], 1, 1
            came[t, j, 0] = -1
    for t in range(most + 1):
        if t > 0 and waits[t] != waits[t - 1]:
            front[:] = 0  # who stands before a must beats nobody who has made it
        for i in range(n):
            for k in range(count[t, i]):
                m, v = mask[t, i, k], value[t, i, k]
                beaten = False
                for f in range(front[i]):
                    if front_value[i, f] >= v and front_mask[i, f] & ~m == 0:
                        beaten = True
                        break
                if beaten:
                    continue
                if front[i] < _FRONT:
                    front_value[i, front[i]], front_mask[i, front[i]] = v, m
                    front[i] += 1
                here = (np.int64(t) * n + i) * _LABELS + k
                if waits[t] < 0 and v > end_value[i]:
                    end_value[i], end_at[i] = v, here
                for j in range(n):
                    reach = _after(t + leg[i, j], j, waits[t], visit[j], fixed, noon)
                    if j == i or reach < 0 or reach + home[j] > most:
                        continue
                    seen, new = False, 1
                    for b in range(near.shape[1]):
                        if not (m >> b) & 1:
                            continue
                        other = near[i, b]
                        if other < 0:
                            continue
                        if other == j:
                            seen = True
                            break
                        for c in range(1, near.shape[1]):
                            if near[j, c] == other:
                                new |= 1 << c
                    if seen:
                        continue
                    gained = v + worth[j]
                    place, dominated = -1, False
                    for q in range(count[reach, j]):
                        old_m, old_v = mask[reach, j, q], value[reach, j, q]
                        if old_v >= gained and old_m & ~new == 0:
                            dominated = True
                            break
                        if gained >= old_v and new & ~old_m == 0:
                            place = q
                    if dominated:
                        continue
                    if place < 0 and count[reach, j] < _LABELS:
                        place = count[reach, j]
                        count[reach, j] += 1
                    if place < 0:  # two labels become one that is at least as good as both
                        place = _LABELS - 1
                        new &= mask[reach, j, place]
                        if value[reach, j, place] > gained:
                            mask[reach, j, place] = new
                            continue
                    mask[reach, j, place], value[reach, j, place] = new, gained
                    came[reach, j, place] = here
    ends = np.full(columns, -1.0)
    routes = np.full((columns, 40), -1, np.int32)
    order = np.argsort(-end_value)
    for c in range(min(columns, n)):
        i = order[c]
        if end_value[i] <= 0:
            break
        ends[c] = end_value[i]
        here, step = end_at[i], 0
        while here >= 0 and step < 40:
            k, rest = here % _LABELS, here // _LABELS
            j, t = rest % n, rest // n
            routes[c, step] = j
            step += 1
            here = came[t, j, k]
    return ends, routes


def _program(
    kinds: list[Kind],
    prize: NDArray[np.float64],
    often: NDArray[np.float64],
    days: list[Day],
) -> tuple[float, NDArray[np.float64]]:
    """Return the value of the program over the days found, and each stop's price."""
    if not days:
        return 0.0, np.zeros(len(prize))
    rows, columns, cells, gain = [], [], [], []
    for k, (t, route) in enumerate(days):
        times: dict[int, int] = {}
        for j in route:
            times[j] = times.get(j, 0) + 1
        gain.append(-sum(prize[j] * c for j, c in times.items()))
        rows += [*times, len(prize) + t]
        columns += [k] * (len(times) + 1)
        cells += [*times.values(), 1]
    limits = [kind.count for kind in kinds]
    shape = (len(prize) + len(limits), len(days))
    table = coo_array((cells, (rows, columns)), shape=shape).tocsr()
    solved = linprog(gain, A_ub=table, b_ub=np.append(often, limits), method="highs")
    price = np.maximum(0.0, -solved.ineqlin.marginals[: len(prize)])
    price[often > 1] = 0.0
    return -float(solved.fun), price
