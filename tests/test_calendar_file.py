"""A calendar file: what is taken, what is set aside and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_fixtures import make_team
from storage_fixtures import make_areas

from common.errors import BadInputError
from common.language import translate
from geodata.columns import ISSUES
from geodata.tables import EmptyTableError, MissingFileError
from planning.calendar_file import (
    CALENDAR_ISSUES,
    HEADINGS,
    CalendarHeadingsError,
    check_calendar,
    read_calendar,
)
from planning.columns import CALENDAR
from storage.workspace import Workspace
from workflows.staff import import_calendar

AREA = "36.71.01.1001"
TEAMS = [make_team("P1", "plkb", (AREA,), 0), make_team("T1", "tpk", (AREA,), 0)]
HEADING = ",".join(HEADINGS)


def write(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    file = folder / "calendar.csv"
    file.write_text("\n".join([heading, *lines]), encoding="utf-8")
    return file


def checked(folder: Path, *lines: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return check_calendar(read_calendar(write(folder, *lines)), make_areas(), TEAMS)


def test_a_good_calendar_is_taken_as_it_stands(tmp_path: Path) -> None:
    calendar, issues = checked(
        tmp_path,
        "2026-12-24,holiday,,,,Cuti bersama",
        " 2026-12-01 ,Leave,,, P1 ,",
        f"2026-12-02,POSYANDU,{AREA},RW 03,,Posyandu Mawar",
        f"2026-12-02,posyandu,{AREA},4,,",
    )
    assert issues.empty
    ISSUES.validate(issues)
    CALENDAR.validate(calendar)
    assert calendar.index.tolist() == [0, 1, 2, 3]
    assert calendar["date"].tolist() == ["2026-12-24", "2026-12-01", "2026-12-02", "2026-12-02"]
    assert calendar["kind"].tolist() == ["holiday", "leave", "posyandu", "posyandu"]
    assert calendar["rw"].fillna("-").tolist() == ["-", "-", "003", "004"]
    assert calendar["team_id"].fillna("-").tolist() == ["-", "P1", "-", "-"]
    assert calendar["area_code"].fillna("-").tolist() == ["-", "-", AREA, AREA]
    assert calendar["note"].fillna("-").tolist() == ["Cuti bersama", "-", "Posyandu Mawar", "-"]


FAULTS = [
    ("1 Des 2026,holiday,,,,", "calendar-date", "date"),
    ("01-12-2026,holiday,,,,", "calendar-date", "date"),
    ("2026-02-30,holiday,,,,", "calendar-date", "date"),
    (",holiday,,,,", "calendar-date", "date"),
    ("2026-12-01,libur,,,,", "calendar-kind", "kind"),
    ("2026-12-01,,,,,", "calendar-kind", "kind"),
    ("2026-12-01,posyandu,,3,,", "calendar-area", "area_code"),
    ("2026-12-01,posyandu,36.71.09.1001,3,,", "calendar-area", "area_code"),
    (f"2026-12-01,posyandu,{AREA},,,", "calendar-area", "area_code"),
    (f"2026-12-01,posyandu,{AREA},mawar,,", "calendar-area", "area_code"),
    (f"2026-12-01,posyandu,{AREA},1234,,", "calendar-area", "area_code"),
    (f"2026-12-01,posyandu,{AREA},000,,", "calendar-area", "area_code"),
    ("2026-12-01,leave,,,,", "calendar-team", "team_id"),
    ("2026-12-01,leave,,,P9,", "calendar-team", "team_id"),
]


@pytest.mark.parametrize(("line", "code", "column"), FAULTS)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_reason(
    tmp_path: Path, line: str, code: str, column: str
) -> None:
    calendar, issues = checked(tmp_path, "2026-12-25,holiday,,,,", line)
    assert len(calendar) == 1
    assert issues.to_dict("records") == [
        {"row": 3, "column": column, "code": code, "quarantines": True}
    ]


def test_every_code_has_a_faulty_row_and_says_what_to_do_in_both_languages() -> None:
    assert {code for _, code, _ in FAULTS} == set(CALENDAR_ISSUES)
    for what, remedy in CALENDAR_ISSUES.values():
        for text in (what, remedy):
            assert text.endswith(".")
            assert translate(text, "id") == text


def test_a_row_of_many_faults_is_set_aside_once(tmp_path: Path) -> None:
    calendar, issues = checked(tmp_path, "x,y,z,?,,", "2026-12-01,leave,,,P9,", "2026-12-01,y,,,,")
    assert calendar.empty
    assert issues[["row", "code"]].to_numpy().tolist() == [
        [2, "calendar-date"], [3, "calendar-team"], [4, "calendar-kind"],
    ]  # fmt: skip


def test_dates_of_a_workbook_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Date", "KIND", "area_code", "rw", "team_id", "note", "warna"])
    book.active.append([date(2026, 12, 25), "holiday", None, None, None, None, "merah"])
    book.active.append(["2026-12-01", "posyandu", AREA, 7, None, None, None])
    book.save(tmp_path / "calendar.xlsx")
    calendar, issues = check_calendar(
        read_calendar(tmp_path / "calendar.xlsx"), make_areas(), TEAMS
    )
    assert issues.empty
    assert calendar["date"].tolist() == ["2026-12-25", "2026-12-01"]
    assert calendar["rw"].fillna("-").tolist() == ["-", "007"]


def test_missing_headings_are_named(tmp_path: Path) -> None:
    file = write(tmp_path, "2026-12-01,holiday,", heading="date,kind,note")
    with pytest.raises(
        CalendarHeadingsError, match=r"Judul kolom kalender belum ada: area_code, rw, team_id\."
    ) as caught:
        read_calendar(file)
    assert (caught.value.code, caught.value.exit_code) == ("calendar-headings", 3)
    assert issubclass(CalendarHeadingsError, BadInputError)


def test_a_file_that_is_no_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="tiada"):
        read_calendar(tmp_path / "tiada.csv")
    with pytest.raises(EmptyTableError, match="tidak ada baris data"):
        read_calendar(write(tmp_path))


_CELL = st.sampled_from(
    ["", "2026-12-01", "2026-13-01", "holiday", "leave", "posyandu", AREA, "3", "P1", "x"]
)


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(*[_CELL] * len(HEADINGS)), max_size=8))
def test_no_row_is_lost_without_a_reason(rows: list[tuple[str, ...]]) -> None:
    index = pd.RangeIndex(2, 2 + len(rows), name="row")
    frame = pd.DataFrame(rows, columns=list(HEADINGS), index=index, dtype="str")
    before = frame.copy()
    calendar, issues = check_calendar(frame, make_areas(), TEAMS)
    pd.testing.assert_frame_equal(frame, before)
    ISSUES.validate(issues)
    assert len(calendar) + len(issues) == len(frame)
    assert issues["row"].is_unique
    kept = frame.drop(index=issues["row"])
    assert kept["date"].tolist() == calendar["date"].tolist()
    assert kept["kind"].tolist() == calendar["kind"].tolist()


def test_the_import_counts_its_rows_and_words_its_faults(
    planned: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "2026-12-24,holiday,,,,", "2026-12-01,leave,,,PLKB-01-1,", "x,leave,,,,")
    done = import_calendar(planned, file)
    assert done.counts == {
        "rows_read": 3, "accepted": 2, "quarantined": 1, "kinds": {"holiday": 1, "leave": 1},
        "issues": {"calendar-date": 1},
    }  # fmt: skip
    assert done.issues[["what", "remedy"]].to_numpy().tolist() == [
        list(CALENDAR_ISSUES["calendar-date"])
    ]


def test_leave_needs_the_teams_first(copy_of: Callable[[str], Workspace], tmp_path: Path) -> None:
    workspace = copy_of("city")
    file = write(tmp_path, "2026-12-01,leave,,,PLKB-01-1,")
    assert import_calendar(workspace, file).counts["issues"] == {"calendar-team": 1}
