"""Take a register in: every row is accepted or set aside with its reasons."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from common.errors import BadInputError
from common.language import N_, translate
from geodata.issue_codes import ISSUE_TEXTS
from geodata.recap import Recap, require_recap
from geodata.register import read_register
from geodata.validation import check_register
from storage.database import open_database, reading, transaction
from storage.households import store_import
from storage.layouts import load_layouts
from storage.workspace import Workspace
from workflows.progress import Progress, silent
from workflows.readings import certain_code_map

_NO_FURTHER_FAMILY = ("family_seen_before", "heading_repeated", "totals_row")  # of rows set aside


class NothingAcceptedError(BadInputError):
    """Not one row of the file can be used; the message names the most frequent reason.

    Parameters
    ----------
    rows
        Of the file.
    issues
        geodata.columns.ISSUES; every row of the file has one that sets it aside.
    """

    code = "register-nothing-accepted"

    def __init__(self, rows: int, issues: pd.DataFrame) -> None:
        reasons = issues.loc[issues["quarantines"].astype(bool), "code"]
        counts = {code: int((reasons == code).sum()) for code in ISSUE_TEXTS}
        self.reason = max(counts, key=counts.__getitem__)  # of equals the first
        super().__init__(
            N_(
                "Tidak satu pun dari {rows} baris dapat diterima. "
                "Alasan tersering, di {count} baris: {what} {remedy}"
            ),
            rows=rows,
            count=counts[self.reason],
            what=ISSUE_TEXTS[self.reason].what,
            remedy=ISSUE_TEXTS[self.reason].remedy,
        )

    def text(self, language: str = "id") -> str:
        """Return the message with the reason in the reader's language."""
        words = {name: translate(str(self.params[name]), language) for name in ("what", "remedy")}
        return translate(self.template, language, **{**self.params, **words})


@dataclass(frozen=True, slots=True)
class RegisterImport:
    """What an import brought, in counts, and its faults row by row (no values)."""

    counts: dict[str, Any]
    issues: pd.DataFrame  # row, column, code, quarantines, what, remedy


def import_register(
    workspace: Workspace,
    file: Path,
    *,
    layout: str | None,
    codes: str | None,
    now: datetime,
    recap: Recap | None = None,
    tolerance: float = 0.0,
    progress: Progress = silent,
) -> RegisterImport:
    """Read, check and store a register; rows read = accepted + quarantined.

    Parameters
    ----------
    recap
        What came with the file; a file that contradicts it is not stored.
    tolerance
        Share by which file and recap may differ, see :func:`geodata.recap.check_recap`.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file is no usable table.
    LayoutError, UnknownLayoutError, UncertainCodesError, UnknownCodeMapError
        Its headings or marks cannot be read with certainty.
    NothingAcceptedError
        Every row would be set aside.
    RecapContradictionError
        File and recap cannot both be right.
    AlreadyImportedError
        The same file was imported in the same reading before.
    """
    database = open_database(workspace)
    progress(0.0, N_("Membaca register"))
    with reading(database) as conn:
        known = load_layouts(conn)
    read = read_register(file, layout, known)
    code_map = certain_code_map(read.text, codes)
    progress(0.4, N_("Memeriksa register"))
    checked = check_register(read.text, read.layout, code_map)
    if checked.households.empty:
        raise NothingAcceptedError(len(read.text), checked.issues)
    if recap is not None:
        require_recap(checked.households, recap, _maybe_families(checked.issues), tolerance)
    progress(0.7, N_("Menyimpan register"))
    with transaction(database) as conn:
        record = store_import(
            conn,
            kind="register",
            file_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            layout=read.layout.name,
            codes=code_map.name,
            at=now,
            rows_read=len(read.text),
            households=checked.households,
            quarantined=checked.quarantined,
            issues=checked.issues,
        )
    counts = {
        **asdict(record),
        "layout": read.layout.name,
        "layout_confidence": round(read.confidence, 3),
        "sheet": read.sheet,
        "other_sheets": list(read.other_sheets),
        "codes": code_map.name,
        "issues": checked.issues["code"].value_counts().sort_index().to_dict(),
    }
    return RegisterImport(counts, issue_list(checked.issues))


def _maybe_families(issues: pd.DataFrame) -> int:
    """Return how many rows set aside may be families that no accepted row is."""
    aside = issues[issues["quarantines"]]
    known = aside.loc[aside["code"].isin(_NO_FURTHER_FAMILY), "row"]
    return int(aside.loc[~aside["row"].isin(known), "row"].nunique())


def issue_list(issues: pd.DataFrame) -> pd.DataFrame:
    """Return the issues with what is wrong and the remedy in words (Indonesian)."""
    return issues.assign(
        what=issues["code"].map({code: each.what for code, each in ISSUE_TEXTS.items()}),
        remedy=issues["code"].map({code: each.remedy for code, each in ISSUE_TEXTS.items()}),
    )
