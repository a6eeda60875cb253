"""A file of results is read whole: each row is a result or one fault, whatever it holds."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.refusals import EmptyTableError, MissingFileError, NotATableError
from geodata.tables import SURPLUS, HeadingError
from planning.columns import OUTCOMES, RESULTS
from planning.edit_issues import EDIT_ISSUES
from planning.hours import parse_hour
from planning.result_file import (
    RESULT_ISSUES,
    Known,
    ResultHeadingsError,
    check_results,
    parse_outcome,
    read_results,
)

KNOWN = Known({"F1": 1, "F2": 2, "1": 1, "2": 2}, {"T1"}, date(2026, 12, 7))
HEAD = "keluarga,tanggal,jam,hasil,tim"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    file = folder / "hasil.csv"
    file.write_text("\n".join([head, *lines]), encoding="utf-8")
    return file


def told(folder: Path, line: str) -> list[object]:
    """The result of one row, or the column and code of its fault."""
    results, issues = check_results(read_results(written(folder, line)), KNOWN)
    assert len(results) + len(issues) == 1
    if len(results):
        row = results.iloc[0]
        return [None if pd.isna(value) else value for value in row.tolist()]
    return [*issues.loc[0, ["row", "column", "code"]].tolist()[1:]]


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("F1,2026-12-01,9.30,1,T1", [1, "2026-12-01", 34_200, "T1", "met"]),
        ("2,01/12/2026,,Tidak di rumah,", [2, "2026-12-01", None, None, "not_home"]),
        ("F2,1-12-2026,14,PINDAH,", [2, "2026-12-01", 50_400, None, "moved"]),
        ("F2,2026-12-01T08:15:30,,4,", [2, "2026-12-01", 29_700, None, "refused"]),
        ("F2,2026-12-01 08:15,10:00:00,5,", [2, "2026-12-01", 36_000, None, "wrong_address"]),
        ("F1, 2026-12-07 ,,6,", [1, "2026-12-07", None, None, "not_found"]),
        ("F1,2026-12-07,,no_longer-at risk,", [1, "2026-12-07", None, None, "no_longer_at_risk"]),
        ("F1,2026-12-07,,dirujuk,", [1, "2026-12-07", None, None, "referred"]),
    ],
)
def test_a_row_is_read_as_people_write_it(tmp_path: Path, line: str, result: list[object]) -> None:
    assert told(tmp_path, line) == result


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("F9,2026-12-01,,1,", "household", "result-household"),
        (",2026-12-01,,1,", "household", "result-household"),
        ("F1,,,1,", "date", "result-date"),
        ("F1,2026-02-30,,1,", "date", "result-date"),
        ("F1,kemarin,,1,", "date", "result-date"),
        ("F1,12/31/2026,,1,", "date", "result-date"),
        ("F1,2026-12-08,,1,", "date", "result-future"),
        ("F1,2026-12-01,25:00,1,", "time", "result-time"),
        ("F1,2026-12-01,pagi,1,", "time", "result-time"),
        ("F1,2026-12-01,,7,", "outcome", "result-outcome"),
        ("F1,2026-12-01,,,", "outcome", "result-outcome"),
        ("F1,2026-12-01,,1,T9", "team", "result-team"),
        ("F1,2026-12-01,,1,T1,lebih", SURPLUS, "result-cells"),
    ],
)
def test_a_faulty_row_is_set_aside_with_its_first_fault(
    tmp_path: Path, line: str, column: str, code: str
) -> None:
    assert told(tmp_path, line) == [column, code]
    assert all(RESULT_ISSUES[code])


def test_every_fault_has_its_words_and_no_code_means_two_things() -> None:
    assert not set(RESULT_ISSUES) & set(EDIT_ISSUES)
    assert all(what and remedy for what, remedy in RESULT_ISSUES.values())


def test_every_outcome_can_be_written_in_its_own_word() -> None:
    assert [parse_outcome(each) for each in OUTCOMES] == list(OUTCOMES)


def test_the_boxes_of_the_sheet_are_the_outcomes() -> None:
    assert [parse_outcome(str(box)) for box in range(8)] == [
        None, "met", "not_home", "moved", "refused", "wrong_address", "not_found", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("keluarga,tanggal,jam", "belum ada hasil"),
        ("a,b", "belum ada keluarga, tanggal, hasil"),
        ("keluarga,tanggal,hasil,outcome", "lebih dari satu hasil"),
    ],
)
def test_headings_that_are_missing_or_double_are_named(
    tmp_path: Path, head: str, message: str
) -> None:
    with pytest.raises(ResultHeadingsError, match=message):
        read_results(written(tmp_path, "1,2,3,4", head=head))


def test_english_headings_other_columns_and_missing_ones_are_fine(tmp_path: Path) -> None:
    file = written(tmp_path, "F1,x,met,2026-12-01", head="Household,Note,Outcome,DATE")
    results, issues = check_results(read_results(file), KNOWN)
    assert issues.empty
    assert results["outcome"].tolist() == ["met"]
    assert results["team_id"].isna().all()


def test_a_workbook_is_read_with_its_dates_hours_and_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["kode_keluarga", "tanggal", "jam", "hasil", "tim"])
    sheet.append(["F1", date(2026, 12, 1), time(9, 30), 2, "T1"])
    sheet.append([2, datetime(2026, 12, 2, 14, 5), None, 1, None])  # noqa: DTZ001  # Excel knows no zone
    file = tmp_path / "hasil.xlsx"
    book.save(file)
    results, issues = check_results(read_results(file), KNOWN)
    assert issues.empty
    rows = results[["household_id", "day_date", "start_s", "outcome"]].to_numpy().tolist()
    assert rows == [[1, "2026-12-01", 34_200, "not_home"], [2, "2026-12-02", 50_700, "met"]]
    assert results.index.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyTableError),
        (HEAD.encode(), EmptyTableError),
        (b"PK\x03\x04 no workbook", NotATableError),
        (b"%PDF-1.7\n%\xe2\xe3", NotATableError),
        (b"keluarga,tanggal,hasil,Hasil\n1,2,3,4\n", HeadingError),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    file = tmp_path / "hasil.csv"
    file.write_bytes(content)
    with pytest.raises(error, match=r"hasil\.csv"):
        read_results(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"tiada\.csv"):
        read_results(tmp_path / "tiada.csv")


ANY = st.text(max_size=12)
CELLS = st.tuples(
    st.sampled_from(["F1", "2", "F9"]) | ANY,
    st.dates().map(str) | st.just("2026-12-01") | ANY,
    st.times().map(str) | st.just("") | ANY,
    st.sampled_from([*OUTCOMES, "1"]) | ANY,
    st.sampled_from(["", "T1"]) | ANY,
    st.sampled_from(["", "", "blank"]),
)


@given(rows=st.lists(CELLS, max_size=6))
def test_whatever_a_row_holds_it_is_a_result_or_one_fault(rows: list[tuple[str, ...]]) -> None:
    columns = ["household", "date", "time", "outcome", "team", SURPLUS]
    table = pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(2, 2 + len(rows)), dtype="str")
    results, issues = check_results(table, KNOWN)
    assert sorted([*results.index, *issues["row"]]) == table.index.tolist()
    assert set(issues["code"]) <= set(RESULT_ISSUES)
    RESULTS.validate(results)


@given(second=st.integers(0, 86_399))
def test_an_hour_is_read_to_the_minute_in_each_way_of_writing(second: int) -> None:
    hour, minute = divmod(second // 60, 60)
    for text in (f"{hour}:{minute:02d}", f"{hour:02d}.{minute:02d}", f"{hour:02d}:{minute:02d}:07"):
        assert parse_hour(text) == hour * 3600 + minute * 60


@pytest.mark.parametrize("text", ["", "24:00", "9:60", "9:3", "9 30", "-1", "٩", "09:30:60"])
def test_what_is_no_hour_is_none(text: str) -> None:
    assert parse_hour(text) is None
