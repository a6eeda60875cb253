"""Gather from a register, the map and known points what is known about each family."""

from __future__ import annotations

import numpy as np
import pandas as pd

from common.settings import PlacingSettings
from geodata.addresses import parse_addresses
from geodata.area_places import area_places
from geodata.block_places import Blocks, add_points, learn_blocks
from geodata.centres import Floats, Ints
from geodata.coordinate_checks import Mask, project
from geodata.evidence import Evidence, Spots
from geodata.family_areas import FamilyAreas
from geodata.ground import Ground
from geodata.known_points import known_centres
from geodata.map_names import rows_named
from geodata.neighbourhoods import landmarks_known, learn_names
from geodata.street_places import keyed


def read_addresses(households: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of the addresses, all missing where there is no such column."""
    if "address" in households:
        return keyed(parse_addresses(households["address"]))
    return keyed(parse_addresses(pd.Series(None, index=households.index, dtype="str")))


def block_numbers(households: pd.DataFrame, parsed: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return RW and RT of the columns; where one is blank, as the address says."""
    rw = households["rw"].fillna(parsed["rw"])
    fits = parsed["rw"].isna() | (parsed["rw"] == rw)
    rt = households["rt"].fillna(parsed["rt"].where(fits))
    return rw, rt


def gather(
    parsed: pd.DataFrame,
    keys: pd.DataFrame,
    belongs: FamilyAreas,
    ground: Ground,
    register: tuple[Floats, Mask],
    piles: Ints,
    points: pd.DataFrame | None,
    settings: PlacingSettings,
) -> Evidence:
    """Return what is known about the families.

    Parameters
    ----------
    parsed
        :func:`read_addresses`.
    keys
        ``area`` (position, NaN unknown), ``rw``, ``rt`` of each family.
    register
        Register coordinates in metres, and which of them are trusted.
    piles
        Families on the same point for those on a pile, else 0.
    points
        ``geodata.columns.POINTS``, or None.
    """
    xy, trusted = register
    areas, shapes = ground.areas, ground.shapes
    area, sure = belongs.area, np.where(belongs.guessed, -1, belongs.area)
    unsure_m = _unsure_radius(belongs, settings)
    known = known_centres(points, areas, shapes, ground.to_m, settings.outside_tolerance_m)
    area_xy, area_radius = area_places(shapes, ground.pieces, settings.far_from_street_m)
    # all streets of a kelurahan may be one piece, and radii are measured in its radius
    area_radius = np.maximum(area_radius, settings.least_radius_m)
    blocks: dict[str, Blocks] = {}
    for unit, columns, least, radius_m, sources in (
        ("rt", ["rw", "rt"], settings.least_known_rt, settings.default_radius_rt_m, ["rt"]),
        ("rw", ["rw"], settings.least_known_rw, settings.default_radius_rw_m, ["rw", "posyandu"]),
    ):
        # RT 3 of a guessed kelurahan is more often another RT 3
        group = _group(sure, *(keys[column] for column in columns))
        learned = learn_blocks(group, area, xy, trusted, shapes, least)
        extent_m = _extents(group, area, area_radius)
        for source in sources:
            learned = add_points(learned, keys, known, source, radius_m, extent_m, xy, trusted)
        blocks[unit] = learned
    names = learn_names(
        parsed, belongs.found, sure, areas, shapes, register, settings.least_known_rw
    )
    spot, spots = _spots(parsed, sure, ground, points, settings)
    return Evidence(
        area, xy, trusted, blocks["rt"], blocks["rw"], names, belongs.streets, belongs.found,
        belongs.estates, spot, spots, area_xy, area_radius,
        {"rt": settings.least_known_rt, "rw": settings.least_known_rw,
         "names": settings.least_known_rw},
        piles > 0, int(np.median(piles[piles > 0])) if piles.any() else 0,
        belongs.by_address, unsure_m,
    )  # fmt: skip


def _extents(group: Ints, area: Ints, area_radius_m: Floats) -> Floats:
    """Return how large each RT or RW would be if those of a kelurahan were alike, metres."""
    of = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.intp)
    of[group[group >= 0]] = area[group >= 0]
    count = np.bincount(of, minlength=len(area_radius_m))
    return np.asarray(area_radius_m[of] / np.sqrt(count[of]), dtype=np.float64)


def _unsure_radius(belongs: FamilyAreas, settings: PlacingSettings) -> float:
    """Return the radius where a street tells the kelurahan: as measured, else as set, metres."""
    measured = belongs.told.get("measured", {})
    on_street = measured.get("on_street", {}) if isinstance(measured, dict) else {}
    return float(on_street.get("radius_m", settings.default_radius_unsure_street_m))


def _spots(
    parsed: pd.DataFrame,
    area: Ints,
    ground: Ground,
    points: pd.DataFrame | None,
    settings: PlacingSettings,
) -> tuple[Ints, Spots]:
    """Return the known point, else the name of the map, by which each family lives."""
    spot = landmarks_known(points, parsed["landmark"], area, ground.areas)
    known = pd.DataFrame({"lon": [], "lat": []}) if points is None else points
    lon, lat = (known[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    near_m = settings.default_radius_rt_m
    usual_m, names = np.full(len(lon), near_m), ground.names
    if names is not None:
        open_ = spot < 0
        named = rows_named(names, parsed[open_], area[open_])
        spot[open_] = np.where(named >= 0, named + len(lon), -1)
        lon, lat = np.append(lon, names.lon), np.append(lat, names.lat)
        beside_m = np.where(names.landmark, near_m, settings.default_radius_rw_m)
        usual_m = np.append(usual_m, np.hypot(names.extent_m, beside_m))
    on_map = np.arange(len(lon)) >= len(known)
    xy = project(ground.to_m, lon, lat) if len(lon) else np.empty((0, 2))
    return spot, Spots(xy, usual_m, on_map)


def _group(area: Ints, *numbers: pd.Series) -> Ints:
    """Return a number for each RT or RW of a kelurahan, in the order of their names; -1 none."""
    code, whole = area.astype(np.int64), area >= 0
    for each in numbers:
        codes, unique = pd.factorize(each, sort=True)
        code, whole = code * (len(unique) + 1) + codes, whole & (codes >= 0)
    group = np.full(len(area), -1, dtype=np.intp)
    group[whole] = np.unique(code[whole], return_inverse=True)[1]
    return group
