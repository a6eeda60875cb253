"""What is known about families that have no trusted place of their own.

The same is asked of hidden families, whose home is known but left out, so that the places of both
are made alike. How much is known decides the way on which a family is placed (``WAYS``): its RT,
its RW, a name that others live by, or nothing but the map.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import pandas as pd

from geodata.block_places import LEARNED, POINT_SPREADS, Blocks, drawn_spread, usual_spread
from geodata.centres import Floats, Ints
from geodata.coordinate_checks import Mask
from geodata.hiding import MOST_ON_MAP, Hole, affordable, hidden_neighbours, holes, sample
from geodata.neighbourhoods import NameRows
from geodata.street_pieces import NamedStreets, Stretches
from geodata.street_places import FamilyStreets

WAYS: Final = ("rt", "rw", "names", "map")


@dataclass(frozen=True, slots=True)
class Spots:
    """Known points and places that the map names, s rows; metres."""

    xy: Floats  # (s, 2)
    usual_m: Floats  # (s,) radius where nothing is measured
    on_map: Mask  # (s,) a name of the map, else a known point


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about n families and their surroundings; metres."""

    area: Ints  # (n,) position in the areas, -1 unknown
    xy: Floats  # (n, 2) register coordinates
    trusted: Mask  # (n,) the register coordinate passes the checks
    rt: Blocks
    rw: Blocks
    names: NameRows
    streets: NamedStreets
    found: FamilyStreets  # the street that each family's address names
    estates: Stretches  # (n,) streets that carry the name of the family's estate
    spot: Ints  # (n,) row of the known point or name of the map by which the family lives, -1
    spots: Spots
    area_xy: Floats  # the place of each kelurahan
    area_radius_m: Floats
    least_known: dict[str, int]  # families that a centre needs, by way
    piled: Mask  # (n,) many families share the register coordinate
    pile_size: int  # families on a usual pile, 0 without any
    unsure: Mask  # (n,) the kelurahan is told by the address alone
    unsure_m: float  # how far nine in ten live from the street by which it is told

    def blocks(self, way: str) -> Blocks | None:
        """Return the RT or RW; None on the other ways."""
        return {"rt": self.rt, "rw": self.rw}.get(way)

    def street(self) -> Ints:
        """Return a number for each family's street, -1 none."""
        stretches = self.found.stretches
        return np.where(stretches.end > stretches.first, stretches.first, -1)


@dataclass(frozen=True, slots=True)
class Told:
    """What neighbours tell about q families, one entry a family; NaN where they tell nothing."""

    rows: Ints  # positions of the families; further families of a situation are not listed
    xy: Floats  # (q, 2) centre of their RT or RW
    spread_m: Floats
    size: Ints
    radius_m: Floats
    street_sum: Floats  # (q, 2) of those in the RT or RW who live on the family's street
    street_size: Ints
    name_xy: Floats  # (q, 2) centre of those who live by the same name
    name_spread_m: Floats
    name_size: Ints
    name_radius_m: Floats

    def of(self, some: Mask) -> Told:
        """Return what is told about some of the families."""
        return Told(*(getattr(self, each.name)[some] for each in fields(self)))


def ways_of(evidence: Evidence) -> Ints:
    """Return the way of each family that needs a place, else -1."""
    open_ = ~evidence.trusted & (evidence.area >= 0)
    named = np.zeros(len(open_), dtype=bool)
    named[evidence.names.family[evidence.names.blocks.known()]] = True
    known = [evidence.rt.known(), evidence.rw.known(), named]
    return np.where(open_, np.select(known, [0, 1, 2], 3), -1)


def best_names(evidence: Evidence) -> Ints:
    """Return the row of the name whose families live closest together, -1 without any.

    Of a few who may live together by chance, :func:`geodata.block_places.drawn_spread` decides.
    """
    names = evidence.names
    best = np.full(len(evidence.area), -1, dtype=np.intp)
    known = np.flatnonzero(names.blocks.known())
    spread = drawn_spread(names.blocks.spread_m, names.blocks.size, usual_spread(names.blocks))
    spread = spread[names.blocks.group[known]]
    order = known[np.lexsort((names.blocks.group[known], spread))][::-1]
    best[names.family[order]] = order  # the last one written is the closest
    return best


def told_openly(evidence: Evidence, way: str, rows: Ints, best: Ints) -> Told:
    """Return what is known about families that need a place."""
    none = np.full((len(rows), 2), np.nan)
    blocks = evidence.blocks(way)
    name = _name(evidence, best[rows])
    if blocks is None:
        empty = np.zeros(len(rows), dtype=np.intp)
        return Told(rows, none, none[:, 0], empty, none[:, 0], none, empty, *name)
    group = blocks.group[rows]
    total, size = _on_street(evidence, blocks, rows)
    return Told(
        rows, blocks.xy[group], blocks.spread_m[group], blocks.size[group],
        blocks.radius_m[group], total, size, *name,
    )  # fmt: skip


