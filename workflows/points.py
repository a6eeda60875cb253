"""Points that a person adds by hand, and which ones would help most."""

from __future__ import annotations

import pandas as pd

from common.errors import BadInputError
from common.language import N_
from common.settings import read_settings
from geodata.columns import GRADES, POINTS
from geodata.known_points import points_worth_adding
from geodata.point_file import check_points
from storage.areas import load_areas
from storage.database import open_database, reading, transaction
from storage.households import load_households
from storage.places import load_places
from storage.points import load_points, put_points, remove_point
from storage.workspace import Workspace
from workflows.placing import locate


class PointOutsideError(BadInputError):
    """A clicked point does not lie in its kelurahan."""

    code = "point-outside"


def points_to_add(workspace: Workspace, limit: int | None = None) -> pd.DataFrame:
    """Return the RT and RW whose point would settle most families, most first.

    Columns ``area_code``, ``rw``, ``rt`` (missing for an RW), ``families``.
    """
    with reading(open_database(workspace)) as conn:
        return points_worth_adding(load_households(conn), load_places(conn), limit)


def known_points(workspace: Workspace) -> pd.DataFrame:
    """Return every stored point (geodata.columns.POINTS)."""
    with reading(open_database(workspace)) as conn:
        return load_points(conn)


def add_point(
    workspace: Workspace, *, area_code: str, rw: str, rt: str | None, lon: float, lat: float
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
        "place_id": f"{kind}-{area_code}-{rw}" + (f"-{rt}" if rt else ""),
        "kind": kind, "name": name, "area_code": area_code, "rw": rw, "rt": rt or "",
        "lon": str(lon), "lat": str(lat),
    }  # fmt: skip
    given = pd.DataFrame([row], columns=list(POINTS.columns)).astype("str")
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
            remove_point(conn, place_id)
        put_points(conn, points)
    locate(workspace)
    with reading(database) as conn:
        after = load_places(conn)["grade"]
    rank = {grade: at for at, grade in enumerate(GRADES)}
    return int((after.map(rank) < before.map(rank).reindex(after.index)).sum())


def _points_of(
    points: pd.DataFrame, kind: str, area_code: str, rw: str, rt: str | None
) -> list[str]:
    """Return the ids of the points of that kind that stand for this RW or RT."""
    same = (points["kind"] == kind) & (points["area_code"] == area_code) & (points["rw"] == rw)
    if rt is not None:
        same &= points["rt"] == rt
    found: list[str] = points.loc[same, "place_id"].tolist()
    return found
