"""One group of teams that share territory: their week as one routing problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from common.settings import SearchSettings
from planning.team_days import TeamDay
from planning.teams import Team
from planning.travel import TravelPart
from routing.check import Violation, check
from routing.filling import fill_up
from routing.keeping import collected, keep
from routing.leveling import level
from routing.problem import Problem, Solution, Stop
from routing.reasons import why_left
from routing.sharing import share_with_idle
from routing.solver import solve


class Task(Protocol):
    """Work on one group of teams."""

    @property
    def stops(self) -> Sequence[Stop]:
        """Stops that are looked at: the more there are, the longer it takes."""


T = TypeVar("T", bound=Task)
R = TypeVar("R")


class Runner(Protocol):
    """Runs a function on tasks that know nothing of each other, wherever that may be."""

    def __call__(self, function: Callable[[T], R], tasks: Sequence[T], /) -> Iterable[R]:
        """Return the results, in any order."""


def one_after_the_other(function: Callable[[T], R], tasks: Sequence[T]) -> Iterable[R]:
    """Run the tasks in this process, in order."""
    return map(function, tasks)


@dataclass(frozen=True, slots=True)
class GroupTask:
    """Everything one process needs to plan a group; stop ids are household ids as text.

    Nodes 0 to k - 1 of the times are the stops in order, then one node a team in ``bases``.
    """

    name: str
    stops: tuple[Stop, ...]
    days: tuple[TeamDay, ...]
    bases: dict[str, int]  # team_id -> node
    times: TravelPart
    paces: dict[str, tuple[str, ...]]  # profile -> transports, the slowest of which counts
    profile_of: dict[str, str]  # team_id -> profile
    search: SearchSettings
    seconds: float | None  # cap on the wall-clock time of the search
    # stops that are kept to their own team -> team-days that may make them where it is full
    open_to: dict[str, frozenset[str]] = field(default_factory=dict)
    # team-day -> its stops in an older plan of the week, which is not to be fallen short of
    before: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weigh_travel: bool = True  # a prize counts as many seconds of travel, else more than any

    def problem(self) -> Problem:
        """Return the group's week as a problem."""
        return Problem(
            stops=self.stops,
            vehicles=tuple(
                day.vehicle(self.bases[day.team.team_id], self.profile_of[day.team.team_id])
                for day in self.days
            ),
            durations_s={
                profile: self.times.durations(*transports)
                for profile, transports in self.paces.items()
            },
        )


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The group's routes and what the independent checker found in them."""

    name: str
    solution: Solution
    violations: tuple[Violation, ...]


def plan_group(task: GroupTask) -> GroupResult:
    """Solve one group and have the routes checked; runs in any process."""
    problem = task.problem()
    problem, solution = _search(problem, task)
    crew_of = {day.vehicle_id: day.team.team_id for day in task.days}
    solution = share_with_idle(problem, solution, crew_of)
    solution = level(problem, solution, task.search.level_travel_share)
    return GroupResult(task.name, solution, tuple(check(problem, solution)))


def keep_or_plan(task: GroupTask) -> GroupResult:
    """Keep the routes of the plan before where they collect as much as new ones would.

    For the camat's day: others have their hours by it.
    """
    problem = task.problem()
    standing = keep(problem, task.before)
    planned = plan_group(replace(task, before={}))
    if not standing or collected(problem, standing) < collected(problem, planned.solution.routes):
        return planned
    made = {each.stop_id for route in standing for each in route.made}
    left = tuple(why_left(problem, stop) for stop in task.stops if stop.stop_id not in made)
    kept = replace(planned.solution, routes=standing, unassigned=left)
    return replace(planned, solution=kept, violations=tuple(check(problem, kept)))


def _search(problem: Problem, task: GroupTask) -> tuple[Problem, Solution]:
    """Search afresh, or from what stands of the plan before where that alone collects more.

    So the same week planned twice is the same plan, though the first is there the second time.
    Only where a search from there falls short too, it is repeated with no travel that outweighs
    a prize: that one cannot. A search by the clock starts from the plan before at once.
    """
    steps = task.search.steps_per_stop * len(task.stops)
    wider = _with_standing(problem, task)
    standing = collected(wider, keep(wider, task.before))
    weigh = task.weigh_travel
    tries = [(problem, {}, weigh), (wider, task.before, weigh), (wider, task.before, False)]
    if not task.before:
        tries = tries[:1]
    elif task.seconds is not None:
        tries = tries[1:]  # there is no time for three
    seconds = None if task.seconds is None else task.seconds / len(tries)
    for searched, first, weigh_travel in tries:
        solution = solve(
            searched, work_limit=steps, seconds=seconds, first=first, weigh_travel=weigh_travel
        )
        filled, solution = fill_up(searched, solution, task.open_to)
        if collected(filled, solution.routes) >= standing:
            break
    return filled, solution


def _with_standing(problem: Problem, task: GroupTask) -> Problem:
    """Let stops stay with another team than their own that makes them in the plan before."""
    makers = {stop_id: vehicle_id for vehicle_id, order in task.before.items() for stop_id in order}
    stops = tuple(
        replace(stop, vehicles=(stop.vehicles or frozenset()) | {makers[stop.stop_id]})
        if makers.get(stop.stop_id) in task.open_to.get(stop.stop_id, ())
        else stop
        for stop in problem.stops
    )
    return replace(problem, stops=stops)


def territory_groups(teams: Sequence[Team]) -> list[list[Team]]:
    """Return the teams in groups that share territory, directly or through others.

    Teams keep their order; groups stand in the order of their first team.
    """
    number_of_area = {
        area: len(teams) + i
        for i, area in enumerate(dict.fromkeys(area for team in teams for area in team.territory))
    }
    links = [(t, number_of_area[area]) for t, team in enumerate(teams) for area in team.territory]
    size = len(teams) + len(number_of_area)
    rows, columns = zip(*links, strict=True) if links else ((), ())
    graph = coo_array((np.ones(len(links)), (rows, columns)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    groups: dict[int, list[Team]] = {}
    for team, mark in zip(teams, label[: len(teams)].tolist(), strict=True):
        groups.setdefault(mark, []).append(team)
    return list(groups.values())
