"""Write a made-up city's input files, to be read through the ordinary doors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from common.language import N_
from common.settings import StreetSettings
from geodata.boundaries import local_crs, read_boundaries
from geodata.madeup.city import write_city_demo
from geodata.madeup.demo import DemoCallError, write_demo
from geodata.madeup.files import NOTICE
from geodata.streets import read_streets
from storage.database import open_database, reading
from storage.plans import list_plans
from storage.workspace import Workspace
from workflows.cities import city_outline, is_missing
from workflows.progress import Progress, silent

USUAL_FAMILIES = 2400


def awaits_demo(workspace: Workspace) -> bool:
    """Tell whether the demo may be prepared here: nothing yet, or one that was interrupted.

    A workspace without demo files of ours inside is somebody's own and is left alone.
    """
    if is_missing(workspace):
        return True
    with reading(open_database(workspace)) as conn:
        return (demo_folder(workspace) / NOTICE).exists() and not list_plans(conn)


def demo_folder(workspace: Workspace) -> Path:
    """Return where the made-up input files of a demo workspace lie."""
    return workspace.folder / "demo"


def make_demo(
    out: Path,
    *,
    every: bool,
    boundaries: Path | None,
    streets: Path | None,
    families: int | None,
    seed: int,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write the files and return what they hold, in counts.

    Without ``boundaries``, ``streets`` and ``families`` it is the whole made-up Kota Tangerang.

    Parameters
    ----------
    every
        All target families of the city; else only those at risk.
    boundaries, streets
        Real ones that made-up families are put on; both or none.
    families
        How many, in one made-up kecamatan or on the real ground (there 2,400 when None).

    Raises
    ------
    DemoCallError
        Options that do not go together, or a number below what can be made.
    DemoFolderError, DemoInputError
        See :func:`geodata.madeup.demo.write_demo`; also what reading the files may raise.
    """
    if (boundaries is None) != (streets is None):
        raise DemoCallError(N_("--boundaries dan --streets harus diberikan bersama."))
    if boundaries is None and families is None:
        progress(0.1, N_("Menulis kota rekaan"))
        return asdict(write_city_demo(out, all_families=every, seed=seed))
    if every:
        raise DemoCallError(N_("--all hanya untuk kota rekaan seutuhnya."))
    areas = drawn = None
    if boundaries is not None and streets is not None:
        progress(0.1, N_("Membaca batas dan jalan"))
        areas = read_boundaries(boundaries)
        epsg = int(local_crs(areas).to_epsg() or 0)
        drawn = read_streets(streets, city_outline(areas, epsg, StreetSettings().margin_m))
    progress(0.4, N_("Menulis data rekaan"))
    count = USUAL_FAMILIES if families is None else families
    return asdict(write_demo(out, areas=areas, streets=drawn, families=count, seed=seed))
