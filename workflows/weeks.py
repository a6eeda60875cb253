"""Draw up a week for all teams of the city or of one kecamatan, and store it as a draft."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd

from common.clock import Week, parse_upcoming_week, week_of
from common.language import N_
from common.settings import read_settings
from planning.calendar import city_holidays, with_moved_half_day
from planning.edits import wishes_of, with_absences
from planning.groups import territory_groups
from planning.merging import known_together, seen_together
from planning.pins import PinsRefusedError
from planning.plan import WeekPlan
from planning.same_team import teams_before
from planning.teams import Team
from planning.travel import prepare_travel
from planning.week import NoTeamError, plan_week
from storage.database import Database, open_database, reading, transaction
from storage.kept_times import times_keeper
from storage.plan_edits import add_edits
from storage.plans import CITY, PlanRecord, latest_plan, load_plan, store_plan
from storage.scores import replace_scores
from storage.street_files import read_networks
from storage.workspace import Workspace
from workflows.edits import asked_of, refusal
from workflows.ground import (
    NotPlacedError,
    UnknownAreaError,
    busy_days,
    last_seen_by_camat,
    meetings_of,
    read_ground,
    require_kecamatan,
    scope_of,
)
from workflows.group_runner import Span, group_runner
from workflows.progress import Progress, silent
from workflows.scoring import score_for

_ROUNDS = (
    Span(0.1, 0.85, N_("Menyusun rute")),
    Span(0.85, 0.95, N_("Mencari sebab hari penuh")),
)
__all__ = ["NotPlacedError", "UnknownAreaError", "make_plan", "plan_counts", "require_kecamatan"]


def make_plan(
    workspace: Workspace,
    *,
    week: str,
    area: str | None,
    seconds: float | None,
    today: date,
    now: datetime,
    workers: int | None = None,
    edits: Path | None = None,
    by: str = "",
    progress: Progress = silent,
) -> PlanRecord:
    """Plan a week and store it as a draft with its counts; nothing is stored on any error.

    What people asked of the week before (storage.plan_edits) is kept to. The newest plan of the
    week that covers the area, if there is one, is not fallen short of (planning.week.plan_week).

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
    edits
        A file of more that is asked (planning.edit_file), stored with the plan.
    by
        Who asks it.

    Raises
    ------
    WeekError, UnknownAreaError
        The call names no week or kecamatan that can be planned.
    MissingWorkspaceError, NetworkMissingError, NoRegisterError, NotPlacedError, NoTeamError
        A step before this one is missing.
    EditHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file of edits cannot be read.
    EditsRefusedError, NobodyAsksError
        Something that is asked cannot be done, or nobody stands for it.
    SettingsError
        The settings cannot be read.
    PlanViolationError
        The independent check found a fault: ours.
    """
    wanted = parse_upcoming_week(week, today)
    settings = read_settings(workspace.settings_file)
    database = open_database(workspace)
    progress(0.0, N_("Membaca data"))
    ground = read_ground(database, wanted, week_of(today))
    known = known_together(ground.households, ground.merged)
    met = seen_together(ground.visited, ground.merged)
    scores, score_report = score_for(wanted, known, met, ground.heard, settings.value)
    families, teams = scope_of(ground, scores, area, wanted, settings.visits)
    if not teams:
        raise NoTeamError(N_("Tidak ada tim di wilayah ini; impor tim dahulu."))
    asked = asked_of(database, wanted, area, families, ground, teams, edits, by=by, today=today)
    teams = with_absences(teams, wishes_of(asked.edits), wanted)
    closed = city_holidays(ground.calendar, wanted)
    teams = with_moved_half_day(teams, wanted, closed)
    crews = {team.team_id for team in teams if team.kind != "camat"}
    progress(0.05, N_("Menghitung waktu tempuh"))
    meetings = meetings_of(ground, families, teams, wanted, settings.visits)
    travel = prepare_travel(
        read_networks(workspace),
        families[families["lon"].notna()],
        teams,
        settings.streets,
        meetings,
        times_keeper(workspace, settings.streets.kept_times_mb),
    )
    try:
        with group_runner(workers, progress, _ROUNDS) as run:
            plan = plan_week(
                families,
                teams,
                wanted,
                area or CITY,
                travel,
                settings,
                closed=closed,
                last_seen=last_seen_by_camat(ground),
                meetings=meetings,
                busy=busy_days(ground, families, wanted),
                edits=asked.edits,
                teams_before=teams_before(met, crews),
                before=_newest(database, wanted, area),
                run=run,
                seconds=None if seconds is None else _share(seconds, teams, workers),
            )
    except PinsRefusedError as error:
        raise refusal(error, asked) from None
    progress(0.97, N_("Menyimpan rencana"))
    summary = plan_counts(plan, families, len(ground.households))
    with transaction(database) as conn:
        replace_scores(conn, scores, score_report)
        if asked.added:
            add_edits(conn, wanted, list(asked.added.values()), at=now, by=by)
        return store_plan(conn, plan, created_at=now, seconds=seconds, summary=summary)


def _newest(database: Database, week: Week, area: str | None) -> WeekPlan | None:
    with reading(database) as conn:
        record = latest_plan(conn, week, area)
        return None if record is None else load_plan(conn, record.plan_id)


def plan_counts(plan: WeekPlan, families: pd.DataFrame, registered: int) -> dict[str, Any]:
    """Return the counts of a plan; ``registered`` = outside scope + planned + left out."""
    reasons = plan.leftovers["reason"].value_counts().sort_index().to_dict()
    full = plan.leftovers.loc[plan.leftovers["reason"] == "day_full", "missing"]
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
        "day_full_for_want_of": full.value_counts().sort_index().to_dict(),
        "team_days": len(plan.days),
        "teams": int(plan.days["team_id"].nunique()),
        "visits": len(homes),
        "joint_visits": len(homes) - int(homes["household_id"].nunique()),
        "meetings": len(meetings.drop_duplicates(["team_id", "day_date", "sequence"])),
        "asked_at_meetings": len(meetings),
        "prize": int(families["prize"].loc[homes["household_id"].unique()].sum()),
        "travel_hours": round(float(plan.days["travel_s"].sum()) / 3600, 1),
        "distance_km": round(float(plan.days["distance_m"].sum()) / 1000, 1),
        "weeks_of_one_pass": weeks_of_one_pass(plan),
        "routes_checked": len(plan.days),  # one broken rule and the plan would be refused
        "repeatable": plan.repeatable,
    }


def weeks_of_one_pass(plan: WeekPlan) -> int | None:
    """Return how many weeks like this one a visit to every family that is due would take.

    Families asked for at a meeting are not seen by it; None where no home is visited.
    """
    seen = plan.visits.loc[plan.visits["kind"] == "home", "household_id"].nunique()
    waiting = ~plan.leftovers["reason"].isin(["not_at_risk", "merged", "banned", "not_due",
                                              "refused", "moved"])  # fmt: skip
    due = plan.households_planned + int(waiting.sum())
    return ceil(due / seen) if seen else None


def _share(seconds: float, teams: Sequence[Team], workers: int | None) -> float:
    """Return the part of the whole plan's search time that one group may use."""
    groups = territory_groups([team for team in teams if team.kind != "camat"])
    return seconds * (workers or os.cpu_count() or 1) / max(1, len(groups))
