"""New places for the stops of a plan that cannot stay where they were, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.board import Board, Joint, camat_board, crew_board, retimed
from planning.calendar import DAY_S
from planning.edits import Wishes
from planning.eligibility import Sorted
from planning.groups import territory_groups
from planning.meetings import Meeting
from planning.offers import Offer
from planning.plan import WeekPlan
from planning.replan_rows import Outcome
from planning.standing import Standing
from planning.team_days import TeamDay, team_and_weekday, vehicle_id
from planning.teams import Team
from planning.travel import Travel
from routing.problem import Problem, Route
from routing.rearranging import Rearranged, rearrange

_FILLERS = 20  # families offered for each place that became free


@dataclass(frozen=True, slots=True)
class Case:
    """What a replan looks at, put together once; ``before`` is the plan that is changed."""

    before: WeekPlan
    teams: dict[str, Team]
    crews: list[Team]
    days: dict[str, TeamDay]  # of all teams, by vehicle id
    meetings: list[Meeting]
    sorted_: Sorted
    offers: dict[str, Offer]
    wishes: Wishes
    travel: Travel
    first_weekday: int


def asking_fewer(
    stays: Sequence[Standing], meetings: Sequence[Meeting], first_weekday: int
) -> frozenset[str]:
    """Return the team-days, not yet over, with a meeting that asks for fewer families than it did.

    ``first_weekday``: 0 Monday; what stands before it is over.
    """
    asked = {meeting.stop_id: meeting.households for meeting in meetings}
    return frozenset(
        each.vehicle_id
        for each in stays
        if asked.get(each.stop_id, each.households) != each.households
        and team_and_weekday(each.vehicle_id)[1] >= first_weekday
    )


def find_places(
    case: Case,
    stays: Sequence[Standing],
    causes: Mapping[tuple[str, str], str],
    joint: Joint,
    fewer: frozenset[str],
    outcome: Outcome,
    *,
    offer_again: bool,
) -> dict[str, str]:
    """Find new places, group by group; return the cause of each stop that came or had to go."""
    somewhere = {each.stop_id for each in stays}
    homeless = {stop_id for _, stop_id in causes} - somewhere
    asked = {str(key) for key in case.wishes.pins} - somewhere
    to_place = sorted((homeless & set(case.offers)) | (asked & set(case.offers)))
    if not offer_again:
        to_place = sorted(asked & set(case.offers))
    outcome.left |= homeless - set(to_place)
    seen = dict.fromkeys(asked, "edited")
    hours_s = _hours_s(case.before)
    for group in territory_groups(case.crews):
        members = {team.team_id for team in group}
        board = crew_board(
            [day for day in case.days.values() if _is_open(day, members, case.first_weekday)],
            [each for each in stays if team_and_weekday(each.vehicle_id)[0] in members],
            joint,
            hours_s,
        )
        lost = _lost(board, causes)
        shorter = fewer & set(board.days)
        mine = [key for key in to_place if case.offers[key].vehicles & set(board.days)]
        if mine or lost or board.unfit or shorter:
            places = sum(lost.values()) if offer_again else 0
            fillers = _fillers(case, board, somewhere | set(to_place), places)
            found = _rearrange(case, board, mine, fillers, lost, offer_again=offer_again)
            seen |= found.causes
            changed = found.changed | shorter
            routes, violations = retimed(
                found.problem, {key: found.done.orders[key] for key in changed}
            )
            outcome.take(routes, changed, violations)
    placed = {each.stop_id for route in outcome.routes.values() for each in route.made}
    outcome.left |= set(to_place) - placed
    return seen


def _hours_s(plan: WeekPlan) -> dict[str, tuple[int, int]]:
    """Return when each planned team-day begins and ends, on the week's clock."""
    weekday_of = {plan.week.day(weekday).isoformat(): weekday for weekday in range(7)}
    hours: dict[str, tuple[int, int]] = {}
    for row in plan.days.to_dict("records"):
        weekday = weekday_of[str(row["day_date"])]
        midnight = weekday * DAY_S
        hours[vehicle_id(str(row["team_id"]), weekday)] = (
            midnight + int(row["start_s"]),
            midnight + int(row["end_s"]),
        )
    return hours


def _is_open(day: TeamDay, members: set[str], first_weekday: int) -> bool:
    return day.team.team_id in members and day.weekday >= first_weekday


def _lost(board: Board, causes: Mapping[tuple[str, str], str]) -> dict[str, int]:
    """Return how many stops each team-day lost that is still worked."""
    lost: dict[str, int] = {}
    for vehicle, _ in causes:
        if vehicle in board.days:
            lost[vehicle] = lost.get(vehicle, 0) + 1
    return lost


def _fillers(case: Case, board: Board, taken: set[str], places: int) -> list[str]:
    """Return the stops that waited, most prize first, a few for each place that became free."""
    able = set(board.days)
    waiting = [
        offer
        for key, offer in case.offers.items()
        if places and key not in taken and offer.vehicles & able
    ]
    waiting.sort(key=lambda offer: (-offer.prize, offer.stop_id))
    return [offer.stop_id for offer in waiting[: places * _FILLERS]]


@dataclass(frozen=True, slots=True)
class _Found:
    """One group's routes after the change."""

    problem: Problem
    done: Rearranged
    changed: set[str]  # team-days
    causes: dict[str, str]  # by stop id


def _rearrange(
    case: Case,
    board: Board,
    to_place: list[str],
    fillers: list[str],
    lost: Mapping[str, int],
    *,
    offer_again: bool,
) -> _Found:
    """Rearrange one group's routes."""
    problem, orders, unfit = board.problem([*to_place, *fillers], case.offers, case.travel)
    done = rearrange(
        problem,
        orders,
        [*to_place, *unfit],
        fillers=fillers,
        room=lost,
        place_pushed_out=offer_again,
    )
    made = {key for order in done.orders.values() for key in order}
    causes = dict.fromkeys(unfit, "hours_changed") | dict.fromkeys(done.pushed_out, "made_room")
    causes |= {key: "filled" for key in fillers if key in made}
    changed = {key for key, order in done.orders.items() if order != orders[key]}
    return _Found(problem, done, changed | board.unfit | set(lost), causes)


def shorten_camats(
    case: Case,
    stops: Sequence[Standing],
    causes: Mapping[tuple[str, str], str],
    fewer: frozenset[str],
    outcome: Outcome,
) -> None:
    """Take the stops that cannot stay out of the camat's days; the others keep their hours."""
    camats = {key for key, team in case.teams.items() if team.kind == "camat"}
    for vehicle in dict.fromkeys([*(key for key, _ in causes), *sorted(fewer)]):
        if vehicle in case.days and team_and_weekday(vehicle)[0] not in camats:
            continue
        day = case.days.get(vehicle)
        own = [each for each in stops if each.vehicle_id == vehicle]
        kept = [each for each in own if (vehicle, each.stop_id) not in causes]
        routes: list[Route] = []
        violations: list[str] = []
        if day is not None and kept:
            partners = [case.teams[str(each.joint_team_id)] for each in kept if each.joint_team_id]
            problem = camat_board(day, kept, partners, case.travel)
            order = {vehicle: tuple(each.stop_id for each in kept)}
            routes, violations = retimed(problem, order)
        outcome.take(routes, {vehicle}, violations)
