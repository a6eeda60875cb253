"""A made-up kecamatan in a temporary workspace: the common ground of the measurements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.workspace import Workspace
from workflows.cities import build_city
from workflows.demos import make_demo
from workflows.placing import locate
from workflows.registers import import_register
from workflows.staff import import_teams

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@contextmanager
def placed_workspace(families: int, seed: int) -> Iterator[Workspace]:
    """Yield a workspace in which everything up to the places is done."""
    with TemporaryDirectory(prefix="sambangi-") as folder:
        files, workspace = Path(folder) / "demo", Workspace(Path(folder) / "workspace")
        make_demo(files, every=False, boundaries=None, streets=None, families=families, seed=seed)
        build_city(workspace, files / "boundaries.geojson", files / "streets.osm")
        import_register(workspace, files / "register.csv", layout=None, codes=None, now=NOW)
        import_teams(workspace, files / "teams.csv")
        locate(workspace)
        yield workspace
