"""Where one family could live, by each thing that is known about it, for a person to judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from common.settings import PlacingSettings
from geodata.addresses import parse_addresses
from geodata.calibration import Factors
from geodata.coordinate_checks import area_of
from geodata.locating import locate

# What a candidate was made from, best first. The first three are points somebody gave for this
# family; the others say where to look for it.
KINDS: Final = ("verified", "register", "swapped", "street", "rt", "rw", "neighbourhood")
GIVEN: Final = ("verified", "register", "swapped")
_COLUMNS: Final = ["kind", "lon", "lat", "radius_m"]
_NEAR_DEGREES: Final = 0.003  # streets beyond the kelurahan, some 300 m


def place_candidates(
    family: pd.DataFrame,
    neighbours: pd.DataFrame,
    verified: tuple[float, float] | None,
    areas: gpd.GeoDataFrame,
    area_code: str | None,
    streets: gpd.GeoDataFrame,
    settings: PlacingSettings,
    points: pd.DataFrame | None = None,
    known: Mapping[str, Factors] | None = None,
    map_names: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the places that a family could have, best kind first, each kind at most once.

    What its RT, its RW and its address tell is found by placing the family again by that alone
    among the families of its kelurahan.

    Parameters
    ----------
    family
        The one row of ``geodata.columns.HOUSEHOLDS`` with ``address``.
    neighbours
        The other families of the kelurahan, same columns; a confirmed place stands as their
        coordinate (:func:`geodata.verified.with_verified`).
    verified
        Lon and lat of the place that a person confirmed, None without one.
    areas, area_code
        The city, EPSG:4326, and the kelurahan of the family, None where it is unknown.
    streets
        ``highway``, ``name``, geometry; EPSG:4326.
    points
        ``geodata.columns.POINTS``.
    known
        How radii are made, see :func:`geodata.locating.locate`; None: measured in the kelurahan.
    map_names
        See :func:`geodata.locating.locate`.

    Returns
    -------
    pd.DataFrame
        ``kind`` (of ``KINDS``), ``lon``, ``lat`` (EPSG:4326), ``radius_m``; rows from 0. A
        register coordinate is there only if it, or its swapped reading, lies in the city.
    """
    given = _readings(family.iloc[0], areas, settings.default_radius_register_m)
    if verified is not None:
        given.append(("verified", *verified, settings.least_radius_m))
    found = pd.DataFrame(given, columns=_COLUMNS)
    if area_code is not None:
        area = areas[areas["area_code"] == area_code]
        west, south, east, north = area.total_bounds
        near = streets.cx[
            west - _NEAR_DEGREES : east + _NEAR_DEGREES,
            south - _NEAR_DEGREES : north + _NEAR_DEGREES,
        ]
        alone = area.reset_index(drop=True)
        told = _told(family, neighbours, alone, near, settings, points, known, map_names)
        found = pd.concat([found, told], ignore_index=True)
    order = found["kind"].map({kind: at for at, kind in enumerate(KINDS)})
    found = found.assign(order=order).sort_values("order", kind="stable")
    return found.drop_duplicates("kind")[_COLUMNS].reset_index(drop=True)


def _readings(
    row: pd.Series, areas: gpd.GeoDataFrame, radius_m: float
) -> list[tuple[str, float, float, float]]:
    """Return the register coordinate as written and swapped, each if it lies in the city."""
    lon, lat = float(row["register_lon"]), float(row["register_lat"])
    readings = (("register", lon, lat), ("swapped", lat, lon))
    return [
        (kind, x, y, radius_m)
        for kind, x, y in readings
        if area_of(areas, np.array([x]), np.array([y]))[0] >= 0
    ]


def _told(
    family: pd.DataFrame,
    neighbours: pd.DataFrame,
    area: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    settings: PlacingSettings,
    points: pd.DataFrame | None,
    known: Mapping[str, Factors] | None,
    map_names: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Return where the address, the RT and the RW alone would place the family."""
    bare = family.assign(register_lon=np.nan, register_lat=np.nan)
    asked = pd.concat(
        [
            bare,
            bare.assign(address=_street_alone(family["address"]), rt=None, rw=None),
            bare.assign(address=None),
            bare.assign(address=None, rt=None),
        ]
    ).astype({"address": "str", "rt": "str", "rw": "str"})
    first = int(neighbours.index.max()) + 1 if len(neighbours) else 1
    asked.index = pd.RangeIndex(first, first + len(asked))
    together = pd.concat([neighbours, asked])
    together["area_code_stated"] = area["area_code"].iloc[0]
    places = locate(together, area, streets, settings, points, known, map_names).places
    told = places.loc[asked.index].rename(columns={"grade": "kind"})
    return told.loc[told["kind"].isin(KINDS), _COLUMNS]


def _street_alone(addresses: pd.Series) -> pd.Series:
    """Return the street and the gang of each address without RT, RW and all else."""
    said = parse_addresses(addresses)
    words = said["street_kind"].map({"jl": "Jl. ", "gg": "Gg. "}).fillna("")
    together = (words + said["street"]).str.cat("Gg. " + said["gang"], sep=", ", na_rep="")
    return together.str.strip(", ")
