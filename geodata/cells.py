"""Read single columns of a register: codes, RT and RW, NIK, coordinates, welfare rank.

Every function takes text (blank is an empty text) and returns values with the same index,
and beside them boolean masks, one for each kind of fault, by issue code
(:mod:`geodata.issue_codes`).
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geodata.distinct import arrow, matches, mend, read_distinct

# Land and sea of Indonesia, degrees, rounded outward: 94°45' to 141°05' E, 11°15' S to 6°08' N
# (Badan Informasi Geospasial).
INDONESIA_LON = (94.5, 141.5)
INDONESIA_LAT = (-11.5, 6.5)

# Signs that no one sees: controls, soft hyphen, zero width, marks of writing direction.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_CONSTANT = re.compile(r'="([^"]*)"')  # how some programs keep a spreadsheet from reading a number
_ODD = r'^ | $|  |[^ -~°º˚′″’‘´“”]|^="'  # what plain_text may change

_BLANK = r"(?i)^(?:-+|null|nan|none|n/a|#n/a|#ref!|#value!|#name\?|#div/0!|#num!|#null!)$"
_FLOAT = r"^([0-9]+)[.,]0+$"  # a code that passed through a number column
_EXPONENT = r"(?i)^[0-9](?:[.,][0-9]+)?e\+?[0-9]+$"  # the same, digits lost
_GROUPED = r"^[0-9]{1,3}(?:[., ][0-9]{3}){3,}$"  # a long code with thousands separators
_PLAIN_NUMBER = r"^-?[0-9]{1,7}(?:\.[0-9]+)?$"
_NUMBER = re.compile(r"[+-]?[0-9]{1,7}(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,3},[0-9]+")
_DMS = (  # 6°10'53"LS: degrees, minutes, seconds and the side, which may also stand before
    r"(?i)^(?P<minus>-?) ?(?P<before>[SNEW]?) ?(?P<degrees>[0-9]{1,3}) ?[°º˚]"
    r" ?(?P<minutes>[0-5]?[0-9]) ?['’‘′´]"
    r" ?(?P<seconds>[0-5]?[0-9](?:[.,][0-9]+)?) ?(?:[\"”“″]|''|’’|′′|´´)"
    r" ?(?P<after>(?:LS|LU|BT|BB|[SNEW])?)$"
)
_NEGATIVE, _POSITIVE = ["LS", "S", "BB", "W"], ["LU", "N", "BT", "E"]
_FORMULA = r"^(?:[=+@]|- ?[A-Za-z@(=])"
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


Masks = dict[str, pd.Series]  # issue code -> where, boolean


class Numbers(NamedTuple):
    """Coordinates in degrees, EPSG:4326, NaN where there is none."""

    lon: pd.Series
    lat: pd.Series


def plain_text(cell: str) -> str:
    """Return a cell trimmed, with single spaces, without signs that no one sees.

    ``="0012"``, a text that only a spreadsheet writes so, is ``0012``.
    """
    seen = " ".join(_UNSEEN.sub("", cell).split())
    constant = _CONSTANT.fullmatch(seen)
    return " ".join(constant[1].split()) if constant else seen


def clean_text(cells: pd.Series) -> pd.Series:
    """Return text as :func:`plain_text`; blanks, dashes, ``NULL`` and Excel errors are missing."""
    text = mend(cells, matches(cells, _ODD), plain_text)
    return text.mask((text == "") | matches(text, _BLANK))


def clean_code(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return a code without a leading apostrophe or trailing ``.0``, and where digits were lost.

    A spreadsheet that takes a 16-digit code for a number keeps 15 digits, and writes
    ``3.67E+15`` when it saves text; such a code is no longer the code.
    """
    text = clean_text(cells).str.removeprefix("'")
    return text.str.replace(_FLOAT, r"\1", regex=True), matches(text, _EXPONENT)


def family_codes(cells: pd.Series) -> tuple[pd.Series, Masks]:
    """Return the keys of families; thousands separators are taken out, a formula is no key."""
    text, lost = clean_code(cells)
    text = text.mask(looks_like_formula(text))
    code = mend(text, matches(text, _GROUPED), lambda cell: re.sub(r"\D", "", cell))
    return code, {"family_code_missing": code.isna(), "family_code_digits_lost": lost}


