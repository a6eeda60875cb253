"""Which days of a week a team works: its hours, its leave, the holidays of the country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import holidays
import pandas as pd

from common.clock import Week
from planning.teams import Shift, Team

DAY_S = 86_400
_OFFICE_DAYS = 5  # Monday to Friday


def public_holidays(week: Week) -> frozenset[str]:
    """Return the ISO dates of the week that are public or government holidays in Indonesia.

    Source: the ``holidays`` package; Eid and other lunar dates are estimates until announced.
    """
    days = {week.day(weekday) for weekday in range(7)}
    known = holidays.country_holidays(
        "ID", categories=("public", "government"), years={day.year for day in days}
    )
    return frozenset(day.isoformat() for day in days if day in known)


def working_days(team: Team, week: Week, closed: Iterable[str]) -> list[tuple[int, Shift]]:
    """Return (weekday, hours) of each day the team works; ``closed`` are ISO dates of holidays."""
    off = team.leave | frozenset(closed)
    return [
        (weekday, shift)
        for weekday, shift in enumerate(team.shifts)
        if shift is not None and week.day(weekday).isoformat() not in off
    ]


def with_moved_half_day(teams: Iterable[Team], week: Week, closed: Iterable[str]) -> list[Team]:
    """Return the teams as they work in this week: a camat's lost half-day is another day's.

    A camat who has hours on one or more days, all of them holidays or leave in this week, works
    the first of those hours on the nearest day from Monday to Friday that is neither; the
    earlier of two as near. Where there is none the week is lost. Other teams stay as they are.
    """
    held = list(closed)
    return [_moved(team, week, held) if team.kind == "camat" else team for team in teams]


def _moved(team: Team, week: Week, closed: list[str]) -> Team:
    usual = [weekday for weekday, shift in enumerate(team.shifts) if shift is not None]
    if not usual or working_days(team, week, closed):
        return team
    off = team.leave | frozenset(closed)
    free = [
        weekday
        for weekday in range(_OFFICE_DAYS)
        if weekday not in usual and week.day(weekday).isoformat() not in off
    ]
    if not free:
        return team
    nearest = min(free, key=lambda weekday: (abs(weekday - usual[0]), weekday))
    hours = team.shifts[usual[0]]
    shifts = tuple(hours if weekday == nearest else None for weekday in range(7))
    return replace(team, shifts=shifts)


def city_holidays(calendar: pd.DataFrame, week: Week) -> frozenset[str]:
    """Return the ISO dates on which nobody works: public holidays and the city's own.

    ``calendar`` is planning.columns.CALENDAR.
    """
    own = calendar.loc[calendar["kind"] == "holiday", "date"]
    return public_holidays(week) | frozenset(own)


def with_leave(teams: Iterable[Team], calendar: pd.DataFrame) -> list[Team]:
    """Return the teams with the leave of the calendar added to their own."""
    leave = calendar[calendar["kind"] == "leave"].groupby("team_id")["date"].agg(frozenset)
    return [
        replace(team, leave=team.leave | leave.get(team.team_id, frozenset())) for team in teams
    ]


def posyandu_weekdays(calendar: pd.DataFrame, week: Week) -> dict[tuple[str, str], frozenset[int]]:
    """Return the weekdays (0 Monday) of the week on which an RW has its posyandu.

    Keys are (area_code, RW). On such a day the kader of that RW are busy there.
    """
    weekday_of = {week.day(weekday).isoformat(): weekday for weekday in range(7)}
    held = calendar[(calendar["kind"] == "posyandu") & calendar["date"].isin(list(weekday_of))]
    days: dict[tuple[str, str], frozenset[int]] = {}
    for (area, rw), dates in held.groupby(["area_code", "rw"])["date"]:
        days[str(area), str(rw)] = frozenset(weekday_of[date] for date in dates)
    return days
