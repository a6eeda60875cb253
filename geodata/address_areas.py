"""The kelurahan of families whose register does not tell it, from their address alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.area_words import SOURCES, areas_in_words, kecamatan_of
from geodata.calibration import LEAST_HIDDEN
from geodata.centres import Floats, Ints, radius_within
from geodata.coordinate_checks import inside_shapes
from geodata.hiding import sample
from geodata.neighbourhoods import estates_on_map
from geodata.street_names import NOT_FOUND
from geodata.street_pieces import NamedStreets, Stretches, middles
from geodata.street_places import FamilyStreets, streets_of

WRITTEN: Final = 0  # "Kel. Jelupang", position in SOURCES
ON_STREET: Final = len(SOURCES)  # a street or estate of that name lies in one kelurahan
ALL_SOURCES: Final = (*SOURCES, "on_street")
LEAST_SHARE: Final = 0.5  # of a street's length that lies in one kelurahan, to tell it
# How often a kelurahan so named was right for addresses of schools, whose coordinates are rough.
NAMED_RIGHT: Final = (0.8, 0.6, 0.6, 0.5)  # by SOURCES
_ASKED: Final = 400  # families that tell how often an address finds its kelurahan


@dataclass(frozen=True, slots=True)
class ByAddress:
    """What the addresses of n families tell."""

    area: Ints  # position in the areas, -1 unknown
    source: Ints  # position in ALL_SOURCES, -1
    confidence: Floats  # that it is this kelurahan, 0 to 1
    scope: Ints  # where its street and estate are looked for, see scopes; -1 nowhere
    found: FamilyStreets


def scopes(areas: gpd.GeoDataFrame, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the kelurahan, behind them the kecamatan in order of appearance, last the city."""
    within = areas["kecamatan_code"].factorize()[0]
    larger = [shapely.union_all(shapes[within == at]) for at in range(int(within.max()) + 1)]
    wider = np.empty(len(larger) + 1, dtype=object)
    wider[:-1] = larger
    wider[-1] = shapely.union_all(shapes)
    return np.concatenate([shapes, wider])


def areas_by_address(
    parsed: pd.DataFrame,
    kecamatan: pd.Series,
    areas: gpd.GeoDataFrame,
    shapes: NDArray[np.object_],
    streets: NamedStreets,
) -> ByAddress:
    """Return the kelurahan that each address tells, and the street found on the way.

    A kelurahan that the address names goes first (:func:`geodata.area_words.areas_in_words`);
    its street is looked for in there, then in the whole kecamatan, then, where no kecamatan is
    known, in the city. A street in the kecamatan or city tells the kelurahan of its middle, if
    at least half of the streets of that name lie there, unless the address says "Kel.". The
    confidence is that share of its length; with made-up streets, whose names come back in every
    kelurahan, it is how often the kelurahan is right (``benchmarks.placing``).

    Parameters
    ----------
    parsed
        :func:`geodata.street_places.keyed` addresses; n rows.
    kecamatan
        Name of the stated kecamatan, may be missing.
    areas, shapes
        ``geodata.columns.AREAS`` and the same polygons in metres.
    streets
        Of :func:`scopes`.
    """
    named, source = areas_in_words(parsed, kecamatan, areas)
    bounds = kecamatan_of(parsed, kecamatan, areas)
    city = len(areas) + areas["kecamatan_code"].nunique()
    wide = np.where(bounds >= 0, len(areas) + bounds, city)
    scope = np.where(named >= 0, named, wide)
    found = streets_of(streets, parsed, scope)
    estates = estates_on_map(streets, parsed, scope)
    again = (named >= 0) & (source != WRITTEN) & (found.how == NOT_FOUND)
    again &= estates.first == estates.end
    rows = np.flatnonzero(again)
    wider = streets_of(streets, parsed.iloc[rows], wide[rows])
    some = wider.how != NOT_FOUND
    found.stretches.first[rows[some]] = wider.stretches.first[some]
    found.stretches.end[rows[some]] = wider.stretches.end[some]
    found.how[rows[some]] = wider.how[some]
    scope[rows[some]] = wide[rows[some]]
    on_street = found.how != NOT_FOUND
    seen = np.where(on_street, found.stretches.first, estates.first)
    end = np.where(on_street, found.stretches.end, estates.end)
    lies, share = _areas_of_stretches(streets, Stretches(seen, end), shapes, len(areas))
    told = (scope >= len(areas)) & (lies >= 0) & (share >= LEAST_SHARE)
    lost = told | (scope < len(areas))
    scope = np.where(lost, scope, -1)
    found = FamilyStreets(found.stretches, np.where(lost, found.how, NOT_FOUND))
    found.stretches.end[~lost] = found.stretches.first[~lost]
    by_name = np.where(source >= 0, np.array(NAMED_RIGHT)[source], 0.0)
    return ByAddress(
        np.where(told, lies, named),
        np.where(told, ON_STREET, source),
        np.where(told, share, by_name),
        scope,
        found,
    )


