"""Build a city: boundaries into the database, one street network a transport onto disk."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from common.language import N_
from common.settings import read_settings
from geodata.boundaries import boundary_report, local_crs, read_boundaries
from geodata.columns import MODES
from geodata.network import build_network
from geodata.streets import read_streets
from storage.areas import replace_areas
from storage.database import MissingWorkspaceError, open_database, transaction
from storage.places import forget_places
from storage.scores import forget_scores
from storage.street_files import write_street_files
from storage.workspace import Workspace
from workflows.progress import Progress, silent


def build_city(
    workspace: Workspace,
    boundaries: Path,
    streets: Path,
    *,
    code_field: str | None = None,
    name_field: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Check the boundaries, build the street networks and store both; return the report.

    Places and scores of an earlier build no longer hold and are dropped: run locate and score
    again. On any refusal the workspace stays as it was.

    Raises
    ------
    BoundaryFileError, FieldError, AreaCodeError, CoordinateSystemError
        The boundary file cannot be used; see :func:`geodata.boundaries.read_boundaries`.
    StreetFileError, StreetsElsewhereError, EmptyNetworkError
        The street file cannot be used; see :func:`geodata.streets.read_streets`.
    """
    settings = read_settings(workspace.settings_file)
    progress(0.0, N_("Membaca batas kelurahan"))
    areas = read_boundaries(boundaries, code_field=code_field, name_field=name_field)
    epsg = int(local_crs(areas).to_epsg() or 0)
    progress(0.1, N_("Membaca jalan"))
    drawn = read_streets(streets, city_outline(areas, epsg, settings.streets.margin_m))
    networks, reports = {}, {}
    for step, mode in enumerate(MODES):
        progress(0.4 + 0.2 * step, N_("Menyusun jaringan jalan"))
        networks[mode], built = build_network(drawn, mode, settings.streets, epsg)
        reports[mode] = asdict(built)
    report = {
        **boundary_report(areas),
        "street_pieces": len(drawn),
        "networks": reports,
    }
    database = open_database(workspace, create=True)
    with transaction(database) as conn:
        replace_areas(conn, areas, report)
        forget_places(conn)
        forget_scores(conn)
        write_street_files(workspace, networks, drawn)
    return report


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
