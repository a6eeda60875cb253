"""Small made-up registers with families written down twice; every NIK ends in 0000."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.columns import FACTORS, HOUSEHOLDS
from geodata.madeup import names
from geodata.madeup.spelling import slip

FAMILIES_PER_RT = 30
Pairs = set[tuple[int, int]]


def register(families: int, seed: int = 1) -> pd.DataFrame:
    """Return so many different families in RT of 30, index 2, 5, 8, ..."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(families):
        rt = n // FAMILIES_PER_RT
        man = f"{rng.choice(names.MEN)} {rng.choice(names.FAMILY_MEN)}".upper()
        woman = f"{rng.choice(names.WOMEN)} {rng.choice(names.FAMILY_WOMEN)}".upper()
        street = f"Jl. {names.THEMES[rt % 7][rt % 10]}"
        number, unit = int(rng.integers(1, 120)), f"{rt % 6 + 1:03d}"
        year = int(rng.choice([71, 74, 78, 81, 83, 85, 87, 89, 92, 94, 96]))  # 00000 is no end
        birth = f"{rng.integers(1, 29):02d}{rng.integers(1, 13):02d}{year}"
        rows.append(
            {
                "kode_keluarga": f"99{n:016d}",
                "area_code_stated": f"36.71.01.100{rt // 6 + 1}",
                "kelurahan_name": names.KELURAHAN[rt // 6],
                "rw": "001",
                "rt": unit,
                "nik": f"{367101 + n % 7}{birth}0000",
                "head_name": man,
                "wife_name": woman,
                "address": f"{street} No. {number} RT {unit}/RW 001",
                "register_lon": 106.63 + 0.004 * (rt % 6) + rng.uniform(0, 0.003),
                "register_lat": -6.17 - 0.004 * (rt // 6) - rng.uniform(0, 0.003),
            }
        )
    return framed(rows, range(2, 2 + 3 * families, 3))


def framed(rows: list[dict[str, object]], index: range) -> pd.DataFrame:
    """Return rows as a frame of ``HOUSEHOLDS``; columns that are not given are missing."""
    frame = pd.DataFrame(rows, index=pd.Index(index, name="row", dtype="int64"))
    frame = frame.reindex(columns=list(HOUSEHOLDS.columns))
    flags = ["pregnant", "baduta", "balita", "pus", *FACTORS, "bkkbn_at_risk"]
    kinds = dict.fromkeys(flags, "boolean") | {"welfare_rank": "Int64"}
    kinds |= dict.fromkeys(("register_lon", "register_lat"), "float64")
    kinds |= {name: "str" for name in HOUSEHOLDS.columns if name not in kinds}
    return HOUSEHOLDS.validate(frame.astype(kinds))


def written_again(
    households: pd.DataFrame, copies: int, seed: int = 1
) -> tuple[pd.DataFrame, Pairs]:
    """Return the register with some families once more, written a little otherwise, and which."""
    rng = np.random.default_rng(seed)
    picked = rng.permutation(households.index.to_numpy())[:copies]
    again = households.loc[picked].copy()
    again.index = pd.RangeIndex(9001, 9001 + copies)
    for column in ("head_name", "wife_name", "address"):
        again[column] = [slip(rng, text) if rng.random() < 0.7 else text for text in again[column]]
    again["kode_keluarga"] = [f"98{n:016d}" for n in range(copies)]
    for column in ("register_lon", "register_lat"):
        again[column] += rng.normal(0, 5e-5, copies)
    both = pd.concat([households, again]).rename_axis("row")
    pairs = {(int(a), int(b)) for a, b in zip(picked, again.index, strict=True)}
    return both.iloc[rng.permutation(len(both))], pairs
