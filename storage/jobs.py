"""Long work asked for by a page: a row that a child process fills and any page can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from common.errors import WrongCallError
from common.language import N_
from storage.tables import jobs

QUEUED = "queued"
RUNNING = "running"
ENDS = ("done", "failed", "cancelled")
LOST_AFTER = timedelta(seconds=120)  # without a sign of life
LOST_TEXT = N_("terhenti")


class UnknownJobError(WrongCallError):
    """There is no such job."""

    code = "job-unknown"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work."""

    job_id: str
    kind: str
    arguments: dict[str, Any]
    state: str  # queued, running, done, failed or cancelled
    progress: float  # 0 to 1
    step: str  # what is being done, for the reader
    result: dict[str, Any] | None
    error: str | None
    cancel_requested: bool
    pid: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None

    @property
    def ended(self) -> bool:
        """True when it will change no more."""
        return self.state in ENDS


def create_job(conn: Connection, kind: str, arguments: dict[str, Any], at: datetime) -> str:
    """Queue a job and return its id; ``arguments`` must be JSON and hold nothing personal."""
    job_id = uuid4().hex
    conn.execute(
        jobs.insert().values(
            job_id=job_id,
            kind=kind,
            arguments=arguments,
            state=QUEUED,
            progress=0.0,
            step="",
            cancel_requested=False,
            created_at=at,
        )
    )
    return job_id


def start_job(conn: Connection, job_id: str, pid: int, at: datetime) -> bool:
    """Take a queued job; True for the one process that got it, False for every other."""
    statement = (
        jobs.update()
        .where(jobs.c.job_id == job_id, jobs.c.state == QUEUED)
        .values(state=RUNNING, pid=pid, started_at=at, heartbeat_at=at)
    )
    return conn.execute(statement).rowcount == 1


def report_progress(
    conn: Connection, job_id: str, progress: float, step: str, at: datetime
) -> bool:
    """Note how far a running job is; True when it should stop.

    It should stop when a person asked for it, or when it is no longer counted as running
    (it was given up as lost).
    """
    mine = (jobs.c.job_id == job_id) & (jobs.c.state == RUNNING)
    within = min(max(progress, 0.0), 1.0)
    conn.execute(jobs.update().where(mine).values(progress=within, step=step, heartbeat_at=at))
    asked = conn.execute(sa.select(jobs.c.cancel_requested).where(mine)).scalar()
    return asked is None or bool(asked)


def note_alive(conn: Connection, job_id: str, at: datetime) -> None:
    """Note that the process of a running job still lives, however long its step takes."""
    mine = (jobs.c.job_id == job_id) & (jobs.c.state == RUNNING)
    conn.execute(jobs.update().where(mine).values(heartbeat_at=at))


def request_cancel(conn: Connection, job_id: str, at: datetime) -> None:
    """Ask a running job to stop; a queued one is cancelled at once, an ended one stays."""
    this = jobs.c.job_id == job_id
    conn.execute(jobs.update().where(this, jobs.c.state == RUNNING).values(cancel_requested=True))
    conn.execute(
        jobs.update()
        .where(this, jobs.c.state == QUEUED)
        .values(cancel_requested=True, state="cancelled", finished_at=at)
    )


def finish_job(
    conn: Connection,
    job_id: str,
    state: str,
    at: datetime,
    *,
    result: dict[str, Any] | None = None,
    error: str | None = None,
) -> bool:
    """End a running job as ``done``, ``failed`` or ``cancelled``.

    False when it was not running any more (given up as lost); nothing is changed then.

    Raises
    ------
    ValueError
        ``state`` is not an end.
    """
    if state not in ENDS:
        raise ValueError(f"a job cannot end as {state!r}")
    values: dict[str, Any] = {
        "state": state, "finished_at": at, "heartbeat_at": at, "result": result, "error": error,
    }  # fmt: skip
    if state == "done":
        values["progress"] = 1.0
    statement = jobs.update().where(jobs.c.job_id == job_id, jobs.c.state == RUNNING)
    return conn.execute(statement.values(values)).rowcount == 1


def load_job(conn: Connection, job_id: str) -> Job:
    """Return one job.

    Raises
    ------
    UnknownJobError
        No such job.
    """
    row = conn.execute(sa.select(jobs).where(jobs.c.job_id == job_id)).mappings().first()
    if row is None:
        raise UnknownJobError(N_("Pekerjaan itu tidak ada."))
    return Job(**row)


def load_jobs(conn: Connection, limit: int) -> list[Job]:
    """Return the newest jobs, newest first, at most ``limit``."""
    query = sa.select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.job_id).limit(limit)
    return [Job(**row) for row in conn.execute(query).mappings()]


def fail_lost_jobs(conn: Connection, now: datetime) -> int:
    """Fail jobs that gave no sign of life for two minutes; return how many.

    A queued job is started at once, so one that still waits after that time has lost its process.
    """
    since = now - LOST_AFTER
    silent = (jobs.c.state == RUNNING) & (jobs.c.heartbeat_at < since)
    never_started = (jobs.c.state == QUEUED) & (jobs.c.created_at < since)
    statement = (
        jobs.update()
        .where(silent | never_started)
        .values(state="failed", error=LOST_TEXT, finished_at=now)
    )
    return conn.execute(statement).rowcount
