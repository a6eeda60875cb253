"""Families to ask a kader for, row by row, as paper and workbook list them."""

from __future__ import annotations

from dataclasses import dataclass

from publishing import words
from publishing.sheet import Sheet, SheetStop


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One family to ask for, in words."""

    number: str  # "3.2": second family of the meeting that is stop 3
    place: str
    kelurahan: str
    rw: str
    rt: str
    rt_rw: str
    address: str
    initials: str
    group: str


def asked_rows(stop: SheetStop, language: str) -> list[AskedRow]:
    """Return the families to ask for at one meeting, in the order given; none for a visit."""
    return [
        AskedRow(
            number=f"{stop.number}.{index}",
            place=words.place_words(stop, language),
            kelurahan=words.clean(stop.kelurahan, 40),
            rw=words.short_number(family.rw),
            rt=words.short_number(family.rt),
            rt_rw=words.rt_rw_text(family),
            address=words.clean(family.address, 90),
            initials=words.clean(family.initials, 12),
            group=words.group_word(family.group, language),
        )
        for index, family in enumerate(stop.asked, 1)
    ]


def all_asked_rows(sheet: Sheet) -> list[AskedRow]:
    """Return the families to ask for on a day, meeting by meeting."""
    return [row for stop in sheet.meetings for row in asked_rows(stop, sheet.language)]
