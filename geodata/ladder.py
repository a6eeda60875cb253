"""Place families by the best that is known about them, with radii measured on hidden families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.settings import PlacingSettings
from geodata.block_places import LEARNED, POINT_SPREADS, drawn_spread, usual_spread
from geodata.calibration import (
    LEAST_HIDDEN,
    Candidates,
    Factors,
    HeldOut,
    choose,
    held_out,
    measure,
)
from geodata.centres import Floats, Ints
from geodata.columns import GRADES
from geodata.evidence import (
    WAYS,
    Evidence,
    Told,
    best_names,
    placed_at_points,
    situations,
    told_at_points,
    told_of_hidden,
    told_openly,
    ways_of,
)
from geodata.known_points import SOURCES
from geodata.street_names import ALIKE, EXACT
from geodata.street_pieces import Stretches, middles, nearest_on

# Kinds of places that are pooled when radii are measured; those of one hundred are pooled where
# one of them is rare. Streets: by how far the RT's centre is from them, in its own spreads.
_FAR: Final = (1.0, 2.0, 3.0, 5.0)
_VERY_FAR: Final = 3  # such streets are pooled apart: perhaps another street is meant
_DOUBTFUL, _APART = 100, 200
_MOST_SIZE: Final = 12  # RT with more known families are alike
_ON_MAP, _AT_POINT, _NAMED = 100, 200, 300
_STREET_ELSEWHERE: Final = 300  # the address names a street far from the family's RT or RW
_UNSURE: Final = 1000  # nobody whose kelurahan is known tells about these
_LEAST_SCALE_M: Final = 20.0
_OTHERS: Final = 0.5  # weight of the block's centre beside each known home on the same street
_PILED: Final = "pile"
_POINT: Final = "point"  # the block is known by a point alone
_POINT_NAMED: Final = "point-named"  # and by other families who live by the same name


@dataclass(slots=True)
class Placing:
    """Where n families stand and how well that is known."""

    xy: Floats  # metres, NaN for grade none
    grade: NDArray[np.object_]
    radius_m: Floats
    from_points: dict[str, int]  # families placed at a known point, by kind of the point
    factors: dict[str, Factors]  # by way, those that were known beforehand among them
    calibration: dict[str, dict[str, float | int | None]]  # by grade; of ways measured now


def settle(
    evidence: Evidence, settings: PlacingSettings, known: Mapping[str, Factors] | None = None
) -> Placing:
    """Return a place for every family whose kelurahan is known.

    The places that a family could have are weighed by radius: the best grade wins unless a
    lower one is clearly nearer (:func:`geodata.calibration.choose`).

    Parameters
    ----------
    known
        Factors by way of an earlier call, to be used as they are; other ways are measured.
    """
    placing = Placing(
        np.where(evidence.trusted[:, None], evidence.xy, np.nan),
        np.where(evidence.trusted, "register", "none").astype(object),
        np.where(evidence.trusted, settings.default_radius_register_m, np.nan),
        dict.fromkeys(SOURCES, 0),
        dict(known or {}),
        {},
    )
    best, way = best_names(evidence), ways_of(evidence)
    fared: list[tuple[HeldOut, dict[str, int]]] = []
    kind_of = _kinds_of(evidence, way, best)
    kinds = [(name, "") for name in WAYS]
    kinds += [("rt", _PILED), ("rt", _POINT), ("rw", _POINT), ("rw", _POINT_NAMED)]
    for name, kind in kinds:
        rows = np.flatnonzero((way == WAYS.index(name)) & (kind_of == kind))
        if not len(rows):
            continue
        key, fare = f"{name}/{kind}" if kind else name, None
        if key not in placing.factors:
            hidden = _hidden(evidence, name, kind, best)
            placing.factors[key], fare = _measured(evidence, settings, name, hidden)
        _place(placing, evidence, settings, name, rows, best, placing.factors[key])
        if fare is not None:
            placed = pd.Series(placing.grade[rows]).value_counts()
            fared.append((fare, {str(grade): int(count) for grade, count in placed.items()}))
    placing.calibration = calibration_report(fared)
    return placing


def _kinds_of(evidence: Evidence, way: Ints, best: Ints) -> NDArray[np.object_]:
    """Return what sets families of one way apart, so that radii are measured on their like."""
    kinds = np.full(len(way), "", dtype=object)
    kinds[(way == WAYS.index("rt")) & evidence.piled] = _PILED
    for name, blocks in (("rt", evidence.rt), ("rw", evidence.rw)):
        rows = np.flatnonzero(way == WAYS.index(name))
        rows = rows[blocks.source[blocks.group[rows]] != LEARNED]
        named = (best[rows] >= 0) & (name == "rw")
        kinds[rows] = np.where(named, _POINT_NAMED, _POINT)
    return kinds


def _hidden(evidence: Evidence, way: str, kind: str, best: Ints) -> Told:
    """Return what would be known about known families, were they those of this way and kind."""
    if kind not in (_POINT, _POINT_NAMED):
        return told_of_hidden(evidence, way, best, piled=kind == _PILED)
    told = told_at_points(evidence, way, best, named=kind == _POINT_NAMED)
    # points only where nobody's home is known: the map alone tells what lies around them
    return told if len(told.rows) >= LEAST_HIDDEN else told_of_hidden(evidence, "map", best)


def _measured(
    evidence: Evidence, settings: PlacingSettings, way: str, hidden: Told
) -> tuple[Factors, HeldOut]:
    """Return the factors that hidden families tell, and how they fare on this way."""
    homes, usual_m = evidence.xy[hidden.rows], _usual_spread(evidence, way)
    ladder = _ladder(evidence, way, hidden, usual_m, settings)
    factors = replace(measure(ladder, homes), usual_spread_m=usual_m)
    return factors, held_out(ladder, homes, settings.least_radius_m)


def _place(
    placing: Placing,
    evidence: Evidence,
    settings: PlacingSettings,
    way: str,
    rows: Ints,
    best: Ints,
    factors: Factors,
) -> None:
    """Place the families of one way."""
    few, situation = situations(evidence, way, rows, best)
    told = told_openly(evidence, way, few, best)
    ladder = _ladder(evidence, way, told, factors.usual_spread_m, settings)
    choice = choose(ladder, factors)
    grades = np.array([each.grade for each in ladder], dtype=object)[choice.rank]
    placing.xy[rows], placing.grade[rows] = choice.xy[situation], grades[situation]
    radius = np.maximum(choice.radius_m[situation], settings.least_radius_m)
    placing.radius_m[rows] = radius
    at_block = np.isin(placing.grade[rows], ["rt", "rw"])
    for source, count in placed_at_points(evidence, way, rows)[at_block].value_counts().items():
        if source:
            placing.from_points[str(source)] += int(count)


def _ladder(
    evidence: Evidence, way: str, told: Told, usual_m: float | None, settings: PlacingSettings
) -> list[Candidates]:
    """Return the places that families could have, best grade first."""
    spread = drawn_spread(told.spread_m, told.size, usual_m) if way == "rt" else told.spread_m
    on_street = _on_street(evidence, told, spread, settings)
    ladder = [on_street]
    if way in ("rt", "rw"):
        size = np.minimum(told.size, _MOST_SIZE) if way == "rt" else np.minimum(told.size, 1)
        kind = np.where(told.size > 0, size, _AT_POINT)
        elsewhere = (on_street.kind >= _APART) & (on_street.kind < 2 * _APART)
        kind = kind + np.where(elsewhere, _STREET_ELSEWHERE, 0)
        ladder.append(Candidates(way, told.xy, spread, kind, told.radius_m))
    if way != "rt":
        ladder.append(_by_name(evidence, told, usual_m, settings))
    area, unsure = evidence.area[told.rows], evidence.unsure[told.rows]
    radius = evidence.area_radius_m[area]
    usual = radius * np.where(unsure, settings.unsure_kelurahan_times, 1.0)
    kind = np.where(unsure, _UNSURE, 0)
    ladder.append(Candidates("kelurahan", evidence.area_xy[area], radius, kind, usual))
    return ladder


def _unknown_radius(
    extent: Floats, unsure: NDArray[np.bool_], evidence: Evidence, settings: PlacingSettings
) -> Floats:
    """Return the radius around the middle of a street where no known family tells one."""
    beside = np.where(unsure, evidence.unsure_m, settings.default_radius_street_m)
    return np.asarray(np.hypot(extent, beside), dtype=np.float64)


def _usual_spread(evidence: Evidence, way: str) -> float | None:
    """Return how far homes usually lie from the centre of their RT, off that way of a name."""
    return usual_spread(evidence.rt if way == "rt" else evidence.names.blocks)


def _on_street(
    evidence: Evidence, told: Told, spread: Floats, settings: PlacingSettings
) -> Candidates:
    """Return the point of each street nearest to the neighbours, else the street's middle."""
    stretches = evidence.found.stretches.take(told.rows)
    how, unsure = evidence.found.how[told.rows], evidence.unsure[told.rows]
    doubtful = np.where((how == EXACT) | (how == ALIKE), 0, _DOUBTFUL)
    nobody = ~np.isfinite(told.xy[:, 0])
    middle, extent = np.full(told.xy.shape, np.nan), np.full(len(nobody), np.nan)
    if nobody.any():
        middle[nobody], extent[nobody] = _each_once(
            evidence, stretches.take(np.flatnonzero(nobody))
        )
    mean = (told.street_sum + _OTHERS * told.xy) / (told.street_size + _OTHERS)[:, None]
    foot, _ = nearest_on(evidence.streets, stretches, mean)
    away = np.hypot(*(foot - told.xy).T)
    far = np.digitize(away / spread, _FAR)
    refined = np.isfinite(foot[:, 0])
    kind = np.where(
        refined,
        far + doubtful + np.where(far >= _VERY_FAR, _APART, 0),
        np.maximum(how, 0) + doubtful + 2 * _APART + np.where(unsure, _UNSURE, 0),
    )
    unknown = _unknown_radius(extent, unsure, evidence, settings)
    # a street at the centre of the RT is at least as near to the home as that centre
    beside = np.where(far < _VERY_FAR, told.radius_m, np.hypot(away, told.radius_m))
    return Candidates(
        "street",
        np.where(refined[:, None], foot, middle),
        np.where(refined, spread, np.maximum(extent, _LEAST_SCALE_M)),
        kind,
        np.where(refined, beside, unknown),
    )


