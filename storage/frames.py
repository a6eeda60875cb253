"""Frames into tables and back: nothing missing, nothing changed, order kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from pandera.pandas import DataFrameSchema

from storage.bulk import insert_rows

CRS = "EPSG:4326"


def dtypes_of(schema: DataFrameSchema, without: Iterable[str] = ()) -> dict[str, str]:
    """Return the pandas dtype of each column that ``schema`` declares, in its order."""
    left_out = set(without)
    return {
        name: "str" if str(column.dtype).startswith("str") else str(column.dtype)
        for name, column in schema.columns.items()
        if name not in left_out
    }


def plain(column: pd.Series) -> list[Any]:
    """Return Python values, ``None`` where missing; drivers know no numpy and no ``NA``."""
    missing = column.isna().to_numpy()
    values: list[Any] = column.tolist()
    if not missing.any():
        return values
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def insert_frame(
    conn: sa.Connection, table: sa.Table, frame: pd.DataFrame, /, **constant: object
) -> None:
    """Insert every row of ``frame``; a geometry becomes WKB, ``constant`` fills further columns."""
    columns: dict[str, Sequence[Any]] = {
        str(name): list(frame[name].to_wkb()) if name == "geometry" else plain(frame[name])
        for name in frame.columns
    }
    for name, value in constant.items():
        columns[name] = [value] * len(frame)
    if "position" in table.c and "position" not in columns:
        columns["position"] = range(len(frame))
    insert_rows(conn, table, columns)


def read_frame(
    conn: sa.Connection, query: sa.Select[Any], dtypes: Mapping[str, str], *, index: str | None
) -> pd.DataFrame:
    """Return the query's rows in its order, with the dtypes asked for; no row is a frame too.

    ``index`` names the column that becomes the index; ``None`` numbers the rows from 0.
    A ``geometry`` column comes back as geometry in EPSG:4326, and the result is a GeoDataFrame.
    """
    result = conn.execute(query)
    names = list(result.keys())
    rows = result.all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    known: dict[str, Any] = {}
    for name, values in zip(names, columns, strict=True):
        if dtypes.get(name) == "geometry":
            known[name] = gpd.GeoSeries.from_wkb(list(values), crs=CRS)
        else:
            known[name] = pd.Series(list(values), dtype=dtypes.get(name, "int64"))
    frame = pd.DataFrame(known)
    if index is not None:
        frame = frame.set_index(index)
    return gpd.GeoDataFrame(frame, crs=CRS) if "geometry" in known else frame
