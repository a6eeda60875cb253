"""What each issue of a register means and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from common.language import N_


@dataclass(frozen=True, slots=True)
class IssueText:
    """An issue in words, Indonesian; translate before showing."""

    what: str
    remedy: str


_ASK_FAMILY = N_("Tanyakan nomor yang benar saat kunjungan.")
_ASK_PLACE = N_("Catat koordinat yang benar saat kunjungan.")

QUARANTINING = (
    "family_code_missing", "family_code_digits_lost", "family_seen_before", "no_area",
    "risk_mark_unreadable", "too_many_cells", "heading_repeated", "totals_row",
)  # fmt: skip

ISSUE_TEXTS: Mapping[str, IssueText] = MappingProxyType(
    {
        "family_code_missing": IssueText(
            N_("Kode keluarga kosong."), N_("Isi kode keluarga dari SIGA, lalu impor lagi.")
        ),
        "family_code_digits_lost": IssueText(
            N_("Kode keluarga berubah menjadi angka (mis. 3,67E+15) sehingga digitnya hilang."),
            N_("Ekspor ulang dengan kolom kode sebagai teks."),
        ),
        "family_seen_before": IssueText(
            N_("Kode keluarga sudah ada di baris sebelumnya."),
            N_("Hapus baris ganda atau betulkan kodenya."),
        ),
        "no_area": IssueText(
            N_("Tidak ada kode kelurahan, nama kelurahan, koordinat, ataupun alamat."),
            N_("Isi kelurahan keluarga ini."),
        ),
        "risk_mark_unreadable": IssueText(
            N_("Tanda risiko stunting tidak terbaca oleh peta kode."),
            N_("Betulkan tandanya menurut peta kode yang dipakai."),
        ),
        "too_many_cells": IssueText(
            N_("Baris berisi lebih banyak sel daripada judul kolom."),
            N_("Beri tanda kutip pada sel yang memuat pemisah, atau simpan sebagai XLSX."),
        ),
        "heading_repeated": IssueText(
            N_("Baris mengulang judul kolom, bukan keluarga."), N_("Hapus baris ini dari berkas.")
        ),
        "totals_row": IssueText(
            N_("Baris jumlah (Jumlah, Total), bukan keluarga."), N_("Hapus baris ini dari berkas.")
        ),
        "mark_unreadable": IssueText(
            N_("Tanda tidak terbaca oleh peta kode; nilainya dianggap tidak diketahui."),
            N_("Betulkan tandanya menurut peta kode yang dipakai."),
        ),
        "nik_missing": IssueText(N_("NIK kosong."), _ASK_FAMILY),
        "nik_digits_lost": IssueText(
            N_("NIK berubah menjadi angka (mis. 3,67E+15) sehingga digitnya hilang."),
            N_("Ekspor ulang dengan kolom NIK sebagai teks."),
        ),
        "nik_not_16_digits": IssueText(N_("NIK tidak terdiri atas 16 digit."), _ASK_FAMILY),
        "nik_one_digit": IssueText(N_("NIK terdiri atas satu digit yang diulang."), _ASK_FAMILY),
        "nik_start": IssueText(N_("NIK diawali 12345, 00000, atau 99999."), _ASK_FAMILY),
        "nik_end": IssueText(N_("NIK diakhiri 00000 atau 99999."), _ASK_FAMILY),
        "nik_date": IssueText(N_("Tanggal lahir di dalam NIK tidak mungkin."), _ASK_FAMILY),
        "area_code_malformed": IssueText(
            N_("Kode kelurahan tidak terdiri atas 10 digit."),
            N_("Isi kode Kemendagri, mis. 36.71.01.1001."),
        ),
        "area_contradicts": IssueText(
            N_("Nama kelurahan lain daripada yang biasa bersama kode ini; kodenya yang dipakai."),
            N_("Periksa kelurahan keluarga ini, lalu samakan kode dan namanya."),
        ),
        "area_missing": IssueText(
            N_("Kode dan nama kelurahan kosong; kelurahan ditentukan dari koordinat atau alamat."),
            N_("Isi kelurahan keluarga ini."),
        ),
        "block_contradicts": IssueText(
            N_("Nomor RT/RW di nama dan di kode berbeda; yang dipakai nomor di nama."),
            N_("Periksa RT/RW keluarga ini, lalu samakan kode dan namanya."),
        ),
        "block_letter": IssueText(
            N_("Huruf di belakang nomor RT/RW tidak dibaca (3 A dibaca 003)."),
            N_("Periksa nomor RT/RW, atau tulis nomornya saja."),
        ),
        "rt_missing": IssueText(N_("RT kosong."), N_("Isi nomor RT.")),
        "rt_unreadable": IssueText(N_("RT tidak terbaca."), N_("Tulis nomor RT, mis. 003.")),
        "rw_missing": IssueText(N_("RW kosong."), N_("Isi nomor RW.")),
        "rw_unreadable": IssueText(N_("RW tidak terbaca."), N_("Tulis nomor RW, mis. 003.")),
        "coordinate_unreadable": IssueText(N_("Koordinat tidak terbaca."), _ASK_PLACE),
        "coordinate_half": IssueText(N_("Hanya lintang atau hanya bujur yang terisi."), _ASK_PLACE),
        "coordinate_zero": IssueText(N_("Koordinat 0,0."), _ASK_PLACE),
        "coordinate_comma": IssueText(
            N_("Koordinat memakai koma desimal; dibaca sebagai titik."),
            N_("Periksa titik keluarga ini di peta."),
        ),
        "coordinate_swapped": IssueText(
            N_("Lintang dan bujur tampaknya tertukar; koordinat tidak dipakai."),
            N_("Tukar kedua kolom bila benar, lalu impor lagi."),
        ),
        "coordinate_outside_indonesia": IssueText(N_("Koordinat di luar Indonesia."), _ASK_PLACE),
        "welfare_rank_unreadable": IssueText(
            N_("Peringkat kesejahteraan bukan 1 sampai 5."), N_("Isi peringkat 1 sampai 5.")
        ),
        "formula": IssueText(
            N_("Teks diawali tanda rumus (=, +, @, -); disimpan sebagai teks biasa."),
            N_("Hapus tanda di awal teks."),
        ),
        "text_damaged": IssueText(
            N_("Teks memuat huruf yang rusak karena salah pengodean."),
            N_("Ekspor ulang sebagai XLSX atau CSV UTF-8."),
        ),
    }
)
