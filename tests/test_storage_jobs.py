from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database, reading, transaction
from storage.jobs import (
    UnknownJobError,
    create_job,
    fail_lost_jobs,
    finish_job,
    load_job,
    load_jobs,
    report_progress,
    request_cancel,
    start_job,
)

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(seconds=60)


def test_a_job_goes_from_queue_to_result(database: Database) -> None:
    with transaction(database) as conn:
        job_id = create_job(conn, "plan", {"week": "2026-W49", "seconds": None}, AT)
        queued = load_job(conn, job_id)
        assert start_job(conn, job_id, 42, AT)
        assert report_progress(conn, job_id, 0.25, "rute", LATER) is False
        running = load_job(conn, job_id)
        assert finish_job(conn, job_id, "done", LATER, result={"plan_id": 3})
        done = load_job(conn, job_id)
    assert (queued.state, queued.progress, queued.result, queued.ended) == (
        "queued",
        0,
        None,
        False,
    )
    assert queued.arguments == {"week": "2026-W49", "seconds": None}
    assert len(job_id) == 32
    assert (running.state, running.progress, running.step) == ("running", 0.25, "rute")
    assert (running.pid, running.started_at, running.heartbeat_at) == (42, AT, LATER)
    assert (done.state, done.progress, done.result) == ("done", 1.0, {"plan_id": 3})
    assert done.finished_at == LATER
    assert done.ended


def test_only_one_of_many_that_start_a_job_at_once_gets_it(database: Database) -> None:
    with transaction(database) as conn:
        job_id = create_job(conn, "plan", {}, AT)
    won: list[int] = []
    barrier = threading.Barrier(4)

    def start(pid: int) -> None:
        barrier.wait(10)
        with transaction(database) as conn:
            if start_job(conn, job_id, pid, AT):
                won.append(pid)

    threads = [threading.Thread(target=start, args=(pid,)) for pid in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert len(won) == 1
    with reading(database) as conn:
        assert load_job(conn, job_id).pid == won[0]


def test_a_running_job_learns_that_it_should_stop(database: Database) -> None:
    with transaction(database) as conn:
        job_id = create_job(conn, "plan", {}, AT)
        start_job(conn, job_id, 1, AT)
        request_cancel(conn, job_id, LATER)
        assert report_progress(conn, job_id, 2.0, "rute", LATER) is True
        assert load_job(conn, job_id).progress == 1.0
        assert finish_job(conn, job_id, "cancelled", LATER)
        assert load_job(conn, job_id).state == "cancelled"


def test_a_queued_job_is_cancelled_at_once_and_never_starts(database: Database) -> None:
    with transaction(database) as conn:
        job_id = create_job(conn, "plan", {}, AT)
        request_cancel(conn, job_id, LATER)
        assert load_job(conn, job_id).state == "cancelled"
        assert not start_job(conn, job_id, 1, LATER)


def test_an_ended_job_changes_no_more(database: Database) -> None:
    with transaction(database) as conn:
        job_id = create_job(conn, "plan", {}, AT)
        start_job(conn, job_id, 1, AT)
        finish_job(conn, job_id, "failed", LATER, error="kehabisan memori")
        before = load_job(conn, job_id)
        request_cancel(conn, job_id, LATER)
        assert report_progress(conn, job_id, 0.9, "rute", LATER) is True
        assert not finish_job(conn, job_id, "done", LATER, result={})
        assert load_job(conn, job_id) == before
    assert before.error == "kehabisan memori"


def test_a_job_without_a_sign_of_life_is_failed(database: Database) -> None:
    with transaction(database) as conn:
        lost, alive, orphan = (create_job(conn, "plan", {}, AT) for _ in range(3))
        queued = create_job(conn, "plan", {}, LATER)
        for job_id in (lost, alive):
            start_job(conn, job_id, 1, AT)
        report_progress(conn, alive, 0.5, "rute", LATER)
        assert fail_lost_jobs(conn, AT + timedelta(seconds=120)) == 0
        assert fail_lost_jobs(conn, AT + timedelta(seconds=121)) == 2
        states = [load_job(conn, job_id).state for job_id in (lost, orphan, alive, queued)]
        assert states == ["failed", "failed", "running", "queued"]
        assert start_job(conn, orphan, 2, LATER) is False
        assert load_job(conn, lost).error == "terhenti"
        assert report_progress(conn, lost, 0.6, "rute", LATER) is True


def test_jobs_are_listed_newest_first(database: Database) -> None:
    with transaction(database) as conn:
        made = [create_job(conn, "plan", {}, AT + timedelta(seconds=i)) for i in range(4)]
        assert [job.job_id for job in load_jobs(conn, 3)] == made[:0:-1]


def test_an_unknown_job_is_told(database: Database) -> None:
    with reading(database) as conn, pytest.raises(UnknownJobError, match="Pekerjaan itu tidak ada"):
        load_job(conn, "tidak-ada")


def test_a_job_cannot_end_as_something_else(database: Database) -> None:
    with transaction(database) as conn, pytest.raises(ValueError, match="cannot end as 'running'"):
        finish_job(conn, "x", "running", AT)
