"""The rows of a CSV text: a careful reader for any text and a fast one for even rows.

The fast reader gives either what the careful one would or nothing at all; a test holds the
two against each other.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from geodata import refusals
from geodata.headings import HEAD_ROWS, NumberedRow
from geodata.refusals import damaged_row

_DELIMITERS = (",", ";", "\t", "|")
_STATED = re.compile(rb"sep=(.)\r?\n", re.IGNORECASE)  # a line that Excel obeys and does not show
_HEAD_CHARS = 100_000
_BLOCK = 4 * 1024**2  # bytes that the fast reader takes at a time, and its longest row
_FIRST_ROWS = 200  # tell how many cells the rows have
_MOST_UNEVEN = 20_000  # rows; a file with more is for the careful reader


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV text whose delimiter is known."""

    text: bytes  # UTF-8
    delimiter: str


@dataclass(frozen=True, slots=True)
class EvenRows:
    """Rows of which nearly all have the same number of cells."""

    columns: tuple[pa.Array, ...]  # large_string, one an even column
    places: NDArray[np.int64]  # of each even row among all rows, from 0
    uneven: tuple[tuple[int, list[str]], ...]  # place and cells


def csv_text(text: bytes) -> CsvText:
    """Tell the delimiter: the one that cuts most of the first rows into the same number of cells.

    A first line ``sep=;`` states it and is no row.
    """
    stated = _STATED.match(text)
    if stated is not None:
        return CsvText(text[stated.end() :], stated.group(1).decode("latin-1"))
    head = text[:_HEAD_CHARS].decode("utf-8", "ignore")
    return CsvText(text, max(_DELIMITERS, key=lambda delimiter: _evenness(head, delimiter)))


def csv_rows(source: CsvText, file: str) -> Iterator[NumberedRow]:
    """Yield every row with its number, blank ones as well, read with care.

    Raises
    ------
    NotATableError
        A quote is not closed, or a cell is longer than ``csv.field_size_limit()``; the message
        names the row.
    """
    for number, cells, _ in _lines_read(source, file):
        yield number, cells


def even_rows(source: CsvText, after: int, file: str) -> EvenRows | None:
    """Return the rows after row ``after``, read fast; None where that needs more care.

    Care is needed for quotes inside cells without quotes, carriage returns that end a row
    alone, very long cells, many rows of another length, and whatever is to be refused.
    """
    if source.text.count(b"\r") != source.text.count(b"\r\n") or ord(source.delimiter) > 127:
        return None
    body = memoryview(source.text)[_end_of_row(source, after, file) :]
    length = _usual_length(source, after, file)
    if not 2 <= length <= refusals.MOST_COLUMNS or bytes(body[:3]) == b"\xef\xbb\xbf":
        return None  # the fast reader would take such a beginning for a mark
    if not _quotes_are_plain(np.frombuffer(body, dtype=np.uint8), ord(source.delimiter)):
        return None
    return _read_evenly(body, source.delimiter, length)


def _evenness(head: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        lengths = Counter(len(cells) for cells in islice(reader, HEAD_ROWS) if any(cells))
    except csv.Error:
        lengths = Counter([head.count(delimiter) + 1])
    # agreement weighs more than cells: a list inside a cell may hold many of another delimiter
    return max(((length - 1) * rows**2 for length, rows in lengths.items()), default=0)


def _lines_read(source: CsvText, file: str) -> Iterator[tuple[int, list[str], int]]:
    """Yield number and cells of every row, and how many lines were read up to its end."""
    lines = io.TextIOWrapper(io.BytesIO(source.text), encoding="utf-8", newline="")
    # strict: an unclosed quote would otherwise swallow the rows after it without a word
    reader = csv.reader(lines, delimiter=source.delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells, reader.line_num
    except csv.Error:
        raise damaged_row(file, number + 1) from None


def _end_of_row(source: CsvText, row: int, file: str) -> int:
    """Return the place of the first byte after a row; every line ends with a line feed."""
    lines = next(lines for number, _, lines in _lines_read(source, file) if number == row)
    end = 0
    for _ in range(lines):
        end = source.text.find(b"\n", end) + 1
    return end or len(source.text)


def _usual_length(source: CsvText, after: int, file: str) -> int:
    """Return the commonest number of cells of the first rows after a row; 0: there is none."""
    below = (cells for number, cells in csv_rows(source, file) if number > after)
    lengths = Counter(
        len(cells) for cells in islice(below, _FIRST_ROWS) if any(map(str.strip, cells))
    )
    return max(lengths, key=lengths.__getitem__, default=0)


def _quotes_are_plain(body: NDArray[np.uint8], delimiter: int) -> bool:
    """Tell whether every quote opens or closes a whole cell, or is doubled inside one."""
    at = np.flatnonzero(body == ord('"'))
    if not len(at):
        return True
    if len(at) % 2:
        return False
    around = np.pad(body, 1, constant_values=ord("\n"))  # byte n stands at n + 1
    ends_cell = np.zeros(256, dtype=bool)
    ends_cell[[delimiter, ord("\n"), ord("\r")]] = True
    opens, closes = ends_cell[around[at[::2]]], ends_cell[around[at[1::2] + 2]]
    doubled = at[1:-1:2] + 1 == at[2::2]
    opens[1:] |= doubled
    closes[:-1] |= doubled
    return bool(opens.all() and closes.all())


def _read_evenly(body: memoryview, delimiter: str, length: int) -> EvenRows | None:
    uneven: list[tuple[int, str]] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        uneven.append((row.number - 1, row.text))
        return "skip" if len(uneven) <= _MOST_UNEVEN else "error"

    names = [str(at) for at in range(length)]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            # one thread: only so the rows that are set aside have numbers
            pacsv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            pacsv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                null_values=[],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = tuple(column.combine_chunks() for column in table.columns)
    if any(_longest(column) > csv.field_size_limit() for column in columns):
        return None
    places = np.ones(len(table) + len(uneven), dtype=bool)
    places[[place for place, _ in uneven]] = False
    parsed = tuple((place, _cells(text, delimiter)) for place, text in uneven)
    if any(len(cell) > csv.field_size_limit() for _, cells in parsed for cell in cells):
        return None
    return EvenRows(columns, np.flatnonzero(places), parsed)


def _longest(column: pa.Array) -> int:
    return pc.max(pc.binary_length(column)).as_py() or 0


def _cells(text: str, delimiter: str) -> list[str]:
    """Return the cells of one row whose quotes are known to be plain."""
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
