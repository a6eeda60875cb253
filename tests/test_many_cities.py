"""Many cities as one job: same plans however run, nothing repeated, a failure is a row."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pandas as pd
import pytest
from city_runs import (
    MONDAY,
    all_steps,
    files_in,
    here,
    plain_environment,
    plan_tables,
    table,
    tasks_of,
    write_calendar,
    write_city,
    write_list,
    write_places,
)
from command_line import call
from fanout_tasks import double
from worker_tasks import page_faults
from workspace_fixtures import TODAY, WEEK

from storage.workspace import Workspace
from workflows.city_steps import SharedDatabaseError, run_city
from workflows.fanout import SchedulerError, _count, dask_cluster, processes, settle
from workflows.many_cities import plan_fingerprint, run_cities
from workflows.step_notes import NOTES_FILE

CITIES = ("satu", "dua", "tiga", "empat")
BROKEN, FURNISHED = "tiga", "empat"  # the one with a cut register; the one with all files
FAMILIES = 3000


def states(report: pd.DataFrame, city: str) -> dict[str, str]:
    rows = report[report["city"].str.endswith(f"/{city}")]
    return dict(zip(rows["step"], rows["state"], strict=True))


def steps(city: str, state: str) -> dict[str, str]:
    return all_steps(state, optional=city == FURNISHED)


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
        write_city(folder / city, families=FAMILIES, seed=seed)
        for run in (
            "here",
            "there",
        ):  # a short search: it is to repeat, not to be good
            (folder / run / city).mkdir(parents=True)
            (folder / run / city / "settings.toml").write_text("[search]\nsteps_per_stop = 2\n")
    truth = pd.read_csv(folder / FURNISHED / "truth.csv", dtype=str)
    columns = truth[["area_code", "rw", "lon", "lat"]].dropna()
    homes = columns.drop_duplicates(["area_code", "rw"]).itertuples(index=False)
    write_places(
        folder / FURNISHED / "places.csv",
        *((f"P{at}", "posyandu", "Melati", area, rw, "", lon, lat)
          for at, (area, rw, lon, lat) in enumerate(homes)),
    )  # fmt: skip
    write_calendar(folder / FURNISHED / "calendar.csv", (MONDAY, "holiday", "", "", "", ""))
    whole = (folder / BROKEN / "register.csv").read_bytes()
    files = {city: files_in(city, optional=city == FURNISHED) for city in CITIES}
    sound = [table(f"here/{city}", files[city]) for city in CITIES]
    files[BROKEN]["register"] = "cut/register.csv"
    broken = [table(f"there/{city}", files[city]) for city in CITIES]
    ground = Ground(
        folder,
        write_list(folder / "sound.toml", *sound),
        write_list(folder / "broken.toml", *broken),
    )
    ground.cut_register.parent.mkdir()
    ground.cut_register.write_bytes(whole[:40])
    return ground


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_environment(monkeypatch)


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
    shutil.copy(ground.folder / BROKEN / "register.csv", ground.cut_register)
    mended, last = run_cities(tasks, cluster), run_cities(tasks, cluster)
    return SimpleNamespace(first=first, second=second, mended=mended, last=last)


def test_four_cities_of_3000_families_have_the_same_plans_on_a_cluster_as_one_after_the_other(
    ground: Ground, alone: pd.DataFrame, there: SimpleNamespace
) -> None:
    assert set(alone["state"]) == {"done"}
    assert set(there.last["state"]) == {"skipped"}
    prints = set()
    for city in CITIES:
        one, other = (Workspace(ground.folder / run / city) for run in ("here", "there"))
        stored = plan_tables(one)
        assert set(stored) == {
            "plans", "plan_visits", "plan_days", "plan_leftovers", "plan_edits",
        }  # fmt: skip
        assert stored["plans"][0] == 1
        assert sum(rows for rows, _ in stored.values()) > FAMILIES
        assert plan_tables(other) == stored
        assert plan_fingerprint(other) == plan_fingerprint(one)
        prints.add(plan_fingerprint(one))
    assert len(prints) == len(CITIES)


def test_a_broken_city_is_a_row_and_the_others_complete(there: SimpleNamespace) -> None:
    report = there.first
    assert states(report, BROKEN) == {
        "city": "done", "register": "failed", "teams": "not run", "locate": "not run",
        "score": "not run", "plan": "not run",
    }  # fmt: skip
    assert all(states(report, city) == steps(city, "done") for city in CITIES if city != BROKEN)
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
        states(there.mended, city) == steps(city, "skipped") for city in CITIES if city != BROKEN
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
    assert len(persons) > FAMILIES
    said = there.first.to_csv() + there.mended.to_csv()
    said += (ground.folder / "there" / BROKEN / NOTES_FILE).read_text(encoding="utf-8")
    assert [value for value in persons if value in said] == []


def test_cities_are_never_mixed_in_one_database(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMBANGI_DATABASE_URL", "postgresql+psycopg://127.0.0.1:9/x")
    with pytest.raises(SharedDatabaseError, match="mencampur semua kota"):
        run_cities(tasks_of(ground.sound), here)
    assert run_city(tasks_of(ground.sound)[0])[0].error_code == "shared-database"


def test_one_end_never_ends_another_in_fresh_processes() -> None:
    ends = dict(settle(partial(processes, 2), double, [1, 13, -1, 2, 3]))
    assert {task: end for task, end in ends.items() if isinstance(end, int)} == {1: 2, 2: 4, 3: 6}
    assert isinstance(ends[-1], ValueError)
    assert type(ends[13]).__name__ == "BrokenProcessPool"


def test_one_end_never_ends_another_on_a_cluster(scheduler: str) -> None:
    ends = dict(settle(partial(dask_cluster, scheduler), double, [1, -1, 2]))
    assert (ends[1], ends[2]) == (2, 4)
    assert isinstance(ends[-1], ValueError)


@pytest.mark.skipif(sys.platform != "linux", reason="the setting is of glibc")
def test_a_worker_keeps_the_memory_that_it_will_need_again(scheduler: str) -> None:
    with dask_cluster(scheduler) as executor:
        faults = executor.submit(page_faults, 200).result()
    # given back each time, it would be about 500 pages a round
    assert faults < 2_000


def test_windows_is_never_asked_for_more_processes_than_it_can_wait_for() -> None:
    assert (_count(200, "win32"), _count(200, "linux"), _count(2, "win32")) == (61, 200, 2)


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


def test_the_command_runs_fresh_processes_without_a_shell_and_repeats_nothing(
    ground: Ground, alone: pd.DataFrame
) -> None:
    notes = [ground.folder / "here" / city / NOTES_FILE for city in CITIES]
    before = [file.read_bytes() for file in notes]
    words = [
        "cities",
        "run",
        ground.sound,
        "--workers",
        "2",
        "--today",
        TODAY.isoformat(),
        "--json",
    ]
    # no program can be found by name; Windows needs the one variable to start a process at all
    bare = {"PATH": ""} | {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-m", "cli", *words], env=bare, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr
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
    out = tmp_path / "report.csv"
    file = write_list(
        tmp_path / "kota.toml",
        table("a", files_in("gone")),
        table("z", files_in("gone", optional=True)),
    )
    result = call("cities", "run", file, "--out", out, "--json", "--lang", "id")
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    assert (told["cities"], told["cities_failed"]) == (2, 2)
    assert told["steps"] == {"failed": 2, "not run": 12}
    assert told["failed"]["a"]["error"] == "city-file"
    report = pd.read_csv(out)
    assert list(report.columns) == [
        "city", "step", "state", "error_code", "error", "seconds", "counts",
    ]  # fmt: skip
    assert len(report) == 14


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
    write_list(tmp_path / "kota.toml", table("a", files_in("gone")))
    result = call("cities", "run", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.fullmatch(f"sambangi: .*{re.escape(message)}.*\n", result.stderr)
    assert [file.name for file in tmp_path.iterdir()] == ["kota.toml"]
