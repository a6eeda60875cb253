"""The stated radius where other families of a made-up city have a coordinate.

``python -m benchmarks.redrawn_places DIR ...``: folders written by ``sambangi demo``. In one city
a grade may live in few estates, all of whose families fare alike. So it is drawn anew, several
times, which kecamatan, families and piles lack a coordinate, and all are placed again.
Prints by grade the families, the share within the radius, and how far that share may be off.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.placing import Town, placed_with_error, read_town
from geodata.madeup.city import SILENT_KECAMATAN
from geodata.madeup.dirt import DEMO_RATES, GPS_NOISE_M, PILE_BESIDE_M, piles

DRAWS = 4
RESAMPLED = 500


def main() -> None:
    """Draw, place and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folders", type=Path, nargs="+", help="folders of `sambangi demo`")
    fared: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
    for number, folder in enumerate(options.parse_args().folders):
        town = read_town(folder)
        for draw in range(DRAWS):
            drawn = redrawn(town, np.random.default_rng([number, draw]))
            for with_points, parts in fared.items():
                parts.append(_fared(drawn, f"{number}-{draw}", with_points=with_points))
    for with_points, parts in fared.items():
        print(f"{'with' if with_points else 'without'} places.csv")
        for grade, rows in pd.concat(parts).groupby("grade"):
            share, error = _share(rows)
            print(f"  {grade}: {len(rows)}, radius holds for {share:.1%} (+- {error:.1%})")


def redrawn(town: Town, rng: np.random.Generator) -> Town:
    """Return the city with coordinates noted, missing and piled up for other families."""
    homes = town.homes
    kecamatan = town.ground.areas["kecamatan_code"].to_numpy(dtype=object)[town.area]
    silent = rng.choice(np.unique(kecamatan), len(SILENT_KECAMATAN), replace=False)
    noted = ~np.isin(kecamatan, silent)
    rates = DEMO_RATES
    unusable = rates.coordinate_missing + rates.coordinate_swapped + rates.coordinate_outside
    known = noted & (rng.random(len(homes)) >= unusable)
    xy = homes + rng.normal(0, GPS_NOISE_M, homes.shape)
    count = int(rates.coordinate_piled * noted.sum())
    for pile in piles(rng, homes, town.area, np.flatnonzero(known), count):
        xy[pile] = homes[pile[0]] + rng.uniform(*PILE_BESIDE_M, 2)
    lon, lat = town.ground.to_degrees.transform(xy[:, 0], xy[:, 1])
    register = {
        "register_lon": np.where(known, np.round(lon, 6), np.nan),
        "register_lat": np.where(known, np.round(lat, 6), np.nan),
    }
    return replace(town, households=town.households.assign(**register))


def _fared(town: Town, draw: str, *, with_points: bool) -> pd.DataFrame:
    """Return grade and fate of each family that was placed by others, and where it lives."""
    places, error_m = placed_with_error(town, with_points=with_points)
    rows = pd.DataFrame(
        {
            "grade": places["grade"],
            "within": error_m <= places["radius_m"],
            "cluster": draw + " " + places["area_code"],
        }
    )
    return rows[~places["grade"].isin(["register", "none"])]


def _share(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the share within the radius, and its standard error by resampling kelurahan."""
    fared = rows.groupby("cluster")["within"].agg(["sum", "size"]).to_numpy(dtype=float)
    rng = np.random.default_rng(0)
    sums = fared[rng.integers(len(fared), size=(RESAMPLED, len(fared)))].sum(axis=1)
    return float(rows["within"].mean()), float(np.std(sums[:, 0] / sums[:, 1]))


if __name__ == "__main__":
    main()
