"""The place that stands for a whole kelurahan: in the middle of its streets, never a centroid."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geodata.centres import SHARE_WITHIN, Floats, Ints, geometric_medians
from geodata.coordinate_checks import inside_shapes
from geodata.cut_streets import CutStreets

_GRID = 24  # points along the longer side of an area's box, to measure its extent
_SPARSE = 0.5  # streets near less than this share of an area say little about where people live


def area_places(
    shapes: NDArray[np.object_], pieces: CutStreets | None, near_m: float
) -> tuple[Floats, Floats]:
    """Return a point for each area and the radius within which nine in ten homes should lie.

    The point is the piece of street nearest to the geometric median of the area's streets,
    weighted by length: of those along which people live, of all where there are none of these.
    The radius is the distance of nine tenths of that length. Without streets it is a point
    inside the area and the distance of nine tenths of its surface; so is the radius, where that
    is larger, when streets come within ``near_m`` of less than half of the surface.

    Parameters
    ----------
    shapes
        k polygons in metres.
    pieces
        Streets in the same metres; or None.
    near_m
        How far from a street homes still lie, metres.

    Returns
    -------
    tuple of NDArray
        Points (k, 2) and radii (k,), metres.
    """
    xy = np.empty((len(shapes), 2))
    radius = np.empty(len(shapes))
    inside = _inside(shapes, pieces)
    middles, lengths = (None, None) if pieces is None else (pieces.middle, pieces.length)
    for at, (shape, chosen) in enumerate(zip(shapes, inside, strict=True)):
        surface = _grid(shape)
        if middles is None or lengths is None or not len(chosen):
            xy[at] = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
            radius[at] = _share_radius(surface, xy[at])
            continue
        middle = middles[chosen]
        xy[at], radius[at] = _on_street(middle, lengths[chosen])
        near, _ = KDTree(middle).query(surface)
        if np.mean(np.asarray(near) <= near_m) < _SPARSE:
            radius[at] = max(radius[at], _share_radius(surface, xy[at]))
    return xy, radius


def _inside(shapes: NDArray[np.object_], pieces: CutStreets | None) -> list[Ints]:
    """Return the pieces of each area along which people live, else all of its pieces."""
    if pieces is None:
        return [np.empty(0, dtype=np.intp) for _ in shapes]
    found, area = inside_shapes(shapes, pieces.middle)
    some = pieces.length[found] > 0
    found, area = found[some], area[some]
    chosen = []
    for at in range(len(shapes)):
        mine = np.sort(found[area == at])
        homes = mine[pieces.home[mine]]
        chosen.append(homes if len(homes) else mine)
    return chosen


def _on_street(middle: Floats, weight: Floats) -> tuple[Floats, float]:
    """Return the piece nearest to the weighted median and the radius around it."""
    centre = geometric_medians(middle, np.zeros(len(middle), dtype=np.intp), 1, weight)[0]
    place = middle[np.hypot(*(middle - centre).T).argmin()]
    distance = np.hypot(*(middle - place).T)
    order = distance.argsort()
    within = np.cumsum(weight[order]) >= SHARE_WITHIN * weight.sum()
    return place, float(distance[order][within.argmax()])


def _grid(shape: shapely.Geometry) -> Floats:
    """Return points spread evenly over the area; its corners when it is too thin for any."""
    west, south, east, north = shapely.bounds(shape)
    step = max(east - west, north - south) / _GRID
    x, y = np.meshgrid(
        np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    )
    inside = shapely.contains_xy(shape, x.ravel(), y.ravel())
    if not inside.any():
        return np.asarray(shapely.get_coordinates(shape), dtype=np.float64)
    return np.column_stack([x.ravel()[inside], y.ravel()[inside]])


def _share_radius(points: Floats, place: Floats) -> float:
    return float(np.quantile(np.hypot(*(points - place).T), SHARE_WITHIN))
