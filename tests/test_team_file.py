from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from storage_fixtures import make_areas

from geodata.columns import ISSUES
from geodata.tables import EmptyTableError, HeadingError, MissingFileError, NotATableError
from planning.team_file import (
    COLUMNS,
    NoUsableTeamError,
    TeamHeadingsError,
    check_teams,
    read_teams,
)
from planning.team_rows import TEAM_ISSUES, parse_hours
from planning.teams import Shift, Team

GOOD = {
    "team_id": "plkb-1",
    "kind": "plkb",
    "name": "PLKB Timur 1",
    "kecamatan_code": "36.71.01",
    "territory": "36.71.01.1001;36.71.01.1002",
    "base_lon": "1.5",
    "base_lat": "0.5",
    "transport": "motorcycle",
    "skills": "bidan; KB",
    "most_visits": "10",
    "mon": "08:30-14:30 istirahat 12:00-13:00",
    "tue": "13:30-16:00",
    "wed": "",
    "thu": "",
    "fri": "08.30 - 11.30",
    "sat": "-",
    "sun": "",
    "leave": "2026-12-03;2026-12-04",
}
TEAM = Team(
    team_id="plkb-1",
    kind="plkb",
    name="PLKB Timur 1",
    kecamatan_code="36.71.01",
    territory=("36.71.01.1001", "36.71.01.1002"),
    base_lon=1.5,
    base_lat=0.5,
    transport="motorcycle",
    skills=frozenset({"bidan", "kb"}),
    most_visits=10,
    shifts=(
        Shift(30600, 52200, 43200, 46800),
        Shift(48600, 57600),
        None,
        None,
        Shift(30600, 41400),
        None,
        None,
    ),
    leave=frozenset({"2026-12-03", "2026-12-04"}),
)


@pytest.fixture(autouse=True)
def bases_on_the_small_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """The three squares of the test city lie at 0 to 3 degrees east, not in Indonesia."""
    monkeypatch.setattr("planning.team_rows._LON", (-180.0, 180.0))


def csv_of(*rows: dict[str, str], separator: str = ",") -> str:
    lines = [separator.join(COLUMNS)]
    for row in rows:
        cells = {**GOOD, **row}
        lines.append(separator.join(f'"{cells[name]}"' for name in COLUMNS))
    return "\n".join(lines) + "\n"


