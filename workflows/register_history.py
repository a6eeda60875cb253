"""What an import changed in the register, in counts and names of fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from common.errors import NothingToDoError
from common.language import N_
from storage.database import open_database, reading
from storage.history import import_difference
from storage.households import load_imports
from storage.imports import latest_import_id
from storage.workspace import Workspace


class NoImportError(NothingToDoError):
    """No register was imported yet."""

    code = "no-import"


@dataclass(frozen=True, slots=True)
class RegisterDifference:
    """One import against what was stored before it."""

    counts: dict[str, Any]  # import_id, at, layout, codes; see storage.history; fields
    rows: pd.DataFrame  # household_id, kode_keluarga, change, fields, last_import_id


def register_difference(workspace: Workspace, import_id: int | None = None) -> RegisterDifference:
    """Return what an import changed: new, changed and gone families; no value is read.

    Parameters
    ----------
    import_id
        Number of the import; None: the newest.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    NoImportError
        No register was imported yet.
    UnknownImportError
        No import has that number.
    """
    with reading(open_database(workspace)) as conn:
        newest = latest_import_id(conn, "register")
        if newest is None:
            raise NoImportError(
                N_("Belum ada register; jalankan `sambangi register import` dahulu.")
            )
        found = import_difference(conn, newest if import_id is None else import_id)
        record = load_imports(conn).loc[found.import_id]
    counts = {
        "import_id": found.import_id,
        "at": record["at"].isoformat(),
        "layout": record["layout"],
        "codes": record["codes"],
        **found.counts,
        "fields": found.fields,
    }
    return RegisterDifference(counts, found.rows.reset_index())
