"""Guess what the words of an address mean that no word like Jl. or No. stands before."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from geodata.address_words import (
    BEHIND_NUMERAL,
    ESTATE_HINTS,
    KIND,
    NEXT_WORD,
    NO_STREET,
    NUMBER_IN_NAME,
    NUMERAL,
    NUMERIC,
    SECTORS,
)

STREETS = frozenset({"jl", "gg", "plain"})


class Piece(NamedTuple):
    """A piece of the text and what it is: a column, or ``word`` for a word that says so."""

    label: str
    start: int
    end: int


def next_kind(text: str, at: int) -> str | None:
    """Return the kind of the word that follows, empty for a plain one, None where none does."""
    following = NEXT_WORD.match(text, at)
    return KIND.get(following[1].lower(), "") if following else None


def name_follows(text: str, at: int) -> bool:
    """Tell whether a word follows that can be a name."""
    kind = next_kind(text, at)
    return kind is not None and kind not in NUMERIC


def unmarked(name: str, follower: str, seen: AbstractSet[str]) -> str:
    """Return the label of a name without a word before it.

    Parameters
    ----------
    name
        As written, at least one word.
    follower
        Kind of the word behind it, ``stop`` or ``end``.
    seen
        Labels that the address has already.
    """
    words = name.casefold().split()
    hinted = len(words) > 1 and not ESTATE_HINTS.isdisjoint(words)
    if "estate" not in seen and (follower == "block" or hinted):
        return "estate"
    if words[0].partition(".")[0] in NO_STREET:
        return "rest"
    if seen.isdisjoint(STREETS) and (
        follower in {"number", "gg"} or (len(words) > 1 and "raya" in {words[0], words[-1]})
    ):
        return "plain"
    return "rest"


def ends_name(name: str, low: str) -> bool:
    """Tell whether a word no longer belongs to the name before it, which ends in a numeral.

    Jl. Talas I Pondok Cabe is Jl. Talas I; an estate's sectors are names of their own.
    """
    if low in BEHIND_NUMERAL or NUMERAL.fullmatch(low):
        return False
    return SECTORS.isdisjoint(name.casefold().split())


def house_number_apart(pieces: list[Piece], text: str) -> list[Piece]:
    """Return the pieces with a house number without No. taken off the last street's name."""
    for at in range(len(pieces) - 1, -1, -1):
        label, start, end = pieces[at]
        if label in STREETS:
            found = NUMBER_IN_NAME.match(text[start:end])
            if found is None:
                break
            name = Piece(label, start, start + len(found["name"].rstrip()))
            number = Piece("number", start + found.start("number"), end)
            return [*pieces[:at], name, number, *pieces[at + 1 :]]
    return pieces
