"""Read a register file into text columns with our names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from geodata.layouts import (
    LAYOUTS,
    Layout,
    best_confidence,
    confidence_in,
    named_layout,
    recognise_layout,
    require_headings,
)
from geodata.tables import SURPLUS, SheetTable, heading_key, read_sheet

OTHER = "file:"  # before the heading of a column that the layout does not use


@dataclass(frozen=True, slots=True)
class RegisterText:
    """A register as it was read, before anything is judged."""

    text: pd.DataFrame  # index row; our column names, unused columns as "file:heading"
    layout: Layout
    confidence: float  # 0 to 1, see geodata.layouts.confidence_in
    sheet: str = ""  # of a workbook
    other_sheets: tuple[str, ...] = ()  # with content, not read
    headings: tuple[str, ...] = ()  # as written, in the order of the file


def read_register(
    path: Path, layout: str | None = None, known: Mapping[str, Layout] = LAYOUTS
) -> RegisterText:
    """Return the rows of a register file as text under our column names.

    Parameters
    ----------
    path
        CSV or XLSX, see :func:`geodata.tables.read_table`. Of several sheets, and of heading
        rows over one another, those that fit a layout best are taken.
    layout
        Name of the layout; without it the layout is told from the headings.
    known
        The layouts there are, by name.

    Returns
    -------
    RegisterText
        Every row and every column of the file. A column of the layout that the file lacks
        is there and blank, and so is one that checking needs and the layout lacks, see
        :meth:`geodata.layouts.Layout.text_columns`. Blank cells are empty texts.

    Raises
    ------
    UnknownLayoutError
        No layout has that name.
    LayoutError
        Needed headings are missing, or two layouts fit equally well.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """
    chosen = named_layout(layout, known) if layout is not None else None
    read = read_sheet_as(path, chosen, known)
    headings = table_headings(read.table)
    if chosen is None:
        chosen, confidence = recognise_layout(headings, known)
    else:
        require_headings(chosen, headings)
        confidence = confidence_in(chosen, headings)
    text = _renamed(read.table, chosen)
    return RegisterText(text, chosen, confidence, read.sheet, read.other_sheets)


def read_sheet_as(
    path: Path, layout: Layout | None, known: Mapping[str, Layout] = LAYOUTS
) -> SheetTable:
    """Return the table that a register is read from, under the headings as written.

    Parameters
    ----------
    layout
        The layout it is to be read in; None: the sheet and headings that fit any best.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """

    def fit_any(headings: Sequence[str]) -> float:
        return best_confidence(headings, known)

    return read_sheet(path, fit_any if layout is None else partial(confidence_in, layout))


def table_headings(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the headings of a table as written, without the cells that have none."""
    return tuple(str(column) for column in table.columns if column != SURPLUS)


def _renamed(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    names = {
        heading: layout.columns.get(heading_key(heading), f"{OTHER}{heading}")
        for heading in table.columns
        if heading != SURPLUS
    }
    text = table.rename(columns=names)
    absent = [column for column in layout.text_columns() if column not in text.columns]
    return text.assign(**dict.fromkeys(absent, "")).astype("str")
