"""Place real addresses with known coordinates, beside two simpler ways, in one run.

``python -m benchmarks.real_addresses ADDRESSES.csv --boundaries F --streets F``: the file has
columns ``id``, ``address``, ``kecamatan``, ``lat``, ``lon``; only address and stated kecamatan are
given to each of the three:

``sambangi``   :func:`geodata.locating.locate`
``longest``    the longest street name of the map that stands in the address, its middle in the city
``lokal-id``   the same matcher, fed by the parser of lokal-id

Prints the share placed, median error, coverage of the stated radius and share within 500 m.
"""

from __future__ import annotations

import argparse
import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.settings import PlacingSettings
from geodata import gathering, locating
from geodata.addresses import COLUMNS
from geodata.boundaries import read_boundaries
from geodata.coordinate_checks import project
from geodata.geocode_file import as_households
from geodata.ground import Ground, ground_of
from geodata.name_keys import name_key
from geodata.street_pieces import Stretches, middles, named_streets
from geodata.streets import read_streets
from workflows.cities import city_outline

NEAR_M = 500.0
_WORD = re.compile(r"[^\W_]+")
_KIND = re.compile(r"^\s*(?:jalan|jln|jl|gang|gg)\b[.\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Way:
    """How one way of placing fared, one entry an address; NaN where it was not placed."""

    name: str
    error_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    grade: NDArray[np.object_]

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Tell which addresses were placed."""
        return np.isfinite(self.error_m)


def main() -> None:
    """Read the options, run the three ways and print how they fared."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("addresses", type=Path)
    options.add_argument("--boundaries", type=Path, required=True)
    options.add_argument("--streets", type=Path, required=True)
    given = options.parse_args()
    ways = compare(given.addresses, given.boundaries, given.streets)
    report(ways)


def compare(addresses: Path, boundaries: Path, streets: Path) -> list[Way]:
    """Return how the three ways fare, ours first."""
    table = pd.read_csv(addresses, dtype=str, keep_default_na=False)
    areas = read_boundaries(boundaries)
    margin_m = 1500.0
    epsg = int(areas.estimate_utm_crs().to_epsg() or 0)
    drawn = read_streets(streets, city_outline(areas, epsg, margin_m))
    ground = ground_of(areas, drawn)
    truth = project(ground.to_m, table["lon"].astype(float), table["lat"].astype(float))
    blank = pd.Series("", index=table.index)
    asked = pd.DataFrame({"id": table["id"], "address": table["address"], "kelurahan": blank,
                          "kecamatan": table["kecamatan"], "rt": blank, "rw": blank})  # fmt: skip
    families = as_households(asked.astype("str").replace("", None).astype("str"), areas)
    ours = _located("sambangi", families, areas, drawn, ground, truth)
    with mock.patch.object(gathering, "parse_addresses", lokal_parts):
        lokal = _located("lokal-id", families, areas, drawn, ground, truth)
    return [ours, _longest(table["address"], ground, truth), lokal]


def _located(
    name: str,
    families: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    drawn: gpd.GeoDataFrame,
    ground: Ground,
    truth: NDArray[np.float64],
) -> Way:
    places, _ = locating.locate_households(families, areas, drawn, PlacingSettings())
    xy = project(ground.to_m, places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    error = np.hypot(*(xy - truth).T)
    return Way(name, error, places["radius_m"].to_numpy(float), places["grade"].to_numpy(object))


def lokal_parts(texts: pd.Series) -> pd.DataFrame:
    """Return addresses as lokal-id reads them, in the columns of geodata.addresses."""
    importlib.import_module("lokal.wilayah")  # before lokal.alamat, else a circular import
    parse = importlib.import_module("lokal.alamat").parse_alamat
    rows = []
    for text in texts.fillna(""):
        found = parse(str(text))
        gang = (found.street or "").casefold().lstrip().startswith(("gg", "gang"))
        rows.append(
            {
                "street": found.street,
                "street_kind": "" if not found.street else "gg" if gang else "jl",
                "rt": found.rt,
                "rw": found.rw,
                "kelurahan": found.kelurahan_desa.name if found.kelurahan_desa else None,
                "kecamatan": found.kecamatan.name if found.kecamatan else None,
                "postcode": found.postal_code,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS), index=texts.index).astype("str")


def _longest(addresses: pd.Series, ground: Ground, truth: NDArray[np.float64]) -> Way:
    """Place each address in the middle of the longest street name that stands in it."""
    whole = np.array([ground.areas.union_all()], dtype=object)
    city = np.asarray(gpd.GeoSeries(whole, crs=4326).to_crs(ground.areas.estimate_utm_crs()))
    streets = named_streets(ground.pieces, city)
    table = streets.names.assign(key=streets.names["stem"] + streets.names["suffix"])
    table = table.groupby("key").agg(first=("first", "min"), end=("end", "max"))
    xy, _ = middles(streets, Stretches(table["first"].to_numpy(), table["end"].to_numpy()))
    at = {key: number for number, key in enumerate(table.index)}
    on_map = [] if ground.pieces is None else ground.pieces.names
    plain = {_plain(_KIND.sub("", name)): name for name in on_map}
    names = sorted((name for name in plain if len(name) > 4), key=len, reverse=True)
    keys = dict(zip(plain, name_key(pd.Series(list(plain.values()))), strict=True))
    error = np.full(len(addresses), np.nan)
    for row, address in enumerate(addresses):
        text = _plain(address)
        found = next((name for name in names if name in text and keys[name] in at), None)
        if found is not None:
            error[row] = np.hypot(*(xy[at[keys[found]]] - truth[row]))
    grade = np.where(np.isfinite(error), "street", "none").astype(object)
    return Way("longest", error, np.full(len(error), np.nan), grade)


def _plain(text: str) -> str:
    """Return the words of a text in lower case, a space before and behind each."""
    words = _WORD.findall(text.casefold())
    return f" {' '.join(words)} "


def report(ways: list[Way]) -> None:
    """Print one block a way, and each against ours on the rows that both placed."""
    ours = ways[0]
    for way in ways:
        placed, near = way.placed, way.error_m <= NEAR_M
        print(f"{way.name}: {placed.mean():.1%} placed, {near.mean():.1%} within {NEAR_M:.0f} m,"
              f" median error {np.median(way.error_m[placed]):.0f} m")  # fmt: skip
        for grade in sorted(set(way.grade[placed])):
            mine = placed & (way.grade == grade)
            covered = way.error_m[mine] <= way.radius_m[mine]
            shown = "" if np.isnan(way.radius_m[mine]).all() else f", coverage {covered.mean():.1%}"
            print(f"  {grade}: {mine.sum()} ({mine.mean():.1%}), median"
                  f" {np.median(way.error_m[mine]):.0f} m, {near[mine].mean():.1%} within"
                  f" {NEAR_M:.0f} m{shown}")  # fmt: skip
    for way in ways[1:]:
        both = ours.placed & way.placed
        print(f"same {both.sum()} rows: sambangi {np.median(ours.error_m[both]):.0f} m,"
              f" {way.name} {np.median(way.error_m[both]):.0f} m; within {NEAR_M:.0f} m"
              f" {(ours.error_m[both] <= NEAR_M).mean():.1%} against"
              f" {(way.error_m[both] <= NEAR_M).mean():.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
