"""The named streets of a city, cut into short pieces and found by area and name.

Pieces are sorted by area and name, so that a street, all streets of one stem (Mawar, Mawar 2)
and all streets whose names begin alike (Griya Asri, Griya Asri 3) are each one stretch of the
table: a :class:`Stretches` entry, first piece and the one behind the last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.centres import SHARE_WITHIN, Floats, Ints, geometric_medians
from geodata.coordinate_checks import inside_shapes
from geodata.cut_streets import CutStreets
from geodata.name_keys import name_key

BORDER_M: Final = 75.0  # a street along the border belongs to both sides; borders are no better
_GANG: Final = re.compile(r"^\s*(?:gang|gg|lorong|lrg)\b", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"(?<=[^\W\d_])(raya)?(\d+[a-z]?)?$")


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of the table of pieces, one an entry; ``first == end``: none."""

    first: Ints
    end: Ints

    def take(self, rows: Ints) -> Stretches:
        """Return the stretches of some entries."""
        return Stretches(self.first[rows], self.end[rows])


@dataclass(frozen=True, slots=True)
class NamedStreets:
    """The pieces of all named streets of some areas, and the names in the order of the pieces."""

    start: Floats  # (m, 2) metres
    stop: Floats  # (m, 2) metres
    # one row a street of an area: scope (position of the area), stem, suffix, kind, name as on
    # the map, first and end of its pieces, length_m; sorted by scope, stem, suffix, kind
    names: pd.DataFrame

    @property
    def middle(self) -> Floats:
        """Middle of every piece, metres."""
        return (self.start + self.stop) / 2


def split_key(key: pd.Series) -> pd.DataFrame:
    """Return ``stem`` and ``suffix`` (Raya and numerals) of name keys; mawar2 is mawar, 2."""
    suffix = key.str.extract(_SUFFIX.pattern).fillna("")
    joined = suffix[0] + suffix[1]
    ends = joined.str.len()
    stem = pd.Series(
        [text[: len(text) - n] for text, n in zip(key, ends, strict=True)],
        index=key.index,
        dtype="str",
    )
    return pd.DataFrame({"stem": stem, "suffix": joined.astype("str")})


def named_streets(
    pieces: CutStreets | None, shapes: NDArray[np.object_], border_m: float = BORDER_M
) -> NamedStreets:
    """Return the named streets inside each area, by pieces.

    A street that only comes within ``border_m`` of an area counts as its own, too.

    Parameters
    ----------
    pieces
        Of all streets, or None.
    shapes
        The areas, polygons in the same metres.
    """
    if pieces is None or not (pieces.name >= 0).any():
        return _nothing()
    known = _known_names(pieces.names)
    named = np.flatnonzero(pieces.name >= 0)
    named = named[known["key"].notna().to_numpy()[pieces.name[named]]]
    start, stop, name = pieces.start[named], pieces.stop[named], pieces.name[named]
    middle = (start + stop) / 2
    piece, scope = inside_shapes(shapes, middle)
    wider = np.asarray(shapely.buffer(shapes, border_m), dtype=object)
    near, near_scope = inside_shapes(wider, middle)
    street = known["street"].to_numpy()  # one number for each stem, suffix and kind
    own = np.unique(scope * len(known) + street[name[piece]])
    beside = ~np.isin(near_scope * len(known) + street[name[near]], own)
    piece, scope = np.append(piece, near[beside]), np.append(scope, near_scope[beside])
    order = np.lexsort((name[piece], street[name[piece]], scope))
    piece, scope = piece[order], scope[order]
    along = stop[piece] - start[piece]
    table = _table(known, name[piece], scope, np.hypot(along[:, 0], along[:, 1]))
    return NamedStreets(start[piece], stop[piece], table)


def _known_names(unique: pd.Series) -> pd.DataFrame:
    """Return key, stem, suffix and kind of names as on the map, and the number of the street."""
    key = name_key(unique)
    parts = split_key(key.fillna(""))
    kind = np.where(unique.str.match(_GANG.pattern, flags=re.IGNORECASE), "gg", "jl")
    frame = parts.assign(key=key, kind=kind, name=unique)
    frame["street"] = frame.groupby(["stem", "suffix", "kind"], sort=True).ngroup()
    return frame


