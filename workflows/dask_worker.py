"""What a Dask worker needs before its first city."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from dask.distributed import Worker, WorkerPlugin


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


def _hides_storage(entry: Path) -> bool:
    return (entry / "storage").is_dir() and not (entry / "storage" / "__init__.py").is_file()
