"""Find the street that an address means by its name, among the streets of one area."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from geodata.centres import Ints
from geodata.name_keys import initials, name_key
from geodata.street_pieces import NamedStreets, Stretches, split_key

# How a name was found, best first.
EXACT, ALIKE, OTHER_KIND, SIBLINGS, PARTLY = 0, 1, 2, 3, 4
NOT_FOUND: Final = -1
# Similarity (rapidfuzz ratio, 0 to 100). One letter dropped of five has 88.9, two letters
# swapped in six 83.3, one of five replaced 80; Melati against Meranti has 76.9.
CUT_OFF: Final = 80.0
MARGIN: Final = 8.0  # above the next name, else nobody knows which one is meant
_LEAST_LETTERS: Final = 4  # of a name that may be misspelt; shorter ones differ by chance
_MOST_WORDS: Final = 5  # of a part of a name
_LEAST_PART: Final = 8  # letters of a part that is one word; shorter ones stand in many names
_WORD: Final = re.compile(r"[^\W_]+")
_LEAST_SHORT: Final = 4  # letters of a name with an initial: M. Ali
_LEAST_FIRST: Final = 4  # letters of the first name that an initial on the map stands for
_GG: Final = "gg"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for each wanted name."""

    stretches: Stretches
    how: Ints  # EXACT ... PARTLY, NOT_FOUND


def find_streets(streets: NamedStreets, wanted: pd.DataFrame) -> Found:
    """Return the pieces of the street that each name means.

    A name is found, in this order: as it is written, a gang as a gang; as the other kind
    (``Gg. Mawar`` for Jalan Mawar); with an initial for the first word (``A. Yani`` for Ahmad
    Yani, or the other way round) where that means one street only; misspelt, by a similarity
    of at least ``CUT_OFF`` that is ``MARGIN`` above the next name, numerals alike (Mawar 2 is
    never Mawar 3); last by its stem, as all streets of it (Mawar 4 where the map has Mawar 1
    and Mawar 2). Always inside the area only, which is the blocking index.

    Parameters
    ----------
    wanted
        ``scope`` (position of the area in ``streets``), ``key`` (see
        :func:`geodata.name_keys.name_key`, may be missing), ``kind`` (``jl``, ``gg`` or
        empty); n rows.

    Returns
    -------
    Found
        n entries, an empty stretch where nothing was found.
    """
    asked = wanted[["scope", "key", "kind"]].reset_index(drop=True)
    asked = asked.join(split_key(asked["key"].fillna("")))
    first, end = np.zeros(len(asked), dtype=np.intp), np.zeros(len(asked), dtype=np.intp)
    how = np.full(len(asked), NOT_FOUND, dtype=np.intp)
    table = streets.names
    gang = table["kind"] == _GG
    named = asked["key"].notna().to_numpy()
    own_gang = (asked["kind"] == _GG).to_numpy()
    same = ["scope", "stem", "suffix"]
    for kind_of_match in (EXACT, OTHER_KIND):
        for is_gang in (False, True):
            open_ = named & (how == NOT_FOUND)
            open_ &= (own_gang == is_gang) == (kind_of_match == EXACT)
            _take(asked, table[gang == is_gang], same, open_, kind_of_match, (first, end, how))
    open_ = named & (how == NOT_FOUND)
    by_initial = _by_initial(asked, table, open_)
    open_ &= by_initial.isna().to_numpy()
    meant = asked.assign(stem=by_initial.fillna(_alike(asked, table, open_)))
    for is_own in (True, False):
        for is_gang in (False, True):
            open_ = (how == NOT_FOUND) & meant["stem"].notna().to_numpy()
            open_ &= (own_gang == is_gang) == is_own
            _take(meant, table[gang == is_gang], same, open_, ALIKE, (first, end, how))
    by_stem = table.groupby(["scope", "stem"], sort=False)
    stems = by_stem.agg(first=("first", "min"), end=("end", "max")).reset_index()
    open_ = named & (how == NOT_FOUND)
    _take(asked, stems, ["scope", "stem"], open_, SIBLINGS, (first, end, how))
    return Found(Stretches(first, end), how)


def _take(
    asked: pd.DataFrame,
    table: pd.DataFrame,
    same: list[str],
    open_: NDArray[np.bool_],
    kind_of_match: int,
    into: tuple[Ints, Ints, Ints],
) -> None:
    """Fill in the stretches of the open names that the table has."""
    rows = np.flatnonzero(open_)
    found = asked.loc[rows, same].merge(table[[*same, "first", "end"]], on=same, how="left")
    has = found["first"].notna().to_numpy()
    first, end, how = into
    first[rows[has]] = found["first"].to_numpy(dtype=float)[has].astype(np.intp)
    end[rows[has]] = found["end"].to_numpy(dtype=float)[has].astype(np.intp)
    how[rows[has]] = kind_of_match


def _by_initial(asked: pd.DataFrame, table: pd.DataFrame, open_: NDArray[np.bool_]) -> pd.Series:
    """Return the one stem that each open name is but for an initial, missing where none is."""
    rows = asked.loc[open_, ["scope", "key"]].rename_axis("row").reset_index()
    inside = table[table["scope"].isin(rows["scope"])]
    unique = pd.Series(inside["name"].unique(), dtype="str")
    known = inside[["scope", "stem", "suffix", "name"]].merge(
        initials(unique).assign(name=unique), on="name"
    )
    known = known[known["short"].str.len() >= _LEAST_SHORT]
    written = rows.merge(known, left_on=["scope", "key"], right_on=["scope", "short"])
    on_map = rows.merge(known[known["cut"]], on="scope")
    fits = [
        key.startswith(short[0]) and key.endswith(rest) and len(key) - len(rest) >= _LEAST_FIRST
        for key, short, rest in zip(on_map["key"], on_map["short"], on_map["rest"], strict=True)
    ]
    both = pd.concat([written, on_map[np.array(fits, dtype=bool)]])
    one = both.groupby("row").agg(
        stem=("stem", "first"), stems=("stem", "nunique"), suffixes=("suffix", "nunique")
    )
    stems = one.loc[(one["stems"] == 1) & (one["suffixes"] == 1), "stem"]
    return stems.reindex(asked.index).astype("str")


