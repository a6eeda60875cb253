"""A made-up city in which one RT lacks one family to know where it lies."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from workspace_fixtures import NOW, TODAY, WEST

from storage.database import open_database, reading
from storage.households import load_households
from storage.places import load_places
from storage.workspace import Workspace
from workflows.placing import locate
from workflows.registers import import_register
from workflows.scoring import score

SOUND = 2  # families of the RT that keep their coordinate; three would give it a centre


@dataclass(frozen=True)
class WeakRT:
    """The RT, and its families that are known by their RW only."""

    area_code: str
    rw: str
    rt: str
    weak: list[int]
    sound: list[int]


def make_weak_rt(workspace: Workspace, register: Path, folder: Path) -> WeakRT:
    """Import the register anew without coordinate and address for all but two of an RT.

    The RT is the one of kecamatan WEST with most sound coordinates; ``workspace`` is placed.
    """
    codes, block = _best_known(workspace)
    with register.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    bare = set(codes[SOUND:])
    blank = {"latitude": "", "longitude": "", "alamat": ""}
    changed = folder / "satu-rt.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | (blank if row["kode_keluarga"] in bare else {}) for row in rows)
    import_register(workspace, changed, layout=None, codes=None, now=NOW)
    locate(workspace)
    score(workspace, today=TODAY)
    with reading(open_database(workspace)) as conn:
        id_of = load_households(conn).reset_index().set_index("kode_keluarga")["household_id"]
    ids = [int(id_of[code]) for code in codes]
    return WeakRT(*block, weak=ids[SOUND:], sound=ids[:SOUND])


def grades_of(workspace: Workspace) -> dict[int, str]:
    """Return the grade of every family."""
    with reading(open_database(workspace)) as conn:
        grades = load_places(conn)["grade"]
    return {int(str(key)): str(grade) for key, grade in grades.items()}


def _best_known(workspace: Workspace) -> tuple[list[str], tuple[str, str, str]]:
    """Return the codes of all families of an RT that are well known, and the RT."""
    with reading(open_database(workspace)) as conn:
        families = load_households(conn)[["kode_keluarga", "rw", "rt"]].join(load_places(conn))
    families = families[families["area_code"].str.startswith(WEST, na=False)]
    groups = families.dropna(subset=["rw", "rt"]).groupby(["area_code", "rw", "rt"])
    known = {key: rows for key, rows in groups if (rows["grade"] == "register").all()}
    block = max(known, key=lambda key: (len(known[key]), key))
    area_code, rw, rt = map(str, block)
    return known[block]["kode_keluarga"].tolist(), (area_code, rw, rt)
