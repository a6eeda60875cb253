"""Code maps: how the marks of a register are read as yes, no and unknown.

The codings of BKKBN's file generations contradict each other (1 is risk in one, 2 in
another), and a wrong guess inverts the city's priorities. So a map has a name and a
version, and a file that two maps can read is refused until a person names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.cells import plain_text
from geodata.layouts import MARK_COLUMNS

ENVIRONMENT = ("unfit_water", "unfit_toilet")  # a blank here is unknown in every map
READS_NEARLY_ALL = 0.95  # share of the filled marks; to be chosen without being named
READS_ENOUGH = 0.80  # to be accepted when named

# Excel's error texts are not among them: in a mark they are unreadable, not "no".
_ALWAYS_BLANK = frozenset({"", "null", "nan", "none", "n/a"})


class CodeMapError(BadInputError):
    """The marks of the file have no reading, or more than one."""

    code = "code-map"


class UnknownCodeMapError(WrongCallError):
    """No code map has that name."""

    code = "unknown-code-map"


@dataclass(frozen=True, slots=True)
class CodeList:
    """How one column is read that has codes of its own; a blank is unknown."""

    mark: str  # one of MARK_COLUMNS
    column: str  # of the text frame, read instead of the mark
    yes: frozenset[str]
    no: frozenset[str]


@dataclass(frozen=True, slots=True)
class CodeMap:
    """One way of reading marks; values are compared in lower case without ``.0``."""

    name: str
    version: int
    yes: frozenset[str]
    no: frozenset[str]
    blank: frozenset[str]
    blank_is_no: bool  # outside the environment factors
    lists: tuple[CodeList, ...] = ()

    def column_of(self, mark: str) -> str:
        """Return the column of the text frame from which a mark is read."""
        return next((each.column for each in self.lists if each.mark == mark), mark)

    def fits(self, text: pd.DataFrame) -> bool:
        """Tell whether a text frame has all the columns that this map reads."""
        return all(self.column_of(mark) in text for mark in MARK_COLUMNS)


# Disputed, unconfirmed: no official list of codes was found. So a national recap query sorts
# them, except that it counts a blank as fit. Water: 1 bottled or refill, 2 piped, 3 bore well,
# 4 protected well, 6 protected spring are fit; other sources name four kinds and leave out the
# spring. Toilet: 1 and 2 own or shared with septic tank are fit, 3 without, 4 none.
WATER_2025 = CodeList(
    "unfit_water",
    "water_source",
    yes=frozenset({"5", "7", "8", "9", "10"}),
    no=frozenset("12346"),
)
TOILET_2025 = CodeList("unfit_toilet", "toilet_kind", yes=frozenset("34"), no=frozenset("12"))
# A truth value in the database; how exports spell it is unconfirmed. It is as old as the visit.
PREGNANT_2025 = CodeList(
    "pregnant",
    "pregnant",
    yes=frozenset({"true", "t", "1"}),
    no=frozenset({"false", "f", "0", "2"}),
)

_V_MARKS = CodeMap(
    name="v-marks", version=1, yes=frozenset("v✓√"), no=frozenset("-"),
    blank=_ALWAYS_BLANK, blank_is_no=True,
)  # fmt: skip
_ONE_IS_RISK = CodeMap(
    name="one-is-risk", version=1, yes=frozenset("1"), no=frozenset("23"),
    blank=_ALWAYS_BLANK | {"-"}, blank_is_no=False,
)  # fmt: skip
_TWO_IS_RISK = CodeMap(
    name="two-is-risk", version=1, yes=frozenset("2"), no=frozenset("13"),
    blank=_ALWAYS_BLANK | {"-"}, blank_is_no=False,
)  # fmt: skip
_VERVAL_2025 = CodeMap(
    name="verval-2025", version=1, yes=frozenset("1"), no=frozenset("23"),
    blank=_ALWAYS_BLANK | {"-"}, blank_is_no=False,
    lists=(WATER_2025, TOILET_2025, PREGNANT_2025),
)  # fmt: skip

CODE_MAPS: Mapping[str, CodeMap] = MappingProxyType(
    {each.name: each for each in (_V_MARKS, _ONE_IS_RISK, _TWO_IS_RISK, _VERVAL_2025)}
)


def named_code_map(name: str) -> CodeMap:
    """Return the code map called ``name``.

    Raises
    ------
    UnknownCodeMapError
        No code map has that name.
    """
    if name not in CODE_MAPS:
        raise UnknownCodeMapError(
            N_("Peta kode {name!r} tidak dikenal; yang ada: {known}."),
            name=name,
            known=", ".join(CODE_MAPS),
        )
    return CODE_MAPS[name]


def read_marks(marks: pd.Series, code_map: CodeMap) -> tuple[pd.Series, pd.Series]:
    """Read one column of marks.

    Parameters
    ----------
    marks
        Text; its name decides whether a blank is unknown (see ``ENVIRONMENT``).

    Returns
    -------
    tuple of pd.Series
        Values (``boolean``, ``NA`` unknown) and whether the mark is unreadable (``bool``);
        both with the index of ``marks``.
    """
    yes, no = _codes(str(marks.name), code_map)
    number_of_cell, cells = pd.factorize(marks)
    keys = list(_mark_keys(cells).values())
    blank_is_no = code_map.blank_is_no and marks.name not in ENVIRONMENT
    is_yes = np.array([key in yes for key in keys], dtype=bool)
    is_blank = np.array([key in code_map.blank for key in keys], dtype=bool)
    is_no = np.array([key in no for key in keys], dtype=bool) | (is_blank & blank_is_no)
    unreadable = ~(is_yes | is_no | is_blank)
    values = pd.arrays.BooleanArray(is_yes[number_of_cell], ~(is_yes | is_no)[number_of_cell])
    return (
        pd.Series(values, index=marks.index, name=marks.name),
        pd.Series(unreadable[number_of_cell], index=marks.index),
    )


def choose_code_map(text: pd.DataFrame, name: str | None = None) -> CodeMap:
    """Return the code map to read a register with.

    Parameters
    ----------
    text
        Frame of :func:`geodata.register.read_register`.
    name
        The map a person chose; without it the file must leave no doubt.

    Raises
    ------
    UnknownCodeMapError
        No code map has that name.
    CodeMapError
        Without a name: no map, or more than one, reads nearly all marks; the message gives the
        number of families at risk that each reading would make. With a name: that map is for
        another layout, or cannot read more than a fifth of the marks.
    """
    if name is not None:
        code_map = named_code_map(name)
        require_columns(text, code_map)
        share = _share_read(text, code_map)
        if share < READS_ENOUGH:
            raise CodeMapError(
                N_("Peta kode {name} tidak cocok: hanya {percent} % tanda terbaca."),
                name=name,
                percent=int(100 * share),
            )
        return code_map
    return _only_reading(text)


def require_columns(text: pd.DataFrame, code_map: CodeMap) -> None:
    """Check that a code map belongs to the layout of a register.

    Raises
    ------
    CodeMapError
        The register lacks a column that the map reads.
    """
    if not code_map.fits(text):
        raise CodeMapError(
            N_("Peta kode {name} bukan untuk tata letak berkas ini; yang cocok: {known}."),
            name=code_map.name,
            known=", ".join(each.name for each in CODE_MAPS.values() if each.fits(text)),
        )


def at_risk_total(text: pd.DataFrame, code_map: CodeMap) -> int:
    """Return how many families this map would read as at risk by BKKBN's flag."""
    return int(read_marks(text["bkkbn_at_risk"], code_map)[0].fillna(value=False).sum())


