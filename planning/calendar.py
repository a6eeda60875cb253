"""Which days of a week a team works: its hours, its leave, the holidays of the country."""

from __future__ import annotations

from collections.abc import Iterable

import holidays

from common.clock import Week
from planning.teams import Shift, Team

DAY_S = 86_400


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
