"""Why a table file is refused, and how large one may be.

A message names columns by letter and rows by number only, because a file without
headings has people in its first line.
"""

from __future__ import annotations

from pathlib import Path

from common.errors import BadInputError
from common.language import N_

MOST_BYTES = 2 * 1024**3  # of a text file, or of a workbook once unpacked
MOST_ROWS = 1_048_576  # rows of an Excel sheet
MOST_COLUMNS = 16_384  # columns of an Excel sheet
MOST_CELLS = 80_000_000  # with blank ones; a register of a million families has half as many
MOST_CELL_CHARS = 131_072  # four times what Excel takes; longer ones are swallowed rows
MOST_SWELLING = 200  # of a packed file over SWELLING_FROM; real workbooks swell 5 to 40 times
SWELLING_FROM = 64 * 1024**2
MOST_DEPTH = 64  # tags inside tags in the XML of a workbook
_LONGEST_NAME = 80


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


def shown_name(path: Path) -> str:
    """Return a file name that every terminal and page can show: what cannot be printed is ``?``."""
    name = "".join(char if char.isprintable() else "?" for char in path.name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def damaged_row(file: str, row: int) -> NotATableError:
    """Return the refusal of a file with a row that cannot be read."""
    return NotATableError(
        N_("{file}: baris {row} rusak (tanda kutip tak berpasangan atau sel terlalu panjang)."),
        file=file,
        row=row,
    )


def too_large(file: str) -> TableTooLargeError:
    """Return the refusal of a file beyond the limits above."""
    return TableTooLargeError(N_("{file}: berkas terlalu besar."), file=file)
