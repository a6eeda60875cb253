"""Read and check a file of what came of visits."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from common.errors import BadInputError
from common.language import N_
from geodata.tables import SURPLUS, heading_key, read_table
from planning.columns import RESULTS
from planning.hours import parse_hour

# our column -> headings under which it may stand
_HEADINGS: dict[str, tuple[str, ...]] = {
    "household": ("keluarga", "kode_keluarga", "nomor_keluarga", "household"),
    "date": ("tanggal", "tanggal_kunjungan", "date"),
    "time": ("jam", "pukul", "time", "hour"),
    "outcome": ("hasil", "outcome", "result"),
    "team": ("tim", "team", "team_id"),
}
_NEEDED = ("household", "date", "outcome")
_ON_PAPER = ("met", "not_home", "moved", "refused", "wrong_address", "not_found")  # boxes 1 to 6
_WORDS: dict[str, tuple[str, ...]] = {
    "met": ("met", "bertemu", "ditemui", "dikunjungi"),
    "not_home": ("not home", "tidak di rumah", "tidak ada di rumah"),
    "moved": ("moved", "pindah", "sudah pindah"),
    "refused": ("refused", "menolak", "ditolak"),
    "wrong_address": ("wrong address", "alamat salah", "salah alamat"),
    "not_found": ("not found", "tidak ditemukan"),
    "no_longer_at_risk": (
        "no longer at risk", "tidak berisiko", "tidak berisiko lagi", "tidak lagi berisiko",
    ),
    "referred": ("referred", "dirujuk", "rujuk"),
}  # fmt: skip
_OUTCOME_OF = {word: name for name, words in _WORDS.items() for word in words} | {
    str(number): name for number, name in enumerate(_ON_PAPER, start=1)
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")

RESULT_ISSUES: dict[str, tuple[str, str]] = {
    "result-cells": (
        N_("Baris berisi lebih banyak sel daripada judul kolom."),
        N_("Beri tanda kutip pada sel yang memuat pemisah, atau simpan sebagai XLSX."),
    ),
    "result-household": (
        N_("Keluarga tidak ada di register."),
        N_("Tulis kode_keluarga, atau nomor keluarga di Sambangi."),
    ),
    "result-date": (
        N_("Tanggal tidak terbaca."),
        N_("Tulis tanggal kunjungan, mis. 2026-12-02 atau 02/12/2026."),
    ),
    "result-future": (
        N_("Tanggal kunjungan belum tiba."),
        N_("Periksa tanggal, atau tanggal komputer ini."),
    ),
    "result-time": (N_("Jam tidak terbaca."), N_("Tulis mis. 09:30, atau kosongkan.")),
    "result-outcome": (
        N_("Hasil kunjungan tidak dikenal."),
        N_("Tulis angka 1 sampai 6 dari lembar, atau kata hasilnya, mis. tidak di rumah."),
    ),
    "result-team": (
        N_("Tim tidak dikenal."),
        N_("Tulis team_id dari tim yang sudah diimpor, atau kosongkan."),
    ),
}


class ResultHeadingsError(BadInputError):
    """A heading of the file of results is missing, or two stand for the same."""

    code = "result-headings"


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of a file may speak of."""

    households: Mapping[str, int]  # kode_keluarga and household number, as text -> household_id
    teams: Collection[str]
    today: date


def read_results(path: Path) -> pd.DataFrame:
    """Return the rows of a file of results as text, index ``row`` (line of the file).

    Columns ``household``, ``date``, ``time``, ``outcome``, ``team`` and
    geodata.tables.SURPLUS; time and team may be missing in the file and are blank then. Other
    columns are not read.

    Raises
    ------
    ResultHeadingsError
        Family, date or outcome is missing, or two headings stand for the same.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """
    table = read_table(path)
    found = {
        name: [
            heading
            for heading in table.columns
            if heading_key(heading) in {heading_key(each) for each in headings}
        ]
        for name, headings in _HEADINGS.items()
    }
    missing = [_HEADINGS[name][0] for name in _NEEDED if not found[name]]
    twice = [_HEADINGS[name][0] for name in found if len(found[name]) > 1]
    if missing or twice:
        raise ResultHeadingsError(
            N_("Judul kolom hasil kunjungan: belum ada {missing}; lebih dari satu {twice}."),
            missing=", ".join(missing) or "-",
            twice=", ".join(twice) or "-",
        )
    blank = pd.Series("", index=table.index, dtype="str")
    rows = {name: table[each[0]].str.strip() if each else blank for name, each in found.items()}
    return pd.DataFrame({**rows, SURPLUS: table.get(SURPLUS, blank)})


def check_results(rows: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the results (planning.columns.RESULTS, index: row) and the issues; a row is in one.

    ``rows`` is of :func:`read_results`. Issues have row, column, code and quarantines; a faulty
    row is set aside with its first fault.
    """
    accepted: dict[int, dict[str, object]] = {}
    issues: list[tuple[int, str, str, bool]] = []
    for row, cells in zip(rows.index.tolist(), rows.to_dict("records"), strict=True):
        found = _result({str(key): str(cell) for key, cell in cells.items()}, known)
        if isinstance(found, dict):
            accepted[int(row)] = found
        else:
            issues.append((int(row), *found, True))
    kinds = {"start_s": "Int64", "household_id": "int64"}
    results = pd.DataFrame(
        {
            name: pd.Series(
                [each[name] for each in accepted.values()], dtype=kinds.get(name, "str")
            )
            for name in RESULTS.columns
        }
    )
    results.index = pd.Index(list(accepted), dtype="int64", name="row")
    told = pd.DataFrame(issues, columns=["row", "column", "code", "quarantines"]).astype(
        {"row": "int64", "column": "str", "code": "str", "quarantines": bool}
    )
    checked: pd.DataFrame = RESULTS.validate(results)
    return checked, told


def _result(cells: dict[str, str], known: Known) -> dict[str, object] | tuple[str, str]:
    """Return the result of one row, or the column and code of its first fault."""
    if cells[SURPLUS]:
        return SURPLUS, "result-cells"
    household = known.households.get(cells["household"])
    if household is None:
        return "household", "result-household"
    day, hour = _moment(cells["date"])
    if day is None:
        return "date", "result-date"
    if day > known.today:
        return "date", "result-future"
    hour = cells["time"] or hour
    start_s = parse_hour(hour) if hour else None
    if hour and start_s is None:
        return "time", "result-time"
    outcome = parse_outcome(cells["outcome"])
    if outcome is None:
        return "outcome", "result-outcome"
    team = cells["team"] or None
    if team is not None and team not in known.teams:
        return "team", "result-team"
    return {
        "household_id": household,
        "day_date": day.isoformat(),
        "start_s": start_s,
        "team_id": team,
        "outcome": outcome,
    }


def _moment(text: str) -> tuple[date | None, str]:
    """Return the day and, where the cell holds one, the hour."""
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    if iso is not None:
        numbers, hour = (iso[1], iso[2], iso[3]), iso[4] or ""
    elif day_first is not None:
        numbers, hour = (day_first[3], day_first[2], day_first[1]), ""
    else:
        return None, ""
    try:
        return date(*map(int, numbers)), hour
    except ValueError:
        return None, ""


def parse_outcome(text: str) -> str | None:
    """Return one of OUTCOMES for a word (Indonesian or English) or a box number; else None."""
    words = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    return _OUTCOME_OF.get(words)
