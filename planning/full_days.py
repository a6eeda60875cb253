"""Why a day is full: what would have to give so that a family that waits could be visited.

Asked of the finished plan, group by group: each family is put into every place of every day
that may visit it, by the real timetable, as the plan stands and without each visit that could
give way.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.assembly import PROVED, frame_of
from planning.board import Board, Joint
from planning.calendar import DAY_S
from planning.columns import LEFTOVERS
from planning.groups import Runner, territory_groups
from planning.meetings import PREFIX, Meeting
from planning.offers import Offer
from planning.plan import WeekPlan
from planning.standing import Standing, standing_stops
from planning.team_days import TeamDay, team_and_weekday
from planning.travel import Travel, TravelPart
from routing.giving import Give, what_gives
from routing.problem import Problem, Stop, Vehicle
from routing.rearranging import Orders
from routing.reasons import why_left

_TOLD = ("missing_s", "team_id", "day_date", "instead_of")
_MOST_ASKED = 1_000  # families looked at together: bounds the memory of their times
# what is missing: time; a visit more than a day may hold; other hours of the family; nothing, or
# a visit worth less, so that the search missed it; or a day that is not over
TIME, VISITS, HOURS, SEARCH, OVER = "time", "visits", "hours", "search", "over"


@dataclass(frozen=True, slots=True)
class FullDays:
    """Everything one process needs to know what would have to give for some stops.

    Nodes are the stops that stand, those asked about, then the bases.
    """

    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    orders: Orders
    may_give_way: frozenset[str]
    times: TravelPart
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one stop waits."""

    give: Give
    missing: str  # a code, see above
    reason: str  # of planning.columns.REASONS: day_full, or a stronger one that was proved


def explain_full_days(
    plan: WeekPlan,
    offers: Mapping[str, Offer],
    days: Sequence[TeamDay],
    meetings: Sequence[Meeting],
    travel: Travel,
    run: Runner,
) -> WeekPlan:
    """Return the plan whose ``day_full`` leftovers say what would have to give.

    ``missing`` is ``time`` (``missing_s``: by how much the shift of that team-day would have to
    end later), ``visits`` (the team-day holds as many visits as it may; ``missing_s`` besides),
    ``hours`` (no later end helps: the hours in which the family is to be visited are over),
    ``search`` (it fits, or could take the place of a visit of smaller prize: the search did not
    place it) or ``over`` (the days of its teams are over). ``instead_of`` is the visit of least
    prize that could give way: no must, no joint visit and no meeting; missing: no one visit.
    Where no day could visit the family even alone, its reason says so instead.

    Parameters
    ----------
    offers
        What may be visited this week and by which team-days, by stop id.
    days
        Team-days that are still open; not the camat's.
    meetings
        Meetings of the plan and those that found no place.
    """
    full = plan.leftovers["reason"] == "day_full"
    stop_of = {key: meeting.stop_id for meeting in meetings for key in meeting.households}
    asked = {
        int(key): stop_of.get(int(key), str(key)) for key in plan.leftovers["household_id"][full]
    }
    waiting = [key for key in dict.fromkeys(asked.values()) if key in offers]
    tasks = list(_tasks(_standing(plan, stop_of), offers, days, waiting, travel))
    found = {each.give.stop_id: each for told in run(explain, tasks) for each in told}
    rows: list[Mapping[Hashable, Any]] = []
    for row in plan.leftovers.to_dict("records"):
        stop_id = asked.get(row["household_id"])
        told = _columns(found.get(str(stop_id)), plan) if stop_id in offers else {}
        rows.append({**row, **told})
    return replace(plan, leftovers=frame_of(rows, LEFTOVERS))


def explain(task: FullDays) -> list[Explained]:
    """Return what would have to give for each stop asked about; runs in any process."""
    durations_s = {
        mode: task.times.durations(mode, hubs=_hubs(task, mode)) for mode in task.times.doors
    }
    problem = Problem(task.stops, task.vehicles, durations_s)
    latest_s = {
        vehicle.vehicle_id: (team_and_weekday(vehicle.vehicle_id)[1] + 1) * DAY_S
        for vehicle in task.vehicles
    }
    gives = what_gives(problem, task.orders, task.asked, task.may_give_way, latest_s)
    stops = {stop.stop_id: stop for stop in task.stops}
    return [_explained(problem, stops, give) for give in gives]


