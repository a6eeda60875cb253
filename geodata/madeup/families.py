"""Who the made-up families are: names, target groups, risk factors, welfare rank, NIK."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from common.area_codes import area_digits
from common.privacy import MADE_UP_NIK_END
from geodata.columns import FACTORS
from geodata.madeup import names

FLAG_DISAGREES = 0.02  # of the families at risk: so many flags contradict "any factor"
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
_HARDSHIP_WAVES_M = (3200.0, 4700.0, 7300.0)
_SPARED = 0.9  # how strongly hardship decides who is at risk; 0: not at all
_ISSUED_AT_HOME, _MOST_ISSUED = 0.8, 5000  # share and number of a kecamatan's NIK
_MAYBE_FIRST = ("MUHAMMAD", "M.", "MOCH.", "ABDUL")

Flags = NDArray[np.bool_]


def make_families(
    rng: np.random.Generator, homes: pd.DataFrame, kecamatan_digits: list[str], at_risk: int
) -> pd.DataFrame:
    """Return one made-up family a home; same index.

    Parameters
    ----------
    homes
        ``area``, ``rw`` and ``x``, ``y`` in metres: hardship is alike within an RW and much the
        same in those around it.
    kecamatan_digits
        Six digits per home: the area most NIK were issued in.
    at_risk
        How many families BKKBN's flag calls at risk.

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
    hardship = _hardship(rng, homes, ward)
    factors = _factors(rng, frame, ward, hardship)
    least = np.argsort(_SPARED * hardship[ward] + rng.gumbel(0, 1, count), kind="stable")
    flagged = _settle_flags(rng, factors, frame["pus"].to_numpy(), least, count - at_risk)
    for factor in FACTORS:
        frame[factor] = factors[factor]
    frame["flagged"] = flagged
    rank = np.clip(np.round(2.6 - 0.7 * hardship[ward] + rng.normal(0, 1.0, count)), 1, 5)
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


def _hardship(
    rng: np.random.Generator, homes: pd.DataFrame, ward: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return a standard normal per RW: half a smooth field over the city, half its own."""
    wards = int(ward.max()) + 1
    size = np.bincount(ward, minlength=wards)
    middle = [np.bincount(ward, weights=homes[each], minlength=wards) / size for each in "xy"]
    field = np.zeros(wards)
    for wavelength_m in _HARDSHIP_WAVES_M:
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        along = middle[0] * np.cos(angle) + middle[1] * np.sin(angle)
        field += np.sin(2 * np.pi * along / wavelength_m + phase)
    field *= np.sqrt(2 / len(_HARDSHIP_WAVES_M))
    mixed: NDArray[np.float64] = np.sqrt(0.5) * (field + rng.normal(0, 1, wards))
    return mixed


def _factors(
    rng: np.random.Generator,
    groups: pd.DataFrame,
    ward: NDArray[np.intp],
    hardship: NDArray[np.float64],
) -> dict[str, Flags]:
    count = len(groups)
    couple = groups["pus"].to_numpy()
    found = {}
    for factor, shape in (("unfit_water", _WATER), ("unfit_toilet", _TOILET)):
        own = 0.8 * hardship + 0.6 * rng.normal(0, 1, len(hardship))
        in_rw = betaincinv(*shape, ndtr(own))  # a beta share a RW, high where life is hard
        found[factor] = rng.random(count) < in_rw[ward]
    for factor, share in FACTOR_SHARES.items():
        found[factor] = (rng.random(count) < share) & couple
    found["too_old"] &= ~found["too_young"]
    found["too_many"] &= ~found["too_young"]
    found["no_modern_contraception"] &= ~groups["pregnant"].to_numpy()
    return found


def _settle_flags(
    rng: np.random.Generator,
    factors: dict[str, Flags],
    couple: Flags,
    order: NDArray[np.intp],
    clear: int,
) -> Flags:
    """Leave exactly ``clear`` families without a factor; let a few flags disagree with that.

    The first in ``order`` are cleared, those without a factor before all others.
    """
    count = len(couple)
    any_factor = np.logical_or.reduce(list(factors.values()))
    without = np.concatenate([order[~any_factor[order]], order[any_factor[order]]])
    for factor in factors.values():
        factor[without[:clear]] = False
    for n in without[clear:]:
        if not any_factor[n]:
            late = ("too_old", "too_many", "no_modern_contraception") if couple[n] else ()
            factors[str(rng.choice([*late, "unfit_toilet"]))][n] = True
    flagged = np.logical_or.reduce(list(factors.values()))
    swapped = min(round((count - clear) * FLAG_DISAGREES / 2), clear)
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

    A NIK names the area at issue, so some come from elsewhere: one in five, more where a
    kecamatan has more families than days of birth. Years that end in 0 are left out: such a
    NIK would end in 00000, which checks call suspicious.
    """
    home = np.array(kecamatan_digits)
    _, place, size = np.unique(home, return_inverse=True, return_counts=True)
    stays = np.minimum(_ISSUED_AT_HOME, _MOST_ISSUED / size)[place]
    years = np.array([y for y in range(YEAR - 60, YEAR - 19) if y % 10])
    niks = np.full(len(home), "", dtype=object)
    used: set[str] = set()
    left = np.arange(len(home))
    while len(left):
        other = _other_areas(rng, len(left))
        area = np.where(rng.random(len(left)) < stays[left], home[left], other)
        day = rng.integers(1, 29, len(left)) + 40 * woman[left]
        month, year = rng.integers(1, 13, len(left)), rng.choice(years, len(left)) % 100
        missed = []
        for n, where, *born in zip(left, area, day, month, year, strict=True):
            nik = f"{where}{''.join(f'{part:02d}' for part in born)}{MADE_UP_NIK_END}"
            if nik in used:
                missed.append(n)
            else:
                used.add(nik)
                niks[n] = nik
        left = np.array(missed, dtype=int)
    return [str(nik) for nik in niks]


def _other_areas(rng: np.random.Generator, count: int) -> list[str]:
    provinces = rng.choice([31, 32, 33, 34, 35, 36, 18, 16], count)
    cities, districts = rng.integers(1, 79, count), rng.integers(1, 21, count)
    parts = zip(provinces, cities, districts, strict=True)
    return [f"{province}{city:02d}{district:02d}" for province, city, district in parts]


def issue_digits(kecamatan_code: str) -> str:
    """Return the six digits that a NIK issued in a kecamatan starts with."""
    return (area_digits(kecamatan_code) + "000000")[:6]
