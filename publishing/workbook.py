"""A team's day as an XLSX workbook, with the results to choose from a list."""

from __future__ import annotations

import io
from datetime import UTC

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from common.language import N_, translate
from publishing import words
from publishing.asked import AskedRow, all_asked_rows
from publishing.sheet import Sheet, SheetStop

_COLUMNS: tuple[tuple[str, int], ...] = (  # heading, width in letters
    (N_("No"), 5),
    (N_("Jam"), 8),
    (N_("Menit"), 7),
    (N_("Kelurahan"), 18),
    (N_("RW"), 6),
    (N_("RT"), 6),
    (N_("Alamat"), 34),
    (N_("Inisial"), 9),
    (N_("Kelompok"), 11),
    (N_("Periksa"), 28),
    (N_("Letak"), 24),
    (N_("Bersama"), 20),
    (N_("Hasil"), 20),
    (N_("Catatan"), 30),
)
_RESULT = 12  # column of the outcome
_ASKED_COLUMNS: tuple[tuple[str, int], ...] = (
    (N_("No"), 7),
    (N_("Tempat"), 26),
    (N_("Kelurahan"), 18),
    (N_("RW"), 6),
    (N_("RT"), 6),
    (N_("Alamat"), 34),
    (N_("Inisial"), 9),
    (N_("Kelompok"), 11),
    (words.LANDMARK, 34),
    (N_("Jawaban"), 22),
)
_ANSWER = 9  # column of what the kader answers
_HEAD_ROW = 3


def render_xlsx(sheet: Sheet) -> bytes:
    """Return the sheet's list as XLSX, A4 landscape; the same sheet gives the same bytes.

    One row a stop in driving order; on a second page, where kader are met, one row a family
    to ask for. No text becomes a formula or a link. The outcome is chosen from a list of code
    and word, so that it can be read back by its first letter.
    """
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {
                "title": words.clean(sheet.sheet_no, 40),
                "created": sheet.printed_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        title = book.add_format({"bold": True, "font_size": 14})
        page = book.add_worksheet(translate(N_("Rute"), sheet.language))
        heading = book.add_format(
            {"bold": True, "bg_color": "#000000", "font_color": "#FFFFFF", "text_wrap": True}
        )
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        _write_head(page, sheet, title)
        _write_columns(page, _COLUMNS, sheet.language, heading)
        for row, stop in enumerate(sheet.stops, _HEAD_ROW + 1):
            _write_stop(page, row, stop, sheet.language, cell)
        _offer_outcomes(page, sheet)
        _set_up_print(page, sheet)
        if sheet.meetings:
            second = book.add_worksheet(translate(N_("Tanya kader"), sheet.language))
            _write_head(second, sheet, title)
            _write_columns(second, _ASKED_COLUMNS, sheet.language, heading)
            _write_asked(second, all_asked_rows(sheet), sheet.language, cell)
            _set_up_print(second, sheet)
    return target.getvalue()


def _write_columns(
    page: Worksheet, columns: tuple[tuple[str, int], ...], language: str, heading: Format
) -> None:
    for column, (name, width) in enumerate(columns):
        page.set_column(column, column, width)
        page.write_string(_HEAD_ROW, column, translate(name, language), heading)


def _write_head(page: Worksheet, sheet: Sheet, title: Format) -> None:
    """Write team, day, place and what the reader must know of the data."""
    language = sheet.language
    page.write_string(0, 0, words.clean(sheet.team_name, 60), title)
    day = f"{words.date_text(sheet.day, language)} ({sheet.week})"
    kelurahan = ", ".join(sheet.kelurahan)
    page.write_string(1, 0, words.clean(f"{day} · {sheet.kecamatan} · {kelurahan}"))
    number = translate(N_("Lembar {sheet_no}"), language, sheet_no=words.clean(sheet.sheet_no, 40))
    give_back = translate(N_("Data pribadi spesifik: kembalikan lembar ini"), language)
    page.write_string(2, 0, " · ".join([number, give_back, *words.warnings_of(sheet)]))


def _write_stop(page: Worksheet, row: int, stop: SheetStop, language: str, cell: Format) -> None:
    """Write one stop; the outcome and the notes stay empty, a meeting has no outcome."""
    meeting = words.meeting_text(stop, language)
    texts = (
        words.clock_text(stop.start_s, language),
        None,
        words.clean(stop.kelurahan, 40),
        words.short_number(stop.rw),
        words.short_number(stop.rt),
        words.clean(stop.address),
        words.clean(stop.initials, 12),
        "" if meeting else words.group_word(stop.group, language),
        meeting or ", ".join(words.check_words(stop, language)),
        "\n".join(
            text
            for text in (words.place_words(stop, language), words.way_text(stop, language))
            if text
        ),
        words.joint_text(stop, language),
        "–" if meeting else "",
        "",
    )
    page.write_number(row, 0, stop.number, cell)
    page.write_number(row, 2, round((stop.end_s - stop.start_s) / 60), cell)
    for column, text in enumerate(texts, 1):
        if text is not None:
            page.write_string(row, column, text, cell)


def _write_asked(page: Worksheet, rows: list[AskedRow], language: str, cell: Format) -> None:
    """Write the families to ask for; landmark and answer stay empty, the answer has a list."""
    for at, row in enumerate(rows, _HEAD_ROW + 1):
        texts = (
            row.number, row.place, row.kelurahan, row.rw, row.rt, row.address, row.initials,
            row.group, "", "",
        )  # fmt: skip
        for column, text in enumerate(texts):
            page.write_string(at, column, text, cell)
    page.ignore_errors({"number_stored_as_text": "A1:F1048576"})  # 3.10 is not 3.1
    choices = [f"{letter} {word}" for letter, word in words.answer_words(language).items()]
    last = _HEAD_ROW + len(rows)
    page.data_validation(
        _HEAD_ROW + 1, _ANSWER, last, _ANSWER, {"validate": "list", "source": choices}
    )


def _offer_outcomes(page: Worksheet, sheet: Sheet) -> None:
    """Let the outcome of every visit be chosen from a list; a meeting has none."""
    spans: list[list[int]] = []
    for row, stop in enumerate(sheet.stops, _HEAD_ROW + 1):
        if stop.is_meeting:
            continue
        if spans and spans[-1][2] == row - 1:
            spans[-1][2] = row
        else:
            spans.append([row, _RESULT, row, _RESULT])
    if spans:
        choices = [f"{code} {word}" for code, word in words.outcome_words(sheet.language).items()]
        page.data_validation(
            *spans[0], {"validate": "list", "source": choices, "other_cells": spans[1:]}
        )


def _set_up_print(page: Worksheet, sheet: Sheet) -> None:
    """Freeze the heading and fit the list to the width of A4."""
    page.freeze_panes(_HEAD_ROW + 1, 2)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEAD_ROW)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    printed = words.printed_text(sheet).replace("&", "&&")  # & starts a code in a footer
    page.set_footer(f"&L{printed[:200]}&R&P/&N")
