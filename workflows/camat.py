"""The camat's half-days as a page shows them; read only, and without any person."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from common.clock import Week, week_of
from planning.calendar import city_holidays, with_leave, with_moved_half_day
from planning.teams import Team
from planning.value import explain_prize
from storage.areas import load_areas
from storage.calendar import load_calendar
from storage.database import open_database, reading
from storage.places import load_places
from storage.plans import PlanRecord, load_plan, visits_before
from storage.scores import load_scores
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.views import newest_record

REASONS = (
    "pregnant", "baduta", "balita", "pus", "factors", "last_result", "never_visited", "overdue",
    "welfare",
)  # fmt: skip
_DAYS = {
    "plan_id": "int64", "week": "str", "state": "str", "team_id": "str", "team_name": "str",
    "day_date": "str", "start_s": "int64", "end_s": "int64", "usual_weekday": "Int64",
    "usual_is_holiday": "boolean",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MovedDay:
    """A camat's half-day that is held on another day of the week; 0 is Monday."""

    usual: int  # the weekday it is held on in other weeks
    held: int  # the weekday it is held on in this one
    holiday: bool  # why: the usual day is a holiday; else it is leave


def moved_half_days(
    teams: Iterable[Team], week: Week, closed: Iterable[str]
) -> dict[str, MovedDay]:
    """Return the camat's half-days that are moved in this week, by ``team_id``.

    The rule is planning.calendar.with_moved_half_day.

    Parameters
    ----------
    teams
        With the leave of the calendar (planning.calendar.with_leave).
    closed
        ISO dates of holidays.
    """
    before, off = list(teams), frozenset(closed)
    moved: dict[str, MovedDay] = {}
    for team, now in zip(before, with_moved_half_day(before, week, off), strict=True):
        if now != team:
            usual, held = (
                next(day for day, shift in enumerate(each.shifts) if shift is not None)
                for each in (team, now)
            )
            moved[team.team_id] = MovedDay(usual, held, week.day(usual).isoformat() in off)
    return moved


def coming_half_days(
    workspace: Workspace,
    *,
    weeks: list[Week],
    today: date,
    kecamatan_code: str,
    published_only: bool,
) -> tuple[pd.DataFrame, dict[int, PlanRecord]]:
    """Return the half-days of a kecamatan's camat from ``today`` on, and the plans they are in.

    A row a half-day, earliest first: ``plan_id``, ``week``, ``state``, ``team_id``,
    ``team_name``, ``day_date`` (ISO), ``start_s`` and ``end_s`` (seconds after midnight),
    ``usual_weekday`` (0 Monday; missing: the half-day was not moved) and ``usual_is_holiday``
    (else leave; missing likewise). In each week the newest plan that covers the kecamatan counts,
    with ``published_only`` the newest that was published. Whether a half-day was moved is told by
    the calendar and the hours as they stand now.
    """
    teams = {team.team_id: team for team in _camats(workspace, kecamatan_code)}
    with reading(open_database(workspace)) as conn:
        calendar = load_calendar(conn)
    with_all_leave = with_leave(teams.values(), calendar)
    records: dict[int, PlanRecord] = {}
    rows: list[dict[str, object]] = []
    for week in weeks:
        record = newest_record(workspace, week, kecamatan_code, published_only=published_only)
        if record is None:
            continue
        records[record.plan_id] = record
        with reading(open_database(workspace)) as conn:
            days = load_plan(conn, record.plan_id).days
        moved = moved_half_days(with_all_leave, week, city_holidays(calendar, week))
        mine = days[days["team_id"].isin(list(teams)) & (days["day_date"] >= today.isoformat())]
        rows += [
            _half_day(record, teams[day["team_id"]], day, moved.get(day["team_id"]))
            for day in mine.to_dict("records")
        ]
    found = pd.DataFrame(rows, columns=list(_DAYS)).astype(_DAYS)
    return found.sort_values(["day_date", "team_id"], ignore_index=True), records


