"""Families and known places as points on the map of one kelurahan; no person is on it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from common.errors import WrongCallError
from common.language import N_, translate
from publishing import words
from publishing.map_html import BLACK, BLUE, safe
from publishing.sheet import EXACT_GRADES

# what has become of a family this week: word, and a shape in a square from -10 to 10
_GREEN, _ORANGE, _RED, _GREY = "#009E73", "#E69F00", "#D55E00", "#767676"  # Okabe & Ito (2008)
STATES: dict[str, tuple[str, str]] = {
    "planned": (
        N_("masuk rencana"),
        f'<circle r="5.5" fill="{BLUE}" stroke="#fff"/>',
    ),
    "met": (
        N_("sudah bertemu"),
        (
            f'<rect x="-5" y="-5" width="10" height="10" fill="{_GREEN}" stroke="#fff"/>'
            '<path d="M-3,0 L-1,2.5 L3,-2.5" fill="none" stroke="#fff" stroke-width="1.8"/>'
        ),
    ),
    "waiting": (
        N_("menunggu giliran"),
        f'<path d="M0,-6 L6,4.5 L-6,4.5 Z" fill="{_ORANGE}" stroke="{BLACK}"/>',
    ),
    "no_door": (
        N_("letak rumah belum diketahui"),
        f'<path d="M0,-6.5 L6.5,0 L0,6.5 L-6.5,0 Z" fill="#fff" stroke="{_RED}" stroke-width="2"/>',
    ),
    "not_due": (
        N_("belum jatuh tempo"),
        f'<circle r="3" fill="#fff" stroke="{_GREY}" stroke-width="2"/>',
    ),
}
_RING = '<circle r="9" fill="none" stroke="#000" stroke-width="1.3"'
RINGS: tuple[tuple[str, str], ...] = (  # how well the place is known
    (N_("titik rumah"), f"{_RING}/>"),
    (N_("tengah RT atau RW"), f'{_RING} stroke-dasharray="4 2.5"/>'),
    (N_("hanya kelurahan"), f'{_RING} stroke-dasharray="1 3.7"/>'),
)
_BLOCK_GRADES = frozenset({"rt", "rw", "neighbourhood"})

FamilyRow = tuple[float, float, int, int, int]  # lat, lon, state, ring, how many before it there


class FamilyStateError(WrongCallError):
    """A family on the map has a state that no sign stands for."""

    code = "map-state"


def family_rows(points: pd.DataFrame) -> list[FamilyRow]:
    """Return the families that have a place, same order; those on one spot are counted up.

    Raises
    ------
    FamilyStateError
        A state is not one of ``STATES``.
    """
    unknown = sorted(set(points["state"].astype(str)) - set(STATES))
    if unknown:
        raise FamilyStateError(
            N_("Peta tidak mengenal keadaan {states}; yang ada: {known}."),
            states=", ".join(unknown),
            known=", ".join(STATES),
        )
    placed = points.dropna(subset=["lon", "lat"])
    spots = placed[["lat", "lon"]].astype(float).round(5)
    before = spots.groupby(["lat", "lon"]).cumcount()
    states = placed["state"].astype(str).map(list(STATES).index)
    rings = rings_of(placed["grade"])
    return [
        (float(lat), float(lon), int(state), int(ring), int(count))
        for lat, lon, state, ring, count in zip(
            spots["lat"], spots["lon"], states, rings, before, strict=True
        )
    ]


def rings_of(grades: pd.Series) -> pd.Series:
    """Return which of ``RINGS`` stands for each grade of place."""
    kinds = np.select([grades.isin(EXACT_GRADES), grades.isin(_BLOCK_GRADES)], [0, 1], 2)
    return pd.Series(kinds, index=grades.index)


def families_legend(points: pd.DataFrame, language: str) -> str:
    """Return the signs on the map with their counts, and how many families have no place."""
    placed = points.dropna(subset=["lon", "lat"])
    lines = [
        _counted(shape, word, int((placed["state"] == state).sum()), language)
        for state, (word, shape) in STATES.items()
    ]
    rings = rings_of(placed["grade"])
    lines += [
        _counted(ring, word, int((rings == at).sum()), language)
        for at, (word, ring) in enumerate(RINGS)
    ]
    missing = len(points) - len(placed)
    if missing:
        lines.append(safe(translate(N_("tanpa titik ({count})"), language, count=missing)))
    return "<br>".join(line for line in lines if line)


def _counted(shape: str, word: str, count: int, language: str) -> str:
    """Return one line of the legend, nothing for a sign that is not on the map."""
    if not count:
        return ""
    shown = words.number_text(count, 0, language)
    text = safe(f"{translate(word, language)} ({shown})")
    return f'<svg width="20" height="20" viewBox="-10 -10 20 20">{shape}</svg> {text}'


def point_tags(points: pd.DataFrame) -> list[tuple[float, float, str, str]]:
    """Return lat, lon, kind and the escaped label of known places, RW and RT by number.

    ``points`` has the columns of geodata.columns.POINTS.
    """
    tags = []
    for kind, name, rw, rt, lon, lat in points[
        ["kind", "name", "rw", "rt", "lon", "lat"]
    ].itertuples(index=False):
        rw_text = f"RW {words.short_number(_text(rw))}"
        label = {"rw": rw_text, "rt": f"RT {words.short_number(_text(rt))}/{rw_text}"}.get(
            kind, words.clean(_text(name), 40)
        )
        place = (round(float(lat), 5), round(float(lon), 5))
        tags.append((*place, "block" if kind in {"rw", "rt"} else "place", safe(label)))
    return tags


def pick_legend(points: pd.DataFrame, language: str) -> str:
    """Return what to do on the map, and how many places it already shows."""
    kinds = points["kind"].astype(str)
    counted = (
        (N_("titik RW ({count})"), int((kinds == "rw").sum())),
        (N_("titik RT ({count})"), int((kinds == "rt").sum())),
        (N_("posyandu, puskesmas, kantor ({count})"), int((~kinds.isin(["rw", "rt"])).sum())),
    )
    lines = [f"<b>{safe(translate(N_('Ketuk tengah permukiman RW'), language))}</b>"]
    lines += [safe(translate(text, language, count=count)) for text, count in counted if count]
    return "<br>".join(lines)


def near(streets: gpd.GeoDataFrame, area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the streets in and just around an area (some 150 m)."""
    west, south, east, north = area.total_bounds
    pad = 0.0015
    found: gpd.GeoDataFrame = streets.cx[west - pad : east + pad, south - pad : north + pad]
    return found


def _text(cell: object) -> str | None:
    return None if pd.isna(cell) else str(cell)  # type: ignore[call-overload]  # any scalar
