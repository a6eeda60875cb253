"""Slips of the pen in made-up names and addresses."""

from __future__ import annotations

import numpy as np

_ALIKE = {
    "i": "y",
    "y": "i",
    "e": "a",
    "a": "e",
    "u": "o",
    "o": "u",
    "k": "g",
    "g": "k",
    "t": "d",
    "d": "t",
}


def slip(rng: np.random.Generator, text: str) -> str:
    """Return the text with one letter dropped, doubled, swapped with the next or replaced.

    The first letter of the text and everything that is no letter stay. A text without a
    second letter comes back unchanged.
    """
    places = [n for n in range(1, len(text)) if text[n].isalpha()]
    changed = text
    for _ in range(20):
        if not places or changed != text:
            break
        n = places[int(rng.integers(len(places)))]
        kind = int(rng.integers(4))
        letter, following = text[n], text[n + 1 : n + 2]
        if kind == 0:
            changed = text[:n] + text[n + 1 :]
        elif kind == 1:
            twin = letter if text.isupper() else letter.lower()
            changed = text[: n + 1] + twin + text[n + 1 :]
        elif kind == 2 and following.isalpha():
            changed = text[:n] + following + letter + text[n + 2 :]
        elif letter.lower() in _ALIKE:
            other = _ALIKE[letter.lower()]
            changed = text[:n] + (other.upper() if letter.isupper() else other) + text[n + 1 :]
    return changed


def misspelt_area(rng: np.random.Generator, name: str, others: set[str]) -> str:
    """Return a kelurahan's name one or two slips off, or its words joined or apart.

    Never the right name and never a name in ``others``.
    """
    taken = {each.casefold() for each in others} | {name.casefold()}
    while True:
        if rng.random() < 0.35:
            changed = _joined_or_apart(rng, name)
        else:
            changed = slip(rng, name)
            if rng.random() < 0.3:
                changed = slip(rng, changed)
        if changed.casefold() not in taken:
            return changed


def _joined_or_apart(rng: np.random.Generator, name: str) -> str:
    if " " in name:
        return name.replace(" ", "")
    if len(name) < 6:
        return slip(rng, name)
    place = int(rng.integers(3, len(name) - 2))
    return f"{name[:place]} {name[place:]}"
