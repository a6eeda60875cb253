"""Points of RT and RW that a person knows, and which ones are worth asking for next.

A register without coordinates has nothing to learn centres from; one point an RW, clicked by a
kader, then places all families of that RW.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.calibration import CLEARLY
from geodata.centres import Floats, Ints, radius_within
from geodata.columns import GRADES
from geodata.coordinate_checks import area_of, distance_outside, project

# Kinds of points that place families, best first; a posyandu stands for its RW when there is no
# better point of it.
SOURCES = ("rt", "rw", "posyandu")
_KEYS = {"rt": ["area", "rw", "rt"], "rw": ["area", "rw"], "posyandu": ["area", "rw"]}
_TELLING = 50  # families that tell how far homes lie from points; fewer prove little


@dataclass(frozen=True, slots=True)
class KnownCentres:
    """Known points by kind."""

    keys: Mapping[str, pd.DataFrame]  # by source: area (position in the areas), rw, for rt also rt
    xy: Mapping[str, Floats]  # the same rows, metres

    def positions(self, source: str, keys: pd.DataFrame) -> Ints:
        """Return for each row of ``keys`` the position of its point, -1 where there is none."""
        names = _KEYS[source]
        wanted = self.keys[source]
        numbered = wanted.assign(position=np.arange(len(wanted), dtype=np.intp))
        joined = keys[names].merge(numbered, on=names, how="left")
        return joined["position"].fillna(-1).to_numpy(dtype=np.intp)


def known_centres(
    points: pd.DataFrame | None,
    areas: gpd.GeoDataFrame,
    shapes: NDArray[np.object_],
    to_m: Transformer,
    tolerance_m: float,
) -> KnownCentres:
    """Return the points that can place families.

    Points of kelurahan that the city does not have, or more than ``tolerance_m`` outside theirs,
    are left out. Of several posyandu in an RW the first counts.

    Parameters
    ----------
    points
        ``geodata.columns.POINTS``, or None.
    areas, shapes
        The city, EPSG:4326 and in metres.
    to_m
        From EPSG:4326 to the metres of ``shapes``.
    """
    keys: dict[str, pd.DataFrame] = {}
    xy: dict[str, Floats] = {}
    for source in SOURCES:
        names = _KEYS[source]
        rows = _of_kind(points, source, names[1:])
        lon, lat = rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float)
        metres = project(to_m, lon, lat)
        area = pd.Index(areas["area_code"]).get_indexer(pd.Index(rows["area_code"]))
        away = distance_outside(shapes, metres, area, area_of(areas, lon, lat))
        rows["area"] = area.astype(float)  # as the keys of families, which may lack it
        kept = ((area >= 0) & (away <= tolerance_m)) & ~rows.duplicated(names).to_numpy()
        keys[source] = rows.loc[kept, names].reset_index(drop=True)
        xy[source] = metres[kept]
    return KnownCentres(keys, xy)


def point_radius(away: Floats, usual: float) -> float:
    """Return the radius around known points within which nine in ten families live.

    ``away`` are the distances of well-placed families from the point of their own RT or RW, in
    metres or in extents of that RT or RW; fewer than 50 of them prove little, and ``usual`` is
    returned.
    """
    if len(away) < _TELLING:
        return usual
    return float(radius_within(away, np.zeros(len(away), dtype=np.intp), 1)[0])


def points_worth_adding(
    households: pd.DataFrame,
    places: pd.DataFrame,
    limit: int | None = None,
    usual_m: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the RT and RW whose point would place most families better than now.

    An RT's point raises its families that are known by RW or worse, an RW's point those that
    are known by kelurahan only; an RT's families count in the row of their RW as well.

    Parameters
    ----------
    households
        Columns ``rw``, ``rt``; unique index.
    places
        ``geodata.columns.PLACES`` with the same index values.
    limit
        Rows to return; all when None.
    usual_m
        Radius that a point of kind ``rw`` and ``rt`` gives: a family whose place is clearly
        better known than that keeps it and is not counted. None: all are counted.

    Returns
    -------
    pd.DataFrame
        ``area_code``, ``rw``, ``rt`` (missing: the point of the whole RW) and ``families``, most
        first, on a tie the RW before its RT; index 0, 1, ...
    """
    known = households[["rw", "rt"]].join(places[["area_code", "grade", "radius_m"]])
    rank = known["grade"].map({grade: at for at, grade in enumerate(GRADES)})
    parts = []
    for names, grade in ((["area_code", "rw"], "rw"), (["area_code", "rw", "rt"], "rt")):
        better = CLEARLY * (usual_m or {}).get(grade, 0.0)
        open_ = (rank > GRADES.index(grade)) & ~(known["radius_m"] < better)
        raised = known.loc[open_, names].dropna()
        parts.append(raised.groupby(names).size().rename("families").reset_index())
    worth = pd.concat(parts, ignore_index=True)
    worth = worth.reindex(columns=["area_code", "rw", "rt", "families"])
    worth = worth.astype({"area_code": "str", "rw": "str", "rt": "str", "families": "int64"})
    worth = worth.sort_values(
        ["families", "area_code", "rw", "rt"],
        ascending=[False, True, True, True],
        na_position="first",
        ignore_index=True,
    )
    return worth if limit is None else worth.head(limit)


def _of_kind(points: pd.DataFrame | None, kind: str, named: list[str]) -> pd.DataFrame:
    """Return the points of one kind whose RW (and RT) is known."""
    if points is None:
        columns = {"area_code": "str", "rw": "str", "rt": "str", "lon": "float", "lat": "float"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    rows = points.loc[points["kind"] == kind, ["area_code", "rw", "rt", "lon", "lat"]]
    return rows.dropna(subset=["area_code", *named]).reset_index(drop=True)
