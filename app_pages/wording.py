"""Words that several pages share: weeks, days, roles, reasons."""

from __future__ import annotations

import re
from datetime import date

from babel.dates import format_date

from common.clock import Week, week_of
from common.language import N_, translate
from storage.plans import PUBLISHED, PlanRecord

_MARKDOWN = re.compile(r"[\\`*_\[\](){}!:$#<>~|&]")
# reason of planning.columns.REASONS -> what it means, what would settle it
REASON_WORDS = {
    "not_at_risk": (N_("tidak berisiko"), N_("Tidak perlu dikunjungi; dinilai ulang tiap impor.")),
    "merged": (
        N_("data ganda"),
        N_("Dikunjungi lewat baris lain keluarga itu; pisahkan bila ternyata dua keluarga."),
    ),
    "banned": (N_("dikecualikan"), N_("Cabut pengecualian bila perlu dikunjungi.")),
    "not_due": (N_("belum waktunya"), N_("Masuk rencana saat jatuh tempo.")),
    "refused": (N_("menolak dikunjungi"), N_("Minta kader atau Ketua RT berbicara dahulu.")),
    "moved": (N_("sudah pindah"), N_("Perbarui daftar keluarga.")),
    "no_location": (
        N_("letak belum diketahui"),
        N_("Lengkapi koordinat, RT atau RW di daftar, lalu impor dan tempatkan lagi."),
    ),
    "outside_city": (N_("titik di luar kota"), N_("Perbaiki koordinat atau alamat di daftar.")),
    "off_network": (
        N_("jauh dari jalan pada peta"),
        N_("Lengkapi jalan di OpenStreetMap, lalu bangun ulang kota."),
    ),
    "no_team": (N_("tidak ada tim di kelurahan itu"), N_("Tambah tim atau perluas wilayah tim.")),
    "team_absent": (N_("tim libur sepekan"), N_("Minta tim lain atau tunggu minggu berikutnya.")),
    "no_skill": (N_("butuh keahlian lain"), N_("Tambahkan bidan ke salah satu tim wilayah itu.")),
    "window_closed": (N_("jam keluarga di luar jam tim"), N_("Ubah jam kerja atau janji temu.")),
    "cannot_fit_alone": (
        N_("terlalu jauh untuk satu hari"),
        N_("Pindahkan titik berangkat atau perpanjang hari."),
    ),
    "day_full": (
        N_("hari tim sudah penuh"),
        N_("Menunggu giliran; di bawah tertulis apa yang kurang bagi tiap keluarga."),
    ),
}


def week_name(week: Week, today: date, language: str) -> str:
    """Return ``Minggu depan · 30 Nov – 6 Des 2026 · W49``."""
    distance = (week.monday - week_of(today).monday).days // 7
    near = {0: N_("Minggu ini"), 1: N_("Minggu depan")}
    start = translate(near[distance], language) + " · " if distance in near else ""
    return f"{start}{week_span(week, language)} · W{week.number:02d}"


def week_span(week: Week, language: str) -> str:
    """Return ``30 Nov – 6 Des 2026``."""
    first = format_date(week.monday, "d MMM", locale=language)
    return f"{first} – {short_date(week.day(6), language)}"


def short_date(day: date, language: str) -> str:
    """Return ``24 Nov 2026``."""
    return str(format_date(day, "d MMM y", locale=language))


def weekday(day: date, language: str) -> str:
    """Return ``Senin``."""
    return str(format_date(day, "EEEE", locale=language))


def weekday_name(number: int, language: str) -> str:
    """Return ``Kamis`` for 3; 0 is Monday."""
    return weekday(date.fromisocalendar(2026, 1, number + 1), language)


def day_and_month(day: date, language: str) -> str:
    """Return ``30 Nov``."""
    return str(format_date(day, "d MMM", locale=language))


def state_words(record: PlanRecord, language: str) -> str:
    """Return ``versi 2, belum diterbitkan`` or ``versi 2, terbit 27 Nov 2026``."""
    if record.state == PUBLISHED and record.published_at is not None:
        on = short_date(record.published_at.astimezone().date(), language)
        return translate(
            N_("versi {version}, terbit {date}"), language, version=record.version, date=on
        )
    return translate(N_("versi {version}, belum diterbitkan"), language, version=record.version)


def literal(text: str) -> str:
    """Return a free text for markdown so that every sign is shown as written.

    What people write could else become a link or load an image from elsewhere.
    """
    return _MARKDOWN.sub(r"\\\g<0>", text)
