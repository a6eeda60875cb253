"""Read single columns of a register: codes, RT and RW, NIK, coordinates, welfare rank.

Every function takes text (blank is an empty text) and returns values with the same index,
and beside them boolean masks, one for each kind of fault, by issue code
(:mod:`geodata.issue_codes`). Nothing is looped over in Python.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

# Land and sea of Indonesia, degrees, rounded outward: 94°45' to 141°05' E, 11°15' S to 6°08' N
# (Badan Informasi Geospasial).
INDONESIA_LON = (94.5, 141.5)
INDONESIA_LAT = (-11.5, 6.5)

_BLANK = r"(?i)^(?:-+|null|nan|none|n/a|#n/a|#ref!|#value!)$"
_FLOAT = r"^(\d+)[.,]0+$"  # a code that passed through a number column
_EXPONENT = r"(?i)^\d(?:[.,]\d+)?e\+?\d+$"  # the same, digits lost
_NUMBER = r"^[+-]?\d{1,7}(?:\.\d+)?$"
_FORMULA = r"^[=+@]"

Masks = dict[str, pd.Series]


class Numbers(NamedTuple):
    """Coordinates in degrees, EPSG:4326, NaN where there is none."""

    lon: pd.Series
    lat: pd.Series


def clean_text(cells: pd.Series) -> pd.Series:
    """Return trimmed text with single spaces; blanks, dashes and ``NULL`` are missing."""
    text = cells.str.replace(r"\s+", " ", regex=True).str.strip()
    return text.mask((text == "") | text.str.match(_BLANK))


def clean_code(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return a code without a leading apostrophe or trailing ``.0``, and where digits were lost.

    A spreadsheet that takes a 16-digit code for a number keeps 15 digits, and writes
    ``3.67E+15`` when it saves text; such a code is no longer the code.
    """
    text = clean_text(cells).str.removeprefix("'")
    lost = text.str.match(_EXPONENT).fillna(value=False).astype(bool)
    return text.str.replace(_FLOAT, r"\1", regex=True), lost


def looks_like_formula(text: pd.Series) -> pd.Series:
    """Tell where a spreadsheet would run the text as a formula."""
    return text.str.match(_FORMULA).fillna(value=False).astype(bool)


def area_codes(
    kelurahan: pd.Series, kecamatan: pd.Series, city: pd.Series, province: pd.Series
) -> tuple[pd.Series, Masks]:
    """Return Kemendagri codes as ``36.71.01.1001``.

    Files that give each level its own part (36, 71, 01, 1001) are put together again. What is
    no ten-digit code stays as written.
    """
    text, _ = clean_code(kelurahan)
    whole = _digits(province)
    for part, length in ((city, 4), (kecamatan, 6), (kelurahan, 10)):
        own = _digits(part)
        whole = own.where(own.str.len() == length, whole + own)
        whole = whole.where(whole.str.len() == length, "")
    # a village part begins with 1 (kelurahan) or 2 (desa); other four digits are another level's
    whole = whole.where((own.str.len() == 10) | own.str.match("[12]"), "")
    whole = whole.mask(whole == "")
    dotted = whole.str.replace(r"^(..)(..)(..)(....)$", r"\1.\2.\3.\4", regex=True)
    return dotted.fillna(text), {"area_code_malformed": text.notna() & dotted.isna()}


def block_numbers(name: pd.Series, code: pd.Series, kind: str) -> tuple[pd.Series, Masks]:
    """Return RT or RW numbers as three digits: ``RT.03``, ``3`` and ``003`` give ``003``.

    Parameters
    ----------
    name, code
        The name cell is read first, the code cell where the name cannot be read.
    kind
        ``rt`` or ``rw``: of ``RT 003/RW 005`` and ``003/005`` this part is taken.
    """
    part = rf"{kind}\D*0*(\d{{1,3}})(?!\d)"
    slash = r"^(\d{1,3})\s*/\s*\d{1,3}$" if kind == "rt" else r"^\d{1,3}\s*/\s*(\d{1,3})$"
    found = pd.Series(pd.NA, index=name.index, dtype="str")
    for cells in (name, code):
        text, _ = clean_code(cells)
        text = text.str.casefold()
        for pattern in (r"^\D*0*(\d{1,3})\D*$", part, slash):
            found = found.fillna(text.str.extract(pattern, expand=False))
    number = found.str.lstrip("0").str.zfill(3)
    number = number.mask(number == "000")
    blank = clean_text(name).isna() & clean_text(code).isna()
    return number, {
        f"{kind}_missing": blank,
        f"{kind}_unreadable": number.isna() & ~blank,
    }


