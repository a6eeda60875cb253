"""Routes by OR-Tools: which stops to make, by which vehicle, in which order and when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from common.errors import SambangiError, WrongCallError
from common.language import N_
from routing.problem import UNREACHABLE, Problem, Route, Solution
from routing.reasons import possible_vehicles, why_left
from routing.schedule import schedule

_CLOSED_S = 10**9  # longer than any horizon: a leg that cannot be driven
_DAY_S = 86_400
_OFF = optional_boolean_pb2.BOOL_FALSE
# the moves that earn their time; docs/decisions/0003-route-search.md has the figures
_MOVES = frozenset(
    {
        "use_relocate",
        "use_relocate_expensive_chain",
        "use_exchange",
        "use_two_opt",
        "use_or_opt",
        "use_cross",
        "use_make_active",
        "use_make_inactive",
        "use_swap_active",
    }
)


class ProblemError(WrongCallError):
    """The problem contradicts itself: an id twice, a node outside its matrix."""

    code = "routing-problem"


class SearchError(SambangiError):
    """The search returned a route that its own timetable does not allow: our fault."""

    code = "routing-search"


def solve(problem: Problem, *, work_limit: int, seconds: float | None = None) -> Solution:
    """Choose stops and build routes: most prize first, then least travel.

    Prizes count in travel seconds. The search inserts the cheapest stops in parallel and then
    descends to a local optimum; it is repeatable for the same problem and ``work_limit``.

    Parameters
    ----------
    problem
        Stops, vehicles and durations.
    work_limit
        Most improvements the search may accept; a count, never a clock.
    seconds
        Cap on wall-clock time. When it ends the search, ``Solution.repeatable`` is False.

    Raises
    ------
    ProblemError
        An id occurs twice, or a node lies outside its matrix.
    """
    check_problem(problem)
    allowed = [possible_vehicles(problem, stop) for stop in problem.stops]
    offered = [i for i, vehicles in enumerate(allowed) if vehicles]
    if not offered:
        left = tuple(why_left(problem, stop) for stop in problem.stops)
        return Solution(routes=(), unassigned=left, repeatable=True)
    # a vehicle that can make no stop may be one that the model cannot even leave idle
    useful = sorted({number for numbers in allowed for number in numbers})
    working = replace(problem, vehicles=tuple(problem.vehicles[number] for number in useful))
    may = [[useful.index(number) for number in numbers] for numbers in allowed]
    orders, repeatable = _search(working, offered, may, work_limit, seconds)
    routes: list[Route] = []
    for vehicle, order in zip(working.vehicles, orders, strict=True):
        if not order:
            continue
        route = schedule(problem, vehicle, [problem.stops[i] for i in order])
        if route is None:
            raise SearchError(N_("Rute hasil pencarian tidak dapat dijadwalkan."))
        routes.append(route)
    made = {each.stop_id for route in routes for each in route.made}
    left = tuple(why_left(problem, stop) for stop in problem.stops if stop.stop_id not in made)
    return Solution(routes=tuple(routes), unassigned=left, repeatable=repeatable)


def _search(
    problem: Problem,
    offered: list[int],
    allowed: list[list[int]],
    work_limit: int,
    seconds: float | None,
) -> tuple[list[list[int]], bool]:
    """Search among all stops; if that leaves a must out, search on from the musts alone."""
    orders, repeatable = _Model(problem, offered, allowed).search(work_limit, seconds)
    musts = [i for i in offered if problem.stops[i].must]
    if _made(orders, musts) == len(musts):
        return orders, repeatable
    first, _ = _Model(problem, musts, allowed).search(work_limit, seconds)
    again, repeatable_too = _Model(problem, offered, allowed).search(
        work_limit, seconds, start_from=first
    )
    if _made(again, musts) > _made(orders, musts):
        orders = again
    return orders, repeatable and repeatable_too


def _made(orders: list[list[int]], musts: list[int]) -> int:
    return len({i for order in orders for i in order} & set(musts))


def check_problem(problem: Problem) -> None:
    """Refuse a problem that contradicts itself.

    Raises
    ------
    ProblemError
        An id occurs twice, or a node lies outside its matrix.
    """
    for ids in (
        [stop.stop_id for stop in problem.stops],
        [vehicle.vehicle_id for vehicle in problem.vehicles],
    ):
        if len(set(ids)) != len(ids):
            raise ProblemError(N_("Ada ID yang sama dua kali dalam soal rute."))
    sizes = {name: len(matrix) for name, matrix in problem.durations_s.items()}
    nodes = [stop.node for stop in problem.stops]
    for vehicle in problem.vehicles:
        if vehicle.profile not in sizes:
            raise ProblemError(
                N_("Tidak ada matriks waktu untuk {profile!r}."), profile=vehicle.profile
            )
        nodes += [vehicle.start_node, vehicle.end_node]
    if nodes and (min(nodes) < 0 or max(nodes) >= min(sizes.values(), default=0)):
        raise ProblemError(N_("Ada titik di luar matriks waktu."))


class _Model:
    """The OR-Tools model of a problem, reduced to the stops that some vehicle can make.

    Model nodes are the offered stops in order, then one start and one end per vehicle.
    """

    def __init__(self, problem: Problem, offered: list[int], allowed: list[list[int]]) -> None:
        self.problem = problem
        self.offered = offered
        stops = [problem.stops[i] for i in offered]
        vehicles = problem.vehicles
        k, v = len(stops), len(vehicles)
        self.places = np.array(
            [stop.node for stop in stops]
            + [vehicle.start_node for vehicle in vehicles]
            + [vehicle.end_node for vehicle in vehicles]
        )
        self.service = np.array([stop.service_s for stop in stops] + [0] * (2 * v))
        self.manager = pywrapcp.RoutingIndexManager(
            k + 2 * v, v, list(range(k, k + v)), list(range(k + v, k + 2 * v))
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.time = self._add_times()
        self._add_most_stops()
        self._add_shifts()
        self._add_stops(allowed)

    def _add_times(self) -> Any:  # noqa: ANN401  # OR-Tools carries no types
        routing, vehicles = self.routing, self.problem.vehicles
        cost_of, time_of = {}, {}
        for profile in {vehicle.profile for vehicle in vehicles}:
            legs = self.problem.durations_s[profile][np.ix_(self.places, self.places)].astype(int)
            legs[legs == UNREACHABLE] = _CLOSED_S
            # an idle vehicle does not drive from its start to its end
            legs[-2 * len(vehicles) : -len(vehicles), -len(vehicles) :] = 0
            cost_of[profile] = routing.RegisterTransitMatrix(legs.tolist())
            time_of[profile] = routing.RegisterTransitMatrix(
                (legs + self.service[:, None]).tolist()
            )
        for number, vehicle in enumerate(vehicles):
            routing.SetArcCostEvaluatorOfVehicle(cost_of[vehicle.profile], number)
        horizon = max(vehicle.shift_s[1] for vehicle in vehicles)
        evaluators = [time_of[vehicle.profile] for vehicle in vehicles]
        routing.AddDimensionWithVehicleTransits(evaluators, horizon, horizon, False, "time")  # noqa: FBT003
        return routing.GetDimensionOrDie("time")

    def _add_most_stops(self) -> None:
        k, vehicles = len(self.offered), self.problem.vehicles
        counter = self.routing.RegisterUnaryTransitVector([1] * k + [0] * (2 * len(vehicles)))
        most = [k if each.most_stops is None else each.most_stops for each in vehicles]
        self.routing.AddDimensionWithVehicleCapacity(counter, 0, most, True, "stops")  # noqa: FBT003

    def _add_shifts(self) -> None:
        routing, solver = self.routing, self.routing.solver()
        visit_s = [
            int(self.service[self.manager.IndexToNode(index)]) for index in range(routing.Size())
        ]
        for number, vehicle in enumerate(self.problem.vehicles):
            for index in (routing.Start(number), routing.End(number)):
                self.time.CumulVar(index).SetRange(*vehicle.shift_s)
            if vehicle.break_s is not None:
                begin, end = vehicle.break_s
                rest = solver.FixedDurationIntervalVar(
                    begin,
                    begin,
                    end - begin,
                    False,  # noqa: FBT003  # not optional
                    f"break{number}",
                )
                self.time.SetBreakIntervalsOfVehicle([rest], number, visit_s)

    def _add_stops(self, allowed: list[list[int]]) -> None:
        stops = [self.problem.stops[i] for i in self.offered]
        outweighs = 1 + sum(stop.prize for stop in stops) + _DAY_S * len(self.problem.vehicles)
        for number, stop in enumerate(stops):
            index = self.manager.NodeToIndex(number)
            penalty = stop.prize + (outweighs if stop.must else 0)
            self.routing.AddDisjunction([index], penalty)
            may = allowed[self.offered[number]]
            if len(may) < len(self.problem.vehicles):
                self.routing.VehicleVar(index).SetValues([-1, *may])
            if stop.windows_s:
                start = self.time.CumulVar(index)
                start.SetRange(stop.windows_s[0][0], stop.windows_s[-1][1])
                for (_, closes), (opens, _) in pairwise(stop.windows_s):
                    start.RemoveInterval(closes + 1, opens - 1)

    def search(
        self, work_limit: int, seconds: float | None, start_from: list[list[int]] | None = None
    ) -> tuple[list[list[int]], bool]:
        """Return the stops of each vehicle in order, and whether the search is repeatable."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = (
            routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        )
        parameters.local_search_metaheuristic = (
            routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
        )
        operators = parameters.local_search_operators
        for each in operators.DESCRIPTOR.fields:
            wanted = optional_boolean_pb2.BOOL_TRUE if each.name in _MOVES else _OFF
            setattr(operators, each.name, wanted)
        parameters.solution_limit = work_limit
        if seconds is not None:
            parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
        if start_from is None:
            answer = self.routing.SolveWithParameters(parameters)
        else:
            self.routing.CloseModelWithParameters(parameters)
            node_of = {stop: node for node, stop in enumerate(self.offered)}
            routes = [
                [self.manager.NodeToIndex(node_of[stop]) for stop in order] for order in start_from
            ]
            begin = self.routing.ReadAssignmentFromRoutes(routes, True)  # noqa: FBT003  # rest idle
            answer = self.routing.SolveFromAssignmentWithParameters(begin, parameters)
        if answer is None:
            return [[] for _ in self.problem.vehicles], False
        orders = [self._order(answer, number) for number in range(len(self.problem.vehicles))]
        status = routing_enums_pb2.RoutingSearchStatus
        settled = self.routing.status() in {status.ROUTING_SUCCESS, status.ROUTING_OPTIMAL}
        return orders, settled or self.routing.solver().Solutions() >= work_limit

    def _order(self, answer: Any, number: int) -> list[int]:  # noqa: ANN401
        order: list[int] = []
        index = answer.Value(self.routing.NextVar(self.routing.Start(number)))
        while not self.routing.IsEnd(index):
            order.append(self.offered[self.manager.IndexToNode(index)])
            index = answer.Value(self.routing.NextVar(index))
        return order
