"""Long work started from a page: done, failed, cancelled or lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from week_of_tests import queue, records
from workspace_fixtures import EAST, TODAY, WEEK

from storage.database import open_database, reading, transaction
from storage.jobs import (
    load_job,
    note_alive,
    report_progress,
    request_cancel,
    start_job,
)
from storage.plans import PlanRecord
from storage.workspace import Workspace
from workflows import jobs
from workflows.jobs import cancel_job, job_state, newest_jobs, run_job, start_plan_job


@pytest.mark.usefixtures("in_process")
def test_a_job_plans_and_says_what_came_of_it(planned: Workspace) -> None:
    done = run_job(planned, queue(planned))
    assert (done.state, done.progress, done.error) == ("done", 1.0, None)
    assert done.result is not None
    record = records(planned)[0]
    assert done.result == {"plan_id": record.plan_id, **record.summary}
    assert record.scope_code == EAST


def test_a_job_that_cannot_be_done_says_why(planned: Workspace) -> None:
    failed = run_job(planned, queue(planned, week="2026-W01"))
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.startswith("Minggu 2026-W01 sudah lewat")
    assert len(records(planned)) == 1


def test_a_fault_of_ours_fails_the_job_by_its_name_alone(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> PlanRecord:
        raise RuntimeError("isi yang tidak boleh terlihat")

    monkeypatch.setattr("workflows.jobs.make_plan", broken)
    job_id = queue(planned)
    with pytest.raises(RuntimeError, match="tidak boleh terlihat"):
        run_job(planned, job_id)
    job = job_state(planned, job_id)
    assert (job.state, job.error) == ("failed", "RuntimeError")


@pytest.mark.usefixtures("in_process")
def test_a_job_cancelled_on_the_way_leaves_no_plan(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel_late(conn: Any, job_id: str, share: float, step: str, at: datetime) -> bool:
        if share > 0.9:
            request_cancel(conn, job_id, at)
        return report_progress(conn, job_id, share, step, at)

    monkeypatch.setattr(jobs, "report_progress", cancel_late)
    job = run_job(planned, queue(planned))
    assert (job.state, job.result) == ("cancelled", None)
    assert 0.9 < job.progress < 1
    assert len(records(planned)) == 1


def test_a_job_cancelled_before_its_start_is_never_done(planned: Workspace) -> None:
    job_id = queue(planned)
    cancel_job(planned, job_id)
    assert run_job(planned, job_id).state == "cancelled"
    assert len(records(planned)) == 1


def test_a_job_is_done_once(planned: Workspace) -> None:
    job_id = queue(planned)
    with transaction(open_database(planned)) as conn:
        assert start_job(conn, job_id, 1, datetime.now(UTC))
    assert run_job(planned, job_id).state == "running"
    assert len(records(planned)) == 1


@pytest.mark.parametrize("started", [True, False])
def test_a_job_whose_process_died_is_failed(planned: Workspace, *, started: bool) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=3)
    job_id = queue(planned, long_ago)
    if started:
        with transaction(open_database(planned)) as conn:
            start_job(conn, job_id, 1, long_ago)
    (job,) = newest_jobs(planned)
    assert (job.job_id, job.state, job.error) == (job_id, "failed", "terhenti")


def test_a_job_gives_signs_of_life_during_a_long_step(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=3)
    job_id = queue(planned)

    def long_step(*_: object, **__: object) -> PlanRecord:
        with transaction(open_database(planned)) as conn:
            note_alive(conn, job_id, long_ago)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with reading(open_database(planned)) as conn:
                job = load_job(conn, job_id)
            if job.heartbeat_at is not None and job.heartbeat_at > long_ago:
                break
            time.sleep(0.05)
        assert job_state(planned, job_id).state == "running"
        return records(planned)[0]

    monkeypatch.setattr(jobs, "_ALIVE_EVERY_S", 0.05)
    monkeypatch.setattr(jobs, "make_plan", long_step)
    assert run_job(planned, job_id).state == "done"


def test_a_job_started_from_a_page_is_done_by_a_process_of_its_own(planned: Workspace) -> None:
    job_id = start_plan_job(planned, week=WEEK, area=EAST, seconds=None, today=TODAY)
    until = time.monotonic() + 60
    while not (job := job_state(planned, job_id)).ended and time.monotonic() < until:
        time.sleep(0.2)
    assert (job.state, job.error) == ("done", None)
    assert records(planned)[0].scope_code == EAST
