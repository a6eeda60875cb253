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


def first_import_id(conn: Connection, kind: str) -> int | None:
    """Return the number of the oldest import of ``kind``; None: there is none."""
    query = sa.select(sa.func.min(imports.c.import_id)).where(imports.c.kind == kind)
    found: int | None = conn.execute(query).scalar()
    return found


def find_import_id(conn: Connection, kind: str, file_sha256: str) -> int | None:
    """Return the number of the newest import of that very file; None: it was not imported."""
    query = sa.select(sa.func.max(imports.c.import_id)).where(
        imports.c.kind == kind, imports.c.file_sha256 == file_sha256
    )
    found: int | None = conn.execute(query).scalar()
    return found
