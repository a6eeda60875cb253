"""A team's day as an A4 PDF: the map first, then the list to tick off."""

from __future__ import annotations

import io
import json
import re
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import segno
import typst

from common.language import N_, translate
from publishing import words
from publishing.asked import asked_rows
from publishing.label_placing import embedded_fonts, text_width_mm
from publishing.route_map import draw_route_map
from publishing.sheet import Sheet, SheetStop

MAP_WIDTH_MM = 190.0
MAP_HEIGHT_MM = 225.0  # with the width 68 % of an A4 page
_HEAD_MM = 98.0  # room left of sheet number and warnings
_LONGEST_ADDRESS = 90  # letters, four lines of its column
_LONGEST_WORD = 22  # letters; a longer one may be cut so that it stays in its column
_STAYS_TOGETHER = re.compile(r"\b(No\.?|Blok|H\.|Gg\.|RT|RW) (?=\S)")


def render_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as PDF, A4 portrait; the same sheet gives the same bytes.

    Page 1 is the map, page 2 and on the list in rows of at least 10 pt; then, on pages of
    their own that a kader may see, the families to ask for at each meeting. No text of the
    sheet is ever read as markup. Fonts are embedded; no font of the system is used.
    """
    with TemporaryDirectory(prefix="sambangi-") as folder:
        room = Path(folder)
        template = files("publishing").joinpath("team_day.typ").read_bytes()
        (room / "team_day.typ").write_bytes(template)
        (room / "sheet.json").write_text(json.dumps(_content(sheet)), encoding="utf-8")
        (room / "map.svg").write_bytes(draw_route_map(sheet, MAP_WIDTH_MM, MAP_HEIGHT_MM))
        (room / "sheet_no.svg").write_bytes(_qr(words.clean(sheet.sheet_no, 40)))
        pdf: bytes = typst.compile(
            room / "team_day.typ",
            root=room,
            font_paths=embedded_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            timestamp=sheet.printed_at.replace(microsecond=0),  # typst knows no fractions
        )
    return pdf


def _qr(text: str) -> bytes:
    """Return a QR code that holds the sheet number and nothing else."""
    target = io.BytesIO()
    segno.make(text or "-", error="m", micro=False).save(target, kind="svg", border=0, scale=4)
    return target.getvalue()


def _content(sheet: Sheet) -> dict[str, object]:
    """Return everything that the template prints."""
    language = sheet.language
    team = _fitting(words.clean(sheet.team_name), 15, bold=True)
    kind = translate(N_("rute harian"), language)
    kelurahan = ", ".join(words.clean(name, 40) for name in sheet.kelurahan)
    place = f"{words.clean(sheet.kecamatan, 40)} · {kelurahan}"
    outcomes = " · ".join(f"{code} {word}" for code, word in words.outcome_words(language).items())
    return {
        "title": words.clean(sheet.sheet_no, 40),
        "language": language,
        "team": team,
        "kind": kind if text_width_mm(f"{team} {kind}", 15, bold=True) < _HEAD_MM else "",
        "date": words.date_text(sheet.day, language),
        "week": translate(N_("Minggu {week}"), language, week=sheet.week),
        "place": _fitting(translate(N_("Kecamatan {place}"), language, place=place), 10),
        "sheet_no": words.clean(sheet.sheet_no, 40),
        "made_up": translate(words.MADE_UP, language) if sheet.made_up else "",
        "approximate": translate(words.APPROXIMATE, language) if sheet.approximate_borders else "",
        "facts": _facts(sheet),
        "legend": _legend(sheet),
        "streets_by": words.STREETS_BY,
        "map_height_mm": MAP_HEIGHT_MM,
        "rows": _list_rows(sheet),
        "outcomes": outcomes,
        "asked": [_asked(stop, language) for stop in sheet.meetings],
        "answers": " · ".join(f"{at} {word}" for at, word in words.answer_words(language).items()),
        "letters": list(words.ANSWERS),
        "printed": words.printed_text(sheet),
        "words": _fixed_words(language),
    }


def _fixed_words(language: str) -> dict[str, object]:
    """Return the words that every sheet carries."""
    columns = (
        N_("No"), N_("Jam"), N_("RT/RW"), N_("Alamat, letak"), N_("Siapa, periksa"), N_("Hasil"),
    )  # fmt: skip
    asked = (
        N_("No"), N_("Siapa"), N_("RT/RW"), N_("Alamat"), words.LANDMARK, N_("Jawaban"),
    )  # fmt: skip
    return {
        "asked_heading": translate(words.ASKED_HEADING, language),
        "asked_columns": [translate(column, language) for column in asked],
        "bring": translate(N_("daftar keluarga di halaman"), language),
        "sheet_no": translate(N_("Lembar"), language),
        "page": translate(N_("Halaman"), language),
        "notes": translate(N_("Catatan"), language),
        "map_alt": translate(N_("Peta rute dengan nomor kunjungan"), language),
        "give_back": translate(N_("Data pribadi spesifik: kembalikan lembar ini"), language),
        "columns": [translate(column, language) for column in columns],
    }


def _facts(sheet: Sheet) -> list[dict[str, str]]:
    """Return the day at a glance."""
    language = sheet.language
    facts = [
        (N_("Berangkat"), words.clock_text(sheet.start_s, language)),
        (N_("Kembali"), words.clock_text(sheet.end_s, language)),
        (N_("Kunjungan"), str(len(sheet.stops))),
        (N_("Jarak"), words.km_text(sheet.distance_m, language)),
        (N_("Perjalanan"), words.span_text(sheet.travel_s, language)),
        (N_("Naik"), translate(words.TRANSPORT_WORDS[sheet.transport], language)),
    ]
    pause = _pause_text(sheet)
    if pause:
        facts.insert(2, (N_("Istirahat"), pause))
    return [{"name": translate(name, language), "value": value} for name, value in facts]


def _pause_text(sheet: Sheet) -> str:
    """Return the time of the break, empty when the day has none."""
    if sheet.break_start_s is None or sheet.break_end_s is None:
        return ""
    times = (sheet.break_start_s, sheet.break_end_s)
    return "–".join(words.clock_text(each, sheet.language) for each in times)


def _legend(sheet: Sheet) -> list[dict[str, str]]:
    """Return the signs on this map with their meaning and count."""
    counts = sheet.sign_counts
    signs = [
        ("door", N_("letak rumah diketahui ({count})"), counts["door"]),
        ("ask", N_("letak perkiraan, bertanya dulu ({count})"), counts["ask"]),
        ("meeting", N_("temui kader ({count})"), counts["meeting"]),
        ("joint", N_("kunjungan bersama ({count})"), counts["joint"]),
        ("base", N_("titik berangkat"), 1),
        ("route", N_("rute"), 1),
        ("access", N_("jalan kaki ke pintu"), 1),
        ("border", N_("batas kelurahan"), 1),
    ]
    return [
        {"symbol": symbol, "text": translate(text, sheet.language, count=count)}
        for symbol, text, count in signs
        if count
    ]


def _list_rows(sheet: Sheet) -> list[dict[str, object]]:
    """Return the rows of the list, the break between the visits it parts."""
    rows: list[dict[str, object]] = []
    pause = _pause_text(sheet)
    for stop in sheet.stops:
        if pause and stop.start_s >= (sheet.break_end_s or 0) and rows:
            rows.append({"pause": f"{pause}  {translate(N_('istirahat'), sheet.language)}"})
            pause = ""
        rows.append(_row(stop, sheet.language))
    return rows


def _row(stop: SheetStop, language: str) -> dict[str, object]:
    """Return one visit as the list prints it."""
    who = (words.clean(stop.initials, 12), words.group_word(stop.group, language))
    where = words.place_words(stop, language)
    meeting = words.meeting_text(stop, language)
    return {
        "number": str(stop.number),
        "meeting": meeting,
        "exact": stop.exact,
        "time": words.clock_text(stop.start_s, language),
        "minutes": words.span_text(stop.end_s - stop.start_s, language),
        "rt_rw": words.rt_rw_text(stop),
        "kelurahan": _breakable(words.clean(stop.kelurahan, 30)),
        "address": _breakable(words.clean(stop.address, _LONGEST_ADDRESS)),
        "place": _breakable(where),
        "who": meeting or " · ".join(word for word in who if word),
        "checks": ", ".join(words.check_words(stop, language)),
        "joint": words.joint_text(stop, language),
    }


def _asked(stop: SheetStop, language: str) -> dict[str, object]:
    """Return one meeting with its families as their list prints them."""
    head = (
        _breakable(words.place_words(stop, language)),
        words.clean(stop.kelurahan, 40),
        words.clock_text(stop.start_s, language),
        words.meeting_text(stop, language),
    )
    return {
        "stop": str(stop.number),
        "head": " · ".join(part for part in head if part),
        "rows": [
            {
                "number": row.number,
                "who": f"{row.initials} · {row.group}" if row.initials else row.group,
                "rt_rw": row.rt_rw,
                "address": _breakable(row.address),
            }
            for row in asked_rows(stop, language)
        ],
    }


def _fitting(text: str, size_pt: float, *, bold: bool = False) -> str:
    """Return as much of a text as one line of the head can hold."""
    shown = text
    while shown and text_width_mm(shown, size_pt, bold=bold) > _HEAD_MM:
        shown = shown[:-2].rstrip() + "…"
    return shown


def _breakable(text: str) -> str:
    """Return the text with cuts allowed in a very long word and none in ``No. 12``."""
    parts = (
        [word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD)]
        for word in text.split(" ")
    )
    joined = " ".join("\u200b".join(part) for part in parts)
    return _STAYS_TOGETHER.sub("\\1\u00a0", joined)
