"""Registers to hand back: every fault marked where it stands, every cell as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from command_line import call, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from register_files import family, write_csv, write_xlsx
from storage_fixtures import make_households, no_issues, no_quarantine
from workspace_fixtures import NOW, City, state_of

from geodata.code_maps import CODE_MAPS, CodeMap
from geodata.columns import HOUSEHOLDS
from geodata.layouts import LAYOUTS, Layout
from geodata.register import read_register
from geodata.register_cells import heading_of_field, register_cells
from geodata.tables import read_table
from geodata.validation import check_register
from publishing.marked_copy import ExportNote, write_corrections, write_marked_copy
from publishing.marked_sheet import MOST_COMMENTS
from storage.database import Database, open_database, reading, transaction
from storage.exports import load_exports
from storage.history import UnknownImportError
from storage.households import load_households, store_import
from storage.verified_places import verify_place, withdraw_place
from storage.workspace import Workspace
from workflows.corrections import corrected_families
from workflows.register_exports import (
    ExportError,
    ExportRequest,
    NoCorrectionError,
    export_corrections,
    export_marked,
)
from workflows.register_history import NoImportError
from workflows.registers import import_register

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NOTE = ExportNote("perbaikan & cek", "Petugas Contoh", AT, "id")
BY = {"at": AT, "by": "Petugas", "note": "kunjungan"}
RED, YELLOW, BLUE = "FFF4A6A0", "FFFFE699", "FFBDD7EE"
ISSUE_COLUMNS = ("row", "column", "code", "quarantines", "what", "remedy")


def request(out: Path, **changes: str) -> ExportRequest:
    given = {"purpose": "perbaikan", "by": "Petugas Contoh"} | changes
    return ExportRequest(out, at=AT, **given)  # type: ignore[arg-type]


def issues(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(ISSUE_COLUMNS))


def sheets(file: Path) -> tuple[Worksheet, Worksheet]:
    book = openpyxl.load_workbook(file)
    data, legend = book.worksheets
    return data, legend


def colour(sheet: Worksheet, cell: str) -> str | None:
    fill = sheet[cell].fill
    return str(fill.start_color.rgb) if fill.fill_type == "solid" else None


def table_of(*rows: dict[str, str], first: int = 2) -> pd.DataFrame:
    index = pd.RangeIndex(first, first + len(rows), name="row")
    return pd.DataFrame(list(rows), index=index, dtype="str")


# the copy


def test_faulty_cells_are_coloured_and_say_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    table = table_of({"kode": "0012", "nik": "123", "rw": ""}, {"kode": "", "nik": "9", "rw": "01"})
    found = issues(
        (2, "nik", "nik_not_16_digits", False, "NIK kosong.", "Isi nomor RW."),
        (2, "rw", "rw_missing", False, "RW kosong.", "Isi nomor RW."),
        (3, "kode", "family_code_missing", True, "Kode keluarga kosong.", "Isi nomor RW."),
    )
    write_marked_copy(tmp_path / "a.xlsx", table, found, NOTE)
    data, _ = sheets(tmp_path / "a.xlsx")
    assert [colour(data, cell) for cell in ("B2", "C2", "A3", "A2", "C3")] == [
        YELLOW, YELLOW, RED, None, None,
    ]  # fmt: skip
    assert data["C2"].comment.text == "RW kosong. Isi nomor RW."
    assert data["A3"].comment.text == "Kode keluarga kosong. Isi nomor RW."
    assert data["A2"].comment is None
    assert data.freeze_panes == "A2"
    assert [cell.value for cell in data[1]] == ["kode", "nik", "rw"]


def test_several_faults_of_a_cell_are_told_together_and_the_gravest_colours_it(
    tmp_path: Path,
) -> None:
    found = issues(
        (2, "a", "formula", False, "RT kosong.", "Isi nomor RT."),
        (2, "a", "no_area", True, "RW kosong.", "Isi nomor RW."),
    )
    write_marked_copy(tmp_path / "a.xlsx", table_of({"a": "x", "b": "y"}), found, NOTE)
    data, _ = sheets(tmp_path / "a.xlsx")
    assert colour(data, "A2") == RED
    assert data["A2"].comment.text == "RW kosong. Isi nomor RW.\nRT kosong. Isi nomor RT."


def test_comments_and_legend_speak_the_readers_language(tmp_path: Path) -> None:
    found = issues((2, "a", "rt_missing", False, "RT kosong.", "Isi nomor RT."))
    english = ExportNote("repair", "Officer", AT, "en")
    write_marked_copy(tmp_path / "a.xlsx", table_of({"a": "", "b": "y"}), found, english)
    data, legend = sheets(tmp_path / "a.xlsx")
    assert data["A2"].comment.text == "The RT is blank. Fill in the RT number."
    words = [cell.value for row in legend.iter_rows() for cell in row if cell.value]
    assert "The RT is blank." in words


def test_the_legend_counts_every_kind_of_fault(tmp_path: Path) -> None:
    rows = [(row, "a", "rt_missing", False, "RT kosong.", "Isi nomor RT.") for row in (2, 3, 4)]
    found = issues(*rows, (4, "b", "no_area", True, "RW kosong.", "Isi nomor RW."))
    table = table_of(*[{"a": "x", "b": "y"}] * 3)
    write_marked_copy(tmp_path / "a.xlsx", table, found, NOTE)
    _, legend = sheets(tmp_path / "a.xlsx")
    lines = [[cell.value for cell in row] for row in legend.iter_rows(min_row=6)]
    assert lines[0] == ["b", "no_area", "RW kosong.", "Isi nomor RW.", "1"]
    assert lines[1] == ["a", "rt_missing", "RT kosong.", "Isi nomor RT.", "3"]
    assert colour(legend, "A6") == RED
    assert colour(legend, "A7") == YELLOW


def test_purpose_and_person_stand_in_footer_properties_and_legend(tmp_path: Path) -> None:
    write_marked_copy(tmp_path / "a.xlsx", table_of({"a": "x", "b": "y"}), issues(), NOTE)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.properties.creator == "Petugas Contoh"
    assert book.properties.description == "perbaikan & cek"
    assert book.properties.created == AT.replace(tzinfo=None)
    for sheet in book.worksheets:
        assert "perbaikan && cek" in str(sheet.oddFooter.left.text)
        assert "Petugas Contoh" in str(sheet.oddFooter.left.text)
    assert "perbaikan & cek" in str(book.worksheets[1]["A2"].value)


@pytest.mark.parametrize("purpose", ["&" * 300, "k" * 300, "é&" * 200])
def test_a_long_purpose_still_gives_a_footer_that_excel_takes(tmp_path: Path, purpose: str) -> None:
    note = ExportNote(purpose, "b" * 300, AT, "id")
    write_marked_copy(tmp_path / "a.xlsx", table_of({"a": "x", "b": "y"}), issues(), note)
    xml = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].oddFooter
    assert 10 < len(str(xml.left.text)) <= 250
    assert str(xml.left.text).count("&") % 2 == 0


DANGEROUS = ["=1+1", "@SUM(A1)", "+62812", "-5", "007", "3.67E+15", "1/2", "https://x.id", "TRUE"]


def test_every_cell_stays_text_even_when_it_is_edited(tmp_path: Path) -> None:
    table = table_of(*[{"a": cell, "b": "y"} for cell in DANGEROUS])
    found = issues((2, "a", "formula", False, "RT kosong.", "Isi nomor RT."))
    write_marked_copy(tmp_path / "a.xlsx", table, found, NOTE)
    data, _ = sheets(tmp_path / "a.xlsx")
    cells = [data.cell(row, 1) for row in range(2, 2 + len(DANGEROUS))]
    assert [cell.value for cell in cells] == DANGEROUS
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert not any(cell.hyperlink for cell in cells)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
            st.text("=+-@'\"<>&;_x0041 \t", max_size=12),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_copy_reads_back_as_the_source(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    table = table_of(*[{"kode": "1", "satu": one, "dua": two} for one, two in cells])
    write_marked_copy(tmp_path / "a.xlsx", table, issues(), NOTE)
    again = read_table(tmp_path / "a.xlsx")
    assert list(again.columns) == list(table.columns)
    for row, (one, two) in zip(again.itertuples(index=False), cells, strict=True):
        for read, written in zip(row[1:], (one, two), strict=True):
            # a character that XML forbids is shown as broken
            expected = written.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
            assert read.strip() == expected.strip()


def test_rows_stand_where_they_stood_in_the_source(tmp_path: Path) -> None:
    table = table_of({"a": "x", "b": "y"}, {"a": "z", "b": ""}, first=5)
    found = issues((6, "b", "rt_missing", False, "RT kosong.", "Isi nomor RT."))
    write_marked_copy(tmp_path / "a.xlsx", table, found, NOTE)
    data, _ = sheets(tmp_path / "a.xlsx")
    assert (data["A5"].value, data["A6"].value, data["A2"].value) == ("x", "z", None)
    assert data["B6"].comment is not None


def test_a_text_too_long_for_excel_is_cut_and_says_so(tmp_path: Path) -> None:
    write_marked_copy(tmp_path / "a.xlsx", table_of({"a": "x" * 40_000, "b": "y"}), issues(), NOTE)
    data, _ = sheets(tmp_path / "a.xlsx")
    assert len(str(data["A2"].value)) == 32_767
    assert "terpotong" in data["A2"].comment.text


def test_beyond_many_comments_cells_are_only_coloured_and_the_gravest_keep_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishing.marked_sheet.MOST_COMMENTS", 2)
    rows = [(row, "a", "rt_missing", False, "RT kosong.", "Isi nomor RT.") for row in (2, 3, 4)]
    found = issues(*rows, (5, "a", "no_area", True, "RW kosong.", "Isi nomor RW."))
    table = table_of(*[{"a": "x", "b": "y"}] * 4)
    write_marked_copy(tmp_path / "a.xlsx", table, found, NOTE)
    data, _ = sheets(tmp_path / "a.xlsx")
    told = [data.cell(row, 1).comment is not None for row in (2, 3, 4, 5)]
    assert told == [True, False, False, True]
    assert [colour(data, f"A{row}") for row in (2, 3, 4, 5)] == [YELLOW] * 3 + [RED]
    assert MOST_COMMENTS > 1_000


def test_a_copy_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    table, nowhere = table_of({"a": "x", "b": "y"}), tmp_path / "tiada" / "a.xlsx"
    marks = pd.DataFrame({"row": [2], "column": ["a"], "comment": ["x"]})
    with pytest.raises(OSError, match="tiada"):
        write_marked_copy(nowhere, table, issues(), NOTE)
    with pytest.raises(OSError, match="tiada"):
        write_corrections(nowhere, table, marks, NOTE)


def test_nothing_of_a_copy_that_failed_stays_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, elsewhere = tmp_path / "keluar" / "a.xlsx", tmp_path / "sementara"
    target.mkdir(parents=True)  # a folder: no file can be written there
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    with pytest.raises(OSError, match=r"a\.xlsx"):
        write_marked_copy(target, table_of({"a": "x", "b": "y"}), issues(), NOTE)
    assert list(elsewhere.iterdir()) == []
    assert list(target.parent.iterdir()) == [target]


# from a register


def faulty(folder: Path) -> Path:
    """Write a register with a title, headings in their own spelling, and three faulty rows."""
    rows = [family(1), family(2, nama_rw=""), family(3, kode_keluarga=""), family(4, nik="12")]
    headings = [name.replace("_", " ").upper() for name in rows[0]]
    return write_xlsx(
        folder / "register.xlsx",
        [["Register contoh"], [], headings, *[list(row.values()) for row in rows]],
    )


def test_a_register_is_marked_under_its_own_headings_and_rows(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    file, out = faulty(tmp_path), tmp_path / "salinan.xlsx"
    told = export_marked(copy_of("city"), file, request(out))
    data, _ = sheets(out)
    headings = [str(cell.value) for cell in data[1]]
    assert headings[:2] == ["ID FRM", "ID PROVINSI"]
    found = {
        (cell.row, headings[cell.column - 1]): cell.comment.text
        for row in data.iter_rows()
        for cell in row
        if cell.comment
    }
    assert set(found) == {(5, "NAMA RW"), (6, "KODE KELUARGA"), (7, "NIK")}
    assert found[5, "NAMA RW"] == "RW kosong. Isi nomor RW."
    assert (told["rows"], told["faults"], told["faulty_rows"]) == (4, 3, 3)


def test_a_marked_copy_is_the_same_register_to_whoever_reads_it(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    file, out = city.files / "register.csv", tmp_path / "salinan.xlsx"
    export_marked(copy_of("city"), file, request(out))
    before, after = (checked(each) for each in (file, out))
    pd.testing.assert_frame_equal(before.households, after.households)
    pd.testing.assert_frame_equal(before.issues, after.issues)
    assert len(before.issues) > 10


def checked(file: Path):  # noqa: ANN201  # geodata.validation.Checked
    read = read_register(file)
    return check_register(read.text, read.layout, CODE_MAPS["v-marks"])


def test_a_fault_in_a_column_that_the_file_lacks_is_told_at_the_family_code(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    rows = [
        {key: value for key, value in family(number).items() if key != "nik"} for number in (1, 2)
    ]
    out = tmp_path / "salinan.xlsx"
    export_marked(copy_of("city"), write_csv(tmp_path / "r.csv", rows), request(out))
    data, _ = sheets(out)
    column = [cell.value for cell in data[1]].index("kode_keluarga") + 1
    assert data.cell(2, column).comment.text.startswith("NIK kosong.")


def test_a_register_without_a_fault_is_copied_without_a_mark(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    out = tmp_path / "salinan.xlsx"
    told = export_marked(copy_of("city"), write_csv(tmp_path / "r.csv", [family(1)]), request(out))
    data, _ = sheets(out)
    assert (told["rows"], told["faults"], told["faulty_rows"]) == (1, 0, 0)
    assert not any(cell.comment for row in data.iter_rows() for cell in row)


def test_an_export_is_noted_with_its_purpose_and_the_import_it_is_of(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    workspace = copy_of("register")
    file = city.files / "register.csv"
    told = export_marked(workspace, file, request(tmp_path / "a.xlsx"))
    export_marked(workspace, faulty(tmp_path), request(tmp_path / "b.xlsx", by=" Kader "))
    with reading(open_database(workspace)) as conn:
        noted = load_exports(conn)
    assert noted["kind"].tolist() == ["marked-copy"] * 2
    assert noted["by"].tolist() == ["Kader", "Petugas Contoh"]
    assert noted["purpose"].tolist() == ["perbaikan"] * 2
    assert noted["rows"].tolist() == [4, told["rows"]]
    assert noted["import_id"].isna().tolist() == [True, False]
    assert noted["at"].tolist() == [AT, AT]


@pytest.mark.parametrize("missing", ["purpose", "by"])
def test_without_purpose_or_person_nothing_is_written(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path, missing: str
) -> None:
    workspace = copy_of("register")
    before = state_of(workspace.folder)
    out = tmp_path / "a.xlsx"
    with pytest.raises(ExportError, match="Tulis keperluan"):
        export_marked(workspace, city.files / "register.csv", request(out, **{missing: " "}))
    with pytest.raises(ExportError, match="Tulis keperluan"):
        export_corrections(workspace, request(out, **{missing: ""}))
    assert not out.exists()
    assert state_of(workspace.folder) == before


def test_a_place_that_cannot_be_written_is_refused_and_nothing_is_noted(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    workspace = copy_of("register")
    for out in (tmp_path, tmp_path / "tiada" / "a.xlsx"):
        with pytest.raises(ExportError, match="tidak dapat ditulis"):
            export_marked(workspace, city.files / "register.csv", request(out))
    with reading(open_database(workspace)) as conn:
        assert load_exports(conn).empty


def test_a_copy_that_fails_half_way_leaves_no_file_and_no_note(
    copy_of: Callable[[str], Workspace],
    city: City,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(target: Path, **_: object) -> None:
        target.write_bytes(b"separuh")
        raise OSError(28, "disk")

    monkeypatch.setattr("workflows.register_exports.write_marked_copy", full)
    workspace = copy_of("register")
    (tmp_path / "keluar").mkdir()
    with pytest.raises(ExportError, match=r"a\.xlsx tidak dapat ditulis"):
        export_marked(
            workspace, city.files / "register.csv", request(tmp_path / "keluar" / "a.xlsx")
        )
    assert list((tmp_path / "keluar").iterdir()) == []
    with reading(open_database(workspace)) as conn:
        assert load_exports(conn).empty


# back into the layout


@pytest.mark.parametrize(
    ("layout", "codes"),
    [
        ("bkkbn-krs-2022", "one-is-risk"),
        ("bkkbn-food-aid", "two-is-risk"),
        ("bkkbn-food-aid", "v-marks"),
        ("bkkbn-verval-2025", "verval-2025"),
    ],
)
def test_families_written_in_a_layout_read_back_the_same(
    tmp_path: Path, layout: str, codes: str
) -> None:
    chosen, code_map = LAYOUTS[layout], CODE_MAPS[codes]
    frame = make_households([f"36710100000{number:05d}" for number in range(60)])
    if code_map.blank_is_no:  # there a blank says no, so unknown cannot be written
        flags = ["pregnant", "baduta", "balita", "pus", "too_young", "too_old", "too_close",
                 "too_many", "no_modern_contraception"]  # fmt: skip
        frame[flags] = frame[flags].fillna(value=False)
    frame["bkkbn_at_risk"] = frame["bkkbn_at_risk"].fillna(value=True)
    cells = register_cells(frame, chosen, code_map)
    assert list(cells.columns) == list(chosen.headings)
    read = read_register(write_csv(tmp_path / "r.csv", cells.to_dict("records")), layout)
    again = check_register(read.text, read.layout, code_map).households
    kept = [name for name in HOUSEHOLDS.columns if is_kept(str(name), chosen, code_map)]
    assert len(kept) >= 20
    pd.testing.assert_frame_equal(again[kept], frame[kept])


def is_kept(field: str, layout: Layout, code_map: CodeMap) -> bool:
    """Tell whether a layout holds a field in a way that can be written."""
    kinds = {each.mark for each in code_map.lists if "true" not in each.yes}
    return heading_of_field(field, layout, code_map) is not None and field not in kinds


@given(number=st.floats(-180, 180, allow_nan=False))
def test_a_coordinate_is_written_so_that_it_reads_back_the_same(number: float) -> None:
    frame = make_households(["F1", "F2"])
    frame.loc[2, "register_lon"] = number
    cells = register_cells(frame, LAYOUTS["bkkbn-food-aid"], CODE_MAPS["v-marks"])
    text = cells.loc[2, "longitude"]
    assert float(text) == number
    assert "e" not in text


# corrections


def store(database: Database, frame: pd.DataFrame, sha: str, codes: str = "v-marks") -> None:
    layout = "bkkbn-verval-2025" if codes == "verval-2025" else "bkkbn-food-aid"
    with transaction(database) as conn:
        store_import(
            conn, kind="register", file_sha256=sha, layout=layout, codes=codes, at=AT,
            rows_read=len(frame), households=frame, quarantined=no_quarantine(),
            issues=no_issues(),
        )  # fmt: skip


def test_only_what_differs_from_the_import_is_marked_in_its_layout(database: Database) -> None:
    every = make_households(["F0", "F1", "F2", "F3", "F4"])
    every.loc[2, ["pregnant", "rw"]] = [True, "001"]
    second = every.copy()
    second.loc[2, "pregnant"] = False
    second.loc[2, "rw"] = "009"
    second.loc[3, "head_name"] = "Contoh Baru"
    second.loc[4, "welfare_rank"] = 5
    third = second.copy()
    third.loc[4, "welfare_rank"] = every.loc[4, "welfare_rank"]  # back to what it was
    store(database, every.iloc[:4], "a")
    store(database, second.iloc[:4], "b")
    store(database, third, "c")
    with reading(database) as conn:
        found = corrected_families(conn, None, "id")
        later = corrected_families(conn, 2, "id")
    marks = {(row.row, row.column): row.comment for row in found.marks.itertuples()}
    assert marks == {
        (2, "pus_hamil"): "Semula ya; berubah pada impor nomor 2.",
        (2, "nama_rw"): "Semula 001; berubah pada impor nomor 2.",
        (3, "nama_kepala_keluarga"): "Berubah pada impor nomor 2.",
    }
    assert found.cells["kode_keluarga"].tolist() == ["F0", "F1"]
    assert found.cells.loc[2, ["pus_hamil", "nama_rw"]].tolist() == ["-", "009"]
    assert found.cells.loc[3, "nama_kepala_keluarga"] == "Contoh Baru"
    assert list(found.cells.columns) == list(LAYOUTS["bkkbn-food-aid"].headings)
    assert found.import_id == 1
    assert later.cells["kode_keluarga"].tolist() == ["F2"]
    assert later.marks["column"].tolist() == ["kesejahteraan_prioritas"]


def test_a_confirmed_place_is_a_corrected_coordinate(database: Database) -> None:
    frame = make_households(["F0", "F1", "F2"])
    store(database, frame, "a")
    with transaction(database) as conn:
        verify_place(conn, 2, 106.65, -6.15, **BY)
        verify_place(conn, 3, frame.loc[4, "register_lon"], frame.loc[4, "register_lat"], **BY)
        verify_place(conn, 1, 106.6, -6.2, **BY)
        withdraw_place(conn, 1, **BY)
        found = corrected_families(conn, None, "id")
    assert found.cells["kode_keluarga"].tolist() == ["F1"]
    assert found.cells.loc[2, ["longitude", "latitude"]].tolist() == ["106.65", "-6.15"]
    assert sorted(found.marks["column"]) == ["latitude", "longitude"]
    assert set(found.marks["comment"]) == {"Titik dipastikan pada 2026-11-24."}


def test_a_kind_of_toilet_is_left_to_whoever_knows_it(database: Database) -> None:
    frame = make_households(["F0", "F1"])
    frame.loc[2, "unfit_toilet"] = True
    second = frame.copy()
    second.loc[2, "unfit_toilet"] = False
    second.loc[3, "address"] = "Gg. Lain"  # that layout has no address
    store(database, frame, "a", "verval-2025")
    store(database, second, "b", "verval-2025")
    with reading(database) as conn:
        found = corrected_families(conn, 1, "id")
    assert found.cells["memiliki_tempat_bab"].tolist() == [""]
    (comment,) = found.marks["comment"]
    assert comment == "Semula ya; berubah pada impor nomor 2. Kini tidak; tulis kodenya."
    assert found.not_in_layout == 1


def test_corrections_without_an_import_are_refused(database: Database) -> None:
    with reading(database) as conn:
        with pytest.raises(NoImportError, match="Belum ada register"):
            corrected_families(conn, None, "id")
        with pytest.raises(UnknownImportError, match="Impor nomor 3 tidak ada"):
            corrected_families(conn, 3, "id")


@pytest.fixture
def corrected(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> tuple[Workspace, pd.DataFrame]:
    """The city's register, handed back with another rank and another RT."""
    workspace = copy_of("register")
    register = pd.read_csv(city.files / "register.csv", dtype=str, keep_default_na=False)
    ranks = register["kesejahteraan_prioritas"]
    register.loc[3, "kesejahteraan_prioritas"] = "1" if ranks[3] != "1" else "4"
    register.loc[7, "nama_rt"] = "099"
    file = tmp_path / "kembali.csv"
    register.to_csv(file, index=False)
    import_register(workspace, file, layout=None, codes=None, now=NOW + timedelta(days=1))
    return workspace, register


