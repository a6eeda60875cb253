"""What each import changed in the register, and the difference it made; records are only added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from common.errors import WrongCallError
from common.language import N_
from geodata.area_names import name_key
from geodata.columns import PERSONAL
from storage import tables
from storage.bulk import CHUNK, insert_rows
from storage.frames import plain, read_frame
from storage.upserts import KEY, Comparison

_CHANGED, _GONE, _BACK = "changed", "gone", "back"  # as household_history says it


class UnknownImportError(WrongCallError):
    """There is no import with that number."""

    code = "unknown-import"


@dataclass(frozen=True, slots=True)
class ImportDifference:
    """What one import brought against what was stored before; counts are families.

    ``rows``: a row a family that is not as before, index ``household_id`` ascending;
    ``kode_keluarga``, ``change``, ``fields`` (names joined by ``;``, no value) and
    ``last_import_id``, the newest import with the family. ``change`` is ``new``, ``changed``,
    ``back`` (gone before; ``fields`` may have changed), ``gone`` (not in this file, though the
    file covers its kelurahan) or ``still_gone`` (gone with an earlier import).

    Of ``counts``, changed + unchanged + gone + still_gone + not_covered (of kelurahan that the
    file does not hold) is what was stored before; ``back`` is a part of changed + unchanged.
    """

    import_id: int
    counts: dict[str, int]
    fields: dict[str, int]  # families whose field changed, by name
    rows: pd.DataFrame


def note_changes(
    conn: Connection, import_id: int, at: datetime, incoming: pd.DataFrame, found: Comparison
) -> None:
    """Note which known families changed, with what was stored before, and who came and went.

    A family that the file leaves out is gone only where the file covers its kelurahan, so that
    files by kecamatan do not make each other's families disappear.
    """
    gone_before = list(conn.execute(_gone(import_id)).scalars())
    known_ids = found.before["household_id"].to_numpy()
    is_back = np.isin(known_ids, gone_before)
    noted = found.updated | is_back
    changes = np.where(is_back[noted], _BACK, _CHANGED)
    fields, old, personal = _old_values(found, np.flatnonzero(noted))
    newly_gone = found.absent[_covered(found.absent, incoming)]
    gone_ids = np.setdiff1d(newly_gone["household_id"].to_numpy(), gone_before).tolist()
    ids = [*known_ids[noted].tolist(), *gone_ids]
    nothing = len(gone_ids)
    insert_rows(
        conn,
        tables.household_history,
        {
            "import_id": [import_id] * len(ids),
            "household_id": ids,
            "change": [*changes.tolist(), *[_GONE] * nothing],
            "fields": [*fields, *[""] * nothing],
            "old": [*old, *({} for _ in range(nothing))],
            "at": [at] * len(ids),
        },
    )
    persons = {key: value for key, value in zip(ids, personal, strict=False) if value}
    insert_rows(
        conn,
        tables.household_history_persons,
        {
            "import_id": [import_id] * len(persons),
            "household_id": list(persons),
            "old": list(persons.values()),
        },
    )


def note_span(conn: Connection, import_id: int, span: tuple[int, int] | None) -> None:
    """Note which families an import brought first."""
    first, last = span or (None, None)
    values = {"import_id": import_id, "first_new_id": first, "last_new_id": last}
    conn.execute(tables.import_spans.insert().values(values))


def import_difference(conn: Connection, import_id: int) -> ImportDifference:
    """Return what an import changed, by the names of fields; no value of a family is read.

    Fields are known of imports since revision 0002 of the tables; earlier ones give counts.

    Raises
    ------
    UnknownImportError
        No import has that number.
    """
    found = require_import(conn, import_id)
    noted, missed = _noted(conn, import_id), _still_gone(conn, import_id)
    rows = pd.concat([_new(conn, import_id), noted, missed]).sort_index()
    kinds = noted["change"].value_counts()
    gone = int(kinds.get(_GONE, 0))
    in_file = found.updated + found.unchanged
    counts = {
        "new": found.added,
        _CHANGED: found.updated,
        "unchanged": found.unchanged,
        _BACK: int(kinds.get(_BACK, 0)),
        _GONE: gone,
        "still_gone": len(missed),
        "not_covered": _stored_before(conn, import_id) - in_file - gone - len(missed),
    }
    names = noted["fields"].str.split(";").explode()
    told = names[names != ""].value_counts().sort_index()
    fields = {str(name): int(count) for name, count in told.items()}
    return ImportDifference(import_id, counts, fields, rows)


def require_import(conn: Connection, import_id: int) -> sa.Row[Any]:
    """Return the row of an import.

    Raises
    ------
    UnknownImportError
        No import has that number.
    """
    table = tables.imports
    found = conn.execute(sa.select(table).where(table.c.import_id == import_id)).first()
    if found is None:
        raise UnknownImportError(
            N_("Impor nomor {import_id} tidak ada; lihat `sambangi register diff`."),
            import_id=import_id,
        )
    return found


def newest_household_id(conn: Connection, import_id: int) -> int:
    """Return the highest ``household_id`` that was stored once an import was; 0: none."""
    spans = tables.import_spans
    query = sa.select(sa.func.max(spans.c.last_new_id)).where(spans.c.import_id <= import_id)
    return int(conn.execute(query).scalar() or 0)


def load_history(conn: Connection, *, after: int = 0) -> pd.DataFrame:
    """Return the notes on known families of the imports after ``after``, in their order.

    ``household_id``, ``import_id``, ``change``, ``fields``, ``old`` (field -> value before; no
    personal field) and ``at`` (aware, UTC); numbered from 0.
    """
    table = tables.household_history
    names = ("household_id", "import_id", "change", "fields", "old", "at")
    query = sa.select(*(table.c[name] for name in names)).where(table.c.import_id > after)
    query = query.order_by(table.c.import_id, table.c.household_id)
    dtypes = {"change": "str", "fields": "str", "old": "object", "at": "datetime64[us, UTC]"}
    return read_frame(conn, query, dtypes, index=None)


def load_old_persons(
    conn: Connection, household_ids: Iterable[int], *, after: int = 0
) -> pd.DataFrame:
    """Return the personal values before each change of the families asked for.

    ``household_id``, ``import_id`` and ``old`` (personal field -> value before), in the order
    of imports. Ask only for families whose sheet is being made.
    """
    table = tables.household_history_persons
    query = sa.select(table.c.household_id, table.c.import_id, table.c.old)
    wanted = [int(each) for each in household_ids]
    parts = [
        read_frame(
            conn,
            query.where(
                table.c.import_id > after,
                table.c.household_id.in_(wanted[start : start + CHUNK]),
            ),
            {"old": "object"},
            index=None,
        )
        for start in range(0, max(len(wanted), 1), CHUNK)
    ]
    found = pd.concat(parts).sort_values(["import_id", "household_id"])
    return found.reset_index(drop=True)


def _old_values(
    found: Comparison, at: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[list[str], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return names of changed fields, open old values and personal old values of the rows at."""
    fields: list[str] = [""] * len(at)
    old: list[dict[str, Any]] = [{} for _ in at]
    personal: list[dict[str, Any]] = [{} for _ in at]
    for column, name in enumerate(found.fields):
        places = np.flatnonzero(found.differs[at, column])
        target = personal if name in PERSONAL else old
        values = plain(found.before[name].iloc[at[places]])
        for place, value in zip(places.tolist(), values, strict=True):
            fields[place] = f"{fields[place]};{name}" if fields[place] else name
            target[place][name] = value
    return fields, old, personal


