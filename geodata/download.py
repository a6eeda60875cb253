"""Fetch the streets and boundaries of a place from OpenStreetMap.

The only part of Sambangi that uses the internet, and only when a person asks for a place by
name. The servers learn that name and an outline; nothing else is sent.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmnx
import requests
import shapely
from osmnx._errors import InsufficientResponseError

from common.errors import BadInputError
from common.language import N_
from geodata.boundaries import local_crs
from geodata.osm_areas import AREA_LEVELS, KECAMATAN_LEVEL, osm_areas
from geodata.osm_ways import Ways, cut_at_junctions

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org/"
Outline = shapely.Polygon | shapely.MultiPolygon
_AGENT = "Sambangi"  # the servers' rules want a name that is not the library's


class NetworkError(BadInputError):
    """The server cannot be reached or does not answer in time."""

    code = "network"


class ServerAnswerError(BadInputError):
    """The server answers with an error, half an answer, or something else than map data."""

    code = "server-answer"


class PlaceNotFoundError(BadInputError):
    """OpenStreetMap knows no area of that name."""

    code = "place-not-found"


class NoStreetsError(BadInputError):
    """The place has an outline but no street in it."""

    code = "place-without-streets"


def fetch_city(
    place: str,
    *,
    cache_folder: Path,
    overpass_url: str = OVERPASS_URL,
    nominatim_url: str = NOMINATIM_URL,
    margin_m: float = 1500.0,
    timeout_s: int = 180,
) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame]:
    """Return the kelurahan and the streets of a place, as OpenStreetMap holds them today.

    Answers are kept in ``cache_folder``; the same call again asks no server. The settings of
    osmnx are changed while it runs and put back, so do not call it from two threads.

    Parameters
    ----------
    place
        A name that Nominatim finds, such as ``Kota Tangerang, Indonesia``.
    cache_folder
        Made when missing; everything that is written lies in it.
    overpass_url, nominatim_url
        Other servers than the public ones, which allow only a few calls a day.
    margin_m
        Streets kept beyond the edge of the place, metres.
    timeout_s
        Longest wait for one answer.

    Returns
    -------
    tuple
        ``geodata.columns.AREAS`` (see :func:`geodata.osm_areas.osm_areas`), None where OSM has
        not all kelurahan; and streets as :func:`geodata.streets.read_streets` returns them.
        Both EPSG:4326. OpenStreetMap data: ODbL 1.0, name its contributors.

    Raises
    ------
    NetworkError
        A server cannot be reached or is too slow.
    ServerAnswerError
        A server refuses, is overloaded, or answers something else.
    PlaceNotFoundError
        There is no area of that name.
    NoStreetsError
        There is no street in it.
    """
    key = json.dumps([place, overpass_url, nominatim_url, margin_m])
    folder = cache_folder / sha256(key.encode()).hexdigest()[:16]
    with _settings(overpass_url, nominatim_url, timeout_s), _errors_in_words():
        outline = _outline(place, folder / "place")
        areas = _areas(outline, place, folder / "areas")
        streets = _streets(outline, margin_m, folder / "streets")
    if streets is None:
        raise NoStreetsError(N_("OpenStreetMap tidak memuat jalan di {place}."), place=place)
    return areas, streets


def _outline(place: str, folder: Path) -> Outline:
    osmnx.settings.cache_folder = folder
    try:
        found = osmnx.geocoder.geocode_to_gdf(place)
    except (InsufficientResponseError, TypeError):  # TypeError: found, but only as a point
        for answer in folder.glob("*.json"):
            answer.unlink()  # tomorrow somebody may have drawn it
        raise PlaceNotFoundError(
            N_(
                "OpenStreetMap tidak mengenal wilayah bernama {place}; tulis mis. "
                "`Kota Tangerang, Indonesia`."
            ),
            place=place,
        ) from None
    outline: Outline = found.union_all().buffer(0)  # valid, whatever was drawn
    return outline


def _areas(outline: Outline, place: str, folder: Path) -> gpd.GeoDataFrame | None:
    osmnx.settings.cache_folder = folder
    wanted: dict[str, bool | str | list[str]] = {"admin_level": [KECAMATAN_LEVEL, *AREA_LEVELS]}
    try:
        features = osmnx.features.features_from_polygon(outline, wanted)
    except InsufficientResponseError:
        return None
    areas = osm_areas(features, outline, place.split(",", maxsplit=1)[0].strip())
    return None if areas.empty else areas


def _streets(outline: Outline, margin_m: float, folder: Path) -> gpd.GeoDataFrame | None:
    """Return the streets in and near the outline, None where there is none."""
    near = _widened(outline, margin_m)
    osmnx.settings.cache_folder = folder
    osmnx.settings.cache_only_mode = True  # the answers are read here: osmnx keeps no way whole
    try:
        osmnx.graph.graph_from_polygon(near, network_type="all", retain_all=True)
    except InterruptedError:  # how cache_only_mode ends
        pass
    finally:
        osmnx.settings.cache_only_mode = False
    pieces = _ways(folder)
    if pieces is None:
        return None
    inside = shapely.intersects(near, pieces.geometry.to_numpy())
    kept: gpd.GeoDataFrame = pieces[inside].reset_index(drop=True)
    return None if kept.empty else kept


def _widened(outline: Outline, margin_m: float) -> Outline:
    frame = gpd.GeoSeries([outline], crs="EPSG:4326")
    wide = frame.to_crs(local_crs(frame)).buffer(margin_m).to_crs("EPSG:4326")
    shape: Outline = wide.iloc[0]
    return shape


def _ways(folder: Path) -> gpd.GeoDataFrame | None:
    """Return the ways of all answers in a folder, cut at junctions."""
    at: dict[int, tuple[int, float, float]] = {}
    drawn: dict[int, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.json")):
        for element in json.loads(file.read_text(encoding="utf-8"))["elements"]:
            if element["type"] == "node":
                at[element["id"]] = (element["id"], element["lon"], element["lat"])
            elif element["type"] == "way" and "highway" in element.get("tags", {}):
                drawn[element["id"]] = element
    ways = Ways()
    for number in sorted(drawn):
        nodes = [at[ref] for ref in drawn[number]["nodes"] if ref in at]
        ways.add(number, drawn[number]["tags"], nodes)
    return cut_at_junctions(ways) if ways.way_id else None


@contextmanager
def _settings(overpass_url: str, nominatim_url: str, timeout_s: int) -> Iterator[None]:
    """Set osmnx up for one download, and put everything back."""
    wanted = {
        "overpass_url": overpass_url,
        "nominatim_url": nominatim_url,
        # only the public server hands out slots; elsewhere osmnx would wait a minute for them
        "overpass_rate_limit": overpass_url == OVERPASS_URL,
        "requests_timeout": timeout_s,
        "requests_kwargs": {"hooks": {"response": _refuse_errors}},
        "doh_url_template": None,  # else Google is asked for addresses
        "http_user_agent": _AGENT,
        "http_referer": _AGENT,
        "http_accept_language": "id",
        "use_cache": True,
        "cache_folder": "",
        "log_file": False,
        "log_console": False,
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    lookup = socket.getaddrinfo
    try:
        for name, value in wanted.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = lookup  # osmnx replaces it for the whole program


def _refuse_errors(answer: requests.Response, *_: object, **__: object) -> None:
    """Stop at the first bad answer; osmnx would repeat a call for ever at 429 and 504.

    An answer of Overpass that ran out of time is whole JSON with half of the streets; only its
    ``remark`` tells.
    """
    if answer.is_redirect or answer.url.rstrip("/").endswith("/status"):
        return
    answer.raise_for_status()
    content = answer.json()  # JSONDecodeError is a RequestException
    whole = isinstance(content, list) or (
        isinstance(content, dict) and "elements" in content and "remark" not in content
    )
    if not whole:
        raise requests.exceptions.InvalidJSONError(response=answer)


@contextmanager
def _errors_in_words() -> Iterator[None]:
    try:
        yield
    except (requests.HTTPError, requests.exceptions.InvalidJSONError) as fault:
        status = "?" if fault.response is None else fault.response.status_code
        raise ServerAnswerError(
            N_(
                "Server OpenStreetMap menolak, terlalu sibuk, atau jawabannya tidak utuh "
                "(kode {status}); coba lagi beberapa menit lagi."
            ),
            status=status,
        ) from None
    except requests.RequestException:
        raise NetworkError(
            N_(
                "Server OpenStreetMap tidak terjangkau; periksa sambungan internet, atau pakai "
                "berkas batas dan jalan sendiri."
            )
        ) from None
