"""A kecamatan's week on one large sheet for the office wall: teams by days, no person on it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import typst

from common.errors import WrongCallError
from common.language import N_, translate
from planning.columns import TEAM_KINDS
from publishing import words
from publishing.label_placing import embedded_fonts

Paper = Literal["a3", "a4"]
KIND_WORDS = {"camat": N_("Camat"), "plkb": N_("PLKB"), "tpk": N_("TPK")}
_MOST_NAMES = 5  # kelurahan written in one cell; the rest is counted


class PosterShapeError(WrongCallError):
    """A row of the poster has not one cell a day."""

    code = "poster-shape"


@dataclass(frozen=True, slots=True)
class PosterCell:
    """One team's day. Without visits it says only why: ``note`` is "Cuti" or "Libur"."""

    kelurahan: tuple[str, ...]
    families: int  # met at their door or asked for at a meeting with a kader
    visits: int  # stops of the day
    start_s: int  # leaves the base, seconds after local midnight
    end_s: int  # back at the base
    note: str = ""


@dataclass(frozen=True, slots=True)
class PosterRow:
    """One team's week, a cell a day; None where the team does not work."""

    team_name: str
    team_kind: str  # planning.columns.TEAM_KINDS
    cells: tuple[PosterCell | None, ...]


@dataclass(frozen=True, slots=True)
class WeekPoster:
    """What hangs on the wall for one week; it carries no family and no person."""

    city: str
    kecamatan: str
    week: str  # ISO, "2026-W49"
    days: tuple[date, ...]
    rows: tuple[PosterRow, ...]
    made_up: bool
    printed_by: str
    printed_at: datetime  # aware
    purpose: str
    language: str  # common.language.LANGUAGES
    approximate_borders: bool = False


def render_week_poster(poster: WeekPoster, paper: Paper = "a3") -> bytes:
    """Return the week as a landscape PDF; the same poster gives the same bytes.

    Camat stand first, then PLKB, then TPK, each in the order given. Many teams run over pages
    under the same heading; totals per day stand on top, totals per team at the right.
    No text is ever read as markup. Fonts are embedded.

    Raises
    ------
    PosterShapeError
        The week has no day, or a row has not one cell a day.
    """
    if not poster.days or any(len(row.cells) != len(poster.days) for row in poster.rows):
        raise PosterShapeError(
            N_("Poster mingguan perlu satu kotak untuk tiap tim pada tiap hari ({days} hari)."),
            days=len(poster.days),
        )
    with TemporaryDirectory(prefix="sambangi-") as folder:
        room = Path(folder)
        template = files("publishing").joinpath("week_poster.typ").read_bytes()
        (room / "week_poster.typ").write_bytes(template)
        content = {**_content(poster), "paper": paper}
        (room / "poster.json").write_text(json.dumps(content), encoding="utf-8")
        pdf: bytes = typst.compile(
            room / "week_poster.typ",
            root=room,
            font_paths=embedded_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            timestamp=poster.printed_at.replace(microsecond=0),  # typst knows no fractions
        )
    return pdf


def _content(poster: WeekPoster) -> dict[str, object]:
    """Return everything that the template prints."""
    language = poster.language
    first, last = (words.date_text(day, language) for day in (poster.days[0], poster.days[-1]))
    rows = sorted(poster.rows, key=lambda row: TEAM_KINDS.index(row.team_kind))
    by_day = [[row.cells[at] for row in rows] for at in range(len(poster.days))]
    everything = [cell for cells in by_day for cell in cells]
    place = f"{words.clean(poster.kecamatan, 40)}, {words.clean(poster.city, 40)}"
    return {
        "language": language,
        "title": translate(N_("Jadwal kunjungan mingguan"), language),
        "place": translate(N_("Kecamatan {place}"), language, place=place),
        "span": f"{first} – {last}",
        "week": translate(N_("Minggu {week}"), language, week=words.clean(poster.week, 10)),
        "made_up": translate(words.MADE_UP, language) if poster.made_up else "",
        "approximate": translate(words.APPROXIMATE, language) if poster.approximate_borders else "",
        "days": [words.short_day_text(day, language) for day in poster.days],
        "rows": [_row(row, rows[at - 1] if at else None, language) for at, row in enumerate(rows)],
        "totals": [_total(cells, language) for cells in by_day],
        "total": _total(everything, language),
        "words": {
            "team": translate(N_("Tim"), language),
            "total": translate(N_("Jumlah"), language),
            "all": translate(N_("Semua tim"), language),
            "page": translate(N_("Halaman"), language),
            "none": translate(N_("Tidak ada tim yang bertugas minggu ini."), language),
            "joint": translate(N_("Kunjungan bersama dihitung pada tiap tim yang ikut."), language),
        },
        "printed": words.imprint_text(
            poster.printed_by, poster.printed_at, poster.purpose, language
        ),
    }


def _row(row: PosterRow, before: PosterRow | None, language: str) -> dict[str, object]:
    """Return one team's line; the first of its kind is set off."""
    return {
        "team": words.clean(row.team_name, 48),
        "kind": translate(KIND_WORDS[row.team_kind], language),
        "first": before is None or before.team_kind != row.team_kind,
        "cells": [_cell(cell, language) for cell in row.cells],
        "total": _total(row.cells, language),
    }


def _cell(cell: PosterCell | None, language: str) -> dict[str, str]:
    """Return the lines of one day; all empty where the team does not work."""
    empty = {"where": "", "hours": "", "counts": "", "note": ""}
    if cell is None:
        return empty
    note = words.clean(cell.note, 48)
    if not cell.visits:
        return empty | {"note": note}
    names = [words.clean(name, 24) for name in dict.fromkeys(cell.kelurahan)]
    more = [f"+{len(names) - _MOST_NAMES}"] if len(names) > _MOST_NAMES else []
    hours = "–".join(words.clock_text(each, language) for each in (cell.start_s, cell.end_s))
    return {
        "where": ", ".join([*names[:_MOST_NAMES], *more]),
        "hours": hours,
        "counts": _counts(cell.visits, cell.families, language),
        "note": note,
    }


def _total(cells: Iterable[PosterCell | None], language: str) -> str:
    """Return the visits and families of many days, empty when there is no visit."""
    made = [cell for cell in cells if cell is not None]
    visits = sum(cell.visits for cell in made)
    families = sum(cell.families for cell in made)
    return _counts(visits, families, language) if visits else ""


def _counts(visits: int, families: int, language: str) -> str:
    """Return ``6 kunjungan``, or ``6 kunjungan, 18 keluarga`` where they differ."""
    shown = words.number_text(visits, 0, language)
    if visits == families:
        return translate(N_("{visits} kunjungan"), language, visits=shown)
    return translate(
        N_("{visits} kunjungan, {families} keluarga"),
        language,
        visits=shown,
        families=words.number_text(families, 0, language),
    )