def _name(evidence: Evidence, best: Ints) -> tuple[Floats, Floats, Ints, Floats]:
    blocks = evidence.names.blocks
    if not len(blocks.xy):
        none = np.full((len(best), 2), np.nan)
        return none, none[:, 0], np.zeros(len(best), dtype=np.intp), none[:, 0]
    group = blocks.group[best]
    some = best >= 0
    return (
        np.where(some[:, None], blocks.xy[group], np.nan),
        np.where(some, blocks.spread_m[group], np.nan),
        np.where(some, blocks.size[group], 0),
        np.where(some, blocks.radius_m[group], np.nan),
    )


def _on_street(evidence: Evidence, blocks: Blocks, rows: Ints) -> tuple[Floats, Ints]:
    """Return sum and number of the known homes of the same block on the same street."""
    street = evidence.street()
    pieces = len(evidence.streets.start) + 1
    told = np.flatnonzero(blocks.kept & (street >= 0))
    codes, member = np.unique(blocks.group[told] * pieces + street[told], return_inverse=True)
    asked = blocks.group[rows] * pieces + street[rows]
    if not len(codes):
        return np.zeros((len(rows), 2)), np.zeros(len(rows), dtype=np.intp)
    at = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
    same = (codes[at] == asked) & (street[rows] >= 0)
    size = np.bincount(member, minlength=len(codes))
    total = np.column_stack(
        [np.bincount(member, evidence.xy[told, axis], len(codes)) for axis in (0, 1)]
    )
    return np.where(same[:, None], total[at], 0.0), np.where(same, size[at], 0)


def told_at_points(evidence: Evidence, way: str, best: Ints, *, named: bool) -> Told:
    """Return what would be known about known families, were only the point of their block known.

    Empty where no such family has a point.

    Parameters
    ----------
    way
        ``rt`` or ``rw``.
    named
        Only families whose name is known by others outside the block; else nobody knows names.
    """
    blocks = evidence.rt if way == "rt" else evidence.rw
    usable = np.flatnonzero(evidence.trusted & (evidence.area >= 0) & (blocks.group >= 0))
    usable = usable[np.isfinite(blocks.point[blocks.group[usable], 0])]
    usable = usable[best[usable] >= 0] if named else usable
    rows = sample(evidence.xy, usable, MOST_ON_MAP)
    nobody = np.full(len(evidence.area), -1, dtype=np.intp)
    told, group = told_openly(evidence, "map", rows, nobody), blocks.group[rows]
    radius = blocks.point_m[group]
    told = replace(
        told,
        xy=blocks.point[group],
        spread_m=radius / POINT_SPREADS,
        radius_m=radius,
        street_sum=np.zeros((len(rows), 2)),  # no known home on the family's street
    )
    if not named:
        return told
    told = _with_hidden_names(evidence, told, best, blocks.group)
    return told.of(np.isfinite(told.name_xy[:, 0]))


def told_of_hidden(evidence: Evidence, way: str, best: Ints, *, piled: bool = False) -> Told:
    """Return what would be known about known families, were they to be placed on this way.

    On the way ``rt`` the family alone is hidden, or, for those on a pile (``piled``), as many
    neighbours as a pile has, because these are on the pile, too. On ``rw`` its whole RT is hidden
    besides, because families are placed by RW where their RT is hardly known. On ``names`` the
    family is known by its name only; on ``map`` nobody tells anything.
    """
    nobody = np.full(len(evidence.area), -1, dtype=np.intp)
    if way == "map":
        rows = sample(
            evidence.xy, np.flatnonzero(evidence.trusted & (evidence.area >= 0)), MOST_ON_MAP
        )
        return told_openly(evidence, way, rows, nobody)
    own = np.arange(len(evidence.area))
    if way == "names":
        rows = sample(evidence.xy, np.flatnonzero(evidence.trusted & (best >= 0)))
        return _with_hidden_names(evidence, told_openly(evidence, way, rows, nobody), best, own)
    if way == "rt":
        return _with_hidden_blocks(evidence, way, own, hole=piled)[0]
    rt = evidence.rt.group
    part = np.where(rt >= 0, rt, len(own) + own)
    told, hole = _with_hidden_blocks(evidence, way, part, hole=True)
    return _with_hidden_names(evidence, told, best, part, hole)


def _first_of(part: Ints, xy: Floats) -> Ints:
    """Return one row of each part, whatever the order of the rows."""
    order = np.lexsort((xy[:, 1], xy[:, 0], part))
    _, leading = np.unique(part[order], return_index=True)
    return np.asarray(order[leading], dtype=np.intp)


