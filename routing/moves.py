"""Compiled changes of routes: take a stop out, find its best place, put it in, undo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.arrays import FAR, NEVER, Layout, State
from routing.compiled import compiled
from routing.timing import fits, refresh


@compiled
def draw(s: State) -> float:
    """Return the next random number in [0, 1) (xorshift64*, Vigna 2016)."""
    x = s.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.random[0] = x
    return np.float64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def below(s: State, n: int) -> int:
    """Return a random whole number from 0 to n - 1."""
    return int(draw(s) * n)


@compiled
def touch(s: State, r: int) -> None:
    """Keep route r as it is, once, so that the change can be undone."""
    if s.kept_size[r] < 0:
        s.kept_size[r] = s.size[r]
        for i in range(1, s.size[r] + 1):
            s.kept[r, i] = s.seq[r, i]


@compiled
def retime(p: Layout, s: State, r: int) -> bool:
    """Time route r anew and book its cost; return whether it can be kept."""
    before = s.cost[r]
    good = refresh(p, s, r)
    s.total[0] += s.cost[r] - before
    return good


@compiled
def leave_out(p: Layout, s: State, job: int) -> None:
    """Book a stop as left out."""
    s.route_of[job] = -1
    s.total[1] -= p.rank[job]
    s.total[2] += p.prize[job]
    s.lost[0] += p.weight[job]


@compiled
def book(p: Layout, s: State, job: int, r: int) -> None:
    """Book a stop as made by route r."""
    s.route_of[job] = r
    s.total[1] += p.rank[job]
    s.total[2] -= p.prize[job]
    s.lost[0] -= p.weight[job]


@compiled
def cut(p: Layout, s: State, r: int, first: int, many: int) -> None:
    """Take ``many`` stops from position ``first`` of route r; the route is not timed."""
    for i in range(first, first + many):
        leave_out(p, s, s.seq[r, i])
    for i in range(first + many, s.size[r] + 1):
        s.seq[r, i - many] = s.seq[r, i]
    s.size[r] -= many


@compiled
def put(p: Layout, s: State, r: int, i: int, job: int) -> None:
    """Put a stop behind position i of route r, where it fits, and time the route."""
    touch(s, r)
    for j in range(s.size[r], i, -1):
        s.seq[r, j + 1] = s.seq[r, j]
    s.seq[r, i + 1] = job
    s.size[r] += 1
    book(p, s, job, r)
    retime(p, s, r)


@compiled
def best_place(p: Layout, s: State, r: int, job: int, limit: int, blink: float) -> tuple[int, int]:
    """Return the least growth of cost below ``limit`` in route r and the position before it.

    Each position is overlooked with probability ``blink``. (limit, -1): there is none.
    """
    best, where = limit, -1
    size, m, node, factor = s.size[r], p.matrix[r], p.node[job], p.factor[r]
    if not p.able[r, job] or size >= p.most_stops[r] or p.service[job] > s.most_room[r]:
        return best, where
    plain, service = p.plain[0], p.service[job]
    soon, late = p.not_before[r, job], p.not_after[r, job]
    if soon > late:
        return best, where
    spare = p.most_travel[r] - s.travel[r]
    for i in range(size + 1):
        a, b = s.at[r, i], s.at[r, i + 1]
        here, onward = np.int64(p.seconds_from[m, node, a]), np.int64(p.seconds[m, node, b])
        starts = max(s.soonest[r, i] + here, soon)
        if starts > late or starts + service + onward > s.latest[r, i]:
            continue
        growth = np.int64(p.cost_from[m, node, a]) + p.cost[m, node, b]
        longer = here + onward
        if size > 0:
            growth -= s.paid[r, i]
            longer -= s.leg[r, i]
        growth *= factor
        if size == 0:
            growth += p.fixed[r]
        if growth >= best or longer > spare or here >= FAR or onward >= FAR:
            continue
        if blink > 0.0 and draw(s) < blink:
            continue
        if plain or fits(p, s, r, i, job):
            best, where = growth, i
    return best, where


@compiled
def undo(p: Layout, s: State) -> None:
    """Put every touched route back."""
    for r in range(len(s.size)):
        if s.kept_size[r] < 0:
            continue
        for i in range(1, s.size[r] + 1):
            if s.route_of[s.seq[r, i]] == r:
                leave_out(p, s, s.seq[r, i])
    for r in range(len(s.size)):
        size = s.kept_size[r]
        if size < 0:
            continue
        s.size[r] = size
        for i in range(1, size + 1):
            s.seq[r, i] = s.kept[r, i]
            book(p, s, s.seq[r, i], r)
        s.kept_size[r] = -1
        retime(p, s, r)


@compiled
def accept(s: State) -> None:
    """Forget how the touched routes were."""
    for r in range(len(s.size)):
        if s.kept_size[r] >= 0:
            s.kept_size[r] = -1
            s.stale[r] = True


@compiled
def keep_if_best(s: State) -> bool:
    """Copy the routes into ``best`` when they beat it: rank first, then cost plus prize left."""
    ours, best = s.total[0] + s.total[2], s.best_total[0] + s.best_total[2]
    if s.total[1] < s.best_total[1] or (s.total[1] == s.best_total[1] and ours >= best):
        return False
    for k in range(3):
        s.best_total[k] = s.total[k]
    for r in range(len(s.size)):
        if s.stale[r]:
            s.best_size[r] = s.size[r]
            for i in range(1, s.size[r] + 1):
                s.best[r, i] = s.seq[r, i]
            s.stale[r] = False
    return True


@compiled
def load(p: Layout, s: State, routes: NDArray[np.int32], sizes: NDArray[np.int32]) -> None:
    """Start from given routes, dropping those that cannot be kept."""
    for r in range(len(s.size)):
        for i in range(1, s.size[r] + 1):
            leave_out(p, s, s.seq[r, i])
        s.size[r] = 0
    for r in range(len(s.size)):
        s.size[r] = sizes[r]
        for i in range(1, sizes[r] + 1):
            s.seq[r, i] = routes[r, i]
            book(p, s, routes[r, i], r)
        if not retime(p, s, r):
            cut(p, s, r, 1, s.size[r])
            retime(p, s, r)
        s.stale[r] = True
        s.kept_size[r] = -1


@compiled
def top_up(p: Layout, s: State, order: NDArray[np.int64]) -> None:
    """Put in whatever still fits, in the order given, at any cost."""
    for job in order:
        if s.route_of[job] != -1 or p.weight[job] <= 0.0:
            continue
        best, where, which = NEVER, -1, -1
        for r in range(len(s.size)):
            growth, i = best_place(p, s, r, job, best, 0.0)
            if i >= 0:
                best, where, which = growth, i, r
        if where >= 0:
            put(p, s, which, where, job)
