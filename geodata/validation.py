"""Turn the text of a register into typed families, with every fault listed and no row lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from common.errors import SambangiError
from common.language import N_
from geodata.cells import (
    Masks,
    area_codes,
    block_numbers,
    clean_text,
    coordinates,
    family_codes,
    looks_like_formula,
    nik_numbers,
    welfare_ranks,
)
from geodata.code_maps import CodeMap, read_marks, require_columns
from geodata.columns import HOUSEHOLDS, ISSUES
from geodata.contradictions import contradicting_blocks, contradicting_names, sums
from geodata.distinct import matches
from geodata.issue_codes import ISSUE_TEXTS, QUARANTINING
from geodata.layouts import MARK_COLUMNS, Layout
from geodata.register import OTHER
from geodata.tables import SURPLUS, heading_key

_WRITTEN_TEXT = ("head_name", "wife_name", "address", "kelurahan_name", "kecamatan_name")
_NUMBERED_BY = {  # told by codes where the first is not there
    "rw_name": "rw_code", "rt_name": "rt_code", "area_code_stated": "kecamatan_code",
}  # fmt: skip
_BROKEN_LETTER = "\N{REPLACEMENT CHARACTER}"
_CODE_ORDER = {code: at for at, code in enumerate(ISSUE_TEXTS)}


class ConservationError(SambangiError):
    """Rows were lost or doubled between reading and checking: our fault."""

    code = "conservation"


@dataclass(frozen=True, slots=True)
class Checked:
    """A register after its check; every row read is a family or is quarantined."""

    households: pd.DataFrame  # geodata.columns.HOUSEHOLDS, index row
    issues: pd.DataFrame  # geodata.columns.ISSUES, by row
    quarantined: pd.DataFrame  # index row; content: the cells as JSON, heading -> text


@dataclass(frozen=True, slots=True)
class _Fault:
    column: str  # ours
    code: str
    where: pd.Series  # boolean, index row


def check_register(text: pd.DataFrame, layout: Layout, code_map: CodeMap) -> Checked:
    """Return the families of a register, its issues and the rows that cannot be used.

    Quarantined are rows without a usable ``kode_keluarga``, with one that an earlier usable row
    has, without any hint of the kelurahan (code, name, coordinate or address), with an unreadable
    ``risiko_stunting``, with more cells than headings, or that repeat the headings or are totals.
    All other faults are issues of an accepted row: the value is missing, or kept as written where
    :mod:`geodata.cells` says so, or a cell contradicts another (:mod:`geodata.contradictions`).

    Parameters
    ----------
    text
        Frame of :func:`geodata.register.read_register`; unique index ``row``.

    Returns
    -------
    Checked
        Same ``row`` numbers as ``text``. ``issues.column`` is the heading in the file.

    Raises
    ------
    CodeMapError
        The code map is for another layout.
    ConservationError
        Rows read and rows accepted or quarantined differ.
    """
    require_columns(text, code_map)
    households, faults = _typed(text, layout, code_map)
    faults += _unusable(text, households, layout)
    faults += _doubtful(text, households, layout, faults)
    faults = _totals_apart(faults, sums(text, households["kode_keluarga"]))
    held = pd.Series(data=False, index=text.index)
    for fault in faults:
        if fault.code in QUARANTINING:
            held |= fault.where
    twice = ~held & households["kode_keluarga"].where(~held).duplicated()
    faults.append(_Fault("kode_keluarga", "family_seen_before", twice))
    held |= twice
    accepted = HOUSEHOLDS.validate(households[~held])
    quarantined = _contents(text[held], layout)
    require_conservation(text.index, accepted.index, quarantined.index)
    return Checked(accepted, _issue_table(faults, layout), quarantined)


def require_conservation(read: pd.Index, accepted: pd.Index, quarantined: pd.Index) -> None:
    """Check that every row read is accepted or quarantined, once.

    Raises
    ------
    ConservationError
        It is not so; the message gives the three counts.
    """
    settled = accepted.append(quarantined)
    if len(settled) != len(read) or not settled.sort_values().equals(read.sort_values()):
        raise ConservationError(
            N_("Baris terbaca {read}, diterima {accepted}, ditahan {quarantined}: tidak cocok."),
            read=len(read),
            accepted=len(accepted),
            quarantined=len(quarantined),
        )


def _typed(
    text: pd.DataFrame, layout: Layout, code_map: CodeMap
) -> tuple[pd.DataFrame, list[_Fault]]:
    """Return all rows with typed columns, and the faults found on the way.

    A column that the layout lacks is missing throughout, and that is no fault of a row.
    """
    values: dict[str, pd.Series] = {}
    faults: list[_Fault] = []

    def note(column: str, masks: Masks) -> None:
        if layout.has(column) or layout.has(_NUMBERED_BY.get(column, "")):
            faults.extend(_Fault(column, code, where) for code, where in masks.items())

    values["kode_keluarga"], masks = family_codes(text["kode_keluarga"])
    note("kode_keluarga", masks)
    values["area_code_stated"], masks = area_codes(
        *(text[c] for c in ("area_code_stated", "kecamatan_code", "city_code", "province_code"))
    )
    note("area_code_stated", masks)
    for column in _WRITTEN_TEXT:
        cells = text[column] if column in text else pd.Series("", index=text.index, dtype="str")
        values[column] = clean_text(cells)
        note(column, {"formula": looks_like_formula(values[column])})
        note(column, {"text_damaged": matches(values[column], _BROKEN_LETTER)})
    for kind in ("rw", "rt"):
        values[kind], masks = block_numbers(text[f"{kind}_name"], text[f"{kind}_code"], kind)
        note(f"{kind}_name", masks)
    values["nik"], masks = nik_numbers(text["nik"])
    note("nik", masks)
    for column in MARK_COLUMNS:
        source = code_map.column_of(column)
        values[column], unreadable = read_marks(text[source], code_map)
        if not layout.has(source):  # a blank would mean "no" to some code maps
            values[column] = pd.Series(pd.NA, index=text.index, dtype="boolean")
        at_risk = column == "bkkbn_at_risk"
        note(source, {"risk_mark_unreadable" if at_risk else "mark_unreadable": unreadable})
    values["welfare_rank"], masks = welfare_ranks(text["welfare_rank"])
    note("welfare_rank", masks)
    (values["register_lon"], values["register_lat"]), masks = coordinates(
        text["register_lon"], text["register_lat"]
    )
    note("register_lat", masks)
    return pd.DataFrame(values, index=text.index)[list(HOUSEHOLDS.columns)], faults


def _unusable(text: pd.DataFrame, households: pd.DataFrame, layout: Layout) -> list[_Fault]:
    """Return the faults of whole rows, but for families seen before."""
    hints = households[["area_code_stated", "kelurahan_name", "register_lon", "address"]]
    key = layout.heading_of("kode_keluarga")
    written = text["kode_keluarga"]
    maybe = written[matches(written, "(?i)k.*e")].unique()
    again = written.isin([cell for cell in maybe if heading_key(cell) == key])
    faults = [
        _Fault("kode_keluarga", "heading_repeated", again),
        _Fault("area_code_stated", "no_area", hints.isna().all(axis=1)),
    ]
    if SURPLUS in text:
        faults.append(_Fault(SURPLUS, "too_many_cells", text[SURPLUS] != ""))
    return faults


def _doubtful(
    text: pd.DataFrame, households: pd.DataFrame, layout: Layout, unusable: Sequence[_Fault]
) -> list[_Fault]:
    """Return the faults of cells beside other cells."""
    code, name = households["area_code_stated"], households["kelurahan_name"]
    faults = [_Fault("kelurahan_name", "area_contradicts", contradicting_names(code, name))]
    for kind in ("rw", "rt"):
        differ = contradicting_blocks(text[f"{kind}_name"], text[f"{kind}_code"], kind)
        faults.append(_Fault(f"{kind}_name", "block_contradicts", differ))
    column = next((each for each in ("area_code_stated", "kelurahan_name") if layout.has(each)), "")
    if column:
        missing = code.isna() & name.isna()
        for fault in unusable:
            if fault.code == "no_area":
                missing &= ~fault.where
        faults.append(_Fault(column, "area_missing", missing))
    return faults


def _totals_apart(faults: list[_Fault], totals: pd.Series) -> list[_Fault]:
    """Return the faults with one only for each row of totals: it is no faulty family."""
    if not totals.any():
        return faults
    others = [_Fault(each.column, each.code, each.where & ~totals) for each in faults]
    return [*others, _Fault("kode_keluarga", "totals_row", totals)]


def _issue_table(faults: Sequence[_Fault], layout: Layout) -> pd.DataFrame:
    """Return the faults as rows, by row of the file and kind."""
    parts = [
        pd.DataFrame(
            {
                "row": fault.where.index[fault.where.to_numpy(dtype=bool)],
                "column": layout.heading_of(fault.column),
                "code": fault.code,
                "quarantines": fault.code in QUARANTINING,
            }
        )
        for fault in faults
        if fault.where.any()
    ]
    empty = {"row": "int64", "column": "str", "code": "str", "quarantines": "bool"}
    if not parts:
        return ISSUES.validate(pd.DataFrame({n: pd.Series(dtype=t) for n, t in empty.items()}))
    issues = pd.concat(parts, ignore_index=True).astype(empty)
    order = issues["code"].map(_CODE_ORDER)
    issues = issues.assign(order=order).sort_values(["row", "order"], kind="stable")
    return ISSUES.validate(issues.drop(columns="order").reset_index(drop=True))


def _contents(rows: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Return rows as JSON texts under the headings of the file."""
    original = rows.rename(
        columns=lambda column: (
            column.removeprefix(OTHER) if column.startswith(OTHER) else layout.heading_of(column)
        )
    )
    contents = [
        json.dumps(cells, ensure_ascii=False) for cells in original.to_dict(orient="records")
    ]
    return pd.DataFrame({"content": pd.Series(contents, index=rows.index, dtype="str")})
