"""The standing days of some teams as a routing problem that can be changed a little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from planning.offers import Offer
from planning.standing import Standing
from planning.team_days import TeamDay, team_and_weekday, vehicle_id
from planning.teams import Team
from planning.travel import Travel, TravelPart
from routing.check import check
from routing.problem import Problem, Route, Solution, Stop, Vehicle
from routing.rearranging import Orders
from routing.schedule import schedule

_TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Joint:
    """Visits that two teams make: who comes along, and who has lost the other."""

    partner: Mapping[tuple[str, str], str]  # team and stop -> the team that comes along
    alone: frozenset[tuple[str, int]]  # vehicle and family that stay, but without the other team

    @classmethod
    def of(
        cls,
        stops: Sequence[Standing],
        causes: Mapping[tuple[str, str], str],
    ) -> Joint:
        """Return the joint visits; ``causes`` holds the stops that cannot stay."""
        partner: dict[tuple[str, str], str] = {}
        alone: set[tuple[str, int]] = set()
        for each in stops:
            key = each.vehicle_id, each.stop_id
            if each.joint_team_id is None or key in causes:
                continue
            team_id, weekday = team_and_weekday(each.vehicle_id)
            if (vehicle_id(each.joint_team_id, weekday), each.stop_id) in causes:
                alone |= {(each.vehicle_id, household) for household in each.households}
            else:
                partner[team_id, each.stop_id] = each.joint_team_id
        return cls(partner, frozenset(alone))

    def is_fixed(self, stop: Standing) -> bool:
        """Tell whether the other team waits for this one at a fixed hour."""
        return (team_and_weekday(stop.vehicle_id)[0], stop.stop_id) in self.partner


@dataclass(frozen=True, slots=True)
class Board:
    """The open days of one group of teams, and what stands on them."""

    days: dict[str, TeamDay]  # by vehicle id
    kept: tuple[Standing, ...]  # in driving order of each day
    joint: Joint
    unfit: frozenset[str]  # team-days whose hours no longer hold what stands there

    def problem(
        self, wanted: Iterable[str], offers: Mapping[str, Offer], travel: Travel
    ) -> tuple[Problem, Orders, list[str]]:
        """Return all stops as a problem, the standing routes, and stops that no longer fit there.

        ``wanted`` are ids of offers that may be put in.
        """
        stops = self.stops(wanted, offers)
        vehicles, times = self.vehicles(stops, travel)
        durations_s = {mode: times.durations(mode) for mode in times.doors}
        problem = Problem(stops, vehicles, durations_s)
        return problem, *_fitted(problem, self.orders(), self.unfit)

    def stops(self, wanted: Iterable[str], offers: Mapping[str, Offer]) -> tuple[Stop, ...]:
        """Return the stops that stand, then those that may be put in; nodes in this order."""
        stops = [self._stop(node, each, offers) for node, each in enumerate(self.kept)]
        standing = {stop.stop_id for stop in stops}
        more = [key for key in dict.fromkeys(wanted) if key not in standing]
        return (*stops, *(offers[key].stop(len(stops) + i) for i, key in enumerate(more)))

    def vehicles(
        self, stops: Sequence[Stop], travel: Travel
    ) -> tuple[tuple[Vehicle, ...], TravelPart]:
        """Return the team-days, and the times between stops and bases by all they move by.

        The nodes of the bases follow those of the stops.
        """
        teams = {day.team.team_id: day.team for day in self.days.values()}
        points = [travel.point_of_stop[stop.stop_id] for stop in stops]
        points += [travel.point_of_team[team_id] for team_id in teams]
        modes = dict.fromkeys(team.transport for team in teams.values())
        base = {team_id: len(stops) + i for i, team_id in enumerate(teams)}
        vehicles = tuple(
            day.vehicle(base[day.team.team_id], day.team.transport) for day in self.days.values()
        )
        return vehicles, travel.part(points, list(modes))

    def orders(self) -> Orders:
        """Return the standing routes."""
        orders: dict[str, list[str]] = {key: [] for key in self.days}
        for each in self.kept:
            orders[each.vehicle_id].append(each.stop_id)
        return {key: tuple(order) for key, order in orders.items()}

    def _stop(self, node: int, standing: Standing, offers: Mapping[str, Offer]) -> Stop:
        """Return a stop that stands: as long as it was planned, at the hour that was agreed."""
        offer = offers.get(standing.stop_id)
        here = frozenset({standing.vehicle_id})
        fixed = self.joint.is_fixed(standing)
        windows = ((standing.start_s, standing.start_s),)
        if offer is None or fixed:
            return Stop(
                stop_id=standing.stop_id,
                node=node,
                service_s=standing.service_s,
                prize=0,
                windows_s=windows if fixed else (),
                vehicles=here,
                must=fixed,
            )
        stop = offer.stop(node)
        return replace(stop, service_s=standing.service_s, vehicles=offer.vehicles | here)


def crew_board(
    days: Sequence[TeamDay],
    kept: Sequence[Standing],
    joint: Joint,
    hours_s: Mapping[str, tuple[int, int]],
) -> Board:
    """Return the board of some team-days; stops on other days than these are left aside.

    ``hours_s`` holds when each planned team-day leaves its base and is back, on the week's clock.
    """
    own = {day.vehicle_id: day for day in days}
    here = tuple(each for each in kept if each.vehicle_id in own)
    unfit = {
        key
        for key in {each.vehicle_id for each in here}
        if not _holds(own[key], [each for each in here if each.vehicle_id == key], hours_s[key])
    }
    return Board(own, here, joint, frozenset(unfit))


def _holds(day: TeamDay, stops: Sequence[Standing], hours_s: tuple[int, int]) -> bool:
    """Tell whether the day's hours, lunch and most visits still hold what was planned."""
    if hours_s[0] < day.shift_s[0] or hours_s[1] > day.shift_s[1]:
        return False
    if len(stops) > day.team.most_visits:
        return False
    return day.break_s is None or not any(
        each.start_s < day.break_s[1] and each.start_s + each.service_s > day.break_s[0]
        for each in stops
    )


