"""Take in what came of visits; the next week and a replan are made from it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

from common.language import N_
from planning.result_file import RESULT_ISSUES, Known, check_results, read_results
from storage.database import open_database, reading, transaction
from storage.households import load_households
from storage.results import NobodyRecordsError, add_results
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.placing import NoRegisterError
from workflows.progress import Progress, silent
from workflows.staff import FileImport, file_import

__all__ = ["NobodyRecordsError", "import_results"]


def import_results(
    workspace: Workspace,
    file: Path,
    *,
    by: str,
    today: date,
    now: datetime,
    progress: Progress = silent,
) -> FileImport:
    """Read, check and store results of visits; nothing that was stored before changes.

    Rows read = accepted (new) + repeated (said before, by this file or another) + quarantined.
    The same file again changes nothing; a corrected one adds what is new.

    Parameters
    ----------
    by
        Who records them.
    today
        No visit was made after it.
    now
        When they are recorded, with its zone.

    Raises
    ------
    MissingWorkspaceError, NoRegisterError
        A step before this one is missing.
    ResultHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file cannot be used; nothing is stored.
    NobodyRecordsError
        ``by`` is blank.
    """
    database = open_database(workspace)
    progress(0.1, N_("Membaca hasil kunjungan"))
    with reading(database) as conn:
        codes, teams = load_households(conn)["kode_keluarga"], load_teams(conn)
    if codes.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    keys = [int(key) for key in codes.index]
    names = {str(key): key for key in keys}
    names |= dict(zip(codes.astype(str), keys, strict=True))  # a code comes first
    rows = read_results(file)
    results, issues = check_results(rows, Known(names, {team.team_id for team in teams}, today))
    progress(0.7, N_("Menyimpan hasil kunjungan"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with transaction(database) as conn:
        added = add_results(conn, results, file_sha256=digest, at=now, by=by)
    made = file_import(rows, results["outcome"].tolist(), issues, RESULT_ISSUES)
    counts = {
        "rows_read": len(rows),
        "accepted": added,
        "repeated": len(results) - added,
        "quarantined": made.counts["quarantined"],
        "outcomes": made.counts["kinds"],
        "issues": made.counts["issues"],
    }
    return FileImport(counts, made.issues)
