"""Small made-up registers for tests; every NIK ends in 0000."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from geodata.layouts import LAYOUTS
from geodata.register import RegisterText, read_register

FOOD_AID = LAYOUTS["bkkbn-food-aid"]
VERVAL = LAYOUTS["bkkbn-verval-2025"]


def family(number: int = 1, **cells: str) -> dict[str, str]:
    """Return the cells of one sound family under the headings of the food-aid layout."""
    row = dict.fromkeys(FOOD_AID.headings, "")
    row |= {
        "kode_kelurahan": "36.71.01.1001", "nama_kelurahan": "Sukarasa",
        "kode_kecamatan": "36.71.01", "nama_kecamatan": "Tangerang", "nama_rw": "002",
        "nama_rt": "003", "kode_keluarga": f"36710100000{number:05d}",
        "nik": "3671014502910000",
        "nama_kepala_keluarga": "Contoh Keluarga", "baduta": "V", "balita": "-", "pus": "V",
        "pus_hamil": "-", "sumber_air_layak_tidak": "V", "jamban_layak_tidak": "-",
        "kesejahteraan_prioritas": "2", "risiko_stunting": "V",
        "latitude": "-6.1716", "longitude": "106.6317", "alamat": "Jl. Contoh, No. 1",
    }  # fmt: skip
    return row | cells


def verified_family(number: int = 1, **cells: str) -> dict[str, str]:
    """Return the cells of one sound family under the headings of the verification of 2025."""
    row = dict.fromkeys(VERVAL.headings, "")
    row |= {heading: cell for heading, cell in family(number).items() if heading in row}
    row |= {
        "baduta": "1", "balita": "2", "pus": "", "pus_hamil": "", "sumber_air_layak_tidak": "",
        "jamban_layak_tidak": "", "terlalu_muda": "2", "terlalu_tua": "1", "terlalu_dekat": "3",
        "terlalu_banyak": "2", "bukan_peserta_kb_modern": "1", "risiko_stunting": "1",
        "no_kk": "3671010000000001", "status_pus": "1", "status_hamil": "true",
        "usia_kehamilan": "12", "sumber_air_minum": "2", "memiliki_tempat_bab": "3",
        "jml_orang_tinggal": "4", "tanggal_kunjungan": "2025-07-01", "status_verval": "true",
    }  # fmt: skip
    return row | cells


def write_csv(
    path: Path, rows: Sequence[Mapping[str, str]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """Write rows that share their headings."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[object]], *, empty_sheets: int = 0) -> Path:
    """Write a workbook with empty sheets before the one with rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(empty_sheets):
        sheet = book.create_sheet()
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def register_of(folder: Path, *rows: Mapping[str, str]) -> RegisterText:
    """Write the rows as a CSV register and read it again."""
    return read_register(write_csv(folder / "register.csv", rows))
