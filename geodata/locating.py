"""Give every family a place on the map of its kelurahan, with a grade that says how good it is.

A register coordinate that fails a check is not used and not mended: the family gets a flag and
a rougher place, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from common.settings import PlacingSettings
from geodata.calibration import Factors
from geodata.centres import Floats, Ints
from geodata.columns import GRADES, PLACES
from geodata.coordinate_checks import (
    Mask,
    area_of,
    distance_outside,
    families_on_point,
    moved_inside,
    project,
)
from geodata.cut_streets import far_from_street
from geodata.family_areas import FamilyAreas, family_areas
from geodata.gathering import block_numbers, gather, read_addresses
from geodata.ground import Ground, ground_of
from geodata.ladder import Placing, settle
from geodata.name_keys import stem_name
from geodata.street_names import NOT_FOUND, SIBLINGS

FLAGS = (
    "no_coordinate",
    "outside",
    "outside_city",
    "swapped",
    "pile",
    "far_from_street",
    "kelurahan_by_name",
    "kelurahan_by_point",
    "kelurahan_by_address",
)


@dataclass(frozen=True, slots=True)
class Located:
    """Places of n families and how they came about."""

    places: pd.DataFrame  # geodata.columns.PLACES
    report: dict[str, object]
    street: pd.Series  # name as on the map of the street a family's address names, else missing
    stem: pd.Series  # name without numeral where all streets of it are meant, else missing
    rw: pd.Series  # as stated, else as the address says
    rt: pd.Series
    factors: dict[str, Factors]  # by way, see geodata.ladder.settle
    confidence: pd.Series  # that an address tells the right kelurahan, 0 to 1; NaN for others


def locate_households(
    households: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    settings: PlacingSettings,
    points: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return a place for every family and what was found on the way; see :func:`locate`.

    Returns
    -------
    tuple
        ``places`` and ``report`` of :class:`Located`.
    """
    located = locate(households, areas, streets, settings, points)
    return located.places, located.report


def locate(
    households: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    settings: PlacingSettings,
    points: pd.DataFrame | None = None,
    known: Mapping[str, Factors] | None = None,
    map_names: gpd.GeoDataFrame | None = None,
) -> Located:
    """Return a place for every family and what was found on the way.

    The kelurahan is told by :func:`geodata.family_areas.family_areas`; RT and RW by the columns,
    else by the address. Grades, best first: ``register``; ``street`` (the street or gang of the
    address inside the kelurahan, where possible at the point nearest to the known families of
    the same RT or RW); ``rt`` and ``rw`` (:func:`geodata.centres.robust_centres` of the trusted
    coordinates of that RT or RW; where there are too few of them the known point of that RT or
    RW, see :mod:`geodata.known_points`); ``neighbourhood`` (:mod:`geodata.neighbourhoods`);
    ``kelurahan`` (:func:`geodata.area_places.area_places`); ``none``. How the best is chosen and
    how its radius is measured: :mod:`geodata.ladder`.

    Flags: ``no_coordinate``; ``outside`` its kelurahan by more than ``outside_tolerance_m``;
    ``outside_city`` no kelurahan of the city by code or name, and no coordinate inside it
    though code or coordinate point elsewhere; ``swapped`` lies in the city once latitude and
    longitude are exchanged; ``pile`` at least ``pile_families`` on one point (5 decimals, about
    1 m); ``far_from_street`` (the coordinate is used all the same); ``kelurahan_by_name``;
    ``kelurahan_by_point``; ``kelurahan_by_address``.

    Parameters
    ----------
    households
        ``geodata.columns.HOUSEHOLDS``; n rows, any unique integer index. Personal columns may
        be missing; without ``address`` no street and no neighbourhood is found.
    areas
        ``geodata.columns.AREAS``, EPSG:4326.
    streets
        Lines with columns ``highway`` and ``name``, EPSG:4326; None or empty when there are none.
    points
        ``geodata.columns.POINTS``, EPSG:4326; None or empty when no point is known.
    known
        ``factors`` of an earlier call: radii are made with these, none is measured, and
        ``calibration`` of the report is empty. So one family more leaves others as they were.
    map_names
        Estates, kampung and landmarks (:func:`geodata.map_names.read_map_names`), or None.

    Returns
    -------
    Located
        ``places`` with the index and order of ``households`` (renamed ``household_id``),
        EPSG:4326, lon and lat NaN for grade ``none``. ``report``: ``households``, ``grades``,
        ``flags``, ``kelurahan`` (by code, name, point, address, unknown), ``from_points``
        (families placed at a known point ``rt``, ``rw`` or ``posyandu``), ``median_radius_m`` by
        grade, ``calibration`` (:func:`geodata.ladder.calibration_report`), ``by_address``
        (families, by source, and how often each source was right when it was asked for a known
        kelurahan), ``outside_m`` (median and largest distance of ``outside`` coordinates within
        50 km). The grades sum to ``households``.
    """
    ground = ground_of(areas, streets, map_names)
    lon = households["register_lon"].to_numpy(dtype=float)
    lat = households["register_lat"].to_numpy(dtype=float)
    given = np.isfinite(lon) & np.isfinite(lat)
    xy, here = project(ground.to_m, lon, lat), area_of(areas, lon, lat)
    addresses = read_addresses(households)
    belongs = family_areas(households, addresses, ground, here, xy)
    area = belongs.area
    swapped = given & (here < 0)
    swapped[swapped] = area_of(areas, lat[swapped], lon[swapped]) >= 0
    away_m = distance_outside(ground.shapes, xy, area, here)
    on_point = families_on_point(lon, lat)
    flags = {
        "no_coordinate": ~given,
        "outside": given & ~swapped & (area >= 0) & (away_m > settings.outside_tolerance_m),
        "outside_city": (area < 0) & ~swapped & (given | belongs.foreign),
        "swapped": swapped,
        "pile": given & (on_point >= settings.pile_families),
        "kelurahan_by_name": belongs.by_name,
        "kelurahan_by_point": belongs.by_point,
        "kelurahan_by_address": belongs.by_address,
    }
    trusted = given & (area >= 0) & ~flags["outside"] & ~swapped & ~flags["pile"]
    flags["far_from_street"] = far_from_street(
        ground.pieces, xy, trusted, settings.far_from_street_m
    )
    rw, rt = block_numbers(households, addresses)
    keys = pd.DataFrame(
        {"area": pd.Series(area).where(area >= 0), "rw": rw.to_numpy(), "rt": rt.to_numpy()}
    )
    piles = np.where(flags["pile"], on_point, 0)
    evidence = gather(addresses, keys, belongs, ground, (xy, trusted), piles, points, settings)
    placing = settle(evidence, settings, known)
    learned = (placing.grade != "register") & (area >= 0)
    placing.xy[learned] = moved_inside(ground.shapes, placing.xy[learned], area[learned])
    places = _places(households.index, placing, area, ground, flags, (lon, lat))
    report = _report(places, flags, belongs, away_m)
    report |= {"from_points": placing.from_points, "calibration": placing.calibration}
    if belongs.told:
        report["by_address"] = belongs.told
    street, stem = _street_names(households.index, belongs)
    confidence = pd.Series(belongs.confidence, index=households.index)
    return Located(places, report, street, stem, rw, rt, placing.factors, confidence)


