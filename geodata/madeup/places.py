"""Made-up posyandu, puskesmas and kelurahan offices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geodata.madeup.homes import middle_of, shared_out
from geodata.madeup.names import THEMES, roman
from geodata.madeup.plane import Points
from geodata.madeup.teams import Town, short_codes

COLUMNS = ("place_id", "kind", "name", "area_code", "rw", "rt", "lon", "lat")


def office_points(town: Town, near: Points) -> Points:
    """Return the office of each kelurahan, x, y in metres: on its street nearest a point."""
    offices = np.empty((len(town.polygons), 2))
    for row, (x, y) in enumerate(near.tolist()):
        point = shapely.Point(x, y)
        lines = town.streets.of(row)
        if len(lines) == 0:
            offices[row] = middle_of(town.polygons[row], lines)
            continue
        line = lines[int(np.argmin(shapely.distance(lines, point)))]
        at = line.interpolate(min(max(line.project(point), 0.5), max(line.length - 0.5, 0.0)))
        offices[row] = at.x, at.y
    return offices


def make_places(
    rng: np.random.Generator,
    town: Town,
    homes: pd.DataFrame,
    offices: Points,
    *,
    population: np.ndarray,
    posyandu: int,
    puskesmas: int,
) -> pd.DataFrame:
    """Return offices, puskesmas and posyandu as text, one a row, ``COLUMNS``.

    Every kelurahan has an office, every kecamatan as many puskesmas as any other or one more,
    in its most populous kelurahan, and every RW a posyandu; what is left of ``posyandu`` goes to
    the RW with the most families.

    Parameters
    ----------
    homes
        ``area``, ``rw`` and ``x``, ``y`` in metres.
    offices
        x, y in metres per kelurahan.
    """
    short = short_codes(list(town.areas["area_code"]), 4)
    codes = list(town.areas["area_code"])
    names = list(town.areas["area_name"])
    rows: list[tuple[str, str, str, int, str, float, float]] = [
        (
            f"KEL-{short[code]}",
            "office",
            f"Kantor Kelurahan {names[n]}",
            n,
            "",
            *offices[n].tolist(),
        )
        for n, code in enumerate(codes)
    ]
    for n in _puskesmas_areas(town, population, puskesmas):
        x, y = middle_of(town.polygons[n], town.streets.of(n))
        rows.append((f"PKM-{short[codes[n]]}", "puskesmas", f"Puskesmas {names[n]}", n, "", x, y))
    rows.extend(_posyandu(rng, town, homes, posyandu, short))
    lonlat = town.plane.degrees(np.array([row[5:] for row in rows]))
    text = [
        (key, kind, name, codes[n], rw, "", f"{lon:.6f}", f"{lat:.6f}")
        for (key, kind, name, n, rw, *_), (lon, lat) in zip(rows, lonlat.tolist(), strict=True)
    ]
    return pd.DataFrame(text, columns=list(COLUMNS), dtype=str)


def _puskesmas_areas(town: Town, population: np.ndarray, puskesmas: int) -> list[int]:
    found: list[int] = []
    groups = town.areas.reset_index(drop=True).groupby("kecamatan_code").groups
    shares = shared_out(puskesmas, np.full(len(groups), 1 / len(groups)))
    for members, count in zip(groups.values(), shares.tolist(), strict=True):
        order = sorted(members, key=lambda row: -float(population[row]))
        found.extend(int(row) for row in order[:count])
    return sorted(found)


def _posyandu(
    rng: np.random.Generator, town: Town, homes: pd.DataFrame, posyandu: int, short: dict[str, str]
) -> list[tuple[str, str, str, int, str, float, float]]:
    """Return posyandu on a street near the middle of their RW."""
    by_rw = homes.groupby(["area", "rw"], sort=True)[["x", "y"]]
    middles, size = by_rw.mean(), by_rw.size().to_numpy()
    second = set(np.argsort(-size, kind="stable")[: max(posyandu - len(middles), 0)].tolist())
    codes = list(town.areas["area_code"])
    found = []
    for n, ((area, rw), x, y) in enumerate(
        zip(middles.index, middles["x"], middles["y"], strict=True)
    ):
        lines = town.streets.of(area)
        theme = THEMES[n % 4][int(rng.integers(10))]
        for number in range(1 + (n in second)):
            away = rng.normal(0, 25 + 60 * number, 2)
            at = shapely.Point(x + away[0], y + away[1])
            if len(lines):
                line = lines[int(np.argmin(shapely.distance(lines, at)))]
                at = line.interpolate(line.project(at))
            key = f"POS-{short[codes[area]]}-{rw}{'AB'[number]}"
            name = f"Posyandu {theme} {roman(int(rw))}{' B' if number else ''}"
            found.append((key, "posyandu", name, int(area), str(rw), float(at.x), float(at.y)))
    return found
