"""Points that a person adds by hand, and which ones would help most."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from common.errors import BadInputError, WrongCallError
from common.language import N_
from common.settings import read_settings
from geodata.columns import GRADES, POINTS
from geodata.known_points import points_worth_adding
from geodata.point_file import EXTRA, check_points
from storage.areas import load_areas
from storage.database import Database, open_database, reading, transaction
from storage.households import load_households
from storage.places import load_place_report, load_places
from storage.points import load_points, put_points
from storage.points import remove_point as forget_point
from storage.street_files import read_drawn_streets
from storage.workspace import Workspace
from workflows.placing import locate


class PointOutsideError(BadInputError):
    """A clicked point does not lie in its kelurahan."""

    code = "point-outside"


class UnknownPointError(WrongCallError):
    """There is no point of that id."""

    code = "point-unknown"


@dataclass(frozen=True, slots=True)
class PlacesKnown:
    """How well families are placed, in counts, and a text that changes with it."""

    grades: dict[str, int]  # geodata.columns.GRADES -> families; empty before the first placing
    stamp: str


def places_known(workspace: Workspace) -> PlacesKnown:
    """Return how many families stand at which grade; cheap, whatever the size of the city.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        report: dict[str, Any] = load_place_report(conn) or {}
        points = load_points(conn)
    content = json.dumps(report, sort_keys=True) + points.to_json()
    grades = {str(grade): int(count) for grade, count in report.get("grades", {}).items()}
    return PlacesKnown(grades, hashlib.sha256(content.encode()).hexdigest()[:16])


def drawn_streets(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return every street of the city and its margin: highway, name, geometry (EPSG:4326).

    Raises
    ------
    NetworkMissingError
        The city was not built yet.
    """
    return read_drawn_streets(workspace)


def points_to_add(workspace: Workspace, limit: int | None = None) -> pd.DataFrame:
    """Return the RT and RW whose point would settle most families, most first.

    Columns ``area_code``, ``rw``, ``rt`` (missing for an RW), ``families``.
    """
    placing = read_settings(workspace.settings_file).placing
    usual_m = {"rw": placing.default_radius_rw_m, "rt": placing.default_radius_rt_m}
    with reading(open_database(workspace)) as conn:
        return points_worth_adding(load_households(conn), load_places(conn), limit, usual_m)


def known_points(workspace: Workspace) -> pd.DataFrame:
    """Return every stored point (geodata.columns.POINTS)."""
    with reading(open_database(workspace)) as conn:
        return load_points(conn)


def add_point(
    workspace: Workspace,
    *,
    area_code: str,
    rw: str,
    rt: str | None,
    lon: float,
    lat: float,
) -> int:
    """Store a clicked point of an RW or RT, place all families anew, return how many it settled.

    A point of the same RW or RT that stood before is replaced.

    Parameters
    ----------
    rw, rt
        Three digits; no ``rt`` makes it the point of the RW.
    lon, lat
        EPSG:4326.

    Raises
    ------
    PointOutsideError
        The point does not lie in the kelurahan.
    """
    database = open_database(workspace)
    kind = "rw" if rt is None else "rt"
    name = f"RW {rw}" if rt is None else f"RT {rt} RW {rw}"
    row = {
        "place_id": point_id(area_code, rw, rt),
        "kind": kind, "name": name, "area_code": area_code, "rw": rw, "rt": rt or "",
        "lon": str(lon), "lat": str(lat),
    }  # fmt: skip
    given = pd.DataFrame([row], columns=list(POINTS.columns)).assign(**{EXTRA: ""}).astype("str")
    given.index = pd.Index([2], name="row")
    with reading(database) as conn:
        areas, before = load_areas(conn), load_places(conn)["grade"]
    points, issues = check_points(
        given, areas, tolerance_m=read_settings(workspace.settings_file).placing.outside_tolerance_m
    )
    if points.empty or not issues.empty:
        raise PointOutsideError(
            N_("Titik itu tidak berada di kelurahannya; klik lagi di dalamnya.")
        )
    with transaction(database) as conn:
        for place_id in _points_of(load_points(conn), kind, area_code, rw, rt):
            forget_point(conn, place_id)
        put_points(conn, points)
    locate(workspace, keep_radii=True)
    return _better(before, _grades(database))


def remove_point(workspace: Workspace, place_id: str) -> int:
    """Forget a point, place all families anew, return how many are known less well now.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    UnknownPointError
        There is no such point; nothing is changed.
    """
    database = open_database(workspace)
    before = _grades(database)
    with transaction(database) as conn:
        if not forget_point(conn, place_id):
            raise UnknownPointError(N_("Titik itu sudah tidak ada; muat ulang halaman."))
    locate(workspace, keep_radii=True)
    return _better(_grades(database), before)


def point_id(area_code: str, rw: str, rt: str | None) -> str:
    """Return the id under which a clicked point of an RW or RT is stored."""
    kind = "rw" if rt is None else "rt"
    return f"{kind}-{area_code}-{rw}" + (f"-{rt}" if rt else "")


def _grades(database: Database) -> pd.Series:
    with reading(database) as conn:
        return load_places(conn)["grade"]


def _better(before: pd.Series, after: pd.Series) -> int:
    """Count the families that ``after`` knows better than ``before``."""
    rank = pd.Series(range(len(GRADES)), index=list(GRADES))
    known = after.index.intersection(before.index)
    return int((rank[after[known]].to_numpy() < rank[before[known]].to_numpy()).sum())


def _points_of(
    points: pd.DataFrame, kind: str, area_code: str, rw: str, rt: str | None
) -> list[str]:
    """Return the ids of the points of that kind that stand for this RW or RT."""
    same = (points["kind"] == kind) & (points["area_code"] == area_code) & (points["rw"] == rw)
    if rt is not None:
        same &= points["rt"] == rt
    found: list[str] = points.loc[same, "place_id"].tolist()
    return found
