"""What was taken in last."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from storage.tables import imports


def latest_import_id(conn: Connection, kind: str) -> int | None:
    """Return the number of the newest import of ``kind`` (``register``); None: there is none."""
    query = sa.select(sa.func.max(imports.c.import_id)).where(imports.c.kind == kind)
    found: int | None = conn.execute(query).scalar()
    return found
