"""Take in what the city knows besides its families: teams, calendar, points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from common.language import N_
from common.settings import read_settings
from geodata.point_file import POINT_ISSUES, check_points, read_points
from planning.calendar_file import CALENDAR_ISSUES, check_calendar, read_calendar
from planning.team_file import check_teams, read_teams
from planning.team_rows import TEAM_ISSUES
from storage.areas import load_areas
from storage.calendar import replace_calendar
from storage.database import open_database, reading, transaction
from storage.points import put_points
from storage.teams import load_teams, replace_teams
from storage.workspace import Workspace
from workflows.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class FileImport:
    """What a file brought, in counts, and its faults row by row."""

    counts: dict[str, Any]
    issues: pd.DataFrame  # row, column, code, quarantines, what, remedy


def import_teams(workspace: Workspace, file: Path, *, progress: Progress = silent) -> FileImport:
    """Read, check and store the teams instead of those before; rows = accepted + set aside.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file is no usable table; the old teams stay.
    TeamHeadingsError, NoUsableTeamError
        It holds no team that can be used; the old teams stay.
    """
    database = open_database(workspace)
    progress(0.1, N_("Membaca tim"))
    rows = read_teams(file)
    with reading(database) as conn:
        areas = load_areas(conn)
    teams, issues = check_teams(rows, areas)
    with transaction(database) as conn:
        replace_teams(conn, teams)
    return file_import(rows, [team.kind for team in teams], issues, TEAM_ISSUES)


def import_calendar(workspace: Workspace, file: Path, *, progress: Progress = silent) -> FileImport:
    """Read, check and store the calendar instead of the one before.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    CalendarHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file cannot be used; the old calendar stays.
    """
    database = open_database(workspace)
    progress(0.1, N_("Membaca kalender"))
    rows = read_calendar(file)
    with reading(database) as conn:
        areas, teams = load_areas(conn), load_teams(conn)
    calendar, issues = check_calendar(rows, areas, teams)
    with transaction(database) as conn:
        replace_calendar(conn, calendar)
    return file_import(rows, calendar["kind"].tolist(), issues, CALENDAR_ISSUES)


def import_points(workspace: Workspace, file: Path, *, progress: Progress = silent) -> FileImport:
    """Read, check and store posyandu, puskesmas, offices, RT and RW points; known ids are renewed.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    PointHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file cannot be used; the old points stay.
    """
    database = open_database(workspace)
    progress(0.1, N_("Membaca titik"))
    rows = read_points(file)
    with reading(database) as conn:
        areas = load_areas(conn)
    tolerance_m = read_settings(workspace.settings_file).placing.outside_tolerance_m
    points, issues = check_points(rows, areas, tolerance_m=tolerance_m)
    with transaction(database) as conn:
        put_points(conn, points)
    return file_import(rows, points["kind"].tolist(), issues, POINT_ISSUES)


def file_import(
    rows: pd.DataFrame, kinds: list[str], issues: pd.DataFrame, texts: Mapping[str, tuple[str, str]]
) -> FileImport:
    """Count what was accepted by kind; rows read = accepted + quarantined."""
    counts = {
        "rows_read": len(rows),
        "accepted": len(kinds),
        "quarantined": len(rows) - len(kinds),
        "kinds": pd.Series(kinds, dtype="str").value_counts().sort_index().to_dict(),
        "issues": issues["code"].value_counts().sort_index().to_dict(),
    }
    worded = issues.assign(
        what=issues["code"].map({code: text[0] for code, text in texts.items()}),
        remedy=issues["code"].map({code: text[1] for code, text in texts.items()}),
    )
    return FileImport(counts, worded)
