"""What each code map would make of a register: a wrong one turns the city's priorities round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from common.language import N_, translate
from geodata.code_maps import CODE_MAPS, CodeMap, CodeMapError, choose_code_map, read_marks
from geodata.columns import FACTORS
from geodata.layouts import LAYOUTS, MARK_COLUMNS, Layout
from geodata.recap_headings import COUNT_WORDS
from geodata.register import read_register

_READING = N_("{codes}: {told}, {unreadable} tanda tidak terbaca")


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of one file and which of them is certain."""

    rows: int  # of the file
    certain: str | None  # name of the only map that reads nearly all marks
    table: pd.DataFrame  # see readings_of

    def as_records(self) -> list[dict[str, Any]]:
        """Return the table as plain values, one record a code map."""
        records = self.table.reset_index().to_dict(orient="records")
        return [{str(key): value for key, value in each.items()} for each in records]


class UncertainCodesError(CodeMapError):
    """The marks have no certain reading; ``readings`` says what each map would give."""

    def __init__(self, cause: CodeMapError, readings: Readings) -> None:
        super().__init__(cause.template, **cause.params)
        self.readings = readings

    def text(self, language: str = "id") -> str:
        """Return the refusal with the totals of every reading in the reader's language."""
        told = [super().text(language)]
        for codes, row in self.readings.table.iterrows():
            counts = [
                f"{translate(COUNT_WORDS[count], language)} {row[count]}"
                for count in ("at_risk", *FACTORS)
            ]
            told.append(
                translate(
                    _READING,
                    language,
                    codes=codes,
                    told=", ".join(counts),
                    unreadable=row["unreadable"],
                )
            )
        return " | ".join(told)


def readings_of(text: pd.DataFrame) -> pd.DataFrame:
    """Return what each code map that fits the layout would read.

    Parameters
    ----------
    text
        Frame of :func:`geodata.register.read_register`.

    Returns
    -------
    pd.DataFrame
        Index ``codes``, the name of the map; families ``at_risk`` by BKKBN's flag, families
        with each of geodata.columns.FACTORS, and ``unreadable``, marks that the map does not
        know, of all columns it reads.
    """
    fitting = [each for each in CODE_MAPS.values() if each.fits(text)]
    columns = ["at_risk", *FACTORS, "unreadable"]
    rows = [_reading(text, each) for each in fitting]
    index = pd.Index([each.name for each in fitting], name="codes", dtype="str")
    return pd.DataFrame(rows, index=index, columns=columns, dtype="int64")


def register_readings(
    file: Path, *, layout: str | None = None, known: Mapping[str, Layout] = LAYOUTS
) -> Readings:
    """Return the readings of a register file; nothing is stored.

    Parameters
    ----------
    known
        The layouts there are, see :func:`workflows.layouts.known_layouts`.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file is no usable table.
    LayoutError, UnknownLayoutError
        Its headings cannot be read with certainty.
    """
    text = read_register(file, layout, known).text
    try:
        certain = choose_code_map(text).name
    except CodeMapError:
        certain = None
    return Readings(len(text), certain, readings_of(text))


def certain_code_map(text: pd.DataFrame, name: str | None) -> CodeMap:
    """Return the code map to read a register with, see geodata.code_maps.choose_code_map.

    Raises
    ------
    UnknownCodeMapError
        No code map has that name.
    UncertainCodesError
        No map, or more than one, reads nearly all marks, or the named one does not; it carries
        the readings.
    """
    try:
        return choose_code_map(text, name)
    except CodeMapError as error:
        raise UncertainCodesError(error, Readings(len(text), None, readings_of(text))) from None


def _reading(text: pd.DataFrame, code_map: CodeMap) -> dict[str, int]:
    counts = {"unreadable": 0}
    for mark in MARK_COLUMNS:
        values, unreadable = read_marks(text[code_map.column_of(mark)], code_map)
        counts["unreadable"] += int(unreadable.sum())
        name = "at_risk" if mark == "bkkbn_at_risk" else mark
        counts[name] = int(values.fillna(value=False).sum())
    return counts
