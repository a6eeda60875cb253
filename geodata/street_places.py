"""The street or gang that each family's address names, as pieces on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geodata.centres import Ints
from geodata.name_keys import name_key
from geodata.street_names import ALIKE, EXACT, NOT_FOUND, PARTLY, Found, find_parts, find_streets
from geodata.street_pieces import NamedStreets, Stretches, middles, nearest_on

NAMES: Final = ("street", "gang", "estate", "kampung", "landmark")  # have a key, see keyed
_BESIDE_M: Final = 300.0  # a gang leaves the jalan that is named with it


@dataclass(frozen=True, slots=True)
class FamilyStreets:
    """The street of each of n families."""

    stretches: Stretches
    how: Ints  # geodata.street_names.EXACT ..., NOT_FOUND

    def take(self, rows: Ints) -> FamilyStreets:
        """Return the streets of some families."""
        return FamilyStreets(self.stretches.take(rows), self.how[rows])


def keyed(parsed: pd.DataFrame) -> pd.DataFrame:
    """Return parsed addresses with the keys of the names in them: ``street_key`` and so on.

    Parameters
    ----------
    parsed
        ``geodata.addresses.COLUMNS``.
    """
    return parsed.assign(**{f"{name}_key": name_key(parsed[name]) for name in NAMES})


def streets_of(streets: NamedStreets, parsed: pd.DataFrame, scope: Ints) -> FamilyStreets:
    """Return the street that each address names inside its area.

    A gang goes before the jalan named with it, if both are on the map and the gang lies within
    300 m of the jalan. A name that is not on the map as a whole is looked for by its longest
    part (``Wijaya Kusuma I Mabad Rempoa``).

    Parameters
    ----------
    parsed
        :func:`keyed` addresses; n rows.
    scope
        Position of each family's area among those of ``streets``, -1 unknown.
    """
    asked = pd.DataFrame(
        {
            "scope": scope,
            "street": pd.factorize(parsed["street"])[0],
            "gang": pd.factorize(parsed["gang"])[0],
            "gg": (parsed["street_kind"] == "gg").to_numpy(),
        }
    )
    named = (asked["scope"] >= 0) & ((asked["street"] >= 0) | (asked["gang"] >= 0))
    rows = np.flatnonzero(named)
    first, end = np.zeros(len(asked), dtype=np.intp), np.zeros(len(asked), dtype=np.intp)
    how = np.full(len(asked), NOT_FOUND, dtype=np.intp)
    if len(rows):
        number = asked.iloc[rows].groupby(list(asked.columns), sort=False).ngroup().to_numpy()
        _, leading = np.unique(number, return_index=True)
        found = _found(streets, parsed.iloc[rows[leading]], scope[rows[leading]])
        first[rows], end[rows] = found.stretches.first[number], found.stretches.end[number]
        how[rows] = found.how[number]
    return FamilyStreets(Stretches(first, end), how)


def _found(streets: NamedStreets, parsed: pd.DataFrame, scope: Ints) -> Found:
    """Return the streets of addresses that all differ."""
    jalan = _one_kind(streets, scope, parsed, "street", parsed["street_kind"])
    with_gang = np.flatnonzero(parsed["gang"].notna().to_numpy())
    if not len(with_gang):
        return jalan
    kind = pd.Series("gg", index=parsed.index[with_gang])
    gang = _one_kind(streets, scope[with_gang], parsed.iloc[with_gang], "gang", kind)
    alone = jalan.how[with_gang] == NOT_FOUND
    sure = (gang.how == EXACT) | (gang.how == ALIKE)
    middle, _ = middles(streets, gang.stretches)
    _, away = nearest_on(streets, jalan.stretches.take(with_gang), middle)
    better = ((sure & (away <= _BESIDE_M)) | alone) & (gang.how != NOT_FOUND)
    at = with_gang[better]
    jalan.stretches.first[at], jalan.stretches.end[at] = (
        gang.stretches.first[better],
        gang.stretches.end[better],
    )
    jalan.how[at] = gang.how[better]
    return jalan


def _one_kind(
    streets: NamedStreets, scope: Ints, parsed: pd.DataFrame, column: str, kind: pd.Series
) -> Found:
    names, keys = parsed[column], parsed[f"{column}_key"]
    wanted = pd.DataFrame({"scope": scope, "key": keys.to_numpy(), "kind": kind.to_numpy()})
    found = find_streets(streets, wanted)
    open_ = np.flatnonzero((found.how == NOT_FOUND) & names.notna().to_numpy())
    parts = find_parts(streets, scope[open_], names.iloc[open_])
    some = parts.end > parts.first
    found.stretches.first[open_[some]] = parts.first[some]
    found.stretches.end[open_[some]] = parts.end[some]
    found.how[open_[some]] = PARTLY
    return found
