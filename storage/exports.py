"""Which lists of families left the workspace, who took them and for what; only added to."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from storage.frames import read_frame
from storage.tables import exports

_DTYPES = {
    "at": "datetime64[us, UTC]", "kind": "str", "by": "str", "purpose": "str", "rows": "int64",
    "import_id": "Int64",
}  # fmt: skip


def note_export(
    conn: Connection,
    *,
    at: datetime,
    kind: str,
    by: str,
    purpose: str,
    rows: int,
    import_id: int | None,
) -> int:
    """Note an export and return its number.

    Parameters
    ----------
    at
        When, with its zone.
    kind
        What it is: ``marked-copy``, ``corrections``.
    by, purpose
        Who takes it and for what; neither names a family.
    rows
        Families, or rows of a file, in it.
    import_id
        The import that it is made from; None: a file that is not stored.
    """
    statement = exports.insert().values(
        at=at, kind=kind, by=by, purpose=purpose, rows=rows, import_id=import_id
    )
    number: int = conn.execute(statement.returning(exports.c.export_id)).scalar_one()
    return number


def load_exports(conn: Connection) -> pd.DataFrame:
    """Return all exports, newest first; index ``export_id``, see :func:`note_export`."""
    query = sa.select(exports).order_by(exports.c.export_id.desc())
    return read_frame(conn, query, _DTYPES, index="export_id")
