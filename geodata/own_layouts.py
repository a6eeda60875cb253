"""Layouts that an office makes itself: its own headings for our columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from common.errors import BadInputError
from common.language import N_
from geodata.layouts import (
    FITNESS,
    KINDS,
    LAYOUTS,
    MARK_COLUMNS,
    TEXT_COLUMNS,
    Layout,
    needed_headings,
)
from geodata.tables import heading_key

UNUSED: Final = ""  # column of a heading that tells us nothing
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")
_AREA: Final = ("area_code_stated", "kelurahan_name", "register_lat")
_MARKS: Final = (*MARK_COLUMNS, *KINDS)
_LEAST_ALIKE: Final = 80.0  # rapidfuzz ratio, 0 to 100; one letter of five differs at 80
# a heading without the "not" of a mark, or with one too many, says the opposite of it
_NOT: Final = frozenset({"tidak", "tdk", "tak", "bukan", "belum", "non", "tanpa"})
_CELL: Final = re.compile(r"\d{8}|^-?\d+[.,]\d+$")  # a NIK, a code of a family, a coordinate
_LEAD: Final = 5.0  # over the next column, else nobody knows which is meant
# How offices name our columns besides BKKBN's own headings.
_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "kode_keluarga": ("no keluarga", "nomor keluarga", "id keluarga", "kd keluarga"),
        "nik": ("nik kepala keluarga", "no nik", "nomor induk kependudukan", "nik kk"),
        "head_name": ("kepala keluarga", "nama kk", "nama kepala"),
        "wife_name": ("istri", "nama ibu", "ibu"),
        "area_code_stated": ("kode desa", "kode desa kelurahan", "kode kel"),
        "kelurahan_name": ("kelurahan", "desa", "desa kelurahan", "kel", "nama desa"),
        "kecamatan_name": ("kecamatan", "kec"),
        "address": ("alamat lengkap", "alamat rumah", "alamat domisili", "jalan"),
        "rw_name": ("rw", "no rw"),
        "rt_name": ("rt", "no rt"),
        "register_lat": ("lat", "lintang", "koordinat lintang"),
        "register_lon": ("long", "lon", "lng", "bujur", "koordinat bujur"),
        "pregnant": ("hamil", "ibu hamil", "bumil"),
        "unfit_water": ("air tidak layak", "air minum tidak layak", "sumber air tidak layak"),
        "unfit_toilet": ("jamban tidak layak", "sanitasi tidak layak"),
        "water_source": ("sumber air", "sumber air utama"),
        "toilet_kind": ("jamban", "tempat bab", "fasilitas bab"),
        "no_modern_contraception": ("bukan kb modern", "tidak kb modern", "bukan peserta kb"),
        "bkkbn_at_risk": ("berisiko stunting", "krs", "keluarga berisiko", "risiko"),
        "welfare_rank": ("peringkat kesejahteraan", "desil", "kesejahteraan"),
    }
)


class OwnLayoutError(BadInputError):
    """A layout cannot be made: its name, a heading or a column is wrong or missing."""

    code = "own-layout"


class CellsAsHeadingsError(BadInputError):
    """What should be headings looks like the cells of a family."""

    code = "layout-no-headings"


def require_no_cells(titles: Iterable[str]) -> None:
    """Check that headings are words, so that nothing of a family is shown or kept.

    Raises
    ------
    CellsAsHeadingsError
        One has eight digits in a row or is a number with decimals; it is not quoted.
    """
    if any(_CELL.search(title.strip()) for title in titles):
        raise CellsAsHeadingsError(
            N_(
                "Baris judulnya tampak berisi data keluarga, bukan judul kolom; tambahkan baris "
                "judul di atas baris pertama."
            )
        )


def make_layout(name: str, columns: Sequence[tuple[str, str]]) -> Layout:
    """Return a layout of an office's own headings.

    Parameters
    ----------
    name
        3 to 40 small letters, digits and hyphens; none of the built-in names.
    columns
        Each heading as the file writes it, and our column (of
        ``geodata.layouts.TEXT_COLUMNS``) that it holds, or ``UNUSED``.

    Raises
    ------
    OwnLayoutError
        The name is not allowed; a heading is blank or stands twice; a column is not ours or is
        taken twice; water or toilet come both as a mark and by kind; the number of the family,
        its place (code or name of the kelurahan, or a coordinate) or every mark is missing.
    CellsAsHeadingsError
        A heading looks like a cell.
    """
    require_no_cells(title for title, _ in columns)
    if not _NAME.fullmatch(name) or name in LAYOUTS:
        raise OwnLayoutError(
            N_("Nama tata letak {name!r} tidak dapat dipakai; tulis mis. krs-kota-2026."),
            name=name[:60],
        )
    keys = [heading_key(title) for title, _ in columns]
    _require_once([key for key in keys if key] if all(keys) else [*keys, "", ""])
    ours = [column for _, column in columns if column != UNUSED]
    unknown = sorted(set(ours) - set(TEXT_COLUMNS))
    if unknown:
        raise OwnLayoutError(
            N_("Kolom {columns} tidak dikenal; yang ada: {known}."),
            columns=", ".join(unknown)[:200],
            known=", ".join(TEXT_COLUMNS),
        )
    _require_once(ours)
    _require_enough(set(ours))
    titles = dict(zip(keys, (title for title, _ in columns), strict=True))
    used = {key: column for key, (_, column) in zip(keys, columns, strict=True) if column != UNUSED}
    further = {"address"}
    if not {"area_code_stated", "kelurahan_name"} & set(ours):
        further |= {"register_lat", "register_lon"}  # nothing else tells the kelurahan
    least = needed_headings(used) | {key for key, column in used.items() if column in further}
    return Layout(name, tuple(keys), MappingProxyType(used), least, MappingProxyType(titles))


def layout_columns(layout: Layout) -> list[tuple[str, str]]:
    """Return headings and columns of a layout, as :func:`make_layout` takes them."""
    return [(layout.title_of(key), layout.columns.get(key, UNUSED)) for key in layout.headings]


def guess_columns(headings: Iterable[str]) -> dict[str, str]:
    """Return for each heading the column of ours that it probably holds, else ``UNUSED``.

    A heading is compared with the headings of BKKBN's files and with other usual names by
    rapidfuzz's ratio. Each column goes to the heading most like it; where two columns are
    about as likely, none is guessed; ``tidak`` and its like must stand in both or in neither.

    Raises
    ------
    CellsAsHeadingsError
        A heading looks like a cell.
    """
    titles = list(dict.fromkeys(headings))
    require_no_cells(titles)
    guesses = dict.fromkeys(titles, UNUSED)
    if not titles:
        return guesses
    names, columns = _known_names()
    alike = process.cdist(
        [heading_key(title) for title in titles], names, scorer=fuzz.ratio, dtype=np.float64
    )
    denied = [
        np.array([_denies(name) for name in each]) for each in (map(heading_key, titles), names)
    ]
    alike[denied[0][:, None] != denied[1][None, :]] = 0.0
    of_column = np.array([TEXT_COLUMNS.index(column) for column in columns])
    best = np.zeros((len(titles), len(TEXT_COLUMNS)))
    np.maximum.at(best.T, of_column, alike.T)
    for _ in range(min(best.shape)):
        row, at = np.unravel_index(int(best.argmax()), best.shape)
        if best[row, at] < _LEAST_ALIKE:
            break
        others = np.delete(best[row], at)
        if best[row, at] == 100 or others.max() <= best[row, at] - _LEAD:
            guesses[titles[row]] = TEXT_COLUMNS[at]
            best[:, at] = 0.0
        best[row, :] = 0.0
    return guesses


def _denies(key: str) -> int:
    """Return what a heading says of fitness and denies, as a number to compare."""
    said = set(key.split("_"))
    return 2 * ("layak" in said) + bool(said & _NOT)


def _known_names() -> tuple[list[str], list[str]]:
    pairs = {
        (heading, column)
        for layout in LAYOUTS.values()
        for heading, column in layout.columns.items()
    }
    pairs |= {(heading_key(name), column) for column in _SYNONYMS for name in _SYNONYMS[column]}
    pairs |= {(column, column) for column in TEXT_COLUMNS}
    names, columns = zip(*sorted(pairs), strict=True)
    return list(names), list(columns)


def _require_once(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OwnLayoutError(
            N_("Kosong atau dua kali: {names}. Tiap judul dan tiap kolom hanya boleh sekali."),
            names=", ".join(name or "-" for name in twice)[:200],
        )


def _require_enough(ours: set[str]) -> None:
    lacks = [
        what
        for what, there in (
            ("kode_keluarga", "kode_keluarga" in ours),
            (" / ".join(_AREA), bool(ours & set(_AREA))),
            (" / ".join(_MARKS), bool(ours & set(_MARKS))),
            ("register_lat + register_lon", len(ours & {"register_lat", "register_lon"}) != 1),
        )
        if not there
    ]
    if lacks:
        raise OwnLayoutError(
            N_("Tata letak ini belum cukup; petakan juga: {columns}."), columns="; ".join(lacks)
        )
    if ours & set(FITNESS) and ours & set(KINDS):
        raise OwnLayoutError(
            N_("Air dan jamban: petakan tanda layaknya atau jenisnya, bukan keduanya.")
        )
