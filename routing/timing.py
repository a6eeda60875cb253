"""Compiled timetable of routes: what fits where, in constant time a question.

``done[r, i, k]`` is the earliest departure from position i of route r after k of the vehicle's
breaks, ``reach`` and ``by`` the latest arrival and departure that the rest of the route allows.
A leg may be interrupted by breaks; driving goes on while a break is waited for.
"""

from __future__ import annotations

from routing.arrays import FAR, NEVER, Layout, State
from routing.compiled import compiled


@compiled
def first_start(p: Layout, job: int, t: int) -> int:
    """Return the first allowed start of a stop at or after ``t``; NEVER when there is none."""
    begin, end = p.window_from[job], p.window_from[job + 1]
    if begin == end:
        return t
    for w in range(begin, end):
        if t <= p.windows[w, 1]:
            return max(t, int(p.windows[w, 0]))
    return NEVER


@compiled
def last_start(p: Layout, job: int, t: int) -> int:
    """Return the last allowed start of a stop at or before ``t``; -NEVER: none."""
    begin, end = p.window_from[job], p.window_from[job + 1]
    if begin == end:
        return t
    for w in range(end - 1, begin - 1, -1):
        if t >= p.windows[w, 0]:
            return min(t, int(p.windows[w, 1]))
    return -NEVER


@compiled
def ride(p: Layout, v: int, t: int, leg: int, first: int, last: int) -> int:
    """Return when a leg that leaves at ``t`` ends if breaks first to last - 1 fall in it."""
    if first == last:
        return t + leg
    left = leg
    for k in range(first, last):
        start = NEVER
        for w in range(p.rest_from[v, k], p.rest_from[v, k + 1]):
            if t <= p.rest_windows[w, 1]:
                start = max(t, p.rest_windows[w, 0])
                break
        if start == NEVER:
            return NEVER
        left = max(0, left - (start - t))
        t = start + p.rests[v, k + 1]
    return t + left


@compiled
def ride_back(p: Layout, v: int, t: int, leg: int, first: int, last: int) -> int:
    """Return the latest departure of a leg that ends by ``t`` with those breaks in it."""
    if first == last:
        return t - leg
    latest = t - leg
    for k in range(last - 1, first - 1, -1):
        latest -= p.rests[v, k + 1]
        t -= p.rests[v, k + 1]
        start = -NEVER
        for w in range(p.rest_from[v, k + 1] - 1, p.rest_from[v, k] - 1, -1):
            if t >= p.rest_windows[w, 0]:
                start = min(t, p.rest_windows[w, 1])
                break
        if start == -NEVER:
            return -NEVER
        t = start
    return min(t, latest)


@compiled
def action(p: Layout, job: int, before: int) -> int:
    """Return setup plus service of a stop that follows node ``before``."""
    if before == p.node[job]:
        return int(p.service[job])
    return int(p.setup[job] + p.service[job])


@compiled
def refresh(p: Layout, s: State, r: int) -> bool:  # noqa: C901  # one pass over a route; calls cost time here
    """Time route r anew; return whether it can be kept. An empty route always can."""
    size, m = s.size[r], p.matrix[r]
    breaks = p.rests[r, 0]
    s.at[r, 0], s.at[r, size + 1] = p.start[r], p.end[r]
    cost, travel, far = 0, 0, False
    for i in range(1, size + 1):
        s.at[r, i] = p.node[s.seq[r, i]]
    if size > 0:
        for i in range(size + 1):
            leg = p.seconds[m, s.at[r, i], s.at[r, i + 1]]
            far |= leg >= FAR
            travel += leg
            s.leg[r, i] = leg
            s.paid[r, i] = p.cost[m, s.at[r, i], s.at[r, i + 1]]
            cost += s.paid[r, i]
        cost = cost * p.factor[r] + p.fixed[r]
    s.cost[r], s.travel[r] = cost, travel
    for k in range(breaks + 1):
        s.done[r, 0, k] = ride(p, r, p.opens[r], 0, 0, k)
    for i in range(1, size + 2):
        leg = p.seconds[m, s.at[r, i - 1], s.at[r, i]]
        for k in range(breaks + 1):
            earliest = NEVER
            for b in range(k + 1):
                if s.done[r, i - 1, b] < NEVER:
                    earliest = min(earliest, ride(p, r, s.done[r, i - 1, b], leg, b, k))
            if i <= size and earliest < NEVER:
                earliest = first_start(p, s.seq[r, i], earliest)
                if earliest < NEVER:
                    earliest += action(p, s.seq[r, i], s.at[r, i - 1])
            s.done[r, i, k] = earliest
    good = _refresh_back(p, s, r)
    if size == 0:
        return True
    return good and not far and size <= p.most_stops[r] and travel <= p.most_travel[r]


