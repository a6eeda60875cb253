"""Families of a file against those stored: which are new, which changed; and writing them."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from geodata.columns import HOUSEHOLDS, PERSONAL
from storage import tables
from storage.frames import dtypes_of, insert_frame, plain, read_frame, records

_KEY = "kode_keluarga"
_FAMILY = [name for name in HOUSEHOLDS.columns if name not in (*PERSONAL, _KEY)]


def storable(households: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by ``kode_keluarga`` with exact dtypes; PostgreSQL text holds no NUL."""
    dtypes = dtypes_of(HOUSEHOLDS)
    frame = pd.DataFrame(households[list(dtypes)].astype(dtypes))
    for name, dtype in dtypes.items():
        if dtype == "str":
            frame[name] = frame[name].str.replace("\x00", "", regex=False)
    frame["source_row"] = households.index.to_numpy()
    return frame.set_index(_KEY)


def stored_families(conn: Connection) -> pd.DataFrame:
    """Return every family with its personal columns by ``kode_keluarga``."""
    families, persons = tables.households, tables.household_persons
    dtypes = dtypes_of(HOUSEHOLDS)
    query = sa.select(
        families.c.household_id,
        *(persons.c[name] if name in PERSONAL else families.c[name] for name in dtypes),
    ).join_from(families, persons)
    return read_frame(conn, query, dtypes, index=_KEY)


def states_of(incoming: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    """Tell for each row by ``kode_keluarga``: ``added``, ``updated`` or ``unchanged``."""
    known = stored.reindex(incoming.index)
    same = pd.Series(data=True, index=incoming.index)
    for name in incoming.columns.drop("source_row"):
        equal = (incoming[name] == known[name]).fillna(value=False).astype(bool)
        same &= equal | (incoming[name].isna() & known[name].isna())
    states = same.map({True: "unchanged", False: "updated"})
    return states.where(incoming.index.isin(stored.index), "added")


def add_families(conn: Connection, import_id: int, rows: pd.DataFrame) -> None:
    """Insert new families in the order of ``rows`` (see :func:`storable`)."""
    family = rows[[*_FAMILY, "source_row"]].reset_index()
    insert_frame(conn, tables.households, family, import_id=import_id)
    persons = rows[list(PERSONAL)].assign(household_id=_ids(conn).reindex(rows.index))
    insert_frame(conn, tables.household_persons, persons.astype({"household_id": "int64"}))


def update_families(conn: Connection, import_id: int, rows: pd.DataFrame) -> None:
    """Write the new fields of known families and drop their place and score."""
    if rows.empty:
        return
    ids = _ids(conn).reindex(rows.index).astype("int64").tolist()
    _update_rows(conn, tables.households, ids, rows[[*_FAMILY, "source_row"]], import_id=import_id)
    _update_rows(conn, tables.household_persons, ids, rows[list(PERSONAL)])
    for table in (tables.places, tables.scores):
        gone = table.delete().where(table.c.household_id == sa.bindparam("key"))
        for chunk in records({"key": ids}):
            conn.execute(gone, chunk)


def note_families(conn: Connection, import_id: int, rows: pd.DataFrame) -> None:
    """Note that the newest file still holds these families."""
    ids = _ids(conn).reindex(rows.index).astype("int64").tolist()
    _update_rows(conn, tables.households, ids, rows[["source_row"]], import_id=import_id)


def _update_rows(
    conn: Connection, table: sa.Table, ids: list[int], rows: pd.DataFrame, **constant: object
) -> None:
    columns = {f"new_{name}": plain(rows[name]) for name in rows.columns}
    statement = (
        table.update()
        .where(table.c.household_id == sa.bindparam("key"))
        .values({**{name: sa.bindparam(f"new_{name}") for name in rows.columns}, **constant})
    )
    for chunk in records({"key": ids, **columns}):
        conn.execute(statement, chunk)


def _ids(conn: Connection) -> pd.Series:
    """Return ``household_id`` by ``kode_keluarga``."""
    table = tables.households
    query = sa.select(table.c.kode_keluarga, table.c.household_id)
    return read_frame(conn, query, {_KEY: "str"}, index=_KEY)["household_id"]
