"""Route instances on the real streets of Tangerang Selatan, in VROOM's JSON.

One team for five days of six hours among 150, 300 or 600 candidate families (plain, and with
windows, skills, a lunch break and ``max_tasks``), and a city of 16 teams. The families are made
up; the streets are read from the folder given and stay there. The same seed, the same instances.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from common.settings import StreetSettings, ValueSettings
from geodata.network import StreetNetwork, build_network
from geodata.point_graph import put_points
from geodata.streets import read_streets
from planning.door_times import door_part
from planning.travel import TravelPart

Instance = dict[str, Any]  # VROOM's JSON
TANGSEL = Path(__file__).parents[2] / "shared" / "data" / "tangsel"
SIZES = (150, 300, 600)  # candidates of one team's week
PLAIN_EACH = 8  # instances of each size
BOUND_EACH = 4  # with windows, skills, breaks and max_tasks
CITY_CANDIDATES, CITY_TEAMS = 2_400, 16
DAYS = 5
_EPSG = 32748  # UTM 48S
_DAY_S, _HOUR_S = 86_400, 3_600
_OPENS_S, _WORK_S = 8 * _HOUR_S, 6 * _HOUR_S
_SMALL = frozenset({"residential", "living_street", "service", "path", "track"})
_GROUP_SHARES = {"pregnant": 0.08, "baduta": 0.24, "balita": 0.30, "pus": 0.38}  # made up
_BIDAN = 1  # the one skill


@dataclass(frozen=True, slots=True)
class Ground:
    """The city that instances are made on; geometry in UTM 48S."""

    network: StreetNetwork  # motorcycle
    small_streets: NDArray[np.object_]  # LineStrings where families live
    kelurahan: NDArray[np.object_]  # polygons


@dataclass(frozen=True, slots=True)
class NamedInstance:
    """An instance and what it is called in the tables."""

    name: str
    kind: str  # plain, bound or city
    problem: Instance


def read_ground(folder: Path) -> Ground:
    """Read the streets and kelurahan of Tangerang Selatan from a folder of real data."""
    settings = StreetSettings()
    areas = gpd.read_file(folder / "kelurahan.geojson").to_crs(_EPSG)
    around = gpd.GeoSeries([areas.union_all().buffer(settings.margin_m)], crs=_EPSG)
    streets = read_streets(folder / "streets.osm.pbf", around.to_crs("EPSG:4326").iloc[0])
    network, _ = build_network(streets, "motorcycle", settings, _EPSG)
    small = streets[streets["highway"].isin(_SMALL) & streets["motorcycle"]].to_crs(_EPSG)
    return Ground(network, small.geometry.to_numpy(), areas.geometry.to_numpy())


def make_instances(ground: Ground, seed: int) -> Iterator[NamedInstance]:
    """Yield the plain instances, then the bound ones; the city is :func:`make_city`."""
    for size in SIZES:
        for number in range(PLAIN_EACH):
            rng = np.random.default_rng([seed, size, number])
            yield NamedInstance(f"plain-{size}-{number}", "plain", _team_week(ground, rng, size))
    for size in SIZES:
        for number in range(BOUND_EACH):
            rng = np.random.default_rng([seed, size, number, 1])
            problem = _bind(_team_week(ground, rng, size), rng)
            yield NamedInstance(f"bound-{size}-{number}", "bound", problem)


def make_city(ground: Ground, seed: int) -> NamedInstance:
    """Return the whole city: 16 teams from 16 bases for five days, 2,400 candidates."""
    rng = np.random.default_rng([seed, CITY_CANDIDATES])
    city = ground.kelurahan
    lonlat = _homes(ground, rng, city, CITY_TEAMS + CITY_CANDIDATES)
    vehicles = [_vehicle(team, day) for team in range(CITY_TEAMS) for day in range(DAYS)]
    jobs = _jobs(rng, CITY_CANDIDATES, first_index=CITY_TEAMS)
    return NamedInstance("city", "city", _problem(ground, lonlat, vehicles, jobs))


def _team_week(ground: Ground, rng: Generator, size: int) -> Instance:
    """One team among the kelurahan around a place; one to seven of them are its territory."""
    seat = ground.kelurahan[rng.integers(len(ground.kelurahan))].centroid
    away = np.array([shapely.distance(area, seat) for area in ground.kelurahan])
    territory = ground.kelurahan[np.argsort(away, kind="stable")[: rng.integers(1, 8)]]
    lonlat = _homes(ground, rng, territory, 1 + size)
    vehicles = [_vehicle(0, day) for day in range(DAYS)]
    return _problem(ground, lonlat, vehicles, _jobs(rng, size, first_index=1))


def _homes(
    ground: Ground, rng: Generator, areas: NDArray[np.object_], count: int
) -> NDArray[np.float64]:
    """Return ``count`` doors (EPSG:4326) some steps beside the small streets of ``areas``."""
    middle = shapely.line_interpolate_point(ground.small_streets, 0.5, normalized=True)
    inside = shapely.contains(shapely.union_all(areas), middle)
    streets = ground.small_streets[inside]
    metres = shapely.length(streets)
    chosen = streets[rng.choice(len(streets), count, p=metres / metres.sum())]
    at = shapely.line_interpolate_point(chosen, rng.random(count), normalized=True)
    aside = rng.uniform(4, 30, count) * np.exp(2j * np.pi * rng.random(count))
    doors = shapely.points(shapely.get_x(at) + aside.real, shapely.get_y(at) + aside.imag)
    lonlat = gpd.GeoSeries(doors, crs=_EPSG).to_crs("EPSG:4326")
    return np.column_stack([lonlat.x, lonlat.y]).round(6)


def _vehicle(team: int, day: int) -> dict[str, Any]:
    opens = day * _DAY_S + _OPENS_S
    return {
        "id": team * 10 + day + 1,
        "profile": "motorcycle",
        "start_index": team,
        "end_index": team,
        "time_window": [opens, opens + _WORK_S],
    }


def _jobs(rng: Generator, count: int, first_index: int) -> list[dict[str, Any]]:
    """Return candidates whose priorities add up as the product's prizes do (0-100)."""
    value = ValueSettings()
    points = np.array([value.group_points[group] for group in _GROUP_SHARES])
    prize = rng.choice(points, count, p=list(_GROUP_SHARES.values()))
    for factor in value.factor_points.values():
        prize = prize + factor * (rng.random(count) < 0.3)
    prize = prize + rng.choice([0, *value.welfare_points.values()], count)
    prize = prize + value.never_visited_points * (rng.random(count) < 0.5)
    prize = prize + np.minimum(rng.poisson(1.5, count) * 2, value.overdue_points_most)
    minutes = rng.integers(20, 38, count)
    return [
        {
            "id": number + 1,
            "location_index": first_index + number,
            "service": int(minutes[number]) * 60,
            "priority": int(min(prize[number], 100)),
        }
        for number in range(count)
    ]