def looks_like_formula(text: pd.Series) -> pd.Series:
    """Tell where a spreadsheet would run the text as a formula."""
    return matches(text, _FORMULA)


def area_codes(
    kelurahan: pd.Series, kecamatan: pd.Series, city: pd.Series, province: pd.Series
) -> tuple[pd.Series, Masks]:
    """Return Kemendagri codes as ``36.71.01.1001``.

    Files that give each level its own part (36, 71, 01, 1001) are put together again. What is
    no ten-digit code stays as written.
    """
    return read_distinct(_area_codes, kelurahan, kecamatan, city, province)


def block_numbers(name: pd.Series, code: pd.Series, kind: str) -> tuple[pd.Series, Masks]:
    """Return RT or RW numbers as three digits: ``RT.03``, ``3`` and ``003`` give ``003``.

    A letter after the number is lost and told: ``3 A`` gives ``003``.

    Parameters
    ----------
    name, code
        The name cell is read first, the code cell where the name cannot be read.
    kind
        ``rt`` or ``rw``: of ``RT 003/RW 005`` and ``003/005`` this part is taken.
    """

    def read(name: pd.Series, code: pd.Series) -> tuple[pd.Series, Masks]:
        return _block_numbers(name, code, kind)

    return read_distinct(read, name, code)


