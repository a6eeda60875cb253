"""Headings of a recap: which column counts what. Offices write them in many ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from common.errors import BadInputError
from common.language import N_
from geodata.columns import FACTORS
from geodata.tables import heading_key

WELFARE = tuple(f"welfare_{rank}" for rank in range(1, 6))
COUNTS = ("target_families", "at_risk", "not_at_risk", *WELFARE, *FACTORS)
PLACE = ("area_code", "kelurahan_name", "kecamatan_name")

COUNT_WORDS = MappingProxyType(
    {
        "target_families": N_("keluarga sasaran"),
        "at_risk": N_("keluarga berisiko"),
        "not_at_risk": N_("keluarga tidak berisiko"),
        "welfare_1": N_("kesejahteraan 1"),
        "welfare_2": N_("kesejahteraan 2"),
        "welfare_3": N_("kesejahteraan 3"),
        "welfare_4": N_("kesejahteraan 4"),
        "welfare_5": N_("kesejahteraan 5"),
        "unfit_water": N_("air minum tidak layak"),
        "unfit_toilet": N_("jamban tidak layak"),
        "too_young": N_("terlalu muda"),
        "too_old": N_("terlalu tua"),
        "too_close": N_("terlalu dekat"),
        "too_many": N_("terlalu banyak"),
        "no_modern_contraception": N_("bukan peserta KB modern"),
    }
)

_NOT = r"(?:^|_)(?:tidak|tdk|tak|bukan|non|tanpa|belum)(?:_|$)"
_WELFARE = re.compile(r"(?:sejahtera|peringkat|desil|welfare).*?(?<!\d)([1-5])(?!\d)")
_OVER_FOUR = re.compile(r"(?:>|lebih dari|di ?atas)\s*4", re.IGNORECASE)
# in this order, because "KRS yang tidak mempunyai air minum layak" holds several of the words
_PATTERNS = (
    ("too_young", r"terlalu_muda|^muda$"),
    ("too_old", r"terlalu_tua|^tua$"),
    ("too_close", r"terlalu_dekat|^dekat$"),
    ("too_many", r"terlalu_banyak|^banyak$"),
    ("area_code", r"^kode(?:_(?:kel|kelurahan|desa|wilayah|kemendagri).*)?$|^area_code$"),
    ("kelurahan_name", r"^(?:nama_)?(?:kelurahan|desa|kel_desa)(?:_|$)|^(?:nama_)?kel$"),
    ("kecamatan_name", r"^(?:nama_)?(?:kecamatan|kec)$"),
    ("not_at_risk", _NOT + r".*(?:r[ie]s[ie]ko|krs)"),
    ("at_risk", r"(?:^|_)krs(?:_|$)|r[ie]s[ie]ko"),
    ("target_families", r"sasaran"),
)  # fmt: skip
_SECOND_BEST = re.compile(r"^(?:jumlah|total|jml)_(?:kk|keluarga)$")  # where nothing says "sasaran"
_LEFT_OUT = re.compile(r"persen|prosen|%|\bpct\b", re.IGNORECASE)


class RecapHeadingError(BadInputError):
    """The recap has no column that counts families, or two that count the same."""

    code = "recap-headings"


def recap_columns(headings: Sequence[str]) -> dict[str, str]:
    """Return which column holds what: one of ``PLACE`` or ``COUNTS`` -> heading as written.

    Raises
    ------
    RecapHeadingError
        Nothing is counted, or two headings mean the same count.
    """
    found: dict[str, str] = {}
    for heading in headings:
        meaning = _meaning(heading)
        if meaning is None:
            continue
        if meaning in found:
            if meaning in PLACE:  # the first names the place, such as nama beside id
                continue
            raise RecapHeadingError(
                N_("Rekap: kolom {first} dan {second} berarti sama; hapus salah satunya."),
                first=found[meaning],
                second=heading,
            )
        found[meaning] = heading
    found = _with_bare_ranks(found, headings)
    if "target_families" not in found:
        second_best = [each for each in headings if _SECOND_BEST.match(heading_key(each))]
        if second_best:
            found["target_families"] = second_best[0]
    if not any(count in found for count in COUNTS):
        raise RecapHeadingError(
            N_(
                "Rekap: tidak ada kolom yang dikenali; beri judul mis. Kelurahan, Keluarga "
                "Sasaran, Keluarga Berisiko, Tidak Berisiko."
            )
        )
    return found


def fit_of(headings: Sequence[str]) -> float:
    """Return the share of headings that a recap would have, 0 to 1; more of them fit better."""
    filled = [heading for heading in headings if heading.strip()]
    known = sum(_meaning(heading) is not None for heading in filled)
    known += len(_with_bare_ranks({}, headings))
    return min(known / len(filled), 1.0) * known / (known + 1) if filled else 0.0


def _meaning(heading: str) -> str | None:
    """Return what a heading says that its column holds; None: nothing of use."""
    key = heading_key(heading)
    if _LEFT_OUT.search(heading):
        return None
    unfit = re.search(_NOT, key) is not None
    for factor, word in (("unfit_water", r"(?:^|_)air(?:_|$)"), ("unfit_toilet", r"jamban|bab")):
        if re.search(word, key):
            # "air minum layak" counts the fit ones
            return factor if unfit or "layak" not in key else None
    if re.search(r"(?:^|_)kb(?:_|$)", key):
        return "no_modern_contraception" if unfit else None
    rank = _WELFARE.search(key)
    if rank:
        return WELFARE[4] if _OVER_FOUR.search(heading) else f"welfare_{rank[1]}"
    return next((name for name, pattern in _PATTERNS if re.search(pattern, key)), None)


def _with_bare_ranks(found: dict[str, str], headings: Sequence[str]) -> dict[str, str]:
    """Add welfare classes whose heading is a bare 1, 2, 3, 4 and 5 or >4 in a row."""
    ends = [index for index in range(len(headings) - 4) if _are_ranks(headings[index : index + 5])]
    if len(ends) != 1 or any(rank in found for rank in WELFARE):
        return found
    return found | dict(zip(WELFARE, headings[ends[0] : ends[0] + 5], strict=True))


def _are_ranks(five: Sequence[str]) -> bool:
    bare = [heading.replace(" ", "") for heading in five]
    return bare[:4] == ["1", "2", "3", "4"] and bare[4] in {"5", ">4", "4+"}
