"""Layouts of register files: which heading holds which of our columns.

The headings follow BKKBN's file of families at risk of stunting by name and address (2022),
its extract for food aid, and the record of the yearly verification (verval, 2025); see
docs/data-formats.md. Layouts that an office makes itself (:mod:`geodata.own_layouts`) are passed
in beside these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.tables import heading_key

MARK_COLUMNS = (
    "baduta", "balita", "pus", "pregnant", "unfit_water", "unfit_toilet", "too_young", "too_old",
    "too_close", "too_many", "no_modern_contraception", "bkkbn_at_risk",
)  # fmt: skip
# whether water and toilet are unfit, or which kind they are: a layout has one or the other
FITNESS = ("unfit_water", "unfit_toilet")
KINDS = ("water_source", "toilet_kind")
# of the text frame, see geodata.register
TEXT_COLUMNS = (
    "kode_keluarga", "nik", "head_name", "wife_name", "area_code_stated", "kelurahan_name",
    "kecamatan_name", "address", "rw_name", "rt_name", "register_lat", "register_lon", "rw_code",
    "rt_code", "kecamatan_code", "city_code", "province_code", *MARK_COLUMNS, *KINDS,
    "welfare_rank",
)  # fmt: skip
_NOT_IN_FILE = "sambangi:"  # before a column that a layout has no heading for

_HEADINGS_2022 = (
    "id_frm", "id_provinsi", "kode_provinsi", "nama_provinsi", "id_kabupaten", "kode_kabupaten",
    "nama_kabupaten", "id_kecamatan", "kode_kecamatan", "nama_kecamatan", "id_kelurahan",
    "kode_kelurahan", "nama_kelurahan", "kode_rw", "nama_rw", "kode_rt", "nama_rt", "periode",
    "kode_keluarga", "nik", "nama_kepala_keluarga", "nama_istri", "baduta", "balita", "pus",
    "pus_hamil", "sumber_air_layak_tidak", "jamban_layak_tidak", "terlalu_muda", "terlalu_tua",
    "terlalu_dekat", "terlalu_banyak", "bukan_peserta_kb_modern", "kesejahteraan_prioritas",
    "risiko_stunting", "latitude", "longitude",
)  # fmt: skip

_COLUMNS_2022 = {
    "kode_provinsi": "province_code", "kode_kabupaten": "city_code",
    "kode_kecamatan": "kecamatan_code", "nama_kecamatan": "kecamatan_name",
    "kode_kelurahan": "area_code_stated", "nama_kelurahan": "kelurahan_name",
    "kode_rw": "rw_code", "nama_rw": "rw_name", "kode_rt": "rt_code", "nama_rt": "rt_name",
    "kode_keluarga": "kode_keluarga", "nik": "nik", "nama_kepala_keluarga": "head_name",
    "nama_istri": "wife_name", "baduta": "baduta", "balita": "balita", "pus": "pus",
    "pus_hamil": "pregnant", "sumber_air_layak_tidak": "unfit_water",
    "jamban_layak_tidak": "unfit_toilet", "terlalu_muda": "too_young",
    "terlalu_tua": "too_old", "terlalu_dekat": "too_close", "terlalu_banyak": "too_many",
    "bukan_peserta_kb_modern": "no_modern_contraception",
    "kesejahteraan_prioritas": "welfare_rank", "risiko_stunting": "bkkbn_at_risk",
    "latitude": "register_lat", "longitude": "register_lon",
}  # fmt: skip

# What the verification of 2025 adds. A TPK is a team that goes with a family.
_ADDED_2025 = (
    "no_kk", "nik_istri", "nik_tidak_wajar", "usia_kehamilan", "status_pus", "status_hamil",
    "sumber_air_minum", "memiliki_tempat_bab", "jml_orang_tinggal", "pendampingan_tpk",
    "pendampingan_tpk_rujukan", "pendampingan_tpk_bansos", "pendampingan_tpk_kie",
    "pendampingan_tpk_elsimil", "pendampingan_tpk_eppgbm", "pendampingan_tpk_baas",
    "pendampingan_tpk_pmt", "pendampingan_tpk_genting", "pendampingan_tpk_tidak_ada",
    "tanggal_kunjungan", "status_verval", "flag_posyandu", "sudah_diukur", "sasaran_genting",
    "jenis_bantuan",
)  # fmt: skip

# The record says which water and which toilet a family has; whether they are fit is for the
# code map. Its own status columns come in place of the older marks.
_COLUMNS_2025 = {
    heading: column
    for heading, column in _COLUMNS_2022.items()
    if column not in {"pus", "pregnant", "unfit_water", "unfit_toilet"}
} | {
    "status_pus": "pus", "status_hamil": "pregnant", "sumber_air_minum": "water_source",
    "memiliki_tempat_bab": "toilet_kind",
}  # fmt: skip


def needed_headings(columns: Mapping[str, str]) -> frozenset[str]:
    """Return the headings without which a file says too little: who, where, and the marks."""
    least = {*MARK_COLUMNS, *KINDS, "kode_keluarga", "kelurahan_name", "area_code_stated"}
    return frozenset(heading for heading, column in columns.items() if column in least)


class LayoutError(BadInputError):
    """The file lacks headings that its layout needs."""

    code = "layout"


class AmbiguousLayoutError(LayoutError):
    """Two layouts fit a file equally well and read it differently."""

    code = "layout-ambiguous"


class UnknownLayoutError(WrongCallError):
    """No layout has that name."""

    code = "unknown-layout"


@dataclass(frozen=True, slots=True)
class Layout:
    """One way of laying out a register."""

    name: str
    headings: tuple[str, ...]  # all of them, as heading_key gives them
    columns: Mapping[str, str]  # heading -> text column, see geodata.register
    needed: frozenset[str]  # headings a file cannot do without
    titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # heading -> as the source writes it; a heading that is not there is written as it is

    def heading_of(self, column: str) -> str:
        """Return the heading under which the file holds ``column``.

        One of our columns that the layout lacks is ``sambangi:column``, which is no heading of a
        file; anything else is itself.
        """
        absent = f"{_NOT_IN_FILE}{column}" if column in TEXT_COLUMNS else column
        return next((head for head, ours in self.columns.items() if ours == column), absent)

    def title_of(self, heading: str) -> str:
        """Return a heading as the source of the layout writes it."""
        return self.titles.get(heading, heading)

    def has(self, column: str) -> bool:
        """Tell whether the layout has a heading for one of our columns."""
        return column in self.columns.values()

    def text_columns(self) -> tuple[str, ...]:
        """Return our columns that a text frame of this layout has, blank where it lacks them.

        Of water and toilet only whether they are unfit or of which kind, so that a code map for
        the other way does not fit.
        """
        kinds = any(map(self.has, KINDS))
        other = FITNESS if kinds else KINDS
        return tuple(
            column
            for column in TEXT_COLUMNS
            if column not in {*other, "address"} or self.has(column)
        )


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        layout.name: layout
        for layout in (
            Layout(
                "bkkbn-krs-2022",
                _HEADINGS_2022,
                MappingProxyType(_COLUMNS_2022),
                needed_headings(_COLUMNS_2022),
            ),
            Layout(
                "bkkbn-food-aid",
                (*_HEADINGS_2022, "alamat", "sasaran_final"),
                MappingProxyType({**_COLUMNS_2022, "alamat": "address"}),
                needed_headings(_COLUMNS_2022) | {"alamat"},
            ),
            Layout(
                "bkkbn-verval-2025",
                (*_HEADINGS_2022, *_ADDED_2025),
                MappingProxyType(_COLUMNS_2025),
                needed_headings(_COLUMNS_2025),
            ),
        )
    }
)


def named_layout(name: str, known: Mapping[str, Layout] = LAYOUTS) -> Layout:
    """Return the layout called ``name``.

    Parameters
    ----------
    known
        By name, as in all functions here: the built-in ones, and beside them those of an office.

    Raises
    ------
    UnknownLayoutError
        No layout has that name.
    """
    if name not in known:
        raise UnknownLayoutError(
            N_("Tata letak {name!r} tidak dikenal; yang ada: {known}."),
            name=name,
            known=", ".join(known),
        )
    return known[name]


def confidence_in(layout: Layout, headings: Iterable[str]) -> float:
    """Return the headings shared by file and layout over the headings of either, 0 to 1."""
    found = {heading_key(heading) for heading in headings}
    return len(found & set(layout.headings)) / len(found | set(layout.headings))


def best_confidence(headings: Iterable[str], known: Mapping[str, Layout] = LAYOUTS) -> float:
    """Return the confidence in the layout that fits best, needed headings or not, 0 to 1."""
    found = list(headings)
    return max(confidence_in(layout, found) for layout in known.values())


def require_headings(layout: Layout, headings: Iterable[str]) -> None:
    """Check that a file can be read in this layout.

    Raises
    ------
    LayoutError
        Needed headings are missing; the message names them.
    """
    missing = layout.needed - {heading_key(heading) for heading in headings}
    if missing:
        raise LayoutError(
            N_("Judul kolom yang wajib ada tidak ditemukan untuk tata letak {layout}: {missing}."),
            layout=layout.name,
            missing=", ".join(head for head in layout.headings if head in missing),
        )


def recognise_layout(
    headings: Iterable[str], known: Mapping[str, Layout] = LAYOUTS
) -> tuple[Layout, float]:
    """Return the layout that fits best and the confidence in it, see :func:`confidence_in`.

    Upper and lower case, spaces and underscores are alike.

    Raises
    ------
    LayoutError
        Not even the best one finds the headings it needs.
    AmbiguousLayoutError
        One that an office made fits as well as another, and they read the file differently.
    """
    found = list(headings)
    keys = {heading_key(heading) for heading in found}
    usable = [layout for layout in known.values() if layout.needed <= keys]
    best = max(usable or known.values(), key=lambda layout: confidence_in(layout, found))
    require_headings(best, found)
    confidence = confidence_in(best, found)
    alike = [layout for layout in usable if confidence_in(layout, found) == confidence]
    if any(layout.name not in LAYOUTS and _differ(layout, best, keys) for layout in alike):
        raise AmbiguousLayoutError(
            N_("Judul kolomnya cocok dengan beberapa tata letak: {names}. Pilih satu."),
            names=", ".join(layout.name for layout in alike),
        )
    return best, confidence


def _differ(layout: Layout, other: Layout, keys: set[str]) -> bool:
    """Tell whether two layouts read a file with these headings differently."""
    return any(layout.columns.get(key) != other.columns.get(key) for key in keys)
