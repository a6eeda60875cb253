"""Where made-up families live: beside the small streets of their kelurahan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geodata.madeup.plane import Points

HOME_STREETS = (
    "residential", "living_street", "unclassified", "road", "service", "path", "footway",
    "pedestrian",
)  # fmt: skip
_BESIDE_M = (5.0, 25.0)  # door to the middle of the street
_STREET_PART = 0.7  # of a kelurahan's share of families follows its streets, the rest its area
_CROWDING = 0.6  # sigma of the lognormal density of homes along a street
_TRIES = 15


@dataclass(frozen=True, slots=True)
class Frontage:
    """Pieces of street, metres, that homes can stand along, grouped by kelurahan."""

    lines: NDArray[np.object_]
    area: NDArray[np.intp]  # row of the kelurahan, ascending

    def of(self, area: int) -> NDArray[np.object_]:
        """Return the pieces inside one kelurahan."""
        first, last = np.searchsorted(self.area, [area, area + 1])
        return self.lines[first:last]


def frontage(polygons: NDArray[np.object_], lines: NDArray[np.object_]) -> Frontage:
    """Cut streets at the borders of the kelurahan; all in metres on one plane."""
    area, line = shapely.STRtree(lines).query(polygons, predicate="intersects")
    order = np.lexsort([line, area])
    area, line = area[order], line[order]
    cut = shapely.intersection(lines[line], polygons[area])
    parts, source = shapely.get_parts(cut, return_index=True)
    usable = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 1.0)
    return Frontage(parts[usable], area[source[usable]])


def families_per_area(
    families: int, polygons: NDArray[np.object_], streets: Frontage
) -> NDArray[np.intp]:
    """Share families out by length of street and by area; largest remainders get the rest."""
    length = np.bincount(
        streets.area, weights=shapely.length(streets.lines), minlength=len(polygons)
    )
    area = shapely.area(polygons)
    share = (1 - _STREET_PART) * area / area.sum()
    share += _STREET_PART * (length / length.sum() if length.sum() > 0 else area / area.sum())
    return shared_out(families, share)


def shared_out(count_in_all: int, share: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return whole numbers in proportion to shares that sum to 1; largest remainders first."""
    exact = count_in_all * share
    count: NDArray[np.intp] = np.floor(exact).astype(np.intp)
    rest = np.argsort(-(exact - count), kind="stable")[: count_in_all - count.sum()]
    count[rest] += 1
    return count


def place_homes(
    rng: np.random.Generator,
    counts: NDArray[np.intp],
    polygons: NDArray[np.object_],
    streets: Frontage,
) -> pd.DataFrame:
    """Return one row a family: ``area`` (row of the kelurahan), ``x``, ``y`` in metres.

    ``counts`` are the families of each kelurahan. Every home lies inside its kelurahan.
    Where a kelurahan has no street, homes are spread over its area.
    """
    shapely.prepare(polygons)
    points = [
        _beside(rng, int(count), polygons[area], streets.of(area))
        for area, count in enumerate(counts)
    ]
    xy = np.vstack(points)
    return pd.DataFrame(
        {"area": np.repeat(np.arange(len(polygons)), counts), "x": xy[:, 0], "y": xy[:, 1]}
    )


def _beside(
    rng: np.random.Generator, count: int, polygon: BaseGeometry, lines: NDArray[np.object_]
) -> Points:
    if len(lines) == 0:
        return spread(rng, count, polygon)
    length = shapely.length(lines)
    reach = np.cumsum(length * rng.lognormal(0, _CROWDING, len(lines)))
    homes = np.empty((count, 2))
    missing = np.arange(count)
    for _ in range(_TRIES):
        piece = np.searchsorted(reach, rng.uniform(0, reach[-1], len(missing)), side="right")
        piece = np.minimum(piece, len(lines) - 1)
        along = rng.uniform(0, length[piece])
        on_street = _points_at(lines[piece], along)
        ahead = _points_at(lines[piece], np.minimum(along + 1, length[piece]))
        behind = _points_at(lines[piece], np.maximum(along - 1, 0))
        heading = (ahead - behind) / np.maximum(np.hypot(*(ahead - behind).T), 1e-9)[:, None]
        side = rng.choice([-1.0, 1.0], len(missing)) * rng.uniform(*_BESIDE_M, len(missing))
        tried = on_street + side[:, None] * np.column_stack([-heading[:, 1], heading[:, 0]])
        inside = shapely.contains_xy(polygon, tried[:, 0], tried[:, 1])
        homes[missing[inside]] = tried[inside]
        missing = missing[~inside]
        if len(missing) == 0:
            return homes
    homes[missing] = spread(rng, len(missing), polygon)
    return homes


def _points_at(lines: NDArray[np.object_], along: NDArray[np.float64]) -> Points:
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(lines, along)))


def spread(rng: np.random.Generator, count: int, polygon: BaseGeometry) -> Points:
    """Return points anywhere in a polygon, n x 2."""
    west, south, east, north = polygon.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform([west, south], [east, north], (2 * count + 10, 2))
        inside = shapely.contains_xy(polygon, tried[:, 0], tried[:, 1])
        found = np.vstack([found, tried[inside]])
    return found[:count]


def middle_of(polygon: Polygon, lines: NDArray[np.object_]) -> tuple[float, float]:
    """Return the point on a street, metres, nearest the middle of a kelurahan.

    Where it has no street: a point inside it.
    """
    middle = polygon.centroid if len(lines) else polygon.representative_point()
    if len(lines):
        nearest = lines[int(np.argmin(shapely.distance(lines, middle)))]
        middle = nearest.interpolate(nearest.project(middle))
    return float(middle.x), float(middle.y)


def street_point(
    rng: np.random.Generator, polygon: Polygon, lines: NDArray[np.object_]
) -> tuple[float, float]:
    """Return a point somewhere on the streets of a kelurahan, metres; else a point inside it."""
    if len(lines) == 0:
        x, y = spread(rng, 1, polygon)[0]
        return float(x), float(y)
    length = shapely.length(lines)
    line = lines[int(rng.choice(len(lines), p=length / length.sum()))]
    point = line.interpolate(rng.uniform(0.1, 0.9), normalized=True)
    return float(point.x), float(point.y)
