"""Give every family a place on the map of its kelurahan, with a grade that says how good it is.

A register coordinate that fails a check is not used and not mended: the family gets a flag and
a rougher place, and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from common.settings import PlacingSettings
from geodata.area_names import match_area_names
from geodata.area_places import area_places
from geodata.block_places import Placing, learn_centres, use_points
from geodata.boundaries import code_system, local_crs
from geodata.centres import Floats, Ints
from geodata.columns import GRADES, PLACES
from geodata.coordinate_checks import (
    Mask,
    area_of,
    distance_outside,
    families_on_point,
    far_from_street,
    project,
)
from geodata.known_points import SOURCES, KnownCentres, known_centres

FLAGS = (
    "no_coordinate",
    "outside",
    "outside_city",
    "swapped",
    "pile",
    "far_from_street",
    "kelurahan_by_name",
    "kelurahan_by_point",
)


@dataclass(frozen=True, slots=True)
class _City:
    """The areas in degrees and in metres, and the way between the two."""

    areas: gpd.GeoDataFrame  # EPSG:4326
    shapes: NDArray[np.object_]  # the same polygons in metres
    streets: gpd.GeoDataFrame | None  # in metres
    to_m: Transformer
    to_degrees: Transformer


def locate_households(
    households: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    settings: PlacingSettings,
    points: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return a place for every family and what was found on the way.

    The kelurahan is told by the stated code, else by name (:mod:`geodata.area_names`; not for a
    code of another city), else by the coordinate. Grades: ``register``, ``rt`` and ``rw``
    (:func:`geodata.centres.robust_centres` of the trusted coordinates of that RT or RW; where
    there are too few of them the known point of that RT or RW, see
    :mod:`geodata.known_points`), ``kelurahan`` (:func:`geodata.area_places.area_places`), ``none``.

    Flags: ``no_coordinate``; ``outside`` its kelurahan by more than ``outside_tolerance_m``;
    ``outside_city`` no kelurahan of the city by code or name, and no coordinate inside it
    though code or coordinate point elsewhere; ``swapped`` lies in the city once latitude and
    longitude are exchanged; ``pile`` at least ``pile_families`` on one point (5 decimals, about
    1 m); ``far_from_street`` (the coordinate is used all the same); ``kelurahan_by_name``;
    ``kelurahan_by_point``.

    Parameters
    ----------
    households
        ``geodata.columns.HOUSEHOLDS``; n rows, any unique integer index.
    areas
        ``geodata.columns.AREAS``, EPSG:4326.
    streets
        Lines with column ``highway``, EPSG:4326; None or empty when there are none.
    points
        ``geodata.columns.POINTS``, EPSG:4326; None or empty when no point is known.

    Returns
    -------
    tuple
        ``geodata.columns.PLACES`` with the index and order of ``households`` (renamed
        ``household_id``), EPSG:4326, lon and lat NaN for grade ``none``; and a report:
        ``households``, ``grades``, ``flags``, ``kelurahan`` (by code, name, point, unknown),
        ``from_points`` (families placed at a known point ``rt``, ``rw`` or ``posyandu``),
        ``median_radius_m`` by grade, ``outside_m`` (median and largest distance of ``outside``
        coordinates within 50 km). The grades sum to ``households``.
    """
    city = _city(areas, streets)
    lon = households["register_lon"].to_numpy(dtype=float)
    lat = households["register_lat"].to_numpy(dtype=float)
    stated, by_name, foreign = _stated_areas(households, areas)
    here = area_of(areas, lon, lat)
    given = np.isfinite(lon) & np.isfinite(lat)
    swapped = given & (here < 0) & (area_of(areas, lat, lon) >= 0)
    by_point = (stated < 0) & (here >= 0)
    area = np.where(by_point, here, stated)
    xy = project(city.to_m, lon, lat)
    away_m = distance_outside(city.shapes, xy, area, here)
    flags = {
        "no_coordinate": ~given,
        "outside": given & ~swapped & (area >= 0) & (away_m > settings.outside_tolerance_m),
        "outside_city": (area < 0) & ~swapped & (given | foreign),
        "swapped": swapped,
        "pile": given & (families_on_point(lon, lat) >= settings.pile_families),
        "kelurahan_by_name": by_name,
        "kelurahan_by_point": by_point,
    }
    trusted = given & (area >= 0) & ~flags["outside"] & ~swapped & ~flags["pile"]
    flags["far_from_street"] = trusted & far_from_street(
        city.streets, xy, trusted, settings.far_from_street_m
    )
    known = known_centres(points, areas, city.shapes, city.to_m, settings.outside_tolerance_m)
    placing = _placed(households, city, settings, known, area, xy, trusted)
    places = _places(households.index, placing, city, flags, (lon, lat))
    report = _report(places, flags, area, by_name, by_point, away_m)
    return places, {**report, "from_points": placing.from_points}


def _city(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None) -> _City:
    crs = local_crs(areas)
    return _City(
        areas,
        areas.geometry.to_crs(crs).to_numpy(),
        None if streets is None or streets.empty else streets.to_crs(crs),
        Transformer.from_crs("EPSG:4326", crs, always_xy=True),
        Transformer.from_crs(crs, "EPSG:4326", always_xy=True),
    )


