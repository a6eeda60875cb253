"""Addresses as kader write them down, from the street a home stands on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.madeup import names

_REACH_M = 80.0  # a street farther off is not the family's
_ALL_ESTATES = (*names.ESTATES, *names.CITY_ESTATES)
_KINDS = {"Jl.": ("Jl.", "Jl.", "Jl.", "Jalan", "Jln."), "Gg.": ("Gg.", "Gg.", "Gang", "Gg")}
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
    draws = rng.random((len(homes), 6))
    written = []
    for n, (area, rw, rt) in enumerate(zip(homes["area"], homes["rw"], homes["rt"], strict=True)):
        street = streets[n] or f"Gg. {gangs[group[n]]} {names.roman(int(figures[group[n]]))}"
        written.append(_line(draws[n].tolist(), street, str(rt), str(rw), area_names[area]))
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


def _line(draw: list[float], street: str, rt: str, rw: str, area_name: str) -> str:
    """Return one address; ``draw`` are six numbers from 0 to 1 that decide about its parts."""
    kind, base = names.street_parts(street)
    number = 1 + int(draw[0] * 119)
    roll = draw[1]
    block = f"Blok {'ABCDEFGH'[int(draw[2] * 8)]}{1 + int(draw[3] * 12)}"
    estate = next((each for each in _ALL_ESTATES if base.startswith(each)), None)
    if estate is not None:
        head = f"Perum {estate} {block} No. {number % 40 + 1}"
    elif roll < _KAMPUNG:
        head = f"Kp. {area_name}"
    elif roll < _KAMPUNG + _LANDMARK:
        head = f"{_pick(draw[4], _KINDS[kind])} {base} {_pick(draw[2], names.LANDMARKS)}"
    elif roll < _KAMPUNG + _LANDMARK + _BLOCK:
        head = f"{_pick(draw[4], _KINDS[kind])} {base} {block} No. {number % 40 + 1}"
    else:
        letter = _pick(draw[2], ("", "", "", "A", "B"))
        number_word = _pick(draw[3], ("No. ", "No.", "No ", "No. "))
        head = f"{_pick(draw[4], _KINDS[kind])} {base} {number_word}{number}{letter}"
    return f"{head} {_rt_rw(draw[5], rt, rw)}"


def _pick(draw: float, choices: tuple[str, ...]) -> str:
    return choices[int(draw * len(choices))]


def _rt_rw(draw: float, rt: str, rw: str) -> str:
    return _pick(
        draw,
        (
            f"RT {rt}/RW {rw}",
            f"RT {rt}/RW {rw}",
            f"RT.{rt[1:]}/{rw[1:]}",
            f"RT {int(rt)} RW {int(rw)}",
            f"{rt}/{rw}",
        ),
    )
