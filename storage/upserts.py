"""Families of a file against those stored: which are new, which changed; and writing them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.columns import HOUSEHOLDS, PERSONAL
from storage import tables
from storage.bulk import update_rows
from storage.frames import dtypes_of, insert_frame, plain, read_frame
from storage.verified_places import verified_ids

KEY = "kode_keluarga"
_FAMILY = [name for name in HOUSEHOLDS.columns if name not in (*PERSONAL, KEY)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of a file beside the families stored, see :func:`compare`."""

    added: pd.DataFrame  # rows of families that were not stored, by KEY
    known: pd.DataFrame  # rows of families that were, by KEY
    before: pd.DataFrame  # what was stored of them: same rows and order as known
    differs: NDArray[np.bool_]  # row of known x field of ``fields``
    fields: list[str]
    absent: pd.DataFrame  # families stored of which the file has no row, by KEY

    @property
    def updated(self) -> NDArray[np.bool_]:
        """Tell for each row of ``known`` whether any field changed."""
        return np.asarray(self.differs.any(axis=1))


def storable(households: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by ``kode_keluarga`` with exact dtypes; PostgreSQL text holds no NUL."""
    dtypes = dtypes_of(HOUSEHOLDS)
    frame = pd.DataFrame(households[list(dtypes)].astype(dtypes))
    for name, dtype in dtypes.items():
        if dtype == "str":
            frame[name] = frame[name].str.replace("\x00", "", regex=False)
    frame["source_row"] = households.index.to_numpy()
    return frame.set_index(KEY)


def stored_families(conn: Connection) -> pd.DataFrame:
    """Return every family with its personal columns and ``household_id`` by ``kode_keluarga``."""
    families, persons = tables.households, tables.household_persons
    dtypes = dtypes_of(HOUSEHOLDS)
    query = sa.select(
        families.c.household_id,
        *(persons.c[name] if name in PERSONAL else families.c[name] for name in dtypes),
    ).join_from(families, persons)
    return read_frame(conn, query, dtypes, index=KEY)


def compare(incoming: pd.DataFrame, stored: pd.DataFrame) -> Comparison:
    """Tell new families from known ones, and which fields of these changed.

    Missing and missing are the same; where only one side is missing the field changed.

    Parameters
    ----------
    incoming
        See :func:`storable`; unique index.
    stored
        See :func:`stored_families`.
    """
    at = stored.index.get_indexer(incoming.index)
    is_known = at >= 0
    known, before = incoming[is_known], stored.take(at[is_known])
    fields = [str(name) for name in incoming.columns if name != "source_row"]
    differs = np.zeros((len(known), len(fields)), dtype=bool)
    for column, name in enumerate(fields):
        new, old = known[name].array, before[name].array
        equal = np.asarray(pd.array(new == old, dtype="boolean").fillna(False), dtype=bool)  # noqa: FBT003  # pandas names it value
        differs[:, column] = ~(equal | (np.asarray(new.isna()) & np.asarray(old.isna())))
    is_absent = np.ones(len(stored), dtype=bool)
    is_absent[at[is_known]] = False
    return Comparison(incoming[~is_known], known, before, differs, fields, stored[is_absent])


def add_families(conn: Connection, import_id: int, rows: pd.DataFrame) -> tuple[int, int] | None:
    """Insert new families in the order of ``rows``; return their first and last id, if any."""
    if rows.empty:
        return None
    insert_frame(
        conn, tables.households, rows[[*_FAMILY, "source_row"]].reset_index(), import_id=import_id
    )
    table = tables.households
    query = sa.select(table.c.kode_keluarga, table.c.household_id)
    brought = conn.execute(query.where(table.c.import_id == import_id)).all()
    id_of = {code: number for code, number in brought}  # noqa: C416  # rows are no pairs to mypy
    ids = [id_of[code] for code in rows.index.tolist()]
    persons = rows[list(PERSONAL)].assign(household_id=ids)
    insert_frame(conn, tables.household_persons, persons)
    return min(ids), max(ids)


def update_families(conn: Connection, import_id: int, found: Comparison) -> None:
    """Write the new fields of known families and drop place and score of those that changed.

    A place that a person verified stays: the register does not know better.
    """
    note = {"household_id": found.before["household_id"].tolist()}
    note |= {"source_row": plain(found.known["source_row"])}
    update_rows(
        conn,
        tables.households,
        "household_id",
        {**note, "import_id": [import_id] * len(found.known)},
    )
    rows, before = found.known[found.updated], found.before[found.updated]
    if rows.empty:
        return
    ids = before["household_id"].tolist()
    for table, names in ((tables.households, _FAMILY), (tables.household_persons, list(PERSONAL))):
        columns = {name: plain(rows[name]) for name in names}
        update_rows(conn, table, "household_id", {"household_id": ids, **columns})
    places, scores, history = tables.places, tables.scores, tables.household_history
    changed = sa.select(history.c.household_id).where(
        history.c.import_id == import_id, history.c.fields != ""
    )
    conn.execute(scores.delete().where(scores.c.household_id.in_(changed)))
    kept = (places.c.grade == "verified") & places.c.household_id.in_(verified_ids())
    conn.execute(places.delete().where(places.c.household_id.in_(changed), ~kept))