def half_day_stops(workspace: Workspace, plan_id: int, team_id: str, day_date: str) -> pd.DataFrame:
    """Return the stops of one half-day in driving order, without the families' places.

    A row a stop: ``number``, ``start_s``, ``end_s``, ``kind`` (home, kader), ``families`` (one,
    or those asked for), ``area_name``, ``place_name`` (of a meeting), ``joining`` (name of the
    team that makes the same visit, "" for none) and ``reasons``: a tuple of ``REASONS``, why the
    family is on the plan, those that weigh most first; empty for a meeting.

    Raises
    ------
    UnknownPlanError
        No such plan.
    """
    with reading(open_database(workspace)) as conn:
        visits, scores = load_plan(conn, plan_id).visits, load_scores(conn)
        area_of, areas = load_places(conn)["area_code"], load_areas(conn)
        teams = {team.team_id: team.name for team in load_teams(conn)}
    mine = visits[(visits["team_id"] == team_id) & (visits["day_date"] == day_date)]
    first = mine.drop_duplicates("sequence").sort_values("sequence").set_index("household_id")
    names = areas.set_index("area_code")["area_name"]
    told = scores.reindex(first.index)[["prize_parts", "group"]]
    reasons = [
        reasons_of(str(parts), str(group)) if kind == "home" and not pd.isna(parts) else ()
        for kind, parts, group in zip(
            first["kind"], told["prize_parts"], told["group"], strict=True
        )
    ]
    area = pd.Series(first.index, dtype="int64").map(area_of)
    return pd.DataFrame(
        {
            "number": first["sequence"].to_numpy(),
            "start_s": first["start_s"].to_numpy(),
            "end_s": first["end_s"].to_numpy(),
            "kind": first["kind"].to_numpy(),
            "families": first["sequence"].map(mine["sequence"].value_counts()).to_numpy(),
            "area_name": area.map(names).fillna("").to_numpy(),
            "place_name": first["place_name"].fillna("").to_numpy(),
            "joining": first["joint_team_id"].map(teams).fillna("").to_numpy(),
            "reasons": reasons,
        }
    )


def reasons_of(prize_parts: str, group: str) -> tuple[str, ...]:
    """Return why a family is worth a visit, those that weigh most first.

    Parts of the prize that give no point are left out; ``group`` names what its part stands for.
    """
    parts = explain_prize(prize_parts)
    named = [group if part == "group" else part for part, points in parts.items() if points > 0]
    return tuple(name for name in named if name in REASONS)


def last_visits(workspace: Workspace, *, today: date, kecamatan_code: str) -> pd.DataFrame:
    """Return when the camat last went to each kelurahan of the kecamatan, longest ago first.

    A row a kelurahan: ``area_code``, ``area_name``, ``day_date`` (ISO; missing: never), ``kind``
    (home, or kader when the camat only met a kader that day). Published plans of weeks that are
    over count, whatever came of the visits.
    """
    current = week_of(today)
    with reading(open_database(workspace)) as conn:
        visited, areas = visits_before(conn, current, current), load_areas(conn)
        area_of = load_places(conn)["area_code"]
    camats = [team.team_id for team in _camats(workspace, kecamatan_code)]
    theirs = visited[visited["team_id"].isin(camats)]
    theirs = theirs.assign(area_code=theirs["household_id"].map(area_of))
    # of a day on which the camat saw a home and met a kader, the home is told
    newest = theirs.sort_values(["day_date", "kind"], ascending=[False, True])
    newest = newest.drop_duplicates("area_code").set_index("area_code")
    here = areas.loc[areas["kecamatan_code"] == kecamatan_code, ["area_code", "area_name"]]
    told = here.join(newest[["day_date", "kind"]], on="area_code")
    told = told.sort_values("day_date", na_position="first", kind="stable")
    return pd.DataFrame(told).reset_index(drop=True)


def _half_day(
    record: PlanRecord, team: Team, day: dict[Hashable, Any], moved: MovedDay | None
) -> dict[str, object]:
    """Return a row of :func:`coming_half_days` from a row of planning.columns.DAYS."""
    here = moved is not None and moved.held == date.fromisoformat(day["day_date"]).weekday()
    return {
        "plan_id": record.plan_id,
        "week": str(record.week),
        "state": record.state,
        "team_id": team.team_id,
        "team_name": team.name,
        "day_date": day["day_date"],
        "start_s": day["start_s"],
        "end_s": day["end_s"],
        "usual_weekday": moved.usual if moved is not None and here else pd.NA,
        "usual_is_holiday": moved.holiday if moved is not None and here else pd.NA,
    }


def _camats(workspace: Workspace, kecamatan_code: str) -> list[Team]:
    with reading(open_database(workspace)) as conn:
        teams = load_teams(conn)
    return [
        team for team in teams if team.kind == "camat" and team.kecamatan_code == kecamatan_code
    ]
