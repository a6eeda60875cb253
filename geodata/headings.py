"""Find the headings of a table and name its columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from common.language import N_
from geodata.refusals import HeadingError, NotATableError

SURPLUS = "surplus cells"  # column of what stands right of the last heading; only when there is any
HEAD_ROWS = 12  # rows with content that are looked at
_HEADING_WITHIN = 10  # titles and merged cells may stand above the headings, in so many rows
_LEAST_FIT = 0.3  # a row must fit a known layout so well to be preferred to the usual rule
_LEAST_NUMBERED = 5  # columns numbered 1, 2, 3 below the headings, as recap files have
_STACKED = 3  # heading rows of which the lower ones complete the upper
_NOT_KEY = re.compile(r"[^0-9a-z]+")

Fit = Callable[[Sequence[str]], float]  # how well headings fit what is looked for, 0 to 1
NumberedRow = tuple[int, list[str]]  # number that Excel shows beside the row, cells


@dataclass(frozen=True, slots=True)
class Heading:
    """The headings of a table and where its rows begin."""

    cells: tuple[str, ...]
    last_row: int  # the rows of the table come after this one
    fit: float  # 0 where nothing was looked for, or found


def heading_key(heading: str) -> str:
    """Return the form in which headings are compared: ``Kode Keluarga`` gives ``kode_keluarga``.

    Signs that cannot be seen (zero width, marks of writing direction) do not count; ``>4`` is
    not ``4``.
    """
    plain = unicodedata.normalize("NFKC", heading).replace(">", " gt ").replace("<", " lt ")
    seen = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return _NOT_KEY.sub("_", seen.casefold()).strip("_")


def find_heading(head: Sequence[NumberedRow], fit: Fit | None = None) -> Heading:
    """Return the headings among the first rows with content.

    The first row that fills half of the fullest row; but where a row fits what is looked for
    better, alone or completing up to two rows above it (group headings over merged cells), that
    one. Then a row that numbers the columns belongs to the headings as well.

    Parameters
    ----------
    head
        At least one and at most ``HEAD_ROWS`` rows with content, in order.
    """
    rows = [cells for _, cells in head[:_HEADING_WITHIN]]
    usual = _fullest(rows)
    if fit is None:
        return Heading(tuple(rows[usual]), head[usual][0], 0.0)
    best, at, score = rows[usual], usual, fit(rows[usual])
    least = max(score, _LEAST_FIT)
    for lowest in range(len(rows)):
        for height in range(1, min(_STACKED, lowest + 1) + 1):
            cells = _stacked(rows[lowest + 1 - height : lowest + 1])
            found = fit(cells)
            if found > least:
                best, at, score, least = cells, lowest, found, found
    last = head[at][0]
    if at + 1 < len(head) and _numbers_columns(head[at + 1][1]):
        last = head[at + 1][0]
    return Heading(tuple(best), last, score if score >= _LEAST_FIT else 0.0)


def column_names(heading: Sequence[str], file: str) -> list[str]:
    """Return unique names for the columns up to the last with a heading.

    A blank heading becomes ``column C``; a heading called ``SURPLUS`` gets its letter.

    Raises
    ------
    NotATableError
        There are fewer than two headings.
    HeadingError
        A heading stands twice, however written.
    """
    if sum(bool(cell.strip()) for cell in heading) < 2:
        raise NotATableError(
            N_("{file}: hanya ada satu kolom; tabel perlu pemisah koma, titik koma, atau tab."),
            file=file,
        )
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
    titles = [title.strip() for title in heading[:width]]
    taken = {"", SURPLUS, *titles}
    names: list[str] = []
    for at, title in enumerate(titles, start=1):
        name = title if title not in {"", SURPLUS} else f"column {get_column_letter(at)}"
        while name != title and name in taken:
            name += "'"
        names.append(name)
    return names


def _fullest(rows: Sequence[Sequence[str]]) -> int:
    """Return the first row that fills half of the fullest row."""
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows]
    return next(at for at, count in enumerate(filled) if 2 * count >= max(filled))


def _stacked(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return heading rows as one: of each column the lowest cell with content."""
    cells = [""] * max(map(len, rows))
    for row in rows:
        for at, cell in enumerate(row):
            cells[at] = cell if cell.strip() else cells[at]
    return cells


def _numbers_columns(cells: Sequence[str]) -> bool:
    numbers = [cell.strip().strip("().") for cell in cells if cell.strip()]
    return len(numbers) >= _LEAST_NUMBERED and numbers == [
        str(number) for number in range(1, len(numbers) + 1)
    ]