def _hubs(task: FullDays, mode: str) -> NDArray[np.int64]:
    """Return the nodes between which teams move by a transport as the plan stands."""
    node_of = {stop.stop_id: stop.node for stop in task.stops}
    own = [vehicle for vehicle in task.vehicles if vehicle.profile == mode]
    nodes = {node for vehicle in own for node in (vehicle.start_node, vehicle.end_node)}
    nodes |= {node_of[key] for vehicle in own for key in task.orders[vehicle.vehicle_id]}
    return np.array(sorted(nodes), np.int64)


def _explained(problem: Problem, stops: Mapping[str, Stop], give: Give) -> Explained:
    stop = stops[give.stop_id]
    fits = give.vehicle_id is not None and give.late_s == 0 and not give.too_many
    if fits:
        return Explained(give, SEARCH, "day_full")
    if give.instead_of is None:
        proved = PROVED[why_left(problem, stop).reason]
        if proved != "day_full":
            return Explained(Give(stop.stop_id, None, 0, False, None), "", proved)  # noqa: FBT003
    elif stop.must or stops[give.instead_of].prize < stop.prize:
        return Explained(give, SEARCH, "day_full")
    missing = HOURS if give.vehicle_id is None else VISITS if give.too_many else TIME
    return Explained(give, missing, "day_full")


def _columns(told: Explained | None, plan: WeekPlan) -> dict[Hashable, Any]:
    """Return what a leftover says; None: no day of its teams is open."""
    columns: dict[Hashable, Any] = dict.fromkeys(_TOLD)
    if told is None:
        return {**columns, "missing": OVER}
    give = told.give
    if give.instead_of is not None:
        columns["instead_of"] = int(give.instead_of)
    if give.vehicle_id is not None:
        team_id, weekday = team_and_weekday(give.vehicle_id)
        columns["missing_s"], columns["team_id"] = give.late_s, team_id
        columns["day_date"] = plan.week.day(weekday).isoformat()
    return {**columns, "reason": told.reason, "missing": told.missing}


def _standing(plan: WeekPlan, stop_of: Mapping[int, str]) -> list[Standing]:
    """Return the stops of the plan; meetings under the ids by which travel knows them."""
    return [
        replace(each, stop_id=next(stop_of[key] for key in each.households if key in stop_of))
        if each.stop_id.startswith(PREFIX)
        else each
        for each in standing_stops(plan)
    ]


def _tasks(
    standing: Sequence[Standing],
    offers: Mapping[str, Offer],
    days: Sequence[TeamDay],
    waiting: Sequence[str],
    travel: Travel,
) -> Iterator[FullDays]:
    """Yield each group of teams with the stops that wait for them, some at a time."""
    joint = Joint.of(standing, {})
    waiting_for: dict[str, list[str]] = {}  # by vehicle
    for key in waiting:
        for vehicle in offers[key].vehicles:
            waiting_for.setdefault(vehicle, []).append(key)
    for group in territory_groups(list({day.team.team_id: day.team for day in days}.values())):
        members = {team.team_id for team in group}
        own = {day.vehicle_id: day for day in days if day.team.team_id in members}
        kept = tuple(each for each in standing if each.vehicle_id in own)
        board = Board(own, kept, joint, frozenset())
        fixed = {each.stop_id for each in kept if joint.is_fixed(each)}
        homes = {each.stop_id for each in kept if not each.stop_id.startswith(PREFIX)} - fixed
        asked = list(dict.fromkeys(key for each in own for key in waiting_for.get(each, ())))
        for first in range(0, len(asked), _MOST_ASKED):
            some = asked[first : first + _MOST_ASKED]
            stops = board.stops(some, offers)
            vehicles, times = board.vehicles(stops, travel)
            yield FullDays(
                stops=stops,
                vehicles=vehicles,
                orders=board.orders(),
                may_give_way=frozenset(
                    key for key in homes if key in offers and not offers[key].must
                ),
                times=times,
                asked=tuple(some),
            )
