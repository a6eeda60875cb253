"""Read CSV and XLSX files into a frame of plain text, or say why that cannot be done.

Nothing is interpreted here: codes keep their leading zeros, numbers their digits.
A file is judged by its content, not by its name. A message names columns by letter
and rows by number only, because a file without headings has people in its first line.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from common.errors import BadInputError
from common.language import N_

SURPLUS = "surplus cells"  # column of what stands right of the last heading; only when there is any
MOST_BYTES = 2 * 1024**3  # of a text file, or of a workbook once unpacked
MOST_ROWS = 1_048_576  # rows of an Excel sheet
_HEADING_WITHIN = 10  # titles and merged cells may stand above the headings, in so many rows
_DELIMITERS = (",", ";", "\t")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NOT_KEY = re.compile(r"[^0-9a-z]+")

# What openpyxl and the libraries under it raise on damaged workbooks; both XML parsers'
# errors are SyntaxErrors.
_WORKBOOK_FAULTS = (
    zipfile.BadZipFile, InvalidFileException, zlib.error, SyntaxError, KeyError, IndexError,
    ValueError, TypeError, AttributeError, EOFError, OSError, NotImplementedError, RuntimeError,
    OverflowError, AssertionError,
)  # fmt: skip


class MissingFileError(BadInputError):
    """The file is not there, or is a folder, or may not be read."""

    code = "missing-file"


class EmptyTableError(BadInputError):
    """The file holds no row below its headings."""

    code = "empty-table"


class NotATableError(BadInputError):
    """The content is neither CSV nor XLSX, or is damaged."""

    code = "not-a-table"


class TableTooLargeError(BadInputError):
    """The file is larger than any register, as packed bombs are."""

    code = "table-too-large"


class HeadingError(BadInputError):
    """Two columns have the same heading."""

    code = "headings"


def heading_key(heading: str) -> str:
    """Return the form in which headings are compared: ``Kode Keluarga`` gives ``kode_keluarga``."""
    return _NOT_KEY.sub("_", heading.strip().casefold()).strip("_")


def read_table(path: Path) -> pd.DataFrame:
    """Return every row of a CSV or XLSX file as text.

    CSV: UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252; comma, semicolon or
    tab. XLSX: first sheet with content; whole numbers lose their ``.0``, dates become ISO text.
    Rows without any content are left out.

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
        No such file.
    EmptyTableError
        No content, or headings only.
    NotATableError
        Another kind of file, damaged, or a single column.
    TableTooLargeError
        Over ``MOST_BYTES`` (a workbook: unpacked) or ``MOST_ROWS``.
    HeadingError
        A heading stands twice, however written.
    """
    raw = _read_bytes(path)
    rows = (
        _workbook_rows(raw, path.name)
        if raw.startswith(b"PK\x03\x04")
        else _csv_rows(_decode(raw, path.name), path.name)
    )
    return _frame(rows, path.name)


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        raise MissingFileError(
            N_(
                "Berkas {file} tidak ditemukan atau tidak dapat dibaca; periksa nama dan foldernya."
            ),
            file=path.name,
        ) from None
    if size > MOST_BYTES:
        raise TableTooLargeError(N_("{file}: berkas terlalu besar."), file=path.name)
    if not raw.strip():
        raise EmptyTableError(N_("{file}: berkas kosong."), file=path.name)
    return raw


def _decode(raw: bytes, file: str) -> str:
    """Return the text of a CSV file; refuse what is no text."""
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NOT_TEXT.search(text) and not text.lstrip().startswith(("<", "{", "[", "%PDF")):
            return text
        break
    raise NotATableError(
        N_("{file}: bukan tabel CSV atau XLSX; simpan ulang dari Excel sebagai .xlsx atau CSV."),
        file=file,
    )


def _csv_rows(text: str, file: str) -> Iterator[list[str]]:
    head = "".join(text[:100_000].lstrip().splitlines(keepends=True)[:_HEADING_WITHIN])
    delimiter = max(_DELIMITERS, key=head.count)
    # strict: an unclosed quote would otherwise swallow the rows after it without a word
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):  # noqa: B007  # used when a row fails
            yield cells
    except csv.Error:
        raise NotATableError(
            N_("{file}: baris {row} rusak (tanda kutip tak berpasangan atau sel terlalu panjang)."),
            file=file,
            row=number + 1,
        ) from None


def _workbook_rows(raw: bytes, file: str) -> Iterator[list[str]]:
    damaged = N_("{file}: buku kerja Excel rusak atau terkunci; buka lalu simpan ulang.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked <= MOST_BYTES:
            yield from _first_sheet(raw)
    except _WORKBOOK_FAULTS:
        raise NotATableError(damaged, file=file) from None
    if unpacked > MOST_BYTES:
        raise TableTooLargeError(N_("{file}: berkas terlalu besar."), file=file)


def _first_sheet(raw: bytes) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that has content."""
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # the stated size of a sheet may be wrong
        rows = (_row_text(row) for row in sheet.iter_rows(values_only=True))
        blank: list[list[str]] = []
        for row in rows:
            if any(map(str.strip, row)):
                yield from chain(blank, [row], rows)
                return
            blank.append(row)


