"""Read the recap that comes with a register: counts of families by place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.area_names import name_key
from geodata.recap_headings import COUNTS, PLACE, fit_of, recap_columns
from geodata.tables import SURPLUS, read_sheet

_TOTAL = re.compile(r"^\W*(?:grand\s+)?(?:jumlah|total|jml)\b", re.IGNORECASE)
_PLAIN = re.compile(r"\d+")
_GROUPED = re.compile(r"\d{1,3}(?:[.,  ]\d{3})+")
CODE_DIGITS = {"kelurahan": 10, "kecamatan": 6}  # of a Kemendagri code
_BLANK = frozenset({"", "-", "–", "—"})


class RecapError(BadInputError):
    """The recap cannot be read with certainty."""

    code = "recap"


class RecapTotalsError(WrongCallError):
    """Totals typed by hand cannot be counts of families."""

    code = "recap-totals"


@dataclass(frozen=True, slots=True)
class Recap:
    """Counts of families, one row a place; a count that the recap does not give is missing.

    ``rows``: columns ``area_code`` (digits), ``kelurahan_name``, ``kecamatan_name``, ``level``
    (``kelurahan``, ``kecamatan`` or ``city``) and COUNTS (``Int64``). The row of the whole file
    has no place; there is one.
    """

    rows: pd.DataFrame

    @property
    def places(self) -> list[str]:
        """Name of each row for a message; empty for the whole file."""
        names = self.rows["kelurahan_name"].where(
            self.rows["kelurahan_name"] != "", self.rows["kecamatan_name"]
        )
        return [str(each) for each in names.where(names != "", self.rows["area_code"])]


def read_recap(path: Path) -> Recap:
    """Return the counts of a CSV or XLSX recap: a row a kelurahan or kecamatan, or one for all.

    Headings are recognised loosely (:mod:`geodata.recap_headings`), a blank or ``-`` is a count
    that is not given, ``30.980`` is 30,980. Without a row of totals the total is the sum.

    Raises
    ------
    RecapHeadingError
        Nothing is counted, or two headings mean the same count.
    RecapError
        A cell is no count, or two rows are of the same place.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """
    table = read_sheet(path, fit_of).table
    columns = recap_columns([str(name) for name in table.columns if name != SURPLUS])
    rows = pd.DataFrame(index=table.index)
    for place in PLACE:
        cells = table[columns[place]] if place in columns else pd.Series("", index=table.index)
        rows[place] = cells.str.strip().astype("str")
    labels = table[[name for name in table.columns if name not in set(columns.values())]]
    is_total = rows[list(PLACE)].apply(lambda cells: cells.str.match(_TOTAL)).any(axis=1)
    is_total |= labels.apply(lambda cells: cells.str.match(_TOTAL)).any(axis=1)
    for count in COUNTS:
        heading = columns.get(count)
        numbers = [None] * len(table) if heading is None else _counts(table[heading])
        rows[count] = pd.array(numbers, dtype="Int64")
    return Recap(_placed(rows, is_total))


def typed_recap(target_families: int | None, at_risk: int | None) -> Recap:
    """Return a recap of two totals; ``None`` is not given.

    Raises
    ------
    RecapTotalsError
        A total is below 0, or more families are at risk than there are.
    """
    given = [each for each in (target_families, at_risk) if each is not None]
    if any(each < 0 for each in given) or (
        target_families is not None and at_risk is not None and at_risk > target_families
    ):
        raise RecapTotalsError(
            N_("Jumlah keluarga berisiko tidak bisa lebih dari seluruh keluarga, atau di bawah 0.")
        )
    row = dict.fromkeys(PLACE, "") | dict.fromkeys(COUNTS)
    rows = pd.DataFrame([row | {"target_families": target_families, "at_risk": at_risk}])
    kinds = dict.fromkeys(PLACE, "str") | dict.fromkeys(COUNTS, "Int64")
    return Recap(rows.astype(kinds).assign(level="city"))


def _counts(cells: pd.Series) -> list[int | None]:
    """Return counts; a cell that is none is named by heading and row."""
    found: list[int | None] = []
    for row, cell in cells.items():
        text = str(cell).strip()
        if text in _BLANK:
            found.append(None)
        elif _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
            found.append(int(re.sub(r"\D", "", text)))
        else:
            raise RecapError(
                N_("Rekap baris {row}, kolom {column}: isinya bukan jumlah keluarga."),
                row=row,
                column=cells.name,
            )
    return found


def _placed(rows: pd.DataFrame, is_total: pd.Series) -> pd.DataFrame:
    """Return the rows with their places told apart, and one of the whole file."""
    rows = rows.copy()
    rows["area_code"] = rows["area_code"].str.replace(r"\D", "", regex=True)
    rows.loc[is_total, ["area_code", "kelurahan_name"]] = ""
    named = rows["kecamatan_name"].where(~rows["kecamatan_name"].str.match(_TOTAL), "")
    rows["kecamatan_name"] = named
    keys = [
        (code, name_key(kelurahan), name_key(kecamatan))
        for code, kelurahan, kecamatan in rows[list(PLACE)].itertuples(index=False)
    ]
    repeated = pd.Series(keys, index=rows.index, dtype=object).duplicated()
    if repeated.any():
        raise RecapError(
            N_("Rekap baris {row}: tempat ini sudah ada di baris sebelumnya."),
            row=repeated.index[repeated][0],
        )
    whole = pd.concat([rows, _sum_of(rows)], ignore_index=True)
    return whole.assign(level=_levels(whole))


def _sum_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the whole file where the recap has none: the sum of its finest places."""
    levels = _levels(rows)
    if (levels == "city").any():
        return rows.iloc[:0]
    finest = rows[levels == ("kelurahan" if (levels == "kelurahan").any() else "kecamatan")]
    total = dict.fromkeys(PLACE, "") | {
        count: finest[count].sum() if finest[count].notna().all() else pd.NA for count in COUNTS
    }
    return pd.DataFrame([total]).astype(rows.dtypes.to_dict())


def _levels(rows: pd.DataFrame) -> pd.Series:
    """Tell what each row counts: ``kelurahan``, ``kecamatan`` or ``city``."""
    digits = rows["area_code"].str.len()
    kelurahan = (rows["kelurahan_name"] != "") | (digits == CODE_DIGITS["kelurahan"])
    kecamatan = (rows["kecamatan_name"] != "") | (digits == CODE_DIGITS["kecamatan"])
    levels = np.select([kelurahan, kecamatan], ["kelurahan", "kecamatan"], "city")
    return pd.Series(levels, index=rows.index)
