"""Functions that a fresh process can import and run."""

from __future__ import annotations

import os


def double(number: int) -> int:
    """Return twice the number; 13 takes its whole process down, a negative one is refused."""
    if number == 13:
        os._exit(1)
    if number < 0:
        message = "negative"
        raise ValueError(message)
    return 2 * number
