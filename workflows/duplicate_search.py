"""Look for families that stand in the register more than once, and note the pairs found."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from common.errors import BadInputError
from common.language import N_
from common.settings import read_settings
from geodata.duplicate_model import certain_pairs
from geodata.duplicates import find_duplicates
from planning.merging import PAIR, UNDONE
from storage.database import open_database, reading, transaction
from storage.duplicates import load_decisions, lock_decisions, replace_pairs
from storage.households import load_households, load_persons
from storage.locks import only_one
from storage.reports import store_report
from storage.workspace import Workspace
from workflows.placing import NoRegisterError
from workflows.progress import Progress, silent

REPORT = "duplicates"  # subject of the report on the last search
_LOCK = "duplicates.lock"
_LEFTOVERS = "duplicates-*"  # folders of searches, see geodata.duplicates


class LeftoverFolderError(BadInputError):
    """What an earlier search left behind cannot be removed."""

    code = "leftover-folder"


def find_pairs(
    workspace: Workspace, *, now: datetime, progress: Progress = silent
) -> dict[str, int]:
    """Look for families that stand in the register twice; return the counts of this search.

    The pairs found take the place of all older ones that nobody has decided about. What the
    search writes into the workspace's folder is removed when it ends; what a search that was
    killed left there is removed first.

    Returns
    -------
    dict
        ``families`` compared, ``pairs`` found, ``certain`` of these
        (:func:`geodata.duplicate_model.certain_pairs`), ``decided`` of these before.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    NoRegisterError
        There is no family to compare.
    BusyError
        Another search is running in this workspace.
    LeftoverFolderError, DuplicateSearchError
        Disk or memory is not as it should be.
    """
    settings = read_settings(workspace.settings_file).duplicates
    database = open_database(workspace)
    with only_one(workspace.folder / _LOCK):
        _sweep(workspace.folder)
        progress(0.0, N_("Membaca data"))
        with reading(database) as conn:
            households = load_households(conn)
            persons = load_persons(conn, households.index)
        if households.empty:
            raise NoRegisterError(
                N_("Belum ada keluarga; jalankan `sambangi register import` dahulu.")
            )
        progress(0.1, N_("Mencari keluarga ganda"))
        found = find_duplicates(households.join(persons), workspace.folder, settings)
        progress(0.9, N_("Menyimpan pasangan"))
        with transaction(database) as conn:
            lock_decisions(conn)
            decided = load_decisions(conn)
            decided = decided[decided["decision"] != UNDONE]
            counts = {
                "families": len(households),
                "pairs": len(found),
                "certain": int(certain_pairs(found, settings.certain_at).sum()),
                "decided": len(found.merge(decided[PAIR], on=PAIR)),
            }
            replace_pairs(conn, found, now)
            store_report(conn, REPORT, {**counts, "at": now.isoformat()})
    return counts


def _sweep(folder: Path) -> None:
    """Remove what killed searches left: it holds names, and nobody else would ever remove it."""
    for leftover in folder.glob(_LEFTOVERS):
        try:
            shutil.rmtree(leftover)
        except OSError:
            raise LeftoverFolderError(
                N_("Folder {folder} di ruang kerja tidak dapat dihapus; hapus dahulu."),
                folder=leftover.name,
            ) from None
