"""Families whose fields changed since an import, in the layout in which that import came."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from common.language import N_, translate
from geodata.code_maps import CodeMap, named_code_map
from geodata.columns import HOUSEHOLDS, PERSONAL
from geodata.layouts import MARK_COLUMNS, Layout, named_layout
from geodata.register_cells import field_texts, heading_of_field, register_cells
from storage.database import Connection
from storage.frames import plain
from storage.history import load_history, load_old_persons, newest_household_id, require_import
from storage.households import load_households, load_imports, load_persons
from storage.imports import first_import_id
from storage.layouts import load_layouts
from storage.verified_places import load_verified
from workflows.register_history import NoImportError

_FIRST_ROW = 2  # below the headings
_YES_NO = {True: N_("ya"), False: N_("tidak")}
_UNKNOWN = N_("tidak diketahui")
_COLUMNS = ("household_id", "field", "comment")


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is to be corrected where a register came from."""

    import_id: int  # since which it changed
    cells: pd.DataFrame  # layout's headings, text; index: row of a sheet, a family each
    marks: pd.DataFrame  # row, column (heading), comment: a row a changed cell
    not_in_layout: int  # changed fields that the layout has no column for


def corrected_families(conn: Connection, since: int | None, language: str) -> Corrections:
    """Return the families known at an import that are different now, and the changed cells.

    A place that a person confirmed is a changed coordinate. Old values of personal fields are
    compared, not shown.

    Raises
    ------
    NoImportError
        No register was imported yet.
    UnknownImportError
        No import has that number.
    """
    base = first_import_id(conn, "register") if since is None else since
    if base is None:
        raise NoImportError(N_("Belum ada register; jalankan `sambangi register import` dahulu."))
    require_import(conn, base)
    record = load_imports(conn).loc[base]
    layout = named_layout(str(record["layout"]), load_layouts(conn))
    code_map = named_code_map(str(record["codes"]))
    newest = newest_household_id(conn, base)
    before = _values_before(conn, base, newest)
    verified = load_verified(conn)
    verified = verified[verified.index <= newest]
    ids = before["household_id"].unique().tolist() + verified.index.tolist()
    now = _families(conn, list(dict.fromkeys(ids)))
    changed = _changed(before, now, code_map, language)
    confirmed, now = _confirmed(verified, now, language)
    changed = pd.concat([changed[~_is_place(changed, verified)], confirmed], ignore_index=True)
    headings = {
        field: heading_of_field(str(field), layout, code_map) for field in HOUSEHOLDS.columns
    }
    column = changed["field"].map(headings)
    told = changed[column.notna()].assign(column=column[column.notna()])
    return _sheet(base, now, told, len(changed) - len(told), layout, code_map)


def _values_before(conn: Connection, base: int, newest: int) -> pd.DataFrame:
    """Return what each changed field held at the import: household_id, field, old, import_id.

    ``import_id`` is the latest import that changed the field.
    """
    history = load_history(conn, after=base)
    history = history[history["household_id"] <= newest]
    persons = load_old_persons(conn, history["household_id"].unique().tolist(), after=base)
    values = [
        (household_id, field, value, import_id)
        for table in (history, persons)
        for household_id, import_id, old in zip(
            table["household_id"], table["import_id"], table["old"], strict=True
        )
        for field, value in old.items()
    ]
    every = pd.DataFrame(values, columns=["household_id", "field", "old", "import_id"])
    every = every.astype({"old": "object", "field": "str"})
    latest = every.groupby(["household_id", "field"])["import_id"].transform("max")
    return every.assign(import_id=latest).drop_duplicates(["household_id", "field"])


def _families(conn: Connection, ids: list[int]) -> pd.DataFrame:
    """Return the families asked for with their persons, by kelurahan."""
    households = load_households(conn)
    households = households[households.index.isin(ids)]
    persons = load_persons(conn, households.index)
    whole = households.join(persons)[list(HOUSEHOLDS.columns)]
    return whole.sort_values(["area_code_stated", "kelurahan_name"], kind="stable")


def _changed(
    before: pd.DataFrame, now: pd.DataFrame, code_map: CodeMap, language: str
) -> pd.DataFrame:
    """Return the fields that differ from before: household_id, field, comment."""
    parts = []
    for field, rows in before.groupby("field"):
        values = now.loc[rows["household_id"], str(field)]
        texts, current = field_texts(values, code_map).tolist(), plain(values)
        notes = zip(rows["household_id"], rows["old"], rows["import_id"], strict=True)
        parts += [
            (household_id, str(field), _comment(str(field), old, new, text, import_id, language))
            for (household_id, old, import_id), new, text in zip(notes, current, texts, strict=True)
            if old != new
        ]
    return pd.DataFrame(parts, columns=list(_COLUMNS))


def _comment(field: str, old: object, new: object, text: str, import_id: int, language: str) -> str:
    if field in PERSONAL:
        told = N_("Berubah pada impor nomor {import_id}.")
        return translate(told, language, import_id=import_id)
    told = N_("Semula {old}; berubah pada impor nomor {import_id}.")
    said = translate(told, language, old=_said(field, old, language), import_id=import_id)
    if field in MARK_COLUMNS and new is not None and not text:
        # the layout has codes of its own there, and yes or no does not tell which
        now = translate(N_("Kini {new}; tulis kodenya."), language, new=_said(field, new, language))
        return f"{said} {now}"
    return said


def _said(field: str, value: object, language: str) -> str:
    if value is None:
        return translate(_UNKNOWN, language)
    if field in MARK_COLUMNS:
        return translate(_YES_NO[bool(value)], language)
    return str(value)


def _confirmed(
    verified: pd.DataFrame, now: pd.DataFrame, language: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the coordinates that a person's word changes, and the families with them."""
    now = now.copy()
    told = []
    for field, name in (("register_lon", "lon"), ("register_lat", "lat")):
        new = verified[name]
        other = verified[new != now.loc[verified.index, field]]
        days = other["at"].dt.strftime("%Y-%m-%d")
        told += [
            (household_id, field, translate(N_("Titik dipastikan pada {day}."), language, day=day))
            for household_id, day in days.items()
        ]
        now.loc[verified.index, field] = new
    return pd.DataFrame(told, columns=list(_COLUMNS)), now


def _is_place(changed: pd.DataFrame, verified: pd.DataFrame) -> pd.Series:
    """Tell which changes are of a coordinate that a person has spoken on."""
    of_place = changed["field"].isin(["register_lon", "register_lat"])
    return of_place & changed["household_id"].isin(verified.index)


def _sheet(
    base: int, now: pd.DataFrame, told: pd.DataFrame, untold: int, layout: Layout, code_map: CodeMap
) -> Corrections:
    listed = now[now.index.isin(told["household_id"])]
    row_of = {household_id: row for row, household_id in enumerate(listed.index, _FIRST_ROW)}
    cells = register_cells(listed, layout, code_map)
    cells.index = pd.RangeIndex(_FIRST_ROW, _FIRST_ROW + len(listed), name="row")
    marks = pd.DataFrame(
        {
            "row": told["household_id"].map(row_of),
            "column": told["column"],
            "comment": told["comment"],
        }
    )
    marks["column"] = marks["column"].map(layout.title_of)
    titled = cells.rename(columns=layout.title_of)
    return Corrections(base, titled, marks.reset_index(drop=True), untold)
