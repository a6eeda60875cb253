"""Draw up a week for all teams of the city or of one kecamatan, and store it as a draft."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd

from common.clock import Week, parse_upcoming_week, week_of
from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from common.settings import VisitSettings, read_settings
from planning.calendar import (
    city_holidays,
    posyandu_weekdays,
    with_leave,
    with_moved_half_day,
)
from planning.groups import GroupResult, GroupTask, territory_groups
from planning.meetings import Meeting, make_meetings, meeting_places
from planning.merging import known_together, seen_together
from planning.plan import WeekPlan
from planning.teams import Team
from planning.travel import prepare_travel
from planning.week import NoTeamError, plan_week
from storage.areas import load_areas
from storage.calendar import load_calendar
from storage.database import Database, open_database, reading, transaction
from storage.duplicates import load_merged
from storage.households import load_households
from storage.places import load_places
from storage.plans import CITY, PlanRecord, store_plan, visits_before
from storage.points import load_points
from storage.scores import replace_scores
from storage.street_files import read_networks
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.fanout import fan_out, processes
from workflows.placing import NoRegisterError
from workflows.progress import Progress, silent
from workflows.scoring import score_for


class UnknownAreaError(WrongCallError):
    """There is no such kecamatan in the city."""

    code = "area"


class NotPlacedError(NothingToDoError):
    """Some families have no place yet."""

    code = "not-placed"


@dataclass(frozen=True, slots=True)
class _Ground:
    """Everything a plan is made from, as it stood at one moment."""

    households: pd.DataFrame
    places: pd.DataFrame
    kecamatan_of: pd.Series  # area_code -> kecamatan_code
    teams: list[Team]  # with the leave of the calendar
    calendar: pd.DataFrame
    points: pd.DataFrame
    areas: gpd.GeoDataFrame
    visited: pd.DataFrame
    merged: pd.Series  # household_id -> the family that stands for it


def make_plan(
    workspace: Workspace,
    *,
    week: str,
    area: str | None,
    seconds: float | None,
    today: date,
    now: datetime,
    workers: int | None = None,
    progress: Progress = silent,
) -> PlanRecord:
    """Plan a week and store it as a draft with its counts; nothing is stored on any error.

    Parameters
    ----------
    week
        ``2026-W49``, ``next`` or ``this``; not a week that is over.
    area
        Kecamatan code; None for the whole city.
    seconds
        Cap on the search time of the whole plan, shared out among the groups of teams; None:
        every group searches to its local optimum, and the plan is repeatable.
    workers
        Processes; 1: in this process; None: one a core.

    Raises
    ------
    WeekError, UnknownAreaError
        The call names no week or kecamatan that can be planned.
    MissingWorkspaceError, NetworkMissingError, NoRegisterError, NotPlacedError, NoTeamError
        A step before this one is missing.
    PlanViolationError
        The independent check found a fault: ours.
    """
    wanted = parse_upcoming_week(week, today)
    settings = read_settings(workspace.settings_file)
    database = open_database(workspace)
    progress(0.0, N_("Membaca data"))
    ground = _read_ground(database, wanted, week_of(today))
    known = known_together(ground.households, ground.merged)
    met = seen_together(ground.visited, ground.merged)
    scores, score_report = score_for(wanted, known, met, settings.value)
    families, teams = _scope(ground, scores, area)
    if not teams:
        raise NoTeamError(N_("Tidak ada tim di wilayah ini; impor tim dahulu."))
    closed = city_holidays(ground.calendar, wanted)
    teams = with_moved_half_day(teams, wanted, closed)
    progress(0.05, N_("Menghitung waktu tempuh"))
    meetings = _meetings(ground, families, teams, wanted, settings.visits)
    travel = prepare_travel(
        read_networks(workspace),
        families[families["lon"].notna()],
        teams,
        settings.streets,
        meetings,
    )
    plan = plan_week(
        families,
        teams,
        wanted,
        area or CITY,
        travel,
        settings,
        closed=closed,
        last_seen=_last_seen(ground),
        meetings=meetings,
        busy=_busy(ground, families, wanted),
        run=_in_processes(workers, progress),
        seconds=None if seconds is None else _share(seconds, teams, workers),
    )
    progress(0.97, N_("Menyimpan rencana"))
    summary = plan_counts(plan, families, len(ground.households))
    with transaction(database) as conn:
        replace_scores(conn, scores, score_report)
        return store_plan(conn, plan, created_at=now, seconds=seconds, summary=summary)


def plan_counts(plan: WeekPlan, families: pd.DataFrame, registered: int) -> dict[str, Any]:
    """Return the counts of a plan; ``registered`` = outside scope + planned + left out."""
    reasons = plan.leftovers["reason"].value_counts().sort_index().to_dict()
    first_rows = plan.visits.drop_duplicates("household_id")
    meetings = first_rows[first_rows["kind"] == "kader"]
    homes = plan.visits[plan.visits["kind"] == "home"]
    return {
        "registered": registered,
        "outside_scope": registered - len(families),
        "in_scope": len(families),
        "planned": plan.households_planned,
        "left_out": len(plan.leftovers),
        "left_out_by_reason": reasons,
        "team_days": len(plan.days),
        "teams": int(plan.days["team_id"].nunique()),
        "visits": len(homes),
        "joint_visits": len(homes) - int(homes["household_id"].nunique()),
        "meetings": len(meetings.drop_duplicates(["team_id", "day_date", "sequence"])),
        "asked_at_meetings": len(meetings),
        "prize": int(families["prize"].loc[homes["household_id"].unique()].sum()),
        "travel_hours": round(float(plan.days["travel_s"].sum()) / 3600, 1),
        "distance_km": round(float(plan.days["distance_m"].sum()) / 1000, 1),
        "routes_checked": len(plan.days),  # one broken rule and the plan would be refused
        "repeatable": plan.repeatable,
    }


def _read_ground(database: Database, week: Week, current: Week) -> _Ground:
    with reading(database) as conn:
        areas, calendar = load_areas(conn), load_calendar(conn)
        ground = _Ground(
            households=load_households(conn),
            places=load_places(conn),
            kecamatan_of=areas.set_index("area_code")["kecamatan_code"],
            teams=with_leave(load_teams(conn), calendar),
            calendar=calendar,
            points=load_points(conn),
            areas=areas,
            visited=visits_before(conn, week, current),
            merged=load_merged(conn),
        )
    if ground.households.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    missing = len(ground.households.index.difference(ground.places.index))
    if missing:
        raise NotPlacedError(
            N_("{count} keluarga belum ditempatkan; jalankan `sambangi locate` dahulu."),
            count=missing,
        )
    return ground


def _scope(
    ground: _Ground, scores: pd.DataFrame, area: str | None
) -> tuple[pd.DataFrame, list[Team]]:
    """Return the families (planning.columns.FAMILIES) and teams of the city or a kecamatan."""
    families = ground.places[["area_code", "lon", "lat", "grade", "flags"]].join(
        scores[["at_risk", "group", "due_date", "must", "prize"]]
    )
    families = families.loc[ground.households.index]
    families["merged"] = families.index.isin(ground.merged.index)
    if area is None:
        return families, ground.teams
    require_kecamatan(area, ground.kecamatan_of)
    inside = families["area_code"].map(ground.kecamatan_of) == area
    return families[inside], [team for team in ground.teams if team.kecamatan_code == area]


def require_kecamatan(code: str, kecamatan_codes: pd.Series) -> None:
    """Refuse a code that is no kecamatan of the city; ``kecamatan_codes``: one a kelurahan.

    Raises
    ------
    UnknownAreaError
        It is none of them.
    """
    known = sorted(kecamatan_codes.unique())
    if code not in known:
        raise UnknownAreaError(
            N_("Kecamatan {area!r} tidak dikenal; kode yang ada: {known}."),
            area=code,
            known=", ".join(known),
        )


def _meetings(
    ground: _Ground,
    families: pd.DataFrame,
    teams: list[Team],
    week: Week,
    settings: VisitSettings,
) -> list[Meeting]:
    """Return the meetings with kader that may be held: where nobody knows the door."""
    doorless = families[(families["grade"] == "kelurahan") & families["area_code"].notna()]
    middle = doorless.drop_duplicates("area_code").set_index("area_code")[["lon", "lat"]]
    names = ground.areas.set_index("area_code")["area_name"]
    places = meeting_places(
        ground.points, teams, _base_areas(ground.areas, teams), middle.assign(area_name=names)
    )
    since = (week.monday - timedelta(days=settings.asked_again_days)).isoformat()
    at_meetings = ground.visited[ground.visited["kind"] == "kader"]
    asked = at_meetings.loc[at_meetings["day_date"] >= since, "household_id"]
    last_day = week.day(6).isoformat()
    rw = ground.households["rw"]
    return make_meetings(families, rw, places, frozenset(asked), last_day, settings)


def _base_areas(areas: gpd.GeoDataFrame, teams: list[Team]) -> dict[str, str]:
    """Return the kelurahan that each team's base lies in."""
    bases = gpd.GeoDataFrame(
        {"team_id": [team.team_id for team in teams]},
        geometry=gpd.points_from_xy(
            [team.base_lon for team in teams], [team.base_lat for team in teams]
        ),
        crs="EPSG:4326",
    )
    inside = bases.sjoin(areas[["area_code", "geometry"]], predicate="within")
    return dict(zip(inside["team_id"], inside["area_code"], strict=True))


