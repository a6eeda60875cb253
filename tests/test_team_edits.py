"""Small changes to one team: checked as in the file, and never over somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspace_fixtures import EAST, state_of

from planning.calendar import with_leave
from planning.columns import CALENDAR
from planning.team_rows import parse_hours
from planning.teams import Shift, Team
from storage.calendar import replace_calendar
from storage.database import MissingWorkspaceError, open_database, transaction
from storage.workspace import Workspace
from workflows.team_edits import (
    ChangedMeanwhileError,
    TeamValueError,
    UnknownTeamError,
    hours_text,
    read_staff,
    set_hours,
    set_leave,
    set_most_visits,
)

TUESDAY = date(2026, 12, 1)
OFFICER = "PLKB-01-1"


@pytest.fixture
def staffed(copy_of: Callable[[str], Workspace]) -> Workspace:
    return copy_of("teams")


def team_of(workspace: Workspace, team_id: str = OFFICER) -> Team:
    return next(team for team in read_staff(workspace).teams if team.team_id == team_id)


def note_leave(workspace: Workspace, *team_ids: str, day: date = TUESDAY) -> None:
    rows = [
        {"date": day.isoformat(), "kind": "leave", "area_code": None, "rw": None,
         "team_id": team_id, "note": "cuti"}
        for team_id in team_ids
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(CALENDAR.columns)).astype("str")
    with transaction(open_database(workspace)) as conn:
        replace_calendar(conn, frame)


def test_leave_is_stored_and_taken_back_and_touches_no_other_team(staffed: Workspace) -> None:
    others = [team for team in read_staff(staffed).teams if team.team_id != OFFICER]
    before = team_of(staffed)
    away = set_leave(staffed, OFFICER, TUESDAY, away=True, before=False)
    assert away.leave == before.leave | {"2026-12-01"}
    assert team_of(staffed) == away
    set_leave(staffed, OFFICER, TUESDAY, away=False, before=True)
    assert team_of(staffed) == before
    assert [team for team in read_staff(staffed).teams if team.team_id != OFFICER] == others


def test_leave_that_came_with_the_calendar_is_taken_back_there(staffed: Workspace) -> None:
    note_leave(staffed, OFFICER, "TPK-1001-1")
    assert "2026-12-01" in team_of(staffed).leave
    set_leave(staffed, OFFICER, TUESDAY, away=False, before=True)
    assert "2026-12-01" not in team_of(staffed).leave
    assert read_staff(staffed).calendar["team_id"].tolist() == ["TPK-1001-1"]
    assert "2026-12-01" in team_of(staffed, "TPK-1001-1").leave


def test_hours_are_read_as_in_the_file_and_empty_means_a_day_off(staffed: Workspace) -> None:
    before = team_of(staffed).shifts
    made = set_hours(staffed, OFFICER, 1, " 09.00-15.00 istirahat 12.00-12.30 ", before=before[1])
    assert made.shifts[1] == Shift(32_400, 54_000, 43_200, 45_000)
    assert (made.shifts[0], made.shifts[2:]) == (before[0], before[2:])
    assert set_hours(staffed, OFFICER, 1, "", before=made.shifts[1]).shifts[1] is None
    assert set_hours(staffed, OFFICER, 1, "-", before=None).shifts[1] is None
    assert team_of(staffed).shifts == (before[0], None, *before[2:])


def test_the_most_visits_of_a_day_are_stored(staffed: Workspace) -> None:
    before = team_of(staffed).most_visits
    set_most_visits(staffed, OFFICER, 7, before=before)
    assert team_of(staffed).most_visits == 7


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pagi", "'pagi' tidak terbaca"),
        ("25:00-26:00", "tidak terbaca"),
        ("14:00-09:00", "tidak berurutan"),
        ("09:00-14:00 istirahat 15:00-16:00", "istirahat di dalam jam kerja"),
    ],
)
def test_hours_that_a_file_could_not_hold_are_refused(
    staffed: Workspace, text: str, told: str
) -> None:
    before = state_of(staffed.folder)
    with pytest.raises(TeamValueError, match=told):
        set_hours(staffed, OFFICER, 1, text, before=team_of(staffed).shifts[1])
    assert state_of(staffed.folder) == before


@pytest.mark.parametrize("most", [0, -1, 61, 1000])
def test_a_number_of_visits_that_a_file_could_not_hold_is_refused(
    staffed: Workspace, most: int
) -> None:
    with pytest.raises(TeamValueError, match="1 sampai 60"):
        set_most_visits(staffed, OFFICER, most, before=team_of(staffed).most_visits)


def test_a_change_over_somebody_elses_is_refused_and_theirs_stays(staffed: Workspace) -> None:
    seen = team_of(staffed)
    set_most_visits(staffed, OFFICER, 7, before=seen.most_visits)
    set_hours(staffed, OFFICER, 1, "10:00-12:00", before=seen.shifts[1])
    set_leave(staffed, OFFICER, TUESDAY, away=True, before=False)
    theirs = state_of(staffed.folder)
    with pytest.raises(ChangedMeanwhileError, match="sudah diubah orang lain"):
        set_most_visits(staffed, OFFICER, 8, before=seen.most_visits)
    with pytest.raises(ChangedMeanwhileError, match=seen.name):
        set_hours(staffed, OFFICER, 1, "13:00-15:00", before=seen.shifts[1])
    with pytest.raises(ChangedMeanwhileError, match="periksa, lalu ubah lagi"):
        set_leave(staffed, OFFICER, TUESDAY, away=True, before=False)
    assert state_of(staffed.folder) == theirs


def test_two_persons_may_change_different_things_of_one_team(staffed: Workspace) -> None:
    seen = team_of(staffed)
    set_hours(staffed, OFFICER, 1, "10:00-12:00", before=seen.shifts[1])
    made = set_hours(staffed, OFFICER, 2, "10:00-12:00", before=seen.shifts[2])
    assert made.shifts[1] == made.shifts[2] == Shift(36_000, 43_200)


def test_an_unknown_team_or_workspace_is_refused(staffed: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UnknownTeamError, match="'PLKB-99' tidak ada lagi"):
        set_most_visits(staffed, "PLKB-99", 5, before=5)
    with pytest.raises(MissingWorkspaceError, match="belum ada"):
        read_staff(Workspace(tmp_path / "tiada"))


def test_the_staff_hold_the_leave_of_file_and_calendar(staffed: Workspace) -> None:
    own = team_of(staffed).leave
    note_leave(staffed, OFFICER)
    staff = read_staff(staffed)
    assert team_of(staffed).leave == own | {"2026-12-01"}
    assert list(staff.teams) == with_leave(staff.teams, staff.calendar)
    assert any(code.startswith(EAST) for code in staff.area_names)


_MINUTES = st.integers(0, 24 * 60)
_FOUR_TIMES = st.lists(_MINUTES, min_size=4, max_size=4, unique=True).map(sorted)


@given(times=_FOUR_TIMES, rest=st.booleans())
def test_hours_written_are_read_back(times: list[int], *, rest: bool) -> None:
    start, pause, back, end = (60 * each for each in times)
    shift = Shift(start, end, pause, back) if rest else Shift(start, end)
    assert parse_hours(hours_text(shift)) == shift
    assert hours_text(None) == ""
