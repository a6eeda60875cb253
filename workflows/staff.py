"""Take a list of teams in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from common.language import N_
from planning.team_file import check_teams, read_teams
from planning.team_rows import TEAM_ISSUES
from storage.areas import load_areas
from storage.database import open_database, reading, transaction
from storage.teams import replace_teams
from storage.workspace import Workspace
from workflows.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class TeamImport:
    """What a team file brought, in counts, and its faults row by row."""

    counts: dict[str, Any]
    issues: pd.DataFrame  # row, column, code, quarantines, what, remedy


def import_teams(workspace: Workspace, file: Path, *, progress: Progress = silent) -> TeamImport:
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
    kinds = pd.Series([team.kind for team in teams]).value_counts().sort_index()
    counts = {
        "rows_read": len(rows),
        "accepted": len(teams),
        "quarantined": len(rows) - len(teams),
        "kinds": kinds.to_dict(),
        "issues": issues["code"].value_counts().sort_index().to_dict(),
    }
    worded = issues.assign(
        what=issues["code"].map({code: text[0] for code, text in TEAM_ISSUES.items()}),
        remedy=issues["code"].map({code: text[1] for code, text in TEAM_ISSUES.items()}),
    )
    return TeamImport(counts, worded)
