from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path
from xml.parsers.expat import ExpatError

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from bad_files import READ, REFUSED, SOUND, SOUND_CSV, BadFile
from bad_workbooks import rows_xml, sheet_xml, workbook_of_sheets
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from workspace_fixtures import NOW, state_of

from common.errors import BadInputError
from geodata import csv_text
from geodata.code_maps import choose_code_map
from geodata.headings import HEAD_ROWS, find_heading
from geodata.register import RegisterText, read_register
from geodata.sheet_parser import SheetParser
from geodata.table_frame import frame_of_even_rows, frame_of_rows
from geodata.tables import read_sheet, read_table
from geodata.validation import Checked, check_register
from geodata.workbook_cells import CellStyles
from geodata.workbook_rows import sheet_rows
from storage.workspace import Workspace
from workflows.cities import build_city
from workflows.registers import NothingAcceptedError, import_register

_SETTINGS = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

CASES = (*REFUSED, *READ)


def ids(case: BadFile) -> str:
    return case.name


def taken_in(case: BadFile, folder: Path) -> tuple[RegisterText, Checked]:
    file = folder / case.file_name
    case.make(file)
    read = read_register(file)
    return read, check_register(read.text, read.layout, choose_code_map(read.text))


def test_the_corpus_is_large_and_no_name_stands_twice() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) >= 40


@pytest.mark.parametrize("case", REFUSED, ids=ids)
def test_a_file_that_cannot_be_used_is_refused_with_a_clear_sentence(
    case: BadFile, tmp_path: Path
) -> None:
    assert case.refusal is not None
    with pytest.raises(BadInputError, match=case.says) as caught:
        taken_in(case, tmp_path)
    assert type(caught.value) is case.refusal
    assert caught.value.exit_code == 3
    assert "{" not in str(caught.value)
    for personal in ("Contoh Keluarga", "3671014502910000", "Jl. Contoh", "106.6317"):
        assert personal not in str(caught.value)


@pytest.mark.parametrize("case", READ, ids=ids)
def test_an_odd_file_becomes_a_table_with_every_row(case: BadFile, tmp_path: Path) -> None:
    read, checked = taken_in(case, tmp_path)
    assert len(read.text) == case.rows
    assert len(checked.quarantined) == case.held
    assert len(checked.households) == case.rows - case.held
    assert set(checked.issues["code"]) == case.codes
    assert {place: read.text.loc[place] for place in case.cells} == case.cells
    assert (read.sheet, *read.other_sheets) == case.sheets