def _with_hidden_blocks(
    evidence: Evidence, way: str, part: Ints, *, hole: bool
) -> tuple[Told, Hole | None]:
    """Return what the RT or RW of hidden families tells.

    ``hole``: their neighbours are hidden as well, in the circles that are returned.
    """
    blocks = evidence.rt if way == "rt" else evidence.rw
    usable = np.flatnonzero(
        evidence.trusted & blocks.known() & (blocks.source[blocks.group] == LEARNED)
    )
    if not len(usable):
        return told_openly(evidence, "map", usable, usable), None
    most = affordable(np.where(blocks.kept, blocks.group, -1))
    around: Hole | None = None
    if hole and evidence.pile_size:
        rows, around = holes(
            evidence.xy,
            evidence.area,
            usable,
            sample(evidence.xy, usable, most),
            evidence.pile_size,
        )
    else:
        if way == "rw":  # an RT is hidden once, for all its families would tell the same
            usable = usable[_first_of(part[usable], evidence.xy[usable])]
        rows = sample(evidence.xy, usable, most)
    told = np.union1d(np.flatnonzero(blocks.kept), rows)
    mates = np.where(blocks.kept, blocks.group, -1)  # an outlier tells nothing
    near = hidden_neighbours(
        evidence.xy[told], mates[told], part[told], evidence.street()[told],
        np.searchsorted(told, rows), blocks.group[rows], around,
    )  # fmt: skip
    enough = near.size >= evidence.least_known[way]
    rows = rows[enough]
    none = np.full((len(rows), 2), np.nan)
    told_of = Told(
        rows, near.xy[enough], near.spread_m[enough], near.size[enough], none[:, 0],
        near.street_sum[enough], near.street_size[enough],
        none, none[:, 0], np.zeros(len(rows), dtype=np.intp), none[:, 0],
    )  # fmt: skip
    return told_of, around and around.of(enough)


def _with_hidden_names(
    evidence: Evidence, told: Told, best: Ints, part: Ints, hole: Hole | None = None
) -> Told:
    """Return what is told, with what others tell who live by the same name outside the holes."""
    blocks, family = evidence.names.blocks, evidence.names.family
    usable = np.flatnonzero(best[told.rows] >= 0)
    asked = best[told.rows[usable]]
    telling = np.union1d(np.flatnonzero(blocks.kept), asked)
    mates = np.where(blocks.kept, blocks.group, -1)[telling]  # an outlier tells nothing
    near = hidden_neighbours(
        evidence.xy[family[telling]], mates, part[family[telling]],
        np.full(len(telling), -1, dtype=np.intp), np.searchsorted(telling, asked),
        blocks.group[asked], hole and hole.of(usable),
    )  # fmt: skip
    enough = near.size >= evidence.least_known["names"]
    xy, spread, size = told.name_xy.copy(), told.name_spread_m.copy(), told.name_size.copy()
    xy[usable[enough]], spread[usable[enough]] = near.xy[enough], near.spread_m[enough]
    size[usable[enough]] = near.size[enough]
    return replace(told, name_xy=xy, name_spread_m=spread, name_size=size)


def situations(evidence: Evidence, way: str, rows: Ints, best: Ints) -> tuple[Ints, Ints]:
    """Return one family for each situation, and the situation of each of the ``rows``.

    Families of one RT who name one street have one place; it is worked out once.
    """
    blocks, found = evidence.blocks(way), evidence.found
    group = rows * 0 if blocks is None else blocks.group[rows]
    name = (
        np.where(best[rows] >= 0, evidence.names.blocks.group[best[rows]], -1)
        if len(evidence.names.blocks.group)
        else rows * 0
    )
    frame = pd.DataFrame(
        {
            "area": evidence.area[rows],
            "unsure": evidence.unsure[rows],
            "group": group,
            "first": found.stretches.first[rows],
            "end": found.stretches.end[rows],
            "how": found.how[rows],
            "name": name,
            "estate": evidence.estates.first[rows],
            "estate_end": evidence.estates.end[rows],
            "spot": evidence.spot[rows],
        }
    )
    number = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy()
    _, leading = np.unique(number, return_index=True)
    few: Ints = rows[leading]
    return few, np.asarray(number, dtype=np.intp)


def placed_at_points(evidence: Evidence, way: str, rows: Ints) -> pd.Series:
    """Return the kind of known point that stands for each family's block, empty if learned."""
    blocks = evidence.blocks(way)
    source = np.full(len(rows), LEARNED) if blocks is None else blocks.source[blocks.group[rows]]
    return pd.Series(source, dtype="str")
