"""An upper bound on the prize that one group of teams can collect in a week, proved by duality.

Each family may be seen once. That rule is given a price a family (Lagrangian relaxation): whatever
the prices, the prices' sum plus the best day of every team, where a day earns prizes less prices,
is at least as much as any plan collects. The prices come from column generation (Dantzig and
Wolfe 1960): a linear program over the days found so far. The best day is found exactly, but may
see a family again once it is far away from it (ng-routes: Baldacci, Mingozzi and Roberti 2011),
with travel and visits rounded down to half minutes, and with lunch taken from the day's length;
windows, days of posyandu and the most visits of a day are left out. Each of these makes a day
better than it can be, never worse, so the bound holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from routing.problem import UNREACHABLE, Problem, Vehicle
from routing.reasons import possible_vehicles

_UNIT_S = 30
_NEAR = 7  # families that a day remembers having seen, around each
_LABELS = 24  # kept a family and half minute; beyond that two become one that is better than both
_FRONT = 48
_NO_WAY = 10**6
_ROUNDS = 60
_CLOSE = 0.002  # bound and linear program this near: no price makes the bound much smaller
_SMOOTH = 0.5
_COLUMNS = 12  # days taken from one search


@dataclass(frozen=True, slots=True)
class Team:
    """The days of one team, alike but for their length; nodes are stops of the problem."""

    stops: NDArray[np.int64]  # numbers in the problem
    leg: NDArray[np.int32]  # k x k, travel plus the visit at its end, half minutes
    first: NDArray[np.int32]  # from the base, with the visit
    home: NDArray[np.int32]  # back to the base
    near: NDArray[np.int32]  # k x _NEAR, itself first
    lengths: tuple[int, ...]  # of a day, half minutes, each once
    counts: tuple[int, ...]  # days of that length


def upper_bound(problem: Problem) -> float:
    """Return more prize than any plan of the problem collects, or as much."""
    teams = _teams(problem)
    prize = np.array([stop.prize for stop in problem.stops], np.float64)
    days: list[tuple[int, int, tuple[int, ...]]] = []  # team, length, stops
    price, best_price, bound = np.zeros(len(prize)), np.zeros(len(prize)), np.inf
    for _ in range(_ROUNDS):
        smooth = _SMOOTH * best_price + (1 - _SMOOTH) * price
        total, found = smooth.sum(), []
        for t, team in enumerate(teams):
            worth, routes = _best_days(team, prize - smooth)
            total += float(np.dot(worth, team.counts))
            found += [(t, d, route) for d, route in routes]
        if total < bound:
            bound, best_price = total, smooth
        new = set(found) - set(days)
        days += sorted(new)
        value, price = _program(teams, prize, days)
        if bound - value <= _CLOSE * value:
            break
    return float(bound)


def _teams(problem: Problem) -> list[Team]:
    allowed = [set(possible_vehicles(problem, stop)) for stop in problem.stops]
    of: dict[tuple[str, int], list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        of.setdefault((vehicle.vehicle_id.rsplit("|", 1)[0], vehicle.start_node), []).append(number)
    teams = []
    for numbers in of.values():
        stops = [i for i, able in enumerate(allowed) if able & set(numbers)]
        if stops:
            teams.append(_team(problem, [problem.vehicles[n] for n in numbers], np.array(stops)))
    return teams


def _team(problem: Problem, days: list[Vehicle], stops: NDArray[np.int64]) -> Team:
    node = np.array([problem.stops[i].node for i in stops])
    service = np.array([problem.stops[i].service_s for i in stops])
    times = problem.durations_s[days[0].profile].astype(np.int64)
    base = days[0].start_node

    def units(seconds: NDArray[np.int64], visit: NDArray[np.int64] | int) -> NDArray[np.int32]:
        known = (np.maximum(seconds, 0) + visit) // _UNIT_S
        return np.where(seconds == UNREACHABLE, _NO_WAY, known).astype(np.int32)

    both = times[np.ix_(node, node)]
    lengths = [_open_s(day) // _UNIT_S for day in days]
    unique = tuple(sorted(set(lengths)))
    away = both + both.T
    np.fill_diagonal(away, -1)
    near = np.argsort(away, axis=1, kind="stable")[:, :_NEAR].astype(np.int32)
    return Team(
        stops, units(both, service[None, :]), units(times[base, node], service),
        units(times[node, base], 0), near, unique, tuple(lengths.count(each) for each in unique),
    )  # fmt: skip


def _open_s(day: Vehicle) -> int:
    opens, closes = day.shift_s
    rest = 0
    if day.break_s is not None:
        rest = max(0, min(closes, day.break_s[1]) - max(opens, day.break_s[0]))
    return closes - opens - rest


def _best_days(
    team: Team, worth: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[tuple[int, tuple[int, ...]]]]:
    """Return the worth of the best day of each length, and good days (length, stops)."""
    some = np.flatnonzero(worth[team.stops] > 0)
    at = np.full(len(team.stops), -1, np.int32)
    at[some] = np.arange(len(some))
    near = np.where(team.near[some] >= 0, at[team.near[some]], -1)
    mine = worth[team.stops[some]]
    legs = np.ascontiguousarray(team.leg[np.ix_(some, some)])
    best = np.zeros(len(team.lengths))
    if not len(some):
        return best, []
    ends, routes = _search(
        mine, legs, team.first[some], team.home[some], near.astype(np.int32),
        np.array(team.lengths, np.int32), _COLUMNS,
    )  # fmt: skip
    good = []
    for d in range(len(team.lengths)):
        best[d] = max(0.0, ends[d].max())
        for k in range(_COLUMNS):
            if ends[d, k] > 1e-9:
                order = [int(team.stops[some[j]]) for j in routes[d, k] if j >= 0]
                good.append((d, tuple(sorted(order))))
    return best, good


@njit(cache=True)  # type: ignore[untyped-decorator]
def _search(worth, leg, first, home, near, lengths, columns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912, PLR0915
    """Return per length the worth of good days and their stops (-1: none), best end by end."""
    n, most = len(worth), lengths.max()
    count = np.zeros((most + 1, n), np.int32)
    mask = np.zeros((most + 1, n, _LABELS), np.int32)
    value = np.zeros((most + 1, n, _LABELS))
    came = np.full((most + 1, n, _LABELS), -1, np.int64)
    front = np.zeros(n, np.int32)
    front_mask = np.zeros((n, _FRONT), np.int32)
    front_value = np.zeros((n, _FRONT))
    end_value = np.full((len(lengths), n), -1.0)
    end_at = np.full((len(lengths), n), -1, np.int64)
    for j in range(n):
        if first[j] + home[j] <= most:
            t = first[j]
            value[t, j, 0], mask[t, j, 0], count[t, j] = worth[j], 1, 1
    for t in range(most + 1):
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
                for d in range(len(lengths)):
                    if t + home[i] <= lengths[d] and v > end_value[d, i]:
                        end_value[d, i], end_at[d, i] = v, here
                for j in range(n):
                    reach = t + leg[i, j]
                    if j == i or reach + home[j] > most:
                        continue
                    seen, new = False, 1
                    for b in range(near.shape[1]):
                        if not (m >> b) & 1:
                            continue
                        other = near[i, b]
                        if other == j:
                            seen = True
                            break
                        for c in range(1, near.shape[1]):
                            if near[j, c] == other and other >= 0:
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
    ends = np.full((len(lengths), columns), -1.0)
    routes = np.full((len(lengths), columns, 40), -1, np.int32)
    for d in range(len(lengths)):
        order = np.argsort(-end_value[d])
        for c in range(min(columns, n)):
            i = order[c]
            if end_value[d, i] <= 0:
                break
            ends[d, c] = end_value[d, i]
            here, step = end_at[d, i], 0
            while here >= 0 and step < 40:
                k, rest = here % _LABELS, here // _LABELS
                j, t = rest % n, rest // n
                routes[d, c, step] = j
                step += 1
                here = came[t, j, k]
    return ends, routes


def _program(
    teams: list[Team], prize: NDArray[np.float64], days: list[tuple[int, int, tuple[int, ...]]]
) -> tuple[float, NDArray[np.float64]]:
    """Return the value of the linear program over the days found, and the price of each stop."""
    first = np.cumsum([0, *(len(team.lengths) for team in teams)])
    rows, columns, cells, gain = [], [], [], []
    for k, (t, d, route) in enumerate(days):
        times: dict[int, int] = {}
        for j in route:
            times[j] = times.get(j, 0) + 1
        gain.append(-sum(prize[j] * c for j, c in times.items()))
        rows += [*times, len(prize) + first[t] + d]
        columns += [k] * (len(times) + 1)
        cells += [*times.values(), 1]
    limits = [count for team in teams for count in team.counts]
    shape = (len(prize) + len(limits), len(days))
    table = coo_array((cells, (rows, columns)), shape=shape).tocsr()
    solved = linprog(gain, A_ub=table, b_ub=np.append(np.ones(len(prize)), limits), method="highs")
    return -float(solved.fun), np.maximum(0.0, -solved.ineqlin.marginals[: len(prize)])
