"""Hours of the day as people write them."""

from __future__ import annotations

import re

_HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?::[0-5]\d)?)?", re.ASCII)


def parse_hour(text: str) -> int | None:
    """Return seconds after midnight of ``9``, ``09:30``, ``9.30`` or ``09:30:00``; else None.

    Seconds of the text are not kept.
    """
    match = _HOUR.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return None
    return int(match[1]) * 3600 + int(match[2] or 0) * 60
