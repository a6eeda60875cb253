"""Read a column by its distinct cells, and odd cells one by one.

A register has a hundred kelurahan and a few marks in hundreds of thousands of rows, and most
cells need no care at all. Every function gives what a call for each row would give.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_Masks = dict[str, pd.Series]  # issue code -> where, boolean


def matches(text: pd.Series, pattern: str) -> pd.Series:
    """Tell where a text holds a pattern in RE2 syntax; a missing text does not."""
    found = pc.match_substring_regex(arrow(text), pattern).fill_null(False)  # noqa: FBT003  # pyarrow takes it by position only
    return pd.Series(found.to_numpy(zero_copy_only=False), index=text.index, dtype=bool)


def mend(text: pd.Series, where: pd.Series, mended: Callable[[str], str]) -> pd.Series:
    """Return the text with the cells at ``where`` mended, each distinct one once."""
    if not where.any():
        return text
    odd = text[where]
    whole = text.copy()
    whole[where] = odd.map({cell: mended(cell) for cell in odd.unique()})
    return whole


def read_distinct(
    read: Callable[..., tuple[pd.Series, _Masks]], *columns: pd.Series
) -> tuple[pd.Series, _Masks]:
    """Return what ``read`` makes of the columns, called for the distinct rows only."""
    row_of, first = _distinct_rows(columns)
    values, masks = read(*(column.iloc[first] for column in columns))
    index = columns[0].index
    return (
        values.take(row_of).set_axis(index),
        {code: where.take(row_of).set_axis(index) for code, where in masks.items()},
    )


def arrow(text: pd.Series) -> pa.Array:
    """Return a text column as Arrow text; missing is null."""
    array: pa.Array = pa.array(text, type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _distinct_rows(
    columns: tuple[pd.Series, ...],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the number of each row's kind, and the first row of each kind."""
    kind = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        code, cells = pd.factorize(column)  # missing is -1
        kind, _ = pd.factorize(kind * (len(cells) + 1) + code + 1)
    first = np.empty(kind.max(initial=-1) + 1, dtype=np.intp)
    first[kind[::-1]] = np.arange(len(kind))[::-1]  # of equal kinds the first row is written last
    return kind.astype(np.intp), first
