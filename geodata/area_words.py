"""Find the kelurahan that the words of an address name.

``Jl. Jati No. 1 Jelupang, Serpong Utara`` names kelurahan Jelupang; ``Jl. Raya Jombang`` is
named after it and more often than not lies in it. A word that is also the name of a kecamatan
or of the city tells no kelurahan: nobody knows which of the two is meant.
"""

from __future__ import annotations

import re
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from geodata.area_names import match_area_names
from geodata.centres import Ints
from geodata.name_keys import name_key

# Where the name stands, the surest first.
SOURCES: Final = ("kelurahan", "words", "kampung", "street")
_PARTS: Final = {
    "words": ("rest", "kecamatan"),
    "kampung": ("kampung", "landmark", "estate"),
    "street": ("street", "gang"),
}
_MOST_WORDS: Final = 4  # of a kelurahan's name
_ALIKE: Final = 88.0  # similarity (rapidfuzz ratio) of a misspelt name of at least:
_LEAST_LETTERS: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")


def areas_in_words(
    parsed: pd.DataFrame, kecamatan: pd.Series, areas: gpd.GeoDataFrame
) -> tuple[Ints, Ints]:
    """Return the kelurahan that each address names, and in which part it stands.

    Parameters
    ----------
    parsed
        ``geodata.addresses.COLUMNS``; n rows.
    kecamatan
        Name of the kecamatan where it is known; a recognised one bounds the search, and so
        does one that the address names.
    areas
        ``geodata.columns.AREAS``.

    Returns
    -------
    tuple of NDArray
        n positions in ``areas``, -1 where no name is sure; and n positions in ``SOURCES``, -1.
    """
    bounds = kecamatan_of(parsed, kecamatan, areas)
    within = areas["kecamatan_code"].factorize()[0]
    first = areas.drop_duplicates("kecamatan_code")["kecamatan_name"].to_numpy()
    told = pd.Series(np.where(bounds >= 0, first[bounds], None), index=parsed.index)
    named = pd.DataFrame({"kelurahan_name": parsed["kelurahan"], "kecamatan_name": told})
    found = match_area_names(named, areas).copy()
    source = np.where(found >= 0, 0, -1)
    names = _Names(areas, within)
    for number, part in enumerate(SOURCES[1:], start=1):
        open_ = np.flatnonzero(found < 0)
        texts = parsed[list(_PARTS[part])].iloc[open_]
        for column in texts:
            rows = open_[(found[open_] < 0) & texts[column].notna().to_numpy()]
            at = names.in_texts(parsed[column].iloc[rows], bounds[rows])
            found[rows], source[rows] = at, np.where(at >= 0, number, source[rows])
    lost = np.flatnonzero(found < 0)  # "Kel. Jatiuwung Kec. Jatiuwung": as sure as bare words
    found[lost] = match_area_names(named.iloc[lost], areas, across=True)
    source[lost] = np.where(found[lost] >= 0, SOURCES.index("words"), -1)
    return found, source


def kecamatan_of(parsed: pd.DataFrame, stated: pd.Series, areas: gpd.GeoDataFrame) -> Ints:
    """Return the kecamatan of each address, numbered in the order of ``areas``; -1 unknown."""
    firsts = areas.drop_duplicates("kecamatan_code")
    as_areas = firsts.assign(area_name=firsts["kecamatan_name"])
    found = np.full(len(parsed), -1, dtype=np.intp)
    for names in (stated, parsed["kecamatan"]):
        asked = pd.DataFrame({"kelurahan_name": names.to_numpy(), "kecamatan_name": None})
        found = np.where(found < 0, match_area_names(asked, as_areas), found)
    return found


class _Names:
    """The names of kelurahan, and those of kecamatan and city that stand in their way."""

    def __init__(self, areas: gpd.GeoDataFrame, within: Ints) -> None:
        keys = name_key(areas["area_name"])
        larger = pd.concat([areas["kecamatan_name"], areas["city_name"]]).drop_duplicates()
        larger = pd.concat(
            [larger, larger.str.replace(r"(?i)^(kota|kabupaten)\s+", "", regex=True)]
        )
        self.larger = frozenset(name_key(larger).dropna())
        self.within = within
        self.at: dict[str, list[int]] = {}
        for at, key in enumerate(keys):
            if isinstance(key, str) and key not in self.larger:
                self.at.setdefault(key, []).append(at)
        self.long = [key for key in self.at if len(key) >= _LEAST_LETTERS]

    def in_texts(self, texts: pd.Series, bounds: Ints) -> Ints:
        """Return the kelurahan named in each text; a text with two different ones names none."""
        words = [_WORD.findall(str(text)) for text in texts]
        runs = sorted({run for each in words for _, _, run in _runs(each)})
        keys = dict(zip(runs, name_key(pd.Series(runs, dtype="str")), strict=True))
        meant = {run: self._meant(key) for run, key in keys.items() if isinstance(key, str)}
        self._misspelt(meant, keys)
        found = [
            self._one(each, meant, bound)
            for each, bound in zip(words, bounds.tolist(), strict=True)
        ]
        return np.array(found, dtype=np.intp)

    def _meant(self, key: str) -> list[int] | None:
        """Return the kelurahan of that name; an empty list for a larger area, else None."""
        return [] if key in self.larger else self.at.get(key)

    def _misspelt(self, meant: dict[str, list[int] | None], keys: dict[str, str]) -> None:
        open_ = [
            run
            for run, found in meant.items()
            if found is None and len(keys[run]) >= _LEAST_LETTERS
        ]
        if open_ and self.long:
            alike = np.asarray(cdist([keys[run] for run in open_], self.long, scorer=fuzz.ratio))
            for run, best, top in zip(open_, alike.argmax(axis=1), alike.max(axis=1), strict=True):
                if top >= _ALIKE:
                    meant[run] = self.at[self.long[best]]

    def _one(self, words: list[str], meant: dict[str, list[int] | None], bound: int) -> int:
        taken = np.zeros(len(words), dtype=bool)
        seen: set[int] = set()
        for start, end, run in _runs(words):
            named = meant.get(run)
            if named is None or taken[start:end].any():
                continue
            inside = [at for at in named if bound < 0 or self.within[at] == bound]
            if inside or not named:
                taken[start:end] = True
            seen.update(inside)
        return seen.pop() if len(seen) == 1 else -1


def _runs(words: list[str]) -> list[tuple[int, int, str]]:
    """Return every run of words, the longest first: first word, the one behind it, text."""
    return [
        (start, start + count, " ".join(words[start : start + count]))
        for count in range(_MOST_WORDS, 0, -1)
        for start in range(len(words) - count + 1)
    ]
