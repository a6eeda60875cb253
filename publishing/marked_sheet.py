"""A table as XLSX with some cells coloured and commented, and a sheet that says what they mean.

Every cell is text and stays text when it is edited: no code loses a digit, nothing becomes a
formula, a date or a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from common.language import N_, translate
from publishing import words

MOST_COMMENTS = 20_000  # Excel grows slow with more; further cells are coloured only
_MOST_LETTERS = 32_767  # in a cell of Excel
_MOST_FOOTER = 255
_WIDEST = 36
_NO_XML = str.maketrans(dict.fromkeys("\ufffe\uffff", "\N{REPLACEMENT CHARACTER}"))
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_STYLES: dict[str, dict[str, str | bool]] = {  # kind of mark -> cell format besides text
    "held": {"bg_color": "#F4A6A0", "bold": True},  # the row cannot be used
    "fault": {"bg_color": "#FFE699"},
    "changed": {"bg_color": "#BDD7EE", "bold": True},
}
_TEXT: dict[str, str | bool] = {"num_format": "@"}


@dataclass(frozen=True, slots=True)
class ExportNote:
    """Who takes a list of families, for what and when; printed on every page of it."""

    purpose: str
    by: str
    at: datetime  # aware; shown in its own zone
    language: str


@dataclass(frozen=True, slots=True)
class LegendLine:
    """What one kind of mark means, in the reader's language."""

    kind: str  # key of _STYLES; empty: a line without a colour
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """The second sheet: what the colours mean and how often they stand."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[LegendLine, ...]


def write_marked(
    target: Path, table: pd.DataFrame, marks: pd.DataFrame, legend: Legend, note: ExportNote
) -> None:
    """Write a table as XLSX with its marked cells coloured and commented.

    Parameters
    ----------
    target
        File to be written; its folder is there.
    table
        Text, blank cells empty; index: the row of the sheet, from 2 and ascending.
    marks
        ``row`` and ``column`` of the table, ``kind`` (``held``, ``fault`` or ``changed``; of
        several the first of these colours the cell) and ``comment`` in the reader's language.
    legend
        Second sheet.
    note
        Stands in the footer, the properties and on the second sheet.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    try:
        with (
            # rows wait in files beside the target: removed also when the writing fails
            TemporaryDirectory(prefix="sambangi-", dir=target.parent) as folder,
            xlsxwriter.Workbook(target, {**_OPTIONS, "tmpdir": folder}) as book,
        ):
            book.set_properties(
                {
                    "title": legend.title,
                    "author": note.by,
                    "comments": note.purpose,
                    "created": note.at.astimezone(UTC).replace(tzinfo=None),
                }
            )
            _write_table(book, table, marks, note)
            _write_legend(book, legend, note)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from None


def _write_table(
    book: xlsxwriter.Workbook, table: pd.DataFrame, marks: pd.DataFrame, note: ExportNote
) -> None:
    page = book.add_worksheet(translate(N_("Data"), note.language))
    plain = book.add_format(_TEXT)
    heading = book.add_format({**_TEXT, "bold": True, "bottom": 2, "text_wrap": True})
    formats = {kind: book.add_format({**_TEXT, **style}) for kind, style in _STYLES.items()}
    page.set_comments_author(words.clean(note.by, 50))
    for column, name in enumerate(table.columns):
        page.set_column(column, column, _width(str(name), table.iloc[:, column]), plain)
    page.freeze_panes(1, 0)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    _set_up_print(page, note)
    for column, name in enumerate(table.columns):
        page.write_string(0, column, _writable(str(name)), heading)
    marked = _by_row(table, marks)
    cut = translate(N_("Teks terlalu panjang untuk Excel; di sini terpotong."), note.language)
    rows = zip(table.index.tolist(), table.itertuples(index=False, name=None), strict=True)
    for number, cells in rows:
        found = marked.get(number, {})
        for column, cell in enumerate(cells):
            kind, comment = found.get(column, ("", ""))
            if len(cell) > _MOST_LETTERS:
                kind, comment = kind or "fault", f"{comment}\n{cut}".strip()
            if cell:
                page.write_string(number - 1, column, _writable(cell), formats.get(kind, plain))
            elif kind:
                page.write_blank(number - 1, column, None, formats[kind])
            if comment:
                page.write_comment(number - 1, column, comment, {"x_scale": 2.5, "y_scale": 1.2})
    if len(table):
        page.autofilter(0, 0, int(table.index[-1]) - 1, max(len(table.columns) - 1, 0))