@compiled
def _refresh_back(p: Layout, s: State, r: int) -> bool:
    """Fill the latest times of route r; return whether the day is long enough."""
    size, m = s.size[r], p.matrix[r]
    breaks = p.rests[r, 0]
    good = False
    for k in range(breaks + 1):
        latest = p.closes[r]
        if k < breaks:
            latest = -NEVER if p.must_rest[r] else min(latest, _rest_opens(p, r, k))
        s.reach[r, size + 1, k] = latest
        good |= s.done[r, size + 1, k] <= latest
    for i in range(size, -1, -1):
        leg = p.seconds[m, s.at[r, i], s.at[r, i + 1]]
        for k in range(breaks + 1):
            latest = -NEVER
            for b in range(k, breaks + 1):
                if s.reach[r, i + 1, b] > -NEVER:
                    latest = max(latest, ride_back(p, r, s.reach[r, i + 1, b], leg, k, b))
            s.by[r, i, k] = latest
            if i > 0 and latest > -NEVER:
                latest = last_start(p, s.seq[r, i], latest - action(p, s.seq[r, i], s.at[r, i - 1]))
            s.reach[r, i, k] = latest
    most = -NEVER
    for i in range(size + 1):
        soonest, latest = s.done[r, i, 0], s.reach[r, i + 1, 0]
        for k in range(1, breaks + 1):
            soonest = min(soonest, s.done[r, i, k])
            latest = max(latest, s.reach[r, i + 1, k])
        s.soonest[r, i], s.latest[r, i] = soonest, latest
        most = max(most, latest - soonest)
    s.most_room[r] = most
    return good


@compiled
def _rest_opens(p: Layout, v: int, k: int) -> int:
    return int(p.rest_windows[p.rest_from[v, k], 0])


@compiled
def fits(p: Layout, s: State, r: int, i: int, job: int) -> bool:  # noqa: C901  # one pass over a route; calls cost time here
    """Tell whether ``job`` can be put behind position i of route r; times only."""
    m, breaks, size = p.matrix[r], p.rests[r, 0], s.size[r]
    here, node, there = s.at[r, i], p.node[job], s.at[r, i + 1]
    there_leg, onward_leg = p.seconds_from[m, node, here], p.seconds[m, node, there]
    visit = action(p, job, here)
    after = s.seq[r, i + 1]
    for a in range(breaks + 1):
        left = s.done[r, i, a]
        if left >= NEVER:
            continue
        for b in range(a, breaks + 1):
            t = ride(p, r, left, there_leg, a, b)
            if t >= NEVER:
                break
            t = first_start(p, job, t)
            if t >= NEVER:
                continue
            t += visit
            for c in range(b, breaks + 1):
                reached = ride(p, r, t, onward_leg, b, c)
                if reached >= NEVER:
                    break
                if i == size:
                    if reached <= s.reach[r, i + 1, c]:
                        return True
                    continue
                start = first_start(p, after, reached)
                if start < NEVER and start + action(p, after, node) <= s.by[r, i + 1, c]:
                    return True
    return False
