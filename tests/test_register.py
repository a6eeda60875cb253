from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_files import FOOD_AID, family, register_of, write_csv, write_xlsx

from common.errors import BadInputError
from geodata import tables
from geodata.code_maps import (
    CODE_MAPS,
    CodeMapError,
    UnknownCodeMapError,
    at_risk_total,
    choose_code_map,
    read_marks,
)
from geodata.layouts import LAYOUTS, MARK_COLUMNS, LayoutError, UnknownLayoutError, recognise_layout
from geodata.register import read_register
from geodata.tables import (
    SURPLUS,
    EmptyTableError,
    HeadingError,
    MissingFileError,
    NotATableError,
    TableTooLargeError,
    read_table,
)


def test_text_stays_as_written_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Kode,Nama\n007, Ana \n\n,Budi\n", encoding="utf-8")
    table = read_table(file)
    assert table.columns.tolist() == ["Kode", "Nama"]
    assert table.to_numpy().tolist() == [["007", " Ana "], ["", "Budi"]]
    assert table.index.tolist() == [2, 4]
    assert table.index.name == "row"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_are_told(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [{"kode": "1", "nama": "José, S.E."}, {"kode": "2", "nama": 'dua; "tiga"'}]
    table = read_table(write_csv(tmp_path / "t.csv", rows, delimiter=delimiter, encoding=encoding))
    assert table.to_dict("records") == rows


def test_workbook_gives_whole_numbers_without_point_and_iso_dates(tmp_path: Path) -> None:
    rows = [["kode", "angka", "tanggal"], ["001", 3671011001.0, datetime(2026, 11, 30)]]  # noqa: DTZ001
    table = read_table(write_xlsx(tmp_path / "t.xlsx", rows, empty_sheets=1))
    assert table.to_numpy().tolist() == [["001", "3671011001", "2026-11-30"]]
    assert table.index.tolist() == [2]


def test_titles_above_the_headings_are_passed_over(tmp_path: Path) -> None:
    rows = [["DAFTAR KELUARGA"], [None], ["kode", "nama", "rt"], ["1", "a", "2"]]
    table = read_table(write_xlsx(tmp_path / "t.xlsx", rows))
    assert table.columns.tolist() == ["kode", "nama", "rt"]
    assert table.index.tolist() == [4]


def test_cells_right_of_the_headings_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("kode,lat,\n1,2,,\n3,-6,17\n4,-6,17,5\n", encoding="utf-8")
    table = read_table(file)
    assert table.columns.tolist() == ["kode", "lat", SURPLUS]
    assert table[SURPLUS].tolist() == ["", "17", "17 | 5"]


def test_a_row_pushed_to_the_right_is_told_even_by_a_blank_cell(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("kode,alamat,catatan\n1,x,\n2,Jl. A, No. 1,\n", encoding="utf-8")
    assert read_table(file)[SURPLUS].tolist() == ["", "blank"]
    file.write_text("kode,alamat\n1,x,\n2,y,\n", encoding="utf-8")  # every row ends with a comma
    assert SURPLUS not in read_table(file)


def test_a_blank_heading_above_content_gets_a_name(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("kode,,nama\n1,x,a\n", encoding="utf-8")
    assert read_table(file).columns.tolist() == ["kode", "column B", "nama"]


@pytest.mark.parametrize("name", ["absent.csv", "folder", "zero\0byte.csv"])
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(MissingFileError, match="tidak ditemukan"):
        read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "kosong"), (b" \n\n", "kosong"), (b"a,b\n", "tidak ada baris")]
)
def test_empty_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    with pytest.raises(EmptyTableError, match=message):
        read_table(file)


def test_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyTableError, match="kosong"):
        read_table(write_xlsx(tmp_path / "t.xlsx", [], empty_sheets=1))


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02,\x03", b"<html><table></table></html>", b'{"type": "FeatureCollection"}',
        b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04 cut short", b"one\ntwo\n",
        b'a,b\n1,"open\n2,3\n', b"a,b\n1," + b"x" * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    with pytest.raises(NotATableError, match=r"bukan tabel|satu kolom|rusak"):
        read_table(file)


