"""What people asked of a week: who, when, why; only added to, replayed in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from common.clock import Week
from common.errors import WrongCallError
from common.language import N_
from planning.edits import Edit
from storage import tables
from storage.database import lock_table

_FIELDS = tuple(Edit.__dataclass_fields__)


class NobodyAsksError(WrongCallError):
    """Nobody stands for what is asked of a week."""

    code = "edited-by"


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """An edit with its number, and who said it when."""

    edit_id: int
    edit: Edit
    at: datetime  # aware, UTC
    by: str


def add_edits(
    conn: Connection, week: Week, edits: Sequence[Edit], *, at: datetime, by: str
) -> list[int]:
    """Store edits of a week after those before; return their numbers, in the same order.

    Parameters
    ----------
    at
        When, with its zone.
    by
        Who asks; not blank.

    Raises
    ------
    NobodyAsksError
        ``by`` is blank.
    """
    if not _storable(by):
        raise NobodyAsksError(N_("Tulis siapa yang meminta perubahan."))
    table = tables.plan_edits
    lock_table(conn, table)
    numbers: list[int] = []
    for edit in edits:
        values = {name: getattr(edit, name) for name in _FIELDS}
        values |= {"note": _storable(edit.note), "by": _storable(by), "week": str(week), "at": at}
        added = conn.execute(table.insert().values(values).returning(table.c.edit_id))
        numbers.append(added.scalar_one())
    return numbers


def load_edits(conn: Connection, week: Week) -> list[StoredEdit]:
    """Return everything that was asked of a week, withdrawals too, in the order it was said."""
    table = tables.plan_edits
    query = sa.select(table).where(table.c.week == str(week)).order_by(table.c.edit_id)
    return [
        StoredEdit(
            row["edit_id"], Edit(**{name: row[name] for name in _FIELDS}), row["at"], row["by"]
        )
        for row in conn.execute(query).mappings()
    ]


def _storable(text: str) -> str:
    """Return a text that PostgreSQL takes: it holds no NUL."""
    return text.replace("\x00", "").strip()
