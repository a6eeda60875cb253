"""The sheets of an XLSX workbook, read as a stream of rows.

No library that hands out whole sheets is used: one stray cell in the last row and column
would make it ask for hundreds of gigabytes, and whole numbers over 2**53 would lose digits.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from xml.parsers import expat

from common.errors import BadInputError
from common.language import N_
from geodata import refusals
from geodata.file_kinds import not_a_table
from geodata.headings import NumberedRow
from geodata.refusals import NotATableError, damaged_row, too_large
from geodata.sheet_parser import LongCellFault, SheetParser, SwollenFault
from geodata.workbook_cells import CellStyles, read_shared_strings
from geodata.workbook_rows import sheet_rows
from geodata.workbook_xml import pieces, start_tags

_MOST_REPEATED = 4  # times the unpacked size that the text of all cells may have
# What damaged, locked or unusual archives and their XML raise.
_FAULTS = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, LookupError, ValueError, EOFError,
    OSError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    part: str  # its file in the archive
    hidden: bool


@dataclass(frozen=True)
class Workbook:
    """An opened workbook; the rows of a sheet are read when they are asked for."""

    file: str
    sheets: tuple[Sheet, ...]
    _archive: zipfile.ZipFile
    _related: Mapping[str, str]  # kind of a related part -> its file
    _from_1904: bool

    def rows(self, sheet: Sheet) -> Iterator[NumberedRow]:
        """Yield the rows of a sheet that are there, with their numbers.

        Raises
        ------
        NotATableError
            The sheet is damaged, or a cell is too long.
        TableTooLargeError
            The cells repeat long texts to more than any register holds.
        """
        with _named_faults(self.file):
            unpacked = sum(member.file_size for member in self._archive.infolist())
            most_chars = _MOST_REPEATED * unpacked + refusals.SWELLING_FROM
            parser = SheetParser(self._strings, self._styles, most_chars)
            yield from sheet_rows(pieces(self._archive, sheet.part), parser)

    @cached_property
    def _strings(self) -> list[str]:
        part = self._related.get("sharedStrings")
        return read_shared_strings(self._archive, part) if part is not None else []

    @cached_property
    def _styles(self) -> CellStyles:
        part = self._related.get("styles")
        tags = start_tags(self._archive, part) if part is not None else []
        return CellStyles(tags, from_1904=self._from_1904)


def open_workbook(raw: bytes, file: str) -> Workbook:
    """Return the sheets of a workbook.

    Raises
    ------
    NotATableError
        Damaged, locked, or another kind of archive.
    TableTooLargeError
        It would unpack to more than ``MOST_BYTES``, or swell as no workbook does.
    """
    with _named_faults(file):
        archive = zipfile.ZipFile(io.BytesIO(raw))
        unpacked = sum(member.file_size for member in archive.infolist())
        swollen = unpacked > refusals.MOST_SWELLING * len(raw)
        if unpacked > refusals.MOST_BYTES or (swollen and unpacked > refusals.SWELLING_FROM):
            raise too_large(file)
        book = dict(_relations(archive, "").values()).get("officeDocument", "")
        tags = start_tags(archive, book) if book.endswith(".xml") else []
        if not tags or tags[0][0] != "workbook":
            raise not_a_table(
                "other office" if book or _is_open_document(archive) else "other", file
            )
        return _opened(archive, book, tags, file)


def _opened(
    archive: zipfile.ZipFile, book: str, tags: list[tuple[str, dict[str, str]]], file: str
) -> Workbook:
    related = _relations(archive, book)
    sheets = tuple(
        Sheet(
            each.get("name", ""), related[each["id"]][1], each.get("state", "visible") != "visible"
        )
        for name, each in tags
        if name == "sheet" and related[each["id"]][0] == "worksheet"
    )
    from_1904 = any(
        name == "workbookPr" and each.get("date1904") in {"1", "true"} for name, each in tags
    )
    return Workbook(file, sheets, archive, dict(related.values()), from_1904)


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return kind and file of the parts that a part of the archive refers to, by id."""
    folder, _, name = part.rpartition("/")
    listed = _member(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    related: dict[str, tuple[str, str]] = {}
    for tag, each in start_tags(archive, listed) if listed else []:
        if tag == "Relationship" and each.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, each["Target"]))
            kind = each["Type"].rpartition("/")[2]
            related[each["Id"]] = (kind, _member(archive, target.lstrip("/")))
    return related


def _member(archive: zipfile.ZipFile, path: str) -> str:
    """Return the name of a file in the archive as it is spelt there; empty when it is not there."""
    spelt = {name.casefold().replace("\\", "/"): name for name in archive.namelist()}
    return spelt.get(path.casefold().replace("\\", "/"), "")


def _is_open_document(archive: zipfile.ZipFile) -> bool:
    return "mimetype" in archive.namelist()


@contextmanager
def _named_faults(file: str) -> Iterator[None]:
    """Turn whatever a damaged workbook raises into one clear refusal."""
    try:
        yield
    except BadInputError:
        raise
    except LongCellFault as fault:
        raise damaged_row(file, int(fault.args[0])) from None
    except SwollenFault:
        raise too_large(file) from None
    except _FAULTS:
        raise NotATableError(
            N_("{file}: buku kerja Excel rusak atau terkunci; buka lalu simpan ulang."), file=file
        ) from None
