"""Work that only one process may do at a time: a lock on a file, free when its holder ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from common.errors import NothingToDoError
from common.language import N_
from storage.engine import unreachable


class BusyError(NothingToDoError):
    """Another process is at the same work."""

    code = "busy"


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Hold the lock on ``file``, which is made when missing, with its folder, and stays empty.

    SQLite's lock is used because it works alike on Windows and elsewhere, and because no crash
    leaves it behind.

    Raises
    ------
    BusyError
        It is held already.
    DatabaseUnreachableError
        The file cannot be made or opened.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        holder = sqlite3.connect(file, timeout=0, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as error:
        raise unreachable(type(error).__name__) from None
    with closing(holder):
        try:
            holder.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname == "SQLITE_BUSY":
                raise BusyError(
                    N_("Pekerjaan yang sama sedang berjalan; tunggu sampai selesai.")
                ) from None
            raise unreachable(error.sqlite_errorname) from None
        yield
