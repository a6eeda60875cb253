"""Whether a register is good enough: a file before anything is stored, and the newest import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from common.language import N_
from common.privacy import all_made_up
from geodata.cells import nik_numbers
from geodata.layouts import LAYOUTS, Layout
from geodata.register import RegisterText, read_register
from geodata.validation import Checked, check_register
from storage.database import open_database, reading
from storage.households import ImportRecord, count_families, load_imports, load_issues
from storage.imports import latest_import_id
from storage.places import count_places
from storage.workspace import Workspace
from workflows.progress import Progress, silent
from workflows.readings import Readings, UncertainCodesError, certain_code_map, readings_of
from workflows.registers import RegisterImport, issue_list


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """What an import of a file would bring, in counts, and its faults (no values).

    ``rows == accepted + quarantined``; both are 0 and ``issues`` is empty where ``codes`` is
    None: marks that have no certain reading are not checked.
    """

    rows: int  # of the file
    layout: str
    confidence: float  # 0 to 1, see geodata.layouts.confidence_in
    sheet: str  # of a workbook
    other_sheets: tuple[str, ...]  # with content, not read
    readings: Readings
    codes: str | None  # code map it was checked with
    accepted: int
    quarantined: int
    issues: pd.DataFrame  # as in RegisterImport
    made_up: bool  # every NIK is a made-up one, of rows that would be set aside too


def check_file(
    file: Path,
    *,
    layout: str | None = None,
    codes: str | None = None,
    known: Mapping[str, Layout] = LAYOUTS,
    progress: Progress = silent,
) -> RegisterCheck:
    """Return what an import of a register file would bring; nothing is stored.

    Parameters
    ----------
    codes
        Name of the code map that a person chose; None: the one that is certain. Without one
        the file is read, and its rows are not checked.
    known
        The layouts there are, see :func:`workflows.layouts.known_layouts`.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file is no usable table.
    LayoutError, UnknownLayoutError
        Its headings cannot be read with certainty.
    UnknownCodeMapError, UncertainCodesError
        The code map chosen is none, or cannot read the marks.
    """
    progress(0.0, N_("Membaca register"))
    read = read_register(file, layout, known)
    readings = _readings(read.text)
    chosen = codes if codes is not None else readings.certain
    if chosen is None:
        return _told(read, readings, None, None)
    code_map = certain_code_map(read.text, chosen)
    progress(0.5, N_("Memeriksa register"))
    return _told(read, readings, chosen, check_register(read.text, read.layout, code_map))


def newest_import(workspace: Workspace) -> RegisterImport | None:
    """Return what the newest import of a register brought; None: there was none yet.

    ``counts`` has the fields of storage.households.ImportRecord, ``layout``, ``codes``, ``at``
    (aware, UTC) and ``issues`` by code.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        import_id = latest_import_id(conn, "register")
        if import_id is None:
            return None
        row = load_imports(conn).loc[[import_id]].reset_index().to_dict("records")[0]
        issues = load_issues(conn, import_id)
    record = ImportRecord(**{name: row[name] for name in ImportRecord.__dataclass_fields__})
    more = {"layout": row["layout"], "codes": row["codes"], "at": row["at"].to_pydatetime()}
    kinds = issues["code"].value_counts().sort_index().to_dict()
    return RegisterImport({**asdict(record), **more, "issues": kinds}, issue_list(issues))


def families_without_place(workspace: Workspace) -> int:
    """Return how many stored families did not go through placing since they came or changed.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        return count_families(conn) - sum(count_places(conn).values())


def _readings(text: pd.DataFrame) -> Readings:
    try:
        certain = certain_code_map(text, None).name
    except UncertainCodesError as error:
        return error.readings
    return Readings(len(text), certain, readings_of(text))


def _told(
    read: RegisterText, readings: Readings, codes: str | None, checked: Checked | None
) -> RegisterCheck:
    about: Mapping[str, Any] = {
        "rows": len(read.text),
        "layout": read.layout.name,
        "confidence": read.confidence,
        "sheet": read.sheet,
        "other_sheets": read.other_sheets,
        "readings": readings,
        "codes": codes,
    }
    if checked is None:
        nothing = pd.DataFrame(columns=["row", "column", "code", "quarantines"])
        return RegisterCheck(
            **about, accepted=0, quarantined=0, issues=issue_list(nothing), made_up=False
        )
    return RegisterCheck(
        **about,
        accepted=len(checked.households),
        quarantined=len(checked.quarantined),
        issues=issue_list(checked.issues),
        made_up=_made_up(read.text, checked),
    )


def _made_up(text: pd.DataFrame, checked: Checked) -> bool:
    """Tell whether the file holds made-up people only; a damaged NIK set aside tells nothing."""
    aside, masks = nik_numbers(text.loc[checked.quarantined.index, "nik"])
    whole = aside[~masks["nik_missing"] & ~masks["nik_not_16_digits"] & ~masks["nik_digits_lost"]]
    return all_made_up(pd.concat([checked.households["nik"], whole]))
