"""Run one task over many inputs, on the executor that is at hand."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

from common.errors import WrongCallError
from common.language import N_

T = TypeVar("T")
R = TypeVar("R")

OpenExecutor = Callable[[], AbstractContextManager[Executor]]

_MOST_ON_WINDOWS = 61  # Windows waits for no more processes at once
_PATIENCE_S = 10  # how long a scheduler may take to answer


class SchedulerError(WrongCallError):
    """No Dask scheduler answers at the address given."""

    code = "scheduler"


@contextmanager
def processes(workers: int | None = None) -> Iterator[Executor]:
    """Yield processes of this machine, started afresh (no fork, as on Windows)."""
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(max_workers=_count(workers, sys.platform), mp_context=context)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _count(workers: int | None, platform: str) -> int:
    count = workers or os.cpu_count() or 1
    return min(count, _MOST_ON_WINDOWS) if platform == "win32" else count


@contextmanager
def dask_cluster(address: str) -> Iterator[Executor]:
    """Yield the workers of a Dask cluster; they must have this version of Sambangi installed.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://host:8786``, or ``tls://`` with Dask's own configuration.

    Raises
    ------
    SchedulerError
        The address is none of tcp or tls, or nobody answers there within 10 s.
    """
    _knock(address)
    from dask.distributed import Client

    from workflows.dask_worker import KeptMemory, OwnStorage

    try:
        client = Client(address, timeout=_PATIENCE_S, set_as_default=False)  # type: ignore[no-untyped-call]  # dask has no types
    except (OSError, ValueError):
        raise _silent(address) from None
    with client:
        for plugin in (OwnStorage(), KeptMemory()):
            client.register_plugin(plugin)
        # not pure: a call made twice is done twice
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]  # dask has no types


def _knock(address: str) -> None:
    """See that somebody listens: a client that never met its scheduler is slow to give up."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _silent(address) from None
    if parts.scheme not in ("tcp", "tls") or not host or not port:
        raise _silent(address)
    try:
        socket.create_connection((host, port), timeout=_PATIENCE_S).close()
    except OSError:
        raise _silent(address) from None


def _silent(address: str) -> SchedulerError:
    return SchedulerError(
        N_("Penjadwal Dask tidak menjawab di {address}; tulis mis. tcp://10.0.0.5:8786."),
        address=address,
    )


def fan_out(executor: Executor, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
    """Yield the results as they come, in no certain order; a task's error is raised here."""
    futures = [executor.submit(function, task) for task in tasks]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def settle(
    open_executor: OpenExecutor, function: Callable[[T], R], tasks: Sequence[T]
) -> Iterator[tuple[T, R | BaseException]]:
    """Yield every task with its result or the error that ended it, in no certain order.

    One task's end never ends another's. When a process dies, nobody knows which task killed it,
    and all that ran or waited are lost: each of them is run once more, alone.
    """
    lost: list[T] = []
    with open_executor() as executor:
        for task, end in _ends(executor, function, tasks):
            if isinstance(end, BrokenExecutor):
                lost.append(task)
            else:
                yield task, end
    for task in lost:
        with open_executor() as executor:
            yield from _ends(executor, function, [task])


def _ends(
    executor: Executor, function: Callable[[T], R], tasks: Sequence[T]
) -> Iterator[tuple[T, R | BaseException]]:
    futures: dict[Future[R], T] = {}
    refused: list[tuple[T, BaseException]] = []
    for task in tasks:
        try:
            futures[executor.submit(function, task)] = task
        except BrokenExecutor as error:  # a process died while tasks were still handed out
            refused.append((task, error))
    try:
        for future in as_completed(futures):
            # cancelled: the scheduler went away
            fault = CancelledError() if future.cancelled() else future.exception()
            yield futures[future], future.result() if fault is None else fault
    finally:
        for future in futures:
            future.cancel()
    yield from refused