def write(tmp_path: Path, content: str | bytes, name: str = "teams.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def check(tmp_path: Path, *rows: dict[str, str]) -> tuple[list[Team], list[tuple]]:
    teams, issues = check_teams(read_teams(write(tmp_path, csv_of(*rows))), make_areas())
    ISSUES.validate(issues)
    return teams, list(issues.itertuples(index=False, name=None))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_team_is_read_from_csv_however_it_is_separated(
    tmp_path: Path, separator: str, mark: str
) -> None:
    path = write(tmp_path, mark + csv_of({}, separator=separator))
    teams, issues = check_teams(read_teams(path), make_areas())
    assert teams == [TEAM]
    assert issues.empty


def test_a_team_is_read_from_xlsx_with_real_numbers_and_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*(name.upper() for name in COLUMNS), None])
    cells = {**GOOD, "base_lon": 1.5, "most_visits": 10, "leave": pd.Timestamp("2026-12-03")}
    sheet.append([cells[name] for name in COLUMNS])
    sheet.append([None] * len(COLUMNS))
    sheet.append([{**cells, "team_id": "plkb-2"}[name] for name in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    frame = read_teams(write(tmp_path, content.getvalue(), "teams.xlsx"))
    teams, issues = check_teams(frame, make_areas())
    assert list(frame.index) == [2, 4]
    assert [team.team_id for team in teams] == ["plkb-1", "plkb-2"]
    assert teams[0].leave == {"2026-12-03"}
    assert (teams[0].base_lon, teams[0].most_visits) == (1.5, 10)
    assert issues.empty


def test_every_cell_is_text_and_the_index_is_the_line_of_the_file(tmp_path: Path) -> None:
    frame = read_teams(write(tmp_path, csv_of({}) + "\n" + csv_of({}).split("\n", 1)[1]))
    assert list(frame.index) == [2, 4]
    assert frame.index.name == "row"
    assert set(frame.dtypes.astype(str)) == {"str"}
    assert frame.loc[2, "wed"] == ""


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"team_id": ""}, "team_id", "team-id-missing"),
        ({"team_id": "ok"}, "team_id", "team-id-repeated"),
        ({"team_id": "../../ok"}, "team_id", "team-id-letters"),
        ({"team_id": "a|b"}, "team_id", "team-id-letters"),
        ({"team_id": ".ok"}, "team_id", "team-id-letters"),
        ({"team_id": "x" * 41}, "team_id", "team-id-letters"),
        ({"name": " "}, "name", "name-missing"),
        ({"kind": "lurah"}, "kind", "kind-unknown"),
        ({"kecamatan_code": "36.71.09"}, "kecamatan_code", "kecamatan-unknown"),
        ({"territory": ""}, "territory", "territory-missing"),
        ({"territory": "36.71.01.1001;36.71.01.9999"}, "territory", "territory-unknown"),
        ({"base_lon": "timur"}, "base_lon", "base-unreadable"),
        ({"base_lon": "nan"}, "base_lon", "base-unreadable"),
        ({"base_lat": "106.6"}, "base_lat", "base-unreadable"),
        ({"base_lat": "-3"}, "base_lon", "base-far"),
        ({"transport": "kuda"}, "transport", "transport-unknown"),
        ({"most_visits": "0"}, "most_visits", "most-visits-unreadable"),
        ({"most_visits": "dua"}, "most_visits", "most-visits-unreadable"),
        ({"thu": "pagi"}, "thu", "hours-unreadable"),
        ({"thu": "08:30-25:00"}, "thu", "hours-unreadable"),
        ({"thu": "14:00-08:00"}, "thu", "hours-order"),
        ({"thu": "08:00-14:00 istirahat 13:30-14:30"}, "thu", "hours-order"),
        ({"leave": "3 Desember"}, "leave", "leave-unreadable"),
        ({"leave": "2026-02-30"}, "leave", "leave-unreadable"),
    ],
)
def test_a_faulty_row_is_set_aside_and_the_rest_is_used(
    tmp_path: Path, change: dict[str, str], column: str, code: str
) -> None:
    teams, issues = check(tmp_path, {"team_id": "ok"}, {"team_id": "faulty", **change})
    assert [team.team_id for team in teams] == ["ok"]
    assert issues == [(3, column, code, True)]


def test_every_fault_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    _, issues = check(
        tmp_path, {}, {"team_id": "", "kind": "x", "transport": "y", "mon": "z", "leave": "w"}
    )
    assert {code for _, _, code, _ in issues} == {
        "team-id-missing",
        "kind-unknown",
        "transport-unknown",
        "hours-unreadable",
        "leave-unreadable",
    }


def test_a_team_that_never_works_is_kept_and_told(tmp_path: Path) -> None:
    teams, issues = check(tmp_path, {"mon": "", "tue": "", "fri": ""})
    assert len(teams) == 1
    assert issues == [(2, "mon", "hours-none", False)]


def test_cells_beyond_the_headings_are_told(tmp_path: Path) -> None:
    text = csv_of({"team_id": "ok"}, {}).rstrip("\n") + ",lebih\n"
    teams, issues = check_teams(read_teams(write(tmp_path, text)), make_areas())
    assert [team.team_id for team in teams] == ["ok"]
    assert issues["code"].tolist() == ["cells-too-many"]


def test_codes_written_without_dots_are_the_citys_codes(tmp_path: Path) -> None:
    teams, issues = check(tmp_path, {"territory": "3671011002", "kecamatan_code": "367101"})
    assert teams[0].territory == ("36.71.01.1002",)
    assert teams[0].kecamatan_code == "36.71.01"
    assert issues == []


def test_a_camat_without_territory_covers_the_kecamatan(tmp_path: Path) -> None:
    teams, issues = check(tmp_path, {"kind": "camat", "territory": ""})
    assert teams[0].territory == ("36.71.01.1002", "36.71.01.1001")
    assert issues == []


