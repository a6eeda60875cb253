"""The week poster of a kecamatan: what the plan, the teams and the calendar say."""

from __future__ import annotations

import io
from dataclasses import fields
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader
from week_of_tests import IMPRINT, plan, publish, stored
from workspace_fixtures import EAST, WEST

from common.clock import Week
from planning.columns import CALENDAR
from publishing.week_poster import PosterRow, WeekPoster, render_week_poster
from storage.calendar import replace_calendar
from storage.database import MissingWorkspaceError, open_database, reading, transaction
from storage.households import load_persons
from storage.workspace import Workspace
from workflows.posters import make_poster
from workflows.publishing import NoPlanError
from workflows.team_edits import read_staff, set_hours, set_leave
from workflows.weeks import UnknownAreaError

W49 = Week(2026, 49)


def poster(workspace: Workspace, kecamatan: str = WEST) -> WeekPoster:
    return make_poster(workspace, W49, kecamatan, IMPRINT)


def row_of(made: WeekPoster, kind: str) -> PosterRow:
    return next(row for row in made.rows if row.team_kind == kind)


def write_calendar(workspace: Workspace, *rows: dict[str, str]) -> None:
    frame = pd.DataFrame(rows).reindex(columns=list(CALENDAR.columns)).astype("str")
    with transaction(open_database(workspace)) as conn:
        replace_calendar(conn, frame)


def test_every_team_day_of_the_plan_is_on_the_poster_of_its_kecamatan(planned: Workspace) -> None:
    made = stored(planned, 1)
    stops = made.visits.groupby(["team_id", "day_date"])["sequence"].nunique()
    families = made.visits.groupby(["team_id", "day_date"])["household_id"].nunique()
    teams = {team.name: team.team_id for team in read_staff(planned).teams}
    seen = {}
    for code in (WEST, EAST):
        sheet = poster(planned, code)
        for row in sheet.rows:
            for day, cell in zip(sheet.days, row.cells, strict=True):
                if cell is not None and cell.visits:
                    seen[teams[row.team_name], day.isoformat()] = (cell.visits, cell.families)
    wanted = {key: (int(stops[key]), int(families[key])) for key in stops.index}
    assert seen == wanted


def test_the_week_runs_from_monday_to_friday_and_longer_when_somebody_works(
    planned: Workspace,
) -> None:
    made = poster(planned)
    assert made.days == tuple(W49.day(at) for at in range(5))
    assert all(len(row.cells) == 5 for row in made.rows)
    set_hours(planned, "PLKB-01-1", 5, "09:00-11:00", before=None)
    longer = poster(planned)
    assert longer.days[-1] == date(2026, 12, 5)
    last = row_of(longer, "plkb").cells[-1]
    assert last is not None
    assert (last.visits, last.note) == (0, "tanpa kunjungan")


def test_the_kelurahan_of_a_cell_are_those_of_the_families_met(planned: Workspace) -> None:
    names = read_staff(planned).area_names
    tpk = next(team for team in read_staff(planned).teams if team.team_id == "TPK-1001-1")
    row = next(row for row in poster(planned).rows if row.team_name == tpk.name)
    met = {name for cell in row.cells if cell is not None for name in cell.kelurahan}
    assert met <= {names[code] for code in tpk.territory}
    assert met


def test_leave_and_holidays_say_why_there_is_no_visit(planned: Workspace) -> None:
    officer = next(team for team in read_staff(planned).teams if team.team_id == "PLKB-01-1")
    set_leave(planned, officer.team_id, date(2026, 12, 1), away=True, before=False)
    write_calendar(planned, {"date": "2026-12-03", "kind": "holiday", "note": "Hari kota"})
    plan(planned)
    row = next(row for row in poster(planned).rows if row.team_name == officer.name)
    notes = [None if cell is None else (cell.visits > 0, cell.note) for cell in row.cells]
    assert notes[1] == (False, "Cuti")
    assert notes[3] == (False, "Libur")
    assert notes[0] is not None
    assert notes[0][0]
    free = row_of(poster(planned), "camat").cells
    assert free[2] is None, "a day without hours stays empty"


def test_who_covers_one_kelurahan_is_told_of_its_posyandu(planned: Workspace) -> None:
    made = stored(planned, 1)
    tpk = next(team for team in read_staff(planned).teams if team.team_id == "TPK-1001-1")
    day = made.days.loc[made.days["team_id"] == tpk.team_id, "day_date"].iloc[0]
    here = {"date": day, "kind": "posyandu", "area_code": tpk.territory[0]}
    write_calendar(planned, {**here, "rw": "003"}, {**here, "rw": "005"})
    row = next(row for row in poster(planned).rows if row.team_name == tpk.name)
    cell = row.cells[date.fromisoformat(day).weekday()]
    assert cell is not None
    assert cell.note == "posyandu RW 03, 05"


def test_the_poster_carries_no_person_and_its_marks(planned: Workspace) -> None:
    made = poster(planned)
    with reading(open_database(planned)) as conn:
        ids = stored(planned, 1).visits["household_id"].unique().tolist()
        persons = load_persons(conn, ids)
    text = "\n".join(
        page.extract_text() for page in PdfReader(io.BytesIO(render_week_poster(made))).pages
    )
    secrets = persons[["nik", "head_name", "wife_name", "address"]].to_numpy().ravel()
    long = {each for each in secrets if isinstance(each, str) and len(each) > 6}
    assert long
    assert not [each for each in long if each in text]
    assert made.made_up
    assert "DATA REKAAN" in text
    assert {field.name for field in fields(made)} >= {"printed_by", "purpose"}


def test_without_plan_kecamatan_or_workspace_there_is_no_poster(
    planned: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(NoPlanError, match="minggu 2026-W51"):
        make_poster(planned, Week(2026, 51), WEST, IMPRINT)
    with pytest.raises(UnknownAreaError, match="'xx' tidak dikenal"):
        poster(planned, "xx")
    with pytest.raises(MissingWorkspaceError, match="belum ada"):
        poster(Workspace(tmp_path / "tiada"))


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_publishing_a_city_writes_a_poster_for_each_kecamatan(
    planned: Workspace, tmp_path: Path
) -> None:
    told = publish(planned, tmp_path)
    folder = tmp_path / str(told["folder"])
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("poster-*"))
    assert found == [f"{code}/poster-{code}.pdf" for code in (WEST, EAST)]
    assert told["posters"] == 2
    assert told["files"] == len([path for path in folder.rglob("*") if path.is_file()])
    text = PdfReader(folder / found[1]).pages[0].extract_text()
    assert "Contoh Sari" in text


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_a_poster_that_fails_leaves_no_file_and_a_draft(
    planned: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(made: WeekPoster) -> bytes:
        raise RuntimeError(made.kecamatan)

    monkeypatch.setattr("workflows.publishing.render_week_poster", fail)
    with pytest.raises(RuntimeError, match="Contoh"):
        publish(planned, tmp_path / "lembar")
    assert list((tmp_path / "lembar").iterdir()) == []
