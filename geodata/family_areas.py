"""The kelurahan of every family, and what its address and its coordinate say about it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.address_areas import (
    ALL_SOURCES,
    WRITTEN,
    ByAddress,
    areas_by_address,
    measured,
    scopes,
)
from geodata.area_names import match_area_names
from geodata.boundaries import code_system
from geodata.centres import Floats, Ints
from geodata.coordinate_checks import Mask
from geodata.ground import Ground
from geodata.neighbourhoods import estates_on_map
from geodata.street_pieces import NamedStreets, Stretches, named_streets
from geodata.street_places import FamilyStreets, streets_of


@dataclass(frozen=True, slots=True)
class FamilyAreas:
    """Where each of n families belongs, and who said so; streets found on the way."""

    area: Ints  # position in the areas, -1 unknown
    by_name: Mask
    by_point: Mask
    by_address: Mask
    guessed: Mask  # by address, and not because it says "Kel. ..."
    confidence: Floats  # that an address tells the right kelurahan, 0 to 1; NaN for others
    foreign: Mask  # a code of another city
    streets: NamedStreets
    found: FamilyStreets
    estates: Stretches
    told: dict[str, object]  # the report on those found by address


def family_areas(
    households: pd.DataFrame, parsed: pd.DataFrame, ground: Ground, here: Ints, xy: Floats
) -> FamilyAreas:
    """Return the kelurahan of each family.

    By the stated code, else by name (:mod:`geodata.area_names`; not for a code of another city),
    else by a kelurahan that the address calls so, else by the coordinate, else by whatever else
    the address tells (:mod:`geodata.address_areas`), else by a name that contradicts its
    kecamatan.

    Parameters
    ----------
    parsed
        Addresses, :func:`geodata.street_places.keyed`.
    here
        The kelurahan that the register coordinate lies in, -1 none.
    xy
        Register coordinates, metres.
    """
    stated, by_name, foreign = _stated_areas(households, ground.areas)
    area = stated.copy()
    rows = np.flatnonzero((stated < 0) & ~foreign & _has_address(parsed))
    everywhere = scopes(ground.areas, ground.shapes) if len(rows) else ground.shapes
    streets = named_streets(ground.pieces, everywhere)
    asked = (parsed.iloc[rows], households["kecamatan_name"].iloc[rows])
    told = areas_by_address(*asked, ground.areas, ground.shapes, streets) if len(rows) else None
    by_address, guessed = np.zeros(len(area), dtype=bool), np.zeros(len(area), dtype=bool)
    confidence = np.full(len(area), np.nan)
    if told is not None:
        sure = (told.source == WRITTEN) | (here[rows] < 0)
        sure &= told.area >= 0
        area[rows[sure]], by_address[rows[sure]] = told.area[sure], True
        guessed[rows[sure]] = told.source[sure] != WRITTEN
        confidence[rows[sure]] = told.confidence[sure]
    by_point = (area < 0) & (here >= 0)
    area = np.where(by_point, here, area)
    lost = np.flatnonzero((area < 0) & ~foreign)  # by a name that contradicts its kecamatan
    area[lost] = match_area_names(households.iloc[lost], ground.areas, across=True)
    by_name[lost] = area[lost] >= 0
    scope = area.copy()
    found = streets_of(streets, parsed, np.where(by_address, -1, area))
    if told is not None:
        taken = by_address[rows]
        _take(found, told.found, rows, taken)
        scope[rows[taken]] = told.scope[taken]
    estates = estates_on_map(streets, parsed, scope)
    report: dict[str, object] = {}
    if told is not None and by_address.any():
        report = _told(told, by_address[rows])
        report["measured"] = measured(
            parsed,
            households["kecamatan_name"],
            np.where(by_address, -1, area),  # as stated, else by the coordinate
            xy,
            ground.areas,
            ground.shapes,
            streets,
        )
    return FamilyAreas(
        area, by_name, by_point, by_address, guessed, confidence, foreign, streets, found, estates,
        report,
    )  # fmt: skip


def _has_address(parsed: pd.DataFrame) -> Mask:
    asked = ["street", "gang", "estate", "kampung", "kelurahan", "kecamatan", "landmark", "rest"]
    return parsed[asked].notna().any(axis=1).to_numpy(dtype=bool)


def _take(found: FamilyStreets, other: FamilyStreets, rows: Ints, taken: Mask) -> None:
    found.stretches.first[rows[taken]] = other.stretches.first[taken]
    found.stretches.end[rows[taken]] = other.stretches.end[taken]
    found.how[rows[taken]] = other.how[taken]


def _told(told: ByAddress, taken: Mask) -> dict[str, object]:
    """Return how many families were found by address, and with what confidence, by source."""
    by_source = {}
    for number, name in enumerate(ALL_SOURCES):
        mine = (told.source == number) & taken
        if mine.any():
            stated = round(float(told.confidence[mine].mean()), 3)
            by_source[name] = {"families": int(mine.sum()), "confidence": stated}
    return {"families": int(taken.sum()), "by_source": by_source}


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
