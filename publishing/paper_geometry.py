"""From longitude and latitude to millimetres of paper, and where arrows stand on a line."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

ARROW_EVERY_M = 300.0
LEAST_SPAN_M = 350.0  # a day in one street still shows the streets around it

Geometries = NDArray[np.object_]


def utm_epsg(lon: float, lat: float) -> int:
    """Return the EPSG code of the WGS 84 / UTM zone that a place lies in."""
    zone = min(int((lon + 180) // 6) + 1, 60)
    return (32700 if lat < 0 else 32600) + zone


def to_metres(geometries: Geometries, epsg: int) -> Geometries:
    """Return the geometries (EPSG:4326) in the metres of a UTM zone, same order."""
    transformer = Transformer.from_crs(4326, epsg, always_xy=True)

    def moved(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(lonlat[:, 0], lonlat[:, 1]))

    result: Geometries = shapely.transform(geometries, moved)
    return result


@dataclass(frozen=True, slots=True)
class Arrow:
    """A direction arrow on a line; ``angle`` is counter-clockwise from east, radians."""

    x: float
    y: float
    angle: float


def arrow_distances(length: float, every: float) -> list[float]:
    """Return where arrows stand on a line, about ``every`` units apart; at least one."""
    count = max(1, round(length / every)) if length > 0 else 0
    return [length * (index + 0.5) / count for index in range(count)]


def arrow_at(line: LineString, distance: float, reach: float) -> Arrow:
    """Return the arrow at a distance along a line; its angle is that of ``reach`` around it."""
    before, here, after = (line.interpolate(max(distance + d, 0)) for d in (-reach, 0, reach))
    return Arrow(here.x, here.y, math.atan2(after.y - before.y, after.x - before.x))


@dataclass(frozen=True, slots=True)
class Frame:
    """A sheet of paper over a UTM zone; paper coordinates are mm from its lower left corner."""

    width_mm: float
    height_mm: float
    epsg: int
    x_m: float  # UTM place of the lower left corner
    y_m: float
    m_per_mm: float

    @property
    def box(self) -> Polygon:
        """The whole frame, in mm."""
        return shapely.box(0, 0, self.width_mm, self.height_mm)

    def bounds_lonlat(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of the frame, EPSG:4326."""
        right = self.x_m + self.width_mm * self.m_per_mm
        top = self.y_m + self.height_mm * self.m_per_mm
        back = Transformer.from_crs(self.epsg, 4326, always_xy=True)
        west, south, east, north = back.transform_bounds(self.x_m, self.y_m, right, top)
        return west, south, east, north

    def on_paper(self, geometries: Geometries) -> Geometries:
        """Return the geometries (EPSG:4326) in mm, same order, not yet clipped."""
        corner = np.array([self.x_m, self.y_m])

        def moved(metres: NDArray[np.float64]) -> NDArray[np.float64]:
            result: NDArray[np.float64] = (metres - corner) / self.m_per_mm
            return result

        result: Geometries = shapely.transform(to_metres(geometries, self.epsg), moved)
        return result

    def clipped(self, geometries: Geometries, beyond_mm: float = 2.0) -> Geometries:
        """Return paper geometries cut at the frame (and a little beyond), same order."""
        low, right, top = -beyond_mm, self.width_mm + beyond_mm, self.height_mm + beyond_mm
        result: Geometries = shapely.clip_by_rect(geometries, low, low, right, top)
        return result


def fit_frame(
    shown: BaseGeometry, width_mm: float, height_mm: float, margin_mm: float, least_m: float
) -> Frame:
    """Return the frame of the largest scale that shows a geometry with a margin around.

    Parameters
    ----------
    shown
        What must be visible, EPSG:4326, not empty.
    least_m
        The shorter side of the frame shows at least this many metres.
    """
    west, south, east, north = shown.bounds
    epsg = utm_epsg((west + east) / 2, (south + north) / 2)
    left, low, right, top = to_metres(np.array([shown], dtype=object), epsg)[0].bounds
    m_per_mm = max(
        (right - left) / (width_mm - 2 * margin_mm),
        (top - low) / (height_mm - 2 * margin_mm),
        least_m / min(width_mm, height_mm),
    )
    x_m = (left + right - width_mm * m_per_mm) / 2
    y_m = (low + top - height_mm * m_per_mm) / 2
    return Frame(width_mm, height_mm, epsg, x_m, y_m, m_per_mm)
