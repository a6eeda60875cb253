"""The rows of a week poster: what each team of a kecamatan does on each day."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from common.clock import Week
from common.language import N_, translate
from planning.calendar import city_holidays, posyandu_weekdays, with_leave
from planning.plan import WeekPlan
from planning.teams import Team
from publishing.week_poster import PosterCell, PosterRow, WeekPoster
from publishing.words import short_number
from workflows.sheets import Imprint

_OFFICE_DAYS = 5  # Monday to Friday are always on the poster


@dataclass(frozen=True, slots=True)
class PosterSource:
    """A plan with what its posters show; read once, used for every kecamatan."""

    plan: WeekPlan
    teams: Sequence[Team]  # with the hours of the week, without the leave of the calendar
    calendar: pd.DataFrame  # planning.columns.CALENDAR
    areas: gpd.GeoDataFrame
    area_of: pd.Series  # household_id on the plan -> area_code, may be missing
    made_up: bool
    approximate_borders: bool


def kecamatan_on(source: PosterSource) -> list[str]:
    """Return the kecamatan whose teams have a route in the plan, in the order of the areas."""
    busy = set(source.plan.days["team_id"])
    theirs = {team.kecamatan_code for team in source.teams if team.team_id in busy}
    return [code for code in source.areas["kecamatan_code"].unique() if code in theirs]


def poster_of(source: PosterSource, kecamatan: str, imprint: Imprint) -> WeekPoster:
    """Put one kecamatan's week together; a kecamatan without teams gives no row."""
    week, language = source.plan.week, imprint.language
    teams = [team for team in source.teams if team.kecamatan_code == kecamatan]
    teams = with_leave(teams, source.calendar)
    inside = source.areas[source.areas["kecamatan_code"] == kecamatan]
    days = source.plan.days[source.plan.days["team_id"].isin([team.team_id for team in teams])]
    worked = [shift is not None for team in teams for shift in team.shifts]
    last = max((at % 7 + 1 for at, works in enumerate(worked) if works), default=0)
    dates = [week.day(weekday).isoformat() for weekday in range(7)]
    last = max([_OFFICE_DAYS, last, *(dates.index(day) + 1 for day in days["day_date"])])
    made = _made(source, days)
    closed = city_holidays(source.calendar, week)
    posyandu = _posyandu(source.calendar, week, language)
    rows = tuple(
        PosterRow(
            team.name,
            team.kind,
            tuple(
                _cell(team, weekday, dates[weekday], made, closed, posyandu, language)
                for weekday in range(last)
            ),
        )
        for team in teams
    )
    return WeekPoster(
        city=str(source.areas["city_name"].iloc[0]),
        kecamatan=str(inside["kecamatan_name"].iloc[0]) if len(inside) else kecamatan,
        week=str(week),
        days=tuple(week.day(weekday) for weekday in range(last)),
        rows=rows,
        made_up=source.made_up,
        printed_by=imprint.by,
        printed_at=imprint.at,
        purpose=imprint.purpose,
        language=language,
        approximate_borders=source.approximate_borders,
    )


def _made(source: PosterSource, days: pd.DataFrame) -> dict[tuple[str, str], PosterCell]:
    """Return the cell of every team-day with a route, by team and ISO date."""
    names = dict(zip(source.areas["area_code"], source.areas["area_name"], strict=True))
    by_day = dict(iter(source.plan.visits.groupby(["team_id", "day_date"])))
    cells = {}
    for day in pd.DataFrame(days.drop(columns="geometry")).to_dict("records"):
        key = (str(day["team_id"]), str(day["day_date"]))
        cells[key] = _routed(day, by_day.get(key), source.area_of, names)
    return cells


def _routed(
    day: Mapping[Hashable, Any],
    visits: pd.DataFrame | None,
    area_of: pd.Series,
    names: Mapping[str, str],
) -> PosterCell:
    if visits is None:
        return PosterCell((), 0, 0, day["start_s"], day["end_s"])
    codes = visits.sort_values("sequence")["household_id"].map(area_of).dropna()
    return PosterCell(
        kelurahan=tuple(dict.fromkeys(names.get(code, code) for code in codes)),
        families=int(visits["household_id"].nunique()),
        visits=int(visits["sequence"].nunique()),
        start_s=day["start_s"],
        end_s=day["end_s"],
    )


def _posyandu(calendar: pd.DataFrame, week: Week, language: str) -> dict[tuple[str, int], str]:
    """Return ``posyandu RW 03, 05`` by kelurahan and weekday."""
    blocks: dict[tuple[str, int], list[str]] = {}
    for (area, rw), weekdays in sorted(posyandu_weekdays(calendar, week).items()):
        for weekday in weekdays:
            blocks.setdefault((area, weekday), []).append(short_number(rw))
    return {
        key: translate(N_("posyandu RW {rw}"), language, rw=", ".join(rw))
        for key, rw in blocks.items()
    }


def _cell(
    team: Team,
    weekday: int,
    day_date: str,
    made: Mapping[tuple[str, str], PosterCell],
    closed: frozenset[str],
    posyandu: Mapping[tuple[str, int], str],
    language: str,
) -> PosterCell | None:
    """Return one team's day: its route, else why there is none; None where it has no hours."""
    cell, shift = made.get((team.team_id, day_date)), team.shifts[weekday]
    if cell is not None and cell.visits:
        # who covers one kelurahan is told of its posyandu; a longer list would not fit
        known = posyandu.get((team.territory[0], weekday)) if len(team.territory) == 1 else None
        return PosterCell(
            cell.kelurahan, cell.families, cell.visits, cell.start_s, cell.end_s, known or ""
        )
    if shift is None:
        return None
    if day_date in closed:
        why = N_("Libur")
    elif day_date in team.leave:
        why = N_("Cuti")
    else:
        why = N_("tanpa kunjungan")
    return PosterCell((), 0, 0, shift.start_s, shift.end_s, translate(why, language))
