"""The search for routes: two walkers side by side, by a count of steps or by the clock.

Each round both walkers take some hundred steps of :mod:`routing.annealing`. With few vehicles
they search the same problem apart; with many they split vehicles and left-out stops between
them, anew each round, so that each keeps to its own part.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np
from numpy.typing import NDArray

from routing.annealing import walk
from routing.arrays import FAR, Layout, State, longest_route, new_state
from routing.moves import load, top_up

_WALKERS = 2  # fixed, so that a count of steps gives the same plan on every machine
_ROUNDS = 50
_SPLIT_FROM = 24  # vehicles
_FIRST_STEPS = 30  # of a timed search, before its pace is known
_MOST_STEPS = 500  # of a round by count, so that Ctrl-C is heard soon
_ROUND_S = 0.2
# docs/decisions/0009-route-engine.md has the figures behind these
# two figures or pairs: where time ends the days, and where the number of stops does
_LOOSE = (20.0, 100.0)  # price of a weight at first, in the value of the time it takes
_TIGHT = 1000.0  # at last, when ranks decide
_RISE = 0.7  # share of the search after which the price rises
_HEAT = ((800.0, 0.5), (300.0, 0.02))  # temperature in usual legs, at first and at last
_COOL = (2.0, 0.1)  # the same where the price is given and does not rise; decision 0014


@dataclass(frozen=True, slots=True)
class Found:
    """Stops of each vehicle in order, and how the search ended."""

    orders: list[list[int]]
    steps: int  # of each walker
    in_full: bool  # the count of steps was made; neither clock nor stop ended it
    stopped: bool


@dataclass(frozen=True, slots=True)
class _Clock:
    """How far the search is, between 0 and 1."""

    work: int | None
    seconds: float | None
    begun: float

    def share(self, steps: int) -> float:
        if self.work is not None:
            return min(1.0, steps / self.work)
        return min(1.0, self.spent() / (self.seconds or 1.0))

    def spent(self) -> float:
        return time.monotonic() - self.begun

    def is_up(self) -> bool:
        return self.seconds is not None and self.spent() >= self.seconds


def search(
    p: Layout,
    *,
    seed: int,
    work: int | None,
    seconds: float | None,
    last_price: float | None = None,
    first: Sequence[Sequence[int]] | None = None,
    stop: Event | None = None,
) -> Found:
    """Return the best routes found: most rank first, then least cost plus prize left out.

    Never worse than ``first``.

    Parameters
    ----------
    work
        Steps of each walker; None: ``seconds`` set the pace, and the result depends on it.
    seconds
        Cap on the wall-clock time of the search itself.
    last_price
        What a unit of weight costs at the end, when ``Layout.prize`` says so; None: much more
        than any way (ranks decide).
    first
        Stops of each vehicle to start from; those of a vehicle that cannot keep them are
        dropped.
    stop
        Ends the search soon after it is set; the best so far is returned.
    """
    _compile(p)
    clock = _Clock(work, seconds, time.monotonic())
    stop = stop or Event()
    walkers = [new_state(p, seed * 1009 + number) for number in range(_WALKERS)]
    routes, sizes = as_arrays(p, walkers[0], first or [])
    for each in walkers:
        load(p, each, routes, sizes)
        _mark_best(each)
    team = _Split(p, walkers, seed) if len(p.able) >= _SPLIT_FROM else _Apart(p, walkers)
    pace = _pace(p, last_price)
    steps, ahead = 0, _FIRST_STEPS if work is None else min(_MOST_STEPS, -(-work // _ROUNDS))
    with ThreadPoolExecutor(_WALKERS) as pool:
        while not (stop.is_set() or clock.is_up() or clock.share(steps) >= 1.0):
            if work is not None:
                ahead = min(ahead, work - steps)
            x, began = clock.share(steps), clock.spent()
            y = clock.share(steps + ahead) if work is not None else min(1.0, x + 1 / _ROUNDS)
            team.before_round()
            rounds = [pool.submit(walk, p, each, ahead, x, y, *pace) for each in walkers]
            for made in rounds:
                made.result()
            team.after_round(y)
            steps += ahead
            if work is None:
                ahead = _next_steps(ahead, clock, began)
    found = team.best()
    if last_price is None:  # ranks decide: no way is too long for one stop more
        load(p, found, found.best.copy(), found.best_size.copy())
        top_up(p, found, np.argsort(-p.rank, kind="stable"))
        _mark_best(found)
    in_full = work is not None and steps >= work
    return Found(as_lists(found.best, found.best_size), steps, in_full, stop.is_set())


def _compile(p: Layout) -> None:
    """Have the walk compiled or loaded, so that it does not eat the time of the search."""
    idle = new_state(p, 0)
    walk(p, idle, 0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5)
    top_up(p, idle, np.zeros(0, np.int64))


def _next_steps(ahead: int, clock: _Clock, began: float) -> int:
    """Return how many steps make the next round take its share of the time."""
    total, spent = clock.seconds or 1.0, clock.spent()
    wanted = min(total / _ROUNDS, _ROUND_S, max(0.005, total - spent))
    return max(1, min(8 * ahead, int(ahead * wanted / max(1e-6, spent - began))))


def _pace(p: Layout, last_price: float | None) -> tuple[float, float, float, float, float]:
    """Return temperature and price of a weight, first and last, in cost units, and the rise."""
    legs = np.sort(p.seconds[0][np.ix_(p.node, p.node)], axis=1)[:, 1:6]
    known = legs[(legs > 0) & (legs < FAR)]
    leg = float(np.median(known)) if known.size else 1.0
    cost_of_second = max(1.0, float(np.median(p.factor)))  # 0: travel is free
    used_s = p.service + leg
    worth = p.weight / used_s
    order = np.argsort(-worth, kind="stable")
    days_s = float(np.minimum(p.closes - p.opens, 10**9).sum())
    last = int(np.searchsorted(np.cumsum(used_s[order]), days_s))
    marginal = float(worth[order[min(last, len(order) - 1)]])
    value = cost_of_second / max(marginal, 1e-9)
    kind = int(np.minimum(p.most_stops, len(p.node)).sum() < last)
    first = _LOOSE[kind] * value
    final = _TIGHT * value if last_price is None else last_price
    heat = leg * cost_of_second
    hot, cold = _HEAT[kind] if last_price is None else _COOL
    return hot * heat, cold * heat, min(first, final), final, _RISE


def _mark_best(s: State) -> None:
    s.best[:] = s.seq
    s.best_size[:] = s.size
    s.best_total[:] = s.total
    s.stale[:] = False


def _rank(total: NDArray[np.int64]) -> tuple[int, int]:
    """Return what makes one plan better than another: smaller is better."""
    return -int(total[1]), int(total[0] + total[2])


class _Apart:
    """Walkers that search the same problem; late, the one behind goes on from the other's."""

    def __init__(self, p: Layout, walkers: list[State]) -> None:
        self.p, self.walkers, self.joins = p, walkers, [0.5, 0.7, 0.9]

    def before_round(self) -> None:
        """Nothing to agree on."""

    def after_round(self, share: float) -> None:
        """Let the walkers that are behind go on from the best plan."""
        if not self.joins or share < self.joins[0]:
            return
        self.joins.pop(0)
        ahead = self.best()
        for each in self.walkers:
            if each is not ahead:
                load(self.p, each, ahead.best, ahead.best_size)
                _mark_best(each)

    def best(self) -> State:
        """Return the walker that holds the best plan."""
        return min(self.walkers, key=lambda each: _rank(each.best_total))


