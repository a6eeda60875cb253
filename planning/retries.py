"""After "not home": in which part of the day the next try falls.

The day has three parts, settings of the city: morning, afternoon and late, to which the weekend
may count as a whole. Somebody who was not home in one part is tried in another; after two parts
nobody can say better, and any hour is as good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from common.language import N_
from common.settings import SettingsError, VisitSettings
from planning.calendar import DAY_S
from planning.hours import parse_hour
from planning.results import SEEN
from planning.team_days import TeamDay
from planning.travel import Travel
from routing.problem import Problem, Stop
from routing.reasons import possible_vehicles

Windows = tuple[tuple[int, int], ...]
MORNING, AFTERNOON, LATE = "morning", "afternoon", "late"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayParts:
    """When the parts of a day begin; seconds after midnight."""

    afternoon_s: int
    late_s: int
    weekend_is_late: bool

    def spans(self, weekday: int) -> dict[str, tuple[int, int]]:
        """Return the first and last second of each part of a weekday (0 Monday)."""
        if self.weekend_is_late and weekday >= _SATURDAY:
            return {LATE: (0, DAY_S - 1)}
        return {
            MORNING: (0, self.afternoon_s - 1),
            AFTERNOON: (self.afternoon_s, self.late_s - 1),
            LATE: (self.late_s, DAY_S - 1),
        }

    def part_of(self, weekday: int, start_s: int) -> str:
        """Return the part in which a visit begins."""
        spans = self.spans(weekday).items()
        return next(name for name, (first, last) in spans if first <= start_s <= last)

    def others(self, tried: str, weekdays: Iterable[int]) -> Windows:
        """Return the other parts of these weekdays, seconds after Monday's midnight."""
        return tuple(
            (weekday * DAY_S + first, weekday * DAY_S + last)
            for weekday in sorted(weekdays)
            for name, (first, last) in self.spans(weekday).items()
            if name != tried
        )


def day_parts(settings: VisitSettings) -> DayParts:
    """Return the parts of the day that the settings say.

    Raises
    ------
    SettingsError
        An hour cannot be read, or the late part begins before the afternoon.
    """
    hours: dict[str, int] = {}
    for name in ("morning_ends", "late_begins"):
        hour = parse_hour(getattr(settings, name).strip())
        if hour is None or hour == 0:
            raise SettingsError(
                N_("Pengaturan {key!r} harus berupa jam, mis. 11:30."), key=f"visits.{name}"
            )
        hours[name] = hour
    if hours["late_begins"] <= hours["morning_ends"]:
        raise SettingsError(
            N_("Pengaturan {key!r} harus sesudah {other!r}."),
            key="visits.late_begins",
            other="visits.morning_ends",
        )
    return DayParts(hours["morning_ends"], hours["late_begins"], settings.weekend_is_late)


def tried_parts(results: pd.DataFrame, visited: pd.DataFrame, settings: VisitSettings) -> pd.Series:
    """Return the parts of the day in which nobody was home since the family was last met.

    Parameters
    ----------
    results
        planning.columns.RESULTS.
    visited
        Planned visits: ``household_id``, ``day_date``, ``start_s``. A result without an hour
        was at the hour for which that day's visit was planned; where none was, it tells nothing.

    Returns
    -------
    pd.Series
        Names joined by ``;`` in the order of the day; index ``household_id``, families without
        any are not in it.

    Raises
    ------
    SettingsError
        As :func:`day_parts`.
    """
    parts = day_parts(settings)
    seen = results[results["outcome"].isin(SEEN)].groupby("household_id")["day_date"].max()
    away = results[results["outcome"] == "not_home"]
    since = seen.astype("str").reindex(away["household_id"]).fillna("").to_numpy()
    away = away[away["day_date"] > since]
    hours = visited.groupby(["household_id", "day_date"])["start_s"].min().to_dict()
    found: dict[int, set[str]] = {}
    columns = ["household_id", "day_date", "start_s"]
    for key, day, start_s in away[columns].itertuples(index=False, name=None):
        at = hours.get((key, day)) if pd.isna(start_s) else start_s
        if at is not None:
            weekday = date.fromisoformat(day).weekday()
            found.setdefault(int(key), set()).add(parts.part_of(weekday, int(at)))
    order = (MORNING, AFTERNOON, LATE)
    told = {key: ";".join(name for name in order if name in found[key]) for key in sorted(found)}
    index = pd.Index(list(told), dtype="int64", name="household_id")
    return pd.Series(list(told.values()), index=index, dtype="str")


@dataclass(frozen=True, slots=True)
class Again:
    """A family to be tried again, and by whom it can be."""

    household_id: int
    area_code: str
    tried: str  # the one part of the day in which nobody was home
    service_s: int
    vehicles: frozenset[str]


def again_windows(
    waiting: Sequence[Again], days: Sequence[TeamDay], travel: Travel, parts: DayParts
) -> dict[int, Windows]:
    """Return the starts allowed for each family, seconds after Monday's midnight.

    They lie in the parts of the day that were not tried, on the days that its teams work. A
    family that no team-day could visit in another part, even as the only visit of the day, has
    no entry: any hour is better than none.
    """
    by_area: dict[str, list[Again]] = {}
    for each in waiting:
        by_area.setdefault(each.area_code, []).append(each)
    windows: dict[int, Windows] = {}
    for group in by_area.values():
        windows |= _windows_of(group, days, travel, parts)
    return windows


def _windows_of(
    group: Sequence[Again], days: Sequence[TeamDay], travel: Travel, parts: DayParts
) -> dict[int, Windows]:
    """Return the windows of families of one kelurahan; their ways are looked up together."""
    wanted = frozenset[str]().union(*(each.vehicles for each in group))
    able = [day for day in days if day.vehicle_id in wanted]
    teams = {day.team.team_id: day.team for day in able}
    points = [travel.point_of_stop[str(each.household_id)] for each in group]
    points += [travel.point_of_team[team_id] for team_id in teams]
    node_of = {team_id: len(group) + i for i, team_id in enumerate(teams)}
    modes = dict.fromkeys(team.transport for team in teams.values())
    part = travel.part(points, list(modes))
    weekday_of = {day.vehicle_id: day.weekday for day in able}
    stops = tuple(_stop(node, each, weekday_of, parts) for node, each in enumerate(group))
    problem = Problem(
        stops=stops,
        vehicles=tuple(day.vehicle(node_of[day.team.team_id], day.team.transport) for day in able),
        durations_s={mode: part.durations(mode) for mode in modes},
    )
    return {
        each.household_id: stop.windows_s
        for each, stop in zip(group, stops, strict=True)
        if stop.windows_s and possible_vehicles(problem, stop)
    }


def _stop(node: int, each: Again, weekday_of: Mapping[str, int], parts: DayParts) -> Stop:
    weekdays = {weekday_of[key] for key in each.vehicles}
    return Stop(
        stop_id=str(each.household_id),
        node=node,
        service_s=each.service_s,
        prize=0,
        windows_s=parts.others(each.tried, weekdays),
        vehicles=each.vehicles,
    )
