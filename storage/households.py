"""The register: families, the persons in them apart, and what each import brought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from common.errors import BadInputError, NothingToDoError, SambangiError
from common.language import N_
from common.privacy import MADE_UP_NIK_END
from geodata.columns import HOUSEHOLDS, ISSUES, PERSONAL
from storage import tables
from storage.bulk import CHUNK
from storage.database import lock_table
from storage.frames import dtypes_of, insert_frame, read_frame
from storage.history import note_changes, note_span
from storage.upserts import add_families, compare, storable, stored_families, update_families

_KEY = "kode_keluarga"
_OPEN = dtypes_of(HOUSEHOLDS, without=PERSONAL)  # what may be read without opening a person
_CLOSED = dict.fromkeys(PERSONAL, "str")


class AlreadyImportedError(NothingToDoError):
    """The very same file was imported before, read in the same layout and code map."""

    code = "already-imported"


class RepeatedFamilyError(BadInputError):
    """A family stands twice among the accepted rows; one of the rows must be quarantined."""

    code = "family-repeated"


class RowsLostError(SambangiError):
    """Rows read are not rows accepted plus rows quarantined: a fault of ours, nothing is stored."""

    code = "rows-lost"


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """What one import brought; counts are rows of the file, each a family.

    ``rows_read == accepted + quarantined`` and ``accepted == added + updated + unchanged``.
    """

    import_id: int
    rows_read: int
    accepted: int
    quarantined: int
    added: int
    updated: int
    unchanged: int


def store_import(
    conn: Connection,
    *,
    kind: str,
    file_sha256: str,
    layout: str,
    codes: str,
    at: datetime,
    rows_read: int,
    households: pd.DataFrame,
    quarantined: pd.DataFrame,
    issues: pd.DataFrame,
) -> ImportRecord:
    """Store one checked file: new families get an id, known ones their new fields.

    Families are told apart by ``kode_keluarga`` alone. One whose fields changed loses its
    place and its score, which no longer speak of it; a place that a person verified stays. A
    family that the file leaves out stays. What changed is noted, see :mod:`storage.history`.

    Parameters
    ----------
    kind, layout, codes
        What the file is (``register``), the layout and the code map it was read with.
    file_sha256
        Hex digest of the file's bytes.
    at
        When, with its zone.
    rows_read
        Rows of the file below its headings.
    households
        Accepted rows (geodata.columns.HOUSEHOLDS), index: row of the source file.
    quarantined
        Rows set aside: index: row of the source file; ``content``: JSON text of the raw row.
    issues
        geodata.columns.ISSUES.

    Raises
    ------
    AlreadyImportedError
        The same file was stored before.
    RepeatedFamilyError
        A ``kode_keluarga`` stands twice in ``households``.
    RowsLostError
        ``rows_read`` is not the sum of both frames.
    """
    _check_counts(rows_read, households, quarantined)
    lock_table(conn, tables.households)
    _refuse_same_reading(conn, kind, file_sha256, layout, codes)
    incoming = storable(households)
    found = compare(incoming, stored_families(conn))
    updated = int(found.updated.sum())
    import_id = _store_record(
        conn,
        kind=kind,
        file_sha256=file_sha256,
        layout=layout,
        codes=codes,
        at=at,
        rows_read=rows_read,
        accepted=len(households),
        quarantined=len(quarantined),
        added=len(found.added),
        updated=updated,
        unchanged=len(found.known) - updated,
    )
    note_span(conn, import_id, add_families(conn, import_id, found.added))
    note_changes(conn, import_id, at, incoming, found)
    update_families(conn, import_id, found)
    aside = quarantined[["content"]].rename_axis(index="source_row").reset_index()
    insert_frame(conn, tables.quarantined_rows, aside, import_id=import_id)
    told = issues[list(ISSUES.columns)].rename(
        columns={"row": "source_row", "column": "column_name"}
    )
    insert_frame(conn, tables.import_issues, told, import_id=import_id)
    return _record(conn, import_id)


def load_households(conn: Connection) -> pd.DataFrame:
    """Return every family without its personal columns.

    Index ``household_id``, ascending; columns and dtypes of geodata.columns.HOUSEHOLDS
    but for those of geodata.columns.PERSONAL. No row when nothing was imported.
    """
    table = tables.households
    query = sa.select(table.c.household_id, *(table.c[name] for name in _OPEN))
    query = query.order_by(table.c.household_id)
    return read_frame(conn, query, _OPEN, index="household_id")


def load_persons(conn: Connection, household_ids: Iterable[int]) -> pd.DataFrame:
    """Return ``nik``, ``head_name``, ``wife_name``, ``address`` of the families asked for.

    Index ``household_id`` in the order asked for; missing text is ``NaN``; an unknown id
    has no row. Ask only for the families whose sheet is being made.
    """
    wanted = [int(each) for each in dict.fromkeys(household_ids)]
    table = tables.household_persons
    parts = [
        read_frame(
            conn,
            sa.select(table).where(table.c.household_id.in_(wanted[start : start + CHUNK])),
            _CLOSED,
            index="household_id",
        )
        for start in range(0, max(len(wanted), 1), CHUNK)
    ]
    found = pd.concat(parts)
    return found.reindex([each for each in wanted if each in found.index]).rename_axis(
        index="household_id"
    )


def load_addresses(conn: Connection) -> pd.Series:
    """Return the address of every family, index ``household_id`` ascending, missing ``NaN``.

    Personal data: for placing the families only, never for a log or a message.
    """
    table = tables.household_persons
    query = sa.select(table.c.household_id, table.c.address).order_by(table.c.household_id)
    return read_frame(conn, query, _CLOSED, index="household_id")["address"]


def all_niks(conn: Connection) -> pd.Series:
    """Return the NIK of every family, index ``household_id`` ascending, missing ``NaN``."""
    table = tables.household_persons
    query = sa.select(table.c.household_id, table.c.nik).order_by(table.c.household_id)
    return read_frame(conn, query, _CLOSED, index="household_id")["nik"]


def count_families(conn: Connection) -> int:
    """Return how many families are stored."""
    query = sa.select(sa.func.count()).select_from(tables.households)
    return int(conn.execute(query).scalar_one())


def count_niks(conn: Connection) -> tuple[int, int]:
    """Return how many families have a NIK, and how many of these NIK are made up.

    The database counts; no NIK is read. What is made up says common.privacy.MADE_UP_NIK_END.
    """
    nik = tables.household_persons.c.nik
    made_up = sa.func.count(sa.case((nik.endswith(MADE_UP_NIK_END, autoescape=True), 1)))
    known, counted = conn.execute(sa.select(sa.func.count(nik), made_up)).one()
    return int(known), int(counted)


def load_imports(conn: Connection) -> pd.DataFrame:
    """Return what each import brought, newest first.

    Index ``import_id``; ``kind``, ``layout``, ``codes``, ``at`` (aware, UTC) and the counts
    of :class:`ImportRecord`.
    """
    table = tables.imports
    columns = [column for column in table.c if column.name != "file_sha256"]
    query = sa.select(*columns).order_by(table.c.import_id.desc())
    dtypes = {"kind": "str", "layout": "str", "codes": "str", "at": "datetime64[us, UTC]"}
    return read_frame(conn, query, dtypes, index="import_id")


def load_issues(conn: Connection, import_id: int) -> pd.DataFrame:
    """Return the issues of one import in the order found (geodata.columns.ISSUES)."""
    table = tables.import_issues
    query = (
        sa.select(
            table.c.source_row.label("row"),
            table.c.column_name.label("column"),
            table.c.code,
            table.c.quarantines,
        )
        .where(table.c.import_id == import_id)
        .order_by(table.c.position)
    )
    return read_frame(conn, query, dtypes_of(ISSUES), index=None)


def load_quarantined(conn: Connection, import_id: int) -> pd.DataFrame:
    """Return the rows that one import set aside: index source row, ``content`` JSON text.

    The content is personal data; show it only to who may mend the register.
    """
    table = tables.quarantined_rows
    query = (
        sa.select(table.c.source_row.label("row"), table.c.content)
        .where(table.c.import_id == import_id)
        .order_by(table.c.source_row)
    )
    return read_frame(conn, query, {"content": "str"}, index="row")


def _check_counts(rows_read: int, households: pd.DataFrame, quarantined: pd.DataFrame) -> None:
    if rows_read != len(households) + len(quarantined):
        raise RowsLostError(
            N_(
                "Baris tidak cocok: dibaca {read}, diterima {accepted}, dikarantina "
                "{quarantined}. Tidak ada yang disimpan; laporkan kesalahan ini."
            ),
            read=rows_read,
            accepted=len(households),
            quarantined=len(quarantined),
        )
    repeated = int(households[_KEY].duplicated().sum())
    if repeated:
        raise RepeatedFamilyError(
            N_("{count} keluarga muncul lebih dari sekali; sisihkan baris gandanya dahulu."),
            count=repeated,
        )


def _refuse_same_reading(
    conn: Connection, kind: str, file_sha256: str, layout: str, codes: str
) -> None:
    table = tables.imports
    query = sa.select(table.c.import_id).where(
        table.c.kind == kind,
        table.c.file_sha256 == file_sha256,
        table.c.layout == layout,
        table.c.codes == codes,
    )
    found = conn.execute(query).first()
    if found is not None:
        raise AlreadyImportedError(
            N_("Berkas ini sudah pernah diimpor (impor nomor {import_id})."),
            import_id=found.import_id,
        )


def _store_record(conn: Connection, **values: object) -> int:
    """Insert the import's row; a twin that was faster than we are wins."""
    try:
        statement = tables.imports.insert().values(**values).returning(tables.imports.c.import_id)
        import_id: int = conn.execute(statement).scalar_one()
    except IntegrityError:
        raise AlreadyImportedError(N_("Berkas ini baru saja diimpor oleh proses lain.")) from None
    return import_id


def _record(conn: Connection, import_id: int) -> ImportRecord:
    names = ImportRecord.__dataclass_fields__
    query = sa.select(*(tables.imports.c[name] for name in names))
    found = conn.execute(query.where(tables.imports.c.import_id == import_id))
    return ImportRecord(**found.mappings().one())
