"""Compiled ruin and recreate: empty a neighbourhood of the plan and fill it again.

Strings of neighbouring routes are removed as in Christiaens and Vanden Berghe (2020), Slack
Induction by String Removals, Transportation Science 54:417-433; here stops may stay left out,
so the filling chooses among the removed stops and those left out nearby.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.arrays import Layout, State
from routing.compiled import compiled
from routing.moves import below, best_place, cut, draw, put, retime, touch

MOST_CANDIDATES = 160
MOST_ROUTES = 12
_BLINK = 0.01
_MOST_STRINGS = 4
_LONGEST_STRING = 8
_BY_SECOND = 0.3


@compiled
def ruin(p: Layout, s: State, seed: int, jobs: NDArray[np.int32]) -> int:
    """Remove strings of stops around ``seed``; return how many, their numbers in ``jobs``."""
    count, strings = 0, 1 + below(s, _MOST_STRINGS)
    for c in p.near[seed]:
        r = s.route_of[c]
        if r < 0 or not s.mine[r] or s.kept_size[r] >= 0:
            continue
        count = _remove_string(p, s, r, c, jobs, count)
        strings -= 1
        if strings == 0 or count >= MOST_CANDIDATES // 2:
            break
    return count


@compiled
def _remove_string(
    p: Layout, s: State, r: int, job: int, jobs: NDArray[np.int32], count: int
) -> int:
    size = s.size[r]
    touch(s, r)
    at = 1
    while s.seq[r, at] != job:
        at += 1
    many = min(1 + below(s, min(size, _LONGEST_STRING)), MOST_CANDIDATES // 2 - count)
    many = max(1, many)
    first = max(1, min(at - below(s, many), size - many + 1))
    for i in range(first, first + many):
        jobs[count] = s.seq[r, i]
        count += 1
    cut(p, s, r, first, many)
    if not retime(p, s, r):  # a way round may be longer than the way through a stop
        for i in range(1, s.size[r] + 1):
            if count < MOST_CANDIDATES:
                jobs[count] = s.seq[r, i]
                count += 1
        cut(p, s, r, 1, s.size[r])
        retime(p, s, r)
    return count


@compiled
def gather(p: Layout, s: State, seed: int, jobs: NDArray[np.int32], count: int, more: int) -> int:
    """Add up to ``more`` stops left out near ``seed`` to the removed ones."""
    removed = count
    for c in p.near[seed]:
        if more == 0 or count == MOST_CANDIDATES:
            break
        if s.route_of[c] != -1 or not s.open[c]:
            continue
        known = False
        for j in range(removed):
            known |= jobs[j] == c
        if not known:
            jobs[count] = c
            count += 1
            more -= 1
    return count


@compiled
def routes_near(p: Layout, s: State, seed: int, routes: NDArray[np.int32]) -> int:  # noqa: C901  # inner loop
    """Collect the routes to fill: the touched ones, then those that pass near ``seed``."""
    count, total = 0, len(s.size)
    if total <= MOST_ROUTES:
        for r in range(total):
            if s.mine[r]:
                routes[count] = r
                count += 1
        return count
    empty = -1
    for r in range(total):
        if s.kept_size[r] >= 0 and count < MOST_ROUTES:
            routes[count] = r
            count += 1
        elif s.size[r] == 0 and s.mine[r] and (empty < 0 or draw(s) < 0.2):
            empty = r
    if empty >= 0 and count < MOST_ROUTES:
        routes[count] = empty
        count += 1
    for c in p.near[seed]:
        r = s.route_of[c]
        if count == MOST_ROUTES:
            break
        if r < 0 or not s.mine[r]:
            continue
        known = False
        for j in range(count):
            known |= routes[j] == r
        if not known:
            routes[count] = r
            count += 1
    return count


@compiled
def _worth(p: Layout, job: int, price: float) -> int:
    """Return the growth of cost at which a stop is not worth its way any more."""
    return int(min(price * p.weight[job], 1e17)) + 1


@compiled
def fill_in_order(
    p: Layout, s: State, jobs: NDArray[np.int32], count: int, routes: NDArray[np.int32],
    many: int, price: float, key: NDArray[np.float64],
) -> None:  # fmt: skip
    """Put each candidate at its best place, one after the other, in a random kind of order."""
    kind = below(s, 4)
    for j in range(count):
        job = jobs[j]
        if kind == 0:
            key[j] = draw(s)
        elif kind == 1:
            key[j] = -p.weight[job] * (0.8 + 0.4 * draw(s))
        else:
            key[j] = -p.weight[job] / (1.0 + p.service[job]) * (0.7 + 0.6 * draw(s))
    order = np.argsort(key[:count])
    for j in order:
        job = jobs[j]
        limit = _worth(p, job, price)
        best, where, which = limit, -1, -1
        for k in range(many):
            growth, i = best_place(p, s, routes[k], job, best, _BLINK)
            if i >= 0:
                best, where, which = growth, i, routes[k]
        if where >= 0:
            put(p, s, which, where, job)


@compiled
def fill_by_worth(  # noqa: C901  # inner loop
    p: Layout, s: State, jobs: NDArray[np.int32], count: int, routes: NDArray[np.int32],
    many: int, price: float, grow: NDArray[np.int64], place: NDArray[np.int32],
) -> None:  # fmt: skip
    """Put in the candidate that is worth most, or most a second of the day, again and again."""
    noise = np.empty(count)
    by_second = draw(s) < _BY_SECOND
    for j in range(count):
        noise[j] = 0.8 + 0.4 * draw(s)
        limit = _worth(p, jobs[j], price)
        for k in range(many):
            grow[j, k], place[j, k] = best_place(p, s, routes[k], jobs[j], limit, _BLINK)
    while True:
        worth, which, k_best = -1.0, -1, -1
        for j in range(count):
            job = jobs[j]
            if s.route_of[job] != -1:
                continue
            for k in range(many):
                if place[j, k] < 0:
                    continue
                gain = price * p.weight[job] - grow[j, k]
                gain *= noise[j]
                if by_second:
                    gain /= 1000.0 + p.service[job] + grow[j, k]
                if gain > worth:
                    worth, which, k_best = gain, j, k
        if which < 0:
            return
        put(p, s, routes[k_best], place[which, k_best], jobs[which])
        for j in range(count):
            job = jobs[j]
            if s.route_of[job] == -1:
                limit = _worth(p, job, price)
                found = best_place(p, s, routes[k_best], job, limit, _BLINK)
                grow[j, k_best], place[j, k_best] = found
