"""From the routes of all groups to the frames of one week's plan."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pandera.pandas import DataFrameSchema

from common.clock import Week
from planning.appointments import Appointment
from planning.calendar import DAY_S
from planning.columns import DAYS, LEFTOVERS, VISITS
from planning.groups import GroupResult
from planning.meetings import Meeting
from planning.plan import WeekPlan
from planning.team_days import team_and_weekday
from planning.teams import Team
from planning.travel import Travel
from routing.problem import Route

PROVED = {  # reason of routing.reasons -> reason of planning.columns
    "no_vehicle": "team_absent",
    "no_skill": "no_skill",
    "unreachable": "off_network",
    "window_closed": "window_closed",
    "cannot_fit_alone": "cannot_fit_alone",
    "not_placed": "day_full",
}


def week_plan(
    week: Week,
    scope_code: str,
    results: Sequence[GroupResult],
    appointments: Sequence[Appointment],
    sorted_out: pd.DataFrame,
    not_offered: Sequence[str],
    families: pd.DataFrame,
    teams: Mapping[str, Team],
    travel: Travel,
    meetings: Sequence[Meeting] = (),
) -> WeekPlan:
    """Put the results together; every family of ``families`` ends in one place.

    ``sorted_out`` are the leftovers known before the search; ``not_offered`` stops whose prize
    was too low to be offered to it.
    """
    partner = {(each.camat_id, each.stop_id): each.partner_id for each in appointments}
    partner |= {
        (each.partner_id, each.stop_id): each.camat_id
        for each in appointments
        if each.partner_id is not None
    }
    meeting_of = {meeting.stop_id: meeting for meeting in meetings}
    visits, days = route_rows(
        [route for result in results for route in result.solution.routes],
        week,
        teams,
        travel,
        partner,
        families["must"],
        meeting_of,
    )
    planned = set(visits["household_id"])
    return WeekPlan(
        week=week,
        scope_code=scope_code,
        visits=visits,
        days=days,
        leftovers=_leftovers(results, sorted_out, not_offered, planned, meeting_of),
        households_in_scope=len(families),
        repeatable=all(result.solution.repeatable for result in results),
    )


def route_rows(
    routes: Sequence[Route],
    week: Week,
    teams: Mapping[str, Team],
    travel: Travel,
    partner: Mapping[tuple[str, str], str | None],
    must: pd.Series,
    meeting_of: Mapping[str, Meeting],
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Return the rows of some team-days: planning.columns.VISITS and DAYS, in the routes' order.

    ``partner`` holds who comes along by team and stop; ``must`` is by household_id.
    """
    visits: list[dict[Hashable, Any]] = []
    days: list[dict[Hashable, Any]] = []
    for route in routes:
        team_id, weekday = team_and_weekday(route.vehicle_id)
        lines, metres = _legs(route, teams[team_id], travel)
        days.append(_day_row(route, teams[team_id], week, weekday, lines, sum(metres)))
        for number, (made, leg_m) in enumerate(zip(route.made, metres, strict=False), start=1):
            row: dict[Hashable, Any] = {
                "team_id": team_id,
                "day_date": week.day(weekday).isoformat(),
                "sequence": number,
                "travel_s": made.travel_s,
                "distance_m": round(leg_m, 1),
                "start_s": made.start_s - weekday * DAY_S,
                "end_s": made.end_s - weekday * DAY_S,
                "joint_team_id": partner.get((team_id, made.stop_id)),
            }
            meeting = meeting_of.get(made.stop_id)
            if meeting is not None:
                visits += _asked_rows(row, meeting)
                continue
            household = int(made.stop_id)
            own: dict[Hashable, Any] = {
                "household_id": household,
                "must": bool(must[household]),
                "kind": "home",
            }
            visits.append({**row, **own})
    return frame_of(visits, VISITS), gpd.GeoDataFrame(frame_of(days, DAYS))


def _asked_rows(stop: Mapping[Hashable, Any], meeting: Meeting) -> list[dict[Hashable, Any]]:
    """Return one row for each family asked for at a meeting; all share the stop."""
    shared: dict[Hashable, Any] = {
        **stop,
        "must": False,
        "kind": "kader",
        "place_name": meeting.place.name,
        "place_lon": meeting.place.lon,
        "place_lat": meeting.place.lat,
    }
    return [{**shared, "household_id": household} for household in meeting.households]


def frame_of(rows: Sequence[Mapping[Hashable, Any]], schema: DataFrameSchema) -> pd.DataFrame:
    """Return the rows with the columns and dtypes of ``schema``, also when there is none.

    A column that no row has is missing in all of them.
    """
    frame = pd.DataFrame(list(rows), columns=list(schema.columns))
    dtypes = {name: column.dtype.type for name, column in schema.columns.items() if column.dtype}
    if dtypes.pop("geometry", None) is not None:
        frame = gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")
    checked: pd.DataFrame = schema.validate(frame.astype(dtypes))
    return checked


def _legs(route: Route, team: Team, travel: Travel) -> tuple[list[shapely.LineString], list[float]]:
    """Return the shape and metres of each leg, the way back to the base last."""
    base = travel.point_of_team[team.team_id]
    points = [base, *(travel.point_of_stop[m.stop_id] for m in route.made), base]
    seconds = [made.travel_s for made in route.made]
    seconds.append(route.travel_s - sum(seconds))
    legs = travel.legs(
        team.transport,
        list(pairwise(points)),
        [leg_s + 1.0 for leg_s in seconds],  # rounding may hide a second
    )
    return [line for line, _ in legs], [metres for _, metres in legs]


def _day_row(
    route: Route,
    team: Team,
    week: Week,
    weekday: int,
    lines: Sequence[shapely.LineString],
    metres: float,
) -> dict[Hashable, Any]:
    shift = team.shifts[weekday]
    midnight = weekday * DAY_S
    rest = (route.break_start_s, route.break_end_s)
    return {
        "team_id": team.team_id,
        "day_date": week.day(weekday).isoformat(),
        "transport": team.transport,
        "shift_start_s": shift.start_s if shift else route.start_s - midnight,
        "shift_end_s": shift.end_s if shift else route.end_s - midnight,
        "break_start_s": None if rest[0] is None else rest[0] - midnight,
        "break_end_s": None if rest[1] is None else rest[1] - midnight,
        "start_s": route.start_s - midnight,
        "end_s": route.end_s - midnight,
        "travel_s": route.travel_s,
        "distance_m": round(metres, 1),
        "geometry": shapely.MultiLineString(list(lines)),
    }


def _leftovers(
    results: Sequence[GroupResult],
    sorted_out: pd.DataFrame,
    not_offered: Sequence[str],
    planned: set[int],
    meeting_of: Mapping[str, Meeting],
) -> pd.DataFrame:
    """Return every family that is not planned, once, with its reason."""
    left = [(stop_id, "day_full") for stop_id in not_offered]
    left += [
        (each.stop_id, PROVED[each.reason])
        for result in results
        for each in result.solution.unassigned
    ]
    rows: list[Mapping[Hashable, Any]] = list(sorted_out.to_dict("records"))
    for stop_id, reason in left:
        meeting = meeting_of.get(stop_id)
        rows += [
            {"household_id": household, "reason": reason, "missing": ""}
            for household in (meeting.households if meeting else (int(stop_id),))
            if household not in planned  # a joint visit that the camat makes alone
        ]
    return frame_of(sorted(rows, key=lambda row: int(row["household_id"])), LEFTOVERS)
