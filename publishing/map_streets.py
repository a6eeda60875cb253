"""The streets of a screen map: few features, and no more of them than a browser takes easily."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from publishing.map_html import rounded, safe
from publishing.words import clean

_WIDE = frozenset({"motorway", "trunk", "primary", "secondary"})
_MIDDLE = frozenset({"tertiary", "unclassified"})
_WIDTH_PX = {"wide": 5.0, "middle": 3.5, "small": 2.0}
_DEGREE_M = 111_320  # metres of a degree of latitude; near enough beside the equator
_SMALL_WITHIN_M = (1000.0, 500.0, 250.0, 125.0, 60.0)  # of the day, tried in this order
MOST_POINTS = 35_000  # of all streets on a map; some 20 bytes each in the page


def streets_near(streets: gpd.GeoDataFrame, day: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the streets to draw around a day: all of them where that is not too much.

    Where they have more than ``MOST_POINTS`` points, the wide ones and those small ones that
    pass within 1,000 m of the day, else within 500, 250, 125 or 60 m.

    Parameters
    ----------
    streets
        ``highway``, ``name``, geometry: lines, EPSG:4326.
    day
        Route, stops and base, EPSG:4326.
    """
    points = shapely.get_num_coordinates(streets.geometry.to_numpy())
    if points.sum() <= MOST_POINTS:
        return streets
    wide = _widths(streets) != "small"
    away_m = _DEGREE_M * shapely.distance(streets.geometry.to_numpy(), day)
    for within_m in _SMALL_WITHIN_M:
        kept = wide | (away_m <= within_m)
        if points[kept].sum() <= MOST_POINTS:
            break
    return streets[kept]


def street_features(streets: gpd.GeoDataFrame) -> dict[str, object]:
    """Return the streets as few GeoJSON features: one a name, one a width for the nameless.

    Properties: ``w`` width in pixels, ``n`` escaped name (named ones only).
    """
    width = _widths(streets)
    names = streets["name"].astype(object).where(streets["name"].notna(), "").map(clean)
    features: list[dict[str, object]] = []
    for (name, size), rows in streets.groupby([names.to_numpy(), width]):
        lines = shapely.line_merge(shapely.union_all(rows.geometry.to_numpy()))
        text = {"n": safe(str(name))} if name else {}
        features.append(
            {
                "type": "Feature",
                "id": str(len(features)),
                "properties": {"w": _WIDTH_PX[str(size)], **text},
                "geometry": rounded(shapely.simplify(lines, 0.00001)),
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _widths(streets: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Return ``wide``, ``middle`` or ``small`` for each street."""
    kinds = streets["highway"].astype(str).str.removesuffix("_link")
    return np.select([kinds.isin(_WIDE), kinds.isin(_MIDDLE)], ["wide", "middle"], "small")
