"""The command as its user meets it: help, summaries, and what it does to a workspace."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest
import typer
from command_line import ON, call, refused, summary
from workspace_fixtures import FAMILIES, NOW, TODAY, WEEK, WEST, City, state_of

from cli.main import app
from storage.database import open_database, transaction
from storage.jobs import create_job
from storage.workspace import Workspace
from workflows.demos import make_demo

ROOT = Path(__file__).parents[1]


# help


def commands() -> Iterator[tuple[str, click.Command]]:
    def walk(words: list[str], command: click.Command) -> Iterator[tuple[str, click.Command]]:
        inside = getattr(command, "commands", None)
        if inside is None:
            yield " ".join(words), command
        for name, each in (inside or {}).items():
            yield from walk([*words, name], each)

    return walk([], typer.main.get_command(app))


COMMANDS = dict(commands())


def test_the_commands_of_the_main_job_are_there() -> None:
    wanted = {"demo", "city build", "register import", "teams import", "locate", "score", "plan"}
    wanted |= {"publish", "quickstart", "serve", "job list", "job cancel", "job run"}
    wanted |= {"places import", "calendar import"}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_that_the_command_understands(name: str) -> None:
    result = call(*name.split(), "--help")
    assert result.exit_code == 0
    example = re.search(r"Contoh: (sambangi .+?)(?:\n\n|\Z)", str(COMMANDS[name].help), re.DOTALL)
    assert example is not None
    assert "Contoh: sambangi" in result.stdout
    words = shlex.split(example[1])[1:]
    assert " ".join(words).startswith(name)
    COMMANDS[name].make_context("sambangi", words[len(name.split()) :])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), parameter.name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_general_options(name: str) -> None:
    options = {option for each in COMMANDS[name].params for option in each.opts}
    assert {"--workspace", "--today", "--lang", "--json"} <= options


# the way from files to sheets


@dataclass(frozen=True)
class Run:
    """The JSON summary of each command, and all that was printed."""

    summaries: dict[str, dict[str, Any]]
    printed: str
    files: Path
    sheets: Path


def write_points_and_days(folder: Path) -> dict[str, Path]:
    """Write a list of places and a calendar, each with a faulty row."""
    folder.mkdir()
    lines = {
        "places": [
            "place_id,kind,name,area_code,rw,rt,lon,lat",
            f"X1,office,Kantor,{WEST}.1001,,,0.5,51.5",
            "X2,masjid,Masjid,,,,,",
        ],
        "calendar": [
            "date,kind,area_code,rw,team_id,note",
            "2026-12-24,holiday,,,,Cuti bersama",
            "2026-12-01,leave,,,CAMAT-01,",
            "2026-12-01,leave,,,CAMAT-99,",
        ],
    }
    files = {name: folder / f"{name}.csv" for name in lines}
    for name, file in files.items():
        file.write_text("\n".join(lines[name]), encoding="utf-8")
    return files


@pytest.fixture(scope="module")
def run(city_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole chain through the command, each step with ``--json``."""
    folder = tmp_path_factory.mktemp("run")
    workspace, sheets = Workspace(folder / "kota"), folder / "lembar"
    lists = {each: folder / f"{each}.csv" for each in ("register", "teams", "places", "calendar")}
    written = write_points_and_days(folder / "berkas")
    calls: dict[str, list[object]] = {
        "demo": ["demo", "--out", folder / "demo", "--families", 30],
        "city": [
            *("city", "build", "--boundaries", city_files / "boundaries.geojson"),
            *("--streets", city_files / "streets.osm"),
        ],
        "register": [
            *("register", "import", city_files / "register.csv", "--issues", lists["register"])
        ],
        "teams": ["teams", "import", city_files / "teams.csv", "--issues", lists["teams"]],
        "places": ["places", "import", written["places"], "--issues", lists["places"]],
        "calendar": ["calendar", "import", written["calendar"], "--issues", lists["calendar"]],
        "locate": ["locate"],
        "score": ["score", *ON],
        "plan": ["plan", "--week", WEEK, "--workers", 1, *ON],
        "area": ["plan", "--week", WEEK, "--area", WEST, "--workers", 1, "--seconds", 30, *ON],
        "publish": [
            *("publish", "--week", WEEK, "--area", WEST, "--out", sheets, "--by", "Petugas"),
            *("--workers", 1, *ON),
        ],
        "jobs": ["job", "list"],
    }
    summaries, printed = {}, ""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        for name, words in calls.items():
            result = call(*words, "--json", workspace=workspace)
            summaries[name] = summary(result)
            printed += result.output
    printed += "".join(file.read_text(encoding="utf-8-sig") for file in lists.values())
    return Run(summaries, printed, city_files, sheets)


