"""The steps of one city: done once for the same inputs, and again when what they read changed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pytest
from city_runs import (
    MONDAY,
    OPTIONAL_FILES,
    TUESDAY,
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
from hypothesis import given
from hypothesis import strategies as st
from workspace_fixtures import NOW

from storage.workspace import Workspace
from workflows import city_steps
from workflows.city_steps import StepRow, run_city
from workflows.city_task import OPTIONAL, STEPS, CityTask
from workflows.many_cities import NoPlanError, plan_fingerprint, run_cities
from workflows.optional_files import take_back
from workflows.placing import locate
from workflows.points import add_point, known_points, points_to_add
from workflows.staff import import_points
from workflows.step_notes import (
    NOTES_FILE,
    StepNote,
    StepNotes,
    StepNotesError,
    read_notes,
    write_notes,
)

HOLIDAY = (MONDAY, "holiday", "", "", "", "")


def states(rows: Sequence[StepRow]) -> dict[str, str]:
    return {row.step: row.state for row in rows}


def counts(rows: Sequence[StepRow], step: str) -> dict[str, object]:
    return next(row.counts for row in rows if row.step == step)


@dataclass(frozen=True)
class Made:
    """A small made-up city after all steps, and points of RT whose families have no place."""

    task: CityTask
    full: Path  # the workspace with the optional files, after all steps
    print: str  # of its plan
    points: tuple[tuple[object, ...], ...]  # two rows of a places file
    settled: tuple[int, ...]  # families that each point places


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("one-city")
    write_city(folder / "in", families=400, seed=1)
    file = write_list(folder / "kota.toml", table("kota", files_in("in")))
    with pytest.MonkeyPatch.context() as patch:
        plain_environment(patch)
        task = tasks_of(file)[0]
        task.folder.mkdir()  # a short search: what is done again is asked, not how good it is
        (task.folder / "settings.toml").write_text("[search]\nsteps_per_stop = 2\n")
        assert states(run_city(task)) == all_steps("done")
        workspace = Workspace(task.folder)
        points, families = _points_for(workspace, folder / "in")
        furnish(folder / "in", points)
        full = replace(with_files(task, folder / "in"), folder=folder / "full")
        shutil.copytree(task.folder, full.folder)
        assert set(states(run_city(full)).values()) == {"done", "skipped"}
        return Made(task, full.folder, plan_fingerprint(workspace), points, families)


def _points_for(
    workspace: Workspace, files: Path
) -> tuple[tuple[tuple[object, ...], ...], tuple[int, ...]]:
    """Return the points that would help most, as rows of a file, and how many each settles."""
    wanted = points_to_add(workspace, 2)
    assert len(wanted) == 2
    truth = pd.read_csv(files / "truth.csv", dtype=str)
    rows = []
    for at, (area, rw, rt) in enumerate(wanted[["area_code", "rw", "rt"]].itertuples(index=False)):
        home = truth[(truth["area_code"] == area) & (truth["rw"] == rw) & (truth["rt"] == rt)].iloc[
            0
        ]
        rows.append((f"P{at}", "rt", "", area, rw, rt, home["lon"], home["lat"]))
    return tuple(rows), tuple(wanted["families"].tolist())


def furnish(folder: Path, points: Sequence[Sequence[object]]) -> None:
    write_places(folder / OPTIONAL_FILES["places"], *points)
    write_calendar(folder / OPTIONAL_FILES["calendar"], HOLIDAY)


def with_files(task: CityTask, folder: Path) -> CityTask:
    """The task of the same list after the optional files were put in."""
    files = task.files | {name: folder / file for name, file in OPTIONAL_FILES.items()}
    return replace(task, steps=STEPS, without=(), files=files)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_environment(monkeypatch)


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> CityTask:
    """A finished city of your own, its input files too."""
    shutil.copytree(made.task.folder, tmp_path / "kota")
    shutil.copytree(made.task.files["teams"].parent, tmp_path / "in")
    files = {name: tmp_path / "in" / file.name for name, file in made.task.files.items()}
    return replace(made.task, folder=tmp_path / "kota", files=files)


@pytest.fixture
def furnished(copied: CityTask) -> CityTask:
    """The same city with a file of two points and a calendar with one holiday; not run yet."""
    return with_files(copied, copied.files["teams"].parent)


@pytest.fixture
def settled(made: Made, furnished: CityTask) -> CityTask:
    """The furnished city after all steps."""
    shutil.rmtree(furnished.folder)
    shutil.copytree(made.full, furnished.folder)
    return furnished


def point_ids(task: CityTask) -> set[str]:
    return set(known_points(Workspace(task.folder))["place_id"])


def plan_days(task: CityTask) -> set[str]:
    with closing(sqlite3.connect(task.folder / "sambangi.sqlite")) as conn:
        newest = "SELECT max(plan_id) FROM plans"
        rows = conn.execute(f"SELECT day_date FROM plan_days WHERE plan_id = ({newest})")  # noqa: S608  # text from the line above
        return {day for (day,) in rows}


def bare(task: CityTask) -> CityTask:
    """The task of the same list after its optional files were taken out."""
    files = {name: file for name, file in task.files.items() if name not in OPTIONAL_FILES}
    steps = tuple(step for step in STEPS if step not in OPTIONAL)
    return replace(task, steps=steps, without=OPTIONAL, files=files)


def fall(*given: object) -> NoReturn:
    del given
    raise RuntimeError


# --- done once, and again when needed


def test_another_week_plans_again_and_nothing_else(copied: CityTask) -> None:
    rows = run_city(replace(copied, week="2026-W50"))
    assert states(rows) == all_steps("skipped") | {"plan": "done"}


def test_a_new_boundary_file_redoes_what_builds_on_it(settled: CityTask) -> None:
    boundaries = settled.files["boundaries"]
    boundaries.write_bytes(boundaries.read_bytes() + b"\n")
    rows = run_city(settled)
    assert states(rows) == all_steps("done", optional=True) | {"register": "skipped"}


def test_other_settings_redo_every_step_and_keep_the_register(copied: CityTask) -> None:
    (copied.folder / "settings.toml").write_text("[visits]\ncheck_minutes = 12\n")
    rows = run_city(replace(copied, steps=("city", "register")))
    assert [(row.step, row.state) for row in rows] == [("city", "done"), ("register", "done")]
    assert rows[1].counts == {"import_id": 1, "already_imported": True}


def test_a_register_that_a_newer_one_replaced_is_refused(copied: CityTask) -> None:
    register, task = copied.files["register"], replace(copied, steps=("register",))
    first = register.read_bytes()
    register.write_bytes(b"\n".join(first.splitlines()[:-1]) + b"\n")
    assert run_city(task)[0].state == "done"
    register.write_bytes(first)
    row = run_city(task)[0]
    assert (row.state, row.error_code) == ("failed", "register-replaced")
    assert re.search("digantikan impor nomor 2", row.error)


@pytest.mark.parametrize("name", ["teams", "places", "calendar"])
def test_a_missing_file_is_a_row(furnished: CityTask, name: str) -> None:
    furnished.files[name].unlink()
    rows = run_city(replace(furnished, steps=("register", name, "plan")))
    assert [row.state for row in rows] == ["skipped", "failed", "not run"]
    assert (rows[1].error_code, rows[1].error) == (
        "city-file",
        f"Berkas {name}.csv tidak ada atau tidak terbaca.",
    )


def test_a_workspace_without_its_database_is_done_anew(copied: CityTask) -> None:
    (copied.folder / "sambangi.sqlite").unlink()
    assert run_city(replace(copied, steps=("city",)))[0].state == "done"


# --- a fall in the middle


def test_a_step_that_is_cut_off_is_a_row_and_is_done_again(
    copied: CityTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = replace(copied, code_field="kode", steps=("city", "register", "teams"))
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
    monkeypatch.setitem(city_steps._WORK, "plan", fall)
    report = run_cities([replace(copied, week="2026-W50")], here)
    told = dict(zip(report["step"], report["state"], strict=True))
    assert told == all_steps("done") | {"plan": "failed"}


# --- the optional files


def test_points_are_taken_in_before_families_are_placed(made: Made, settled: CityTask) -> None:
    rows = run_city(settled)
    assert list(states(rows)) == list(STEPS)
    assert states(rows) == all_steps("skipped", optional=True)
    assert counts(rows, "places")["kinds"] == {"rt": 2}
    assert counts(rows, "locate")["from_points"] == {
        "rt": sum(made.settled), "rw": 0, "posyandu": 0,
    }  # fmt: skip


def test_the_calendar_is_taken_in_before_the_week_is_planned(made: Made, settled: CityTask) -> None:
    assert MONDAY in plan_days(made.task)
    assert MONDAY not in plan_days(settled)
    assert TUESDAY in plan_days(settled)
    assert counts(run_city(settled), "calendar")["kinds"] == {"holiday": 1}


def test_a_finished_city_that_gets_the_files_redoes_what_reads_them(furnished: CityTask) -> None:
    done = dict.fromkeys(("places", "calendar", "locate", "plan"), "done")
    assert states(run_city(furnished)) == all_steps("skipped", optional=True) | done


def test_a_changed_places_file_redoes_locate_and_plan_and_nothing_else(
    made: Made, settled: CityTask
) -> None:
    write_places(settled.files["places"], made.points[1])
    rows = run_city(settled)
    done = dict.fromkeys(("places", "locate", "plan"), "done")
    assert states(rows) == all_steps("skipped", optional=True) | done
    # a point that is in the file no more places nobody
    assert point_ids(settled) == {"P1"}
    assert counts(rows, "locate")["from_points"] == {
        "rt": made.settled[1], "rw": 0, "posyandu": 0,
    }  # fmt: skip


def test_a_changed_calendar_redoes_the_plan_and_nothing_else(settled: CityTask) -> None:
    write_calendar(settled.files["calendar"], (TUESDAY, *HOLIDAY[1:]))
    rows = run_city(settled)
    done = dict.fromkeys(("calendar", "plan"), "done")
    assert states(rows) == all_steps("skipped", optional=True) | done
    assert MONDAY in plan_days(settled)
    assert TUESDAY not in plan_days(settled)


def test_new_teams_are_looked_for_in_the_calendar(settled: CityTask) -> None:
    teams = settled.files["teams"]
    teams.write_bytes(teams.read_bytes() + b"\n")
    done = dict.fromkeys(("teams", "calendar", "plan"), "done")
    assert states(run_city(settled)) == all_steps("skipped", optional=True) | done


def test_without_its_optional_files_a_city_is_planned_as_if_it_never_had_them(
    made: Made, settled: CityTask
) -> None:
    workspace = Workspace(settled.folder)
    assert plan_fingerprint(workspace) != made.print
    rows = run_city(bare(settled))
    assert states(rows) == all_steps("skipped") | {"locate": "done", "plan": "done"}
    assert plan_fingerprint(workspace) == made.print
    assert point_ids(settled) == set()
    assert states(run_city(bare(settled))) == all_steps("skipped")


def test_a_calendar_off_the_list_leaves_the_places(settled: CityTask) -> None:
    files = {name: file for name, file in settled.files.items() if name != "calendar"}
    steps = tuple(step for step in STEPS if step != "calendar")
    rows = run_city(replace(settled, files=files, steps=steps, without=("calendar",)))
    assert states(rows) == dict.fromkeys(steps, "skipped") | {"plan": "done"}
    assert point_ids(settled) == {"P0", "P1"}
    assert MONDAY in plan_days(settled)


def test_a_list_that_names_its_steps_takes_nothing_back(settled: CityTask) -> None:
    task = replace(bare(settled), steps=("locate", "plan"), without=())
    assert states(run_city(task)) == {"locate": "skipped", "plan": "skipped"}
    assert point_ids(settled) == {"P0", "P1"}


def test_points_that_came_another_way_stay(made: Made, settled: CityTask) -> None:
    workspace, own = Workspace(settled.folder), settled.folder.parent / "own.csv"
    write_places(own, ("own", "office", "Kantor", *made.points[0][3:]))
    import_points(workspace, own)
    write_places(settled.files["places"], made.points[1])
    run_city(settled)
    assert point_ids(settled) == {"own", "P1"}
    run_city(bare(settled))
    assert point_ids(settled) == {"own"}


def test_a_clicked_point_outlives_the_one_of_the_file_that_it_replaced(
    made: Made, settled: CityTask
) -> None:
    _, _, _, area, rw, rt, lon, lat = made.points[0]
    where = {"area_code": str(area), "rw": str(rw), "rt": str(rt)}
    add_point(Workspace(settled.folder), **where, lon=float(str(lon)), lat=float(str(lat)))
    clicked = point_ids(settled) - {"P1"}
    assert len(clicked) == 1
    run_city(bare(settled))
    assert point_ids(settled) == clicked


def test_a_refused_file_leaves_the_points_and_off_the_list_they_go(
    made: Made, settled: CityTask
) -> None:
    settled.files["places"].write_text("place_id,kind\nP9,rt\n", encoding="utf-8")
    rows = run_city(settled)
    assert [row.step for row in rows if row.state == "failed"] == ["places"]
    assert point_ids(settled) == {"P0", "P1"}
    assert states(run_city(bare(settled)))["plan"] == "done"
    assert point_ids(settled) == set()
    assert plan_fingerprint(Workspace(settled.folder)) == made.print


@pytest.mark.parametrize("step", ["places", "calendar"])
def test_a_file_taken_in_by_a_run_that_fell_goes_with_its_place_in_the_list(
    made: Made, settled: CityTask, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(city_steps._WORK, step, fall)
        settled.files[step].write_bytes(settled.files[step].read_bytes() + b"\n")
        assert "failed" in run_cities([settled], here)["state"].tolist()
    assert read_notes(settled.folder).underway == step
    assert states(run_city(bare(settled)))["plan"] == "done"
    assert plan_fingerprint(Workspace(settled.folder)) == made.print


def test_a_cut_while_files_are_taken_back_is_made_good_by_the_next_run(
    made: Made, settled: CityTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(workspace: Workspace, step: str, brought: Sequence[str]) -> NoReturn:
        take_back(workspace, step, brought)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(city_steps, "take_back", half)
        report = run_cities([bare(settled)], here)
        assert report["state"].tolist() == ["failed", *["not run"] * 5]
    rows = run_city(bare(settled))
    assert states(rows) == all_steps("skipped") | {"locate": "done", "plan": "done"}
    assert plan_fingerprint(Workspace(settled.folder)) == made.print


# --- the notes


def test_notes_of_before_there_were_optional_files_still_count(copied: CityTask) -> None:
    file = copied.folder / NOTES_FILE
    notes = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({name: notes[name] for name in ("done", "underway")}))
    assert states(run_city(copied)) == all_steps("skipped")


def test_points_of_single_commands_are_not_taken_for_those_of_a_list(
    made: Made, furnished: CityTask
) -> None:
    workspace = Workspace(furnished.folder)
    import_points(workspace, furnished.files["places"])
    locate(workspace)
    assert states(run_city(bare(furnished))) == all_steps("skipped")
    assert point_ids(furnished) == {str(row[0]) for row in made.points}


def test_damaged_notes_are_a_row_with_the_remedy(copied: CityTask) -> None:
    for damage in ('{"done": []}', '{"done": {}, "underway": null, "brought": [7]}', "{"):
        (copied.folder / NOTES_FILE).write_text(damage, encoding="utf-8")
        row = run_city(copied)[0]
        assert (row.state, row.error_code) == ("failed", "step-notes")
        with pytest.raises(StepNotesError, match=r"steps\.json .* rusak; hapus"):
            read_notes(copied.folder)


NOTES = st.builds(
    StepNotes,
    st.dictionaries(
        st.sampled_from(STEPS),
        st.builds(
            StepNote,
            st.text(),
            st.floats(0, 1e6),
            st.dictionaries(st.text(), st.integers() | st.text()),
        ),
    ),
    st.none() | st.sampled_from(STEPS),
    st.dictionaries(st.sampled_from(OPTIONAL), st.lists(st.text())),
)


@given(notes=NOTES)
def test_notes_come_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, notes: StepNotes
) -> None:
    folder = tmp_path_factory.mktemp("notes") / "new"
    assert read_notes(folder) == StepNotes()
    write_notes(folder, notes)
    assert read_notes(folder) == notes
    assert [file.name for file in folder.iterdir()] == [NOTES_FILE]


# --- the fingerprint


def test_a_fingerprint_sees_a_second_and_not_the_time_of_making(
    made: Made, copied: CityTask
) -> None:
    workspace = Workspace(copied.folder)
    city_steps._plan(replace(copied, now=NOW.replace(hour=9)), workspace)
    assert plan_fingerprint(workspace) == made.print
    stored = plan_tables(workspace)
    with closing(sqlite3.connect(copied.folder / "sambangi.sqlite")) as conn, conn:
        conn.execute(
            "UPDATE plan_visits SET start_s = start_s + 1 WHERE plan_id = 2 AND sequence = 1"
        )
    assert plan_fingerprint(workspace) != made.print
    # and so does the comparison of the tables
    changed = {name for name, content in plan_tables(workspace).items() if content != stored[name]}
    assert changed == {"plan_visits"}


def test_without_a_plan_there_is_no_fingerprint(copied: CityTask) -> None:
    with closing(sqlite3.connect(copied.folder / "sambangi.sqlite")) as conn, conn:
        for name in ("plan_visits", "plan_days", "plan_leftovers", "plans"):
            conn.execute(f"DELETE FROM {name}")  # noqa: S608  # names from the line above
    with pytest.raises(NoPlanError, match="Belum ada rencana"):
        plan_fingerprint(Workspace(copied.folder))
