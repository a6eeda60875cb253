"""The city as placing needs it: kelurahan, streets and names in degrees and in metres."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.boundaries import local_crs
from geodata.cut_streets import CutStreets, cut_streets
from geodata.map_names import NamesInAreas, names_in_areas


@dataclass(frozen=True, slots=True)
class Ground:
    """The areas in degrees and in metres, the streets, and the way between the two."""

    areas: gpd.GeoDataFrame  # geodata.columns.AREAS, EPSG:4326
    shapes: NDArray[np.object_]  # the same polygons in metres
    pieces: CutStreets | None  # None without streets
    to_m: Transformer
    to_degrees: Transformer
    names: NamesInAreas | None = None  # of the map, None when there are none


def ground_of(
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    map_names: gpd.GeoDataFrame | None = None,
) -> Ground:
    """Return the city's ground; ``streets`` in EPSG:4326 with ``highway``, ``name``.

    ``map_names`` as of :func:`geodata.map_names.read_map_names`.
    """
    crs = local_crs(areas)
    return Ground(
        areas,
        areas.geometry.to_crs(crs).to_numpy(),
        None if streets is None or streets.empty else cut_streets(streets.to_crs(crs)),
        Transformer.from_crs("EPSG:4326", crs, always_xy=True),
        Transformer.from_crs(crs, "EPSG:4326", always_xy=True),
        None if map_names is None or map_names.empty else names_in_areas(map_names, areas),
    )
