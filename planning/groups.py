"""One group of teams that share territory: their week as one routing problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from common.settings import SearchSettings
from planning.team_days import TeamDay
from planning.teams import Team
from planning.travel import TravelPart
from routing.check import Violation, check
from routing.filling import fill_up
from routing.leveling import level
from routing.problem import Problem, Solution, Stop
from routing.sharing import share_with_idle
from routing.solver import solve


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
    steps = task.search.steps_per_stop * len(task.stops)
    solution = solve(problem, work_limit=steps, seconds=task.seconds)
    problem, solution = fill_up(problem, solution, task.open_to)
    crew_of = {day.vehicle_id: day.team.team_id for day in task.days}
    solution = share_with_idle(problem, solution, crew_of)
    solution = level(problem, solution, task.search.level_travel_share)
    return GroupResult(task.name, solution, tuple(check(problem, solution)))


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
