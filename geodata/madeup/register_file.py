"""The made-up register as text in the layout ``bkkbn-food-aid``, and ``truth.csv`` beside it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from common.area_codes import area_digits
from geodata.madeup import names
from geodata.madeup.families import YEAR
from geodata.madeup.reference import CITY, PROVINCE

COLUMNS = (
    "id_frm", "id_provinsi", "kode_provinsi", "nama_provinsi", "id_kabupaten", "kode_kabupaten",
    "nama_kabupaten", "id_kecamatan", "kode_kecamatan", "nama_kecamatan", "id_kelurahan",
    "kode_kelurahan", "nama_kelurahan", "kode_rw", "nama_rw", "kode_rt", "nama_rt", "periode",
    "kode_keluarga", "nik", "nama_kepala_keluarga", "nama_istri", "baduta", "balita", "pus",
    "pus_hamil", "sumber_air_layak_tidak", "jamban_layak_tidak", "terlalu_muda", "terlalu_tua",
    "terlalu_dekat", "terlalu_banyak", "bukan_peserta_kb_modern", "kesejahteraan_prioritas",
    "risiko_stunting", "latitude", "longitude", "alamat", "sasaran_final",
)  # fmt: skip
MARKS = {
    "baduta": "baduta",
    "balita": "balita",
    "pus": "pus",
    "pus_hamil": "pregnant",
    "sumber_air_layak_tidak": "unfit_water",
    "jamban_layak_tidak": "unfit_toilet",
    "terlalu_muda": "too_young",
    "terlalu_tua": "too_old",
    "terlalu_dekat": "too_close",
    "terlalu_banyak": "too_many",
    "bukan_peserta_kb_modern": "no_modern_contraception",
    "risiko_stunting": "flagged",
}  # column of the register -> flag of a family; code map v-marks
ENVIRONMENT = ("sumber_air_layak_tidak", "jamban_layak_tidak")
HAS, HAS_NOT = "V", "-"
_PROVINCES = {names.CITY: names.PROVINCE.upper(), CITY: PROVINCE.upper()}
TRUTH_COLUMNS = (
    "row", "kode_keluarga", "lon", "lat", "area_code", "rw", "rt", "faults", "duplicate_of",
)  # fmt: skip


def register_text(families: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the register without a fault: one text row a family, ``COLUMNS``, same index.

    ``id_frm``, ``latitude`` and ``longitude`` are left empty for the caller.
    """
    area = areas.iloc[families["area"].to_numpy()]
    codes = [str(code) for code in area["area_code"]]
    digits = [area_digits(code) for code in codes]
    text = {column: [""] * len(families) for column in COLUMNS}
    text["id_provinsi"] = text["kode_provinsi"] = [each[:2] for each in digits]
    text["id_kabupaten"] = [each[:4] for each in digits]
    text["kode_kabupaten"] = [f"{each[:2]}.{each[2:4]}" for each in digits]
    text["nama_kabupaten"] = [name.upper() for name in area["city_name"]]
    text["nama_provinsi"] = [_PROVINCES.get(name, "") for name in area["city_name"]]
    text["id_kecamatan"] = [area_digits(code) for code in area["kecamatan_code"]]
    text["kode_kecamatan"] = list(area["kecamatan_code"])
    text["nama_kecamatan"] = [name.upper() for name in area["kecamatan_name"]]
    text["id_kelurahan"], text["kode_kelurahan"] = digits, codes
    text["nama_kelurahan"] = [name.upper() for name in area["area_name"]]
    for unit in ("rw", "rt"):
        text[f"kode_{unit}"] = list(families[unit])
        text[f"nama_{unit}"] = [f"{unit.upper()} {int(each):02d}" for each in families[unit]]
    text["periode"] = [str(YEAR)] * len(families)
    text["kode_keluarga"], text["nik"] = list(families["kode_keluarga"]), list(families["nik"])
    text["nama_kepala_keluarga"] = list(families["head_name"])
    text["nama_istri"] = list(families["wife_name"])
    for column, flag in MARKS.items():
        text[column] = [HAS if each else HAS_NOT for each in families[flag]]
    text["kesejahteraan_prioritas"] = [str(rank) for rank in families["welfare_rank"]]
    text["alamat"] = list(families["address"])
    text["sasaran_final"] = [HAS if each else HAS_NOT for each in _aided(families)]
    return pd.DataFrame(text, index=families.index, columns=list(COLUMNS), dtype=str)


def _aided(families: pd.DataFrame) -> pd.Series:
    """Return who gets food aid: flagged, welfare rank 1 or 2, a child under 5 or a pregnancy."""
    small = families["baduta"] | families["balita"] | families["pregnant"]
    aided: pd.Series = families["flagged"] & small & (families["welfare_rank"] <= 2)
    return aided


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame as CSV: comma, LF, empty for missing."""
    return str(frame.to_csv(index=False, lineterminator="\n"))