class _Split:
    """Walkers that each change their own vehicles; the parts change every round."""

    def __init__(self, p: Layout, walkers: list[State], seed: int) -> None:
        self.p, self.walkers = p, walkers
        self.random = np.random.default_rng(seed)
        self.routes, self.sizes = walkers[0].seq.copy(), walkers[0].size.copy()
        self.record = new_state(p, seed)  # holds the best plan of all
        load(p, self.record, self.routes, self.sizes)
        _mark_best(self.record)

    def before_round(self) -> None:
        """Give each walker the whole plan and its part of vehicles and left-out stops."""
        p = self.p
        pivot = int(p.node[self.random.integers(len(p.node))])
        away = p.seconds[0][pivot].astype(np.int64)
        middle = p.start.copy()
        for r in np.flatnonzero(self.sizes):
            middle[r] = p.node[self.routes[r, 1 + self.sizes[r] // 2]]
        order = np.lexsort((self.random.permutation(len(middle)), away[middle]))
        edge = np.median(away[p.node])
        near = np.zeros(len(order), np.bool_)
        near[order[: len(order) // 2]] = True
        for each, vehicles in zip(self.walkers, (near, ~near), strict=True):
            load(p, each, self.routes, self.sizes)
            _mark_best(each)
            each.mine[:] = vehicles
            each.open[:] = (away[p.node] <= edge) == vehicles[order[0]]
            made = each.route_of >= 0
            each.open[made] = vehicles[each.route_of[made]]

    def after_round(self, share: float) -> None:
        """Join the parts, as they are and at their best."""
        del share
        best, best_size = self.routes.copy(), self.sizes.copy()
        for each in self.walkers:
            best[each.mine], best_size[each.mine] = each.best[each.mine], each.best_size[each.mine]
            self.routes[each.mine] = each.seq[each.mine]
            self.sizes[each.mine] = each.size[each.mine]
        load(self.p, self.record, best, best_size)
        if _rank(self.record.total) < _rank(self.record.best_total):
            _mark_best(self.record)

    def best(self) -> State:
        """Return the state that holds the best plan."""
        return self.record


def as_arrays(
    p: Layout, s: State, orders: Sequence[Sequence[int]]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the orders as arrays, without those that do not fit into them or are not allowed."""
    routes, sizes = np.zeros_like(s.seq), np.zeros_like(s.size)
    longest = longest_route(p)
    for r, order in enumerate(orders):
        if len(order) <= longest and p.able[r, np.array(order, np.int64)].all():
            routes[r, 1 : len(order) + 1] = order
            sizes[r] = len(order)
    return routes, sizes


def as_lists(routes: NDArray[np.int32], sizes: NDArray[np.int32]) -> list[list[int]]:
    """Return the stops of each vehicle in order."""
    return [routes[r, 1 : sizes[r] + 1].tolist() for r in range(len(sizes))]
