"""The faults of a real register, put into the made-up one at stated rates."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from common.privacy import MADE_UP_NIK_END
from geodata.madeup.plane import Plane, Points
from geodata.madeup.register_file import ENVIRONMENT, HAS, MARKS
from geodata.madeup.spelling import misspelt_area, slip


@dataclass(frozen=True, slots=True)
class DirtRates:
    """Share of families with each fault; the names are the fault codes of ``truth.csv``.

    ``coordinate_piled`` comes in groups of ``LEAST_PILE`` or more, so there is none in a
    register too small for one group.
    """

    coordinate_missing: float = 0.12
    coordinate_swapped: float = 0.015
    coordinate_outside: float = 0.015  # in another kelurahan or out of the city, 1 to 5 km off
    coordinate_piled: float = 0.03  # written down at the kader's house
    kelurahan_misspelt: float = 0.01  # and its code is blank
    rw_or_rt_missing: float = 0.02
    nik_faulty: float = 0.02
    mark_unreadable: float = 0.003
    environment_unknown: float = 0.03  # water or toilet blank
    address_misspelt: float = 0.04
    duplicate: float = 0.015  # the same family in a further row, one in three with the same key


DEMO_RATES = DirtRates()
NO_COORDINATES = "kecamatan_without_coordinates"  # fault of every family of such a kecamatan
LEAST_PILE = 12
GPS_NOISE_M = 6.0  # standard deviation east and north of every coordinate that was noted at home
PILE_BESIDE_M = (6.0, 12.0)  # a pile stands that far east and north of its first family's home
SAME_KEY_PART = 3  # one duplicate in so many repeats kode_keluarga
_UNREADABLE = "?"
_USUAL_PILE = 14
_FAR_M = (1000.0, 5000.0)
_CLEARLY_OUTSIDE_M = 300.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The city as the faults need it: kelurahan in degrees and metres, homes in metres."""

    areas: gpd.GeoDataFrame
    plane: Plane
    polygons: NDArray[np.object_]
    homes: Points
    silent_kecamatan: tuple[str, ...] = ()  # codes; their file has no coordinate at all

    def silent(self, register: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell which rows of a register are of a kecamatan without coordinates."""
        return register["kode_kecamatan"].isin(self.silent_kecamatan).to_numpy()


def fault_counts(
    rates: DirtRates, families: int, with_coordinates: int | None = None
) -> dict[str, int]:
    """Return how many rows get each fault: the rate times the families, rounded half up.

    Faults of coordinates are counted on the families whose kecamatan notes any; None: all.
    """
    noted = families if with_coordinates is None else with_coordinates
    counts = {
        fault: int(rate * (noted if fault.startswith("coordinate_") else families) + 0.5)
        for fault, rate in asdict(rates).items()
    }
    if counts["coordinate_piled"] < LEAST_PILE:
        counts["coordinate_piled"] = 0
    return counts


def soil(
    rng: np.random.Generator,
    register: pd.DataFrame,
    truth: pd.DataFrame,
    ground: Ground,
    counts: dict[str, int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the register with faults and coordinates, and the truth that names the faults.

    Parameters
    ----------
    register, truth
        One row a family, same index 0..n-1; see ``geodata.madeup.register_file``.
    counts
        Rows per fault, from :func:`fault_counts`.

    Returns
    -------
    tuple
        Both frames with the duplicates as further rows, in the order of the file: by
        kelurahan, shuffled inside. ``truth["row"]`` is the line in the file, heading = 1.
    """
    dirty = register.astype(object)  # cells change one by one
    faults: list[list[str]] = [[] for _ in range(len(register))]
    silent = ground.silent(register)
    chosen = _choose(rng, counts, len(register), silent)
    chosen["coordinate_piled"] = []
    chosen[NO_COORDINATES] = np.flatnonzero(silent).tolist()
    _write_coordinates(rng, dirty, chosen, ground, counts["coordinate_piled"])
    _misspell(rng, dirty, chosen, ground)
    _lose_numbers(rng, dirty, chosen["rw_or_rt_missing"])
    wrong = chosen["nik_faulty"]
    dirty.loc[wrong, "nik"] = [_faulty_nik(rng, str(nik)) for nik in dirty.loc[wrong, "nik"]]
    unreadable = set(chosen["mark_unreadable"])
    for n in chosen["mark_unreadable"]:
        dirty.loc[n, str(rng.choice(list(MARKS)))] = _UNREADABLE
    blank = [n for n in rng.permutation(len(dirty)).tolist() if n not in unreadable]
    chosen["environment_unknown"] = _blank_environment(
        rng, dirty, blank, counts["environment_unknown"]
    )
    for fault, rows in chosen.items():
        for n in rows:
            faults[n].append(fault)
    soiled = truth.assign(
        faults=pd.Series(faults, index=truth.index, dtype=object),
        original=pd.Series(pd.NA, index=truth.index, dtype="Int64"),
    )
    dirty, soiled = _repeat(rng, dirty, soiled, ground, counts["duplicate"])
    return _ordered(rng, dirty, soiled)


def _choose(
    rng: np.random.Generator, counts: dict[str, int], families: int, silent: NDArray[np.bool_]
) -> dict[str, list[int]]:
    """Draw the families of each fault; a coordinate has one fault at most."""
    chosen: dict[str, list[int]] = {}
    order = [n for n in rng.permutation(families).tolist() if not silent[n]]
    for fault in ("coordinate_missing", "coordinate_swapped", "coordinate_outside"):
        chosen[fault], order = order[: counts[fault]], order[counts[fault] :]
    for fault in (
        "kelurahan_misspelt",
        "rw_or_rt_missing",
        "nik_faulty",
        "mark_unreadable",
        "address_misspelt",
    ):
        chosen[fault] = rng.permutation(families)[: counts[fault]].tolist()
    return chosen


def _write_coordinates(
    rng: np.random.Generator,
    dirty: pd.DataFrame,
    chosen: dict[str, list[int]],
    ground: Ground,
    piled: int,
) -> None:
    noted = ground.homes + rng.normal(0, GPS_NOISE_M, ground.homes.shape)
    area = (
        dirty["kode_kelurahan"]
        .map({code: n for n, code in enumerate(ground.areas["area_code"])})
        .to_numpy()
    )
    for n in chosen["coordinate_outside"]:
        noted[n] = _elsewhere(rng, ground.homes[n], ground.polygons[area[n]])
    taken = {
        n for fault in ("missing", "swapped", "outside") for n in chosen[f"coordinate_{fault}"]
    } | set(chosen[NO_COORDINATES])
    free = np.array([n for n in range(len(dirty)) if n not in taken], dtype=int)
    for group in piles(rng, ground.homes, area, free, piled):
        noted[group] = ground.homes[group[0]] + rng.uniform(*PILE_BESIDE_M, 2)
        chosen["coordinate_piled"].extend(group.tolist())
    degrees = ground.plane.degrees(noted)
    lon = [f"{each:.6f}" for each in degrees[:, 0]]
    lat = [f"{each:.6f}" for each in degrees[:, 1]]
    for n in chosen["coordinate_swapped"]:
        lon[n], lat[n] = lat[n], lon[n]
    for n in chosen["coordinate_missing"] + chosen[NO_COORDINATES]:
        lon[n] = lat[n] = ""
    dirty["longitude"], dirty["latitude"] = lon, lat


def _elsewhere(rng: np.random.Generator, home: Points, polygon: BaseGeometry) -> Points:
    """Return a point 1 to 5 km away, clearly outside the family's kelurahan where that exists."""
    shapely.prepare(polygon)
    point = home
    for _ in range(60):
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(*_FAR_M)
        point = home + reach * np.array([np.cos(angle), np.sin(angle)])
        if shapely.distance(polygon, Point(point)) > _CLEARLY_OUTSIDE_M:
            break
    return point


def piles(
    rng: np.random.Generator,
    homes: Points,
    area: NDArray[np.intp],
    free: NDArray[np.intp],
    piled: int,
) -> list[NDArray[np.intp]]:
    """Draw groups of neighbours, of one kelurahan where it has enough of them."""
    if piled < LEAST_PILE:
        return []
    number = max(1, piled // _USUAL_PILE)
    groups = []
    for size in (piled // number + (n < piled % number) for n in range(number)):
        seed = int(free[int(rng.integers(len(free)))])
        near = free[area[free] == area[seed]]
        near = near if len(near) >= size else free
        _, found = cKDTree(homes[near]).query(homes[seed], k=size)
        groups.append(near[np.atleast_1d(found)])
        free = free[~np.isin(free, groups[-1])]
    return groups


def _misspell(
    rng: np.random.Generator, dirty: pd.DataFrame, chosen: dict[str, list[int]], ground: Ground
) -> None:
    others = set(ground.areas["area_name"])
    wrong = chosen["kelurahan_misspelt"]
    names = [misspelt_area(rng, str(name), others) for name in dirty.loc[wrong, "nama_kelurahan"]]
    dirty.loc[wrong, "nama_kelurahan"] = names
    dirty.loc[wrong, ["kode_kelurahan", "id_kelurahan"]] = ""
    wrong = chosen["address_misspelt"]
    dirty.loc[wrong, "alamat"] = [slip(rng, str(text)) for text in dirty.loc[wrong, "alamat"]]


def _lose_numbers(rng: np.random.Generator, dirty: pd.DataFrame, rows: list[int]) -> None:
    lost = rng.integers(3, size=len(rows))  # RW, RT or both
    for unit, kinds in (("rw", (0, 2)), ("rt", (1, 2))):
        mine = np.array(rows, dtype=int)[np.isin(lost, kinds)]
        dirty.loc[mine, [f"kode_{unit}", f"nama_{unit}"]] = ""


def _faulty_nik(rng: np.random.Generator, nik: str) -> str:
    """Return a NIK with a fault; it still ends in 0000."""
    head = nik[: -len(MADE_UP_NIK_END)]
    kind = int(rng.integers(4))
    if kind == 0:
        head = head[: -int(rng.integers(1, 4))]
    elif kind == 1:
        head += str(int(rng.integers(1, 10)))
    elif kind == 2:
        head = f"{head[:6]}{int(rng.integers(72, 100)):02d}{int(rng.integers(13, 20))}{head[10:]}"
    else:
        head = f"12345{head[5:]}"
    return head + MADE_UP_NIK_END


def _blank_environment(
    rng: np.random.Generator, dirty: pd.DataFrame, rows: list[int], count: int
) -> list[int]:
    """Blank water or toilet where the family's risk by "any factor" does not hang on it."""
    factors = [column for column in MARKS if column not in ENVIRONMENT][4:-1]
    other = (dirty[factors] == HAS).any(axis=1)
    none = ~(dirty[[*factors, *ENVIRONMENT]] == HAS).any(axis=1)
    usable = (other | none).to_numpy()
    found = [n for n in rows if usable[n]][:count]
    which = rng.integers(len(ENVIRONMENT), size=len(found))
    for number, column in enumerate(ENVIRONMENT):
        dirty.loc[np.array(found, dtype=int)[which == number], column] = ""
    return found


def _repeat(
    rng: np.random.Generator, dirty: pd.DataFrame, truth: pd.DataFrame, ground: Ground, count: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Append rows of families that stand in the register already, written a little otherwise."""
    clean = np.flatnonzero([not faults for faults in truth["faults"]])
    picked = rng.permutation(clean)[:count]
    copies, origin = dirty.loc[picked].copy(), truth.loc[picked].copy()
    copies.index = origin.index = pd.RangeIndex(len(dirty), len(dirty) + len(picked))
    noted = ground.homes[picked] + rng.normal(0, GPS_NOISE_M, (len(picked), 2))
    degrees = ground.plane.degrees(noted)
    copies["longitude"] = [f"{each:.6f}" for each in degrees[:, 0]]
    copies["latitude"] = [f"{each:.6f}" for each in degrees[:, 1]]
    for column in ("nama_kepala_keluarga", "nama_istri", "alamat"):
        copies[column] = [
            slip(rng, text) if rng.random() < 0.7 else text for text in copies[column]
        ]
    new = max((int(key) for key in dirty["kode_keluarga"]), default=0) + 1
    same = int(len(picked) / SAME_KEY_PART + 0.5)
    keys = list(copies["kode_keluarga"])
    keys[same:] = [str(new + 137 * n) for n in range(len(keys) - same)]
    copies["kode_keluarga"] = origin["kode_keluarga"] = keys
    origin["faults"] = [["duplicate"] for _ in range(len(origin))]
    origin["original"] = picked
    return pd.concat([dirty, copies]), pd.concat([truth, origin])


def _ordered(
    rng: np.random.Generator, dirty: pd.DataFrame, truth: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    order = np.lexsort([rng.random(len(dirty)), truth["area_code"].to_numpy(dtype=str)])
    line = np.empty(len(order), dtype=int)
    line[order] = np.arange(2, len(order) + 2)
    written = truth.assign(
        row=line,
        faults=[";".join(each) for each in truth["faults"]],
        duplicate_of=["" if pd.isna(n) else str(line[int(n)]) for n in truth["original"]],
    )
    dirty = dirty.assign(id_frm=[str(number - 1) for number in line])
    return dirty.iloc[order], written.iloc[order].drop(columns="original")