def _only_reading(text: pd.DataFrame) -> CodeMap:
    """Return the one map that reads nearly all marks; refuse when there is none, or more."""
    readings = [
        each
        for each in CODE_MAPS.values()
        if each.fits(text) and _share_read(text, each) >= READS_NEARLY_ALL
    ]
    if not readings:
        raise CodeMapError(
            N_("Tidak ada peta kode yang dapat membaca tanda di berkas ini; yang ada: {known}."),
            known=", ".join(CODE_MAPS),
        )
    if len(readings) > 1:
        raise CodeMapError(
            N_(
                "Tanda di berkas ini dapat dibaca dengan lebih dari satu cara. "
                "Keluarga berisiko menurut tiap peta kode: {totals}. Pilih satu dengan --codes."
            ),
            totals="; ".join(f"{each.name} {at_risk_total(text, each)}" for each in readings),
        )
    return readings[0]


def _codes(column: str, code_map: CodeMap) -> tuple[frozenset[str], frozenset[str]]:
    """Return what counts as yes and as no in a column of the text frame."""
    for each in code_map.lists:
        if each.column == column:
            return each.yes, each.no
    return code_map.yes, code_map.no


def _mark_keys(cells: Iterable[str]) -> dict[str, str]:
    """Return each cell with the form in which it is compared."""
    keys = {cell: plain_text(cell).casefold().removesuffix(".0") for cell in cells}
    return {cell: "-" if key in {"–", "—"} else key for cell, key in keys.items()}


def _share_read(text: pd.DataFrame, code_map: CodeMap) -> float:
    """Return the share of filled marks that the map can read; 1 when none is filled."""
    filled = readable = 0
    for column in map(code_map.column_of, MARK_COLUMNS):
        yes, no = _codes(column, code_map)
        known = yes | no | code_map.blank
        counts = text[column].value_counts()
        for cell, key in _mark_keys(counts.index).items():
            if key not in _ALWAYS_BLANK:
                filled += int(counts[cell])
                readable += int(counts[cell]) if key in known else 0
    return readable / filled if filled else 1.0
