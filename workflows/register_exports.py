"""Registers to hand back: a marked copy for the kader, corrections for SIGA; each is noted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pandas as pd

from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from geodata.layouts import Layout
from geodata.register import read_register, read_sheet_as
from geodata.tables import heading_key
from geodata.validation import check_register
from publishing.marked_copy import ExportNote, write_corrections, write_marked_copy
from storage.database import open_database, reading, transaction
from storage.exports import note_export
from storage.imports import find_import_id
from storage.layouts import load_layouts
from storage.workspace import Workspace
from workflows.corrections import corrected_families
from workflows.progress import Progress, silent
from workflows.readings import certain_code_map
from workflows.registers import issue_list


class ExportError(WrongCallError):
    """A list of families needs a purpose, a person who takes it, and a file to stand in."""

    code = "export"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Who asks for a list of families, for what, and where it goes."""

    out: Path
    purpose: str
    by: str
    at: datetime  # aware
    language: str = "id"

    def note(self) -> ExportNote:
        """Return what is printed on the list."""
        return ExportNote(self.purpose.strip(), self.by.strip(), self.at, self.language)


def export_marked(
    workspace: Workspace,
    file: Path,
    request: ExportRequest,
    *,
    layout: str | None = None,
    codes: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write a copy of a register file with its faults marked; return the counts.

    Nothing of the file is stored; the export is noted before the file appears.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    ExportError
        Purpose or person is missing, or the file cannot be written.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The register is no usable table.
    LayoutError, UnknownLayoutError, UncertainCodesError, UnknownCodeMapError
        Its headings or marks cannot be read with certainty.
    """
    _require_request(request)
    database = open_database(workspace)
    progress(0.0, N_("Membaca register"))
    with reading(database) as conn:
        known = load_layouts(conn)
    read = read_register(file, layout, known)
    code_map = certain_code_map(read.text, codes)
    checked = check_register(read.text, read.layout, code_map)
    chosen = None if layout is None else read.layout
    table = read_sheet_as(file, chosen, known).table  # as read_register took it
    issues = issue_list(checked.issues)
    issues["column"] = _headings_of(issues["column"], table, read.layout)
    progress(0.5, N_("Menulis salinan"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with reading(database) as conn:
        import_id = find_import_id(conn, "register", digest)
    export_id = _write(
        workspace,
        request,
        partial(write_marked_copy, table=table, issues=issues, note=request.note()),
        kind="marked-copy",
        rows=len(table),
        import_id=import_id,
    )
    return {
        "export_id": export_id,
        "file": request.out.name,
        "rows": len(table),
        "faulty_rows": int(issues["row"].nunique()),
        "faults": len(issues),
        "import_id": import_id,
    }


def export_corrections(
    workspace: Workspace, request: ExportRequest, *, since: int | None = None
) -> dict[str, Any]:
    """Write the families that changed since an import in its layout; return the counts.

    Parameters
    ----------
    since
        Number of the import that the office of the source knows; None: the first. Families
        that came later are not in the list, nor are changes of fields its layout lacks.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    ExportError
        Purpose or person is missing, or the file cannot be written.
    NoImportError
        No register was imported yet.
    UnknownImportError
        No import has that number.
    NoCorrectionError
        Nothing changed since.
    """
    _require_request(request)
    database = open_database(workspace)
    with reading(database) as conn:
        found = corrected_families(conn, since, request.language)
    if found.cells.empty:
        raise NoCorrectionError(
            N_("Tidak ada yang berubah sejak impor nomor {import_id}."), import_id=found.import_id
        )
    export_id = _write(
        workspace,
        request,
        partial(write_corrections, table=found.cells, marks=found.marks, note=request.note()),
        kind="corrections",
        rows=len(found.cells),
        import_id=found.import_id,
    )
    return {
        "export_id": export_id,
        "file": request.out.name,
        "rows": len(found.cells),
        "cells": len(found.marks),
        "since": found.import_id,
        "not_in_layout": found.not_in_layout,
    }


class NoCorrectionError(NothingToDoError):
    """No family changed since that import."""

    code = "no-correction"


def _require_request(request: ExportRequest) -> None:
    if not request.purpose.strip() or not request.by.strip():
        raise ExportError(N_("Tulis keperluan daftar ini (--purpose) dan siapa yang mengambilnya."))
    if request.out.is_dir() or not request.out.parent.is_dir():
        raise _unwritable(request.out)


def _unwritable(out: Path) -> ExportError:
    return ExportError(N_("Berkas {file} tidak dapat ditulis."), file=out.name)


def _headings_of(columns: pd.Series, table: pd.DataFrame, layout: Layout) -> pd.Series:
    """Return the heading as written for each column of an issue; the key where it has none."""
    written = {heading_key(str(name)): str(name) for name in table.columns}
    key = written.get(layout.heading_of("kode_keluarga"), str(table.columns[0]))
    known = {str(name): str(name) for name in table.columns}
    names = {name: written.get(name, known.get(name, key)) for name in columns.unique()}
    return columns.map(names)


def _write(
    workspace: Workspace,
    request: ExportRequest,
    write: Callable[[Path], None],
    *,
    kind: str,
    rows: int,
    import_id: int | None,
) -> int:
    """Write beside the file, note the export, then let the file appear; return its number."""
    draft: Path | None = None
    try:
        with NamedTemporaryFile(dir=request.out.parent, suffix=".part", delete=False) as begun:
            draft = Path(begun.name)
        write(draft)
        with transaction(open_database(workspace)) as conn:
            export_id = note_export(
                conn,
                at=request.at,
                kind=kind,
                by=request.by.strip(),
                purpose=request.purpose.strip(),
                rows=rows,
                import_id=import_id,
            )
        draft.replace(request.out)
    except OSError:
        raise _unwritable(request.out) from None
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    return export_id
