"""Made-up aid: which families get what, from the programmes that run in the city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ("kode_keluarga", "programme", "start_date", "end_date", "quantity", "unit")


@dataclass(frozen=True, slots=True)
class _Programme:
    name: str
    share: float  # of the families that may have it
    start_date: str
    end_date: str
    quantity: tuple[int, ...]
    unit: str


_SEMBAKO = _Programme("Baznas sembako", 0.45, "2026-09-01", "2027-02-28", (6,), "paket")
_MEALS = _Programme("makanan sehat balita", 0.22, "2026-10-05", "2026-12-26", (56, 84), "porsi")
_POST = _Programme("pos gizi", 0.06, "2026-11-02", "2026-11-14", (10, 12), "hari")
_EGGS = _Programme("Sate Sami", 0.30, "2026-07-06", "2026-12-28", (25, 26), "butir")


def make_aid(rng: np.random.Generator, families: pd.DataFrame) -> pd.DataFrame:
    """Return aid to families at risk as text, one grant a row, ``COLUMNS``; dates are days.

    Parameters
    ----------
    families
        ``kode_keluarga``, ``flagged``, ``welfare_rank``, ``baduta``, ``balita``, ``pregnant``.
        Food parcels go to welfare ranks 1 and 2, meals and nutrition posts to those with a child
        under five, an egg a week to those with a child under two or a pregnancy.
    """
    risk = families["flagged"].to_numpy()
    small = (families["baduta"] | families["balita"]).to_numpy()
    young = (families["baduta"] | families["pregnant"]).to_numpy()
    poor = (families["welfare_rank"] <= 2).to_numpy()
    parts = [
        _grants(rng, families, _SEMBAKO, risk & poor),
        _grants(rng, families, _MEALS, risk & small),
        _grants(rng, families, _POST, risk & small),
        _grants(rng, families, _EGGS, risk & young),
    ]
    grants = pd.concat(parts).sort_values(["kode_keluarga", "programme"], ignore_index=True)
    return grants[list(COLUMNS)]


def _grants(
    rng: np.random.Generator, families: pd.DataFrame, programme: _Programme, may: NDArray[np.bool_]
) -> pd.DataFrame:
    gets = may & (rng.random(len(families)) < programme.share)
    quantity = rng.choice(programme.quantity, int(gets.sum()))
    return pd.DataFrame(
        {
            "kode_keluarga": families.loc[gets, "kode_keluarga"].to_numpy(),
            "programme": programme.name,
            "start_date": programme.start_date,
            "end_date": programme.end_date,
            "quantity": [str(each) for each in quantity],
            "unit": programme.unit,
        }
    )
