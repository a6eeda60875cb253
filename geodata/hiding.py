"""What is known about a family's neighbours once the family itself is hidden.

A known home is taken for unknown, is placed by what its neighbours tell, and the distance
between the two shows how good such places are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from geodata.centres import Floats, Ints, geometric_medians
from geodata.coordinate_checks import Mask

MOST_HIDDEN: Final = 3000  # tell nine tenths within about 1 in 100
MOST_ON_MAP: Final = 25_000  # cheap, and what is rarely placed by the map must be told as well
_LITTLE: Final = 1e-6  # of the northing decides among families on one meridian
_FAR_APART_M: Final = 1e6  # kelurahan, so that none is its neighbour's
_MOST_PAIRS: Final = 180_000  # of a hidden family and a neighbour; bounds the work


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the neighbours of q hidden families tell, one entry a family."""

    xy: Floats  # (q, 2) geometric median of the neighbours, metres; NaN without any
    spread_m: Floats  # their mean distance from it, at least 1
    size: Ints
    street_sum: Floats  # (q, 2) sum of the coordinates of those on the family's own street
    street_size: Ints


def sample(xy: Floats, usable: Ints, most: int = MOST_HIDDEN) -> Ints:
    """Return about ``most`` of the ``usable`` families, spread evenly over the city.

    The choice hangs on where the families live, never on the order of the rows.
    """
    order = usable[np.argsort(xy[usable, 0] + _LITTLE * xy[usable, 1], kind="stable")]
    step = max(1, -(-len(order) // most))
    return order[step // 2 :: step]


@dataclass(frozen=True, slots=True)
class Hole:
    """Circles in which all families are hidden, one for each of q hidden families, metres."""

    xy: Floats  # (q, 2)
    reach_m: Floats

    def of(self, some: Ints | Mask) -> Hole:
        """Return the circles of some of the families."""
        return Hole(self.xy[some], self.reach_m[some])


def holes(xy: Floats, area: Ints, known: Ints, seeds: Ints, size: int) -> tuple[Ints, Hole]:
    """Return families hidden with neighbours of their kelurahan, as a pile on one point hides them.

    Parameters
    ----------
    xy
        Homes, metres.
    area
        Their kelurahan.
    known
        Rows of the families whose home is known.
    seeds
        Rows of the families around which holes are made.
    size
        Families in a hole.

    Returns
    -------
    tuple
        For each seed one family of its hole, now nearer and now farther from its middle; and
        the holes.
    """
    size = min(size, len(known))
    place = np.column_stack([xy, area * _FAR_APART_M])
    away, near = cKDTree(place[known]).query(place[seeds], k=size)
    away = np.asarray(away).reshape(len(seeds), size)
    near = np.asarray(near).reshape(len(seeds), size)
    turn = np.arange(len(seeds))
    return known[near[turn, turn % size]], Hole(xy[seeds], away[:, -1])


def hidden_neighbours(
    xy: Floats,
    group: Ints,
    part: Ints,
    street: Ints,
    chosen: Ints,
    asked: Ints,
    hole: Hole | None = None,
) -> Neighbours:
    """Return what the families of a group tell about some of its families.

    Parameters
    ----------
    xy
        Homes of m known families, metres.
    group
        Their RT or RW, numbered; -1: tells nothing about any.
    part
        Families of the same part are hidden together: the family alone, or its whole RT.
    street
        Their street, numbered; -1 none.
    chosen
        Rows of the q families that are hidden.
    asked
        The group that tells about each of these.
    hole
        Families in there are hidden as well.
    """
    order = np.argsort(group, kind="stable")
    low = np.searchsorted(group[order], asked, "left")
    count = np.searchsorted(group[order], asked, "right") - low
    turn = np.repeat(np.arange(len(chosen)), count)
    nth = np.arange(len(turn)) - np.repeat(np.cumsum(count) - count, count)
    mate = order[low[turn] + nth]
    told = part[mate] != part[chosen][turn]
    if hole is not None:
        told &= np.hypot(*(xy[mate] - hole.xy[turn]).T) > hole.reach_m[turn]
    turn, mate = turn[told], mate[told]
    size = np.bincount(turn, minlength=len(chosen))
    centre, spread = np.full((len(chosen), 2), np.nan), np.full(len(chosen), np.nan)
    some = np.flatnonzero(size)
    if len(some):
        number = np.searchsorted(some, turn)
        centre[some] = geometric_medians(xy[mate], number, len(some))
        away = np.hypot(*(xy[mate] - centre[turn]).T)
        spread[some] = np.maximum(np.bincount(number, away) / size[some], 1.0)
    same = (street[mate] >= 0) & (street[mate] == street[chosen][turn])
    total = np.empty((len(chosen), 2))
    for axis in (0, 1):
        total[:, axis] = np.bincount(turn[same], xy[mate[same], axis], len(chosen))
    return Neighbours(centre, spread, size, total, np.bincount(turn[same], minlength=len(chosen)))


def affordable(group: Ints) -> int:
    """Return how many families of groups can be hidden without undue work."""
    size = np.bincount(group[group >= 0], minlength=1)
    mean = float((size**2).sum() / max(size.sum(), 1))  # mates of a family
    return int(min(MOST_HIDDEN, max(1, _MOST_PAIRS // max(mean, 1.0))))
