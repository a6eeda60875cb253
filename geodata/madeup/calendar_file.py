"""The made-up calendar: posyandu days, leave of teams, holidays."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

COLUMNS = ("date", "kind", "area_code", "rw", "team_id", "note")
MONTHS = ((2026, 11), (2026, 12), (2027, 1))
_HOLIDAYS = ((date(2026, 12, 25), "Hari Raya Natal"), (date(2027, 1, 1), "Tahun Baru Masehi"))
_ON_LEAVE = 0.06  # share of teams with a day of leave in these months


def make_calendar(
    rng: np.random.Generator, places: pd.DataFrame, teams: pd.DataFrame
) -> pd.DataFrame:
    """Return the calendar as text, by date, ``COLUMNS``.

    Each RW with a posyandu has one posyandu day a month, always the same weekday of the month
    (the second Tuesday, say), Monday to Saturday. Only holidays with a fixed date are listed.

    Parameters
    ----------
    places, teams
        As ``places.csv`` and ``teams.csv`` have them.
    """
    rows = [(day.isoformat(), "holiday", "", "", "", note) for day, note in _HOLIDAYS]
    closed = {day for day, _ in _HOLIDAYS}
    posyandu = places[places["kind"] == "posyandu"].drop_duplicates(["area_code", "rw"])
    for area, rw in zip(posyandu["area_code"], posyandu["rw"], strict=True):
        weekday, week = int(rng.integers(6)), int(rng.integers(4))
        for year, month in MONTHS:
            first = date(year, month, 1)
            day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * week)
            while day in closed:
                day += timedelta(days=1)
            rows.append((day.isoformat(), "posyandu", area, rw, "", ""))
    start, end = date(*MONTHS[0], 1), date(*MONTHS[-1], 31)
    for team in teams["team_id"]:
        if rng.random() < _ON_LEAVE:
            day = start + timedelta(days=int(rng.integers((end - start).days)))
            rows.append((day.isoformat(), "leave", "", "", team, "cuti"))
    return pd.DataFrame(sorted(rows), columns=list(COLUMNS), dtype=str)