def _row_text(row: Sequence[object]) -> list[str]:
    """Return the cells of a row up to the last with content; what follows is formatting."""
    cells = [_cell_text(cell) for cell in row]
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _frame(rows: Iterable[list[str]], file: str) -> pd.DataFrame:
    """Find the headings and put the rows below them into a frame."""
    numbered: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise TableTooLargeError(N_("{file}: berkas terlalu besar."), file=file)
        if any(map(str.strip, cells)):
            numbered.append((number, cells))
    if not numbered:
        raise EmptyTableError(N_("{file}: berkas kosong."), file=file)
    at = _heading_position([cells for _, cells in numbered[:_HEADING_WITHIN]])
    heading, below = numbered[at][1], numbered[at + 1 :]
    if sum(bool(cell.strip()) for cell in heading) < 2:
        raise NotATableError(
            N_("{file}: hanya ada satu kolom; tabel perlu pemisah koma, titik koma, atau tab."),
            file=file,
        )
    if not below:
        raise EmptyTableError(N_("{file}: tidak ada baris data di bawah judul kolom."), file=file)
    names, width = _column_names(heading, file)
    usual = max(len(heading), _usual_length([cells for _, cells in below]))
    values = [_fitted(cells, width, usual) for _, cells in below]
    index = pd.Index([number for number, _ in below], name="row")
    table = pd.DataFrame(values, columns=[*names, SURPLUS], index=index, dtype="str")
    useless = [
        column
        for column, title in zip(table.columns, [*heading[:width], ""], strict=True)
        if not title.strip() and not table[column].str.strip().any()
    ]
    return table.drop(columns=useless)


def _heading_position(rows: Sequence[Sequence[str]]) -> int:
    """Return which row is the headings: the first that fills half of the fullest row."""
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows]
    return next(at for at, count in enumerate(filled) if 2 * count >= max(filled))


def _column_names(heading: Sequence[str], file: str) -> tuple[list[str], int]:
    """Return unique column names and how many cells of a row they cover."""
    width = max(at for at, cell in enumerate(heading, start=1) if cell.strip())
    seen: dict[str, int] = {}
    for at, title in enumerate(heading[:width], start=1):
        key = heading_key(title) or title.strip()
        if key and key in seen:
            raise HeadingError(
                N_("{file}: kolom {first} dan {second} berjudul sama; ganti salah satunya."),
                file=file,
                first=get_column_letter(seen[key]),
                second=get_column_letter(at),
            )
        seen[key] = at
    names = [
        title.strip() or f"column {get_column_letter(at)}"
        for at, title in enumerate(heading[:width], start=1)
    ]
    return names, width


def _usual_length(rows: Sequence[Sequence[str]]) -> int:
    """Return the commonest number of cells; some programs end every row with a delimiter."""
    counts = Counter(map(len, rows))
    return min(counts, key=lambda length: (-counts[length], length))


def _fitted(cells: list[str], width: int, usual: int) -> list[str]:
    """Return ``width`` cells and one more that tells what stands right of them.

    A row longer than usual is out of step even if the cells that stick out are blank: a
    delimiter inside a cell has pushed the others to the right.
    """
    surplus = " | ".join(cell for cell in cells[width:] if cell.strip())
    if not surplus and len(cells) > usual:
        surplus = "blank"
    return [*cells[:width], *[""] * (width - len(cells)), surplus]
