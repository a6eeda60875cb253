"""Lists of made-up cities, and what the tests ask of a finished one."""

from __future__ import annotations

import csv
import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from workspace_fixtures import NOW, TODAY, WEEK

from storage.workspace import Workspace
from workflows.city_list import read_city_list
from workflows.city_task import OPTIONAL, STEPS, CityTask
from workflows.demos import make_demo

FILES = {
    "boundaries": "boundaries.geojson",
    "streets": "streets.osm",
    "register": "register.csv",
    "teams": "teams.csv",
}
OPTIONAL_FILES = {"places": "places.csv", "calendar": "calendar.csv"}
PLACES = ("place_id", "kind", "name", "area_code", "rw", "rt", "lon", "lat")
CALENDAR = ("date", "kind", "area_code", "rw", "team_id", "note")
MONDAY, TUESDAY = "2026-11-30", "2026-12-01"  # of WEEK


def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a developer's shell may say about the workspace."""
    for name in ("DATABASE_URL", "WORKSPACE", "TODAY", "LANG"):
        monkeypatch.delenv(f"SAMBANGI_{name}", raising=False)


def here() -> ThreadPoolExecutor:
    """One worker in this process: one city after the other."""
    return ThreadPoolExecutor(max_workers=1)


def tasks_of(file: Path) -> list[CityTask]:
    return read_city_list(file, today=TODAY, now=NOW, language="id")


def table(workspace: str, files: Mapping[str, str], *, steps: Sequence[str] = ()) -> str:
    """Return one city of a list: its workspace, input files and, where said, steps."""
    lines = ["[[city]]", f'workspace = "{workspace}"']
    lines += [f'{key} = "{file}"' for key, file in files.items()]
    lines += [f"steps = {list(steps)}"] if steps else []
    return "\n".join(lines) + "\n"


def files_in(folder: str, *, optional: bool = False) -> dict[str, str]:
    names = FILES | OPTIONAL_FILES if optional else FILES
    return {key: f"{folder}/{name}" for key, name in names.items()}


def write_list(file: Path, *tables: str) -> Path:
    file.write_text(f'[defaults]\nweek = "{WEEK}"\n' + "".join(tables), encoding="utf-8")
    return file


def write_city(folder: Path, *, families: int, seed: int) -> None:
    """Write a made-up city; without addresses, so that points of RT are worth adding."""
    make_demo(folder, every=False, boundaries=None, streets=None, families=families, seed=seed)
    register = pd.read_csv(folder / "register.csv", dtype=str, keep_default_na=False)
    register.assign(alamat="").to_csv(folder / "register.csv", index=False, lineterminator="\n")


def write_places(file: Path, *rows: Sequence[object]) -> None:
    _write(file, PLACES, rows)


def write_calendar(file: Path, *rows: Sequence[object]) -> None:
    _write(file, CALENDAR, rows)


def all_steps(state: str, *, optional: bool = False) -> dict[str, str]:
    """Return that state for every step, in order."""
    return {step: state for step in STEPS if optional or step not in OPTIONAL}


def plan_tables(workspace: Workspace) -> dict[str, tuple[int, str]]:
    """Return every table of plans with its rows and a digest of all that stands in them."""
    file = workspace.folder / "sambangi.sqlite"
    with closing(sqlite3.connect(file)) as conn:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'plan%'"
        rows = {
            name: conn.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()  # noqa: S608  # names from the database itself
            for (name,) in conn.execute(named).fetchall()
        }
    return {
        name: (len(found), hashlib.sha256(repr(found).encode()).hexdigest())
        for name, found in rows.items()
    }


def _write(file: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([heading, *rows])