@pytest.fixture(scope="session")
def built(city_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A city without a register; only for imports that are refused."""
    workspace = Workspace(tmp_path_factory.mktemp("built") / "kota")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        build_city(workspace, city_files / "boundaries.geojson", city_files / "streets.osm")
    return workspace


@pytest.mark.parametrize("case", REFUSED, ids=ids)
def test_a_refused_file_leaves_the_workspace_as_it_was(
    case: BadFile, built: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    file = tmp_path / case.file_name
    case.make(file)
    before = state_of(built.folder)
    assert case.refusal is not None
    with pytest.raises(case.refusal, match=case.says):
        import_register(built, file, layout=None, codes=None, now=NOW)
    assert state_of(built.folder) == before


@pytest.mark.parametrize("case", READ[::3], ids=ids)
def test_an_odd_file_is_stored_with_every_row(
    case: BadFile, built: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    workspace = Workspace(tmp_path / "kota")
    shutil.copytree(built.folder, workspace.folder)
    file = tmp_path / case.file_name
    case.make(file)
    if case.held == case.rows:
        with pytest.raises(NothingAcceptedError, match=f"dari {case.rows} baris"):
            import_register(workspace, file, layout=None, codes=None, now=NOW)
        assert state_of(workspace.folder) == state_of(built.folder)
        return
    counts = import_register(workspace, file, layout=None, codes=None, now=NOW).counts
    assert counts["rows_read"] == case.rows
    assert counts["quarantined"] == case.held
    assert counts["accepted"] == case.rows - case.held
    assert set(counts["issues"]) == case.codes


def require_outcome(file: Path) -> None:
    """Read and check a file: a refusal for the user is fine, anything else is not."""
    try:
        read = read_register(file)
        code_map = choose_code_map(read.text)
    except BadInputError:
        return
    checked = check_register(read.text, read.layout, code_map)
    assert len(checked.households) + len(checked.quarantined) == len(read.text)


@_SETTINGS
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_random_bytes_are_a_table_or_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "t.csv"
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"a,b\n"):
        file.write_bytes(start + content)
        try:
            table = read_table(file)
        except BadInputError:
            continue
        assert len(table)
        assert table.columns.is_unique


@st.composite
def mutations(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bytes of a sound file with some turned, cut out or put in."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content) - 1))
        match draw(st.sampled_from(["flip", "cut", "insert", "end"])):
            case "flip":
                content[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[at : at + draw(st.integers(1, 300))]
            case "insert":
                content[at:at] = draw(
                    st.sampled_from([b'"', b",", b"\n", b"\r", b"\xff", b"<", b"0"])
                )
            case _:
                del content[max(at, 40) :]
        assume(content)
    return bytes(content)


def _sound_workbook() -> bytes:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    for row in SOUND:
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


@_SETTINGS
@given(content=mutations(SOUND_CSV.encode()))
def test_a_mutated_csv_is_a_table_or_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(content)
    require_outcome(file)


@_SETTINGS
@given(content=mutations(_sound_workbook()))
def test_a_mutated_workbook_is_a_table_or_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "r.xlsx"
    file.write_bytes(content)
    require_outcome(file)


@_SETTINGS
@given(data=st.data())
def test_mutated_xml_is_a_table_or_a_clear_refusal(tmp_path: Path, data: st.DataObject) -> None:
    """The archive is sound here, so that the XML inside is really read."""
    with zipfile.ZipFile(io.BytesIO(_sound_workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(part for part in parts if part.startswith("xl/"))))
    parts[name] = data.draw(mutations(parts[name]))
    file = tmp_path / "r.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    require_outcome(file)


_SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
_WRITTEN = st.text(st.one_of(_SIGNS, st.sampled_from('\n\t",;|')), max_size=12)
_TABLE = st.lists(st.tuples(_WRITTEN, _WRITTEN, _WRITTEN), min_size=1, max_size=6)


@_SETTINGS
@given(cells=_TABLE, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_every_cell_written_as_csv_is_read_again(
    tmp_path: Path, cells: list[tuple[str, str, str]], encoding: str
) -> None:
    rows = [["kode", *row, "akhir"] for row in cells]  # so that no row is blank
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b", "c", "d", "e"], *rows])
    file = tmp_path / "t.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    assert read_table(file).to_numpy().tolist() == rows


@_SETTINGS
@given(cells=_TABLE, writer=st.sampled_from(["openpyxl", "xlsxwriter"]))
def test_every_cell_written_as_xlsx_is_read_again(
    tmp_path: Path, cells: list[tuple[str, str, str]], writer: str
) -> None:
    # openpyxl takes a text that begins with "=" for a formula, and does not mask _x0041_
    assume(not any(cell.startswith("=") or "_x" in cell for row in cells for cell in row))
    rows = [["kode", *row, "akhir"] for row in cells]
    file = tmp_path / "t.xlsx"
    if writer == "openpyxl":
        workbook_of_sheets(file, {"A": [["a", "b", "c", "d", "e"], *rows]})
    else:
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate([["a", "b", "c", "d", "e"], *rows]):
                for column, cell in enumerate(row):
                    sheet.write_string(at, column, cell)
    assert read_table(file).to_numpy().tolist() == rows


def shown(value: object) -> str:
    """A cell as openpyxl reads it, as the text that ours must be."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


_VALUES = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6),
    st.integers(-(10**15), 10**15),
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.booleans(),
    st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2060, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
    st.dates(dt.date(1950, 1, 1), dt.date(2060, 1, 1)),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=9)).map(
        lambda span: dt.timedelta(seconds=int(span.total_seconds()))
    ),
)


@_SETTINGS
@given(cells=st.lists(st.tuples(_VALUES, _VALUES, _VALUES), min_size=1, max_size=6))
def test_cells_are_what_a_library_reads(
    tmp_path: Path, cells: list[tuple[object, object, object]]
) -> None:
    assume(not any(isinstance(cell, str) and cell[0] in "=_" for row in cells for cell in row))
    file = tmp_path / "t.xlsx"
    workbook_of_sheets(file, {"A": [["a", "b", "c", "d"], *(["kode", *row] for row in cells)]})
    rows = (
        openpyxl.load_workbook(file, data_only=True)
        .worksheets[0]
        .iter_rows(min_row=2, values_only=True)
    )
    assert read_table(file).to_numpy().tolist() == [[shown(cell) for cell in row] for row in rows]


