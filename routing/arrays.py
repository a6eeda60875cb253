"""A routing problem as plain arrays: what the compiled search reads, and its working state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FAR = 2_000_000_000  # a leg without a way; fits int32, longer than any leg accepted
NEVER = 2**60  # a time that does not come; sums of a few stay inside int64
LONGEST_S = 10**15  # horizon of a shift without end
_NEAREST = 120  # neighbours kept a stop

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Task:
    """One stop as the search sees it."""

    node: int
    service_s: int
    rank: int  # compared first: the sum over the stops made, largest wins
    prize: int  # lost in cost units when left out
    weight: float  # what guides the search; see routing.search
    windows_s: tuple[Span, ...] = ()  # in order, apart from each other; empty: any time
    setup_s: int = 0  # added unless the stop before is at the same node


@dataclass(frozen=True, slots=True)
class Rest:
    """A break: may start in one of the windows, takes ``service_s``."""

    windows_s: tuple[Span, ...]
    service_s: int


@dataclass(frozen=True, slots=True)
class Car:
    """One vehicle as the search sees it; ``start`` or ``end`` None: begins or ends at a stop."""

    matrix: int
    start: int | None
    end: int | None
    shift_s: Span
    rests: tuple[Rest, ...] = ()
    must_rest: bool = True  # False: a break after the end of the route is not taken
    most_stops: int | None = None
    most_travel_s: int | None = None
    fixed_cost: int = 0
    cost_factor: int = 1


class Layout(NamedTuple):
    """n stops, v vehicles, q matrices over N nodes; the last node is nowhere, 0 s from all."""

    seconds: NDArray[np.int32]  # q x N x N, FAR where there is no way
    cost: NDArray[np.int32]  # q x N x N, times cost_factor of the vehicle; may be ``seconds``
    seconds_from: NDArray[np.int32]  # the same by (to, from): what is asked together lies together
    cost_from: NDArray[np.int32]
    node: NDArray[np.int32]
    service: NDArray[np.int64]
    setup: NDArray[np.int64]
    rank: NDArray[np.int64]
    prize: NDArray[np.int64]
    weight: NDArray[np.float64]
    window_from: NDArray[np.int32]  # n + 1, rows of windows
    windows: NDArray[np.int64]  # rows of (opens, closes)
    near: NDArray[np.int32]  # n x k, nearest stops first, the stop itself at 0
    matrix: NDArray[np.int32]  # v
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    rests: NDArray[np.int64]  # v x (b + 1); breaks of the vehicle in column 0, their services
    rest_from: NDArray[np.int32]  # v x (b + 1), rows of rest_windows
    rest_windows: NDArray[np.int64]
    must_rest: NDArray[np.bool_]
    most_stops: NDArray[np.int64]
    most_travel: NDArray[np.int64]
    fixed: NDArray[np.int64]
    factor: NDArray[np.int64]
    able: NDArray[np.bool_]  # v x n
    not_before: NDArray[np.int64]  # v x n, when the first window that meets the shift opens
    not_after: NDArray[np.int64]  # v x n, when the last one closes
    plain: NDArray[np.bool_]  # one value: no windows, breaks or setups anywhere


class State(NamedTuple):
    """Routes of one walker; columns are positions, 0 the start, size + 1 the end."""

    seq: NDArray[np.int32]  # v x (longest + 2), stop numbers
    at: NDArray[np.int32]  # v x (longest + 2), nodes
    size: NDArray[np.int32]  # v
    leg: NDArray[np.int64]  # v x (longest + 2), seconds from each position to the next
    paid: NDArray[np.int64]  # same shape, cost of that leg without the vehicle's factor
    done: NDArray[np.int64]  # v x (longest + 2) x (b + 1), earliest departure after k breaks
    by: NDArray[np.int64]  # same shape, latest departure after k breaks
    reach: NDArray[np.int64]  # same shape, latest arrival after k breaks
    soonest: NDArray[np.int64]  # v x (longest + 2), earliest departure after any of the breaks
    latest: NDArray[np.int64]  # same shape, latest arrival at the next position, likewise
    most_room: NDArray[np.int64]  # v, seconds between the two, the most of all positions
    cost: NDArray[np.int64]  # v
    travel: NDArray[np.int64]  # v
    route_of: NDArray[np.int32]  # n, -1: left out
    total: NDArray[np.int64]  # cost of the routes, rank made, prize left
    lost: NDArray[np.float64]  # one value: weight left out
    random: NDArray[np.uint64]  # one value
    kept: NDArray[np.int32]  # v x (longest + 2): routes before the change
    kept_size: NDArray[np.int32]  # v; -1: not touched
    best: NDArray[np.int32]  # v x (longest + 2)
    best_size: NDArray[np.int32]
    best_total: NDArray[np.int64]  # as ``total``
    stale: NDArray[np.bool_]  # v: differs from ``best``
    mine: NDArray[np.bool_]  # v: vehicles this walker may change
    open: NDArray[np.bool_]  # n: stops it may place


def layout(
    seconds: Sequence[NDArray[np.int64]],
    cost: Sequence[NDArray[np.int64]],
    tasks: Sequence[Task],
    cars: Sequence[Car],
    able: NDArray[np.bool_],
) -> Layout:
    """Return the arrays of a problem.

    Parameters
    ----------
    seconds, cost
        One square matrix each a profile; seconds below 0 mean no way.
    able
        v x n: whether the vehicle may make the stop (skills, lists); time is not its matter.
    """
    nowhere = len(seconds[0]) if seconds else 0
    node = np.array([task.node for task in tasks], np.int32).reshape(-1)
    bigs = np.stack([_padded(each, FAR) for each in seconds])
    same = all(each is other for each, other in zip(cost, seconds, strict=True))
    costs = bigs if same else np.stack([_padded(each, FAR) for each in cost])
    bigs_from = np.ascontiguousarray(bigs.transpose(0, 2, 1))
    window_from, windows = _ragged([task.windows_s for task in tasks])
    most = max((len(car.rests) for car in cars), default=0)
    rests = np.zeros((len(cars), most + 1), np.int64)
    rest_from = np.zeros((len(cars), most + 1), np.int32)
    rest_rows: list[Span] = []
    for v, car in enumerate(cars):
        rests[v, 0] = len(car.rests)
        for k, rest in enumerate(car.rests):
            rests[v, k + 1] = rest.service_s
            rest_from[v, k] = len(rest_rows)
            rest_rows += rest.windows_s
        rest_from[v, len(car.rests) :] = len(rest_rows)
    not_before, not_after = _around(tasks, cars)
    has_setup = any(task.setup_s for task in tasks)
    return Layout(
        seconds=bigs,
        cost=costs,
        seconds_from=bigs_from,
        cost_from=bigs_from if same else np.ascontiguousarray(costs.transpose(0, 2, 1)),
        node=node,
        service=np.array([task.service_s for task in tasks], np.int64),
        setup=np.array([task.setup_s for task in tasks], np.int64),
        rank=np.array([task.rank for task in tasks], np.int64),
        prize=np.array([task.prize for task in tasks], np.int64),
        weight=np.array([task.weight for task in tasks], np.float64),
        window_from=window_from,
        windows=windows,
        near=_nearest(bigs, node),
        matrix=np.array([car.matrix for car in cars], np.int32),
        start=np.array([nowhere if c.start is None else c.start for c in cars], np.int32),
        end=np.array([nowhere if c.end is None else c.end for c in cars], np.int32),
        opens=np.array([car.shift_s[0] for car in cars], np.int64),
        closes=np.array([car.shift_s[1] for car in cars], np.int64),
        rests=rests,
        rest_from=rest_from,
        rest_windows=np.array(rest_rows or [(0, 0)], np.int64),
        must_rest=np.array([car.must_rest for car in cars], np.bool_),
        most_stops=np.array([_or(car.most_stops, len(tasks)) for car in cars], np.int64),
        most_travel=np.array([_or(car.most_travel_s, NEVER) for car in cars], np.int64),
        fixed=np.array([car.fixed_cost for car in cars], np.int64),
        factor=np.array([car.cost_factor for car in cars], np.int64),
        able=np.ascontiguousarray(able),
        not_before=not_before,
        not_after=not_after,
        plain=np.array([not (window_from[-1] or most or has_setup)]),
    )


def _around(
    tasks: Sequence[Task], cars: Sequence[Car]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return v x n: from when to when a stop may begin; where no window opens, first after last."""
    opens, closes = np.array([car.shift_s for car in cars], np.int64).reshape(-1, 2).T
    first = np.repeat(opens[:, None], len(tasks), axis=1)
    last = np.full(first.shape, NEVER)
    for j, task in enumerate(tasks):
        if task.windows_s:
            begin, end = np.array(task.windows_s, np.int64).T
            met = (begin <= closes[:, None]) & (end >= opens[:, None])
            first[:, j] = np.where(met, begin, NEVER).min(axis=1)
            last[:, j] = np.where(met, end, -NEVER).max(axis=1)
    return first, last


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _padded(matrix: NDArray[np.int64], far: int) -> NDArray[np.int32]:
    """Return the matrix with no way as ``far`` and one more node that is 0 s from all."""
    n = len(matrix)
    padded = np.zeros((n + 1, n + 1), np.int32)
    padded[:n, :n] = np.where(matrix < 0, far, np.minimum(matrix, far))
    return padded


