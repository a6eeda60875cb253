"""The last descent by OR-Tools: from routes that stand to routes that no move of its betters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from routing.problem import UNREACHABLE, Problem, Stop

_CLOSED_S = 10**9  # longer than any horizon: a leg that cannot be driven
_COUNTABLE = 2**61  # sums beyond that leave the integers of OR-Tools
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


def polish(
    problem: Problem,
    allowed: Sequence[Sequence[int]],
    orders: Sequence[Sequence[int]],
    *,
    weigh_travel: bool,
    work_limit: int,
    seconds: float | None = None,
) -> tuple[list[list[int]], bool]:
    """Return routes at least as good as ``orders``, and whether the same call gives them again.

    Parameters
    ----------
    allowed
        For each stop the numbers of the vehicles that may make it; none: it is left alone.
    orders
        Stops (their numbers) of each vehicle, in driving order; they can be scheduled.
    weigh_travel
        A second of travel counts as much as a unit of prize; else no travel outweighs a prize.
    work_limit
        Most improvements that are accepted.
    seconds
        Cap on wall-clock time.
    """
    offered = [i for i, vehicles in enumerate(allowed) if vehicles]
    return _Model(problem, offered, allowed, weigh_travel=weigh_travel).descend(
        orders, work_limit, seconds
    )


class _Model:
    """The OR-Tools model of a problem, reduced to the stops that some vehicle can make.

    Model nodes are the offered stops in order, then one start and one end per vehicle.
    """

    def __init__(
        self,
        problem: Problem,
        offered: list[int],
        allowed: Sequence[Sequence[int]],
        *,
        weigh_travel: bool,
    ) -> None:
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
        self._add_stops(allowed, 1 if weigh_travel else self._second_per_prize(stops))

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

    def _add_stops(self, allowed: Sequence[Sequence[int]], worth: int) -> None:
        stops = [self.problem.stops[i] for i in self.offered]
        outweighs = 1 + worth * (1 + sum(stop.prize for stop in stops))
        for number, stop in enumerate(stops):
            index = self.manager.NodeToIndex(number)
            penalty = worth * stop.prize + (outweighs if stop.must else 0)
            self.routing.AddDisjunction([index], penalty)
            may = allowed[self.offered[number]]
            if len(may) < len(self.problem.vehicles):
                self.routing.VehicleVar(index).SetValues([-1, *may])
            if stop.windows_s:
                start = self.time.CumulVar(index)
                start.SetRange(stop.windows_s[0][0], stop.windows_s[-1][1])
                for (_, closes), (opens, _) in pairwise(stop.windows_s):
                    start.RemoveInterval(closes + 1, opens - 1)

    def _second_per_prize(self, stops: Sequence[Stop]) -> int:
        """Return more seconds than all vehicles can travel, as far as that can be counted."""
        most_s = sum(each.shift_s[1] - each.shift_s[0] for each in self.problem.vehicles)
        most_prizes = (2 + len(stops)) * (1 + sum(stop.prize for stop in stops))
        return max(1, min(1 + most_s, _COUNTABLE // most_prizes))

    def descend(
        self, orders: Sequence[Sequence[int]], work_limit: int, seconds: float | None
    ) -> tuple[list[list[int]], bool]:
        """Return the stops of each vehicle in order, and whether the descent is repeatable."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
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
        self.routing.CloseModelWithParameters(parameters)
        node_of = {stop: node for node, stop in enumerate(self.offered)}
        begin = self.routing.ReadAssignmentFromRoutes(
            [[self.manager.NodeToIndex(node_of[stop]) for stop in order] for order in orders],
            True,  # noqa: FBT003  # the rest stays left out
        )
        answer = begin and self.routing.SolveFromAssignmentWithParameters(begin, parameters)
        if answer is None:
            return [list(order) for order in orders], False
        better = [self._order(answer, number) for number in range(len(self.problem.vehicles))]
        status = routing_enums_pb2.RoutingSearchStatus
        settled = self.routing.status() in {status.ROUTING_SUCCESS, status.ROUTING_OPTIMAL}
        return better, settled or self.routing.solver().Solutions() >= work_limit

    def _order(self, answer: Any, number: int) -> list[int]:  # noqa: ANN401
        order: list[int] = []
        index = answer.Value(self.routing.NextVar(self.routing.Start(number)))
        while not self.routing.IsEnd(index):
            order.append(self.offered[self.manager.IndexToNode(index)])
            index = answer.Value(self.routing.NextVar(index))
        return order
