"""Places of made-up families against where they live, and how fast all of a city are placed.

``python -m benchmarks.placing [--demo DIR] [--all DIR]``: folders written by ``sambangi demo`` and
``sambangi demo --all``; made anew where they are not given. Prints by grade how far places are off
and how often the stated radius holds, the same beside oracles that know more than a register
does, what the checks found of the planted faults, and the speed beside lokal-id's parser.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from common.settings import PlacingSettings
from geodata.boundaries import local_crs, read_boundaries
from geodata.centres import geometric_medians
from geodata.code_maps import choose_code_map
from geodata.columns import GRADES
from geodata.coordinate_checks import project
from geodata.ground import Ground, ground_of
from geodata.locating import Located, locate
from geodata.madeup.city import write_city_demo
from geodata.point_file import check_points, read_points
from geodata.register import read_register
from geodata.street_pieces import NamedStreets, Stretches, middles, named_streets
from geodata.streets import read_streets
from geodata.validation import check_register
from workflows.cities import city_outline

SEED = 1
REACH_M = 80.0  # a street farther off is not the family's, geodata.madeup.addresses
PLANTED = ("swapped", "outside", "pile")
LOKAL_ROWS = 6000
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Town:
    """A made-up city and its register as checked; truth has the rows of the households."""

    ground: Ground
    streets: gpd.GeoDataFrame
    households: pd.DataFrame
    issues: pd.DataFrame
    truth: pd.DataFrame
    points: pd.DataFrame  # posyandu and offices

    @property
    def homes(self) -> NDArray[np.float64]:
        """Return where the families live, metres."""
        lon, lat = (self.truth[name].to_numpy(dtype=float) for name in ("lon", "lat"))
        return project(self.ground.to_m, lon, lat)

    @property
    def area(self) -> NDArray[np.intp]:
        """Return the true kelurahan of each family."""
        codes = pd.Index(self.ground.areas["area_code"])
        return codes.get_indexer(pd.Index(self.truth["area_code"]))


def main() -> None:
    """Read the options, measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--demo", type=Path, help="folder of `sambangi demo`")
    options.add_argument("--all", type=Path, help="folder of `sambangi demo --all`")
    given = options.parse_args()
    with TemporaryDirectory(prefix="sambangi-") as folder:
        town = read_town(_folder(given.demo, Path(folder) / "demo", every=False))
        _report_town(town)
        town = read_town(_folder(given.all, Path(folder) / "all", every=True))
        _report_town(town)
        report_speed(town)


def _report_town(town: Town) -> None:
    """Print how the families are placed with the posyandu of their RW and without, and faults."""
    for with_points in (True, False):
        report_places(town, with_points=with_points)
    _report_faults(town, _located(town, with_points=True).places)


def _folder(given: Path | None, otherwise: Path, *, every: bool) -> Path:
    if given is not None:
        return given
    write_city_demo(otherwise, all_families=every, seed=SEED)
    return otherwise


def read_town(folder: Path) -> Town:
    """Return the made-up city of a folder."""
    areas = read_boundaries(folder / "boundaries.geojson")
    epsg = int(local_crs(areas).to_epsg() or 0)
    streets = read_streets(folder / "streets.osm", city_outline(areas, epsg, 1500.0))
    read = read_register(folder / "register.csv")
    checked = check_register(read.text, read.layout, choose_code_map(read.text, None))
    truth = pd.read_csv(folder / "truth.csv", dtype=str, keep_default_na=False)
    truth.index = truth["row"].astype(int)
    ground = ground_of(areas, streets)
    rows = truth.loc[checked.households.index]
    points, _ = check_points(read_points(folder / "places.csv"), areas)
    return Town(ground, streets, checked.households, checked.issues, rows, points)


def _located(town: Town, *, with_points: bool) -> Located:
    points = town.points if with_points else None
    return locate(town.households, town.ground.areas, town.streets, PlacingSettings(), points)


def placed_with_error(town: Town, *, with_points: bool) -> tuple[pd.DataFrame, pd.Series]:
    """Return the places of the families, and how far each is from the home, metres."""
    located = _located(town, with_points=with_points)
    return located.places, pd.Series(_error_m(town, located.places), located.places.index)


