"""Give every family a place on the map of its kelurahan, with a grade that says how good it is.

A register coordinate that fails a check is not used and not mended: the family gets a flag and
a rougher place, and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from common.settings import PlacingSettings
from geodata.area_names import match_area_names
from geodata.area_places import area_places
from geodata.boundaries import code_system, local_crs
from geodata.centres import Floats, Ints, radius_within, robust_centres
from geodata.columns import GRADES, PLACES
from geodata.coordinate_checks import (
    Mask,
    area_of,
    distance_outside,
    families_on_point,
    far_from_street,
    project,
)

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


@dataclass(slots=True)
class _Placing:
    """What is settled so far, one entry a family; filled from the best grade down."""

    area: Ints  # position in the areas, -1 unknown
    xy: Floats  # metres
    grade: NDArray[np.object_]
    radius_m: Floats
    trusted: Mask  # the register coordinate passes the checks
    register_xy: Floats  # metres, NaN where there is none


def locate_households(
    households: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    settings: PlacingSettings,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return a place for every family and what was found on the way.

    The kelurahan is told by the stated code, else by name (:mod:`geodata.area_names`; not for a
    code of another city), else by the coordinate. Grades: ``register``, ``rt`` and ``rw``
    (:func:`geodata.centres.robust_centres` of the trusted coordinates of that RT or RW),
    ``kelurahan`` (:func:`geodata.area_places.area_places`), ``none``.

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

    Returns
    -------
    tuple
        ``geodata.columns.PLACES`` with the index and order of ``households`` (renamed
        ``household_id``), EPSG:4326, lon and lat NaN for grade ``none``; and a report:
        ``households``, ``grades``, ``flags``, ``kelurahan`` (by code, name, point, unknown),
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
    placing = _placed(households, city, settings, area, xy, trusted)
    places = _places(households.index, placing, city, flags, (lon, lat))
    return places, _report(places, flags, area, by_name, by_point, away_m)


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
    area: Ints,
    xy: Floats,
    trusted: Mask,
) -> _Placing:
    """Place every family, best grade first."""
    placing = _Placing(
        area,
        np.where(trusted[:, None], xy, np.nan),
        np.where(trusted, "register", "none").astype(object),
        np.where(trusted, settings.default_radius_register_m, np.nan),
        trusted,
        xy,
    )
    keys = households[["rw", "rt"]].reset_index(drop=True)
    keys.insert(0, "area", pd.Series(area).where(area >= 0))
    least = settings.least_radius_m
    _learn(placing, city, keys, "rt", settings.least_known_rt, least)
    # whoever is placed by RW comes from an RT that is hardly known, often at the RW's edge
    mates = keys[trusted].groupby(list(keys.columns))["rt"].transform("size")
    sparse = (mates <= settings.least_known_rt).reindex(keys.index, fill_value=False)
    by_rw = keys[["area", "rw"]]
    _learn(placing, city, by_rw, "rw", settings.least_known_rw, least, sparse.to_numpy(dtype=bool))
    open_ = (placing.grade == "none") & (area >= 0)
    if open_.any():
        wanted = np.unique(area[open_])
        points, radii = area_places(city.shapes[wanted], city.streets, settings.far_from_street_m)
        at = np.searchsorted(wanted, area[open_])
        placing.xy[open_], placing.grade[open_] = points[at], "kelurahan"
        placing.radius_m[open_] = np.maximum(radii[at], least)
    return placing


def _learn(
    placing: _Placing,
    city: _City,
    keys: pd.DataFrame,
    grade: str,
    least_known: int,
    least_radius_m: float,
    alike: Mask | None = None,
) -> None:
    """Place open families at the centre of the trusted ones with the same keys.

    ``alike`` marks the trusted families that are most like the open ones, see
    :func:`geodata.centres.robust_centres`.
    """
    numbered = keys.groupby(list(keys.columns), dropna=True).ngroup()  # NaN: a key is missing
    group = numbered.fillna(-1).to_numpy(dtype=np.intp)
    open_ = (placing.grade == "none") & (group >= 0)
    known = np.bincount(group[placing.trusted & (group >= 0)], minlength=group.max(initial=-1) + 1)
    wanted = np.intersect1d(np.flatnonzero(known >= least_known), group[open_])
    if not len(wanted):
        return
    of = np.flatnonzero(placing.trusted & np.isin(group, wanted))
    member = np.searchsorted(wanted, group[of])
    points = placing.register_xy[of]
    centres = robust_centres(points, member, len(wanted), None if alike is None else alike[of])
    first = pd.Series(of).groupby(member).first().to_numpy(dtype=np.intp)
    centre, radius = centres.xy.copy(), centres.radius_m.copy()
    inside = shapely.contains_xy(city.shapes[placing.area[first]], centre[:, 0], centre[:, 1])
    for at in np.flatnonzero(~inside):
        mates = points[(member == at) & centres.kept]
        centre[at] = mates[np.hypot(*(mates - centre[at]).T).argmin()]
        away = np.hypot(*(mates - centre[at]).T)
        radius[at] = max(radius[at], radius_within(away, np.zeros(len(away), dtype=np.intp), 1)[0])
    served = open_ & np.isin(group, wanted)
    learned = np.searchsorted(wanted, group[served])
    placing.xy[served], placing.grade[served] = centre[learned], grade
    placing.radius_m[served] = np.maximum(radius[learned], least_radius_m)


def _places(
    index: pd.Index,
    placing: _Placing,
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
