"""Small routing problems for tests: made by hand, at random, and solved by trying everything."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from routing.problem import UNREACHABLE, Problem, Solution, Stop, Vehicle
from routing.schedule import schedule

HORIZON_S = 400  # short days keep the examples small; nothing in the solver knows the unit
SKILLS = ("bidan", "gizi")
PRIZE, MUST = 10**5, 10**12  # what leaving a point or a must-visit costs in the slow reference


def closure(durations: NDArray[np.int64]) -> NDArray[np.int32]:
    """Shortest times over all nodes (Floyd and Warshall), so that no detour is shorter."""
    far = np.where(durations == UNREACHABLE, 10**9, durations)
    np.fill_diagonal(far, 0)
    for via in range(len(far)):
        far = np.minimum(far, far[:, via, None] + far[None, via, :])
    return np.where(far >= 10**9, UNREACHABLE, far).astype(np.int32)


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """None to three windows in order that do not overlap."""
    edges = draw(st.lists(st.integers(0, HORIZON_S), max_size=6, unique=True).map(sorted))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def breaks(draw: st.DrawFn) -> tuple[int, int] | None:
    """A break, inside the shift or not; or none."""
    if draw(st.booleans()):
        return None
    begin = draw(st.integers(0, HORIZON_S))
    return begin, begin + draw(st.integers(1, 90))


@st.composite
def vehicles(draw: st.DrawFn, name: str, nodes: int) -> Vehicle:
    opens = draw(st.integers(0, 150))
    return Vehicle(
        vehicle_id=name,
        profile=draw(st.sampled_from(["walk", "motorcycle"])),
        start_node=draw(st.integers(0, nodes - 1)),
        end_node=draw(st.integers(0, nodes - 1)),
        shift_s=(opens, draw(st.integers(opens, HORIZON_S))),
        break_s=draw(breaks()),
        skills=draw(st.frozensets(st.sampled_from(SKILLS))),
        most_stops=draw(st.sampled_from([None, None, 0, 1, 2, 4])),
    )


@st.composite
def problems(
    draw: st.DrawFn, stop_count: tuple[int, int] = (0, 8), vehicle_count: tuple[int, int] = (0, 3)
) -> Problem:
    """Up to 8 stops and 3 vehicles with everything a problem may have."""
    nodes = draw(st.integers(1, 9))
    ways = st.lists(
        st.one_of(st.integers(0, 80), st.just(UNREACHABLE)),
        min_size=nodes * nodes, max_size=nodes * nodes,
    )  # fmt: skip
    durations = {
        profile: closure(np.array(draw(ways)).reshape(nodes, nodes))
        for profile in ("walk", "motorcycle")
    }
    teams = tuple(draw(vehicles(f"v{i}", nodes)) for i in range(draw(st.integers(*vehicle_count))))
    names = [team.vehicle_id for team in teams]
    stops = tuple(
        Stop(
            stop_id=f"s{i}",
            node=draw(st.integers(0, nodes - 1)),
            service_s=draw(st.integers(0, 60)),
            prize=draw(st.integers(0, 300)),
            windows_s=draw(windows()),
            skills=draw(st.sampled_from([frozenset(), frozenset(), *map(frozenset, [{"bidan"}])])),
            vehicles=draw(st.none() | st.frozensets(st.sampled_from(names))) if names else None,
            must=draw(st.sampled_from([False, False, True])),
        )
        for i in range(draw(st.integers(*stop_count)))
    )
    return Problem(stops, teams, durations)


def shorter(nodes: int, *legs: tuple[int, int, int], usual_s: int = 10) -> NDArray[np.int32]:
    """Durations of ``usual_s`` between all nodes but for the legs named (from, to, seconds)."""
    durations = np.full((nodes, nodes), usual_s, np.int32)
    np.fill_diagonal(durations, 0)
    for a, b, seconds in legs:
        durations[a, b] = seconds
    return durations


def cost(problem: Problem, solution: Solution) -> int:
    """Musts and prizes left behind, then travel: what the solver keeps small, in that order."""
    left = {each.stop_id for each in solution.unassigned}
    lost = sum(
        PRIZE * stop.prize + MUST * stop.must for stop in problem.stops if stop.stop_id in left
    )
    return lost + sum(route.travel_s for route in solution.routes)


def least_cost(problem: Problem) -> int:
    """Try every order of every choice of stops of a one-vehicle problem."""
    (vehicle,) = problem.vehicles
    may = [
        stop
        for stop in problem.stops
        if (stop.vehicles is None or vehicle.vehicle_id in stop.vehicles)
        and stop.skills <= vehicle.skills
    ]
    worth = {stop.stop_id: PRIZE * stop.prize + MUST * stop.must for stop in problem.stops}
    best = sum(worth.values())
    for size in range(1, len(may) + 1):
        for order in permutations(may, size):
            route = schedule(problem, vehicle, order)
            if route is not None:
                lost = sum(worth.values()) - sum(worth[stop.stop_id] for stop in order)
                best = min(best, lost + route.travel_s)
    return best


def random_town(stops: int, vehicles: int, seed: int) -> tuple[Problem, dict[str, Any]]:
    """Return a town that holds more stops than can be made, once for each of the two doors."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 1500, (stops + vehicles, 2))
    times = np.rint(np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))).astype(np.int32)
    service_s, prize = rng.integers(600, 1500, stops).tolist(), rng.integers(1, 99, stops).tolist()
    skill = rng.choice(["", *SKILLS], stops, p=[0.6, 0.2, 0.2]).tolist()
    problem = Problem(
        tuple(
            Stop(f"s{i}", i, service_s[i], prize[i], skills=frozenset({skill[i]} - {""}))
            for i in range(stops)
        ),
        tuple(
            Vehicle(f"v{i}", "walk", stops + i, stops + i, (0, 7200), skills=frozenset(SKILLS))
            for i in range(vehicles)
        ),
        {"walk": times},
    )
    instance = {
        "jobs": [
            {"id": i, "location_index": i, "service": service_s[i], "priority": prize[i],
             "skills": [SKILLS.index(skill[i])] if skill[i] else []}
            for i in range(stops)
        ],
        "vehicles": [
            {"id": i, "start_index": stops + i, "end_index": stops + i, "time_window": [0, 7200],
             "skills": [0, 1]}
            for i in range(vehicles)
        ],
        "matrices": {"car": {"durations": times.tolist()}},
    }  # fmt: skip
    return problem, instance