def _fitted(problem: Problem, orders: Orders, unfit: frozenset[str]) -> tuple[Orders, list[str]]:
    """Take out of unfit days what is worth least until the rest can be timed."""
    stops = {stop.stop_id: stop for stop in problem.stops}
    vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
    out: list[str] = []
    fitted = dict(orders)
    for key in sorted(unfit):
        while fitted[key] and (
            schedule(problem, vehicles[key], [stops[each] for each in fitted[key]]) is None
        ):
            worst = min(fitted[key], key=lambda each: (stops[each].must, stops[each].prize, each))
            fitted[key] = tuple(each for each in fitted[key] if each != worst)
            out.append(worst)
    return fitted, out


def camat_board(
    day: TeamDay, kept: Sequence[Standing], partners: Sequence[Team], travel: Travel
) -> Problem:
    """Return a camat's day in which every stop keeps its hour; the slowest of the party counts."""
    points = [travel.point_of_stop[each.stop_id] for each in kept]
    points.append(travel.point_of_team[day.team.team_id])
    modes = dict.fromkeys([day.team.transport, *(team.transport for team in partners)])
    return Problem(
        stops=tuple(
            Stop(each.stop_id, node, each.service_s, 0, ((each.start_s, each.start_s),))
            for node, each in enumerate(kept)
        ),
        vehicles=(day.vehicle(len(kept), _TOGETHER),),
        durations_s={_TOGETHER: travel.part(points, list(modes)).durations(*modes)},
    )


def retimed(problem: Problem, orders: Orders) -> tuple[list[Route], list[str]]:
    """Return the timetables of some vehicles, and codes of rules they break (routing.check)."""
    stops = {stop.stop_id: stop for stop in problem.stops}
    vehicles = {vehicle.vehicle_id: vehicle for vehicle in problem.vehicles}
    routes: list[Route] = []
    faults: list[str] = []
    for key in (
        vehicle.vehicle_id for vehicle in problem.vehicles if orders.get(vehicle.vehicle_id)
    ):
        route = schedule(problem, vehicles[key], [stops[each] for each in orders[key]])
        if route is None:
            faults.append("day_too_long")
        else:
            routes.append(route)
    made = tuple(stops[each.stop_id] for route in routes for each in route.made)
    part = Problem(made, problem.vehicles, problem.durations_s)
    found = check(part, Solution(tuple(routes), (), repeatable=True))
    return routes, [*faults, *(each.code for each in found)]
