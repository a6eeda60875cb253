"""Broken and odd register files, made when they are asked for, and what must come of each.

The families are made up (:mod:`register_files`). ``rows`` counts what the maker wrote below
the headings, so a row that is lost or invented makes a test fail.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl
from bad_workbooks import (
    MAIN,
    STRICT,
    bomb_of_one_member,
    bomb_of_shared_members,
    lie_about_size,
    old_container,
    raw_workbook,
    rows_xml,
    sheet_xml,
    workbook_of_sheets,
    workbook_xml,
)
from register_files import FOOD_AID, family

from common.errors import BadInputError
from geodata.code_maps import CodeMapError
from geodata.layouts import LayoutError
from geodata.tables import (
    EmptyTableError,
    HeadingError,
    MissingFileError,
    NotATableError,
    TableTooLargeError,
)

HEADINGS = list(FOOD_AID.headings)
Maker = Callable[[Path], object]
Rows = list[list[str]]


@dataclass(frozen=True)
class BadFile:
    """One file and what must come of it: a refusal, or a table with these rows."""

    name: str
    make: Maker
    refusal: type[BadInputError] | None = None
    says: str = ""  # of the refusal, a regular expression
    rows: int = 0  # below the headings
    held: int = 0  # of these quarantined
    codes: frozenset[str] = frozenset()  # of all issues
    cells: Mapping[tuple[int, str], str] = field(default_factory=dict)  # (row, column) -> text
    sheets: tuple[str, ...] = ("",)  # the one that is read, and others with content
    file_name: str = "register.csv"


def families(count: int = 4, **cells: str) -> Rows:
    """Return so many sound families; ``cells`` change all of them."""
    return [list(family(number, **cells).values()) for number in range(1, count + 1)]


def changed(*changes: Mapping[str, str]) -> Rows:
    """Return one sound family for each change of its cells."""
    return [list(family(number, **change).values()) for number, change in enumerate(changes, 1)]


def csv_of(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    """Return rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


SOUND = [HEADINGS, *families()]
SOUND_CSV = csv_of(SOUND)
_TITLES = [["DAFTAR KELUARGA BERISIKO STUNTING"], ["Kota Contoh, 2026"]]
_NUMBERED = [f"({number})" for number in range(1, len(HEADINGS) + 1)]
_RECAP = [["kecamatan", "sasaran", "berisiko"], ["Contoh Jaya", 10, 4]]
_HTML = "<html><table><tr><td>kode_keluarga</td><td>nik</td></tr></table></html>"
_LONG = "x" * 10_000_000


def _text(content: str, encoding: str = "utf-8") -> Maker:
    return lambda path: path.write_bytes(content.encode(encoding))


def _bytes(content: bytes) -> Maker:
    return lambda path: path.write_bytes(content)


def _book(hidden: Sequence[str] = (), **sheets: Sequence[Sequence[object]]) -> Maker:
    return lambda path: workbook_of_sheets(path, sheets, hidden=hidden)


def _raw(sheet: str, **parts: str) -> Maker:
    return lambda path: raw_workbook(path, sheet, **parts)


def _cut(maker: Maker, share: float) -> Maker:
    def make(path: Path) -> None:
        maker(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return make


def _spoilt(path: Path) -> None:
    """A workbook with a byte turned in the packed sheet."""
    workbook_of_sheets(path, {"KRS": SOUND})
    whole = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    whole[member.header_offset + 200] ^= 0xFF
    path.write_bytes(bytes(whole))


def _lying(path: Path) -> None:
    raw_workbook(path, sheet_xml(rows_xml(SOUND)))
    lie_about_size(path)


def _archive(**members: str) -> Maker:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name.replace("_dot_", ".").replace("_in_", "/"), content)

    return make


def _repeated_text(path: Path) -> None:
    """Forty thousand cells that all show one long shared text."""
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>0</v></c></row>'
        for n in range(2, 20_001)
    )
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 100_000}</t></si></sst>'
    raw_workbook(path, sheet_xml(rows_xml([["a", "b"]]) + cells), strings=strings)


def _with(row: Sequence[str], **cells: object) -> list[object]:
    return [cells.get(heading, cell) for heading, cell in zip(HEADINGS, row, strict=True)]


