"""Rounds of work on groups of teams: where they run, in which order, what they tell."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from routing.problem import Stop
from workflows.group_runner import Span, group_runner
from workflows.progress import silent

SPANS = (Span(0.0, 0.5, "satu"), Span(0.5, 1.0, "dua"))


@dataclass(frozen=True)
class Work:
    stops: tuple[Stop, ...]


def work(*sizes: int) -> list[Work]:
    return [Work((Stop("s", 0, 0, 0),) * size) for size in sizes]


def size_of(task: Work) -> int:
    return len(task.stops)


def process_of(task: Work) -> int:
    del task
    return os.getpid()


def test_the_largest_comes_first_and_each_round_tells_its_own_step() -> None:
    told: list[tuple[float, str]] = []
    with group_runner(1, lambda share, step: told.append((share, step)), SPANS) as run:
        assert list(run(size_of, work(1, 3))) == [3, 1]
        assert list(run(size_of, work(2))) == [2]
    assert told == [(0.25, "satu"), (0.5, "satu"), (1.0, "dua")]


def test_a_round_without_tasks_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("workflows.group_runner.processes")
    with group_runner(None, silent, SPANS) as run:
        assert list(run(size_of, [])) == []


def test_few_tasks_stay_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("workflows.group_runner.processes")
    with group_runner(None, silent, SPANS, least_tasks=3) as run:
        assert set(run(process_of, work(1, 2))) == {os.getpid()}


def test_the_processes_of_the_first_round_serve_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[int | None] = []

    def here(workers: int | None) -> ThreadPoolExecutor:
        started.append(workers)
        return ThreadPoolExecutor(1)

    monkeypatch.setattr("workflows.group_runner.processes", here)
    with group_runner(2, silent, SPANS) as run:
        assert list(run(size_of, work(1))) == [1]
        assert list(run(size_of, work(2))) == [2]
    assert started == [2]
