"""Work on each group of teams, in processes that are started once and used again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from planning.groups import R, Runner, T
from workflows.fanout import fan_out, processes
from workflows.progress import Progress


@dataclass(frozen=True, slots=True)
class Span:
    """What one round of work tells of how far it is."""

    first: float
    last: float
    step: str  # an untranslated text


@contextmanager
def group_runner(
    workers: int | None, progress: Progress, spans: Sequence[Span], *, least_tasks: int = 1
) -> Iterator[Runner]:
    """Yield a runner of the rounds of work that ``spans`` name, the largest task first.

    Parameters
    ----------
    workers
        Processes; 1: this process; None: one a core.
    least_tasks
        Rounds of fewer tasks are done in this process: starting others takes longer.
    """
    rounds = iter(spans)
    with ExitStack() as stack:
        opened: dict[bool, Executor] = {}

        def executor(*, here: bool) -> Executor:
            if here not in opened:
                pool = ThreadPoolExecutor(1) if here else processes(workers)
                opened[here] = stack.enter_context(pool)
            return opened[here]

        def run(function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
            span = next(rounds)
            largest_first = sorted(tasks, key=lambda task: -len(task.stops))
            here = workers == 1 or len(tasks) < least_tasks
            found = fan_out(executor(here=here), function, largest_first) if tasks else iter(())
            for done, result in enumerate(found, start=1):
                progress(span.first + (span.last - span.first) * done / len(tasks), span.step)
                yield result

        yield run
