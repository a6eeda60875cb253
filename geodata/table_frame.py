"""Put rows of cells into a frame of text, column by column, without losing one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from common.language import N_
from geodata import refusals
from geodata.csv_text import EvenRows
from geodata.headings import SURPLUS, Heading, NumberedRow, column_names
from geodata.refusals import EmptyTableError, too_large

_BATCH_ROWS = 8_192
_BATCH_CHARS = 32 * 1024**2


@dataclass(slots=True)
class _Gathered:
    """Rows with content as columns of text, cut or filled to the width of the headings."""

    columns: list[pa.ChunkedArray]
    numbers: NDArray[np.int64]  # that Excel shows beside the rows
    lengths: Counter[int]  # how many rows have so many cells
    beyond: dict[int, list[str]] = field(default_factory=dict)  # place of a row: cells cut off


def frame_of_rows(heading: Heading, rows: Iterable[NumberedRow], file: str) -> pd.DataFrame:
    """Return the rows below the headings, see :func:`geodata.tables.read_table`.

    Parameters
    ----------
    rows
        All rows in order, those up to the headings as well.

    Raises
    ------
    EmptyTableError
        No row with content.
    NotATableError, HeadingError
        As :func:`geodata.headings.column_names`; or a cell is too long.
    TableTooLargeError
        Over ``MOST_ROWS``, ``MOST_COLUMNS``, ``MOST_CELLS`` or ``MOST_BYTES``.
    """
    names = column_names(heading.cells, file)
    below = (row for row in _within_limits(rows, file) if row[0] > heading.last_row)
    return _frame(names, heading, _gather(below, len(names)), file)


def frame_of_even_rows(heading: Heading, rows: EvenRows, file: str) -> pd.DataFrame | None:
    """Return the same as :func:`frame_of_rows`; None where that is for the careful reader.

    Raises
    ------
    TableTooLargeError
        Over ``MOST_ROWS``.
    EmptyTableError, NotATableError, HeadingError
        As :func:`frame_of_rows`.
    """
    names = column_names(heading.cells, file)
    every = len(rows.places) + len(rows.uneven)
    if heading.last_row + every > refusals.MOST_ROWS:
        raise too_large(file)
    gathered = _gather_even(rows, len(names), heading)
    if (
        gathered is None
        or every * len(rows.columns) > refusals.MOST_CELLS
        or any(len(cells) > refusals.MOST_COLUMNS for _, cells in rows.uneven)
    ):
        return None
    return _frame(names, heading, gathered, file)


def _within_limits(rows: Iterable[NumberedRow], file: str) -> Iterator[NumberedRow]:
    """Yield the rows with content; refuse what no computer of an office could hold."""
    cells_seen = chars_seen = 0
    for number, cells in rows:
        cells_seen += len(cells)
        chars_seen += sum(map(len, cells))
        if (
            number > refusals.MOST_ROWS
            or len(cells) > refusals.MOST_COLUMNS
            or cells_seen > refusals.MOST_CELLS
            or chars_seen > refusals.MOST_BYTES
        ):
            raise too_large(file)
        if any(map(str.strip, cells)):
            yield number, cells


def _gather(rows: Iterable[NumberedRow], width: int) -> _Gathered:
    parts: list[list[pa.Array]] = [[] for _ in range(width)]
    gathered = _Gathered([], np.empty(0, dtype=np.int64), Counter())
    numbers: list[int] = []
    batch: list[list[str]] = []
    chars = 0
    for number, cells in rows:
        gathered.lengths[len(cells)] += 1
        if len(cells) > width:
            gathered.beyond[len(numbers)] = cells[width:]
        batch.append([*cells[:width], *[""] * (width - len(cells))])
        numbers.append(number)
        chars += sum(map(len, cells))
        if len(batch) >= _BATCH_ROWS or chars > _BATCH_CHARS:
            _flush(batch, parts)
            chars = 0
    _flush(batch, parts)
    gathered.columns = [pa.chunked_array(column, pa.large_string()) for column in parts]
    gathered.numbers = np.array(numbers, dtype=np.int64)
    return gathered


def _flush(batch: list[list[str]], parts: list[list[pa.Array]]) -> None:
    for column, cells in zip(parts, zip(*batch, strict=True), strict=False):
        column.append(pa.array(cells, pa.large_string()))
    batch.clear()


def _gather_even(rows: EvenRows, width: int, heading: Heading) -> _Gathered | None:
    """Return even and uneven rows in the order of the file, without the blank ones."""
    length = len(rows.columns)
    blank = _blank_in_all(rows.columns)
    uneven = [(place, cells) for place, cells in rows.uneven if any(map(str.strip, cells))]
    kept = np.flatnonzero(~blank)
    lengths = Counter(len(cells) for _, cells in uneven)
    lengths[length] += len(kept)
    if length > width and (
        length > _usual_length(lengths, heading) or not _blank_in_all(rows.columns[width:]).all()
    ):
        return None
    places = np.concatenate((rows.places[kept], np.array([at for at, _ in uneven], dtype=int)))
    order = np.argsort(places)
    rank = np.argsort(order)  # of each place in that order
    taken = pa.array(np.concatenate((kept, len(blank) + np.arange(len(uneven))))[order])
    nothing = pa.nulls(len(blank), pa.large_string()).fill_null("")
    columns = []
    for at in range(width):
        column = rows.columns[at] if at < length else nothing
        if uneven or blank.any():
            cells = [cells[at] if at < len(cells) else "" for _, cells in uneven]
            column = pa.concat_arrays([column, pa.array(cells, pa.large_string())]).take(taken)
        columns.append(pa.chunked_array([column]))
    beyond = {
        int(rank[len(kept) + at]): cells[width:]
        for at, (_, cells) in enumerate(uneven)
        if len(cells) > width
    }
    return _Gathered(columns, places[order] + heading.last_row + 1, lengths, beyond)


def _blank_in_all(columns: Sequence[pa.Array]) -> NDArray[np.bool_]:
    """Tell which rows are blank in every column; most are ruled out by the first columns."""
    at = np.arange(len(columns[0]))
    for column in columns:
        stripped = pc.utf8_trim_whitespace(column.take(pa.array(at)))
        at = at[pc.equal(stripped, "").to_numpy(zero_copy_only=False)]
    blank = np.zeros(len(columns[0]), dtype=bool)
    blank[at] = True
    return blank


def _frame(names: list[str], heading: Heading, gathered: _Gathered, file: str) -> pd.DataFrame:
    if not len(gathered.numbers):
        raise EmptyTableError(N_("{file}: tidak ada baris data di bawah judul kolom."), file=file)
    keys = [str(at) for at in range(len(names))]
    table: pd.DataFrame = pa.table(gathered.columns, names=keys).to_pandas()
    table.columns = pd.Index(names)
    table.index = pd.Index(gathered.numbers, name="row")
    surplus = _surplus(gathered, _usual_length(gathered.lengths, heading))
    if surplus:
        texts = np.full(len(table), "", dtype=object)
        texts[list(surplus)] = list(surplus.values())
        table[SURPLUS] = pd.Series(texts, index=table.index, dtype="str")
    useless = [
        name
        for name, title in zip(names, heading.cells, strict=False)
        if not title.strip() and not table[name].str.strip().any()
    ]
    return table.drop(columns=useless)


def _usual_length(lengths: Mapping[int, int], heading: Heading) -> int:
    """Return the usual number of cells; some programs end every row with a delimiter."""
    usual = min(lengths, key=lambda length: (-lengths[length], length), default=0)
    return max(usual, len(heading.cells))


def _surplus(gathered: _Gathered, usual: int) -> dict[int, str]:
    """Return what stands right of the last heading, by place of the row.

    A row longer than usual is out of step even if the cells that stick out are blank: a
    delimiter inside a cell has pushed the others to the right.
    """
    width = len(gathered.columns)
    texts = {
        place: " | ".join(cell for cell in cells if cell.strip())
        or ("blank" if width + len(cells) > usual else "")
        for place, cells in gathered.beyond.items()
    }
    return {place: text for place, text in texts.items() if text}
