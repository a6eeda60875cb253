"""Long work started from a page: a row in the database and a child process that does it.

A refresh of the page loses nothing, and a person can stop the work.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any

from common.errors import CancelledError, SambangiError
from common.language import N_
from storage.database import (
    Database,
    DatabaseUnreachableError,
    open_database,
    reading,
    transaction,
)
from storage.jobs import (
    Job,
    create_job,
    fail_lost_jobs,
    finish_job,
    load_job,
    load_jobs,
    note_alive,
    report_progress,
    request_cancel,
    start_job,
)
from storage.workspace import Workspace
from workflows.progress import Progress
from workflows.replanning import replan
from workflows.weeks import make_plan

__all__ = [
    "PLAN",
    "REPLAN",
    "Job",
    "cancel_job",
    "job_state",
    "newest_jobs",
    "run_job",
    "start_plan_job",
    "start_replan_job",
]

PLAN, REPLAN = "plan", "replan"
_ALIVE_EVERY_S = 20.0  # well within storage.jobs.LOST_AFTER


def start_plan_job(
    workspace: Workspace, *, week: str, area: str | None, seconds: float | None, today: date
) -> str:
    """Queue the planning of a week, start its process and return the job's id."""
    arguments = {"week": week, "area": area, "seconds": seconds, "today": today.isoformat()}
    return _start(workspace, PLAN, arguments)


def start_replan_job(workspace: Workspace, *, week: str, area: str | None, today: date) -> str:
    """Queue a new version of the newest plan with all that is asked, and return the job's id."""
    return _start(workspace, REPLAN, {"week": week, "area": area, "today": today.isoformat()})


def _start(workspace: Workspace, kind: str, arguments: dict[str, Any]) -> str:
    with transaction(open_database(workspace)) as conn:
        job_id = create_job(conn, kind, arguments, datetime.now(UTC))
    folder = str(workspace.folder.absolute())
    subprocess.Popen(  # noqa: S603  # our own module, no shell, arguments made here
        [sys.executable, "-m", "cli", "job", "run", job_id, "--workspace", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return job_id


def run_job(workspace: Workspace, job_id: str) -> Job:
    """Do a queued job in this process and return it as it ended.

    An error a user can act on ends the job as failed with its text; anything else ends it as
    failed too, and is raised again.
    """
    database = open_database(workspace)
    with transaction(database) as conn:
        job = load_job(conn, job_id)
        if not start_job(conn, job_id, os.getpid(), datetime.now(UTC)):
            return job
    try:
        with _signs_of_life(database, job_id):
            result = _WORK[job.kind](workspace, job.arguments, _reporter(database, job_id))
    except CancelledError:
        _finish(database, job_id, "cancelled")
    except SambangiError as error:
        _finish(database, job_id, "failed", error=str(error))
    except BaseException as error:
        _finish(database, job_id, "failed", error=type(error).__name__)
        raise
    else:
        _finish(database, job_id, "done", result=result)
    with reading(database) as conn:
        return load_job(conn, job_id)


def job_state(workspace: Workspace, job_id: str) -> Job:
    """Return a job as it stands; work that went silent is failed first."""
    database = open_database(workspace)
    with transaction(database) as conn:
        fail_lost_jobs(conn, datetime.now(UTC))
        return load_job(conn, job_id)


def newest_jobs(workspace: Workspace, limit: int = 20) -> list[Job]:
    """Return the newest jobs, newest first; work that went silent is failed first."""
    database = open_database(workspace)
    with transaction(database) as conn:
        fail_lost_jobs(conn, datetime.now(UTC))
        return load_jobs(conn, limit)


def cancel_job(workspace: Workspace, job_id: str) -> None:
    """Ask a job to stop; what it was doing is not stored."""
    with transaction(open_database(workspace)) as conn:
        request_cancel(conn, job_id, datetime.now(UTC))


def _reporter(database: Database, job_id: str) -> Progress:
    def report(share: float, step: str) -> None:
        with transaction(database) as conn:
            stop = report_progress(conn, job_id, share, step, datetime.now(UTC))
        if stop:
            raise CancelledError(N_("Pekerjaan dihentikan; tidak ada yang disimpan."))

    return report


@contextmanager
def _signs_of_life(database: Database, job_id: str) -> Iterator[None]:
    """Tell now and then that this process lives: one step may take longer than a lost job may."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(_ALIVE_EVERY_S):
            with suppress(DatabaseUnreachableError), transaction(database) as conn:
                note_alive(conn, job_id, datetime.now(UTC))

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def _finish(
    database: Database,
    job_id: str,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    error: str | None = None,
) -> None:
    with transaction(database) as conn:
        finish_job(conn, job_id, state, datetime.now(UTC), result=result, error=error)


def _plan(workspace: Workspace, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    record = make_plan(
        workspace,
        week=arguments["week"],
        area=arguments["area"],
        seconds=arguments["seconds"],
        today=date.fromisoformat(arguments["today"]),
        now=datetime.now(UTC),
        progress=progress,
    )
    return {"plan_id": record.plan_id, **record.summary}


def _replan(workspace: Workspace, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    made = replan(
        workspace,
        week=arguments["week"],
        area=arguments["area"],
        today=date.fromisoformat(arguments["today"]),
        now=datetime.now(UTC),
        progress=progress,
    )
    # the families that changed stand with the plan
    told = {key: value for key, value in made.record.summary.items() if key != "difference"}
    return {"plan_id": made.record.plan_id, **told}


_WORK: dict[str, Callable[[Workspace, dict[str, Any], Progress], dict[str, Any]]] = {
    PLAN: _plan, REPLAN: _replan,
}  # fmt: skip
