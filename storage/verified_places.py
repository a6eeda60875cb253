"""Places of families that a person confirmed or clicked: who, when, why; only added to."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection

from common.errors import WrongCallError
from common.language import N_
from storage import tables
from storage.frames import read_frame

_DTYPES = {
    "lon": "float64", "lat": "float64", "at": "datetime64[us, UTC]", "by": "str", "note": "str",
}  # fmt: skip


class VerifiedPlaceError(WrongCallError):
    """A confirmed place has no family, no point on earth, no person or no reason."""

    code = "verified-place"


def verify_place(
    conn: Connection, household_id: int, lon: float, lat: float, *, at: datetime, by: str, note: str
) -> int:
    """Store where a person says that a family lives; return the number of the record.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326.
    at
        When, with its zone.
    by, note
        Who says so, and how they know (a visit, the RT head).

    Raises
    ------
    VerifiedPlaceError
        No such family, no point on earth, or nobody or nothing stands for it.
    """
    inside = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
    if not inside or (lon == 0 and lat == 0):
        raise VerifiedPlaceError(N_("Titik itu tidak ada di bumi; beri bujur dan lintang."))
    return _add(conn, household_id, at=at, by=by, note=note, lon=lon, lat=lat, withdrawn=False)


def withdraw_place(conn: Connection, household_id: int, *, at: datetime, by: str, note: str) -> int:
    """Take back what was said of a family's place; return the number of the record.

    Raises
    ------
    VerifiedPlaceError
        The family has no confirmed place, or nobody or nothing stands for this.
    """
    live = verified_ids().where(tables.verified_places.c.household_id == household_id)
    if conn.execute(live).first() is None:
        raise VerifiedPlaceError(N_("Keluarga ini tidak punya titik yang dipastikan."))
    return _add(conn, household_id, at=at, by=by, note=note, withdrawn=True)


def load_verified(conn: Connection) -> pd.DataFrame:
    """Return the confirmed place of every family that has one; the latest word counts.

    Index ``household_id``, ascending; ``lon``, ``lat`` (degrees, EPSG:4326), ``at`` (aware,
    UTC), ``by``, ``note``. A family whose latest record withdraws the place has no row.
    """
    table = tables.verified_places
    query = sa.select(table.c.household_id, *(table.c[name] for name in _DTYPES))
    query = query.where(_is_latest(), ~table.c.withdrawn).order_by(table.c.household_id)
    return read_frame(conn, query, _DTYPES, index="household_id")


def verified_ids() -> sa.Select[tuple[int]]:
    """Return the query for the families that have a confirmed place."""
    table = tables.verified_places
    return sa.select(table.c.household_id).where(_is_latest(), ~table.c.withdrawn)


def _is_latest() -> sa.ColumnElement[bool]:
    table = tables.verified_places
    newest = sa.select(sa.func.max(table.c.verified_id)).group_by(table.c.household_id)
    return table.c.verified_id.in_(newest)


def _add(conn: Connection, household_id: int, *, by: str, note: str, **values: object) -> int:
    if not by.strip() or not note.strip():
        raise VerifiedPlaceError(N_("Tulis siapa yang memastikan titik ini dan dari mana tahunya."))
    family = sa.select(tables.households.c.household_id)
    found = conn.execute(family.where(tables.households.c.household_id == household_id)).first()
    if found is None:
        raise VerifiedPlaceError(N_("Keluarga itu tidak ada di register."))
    table = tables.verified_places
    statement = table.insert().values(
        household_id=household_id, by=by.strip(), note=note.strip(), **values
    )
    number: int = conn.execute(statement.returning(table.c.verified_id)).scalar_one()
    return number
