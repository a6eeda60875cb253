"""Where each family stands, and the report of the last placing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from geodata.columns import PLACES
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame
from storage.reports import forget_report, load_report, store_report


def replace_places(conn: Connection, places: pd.DataFrame, report: dict[str, Any]) -> None:
    """Store ``places`` (geodata.columns.PLACES, index ``household_id``) instead of all old ones."""
    lock_table(conn, tables.places)
    conn.execute(tables.places.delete())
    frame = pd.DataFrame(places[list(PLACES.columns)]).rename_axis(index="household_id")
    insert_frame(conn, tables.places, frame.reset_index())
    store_report(conn, "places", report)


def forget_places(conn: Connection) -> None:
    """Drop all places, the report on them and their radii: what they were made from has changed."""
    lock_table(conn, tables.places)
    conn.execute(tables.places.delete())
    for subject in ("places", "radii"):
        forget_report(conn, subject)


def load_places(conn: Connection) -> pd.DataFrame:
    """Return the places in the order stored (geodata.columns.PLACES, index ``household_id``).

    A family that was not placed since its last change has no row.
    """
    table = tables.places
    names = ("household_id", *PLACES.columns)
    query = sa.select(*(table.c[name] for name in names)).order_by(table.c.position)
    return read_frame(conn, query, dtypes_of(PLACES), index="household_id")


def count_places(conn: Connection) -> dict[tuple[str, str], int]:
    """Return how many families stand at which grade in each kelurahan.

    Keys are (``area_code``, grade); ``""`` is the code of families outside every kelurahan.
    Pairs without a family have no key.
    """
    table = tables.places
    query = sa.select(table.c.area_code, table.c.grade, sa.func.count())
    rows = conn.execute(query.group_by(table.c.area_code, table.c.grade))
    return {(code or "", grade): count for code, grade, count in rows}


def store_radii(conn: Connection, content: dict[str, Any]) -> None:
    """Keep how radii are made, by way (geodata.calibration.as_content)."""
    store_report(conn, "radii", content)


def load_radii(conn: Connection) -> dict[str, Any] | None:
    """Return what :func:`store_radii` kept, ``None`` when nothing was measured yet."""
    return load_report(conn, "radii")


def load_place_report(conn: Connection) -> dict[str, Any] | None:
    """Return the report of the last placing, ``None`` when there was none."""
    return load_report(conn, "places")
