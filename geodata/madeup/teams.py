"""Made-up teams: a camat a kecamatan, PLKB for two kelurahan each, two TPK a kelurahan."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from common.area_codes import area_digits
from geodata.madeup.families import YEAR
from geodata.madeup.homes import Frontage, middle_of, street_point
from geodata.madeup.plane import Plane, Points

COLUMNS = (
    "team_id", "kind", "name", "kecamatan_code", "territory", "base_lon", "base_lat", "transport",
    "skills", "most_visits", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "leave",
)  # fmt: skip
_MOST_VISITS = {"camat": 5, "plkb": 10, "tpk": 6}
_CAMAT_HOURS = "08:00-11:30"
_PLKB_HOURS = "08:30-14:30 istirahat 12:00-13:00"
_PLKB_FRIDAY = "08:30-11:30"
_TPK_HOURS = "13:30-16:00"
_TPK_DAYS = ((0, 3), (1, 4), (0, 2), (1, 3), (2, 4))
_ON_LEAVE = 0.05  # share of PLKB with one day of leave in the year


@dataclass(frozen=True, slots=True)
class Town:
    """The kelurahan in degrees (AREAS) and in metres, with the streets inside them."""

    areas: gpd.GeoDataFrame
    plane: Plane
    polygons: NDArray[np.object_]
    streets: Frontage


@dataclass(frozen=True, slots=True)
class _Team:
    team_id: str
    kind: str
    name: str
    kecamatan_code: str
    areas: tuple[int, ...]
    base: tuple[float, float]  # metres
    transport: str
    hours: tuple[str, ...]  # Monday first
    skills: str = ""
    leave: str = ""


def make_teams(
    rng: np.random.Generator,
    town: Town,
    *,
    offices: Points | None = None,
    plkb: dict[str, int] | None = None,
) -> pd.DataFrame:
    """Return the teams of a city as text, one a row, ``COLUMNS``.

    Sizes, hours and transport are the standard of the demo (docs/glossary.md); ids are built
    from the codes of kecamatan and kelurahan and are unique in the city.

    Parameters
    ----------
    offices
        x, y in metres of the office of each kelurahan, where teams start; None: on a street.
    plkb
        PLKB per kecamatan code; None: one for two kelurahan.
    """
    teams: list[_Team] = []
    short_kecamatan = short_codes(list(town.areas["kecamatan_code"].unique()), 2)
    short_area = short_codes(list(town.areas["area_code"]), 4)
    tpk = count()
    groups = sorted(town.areas.reset_index(drop=True).groupby("kecamatan_code").groups.items())
    for number, (code, members) in enumerate(groups):
        rows = [int(row) for row in members]
        label = (str(code), short_kecamatan[str(code)])
        teams.append(_camat(town, rows, label, number % 4))
        posts = max(1, len(rows) // 2) if plkb is None else plkb[str(code)]
        teams.extend(_plkb(town, rows, label, posts))
        for row in rows:
            teams.extend(_tpk(rng, town, row, short_area, tpk))
    if offices is not None:
        teams = [replace(team, base=_office(town, team, offices)) for team in teams]
    return _as_text(town, _with_leave(rng, teams))


def _office(town: Town, team: _Team, offices: Points) -> tuple[float, float]:
    """Return the office of the most central kelurahan of a camat, of the first one of others."""
    rows = list(team.areas)
    x, y = offices[_most_central(town, rows) if team.kind == "camat" else rows[0]]
    return float(x), float(y)


def short_codes(codes: list[str], least: int) -> dict[str, str]:
    """Return the shortest endings of the codes, ``least`` digits or more, that differ."""
    digits = {code: area_digits(code) or code for code in codes}
    longest = max(len(each) for each in digits.values())
    for length in range(least, longest):
        short = {code: each[-length:] for code, each in digits.items()}
        if len(set(short.values())) == len(codes):
            return short
    return digits


def _week(hours: dict[int, str]) -> tuple[str, ...]:
    return tuple(hours.get(day, "") for day in range(7))


def _camat(town: Town, rows: list[int], label: tuple[str, str], weekday: int) -> _Team:
    central = _most_central(town, rows)
    return _Team(
        team_id=f"CAMAT-{label[1]}",
        kind="camat",
        name=f"Camat {town.areas['kecamatan_name'].iloc[rows[0]]}",
        kecamatan_code=label[0],
        areas=tuple(rows),
        base=middle_of(town.polygons[central], town.streets.of(central)),
        transport="car",
        hours=_week({weekday: _CAMAT_HOURS}),
    )


def _most_central(town: Town, rows: list[int]) -> int:
    middles = shapely.get_coordinates(shapely.centroid(town.polygons[rows]))
    return rows[int(np.argmin(np.hypot(*(middles - middles.mean(axis=0)).T)))]


def _plkb(town: Town, rows: list[int], label: tuple[str, str], posts: int) -> list[_Team]:
    hours = _week({**dict.fromkeys(range(4), _PLKB_HOURS), 4: _PLKB_FRIDAY})
    kecamatan = town.areas["kecamatan_name"].iloc[rows[0]]
    return [
        _Team(
            team_id=f"PLKB-{label[1]}-{number}",
            kind="plkb",
            name=f"PLKB {kecamatan} {number}",
            kecamatan_code=label[0],
            areas=tuple(group),
            base=middle_of(town.polygons[group[0]], town.streets.of(group[0])),
            transport="motorcycle",
            hours=hours,
        )
        for number, group in enumerate(_groups(town, rows, posts), start=1)
    ]


def _groups(town: Town, rows: list[int], parts: int) -> list[list[int]]:
    """Join each kelurahan with the nearest ones left, into groups of about one size."""
    middles = shapely.centroid(town.polygons)
    left = list(rows)
    groups: list[list[int]] = []
    for part in range(parts, 0, -1):
        size = len(left) // part
        first = left[0]
        gaps = shapely.distance(middles[left], middles[first])
        group = [left[n] for n in np.argsort(gaps, kind="stable")[:size].tolist()]
        left = [row for row in left if row not in group]
        groups.append(group)
    return groups


def _tpk(
    rng: np.random.Generator, town: Town, row: int, short: dict[str, str], numbers: count[int]
) -> list[_Team]:
    area = town.areas.iloc[row]
    teams = []
    for number in (1, 2):
        turn = next(numbers)
        days = _TPK_DAYS[turn % len(_TPK_DAYS)]
        team = _Team(
            team_id=f"TPK-{short[area['area_code']]}-{number}",
            kind="tpk",
            name=f"TPK {area['area_name']} {number}",
            kecamatan_code=str(area["kecamatan_code"]),
            areas=(row,),
            base=street_point(rng, town.polygons[row], town.streets.of(row)),
            transport="walk" if turn % 3 == 2 else "motorcycle",
            hours=_week(dict.fromkeys(days, _TPK_HOURS)),
            skills="bidan",
        )
        teams.append(team)
    return teams


def _with_leave(rng: np.random.Generator, teams: list[_Team]) -> list[_Team]:
    plkb = [n for n, team in enumerate(teams) if team.kind == "plkb"]
    away = set(rng.permutation(plkb)[: math.ceil(_ON_LEAVE * len(plkb))].tolist())
    given = []
    for n, team in enumerate(teams):
        monday = date(YEAR, 1, 5) + timedelta(weeks=int(rng.integers(0, 51)))
        day = monday + timedelta(days=int(rng.integers(0, 5)))
        given.append(replace(team, leave=day.isoformat()) if n in away else team)
    return given


def _as_text(town: Town, teams: list[_Team]) -> pd.DataFrame:
    codes = list(town.areas["area_code"])
    bases = town.plane.degrees(np.array([team.base for team in teams]))
    rows = [
        (
            team.team_id, team.kind, team.name, team.kecamatan_code,
            ";".join(codes[n] for n in team.areas), f"{lon:.6f}", f"{lat:.6f}", team.transport,
            team.skills, str(_MOST_VISITS[team.kind]), *team.hours, team.leave,
        )
        for team, (lon, lat) in zip(teams, bases.tolist(), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