def _areas_of_stretches(
    streets: NamedStreets, stretches: Stretches, shapes: NDArray[np.object_], areas: int
) -> tuple[Ints, Floats]:
    """Return the kelurahan of each stretch's middle, -1 in none, and its share of the length."""
    code = stretches.first * (len(streets.start) + 1) + stretches.end
    _, leading, member = np.unique(code, return_index=True, return_inverse=True)
    few = stretches.take(leading)
    middle, _ = middles(streets, few)
    area, share = np.full(len(middle), -1, dtype=np.intp), np.zeros(len(middle))
    point, shape = inside_shapes(shapes[:areas], middle)
    area[point] = shape
    length, pieces_at = np.hypot(*(streets.stop - streets.start).T), streets.middle
    for row in np.flatnonzero(area >= 0):
        pieces = slice(few.first[row], few.end[row])
        inside, _ = inside_shapes(shapes[area[row] : area[row] + 1], pieces_at[pieces])
        share[row] = length[pieces][inside].sum() / max(length[pieces].sum(), 0.01)
    return area[member], share[member]


def measured(
    parsed: pd.DataFrame,
    kecamatan: pd.Series,
    area: Ints,
    xy: Floats,
    areas: gpd.GeoDataFrame,
    shapes: NDArray[np.object_],
    streets: NamedStreets,
) -> dict[str, dict[str, float | int]]:
    """Return how often an address finds the kelurahan that is known otherwise.

    The kelurahan of known families is hidden. By source: ``n``, the mean ``confidence``
    that was stated, the share ``right``, and ``radius_m``, within which nine tenths of the homes
    lie from the middle of the street that was found (where at least ``LEAST_HIDDEN`` name one).

    Parameters
    ----------
    area
        The kelurahan of each family, as stated or by its coordinate; -1 not known so.
    xy
        Register coordinates, metres; families without are not asked.
    """
    rows = sample(xy, np.flatnonzero((area >= 0) & np.isfinite(xy).all(axis=1)), _ASKED)
    told = areas_by_address(parsed.iloc[rows], kecamatan.iloc[rows], areas, shapes, streets)
    right = told.area == area[rows]
    middle, _ = middles(streets, told.found.stretches)
    away = np.hypot(*(middle - xy[rows]).T)
    report: dict[str, dict[str, float | int]] = {}
    for number, source in enumerate(ALL_SOURCES):
        mine = told.source == number
        if not mine.any():
            continue
        report[source] = {
            "n": int(mine.sum()),
            "confidence": round(float(told.confidence[mine].mean()), 3),
            "right": round(float(right[mine].mean()), 3),
        }
        on_street = away[mine & np.isfinite(away)]
        if len(on_street) >= LEAST_HIDDEN:
            of_one = np.zeros(len(on_street), dtype=np.intp)
            report[source]["radius_m"] = round(float(radius_within(on_street, of_one, 1)[0]), 1)
    return report
