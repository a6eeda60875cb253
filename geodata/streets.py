"""Streets of a city, read from OpenStreetMap files and cut at every junction."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from common.errors import BadInputError
from common.language import N_
from geodata.osm_ways import Ways, cut_at_junctions


class StreetFileError(BadInputError):
    """The street file is missing, is not OSM data or holds no street."""

    code = "street-file"


class StreetsElsewhereError(BadInputError):
    """No street of the file lies in or near the city."""

    code = "streets-elsewhere"


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
    pieces = cut_at_junctions(ways)
    inside = shapely.intersects(within, pieces.geometry.to_numpy())
    if not inside.any():
        raise StreetsElsewhereError(
            N_("Tidak ada jalan di {file} yang berada di kota ini; periksa berkas jalannya."),
            file=path.name,
        )
    kept: gpd.GeoDataFrame = pieces[inside].reset_index(drop=True)
    return kept


def _read_ways(path: Path, bounds: tuple[float, float, float, float]) -> Ways:
    west, south, east, north = bounds
    ways = Ways()
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
                ways.add(way.id, dict(way.tags), at)
    except (RuntimeError, ValueError, osmium.InvalidLocationError):
        raise StreetFileError(
            N_("{file} bukan berkas jalan OSM (XML, XML.bz2 atau PBF) yang utuh."), file=path.name
        ) from None
    if seen == 0:
        raise StreetFileError(N_("{file} tidak berisi jalan."), file=path.name)
    return ways