def test_the_demo_tells_what_it_wrote(run: Run) -> None:
    told = run.summaries["demo"]
    assert told["families"] == 30
    assert told["rows"] == 30 + told["faults"].get("duplicate", 0)


@pytest.mark.parametrize("name", ["register", "teams"])
def test_rows_read_are_accepted_or_quarantined(run: Run, name: str) -> None:
    told = run.summaries[name]
    rows = pd.read_csv(run.files / f"{name}.csv", dtype=str)
    assert told["rows_read"] == len(rows)
    assert told["rows_read"] == told["accepted"] + told["quarantined"]


def test_places_and_days_are_counted_by_kind(run: Run) -> None:
    places, days = run.summaries["places"], run.summaries["calendar"]
    assert (places["rows_read"], places["accepted"], places["quarantined"]) == (2, 0, 2)
    assert set(places["issues"]) == {"outside_city", "kind_unknown", "coordinate_missing"}
    assert (days["rows_read"], days["accepted"], days["quarantined"]) == (3, 2, 1)
    assert days["kinds"] == {"holiday": 1, "leave": 1}
    assert days["issues"] == {"calendar-team": 1}


def test_accepted_families_are_new_changed_or_unchanged(run: Run) -> None:
    told = run.summaries["register"]
    assert told["quarantined"] > 0
    assert told["accepted"] == told["added"] + told["updated"] + told["unchanged"]
    assert told["accepted"] >= FAMILIES


def test_the_grades_sum_to_the_households(run: Run) -> None:
    told = run.summaries["locate"]
    assert told["households"] == run.summaries["register"]["accepted"]
    assert sum(told["grades"].values()) == told["households"]
    assert sum(told["kelurahan"].values()) == told["households"]


def test_each_rule_set_counts_every_family(run: Run) -> None:
    told = run.summaries["score"]
    assert told["at_risk"] + told["not_at_risk"] == told["households"]
    assert sum(told["groups"].values()) == told["households"]
    for counts in told["rule_sets"].values():
        assert sum(counts.values()) == told["households"]


@pytest.mark.parametrize("name", ["plan", "area"])
def test_every_family_is_planned_or_left_out_with_a_reason(run: Run, name: str) -> None:
    told = run.summaries[name]
    assert told["registered"] == run.summaries["register"]["accepted"]
    assert told["registered"] == told["outside_scope"] + told["in_scope"]
    assert told["in_scope"] == told["planned"] + told["left_out"]
    assert told["left_out"] == sum(told["left_out_by_reason"].values())
    assert told["visits"] + told["asked_at_meetings"] == told["planned"] + told["joint_visits"]
    assert (told["meetings"] == 0) == (told["asked_at_meetings"] == 0)
    assert told["routes_checked"] == told["team_days"] > 0


def test_the_two_scopes_are_the_city_and_a_part_of_it(run: Run) -> None:
    whole, part = run.summaries["plan"], run.summaries["area"]
    assert (whole["scope"], whole["outside_scope"]) == ("city", 0)
    assert part["scope"] == WEST
    assert 0 < part["outside_scope"] < part["registered"]


def test_publishing_writes_what_it_tells(run: Run) -> None:
    told = run.summaries["publish"]
    files = [path for path in run.sheets.rglob("*") if path.is_file()]
    assert told["posters"] == 1
    assert told["files"] == len(files) == 3 * run.summaries["area"]["team_days"] + 1
    assert told["bytes"] == sum(path.stat().st_size for path in files)
    assert told["stops"] == run.summaries["area"]["visits"] + run.summaries["area"]["meetings"]
    assert [path.name for path in run.sheets.iterdir()] == [told["folder"]]


def test_nothing_printed_or_listed_is_personal(run: Run) -> None:
    """No NIK, name, address, family code or coordinate in a summary or an issue list."""
    register = pd.read_csv(run.files / "register.csv", dtype=str)
    personal = ["nik", "nama_kepala_keluarga", "nama_istri", "alamat", "kode_keluarga"]
    personal += ["latitude", "longitude"]
    values = {
        value.strip()
        for column in personal
        for value in register[column].dropna()
        if len(value.strip()) > 5
    }
    assert len(values) > 5 * FAMILIES
    assert [value for value in values if value in run.printed] == []