def _by_name(
    evidence: Evidence, told: Told, usual_m: float | None, settings: PlacingSettings
) -> Candidates:
    """Return where those live who name the same estate, kampung or landmark, else the map's."""
    middle, extent = _each_once(evidence, evidence.estates.take(told.rows))
    spot, unsure = evidence.spot[told.rows], evidence.unsure[told.rows]
    learned, at_spot = np.isfinite(told.name_xy[:, 0]), spot >= 0
    xy, scale = middle, np.maximum(extent, _LEAST_SCALE_M)
    usual, kind = _unknown_radius(extent, unsure, evidence, settings), np.full(len(spot), _ON_MAP)
    if at_spot.any():
        spots = evidence.spots
        xy = np.where(at_spot[:, None], spots.xy[spot], xy)
        scale = np.where(at_spot, spots.usual_m[spot] / POINT_SPREADS, scale)
        usual = np.where(at_spot, spots.usual_m[spot], usual)
        kind = np.where(at_spot, np.where(spots.on_map[spot], _NAMED, _AT_POINT), kind)
    return Candidates(
        "neighbourhood",
        np.where(learned[:, None], told.name_xy, xy),
        np.where(learned, drawn_spread(told.name_spread_m, told.name_size, usual_m), scale),
        np.where(learned, 0, kind) + np.where(unsure, _UNSURE, 0),
        np.where(learned, told.name_radius_m, usual),
    )


