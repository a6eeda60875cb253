"""Layouts of registers: the built-in ones and those an office made itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.layouts import LAYOUTS, Layout
from geodata.own_layouts import UNUSED, guess_columns, make_layout
from geodata.register import read_sheet_as, table_headings
from geodata.tables import heading_key, read_table
from storage.database import MissingWorkspaceError, open_database, reading, transaction
from storage.layouts import load_layouts, store_layout
from storage.workspace import Workspace

HEADING, COLUMN = "heading", "column"  # headings of a mapping file


class MappingFileError(BadInputError):
    """A file that maps headings lacks one of its two columns."""

    code = "mapping-file"


class NobodyError(WrongCallError):
    """Nobody stands for a layout."""

    code = "layout-by"


def known_layouts(workspace: Workspace) -> Mapping[str, Layout]:
    """Return all layouts by name; the built-in ones alone before the city was built."""
    try:
        database = open_database(workspace)
    except MissingWorkspaceError:
        return LAYOUTS
    with reading(database) as conn:
        return load_layouts(conn)


def save_layout(
    workspace: Workspace,
    name: str,
    columns: Sequence[tuple[str, str]],
    *,
    by: str,
    now: datetime,
) -> Layout:
    """Keep a layout and return it; the same once more changes nothing.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    OwnLayoutError
        It is no layout, see :func:`geodata.own_layouts.make_layout`.
    LayoutTakenError
        Another layout has that name.
    NobodyError
        ``by`` is blank.
    """
    database = open_database(workspace)
    if not by.strip():
        raise NobodyError(N_("Tulis siapa yang membuat tata letak ini (--by)."))
    layout = make_layout(name, columns)
    with transaction(database) as conn:
        store_layout(conn, layout, at=now, by=by)
    return layout


def headings_of(file: Path, known: Mapping[str, Layout] = LAYOUTS) -> dict[str, str]:
    """Return the headings of a register as written, each with the column it probably holds.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file is no usable table.
    """
    return guess_columns(table_headings(read_sheet_as(file, None, known).table))


def read_mapping(file: Path) -> list[tuple[str, str]]:
    """Return headings and columns of a mapping file (CSV or XLSX: heading, column).

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file is no usable table.
    MappingFileError
        One of the two columns is missing.
    """
    table = read_table(file)
    table = table.rename(columns={name: heading_key(str(name)) for name in table.columns})
    if not {HEADING, COLUMN} <= set(table.columns):
        raise MappingFileError(N_("{file} perlu kolom heading dan column."), file=file.name)
    cells = table[[HEADING, COLUMN]].astype("str").apply(lambda column: column.str.strip())
    return list(zip(cells[HEADING], cells[COLUMN], strict=True))


def mapping_table(columns: Mapping[str, str]) -> pd.DataFrame:
    """Return headings and columns as the rows of a mapping file."""
    return pd.DataFrame({HEADING: list(columns), COLUMN: list(columns.values())}).fillna(UNUSED)
