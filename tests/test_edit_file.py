"""A file of what people ask: every row is an edit or an issue, none is both."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import Week
from planning.edit_file import (
    HEADINGS,
    WEEKDAYS,
    AbsenceError,
    DayError,
    EditHeadingsError,
    Known,
    check_edits,
    parse_absence,
    parse_day,
    read_edits,
)
from planning.edit_issues import EDIT_ISSUES, edit_issues
from planning.edits import ACTIONS, Edit, Slot

WEEK = Week(2026, 49)
KNOWN = Known(
    households={"1": 1, "2": 2, "3": 3, "0007": 3},
    teams={"A": "plkb", "B": "tpk", "C": "camat"},
    slots={1: Slot("A", 1), 2: Slot("B", 2), 3: Slot("A", 1)},
)


def rows(*lines: str) -> pd.DataFrame:
    cells = [line.split(",") + [""] * (len(HEADINGS) - line.count(",") - 1) for line in lines]
    index = pd.RangeIndex(2, 2 + len(cells), name="row")
    return pd.DataFrame(cells, columns=list(HEADINGS), index=index, dtype="str")


def only(line: str, known: Known = KNOWN) -> Edit | tuple[str, str]:
    """The edit of a file of one row, or column and code of its issue."""
    edits, issues = check_edits(rows(line), WEEK, known)
    assert len(edits) + len(issues) == 1
    return edits[2] if edits else (issues["column"].iloc[0], issues["code"].iloc[0])


GOOD: dict[str, Edit] = {
    "pin,1,A": Edit("pin", 1, "A"),
    "PIN,0007,A,2026-12-02,9": Edit("pin", 3, "A", 2, 32_400),
    "pin,1,A,rabu,09:30,,sakit": Edit("pin", 1, "A", 2, 34_200, note="sakit"),
    "move,1,,Kamis": Edit("move", 1, None, 3),
    "move,1,B": Edit("move", 1, "B"),
    "ban,1": Edit("ban", 1),
    "ban,1,B,mon": Edit("ban", 1, "B", 0),
    "ban,1,C": Edit("ban", 1, "C"),
    "swap,1,,,,2": Edit("swap", 1, "B", 2, None, 2, "A", 1),
    "absent,,A,jum": Edit("absent", None, "A", 4),
    "withdraw,1": Edit("withdraw", 1),
    "withdraw,,A": Edit("withdraw", None, "A"),
}


@pytest.mark.parametrize("line", GOOD)
def test_a_row_is_read_as_it_was_meant(line: str) -> None:
    assert only(line) == GOOD[line]


BAD = {
    "pim,1,A": ("action", "edit-action"),
    "pin,9,A": ("household", "edit-household"),
    "pin,1,X": ("team", "edit-team"),
    "pin,1,C": ("team", "edit-camat"),
    "move,1,C,rabu": ("team", "edit-camat"),
    "pin,1,A,2026-12-07": ("day", "edit-day"),
    "pin,1,A,kemarin": ("day", "edit-day"),
    "pin,1,A,rabu,25": ("hour", "edit-hour"),
    "pin,1,A,rabu,9:75": ("hour", "edit-hour"),
    "ban,1,A,rabu,9": ("hour", "edit-hour"),
    "pin,1,A,,,2": ("other_household", "edit-other"),
    "swap,1,,,,1": ("other_household", "edit-other"),
    "swap,1,,,,9": ("other_household", "edit-other"),
    "swap,1": ("action", "edit-incomplete"),
    "swap,1,A,,,2": ("action", "edit-incomplete"),
    "swap,1,,,,3": ("other_household", "edit-swap-same"),
    "pin,1": ("action", "edit-incomplete"),
    "pin,,A": ("action", "edit-incomplete"),
    "move,1": ("action", "edit-incomplete"),
    "ban,,A": ("action", "edit-incomplete"),
    "absent,,A": ("action", "edit-incomplete"),
    "absent,,,rabu": ("action", "edit-incomplete"),
    "absent,1,A,rabu": ("action", "edit-incomplete"),
    "withdraw": ("action", "edit-incomplete"),
    "withdraw,1,A": ("action", "edit-incomplete"),
    "withdraw,1,,rabu": ("action", "edit-incomplete"),
}


@pytest.mark.parametrize("line", BAD)
def test_a_faulty_row_is_an_issue_with_its_column(line: str) -> None:
    assert only(line) == BAD[line]


def test_days_that_are_over_cannot_be_asked_for() -> None:
    late = Known(KNOWN.households, KNOWN.teams, KNOWN.slots, first_weekday=2)
    assert only("pin,1,A,selasa", late) == ("day", "edit-day-past")
    assert only("swap,1,,,,2", late) == ("household", "edit-day-past")
    assert only("pin,1,A,rabu", late) == Edit("pin", 1, "A", 2)
    assert only("absent,,A,selasa", late) == Edit("absent", None, "A", 1)  # nobody came


def test_a_swap_needs_two_families_with_a_visit_of_their_own() -> None:
    known = Known(KNOWN.households, KNOWN.teams, {1: Slot("A", 1)})
    assert only("swap,1,,,,2", known) == ("other_household", "edit-swap-unplanned")
    assert only("swap,2,,,,1", known) == ("household", "edit-swap-unplanned")


def test_one_family_is_asked_for_once_a_file() -> None:
    given_ = rows("ban,1,A", "ban,1,B", "pin,1,A", "withdraw,2", "pin,2,B", "swap,3,,,,2")
    edits, issues = check_edits(given_, WEEK, KNOWN)
    assert sorted(edits) == [2, 3, 5, 6]
    assert issues[["row", "code"]].to_numpy().tolist() == [[4, "edit-twice"], [7, "edit-twice"]]


def test_every_issue_has_its_words_and_all_are_told() -> None:
    _, issues = check_edits(rows(*BAD), WEEK, KNOWN)
    assert len(issues) == len(BAD)
    assert issues["what"].str.len().min() > 0
    assert issues["remedy"].str.len().min() > 0
    assert list(edit_issues([])) == list(issues)
    codes = {code for _, code in BAD.values()}
    assert codes <= set(EDIT_ISSUES)


cells = st.sampled_from(
    ["", "1", "2", "3", "A", "B", "C", "rabu", "2026-12-03", "9", "09:30", "x", *ACTIONS]
)


@given(st.lists(st.lists(cells, min_size=7, max_size=7), max_size=6))
def test_any_table_gives_each_row_one_place(table: list[list[str]]) -> None:
    frame = pd.DataFrame(table, columns=list(HEADINGS), dtype="str")
    frame.index = pd.RangeIndex(2, 2 + len(frame), name="row")
    edits, issues = check_edits(frame, WEEK, KNOWN)
    assert sorted([*edits, *issues["row"]]) == frame.index.tolist()


@given(st.text(max_size=12))
def test_any_text_is_a_day_of_the_week_or_refused(text: str) -> None:
    try:
        assert 0 <= parse_day(text, WEEK) < 7
    except DayError:
        assert text.strip().lower() not in WEEKDAYS


def test_a_file_may_leave_out_headings_but_not_the_first_two(tmp_path: Path) -> None:
    file = tmp_path / "suntingan.csv"
    file.write_text("Household , ACTION,team\n 0007 , pin ,A\n", encoding="utf-8")
    read = read_edits(file)
    assert read.to_dict("records") == [
        dict.fromkeys(HEADINGS, "") | {"action": "pin", "household": "0007", "team": "A"}
    ]
    assert read.index.tolist() == [2]
    file.write_text("action,team\npin,A\n", encoding="utf-8")
    with pytest.raises(EditHeadingsError, match="belum ada household; tidak dikenal 0"):
        read_edits(file)
    file.write_text("action,household,alamat\npin,1,x\n", encoding="utf-8")
    with pytest.raises(EditHeadingsError, match="belum ada -; tidak dikenal 1"):
        read_edits(file)


def test_an_absence_names_a_team_and_days() -> None:
    teams = {"A", "X:1"}
    assert parse_absence("A:rabu,2026-12-03", WEEK, teams) == [
        Edit("absent", team_id="A", weekday=2), Edit("absent", team_id="A", weekday=3),
    ]  # fmt: skip
    assert parse_absence(" X:1:rab ", WEEK, teams) == [Edit("absent", team_id="X:1", weekday=2)]
    assert len(parse_absence("A:rabu,rabu", WEEK, teams)) == 1
    for text, message in (
        ("A", "'A' tidak terbaca"), ("A:", "tidak terbaca"), ("B:rabu", "Tim 'B' tidak ada"),
        ("A:besok", "Hari 'besok' tidak terbaca"), ("A:2026-12-20", "di luar minggu 2026-W49"),
    ):  # fmt: skip
        with pytest.raises(AbsenceError, match=re.escape(message)):
            parse_absence(text, WEEK, teams)
