"""Which families' places a person should look at, and how many families each look helps."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from common.settings import PlacingSettings
from geodata.addresses import parse_addresses
from geodata.centres import Ints
from geodata.columns import GRADES
from geodata.coordinate_checks import Mask
from geodata.gathering import block_numbers

# Flags that contradict each other or the map, gravest first; and grades that lead to no RT
CONFLICTS: Final = ("outside_city", "swapped", "outside", "pile", "far_from_street")
WEAK: Final = ("none", "kelurahan", "neighbourhood", "rw")
_LEARNT_FROM: Final = ("verified", "register")  # grades of families that centres are learned from
_POINTS: Final = {"rt": ("rt",), "rw": ("rw", "posyandu")}  # kinds that stand for a centre


def stated_blocks(households: pd.DataFrame, addresses: pd.Series) -> pd.DataFrame:
    """Return ``rw`` and ``rt`` of each family by the columns, else by the address; same index.

    As :func:`geodata.gathering.block_numbers` reads them when families are placed.
    """
    blocks = households[["rw", "rt"]].copy()
    blank = blocks.index[blocks.isna().any(axis=1)]
    rw, rt = block_numbers(blocks.loc[blank], parse_addresses(addresses.reindex(blank)))
    blocks.loc[blank, "rw"], blocks.loc[blank, "rt"] = rw, rt
    return blocks


def places_to_fix(
    blocks: pd.DataFrame, places: pd.DataFrame, points: pd.DataFrame, settings: PlacingSettings
) -> pd.DataFrame:
    """Return the families with a conflict or a weak place, and what placing them by hand does.

    An RT learns its centre from ``least_known_rt`` families with a sound coordinate, an RW from
    ``least_known_rw``, unless a known point stands for it. So a family that is placed by hand
    may complete what its RT or RW needs, and its neighbours move up a grade.

    Parameters
    ----------
    blocks
        ``rw``, ``rt``; unique index.
    places
        ``geodata.columns.PLACES``, a row for each family of ``blocks``.
    points
        ``geodata.columns.POINTS``.

    Returns
    -------
    pd.DataFrame
        Index of the families to fix, in the order of ``blocks``; ``area_code``, ``rw``, ``rt``,
        ``grade``, ``conflict`` (the gravest of ``CONFLICTS``, empty without one), ``unit``
        (``rt`` or ``rw`` that gets a centre, else empty), ``needed`` (families to be placed until
        it does, 1: this one is enough) and ``helped`` (families that then move up, those placed
        included; 1 without a unit).
    """
    known = blocks.join(places[["area_code", "grade", "flags"]])
    rank = known["grade"].map({grade: at for at, grade in enumerate(GRADES)}).to_numpy()
    sound = known["grade"].isin(_LEARNT_FROM).to_numpy()
    rt = _unit(known, ["rw", "rt"], "rt", points, settings.least_known_rt)
    rw = _unit(known, ["rw"], "rw", points, settings.least_known_rw)
    # of a kampung's or an estate's families not all come under an RW's new centre: not counted
    of_rt, of_rw = rank > GRADES.index("rt"), (known["grade"] == "kelurahan").to_numpy()
    need_rt, help_rt = _worth(rt, of_rt, sound)
    need_rw, help_rw = _worth(rw, of_rw, sound)
    both = (need_rt == 1) & (need_rw == 1)
    shared = _others(rt["number"].to_numpy(), of_rt & of_rw)
    help_rt = np.where(both, help_rt + help_rw - 1 - shared, help_rt)
    best_rt = (need_rt > 0) & ((need_rw == 0) | (help_rt * need_rw >= help_rw * need_rt))
    best_rw = (need_rw > 0) & ~best_rt
    known["conflict"] = _gravest(known["flags"])
    known["unit"] = np.select([best_rt, best_rw], ["rt", "rw"], "")
    known["needed"] = np.select([best_rt, best_rw], [need_rt, need_rw], 1)
    known["helped"] = np.select([best_rt, best_rw], [help_rt, help_rw], 1)
    wanted = (known["conflict"] != "") | known["grade"].isin(WEAK)
    return known.loc[wanted].drop(columns="flags")


def _unit(
    known: pd.DataFrame, names: list[str], unit: str, points: pd.DataFrame, least: int
) -> pd.DataFrame:
    """Return of each family's RT or RW: its number (-1 none), and the families it still needs."""
    keys = ["area_code", *names]
    number = known.groupby(keys).ngroup().fillna(-1).to_numpy(dtype=np.intp)  # NaN: blank keys
    sound = known["grade"].isin(_LEARNT_FROM).to_numpy()
    told = np.bincount(number[sound & (number >= 0)], minlength=int(number.max(initial=0)) + 1)
    missing = np.maximum(least - told, 0)
    given = points.loc[points["kind"].isin(_POINTS[unit]), keys].dropna().drop_duplicates()
    at_point = known[keys].merge(given.assign(given=True), on=keys, how="left")["given"].notna()
    needed = np.where((number >= 0) & ~at_point, missing[number], 0)
    return pd.DataFrame({"number": number, "needed": needed})


def _worth(unit: pd.DataFrame, raised: Mask, sound: Mask) -> tuple[Ints, Ints]:
    """Return per family how many its RT or RW still needs and how many then move up.

    Both are 0 where the unit has a centre, where too few of it are left to be placed, where no
    more move up than are placed, and for families that it learns from already.
    """
    number, needed = unit["number"].to_numpy(), unit["needed"].to_numpy()
    # the family itself moves up in any case, its neighbours by the new centre
    helped = _others(number, raised) + 1
    left = _others(number, ~sound) + 1
    possible = (needed > 0) & (left >= needed) & (helped > needed) & ~sound
    return np.where(possible, needed, 0), np.where(possible, helped, 0)


def _others(number: Ints, counted: Mask) -> Ints:
    """Return how many others of each family's RT or RW are counted; 0 without an RT or RW."""
    inside = number >= 0
    totals = np.bincount(number[inside & counted], minlength=int(number.max(initial=0)) + 1)
    return np.where(inside, totals[number] - counted, 0)


def _gravest(flags: pd.Series) -> pd.Series:
    """Return the gravest conflict of each family, empty without one."""
    lists = ";" + flags + ";"
    found = [lists.str.contains(f";{flag};", regex=False).to_numpy() for flag in CONFLICTS]
    return pd.Series(np.select(found, CONFLICTS, ""), index=flags.index, dtype="str")
