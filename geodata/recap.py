"""Whether a register and the recap that came with it can both be right.

The identities are those of BKKBN's recaps: families at risk and families not at risk are the
target families; the five welfare classes are the families at risk; neither water nor toilet
concerns more families than are at risk. The counts of young, old, close and many births
overlap, so they are compared one by one and never summed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.errors import BadInputError
from common.language import N_, translate
from geodata.area_names import name_key
from geodata.columns import FACTORS
from geodata.recap_file import CODE_DIGITS, Recap, read_recap, typed_recap
from geodata.recap_headings import COUNT_WORDS, COUNTS, WELFARE

__all__ = [
    "Contradiction", "Recap", "RecapContradictionError", "check_recap", "read_recap",
    "require_recap", "typed_recap",
]  # fmt: skip

Mask = NDArray[np.bool_]
_UNSURE, _ELSEWHERE = -1, -2  # of which row a family is: may be of any, certainly of none
_MOST_TOLD = 5
_ENVIRONMENT = ("unfit_water", "unfit_toilet")

RULES = {
    "file": N_("{place}: {count} menurut rekap {recap}, menurut berkas {file}"),
    "split": N_(
        "{place}: di rekap, berisiko + tidak berisiko = {file}, keluarga sasaran = {recap}"
    ),
    "welfare": N_("{place}: di rekap, kelima kelas kesejahteraan = {file}, berisiko = {recap}"),
    "environment": N_("{place}: di rekap, {count} {recap} melebihi keluarga berisiko {file}"),
    "at_risk": N_("{place}: di rekap, keluarga berisiko {recap} melebihi keluarga sasaran {file}"),
}  # fmt: skip
_SPAN = N_("{low} sampai {high}")
_AT_LEAST = N_("sedikitnya {low}")
_WHOLE = N_("Seluruhnya")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One figure of the recap that cannot be right beside the others."""

    rule: str  # key of RULES: which identity
    place: str  # name of kelurahan or kecamatan; empty for the whole file
    count: str  # of geodata.recap_headings.COUNTS
    recap: int  # what the recap says
    low: int  # what it would have to be: least and most; unknown marks are why they differ
    high: int | None  # None: no most

    def as_record(self, language: str = "id") -> dict[str, Any]:
        """Return the contradiction as plain values, with its words."""
        return {**asdict(self), "text": self.text(language)}

    def text(self, language: str = "id") -> str:
        """Return the contradiction in words."""
        span = _AT_LEAST if self.high is None else _SPAN
        file = translate(span, language, low=self.low, high=self.high)
        return translate(
            RULES[self.rule],
            language,
            place=self.place or translate(_WHOLE, language),
            count=translate(COUNT_WORDS[self.count], language),
            recap=self.recap,
            file=str(self.low) if self.low == self.high else file,
        )


class RecapContradictionError(BadInputError):
    """File and recap cannot both be right."""

    code = "recap-contradiction"

    def __init__(self, contradictions: Sequence[Contradiction]) -> None:
        super().__init__(
            N_("Berkas bertentangan dengan rekapnya, tidak ada yang disimpan. {told}."),
            told="; ".join(each.text() for each in contradictions[:_MOST_TOLD]),
        )
        self.contradictions = tuple(contradictions)

    def text(self, language: str = "id") -> str:
        """Return the message with the first contradictions in the reader's language."""
        told = [each.text(language) for each in self.contradictions[:_MOST_TOLD]]
        more = len(self.contradictions) - len(told)
        if more:
            told.append(translate(N_("dan {more} pertentangan lain"), language, more=more))
        return translate(self.template, language, told="; ".join(told))


def require_recap(
    households: pd.DataFrame, recap: Recap, set_aside: int = 0, tolerance: float = 0.0
) -> None:
    """Refuse a register that contradicts its recap.

    Raises
    ------
    RecapContradictionError
        See :func:`check_recap`.
    """
    found = check_recap(households, recap, set_aside, tolerance)
    if found:
        raise RecapContradictionError(found)


def check_recap(
    households: pd.DataFrame, recap: Recap, set_aside: int = 0, tolerance: float = 0.0
) -> list[Contradiction]:
    """Return every figure of a recap that cannot be right, by row of the recap.

    First the recap by itself, then against the file. A figure contradicts the file only when no
    reading of what the file leaves open gives it: an unknown mark may be yes or no, a row set
    aside may be any family, a family without a known kelurahan may live in any. Factors may be
    counted among all families or among those at risk. Where the file holds families at risk
    only, target families and families not at risk are not compared.

    Parameters
    ----------
    households
        Families of the file (geodata.columns.HOUSEHOLDS).
    set_aside
        Rows of the file that could not be used and may be further families.
    tolerance
        Share of each figure by which the file may differ, such as 0.01 for a recap of another
        day. The recap's own sums are never forgiven.
    """
    possible = _possible(households)
    found: list[Contradiction] = []
    members = _members(households, recap.rows)
    for place, (_, row), (sure, maybe) in zip(
        recap.places, recap.rows.iterrows(), members, strict=True
    ):
        given = {count: int(row[count]) for count in COUNTS if pd.notna(row[count])}
        found.extend(_in_itself(place, given))
        for count, figure in given.items():
            spans = [
                (
                    int((least & sure).sum()),
                    None if most is None else int((most & (sure | maybe)).sum()) + set_aside,
                )
                for least, most in possible.get(count, ())
            ]
            if spans and not any(_within(figure, tolerance, *span) for span in spans):
                found.append(Contradiction("file", place, count, figure, *spans[0]))
    return found


