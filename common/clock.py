"""Today and ISO weeks; the clock is always a parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from common.errors import WrongCallError
from common.language import N_

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


class WeekError(WrongCallError):
    """A week that cannot be read, does not exist or lies in the past."""

    code = "week"


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week, Monday to Sunday."""

    year: int
    number: int

    @property
    def monday(self) -> date:
        """First day of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    def day(self, weekday: int) -> date:
        """Return the date of ``weekday`` (0 Monday to 6 Sunday)."""
        return self.monday + timedelta(days=weekday)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def week_of(day: date) -> Week:
    """Return the ISO week that ``day`` lies in."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def parse_week(text: str, today: date) -> Week:
    """Read ``2026-W49``, ``next`` (the coming ISO week) or ``this``.

    Raises
    ------
    WeekError
        Not a week, or no such week in that year.
    """
    if text == "this":
        return week_of(today)
    if text == "next":
        return week_of(today + timedelta(days=7))
    match = _WEEK.fullmatch(text.strip())
    if match is None:
        raise WeekError(
            N_("Minggu {week!r} tidak dikenal; tulis mis. 2026-W49 atau next."), week=text
        )
    week = Week(int(match[1]), int(match[2]))
    try:
        week.monday  # noqa: B018  # asks the calendar whether the week exists
    except ValueError:
        raise WeekError(
            N_("Tahun {year} tidak punya minggu ke-{number}."), year=week.year, number=week.number
        ) from None
    return week


def parse_upcoming_week(text: str, today: date) -> Week:
    """Read a week that can still be planned: this one or a later one.

    Raises
    ------
    WeekError
        As :func:`parse_week`; or the week is over.
    """
    week = parse_week(text, today)
    if week < week_of(today):
        raise WeekError(
            N_("Minggu {week} sudah lewat (hari ini {today}); pilih minggu ini atau sesudahnya."),
            week=str(week),
            today=today.isoformat(),
        )
    return week
