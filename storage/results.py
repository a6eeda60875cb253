"""What came of visits: taken in once, whatever file says it and how often."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from common.errors import WrongCallError
from common.language import N_
from planning.columns import RESULTS
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame

_SAID = list(RESULTS.columns)  # two rows that agree in all of it say the same


class NobodyRecordsError(WrongCallError):
    """Nobody stands for the results of visits."""

    code = "recorded-by"


def add_results(
    conn: Connection, results: pd.DataFrame, *, file_sha256: str, at: datetime, by: str
) -> int:
    """Store those results that are not stored yet; return how many these are.

    The same family, day, hour, team and outcome is one result, whichever file says it, and a row
    of a file says one thing for good.

    Parameters
    ----------
    results
        planning.columns.RESULTS of families of the register, index: row of the file.
    file_sha256
        Hex digest of the file's bytes.
    at
        When it is recorded, with its zone.
    by
        Who records; not blank.

    Raises
    ------
    NobodyRecordsError
        ``by`` is blank.
    """
    name = by.replace("\x00", "").strip()  # PostgreSQL takes no NUL
    if not name:
        raise NobodyRecordsError(N_("Tulis siapa yang mencatat hasil kunjungan."))
    lock_table(conn, tables.visit_results)
    table = tables.visit_results
    taken = conn.execute(sa.select(table.c.source_row).where(table.c.file_sha256 == file_sha256))
    own = _said(results)
    is_known = own.isin(set(_said(load_results(conn)))) | results.index.isin(list(taken.scalars()))
    fresh = results[~(is_known | own.duplicated())]
    rows = fresh[_SAID].assign(source_row=fresh.index)
    insert_frame(conn, tables.visit_results, rows, file_sha256=file_sha256, at=at, by=name)
    return len(fresh)


def load_results(conn: Connection) -> pd.DataFrame:
    """Return every result in the order recorded (planning.columns.RESULTS), rows from 0."""
    table = tables.visit_results
    query = sa.select(*(table.c[name] for name in _SAID)).order_by(table.c.result_id)
    return read_frame(conn, query, dtypes_of(RESULTS), index=None)


def count_results(conn: Connection) -> int:
    """Return how many results are stored; it grows with every new one."""
    query = sa.select(sa.func.count()).select_from(tables.visit_results)
    return int(conn.execute(query).scalar_one())


def load_answers(conn: Connection) -> pd.DataFrame:
    """Return what the register changed of families that have a result.

    ``household_id``, ``fields`` (names joined by ``;``) and ``at`` (aware, UTC), in the order of
    the imports; numbered from 0.
    """
    history = tables.household_history
    told = sa.select(tables.visit_results.c.household_id)
    query = (
        sa.select(history.c.household_id, history.c.fields, history.c.at)
        .where(history.c.household_id.in_(told), history.c.fields != "")
        .order_by(history.c.import_id, history.c.household_id)
    )
    return read_frame(conn, query, {"fields": "str", "at": "datetime64[us, UTC]"}, index=None)


def _said(results: pd.DataFrame) -> pd.Series:
    """Return what each row says as one value to compare."""
    plain = results[_SAID].astype("object").where(results[_SAID].notna(), None)
    said = [tuple(row) for row in plain.itertuples(index=False, name=None)]
    return pd.Series(said, index=results.index, dtype="object")