def _each_once(evidence: Evidence, stretches: Stretches) -> tuple[Floats, Floats]:
    """Return middles and extents of stretches of which many are the same."""
    code = stretches.first * (len(evidence.streets.start) + 1) + stretches.end
    _, leading, member = np.unique(code, return_index=True, return_inverse=True)
    middle, extent = middles(evidence.streets, stretches.take(leading))
    return middle[member], extent[member]


def calibration_report(
    fared: Sequence[tuple[HeldOut, dict[str, int]]],
) -> dict[str, dict[str, float | int | None]]:
    """Return by grade how hidden families fared: ``n``, ``coverage``, ``median_error_m``.

    Families hidden on one way weigh as many as were placed on it.

    Parameters
    ----------
    fared
        For each way: the hidden families, and families placed on it by grade.
    """
    parts = []
    for fare, placed in fared:
        frame = pd.DataFrame({"grade": fare.grade, "within": fare.within, "away": fare.away_m})
        hidden = frame.groupby("grade")["within"].transform("size")
        frame["weight"] = frame["grade"].map(placed).fillna(0.0) / hidden
        parts.append(frame[frame["weight"] > 0])
    table = pd.concat(parts) if parts else pd.DataFrame({"grade": []})
    report: dict[str, dict[str, float | int | None]] = {}
    for grade in GRADES:
        rows = table[table["grade"] == grade]
        if rows.empty:
            continue
        ordered = rows.sort_values("away")
        reached = ordered["weight"].cumsum() >= ordered["weight"].sum() / 2
        report[grade] = {
            "n": len(rows),
            "coverage": round(float(np.average(rows["within"], weights=rows["weight"])), 3),
            "median_error_m": round(float(ordered["away"][reached].iloc[0]), 1),
        }
    return report
