"""The compiled walk: ruin, recreate, accept or undo, many thousand times a second."""

from __future__ import annotations

import numpy as np

from routing.arrays import Layout, State
from routing.compiled import compiled
from routing.moves import accept, below, draw, keep_if_best, undo
from routing.recreate import (
    MOST_CANDIDATES,
    MOST_ROUTES,
    fill_by_worth,
    fill_in_order,
    gather,
    routes_near,
    ruin,
)

# docs/decisions/0009-route-engine.md has the figures behind these
_MOST_LEFT_OUT = 80  # stops left out that are tried again in a step
_BY_WORTH = 0.4  # share of steps that fill by worth


@compiled
def walk(
    p: Layout,
    s: State,
    steps: int,
    begin: float,
    end: float,
    first_heat: float,
    last_heat: float,
    first_price: float,
    last_price: float,
    rise: float,
) -> None:
    """Take ``steps`` steps of the search, from share ``begin`` to share ``end`` of it.

    Temperature and price of a weight change geometrically from first to last; the price only
    after share ``rise`` of the search, so that until then slack in the days is worth having.
    """
    n = p.able.shape[1]
    jobs = np.empty(MOST_CANDIDATES, np.int32)
    routes = np.empty(MOST_ROUTES, np.int32)
    key = np.empty(MOST_CANDIDATES)
    grow = np.empty((MOST_CANDIDATES, MOST_ROUTES), np.int64)
    place = np.empty((MOST_CANDIDATES, MOST_ROUTES), np.int32)
    for step in range(steps):
        x = begin + (end - begin) * step / steps
        heat = first_heat * (last_heat / first_heat) ** x
        late = max(0.0, (x - rise) / (1.0 - rise))
        price = first_price * (last_price / first_price) ** late
        seed = below(s, n)
        if not s.open[seed]:
            continue
        lost = s.lost[0]
        before = s.total[0] + price * lost
        count = ruin(p, s, seed, jobs)
        count = gather(p, s, seed, jobs, count, 1 + below(s, _MOST_LEFT_OUT))
        many = routes_near(p, s, seed, routes)
        if draw(s) < _BY_WORTH:
            fill_by_worth(p, s, jobs, count, routes, many, price, grow, place)
        else:
            fill_in_order(p, s, jobs, count, routes, many, price, key)
        after = s.total[0] + price * s.lost[0]
        if after < before - heat * np.log(draw(s) + 1e-300):
            accept(s)
            keep_if_best(s)
        else:
            undo(p, s)
            s.lost[0] = lost