def _within(figure: int, tolerance: float, low: int, high: int | None) -> bool:
    slack = figure * tolerance
    return low - slack <= figure and (high is None or figure <= high + slack)


def _in_itself(place: str, given: Mapping[str, int]) -> Iterator[Contradiction]:
    """Yield the identities that one row of a recap breaks without any file."""
    target, at_risk = given.get("target_families"), given.get("at_risk")
    not_at_risk = given.get("not_at_risk")

    def told(rule: str, count: str, recap: int, other: int) -> Contradiction:
        return Contradiction(rule, place, count, recap, other, other)

    if target is not None and at_risk is not None:
        if not_at_risk is not None and at_risk + not_at_risk != target:
            yield told("split", "target_families", target, at_risk + not_at_risk)
        elif at_risk > target:
            yield told("at_risk", "at_risk", at_risk, target)
    if at_risk is not None:
        if all(rank in given for rank in WELFARE):
            classes = sum(given[rank] for rank in WELFARE)
            if classes != at_risk:
                yield told("welfare", "at_risk", at_risk, classes)
        for factor in _ENVIRONMENT:
            if given.get(factor, 0) > at_risk:
                yield told("environment", factor, given[factor], at_risk)


def _possible(households: pd.DataFrame) -> dict[str, list[tuple[Mask, Mask | None]]]:
    """Return for each count which families certainly and which possibly belong to it.

    Of several readings each is a pair; None: others as well. A count that the file cannot tell
    is left out.
    """
    at_risk, maybe_at_risk = _yes(households["bkkbn_at_risk"])
    every = np.ones(len(households), dtype=bool)
    counts: dict[str, list[tuple[Mask, Mask | None]]] = {"at_risk": [(at_risk, maybe_at_risk)]}
    if (~maybe_at_risk).any():
        counts["target_families"] = [(every, every)]
        counts["not_at_risk"] = [(~maybe_at_risk, ~at_risk)]
    else:  # a list of families at risk only
        counts["target_families"] = [(every, None)]
    ranks = households["welfare_rank"]
    for rank, name in enumerate(WELFARE, start=1):
        of_rank, maybe_of_rank = _yes(ranks.eq(rank))
        counts[name] = [(at_risk & of_rank, maybe_at_risk & maybe_of_rank)]
    for factor in FACTORS:
        has, maybe_has = _yes(households[factor])
        counts[factor] = [(at_risk & has, maybe_at_risk & maybe_has), (has, maybe_has)]
    return counts


def _yes(flags: pd.Series) -> tuple[Mask, Mask]:
    """Return where a flag is yes, and where it may be."""
    known = flags.astype("boolean")
    return (
        known.to_numpy(dtype=bool, na_value=False),
        known.to_numpy(dtype=bool, na_value=True),
    )


def _members(households: pd.DataFrame, rows: pd.DataFrame) -> Iterator[tuple[Mask, Mask]]:
    """Yield for each row of a recap which families certainly and which possibly are counted."""
    every = np.ones(len(households), dtype=bool)
    at = {level: _rows_of(households, rows, level) for level in CODE_DIGITS}
    for number, level in enumerate(rows["level"]):
        if level == "city":
            yield every, every
        else:
            yield at[level] == number, at[level] == _UNSURE


def _rows_of(households: pd.DataFrame, rows: pd.DataFrame, level: str) -> NDArray[np.intp]:
    """Return the row of the recap at a level to which each family belongs, by code, else name."""
    find = _finder(rows, level)
    named = ["area_code_stated", "kelurahan_name", "kecamatan_name"]
    stated = households[named].fillna("")
    pairs = stated.drop_duplicates()
    found = [find(*each) for each in pairs.itertuples(index=False)]
    positions = pd.Series(found, index=pd.MultiIndex.from_frame(pairs))
    return np.asarray(positions.reindex(pd.MultiIndex.from_frame(stated)), dtype=np.intp)


def _finder(rows: pd.DataFrame, level: str) -> Callable[[str, str, str], int]:
    """Return what tells the row of a code, a kelurahan and a kecamatan."""
    length = CODE_DIGITS[level]
    own = np.flatnonzero(rows["level"] == level).tolist()
    codes = rows["area_code"].tolist()
    by_code = {codes[number]: number for number in own if len(codes[number]) == length}
    by_name: dict[tuple[str, str], set[int]] = {}
    for number in own:
        key = _place_key(rows["kelurahan_name"].iloc[number], level)
        within = name_key(rows["kecamatan_name"].iloc[number])
        by_name.setdefault((key, within), set()).add(number)
        by_name.setdefault((key, ""), set()).add(number)

    def find(code: str, kelurahan: str, kecamatan: str) -> int:
        digits = re.sub(r"\D", "", code)
        whole = len(digits) == CODE_DIGITS["kelurahan"]
        if whole and digits[:length] in by_code:
            return by_code[digits[:length]]
        if whole and len(by_code) == len(own):
            return _ELSEWHERE
        key, within = _place_key(kelurahan, level), name_key(kecamatan)
        if not (key if level == "kelurahan" else within):
            return _UNSURE
        exact = by_name.get((key, within), set())
        found = exact or {
            number
            for number in by_name.get((key, ""), set())
            if not rows["kecamatan_name"].iloc[number]
        }
        return next(iter(found)) if len(found) == 1 else _UNSURE

    return find


def _place_key(kelurahan: str, level: str) -> str:
    """Return the name by which a kelurahan is found; a kecamatan is found by its own alone."""
    return name_key(kelurahan) if level == "kelurahan" else ""
