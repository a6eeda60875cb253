"""A flat plane in metres for one city, and the gentle bending of made-up lines on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]

# (wavelength, amplitude) in metres. The slopes 2 pi amplitude / wavelength add up to less than
# 1 / sqrt(2) in each, so the bending never folds the plane: lines that did not cross before do not
# after.
BROAD = ((1500.0, 55.0), (700.0, 18.0), (300.0, 8.0), (130.0, 2.5))
CRINKLED = ((420.0, 16.0), (230.0, 7.0), (110.0, 2.0))
_DEGREE_DIGITS = 7  # 1 cm


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a point; exact to about 1 in 1,000 within 50 km.

    Metres in a degree: series of the WGS 84 ellipsoid (NGA, Latitude and Longitude calculator).
    """

    lon: float
    lat: float

    @property
    def _scale(self) -> Points:
        """Metres per degree of longitude and of latitude."""
        phi = np.radians(self.lat)
        east = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
        north = 111132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
        return np.array([east, north])

    def metres(self, lonlat: Points) -> Points:
        """Return x, y in metres of n x 2 degrees (EPSG:4326, lon first)."""
        return (np.asarray(lonlat, dtype=float) - [self.lon, self.lat]) * self._scale

    def degrees(self, xy: Points) -> Points:
        """Return lon, lat (EPSG:4326), rounded to 1 cm, of n x 2 metres."""
        return np.round(np.asarray(xy) / self._scale + [self.lon, self.lat], _DEGREE_DIGITS)

    def shapes(self, geometries: Any) -> NDArray[np.object_]:  # noqa: ANN401  # any array of shapes
        """Return shapes in EPSG:4326 as shapes in metres, third coordinates dropped."""
        flat = shapely.force_2d(np.asarray(geometries, dtype=object))
        return np.asarray(shapely.transform(flat, self.metres), dtype=object)


def outer_shape(shape: BaseGeometry) -> Polygon:
    """Return what lies within the outer ring of a polygon."""
    return Polygon(shapely.get_coordinates(shapely.get_exterior_ring(shape)))


def plane_of(bounds: tuple[float, float, float, float] | Points) -> Plane:
    """Return the plane around the middle of west, south, east, north in degrees."""
    west, south, east, north = (float(each) for each in bounds)
    return Plane((west + east) / 2, (south + north) / 2)


def bending(
    rng: np.random.Generator, waves_m: tuple[tuple[float, float], ...] = BROAD
) -> Callable[[Points], Points]:
    """Return a smooth displacement of points in metres that folds nothing.

    ``waves_m`` is ``BROAD``, which moves places by some 60 m, or ``CRINKLED``, by some 20 m.
    """
    angles = rng.uniform(0, 2 * np.pi, (2, len(waves_m)))
    phases = rng.uniform(0, 2 * np.pi, (2, len(waves_m)))
    lengths, amplitudes = np.array(waves_m).T

    def bend(xy: Points) -> Points:
        moved = np.array(xy, dtype=float)
        for axis in (0, 1):
            along = np.outer(xy[:, 0], np.cos(angles[axis])) + np.outer(
                xy[:, 1], np.sin(angles[axis])
            )
            waves = np.sin(2 * np.pi * along / lengths + phases[axis])
            moved[:, axis] += waves @ amplitudes
        return moved

    return bend


def densified(start: Points, end: Points, step_m: float) -> Points:
    """Return points from ``start`` up to, not with, ``end``, at most ``step_m`` apart.

    The same points come out, mirrored, when start and end change places, so that two
    polygons sharing an edge share every vertex on it.
    """
    if tuple(end) < tuple(start):
        return np.vstack([start, densified(end, start, step_m)[:0:-1]])
    parts = max(1, int(np.ceil(np.hypot(*(end - start)) / step_m)))
    share = np.arange(parts)[:, None] / parts
    return start + share * (end - start)
