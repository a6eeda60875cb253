"""From what a replan changed to the frames of the new plan; the other rows stay as they were."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from planning.assembly import frame_of, route_rows
from planning.columns import DAYS, LEFTOVERS, VISITS
from planning.eligibility import Sorted
from planning.groups import territory_groups
from planning.meetings import Meeting
from planning.plan import WeekPlan
from planning.team_days import vehicle_id
from planning.teams import Team
from planning.travel import Travel
from routing.problem import Route

_FULL = ("day_full", "")


@dataclass(slots=True)
class Outcome:
    """What changed, gathered group by group."""

    partner: Mapping[tuple[str, str], str]  # team and stop -> who comes along
    alone: frozenset[tuple[str, int]]  # vehicle and family that lost who came along
    routes: dict[str, Route] = field(default_factory=dict)  # new timetables, by vehicle
    changed: set[str] = field(default_factory=set)  # team-days whose old rows go
    left: set[str] = field(default_factory=set)  # stops that found no place
    violations: list[str] = field(default_factory=list)

    def take(self, routes: Sequence[Route], changed: set[str], violations: Sequence[str]) -> None:
        """Note the new timetables of the team-days that changed."""
        self.routes |= {route.vehicle_id: route for route in routes}
        self.changed |= changed
        self.violations += violations


def replanned(
    before: WeekPlan,
    families: pd.DataFrame,
    teams: Mapping[str, Team],
    travel: Travel,
    meetings: Sequence[Meeting],
    sorted_: Sorted,
    outcome: Outcome,
) -> WeekPlan:
    """Return the new plan: rows of changed team-days anew, all others as they were."""
    visits, days = route_rows(
        list(outcome.routes.values()),
        before.week,
        teams,
        travel,
        outcome.partner,
        families["must"],
        {meeting.stop_id: meeting for meeting in meetings},
    )
    old = _with_alone(before, outcome.alone)
    kept = old[~_vehicles(before, old).isin(outcome.changed)]
    kept_days = before.days[~_vehicles(before, before.days).isin(outcome.changed)]
    order = _rank(before, teams)
    visits = _in_order(before, [kept, visits], order, ["sequence"])
    days = _in_order(before, [kept_days, days], order, [])
    return WeekPlan(
        week=before.week,
        scope_code=before.scope_code,
        visits=VISITS.validate(visits),
        days=DAYS.validate(gpd.GeoDataFrame(days, geometry="geometry", crs="EPSG:4326")),
        leftovers=_leftovers(
            before,
            families,
            sorted_,
            set(visits["household_id"]),
            changed=bool(outcome.changed or outcome.alone),
        ),
        households_in_scope=len(families),
        repeatable=before.repeatable,
    )


def _vehicles(plan: WeekPlan, rows: pd.DataFrame) -> pd.Series:
    weekday = {plan.week.day(weekday).isoformat(): weekday for weekday in range(7)}
    keys = [
        vehicle_id(team, weekday[day])
        for team, day in zip(rows["team_id"], rows["day_date"], strict=True)
    ]
    return pd.Series(keys, index=rows.index, dtype="str")


def _with_alone(plan: WeekPlan, alone: frozenset[tuple[str, int]]) -> pd.DataFrame:
    """Return the visits; where who came along is lost, the row says so."""
    if not alone:
        return plan.visits
    keys = zip(_vehicles(plan, plan.visits), plan.visits["household_id"], strict=True)
    lost = [key in alone for key in keys]
    visits = plan.visits.copy()
    visits.loc[lost, "joint_team_id"] = None
    return visits


def _rank(plan: WeekPlan, teams: Mapping[str, Team]) -> dict[str, int]:
    """Return the place of each team in a plan: camat first, then group by group."""
    camats = [key for key, team in teams.items() if team.kind == "camat"]
    crews = [team for team in teams.values() if team.kind != "camat"]
    ordered = [*camats, *(team.team_id for group in territory_groups(crews) for team in group)]
    # days that are over may be of teams that are gone
    return {key: at for at, key in enumerate(dict.fromkeys([*ordered, *plan.days["team_id"]]))}


def _in_order(
    plan: WeekPlan, parts: Sequence[pd.DataFrame], rank: Mapping[str, int], further: list[str]
) -> pd.DataFrame:
    """Return the rows by team, day and ``further``, numbered from 0."""
    filled = [part for part in parts if not part.empty]
    if not filled:
        return parts[0].reset_index(drop=True)
    rows = filled[0] if len(filled) == 1 else pd.concat(filled)
    place = pd.DataFrame(
        {"team": rows["team_id"].map(rank), "day": rows["day_date"]}
        | {name: rows[name] for name in further}
    ).reset_index(drop=True)
    del plan
    sorted_ = place.sort_values(list(place.columns), kind="stable").index
    ordered: pd.DataFrame = rows.iloc[sorted_].reset_index(drop=True)
    return ordered


def _leftovers(
    before: WeekPlan,
    families: pd.DataFrame,
    sorted_: Sorted,
    planned: set[int],
    *,
    changed: bool,
) -> pd.DataFrame:
    """Return every family that is not planned, once; a reason from before stays if it holds.

    What would have to give on a full day is not known where anything ``changed``: see
    planning.full_days.
    """
    columns = ["reason", "missing"]
    old = dict(_pairs(before.leftovers, columns))
    now = dict(_pairs(sorted_.leftovers, columns))
    said = {int(row["household_id"]): row for row in before.leftovers.to_dict("records")}
    rows: list[Mapping[Hashable, Any]] = []
    for key in sorted(set(families.index) - planned):
        was, is_ = old.get(key), now.get(key)
        if was is None or is_ is None:
            reason = is_ or (was if was is not None and _is_of_search(was) else _FULL)
        elif is_[0] == "no_location" and _is_of_search(was):
            reason = was  # asked for at a meeting that found no room
        else:
            reason = is_
        if reason == was and not changed:
            rows.append(said[key])
            continue
        name, missing = _FULL if reason[0] == "day_full" else reason
        rows.append({"household_id": key, "reason": name, "missing": missing})
    return frame_of(rows, LEFTOVERS)


def _pairs(frame: pd.DataFrame, columns: list[str]) -> list[tuple[int, tuple[str, str]]]:
    pairs = zip(*(frame[name] for name in columns), strict=True)
    return [(int(key), pair) for key, pair in zip(frame["household_id"], pairs, strict=True)]


def _is_of_search(reason: tuple[str, str]) -> bool:
    """Tell whether a reason came from the search, which is not asked again."""
    return reason[0] in {"day_full", "window_closed", "cannot_fit_alone", "off_network"}
