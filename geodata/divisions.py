"""Tell which families lie in another kelurahan when another boundary file is used."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geodata.boundaries import local_crs
from geodata.centres import Floats, Ints
from geodata.coordinate_checks import area_of, project

# Outcomes of a comparison: in the same kelurahan; in another one; in none of the new file;
# without a point, or without a kelurahan so far, so that nothing can be said.
OUTCOMES = ("same", "changes", "outside", "unknown")


def compare_divisions(places: pd.DataFrame, areas_new: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return for every family its kelurahan so far and the one that the new boundaries say.

    The point decides, so compare places of grade ``verified`` to ``rw``; the point of grade
    ``kelurahan`` stands for a whole area and moves with it.

    Parameters
    ----------
    places
        Columns ``lon``, ``lat`` (EPSG:4326, NaN without a point) and ``area_code`` (missing
        when unknown); n rows, any index.
    areas_new
        ``geodata.columns.AREAS``, EPSG:4326.

    Returns
    -------
    pd.DataFrame
        n rows, same index and order. ``old_area_code``; ``new_area_code``, missing outside all
        new areas or without a point; ``outcome``, one of :data:`OUTCOMES`; ``border_m``, metres
        to the border of the new area that holds the point, outside to the nearest area, NaN
        without a point. A small ``border_m`` says that the two files only draw the same border
        a little differently.
    """
    lon, lat = (places[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    here = area_of(areas_new, lon, lat)
    known = np.isfinite(lon) & np.isfinite(lat)
    codes = areas_new["area_code"].to_numpy(dtype=object)
    new = pd.Series(np.where(here >= 0, codes[here], None), index=places.index, dtype="str")
    old = places["area_code"].astype("str")
    outcome = np.select(
        [~known | old.isna().to_numpy(), here < 0, (old == new).to_numpy(dtype=bool)],
        ["unknown", "outside", "same"],
        default="changes",
    )
    return pd.DataFrame(
        {
            "old_area_code": old,
            "new_area_code": new,
            "outcome": pd.Series(outcome, index=places.index, dtype="str"),
            "border_m": _border_m(areas_new, lon, lat, here),
        },
        index=places.index,
    )


def division_counts(compared: pd.DataFrame, areas_new: gpd.GeoDataFrame) -> dict[str, object]:
    """Return the counts of :func:`compare_divisions` for a report.

    Returns
    -------
    dict
        ``families``; ``outcomes``, which sum to it; ``codes_gone``: kelurahan with families
        that the new file does not have; ``moves``: families by ``[old, new]`` code, most first.
    """
    outcomes = compared["outcome"].value_counts()
    changing = compared[compared["outcome"] == "changes"]
    moves = changing.groupby(["old_area_code", "new_area_code"]).size()
    moves = moves.sort_values(ascending=False, kind="stable")
    used = pd.Index(compared["old_area_code"].dropna().unique())
    return {
        "families": len(compared),
        "outcomes": {name: int(outcomes.get(name, 0)) for name in OUTCOMES},
        "codes_gone": sorted(used.difference(pd.Index(areas_new["area_code"]))),
        "moves": [
            {"old_area_code": str(old), "new_area_code": str(new), "families": int(count)}
            for (old, new), count in zip(moves.index, moves, strict=True)
        ],
    }


def _border_m(areas: gpd.GeoDataFrame, lon: Floats, lat: Floats, here: Ints) -> Floats:
    """Return the metres from each point to the border of its area, else to the nearest area."""
    crs = local_crs(areas)
    xy = project(Transformer.from_crs("EPSG:4326", crs, always_xy=True), lon, lat)
    borders = areas.geometry.to_crs(crs).boundary.to_numpy()
    shapely.prepare(borders)
    away = np.full(len(lon), np.nan)
    inside = np.flatnonzero((here >= 0) & np.isfinite(xy).all(axis=1))
    away[inside] = shapely.distance(borders[here[inside]], shapely.points(xy[inside]))
    outside = np.flatnonzero((here < 0) & np.isfinite(xy).all(axis=1))
    if len(outside):
        tree = shapely.STRtree(borders)
        near, metres = tree.query_nearest(
            shapely.points(xy[outside]), return_distance=True, all_matches=False
        )
        away[outside[near[0]]] = metres
    return away
