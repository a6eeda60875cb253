"""Teams from the list that a city keeps as CSV or XLSX."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import BadZipFile

import geopandas as gpd
import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from common.errors import BadInputError
from common.language import N_
from planning.team_rows import DAYS_OF_WEEK, EXTRA, AreaCodes, TeamRow
from planning.teams import Team

COLUMNS = (
    "team_id", "kind", "name", "kecamatan_code", "territory", "base_lon", "base_lat", "transport",
    "skills", "most_visits", *DAYS_OF_WEEK, "leave",
)  # fmt: skip
_ZIP = b"PK\x03\x04"


class TeamFileMissingError(BadInputError):
    """The team file is not there."""

    code = "team-file-missing"


class NotATeamTableError(BadInputError):
    """The file is neither a UTF-8 CSV nor an XLSX with a heading row."""

    code = "team-file-not-a-table"


class TeamHeadingsError(BadInputError):
    """Columns that every team needs are missing."""

    code = "team-file-headings"


class NoUsableTeamError(BadInputError):
    """Not one row gives a team; ``issues`` says why, row by row."""

    code = "no-usable-team"

    issues: pd.DataFrame


def read_teams(path: Path) -> pd.DataFrame:
    """Return the rows of a team file as text, trimmed, nothing judged yet.

    Comma, semicolon or tab may separate a CSV; a byte-order mark is fine.

    Returns
    -------
    pd.DataFrame
        Text columns :data:`COLUMNS` (an empty cell is empty text) and ``extra`` (cells
        beyond the headings); index ``row``: line of the file, 1 = heading. Lines without
        any text are left out.

    Raises
    ------
    TeamFileMissingError
        No such file.
    NotATeamTableError
        Not a table, or nothing in it.
    TeamHeadingsError
        A heading is missing or stands twice.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise TeamFileMissingError(
            N_("Berkas tim {file} tidak ada atau tidak dapat dibuka."), file=path.name
        ) from None
    rows = _xlsx_rows(content, path) if content.startswith(_ZIP) else _csv_rows(content, path)
    if not rows or not any(rows[0]):
        raise NotATeamTableError(
            N_("Berkas tim {file} kosong atau tanpa baris judul."), file=path.name
        )
    headings = [cell.lower() for cell in rows[0]]
    _check_headings(headings, path)
    places = [headings.index(name) for name in COLUMNS]
    lines = {
        number: [
            *(row[place] if place < len(row) else "" for place in places),
            ";".join(cell for cell in row[len(headings) :] if cell),
        ]
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    }
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=[*COLUMNS, EXTRA], dtype="str")
    return frame.rename_axis(index="row")


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


def _check_headings(headings: list[str], path: Path) -> None:
    wrong = [name for name in COLUMNS if headings.count(name) != 1]
    if wrong:
        raise TeamHeadingsError(
            N_("Judul kolom berkas tim {file} tidak ada atau ganda: {columns}."),
            file=path.name,
            columns=", ".join(wrong),
        )


def _csv_rows(content: bytes, path: Path) -> list[list[str]]:
    broken = NotATeamTableError(
        N_("Berkas tim {file} bukan CSV (UTF-8) atau XLSX yang sah."), file=path.name
    )
    try:
        text = content.decode("utf-8-sig")
        if "\x00" in text:
            raise broken
        first = text.split("\n", 1)[0]
        separator = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise broken from None
    return [[cell.strip() for cell in row] for row in rows]


def _xlsx_rows(content: bytes, path: Path) -> list[list[str]]:
    """Return the cells of the first sheet as text; a date cell as ISO."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [[_cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, SyntaxError):
        raise NotATeamTableError(
            N_("Berkas tim {file} bukan CSV (UTF-8) atau XLSX yang sah."), file=path.name
        ) from None
    while rows and rows[0] and not rows[0][-1] and not any(row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    return rows


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "date") and hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    return str(cell).strip()