def _covered(absent: pd.DataFrame, incoming: pd.DataFrame) -> pd.Series:
    """Tell of which absent families the file holds the kelurahan, by code or by name.

    A family of which neither is known counts as covered.
    """
    codes, names = absent["area_code_stated"], _name_keys(absent["kelurahan_name"])
    by_code = codes.isin(incoming["area_code_stated"].dropna().unique())
    by_name = names.isin(_name_keys(incoming["kelurahan_name"]).dropna().unique())
    return by_code | by_name | (codes.isna() & names.isna())


def _name_keys(names: pd.Series) -> pd.Series:
    return names.map({name: name_key(name) for name in names.dropna().unique()})


def _gone(before: int) -> sa.Select[tuple[int]]:
    """Return the query for the families that were gone when an import began."""
    table = tables.household_history
    last = (
        sa.select(table.c.household_id, sa.func.max(table.c.import_id).label("import_id"))
        .where(table.c.import_id < before, table.c.change.in_((_GONE, _BACK)))
        .group_by(table.c.household_id)
        .subquery()
    )
    same = (table.c.household_id == last.c.household_id) & (table.c.import_id == last.c.import_id)
    return sa.select(table.c.household_id).join(last, same).where(table.c.change == _GONE)


def _stored_before(conn: Connection, import_id: int) -> int:
    table = tables.imports
    query = sa.select(sa.func.sum(table.c.added)).where(table.c.import_id < import_id)
    return int(conn.execute(query).scalar() or 0)


def _noted(conn: Connection, import_id: int) -> pd.DataFrame:
    """Return the known families that an import changed, found again or missed."""
    families, history = tables.households, tables.household_history
    query = _told(history.c.change, history.c.fields).join(
        history, history.c.household_id == families.c.household_id
    )
    return _read(conn, query.where(history.c.import_id == import_id))


def _new(conn: Connection, import_id: int) -> pd.DataFrame:
    families, spans = tables.households, tables.import_spans
    inside = families.c.household_id.between(spans.c.first_new_id, spans.c.last_new_id)
    query = _told(sa.literal("new"), sa.literal("")).join(spans, inside)
    return _read(conn, query.where(spans.c.import_id == import_id))


def _still_gone(conn: Connection, import_id: int) -> pd.DataFrame:
    families, history = tables.households, tables.household_history
    back = sa.select(history.c.household_id).where(
        history.c.import_id == import_id, history.c.change == _BACK
    )
    query = _told(sa.literal("still_gone"), sa.literal("")).where(
        families.c.household_id.in_(_gone(import_id)), families.c.household_id.not_in(back)
    )
    return _read(conn, query)


def _told(change: sa.ColumnElement[str], fields: sa.ColumnElement[str]) -> sa.Select[Any]:
    families = tables.households
    return sa.select(
        families.c.household_id,
        families.c.kode_keluarga,
        change.label("change"),
        fields.label("fields"),
        families.c.import_id.label("last_import_id"),
    ).select_from(families)


def _read(conn: Connection, query: sa.Select[Any]) -> pd.DataFrame:
    dtypes = {KEY: "str", "change": "str", "fields": "str"}
    return read_frame(conn, query, dtypes, index="household_id")