def _alike(asked: pd.DataFrame, table: pd.DataFrame, open_: NDArray[np.bool_]) -> pd.Series:
    """Return the stem that each open name is clearly a misspelling of, missing where none is."""
    meant = np.full(len(asked), None, dtype=object)
    usable = np.flatnonzero(open_ & (asked["stem"].str.len() >= _LEAST_LETTERS).to_numpy())
    ours = pd.Series(usable).groupby(asked["scope"].to_numpy()[usable]).indices
    theirs = table.groupby("scope").indices
    names, known = asked["stem"].to_numpy(dtype=object), table["stem"].to_numpy(dtype=object)
    for scope, at in ours.items():
        if scope in theirs:
            rows = usable[at]
            meant[rows] = _clearly_alike(names[rows], known[theirs[scope]])
    return pd.Series(meant, index=asked.index, dtype="str")


def _clearly_alike(asked: NDArray[np.object_], known: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the one known name that each wanted one is clearly nearest to, else None."""
    stems = sorted(set(known))
    alike = cdist(list(asked), stems, scorer=fuzz.ratio)
    row = np.arange(len(asked))
    best = alike.argmax(axis=1)
    top = alike[row, best]
    alike[row, best] = 0.0
    sure = (top >= CUT_OFF) & (top - alike.max(axis=1) >= MARGIN)
    meant: NDArray[np.object_] = np.array(stems, dtype=object)[best]
    meant[~sure] = None
    return meant


def streets_beginning(streets: NamedStreets, scope: Ints, key: pd.Series) -> Stretches:
    """Return the pieces of all streets of an area whose names begin with a key.

    Streets of an estate carry its name: Griya Asri, Griya Asri 3, Griya Asri Raya.

    Parameters
    ----------
    scope, key
        Area and name key of each of n names; an empty or missing key finds nothing.
    """
    table = streets.names
    names = _composite(table["scope"], table["stem"] + table["suffix"])
    order = np.argsort(names, kind="stable")  # as the table but for the kinds
    wanted = _composite(pd.Series(scope), key.fillna("").reset_index(drop=True))
    low = np.searchsorted(names[order], wanted, "left")
    high = np.searchsorted(names[order], np.char.add(wanted, "\uffff"), "left")
    some = (high > low) & key.fillna("").ne("").to_numpy()
    first, end = np.zeros(len(low), dtype=np.intp), np.zeros(len(low), dtype=np.intp)
    firsts, ends = table["first"].to_numpy()[order], table["end"].to_numpy()[order]
    first[some], end[some] = firsts[low[some]], ends[high[some] - 1]
    return Stretches(first, end)


def _composite(scope: pd.Series, text: pd.Series) -> NDArray[np.str_]:
    joined = scope.astype("int64").map("{:06d}|".format).astype(object) + text.astype(object)
    return (
        np.asarray(joined.to_numpy(dtype=object), dtype=np.str_)
        if len(joined)
        else np.empty(0, dtype=np.str_)
    )


def find_parts(streets: NamedStreets, scope: Ints, texts: pd.Series) -> Stretches:
    """Return the street whose name is the longest part of each text, in whole words.

    A part has at least two words, or one of ``_LEAST_PART`` letters; the kind is left open.

    Parameters
    ----------
    scope, texts
        Area and name of each of n streets that were not found as they are.
    """
    first, end = np.zeros(len(texts), dtype=np.intp), np.zeros(len(texts), dtype=np.intp)
    runs = [
        (row, -count, text)
        for row, name in enumerate(texts)
        for count, text in _parts(_WORD.findall(str(name)))
    ]
    if not runs or streets.names.empty:
        return Stretches(first, end)
    asked = pd.DataFrame(runs, columns=["row", "rank", "text"])
    asked["key"] = name_key(asked["text"]).to_numpy()
    asked["scope"] = scope[asked["row"].to_numpy()]
    long = asked["key"].str.len().fillna(0) >= _LEAST_PART
    asked = asked[asked["key"].notna() & (long | (asked["rank"] < -1))]
    table = streets.names.assign(key=streets.names["stem"] + streets.names["suffix"])
    table = table.groupby(["scope", "key"], sort=False).agg(
        first=("first", "min"), end=("end", "max")
    )
    found = asked.join(table, on=["scope", "key"], how="inner")
    best = found.sort_values(["row", "rank"], kind="stable").drop_duplicates("row")
    rows = best["row"].to_numpy()
    first[rows], end[rows] = best["first"].to_numpy(), best["end"].to_numpy()
    return Stretches(first, end)


def _parts(words: list[str]) -> list[tuple[int, str]]:
    """Return every run of words but the whole name, the longest first: count of words, text."""
    most = min(_MOST_WORDS, len(words) - 1)
    return [
        (count, " ".join(words[start : start + count]))
        for count in range(most, 0, -1)
        for start in range(len(words) - count + 1)
    ]