def _stated_areas(households: pd.DataFrame, areas: gpd.GeoDataFrame) -> tuple[Ints, Mask, Mask]:
    """Return positions by code or name, where the name decided, where the code is foreign."""
    codes = pd.Index(areas["area_code"])
    stated = households["area_code_stated"]
    position = codes.get_indexer(pd.Index(stated))
    foreign = np.zeros(len(households), dtype=bool)
    if code_system(areas["area_code"]) == "kemendagri":
        dotted = stated.str.fullmatch(r"\d\d\.\d\d\.\d\d\.\d{4}").fillna(value=False).astype(bool)
        foreign = (dotted & ~stated.str[:5].isin(codes.str[:5].unique())).to_numpy(dtype=bool)
    open_ = (position < 0) & ~foreign
    position[open_] = match_area_names(households[open_], areas)
    return position, open_ & (position >= 0), foreign


def _placed(
    households: pd.DataFrame,
    city: _City,
    settings: PlacingSettings,
    known: KnownCentres,
    area: Ints,
    xy: Floats,
    trusted: Mask,
) -> Placing:
    """Place every family, best grade first."""
    placing = Placing(
        area,
        np.where(trusted[:, None], xy, np.nan),
        np.where(trusted, "register", "none").astype(object),
        np.where(trusted, settings.default_radius_register_m, np.nan),
        trusted,
        xy,
        dict.fromkeys(SOURCES, 0),
    )
    keys = households[["rw", "rt"]].reset_index(drop=True)
    keys.insert(0, "area", pd.Series(area).where(area >= 0))
    least = settings.least_radius_m
    learn_centres(placing, city.shapes, keys, "rt", settings.least_known_rt, least)
    use_points(placing, keys, known, "rt", settings)
    # whoever is placed by RW comes from an RT that is hardly known, often at the RW's edge
    mates = keys[trusted].groupby(list(keys.columns))["rt"].transform("size")
    sparse = (mates <= settings.least_known_rt).reindex(keys.index, fill_value=False)
    by_rw = keys[["area", "rw"]]
    alike = sparse.to_numpy(dtype=bool)
    learn_centres(placing, city.shapes, by_rw, "rw", settings.least_known_rw, least, alike)
    for source in ("rw", "posyandu"):
        use_points(placing, by_rw, known, source, settings)
    open_ = (placing.grade == "none") & (area >= 0)
    if open_.any():
        wanted = np.unique(area[open_])
        points, radii = area_places(city.shapes[wanted], city.streets, settings.far_from_street_m)
        at = np.searchsorted(wanted, area[open_])
        placing.xy[open_], placing.grade[open_] = points[at], "kelurahan"
        placing.radius_m[open_] = np.maximum(radii[at], least)
    return placing


def _places(
    index: pd.Index,
    placing: Placing,
    city: _City,
    flags: dict[str, Mask],
    register: tuple[Floats, Floats],
) -> pd.DataFrame:
    lon, lat = city.to_degrees.transform(placing.xy[:, 0], placing.xy[:, 1])
    own = placing.grade == "register"  # as written, free of rounding on the way through metres
    joined = np.full(len(index), "", dtype=object)
    for flag in FLAGS:
        joined = joined + np.where(flags[flag], f"{flag};", "").astype(object)
    codes = city.areas["area_code"].to_numpy(dtype=object)
    known = placing.area >= 0
    none = placing.grade == "none"
    places = pd.DataFrame(
        {
            "area_code": pd.Series(codes[placing.area], index).where(known).astype("str"),
            "lon": np.where(none, np.nan, np.where(own, register[0], lon)),
            "lat": np.where(none, np.nan, np.where(own, register[1], lat)),
            "grade": pd.Series(placing.grade, index, dtype="str"),
            "radius_m": placing.radius_m,
            "flags": pd.Series(joined, index, dtype="str").str.rstrip(";"),
        },
        index=index,
    )
    places.index = index.rename("household_id")
    return PLACES.validate(places)


def _report(
    places: pd.DataFrame,
    flags: dict[str, Mask],
    area: Ints,
    by_name: Mask,
    by_point: Mask,
    away_m: Floats,
) -> dict[str, object]:
    grades = places["grade"].value_counts()
    medians = places.groupby("grade")["radius_m"].median().dropna()
    outside = away_m[flags["outside"] & (away_m < 50_000)]
    unknown = int((area < 0).sum())
    name, point = int(by_name.sum()), int(by_point.sum())
    return {
        "households": len(places),
        "grades": {grade: int(grades.get(grade, 0)) for grade in GRADES},
        "flags": {flag: int(flags[flag].sum()) for flag in FLAGS},
        "kelurahan": {
            "by_code": len(places) - unknown - name - point,
            "by_name": name,
            "by_point": point,
            "unknown": unknown,
        },
        "median_radius_m": {str(grade): round(float(m), 1) for grade, m in medians.items()},
        "outside_m": {
            "median": round(float(np.median(outside)), 1) if len(outside) else None,
            "largest": round(float(outside.max()), 1) if len(outside) else None,
        },
    }
