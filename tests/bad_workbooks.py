"""Workbooks put together by hand, for what no library would write."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils import get_column_letter

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def workbook_of_sheets(
    path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], *, hidden: Sequence[str] = ()
) -> None:
    """Write a workbook with openpyxl; a text in ``#REF!`` style becomes an error cell."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    book.save(path)


def raw_workbook(
    path: Path,
    sheet: str,
    *,
    strings: str | None = None,
    styles: str | None = None,
    book: str | None = None,
    left_out: Sequence[str] = (),
) -> None:
    """Write the parts of a workbook with one sheet as they are given."""
    related = {"worksheet": "worksheets/sheet1.xml"}
    if strings is not None:
        related["sharedStrings"] = "sharedStrings.xml"
    if styles is not None:
        related["styles"] = "/xl/styles.xml"
    parts = {
        "_rels/.rels": _relations({"officeDocument": "xl/workbook.xml"}),
        "xl/workbook.xml": book or workbook_xml(),
        "xl/_rels/workbook.xml.rels": _relations(related),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or "",
        "xl/styles.xml": styles or "",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content and name not in left_out:
                archive.writestr(name, content)


def workbook_xml(properties: str = "") -> str:
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{properties}<sheets>'
        '<sheet name="KRS" sheetId="1" r:id="worksheet"/></sheets></workbook>'
    )


def sheet_xml(rows: str, namespace: str = MAIN, prefix: str = "") -> str:
    colon, mark = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
    return (
        f'<{colon}worksheet xmlns{mark}="{namespace}"><{colon}sheetData>{rows}'
        f"</{colon}sheetData></{colon}worksheet>"
    )


def rows_xml(
    rows: Sequence[Sequence[str]], *, prefix: str = "", places: bool = True, first: int = 1
) -> str:
    """Return rows of texts; without ``places`` no cell and no row says where it is."""
    colon = f"{prefix}:" if prefix else ""
    out = []
    for number, row in enumerate(rows, first):
        out.append(f'<{colon}row r="{number}">' if places else f"<{colon}row>")
        for at, cell in enumerate(row, 1):
            place = f' r="{get_column_letter(at)}{number}"' if places else ""
            out.append(
                f'<{colon}c{place} t="inlineStr"><{colon}is><{colon}t xml:space="preserve">'
                f"{escape(cell)}</{colon}t></{colon}is></{colon}c>"
            )
        out.append(f"</{colon}row>")
    return "".join(out)


def bomb_of_one_member(path: Path, megabytes: int) -> None:
    """Write a workbook whose sheet is a little zip and unpacks to so many megabytes."""
    raw_workbook(path, sheet_xml(" " * (megabytes * 1024**2)))


def bomb_of_shared_members(path: Path, members: int, megabytes: int) -> None:
    """Write an archive whose members all point at the same packed bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"\0" * (megabytes * 1024**2)
    packed = packer.compress(plain) + packer.flush()
    sizes = (zlib.crc32(plain), len(packed), len(plain))
    start = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, *sizes, 6, 0) + b"000000"
    entries = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, *sizes, 6, 0, 0, 0, 0, 0, 0)
        + f"{number:06d}".encode()
        for number in range(members)
    )
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, members, members, len(entries),
        len(start) + len(packed), 0,
    )  # fmt: skip
    path.write_bytes(start + packed + entries + end)


def lie_about_size(path: Path) -> None:
    """Let the directory of an archive say that its largest member is a hundred bytes."""
    whole = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
    at = whole.rindex(largest.filename.encode()) - 46
    whole[at + 24 : at + 28] = struct.pack("<I", 100)
    path.write_bytes(bytes(whole))


def old_container(stream: str) -> bytes:
    """Return the beginning of an OLE container with a stream of that name."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return head + stream.encode("utf-16-le").ljust(128, b"\0") + b"\0" * 1024


def _relations(targets: Mapping[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{entries}</Relationships>'
