"""Many cities as one job: same plans however run, nothing repeated, a failure is a row."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pandas as pd
import pytest
from fanout_tasks import double
from typer.testing import CliRunner, Result
from workspace_fixtures import NOW, TODAY, WEEK

from cli.main import app
from common.clock import WeekError
from storage.workspace import Workspace
from workflows import city_steps
from workflows.city_list import CityListError, read_city_list
from workflows.city_steps import STEPS, CityTask, SharedDatabaseError, run_city
from workflows.demos import make_demo
from workflows.fanout import SchedulerError, dask_cluster, processes, settle
from workflows.many_cities import NoPlanError, plan_fingerprint, run_cities
from workflows.step_notes import NOTES_FILE, StepNotes, StepNotesError, read_notes, write_notes

CITIES = ("satu", "dua", "tiga", "empat")
BROKEN = "tiga"


def here() -> ThreadPoolExecutor:
    """One worker in this process: one city after the other."""
    return ThreadPoolExecutor(max_workers=1)


def list_text(under: str, register_of: dict[str, str]) -> str:
    tables = [
        f"""
[[city]]
workspace = "{under}/{city}"
boundaries = "{city}/boundaries.geojson"
streets = "{city}/streets.osm"
register = "{register_of.get(city, city)}/register.csv"
teams = "{city}/teams.csv"
"""
        for city in CITIES
    ]
    return f'[defaults]\nweek = "{WEEK}"\n' + "".join(tables)


def tasks_of(file: Path) -> list[CityTask]:
    return read_city_list(file, today=TODAY, now=NOW, language="id")


def states(report: pd.DataFrame, city: str) -> dict[str, str]:
    rows = report[report["city"].str.endswith(city)]
    return dict(zip(rows["step"], rows["state"], strict=True))


def all_steps(state: str) -> dict[str, str]:
    return dict.fromkeys(STEPS, state)


@dataclass(frozen=True)
class Ground:
    """Two lists of the same four cities; in the second, one register is cut off."""

    folder: Path
    sound: Path
    broken: Path

    @property
    def cut_register(self) -> Path:
        return self.folder / "cut" / "register.csv"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("many-cities")
    for seed, city in enumerate(CITIES, start=1):
        make_demo(
            folder / city, size="small", boundaries=None, streets=None, families=400, seed=seed
        )
    ground = Ground(folder, folder / "sound.toml", folder / "broken.toml")
    ground.cut_register.parent.mkdir()
    whole = (folder / BROKEN / "register.csv").read_bytes()
    ground.cut_register.write_bytes(whole[:40])
    ground.sound.write_text(list_text("here", {}), encoding="utf-8")
    ground.broken.write_text(list_text("there", {BROKEN: "cut"}), encoding="utf-8")
    return ground


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "WORKSPACE", "TODAY", "LANG"):
        monkeypatch.delenv(f"SAMBANGI_{name}", raising=False)


@pytest.fixture(scope="module")
def alone(ground: Ground) -> pd.DataFrame:
    """The report on the sound list, one city after the other in this process."""
    return run_cities(tasks_of(ground.sound), here)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A local Dask cluster of two worker processes."""
    from dask.distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield str(cluster.scheduler_address)


@pytest.fixture(scope="module")
def there(ground: Ground, scheduler: str) -> SimpleNamespace:
    """Reports of the cluster on the broken list: twice, then mended, then once more."""
    tasks, cluster = tasks_of(ground.broken), partial(dask_cluster, scheduler)
    first, second = run_cities(tasks, cluster), run_cities(tasks, cluster)
    cut = ground.cut_register.read_bytes()
    shutil.copy(ground.folder / BROKEN / "register.csv", ground.cut_register)
    mended, last = run_cities(tasks, cluster), run_cities(tasks, cluster)
    return SimpleNamespace(first=first, second=second, mended=mended, last=last, cut=cut)


@pytest.fixture
def copied(ground: Ground, alone: pd.DataFrame, tmp_path: Path) -> CityTask:
    """A finished city of your own, its input files too."""
    assert set(alone["state"]) == {"done"}
    for name in ("satu", "here/satu"):
        shutil.copytree(ground.folder / name, tmp_path / name)
    task = tasks_of(ground.sound)[0]
    return replace(
        task,
        folder=tmp_path / "here" / "satu",
        files={name: tmp_path / "satu" / file.name for name, file in task.files.items()},
    )


def test_plans_are_the_same_on_a_cluster_as_one_after_the_other(
    ground: Ground, alone: pd.DataFrame, there: SimpleNamespace
) -> None:
    assert set(alone["state"]) == {"done"}
    assert set(there.last["state"]) == {"skipped"}
    prints = {
        run: [plan_fingerprint(Workspace(ground.folder / run / city)) for city in CITIES]
        for run in ("here", "there")
    }
    assert prints["there"] == prints["here"]
    assert len(set(prints["here"])) == len(CITIES)


