"""Change a planned week: a new version with the fewest changes, and what one change costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from common.clock import Week, parse_upcoming_week, week_of
from common.errors import NothingToDoError
from common.language import N_
from common.settings import Settings, read_settings
from planning.calendar import city_holidays
from planning.difference import Difference, difference
from planning.edit_cost import EditCost, cost_of_edit, part_of_plan
from planning.edit_file import parse_absence
from planning.edits import Edit, wishes_of, with_absences
from planning.merging import known_together, seen_together
from planning.pins import PinsRefusedError
from planning.plan import WeekPlan
from planning.replan import replan_week
from planning.results import SEEN
from planning.standing import planned_meetings
from planning.teams import Team
from planning.travel import Travel, prepare_travel
from storage.database import Database, open_database, reading, transaction
from storage.kept_times import times_keeper
from storage.plan_edits import add_edits, load_edits
from storage.plans import CITY, PlanRecord, load_plan, store_plan
from storage.street_files import read_networks
from storage.workspace import Workspace
from workflows.edits import Asked, asked_of, first_open_weekday, refusal
from workflows.ground import Ground, busy_days, read_ground, scope_of
from workflows.progress import Progress, silent
from workflows.publishing import newest_plan
from workflows.scoring import score_for
from workflows.weeks import plan_counts


class NothingChangedError(NothingToDoError):
    """The newest plan can stay as it is."""

    code = "nothing-changed"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The plan that a replan stored, and what changed against the one before."""

    record: PlanRecord
    before: PlanRecord
    difference: Difference


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest plan of a week and what it would be made from now."""

    record: PlanRecord
    plan: WeekPlan
    ground: Ground
    families: pd.DataFrame
    teams: list[Team]
    settings: Settings


def replan(
    workspace: Workspace,
    *,
    week: str,
    area: str | None,
    absent: Sequence[str] = (),
    edits: Path | None = None,
    by: str,
    today: date,
    now: datetime,
    progress: Progress = silent,
) -> NewVersion:
    """Store a new version of the newest plan, with as little changed as can be.

    Only teams that share territory with what changed are looked at; the others' days are taken
    over. Days before ``today`` are over and stay. A published plan stays as it is beside it.

    Parameters
    ----------
    week
        ``2026-W49``, ``next`` or ``this``; not a week that is over.
    area
        Kecamatan code: the newest plan that covers it, and nothing is asked outside it.
    absent
        ``TEAM:DAY[,DAY]`` each: who does not work when.
    edits
        A file of more that is asked (planning.edit_file).
    by
        Who asks it.

    Raises
    ------
    WeekError, UnknownAreaError, AbsenceError
        The call cannot be understood.
    MissingWorkspaceError, NetworkMissingError, NoRegisterError, NotPlacedError, NoPlanError
        A step before this one is missing.
    EditHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file of edits cannot be read.
    EditsRefusedError, NobodyAsksError
        Something that is asked cannot be done, or nobody stands for it.
    NothingChangedError
        Nothing is asked and nothing of the plan has to change.
    SettingsError
        The settings cannot be read.
    PlanViolationError
        The independent check found a fault: ours.
    """
    wanted = parse_upcoming_week(week, today)
    database = open_database(workspace)
    progress(0.0, N_("Membaca data"))
    newest = _newest(workspace, database, wanted, area, today)
    asked = _asked(database, wanted, area, newest, absent, edits, by=by, today=today)
    progress(0.4, N_("Menghitung waktu tempuh"))
    keep = times_keeper(workspace, newest.settings.streets.kept_times_mb)
    travel = replace(_travel(workspace, newest), keep=keep)
    progress(0.6, N_("Menyusun rute"))
    try:
        made = replan_week(
            newest.plan,
            newest.families,
            with_absences(newest.teams, wishes_of(asked.edits), wanted),
            travel,
            newest.settings,
            closed=city_holidays(newest.ground.calendar, wanted),
            edits=asked.edits,
            busy=busy_days(newest.ground, newest.families, wanted),
            first_weekday=first_open_weekday(wanted, today),
        )
    except PinsRefusedError as error:
        raise refusal(error, asked) from None
    causes = _with_meetings(made.causes, newest.ground, wanted)
    changed = difference(newest.plan, made.plan, causes)
    if not asked.added and made.plan.visits.equals(newest.plan.visits):
        raise NothingChangedError(N_("Tidak ada yang berubah; rencana terbaru tetap berlaku."))
    progress(0.95, N_("Menyimpan rencana"))
    summary = plan_counts(made.plan, newest.families, len(newest.ground.households))
    summary |= {"replan_of": newest.record.plan_id, "difference": changed.content()}
    with transaction(database) as conn:
        if asked.added:
            add_edits(conn, wanted, list(asked.added.values()), at=now, by=by)
        record = store_plan(conn, made.plan, created_at=now, seconds=None, summary=summary)
    return NewVersion(record, newest.record, changed)


def price_edit(
    workspace: Workspace, edit: Edit, *, week: str, area: str | None, today: date
) -> EditCost:
    """Return what one edit would cost against the newest plan; nothing is stored.

    Raises
    ------
    WeekError, UnknownAreaError
        The call cannot be understood.
    MissingWorkspaceError, NetworkMissingError, NoRegisterError, NotPlacedError, NoPlanError
        A step before this one is missing.
    EditsRefusedError
        What was asked before cannot hold already.
    """
    wanted = parse_upcoming_week(week, today)
    database = open_database(workspace)
    newest = _newest(workspace, database, wanted, area, today)
    with reading(database) as conn:
        stored = tuple(each.edit for each in load_edits(conn, wanted))
    newest = _around(newest, edit)
    try:
        return cost_of_edit(
            newest.plan,
            edit,
            newest.families,
            newest.teams,
            _travel(workspace, newest),
            newest.settings,
            closed=city_holidays(newest.ground.calendar, wanted),
            edits=stored,
            busy=busy_days(newest.ground, newest.families, wanted),
            first_weekday=first_open_weekday(wanted, today),
        )
    except PinsRefusedError as error:
        raise refusal(error, Asked(stored, {})) from None


def _newest(
    workspace: Workspace, database: Database, week: Week, area: str | None, today: date
) -> _Newest:
    settings = read_settings(workspace.settings_file)
    ground = read_ground(database, week, week_of(today))
    known = known_together(ground.households, ground.merged)
    met = seen_together(ground.visited, ground.merged)
    scores, _ = score_for(week, known, met, ground.heard, settings.value)
    # an unknown kecamatan is refused before a missing plan
    scope_of(ground, scores, area, week, settings.visits)
    with reading(database) as conn:
        record = newest_plan(conn, week, area)
        plan = load_plan(conn, record.plan_id)
    scope = None if record.scope_code == CITY else record.scope_code
    families, teams = scope_of(ground, scores, scope, week, settings.visits)
    return _Newest(record, plan, ground, families, _as_planned(teams, plan), settings)


def _as_planned(teams: list[Team], plan: WeekPlan) -> list[Team]:
    """Return the teams; a camat whose half-day was moved keeps it where the plan has it."""
    held = plan.days.drop_duplicates("team_id").set_index("team_id")
    weekday_of = {plan.week.day(weekday).isoformat(): weekday for weekday in range(7)}
    kept: list[Team] = []
    for team in teams:
        usual = next((shift for shift in team.shifts if shift is not None), None)
        if team.kind != "camat" or team.team_id not in held.index or usual is None:
            kept.append(team)
            continue
        weekday = weekday_of[str(held.loc[team.team_id, "day_date"])]
        if team.shifts[weekday] is None:
            shifts = tuple(usual if day == weekday else None for day in range(7))
            team = replace(team, shifts=shifts)  # noqa: PLW2901  # the same camat on another day
        kept.append(team)
    return kept


def _asked(
    database: Database,
    week: Week,
    area: str | None,
    newest: _Newest,
    absent: Sequence[str],
    edits: Path | None,
    *,
    by: str,
    today: date,
) -> Asked:
    """Return what is asked, of families and teams inside the area only."""
    families, teams = newest.families, newest.teams
    if area is not None:
        inside = families["area_code"].map(newest.ground.kecamatan_of) == area
        families = families[inside]
        teams = [team for team in teams if team.kecamatan_code == area]
    known = {team.team_id for team in teams}
    more = tuple(edit for text in absent for edit in parse_absence(text, week, known))
    return asked_of(
        database, week, area, families, newest.ground, teams, edits, by=by, today=today, more=more
    )


def _travel(workspace: Workspace, newest: _Newest) -> Travel:
    families = newest.families
    return prepare_travel(
        read_networks(workspace),
        families[families["lon"].notna()],
        newest.teams,
        newest.settings.streets,
        planned_meetings(newest.plan, families, newest.settings.visits),
    )


def _with_meetings(causes: dict[int, str], ground: Ground, week: Week) -> dict[int, str]:
    """Return the causes; who is not due because a visit of this very week met them is ``met``."""
    results = ground.heard.results
    now = results[results["day_date"] >= week.monday.isoformat()]
    met = set(now.loc[now["outcome"].isin(SEEN), "household_id"])
    return {
        key: "met" if cause == "not_due" and key in met else cause for key, cause in causes.items()
    }


def _around(newest: _Newest, edit: Edit) -> _Newest:
    """Return the kecamatan that the edit is about, when its plan stands apart from the others'."""
    of_area = newest.ground.kecamatan_of
    of_team = {team.team_id: team.kecamatan_code for team in newest.teams}
    named = [edit.household_id, edit.other_household_id]
    areas = newest.families["area_code"].reindex([key for key in named if key is not None])
    kecamatan = {*areas.map(of_area).dropna()}
    kecamatan |= {of_team[key] for key in (edit.team_id, edit.other_team_id) if key in of_team}
    families = newest.families[newest.families["area_code"].map(of_area).isin(list(kecamatan))]
    teams = [team for team in newest.teams if team.kecamatan_code in kecamatan]
    part = part_of_plan(newest.plan, families, teams)
    if part is None or not teams:
        return newest
    return replace(newest, plan=part, families=families, teams=teams)
