"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

# share done (0 to 1) and what is being done, an untranslated text; raises CancelledError to stop
Progress = Callable[[float, str], None]


def silent(share: float, step: str) -> None:
    """Report nothing."""
    del share, step