def _table(known: pd.DataFrame, name: Ints, scope: Ints, length: Floats) -> pd.DataFrame:
    """Return the names of sorted pieces, see :class:`NamedStreets`."""
    street = known["street"].to_numpy()[name]
    changed = np.flatnonzero(np.diff(street, prepend=-1) | np.diff(scope, prepend=-1))
    names = known.loc[name[changed], ["stem", "suffix", "kind", "name"]].reset_index(drop=True)
    names.insert(0, "scope", scope[changed])
    names["first"] = changed
    names["end"] = np.append(changed[1:], len(name)) if len(changed) else changed
    names["length_m"] = np.add.reduceat(length, changed) if len(changed) else 0.0
    return names


def _nothing() -> NamedStreets:
    kinds = {"scope": "int64", "stem": "str", "suffix": "str", "kind": "str", "name": "str",
             "first": "int64", "end": "int64", "length_m": "float64"}  # fmt: skip
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    return NamedStreets(np.empty((0, 2)), np.empty((0, 2)), empty)


def middles(streets: NamedStreets, stretches: Stretches) -> tuple[Floats, Floats]:
    """Return the middle of each stretch and how far nine tenths of its length lie from there.

    The middle is the point of the street nearest to the geometric median of its pieces,
    weighted by length.

    Returns
    -------
    tuple of NDArray
        Points (k, 2) and distances (k,), metres; NaN for an empty stretch.
    """
    count = len(stretches.first)
    xy, extent = np.full((count, 2), np.nan), np.full(count, np.nan)
    row, piece = _expanded(stretches)
    if not len(row):
        return xy, extent
    filled, of = np.unique(row, return_inverse=True)
    along = streets.stop[piece] - streets.start[piece]
    weight = np.maximum(np.hypot(along[:, 0], along[:, 1]), 0.01)
    centre = geometric_medians(streets.middle[piece], of, len(filled), weight)
    place, _ = nearest_on(streets, stretches.take(filled), centre)
    away = np.hypot(*(streets.middle[piece] - place[of]).T)
    order = np.lexsort((away, of))
    reached = np.cumsum(weight[order])
    total = np.bincount(of, weight, len(filled))
    before = np.cumsum(total) - total
    within = reached - before[of[order]] >= SHARE_WITHIN * total[of[order]] - 1e-6
    first = np.full(len(filled), len(order))
    np.minimum.at(first, of[order][within], np.flatnonzero(within))
    xy[filled], extent[filled] = place, away[order[first]]
    return xy, extent


def nearest_on(
    streets: NamedStreets, stretches: Stretches, wanted: Floats
) -> tuple[Floats, Floats]:
    """Return the point of each stretch nearest to a wanted point, and how far it is, metres.

    NaN where the stretch is empty or the wanted point missing.
    """
    count = len(stretches.first)
    xy, away = np.full((count, 2), np.nan), np.full(count, np.nan)
    row, piece = _expanded(stretches)
    sound = np.isfinite(wanted[row]).all(axis=1)
    row, piece = row[sound], piece[sound]
    if not len(row):
        return xy, away
    start, along = streets.start[piece], streets.stop[piece] - streets.start[piece]
    square = np.maximum((along**2).sum(axis=1), 1e-9)
    share = (((wanted[row] - start) * along).sum(axis=1) / square).clip(0.0, 1.0)
    foot = start + share[:, None] * along
    distance = np.hypot(*(foot - wanted[row]).T)
    order = np.lexsort((distance, row))
    _, leading = np.unique(row[order], return_index=True)
    best = order[leading]
    xy[row[best]], away[row[best]] = foot[best], distance[best]
    return xy, away


def _expanded(stretches: Stretches) -> tuple[Ints, Ints]:
    """Return entry and piece for every piece of every stretch."""
    count = stretches.end - stretches.first
    row = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, stretches.first[row] + nth
