"""What may be shown of a person, and how made-up people are told from real ones."""

from __future__ import annotations

import re

import pandas as pd

MADE_UP_NIK_END = "0000"  # no person has serial 0000 (docs/data-formats.md)


def initials(name: str | None) -> str:
    """Return the first letters of a name, at most three: ``Siti Nur Aminah`` gives ``S.N.A.``."""
    words = re.findall(r"[^\W\d_]+", name or "")
    return "".join(f"{word[0].upper()}." for word in words[:3])


def all_made_up(nik: pd.Series) -> bool:
    """Tell whether a register holds made-up people only.

    True when there is at least one NIK and every NIK ends in 0000.
    """
    known = nik.dropna()
    return len(known) > 0 and bool(known.str.endswith(MADE_UP_NIK_END).all())
