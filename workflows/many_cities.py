"""Work on many cities at once, each a task of its own, and tell how every step ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict

import pandas as pd

from common.errors import NothingToDoError
from common.language import N_, translate
from storage.database import open_database, reading
from storage.plans import list_plans, load_plan
from storage.workspace import Workspace
from workflows.city_steps import (
    DONE,
    FAILED,
    StepRow,
    not_run,
    refuse_shared_database,
    run_city,
)
from workflows.city_task import CityTask
from workflows.fanout import OpenExecutor, settle
from workflows.progress import Progress, silent
from workflows.step_notes import StepNotes, StepNotesError, read_notes

_FALLEN = N_("Kesalahan di pihak kami ({kind}); ulangi, dan laporkan bila terjadi lagi.")


class NoPlanError(NothingToDoError):
    """The workspace holds no plan."""

    code = "no-plan"


def run_cities(
    cities: Sequence[CityTask], open_executor: OpenExecutor, *, progress: Progress = silent
) -> pd.DataFrame:
    """Run the steps of every city on an executor and return the report.

    A city that fails, or whose process dies, is rows in the report; the others go on.

    Parameters
    ----------
    cities
        From :func:`workflows.city_list.read_city_list`. On a cluster the folders must be the
        same, shared ones on every machine.
    open_executor
        Opens processes of this machine or a cluster (workflows.fanout).

    Returns
    -------
    pd.DataFrame
        A row for each step, cities and steps in the order given; columns are the fields of
        :class:`workflows.city_steps.StepRow`, ``counts`` as JSON text.

    Raises
    ------
    SharedDatabaseError
        ``SAMBANGI_DATABASE_URL`` is set.
    SchedulerError
        The cluster does not answer.
    """
    refuse_shared_database()
    rows: dict[str, list[StepRow]] = {}
    progress(0.0, N_("Mengerjakan kota"))
    for task, end in settle(open_executor, run_city, cities):
        rows[task.city] = _fallen(task, end) if isinstance(end, BaseException) else end
        progress(len(rows) / len(cities), N_("Mengerjakan kota"))
    report = pd.DataFrame([asdict(row) for city in cities for row in rows[city.city]])
    return report.assign(
        counts=[json.dumps(each, ensure_ascii=False) if each else "" for each in report["counts"]]
    )


def plan_fingerprint(workspace: Workspace) -> str:
    """Return a digest of the newest plan of each week and scope, equal when the plans are.

    Every visit, day with its lines, and leftover counts, in order and to the last bit; the
    number and the time of making of a plan do not.

    Raises
    ------
    MissingWorkspaceError, NoPlanError
        There is nothing to take it from.
    """
    with closing(open_database(workspace)) as database, reading(database) as conn:
        oldest_first = reversed(list_plans(conn))
        newest = {(str(each.week), each.scope_code): each.plan_id for each in oldest_first}
        plans = [load_plan(conn, newest[key]) for key in sorted(newest)]
    if not plans:
        raise NoPlanError(N_("Belum ada rencana; jalankan `sambangi plan` dahulu."))
    digest = hashlib.sha256()
    for plan in plans:
        days = pd.DataFrame(plan.days).assign(geometry=plan.days.geometry.to_wkb(hex=True))
        head = [str(plan.week), plan.scope_code, plan.households_in_scope, plan.repeatable]
        digest.update(json.dumps(head).encode())
        for frame in (plan.visits, days, plan.leftovers):
            digest.update(frame.to_csv(index=False, lineterminator="\n").encode())
    return digest.hexdigest()


def _fallen(task: CityTask, error: BaseException) -> list[StepRow]:
    """Return the rows of a city whose process could not: the notes say how far it came."""
    try:
        notes = read_notes(task.folder)
    except StepNotesError:
        notes = StepNotes()
    step = notes.underway if notes.underway in task.steps else task.steps[0]
    rows = [
        StepRow(task.city, each, DONE, "", "", note.seconds, note.counts)
        for each in task.steps[: task.steps.index(step)]
        if (note := notes.done.get(each)) is not None
    ]
    text = translate(_FALLEN, task.language, kind=type(error).__name__)
    fallen = StepRow(task.city, step, FAILED, "internal", text, 0.0, {})
    return [*rows, fallen, *not_run(task, after=step)]
