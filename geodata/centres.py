"""Robust centres of groups of points, and how far from them nine in ten points lie.

Points are in metres (a projected CRS). All groups are worked at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SHARE_WITHIN = 0.9  # of true places within the stated radius (DESIGN: grades)
_OUTLIER_TIMES = 4.0  # median distances from the centre; in a round cloud 1 of 60,000 lies beyond
_OUTLIER_LEAST_M = 100.0  # nearer points are never cut
_OUTLIER_GROUP = 5  # in smaller groups nobody can tell who is wrong
_HELD_OUT_UP_TO = 15  # group size; in larger ones a single family hardly moves the centre
_POOL_LEAST = 200  # hidden points, to trust nine tenths of them within about 2 in 100
_STEPS = 60  # of Weiszfeld's iteration; ends earlier when all centres stand still
_STILL_M = 0.05
_WORTH_DROPPING = 0.2  # of the groups; their centres stand still


@dataclass(frozen=True, slots=True)
class Centres:
    """The centres of k groups."""

    xy: Floats  # (k, 2), metres
    radius_m: Floats  # (k,), not yet raised to any least radius
    spread_m: Floats  # (k,), mean distance of the points kept, at least 1
    kept: NDArray[np.bool_]  # (n,), points that were not cut as outliers


def geometric_medians(xy: Floats, group: Ints, groups: int, weight: Floats | None = None) -> Floats:
    """Return for each group the point with the least sum of distances to the group's points.

    Weiszfeld (1937), Tohoku Mathematical Journal 43:355-386, started at the median of each
    coordinate. Up to half of the points may be anywhere without carrying the result away.

    Parameters
    ----------
    xy
        Points, (n, 2), metres.
    group
        Group of each point, 0 to ``groups`` - 1; every group has a point.
    weight
        Weight of each point, > 0; 1 when left out.

    Returns
    -------
    NDArray
        (groups, 2), metres.
    """
    weight = np.ones(len(xy)) if weight is None else weight
    centre: Floats = pd.DataFrame(xy).groupby(group).median().to_numpy(np.float64, copy=True)
    moving = np.arange(groups)
    for _ in range(_STEPS):
        pull = weight / np.maximum(_length(xy - centre[moving][group]), 0.01)
        total = np.bincount(group, pull, len(moving))
        moved = np.column_stack(
            [np.bincount(group, pull * xy[:, axis], len(moving)) / total for axis in (0, 1)]
        )
        still = _length(moved - centre[moving]) < _STILL_M
        centre[moving] = moved
        if still.all():
            break
        if still.mean() > _WORTH_DROPPING:
            left = ~still[group]
            number = np.cumsum(~still) - 1
            xy, weight, group = xy[left], weight[left], number[group[left]]
            moving = moving[~still]
    return centre


def robust_centres(xy: Floats, group: Ints, groups: int) -> Centres:
    """Return centres of groups that may hold gross errors, with their radius.

    In groups of at least ``_OUTLIER_GROUP`` points, those farther from the geometric median
    than ``_OUTLIER_TIMES`` the group's median distance are cut and the median is taken again.
    The radius is the distance that ``SHARE_WITHIN`` of new points should not exceed. In groups
    of up to ``_HELD_OUT_UP_TO`` each point is hidden in turn and measured from the centre of
    the others. Few points say little about their own spread, so the hidden ones are pooled, see
    :func:`_pooled`; where too few were hidden, the group's own distances decide.

    Parameters
    ----------
    xy, group, groups
        As :func:`geometric_medians`.
    """
    first = geometric_medians(xy, group, groups)
    distance = _length(xy - first[group])
    usual = pd.Series(distance).groupby(group).median().to_numpy(dtype=np.float64)
    limit = np.maximum(_OUTLIER_TIMES * usual, _OUTLIER_LEAST_M)
    limit[np.bincount(group, minlength=groups) < _OUTLIER_GROUP] = np.inf
    kept = distance <= limit[group]
    cut = np.zeros(groups, dtype=bool)
    cut[group[~kept]] = True
    xy, group = xy[kept], group[kept]
    centre = first
    if cut.any():
        again, number = cut[group], np.cumsum(cut) - 1
        centre[cut] = geometric_medians(xy[again], number[group[again]], int(cut.sum()))
    away = _length(xy - centre[group])
    size = np.bincount(group, minlength=groups)
    mean = np.maximum(np.bincount(group, away, groups) / size, 1.0)
    ratio = away / mean[group]
    held = np.flatnonzero((size[group] > 1) & (size[group] <= _HELD_OUT_UP_TO))
    if len(held):
        away[held], mean_left = _hidden(xy, group, size, held)
        ratio[held] = away[held] / np.maximum(mean_left, 1.0)
    radius = radius_within(away, group, groups)
    times = _pooled(ratio, size[group], size)
    radius = np.where(np.isnan(times), radius, times * mean)
    return Centres(centre, radius, mean, kept)


def _pooled(ratio: Floats, members: Ints, size: Ints) -> Floats:
    """Return for each group how many mean distances make its radius; NaN where unknown.

    Hidden distances over the mean distance of the points left are pooled over all groups with
    one point more, so that as many were left as the group has.
    """
    times = np.full(len(size), np.nan)
    for known in range(2, _HELD_OUT_UP_TO):
        pool = ratio[members == known + 1]
        if len(pool) >= _POOL_LEAST:
            times[size == known] = _one_radius(pool)
    return times


def _one_radius(distance_m: Floats) -> float:
    return float(radius_within(distance_m, np.zeros(len(distance_m), dtype=np.intp), 1)[0])


def radius_within(distance_m: Floats, group: Ints, groups: int) -> Floats:
    """Return the distance that nine in ten new points of each group should not exceed, metres.

    The ceil(0.9 (n + 1))-th smallest of n distances (split conformal prediction, Vovk et al.
    2005, Algorithmic Learning in a Random World), or the largest when n < 9.
    """
    size = np.bincount(group, minlength=groups)
    rank = np.minimum(np.ceil(SHARE_WITHIN * (size + 1)).astype(np.intp), size)
    order = np.lexsort((distance_m, group))
    start = np.cumsum(size) - size
    radius: Floats = distance_m[order[start + rank - 1]]
    return radius


def _hidden(xy: Floats, group: Ints, size: Ints, held: Ints) -> tuple[Floats, Floats]:
    """Hide each point of ``held`` in turn.

    Returns its distance to the centre of the others, and their mean distance to that centre.
    """
    order = np.argsort(group, kind="stable")
    start = np.cumsum(size) - size
    mates = size[group[held]]
    turn = np.repeat(np.arange(len(held)), mates)
    nth = np.arange(len(turn)) - np.repeat(np.cumsum(mates) - mates, mates)
    mate = order[start[group[held[turn]]] + nth]
    other = mate != held[turn]
    turn, mate = turn[other], mate[other]
    centre = geometric_medians(xy[mate], turn, len(held))
    left = np.bincount(turn, _length(xy[mate] - centre[turn]), len(held)) / (mates - 1)
    return _length(xy[held] - centre), left


def _length(vector: Floats) -> Floats:
    return np.asarray(np.hypot(vector[:, 0], vector[:, 1]), dtype=np.float64)