def _busy(ground: _Ground, families: pd.DataFrame, week: Week) -> dict[int, frozenset[int]]:
    """Return the posyandu weekdays of each family's RW, where there are any."""
    days = posyandu_weekdays(ground.calendar, week)
    if not days:
        return {}
    rw = ground.households["rw"].reindex(families.index)
    keys = zip(families.index, families["area_code"], rw, strict=True)
    return {int(key): days[area, block] for key, area, block in keys if (area, block) in days}


def _last_seen(ground: _Ground) -> dict[str, str]:
    """Return the ISO date of the last visit of a camat per kelurahan."""
    camats = {team.team_id for team in ground.teams if team.kind == "camat"}
    theirs = ground.visited[ground.visited["team_id"].isin(list(camats))]
    area = theirs["household_id"].map(ground.places["area_code"])
    latest = theirs.groupby(area)["day_date"].max()
    return {str(code): str(day) for code, day in latest.items()}


def _share(seconds: float, teams: Sequence[Team], workers: int | None) -> float:
    """Return the part of the whole plan's search time that one group may use."""
    groups = territory_groups([team for team in teams if team.kind != "camat"])
    return seconds * (workers or os.cpu_count() or 1) / max(1, len(groups))


def _in_processes(
    workers: int | None, progress: Progress
) -> Callable[[Callable[[GroupTask], GroupResult], Sequence[GroupTask]], Iterable[GroupResult]]:
    """Return a runner that plans the groups in processes, the largest first; one: this process."""

    def run(
        function: Callable[[GroupTask], GroupResult], tasks: Sequence[GroupTask]
    ) -> Iterable[GroupResult]:
        largest_first = sorted(tasks, key=lambda task: -len(task.stops))
        with ThreadPoolExecutor(1) if workers == 1 else processes(workers) as executor:
            for done, result in enumerate(fan_out(executor, function, largest_first), start=1):
                progress(0.1 + 0.8 * done / len(tasks), N_("Menyusun rute"))
                yield result

    return run
