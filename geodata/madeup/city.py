"""``sambangi demo``: the whole of Kota Tangerang, drawn from its figures, with made-up families."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from common.language import N_
from geodata.madeup.aid import make_aid
from geodata.madeup.boundaries import geojson_text
from geodata.madeup.calendar_file import make_calendar
from geodata.madeup.city_areas import AIRPORT_CODE, PLACE, city_areas, draw_ground
from geodata.madeup.city_lines import lay_city_lines
from geodata.madeup.city_streets import lay_city_streets
from geodata.madeup.demo import DemoCallError
from geodata.madeup.files import NOTICE, NOTICE_TEXT, DemoReport, check_folder, write_files
from geodata.madeup.homes import shared_out
from geodata.madeup.people import Crowd, make_people, town_of
from geodata.madeup.places import make_places, office_points
from geodata.madeup.plane import bending
from geodata.madeup.reference import (
    AT_RISK,
    POSYANDU,
    PUSKESMAS,
    TARGET_FAMILIES,
    kelurahan_table,
)
from geodata.madeup.register_file import csv_text
from geodata.madeup.teams import make_teams
from geodata.madeup.ways import StreetMap, osm_text, street_map, streets_frame

SILENT_KECAMATAN = ("36.71.04", "36.71.13")  # Benda and Larangan: no coordinate in their file
FILES = (
    "boundaries.geojson", "streets.osm", "register.csv", "teams.csv", "places.csv",
    "calendar.csv", "aid.csv", "truth.csv", NOTICE,
)  # fmt: skip
_AT_RISK_PER_RT, _RT_PER_RW = 6.05, 5.05
_PLKB, _LEAST_PLKB, _MOST_PLKB = 52, 2, 6
# one random stream a task, so that a change in one leaves the others as they were
_STREAMS = (
    "bending", "areas", "lines", "streets", "ways", "homes", "numbers", "families", "addresses",
    "dirt", "teams", "places", "calendar", "aid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CityMap:
    """The made-up ground of the city."""

    table: pd.DataFrame  # geodata.madeup.reference.kelurahan_table
    areas: gpd.GeoDataFrame  # geodata.columns.AREAS, in the order of the table
    streets: StreetMap
    airport: BaseGeometry  # EPSG:4326; no street lies in it


def random_streams(seed: int) -> dict[str, np.random.Generator]:
    """Return a random stream for each task of the made-up city."""
    return {name: np.random.default_rng([seed, n]) for n, name in enumerate(_STREAMS)}


def draw_city(rng: dict[str, np.random.Generator]) -> CityMap:
    """Return kelurahan, streets and airport of the made-up city."""
    table = kelurahan_table()
    bend = bending(rng["bending"])
    ground = draw_ground(table, bend)
    areas = city_areas(rng["areas"], table, ground, bend)
    airport_cell = int(np.flatnonzero(table["code"] == AIRPORT_CODE)[0])
    lines = lay_city_lines(rng["lines"], ground, airport_cell)
    layout = lay_city_streets(rng["streets"], table, ground, lines)
    streets = street_map(rng["ways"], layout, bend, PLACE)
    airport = shapely.transform(lines.airport.segmentize(50.0), lambda xy: PLACE.degrees(bend(xy)))
    return CityMap(table, areas, streets, airport)


def write_city_demo(out: Path, *, all_families: bool, seed: int) -> DemoReport:
    """Write the input files of the whole made-up city into a folder; say how many.

    What is true and what is made up: docs/made-up-data.md. The kecamatan
    ``SILENT_KECAMATAN`` have no coordinate in the register.

    Parameters
    ----------
    out
        Folder, made when missing. Files of an earlier demo are replaced.
    all_families
        All 292,095 target families, 30,980 of them at risk; else only those at risk.
    seed
        Same seed, same bytes.

    Raises
    ------
    DemoCallError
        A negative seed.
    DemoFolderError
        ``out`` is a file, cannot be written, or holds a file that would be replaced and is not
        of a demo.
    """
    if seed < 0:
        raise DemoCallError(N_("Benih acak harus 0 atau lebih, bukan {given}."), given=seed)
    check_folder(out, list(FILES))
    rng = random_streams(seed)
    city = draw_city(rng)
    streets = streets_frame(city.streets)
    town = town_of(city.areas, streets)
    people = make_people(rng, town, streets, _crowd(city.table, all_families=all_families))
    near = town.plane.metres(city.table[["lon", "lat"]].to_numpy())
    offices = office_points(town, near)
    teams = make_teams(rng["teams"], town, offices=offices, plkb=plkb_posts(city.table))
    places = make_places(
        rng["places"],
        town,
        people.families,
        offices,
        population=city.table["population"].to_numpy(),
        posyandu=POSYANDU,
        puskesmas=PUSKESMAS,
    )
    files = {
        "boundaries.geojson": geojson_text(city.areas),
        "streets.osm": osm_text(city.streets),
        "register.csv": csv_text(people.register),
        "teams.csv": csv_text(teams),
        "places.csv": csv_text(places),
        "calendar.csv": csv_text(make_calendar(rng["calendar"], places, teams)),
        "aid.csv": csv_text(make_aid(rng["aid"], people.families)),
        "truth.csv": csv_text(people.truth),
        NOTICE: NOTICE_TEXT,
    }
    write_files(out, files)
    kinds = Counter(str(kind) for kind in teams["kind"])
    rows = len(people.register)
    return DemoReport(FILES, len(people.families), rows, people.faults(), dict(kinds))


def _crowd(table: pd.DataFrame, *, all_families: bool) -> Crowd:
    """Share the families out by population; an RT has about as many of them either way."""
    families = TARGET_FAMILIES if all_families else AT_RISK
    share = table["population"].to_numpy() / table["population"].sum()
    return Crowd(
        shared_out(families, share),
        AT_RISK,
        _AT_RISK_PER_RT * families / AT_RISK,
        _RT_PER_RW,
        SILENT_KECAMATAN,
    )


def plkb_posts(table: pd.DataFrame) -> dict[str, int]:
    """Return the PLKB of each kecamatan: about one for two kelurahan, 2 to 6, 52 in all.

    Those left over go to the kecamatan with the most people among those with an odd kelurahan.
    """
    by_kecamatan = table.groupby("kecamatan_code")
    kelurahan, people = by_kecamatan.size(), by_kecamatan["population"].sum()
    posts = (kelurahan // 2).clip(_LEAST_PLKB, _MOST_PLKB)
    odd = kelurahan.index[(kelurahan % 2 == 1) & (posts < _MOST_PLKB)]
    more = people[odd].sort_values(ascending=False).index[: _PLKB - int(posts.sum())]
    posts[more] += 1
    return {str(code): int(count) for code, count in posts.items()}