def _problem(
    ground: Ground,
    lonlat: NDArray[np.float64],
    vehicles: list[dict[str, Any]],
    jobs: list[dict[str, Any]],
) -> Instance:
    points = put_points(ground.network, lonlat[:, 0], lonlat[:, 1], StreetSettings().access_kph)
    doors = door_part(points, np.arange(len(lonlat)), None)
    part = TravelPart({"motorcycle": doors}, lonlat)
    durations = part.durations("motorcycle")
    return {
        "vehicles": vehicles,
        "jobs": jobs,
        "matrices": {"motorcycle": {"durations": durations.tolist()}},
    }


def _bind(problem: Instance, rng: Generator) -> Instance:
    """Add a lunch hour, a bidan on three days, windows for half of the jobs, and max_tasks."""
    vehicles = [
        {
            **vehicle,
            "time_window": [vehicle["time_window"][0], vehicle["time_window"][1] + _HOUR_S],
            "breaks": [
                {
                    "id": 1,
                    "service": _HOUR_S,
                    "time_windows": [[day * _DAY_S + 41_400, day * _DAY_S + 45_000]],
                }
            ],  # starts between 11:30 and 12:30
            "skills": [_BIDAN] if day % 2 == 0 else [],
            "max_tasks": int(rng.integers(8, 12)),
        }
        for day, vehicle in enumerate(problem["vehicles"])
    ]
    jobs = []
    for job in problem["jobs"]:
        windows = _windows(rng)
        skills = [_BIDAN] if rng.random() < 0.2 else []
        jobs.append({**job, "skills": skills, **({"time_windows": windows} if windows else {})})
    return {**problem, "vehicles": vehicles, "jobs": jobs}


def _windows(rng: Generator) -> list[list[int]]:
    """Return no window (half), one, two, or every afternoon after work in the factory."""
    draw = rng.random()
    if draw < 0.5:
        return []
    if draw < 0.6:
        return [[day * _DAY_S + 13 * _HOUR_S, day * _DAY_S + 16 * _HOUR_S] for day in range(DAYS)]
    days = sorted(rng.choice(DAYS, 1 if draw < 0.8 else 2, replace=False).tolist())
    windows = []
    for day in days:
        opens = day * _DAY_S + _OPENS_S + int(rng.integers(0, 10)) * 1_800
        windows.append([opens, opens + int(rng.integers(2, 7)) * 1_800])
    return windows


def main(folder: Path, out: Path, seed: int) -> None:
    """Write every instance as a JSON file into a folder outside the project."""
    ground = read_ground(folder)
    out.mkdir(parents=True, exist_ok=True)
    for each in (*make_instances(ground, seed), make_city(ground, seed)):
        (out / f"{each.name}.json").write_text(json.dumps(each.problem), encoding="utf-8")
        print(each.name, len(each.problem["jobs"]), "candidates")


if __name__ == "__main__":
    main(
        Path(sys.argv[2]) if len(sys.argv) > 2 else TANGSEL,
        Path(sys.argv[1]),
        int(sys.argv[3]) if len(sys.argv) > 3 else 1,
    )