def test_the_issue_list_says_what_and_what_next_in_the_language_asked_for(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    listed = tmp_path / "faults.csv"
    words = ["register", "import", city.files / "register.csv", "--issues", listed]
    told = summary(call(*words, "--lang", "en", "--json", workspace=copy_of("city")))
    rows = pd.read_csv(listed, encoding="utf-8-sig", keep_default_na=False)
    assert list(rows.columns) == ["row", "column", "code", "quarantines", "what", "remedy"]
    assert rows["code"].value_counts().to_dict() == told["issues"]
    assert (rows["what"] != "").all()
    assert "The NIK does not have 16 digits." in set(rows["what"])


def test_without_json_a_table_is_shown(planned: Workspace) -> None:
    result = call("score", *ON, workspace=planned)
    assert result.exit_code == 0
    assert re.search(r"^households +\d+", result.stdout, re.MULTILINE)
    assert result.stderr == ""


def test_an_error_is_one_json_object_too(tmp_path: Path) -> None:
    result = call("locate", "--json", workspace=Workspace(tmp_path / "kota"))
    told = json.loads(result.stdout)
    assert told["error"] == "workspace-missing"
    assert result.stderr == f"sambangi: {told['message']}\n"


def test_errors_are_told_in_english_when_asked(tmp_path: Path) -> None:
    result = call("locate", "--lang", "en", workspace=Workspace(tmp_path / "kota"))
    refused(result, 4, r"Workspace kota does not exist yet\. Make it with `sambangi city build`\.")


def shell(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_real_command_prints_json_on_stdout_alone(planned: Workspace) -> None:
    done = shell("score", "--json", *ON, "--workspace", planned.folder)
    assert done.returncode == 0
    assert json.loads(done.stdout)["week"] == "2026-W48"
    assert done.stderr == ""


def test_the_real_command_refuses_in_one_line(planned: Workspace) -> None:
    before = state_of(planned.folder)
    done = shell("plan", "--week", "2026-W01", *ON, "--workspace", planned.folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sambangi: Minggu 2026-W01 sudah lewat")
    assert done.stderr.count("\n") == 1
    assert state_of(planned.folder) == before


def test_quickstart_prepares_once_and_then_leaves_the_workspace_alone(
    copy_of: Callable[[str], Workspace],
) -> None:
    workspace = copy_of("city")
    before = state_of(workspace.folder)
    result = call("quickstart", "--only-prepare", workspace=workspace)
    assert (result.exit_code, result.output) == (0, "")
    assert state_of(workspace.folder) == before


@pytest.mark.usefixtures("in_process")
def test_quickstart_makes_a_planned_week_and_goes_on_where_it_was_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(out: Path, **options: Any) -> dict[str, Any]:
        return make_demo(out, **{**options, "families": 60})

    def cut(*_: object, **__: object) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    monkeypatch.setattr("cli.week_commands.make_demo", small)
    workspace, words = (
        Workspace(tmp_path / "kota"),
        ["quickstart", "--only-prepare", "--json", *ON],
    )
    with monkeypatch.context() as patch:
        patch.setattr("cli.week_commands.locate", cut)
        assert call(*words, workspace=workspace).exit_code != 0
    told = summary(call(*words, workspace=workspace))
    assert list(told) == ["demo", "city", "teams", "places", "scores", "plan"]
    assert told["plan"]["planned"] > 0


def test_a_job_is_listed_and_cancelled(planned: Workspace) -> None:
    with transaction(open_database(planned)) as conn:
        job_id = create_job(conn, "plan", {}, NOW.replace(year=2999))
    listed = summary(call("job", "list", "--json", workspace=planned))
    assert listed == {"jobs": {job_id: {"state": "queued", "progress": 0.0}}}
    told = summary(call("job", "cancel", job_id, "--json", workspace=planned))
    assert (told["job"], told["state"]) == (job_id, "cancelled")
    assert summary(call("job", "run", job_id, "--json", workspace=planned))["state"] == "cancelled"


@pytest.mark.parametrize("said", [True, False])
def test_the_app_is_served_from_this_workspace_on_this_computer_alone(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch, *, said: bool
) -> None:
    calls: list[tuple[list[str], dict[str, str]]] = []

    def served(words: list[str], *, cwd: Path, env: dict[str, str]) -> int:
        assert (cwd / "streamlit_app.py").is_file()
        calls.append((words, env))
        return 0

    monkeypatch.setattr("cli.week_commands.subprocess.call", served)
    result = call("serve", "--port", 8765, *(ON if said else []), workspace=planned)
    assert (result.exit_code, result.output) == (0, "")
    ((words, env),) = calls
    assert words[-4:] == ["--server.address", "127.0.0.1", "--server.port", "8765"]
    assert env["SAMBANGI_WORKSPACE"] == str(planned.folder)
    assert env.get("SAMBANGI_TODAY") == (TODAY.isoformat() if said else None)