def test_an_unclosed_quote_names_its_row(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('a,b\n1,2\n3,"4" 5\n', encoding="utf-8")
    with pytest.raises(NotATableError, match="baris 3 rusak"):
        read_table(file)


def test_truncated_workbooks_are_refused(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "t.xlsx", [["a", "b"], ["1", "2"]]).read_bytes()
    file = tmp_path / "cut.xlsx"
    for length in range(4, len(whole) - 1, 251):
        file.write_bytes(whole[:length])
        with pytest.raises(NotATableError, match="rusak"):
            read_table(file)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(NotATableError, match="rusak"):
        read_table(file)


def test_packed_bombs_and_giants_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = write_xlsx(tmp_path / "t.xlsx", [["a", "b"], ["1", "2"]])
    text = write_csv(tmp_path / "t.csv", [{"a": "x" * 900, "b": "1"}] * 30)
    monkeypatch.setattr(tables, "MOST_ROWS", 20)
    with pytest.raises(TableTooLargeError, match="terlalu besar"):
        read_table(text)
    monkeypatch.setattr(tables, "MOST_BYTES", 8_000)  # the workbook is smaller, unpacked larger
    assert book.stat().st_size < 8_000
    for file in (book, text):
        with pytest.raises(TableTooLargeError, match="terlalu besar"):
            read_table(file)


def test_headings_that_stand_twice_are_refused_without_repeating_them(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Siti Contoh,b,siti_contoh\n1,2,3\n", encoding="utf-8")
    with pytest.raises(HeadingError, match="kolom A dan C") as caught:
        read_table(file)
    assert "siti" not in str(caught.value).casefold()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_random_bytes_are_a_table_or_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "t.csv"
    for start in (b"", b"PK\x03\x04", b"\xff\xfe"):
        file.write_bytes(start + content)
        try:
            table = read_table(file)
        except BadInputError:
            continue
        assert len(table)
        assert table.columns.is_unique


_CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=";"), min_size=1
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cells=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=8))
def test_every_cell_written_is_read_again(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    rows = [{"kode": a, "nama": b} for a, b in cells]
    table = read_table(write_csv(tmp_path / "t.csv", rows))
    assert table.to_dict("records") == rows


def test_layout_is_recognised_whatever_the_headings_look_like(tmp_path: Path) -> None:
    for layout in LAYOUTS.values():
        written = [heading.replace("_", " ").title() + " " for heading in layout.headings]
        assert recognise_layout(written) == (layout, 1.0)
    register = register_of(tmp_path, family())
    assert register.layout.name == "bkkbn-food-aid"
    assert register.confidence == 1.0


def test_unused_columns_are_kept_and_absent_ones_are_blank(tmp_path: Path) -> None:
    row = family(kode_rw="7") | {"Catatan": "x"}
    del row["longitude"]
    register = register_of(tmp_path, row)
    assert 0.9 < register.confidence < 1
    assert register.text["file:Catatan"].tolist() == ["x"]
    assert register.text["file:periode"].tolist() == [""]
    assert register.text["register_lon"].tolist() == [""]
    assert register.text["rw_code"].tolist() == ["7"]


def test_missing_headings_are_named(tmp_path: Path) -> None:
    row = family()
    del row["risiko_stunting"], row["baduta"]
    file = write_csv(tmp_path / "r.csv", [row])
    with pytest.raises(LayoutError, match=r"bkkbn-.*: baduta, risiko_stunting"):
        read_register(file)
    with pytest.raises(LayoutError, match="bkkbn-krs-2022: baduta, risiko_stunting"):
        read_register(file, "bkkbn-krs-2022")


def test_an_unknown_layout_is_a_wrong_call_that_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownLayoutError, match="bkkbn-krs-2022, bkkbn-food-aid") as caught:
        read_register(tmp_path / "absent.csv", "bkkbn-1999")
    assert caught.value.exit_code == 2


def test_a_named_layout_reads_a_file_with_more_columns(tmp_path: Path) -> None:
    register = read_register(write_csv(tmp_path / "r.csv", [family()]), "bkkbn-krs-2022")
    assert register.layout.name == "bkkbn-krs-2022"
    assert register.text["file:alamat"].tolist() == ["Jl. Contoh, No. 1"]


def _marked(mark: str) -> dict[str, str]:
    return {FOOD_AID.heading_of(column): mark for column in MARK_COLUMNS}


def test_v_marks_are_chosen_without_a_name(tmp_path: Path) -> None:
    text = register_of(tmp_path, family(), family(2, **_marked("v"))).text
    assert choose_code_map(text) is CODE_MAPS["v-marks"]


def test_ambiguous_digits_are_refused_with_both_totals(tmp_path: Path) -> None:
    rows = [family(n, **_marked("1" if n < 4 else "2")) for n in range(5)]
    text = register_of(tmp_path, *rows).text
    with pytest.raises(CodeMapError, match="one-is-risk 4; two-is-risk 1") as caught:
        choose_code_map(text)
    assert caught.value.exit_code == 3
    assert choose_code_map(text, "two-is-risk").name == "two-is-risk"
    assert at_risk_total(text, CODE_MAPS["two-is-risk"]) == 1


def test_marks_that_nothing_reads_are_refused(tmp_path: Path) -> None:
    text = register_of(tmp_path, family(**_marked("ya"))).text
    with pytest.raises(CodeMapError, match="Tidak ada peta kode"):
        choose_code_map(text)


def test_a_named_map_that_cannot_read_the_file_is_refused(tmp_path: Path) -> None:
    text = register_of(tmp_path, family()).text
    with pytest.raises(CodeMapError, match="one-is-risk tidak cocok: hanya"):
        choose_code_map(text, "one-is-risk")


def test_an_unknown_code_map_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UnknownCodeMapError, match="v-marks, one-is-risk, two-is-risk"):
        choose_code_map(register_of(tmp_path, family()).text, "guess")


@pytest.mark.parametrize(
    ("name", "column", "expected"),
    [
        # mark:                         V      -      ""     1      2      3    ?
        ("v-marks", "unfit_water", [True, False, None, None, None, None, None]),
        ("v-marks", "too_young", [True, False, False, None, None, None, None]),
        ("one-is-risk", "too_young", [None, None, None, True, False, False, None]),
        ("two-is-risk", "unfit_water", [None, None, None, False, True, False, None]),
    ],
)
def test_each_mark_reads_as_its_map_says(
    tmp_path: Path, name: str, column: str, expected: list[bool | None]
) -> None:
    marks = ["V", "-", "", "1", "2.0", "3", "?"]
    heading = FOOD_AID.heading_of(column)
    rows = [family(n, **{heading: mark}) for n, mark in enumerate(marks)]
    values, unreadable = read_marks(register_of(tmp_path, *rows).text[column], CODE_MAPS[name])
    assert values.astype(object).where(values.notna(), None).tolist() == expected
    assert bool(unreadable.iloc[-1])
    assert not bool(unreadable.iloc[2])
