"""The moves of the route search: those we use against OR-Tools' own choice, on the same groups.

Prints seconds and cost (travel seconds plus the prize left out) of each, and the ratios.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from unittest import mock

from ortools.constraint_solver import pywrapcp

import routing.solver
from benchmarks.made_up_week import NOW, TODAY, placed_workspace
from planning.groups import GroupResult, GroupTask, plan_group
from workflows import weeks


def main() -> None:
    """Measure both on every group of two made-up kecamatan, one after the other."""
    times: list[float] = []
    costs: list[float] = []
    print("group               stops  ours s  default s   ours cost  default cost")
    for task in (task for seed in (1, 2) for task in _tasks(seed)):
        (ours_s, ours), (default_s, default) = _timed(task), _timed_with_default_moves(task)
        times.append(ours_s / default_s)
        costs.append(ours / default)
        name = f"{task.name[:18]:18s}"
        print(
            f"{name} {len(task.stops):6d} {ours_s:7.2f} {default_s:10.2f} {ours:11d} {default:13d}"
        )
    print(f"median ratio ours / default: time {statistics.median(times):.3f}, ", end="")
    print(f"cost {statistics.median(costs):.4f} (worst {max(costs):.4f})")


def _tasks(seed: int) -> list[GroupTask]:
    """Return the groups that planning a made-up kecamatan would search."""
    caught: list[GroupTask] = []

    @contextmanager
    def catch(_workers: int | None) -> Iterable[None]:
        yield None

    def keep(_executor: object, function: object, tasks: Sequence[GroupTask]) -> object:
        caught.extend(tasks)
        return map(function, tasks)  # type: ignore[arg-type]

    with (
        placed_workspace(2400, seed) as workspace,
        mock.patch.object(weeks, "processes", catch),
        mock.patch.object(weeks, "fan_out", keep),
    ):
        weeks.make_plan(workspace, week="next", area=None, seconds=None, today=TODAY, now=NOW)
    return caught


def _timed(task: GroupTask) -> tuple[float, int]:
    begun = time.perf_counter()
    result = plan_group(task)
    return time.perf_counter() - begun, _cost(task, result)


def _timed_with_default_moves(task: GroupTask) -> tuple[float, int]:
    fields = pywrapcp.DefaultRoutingSearchParameters().local_search_operators
    chosen = {field.name for field, value in fields.ListFields() if value == _TRUE}
    with mock.patch.object(routing.solver, "_MOVES", chosen):
        return _timed(task)


def _cost(task: GroupTask, result: GroupResult) -> int:
    prize = {stop.stop_id: stop.prize for stop in task.stops}
    left = sum(prize[each.stop_id] for each in result.solution.unassigned)
    return left + sum(route.travel_s for route in result.solution.routes)


_TRUE = 3  # BOOL_TRUE of ortools.util.optional_boolean_pb2


if __name__ == "__main__":
    main()