def _error_cells(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEADINGS, *families(3)):
        sheet.append(row)
    for row, heading in ((2, "alamat"), (3, "kode_keluarga"), (4, "terlalu_tua")):
        cell = sheet.cell(row, HEADINGS.index(heading) + 1)
        cell.value = "#REF!"
        cell.data_type = "e"
    book.save(path)


def _stacked(path: Path) -> None:
    """Names over two merged rows where they stand alone, group over names elsewhere."""
    first, last = HEADINGS.index("baduta"), HEADINGS.index("risiko_stunting")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(_TITLES[0])
    sheet.append([*HEADINGS[:first], "SASARAN DAN FAKTOR RISIKO", *[""] * (last - first - 1),
                  *HEADINGS[last:]])  # fmt: skip
    sheet.append([*[""] * first, *HEADINGS[first:last]])
    for row in families():
        sheet.append(row)
    sheet.merge_cells(start_row=2, end_row=2, start_column=first + 1, end_column=last)
    for at in (*range(1, first + 1), *range(last + 1, len(HEADINGS) + 1)):
        sheet.merge_cells(start_row=2, end_row=3, start_column=at, end_column=at)
    book.save(path)


def _far_cell(path: Path) -> None:
    """A stray cell in the last row and column, as add-ins leave them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in SOUND:
        sheet.append(row)
    sheet["XFD1048576"] = 1
    book.save(path)


def _unseen(cell: str) -> str:
    """Dress a text in signs that no one sees."""
    spaced = cell.replace("_", "\u00a0", 1)
    return f"\u200f \u200b{spaced}\ufeff\u00a0 " if cell else "\u200b"


_GROUP_ROW = ["", "WILAYAH", *[""] * 16, "KELUARGA", *[""] * 3, "SASARAN", *[""] * 16]
_PLAIN_CELL = '<c r="A1" t="inlineStr"><is><t>x</t></is></c>'
_BILLION = (
    '<!DOCTYPE worksheet [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + sheet_xml("<row><c><v>&b;</v></c></row>")
)
_LONG_ROW = rows_xml([["a", "b"], ["1", "x" * 200_000]])

REFUSED = (
    BadFile("absent", lambda _: None, MissingFileError, "tidak ditemukan"),
    BadFile("a-folder", Path.mkdir, MissingFileError, "itu folder"),
    BadFile("a-pipe", os.mkfifo, MissingFileError, "tidak dapat dibaca"),
    BadFile("empty", _bytes(b""), EmptyTableError, "berkas kosong"),
    BadFile("blank-lines", _bytes(b"\n \r\n\t\n"), EmptyTableError, "berkas kosong"),
    BadFile("headings-only", _text(csv_of([HEADINGS])), EmptyTableError, "tidak ada baris data"),
    BadFile("headings-only-xlsx", _book(KRS=[HEADINGS]), EmptyTableError, "tidak ada baris data"),
    BadFile("blank-sheets", _book(A=[], B=[[None, " "]]), EmptyTableError, "berkas kosong"),
    BadFile("one-column", _text("nik\n1\n2\n"), NotATableError, "hanya ada satu kolom"),
    BadFile("truncated-xlsx", _cut(_book(KRS=SOUND), 0.7), NotATableError, "rusak atau terkunci"),
    BadFile("spoilt-xlsx", _spoilt, NotATableError, "rusak atau terkunci"),
    BadFile("lying-xlsx", _lying, NotATableError, "rusak atau terkunci"),
    BadFile("xlsx-without-sheet", lambda path: raw_workbook(
        path, "x", left_out=["xl/worksheets/sheet1.xml"]), NotATableError, "rusak"),
    BadFile("bomb-of-gigabytes", lambda path: bomb_of_shared_members(path, 400, 10),
            TableTooLargeError, "terlalu besar"),
    BadFile("bomb-of-blanks", lambda path: bomb_of_one_member(path, 70),
            TableTooLargeError, "terlalu besar"),
    BadFile("bomb-of-one-text", _repeated_text, TableTooLargeError, "terlalu besar"),
    BadFile("deep-xml", _raw(sheet_xml("<a>" * 500_000)), NotATableError, "rusak"),
    BadFile("deep-workbook", _raw(sheet_xml(""), book="<workbook>" * 1_000),
            NotATableError, "rusak"),
    BadFile("deep-texts", _raw(sheet_xml('<row><c t="s"><v>0</v></c></row>'),
            strings="<sst>" * 1_000), NotATableError, "rusak"),
    BadFile("deep-cells", _raw(sheet_xml("<row>" + "<c>" * 500_000)), NotATableError, "rusak"),
    BadFile("entities", _raw(_BILLION), NotATableError, "rusak"),
    BadFile("unknown-encoding", _raw('<?xml version="1.0" encoding="QTF-8"?>' + sheet_xml("")),
            NotATableError, "rusak"),
    BadFile("rows-twice", _raw(sheet_xml(rows_xml(SOUND) + rows_xml(SOUND))),
            NotATableError, "rusak"),
    BadFile("cell-outside-rows", _raw(sheet_xml(rows_xml(SOUND) + _PLAIN_CELL)),
            NotATableError, "rusak"),
    BadFile("cell-nowhere", _raw(sheet_xml(f"<row>{_PLAIN_CELL.replace('A1', 'ZZZZ1')}</row>")),
            NotATableError, "rusak"),
    BadFile("missing-text", _raw(sheet_xml('<row><c t="s"><v>7</v></c></row>')),
            NotATableError, "rusak"),
    BadFile("long-cell", _text(csv_of([HEADINGS, *families(alamat=_LONG)])),
            NotATableError, "baris 2 rusak .*terlalu panjang"),
    BadFile("long-cell-xlsx", _raw(sheet_xml(_LONG_ROW)), NotATableError, "baris 2 rusak"),
    BadFile("locked-xlsx", _bytes(old_container("EncryptedPackage")), NotATableError, "sandi"),
    BadFile("old-xls", _bytes(old_container("Workbook")), NotATableError, r"\.xls\).*\.xlsx"),
    BadFile("older-xls", _bytes(b"\x09\x08\x08\x00\x00\x05\x10\x00" + b"\0" * 64),
            NotATableError, r"\.xls\).*\.xlsx"),
    BadFile("old-word", _bytes(old_container("WordDocument")), NotATableError, "bukan tabel"),
    BadFile("html-as-xls", _text(f"\ufeff\n{_HTML}"), NotATableError, "HTML.*ekspor BKKBN",
            file_name="krs.xls"),
    BadFile("html-in-utf16", _text(_HTML, "utf-16"), NotATableError, "HTML"),
    BadFile("web-archive", _text("MIME-Version: 1.0\r\n\r\n" + _HTML), NotATableError, "HTML"),
    BadFile("excel-xml", _text('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:'
                               'office:spreadsheet"/>'), NotATableError, "HTML"),
    BadFile("pdf", _bytes(b"%PDF-1.7\n\xff\xfe\x00"), NotATableError, "PDF"),
    BadFile("json", _text('{"type": "FeatureCollection"}'), NotATableError, "bukan tabel"),
    BadFile("binary", _bytes(np.random.default_rng(7).bytes(5_000)), NotATableError, "bukan tabel"),
    BadFile("ods", _archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            NotATableError, r"\.ods"),
    BadFile("zip", _archive(readme_dot_txt="x"), NotATableError, "bukan tabel"),
    BadFile("zero-bytes", _text(SOUND_CSV.replace("Sukarasa", "Suka\0rasa", 1)),
            NotATableError, "bukan tabel"),
    BadFile("odd-utf16", _bytes(SOUND_CSV.encode("utf-16")[:-1]), NotATableError, "bukan tabel"),
    BadFile("open-quote", _text(SOUND_CSV + '"1,2\r\n3,4\r\n'), NotATableError, "baris 6 rusak"),
    BadFile("text-after-quote", _text(csv_of(SOUND[:2]) + '"1" x,2\r\n' + SOUND_CSV),
            NotATableError, "baris 3 rusak"),
    BadFile("headings-twice", _text(csv_of([[*HEADINGS, " NIK "], *families()])),
            HeadingError, "kolom T dan AN"),
    BadFile("unseen-headings-twice", _text(csv_of([[*HEADINGS, "n\u200bik"], *families()])),
            HeadingError, "kolom T dan AN"),
    BadFile("too-many-columns", _text("a,b\n" + "," * 20_000 + "1\n"),
            TableTooLargeError, "terlalu besar"),
    BadFile("too-many-rows", _text("a,b\n" + "1,2\n" * 1_048_576), TableTooLargeError, "besar"),
    BadFile("other-table", _book(Rekap=_RECAP), LayoutError, "tidak ditemukan"),
    BadFile("no-such-marks", _text(csv_of([HEADINGS, *families(risiko_stunting="ya", pus="tidak",
            baduta="ya", balita="ya", pus_hamil="ya")])), CodeMapError, "Tidak ada peta kode"),
)  # fmt: skip

READ = (
    BadFile("second-sheet", _book(Petunjuk=[["isi", "sheet"], ["KRS", "2"]], KRS=SOUND), rows=4,
            sheets=("KRS", "Petunjuk")),
    BadFile("third-sheet", _book(Rekap=_RECAP, Kosong=[], Data=SOUND), rows=4,
            sheets=("Data", "Rekap")),
    BadFile("title-page", _book(Sampul=_TITLES, KRS=SOUND), rows=4, sheets=("KRS", "Sampul")),
    BadFile("hidden-copy", _book(Lama=[HEADINGS, *families(9)], KRS=SOUND, hidden=["Lama"]),
            rows=4, sheets=("KRS", "Lama")),
    BadFile("only-hidden", _book(Lain=_RECAP, KRS=SOUND, hidden=["KRS"]), rows=4,
            sheets=("KRS", "Lain")),
    BadFile("groups-above", _book(KRS=[*_TITLES, _GROUP_ROW, HEADINGS, *families()]), rows=4,
            sheets=("KRS",), cells={(5, "nik"): "3671014502910000"}),
    BadFile("groups-fill-the-row", _text(csv_of([["KELOMPOK"] * 39, HEADINGS, *families()])),
            rows=4),
    BadFile("stacked-headings", _stacked, rows=4, sheets=("Sheet",),
            cells={(4, "baduta"): "V", (4, "bkkbn_at_risk"): "V"}),
    BadFile("numbered-columns", _text(csv_of([*_TITLES, HEADINGS, _NUMBERED, *families()])),
            rows=4, cells={(5, "kelurahan_name"): "Sukarasa"}),
    BadFile("headings-again", _text(csv_of([HEADINGS, *families(30), HEADINGS,
            *families(60)[30:]])), rows=61, held=1, codes=frozenset(
            {"heading_repeated", "risk_mark_unreadable", "mark_unreadable", "nik_not_16_digits",
             "area_code_malformed", "rt_unreadable", "rw_unreadable", "coordinate_unreadable",
             "welfare_rank_unreadable"})),
    BadFile("total-below", _text(csv_of([*SOUND, ["JUMLAH", "4"]])), rows=5, held=1,
            codes=frozenset({"totals_row"})),
    BadFile("formulas", _text(csv_of([HEADINGS, *changed(
        {"nama_istri": "=cmd|'/c calc'!A0"}, {"alamat": "+1+1"}, {"alamat": "@SUM(1)"},
        {"alamat": "-cmd|x"}, {"alamat": "\t=1"}, {"alamat": "- "}, {"alamat": "-6"},
        {"kode_keluarga": "=1+1"})])), rows=8, held=1,
        codes=frozenset({"formula", "family_code_missing"})),
    BadFile("formula-never-worked-out", _book(KRS=[HEADINGS, *families(20)[1:],
            _with(families(1)[0], terlalu_muda="=1+1")]), rows=20, sheets=("KRS",),
            codes=frozenset({"mark_unreadable"}), cells={(21, "too_young"): "=1+1"}),
    BadFile("texts-as-formulas", _text(SOUND_CSV.replace("3671014502910000",
            '="3671014502910000"').replace("Sukarasa", '="Sukarasa"')), rows=4),
    BadFile("cp1252", _text(csv_of([HEADINGS, *families(alamat="Kafé “Melati” – 5")]), "cp1252"),
            rows=4, cells={(2, "address"): "Kafé “Melati” – 5"}),
    BadFile("latin-1", _text(csv_of([HEADINGS, *families(alamat="José Müñoz")]), "latin-1"),
            rows=4, cells={(5, "address"): "José Müñoz"}),
    BadFile("two-encodings", _bytes(
        csv_of([HEADINGS, *families(1, alamat="José")]).encode()
        + csv_of(families(2, alamat="Zoë")[1:]).encode("cp1252")), rows=2,
        cells={(2, "address"): "José", (3, "address"): "Zoë"}),
    BadFile("bad-bytes", _bytes(csv_of([HEADINGS, *families(alamat="Jos%")]).encode()
            .replace(b"%", b"\x9d")), rows=4, codes=frozenset({"text_damaged"}),
            cells={(2, "address"): "Jos\ufffd"}),
    BadFile("utf8-mark", _text(SOUND_CSV, "utf-8-sig"), rows=4),
    BadFile("utf16-mark", _text(SOUND_CSV, "utf-16"), rows=4),
    BadFile("utf16-little", _text(SOUND_CSV, "utf-16-le"), rows=4),
    BadFile("utf16-big", _text(SOUND_CSV, "utf-16-be"), rows=4),
    BadFile("shuffled", _text(csv_of([list(reversed(row)) for row in SOUND])), rows=4,
            cells={(3, "kode_keluarga"): "3671010000000002"}),
    BadFile("semicolons", _text(csv_of([HEADINGS, *families(latitude="-6,1716",
            longitude="106,6317", alamat="Jl. A, B, C, D, E")], ";")), rows=4,
            codes=frozenset({"coordinate_comma"})),
    BadFile("tabs", _text(csv_of(SOUND, "\t")), rows=4),
    BadFile("bars", _text(csv_of(SOUND, "|")), rows=4),
    BadFile("stated-delimiter", _text("sep=^\r\n" + csv_of(SOUND, "^")), rows=4,
            cells={(2, "kode_keluarga"): "3671010000000001"}),
    BadFile("returns-only", _text(csv_of(SOUND, end="\r")), rows=4),
    BadFile("mixed-ends", _text(csv_of(SOUND[:3]) + csv_of(SOUND[3:], end="\n").rstrip()), rows=4),
    BadFile("dos-end", _text(SOUND_CSV + "\x1a"), rows=4),
    BadFile("line-ends-in-cells", _text(csv_of([HEADINGS, *families(alamat='Jl. "A"\r\nNo. 1')])),
            rows=4, cells={(5, "address"): 'Jl. "A"\r\nNo. 1'}),
    BadFile("rows-longer", _text(SOUND_CSV.replace('"Jl. Contoh, No. 1"', "Jl. Contoh, No. 1", 2)),
            rows=4, held=2, codes=frozenset({"too_many_cells"})),
    BadFile("every-row-longer", _text(SOUND_CSV.replace("\r\n", ",\r\n")), rows=4),
    BadFile("rows-shorter", _text(SOUND_CSV.replace('"Jl. Contoh, No. 1",\r', "\r")), rows=4,
            cells={(2, "address"): ""}),
    BadFile("far-cell", _far_cell, rows=5, held=1, sheets=("Sheet",), codes=frozenset(
        {"too_many_cells", "family_code_missing", "no_area", "nik_missing", "rt_missing",
         "rw_missing"})),
    BadFile("error-cells", _error_cells, rows=3, held=1, sheets=("Sheet",),
            codes=frozenset({"family_code_missing", "mark_unreadable"}),
            cells={(2, "address"): "#REF!"}),
    BadFile("dates-and-numbers", _book(KRS=[HEADINGS, *(
        _with(row, nama_rt=3, nama_rw=2.0, latitude=-6.1716, longitude=106.6317,
              kesejahteraan_prioritas=2, nik=3671014502910000,
              periode=datetime(2026, 11, 30)) for row in families(2))]),  # noqa: DTZ001
        rows=2, sheets=("KRS",), cells={(2, "file:periode"): "2026-11-30", (2, "rt_name"): "3",
        (3, "nik"): "3671014502910000", (3, "register_lat"): "-6.1716"}),
    BadFile("dates-as-serials", _text(csv_of([HEADINGS, *families(periode="46356")])), rows=4),
    BadFile("dates-from-1904", _raw(
        sheet_xml(rows_xml([HEADINGS, *families(1)]) + '<row r="3"><c r="R3" s="1"><v>1</v></c>'
                  "</row>"), book=workbook_xml('<workbookPr date1904="1"/>'),
        styles=f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
               "</cellXfs></styleSheet>"),
        rows=2, held=1, sheets=("KRS",), cells={(3, "file:periode"): "1904-01-02"},
        codes=frozenset({"family_code_missing", "no_area", "nik_missing", "rt_missing",
                         "rw_missing"})),
    BadFile("numbers-as-text", _book(KRS=[HEADINGS, *families(nama_rt="'003", nik=
            "'3671014502910000", kesejahteraan_prioritas=" 2 ")]), rows=4, sheets=("KRS",)),
    BadFile("decimal-commas", _text(csv_of([HEADINGS, *families(latitude="-6,1716",
            longitude="106,6317")])), rows=4, codes=frozenset({"coordinate_comma"})),
    BadFile("codes-as-floats", _text(csv_of([HEADINGS, *changed(
        {"nik": "3.67E+15"}, {"nik": "3,67101E+15"}, {"nik": "3671014502910000.0"},
        {"kode_keluarga": "9.90084764518442E+17"})])), rows=4, held=1,
        codes=frozenset({"nik_digits_lost", "family_code_digits_lost"})),
    BadFile("codes-as-floats-xlsx", _book(KRS=[HEADINGS, *(
        _with(row, kode_keluarga=9.90084764518442196e17) for row in families(2))]), rows=2,
        held=2, sheets=("KRS",), codes=frozenset({"family_code_digits_lost"}),
        cells={(2, "kode_keluarga"): "9.90084764518442E+17"}),
    BadFile("thousands", _text(csv_of([HEADINGS, *changed(
        {"nik": "3.671.014.502.910.000", "kode_keluarga": "990.084.764.518.442.196"},
        {"nik": "3,671,014,502,910,000", "kode_keluarga": "990,084,764,518,442,197"},
        {"kode_keluarga": "990 084 764 518 442 196"})])), rows=3, held=1,
        codes=frozenset({"family_seen_before"})),
    BadFile("blank-lines-between", _text(csv_of([HEADINGS, [], families()[0], [" "] * 39, [],
            *families()[1:], [], []])), rows=4, cells={(6, "kode_keluarga"): "3671010000000002"}),
    BadFile("trailing-spaces", _text(csv_of([[f" {cell}  " for cell in row] for row in SOUND])),
            rows=4),
    BadFile("unseen-signs", _text(csv_of([[_unseen(cell) for cell in row] for row in SOUND])),
            rows=4),
    BadFile("unseen-signs-make-no-new-family", _text(csv_of([HEADINGS, *changed(
        {}, {"kode_keluarga": "\u200e36710100000\u00ad00001\u202c"})])), rows=2, held=1,
        codes=frozenset({"family_seen_before"})),
    BadFile("odd-name", _text(SOUND_CSV), rows=4, file_name="krs {0} %s 'a\"b\n\u202ex\x07.csv"),
    BadFile("wrong-ending", _book(KRS=SOUND), rows=4, sheets=("KRS",), file_name="krs.csv"),
    BadFile("prefixed-xml", _raw(sheet_xml(rows_xml(SOUND, prefix="x"), prefix="x")), rows=4,
            sheets=("KRS",)),
    BadFile("strict-xml", _raw(sheet_xml(rows_xml(SOUND), STRICT)), rows=4, sheets=("KRS",)),
    BadFile("xml-without-places", _raw(sheet_xml(rows_xml(SOUND, places=False))), rows=4,
            sheets=("KRS",)),
    BadFile("same-family-twice", _text(csv_of([*SOUND, *families(2)])), rows=6, held=2,
            codes=frozenset({"family_seen_before"})),
)  # fmt: skip
