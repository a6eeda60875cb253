"""Words of Data keluarga: layouts, code maps and the fields of a family."""

from __future__ import annotations

from common.language import N_, translate

# geodata.layouts.LAYOUTS
_LAYOUTS = {
    "bkkbn-krs-2022": N_("Daftar KRS BKKBN 2022"),
    "bkkbn-food-aid": N_("Daftar bantuan pangan BKKBN"),
    "bkkbn-verval-2025": N_("Verval BKKBN 2025"),
}
# geodata.code_maps.CODE_MAPS
_CODES = {
    "v-marks": N_("V = ya"),
    "one-is-risk": N_("1 = berisiko"),
    "two-is-risk": N_("2 = berisiko"),
    "verval-2025": N_("verval 2025: 1 = berisiko"),
}
# geodata.columns.HOUSEHOLDS
FIELD_WORDS = {
    "kode_keluarga": N_("kode keluarga"),
    "area_code_stated": N_("kode kelurahan"),
    "kelurahan_name": N_("nama kelurahan"),
    "kecamatan_name": N_("nama kecamatan"),
    "rw": "RW",
    "rt": "RT",
    "nik": "NIK",
    "head_name": N_("nama kepala keluarga"),
    "wife_name": N_("nama istri"),
    "address": N_("alamat"),
    "pregnant": N_("hamil"),
    "baduta": N_("baduta"),
    "balita": N_("balita"),
    "pus": "PUS",
    "unfit_water": N_("air minum tidak layak"),
    "unfit_toilet": N_("jamban tidak layak"),
    "too_young": N_("terlalu muda"),
    "too_old": N_("terlalu tua"),
    "too_close": N_("terlalu dekat"),
    "too_many": N_("terlalu banyak"),
    "no_modern_contraception": N_("bukan peserta KB modern"),
    "welfare_rank": N_("peringkat kesejahteraan"),
    "bkkbn_at_risk": N_("tanda risiko stunting"),
    "register_lon": N_("bujur"),
    "register_lat": N_("lintang"),
}
# geodata.layouts.TEXT_COLUMNS that are no field of a family
_COLUMNS = {
    "rw_name": "RW",
    "rt_name": "RT",
    "rw_code": N_("kode RW"),
    "rt_code": N_("kode RT"),
    "kecamatan_code": N_("kode kecamatan"),
    "city_code": N_("kode kota"),
    "province_code": N_("kode provinsi"),
    "water_source": N_("sumber air minum (kode)"),
    "toilet_kind": N_("tempat BAB (kode)"),
}


def layout_words(name: str, language: str) -> str:
    """Return ``Daftar KRS BKKBN 2022 (bkkbn-krs-2022)``; of an unknown layout its name."""
    return f"{translate(_LAYOUTS[name], language)} ({name})" if name in _LAYOUTS else name


def codes_words(name: str, language: str) -> str:
    """Return ``1 = berisiko (one-is-risk)``; of an unknown code map its name."""
    return f"{translate(_CODES[name], language)} ({name})" if name in _CODES else name


def field_words(name: str, language: str) -> str:
    """Return what a field of a family is called, as geodata.columns.HOUSEHOLDS names it."""
    return translate(FIELD_WORDS[name], language)


def column_words(name: str, language: str) -> str:
    """Return what a column of a register is called, as geodata.layouts.TEXT_COLUMNS names it."""
    return translate({**FIELD_WORDS, **_COLUMNS}[name], language)
