"""Places that a person confirmed, before and after all families are placed.

A confirmed place stands in for the register's coordinate, so that neighbours are placed by it
too; in the end the family stands there, with grade ``verified``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from common.settings import PlacingSettings
from geodata.boundaries import local_crs
from geodata.calibration import Factors
from geodata.centres import Ints
from geodata.columns import GRADES, PLACES
from geodata.coordinate_checks import area_of, distance_outside, project
from geodata.locating import FLAGS, Located, locate


def locate_verified(
    households: pd.DataFrame,
    verified: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    settings: PlacingSettings,
    points: pd.DataFrame | None = None,
    known: Mapping[str, Factors] | None = None,
    map_names: gpd.GeoDataFrame | None = None,
) -> Located:
    """Return places of all families, those that a person confirmed where they said.

    Without confirmed places the same as :func:`geodata.locating.locate`.

    Parameters
    ----------
    households, areas, streets, settings, points, known, map_names
        See :func:`geodata.locating.locate`.
    verified
        ``lon``, ``lat`` (EPSG:4326), index as ``households``; families that are not among
        these are passed over.
    """
    told = with_verified(households, verified)
    located = locate(told, areas, streets, settings, points, known, map_names)
    if not verified.index.isin(located.places.index).any():
        return located
    places = use_verified(located.places, verified, areas, settings)
    return replace(located, places=places, report=located.report | _counted_anew(places))


def with_verified(households: pd.DataFrame, verified: pd.DataFrame) -> pd.DataFrame:
    """Return the households with the confirmed place as their coordinate, to be located.

    The checks then see the confirmed place: its RT and RW learn from it wherever they would learn
    from a good coordinate of the register. They learn nothing from a family that was confirmed
    outside its stated kelurahan, whose RT and RW are those of that kelurahan.

    Returns
    -------
    pd.DataFrame
        Same index, order and columns; only ``register_lon`` and ``register_lat`` differ.
    """
    known = verified.reindex(households.index)
    return households.assign(
        register_lon=known["lon"].fillna(households["register_lon"]),
        register_lat=known["lat"].fillna(households["register_lat"]),
    )


def use_verified(
    places: pd.DataFrame,
    verified: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    settings: PlacingSettings,
) -> pd.DataFrame:
    """Return the places with each confirmed family where the person said, grade ``verified``.

    Its kelurahan is the one it lies in; within ``outside_tolerance_m`` of the kelurahan it had it
    keeps that one, as a coordinate of the register does, for borders are uncertain by as much.
    Its flags are cleared. Where the city has no kelurahan at that point (any more), the family
    keeps its kelurahan and is flagged ``outside`` or, without one, ``outside_city``.

    Parameters
    ----------
    places
        ``geodata.columns.PLACES``.
    verified
        ``lon``, ``lat``, EPSG:4326; families without a place are passed over.
    areas
        ``geodata.columns.AREAS``.
    settings
        ``least_radius_m`` is the radius of a confirmed place, metres.

    Returns
    -------
    pd.DataFrame
        ``geodata.columns.PLACES``, same index and order.
    """
    known = verified[verified.index.isin(places.index)]
    codes = areas["area_code"].to_numpy(dtype=object)
    own = pd.Index(codes).get_indexer(pd.Index(places.loc[known.index, "area_code"]))
    area, nowhere = _belonging(known, own, areas, settings.outside_tolerance_m)
    flags = np.select([~nowhere, area >= 0], ["", "outside"], "outside_city")
    moved = pd.DataFrame(
        {
            "area_code": pd.Series(codes[area], known.index).where(area >= 0).astype("str"),
            "lon": known["lon"],
            "lat": known["lat"],
            "grade": "verified",
            "radius_m": settings.least_radius_m,
            "flags": flags,
        },
        index=known.index,
    )
    placed = places.copy()
    for name in PLACES.columns:
        placed.loc[known.index, name] = moved[name]
    return PLACES.validate(placed)


def _belonging(
    known: pd.DataFrame, own: Ints, areas: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the kelurahan of each confirmed place, and which lie in none and near none."""
    lon, lat = (known[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    here, crs = area_of(areas, lon, lat), local_crs(areas)
    xy = project(Transformer.from_crs("EPSG:4326", crs, always_xy=True), lon, lat)
    away_m = distance_outside(areas.geometry.to_crs(crs).to_numpy(), xy, own, here)
    stays = (own >= 0) & (away_m <= tolerance_m)
    nowhere = ~stays & (here < 0)
    return np.where(stays | nowhere, own, here), nowhere


def _counted_anew(places: pd.DataFrame) -> dict[str, object]:
    """Return what the report says of grades and flags."""
    grades = places["grade"].value_counts()
    flags = places["flags"].str.split(";").explode().value_counts()
    medians = places.groupby("grade")["radius_m"].median().dropna()
    return {
        "grades": {grade: int(grades.get(grade, 0)) for grade in GRADES},
        "flags": {flag: int(flags.get(flag, 0)) for flag in FLAGS},
        "median_radius_m": {str(grade): round(float(m), 1) for grade, m in medians.items()},
    }
