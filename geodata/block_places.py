"""Where each RT, RW or named neighbourhood lies: learned from the register, or a known point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.centres import Floats, Ints, radius_within, robust_centres
from geodata.coordinate_checks import Mask
from geodata.known_points import KnownCentres, point_radius

LEARNED: Final = ""  # source of a centre that no known point gave
POINT_SPREADS: Final = 1.7  # mean distances from the centre that hold nine tenths of a round cloud
_USUAL_COUNTS: Final = 4.0  # as many homes as the usual spread counts for


@dataclass(frozen=True, slots=True)
class Blocks:
    """Centres of k blocks and the block of each of n families."""

    group: Ints  # (n,) block of the family, -1 none
    xy: Floats  # (k, 2) metres, NaN where nothing is known
    spread_m: Floats  # (k,) mean distance of its families from there
    size: Ints  # (k,) families it was learned from, 0 for a known point
    radius_m: Floats  # (k,) within which nine in ten live, by what this block alone tells
    source: NDArray[np.object_]  # (k,) LEARNED or geodata.known_points.SOURCES
    point: Floats  # (k, 2) its known point, metres, whether or not more is known; NaN without
    point_m: Floats  # (k,) radius around that point
    kept: Mask  # (n,) trusted families that are no outliers of their block

    def known(self) -> Mask:
        """Tell whose block has a centre."""
        known = np.isfinite(self.xy[:, 0])
        return (self.group >= 0) & known[self.group] if len(known) else self.group >= 0


def learn_blocks(
    group: Ints, area: Ints, xy: Floats, trusted: Mask, shapes: NDArray[np.object_], least: int
) -> Blocks:
    """Return the robust centre of each block with at least ``least`` trusted families.

    A centre outside its kelurahan moves to the nearest family it was learned from.

    Parameters
    ----------
    group, area
        Block (-1 none) and kelurahan of each of n families.
    xy
        Register coordinates, (n, 2) metres.
    trusted
        Which of them pass the checks.
    shapes
        The kelurahan, in metres.
    """
    count = int(group.max(initial=-1)) + 1
    blocks = Blocks(
        group,
        np.full((count, 2), np.nan),
        np.full(count, np.nan),
        np.zeros(count, dtype=np.intp),
        np.full(count, np.nan),
        np.full(count, LEARNED, dtype=object),
        np.full((count, 2), np.nan),
        np.full(count, np.nan),
        np.zeros(len(group), dtype=bool),
    )
    told = np.flatnonzero(trusted & (group >= 0))
    wanted = np.flatnonzero(np.bincount(group[told], minlength=count) >= least)
    if not len(wanted):
        return blocks
    of = told[np.isin(group[told], wanted)]
    member = np.searchsorted(wanted, group[of])
    centres = robust_centres(xy[of], member, len(wanted))
    first = np.zeros(len(wanted), dtype=np.intp)
    first[member] = of
    centre, radius = centres.xy.copy(), centres.radius_m.copy()
    for at in np.flatnonzero(~_inside(shapes, area[first], centre)):
        mates = xy[of[(member == at) & centres.kept]]
        centre[at] = mates[np.hypot(*(mates - centre[at]).T).argmin()]
        away = np.hypot(*(mates - centre[at]).T)
        radius[at] = max(radius[at], radius_within(away, np.zeros(len(away), dtype=np.intp), 1)[0])
    blocks.xy[wanted], blocks.radius_m[wanted] = centre, radius
    blocks.spread_m[wanted] = centres.spread_m
    blocks.size[wanted] = np.bincount(member[centres.kept], minlength=len(wanted))
    blocks.kept[of[centres.kept]] = True
    return blocks


def _inside(shapes: NDArray[np.object_], area: Ints, xy: Floats) -> Mask:
    """Tell which points lie in their area."""
    inside = np.zeros(len(area), dtype=bool)
    for at in np.unique(area):
        mine = area == at
        inside[mine] = shapely.intersects_xy(shapes[at], xy[mine, 0], xy[mine, 1])
    return inside


def usual_spread(blocks: Blocks) -> float | None:
    """Return the median spread of the blocks that were learned, metres; None without any."""
    learned = blocks.size > 0
    return float(np.median(blocks.spread_m[learned])) if learned.any() else None


def drawn_spread(spread_m: Floats, size: Ints, usual_m: float | None) -> Floats:
    """Return spreads drawn towards the usual one, the more the fewer families tell them, metres.

    A few families may lie together by chance. Spreads of no family (a known point's) stay.
    """
    if usual_m is None:
        return spread_m
    drawn = size * spread_m**2 + _USUAL_COUNTS * usual_m**2
    return np.where(size > 0, np.sqrt(drawn / (size + _USUAL_COUNTS)), spread_m)


def add_points(
    blocks: Blocks,
    keys: pd.DataFrame,
    known: KnownCentres,
    source: str,
    usual_m: float,
    extent_m: Floats,
    xy: Floats,
    trusted: Mask,
) -> Blocks:
    """Return the blocks with their known points, which place those that nothing is learned about.

    A point added before one of another kind stays.

    Parameters
    ----------
    keys
        ``area``, ``rw``, ``rt`` of the families.
    source
        Kind of the points, of ``geodata.known_points.SOURCES``.
    usual_m
        Radius around such a point where too few families tell how far they live from it.
    extent_m
        How large each block may be, (k,), above 0: a wide one has homes farther from its point.
    xy, trusted
        Register coordinates and whether they pass the checks.
    """
    if not len(known.xy[source]):
        return blocks
    at = known.positions(source, keys)
    told = trusted & (at >= 0) & (blocks.group >= 0)
    away = np.hypot(*(xy[told] - known.xy[source][at[told]]).T)
    times = point_radius(away / extent_m[blocks.group[told]], np.nan)
    radius_m = np.full(len(extent_m), usual_m) if np.isnan(times) else times * extent_m
    new = np.flatnonzero((at >= 0) & (blocks.group >= 0))
    new = new[~np.isfinite(blocks.point[blocks.group[new], 0])]
    open_ = new[~blocks.known()[new]]
    added = replace(
        blocks,
        xy=blocks.xy.copy(),
        spread_m=blocks.spread_m.copy(),
        radius_m=blocks.radius_m.copy(),
        source=blocks.source.copy(),
        point=blocks.point.copy(),
        point_m=blocks.point_m.copy(),
    )
    added.point[blocks.group[new]] = known.xy[source][at[new]]
    added.point_m[blocks.group[new]] = radius_m[blocks.group[new]]
    block = blocks.group[open_]
    added.xy[block], added.source[block] = added.point[block], source
    added.radius_m[block], added.spread_m[block] = radius_m[block], radius_m[block] / POINT_SPREADS
    return added
