"""A person says where a family lives: kept with who, when and why, and taken back.

Every word counts at once: all families are placed anew, and the neighbours of the same RT or RW
may move up a grade. Nothing that was said is lost; a later word counts instead of an earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from common.errors import BadInputError, CancelledError
from common.language import N_
from common.settings import read_settings
from geodata.boundaries import local_crs
from geodata.columns import GRADES
from geodata.coordinate_checks import area_of, distance_outside, project
from geodata.place_queue import stated_blocks
from storage.areas import load_areas
from storage.database import Connection, open_database, reading, transaction
from storage.households import load_addresses, load_households
from storage.places import load_places
from storage.verified_places import load_verified, verify_place, withdraw_place
from storage.workspace import Workspace
from workflows.places_to_fix import (
    UnknownFamilyError,
    candidates,
    confirmed,
    fix_stamp,
    queue,
    require_family,
    said,
    shown,
)
from workflows.placing import locate
from workflows.progress import Progress, silent

__all__ = [
    "OtherAreaError", "OutsideCityError", "Spot", "UnknownFamilyError", "candidates", "confirmed",
    "fix_stamp", "place_family", "queue", "said_of", "shown", "where_is", "withdraw",
]  # fmt: skip


class OutsideCityError(BadInputError):
    """A place does not lie in the city."""

    code = "place-outside-city"


class OtherAreaError(BadInputError):
    """A place lies in another kelurahan than the family's, and nobody said that it may."""

    code = "place-other-area"


@dataclass(frozen=True, slots=True)
class Spot:
    """The kelurahan of a point, seen from one family."""

    area_name: str
    own_name: str  # of the kelurahan that the register states for the family, "" unknown
    elsewhere: bool  # the family would change its kelurahan


def where_is(workspace: Workspace, household_id: int, lon: float, lat: float) -> Spot:
    """Return in which kelurahan a point lies, and whether it is the family's own.

    A point within ``outside_tolerance_m`` of the family's kelurahan counts as in it.

    Raises
    ------
    OutsideCityError
        The point lies in no kelurahan of the city and near none of the family's.
    UnknownFamilyError
        There is no such family.
    """
    tolerance_m = read_settings(workspace.settings_file).placing.outside_tolerance_m
    with reading(open_database(workspace)) as conn:
        own, areas = _own_area(conn, household_id), load_areas(conn)
    x, y = np.array([lon], dtype=float), np.array([lat], dtype=float)
    here = area_of(areas, x, y)
    crs = local_crs(areas)
    xy = project(Transformer.from_crs("EPSG:4326", crs, always_xy=True), x, y)
    at = pd.Index(areas["area_code"]).get_indexer(pd.Index([own], dtype="str"))
    away_m = distance_outside(areas.geometry.to_crs(crs).to_numpy(), xy, at, here)[0]
    stays = at[0] >= 0 and away_m <= tolerance_m
    if here[0] < 0 and not stays:
        raise OutsideCityError(N_("Titik itu di luar kota; klik lagi di dalamnya."))
    lies = at[0] if stays else here[0]
    return Spot(_name(areas, lies), _name(areas, at[0]), bool(at[0] >= 0 and not stays))


def place_family(
    workspace: Workspace,
    household_id: int,
    lon: float,
    lat: float,
    *,
    by: str,
    note: str,
    now: datetime,
    elsewhere: bool = False,
    progress: Progress = silent,
) -> int:
    """Store where a person says that a family lives, place all families anew.

    When ``progress`` stops the placing, the word is taken back and no place changes.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326.
    by, note
        Who says so, and how they know.
    now
        With its zone.
    elsewhere
        The point may lie in another kelurahan than the register states.

    Returns
    -------
    int
        Families of the same RW that moved up a grade, this one included.

    Raises
    ------
    UnknownFamilyError
        There is no such family.
    OutsideCityError
        The point does not lie in the city.
    OtherAreaError
        It lies in another kelurahan, and ``elsewhere`` is not set.
    VerifiedPlaceError
        Nobody or nothing stands for it.
    CancelledError
        ``progress`` asked to stop.
    """
    spot = where_is(workspace, household_id, lon, lat)
    if spot.elsewhere and not elsewhere:
        raise OtherAreaError(
            N_(
                "Titik itu di kelurahan {there}, menurut data keluarga ini di {own}; pastikan "
                "dahulu."
            ),
            there=spot.area_name,
            own=spot.own_name,
        )
    database = open_database(workspace)
    with transaction(database) as conn:
        before, old = _grades_beside(conn, household_id), load_verified(conn)
        verify_place(conn, household_id, lon, lat, at=now, by=by, note=note)
    return _better(before, _placed_anew(workspace, household_id, old, by, now, progress))


