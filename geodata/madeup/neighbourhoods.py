"""RW and RT: compact groups of neighbours, numbered within their kelurahan."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.madeup.plane import Points

FAMILIES_PER_RT = 6.2  # of a register of families at risk; an RT has 30 to 80 families in all
RT_PER_RW = 7.0
_MOST_RT = 12
_LEAST_RT = 3
_UNEVEN = (0.75, 1.25)  # relative size of neighbouring RW and RT


def number_neighbourhoods(
    rng: np.random.Generator,
    homes: pd.DataFrame,
    families_per_rt: float = FAMILIES_PER_RT,
    rt_per_rw: float = RT_PER_RW,
) -> pd.DataFrame:
    """Return ``rw`` and ``rt`` ("001" and up) of each home; same index.

    Parameters
    ----------
    homes
        ``area`` and ``x``, ``y`` in metres. RW are numbered within an area, RT within a RW.
    """
    xy = homes[["x", "y"]].to_numpy()
    rw = np.zeros(len(homes), dtype=int)
    rt = np.zeros(len(homes), dtype=int)
    for members in homes.reset_index(drop=True).groupby("area", sort=True).groups.values():
        rows = np.asarray(members)
        wanted = max(1, round(len(rows) / (families_per_rt * rt_per_rw)))
        for number, block in enumerate(_split(rng, xy, rows, wanted), start=1):
            rw[block] = number
            inside = _rt_in_rw(len(block), families_per_rt)
            for small, group in enumerate(_split(rng, xy, block, inside), start=1):
                rt[group] = small
    numbers = {"rw": [f"{each:03d}" for each in rw], "rt": [f"{each:03d}" for each in rt]}
    return pd.DataFrame(numbers, index=homes.index)


def _rt_in_rw(families: int, families_per_rt: float) -> int:
    wanted = min(max(round(families / families_per_rt), _LEAST_RT), _MOST_RT)
    return max(1, min(wanted, families // 2))


def _split(
    rng: np.random.Generator, xy: Points, rows: NDArray[np.intp], parts: int
) -> list[NDArray[np.intp]]:
    """Cut a set of points into compact parts by halving it across its longer side."""
    weights = rng.uniform(*_UNEVEN, parts)
    return _halve(xy, rows, weights)


def _halve(
    xy: Points, rows: NDArray[np.intp], weights: NDArray[np.float64]
) -> list[NDArray[np.intp]]:
    if len(weights) == 1:
        return [rows]
    half = len(weights) // 2
    axis = int(np.argmax(np.ptp(xy[rows], axis=0)))
    ordered = rows[np.argsort(xy[rows, axis], kind="stable")]
    cut = round(len(rows) * float(weights[:half].sum() / weights.sum()))
    cut = min(max(cut, half), len(rows) - (len(weights) - half))
    return _halve(xy, ordered[:cut], weights[:half]) + _halve(xy, ordered[cut:], weights[half:])