def nik_numbers(cells: pd.Series) -> tuple[pd.Series, Masks]:
    """Return NIK as text and where they are suspicious.

    The rules are those by which BKKBN's verification marks a NIK as implausible
    (docs/data-formats.md); a suspicious NIK is kept as written.
    """
    nik, lost = clean_code(cells)
    digits = nik.str.replace(r"[\s.]", "", regex=True)
    whole = digits.str.fullmatch(r"\d{16}").fillna(value=False).astype(bool)
    known = nik.notna()
    sixteen = digits.where(whole)
    day = pd.to_numeric(sixteen.str[6:8])
    day = day.where(day <= 40, day - 40)  # 40 is added to a woman's day of birth
    month, year = (pd.to_numeric(sixteen.str[at : at + 2]) for at in (8, 10))
    days = month.map(
        dict(zip(range(1, 13), (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
    )
    leap = year % 4 == 0  # 1900 and 2000 share the digits 00
    real = (day >= 1) & (day <= days) & ~((month == 2) & (day == 29) & ~leap)
    one_digit = digits.str.fullmatch(r"(\d)\1+").fillna(value=False).astype(bool)
    masks = {
        "nik_missing": ~known,
        "nik_digits_lost": lost,
        "nik_not_16_digits": known & ~whole & ~lost,
        "nik_one_digit": one_digit,
        "nik_start": whole
        & ~one_digit
        & digits.str.match("12345|00000|99999").fillna(value=False).astype(bool),
        "nik_end": whole
        & ~one_digit
        & digits.str.contains("(?:00000|99999)$").fillna(value=False).astype(bool),
        "nik_date": whole & ~one_digit & ~real,
    }
    return digits.where(whole, nik), masks


def coordinates(lon_cells: pd.Series, lat_cells: pd.Series) -> tuple[Numbers, Masks]:
    """Return register coordinates in degrees, EPSG:4326, as they stand: never swapped or moved.

    A coordinate that cannot be a place on earth, 0,0, or a half of one is NaN on both sides.
    """
    lon_text, lat_text = clean_text(lon_cells), clean_text(lat_cells)
    lon, lon_comma = _degrees(lon_text)
    lat, lat_comma = _degrees(lat_text)
    unreadable = (lon_text.notna() & lon.isna()) | (lat_text.notna() & lat.isna())
    half = lon_text.isna() ^ lat_text.isna()
    zero = (lon == 0) & (lat == 0)
    pair = lon.notna() & lat.notna() & ~zero
    swapped = pair & _inside(lat, lon)
    foreign = pair & ~_inside(lon, lat) & ~swapped
    earthly = (lon.abs() <= 180) & (lat.abs() <= 180) & ~((lon.abs() > 90) & (lat.abs() > 90))
    kept = pair & earthly
    masks = {
        "coordinate_unreadable": unreadable,
        "coordinate_half": half & ~unreadable,
        "coordinate_zero": zero,
        "coordinate_comma": pair & (lon_comma | lat_comma),
        "coordinate_swapped": swapped,
        "coordinate_outside_indonesia": foreign,
    }
    return Numbers(lon.where(kept), lat.where(kept)), masks


def welfare_ranks(cells: pd.Series) -> tuple[pd.Series, Masks]:
    """Return welfare ranks 1 to 5 (``Int64``); anything else is missing."""
    text, _ = clean_code(cells)
    rank = pd.to_numeric(
        text.where(text.str.fullmatch("[1-5]").fillna(value=False).astype(bool))
    ).astype("Int64")
    return rank, {"welfare_rank_unreadable": text.notna() & rank.isna()}


def _degrees(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return numbers and where a decimal comma was read as a point."""
    plain = text.str.replace("[−–]", "-", regex=True).str.replace(r"[°\s]", "", regex=True)
    comma = plain.str.fullmatch(r"[+-]?\d{1,3},\d+").fillna(value=False).astype(bool)
    pointed = plain.where(~comma, plain.str.replace(",", ".", regex=False))
    readable = pointed.str.match(_NUMBER).fillna(value=False).astype(bool)
    return pd.to_numeric(pointed.where(readable)).astype(float), comma


def _inside(lon: pd.Series, lat: pd.Series) -> pd.Series:
    return lon.between(*INDONESIA_LON) & lat.between(*INDONESIA_LAT)


def _digits(cells: pd.Series) -> pd.Series:
    """Return the digits of a code, an empty text where there is none."""
    return clean_code(cells)[0].fillna("").str.replace(r"\D", "", regex=True)