def _street_names(index: pd.Index, belongs: FamilyAreas) -> tuple[pd.Series, pd.Series]:
    """Return ``street`` and ``stem`` of :class:`Located`."""
    table, found = belongs.streets.names, belongs.found
    at = np.searchsorted(table["first"].to_numpy(), found.stretches.first, "right") - 1
    names = np.full(len(index), None, dtype=object)
    some = found.how != NOT_FOUND
    names[some] = table["name"].to_numpy(dtype=object)[at[some]]
    street = pd.Series(names, index=index, dtype="str")
    siblings = street.where(found.how == SIBLINGS)
    return street, siblings.map(stem_name, na_action="ignore").astype("str")


def _places(
    index: pd.Index,
    placing: Placing,
    area: Ints,
    ground: Ground,
    flags: dict[str, Mask],
    register: tuple[Floats, Floats],
) -> pd.DataFrame:
    lon, lat = ground.to_degrees.transform(placing.xy[:, 0], placing.xy[:, 1])
    own = placing.grade == "register"  # as written, free of rounding on the way through metres
    marks = sum(flags[flag].astype(np.int64) << at for at, flag in enumerate(FLAGS))
    sets, member = np.unique(marks, return_inverse=True)
    texts = [";".join(f for at, f in enumerate(FLAGS) if mark >> at & 1) for mark in sets.tolist()]
    joined = np.array([*texts, ""], dtype=object)[member]
    codes = ground.areas["area_code"].to_numpy(dtype=object)
    known = area >= 0
    none = placing.grade == "none"
    places = pd.DataFrame(
        {
            "area_code": pd.Series(codes[area], index).where(known).astype("str"),
            "lon": np.where(none, np.nan, np.where(own, register[0], lon)),
            "lat": np.where(none, np.nan, np.where(own, register[1], lat)),
            "grade": pd.Series(placing.grade, index, dtype="str"),
            "radius_m": placing.radius_m,
            "flags": pd.Series(joined, index, dtype="str"),
        },
        index=index,
    )
    places.index = index.rename("household_id")
    return PLACES.validate(places)


def _report(
    places: pd.DataFrame,
    flags: dict[str, Mask],
    belongs: FamilyAreas,
    away_m: Floats,
) -> dict[str, object]:
    grades = places["grade"].value_counts()
    medians = places.groupby("grade")["radius_m"].median().dropna()
    outside = away_m[flags["outside"] & (away_m < 50_000)]
    unknown = int((belongs.area < 0).sum())
    by = {
        "by_name": int(belongs.by_name.sum()),
        "by_point": int(belongs.by_point.sum()),
        "by_address": int(belongs.by_address.sum()),
    }
    return {
        "households": len(places),
        "grades": {grade: int(grades.get(grade, 0)) for grade in GRADES},
        "flags": {flag: int(flags[flag].sum()) for flag in FLAGS},
        "kelurahan": {
            "by_code": len(places) - unknown - sum(by.values()),
            **by,
            "unknown": unknown,
        },
        "median_radius_m": {str(grade): round(float(m), 1) for grade, m in medians.items()},
        "outside_m": {
            "median": round(float(np.median(outside)), 1) if len(outside) else None,
            "largest": round(float(outside.max()), 1) if len(outside) else None,
        },
    }
