"""A small made-up city that went through the ordinary steps once, to be copied by tests."""

from __future__ import annotations

import csv
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from publishing.sheet import Sheet
from storage.workspace import Workspace
from workflows.cities import build_city
from workflows.demos import make_demo
from workflows.placing import locate
from workflows.registers import import_register
from workflows.scoring import score
from workflows.staff import import_teams
from workflows.weeks import make_plan

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WEEK = "2026-W49"
WEST, EAST = "99.01.01", "99.01.02"
FAMILIES = 400
STAGES = ("city", "register", "teams", "located", "scored", "planned")
_TEAMS = ("CAMAT-01", "CAMAT-02", "PLKB-01-1", "PLKB-02-1", "TPK-1001-1", "TPK-1005-1")


@dataclass(frozen=True)
class City:
    """The input files of a made-up city of two kecamatan, and its workspace after each step."""

    files: Path
    stages: dict[str, Path]


@pytest.fixture(scope="session")
def city_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Boundaries, streets, a register of about 400 families and six teams."""
    ground = tmp_path_factory.mktemp("ground")
    made_up = {"every": False, "families": 1, "seed": 5, "boundaries": None, "streets": None}
    make_demo(ground, **made_up)
    drawn = (ground / "boundaries.geojson").read_text(encoding="utf-8")
    for number in (5, 6, 7, 8):
        drawn = drawn.replace(f'"{WEST}.100{number}"', f'"{EAST}.100{number}"')
    lines = [
        line.replace(f'"{WEST}"', f'"{EAST}"').replace(
            '"kecamatan": "Contoh Jaya"', '"kecamatan": "Contoh Sari"'
        )
        if f'"{EAST}.' in line
        else line
        for line in drawn.splitlines()
    ]
    files = tmp_path_factory.mktemp("city-files")
    boundaries, streets = files / "boundaries.geojson", files / "streets.osm"
    boundaries.write_text("\n".join(lines), encoding="utf-8")
    shutil.copy(ground / "streets.osm", streets)
    make_demo(files, every=False, families=FAMILIES, seed=5, boundaries=boundaries, streets=streets)
    with (files / "teams.csv").open(encoding="utf-8", newline="") as file:
        teams = list(csv.DictReader(file))
    kept = [team for team in teams if team["team_id"] in _TEAMS]
    assert len(kept) == len(_TEAMS), [team["team_id"] for team in teams]
    with (files / "teams.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    return files


@pytest.fixture(scope="session")
def city(city_files: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The workspace as each step left it; never changed, see ``copy_of``."""
    folder = tmp_path_factory.mktemp("stages")
    workspace = Workspace(folder / "now")
    stages: dict[str, Path] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        for stage, step in zip(STAGES, steps(workspace, city_files), strict=True):
            step()
            stages[stage] = folder / stage
            shutil.copytree(workspace.folder, stages[stage])
    return City(city_files, stages)


def steps(workspace: Workspace, files: Path) -> list[Callable[[], object]]:
    """Return the ordinary way from files to a plan, one call a stage."""
    return [
        lambda: build_city(workspace, files / "boundaries.geojson", files / "streets.osm"),
        lambda: import_register(
            workspace, files / "register.csv", layout=None, codes=None, now=NOW
        ),
        lambda: import_teams(workspace, files / "teams.csv"),
        lambda: locate(workspace),
        lambda: score(workspace, today=TODAY),
        lambda: make_plan(
            workspace, week=WEEK, area=None, seconds=None, today=TODAY, now=NOW, workers=1
        ),
    ]


@pytest.fixture
def copy_of(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Workspace]:
    """Return a workspace of your own as it stood after a stage."""
    for name in ("DATABASE_URL", "WORKSPACE", "TODAY", "LANG"):
        monkeypatch.delenv(f"SAMBANGI_{name}", raising=False)

    def copy(stage: str) -> Workspace:
        folder = tmp_path / "kota"
        shutil.copytree(city.stages[stage], folder)
        return Workspace(folder)

    return copy


@pytest.fixture
def planned(copy_of: Callable[[str], Workspace]) -> Workspace:
    """A workspace of your own with a draft for ``WEEK``."""
    return copy_of("planned")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workflows work in this process: quick, and open to monkeypatching."""

    def here(workers: int | None = None) -> Executor:
        del workers
        return ThreadPoolExecutor(max_workers=1)

    monkeypatch.setattr("workflows.group_runner.processes", here)
    monkeypatch.setattr("workflows.publishing.processes", here)


@pytest.fixture
def thin_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for the renderers, which have their own tests."""

    def mark(sheet: Sheet) -> bytes:
        return f"{sheet.team_name} {sheet.day} {len(sheet.stops)}".encode()

    monkeypatch.setattr("workflows.publishing.RENDERERS", {"pdf": mark, "xlsx": mark, "gpx": mark})


def state_of(folder: Path) -> dict[str, str]:
    """Return a digest of every file; of a database, of its rows (WAL files come and go)."""
    if not folder.exists():
        return {}
    digests = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.name.endswith(("-wal", "-shm")):
            continue
        if file.suffix == ".sqlite":
            with closing(sqlite3.connect(file)) as conn:
                content = "\n".join(conn.iterdump()).encode()
        else:
            content = file.read_bytes()
        digests[str(file.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return digests
