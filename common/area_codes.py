"""Codes of kelurahan and kecamatan as text.

Kemendagri writes PP.KK.CC.VVVV (province, city, kecamatan, kelurahan), BPS ten
digits cut 2+2+3+3. The two number kecamatan differently, so a code is never
turned into the other by arithmetic and the kecamatan of an area is stored
beside it.
"""

from __future__ import annotations

import re

_NOT_DIGIT = re.compile(r"\D+")


def area_digits(text: object) -> str:
    """Return only the digits of a code; float text such as ``3671011001.0`` is read as whole.

    The letters of ``ID3671030018`` and the dots of ``36.71.01.1001`` fall away;
    a value without digits gives an empty text.
    """
    raw = str(text).strip()
    if re.fullmatch(r"\d+\.0", raw):
        raw = raw[:-2]
    return _NOT_DIGIT.sub("", raw)


def kemendagri_code(text: object) -> str | None:
    """Return ``36.71.01.1001`` for ten digits however they were written, else None."""
    digits = area_digits(text)
    if len(digits) != 10:
        return None
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def kecamatan_of(area_code: str, system: str) -> str:
    """Return the kecamatan part of a kelurahan code.

    ``system`` is ``kemendagri`` (``36.71.01``) or ``bps`` (first seven digits).
    """
    return area_code[:8] if system == "kemendagri" else area_digits(area_code)[:7]
