"""Perumahan, kampung and landmarks that an OpenStreetMap file names, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from common.errors import BadInputError
from common.language import N_
from geodata.addresses import parse_addresses
from geodata.centres import Floats, Ints
from geodata.coordinate_checks import Mask, area_of
from geodata.name_keys import name_key

PLACE, LANDMARK = "place", "landmark"
# Values of OSM's key place whose names stand in addresses; larger ones are kelurahan and cities.
_PLACES: Final = frozenset(
    {"neighbourhood", "quarter", "suburb", "hamlet", "village", "isolated_dwelling", "locality"}
)
_LANDMARKS: Final = frozenset(
    {
        "place_of_worship", "school", "kindergarten", "college", "university", "clinic",
        "hospital", "marketplace", "fuel", "townhall", "community_centre", "police",
    }
)  # fmt: skip
_BESIDE_M: Final = 300.0  # one name twice as near as this is one place, farther is two
_NEXT_TO: Final = r"^(?:dekat|deket|sebelah|samping|belakang|blkg|depan|dpn|seberang|dkt)\s+"
_EARTH: Final = Geod(ellps="WGS84")


class MapFileError(BadInputError):
    """The OSM file cannot be read."""

    code = "map-file"


@dataclass(frozen=True, slots=True)
class NamesInAreas:
    """Names of the map that mean one place in their kelurahan, k rows."""

    area: Ints  # position of the kelurahan
    key: pd.Series
    lon: Floats
    lat: Floats
    extent_m: Floats
    landmark: Mask  # a building, else an estate or kampung


def read_map_names(path: Path, within: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the named estates, kampung and landmarks of an OSM file in a city.

    Read are nodes and closed ways with ``place`` or ``amenity``, and ways with
    ``landuse=residential``, that have a name.

    Parameters
    ----------
    path
        OSM XML (also ``.bz2``/``.gz``) or PBF.
    within
        Polygon, EPSG:4326; what lies outside falls away.

    Returns
    -------
    gpd.GeoDataFrame
        EPSG:4326, points, in the order of the file. ``key``
        (:func:`geodata.name_keys.name_key`), ``kind`` (``place`` or ``landmark``), ``extent_m``
        (from the middle to the farthest corner, metres; 0 for a node). Empty when it names none.

    Raises
    ------
    MapFileError
        No such file, or not OSM data.
    """
    if not path.is_file():
        raise MapFileError(N_("Berkas jalan {file} tidak ditemukan."), file=path.name)
    try:
        found = list(_named(path))
    except (RuntimeError, ValueError, osmium.InvalidLocationError):
        raise MapFileError(
            N_("{file} bukan berkas jalan OSM (XML, XML.bz2 atau PBF) yang utuh."), file=path.name
        ) from None
    names = _frame(found)
    kept = names["key"].notna() & shapely.intersects(within, names.geometry.to_numpy())
    return gpd.GeoDataFrame(names[kept].reset_index(drop=True))


def no_map_names() -> gpd.GeoDataFrame:
    """Return what :func:`read_map_names` returns for a file that names nothing."""
    return _frame([])


