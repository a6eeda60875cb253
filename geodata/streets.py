"""Streets of a city, read from OpenStreetMap files and cut at every junction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from common.errors import BadInputError
from common.language import N_

_CLOSED = frozenset({"no", "private"})
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_IMPLIED_ONEWAY = frozenset({"motorway", "motorway_link"})


class StreetFileError(BadInputError):
    """The street file is missing, is not OSM data or holds no street."""

    code = "street-file"


class StreetsElsewhereError(BadInputError):
    """No street of the file lies in or near the city."""

    code = "streets-elsewhere"


@dataclass(slots=True)
class _Ways:
    """Ways as they are read, one entry a way."""

    way_id: list[int] = field(default_factory=list)
    nodes: list[list[int]] = field(default_factory=list)
    lonlat: list[list[tuple[float, float]]] = field(default_factory=list)
    highway: list[str] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)
    oneway: list[int] = field(default_factory=list)
    walk: list[bool] = field(default_factory=list)
    motorcycle: list[bool] = field(default_factory=list)
    car: list[bool] = field(default_factory=list)


def read_streets(path: Path, within: BaseGeometry) -> gpd.GeoDataFrame:
    """Read the streets in and near a city, one row for each piece between two junctions.

    Parameters
    ----------
    path
        OSM XML (also ``.bz2``/``.gz``) or PBF.
    within
        Polygon, EPSG:4326: the city plus a margin. Pieces that do not touch it fall away.

    Returns
    -------
    gpd.GeoDataFrame
        EPSG:4326. ``way_id``; ``u``, ``v`` (OSM ids of the end nodes); ``highway``; ``name``
        (missing when unnamed); ``oneway`` (1 in drawing direction, -1 against it, 0 both);
        ``walk``, ``motorcycle``, ``car`` (not closed to it by a tag); ``geometry`` LineString.

    Raises
    ------
    StreetFileError
        No such file, not OSM data, or no street in it.
    StreetsElsewhereError
        All streets lie outside ``within``.
    """
    if not path.is_file():
        raise StreetFileError(N_("Berkas jalan {file} tidak ditemukan."), file=path.name)
    ways = _read_ways(path, within.bounds)
    if not ways.way_id:
        raise StreetsElsewhereError(
            N_("Tidak ada jalan di {file} yang berada di kota ini; periksa berkas jalannya."),
            file=path.name,
        )
    pieces = _cut_at_junctions(ways)
    inside = shapely.intersects(within, pieces.geometry.to_numpy())
    if not inside.any():
        raise StreetsElsewhereError(
            N_("Tidak ada jalan di {file} yang berada di kota ini; periksa berkas jalannya."),
            file=path.name,
        )
    kept: gpd.GeoDataFrame = pieces[inside].reset_index(drop=True)
    return kept


def _read_ways(path: Path, bounds: tuple[float, float, float, float]) -> _Ways:
    west, south, east, north = bounds
    ways = _Ways()
    seen = 0
    reader = (
        osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    try:
        for way in reader:
            if not isinstance(way, osmium.osm.Way):
                continue
            seen += 1
            at = [(n.ref, n.lon, n.lat) for n in way.nodes if n.location.valid()]
            lon, lat = [x for _, x, _ in at], [y for _, _, y in at]
            # by extent: a long stretch may cross the city without a node in it
            if (
                at
                and (min(lon) <= east and max(lon) >= west)
                and (min(lat) <= north and max(lat) >= south)
            ):
                _add_way(ways, way, at)
    except (RuntimeError, ValueError, osmium.InvalidLocationError):
        raise StreetFileError(
            N_("{file} bukan berkas jalan OSM (XML, XML.bz2 atau PBF) yang utuh."), file=path.name
        ) from None
    if seen == 0:
        raise StreetFileError(N_("{file} tidak berisi jalan."), file=path.name)
    return ways


def _add_way(ways: _Ways, way: osmium.osm.Way, at: list[tuple[int, float, float]]) -> None:
    kept = [at[0]] + [b for a, b in pairwise(at) if a[0] != b[0]]
    if len(kept) < 2:
        return
    tags = way.tags
    highway = tags["highway"]
    closed = tags.get("access") in _CLOSED
    motor = tags.get("motor_vehicle", "no" if closed else "yes")
    ways.way_id.append(way.id)
    ways.nodes.append([ref for ref, _, _ in kept])
    ways.lonlat.append([(lon, lat) for _, lon, lat in kept])
    ways.highway.append(highway)
    ways.name.append(tags.get("name"))
    ways.oneway.append(_direction(tags.get("oneway"), tags.get("junction"), highway))
    ways.walk.append(tags.get("foot", "no" if closed else "yes") not in _CLOSED)
    ways.motorcycle.append(tags.get("motorcycle", motor) not in _CLOSED)
    ways.car.append(tags.get("motorcar", motor) not in _CLOSED)


def _direction(oneway: str | None, junction: str | None, highway: str) -> int:
    if oneway in _FORWARD:
        return 1
    if oneway in _BACKWARD:
        return -1
    if oneway is None and (junction == "roundabout" or highway in _IMPLIED_ONEWAY):
        return 1
    return 0


def _cut_at_junctions(ways: _Ways) -> gpd.GeoDataFrame:
    """Return one row for each stretch of a way between nodes that more than one stretch uses."""
    uses = Counter(ref for nodes in ways.nodes for ref in nodes)
    source: list[int] = []
    ends: list[tuple[int, int]] = []
    coordinates: list[tuple[float, float]] = []
    owner: list[int] = []
    for w, (nodes, lonlat) in enumerate(zip(ways.nodes, ways.lonlat, strict=True)):
        cuts = [i for i in range(1, len(nodes) - 1) if uses[nodes[i]] > 1]
        for a, b in zip([0, *cuts], [*cuts, len(nodes) - 1], strict=True):
            source.append(w)
            ends.append((nodes[a], nodes[b]))
            coordinates.extend(lonlat[a : b + 1])
            owner.extend([len(source) - 1] * (b + 1 - a))
    rows = np.asarray(source)
    lines = shapely.linestrings(np.asarray(coordinates), indices=np.asarray(owner))
    return gpd.GeoDataFrame(
        {
            "way_id": np.asarray(ways.way_id, dtype=np.int64)[rows],
            "u": np.asarray([u for u, _ in ends], dtype=np.int64),
            "v": np.asarray([v for _, v in ends], dtype=np.int64),
            "highway": pd.Series(ways.highway, dtype="str").to_numpy()[rows],
            "name": pd.Series(ways.name, dtype="str").take(rows).reset_index(drop=True),
            "oneway": np.asarray(ways.oneway, dtype=np.int8)[rows],
            **{mode: _flags(getattr(ways, mode))[rows] for mode in ("walk", "motorcycle", "car")},
        },
        geometry=lines,
        crs="EPSG:4326",
    )


def _flags(values: list[bool]) -> NDArray[np.bool_]:
    return np.asarray(values, dtype=np.bool_)