def test_a_broken_city_is_a_row_and_the_others_complete(there: SimpleNamespace) -> None:
    report = there.first
    assert states(report, BROKEN) == {
        "city": "done", "register": "failed", "teams": "not run", "locate": "not run",
        "score": "not run", "plan": "not run",
    }  # fmt: skip
    assert all(states(report, city) == all_steps("done") for city in CITIES if city != BROKEN)
    failed = report[report["state"] == "failed"].iloc[0]
    assert failed["error_code"]
    assert re.search("register.csv|kolom|tata letak|baris", failed["error"])
    assert list(report["city"].unique()) == [f"there/{city}" for city in CITIES]
    assert (report.loc[report["state"] == "done", "seconds"] > 0).all()


def test_a_second_run_repeats_nothing_finished(there: SimpleNamespace) -> None:
    for city in CITIES:
        before, after = states(there.first, city), states(there.second, city)
        for step, state in before.items():
            assert after[step] == ("skipped" if state == "done" else state)


def test_after_the_file_is_mended_only_the_broken_city_runs(there: SimpleNamespace) -> None:
    assert states(there.mended, BROKEN) == all_steps("done") | {"city": "skipped"}
    assert all(
        states(there.mended, city) == all_steps("skipped") for city in CITIES if city != BROKEN
    )


def test_a_skipped_step_tells_the_counts_of_when_it_was_done(there: SimpleNamespace) -> None:
    kept = there.first["city"] != f"there/{BROKEN}"
    assert there.last.loc[kept, "counts"].tolist() == there.first.loc[kept, "counts"].tolist()
    plan = json.loads(there.last["counts"].iloc[-1])
    assert plan["week"] == WEEK
    assert plan["registered"] == plan["outside_scope"] + plan["planned"] + plan["left_out"]


def test_no_report_and_no_note_holds_a_person(ground: Ground, there: SimpleNamespace) -> None:
    register = pd.read_csv(ground.folder / BROKEN / "register.csv", dtype=str)
    persons = {
        value
        for column in register.columns
        for value in register[column].dropna().unique()
        if re.search("nama|nik|kk|alamat|keluarga", column.lower()) and len(value) > 6
    }
    assert len(persons) > 400
    said = there.first.to_csv() + there.mended.to_csv()
    said += (ground.folder / "there" / BROKEN / NOTES_FILE).read_text(encoding="utf-8")
    assert [value for value in persons if value in said] == []


def test_another_week_plans_again_and_nothing_else(copied: CityTask) -> None:
    rows = run_city(replace(copied, week="2026-W50"))
    assert {row.step: row.state for row in rows} == all_steps("skipped") | {"plan": "done"}


def test_a_new_boundary_file_redoes_what_builds_on_it(copied: CityTask) -> None:
    boundaries = copied.files["boundaries"]
    boundaries.write_bytes(boundaries.read_bytes() + b"\n")
    rows = run_city(copied)
    assert {row.step: row.state for row in rows} == all_steps("done") | {"register": "skipped"}


def test_other_settings_redo_every_step_and_keep_the_register(copied: CityTask) -> None:
    (copied.folder / "settings.toml").write_text("[visits]\ncheck_minutes = 12\n")
    rows = run_city(replace(copied, steps=("city", "register")))
    assert [(row.step, row.state) for row in rows] == [("city", "done"), ("register", "done")]
    assert rows[1].counts == {"import_id": 1, "already_imported": True}