def _error_m(town: Town, places: pd.DataFrame) -> NDArray[np.float64]:
    lon, lat = (places[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    away: NDArray[np.float64] = np.hypot(*(project(town.ground.to_m, lon, lat) - town.homes).T)
    return away


def report_places(town: Town, *, with_points: bool) -> None:
    """Print how the families were placed."""
    located = _located(town, with_points=with_points)
    places = located.places
    error = _error_m(town, places)
    print(f"{len(places)} families, {'with' if with_points else 'without'} places.csv")
    calibration = cast("dict[str, dict[str, float]]", located.report["calibration"])
    for grade in GRADES:
        mine = (places["grade"] == grade).to_numpy()
        if grade != "none" and mine.any():
            covered = (error[mine] <= places["radius_m"].to_numpy()[mine]).mean()
            hidden = calibration.get(grade, {})
            print(f"  {grade}: {mine.sum()}, median error {np.median(error[mine]):.1f} m, radius"
                  f" holds for {covered:.1%} (hidden families: {hidden})")  # fmt: skip
    right = (places["area_code"] == town.truth["area_code"]).mean()
    print(f"  kelurahan right: {right:.3%}; by address: {located.report.get('by_address', {})}")
    _report_oracles(town, located, error)


def _report_oracles(town: Town, located: Located, error: NDArray[np.float64]) -> None:
    """Print the median error beside that of somebody who is told more."""
    grade = located.places["grade"].to_numpy()
    for name, oracle in (("rt", _true_rt_centres(town)), ("street", _true_street_middles(town))):
        away = np.hypot(*(oracle - town.homes).T)
        both = (grade == name) & np.isfinite(away)
        ours, best = float(np.median(error[both])), float(np.median(away[both]))
        print(f"  {name}: {both.sum()} of {(grade == name).sum()} with an oracle, median error"
              f" {ours:.1f} m, the oracle's {best:.1f} m, ratio {ours / best:.3f}")  # fmt: skip


def _true_rt_centres(town: Town) -> NDArray[np.float64]:
    """Return the geometric median of each RT's families whose coordinate is known to be right."""
    truth, register = town.truth, town.households
    group = truth.groupby(["area_code", "rw", "rt"]).ngroup().to_numpy()
    sound = ~truth["faults"].str.contains("coordinate").to_numpy()
    lon, lat = (register[f"register_{name}"].to_numpy(dtype=float) for name in ("lon", "lat"))
    known = np.flatnonzero(sound & np.isfinite(lon) & np.isfinite(lat))
    groups, member = np.unique(group[known], return_inverse=True)
    xy = project(town.ground.to_m, lon[known], lat[known])
    centre = np.full((int(group.max()) + 1, 2), np.nan)
    centre[groups] = geometric_medians(xy, member, len(groups))
    return np.asarray(centre[group], dtype=np.float64)


def _true_street_middles(town: Town) -> NDArray[np.float64]:
    """Return the middle, inside the true kelurahan, of the named street nearest to each home."""
    named = town.streets[town.streets["name"].notna()]
    large = named["highway"].isin(["motorway", "motorway_link", "trunk", "trunk_link"])
    named = named[~large]
    crs = local_crs(town.ground.areas)
    lines = named.geometry.to_crs(crs).to_numpy()
    home, line = shapely.STRtree(lines).query_nearest(
        shapely.points(town.homes), max_distance=REACH_M, all_matches=False
    )
    streets = named_streets(ground_of(town.ground.areas, named).pieces, town.ground.shapes)
    middle = _middles_by_name(streets)
    names = named["name"].to_numpy(dtype=object)[line]
    found = np.full((len(town.truth), 2), np.nan)
    for row, area, name in zip(home, town.area[home], names, strict=True):
        found[row] = middle.get((area, name), (np.nan, np.nan))
    return found


def _middles_by_name(streets: NamedStreets) -> dict[tuple[int, str], NDArray[np.float64]]:
    table = streets.names
    stretches = Stretches(table["first"].to_numpy(), table["end"].to_numpy())
    xy, _ = middles(streets, stretches)
    return dict(zip(zip(table["scope"], table["name"], strict=True), xy, strict=True))


def _report_faults(town: Town, places: pd.DataFrame) -> None:
    """Print precision and recall of the faults that were planted."""
    faults = town.truth["faults"].str.split(";")
    codes = {"pile": "coordinate_piled", "nik": "nik_faulty"}
    nik = town.issues.loc[town.issues["column"] == "nik", "row"]
    for name in (*PLANTED, "nik"):
        code = codes.get(name, f"coordinate_{name}")
        planted = pd.Series([code in each for each in faults], index=places.index)
        if name == "nik":
            found = pd.Series(places.index.isin(nik), index=places.index)
        else:
            flags = places["flags"].str.split(";")
            found = pd.Series([name in each for each in flags], index=places.index)
        hit = int((planted.to_numpy() & found.to_numpy()).sum())
        print(f"  planted {name}: {planted.sum()}, precision {hit / max(found.sum(), 1):.4f},"
              f" recall {hit / max(planted.sum(), 1):.4f}")  # fmt: skip


def report_speed(town: Town) -> None:
    """Print rows a second of placing all families and of lokal-id's parser alone."""
    importlib.import_module("lokal.wilayah")  # before lokal.alamat, else a circular import
    parse = importlib.import_module("lokal.alamat").parse_alamat
    texts = town.households["address"].fillna("").iloc[:: len(town.households) // LOKAL_ROWS]
    parse("Jl. Melati Kel. Ciater Kec. Serpong")  # its tables are loaded at the first call
    ratios = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        for text in texts:
            parse(text)
        lokal = len(texts) / (time.perf_counter() - begun)
        begun = time.perf_counter()
        locate(town.households, town.ground.areas, town.streets, PlacingSettings())
        ours = len(town.households) / (time.perf_counter() - begun)
        ratios.append(ours / lokal)
        print(
            f"  placing {ours:,.0f} rows/s, lokal-id {lokal:,.0f} rows/s, {ours / lokal:.1f} times"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"  median {statistics.median(ratios):.1f} times; memory at most {peak:.2f} GiB")


if __name__ == "__main__":
    main()
