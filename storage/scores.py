"""The value of a visit to each family, and the report of the last scoring."""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from planning.columns import SCORES
from storage import tables
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame
from storage.reports import forget_report, load_report, store_report


def replace_scores(conn: Connection, scores: pd.DataFrame, report: dict[str, Any]) -> None:
    """Store ``scores`` (planning.columns.SCORES, index ``household_id``) for all old ones."""
    lock_table(conn, tables.scores)
    conn.execute(tables.scores.delete())
    frame = pd.DataFrame(scores[list(SCORES.columns)]).rename_axis(index="household_id")
    insert_frame(conn, tables.scores, frame.reset_index())
    store_report(conn, "scores", report)


def forget_scores(conn: Connection) -> None:
    """Drop all scores and the report on them: what they were made from has changed."""
    lock_table(conn, tables.scores)
    conn.execute(tables.scores.delete())
    forget_report(conn, "scores")


def load_scores(conn: Connection) -> pd.DataFrame:
    """Return the scores in the order stored (planning.columns.SCORES, index ``household_id``).

    A family that was not scored since its last change has no row.
    """
    table = tables.scores
    names = ("household_id", *SCORES.columns)
    query = sa.select(*(table.c[name] for name in names)).order_by(table.c.position)
    return read_frame(conn, query, dtypes_of(SCORES), index="household_id")


def count_scores(conn: Connection) -> tuple[int, int]:
    """Return how many families are scored, and how many of these are at risk."""
    at_risk = sa.func.count(sa.case((tables.scores.c.at_risk, 1)))
    query = sa.select(sa.func.count(), at_risk).select_from(tables.scores)
    scored, counted = conn.execute(query).one()
    return int(scored), int(counted)


def load_score_report(conn: Connection) -> dict[str, Any] | None:
    """Return the report of the last scoring, ``None`` when there was none."""
    return load_report(conn, "scores")