def test_corrections_are_written_marked_and_noted(
    corrected: tuple[Workspace, pd.DataFrame], tmp_path: Path
) -> None:
    workspace, register = corrected
    out = tmp_path / "koreksi.xlsx"
    told = export_corrections(workspace, request(out))
    data, legend = sheets(out)
    headings = [cell.value for cell in data[1]]
    marked = {
        (data.cell(cell.row, headings.index("kode_keluarga") + 1).value, headings[cell.column - 1]):
        cell.value
        for row in data.iter_rows()
        for cell in row
        if cell.comment
    }  # fmt: skip
    assert marked == {
        (register.loc[3, "kode_keluarga"], "kesejahteraan_prioritas"): (
            register.loc[3, "kesejahteraan_prioritas"]
        ),
        (register.loc[7, "kode_keluarga"], "nama_rt"): "099",
    }
    assert (told["rows"], told["cells"], told["since"]) == (2, 2, 1)
    assert colour(legend, "A6") == BLUE
    with reading(open_database(workspace)) as conn:
        noted = load_exports(conn)
    assert noted.iloc[0][["kind", "rows", "import_id"]].tolist() == ["corrections", 2, 1]


def test_corrections_can_be_read_as_a_register_again(
    corrected: tuple[Workspace, pd.DataFrame], tmp_path: Path
) -> None:
    workspace, _ = corrected
    out = tmp_path / "koreksi.xlsx"
    export_corrections(workspace, request(out))
    again = checked(out).households.set_index("kode_keluarga")
    with reading(open_database(workspace)) as conn:
        stored = load_households(conn).set_index("kode_keluarga").loc[again.index]
    pd.testing.assert_frame_equal(again[stored.columns], stored)


