"""Compile the inner loops of the search once and keep the result between runs.

Numba keeps one compiled file a function and looks only at that function's own source; a change
in another module that was compiled into it would go unseen. So the folder is named after the
text of all of them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba import njit

_SOURCES = (
    "arrays.py", "timing.py", "moves.py", "recreate.py", "annealing.py", "giving.py", "compiled.py",
)  # fmt: skip

_F = TypeVar("_F", bound=Callable[..., object])


def compiled(function: _F) -> _F:
    """Return the function compiled on its first call, or as kept from an earlier run.

    It runs without the interpreter's lock, so that threads share the cores, and is merged into
    the compiled functions that call it.
    """
    return cast("_F", njit(cache=True, nogil=True, forceinline=True)(function))


def _cache_folder() -> str:
    """Return a folder that can be written: NUMBA_CACHE_DIR, the user's cache, or a temporary one.

    Parts of it are named by the version of Numba and the text of the compiled modules.
    """
    text = b"".join((Path(__file__).parent / name).read_bytes() for name in _SOURCES)
    key = sha256(numba.__version__.encode() + text).hexdigest()[:16]
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for base in (os.environ.get("NUMBA_CACHE_DIR"), f"{user}/sambangi", tempfile.gettempdir()):
        if not base:
            continue
        folder = Path(base) / f"routing-{key}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


vars(numba.config)["CACHE_DIR"] = _cache_folder()  # read when a function is decorated