def test_decimal_commas_are_read(tmp_path: Path) -> None:
    teams, _ = check(tmp_path, {"base_lon": "1,25"})
    assert teams[0].base_lon == 1.25


def test_every_issue_has_words_and_a_remedy() -> None:
    assert all(what and remedy for what, remedy in TEAM_ISSUES.values())


def test_a_missing_file_is_told_by_name_alone(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"Berkas tiada\.csv tidak ditemukan") as caught:
        read_teams(tmp_path / "tiada.csv")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "bukan tabel CSV atau XLSX"),
        (b"PK\x03\x04rusak", "buku kerja Excel rusak"),
        (b"team_id,kind\x00", "bukan tabel CSV atau XLSX"),
        (b"a\xff\nb\n", "hanya ada satu kolom"),
    ],
)
def test_a_file_that_is_no_table_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(NotATableError, match=message):
        read_teams(write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "kosong"), ("\n\n", "kosong"), (csv_of(), "tidak ada baris data")],
)
def test_a_file_without_a_row_is_told(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(EmptyTableError, match=message):
        read_teams(write(tmp_path, content))


def test_missing_headings_are_named(tmp_path: Path) -> None:
    text = csv_of({}).replace("base_lat", "lintang").replace("skills", "keahlian", 1)
    with pytest.raises(TeamHeadingsError, match="base_lat, skills"):
        read_teams(write(tmp_path, text))


def test_a_heading_that_stands_twice_is_told(tmp_path: Path) -> None:
    text = csv_of({}).replace("skills", "Name", 1)
    with pytest.raises(HeadingError, match="kolom C dan I berjudul sama"):
        read_teams(write(tmp_path, text))


def test_headings_are_found_however_written_and_others_left_out(tmp_path: Path) -> None:
    lines = csv_of({}).splitlines()
    heading = lines[0].replace("team_id", "Team ID").replace("base_lon", "BASE LON")
    text = f"{heading},catatan\n{lines[1]},titip pesan\n"
    frame = read_teams(write(tmp_path, text))
    assert list(frame.columns) == [*COLUMNS, "extra"]
    assert check_teams(frame, make_areas())[0] == [TEAM]


def test_a_list_of_no_team_is_told(tmp_path: Path) -> None:
    frame = read_teams(write(tmp_path, csv_of({})))
    with pytest.raises(NoUsableTeamError, match="tidak berisi satu tim pun"):
        check_teams(frame.iloc[:0], make_areas())


def test_a_file_of_faulty_rows_names_the_first_fault_and_carries_all(tmp_path: Path) -> None:
    frame = read_teams(write(tmp_path, csv_of({"kind": "x"}, {"team_id": ""})))
    with pytest.raises(NoUsableTeamError, match=r"baris 2, kolom kind \(kind-unknown\)") as caught:
        check_teams(frame, make_areas())
    assert len(caught.value.issues) == 2


times = st.integers(0, 24 * 60 - 1)


@given(start=times, end=times, lunch=st.none() | st.tuples(times, times))
def test_hours_are_read_as_they_were_written(
    start: int, end: int, lunch: tuple[int, int] | None
) -> None:
    def clock(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}"

    text = f"{clock(start)}-{clock(end)}"
    expected = Shift(start * 60, end * 60)
    if lunch is not None:
        text += f" istirahat {clock(lunch[0])}-{clock(lunch[1])}"
        expected = Shift(start * 60, end * 60, lunch[0] * 60, lunch[1] * 60)
    assert parse_hours(text) == expected


@given(text=st.text(max_size=40))
def test_no_text_in_any_cell_breaks_the_check(text: str) -> None:
    row = dict.fromkeys([*COLUMNS, "extra"], text.strip())
    frame = pd.DataFrame([{**GOOD, "extra": ""}, row], index=[2, 3]).astype("str")
    teams, issues = check_teams(frame, make_areas())
    assert len(teams) >= 1
    assert len(teams) == 2 or 3 in set(issues["row"])


def test_text_that_is_not_hours_is_refused() -> None:
    for text in ("", "8-9", "08:30", "08:70-09:00", "08:30-09:00 istirahat"):
        with pytest.raises(ValueError, match=r"not hours|no such time"):
            parse_hours(text)