def nik_numbers(cells: pd.Series) -> tuple[pd.Series, Masks]:
    """Return NIK as text and where they are suspicious.

    The rules are those by which BKKBN's verification marks a NIK as implausible
    (docs/data-formats.md); a suspicious NIK is kept as written.
    """
    nik, lost = clean_code(cells)
    digits = nik.str.replace(r"[ .,-]", "", regex=True)
    known, whole = nik.notna(), matches(digits, r"^[0-9]{16}$")
    number = arrow(digits.where(whole)).cast(pa.int64()).fill_null(0).to_numpy()
    day = number // 10**8 % 100
    day = np.where(day > 40, day - 40, day)  # 40 is added to a woman's day of birth
    month, year = number // 10**6 % 100, number // 10**4 % 100
    leap = year % 4 == 0  # 1900 and 2000 share the digits 00
    real = (month >= 1) & (month <= 12) & (day >= 1) & (day <= _DAYS[np.clip(month, 0, 12)])
    real &= ~((month == 2) & (day == 29) & ~leap)
    one_digit = whole & (number % 1111111111111111 == 0)
    one_digit |= digits.where(~whole).str.fullmatch(r"(\d)\1+").fillna(value=False).astype(bool)
    several = whole & ~one_digit
    masks = {
        "nik_missing": ~known,
        "nik_digits_lost": lost,
        "nik_not_16_digits": known & ~whole & ~lost,
        "nik_one_digit": one_digit,
        "nik_start": several & np.isin(number // 10**11, [12345, 0, 99999]),
        "nik_end": several & np.isin(number % 10**5, [0, 99999]),
        "nik_date": several & ~real,
    }
    return digits.where(whole, nik), masks


def coordinates(lon_cells: pd.Series, lat_cells: pd.Series) -> tuple[Numbers, Masks]:
    """Return register coordinates in degrees, EPSG:4326, as they stand: never swapped or moved.

    Numbers, or degrees, minutes and seconds with their side (LS, LU, BT, BB or S, N, E, W). A
    coordinate that cannot be a place on earth, 0,0, or a half of one is NaN on both sides.
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
    return read_distinct(_welfare_ranks, cells)


def _area_codes(
    kelurahan: pd.Series, kecamatan: pd.Series, city: pd.Series, province: pd.Series
) -> tuple[pd.Series, Masks]:
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


def _block_numbers(name: pd.Series, code: pd.Series, kind: str) -> tuple[pd.Series, Masks]:
    part = rf"{kind}\D*0*(\d{{1,3}})(?!\d)"
    slash = r"^(\d{1,3})\s*/\s*\d{1,3}$" if kind == "rt" else r"^\d{1,3}\s*/\s*(\d{1,3})$"
    letter = rf"^\D*\d{{1,3}}[ ./-]?[a-z]$|{kind}\D*\d{{1,3}}[ ./-]?[a-z]\b"
    found = pd.Series(pd.NA, index=name.index, dtype="str")
    lettered = pd.Series(data=False, index=name.index)
    for cells in (name, code):
        text, _ = clean_code(cells)
        text = text.str.casefold()
        lettered |= found.isna() & matches(text, letter)
        for pattern in (r"^\D*0*(\d{1,3})\D*$", part, slash):
            found = found.fillna(text.str.extract(pattern, expand=False))
    number = found.str.lstrip("0").str.zfill(3)
    number = number.mask(number == "000")
    blank = clean_text(name).isna() & clean_text(code).isna()
    return number, {
        f"{kind}_missing": blank,
        f"{kind}_unreadable": number.isna() & ~blank,
        "block_letter": lettered & number.notna(),
    }


def _welfare_ranks(cells: pd.Series) -> tuple[pd.Series, Masks]:
    text, _ = clean_code(cells)
    rank = pd.to_numeric(text.where(matches(text, "^[1-5]$"))).astype("Int64")
    return rank, {"welfare_rank_unreadable": text.notna() & rank.isna()}


def _degrees(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return numbers and where a decimal comma was read as a point."""
    plain = matches(text, _PLAIN_NUMBER)
    number = pd.Series(
        arrow(text.where(plain)).cast(pa.float64()).to_numpy(zero_copy_only=False), text.index
    )
    comma = pd.Series(data=False, index=text.index)
    odd = text.notna() & ~plain
    parted = matches(text.where(odd), _DMS)
    if parted.any():
        number[parted], comma[parted] = _parted_degrees(text[parted])
        odd &= ~parted
    read = {cell: _odd_degrees(cell) for cell in text[odd].unique()}
    number[odd] = text[odd].map({cell: value for cell, (value, _) in read.items()})
    comma |= odd & text.isin([cell for cell, (_, with_comma) in read.items() if with_comma])
    return number, comma


def _parted_degrees(text: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return numbers of cells that are all ``_DMS``, and where seconds have a decimal comma.

    NaN where the side is missing, told twice, or told against a minus.
    """
    found = pc.extract_regex(arrow(text), _DMS)
    parts = {field.name: pc.struct_field(found, field.name) for field in found.type}
    comma = pc.match_substring(parts["seconds"], ",")
    parts["seconds"] = pc.replace_substring(parts["seconds"], ",", ".")
    degrees, minutes, seconds = (
        parts[name].cast(pa.float64()).to_numpy() for name in ("degrees", "minutes", "seconds")
    )
    before, after, minus = (
        pc.utf8_upper(parts[name]).to_numpy(zero_copy_only=False)
        for name in ("before", "after", "minus")
    )
    side = before + after
    sign = np.where(np.isin(side, _NEGATIVE), -1.0, math.nan)
    sign = np.where(np.isin(side, _POSITIVE) & (minus == ""), 1.0, sign)
    value = sign * (degrees + minutes / 60 + seconds / 3600)
    return value, comma.to_numpy(zero_copy_only=False)


def _odd_degrees(cell: str) -> tuple[float, bool]:
    """Return a number that is not written plainly, NaN if it is none, and whether by comma."""
    bare = re.sub(r"[°\s]", "", re.sub("[−–]", "-", cell))
    comma = _DECIMAL_COMMA.fullmatch(bare) is not None
    pointed = bare.replace(",", ".") if comma else bare
    return float(pointed) if _NUMBER.fullmatch(pointed) else math.nan, comma


def _inside(lon: pd.Series, lat: pd.Series) -> pd.Series:
    return lon.between(*INDONESIA_LON) & lat.between(*INDONESIA_LAT)


def _digits(cells: pd.Series) -> pd.Series:
    """Return the digits of a code, an empty text where there is none."""
    return clean_code(cells)[0].fillna("").str.replace(r"\D", "", regex=True)
