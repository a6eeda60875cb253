"""Teams from the list that a city keeps as CSV or XLSX."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from common.errors import BadInputError
from common.language import N_
from geodata.tables import SURPLUS, heading_key, read_table
from planning.team_rows import DAYS_OF_WEEK, EXTRA, AreaCodes, TeamRow
from planning.teams import Team

COLUMNS = (
    "team_id", "kind", "name", "kecamatan_code", "territory", "base_lon", "base_lat", "transport",
    "skills", "most_visits", *DAYS_OF_WEEK, "leave",
)  # fmt: skip


class TeamHeadingsError(BadInputError):
    """Columns that every team needs are missing."""

    code = "team-file-headings"


class NoUsableTeamError(BadInputError):
    """Not one row gives a team; ``issues`` says why, row by row."""

    code = "no-usable-team"

    issues: pd.DataFrame


def read_teams(path: Path) -> pd.DataFrame:
    """Return the rows of a team file as text, trimmed, nothing judged yet.

    CSV or XLSX as :func:`geodata.tables.read_table` reads them; upper and lower case, spaces
    and underscores of the headings are alike, other columns are left out.

    Returns
    -------
    pd.DataFrame
        Text columns :data:`COLUMNS` (an empty cell is empty text) and ``extra`` (cells
        beyond the headings); index ``row``: line of the file, 1 = heading. Lines without
        any text are left out.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    TeamHeadingsError
        A heading is missing.
    """
    table = read_table(path)
    extra = table.pop(SURPLUS) if SURPLUS in table.columns else ""
    table.columns = pd.Index([heading_key(heading) for heading in table.columns])
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise TeamHeadingsError(
            N_("Judul kolom yang wajib ada tidak ditemukan di berkas tim {file}: {columns}."),
            file=path.name,
            columns=", ".join(missing),
        )
    teams = table[list(COLUMNS)].assign(**{EXTRA: extra})
    trimmed: pd.DataFrame = teams.apply(lambda column: column.str.strip()).astype("str")
    return trimmed


def check_teams(frame: pd.DataFrame, areas: gpd.GeoDataFrame) -> tuple[list[Team], pd.DataFrame]:
    """Return the teams that can be planned with, in file order, and every fault found.

    A camat without territory covers every kelurahan of the kecamatan. A row with a fault
    that ``quarantines`` gives no team; of rows with the same ``team_id`` the first counts.

    Parameters
    ----------
    frame
        From :func:`read_teams`.
    areas
        The city (geodata.columns.AREAS).

    Returns
    -------
    tuple[list[Team], pd.DataFrame]
        Teams, and geodata.columns.ISSUES with codes of
        :data:`planning.team_rows.TEAM_ISSUES`.

    Raises
    ------
    NoUsableTeamError
        No row, or none without a fault that quarantines.
    """
    codes = AreaCodes.of(areas)
    teams: list[Team] = []
    found: list[tuple[int, str, str, bool]] = []
    seen: set[str] = set()
    for number, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        row = TeamRow({str(name): str(cell) for name, cell in cells.items()}, codes)
        team = row.team(seen)
        found += [(int(number), *fault) for fault in row.faults]
        if team is not None:
            teams.append(team)
            seen.add(team.team_id)
    issues = pd.DataFrame(found, columns=["row", "column", "code", "quarantines"]).astype(
        {"row": "int64", "column": "str", "code": "str", "quarantines": "bool"}
    )
    if not teams:
        raise _no_team(len(frame), issues)
    return teams, issues


def _no_team(rows: int, issues: pd.DataFrame) -> NoUsableTeamError:
    if not rows:
        error = NoUsableTeamError(N_("Daftar tim tidak berisi satu tim pun."))
    else:
        first = issues[issues["quarantines"]].iloc[0]
        error = NoUsableTeamError(
            N_(
                "Tidak satu pun dari {rows} baris tim dapat dipakai; kesalahan pertama: "
                "baris {row}, kolom {column} ({fault})."
            ),
            rows=rows,
            row=int(first["row"]),
            column=first["column"],
            fault=first["code"],
        )
    error.issues = issues
    return error
