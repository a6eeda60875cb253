"""Who the made-up families are: names, target groups, risk factors, welfare rank, NIK."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.area_codes import area_digits
from common.privacy import MADE_UP_NIK_END
from geodata.columns import FACTORS
from geodata.madeup import names

AT_RISK = 0.96  # share of the register that BKKBN's flag calls at risk
FLAG_DISAGREES = 0.02  # share whose flag contradicts "any factor"
GROUP_SHARES = {"pregnant": 0.06, "baduta": 0.25, "balita": 0.35, "pus": 0.93}
FACTOR_SHARES = {
    "too_young": 0.04,
    "too_old": 0.28,
    "too_close": 0.08,
    "too_many": 0.24,
    "no_modern_contraception": 0.42,
}
YEAR = 2026  # the register's periode
_WATER, _TOILET = (0.7, 4.3), (0.9, 2.7)  # beta of the share of homes by RW: means 14 % and 25 %
_MAYBE_FIRST = ("MUHAMMAD", "M.", "MOCH.", "ABDUL")

Flags = NDArray[np.bool_]


def make_families(
    rng: np.random.Generator, homes: pd.DataFrame, kecamatan_digits: list[str]
) -> pd.DataFrame:
    """Return one made-up family a home; same index.

    Parameters
    ----------
    homes
        ``area``, ``rw``, ``rt``: unfit water and toilets cluster by RW.
    kecamatan_digits
        Six digits per home: the area most NIK were issued in.

    Returns
    -------
    pd.DataFrame
        Boolean ``pregnant``, ``baduta``, ``balita``, ``pus``, the factors of
        ``geodata.columns.FACTORS`` and ``flagged`` (BKKBN's flag); ``welfare_rank`` 1-5;
        ``head_name``, ``wife_name``, ``nik`` (unique, ends in 0000), ``kode_keluarga``.
    """
    count = len(homes)
    ward = pd.factorize(homes["area"].astype(str) + "/" + homes["rw"])[0]
    frame = _groups(rng, count, homes.index)
    factors = _factors(rng, frame, ward)
    flagged = _settle_flags(rng, factors, frame["pus"].to_numpy())
    for factor in FACTORS:
        frame[factor] = factors[factor]
    frame["flagged"] = flagged
    hardship = rng.normal(0, 0.7, int(ward.max()) + 1)[ward]
    rank = np.clip(np.round(2.6 + hardship + rng.normal(0, 1.0, count)), 1, 5)
    frame["welfare_rank"] = rank.astype(int)
    woman = rng.random(count) < 0.07
    frame["head_name"], frame["wife_name"] = _names(rng, woman, frame["pus"].to_numpy())
    frame["nik"] = _niks(rng, woman, kecamatan_digits)
    frame["kode_keluarga"] = family_keys(rng, count)
    return frame


def family_keys(rng: np.random.Generator, count: int) -> list[str]:
    """Return unique 18-digit keys; no real key starts with 99."""
    start = int(rng.integers(10**13, 9 * 10**13))
    return [f"99{start + 137 * number:016d}" for number in range(count)]


def _groups(rng: np.random.Generator, count: int, index: pd.Index) -> pd.DataFrame:
    frame = pd.DataFrame(
        {group: rng.random(count) < share for group, share in GROUP_SHARES.items()}, index=index
    )
    nobody = ~frame.any(axis=1)
    frame["pus"] |= nobody | frame["pregnant"]
    return frame


def _factors(
    rng: np.random.Generator, groups: pd.DataFrame, ward: NDArray[np.intp]
) -> dict[str, Flags]:
    count, wards = len(groups), int(ward.max()) + 1
    couple = groups["pus"].to_numpy()
    found = {
        "unfit_water": rng.random(count) < rng.beta(*_WATER, wards)[ward],
        "unfit_toilet": rng.random(count) < rng.beta(*_TOILET, wards)[ward],
    }
    for factor, share in FACTOR_SHARES.items():
        found[factor] = (rng.random(count) < share) & couple
    found["too_old"] &= ~found["too_young"]
    found["too_many"] &= ~found["too_young"]
    found["no_modern_contraception"] &= ~groups["pregnant"].to_numpy()
    return found


def _settle_flags(rng: np.random.Generator, factors: dict[str, Flags], couple: Flags) -> Flags:
    """Give exactly the stated share a factor, and a flag that disagrees with it where stated."""
    count = len(couple)
    order = rng.permutation(count)
    clear = round(count * (1 - AT_RISK))
    any_factor = np.logical_or.reduce(list(factors.values()))
    without = [n for n in order if not any_factor[n]] + [n for n in order if any_factor[n]]
    for factor in factors.values():
        factor[without[:clear]] = False
    for n in without[clear:]:
        if not any_factor[n]:
            late = ("too_old", "too_many", "no_modern_contraception") if couple[n] else ()
            factors[str(rng.choice([*late, "unfit_toilet"]))][n] = True
    flagged = np.logical_or.reduce(list(factors.values()))
    swapped = min(round(count * FLAG_DISAGREES / 2), clear)
    flagged[without[:swapped]] = True
    if swapped:
        flagged[without[-swapped:]] = False
    return np.asarray(flagged, dtype=bool)


def _names(rng: np.random.Generator, woman: Flags, couple: Flags) -> tuple[list[str], list[str]]:
    count = len(woman)
    men, family_men = rng.choice(names.MEN, count), rng.choice(names.FAMILY_MEN, count)
    women, family_women = rng.choice(names.WOMEN, count), rng.choice(names.FAMILY_WOMEN, count)
    first = rng.choice(_MAYBE_FIRST, count)
    titled, single = rng.random(count) < 0.16, rng.random(count) < 0.08
    heads, wives = [], []
    for n in range(count):
        wife = f"{women[n]} {family_women[n]}".upper()
        man = str(men[n]) if single[n] else f"{men[n]} {family_men[n]}"
        man = f"{first[n]} {man}" if titled[n] else man
        heads.append(wife if woman[n] else man.upper())
        wives.append(wife if couple[n] or woman[n] else "")
    return heads, wives


def _niks(rng: np.random.Generator, woman: Flags, kecamatan_digits: list[str]) -> list[str]:
    """Return NIK that no person has (serial 0000), each once.

    A NIK names the area at issue, so one in five comes from elsewhere. Years that end in 0
    are left out: such a NIK would end in 00000, which checks call suspicious.
    """
    used: set[str] = set()
    niks = []
    for n, home in enumerate(kecamatan_digits):
        nik = ""
        while not nik or nik in used:
            area = home if rng.random() < 0.8 else _other_area(rng)
            year = int(rng.integers(YEAR - 60, YEAR - 19))
            day, month = int(rng.integers(1, 29)), int(rng.integers(1, 13))
            if year % 10:
                born = f"{day + 40 * int(woman[n]):02d}{month:02d}{year % 100:02d}"
                nik = f"{area}{born}{MADE_UP_NIK_END}"
        used.add(nik)
        niks.append(nik)
    return niks


def _other_area(rng: np.random.Generator) -> str:
    province = int(rng.choice([31, 32, 33, 34, 35, 36, 18, 16]))
    return f"{province}{int(rng.integers(1, 79)):02d}{int(rng.integers(1, 21)):02d}"


def issue_digits(kecamatan_code: str) -> str:
    """Return the six digits that a NIK issued in a kecamatan starts with."""
    return (area_digits(kecamatan_code) + "000000")[:6]
