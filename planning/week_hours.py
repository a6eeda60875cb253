"""Hours as they hold in one week: the pause for Friday prayer, the shorter days of Ramadan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import holidays

from common.clock import Week
from common.language import N_
from common.settings import CalendarSettings, Settings, SettingsError
from planning.eligibility import service_seconds
from planning.team_rows import parse_hours
from planning.teams import Shift, Team

FRIDAY = 4
_LONGEST_FAST = 30  # days; a month of the moon has 29 or 30
_EID = "Eid al-Fitr"

Span = tuple[int, int]  # seconds after midnight
_Days = tuple[date, date]  # first and last


@dataclass(frozen=True, slots=True)
class WeekHours:
    """What the settings say of one week's days, whoever works on them."""

    prayer_s: Span | None  # the pause of Friday; None: no pause
    fasting_s: Span | None  # working hours in Ramadan; None: those of other days
    fasting: frozenset[int]  # weekdays (0 Monday) in Ramadan
    visit_s: int  # a gap between two breaks that is shorter holds no visit: it is a break

    def of(self, shift: Shift | None, weekday: int) -> Shift | None:
        """Return the hours of a weekday as they hold in this week; None: the team does not work."""
        if shift is not None and self.fasting_s is not None and weekday in self.fasting:
            shift = _in_ramadan(shift, self.fasting_s)
        if shift is not None and self.prayer_s is not None and weekday == FRIDAY:
            shift = _with_prayer(shift, self.prayer_s, self.visit_s)
        return shift


def hours_of(week: Week, settings: Settings) -> WeekHours:
    """Return what the settings say of a week.

    Raises
    ------
    SettingsError
        Hours or dates are not written as docs/week.md says.
    """
    calendar = settings.calendar
    return WeekHours(
        prayer_s=_span(calendar.friday_prayer, "calendar.friday_prayer"),
        fasting_s=_span(calendar.ramadan_hours, "calendar.ramadan_hours"),
        fasting=ramadan_weekdays(week, calendar),
        visit_s=service_seconds("other", "register", settings.visits),
    )


def with_week_hours(teams: Iterable[Team], week: Week, settings: Settings) -> list[Team]:
    """Return the teams with the hours that they work in this week.

    On a day of Ramadan nobody has a lunch break or works later than ``ramadan_hours`` ends; a day
    that would end later moves forward, as far as it needs to keep its working time and not
    before ``ramadan_hours`` begins. On Fridays everybody pauses for ``friday_prayer``; lunch is
    part of that pause, see docs/decisions/0012-the-week.md.

    Raises
    ------
    SettingsError
        As :func:`hours_of`.
    """
    hours = hours_of(week, settings)
    return [
        replace(team, shifts=tuple(hours.of(shift, day) for day, shift in enumerate(team.shifts)))
        for team in teams
    ]


def ramadan_weekdays(week: Week, settings: CalendarSettings) -> frozenset[int]:
    """Return the weekdays (0 Monday) of the week that lie in Ramadan.

    Dates of the settings count; where they say nothing, the thirty days before Eid al-Fitr of the
    ``holidays`` package, which is an estimate until the government announces it.

    Raises
    ------
    SettingsError
        A date of ``calendar.ramadan`` cannot be read, or it has the last day before the first.
    """
    stated = [_days(text, f"calendar.ramadan.{year}") for year, text in settings.ramadan.items()]
    monday, sunday = week.day(0), week.day(6)
    estimated = [
        (eid - timedelta(days=_LONGEST_FAST), eid - timedelta(days=1))
        for eid in _eid_days({monday.year, monday.year + 1})
    ]
    months = [*stated, *(each for each in estimated if not any(_meet(each, own) for own in stated))]
    return frozenset(
        weekday
        for first, last in months
        if first <= sunday and last >= monday
        for weekday in range(7)
        if first <= week.day(weekday) <= last
    )


def _eid_days(years: Iterable[int]) -> list[date]:
    """Return the first days of Eid al-Fitr; one in most years, none or two in some."""
    known = holidays.country_holidays("ID", years=years, language="en_US")
    return sorted(
        day
        for day, names in known.items()
        if any(name.split(" (")[0] == _EID for name in names.split("; "))
    )


def _meet(one: _Days, other: _Days) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _in_ramadan(shift: Shift, hours_s: Span) -> Shift:
    earliest, latest = hours_s
    if shift.end_s <= latest:
        return Shift(shift.start_s, shift.end_s)
    begins, ends = _lunch(shift) or (0, 0)
    working_s = shift.end_s - shift.start_s - (ends - begins)
    return Shift(min(shift.start_s, max(earliest, latest - working_s)), latest)


def _with_prayer(shift: Shift, prayer_s: Span, visit_s: int) -> Shift | None:
    begins, ends = prayer_s
    if shift.end_s <= begins or shift.start_s >= ends:
        return shift
    lunch = _lunch(shift)
    if lunch is not None and lunch[0] - ends < visit_s and begins - lunch[1] < visit_s:
        begins, ends, lunch = min(begins, lunch[0]), max(ends, lunch[1]), None
    start_s, end_s = shift.start_s, shift.end_s
    if begins > start_s and ends < end_s:
        return Shift(start_s, end_s, begins, ends)
    # a pause at the edge of a day makes the day shorter
    if begins <= start_s:
        start_s = ends
    if ends >= end_s:
        end_s = begins
    return Shift(start_s, end_s, *(lunch or ())) if start_s < end_s else None


def _lunch(shift: Shift) -> Span | None:
    if shift.break_start_s is None or shift.break_end_s is None:
        return None
    return shift.break_start_s, shift.break_end_s


def _span(text: str, key: str) -> Span | None:
    """Read ``11:30-13:00``; empty: none."""
    if not text.strip():
        return None
    try:
        shift = parse_hours(text)
    except ValueError:
        shift = Shift(0, 0)
    if shift.start_s >= shift.end_s or shift.break_start_s is not None:
        raise SettingsError(
            N_("Pengaturan {key!r} harus jam mulai dan selesai, mis. 11:30-13:00, atau kosong."),
            key=key,
        )
    return shift.start_s, shift.end_s


def _days(text: str, key: str) -> _Days:
    """Read ``2027-02-08/2027-03-09``."""
    first, _, last = text.partition("/")
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        days = date.max, date.min
    if days[0] > days[1]:
        raise SettingsError(
            N_("Pengaturan {key!r} harus dua tanggal, mis. 2027-02-08/2027-03-09."), key=key
        )
    return days
