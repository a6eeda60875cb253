"""How far from its place a family may live: radii measured on hidden families.

Each kind of place comes with a scale in metres, such as the spread of the neighbours that it was
learned from. Nine tenths of the hidden families lie within so many scales of their place; that
number, pooled over places of a kind, makes the radius of every other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from geodata.centres import Floats, Ints, radius_within

LEAST_HIDDEN: Final = 50  # fewer say little about nine tenths
CLEARLY: Final = 0.8  # a place lower on the ladder wins with a radius below this share
_COARSE: Final = 100  # kinds of one hundred are pooled where one of them is rare
_WHOLE: Final = -1000  # stands for all kinds of a grade


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places of one grade for q families."""

    grade: str
    xy: Floats  # (q, 2) metres, NaN where the family has none
    scale_m: Floats  # (q,)
    kind: Ints  # (q,) places of one kind are pooled
    usual_m: Floats  # (q,) radius where too few families could be hidden


@dataclass(frozen=True, slots=True)
class Factors:
    """Scales that make a radius, by grade and kind; and the last correction of those chosen.

    Kinds of one hundred stand under -1 - hundred, a grade as a whole under ``_WHOLE``.
    """

    of_kind: Mapping[tuple[str, int], float] = field(default_factory=dict)
    of_chosen: Mapping[tuple[str, int], float] = field(default_factory=dict)
    usual_spread_m: float | None = None  # of an RT, off that way of a name, when measured


def as_content(factors: Factors) -> dict[str, Any]:
    """Return the factors as lists of grade, kind, factor, to be kept as JSON."""
    content: dict[str, Any] = {
        name: [[grade, kind, times] for (grade, kind), times in table.items()]
        for name, table in (("of_kind", factors.of_kind), ("of_chosen", factors.of_chosen))
    }
    return content | {"usual_spread_m": factors.usual_spread_m}


def from_content(content: Mapping[str, Any]) -> Factors:
    """Return the factors that :func:`as_content` wrote."""
    of_kind, of_chosen = (
        {(str(grade), int(kind)): float(times) for grade, kind, times in content[name]}
        for name in ("of_kind", "of_chosen")
    )
    return Factors(of_kind, of_chosen, content["usual_spread_m"])


@dataclass(frozen=True, slots=True)
class Choice:
    """The best place of q families."""

    rank: Ints  # position among the candidates, -1 none
    xy: Floats
    radius_m: Floats


def choose(ladder: Sequence[Candidates], factors: Factors) -> Choice:
    """Return the place of each family: the best grade, unless a lower one is clearly nearer.

    Parameters
    ----------
    ladder
        Candidates, best grade first; the last one is the last resort and never wins otherwise.
    """
    count = len(ladder[0].xy)
    rank = np.full(count, -1, dtype=np.intp)
    xy, radius = np.full((count, 2), np.nan), np.full(count, np.inf)
    for number, each in enumerate(ladder):
        mine = _radius(each, factors)
        better = np.isfinite(mine)
        if number == len(ladder) - 1:
            better &= rank < 0
        better &= (rank < 0) | (mine < CLEARLY * radius)
        rank[better], xy[better], radius[better] = number, each.xy[better], mine[better]
    for number, each in enumerate(ladder):
        won = rank == number
        times = _told(factors.of_chosen, each.grade, each.kind[won])
        radius[won] *= np.where(np.isnan(times), 1.0, times)
    return Choice(rank, xy, np.where(rank < 0, np.nan, radius))


def _radius(each: Candidates, factors: Factors) -> Floats:
    """Return the radius of each candidate, inf where there is none."""
    times = _told(factors.of_kind, each.grade, each.kind)
    radius = np.where(np.isnan(times), each.usual_m, times * each.scale_m)
    return np.where(np.isfinite(each.xy[:, 0]), radius, np.inf)


def _told(factors: Mapping[tuple[str, int], float], grade: str, kinds: Ints) -> Floats:
    """Return the factor of each kind, else of its hundred, else of the grade; NaN untold."""
    times = np.full(len(kinds), np.nan)
    for kind in np.unique(kinds).tolist():
        keys = ((grade, key) for key in (kind, -1 - kind // _COARSE, _WHOLE))
        times[kinds == kind] = next((factors[key] for key in keys if key in factors), np.nan)
    return times


def measure(ladder: Sequence[Candidates], truth: Floats, told: Ints | None = None) -> Factors:
    """Return the factors that hidden families tell.

    Parameters
    ----------
    ladder
        Candidates of q hidden families.
    truth
        Where they live, (q, 2) metres.
    told
        Rows to measure on; all when None.
    """
    rows = np.arange(len(truth)) if told is None else told
    of_kind: dict[tuple[str, int], float] = {}
    for each in ladder:
        some = rows[np.isfinite(each.xy[rows, 0])]
        ratio = np.hypot(*(truth[some] - each.xy[some]).T) / each.scale_m[some]
        _keep(of_kind, each.grade, each.kind[some], ratio)
    choice = choose(ladder, Factors(of_kind))
    of_chosen: dict[tuple[str, int], float] = {}
    for number, each in enumerate(ladder):
        won = rows[choice.rank[rows] == number]
        ratio = np.hypot(*(truth[won] - choice.xy[won]).T) / choice.radius_m[won]
        _keep(of_chosen, each.grade, each.kind[won], ratio)
        if len(won) >= LEAST_HIDDEN:
            of_chosen[each.grade, _WHOLE] = _nine_tenths(ratio)
    return Factors(of_kind, of_chosen)


def _keep(factors: dict[tuple[str, int], float], grade: str, kinds: Ints, ratio: Floats) -> None:
    """Keep the nine tenths of each kind, and of each hundred of them, that is not too rare."""
    for numbers in (kinds, -1 - kinds // _COARSE):
        for number in np.unique(numbers).tolist():
            mine = ratio[numbers == number]
            if len(mine) >= LEAST_HIDDEN:
                factors[grade, number] = _nine_tenths(mine)


def _nine_tenths(values: Floats) -> float:
    return float(radius_within(values, np.zeros(len(values), dtype=np.intp), 1)[0])


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How hidden families fared, one entry a family that was placed."""

    grade: tuple[str, ...]
    within: Floats  # 1.0 where the family lies within the radius stated for it, else 0.0
    away_m: Floats
    scope: str = ""


def held_out(ladder: Sequence[Candidates], truth: Floats, least_radius_m: float) -> HeldOut:
    """Return how hidden families fare under factors that others of them told.

    The families are halved, odd and even; each half is judged by the other's factors.
    """
    number = np.arange(len(truth))
    grade = np.full(len(truth), "", dtype=object)
    within, away = np.zeros(len(truth)), np.full(len(truth), np.nan)
    for half in (0, 1):
        rows = np.flatnonzero(number % 2 == half)
        choice = choose(ladder, measure(ladder, truth, np.flatnonzero(number % 2 != half)))
        away[rows] = np.hypot(*(truth[rows] - choice.xy[rows]).T)
        within[rows] = away[rows] <= np.maximum(choice.radius_m[rows], least_radius_m)
        grade[rows] = [ladder[rank].grade if rank >= 0 else "" for rank in choice.rank[rows]]
    placed = grade != ""
    return HeldOut(tuple(grade[placed]), within[placed], away[placed])