def _ragged(lists: Sequence[tuple[Span, ...]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    first = np.zeros(len(lists) + 1, np.int32)
    first[1:] = np.cumsum([len(each) for each in lists])
    rows = [span for each in lists for span in each]
    return first, np.array(rows or [(0, 0)], np.int64)


def _nearest(seconds: NDArray[np.int32], node: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return for each stop the stops nearest by the mean of both directions, itself first."""
    keep = min(len(node), _NEAREST)
    near = np.empty((len(node), keep), np.int32)
    for i, at in enumerate(node.tolist()):
        away = seconds[0, at, node].astype(np.int64) + seconds[0, node, at]
        away[i] = -1
        some = np.argpartition(away, keep - 1)[:keep]
        near[i] = some[np.lexsort((some, away[some]))]
    return near


def new_state(p: Layout, seed: int) -> State:
    """Return a state in which every vehicle is idle; routes are not timed yet."""
    v, n = p.able.shape
    shape = (v, longest_route(p) + 2)
    deep = (*shape, p.rests.shape[1])
    return State(
        seq=np.zeros(shape, np.int32),
        at=np.zeros(shape, np.int32),
        size=np.zeros(v, np.int32),
        leg=np.zeros(shape, np.int64),
        paid=np.zeros(shape, np.int64),
        done=np.zeros(deep, np.int64),
        by=np.zeros(deep, np.int64),
        reach=np.zeros(deep, np.int64),
        soonest=np.zeros(shape, np.int64),
        latest=np.zeros(shape, np.int64),
        most_room=np.zeros(v, np.int64),
        cost=np.zeros(v, np.int64),
        travel=np.zeros(v, np.int64),
        route_of=np.full(n, -1, np.int32),
        total=np.array([0, 0, p.prize.sum()], np.int64),
        lost=np.array([p.weight.sum()]),
        random=np.array([(seed + 1) * 0x9E3779B97F4A7C15 % 2**64 | 1], np.uint64),
        kept=np.zeros(shape, np.int32),
        kept_size=np.full(v, -1, np.int32),
        best=np.zeros(shape, np.int32),
        best_size=np.zeros(v, np.int32),
        best_total=np.array([0, 0, p.prize.sum()], np.int64),
        stale=np.zeros(v, np.bool_),
        mine=np.ones(v, np.bool_),
        open=np.ones(n, np.bool_),
    )


def longest_route(p: Layout) -> int:
    """Return a bound on the stops of a route: limits on their number, and service times alone."""
    if not p.able.size:
        return 0
    shift = int((p.closes - p.opens).max())
    by_time = int(np.searchsorted(np.cumsum(np.sort(p.service)), shift, side="right"))
    return max(0, min(by_time, int(p.most_stops.max()), len(p.node)))
