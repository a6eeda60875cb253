"""Read a register file into text columns with our names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.layouts import (
    Layout,
    best_confidence,
    confidence_in,
    named_layout,
    recognise_layout,
    require_headings,
)
from geodata.tables import SURPLUS, heading_key, read_sheet

OTHER = "file:"  # before the heading of a column that the layout does not use


@dataclass(frozen=True, slots=True)
class RegisterText:
    """A register as it was read, before anything is judged."""

    text: pd.DataFrame  # index row; our column names, unused columns as "file:heading"
    layout: Layout
    confidence: float  # 0 to 1, see geodata.layouts.confidence_in
    sheet: str = ""  # of a workbook
    other_sheets: tuple[str, ...] = ()  # with content, not read


def read_register(path: Path, layout: str | None = None) -> RegisterText:
    """Return the rows of a register file as text under our column names.

    Parameters
    ----------
    path
        CSV or XLSX, see :func:`geodata.tables.read_table`. Of several sheets, and of heading
        rows over one another, those that fit a layout best are taken.
    layout
        Name of the layout; without it the layout is told from the headings.

    Returns
    -------
    RegisterText
        Every row and every column of the file. A column of the layout that the file lacks
        is there and blank. Blank cells are empty texts.

    Raises
    ------
    UnknownLayoutError
        No layout has that name.
    LayoutError
        Needed headings are missing.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """
    chosen = named_layout(layout) if layout is not None else None

    def fit(headings: Sequence[str]) -> float:
        return best_confidence(headings) if chosen is None else confidence_in(chosen, headings)

    read = read_sheet(path, fit)
    headings = [str(column) for column in read.table.columns if column != SURPLUS]
    if chosen is None:
        chosen, confidence = recognise_layout(headings)
    else:
        require_headings(chosen, headings)
        confidence = confidence_in(chosen, headings)
    text = _renamed(read.table, chosen)
    return RegisterText(text, chosen, confidence, read.sheet, read.other_sheets)


def _renamed(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    names = {
        heading: layout.columns.get(heading_key(heading), f"{OTHER}{heading}")
        for heading in table.columns
        if heading != SURPLUS
    }
    text = table.rename(columns=names)
    absent = [column for column in layout.columns.values() if column not in text.columns]
    return text.assign(**dict.fromkeys(absent, "")).astype("str")
