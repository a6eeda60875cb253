"""The city as placing needs it: kelurahan and streets in degrees and in metres."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.boundaries import local_crs
from geodata.cut_streets import CutStreets, cut_streets


@dataclass(frozen=True, slots=True)
class Ground:
    """The areas in degrees and in metres, the streets, and the way between the two."""

    areas: gpd.GeoDataFrame  # geodata.columns.AREAS, EPSG:4326
    shapes: NDArray[np.object_]  # the same polygons in metres
    pieces: CutStreets | None  # None without streets
    to_m: Transformer
    to_degrees: Transformer


def ground_of(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None) -> Ground:
    """Return the city's ground; ``streets`` in EPSG:4326 with ``highway``, ``name``."""
    crs = local_crs(areas)
    return Ground(
        areas,
        areas.geometry.to_crs(crs).to_numpy(),
        None if streets is None or streets.empty else cut_streets(streets.to_crs(crs)),
        Transformer.from_crs("EPSG:4326", crs, always_xy=True),
        Transformer.from_crs(crs, "EPSG:4326", always_xy=True),
    )
