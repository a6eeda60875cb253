"""A made-up city or kecamatan in a temporary workspace: the common ground of the measurements."""

from __future__ import annotations

import csv
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
from workflows.staff import import_calendar, import_points, import_teams

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@contextmanager
def placed_workspace(
    families: int | None, seed: int, *, coordinates: bool = True
) -> Iterator[Workspace]:
    """Yield a workspace in which everything up to the places is done.

    Parameters
    ----------
    families
        Of one made-up kecamatan; None: the whole made-up city with its calendar.
    coordinates
        False: the register has no coordinate and no address at all and no place is known.
    """
    with TemporaryDirectory(prefix="sambangi-") as folder:
        files, workspace = Path(folder) / "demo", Workspace(Path(folder) / "workspace")
        make_demo(files, every=False, boundaries=None, streets=None, families=families, seed=seed)
        register = files / "register.csv"
        if not coordinates:
            blank_coordinates(register)
        build_city(workspace, files / "boundaries.geojson", files / "streets.osm")
        import_register(workspace, register, layout=None, codes=None, now=NOW)
        import_teams(workspace, files / "teams.csv")
        if (files / "places.csv").exists() and coordinates:
            import_points(workspace, files / "places.csv")
        if (files / "calendar.csv").exists():
            import_calendar(workspace, files / "calendar.csv")
        locate(workspace)
        yield workspace


def blank_coordinates(register: Path) -> None:
    """Rewrite a register in the layouts of BKKBN without any coordinate and address."""
    with register.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with register.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        blank = {"latitude": "", "longitude": "", "alamat": ""}
        writer.writerows({**row, **blank} for row in rows)