_PIECES = st.sampled_from(
    [",", ",", ",", "\n", "\n", "\r\n", "\r", '"', '""', "a", "b", " ", "é", "\xa0", "\ufeff",
     "\u2028", '"a,b"', '"q""q"', '"l\nm"', "1", "xyz"]
)  # fmt: skip
_LINES = st.lists(st.sampled_from(["", "a", '"a,b"', '"x\ny"', '"q""q"', " ", "é"]), max_size=6)


@settings(max_examples=600, deadline=None)
@given(
    text=st.one_of(
        st.lists(_PIECES, max_size=40).map("".join),
        st.lists(_LINES.map(",".join), max_size=12).map("\n".join),
    ),
    block=st.sampled_from([64, 256, 4 * 1024**2]),
)
def test_the_fast_reader_reads_what_the_careful_one_does(text: str, block: int) -> None:
    source = csv_text.csv_text(f"h1,h2,h3\n{text}".encode())
    rows = list(csv_text.csv_rows(source, "t")) if _is_sound(source) else []
    assume(rows)
    heading = find_heading([row for row in rows if any(map(str.strip, row[1]))][:HEAD_ROWS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_BLOCK", block)
        even = csv_text.even_rows(source, heading.last_row, "t")
    if even is None:
        return
    try:
        careful = frame_of_rows(heading, rows, "t")
    except BadInputError as refusal:
        with pytest.raises(type(refusal), match="t: "):
            frame_of_even_rows(heading, even, "t")
        return
    fast = frame_of_even_rows(heading, even, "t")
    if fast is not None:
        pd.testing.assert_frame_equal(fast, careful)


def _is_sound(source: csv_text.CsvText) -> bool:
    try:
        for _ in csv_text.csv_rows(source, "t"):
            pass
    except BadInputError:
        return False
    return True


def test_an_ordinary_register_is_read_fast() -> None:
    source = csv_text.csv_text(SOUND_CSV.replace("Contoh, No. 1", 'A, ""B"", C', 1).encode())
    even = csv_text.even_rows(source, 1, "t")
    assert even is not None
    assert len(even.places) == 4


def test_what_was_not_read_of_a_workbook_is_named(tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    two = [["a", "b"], ["1", "2"]]
    sheets = {"Kosong": [], "Satu": two, "Dua": two, "Rahasia": two}
    workbook_of_sheets(file, sheets, hidden=["Satu"])
    read = read_sheet(file)
    assert (read.sheet, read.other_sheets) == ("Dua", ("Satu", "Rahasia"))


_SHEET = sheet_xml(rows_xml([[*row[:6], "A", " ", "x", ""] for row in SOUND])).encode()
_XML = st.sampled_from(
    [b'"', b"<", b">", b"&", b"&amp;", b"\r", b" ", b"</c>", b"<c>", b"<row>", b"</row>", b"\xff",
     b"<!-- </row> -->", b"<![CDATA[x]]>", b"]]>", b"<?p </row>?>", b"<f>1+1</f>", b' t="s"',
     b' s="1"', b"<v>1</v>", b'<row r="90"/>', b"</sheetData>", b"<sheetData>", b"_x0041_",
     b'<c r="ZZ3"/>', b'<row r="91" spans="1:2"><c r="C91"><v>1.0</v></c></row>']
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, len(_SHEET)), _XML, st.booleans()), max_size=2),
    piece=st.sampled_from([7, 64, 10**6]),
)
def test_rows_read_by_pattern_are_what_the_xml_parser_makes_of_them(
    places: list[tuple[int, bytes, bool]], piece: int
) -> None:
    content = bytearray(_SHEET)
    for near, put_in, between_tags in places:
        at = max(content.find(b"<", near), 0) if between_tags else near
        content[at:at] = put_in
    pieces = [bytes(content[at : at + piece]) for at in range(0, len(content), piece)]
    by_pattern, by_parser = _sheet_parser(), _sheet_parser()
    try:
        expected = [*by_parser.feed(bytes(content)), *by_parser.feed(b"", last=True)]
    except (ExpatError, LookupError, ValueError):
        with pytest.raises((ExpatError, LookupError, ValueError)):
            list(sheet_rows(pieces, by_pattern))
        return
    assert list(sheet_rows(pieces, by_pattern)) == expected


def _sheet_parser() -> SheetParser:
    return SheetParser(["a", "b"], CellStyles([], from_1904=False), 100_000)


def test_an_ordinary_sheet_never_reaches_the_xml_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = _sheet_parser()
    monkeypatch.setattr(parser, "_open_row", None)
    assert len(list(sheet_rows([_SHEET], parser))) == len(SOUND)
