"""Code maps: how the marks of a register are read as yes, no and unknown.

The codings of BKKBN's file generations contradict each other (1 is risk in one, 2 in
another), and a wrong guess inverts the city's priorities. So a map has a name and a
version, and a file that two maps can read is refused until a person names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.layouts import MARK_COLUMNS

ENVIRONMENT = ("unfit_water", "unfit_toilet")  # a blank here is unknown in every map
READS_NEARLY_ALL = 0.95  # share of the filled marks; to be chosen without being named
READS_ENOUGH = 0.80  # to be accepted when named

_ALWAYS_BLANK = frozenset({"", "null", "nan", "none", "n/a", "#n/a"})


class CodeMapError(BadInputError):
    """The marks of the file have no reading, or more than one."""

    code = "code-map"


class UnknownCodeMapError(WrongCallError):
    """No code map has that name."""

    code = "unknown-code-map"


@dataclass(frozen=True, slots=True)
class CodeMap:
    """One way of reading marks; values are compared in lower case without ``.0``."""

    name: str
    version: int
    yes: frozenset[str]
    no: frozenset[str]
    blank: frozenset[str]
    blank_is_no: bool  # outside the environment factors


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

CODE_MAPS: Mapping[str, CodeMap] = MappingProxyType(
    {each.name: each for each in (_V_MARKS, _ONE_IS_RISK, _TWO_IS_RISK)}
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
    keys = _mark_keys(marks.unique())
    reading: dict[str, bool] = {}
    for cell, key in keys.items():
        if key in code_map.yes:
            reading[cell] = True
        elif key in code_map.no or (
            key in code_map.blank and code_map.blank_is_no and marks.name not in ENVIRONMENT
        ):
            reading[cell] = False
    known = code_map.yes | code_map.no | code_map.blank
    unreadable = marks.isin([cell for cell, key in keys.items() if key not in known])
    return marks.map(reading).astype("boolean"), unreadable


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
        number of families at risk that each reading would make. With a name: that map cannot
        read more than a fifth of the marks.
    """
    if name is not None:
        code_map = named_code_map(name)
        share = _share_read(text, code_map)
        if share < READS_ENOUGH:
            raise CodeMapError(
                N_("Peta kode {name} tidak cocok: hanya {percent} % tanda terbaca."),
                name=name,
                percent=int(100 * share),
            )
        return code_map
    readings = [each for each in CODE_MAPS.values() if _share_read(text, each) >= READS_NEARLY_ALL]
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


def at_risk_total(text: pd.DataFrame, code_map: CodeMap) -> int:
    """Return how many families this map would read as at risk by BKKBN's flag."""
    return int(read_marks(text["bkkbn_at_risk"], code_map)[0].fillna(value=False).sum())


def _mark_keys(cells: Iterable[str]) -> dict[str, str]:
    """Return each cell with the form in which it is compared."""
    keys = {cell: cell.strip().casefold().removesuffix(".0") for cell in cells}
    return {cell: "-" if key in {"–", "—"} else key for cell, key in keys.items()}


def _share_read(text: pd.DataFrame, code_map: CodeMap) -> float:
    """Return the share of filled marks that the map can read; 1 when none is filled."""
    filled = readable = 0
    known = code_map.yes | code_map.no | code_map.blank
    for column in MARK_COLUMNS:
        counts = text[column].value_counts()
        for cell, key in _mark_keys(counts.index).items():
            if key not in _ALWAYS_BLANK:
                filled += int(counts[cell])
                readable += int(counts[cell]) if key in known else 0
    return readable / filled if filled else 1.0
