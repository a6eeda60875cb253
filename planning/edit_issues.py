"""Why something that people asked of a week is refused, and what to do about it."""

from __future__ import annotations

import pandas as pd

from common.language import N_

_UNDO = N_("Cabut atau ubah suntingan ini.")
EDIT_ISSUES: dict[str, tuple[str, str]] = {
    "edit-action": (
        N_("Jenis suntingan tidak dikenal."),
        N_("Pilih pin, ban, move, swap, absent atau withdraw."),
    ),
    "edit-household": (
        N_("Keluarga tidak ada di register wilayah ini."),
        N_("Tulis kode_keluarga, atau nomor keluarga di Sambangi."),
    ),
    "edit-team": (N_("Tim tidak dikenal."), N_("Tulis team_id dari tim yang sudah diimpor.")),
    "edit-camat": (
        N_("Kunjungan camat tidak dipasang dengan tangan."),
        N_("Pilih tim lain; keluarga camat dipilih saat `plan`."),
    ),
    "edit-day": (
        N_("Hari tidak terbaca atau di luar minggu itu."),
        N_("Tulis tanggal, mis. 2026-12-02, atau nama hari, mis. rabu."),
    ),
    "edit-day-past": (N_("Hari itu sudah lewat."), N_("Pilih hari ini atau sesudahnya.")),
    "edit-hour": (N_("Jam tidak terbaca, atau bukan untuk jenis ini."), N_("Tulis mis. 09:30.")),
    "edit-other": (
        N_("Keluarga kedua hanya untuk swap, dan harus keluarga lain."),
        N_("Isi other_household dengan keluarga lain, atau kosongkan."),
    ),
    "edit-incomplete": (
        N_("Suntingan belum lengkap."),
        N_("pin: team; move: team atau day; absent: team dan day; lainnya: household."),
    ),
    "edit-swap-unplanned": (
        N_("Salah satu keluarga tidak punya kunjungan rumah sendiri di rencana terbaru."),
        N_("Pakai pin; kunjungan bersama camat tidak ditukar."),
    ),
    "edit-swap-same": (
        N_("Kedua keluarga sudah di tim dan hari yang sama."),
        N_("Pakai pin dengan jam."),
    ),
    "edit-twice": (
        N_("Keluarga ini sudah disebut di baris lain dengan maksud lain."),
        N_("Tulis satu baris saja untuk satu keluarga."),
    ),
    "edit-not-at-risk": (N_("Keluarga ini tidak berisiko."), _UNDO),
    "edit-not-due": (N_("Keluarga ini belum waktunya dikunjungi."), _UNDO),
    "edit-merged": (
        N_("Baris ini digabung ke baris lain keluarga itu."),
        N_("Pakai baris yang mewakili keluarga itu."),
    ),
    "edit-banned": (N_("Keluarga ini dikecualikan dari tim atau hari itu."), _UNDO),
    "edit-no-location": (
        N_("Letak rumah belum diketahui."),
        N_("Lengkapi letaknya dahulu."),
    ),
    "edit-outside-city": (N_("Titik keluarga di luar kota."), N_("Perbaiki koordinat dahulu.")),
    "edit-off-network": (N_("Tidak ada jalan untuk tim itu."), N_("Pilih tim lain.")),
    "edit-no-team": (N_("Kelurahan itu bukan wilayah tim."), N_("Pilih tim wilayah itu.")),
    "edit-team-absent": (N_("Tim tidak bekerja pada hari itu."), N_("Pilih hari atau tim lain.")),
    "edit-posyandu": (N_("Kader sibuk di posyandu pada hari itu."), N_("Pilih hari lain.")),
    "edit-no-skill": (N_("Tim itu tidak punya keahlian yang perlu."), N_("Pilih tim lain.")),
    "edit-window-closed": (N_("Jam itu di luar jam kerja tim."), N_("Pilih jam lain.")),
    "edit-cannot-fit-alone": (
        N_("Kunjungan tidak muat dalam hari tim, juga bila sendirian."),
        N_("Pilih jam, hari atau tim lain."),
    ),
    "edit-visited": (
        N_("Kunjungan keluarga ini pada minggu itu sudah lewat."),
        N_("Minta untuk minggu berikutnya."),
    ),
    "edit-no-room": (
        N_("Tidak muat bersama suntingan lain pada hari itu."),
        N_("Pilih jam, hari atau tim lain."),
    ),
}


def edit_issues(issues: list[tuple[int, str, str, bool]]) -> pd.DataFrame:
    """Return an issue frame: row, column, code, quarantines, what, remedy; ordered by row."""
    names = ["row", "column", "code", "quarantines"]
    frame = pd.DataFrame(sorted(issues), columns=names)
    frame = frame.astype({"row": int, "column": "str", "code": "str", "quarantines": bool})
    for at, name in enumerate(("what", "remedy")):
        texts = {code: words[at] for code, words in EDIT_ISSUES.items()}
        frame[name] = frame["code"].map(texts).astype("str")
    return frame
