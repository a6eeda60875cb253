"""Made-up families in a town: homes, RW and RT, who they are, and the register about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.madeup.addresses import write_addresses
from geodata.madeup.dirt import DEMO_RATES, Ground, fault_counts, soil
from geodata.madeup.families import issue_digits, make_families
from geodata.madeup.homes import HOME_STREETS, frontage, place_homes
from geodata.madeup.neighbourhoods import FAMILIES_PER_RT, RT_PER_RW, number_neighbourhoods
from geodata.madeup.plane import plane_of
from geodata.madeup.register_file import TRUTH_COLUMNS, register_text
from geodata.madeup.teams import Town

_NO_HOMES_NAMED = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "primary_link"})


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many families there are and how they are grouped."""

    families: NDArray[np.intp]  # per kelurahan, in the order of the town
    at_risk: int
    families_per_rt: float = FAMILIES_PER_RT
    rt_per_rw: float = RT_PER_RW
    silent_kecamatan: tuple[str, ...] = ()  # codes; their file has no coordinate at all


@dataclass(frozen=True, slots=True)
class People:
    """The families as they are, one a row, and the files about them."""

    families: pd.DataFrame  # area, x, y, rw, rt and the columns of make_families
    register: pd.DataFrame  # as written, with faults and duplicates
    truth: pd.DataFrame  # as written, TRUTH_COLUMNS

    def faults(self) -> dict[str, int]:
        """Return the rows per fault code."""
        found = Counter(f for each in self.truth["faults"] if each for f in each.split(";"))
        return dict(found)


def town_of(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> Town:
    """Return the kelurahan and the pieces of street that homes can stand along; EPSG:4326 in."""
    plane = plane_of(areas.total_bounds)
    polygons = plane.shapes(areas.geometry)
    usable = streets.loc[streets["highway"].isin(HOME_STREETS)]
    return Town(areas, plane, polygons, frontage(polygons, plane.shapes(usable.geometry)))


def make_people(
    rng: dict[str, np.random.Generator], town: Town, streets: gpd.GeoDataFrame, crowd: Crowd
) -> People:
    """Return made-up families of a town and their register.

    Parameters
    ----------
    rng
        A stream each for ``homes``, ``numbers``, ``families``, ``addresses`` and ``dirt``.
    streets
        ``highway``, ``name`` and lines, EPSG:4326: what addresses are named after.
    """
    homes = place_homes(rng["homes"], crowd.families, town.polygons, town.streets)
    numbers = number_neighbourhoods(rng["numbers"], homes, crowd.families_per_rt, crowd.rt_per_rw)
    homes = homes.join(numbers)
    kecamatan = town.areas["kecamatan_code"].iloc[homes["area"].to_numpy()]
    issued = [issue_digits(code) for code in kecamatan]
    people = homes.join(make_families(rng["families"], homes, issued, crowd.at_risk))
    named = streets.loc[streets["name"].notna() & ~streets["highway"].isin(_NO_HOMES_NAMED)]
    people["address"] = write_addresses(
        rng["addresses"],
        homes,
        list(town.areas["area_name"]),
        town.plane.shapes(named.geometry),
        [str(name) for name in named["name"]],
    )
    xy = homes[["x", "y"]].to_numpy()
    ground = Ground(town.areas, town.plane, town.polygons, xy, crowd.silent_kecamatan)
    clean = register_text(people, town.areas)
    counts = fault_counts(DEMO_RATES, len(homes), int((~ground.silent(clean)).sum()))
    register, truth = soil(rng["dirt"], clean, _truth(town, people, xy), ground, counts)
    return People(people, register, truth[list(TRUTH_COLUMNS)])


def _truth(town: Town, people: pd.DataFrame, xy: NDArray[np.float64]) -> pd.DataFrame:
    degrees = town.plane.degrees(xy)
    return pd.DataFrame(
        {
            "kode_keluarga": people["kode_keluarga"],
            "lon": [f"{each:.7f}" for each in degrees[:, 0]],
            "lat": [f"{each:.7f}" for each in degrees[:, 1]],
            "area_code": town.areas["area_code"].to_numpy()[people["area"]],
            "rw": people["rw"],
            "rt": people["rt"],
        }
    )