def test_without_a_change_there_is_nothing_to_correct(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    with pytest.raises(NoCorrectionError, match="Tidak ada yang berubah sejak impor nomor 1"):
        export_corrections(copy_of("register"), request(tmp_path / "a.xlsx"))
    assert not (tmp_path / "a.xlsx").exists()


# the commands


def test_the_commands_write_both_lists(
    corrected: tuple[Workspace, pd.DataFrame], city: City, tmp_path: Path
) -> None:
    workspace, _ = corrected
    copy, list_ = tmp_path / "salinan.xlsx", tmp_path / "koreksi.xlsx"
    words = ["register", "marked", city.files / "register.csv", "--out", copy]
    told = call(*words, "--purpose", "perbaikan", "--json", workspace=workspace)
    assert json.loads(told.stdout)["faults"] > 0
    words = ["register", "corrections", "--out", list_, "--purpose", "koreksi", "--by", "Kader"]
    told = call(*words, "--json", workspace=workspace)
    assert json.loads(told.stdout)["cells"] == 2
    assert openpyxl.load_workbook(copy).properties.creator
    assert openpyxl.load_workbook(list_).properties.creator == "Kader"


def test_the_commands_refuse_without_a_purpose(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    workspace = copy_of("register")
    out = tmp_path / "a.xlsx"
    for words in (["marked", city.files / "register.csv"], ["corrections"]):
        blank = call("register", *words, "--out", out, "--purpose", " ", workspace=workspace)
        refused(blank, 2, "Tulis keperluan")
        assert call("register", *words, "--out", out, workspace=workspace).exit_code == 2
    assert not out.exists()


def test_a_computer_without_user_names_asks_who_takes_the_list(
    copy_of: Callable[[str], Workspace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise OSError("no username set in the environment")

    monkeypatch.setattr("getpass.getuser", nobody)
    words = ["register", "corrections", "--out", tmp_path / "a.xlsx", "--purpose", "koreksi"]
    refused(call(*words, workspace=copy_of("register")), 2, "siapa yang mengambil daftar ini")
