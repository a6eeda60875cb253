"""``sambangi demo``: the input files of a city whose families are made up."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.columns import AREAS
from geodata.madeup.boundaries import draw_outline, geojson_text, madeup_areas
from geodata.madeup.files import NOTICE, NOTICE_TEXT, DemoReport, write_files
from geodata.madeup.homes import families_per_area
from geodata.madeup.people import Crowd, make_people, town_of
from geodata.madeup.plane import bending
from geodata.madeup.register_file import csv_text
from geodata.madeup.streets import lay_streets
from geodata.madeup.teams import Town, make_teams
from geodata.madeup.ways import osm_text, street_map, streets_frame

AT_RISK = 0.96  # share of the families that BKKBN's flag calls at risk
# one random stream a task, so that a change in one leaves the others as they were
_STREAMS = (
    "outline", "bending", "areas", "streets", "ways", "homes", "numbers", "families", "addresses",
    "dirt", "teams",
)  # fmt: skip


class DemoCallError(WrongCallError):
    """The demo was asked for something that cannot be made."""

    code = "demo-call"


class DemoInputError(BadInputError):
    """The boundaries or streets handed in cannot carry made-up families."""

    code = "demo-input"


def write_demo(
    out: Path,
    *,
    areas: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
    families: int = 2400,
    seed: int = 1,
) -> DemoReport:
    """Write register, teams and truth of made-up families into a folder; say how many.

    Parameters
    ----------
    out
        Folder, made when missing. Files of an earlier demo are replaced.
    areas
        ``geodata.columns.AREAS``, EPSG:4326. Together with ``streets``, or both None: then a
        kecamatan of eight kelurahan is made up and written as ``boundaries.geojson`` and
        ``streets.osm`` as well.
    streets
        ``highway``, ``name`` (missing: unnamed), LineStrings in EPSG:4326.
    families
        Different families; duplicates come on top.
    seed
        Same seed, same bytes.

    Raises
    ------
    DemoCallError
        Fewer than one family, a negative seed, or only one of areas and streets.
    DemoFolderError
        ``out`` is a file, cannot be written, or holds a file that would be replaced and is not
        of a demo.
    DemoInputError
        A column is missing, the CRS is not EPSG:4326, there is no area, or no street that
        homes can stand along lies in any area.
    """
    _check_call(areas, streets, families, seed)
    rng = {name: np.random.default_rng([seed, n]) for n, name in enumerate(_STREAMS)}
    files: dict[str, str] = {}
    if areas is None or streets is None:
        outline, bend = draw_outline(rng["outline"]), bending(rng["bending"])
        areas = madeup_areas(rng["areas"], outline, bend)
        layout = lay_streets(rng["streets"], outline)
        laid = street_map(rng["ways"], layout, bend)
        streets = streets_frame(laid)
        files |= {"boundaries.geojson": geojson_text(areas), "streets.osm": osm_text(laid)}
    _check_frames(areas, streets)
    areas = areas.sort_values("area_code", ignore_index=True)
    town = _town(areas, streets)
    counts = families_per_area(families, town.polygons, town.streets)
    crowd = Crowd(counts, families - round(families * (1 - AT_RISK)))
    people = make_people(rng, town, streets, crowd)
    teams = make_teams(rng["teams"], town)
    files |= {
        "register.csv": csv_text(people.register),
        "teams.csv": csv_text(teams),
        "truth.csv": csv_text(people.truth),
        NOTICE: NOTICE_TEXT,
    }
    write_files(out, files)
    kinds = Counter(str(kind) for kind in teams["kind"])
    return DemoReport(tuple(files), families, len(people.register), people.faults(), dict(kinds))


def _check_call(
    areas: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame | None, families: int, seed: int
) -> None:
    if families < 1:
        raise DemoCallError(
            N_("Jumlah keluarga harus 1 atau lebih, bukan {given}."), given=families
        )
    if seed < 0:
        raise DemoCallError(N_("Benih acak harus 0 atau lebih, bukan {given}."), given=seed)
    if (areas is None) != (streets is None):
        raise DemoCallError(
            N_("Berikan batas dan jalan bersama-sama, atau tidak keduanya untuk kota rekaan.")
        )


def _check_frames(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> None:
    for what, frame, wanted in (
        (N_("batas"), areas, list(AREAS.columns)),
        (N_("jalan"), streets, ["highway", "name", "geometry"]),
    ):
        missing = [column for column in wanted if column not in frame.columns]
        if missing:
            raise DemoInputError(
                N_("Tabel {what} tidak punya kolom {columns}."),
                what=what,
                columns=", ".join(missing),
            )
        if frame.crs is None or frame.crs.to_epsg() != 4326:
            raise DemoInputError(N_("Tabel {what} harus memakai EPSG:4326."), what=what)
    if areas.empty:
        raise DemoInputError(N_("Berkas batas tidak berisi kelurahan."))


def _town(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> Town:
    town = town_of(areas, streets)
    if len(town.streets.lines) == 0:
        raise DemoInputError(
            N_("Tidak ada jalan permukiman di dalam batas; periksa apakah kotanya sama.")
        )
    return town
