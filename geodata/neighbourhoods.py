"""Places of perumahan, kampung and landmarks, learned from the register and from the map.

Families that name the same one in the same kelurahan live near one another; where enough of
them have a trusted coordinate, their robust centre places the others. Streets that carry an
estate's name (Griya Asri 3) place it as well, and so does a puskesmas or kelurahan office of
the file of known points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.block_places import Blocks, learn_blocks
from geodata.centres import Floats, Ints
from geodata.coordinate_checks import Mask
from geodata.name_keys import name_key
from geodata.street_names import NOT_FOUND, streets_beginning
from geodata.street_pieces import NamedStreets, Stretches
from geodata.street_places import FamilyStreets

_LEAST_ESTATE: Final = 5  # letters by which streets are told to belong to an estate
_LANDMARKS: Final = {"puskesmas": "puskesmas", "kelurahan": "office"}  # word -> kind of point
_BLOCK_LETTERS: Final = r"^([A-Z]+)"


@dataclass(frozen=True, slots=True)
class NameRows:
    """The names that families live by, one row a family and name, and what is learned."""

    family: Ints  # (m,) position of the family
    blocks: Blocks  # of the m rows


def learn_names(
    parsed: pd.DataFrame,
    found: FamilyStreets,
    area: Ints,
    areas: gpd.GeoDataFrame,
    shapes: NDArray[np.object_],
    register: tuple[Floats, Mask],
    least: int,
) -> NameRows:
    """Return centres of estates (also by block), gangs off the map, kampung and landmarks.

    Parameters
    ----------
    parsed
        :func:`geodata.street_places.keyed` addresses; n rows.
    found
        The street of each family; a name that is on the map is not learned.
    area
        Kelurahan of each family, -1 unknown.
    register
        Register coordinates in metres, and which of them are trusted.
    least
        Trusted families that a name needs.
    """
    xy, trusted = register
    rows: list[Ints] = []
    codes: list[Ints] = []
    for number, names in enumerate(_names(parsed, found, area, areas)):
        code, _ = pd.factorize(names)
        some = np.flatnonzero((code >= 0) & (area >= 0))
        rows.append(some)
        codes.append(np.column_stack([np.full(len(some), number), area[some], code[some]]))
    family = np.concatenate(rows).astype(np.intp)
    code = np.concatenate(codes)
    numbered = pd.DataFrame(code).groupby([0, 1, 2], sort=True).ngroup()
    group: Ints = np.asarray(numbered, dtype=np.intp)
    blocks = learn_blocks(group, area[family], xy[family], trusted[family], shapes, least)
    return NameRows(family, blocks)


def _names(
    parsed: pd.DataFrame, found: FamilyStreets, area: Ints, areas: gpd.GeoDataFrame
) -> list[pd.Series]:
    """Return keys of each kind of name, missing where a family has none."""
    estate, kampung = parsed["estate_key"], parsed["kampung_key"]
    codes, blocks = pd.factorize(parsed["block"].where(estate.notna()))
    letters = pd.Series(blocks, dtype="str").str.extract(_BLOCK_LETTERS)[0].reindex(codes)
    letters.index = parsed.index
    own = name_key(areas["area_name"]).to_numpy(dtype=object)
    its_area = pd.Series(own[area], index=parsed.index, dtype="str").where(area >= 0)
    off_map = pd.Series(found.how == NOT_FOUND, index=parsed.index)
    return [
        estate,
        estate.str.cat(letters, sep=" "),
        parsed["street_key"].where(off_map),
        kampung.where(kampung.ne(its_area)),  # the whole kelurahan says nothing
        parsed["landmark_key"],
    ]


def estates_on_map(streets: NamedStreets, parsed: pd.DataFrame, scope: Ints) -> Stretches:
    """Return the streets that carry the name of each family's estate, in its area."""
    codes, unique = pd.factorize(parsed["estate_key"])
    pairs = pd.DataFrame({"scope": scope, "estate": codes})
    rows = np.flatnonzero((codes >= 0) & (scope >= 0))
    first, end = np.zeros(len(scope), dtype=np.intp), np.zeros(len(scope), dtype=np.intp)
    number = pairs.iloc[rows].groupby(["scope", "estate"], sort=False).ngroup().to_numpy()
    _, leading = np.unique(number, return_index=True)
    each = pairs.iloc[rows[leading]]
    keys = pd.Series(unique, dtype="str").iloc[each["estate"]].reset_index(drop=True)
    keys = keys.where(keys.str.len() >= _LEAST_ESTATE)
    found = streets_beginning(streets, each["scope"].to_numpy(), keys)
    first[rows], end[rows] = found.first[number], found.end[number]
    return Stretches(first, end)


def landmarks_known(
    points: pd.DataFrame | None, landmark: pd.Series, area: Ints, areas: gpd.GeoDataFrame
) -> Ints:
    """Return the row of the point that each family's landmark means, -1 none.

    ``dekat puskesmas`` means the puskesmas of its kelurahan, if there is one and no more.
    """
    found = np.full(len(landmark), -1, dtype=np.intp)
    if points is None or points.empty or not landmark.notna().any():
        return found
    of = pd.Index(areas["area_code"]).get_indexer(pd.Index(points["area_code"]))
    for word, kind in _LANDMARKS.items():
        rows = np.flatnonzero((points["kind"] == kind).to_numpy() & (of >= 0))
        per_area = np.bincount(of[rows], minlength=len(areas))
        only = np.full(len(areas), -1, dtype=np.intp)
        only[of[rows]] = rows
        only[per_area != 1] = -1
        named = landmark.str.contains(word, case=False, regex=False).fillna(value=False)
        open_ = named.to_numpy(dtype=bool) & (area >= 0) & (found < 0)
        found[open_] = only[area[open_]]
    return found
