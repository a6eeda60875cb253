"""The latest report of a step: what was done, in counts; no family is named in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from storage.tables import reports


def store_report(conn: Connection, subject: str, content: dict[str, Any]) -> None:
    """Keep ``content`` as the only report on ``subject`` (city, places, radii, scores)."""
    forget_report(conn, subject)
    conn.execute(reports.insert().values(subject=subject, content=content))


def forget_report(conn: Connection, subject: str) -> None:
    """Drop the report on ``subject``; there may be none."""
    conn.execute(reports.delete().where(reports.c.subject == subject))


def load_report(conn: Connection, subject: str) -> dict[str, Any] | None:
    """Return the latest report on ``subject``; ``None`` when the step was never done."""
    query = sa.select(reports.c.content).where(reports.c.subject == subject)
    content: dict[str, Any] | None = conn.execute(query).scalar()
    return content
