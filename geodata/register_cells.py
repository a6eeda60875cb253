"""Families back into the cells of a register, in a layout and a code map that was read before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from geodata.code_maps import CodeMap
from geodata.columns import HOUSEHOLDS
from geodata.layouts import MARK_COLUMNS, Layout

_BLOCKS = {"rw": "rw_name", "rt": "rt_name"}
_LEVELS = {"province_code": 2, "city_code": 5, "kecamatan_code": 8}  # letters of a dotted code
_DOTTED = r"^\d\d\.\d\d\.\d\d\.\d{4}$"


def register_cells(households: pd.DataFrame, layout: Layout, code_map: CodeMap) -> pd.DataFrame:
    """Return families as text under the headings of a layout; what is not stored is blank.

    Parameters
    ----------
    households
        geodata.columns.HOUSEHOLDS, any index.

    Returns
    -------
    pd.DataFrame
        Same index; columns ``layout.headings``, ``str``, blank is an empty text. Read with the
        same layout and code map it gives the same families, but for columns the layout lacks
        and marks that the map reads from codes of their own.
    """
    cells = pd.DataFrame("", index=households.index, columns=list(layout.headings), dtype="str")
    for field in HOUSEHOLDS.columns:
        heading = heading_of_field(str(field), layout, code_map)
        if heading is not None:
            cells[heading] = field_texts(households[field], code_map)
    codes = households["area_code_stated"].fillna("")
    dotted = codes.where(codes.str.match(_DOTTED), "")
    for column, length in _LEVELS.items():
        heading = layout.heading_of(column)
        if heading in cells:
            cells[heading] = dotted.str[:length]
    return cells


def heading_of_field(field: str, layout: Layout, code_map: CodeMap) -> str | None:
    """Return the heading under which a layout holds a field of a family; None: it has none."""
    column = _BLOCKS.get(field, code_map.column_of(field) if field in MARK_COLUMNS else field)
    heading = layout.heading_of(column)
    return heading if heading in layout.headings else None


def field_texts(values: pd.Series, code_map: CodeMap) -> pd.Series:
    """Return the values of one field as a register writes them; missing is an empty text.

    A mark that the code map reads from codes of their own, such as kinds of toilet, is blank:
    from yes or no the code cannot be told.
    """
    field = str(values.name)
    write: Callable[[object], str]
    if field in MARK_COLUMNS:
        write = _mark_writer(field, code_map)
    elif field in {"register_lon", "register_lat"}:
        write = _degrees_text
    else:
        write = str
    distinct = {value: write(value) for value in values.dropna().unique().tolist()}
    return values.map(distinct).astype("object").fillna("").astype("str")


def _mark_writer(field: str, code_map: CodeMap) -> Callable[[object], str]:
    own = next((each for each in code_map.lists if each.mark == field), None)
    if own is not None:
        words = {True: "true", False: "false"} if "true" in own.yes else {}
        return lambda value: words.get(bool(value), "")
    yes = "V" if "v" in code_map.yes else min(code_map.yes)
    no = min(code_map.no)
    return lambda value: yes if value else no


def _degrees_text(value: object) -> str:
    """Return the shortest text that reads back as the same number."""
    return np.format_float_positional(float(str(value)), trim="-")
