"""The engine behind a workspace: its address, how a connection is set up, how it fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from common.errors import BadInputError, WrongCallError
from common.language import N_
from storage.workspace import Workspace

BUSY_S = 30  # how long a writer waits for another one
CONNECT_S = 10


class DatabaseUrlError(WrongCallError):
    """``SAMBANGI_DATABASE_URL`` is not the address of a SQLite or PostgreSQL database."""

    code = "database-url"


class DatabaseUnreachableError(BadInputError):
    """The database does not answer, is locked for too long, or is not a database."""

    code = "database-unreachable"


def address_of(workspace: Workspace) -> sa.URL:
    """Return where the database of ``workspace`` is.

    Raises
    ------
    DatabaseUrlError
        The address cannot be read, or names another kind of database.
    """
    wrong = DatabaseUrlError(
        N_(
            "SAMBANGI_DATABASE_URL tidak dapat dibaca; tulis mis. "
            "postgresql://pengguna@server/sambangi atau sqlite:///berkas.sqlite."
        )
    )
    try:
        url = sa.make_url(workspace.database_url)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise wrong from None
    if backend == "postgresql" or url.drivername == "postgres":
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url.set(drivername="sqlite+pysqlite")
    raise wrong


def make_engine(url: sa.URL) -> sa.Engine:
    """Return an engine whose errors show no stored value (``hide_parameters``)."""
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_S},
        )
    engine = sa.create_engine(
        url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": BUSY_S}
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is inside too
    connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # safe with WAL


def _begin_sqlite(conn: Connection) -> None:
    # a writer asks for the lock at once: a read that turns into a write can fail at any wait
    only_reads = conn.get_execution_options().get("reads_only", False)
    conn.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn a driver's failure into a message without address, password or value.

    Raises
    ------
    DatabaseUnreachableError
        Instead of an outage: server, lock, disk, rights, not a database.
    """
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        if not _is_outage(error, name):
            raise
        raise unreachable(name or type(cause).__name__) from None


def unreachable(reason: str) -> DatabaseUnreachableError:
    """Return the refusal; ``reason`` is a driver's code or the name of an error, never a value."""
    return DatabaseUnreachableError(
        N_(
            "Basis data tidak dapat dibuka atau sedang dipakai ({reason}); periksa folder "
            "ruang kerja, SAMBANGI_DATABASE_URL, server, dan ruang disk, lalu ulangi."
        ),
        reason=reason,
    )


def _is_outage(error: Exception, name: str | None) -> bool:
    """Tell an outage from a fault of ours, such as a wrong statement (``SQLITE_ERROR``)."""
    if name in {"SQLITE_NOTADB", "SQLITE_CORRUPT", "42501"}:  # the last: PostgreSQL's rights
        return True
    outage = isinstance(error, OperationalError | sqlite3.OperationalError)
    return outage and name != "SQLITE_ERROR"
