"""``sambangi demo``: the input files of a city whose families are made up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.columns import AREAS
from geodata.madeup.addresses import write_addresses
from geodata.madeup.boundaries import draw_outline, geojson_text, madeup_areas
from geodata.madeup.dirt import DEMO_RATES, Ground, fault_counts, soil
from geodata.madeup.families import issue_digits, make_families
from geodata.madeup.homes import HOME_STREETS, frontage, place_homes
from geodata.madeup.neighbourhoods import number_neighbourhoods
from geodata.madeup.plane import bending, plane_of
from geodata.madeup.register_file import TRUTH_COLUMNS, csv_text, register_text
from geodata.madeup.streets import lay_streets
from geodata.madeup.teams import Town, make_teams
from geodata.madeup.ways import osm_text, street_map, streets_frame

NOTICE = "BACA-DULU.txt"
_NOTICE_TEXT = """\
Semua keluarga, nama, NIK, alamat, dan tim di folder ini rekaan; tidak ada satu pun yang nyata.
NIK berakhiran 0000, nomor yang tidak dimiliki siapa pun. truth.csv hanya untuk pengujian.

Every family, name, NIK, address and team in this folder is made up; none of them is real.
Each NIK ends in 0000, a number that no person has. truth.csv is for tests only.
"""
_NO_HOMES_NAMED = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "primary_link"})
# one random stream a task, so that a change in one leaves the others as they were
_STREAMS = (
    "outline", "bending", "areas", "streets", "ways", "homes", "numbers", "families", "addresses",
    "dirt", "teams",
)  # fmt: skip


class DemoCallError(WrongCallError):
    """The demo was asked for something that cannot be made."""

    code = "demo-call"


class DemoFolderError(WrongCallError):
    """The folder is no folder, or holds files of these names that are not of a demo."""

    code = "demo-folder"


class DemoInputError(BadInputError):
    """The boundaries or streets handed in cannot carry made-up families."""

    code = "demo-input"


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was written."""

    files: tuple[str, ...]  # names in the folder
    families: int  # different families
    rows: int  # of register.csv without its heading; families and duplicates
    faults: dict[str, int]  # rows per fault code of truth.csv
    teams: dict[str, int]  # teams per kind


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
    register, truth = _people(rng, town, streets, families)
    teams = make_teams(rng["teams"], town)
    files |= {
        "register.csv": csv_text(register),
        "teams.csv": csv_text(teams),
        "truth.csv": csv_text(truth),
        NOTICE: _NOTICE_TEXT,
    }
    _write(out, files)
    faults = Counter(fault for each in truth["faults"] if each for fault in each.split(";"))
    kinds = Counter(str(kind) for kind in teams["kind"])
    return DemoReport(tuple(files), families, len(register), dict(faults), dict(kinds))


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
    plane = plane_of(areas.total_bounds)
    polygons = plane.shapes(areas.geometry)
    usable = streets.loc[streets["highway"].isin(HOME_STREETS)]
    pieces = frontage(polygons, plane.shapes(usable.geometry))
    if len(pieces.lines) == 0:
        raise DemoInputError(
            N_("Tidak ada jalan permukiman di dalam batas; periksa apakah kotanya sama.")
        )
    return Town(areas, plane, polygons, pieces)


def _people(
    rng: dict[str, np.random.Generator], town: Town, streets: gpd.GeoDataFrame, families: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the register and the truth, both as they are written."""
    homes = place_homes(rng["homes"], families, town.polygons, town.streets)
    homes = homes.join(number_neighbourhoods(rng["numbers"], homes))
    kecamatan = town.areas["kecamatan_code"].iloc[homes["area"].to_numpy()]
    issued = [issue_digits(code) for code in kecamatan]
    people = homes.join(make_families(rng["families"], homes, issued))
    named = streets.loc[streets["name"].notna() & ~streets["highway"].isin(_NO_HOMES_NAMED)]
    people["address"] = write_addresses(
        rng["addresses"],
        homes,
        list(town.areas["area_name"]),
        town.plane.shapes(named.geometry),
        [str(name) for name in named["name"]],
    )
    xy = homes[["x", "y"]].to_numpy()
    degrees = town.plane.degrees(xy)
    truth = pd.DataFrame(
        {
            "kode_keluarga": people["kode_keluarga"],
            "lon": [f"{each:.7f}" for each in degrees[:, 0]],
            "lat": [f"{each:.7f}" for each in degrees[:, 1]],
            "area_code": town.areas["area_code"].to_numpy()[homes["area"]],
            "rw": homes["rw"],
            "rt": homes["rt"],
        }
    )
    ground = Ground(town.areas, town.plane, town.polygons, xy)
    counts = fault_counts(DEMO_RATES, families)
    register, truth = soil(rng["dirt"], register_text(people, town.areas), truth, ground, counts)
    return register, truth[list(TRUTH_COLUMNS)]


def _write(out: Path, files: dict[str, str]) -> None:
    """Write all files; each appears whole or not at all."""
    if out.exists() and not out.is_dir():
        raise DemoFolderError(N_("{folder} bukan folder."), folder=out.name)
    foreign = [name for name in files if (out / name).exists()]
    if foreign and not (out / NOTICE).exists():
        raise DemoFolderError(
            N_("Folder {folder} sudah berisi {file} yang bukan data rekaan; pilih folder lain."),
            folder=out.name,
            file=foreign[0],
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda name: name != NOTICE):
            part = out / f"{name}.part"
            part.write_bytes(files[name].encode("utf-8"))
            part.replace(out / name)
    except OSError:
        raise DemoFolderError(N_("Folder {folder} tidak dapat ditulis."), folder=out.name) from None
