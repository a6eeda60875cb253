"""Known points of the city: posyandu, puskesmas, offices, RT and RW points."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from geodata.columns import POINTS
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame


def put_points(conn: Connection, points: pd.DataFrame) -> tuple[int, int]:
    """Add ``points`` (geodata.columns.POINTS); one of a known ``place_id`` replaces it.

    Returns
    -------
    tuple of int
        How many were new and how many replaced an old one.
    """
    lock_table(conn, tables.points)
    old = load_points(conn)
    kept = old[~old["place_id"].isin(points["place_id"])]
    together = pd.concat([kept, points[list(POINTS.columns)]], ignore_index=True)
    conn.execute(tables.points.delete())
    insert_frame(conn, tables.points, together)
    replaced = len(old) - len(kept)
    return len(points) - replaced, replaced


def remove_point(conn: Connection, place_id: str) -> bool:
    """Remove one point; False when there is none of that id."""
    table = tables.points
    return bool(conn.execute(table.delete().where(table.c.place_id == place_id)).rowcount)


def load_points(conn: Connection) -> pd.DataFrame:
    """Return the points in the order stored (geodata.columns.POINTS), rows from 0."""
    table = tables.points
    query = sa.select(*(table.c[name] for name in POINTS.columns)).order_by(table.c.position)
    return read_frame(conn, query, dtypes_of(POINTS), index=None)
