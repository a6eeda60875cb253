"""Opening the database of a workspace, and transactions on it.

SQLite by default; PostgreSQL when ``SAMBANGI_DATABASE_URL`` says so. Opening brings the
tables to the newest revision, whoever comes first; the others wait for it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from common.errors import BadInputError, NothingToDoError
from common.language import N_
from storage.engine import (
    BUSY_S,
    DatabaseUnreachableError,
    DatabaseUrlError,
    address_of,
    make_engine,
    plain_errors,
    unreachable,
)
from storage.workspace import Workspace

__all__ = [
    "Connection",
    "Database",
    "DatabaseUnreachableError",
    "DatabaseUrlError",
    "MissingWorkspaceError",
    "NewerDatabaseError",
    "open_database",
    "reading",
    "transaction",
]

_MIGRATION_LOCK = 3_671_001  # any fixed number, the same in every process


class MissingWorkspaceError(NothingToDoError):
    """There is no workspace in that folder yet."""

    code = "workspace-missing"


class NewerDatabaseError(BadInputError):
    """The database was made by a newer Sambangi than this one."""

    code = "database-newer"


@dataclass(frozen=True, slots=True)
class Database:
    """One open database; share it between threads, never between processes."""

    engine: sa.Engine

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_database(workspace: Workspace, *, create: bool = False) -> Database:
    """Return the database of ``workspace`` with its tables at the newest revision.

    Parameters
    ----------
    workspace
        Folder, or folder plus ``SAMBANGI_DATABASE_URL``.
    create
        Make the workspace when it is not there.

    Raises
    ------
    MissingWorkspaceError
        Nothing there, and ``create`` is not set; nothing is written.
    DatabaseUrlError
        The address cannot be read, or names another kind of database.
    DatabaseUnreachableError
        The server does not answer, the file is no database, or the folder cannot be made.
    NewerDatabaseError
        A newer Sambangi made it.
    """
    url = address_of(workspace)
    file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
    missing = MissingWorkspaceError(
        N_("Ruang kerja {folder} belum ada. Buat dengan `sambangi city build`."),
        folder=workspace.folder.absolute().name,
    )
    if file is not None and not create and not file.is_file():
        raise missing
    if create:
        for folder in (workspace.folder, workspace.folder if file is None else file.parent):
            _make_folder(folder)
    database = Database(make_engine(url))
    try:
        with plain_errors():
            ready = _bring_to_head(database, create=create)
    except BaseException:
        database.close()
        raise
    if not ready:
        database.close()
        raise missing
    return database


@contextmanager
def transaction(database: Database) -> Iterator[Connection]:
    """Yield a connection; everything done with it is stored together, or nothing is.

    Writers take turns on SQLite (the second waits up to 30 s), so keep long work outside.

    Raises
    ------
    DatabaseUnreachableError
        The database went away or stayed locked; nothing was stored.
    """
    with plain_errors(), database.engine.begin() as conn:
        yield conn


@contextmanager
def reading(database: Database) -> Iterator[Connection]:
    """Yield a connection that sees one moment of the database and waits for no writer.

    Raises
    ------
    DatabaseUnreachableError
        The database went away.
    """
    level: dict[str, Any] = (
        {"reads_only": True}
        if database.kind == "sqlite"
        else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    )
    with (
        plain_errors(),
        database.engine.connect().execution_options(**level) as conn,
        conn.begin(),
    ):
        yield conn


def lock_table(conn: Connection, table: sa.Table) -> None:
    """Keep other writers of ``table`` away until the transaction ends; readers go on.

    SQLite has one writer at a time anyway.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text(f'LOCK TABLE "{table.name}" IN SHARE ROW EXCLUSIVE MODE'))


def alembic_config(conn: Connection) -> Config:
    """Return the configuration with which Alembic works on ``conn``."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unreachable(type(error).__name__) from None


def _bring_to_head(database: Database, *, create: bool) -> bool:
    """Upgrade when needed; False when there is no workspace in it and none may be made."""
    with reading(database) as conn:
        config = alembic_config(conn)
        scripts = ScriptDirectory.from_config(config)
        current = _known_revision(conn, scripts)
    if current is None and not create:
        return False
    if database.kind == "sqlite":
        _use_wal(database)
    if current == scripts.get_current_head():
        return True
    with transaction(database) as conn:
        if database.kind == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        _known_revision(conn, scripts)
        command.upgrade(alembic_config(conn), "head")
    return True


def _known_revision(conn: Connection, scripts: ScriptDirectory) -> str | None:
    current = MigrationContext.configure(conn).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise NewerDatabaseError(
            N_(
                "Basis data ini dibuat oleh Sambangi yang lebih baru (revisi {revision}); "
                "perbarui Sambangi di komputer ini."
            ),
            revision=current,
        )
    return current


def _use_wal(database: Database) -> None:
    """Switch the file to WAL, once and for all; two processes may try it at the same time."""
    until = time.monotonic() + BUSY_S
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        while True:
            try:
                cursor.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                # the switch does not honour the busy timeout
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return
    finally:
        raw.close()
