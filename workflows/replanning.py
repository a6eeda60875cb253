"""Change a planned week: a new version with the fewest changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from common.clock import Week, parse_upcoming_week
from common.errors import NothingToDoError
from common.language import N_
from planning.calendar import city_holidays
from planning.difference import difference
from planning.edit_file import parse_absence
from planning.edits import wishes_of, with_absences
from planning.pins import PinsRefusedError
from planning.replan import replan_week
from planning.results import SEEN
from storage.database import Database, open_database, transaction
from storage.kept_times import times_keeper
from storage.plan_edits import add_edits
from storage.plans import store_plan
from storage.street_files import read_networks
from storage.workspace import Workspace
from workflows.edits import Asked, asked_of, first_open_weekday, refusal
from workflows.ground import Ground, busy_days
from workflows.group_runner import Span, group_runner
from workflows.newest import Newest, read_newest
from workflows.progress import Progress, silent
from workflows.versions import NewVersion
from workflows.weeks import plan_counts

_ROUND = Span(0.7, 0.95, N_("Mencari sebab hari penuh"))
_MANY = 8  # groups of teams for which other processes are worth starting


class NothingChangedError(NothingToDoError):
    """The newest plan can stay as it is."""

    code = "nothing-changed"


def replan(
    workspace: Workspace,
    *,
    week: str,
    area: str | None,
    absent: Sequence[str] = (),
    edits: Path | None = None,
    by: str = "",
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
        Who asks it; needed when ``absent`` or ``edits`` say something.

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
    newest = read_newest(workspace, database, wanted, area, today)
    asked = _asked(database, wanted, area, newest, absent, edits, by=by, today=today)
    progress(0.4, N_("Menghitung waktu tempuh"))
    keep = times_keeper(workspace, newest.settings.streets.kept_times_mb)
    travel = replace(newest.travel(read_networks(workspace)), keep=keep)
    progress(0.6, N_("Menyusun rute"))
    try:
        with group_runner(None, progress, (_ROUND,), least_tasks=_MANY) as run:
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
                run=run,
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


def _asked(
    database: Database,
    week: Week,
    area: str | None,
    newest: Newest,
    absent: Sequence[str],
    edits: Path | None,
    *,
    by: str,
    today: date,
) -> Asked:
    """Return what is asked, of families and teams inside the area only."""
    families, teams = newest.inside(area)
    known = {team.team_id for team in teams}
    more = tuple(edit for text in absent for edit in parse_absence(text, week, known))
    return asked_of(
        database, week, area, families, newest.ground, teams, edits, by=by, today=today, more=more
    )


def _with_meetings(causes: dict[int, str], ground: Ground, week: Week) -> dict[int, str]:
    """Return the causes; who is not due because a visit of this very week met them is ``met``."""
    results = ground.heard.results
    now = results[results["day_date"] >= week.monday.isoformat()]
    met = set(now.loc[now["outcome"].isin(SEEN), "household_id"])
    return {
        key: "met" if cause == "not_due" and key in met else cause for key, cause in causes.items()
    }
