"""Words, numbers and times as every output writes them."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal

from common.language import N_, translate
from publishing.sheet import AskedFamily, Sheet, SheetStop

MOST_LETTERS = 140  # of a free text; more does not fit a row of the list

OUTCOMES = {
    1: N_("bertemu"),
    2: N_("tidak di rumah"),
    3: N_("pindah"),
    4: N_("menolak"),
    5: N_("alamat salah"),
    6: N_("tidak ditemukan"),
}
GROUP_WORDS = {
    "pregnant": N_("hamil"),
    "baduta": N_("baduta"),
    "balita": N_("balita"),
    "pus": N_("PUS"),
    "other": N_("keluarga"),
}
# What to look at or ask about at the home. Never a diagnosis: a passer-by may read the paper.
CHECK_WORDS = {
    "unfit_water": N_("sumber air"),
    "unfit_toilet": N_("jamban"),
    "too_young": N_("usia ibu"),
    "too_old": N_("usia ibu"),
    "too_close": N_("jarak anak"),
    "too_many": N_("jumlah anak"),
    "no_modern_contraception": N_("KB"),
    "pregnant": N_("kehamilan"),
    "baduta": N_("ukur baduta"),
    "balita": N_("ukur balita"),
    "pus": N_("konseling PUS"),
}
TRANSPORT_WORDS = {
    "walk": N_("jalan kaki"),
    "motorcycle": N_("sepeda motor"),
    "car": N_("mobil"),
}
# what the kader answers about a family without a door; letters, as visits have numbers
ANSWERS = {
    "A": N_("ketemu tempatnya"),
    "B": N_("pindah"),
    "C": N_("tidak dikenal"),
}
# what two rows of the register have in common or not (geodata.duplicate_model.REASONS)
DUPLICATE_WORDS = {
    "same_nik": N_("NIK sama"),
    "near_nik": N_("NIK hampir sama"),
    "other_nik": N_("NIK berbeda"),
    "same_head_name": N_("nama kepala keluarga sama"),
    "near_head_name": N_("nama kepala keluarga mirip"),
    "part_head_name": N_("nama depan kepala keluarga mirip"),
    "other_head_name": N_("nama kepala keluarga berbeda"),
    "same_wife_name": N_("nama istri sama"),
    "near_wife_name": N_("nama istri mirip"),
    "part_wife_name": N_("nama depan istri mirip"),
    "other_wife_name": N_("nama istri berbeda"),
    "same_address": N_("alamat sama"),
    "near_address": N_("alamat mirip"),
    "near_place": N_("titik berdekatan"),
    "same_rt": N_("RT sama"),
    "other_area": N_("kelurahan berbeda"),
    "other_rt": N_("RT berbeda"),
}
ASKED_HEADING = N_("Daftar keluarga untuk ditanyakan")
LANDMARK = N_("Patokan, letak rumah")
MADE_UP = N_("DATA REKAAN")
APPROXIMATE = N_("batas perkiraan")
STREETS_BY = "© OpenStreetMap contributors"  # as ODbL 1.0 asks, in no language


def clean(text: str | None, most: int = MOST_LETTERS) -> str:
    """Return a free text as one printable line of at most ``most`` letters; missing gives "".

    Control signs and lone surrogates fall away (XML and JSON cannot carry them), and so do
    the signs that turn the direction of writing. The sign of a broken encoding is a space.
    """
    kept = (" " if sign.isspace() or sign == "\ufffd" else sign for sign in text or "")
    line = "".join(sign for sign in kept if sign == " " or unicodedata.category(sign)[0] != "C")
    line = " ".join(line.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def clock_text(seconds: int, language: str) -> str:
    """Return a time of day to the minute: ``08.30``, in English ``08:30``."""
    minutes = round(seconds / 60)
    return f"{minutes // 60 % 24:02d}{_clock_sign(language)}{minutes % 60:02d}"


def _clock_sign(language: str) -> str:
    return ":" if language == "en" else "."


def date_text(day: date, language: str) -> str:
    """Return ``Senin, 30 November 2026``."""
    return format_date(day, "EEEE, d MMMM y", locale=language)


def short_day_text(day: date, language: str) -> tuple[str, str]:
    """Return ``Senin`` and ``30 Nov 2026``."""
    return format_date(day, "EEEE", locale=language), format_date(day, "d MMM y", locale=language)


def moment_text(at: datetime, language: str) -> str:
    """Return ``24 Nov 2026 10.15`` for an aware time, in its own zone."""
    return f"{format_date(at, 'd MMM y', locale=language)} {at:%H}{_clock_sign(language)}{at:%M}"


def number_text(value: float, decimals: int, language: str) -> str:
    """Return ``1.234,5``, in English ``1,234.5``."""
    tail = "." + "0" * decimals if decimals else ""
    return format_decimal(value, format=f"#,##0{tail}", locale=language)


def km_text(metres: float, language: str) -> str:
    """Return ``12,4 km``."""
    return f"{number_text(metres / 1000, 1, language)} km"


def span_text(seconds: int, language: str) -> str:
    """Return ``1 jam 32 mnt``."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return translate(N_("{hours} jam {minutes} mnt"), language, hours=hours, minutes=minutes)
    return translate(N_("{minutes} mnt"), language, minutes=minutes)


