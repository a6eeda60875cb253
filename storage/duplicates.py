"""Families that may stand in the register more than once; what a person decided is kept."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from common.errors import WrongCallError
from common.language import N_
from planning.merging import PAIR, UNDONE, Groups
from storage import tables
from storage.database import lock_table
from storage.frames import insert_frame, read_frame

_PAIRS = {
    "left_id": "int64", "right_id": "int64", "probability": "float64", "reasons": "str",
    "found_at": "datetime64[us, UTC]",
}  # fmt: skip
_DECISIONS = {
    "decision_id": "int64", "left_id": "int64", "right_id": "int64", "decision": "str",
    "kept_id": "Int64", "at": "datetime64[us, UTC]", "by": "str", "note": "str",
}  # fmt: skip


class NobodyDecidesError(WrongCallError):
    """Nobody stands for a decision about two families."""

    code = "decided-by"


def replace_pairs(conn: Connection, pairs: pd.DataFrame, found_at: datetime) -> None:
    """Store the pairs of the newest search for all older ones that nobody has decided about.

    A decided pair stays as it was found when it was decided, whether found again or not.

    Parameters
    ----------
    pairs
        ``left_id`` < ``right_id``, ``probability``, ``reasons``, as of
        geodata.duplicates.find_duplicates.
    found_at
        When, with its zone.
    """
    table = tables.duplicate_pairs
    lock_decisions(conn)
    decided = load_decisions(conn)
    decided = decided[decided["decision"] != UNDONE]
    kept = load_pairs(conn).merge(decided[PAIR], on=PAIR)
    known = pd.MultiIndex.from_frame(kept[PAIR])
    found = pairs.assign(found_at=found_at)[list(_PAIRS)].astype(_PAIRS)
    found = found[~pd.MultiIndex.from_frame(found[PAIR]).isin(known)]
    conn.execute(table.delete())
    insert_frame(conn, table, pd.concat([kept, found]))


def load_pairs(conn: Connection) -> pd.DataFrame:
    """Return every pair found, decided or not, the surest first; rows numbered from 0.

    ``left_id`` < ``right_id``, ``probability`` 0 to 1, ``reasons`` (codes of
    geodata.duplicate_model joined by ";"), ``found_at`` (aware, UTC).
    """
    table = tables.duplicate_pairs
    query = sa.select(*(table.c[name] for name in _PAIRS)).order_by(
        table.c.probability.desc(), table.c.left_id, table.c.right_id
    )
    return read_frame(conn, query, _PAIRS, index=None)


def lock_decisions(conn: Connection) -> None:
    """Keep other deciders away until the transaction ends; call it before reading for one."""
    lock_table(conn, tables.duplicate_decisions)


def add_decision(
    conn: Connection,
    pair: tuple[int, int],
    decision: str,
    *,
    kept_id: int | None,
    at: datetime,
    by: str,
    note: str,
) -> None:
    """Store a decision about a pair; earlier ones stay beside it.

    Parameters
    ----------
    pair
        The smaller number first; both are families.
    decision
        One of planning.merging.DECISIONS.
    kept_id
        Which of the two stands for both; None unless they are the same.
    at
        When, with its zone.
    by
        Who decided; not blank.

    Raises
    ------
    NobodyDecidesError
        ``by`` is blank.
    """
    if not by.strip():
        raise NobodyDecidesError(N_("Tulis siapa yang memutuskan."))
    left, right = pair
    conn.execute(
        tables.duplicate_decisions.insert().values(
            left_id=left,
            right_id=right,
            decision=decision,
            kept_id=kept_id,
            at=at,
            by=_storable(by),
            note=_storable(note),
        )
    )


def load_decisions(conn: Connection) -> pd.DataFrame:
    """Return the latest decision about each pair, in the order they were made; rows from 0.

    ``decision_id``, ``left_id`` < ``right_id``, ``decision`` (planning.merging.DECISIONS),
    ``kept_id`` (missing unless ``same``), ``at`` (aware, UTC), ``by``, ``note``.
    """
    table = tables.duplicate_decisions
    latest = sa.select(sa.func.max(table.c.decision_id)).group_by(table.c.left_id, table.c.right_id)
    query = (
        sa.select(*(table.c[name] for name in _DECISIONS))
        .where(table.c.decision_id.in_(latest))
        .order_by(table.c.decision_id)
    )
    return read_frame(conn, query, _DECISIONS, index=None)


def load_merged(conn: Connection) -> pd.Series:
    """Return the family that stands for each merged one (planning.merging.Groups.merged)."""
    return Groups(load_decisions(conn)).merged()


def _storable(text: str) -> str:
    """Return a text that PostgreSQL takes: it holds no NUL."""
    return text.replace("\x00", "").strip()
