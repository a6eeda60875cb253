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
    point, area = inside_shapes(areas.geometry.to_numpy(), np.column_stack([lon, lat]))
    found[point[::-1]] = area[::-1]  # on a border the first area wins
    return found


def inside_shapes(shapes: NDArray[np.object_], xy: Floats) -> tuple[Ints, Ints]:
    """Return point and shape for every point that lies in a shape or on its border.

    Pairs come shape by shape. Points that are NaN lie in none.
    """
    shapely.prepare(shapes)
    order = np.argsort(xy[:, 0], kind="stable")  # NaN last
    x, y = xy[order, 0], xy[order, 1]
    points: list[Ints] = []
    for shape in shapes:
        west, south, east, north = shapely.bounds(shape)
        first, end = np.searchsorted(x, west, "left"), np.searchsorted(x, east, "right")
        near = first + np.flatnonzero((y[first:end] >= south) & (y[first:end] <= north))
        points.append(order[near[shapely.intersects_xy(shape, x[near], y[near])]])
    area = np.repeat(np.arange(len(shapes)), [len(each) for each in points])
    return np.concatenate([*points, np.empty(0, dtype=np.intp)]), area


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


def moved_inside(shapes: NDArray[np.object_], xy: Floats, area: Ints) -> Floats:
    """Return the points, those outside their area at its nearest point 1 m inside the border.

    Parameters
    ----------
    shapes
        The areas, in metres.
    xy
        n points, metres; NaN stays.
    area
        The area of each point, 0 or more.
    """
    inside = xy.copy()
    shapely.prepare(shapes)
    for at in np.unique(area):
        mine = np.flatnonzero((area == at) & np.isfinite(xy[:, 0]))
        out = mine[~shapely.intersects_xy(shapes[at], xy[mine, 0], xy[mine, 1])]
        if len(out):
            core = shapely.buffer(shapes[at], -1.0)
            near = shapely.shortest_line(
                shapes[at] if core.is_empty else core, shapely.points(xy[out])
            )
            inside[out] = shapely.get_coordinates(shapely.get_point(near, 0))
    return inside
