"""Tables of a document that say what a frame holds, written from the schema of the frame."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pandera.pandas import Check, Column, DataFrameSchema, Index

_HEAD = "| column | type | may be missing | allowed | meaning |\n|---|---|---|---|---|"
_KINDS = (
    ("bool", "yes or no"),
    ("int", "whole number"),
    ("float", "number"),
    ("str", "text"),
    ("geometry", "shape"),
)
_TABLE = re.compile(r"(<!-- table of (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def schema_table(schema: DataFrameSchema) -> str:
    """Return the columns of a frame as a Markdown table, its index first if it has one.

    A line a column: name, type in words, whether it may be missing, what is allowed and what it
    means (``description`` of the column).

    Raises
    ------
    ValueError
        A column has no description, or a type that has no word.
    """
    lines = [_line(str(name), column) for name, column in schema.columns.items()]
    if isinstance(schema.index, Index):
        lines.insert(0, _line(str(schema.index.name), schema.index, " (index)"))
    return "\n".join([_HEAD, *lines])


def with_tables(document: str, schemas: Mapping[str, DataFrameSchema]) -> str:
    """Return a document with the table of a schema between each pair of markers.

    Markers are ``<!-- table of NAME -->`` and ``<!-- end of table -->``, each on its own line.

    Raises
    ------
    KeyError
        A marker names no schema.
    """
    return _TABLE.sub(
        lambda found: f"{found[1]}\n{schema_table(schemas[found[2]])}\n\n{found[3]}", document
    )


def _line(name: str, column: Column | Index, note: str = "") -> str:
    if not column.description:
        raise ValueError(f"column {name} says not what it means")
    cells = (
        f"`{name}`{note}",
        _kind(name, str(column.dtype).lower()),
        "yes" if column.nullable else "no",
        _allowed(column),
        str(column.description),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _kind(name: str, dtype: str) -> str:
    for start, word in _KINDS:
        if dtype.startswith(start):
            return word
    raise ValueError(f"column {name} has type {dtype}, for which there is no word")


def _allowed(column: Column | Index) -> str:
    parts = ["each once"] if column.unique else []
    return "; ".join([*parts, *(_check(check) for check in column.checks)])


def _check(check: Check) -> str:
    """Return what a check allows: the values of a list, else its own words."""
    if check.name == "isin" and check.statistics:
        return ", ".join(f"`{value}`" for value in check.statistics["allowed_values"])
    return str(check.error)