def _by_row(table: pd.DataFrame, marks: pd.DataFrame) -> dict[int, dict[int, tuple[str, str]]]:
    """Return kind and comment by row and position of the column; the gravest kind wins."""
    order = {kind: number for number, kind in enumerate(_STYLES)}
    position = {str(name): number for number, name in enumerate(table.columns)}
    ranked = marks.assign(order=marks["kind"].map(order)).sort_values(
        ["order", "row"], kind="stable"
    )
    found: dict[int, dict[int, tuple[str, str]]] = {}
    comments = 0
    for row, column, kind, comment in zip(
        ranked["row"], ranked["column"], ranked["kind"], ranked["comment"], strict=True
    ):
        cells = found.setdefault(int(row), {})
        at = position[column]
        if at in cells:
            first, told = cells[at]
            cells[at] = (first, f"{told}\n{comment}" if told else "")
        else:
            comments += 1
            cells[at] = (kind, comment if comments <= MOST_COMMENTS else "")
    return found


def _write_legend(book: xlsxwriter.Workbook, legend: Legend, note: ExportNote) -> None:
    page = book.add_worksheet(translate(N_("Keterangan"), note.language))
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {kind: book.add_format(style) for kind, style in _STYLES.items()}
    for column, width in enumerate((26, 30, 60, 60, 12)):
        page.set_column(column, column, width)
    page.write_string(0, 0, legend.title, bold)
    page.write_string(1, 0, _imprint(note))
    page.write_string(2, 0, translate(words_of_care(), note.language))
    _write_line(page, 4, legend.headings, [bold] * len(legend.headings))
    for row, line in enumerate(legend.lines, start=5):
        colours = [formats.get(line.kind, wrapped), *[wrapped] * (len(line.cells) - 1)]
        _write_line(page, row, line.cells, colours)
    _set_up_print(page, note)


def _write_line(page: Worksheet, row: int, cells: Sequence[str], formats: Iterable[Format]) -> None:
    for column, (cell, style) in enumerate(zip(cells, formats, strict=True)):
        page.write_string(row, column, _writable(cell), style)


def _set_up_print(page: Worksheet, note: ExportNote) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    room = _MOST_FOOTER - len("&L&R&P/&N")
    told = _imprint(note)
    while len(told.replace("&", "&&")) > room:  # & starts a code in a footer
        told = told[: len(told) - 10].rstrip() + "…"
    page.set_footer(f"&L{told.replace('&', '&&')}&R&P/&N")


def _imprint(note: ExportNote) -> str:
    return translate(
        N_("Keperluan: {purpose} · diambil oleh {by} · {at}"),
        note.language,
        purpose=words.clean(note.purpose, 160),
        by=words.clean(note.by, 60),
        at=words.moment_text(note.at, note.language),
    )


def words_of_care() -> str:
    """Return the sentence that stands on every list of families (Indonesian)."""
    return N_("Data pribadi spesifik: jangan diteruskan, hapus bila keperluannya selesai.")


def _writable(cell: str) -> str:
    """Return a text as a cell can hold it."""
    return cell.translate(_NO_XML)[:_MOST_LETTERS]


def _width(name: str, cells: pd.Series) -> float:
    """Return a width in letters that shows the heading and the first rows."""
    longest = cells.head(200).str.len().max()
    return min(max(len(name), 0 if pd.isna(longest) else int(longest), 6) + 2, _WIDEST)
