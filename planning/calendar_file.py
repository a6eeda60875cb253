"""Read and check a calendar file: holidays, leave, posyandu days."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from common.errors import BadInputError
from common.language import N_
from geodata.cells import block_numbers
from geodata.tables import read_table
from planning.columns import CALENDAR, CALENDAR_KINDS
from planning.teams import Team

HEADINGS = ("date", "kind", "area_code", "rw", "team_id", "note")

CALENDAR_ISSUES: dict[str, tuple[str, str]] = {
    "calendar-date": (
        N_("Tanggal tidak terbaca."),
        N_("Tulis tanggal sebagai tahun-bulan-hari, mis. 2026-12-25."),
    ),
    "calendar-kind": (
        N_("Jenis catatan kalender tidak dikenal."),
        N_("Pilih holiday, leave atau posyandu."),
    ),
    "calendar-area": (
        N_("Hari posyandu tanpa kelurahan dan RW yang dikenal."),
        N_("Isi area_code dengan kode kelurahan kota ini, dan rw."),
    ),
    "calendar-team": (
        N_("Cuti tanpa tim yang dikenal."),
        N_("Isi team_id dengan tim yang sudah diimpor."),
    ),
}


class CalendarHeadingsError(BadInputError):
    """A heading of the calendar file is missing."""

    code = "calendar-headings"


def read_calendar(path: Path) -> pd.DataFrame:
    """Return the rows of a calendar file as text, index ``row`` (line of the file).

    Raises
    ------
    CalendarHeadingsError
        A heading is missing.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """
    table = read_table(path)
    table.columns = [str(name).strip().lower() for name in table.columns]
    missing = [name for name in HEADINGS if name not in table.columns]
    if missing:
        raise CalendarHeadingsError(
            N_("Judul kolom kalender belum ada: {missing}."), missing=", ".join(missing)
        )
    return table[list(HEADINGS)]


def check_calendar(
    frame: pd.DataFrame, areas: gpd.GeoDataFrame, teams: list[Team]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the usable rows (planning.columns.CALENDAR) and the issues (ISSUES columns).

    Every row is in one of the two; a faulty row is set aside with its first fault.
    """
    text = frame.fillna("").astype("str").apply(lambda column: column.str.strip())
    day = pd.to_datetime(text["date"], format="%Y-%m-%d", errors="coerce")
    kind = text["kind"].str.lower()
    rw, _ = block_numbers(text["rw"], text["rw"], "rw")
    in_city = text["area_code"].isin(areas["area_code"]) & rw.notna()
    known_team = text["team_id"].isin([team.team_id for team in teams])
    fault = np.select(
        [
            day.isna(),
            ~kind.isin(CALENDAR_KINDS),
            (kind == "posyandu") & ~in_city,
            (kind == "leave") & ~known_team,
        ],
        ["calendar-date", "calendar-kind", "calendar-area", "calendar-team"],
        "",
    )
    column_of = {
        "calendar-date": "date",
        "calendar-kind": "kind",
        "calendar-area": "area_code",
        "calendar-team": "team_id",
    }
    bad = fault != ""
    issues = pd.DataFrame(
        {
            "row": frame.index[bad].to_numpy(),
            "column": [column_of[code] for code in fault[bad]],
            "code": fault[bad],
            "quarantines": True,
        }
    ).astype({"row": int, "column": "str", "code": "str", "quarantines": bool})
    usable = pd.DataFrame(
        {
            "date": day.dt.strftime("%Y-%m-%d"),
            "kind": kind,
            "area_code": text["area_code"].replace("", None),
            "rw": rw,
            "team_id": text["team_id"].replace("", None),
            "note": text["note"].replace("", None),
        }
    )[~bad].reset_index(drop=True)
    checked: pd.DataFrame = CALENDAR.validate(usable.astype("str"))
    return checked, issues
