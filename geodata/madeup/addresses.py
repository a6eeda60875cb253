"""Addresses as kader write them down, from the street a home stands on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.madeup import names

_REACH_M = 80.0  # a street farther off is not the family's
_BLOCK, _LANDMARK, _KAMPUNG = 0.08, 0.06, 0.07  # shares of addresses with such a part


def write_addresses(
    rng: np.random.Generator,
    homes: pd.DataFrame,
    area_names: list[str],
    lines: NDArray[np.object_],
    line_names: list[str],
) -> list[str]:
    """Return one address a home, e.g. ``Jl. Melati II No. 12 RT 003/RW 005``.

    Parameters
    ----------
    homes
        ``area``, ``rw``, ``rt``; ``x``, ``y`` in metres.
    lines, line_names
        Named streets in metres and their names, as on the map. A home that none is near
        gets the name of a gang, the same for its whole RT.
    """
    streets = _street_of(homes, lines, line_names)
    rt_key = homes["area"].astype(str) + "/" + homes["rw"] + "/" + homes["rt"]
    group, keys = pd.factorize(rt_key)
    gangs = rng.choice(names.GANGS, len(keys))
    figures = rng.integers(1, 5, len(keys))
    written = []
    for n, (area, rw, rt) in enumerate(zip(homes["area"], homes["rw"], homes["rt"], strict=True)):
        street = streets[n] or f"Gg. {gangs[group[n]]} {names.roman(int(figures[group[n]]))}"
        written.append(_line(rng, street, str(rt), str(rw), area_names[area]))
    return written


def _street_of(
    homes: pd.DataFrame, lines: NDArray[np.object_], line_names: list[str]
) -> list[str | None]:
    found: list[str | None] = [None] * len(homes)
    if len(lines):
        doors = shapely.points(homes["x"].to_numpy(), homes["y"].to_numpy())
        tree = shapely.STRtree(lines)
        door, line = tree.query_nearest(doors, max_distance=_REACH_M, all_matches=False)
        for n, street in zip(door.tolist(), line.tolist(), strict=True):
            found[n] = line_names[street]
    return found


def _line(rng: np.random.Generator, street: str, rt: str, rw: str, area_name: str) -> str:
    kind, base = names.street_parts(street)
    number = int(rng.integers(1, 120))
    roll = rng.random()
    estate = next((each for each in (*names.ESTATES, *names.CITY_ESTATES) if base.startswith(each)), None)
    if estate is not None:
        block = f"Blok {'ABCDEFGH'[int(rng.integers(8))]}{int(rng.integers(1, 13))}"
        head = f"Perum {estate} {block} No. {number % 40 + 1}"
    elif roll < _KAMPUNG:
        head = f"Kp. {area_name}"
    elif roll < _KAMPUNG + _LANDMARK:
        head = f"{_kind(rng, kind)} {base} {rng.choice(names.LANDMARKS)}"
    elif roll < _KAMPUNG + _LANDMARK + _BLOCK:
        block = f"Blok {'ABCDEFGH'[int(rng.integers(8))]}{int(rng.integers(1, 13))}"
        head = f"{_kind(rng, kind)} {base} {block} No. {number % 40 + 1}"
    else:
        letter = str(rng.choice(["", "", "", "A", "B"]))
        number_word = str(rng.choice(["No. ", "No.", "No ", "No. "]))
        head = f"{_kind(rng, kind)} {base} {number_word}{number}{letter}"
    return f"{head} {_rt_rw(rng, rt, rw)}"


def _kind(rng: np.random.Generator, kind: str) -> str:
    words = {"Jl.": ("Jl.", "Jl.", "Jl.", "Jalan", "Jln."), "Gg.": ("Gg.", "Gg.", "Gang", "Gg")}
    return str(rng.choice(words[kind]))


def _rt_rw(rng: np.random.Generator, rt: str, rw: str) -> str:
    styles = (
        f"RT {rt}/RW {rw}",
        f"RT {rt}/RW {rw}",
        f"RT.{rt[1:]}/{rw[1:]}",
        f"RT {int(rt)} RW {int(rw)}",
        f"{rt}/{rw}",
    )
    return str(styles[int(rng.integers(len(styles)))])
