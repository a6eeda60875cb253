"""Registers to hand back: a copy with its faults marked, and a list of what was corrected.

Whoever gets one finds in each coloured cell what is wrong there and what to do, or what the
cell held before; the second sheet counts the kinds.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from common.language import N_, translate
from publishing.marked_sheet import ExportNote, Legend, LegendLine, write_marked

__all__ = ["ExportNote", "write_corrections", "write_marked_copy"]


def write_marked_copy(
    target: Path, table: pd.DataFrame, issues: pd.DataFrame, note: ExportNote
) -> None:
    """Write a copy of a register as XLSX with every faulty cell coloured and commented.

    Rows stand where they stood in the source, so that row numbers of the issue list hold; the
    headings come into the first row, which stays in sight.

    Parameters
    ----------
    table
        The source as text (geodata.tables.read_table), index: row of the source, from 2.
    issues
        A row a fault: ``row``, ``column`` (heading of ``table``), ``code``, ``quarantines``,
        ``what`` and ``remedy`` (texts of the catalogue).
    note
        Who takes the copy and for what.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    language = note.language
    told = {*issues["what"], *issues["remedy"]}
    texts = {str(text): translate(str(text), language) for text in told}
    marks = pd.DataFrame(
        {
            "row": issues["row"],
            "column": issues["column"],
            "kind": issues["quarantines"].map({True: "held", False: "fault"}),
            "comment": [
                f"{texts[what]} {texts[remedy]}"
                for what, remedy in zip(issues["what"], issues["remedy"], strict=True)
            ],
        }
    )
    write_marked(target, table, marks, _faults_legend(issues, texts, language), note)


def write_corrections(
    target: Path, table: pd.DataFrame, marks: pd.DataFrame, note: ExportNote
) -> None:
    """Write corrected families as XLSX in the layout of the register they came from.

    Parameters
    ----------
    table
        Text; a row a family, index: the row of the sheet, from 2.
    marks
        The changed cells: ``row``, ``column`` and ``comment`` in the reader's language.
    note
        Who takes the list and for what.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    language = note.language
    counted = marks["column"].value_counts().sort_index()
    lines = [LegendLine("changed", (str(column), str(count))) for column, count in counted.items()]
    more = translate(
        N_("Sel berwarna berubah; sel lain seperti di register, dan yang tidak disimpan kosong."),
        language,
    )
    legend = Legend(
        translate(N_("Koreksi register"), language),
        (translate(N_("Kolom"), language), translate(N_("Jumlah"), language)),
        (*lines, LegendLine("", (more, ""))),
    )
    write_marked(target, table, marks.assign(kind="changed"), legend, note)


def _faults_legend(issues: pd.DataFrame, texts: dict[str, str], language: str) -> Legend:
    """Return the kinds of fault with their number, those that hold a row back first."""
    counted = (
        issues.groupby(["quarantines", "code", "column", "what", "remedy"], sort=False)
        .size()
        .reset_index(name="times")
        .sort_values(["quarantines", "times"], ascending=False, kind="stable")
    )
    lines = tuple(
        LegendLine(
            "held" if row.quarantines else "fault",
            (
                str(row.column),
                str(row.code),
                texts[str(row.what)],
                texts[str(row.remedy)],
                str(row.times),
            ),
        )
        for row in counted.itertuples(index=False)
    )
    headings = (N_("Kolom"), N_("Kode"), N_("Kesalahan"), N_("Perbaikan"), N_("Jumlah"))
    held = translate(
        N_("Merah: baris tidak dapat dipakai sebelum dibetulkan. Kuning: nilainya diragukan."),
        language,
    )
    return Legend(
        translate(N_("Salinan register dengan kesalahan ditandai"), language),
        tuple(translate(heading, language) for heading in headings),
        (*lines, LegendLine("", (held, "", "", "", ""))),
    )
