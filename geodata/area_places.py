"""The place that stands for a whole kelurahan: in the middle of its streets, never a centroid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geodata.centres import SHARE_WITHIN, Floats, geometric_medians

# Streets along which people live; toll roads, airport and parking lanes are left out.
HOME_STREETS = (
    "residential", "living_street", "unclassified", "tertiary", "road", "pedestrian", "footway",
    "path",
)  # fmt: skip
_PIECE_M = 25.0  # streets are cut into pieces no longer than this
_GRID = 24  # points along the longer side of an area's box, to measure its extent
_SPARSE = 0.5  # streets near less than this share of an area say little about where people live


def area_places(
    shapes: NDArray[np.object_], streets: gpd.GeoDataFrame | None, near_m: float
) -> tuple[Floats, Floats]:
    """Return a point for each area and the radius within which nine in ten homes should lie.

    The point is the piece of street nearest to the geometric median of the area's streets,
    weighted by length (``HOME_STREETS``; all streets where there are none of these). The radius
    is the distance of nine tenths of that length. Without streets it is a point inside the area
    and the distance of nine tenths of its surface; so is the radius, where that is larger,
    when streets come within ``near_m`` of less than half of the surface.

    Parameters
    ----------
    shapes
        k polygons in metres.
    streets
        Lines in the same projected CRS, column ``highway``; or None.
    near_m
        How far from a street homes still lie, metres.

    Returns
    -------
    tuple of NDArray
        Points (k, 2) and radii (k,), metres.
    """
    xy = np.empty((len(shapes), 2))
    radius = np.empty(len(shapes))
    pieces = None if streets is None or streets.empty else _Pieces(streets)
    for at, shape in enumerate(shapes):
        surface = _grid(shape)
        middle, weight = (None, None) if pieces is None else pieces.inside(shape)
        if middle is None or weight is None or not len(middle):
            xy[at] = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
            radius[at] = _share_radius(surface, xy[at])
            continue
        xy[at], radius[at] = _on_street(middle, weight)
        near, _ = KDTree(middle).query(surface)
        if np.mean(np.asarray(near) <= near_m) < _SPARSE:
            radius[at] = max(radius[at], _share_radius(surface, xy[at]))
    return xy, radius


class _Pieces:
    """Streets cut into short pieces, found by area."""

    def __init__(self, streets: gpd.GeoDataFrame) -> None:
        lines = streets.geometry.to_numpy()
        parts, of_line = shapely.get_parts(lines, return_index=True)
        points, of_part = shapely.get_coordinates(
            shapely.segmentize(parts, _PIECE_M), return_index=True
        )
        joined = of_part[1:] == of_part[:-1]
        self.middle = ((points[1:] + points[:-1]) / 2)[joined]
        self.length = np.hypot(*(points[1:] - points[:-1]).T)[joined]
        home = (
            streets["highway"].isin(HOME_STREETS).to_numpy(dtype=bool)
            if "highway" in streets
            else np.ones(len(streets), dtype=bool)
        )
        self.home = home[of_line[of_part[1:][joined]]]
        self.tree = shapely.STRtree(shapely.points(self.middle))

    def inside(self, shape: shapely.Geometry) -> tuple[Floats, Floats]:
        """Return the middles and lengths of the pieces whose middle lies in the area."""
        found = np.sort(self.tree.query(shape, predicate="intersects"))
        found = found[self.length[found] > 0]
        homes = found[self.home[found]]
        chosen = homes if len(homes) else found
        return self.middle[chosen], self.length[chosen]


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