def test_a_step_that_is_cut_off_is_a_row_and_is_done_again(
    copied: CityTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = replace(copied, code_field="kode", steps=("city", "register", "teams"))

    def fall(task: CityTask, workspace: Workspace) -> NoReturn:
        del task, workspace
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setitem(city_steps._WORK, "city", fall)
        report = run_cities([task], here)
    assert report["state"].tolist() == ["failed", "not run", "not run"]
    assert report["error_code"].iloc[0] == "internal"
    assert "RuntimeError" in report["error"].iloc[0]
    assert read_notes(task.folder).underway == "city"
    # the same call as before the fault: what was half done is not trusted
    again = run_city(replace(copied, steps=task.steps))
    assert [row.state for row in again] == ["done", "skipped", "done"]


def test_a_city_whose_process_died_tells_how_far_it_came(
    copied: CityTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(task: CityTask, workspace: Workspace) -> NoReturn:
        del task, workspace
        raise MemoryError

    monkeypatch.setitem(city_steps._WORK, "plan", fall)
    report = run_cities([replace(copied, week="2026-W50")], here)
    assert states(report, "satu") == all_steps("done") | {"plan": "failed"}


def test_a_register_that_a_newer_one_replaced_is_refused(copied: CityTask) -> None:
    register, task = copied.files["register"], replace(copied, steps=("register",))
    first = register.read_bytes()
    register.write_bytes(b"\n".join(first.splitlines()[:-1]) + b"\n")
    assert run_city(task)[0].state == "done"
    register.write_bytes(first)
    row = run_city(task)[0]
    assert (row.state, row.error_code) == ("failed", "register-replaced")
    assert re.search("digantikan impor nomor 2", row.error)


def test_a_missing_file_is_a_row(copied: CityTask) -> None:
    copied.files["teams"].unlink()
    rows = run_city(copied)
    assert [row.state for row in rows][2:] == ["failed", "not run", "not run", "not run"]
    assert (rows[2].error_code, rows[2].error) == (
        "city-file",
        "Berkas teams.csv tidak ada atau tidak terbaca.",
    )


def test_a_workspace_without_its_database_is_done_anew(copied: CityTask) -> None:
    (copied.folder / "sambangi.sqlite").unlink()
    assert run_city(replace(copied, steps=("city",)))[0].state == "done"


def test_damaged_notes_are_a_row_with_the_remedy(copied: CityTask) -> None:
    (copied.folder / NOTES_FILE).write_text('{"done": []}', encoding="utf-8")
    row = run_city(copied)[0]
    assert (row.state, row.error_code) == ("failed", "step-notes")
    with pytest.raises(StepNotesError, match=r"steps\.json .* rusak; hapus"):
        read_notes(copied.folder)


def test_notes_come_back_as_written(tmp_path: Path) -> None:
    assert read_notes(tmp_path) == StepNotes()
    notes = StepNotes({"city": city_steps.StepNote("k", 1.5, {"kelurahan": 8})}, "register")
    write_notes(tmp_path / "new", notes)
    assert read_notes(tmp_path / "new") == notes
    assert [file.name for file in (tmp_path / "new").iterdir()] == [NOTES_FILE]


def test_cities_are_never_mixed_in_one_database(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMBANGI_DATABASE_URL", "postgresql+psycopg://127.0.0.1:9/x")
    with pytest.raises(SharedDatabaseError, match="mencampur semua kota"):
        run_cities(tasks_of(ground.sound), here)
    assert run_city(tasks_of(ground.sound)[0])[0].error_code == "shared-database"


def test_a_fingerprint_sees_a_second_and_not_the_time_of_making(copied: CityTask) -> None:
    workspace = Workspace(copied.folder)
    before = plan_fingerprint(workspace)
    city_steps._plan(replace(copied, now=NOW.replace(hour=9)), workspace)
    assert plan_fingerprint(workspace) == before
    with closing(sqlite3.connect(copied.folder / "sambangi.sqlite")) as conn, conn:
        conn.execute(
            "UPDATE plan_visits SET start_s = start_s + 1 WHERE plan_id = 2 AND sequence = 1"
        )
    assert plan_fingerprint(workspace) != before


def test_without_a_plan_there_is_no_fingerprint(copied: CityTask) -> None:
    with closing(sqlite3.connect(copied.folder / "sambangi.sqlite")) as conn, conn:
        for table in ("plan_visits", "plan_days", "plan_leftovers", "plans"):
            conn.execute(f"DELETE FROM {table}")  # noqa: S608  # names from the line above
    with pytest.raises(NoPlanError, match="Belum ada rencana"):
        plan_fingerprint(Workspace(copied.folder))


def test_one_end_never_ends_another_in_fresh_processes() -> None:
    ends = dict(settle(partial(processes, 2), double, [1, 13, -1, 2, 3]))
    assert {task: end for task, end in ends.items() if isinstance(end, int)} == {1: 2, 2: 4, 3: 6}
    assert isinstance(ends[-1], ValueError)
    assert type(ends[13]).__name__ == "BrokenProcessPool"


def test_one_end_never_ends_another_on_a_cluster(scheduler: str) -> None:
    ends = dict(settle(partial(dask_cluster, scheduler), double, [1, -1, 2]))
    assert (ends[1], ends[2]) == (2, 4)
    assert isinstance(ends[-1], ValueError)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "10.0.0.5", "tcp://[::1", "http://a:1"])
def test_a_scheduler_that_does_not_answer_is_refused_at_once(address: str) -> None:
    with pytest.raises(SchedulerError, match="tidak menjawab"), dask_cluster(address):
        pass


def test_a_port_where_no_scheduler_listens_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.fanout._knock", str)

    def deaf(*given: object, **named: object) -> NoReturn:
        del given, named
        raise TimeoutError

    monkeypatch.setattr("dask.distributed.Client", deaf)
    with pytest.raises(SchedulerError, match="tidak menjawab"), dask_cluster("tcp://a:1"):
        pass


def test_dask_is_loaded_only_for_a_scheduler() -> None:
    asked = "import sys, cli.main; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


FULL = """
[[city]]
workspace = "a"
boundaries = "b"
streets = "s"
register = "r"
teams = "t"
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tidak berisi kota"),
        ("[[city", "bukan TOML"),
        ("[city]", r"tabel-tabel \[\[city\]\]"),
        ("defaults = 1\n" + FULL, r"tabel \[defaults\]"),
        ("cities = 1", "Kunci 'cities' di kota.toml"),
        (FULL + "colour = 'x'", "Kunci 'colour' di city 1"),
        ("[defaults]\nworkspace = 'x'" + FULL, "Kunci 'workspace' di defaults"),
        (FULL + "area = 7", "'area' di city 1 harus berupa teks"),
        (FULL + "layout = ''", "'layout' di city 1 harus berupa teks"),
        (FULL.replace("teams", "week"), "city 1 harus punya 'teams'|tidak dikenal"),
        ("[[city]]\nsteps = ['plan']", "city 1 harus punya 'workspace'"),
        ("[[city]]\nworkspace = 'a'\nsteps = ['city']", "city 1 harus punya 'boundaries'"),
        (FULL + "steps = 'city'", "'steps' di city 1 harus berupa daftar"),
        (FULL + "steps = []", "'steps' di city 1 harus berupa daftar"),
        (FULL + "steps = ['fly']", "Langkah 'fly' di city 1"),
        (FULL + FULL.replace('"a"', '"x/../a"'), "disebut dua kali"),
        (FULL + "week = 'soon'", "Minggu 'soon' tidak dikenal"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "kota.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((CityListError, WeekError), match=message):
        tasks_of(file)


def test_a_list_gives_its_defaults_and_its_folder_to_every_city(tmp_path: Path) -> None:
    file = tmp_path / "kota.toml"
    steps = "steps = ['plan', 'city']"
    file.write_text(f"[defaults]\nweek = 'next'\nlayout = 'x'\n{FULL}{steps}", encoding="utf-8")
    task = tasks_of(file)[0]
    assert (task.week, task.layout, task.steps) == (WEEK, "x", ("city", "plan"))
    assert (task.city, task.folder) == ("a", (tmp_path / "a").resolve())
    assert task.files["teams"] == tmp_path / "t"


def call(*words: object) -> Result:
    return CliRunner().invoke(app, ["cities", "run", *map(str, words)], prog_name="sambangi")


def test_the_command_runs_fresh_processes_and_repeats_nothing(
    ground: Ground, alone: pd.DataFrame
) -> None:
    notes = [ground.folder / "here" / city / NOTES_FILE for city in CITIES]
    before = [file.read_bytes() for file in notes]
    result = call(ground.sound, "--workers", 2, "--today", TODAY.isoformat(), "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told == {
        "cities": 4, "cities_failed": 0, "steps": {"skipped": len(alone)}, "failed": {},
    }  # fmt: skip
    assert [file.read_bytes() for file in notes] == before


@pytest.fixture
def _no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(workers: int | None) -> ThreadPoolExecutor:
        del workers
        return here()

    monkeypatch.setattr("cli.cities_commands.processes", one)


@pytest.mark.usefixtures("_no_processes")
def test_the_command_ends_with_3_and_a_whole_report_when_a_city_failed(tmp_path: Path) -> None:
    file, out = tmp_path / "kota.toml", tmp_path / "report.csv"
    file.write_text(FULL + FULL.replace('"a"', '"z"'), encoding="utf-8")
    result = call(file, "--out", out, "--json", "--lang", "id")
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    assert (told["cities"], told["cities_failed"]) == (2, 2)
    assert told["steps"] == {"failed": 2, "not run": 10}
    assert told["failed"]["a"]["error"] == "city-file"
    report = pd.read_csv(out)
    assert list(report.columns) == [
        "city", "step", "state", "error_code", "error", "seconds", "counts",
    ]  # fmt: skip
    assert len(report) == 12


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone.toml"], "gone.toml tidak ada"),
        (["kota.toml", "--scheduler", "tcp://127.0.0.1:9"], "tidak menjawab"),
        (["kota.toml", "--scheduler", "tcp://a:1", "--workers", "2"], "Pilih --scheduler atau"),
        (["kota.toml", "--out", "no/such/r.csv"], "r.csv tidak dapat ditulis"),
    ],
)
def test_the_command_refuses_a_wrong_call_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kota.toml").write_text(FULL, encoding="utf-8")
    result = call(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.fullmatch(f"sambangi: .*{re.escape(message)}.*\n", result.stderr)
    assert [file.name for file in tmp_path.iterdir()] == ["kota.toml"]