def withdraw(
    workspace: Workspace,
    household_id: int,
    *,
    by: str,
    note: str,
    now: datetime,
    progress: Progress = silent,
) -> int:
    """Take back what was said of a family's place, place all families anew.

    Returns
    -------
    int
        Families of the same RW that are known less well now, this one included.

    Raises
    ------
    VerifiedPlaceError
        The family has no confirmed place, or nobody or nothing stands for this.
    CancelledError
        ``progress`` asked to stop; the place stands as before.
    """
    database = open_database(workspace)
    with transaction(database) as conn:
        before, old = _grades_beside(conn, household_id), load_verified(conn)
        withdraw_place(conn, household_id, at=now, by=by, note=note)
    return _better(_placed_anew(workspace, household_id, old, by, now, progress), before)


def said_of(workspace: Workspace, household_id: int) -> tuple[float, float] | None:
    """Return lon and lat that a person confirmed for a family, None without any."""
    with reading(open_database(workspace)) as conn:
        return said(load_verified(conn), household_id)


def _placed_anew(
    workspace: Workspace,
    household_id: int,
    old: pd.DataFrame,
    by: str,
    now: datetime,
    progress: Progress,
) -> pd.Series:
    """Place all families and return their grades; stopped, what was said before counts again."""
    database = open_database(workspace)
    try:
        locate(workspace, keep_radii=True, progress=progress)
    except CancelledError:
        note, before = "dihentikan sebelum selesai", said(old, household_id)
        with transaction(database) as conn:
            if before is None:
                withdraw_place(conn, household_id, at=now, by=by, note=note)
            else:
                verify_place(conn, household_id, *before, at=now, by=by, note=note)
        raise
    with reading(database) as conn:
        return load_places(conn)["grade"]


def _grades_beside(conn: Connection, household_id: int) -> pd.Series:
    """Return the grades of the families placed in the same RW, the one asked for among them."""
    places, households = load_places(conn), load_households(conn)
    if household_id not in places.index:
        return places["grade"].iloc[:0]
    mates = places.index[places["area_code"] == places["area_code"][household_id]]
    rw = stated_blocks(households.loc[mates], load_addresses(conn))["rw"]
    beside = mates[rw == rw.get(household_id)]
    grades: pd.Series = places["grade"][beside.union([household_id])]
    return grades


def _own_area(conn: Connection, household_id: int) -> str | None:
    """Return the kelurahan that the register states, else the one the family is placed in."""
    households, areas = load_households(conn), load_areas(conn)
    require_family(households, household_id)
    stated = households.loc[household_id, "area_code_stated"]
    if stated in set(areas["area_code"]):
        return str(stated)
    placed = load_places(conn)["area_code"].get(household_id)
    return None if pd.isna(placed) else str(placed)


def _name(areas: gpd.GeoDataFrame, at: int) -> str:
    return str(areas["area_name"].iloc[at]) if at >= 0 else ""


def _better(before: pd.Series, after: pd.Series) -> int:
    """Count the families that ``after`` knows better than ``before``."""
    rank = pd.Series(range(len(GRADES)), index=list(GRADES))
    known = after.index.intersection(before.index)
    return int((rank[after[known]].to_numpy() < rank[before[known]].to_numpy()).sum())
