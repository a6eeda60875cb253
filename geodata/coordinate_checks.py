"""Checks on a register coordinate: where it lies, how many share it, how far a street is.

Positions of areas count from 0, -1 is none. Points in metres are NaN where there is none.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.centres import Floats, Ints

Mask = NDArray[np.bool_]


def area_of(areas: gpd.GeoDataFrame, lon: Floats, lat: Floats) -> Ints:
    """Return the position of the area that each point lies in, -1 in none."""
    found = np.full(len(lon), -1, dtype=np.intp)
    sound = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    tree = shapely.STRtree(np.asarray(shapely.points(lon[sound], lat[sound]), dtype=object))
    area, point = tree.query(areas.geometry.to_numpy(), predicate="intersects")
    found[sound[point[::-1]]] = area[::-1]  # on a border the first area wins
    return found


def project(transformer: Transformer, lon: Floats, lat: Floats) -> Floats:
    """Return metres; NaN where a point is missing or too far away for the projection."""
    xy = np.column_stack(transformer.transform(lon, lat))
    xy[~np.isfinite(xy).all(axis=1)] = np.nan
    return xy


def distance_outside(shapes: NDArray[np.object_], xy: Floats, area: Ints, here: Ints) -> Floats:
    """Return how far each point lies from its area, metres.

    Parameters
    ----------
    shapes
        The areas, in metres.
    xy
        n points, metres.
    area, here
        The area each point should lie in, and the one it lies in.

    Returns
    -------
    NDArray
        0 inside, or without an area; inf where the point is too far away to be projected.
    """
    away = np.where((area >= 0) & (here != area), np.inf, 0.0)
    measured = np.isinf(away) & np.isfinite(xy).all(axis=1)
    away[measured] = shapely.distance(shapely.points(xy[measured]), shapes[area[measured]])
    return away


def families_on_point(lon: Floats, lat: Floats) -> Ints:
    """Return how many families share each point, to 5 decimals of a degree (about 1 m)."""
    points = pd.DataFrame({"lon": lon.round(5), "lat": lat.round(5)})
    count = points.groupby(["lon", "lat"])["lon"].transform("size")
    return count.fillna(0).to_numpy(dtype=np.intp)


def far_from_street(
    streets: gpd.GeoDataFrame | None, xy: Floats, asked: Mask, most_m: float
) -> Mask:
    """Tell which of the ``asked`` points lie more than ``most_m`` from any street.

    Streets and points in metres; without streets no point is far.
    """
    far = np.zeros(len(xy), dtype=bool)
    if streets is None or not asked.any():
        return far
    tree = shapely.STRtree(streets.geometry.to_numpy())
    at = np.flatnonzero(asked)
    near, _ = tree.query_nearest(shapely.points(xy[at]), max_distance=most_m, all_matches=False)
    far[at] = True
    far[at[near]] = False
    return far
