"""Read CSV and XLSX files into a frame of plain text, or say why that cannot be done.

Nothing is interpreted here: codes keep their leading zeros, numbers their digits.
A file is judged by its content, not by its name.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from common.language import N_
from geodata import refusals
from geodata.csv_text import csv_rows, csv_text, even_rows
from geodata.file_kinds import ZIP, utf8_text
from geodata.headings import (
    HEAD_ROWS,
    SURPLUS,
    Fit,
    Heading,
    NumberedRow,
    find_heading,
    heading_key,
)
from geodata.refusals import (
    EmptyTableError,
    HeadingError,
    MissingFileError,
    NotATableError,
    TableTooLargeError,
    shown_name,
    too_large,
)
from geodata.table_frame import frame_of_even_rows, frame_of_rows
from geodata.workbook import Workbook, open_workbook

__all__ = [
    "SURPLUS",
    "EmptyTableError",
    "HeadingError",
    "MissingFileError",
    "NotATableError",
    "SheetTable",
    "TableTooLargeError",
    "heading_key",
    "read_sheet",
    "read_table",
]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table and where in its file it stood."""

    table: pd.DataFrame  # see read_table
    sheet: str  # of a workbook; empty for CSV
    other_sheets: tuple[str, ...]  # with content, not read


def read_table(path: Path) -> pd.DataFrame:
    """Return every row of a CSV or XLSX file as text.

    CSV: UTF-8 or UTF-16 (with or without mark), else Windows-1252; comma, semicolon, tab or
    bar. XLSX: first sheet with content, visible ones before hidden ones; whole numbers lose
    their ``.0``, dates become ISO text. Rows without any content are left out.

    Returns
    -------
    pd.DataFrame
        Columns: the headings as written; a blank heading above content becomes ``column C``.
        dtype ``str``, a blank cell is an empty text, never missing. Index ``row``: the number
        that Excel shows beside the row. Cells right of the last heading are joined in the
        column ``SURPLUS`` (``blank`` where a row is only longer than usual), which exists only
        when there are any.

    Raises
    ------
    MissingFileError
        No such file, or a folder.
    EmptyTableError
        No content, or headings only.
    NotATableError
        Another kind of file, damaged, or a single column.
    TableTooLargeError
        Over the limits of :mod:`geodata.refusals`.
    HeadingError
        A heading stands twice, however written.
    """
    return read_sheet(path).table


def read_sheet(path: Path, fit: Fit | None = None) -> SheetTable:
    """Return the table of a file as :func:`read_table` does, and which sheet it is.

    Parameters
    ----------
    fit
        Tells how well headings fit what is looked for, 0 to 1. Of several sheets the one that
        fits best is read (the first with content where none does), and of several heading rows
        the best, see :func:`geodata.headings.find_heading`.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`read_table`.
    """
    file = shown_name(path)
    raw = _read_bytes(path, file)
    if raw.startswith(ZIP):
        return _best_sheet(open_workbook(raw, file), fit, file)
    source = csv_text(utf8_text(raw, file))
    heading = _heading(csv_rows(source, file), fit)
    if heading is None:
        raise _empty(file)
    even = even_rows(source, heading.last_row, file)
    table = frame_of_even_rows(heading, even, file) if even is not None else None
    if table is None:
        table = frame_of_rows(heading, csv_rows(source, file), file)
    return SheetTable(table, "", ())


def _read_bytes(path: Path, file: str) -> bytes:
    missing = MissingFileError(
        N_("Berkas {file} tidak ditemukan atau tidak dapat dibaca; periksa nama dan foldernya."),
        file=file,
    )
    try:
        about = path.stat()
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        raise missing from None
    if stat.S_ISDIR(about.st_mode):
        raise MissingFileError(
            N_("{file} tidak ditemukan atau tidak dapat dibaca: itu folder; pilih berkasnya."),
            file=file,
        )
    if not stat.S_ISREG(about.st_mode):  # a pipe or a device may never end
        raise missing
    if about.st_size > refusals.MOST_BYTES:
        raise too_large(file)
    try:
        raw = path.read_bytes()
    except OSError:
        raise missing from None
    if not raw.strip():
        raise _empty(file)
    return raw


def _heading(rows: Iterable[NumberedRow], fit: Fit | None) -> Heading | None:
    """Return the headings of a sheet; None where it has no content."""
    filled = (row for row in rows if any(map(str.strip, row[1])))
    head = list(islice(filled, HEAD_ROWS))
    return find_heading(head, fit) if head else None


def _best_sheet(book: Workbook, fit: Fit | None, file: str) -> SheetTable:
    found = {sheet: _heading(book.rows(sheet), fit) for sheet in book.sheets}
    headings = {sheet: heading for sheet, heading in found.items() if heading is not None}
    if not headings:
        raise _empty(file)
    best = max(headings, key=lambda sheet: (headings[sheet].fit, not sheet.hidden))
    table = frame_of_rows(headings[best], book.rows(best), file)
    others = tuple(sheet.name for sheet in headings if sheet != best)
    return SheetTable(table, best.name, others)


def _empty(file: str) -> EmptyTableError:
    return EmptyTableError(N_("{file}: berkas kosong."), file=file)