def _frame(found: list[tuple[str, str, float, float, float]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(found, columns=["name", "kind", "lon", "lat", "extent_m"])
    return gpd.GeoDataFrame(
        {
            "key": place_keys(frame["name"].astype("str")),
            "kind": frame["kind"].astype("str"),
            "extent_m": frame["extent_m"].astype(float),
        },
        geometry=gpd.points_from_xy(frame["lon"].astype(float), frame["lat"].astype(float)),
        crs="EPSG:4326",
    )


def place_keys(names: pd.Series) -> pd.Series:
    """Return keys of estates and kampung without that word; of other names as a whole.

    ``Perumahan Griya Asri`` and ``Griya Asri`` have one key, ``Masjid Al-Ikhlas`` its own.
    """
    parsed = parse_addresses(names)
    return name_key(parsed["estate"].fillna(parsed["kampung"]).fillna(names))


def landmark_keys(landmarks: pd.Series) -> pd.Series:
    """Return keys of the landmarks of addresses without the word that says how near.

    ``sebelah musholla Nurul Iman`` gives the key of ``Musholla Nurul Iman``.
    """
    return name_key(landmarks.str.replace(_NEXT_TO, "", case=False, regex=True))


def names_in_areas(names: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NamesInAreas:
    """Return the names that mean one place in their kelurahan.

    A name that stands twice, farther than 300 m apart, tells nothing and is left out.

    Parameters
    ----------
    names
        :func:`read_map_names`.
    areas
        ``geodata.columns.AREAS``, EPSG:4326.
    """
    lon, lat = names.geometry.x.to_numpy(float), names.geometry.y.to_numpy(float)
    frame = pd.DataFrame(
        {
            "area": area_of(areas, lon, lat), "key": names["key"].to_numpy(),
            "lon": lon, "lat": lat, "extent_m": names["extent_m"].to_numpy(float),
            "landmark": (names["kind"] == LANDMARK).to_numpy(),
        }
    )  # fmt: skip
    frame = frame[frame["area"] >= 0].sort_values(
        ["area", "key", "extent_m", "lon", "lat"], ascending=[True, True, False, True, True]
    )
    first = frame.groupby(["area", "key"])[["lon", "lat"]].transform("first")
    _, _, away = _EARTH.inv(first["lon"], first["lat"], frame["lon"], frame["lat"])
    frame["away"] = np.asarray(away, dtype=float)
    one = frame.groupby(["area", "key"])["away"].transform("max") <= _BESIDE_M
    kept = frame[one].drop_duplicates(["area", "key"]).reset_index(drop=True)
    return NamesInAreas(
        kept["area"].to_numpy(np.intp), kept["key"].astype("str"), kept["lon"].to_numpy(float),
        kept["lat"].to_numpy(float), kept["extent_m"].to_numpy(float),
        kept["landmark"].to_numpy(bool),
    )  # fmt: skip


def rows_named(names: NamesInAreas, parsed: pd.DataFrame, area: Ints) -> Ints:
    """Return for each family the row of ``names`` that its address means, -1 none.

    An estate goes before a kampung, that before a landmark.

    Parameters
    ----------
    parsed
        Addresses with keys, :func:`geodata.street_places.keyed`; n rows.
    area
        Kelurahan of each family, -1 unknown.
    """
    places = pd.MultiIndex.from_arrays([names.area, names.key])
    found = np.full(len(parsed), -1, dtype=np.intp)
    for key in (parsed["estate_key"], parsed["kampung_key"], landmark_keys(parsed["landmark"])):
        asked = np.flatnonzero((found < 0) & key.notna().to_numpy() & (area >= 0))
        wanted = pd.MultiIndex.from_arrays([area[asked], key.iloc[asked]])
        found[asked] = places.get_indexer(wanted)
    return found


def _named(path: Path) -> Iterator[tuple[str, str, float, float, float]]:
    """Yield name, kind, lon, lat and extent of what the file names."""
    reader = (
        osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
        .with_locations()
        .with_filter(osmium.filter.KeyFilter("name"))
    )
    for each in reader:
        kind = _kind(each.tags)
        if kind is None:
            continue
        if isinstance(each, osmium.osm.Node) and each.location.valid():
            yield each.tags["name"], kind, each.lon, each.lat, 0.0
        elif isinstance(each, osmium.osm.Way) and each.is_closed():
            corners = [(node.lon, node.lat) for node in each.nodes if node.location.valid()]
            if len(corners) > 2:
                lon, lat = np.array(corners).T
                x, y = float((lon.min() + lon.max()) / 2), float((lat.min() + lat.max()) / 2)
                _, _, away = _EARTH.inv(np.full(len(lon), x), np.full(len(lat), y), lon, lat)
                yield each.tags["name"], kind, x, y, float(np.max(away))


def _kind(tags: osmium.osm.TagList) -> str | None:
    if tags.get("place") in _PLACES or tags.get("landuse") == "residential":
        return PLACE
    return LANDMARK if tags.get("amenity") in _LANDMARKS else None
