"""Build a city: boundaries into the database, one street network a transport onto disk."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from common.errors import WrongCallError
from common.language import N_
from common.settings import read_settings
from geodata.boundaries import boundary_report, local_crs, read_boundaries
from geodata.columns import MODES
from geodata.divisions import compare_divisions, division_counts
from geodata.map_names import no_map_names, read_map_names
from geodata.network import build_network
from geodata.streets import read_streets
from geodata.topology import repair_topology
from planning.eligibility import DOORLESS
from storage.areas import replace_areas
from storage.database import MissingWorkspaceError, open_database, transaction
from storage.places import forget_places, load_places
from storage.scores import forget_scores
from storage.street_files import write_street_files
from storage.workspace import Workspace
from workflows.progress import Progress, silent


class CityCallError(WrongCallError):
    """Neither files nor the name of a place say which city it is."""

    code = "city-call"


def build_city(
    workspace: Workspace,
    boundaries: Path | None,
    streets: Path | None,
    *,
    place: str | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Check and repair the boundaries, build the street networks, store both; return the report.

    What is not given as a file is downloaded for ``place`` from OpenStreetMap. Gaps and overlaps
    of the boundaries are closed and reported. When families had places before, the report says
    how many change kelurahan. Places and scores of an earlier build no longer hold and are
    dropped: run locate and score again. On any refusal the workspace stays as it was.

    Raises
    ------
    CityCallError
        A file is missing and no place is named, or OpenStreetMap has no kelurahan there.
    NetworkError, ServerAnswerError, PlaceNotFoundError, NoStreetsError
        The download failed; see :func:`geodata.download.fetch_city`.
    AreaLostError
        A kelurahan lies wholly under others.
    BoundaryFileError, FieldError, AreaCodeError, CoordinateSystemError
        The boundary file cannot be used; see :func:`geodata.boundaries.read_boundaries`.
    StreetFileError, StreetsElsewhereError, EmptyNetworkError
        The street file cannot be used; see :func:`geodata.streets.read_streets`.
    """
    settings = read_settings(workspace.settings_file)
    progress(0.0, N_("Membaca batas kelurahan"))
    found_areas, found_streets = _fetched(
        workspace, place, boundaries, streets, settings.streets.margin_m
    )
    if boundaries is not None:
        found_areas = read_boundaries(boundaries, code_field=code_field, name_field=name_field)
    if found_areas is None:
        raise CityCallError(
            N_("OpenStreetMap tidak punya batas kelurahan di sana; berikan --boundaries.")
        )
    given = boundary_report(found_areas)
    areas, repair = repair_topology(found_areas)
    epsg = int(local_crs(areas).to_epsg() or 0)
    progress(0.1, N_("Membaca jalan"))
    if streets is None:
        drawn, names = found_streets, no_map_names()
    else:
        outline = city_outline(areas, epsg, settings.streets.margin_m)
        drawn, names = read_streets(streets, outline), read_map_names(streets, outline)
    networks, reports = {}, {}
    for step, mode in enumerate(MODES):
        progress(0.4 + 0.2 * step, N_("Menyusun jaringan jalan"))
        networks[mode], built = build_network(drawn, mode, settings.streets, epsg)
        reports[mode] = asdict(built)
    report = {
        **given,
        "topology": asdict(repair),
        "street_pieces": len(drawn),
        "map_names": names["kind"].value_counts().to_dict(),
        "networks": reports,
    }
    database = open_database(workspace, create=True)
    with transaction(database) as conn:
        report["families"] = _moved_families(load_places(conn), areas)
        replace_areas(conn, areas, report)
        forget_places(conn)
        forget_scores(conn)
        write_street_files(workspace, networks, drawn, names)
    return report


def _fetched(
    workspace: Workspace,
    place: str | None,
    boundaries: Path | None,
    streets: Path | None,
    margin_m: float,
) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame]:
    """Download what no file gives; nothing when both files are there."""
    if boundaries is not None and streets is not None:
        return None, gpd.GeoDataFrame()
    if place is None:
        raise CityCallError(
            N_("Berikan --boundaries dan --streets, atau nama tempat dengan --place.")
        )
    from geodata.download import fetch_city  # osmnx takes a second to load

    return fetch_city(place, cache_folder=workspace.folder / "download", margin_m=margin_m)


def _moved_families(places: pd.DataFrame, areas: gpd.GeoDataFrame) -> dict[str, object]:
    """Return how many of the families with a place of their own lie in another kelurahan now.

    The point of grade ``kelurahan`` stands for a whole area and moves with it.
    """
    placed = places[~places["grade"].isin(DOORLESS) & places["area_code"].notna()]
    if placed.empty:
        return {}
    return division_counts(compare_divisions(placed, areas), areas)


def is_missing(workspace: Workspace) -> bool:
    """Tell whether no city was ever built in this workspace."""
    try:
        open_database(workspace)
    except MissingWorkspaceError:
        return True
    return False


def city_outline(areas: gpd.GeoDataFrame, epsg: int, margin_m: float) -> BaseGeometry:
    """Return the city and a margin around it as one polygon, EPSG:4326."""
    outline = areas.geometry.to_crs(epsg).union_all().buffer(margin_m)
    shape: BaseGeometry = gpd.GeoSeries([outline], crs=epsg).to_crs("EPSG:4326").iloc[0]
    return shape
