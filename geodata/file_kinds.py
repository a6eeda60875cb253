"""Tell what a file is by its content, and turn text of any usual encoding into UTF-8."""

from __future__ import annotations

import codecs
import re

from common.language import N_
from geodata.refusals import NotATableError

ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # container of old Excel files and of locked new ones
_OLD_EXCEL = (  # records that begin Excel 2 to 5 files without a container
    b"\x09\x00\x04\x00", b"\x09\x00\x06\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00", b"\x09\x08\x10\x00",
)  # fmt: skip
# Control signs that no text holds; tab, line ends, page feed and escape do occur.
_NOT_TEXT = bytes({*range(0x20)} - {*b"\t\n\v\f\r\x1b"})
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|table|style|div|script|center|font)\b|mime-version:",
    re.IGNORECASE,
)
_EXCEL_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_SAMPLE = 4096
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_MIXED = "sambangi-cp1252"

_HINTS = {
    "old excel": N_("{file}: berkas Excel lama (.xls); buka di Excel lalu simpan sebagai .xlsx."),
    "locked": N_("{file}: buku kerja terkunci sandi; hapus sandinya di Excel lalu simpan ulang."),
    "html": N_(
        "{file}: halaman web (HTML) bernama tabel, seperti ekspor BKKBN lama; "
        "buka di Excel lalu simpan sebagai .xlsx."
    ),
    "pdf": N_("{file}: berkas PDF; mintalah berkas XLSX atau CSV-nya."),
    "other office": N_(
        "{file}: bukan .xlsx biasa (mis. .ods, .xlsb, .docx); simpan ulang sebagai .xlsx."
    ),
    "other": N_(
        "{file}: bukan tabel CSV atau XLSX; simpan ulang dari Excel sebagai .xlsx atau CSV."
    ),
}


def not_a_table(kind: str, file: str) -> NotATableError:
    """Return the refusal of a file of another kind, with what to do about it."""
    return NotATableError(_HINTS[kind], file=file)


def utf8_text(raw: bytes, file: str) -> bytes:
    """Return a text file as UTF-8 without mark.

    UTF-8 and UTF-16, both with or without mark. A byte that is no UTF-8 is read as
    Windows-1252, so a file glued together from two encodings keeps the letters of both; the
    five bytes without a meaning there become U+FFFD.

    Raises
    ------
    NotATableError
        Old or locked Excel, web page, PDF, XML, JSON, or no text at all.
    """
    if raw.startswith(_OLE):
        raise not_a_table(_kind_in_container(raw), file)
    if raw.startswith(_OLD_EXCEL):
        raise not_a_table("old excel", file)
    text = _decoded(raw, file).removesuffix(b"\x1a")  # DOS programs end a file with it
    kind = _kind_of_text(text[:_SAMPLE].decode("utf-8", "ignore").lstrip())
    if kind is not None:
        raise not_a_table(kind, file)
    if len(text.translate(None, delete=_NOT_TEXT)) != len(text):
        raise not_a_table("other", file)
    return text


def _decoded(raw: bytes, file: str) -> bytes:
    encoding = _wide_encoding(raw)
    if encoding is not None:
        try:
            return raw.decode(encoding).encode()
        except UnicodeError:
            raise not_a_table("other", file) from None
    text = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("utf-8", _MIXED).encode()
    return text


def _wide_encoding(raw: bytes) -> str | None:
    """Return the UTF-16 encoding of a text, told by its mark or by the place of the zeros."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = raw[:_SAMPLE]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 4  # more than half of the letters are Latin
    if second > most and first * 10 < second:
        return "utf-16-le"
    if first > most and second * 10 < first:
        return "utf-16-be"
    return None


def _read_as_cp1252(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    # one byte at a time: the next may begin a sound letter
    byte = fault.object[fault.start : fault.start + 1]
    return byte.decode("cp1252", "replace"), fault.start + 1


codecs.register_error(_MIXED, _read_as_cp1252)


def _kind_in_container(raw: bytes) -> str:
    """Tell a locked workbook, an old one and other OLE files apart by their stream names."""
    if "EncryptedPackage".encode("utf-16-le") in raw:
        return "locked"
    if any(name.encode("utf-16-le") in raw for name in ("Workbook", "Book")):
        return "old excel"
    return "other"


def _kind_of_text(start: str) -> str | None:
    if start.startswith("%PDF"):
        return "pdf"
    if _HTML.match(start) or (start.startswith("<") and _HTML.search(start)):
        return "html"
    if _EXCEL_XML in start:
        return "html"
    if start.startswith(("<", "{", "[")):
        return "other"
    return None