def short_number(text: str | None) -> str:
    """Return ``03`` for the register's ``003``; missing gives ""."""
    raw = clean(text, 8)
    return raw.lstrip("0").rjust(2, "0") if raw.isdecimal() else raw


def rt_rw_text(stop: SheetStop | AskedFamily) -> str:
    """Return ``RT 03/RW 05``, or what is known of it."""
    parts = (("RT", short_number(stop.rt)), ("RW", short_number(stop.rw)))
    return "/".join(f"{kind} {number}" for kind, number in parts if number)


def group_word(group: str, language: str) -> str:
    """Return the word of the field for a group: ``hamil``, ``baduta``, ``balita``, ``PUS``."""
    return translate(GROUP_WORDS[group], language)


def check_words(stop: SheetStop, language: str) -> list[str]:
    """Return what to check at the home, each word once, in the order given."""
    words = (translate(CHECK_WORDS[code], language) for code in stop.checks if code in CHECK_WORDS)
    return list(dict.fromkeys(words))


def duplicate_words(reasons: str, language: str) -> str:
    """Return why two rows may be one family: ``NIK sama, RT berbeda`` for codes with ";"."""
    codes = reasons.split(";") if reasons else []
    return ", ".join(translate(DUPLICATE_WORDS[code], language) for code in codes)


def meeting_text(stop: SheetStop, language: str) -> str:
    """Return ``Temui kader: 12 keluarga`` for a meeting, else ""."""
    if not stop.is_meeting:
        return ""
    return translate(N_("Temui kader: {count} keluarga"), language, count=len(stop.asked))


def place_words(stop: SheetStop, language: str) -> str:
    """Return how to find the door: ``titik dari data`` or whom to ask; where a kader is met."""
    if stop.is_meeting:
        return clean(stop.place_name, 60) or translate(N_("posyandu atau kantor"), language)
    rt, rw = short_number(stop.rt), short_number(stop.rw)
    if stop.grade == "verified":
        return translate(N_("titik sudah dicek"), language)
    if stop.grade == "register":
        return translate(N_("titik dari data"), language)
    if stop.grade == "street":
        return translate(N_("titik di jalannya, cari nomornya"), language)
    if stop.grade in {"rt", "neighbourhood"} and rt:
        return translate(N_("tanya Ketua RT {rt}"), language, rt=rt)
    if rw:
        return translate(N_("tanya Ketua RW {rw}"), language, rw=rw)
    return translate(N_("tanya kader"), language)


def joint_text(stop: SheetStop, language: str) -> str:
    """Return ``bersama Camat Serpong`` for a joint visit, else ""."""
    if not stop.joint_with:
        return ""
    return translate(N_("bersama {team}"), language, team=clean(stop.joint_with, 40))


def way_text(stop: SheetStop, language: str) -> str:
    """Return ``lewat Jalan Melati, Gang Mawar``: the streets followed to get here, else ""."""
    if not stop.by_way:
        return ""
    streets = ", ".join(clean(name, 40) for name in stop.by_way)
    return translate(N_("lewat {streets}"), language, streets=streets)


def outcome_words(language: str) -> dict[int, str]:
    """Return the codes of what came of a visit with their words."""
    return {code: translate(word, language) for code, word in OUTCOMES.items()}


def answer_words(language: str) -> dict[str, str]:
    """Return the letters of what the kader answers with their words."""
    return {letter: translate(word, language) for letter, word in ANSWERS.items()}


def warnings_of(sheet: Sheet) -> list[str]:
    """Return the words that must stand on every page: made-up data, approximate borders."""
    words = [(sheet.made_up, MADE_UP), (sheet.approximate_borders, APPROXIMATE)]
    return [translate(word, sheet.language) for holds, word in words if holds]


def printed_text(sheet: Sheet) -> str:
    """Return who printed the sheet, when and for what."""
    return imprint_text(sheet.printed_by, sheet.printed_at, sheet.purpose, sheet.language)


def imprint_text(by: str, at: datetime, purpose: str, language: str) -> str:
    """Return who printed a paper, when (aware time) and for what."""
    return translate(
        N_("Dicetak oleh {who}, {when}, untuk {purpose}"),
        language,
        who=clean(by, 30),
        when=moment_text(at, language),
        purpose=clean(purpose, 60),
    )
