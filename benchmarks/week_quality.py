"""The planned week of a made-up city beside an upper bound and three practices of filling a week.

All are measured on the same problem, a group of teams with every family that waits in its
kelurahan and the visits agreed with the camat, and walked by the same checker. Prizes and hours
are the product's own. The bound (:mod:`benchmarks.week_bound`) takes the camat's days as given:
they are planned first, by another rule.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from benchmarks.made_up_week import NOW, TODAY, placed_workspace
from benchmarks.week_bound import upper_bound
from benchmarks.week_practices import always_the_nearest, best_prize_per_minute, fill, list_order
from planning.groups import Runner, plan_group
from planning.plan import WeekPlan
from planning.week import plan_week
from routing.check import check
from routing.problem import Left, Problem, Solution
from storage.workspace import Workspace
from workflows.weeks import make_plan

_WORKERS = 2
_WEEK = "2026-W49"
_EVERY = 4  # of the groups, the bound takes half a minute each
_EVERYBODY = 10_000.0  # candidates a visit
_PLAN = "Sambangi"
_GREEDY = "best prize a minute"
_PRACTICES = {
    _GREEDY: best_prize_per_minute,
    "list order": list_order,
    "always the nearest": always_the_nearest,
}


@dataclass(frozen=True, slots=True)
class Week:
    """One group's week by one practice."""

    prize: int
    travel_s: int
    visits: int
    faults: int


class _RecordedError(Exception):
    """The groups are known; nothing has to be solved."""


def main() -> None:
    """Print the table over the groups with a bound, then over all groups."""
    parser = argparse.ArgumentParser(prog="benchmarks.week_quality", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--families", type=int, help="of one kecamatan; else the whole city")
    parser.add_argument("--every", type=int, default=_EVERY, help="one group of so many is bounded")
    asked = parser.parse_args()
    with placed_workspace(asked.families, asked.seed) as workspace:
        problems = _groups(workspace)
        planned = _planned(workspace)
    weeks = {name: _weeks(problem, planned[name]) for name, problem in problems.items()}
    bounded = sorted(problems)[:: asked.every]
    with ProcessPoolExecutor(_WORKERS) as pool:
        bounds = list(pool.map(upper_bound, [problems[name] for name in bounded]))
    for name, bound in zip(bounded, bounds, strict=True):
        week = weeks[name][_PLAN]
        print(f"{week.visits} of {len(problems[name].stops)} families: {week.prize / bound:.4f}")
    print(f"\n{len(bounded)} groups with a bound")
    print(_table([weeks[name] for name in bounded], sum(bounds)))
    print(f"\nall {len(weeks)} groups")
    print(_table(list(weeks.values()), None))


def _groups(workspace: Workspace) -> dict[str, Problem]:
    """Return the groups with every family that waits, whether it is offered or not."""
    found: dict[str, Problem] = {}

    def run(function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterable[Any]:
        del function
        found.update({task.name: task.problem() for task in tasks})
        raise _RecordedError

    with suppress(_RecordedError):
        _make_plan(workspace, run, candidates_per_visit=_EVERYBODY)
    return found


def _planned(workspace: Workspace) -> dict[str, Solution]:
    """Return what the product plans for each group, after all its steps."""
    found: dict[str, Solution] = {}

    def run(function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterable[Any]:
        with ProcessPoolExecutor(_WORKERS) as pool:
            results = list(pool.map(function, tasks))
        if function is plan_group:
            found.update({result.name: result.solution for result in results})
        return results

    _make_plan(workspace, run)
    return found


def _make_plan(workspace: Workspace, run: Runner, **search: float) -> None:
    """Plan the week as the command does, but the groups by ``run``."""

    def plan(*inputs: Any, **options: Any) -> WeekPlan:  # noqa: ANN401
        *others, settings = inputs
        changed = replace(settings, search=replace(settings.search, **search))
        return plan_week(*others, changed, **{**options, "run": run})

    with patch("workflows.weeks.plan_week", plan):
        make_plan(workspace, week=_WEEK, area=None, seconds=None, today=TODAY, now=NOW)


def _weeks(problem: Problem, planned: Solution) -> dict[str, Week]:
    """Return the group's week as planned and by each practice."""
    offered = {each.stop_id for route in planned.routes for each in route.made}
    left = tuple(
        Left(stop.stop_id, "not_placed") for stop in problem.stops if stop.stop_id not in offered
    )
    weeks = {_PLAN: replace(planned, unassigned=left)}
    weeks |= {name: fill(problem, liking) for name, liking in _PRACTICES.items()}
    return {name: _measured(problem, solution) for name, solution in weeks.items()}


def _measured(problem: Problem, solution: Solution) -> Week:
    prize = {stop.stop_id: stop.prize for stop in problem.stops}
    made = [each.stop_id for route in solution.routes for each in route.made]
    return Week(
        prize=sum(prize[stop_id] for stop_id in made),
        travel_s=sum(route.travel_s for route in solution.routes),
        visits=len(made),
        faults=len(check(problem, solution)),
    )


def _table(weeks: Sequence[dict[str, Week]], bound: float | None) -> str:
    """Return a line a practice: all groups together."""
    best = sum(week[_PLAN].prize for week in weeks)
    greedy_s = sum(week[_GREEDY].travel_s for week in weeks)
    rows = [
        f"{'':22s} {'prize':>7s} {'of bound':>9s} {'travel h':>9s} {'visits':>7s} {'faults':>7s}"
    ]
    for name in (_PLAN, *_PRACTICES):
        own = [week[name] for week in weeks]
        prize, travel_s = sum(each.prize for each in own), sum(each.travel_s for each in own)
        share = "" if bound is None else f"{prize / bound:.4f}"
        rows.append(
            f"{name:22s} {prize / best:7.3f} {share:>9s} {travel_s / 3600:9.1f} "
            f"{sum(each.visits for each in own):7d} {sum(each.faults for each in own):7d}"
        )
    ours_s = sum(week[_PLAN].travel_s for week in weeks)
    return "\n".join([*rows, f"travel of the plan: {ours_s / greedy_s:.3f} of {_GREEDY}"])


if __name__ == "__main__":
    main()
