"""The city's kelurahan and the report of its last build."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import sqlalchemy as sa
from sqlalchemy import Connection

from geodata.columns import AREAS
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame
from storage.reports import load_report, store_report


def replace_areas(conn: Connection, areas: gpd.GeoDataFrame, report: dict[str, Any]) -> None:
    """Store ``areas`` (geodata.columns.AREAS, EPSG:4326) in their order instead of the old ones.

    ``report`` is what the build has to say; it must be JSON.
    """
    lock_table(conn, tables.areas)
    conn.execute(tables.areas.delete())
    insert_frame(conn, tables.areas, areas[list(AREAS.columns)])
    store_report(conn, "city", report)


def load_areas(conn: Connection) -> gpd.GeoDataFrame:
    """Return the areas in the order stored (geodata.columns.AREAS, EPSG:4326).

    Rows are numbered from 0; no row when no city was built.
    """
    table = tables.areas
    query = sa.select(*(table.c[name] for name in AREAS.columns)).order_by(table.c.position)
    return gpd.GeoDataFrame(read_frame(conn, query, dtypes_of(AREAS), index=None))


def load_city_report(conn: Connection) -> dict[str, Any] | None:
    """Return the report of the last build, ``None`` when there was none."""
    return load_report(conn, "city")
