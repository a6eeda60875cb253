"""What a Dask worker needs before its first city."""

from __future__ import annotations

import ctypes
import sys
from importlib import import_module
from pathlib import Path

from dask.distributed import Worker, WorkerPlugin

_M_TRIM_THRESHOLD = -1  # of mallopt, see malloc.h of glibc
_KEPT_BYTES = 64 * 1024 * 1024


class OwnStorage(WorkerPlugin):
    """Let ``import storage`` find our room on a worker.

    A worker puts its scratch folder on ``sys.path``, and in it spills to a folder that is called
    ``storage`` too: with an editable install Python takes that one for the package.
    """

    name = "sambangi-own-storage"

    def setup(self, worker: Worker) -> None:
        """Import our room once, while the other is out of sight."""
        del worker
        before = list(sys.path)
        sys.path[:] = [entry for entry in before if not _hides_storage(Path(entry))]
        try:
            import_module("storage")
        finally:
            sys.path[:] = before


class KeptMemory(WorkerPlugin):
    """Let a worker keep up to 64 MB of free memory for its next arrays.

    Dask starts its workers with ``MALLOC_TRIM_THRESHOLD_=65536``: glibc then hands every freed
    array back to the system and fetches it anew, and planning a week takes several times as long.
    """

    name = "sambangi-kept-memory"

    def setup(self, worker: Worker) -> None:
        """Raise the threshold, where the C library has one."""
        del worker
        if sys.platform == "linux":
            mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
            if mallopt is not None:
                mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def _hides_storage(entry: Path) -> bool:
    return (entry / "storage").is_dir() and not (entry / "storage" / "__init__.py").is_file()
