from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from register_files import (
    FOOD_AID,
    VERVAL,
    family,
    register_of,
    verified_family,
    write_csv,
    write_xlsx,
)

from geodata import refusals
from geodata.code_maps import (
    CODE_MAPS,
    ENVIRONMENT,
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


@pytest.mark.parametrize(
    ("name", "message"),
    [("absent.csv", "absent.csv tidak ditemukan"), ("zero\0byte.csv", "zero.byte.csv tidak"),
     ("folder", "itu folder; pilih berkasnya"), ("x" * 300, "x{70,}… tidak")],
)  # fmt: skip
def test_missing_file_is_named(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(MissingFileError, match=message):
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
    with pytest.raises(NotATableError, match=r"bukan tabel|satu kolom|rusak|HTML|PDF"):
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
    with pytest.raises(NotATableError, match="bukan tabel"):
        read_table(file)


def test_packed_bombs_and_giants_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = write_xlsx(tmp_path / "t.xlsx", [["a", "b"], ["1", "2"]])
    text = write_csv(tmp_path / "t.csv", [{"a": "x" * 900, "b": "1"}] * 30)
    monkeypatch.setattr(refusals, "MOST_ROWS", 20)
    with pytest.raises(TableTooLargeError, match="terlalu besar"):
        read_table(text)
    monkeypatch.setattr(refusals, "MOST_BYTES", 8_000)  # the workbook is smaller, unpacked larger
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


@pytest.mark.parametrize("limit", ["MOST_CELLS", "MOST_COLUMNS"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_too_many_cells_and_columns_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, kind: str
) -> None:
    file = tmp_path / "t"
    if kind == "csv":
        file.write_text("a,b,c\n" + "1,2,3\n" * 3, encoding="utf-8")
    else:
        write_xlsx(file, [["a", "b", "c"], *[["1", "2", "3"]] * 3])
    assert len(read_table(file)) == 3
    monkeypatch.setattr(refusals, limit, 2)
    with pytest.raises((TableTooLargeError, NotATableError), match=r"terlalu besar|rusak"):
        read_table(file)


def test_a_heading_like_our_own_names_stays_apart(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"{SURPLUS},,column B\n1,x,3,4\n5,y,6\n", encoding="utf-8")
    table = read_table(file)
    assert table.columns.tolist() == ["column A", "column B'", "column B", SURPLUS]
    assert table.to_numpy().tolist() == [["1", "x", "3", "4"], ["5", "y", "6", ""]]


def test_a_delimiter_is_told_by_even_rows_not_by_frequency(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    rows = [["tim", "wilayah", "hari"], ["A", ";".join("12345678"), "senin"], ["B", "1", "selasa"]]
    write_csv(file, [dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    assert read_table(file).to_numpy().tolist() == rows[1:]


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


def test_an_excel_error_in_a_mark_is_unreadable_and_not_a_no(tmp_path: Path) -> None:
    text = register_of(tmp_path, family(terlalu_tua="#N/A"), family(2, terlalu_tua="#REF!")).text
    values, unreadable = read_marks(text["too_old"], CODE_MAPS["v-marks"])
    assert values.isna().all()
    assert unreadable.all()


def test_the_verification_of_2025_is_told_from_its_headings(tmp_path: Path) -> None:
    register = register_of(tmp_path, verified_family())
    assert register.layout is VERVAL
    assert register.confidence == 1.0
    assert register.text["water_source"].tolist() == ["2"]
    assert register.text["file:no_kk"].tolist() == ["3671010000000001"]
    fewer = {head: cell for head, cell in verified_family().items() if head != "jenis_bantuan"}
    assert 0.95 < register_of(tmp_path, fewer).confidence < 1
    without = {head: cell for head, cell in fewer.items() if head != "sumber_air_minum"}
    assert register_of(tmp_path, without).layout.name == "bkkbn-krs-2022"


def test_the_verification_without_its_own_columns_is_refused(tmp_path: Path) -> None:
    row = verified_family()
    del row["status_hamil"]
    with pytest.raises(LayoutError, match="bkkbn-verval-2025: status_hamil"):
        read_register(write_csv(tmp_path / "r.csv", [row]), "bkkbn-verval-2025")


def test_the_verification_has_a_code_map_of_its_own(tmp_path: Path) -> None:
    text = register_of(tmp_path, verified_family()).text
    assert choose_code_map(text) is CODE_MAPS["verval-2025"]
    assert choose_code_map(text, "verval-2025").version == 1
    with pytest.raises(CodeMapError, match=r"v-marks bukan untuk .*; yang cocok: verval-2025"):
        choose_code_map(text, "v-marks")
    older = register_of(tmp_path, family()).text
    with pytest.raises(CodeMapError, match=r"verval-2025 bukan .*: v-marks, one-is-risk, two"):
        choose_code_map(older, "verval-2025")


@pytest.mark.parametrize(
    ("column", "fit", "unfit", "unknown"),
    [
        ("water_source", ["1", "2", "3", "4", "6.0"], ["5", "7", "8", "9", "10"], ["", "-", "11"]),
        ("toilet_kind", ["1", " 2 "], ["3", "4"], ["", "NULL", "5", "ada"]),
        ("pregnant", ["false", "FALSE", "f", "0", "2"], ["true", "True", "t", "1"], ["", "?"]),
        ("pus", ["2", "3"], ["1"], ["", "true", "5"]),
    ],
)
def test_the_codes_of_the_verification_are_read_by_column(
    tmp_path: Path, column: str, fit: list[str], unfit: list[str], unknown: list[str]
) -> None:
    heading = VERVAL.heading_of(column)
    cells = [*fit, *unfit, *unknown]
    rows = [verified_family(number, **{heading: cell}) for number, cell in enumerate(cells)]
    marks = register_of(tmp_path, *rows).text[column]
    values, unreadable = read_marks(marks, CODE_MAPS["verval-2025"])
    expected = [False] * len(fit) + [True] * len(unfit) + [None] * len(unknown)
    assert values.astype(object).where(values.notna(), None).tolist() == expected
    blank = {"", "-", "NULL"}
    assert unreadable.tolist() == [cell in unknown and cell not in blank for cell in cells]


def test_every_code_list_is_told_apart_and_names_a_mark() -> None:
    for each in CODE_MAPS["verval-2025"].lists:
        assert each.mark in MARK_COLUMNS
        assert each.column in VERVAL.columns.values()
        assert not each.yes & each.no
    listed = {each.mark for each in CODE_MAPS["verval-2025"].lists}
    assert set(ENVIRONMENT) <= listed
