"""Run one task over many inputs, on the executor that is at hand."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def processes(workers: int | None = None) -> Iterator[Executor]:
    """Yield processes of this machine, started afresh (no fork, as on Windows)."""
    count = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(max_workers=count, mp_context=context)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def fan_out(executor: Executor, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
    """Yield the results as they come, in no certain order; a task's error is raised here."""
    futures = [executor.submit(function, task) for task in tasks]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()
