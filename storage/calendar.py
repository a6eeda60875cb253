"""Facts of the calendar: holidays of the city, leave of teams, posyandu days of an RW."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from planning.columns import CALENDAR
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame


def replace_calendar(conn: Connection, calendar: pd.DataFrame) -> None:
    """Store ``calendar`` (planning.columns.CALENDAR) instead of all old rows."""
    lock_table(conn, tables.calendar)
    conn.execute(tables.calendar.delete())
    insert_frame(conn, tables.calendar, calendar[list(CALENDAR.columns)])


def load_calendar(conn: Connection) -> pd.DataFrame:
    """Return the calendar in the order stored (planning.columns.CALENDAR), rows from 0."""
    table = tables.calendar
    query = sa.select(*(table.c[name] for name in CALENDAR.columns)).order_by(table.c.position)
    return read_frame(conn, query, dtypes_of(CALENDAR), index=None)
