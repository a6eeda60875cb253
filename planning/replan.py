"""A new version of a plan with the fewest changes: what can stay, stays.

Only stops that cannot stay, or that somebody asked for, find a new place; only team-days that
lose or gain a stop are timed again. Every other team-day is taken over as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from common.settings import Settings
from planning.board import Board, Joint, camat_board, crew_board, retimed
from planning.calendar import DAY_S
from planning.edits import Edit, Wishes, wishes_of, without_banned
from planning.eligibility import Sorted, sort_out
from planning.groups import territory_groups
from planning.meetings import PREFIX, Meeting
from planning.offers import Offer, home_offers, meeting_offers
from planning.pins import NO_ROOM, pin_faults, refuse_pins
from planning.plan import WeekPlan
from planning.plan_check import check_plan, refuse_violations
from planning.replan_rows import Outcome, replanned
from planning.standing import Judge, Standing, planned_meetings, standing_stops
from planning.team_days import TeamDay, team_and_weekday, team_days, vehicle_id
from planning.teams import Team
from planning.travel import Travel
from routing.problem import Problem, Route
from routing.rearranging import Rearranged, rearrange

_FILLERS = 20  # families offered for each place that became free


@dataclass(frozen=True, slots=True)
class Replanned:
    """The new plan, and why each family that changed did, by household_id."""

    plan: WeekPlan
    causes: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Case:
    """What a replan looks at, put together once."""

    before: WeekPlan
    teams: dict[str, Team]
    crews: list[Team]
    days: dict[str, TeamDay]  # of all teams, by vehicle id
    meetings: list[Meeting]
    sorted_: Sorted
    offers: dict[str, Offer]
    wishes: Wishes
    travel: Travel
    settings: Settings
    first_weekday: int


def replan_week(
    before: WeekPlan,
    families: pd.DataFrame,
    teams: Sequence[Team],
    travel: Travel,
    settings: Settings,
    *,
    closed: frozenset[str],
    edits: Sequence[Edit],
    busy: Mapping[int, frozenset[int]] = MappingProxyType({}),
    first_weekday: int = 0,
    offer_again: bool = True,
) -> Replanned:
    """Return the plan with what changed since, and with as little else changed as possible.

    A visit stays with its team and day unless it cannot: its team is away, the family may not be
    visited, a pin or ban says otherwise, or a pinned family needs its place. Such families are
    offered to the other team-days that can reach them; places that became free where a team
    works are then filled with families that waited. The camat's visits stay joint; they lose
    the partner, or the camat, only where one of the two is away.

    Parameters
    ----------
    before
        The newest plan; its days before ``first_weekday`` (0 Monday) are over and stay.
    families, teams, travel, closed, busy, edits
        As for :func:`planning.week.plan_week`, as they are now; ``travel`` holds
        planning.standing.planned_meetings of ``before`` for meetings.
    offer_again
        Whether families that lose their place are offered others, and free places filled; False
        to see what one edit does by itself.

    Raises
    ------
    PinsRefusedError
        A pin cannot hold; nothing of the plan may be used.
    PlanViolationError
        The independent check found a broken rule; nothing of the plan may be used.
    """
    case = _case(before, families, teams, travel, settings, closed, edits, busy, first_weekday)
    stops = standing_stops(before)
    causes = _judge(case, families).causes(stops)
    joint = Joint.of(stops, causes)
    outcome = Outcome(joint.partner, joint.alone)
    seen = _place(case, stops, causes, joint, outcome, offer_again=offer_again)
    _shorten_camats(case, stops, causes, outcome)
    refuse_violations(outcome.violations)
    faults = {int(key): NO_ROOM for key in outcome.left if _is_pinned(key, case.wishes)}
    refuse_pins(faults)
    plan = replanned(before, families, case.teams, travel, case.meetings, case.sorted_, outcome)
    refuse_violations(check_plan(plan, families, teams, edits))
    return Replanned(plan, _by_family(stops, causes, seen))


def _is_pinned(stop_id: str, wishes: Wishes) -> bool:
    return not stop_id.startswith(PREFIX) and int(stop_id) in wishes.pins


def _case(
    before: WeekPlan,
    families: pd.DataFrame,
    teams: Sequence[Team],
    travel: Travel,
    settings: Settings,
    closed: frozenset[str],
    edits: Sequence[Edit],
    busy: Mapping[int, frozenset[int]],
    first_weekday: int,
) -> _Case:
    week = before.week
    wishes = wishes_of(edits).of(int(key) for key in families.index)
    crews = [team for team in teams if team.kind != "camat"]
    all_days = [day for team in teams for day in team_days(team, week, closed)]
    days = [day for day in all_days if day.team.kind != "camat"]
    meetings = without_banned(planned_meetings(before, families, settings.visits), wishes)
    sorted_ = sort_out(families, crews, days, travel, week, settings.visits, meetings, busy, wishes)
    homes = home_offers(families, sorted_, settings, wishes)
    refuse_pins(pin_faults(wishes, families, sorted_, homes, days, travel))
    offers = [*homes, *meeting_offers(meetings, sorted_, settings)]
    return _Case(
        before=before,
        teams={team.team_id: team for team in teams},
        crews=crews,
        days={day.vehicle_id: day for day in all_days},
        meetings=meetings,
        sorted_=sorted_,
        offers={offer.stop_id: offer for offer in offers},
        wishes=wishes,
        travel=travel,
        settings=settings,
        first_weekday=first_weekday,
    )


def _judge(case: _Case, families: pd.DataFrame) -> Judge:
    left = case.sorted_.leftovers
    return Judge(
        days=case.days,
        camats=frozenset(key for key, team in case.teams.items() if team.kind == "camat"),
        offers=case.offers,
        reasons=dict(zip(left["household_id"], left["reason"], strict=True)),
        known=frozenset(int(key) for key in families.index),
        wishes=case.wishes,
        first_weekday=case.first_weekday,
    )


def _place(
    case: _Case,
    stops: Sequence[Standing],
    causes: Mapping[tuple[str, str], str],
    joint: Joint,
    outcome: Outcome,
    *,
    offer_again: bool,
) -> dict[str, str]:
    """Find new places, group by group; return the cause of each stop that came or had to go."""
    stays = [each for each in stops if (each.vehicle_id, each.stop_id) not in causes]
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
        shorter = _asking_fewer(board, case.meetings)
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


def _asking_fewer(board: Board, meetings: Sequence[Meeting]) -> set[str]:
    """Return the team-days with a meeting that asks for fewer families than it did."""
    asked = {meeting.stop_id: meeting.households for meeting in meetings}
    return {
        each.vehicle_id
        for each in board.kept
        if each.stop_id.startswith(PREFIX) and asked[each.stop_id] != each.households
    }


def _is_open(day: TeamDay, members: set[str], first_weekday: int) -> bool:
    return day.team.team_id in members and day.weekday >= first_weekday


def _lost(board: Board, causes: Mapping[tuple[str, str], str]) -> dict[str, int]:
    """Return how many stops each team-day lost that is still worked."""
    lost: dict[str, int] = {}
    for vehicle, _ in causes:
        if vehicle in board.days:
            lost[vehicle] = lost.get(vehicle, 0) + 1
    return lost


def _fillers(case: _Case, board: Board, taken: set[str], places: int) -> list[str]:
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
    case: _Case,
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


def _shorten_camats(
    case: _Case,
    stops: Sequence[Standing],
    causes: Mapping[tuple[str, str], str],
    outcome: Outcome,
) -> None:
    """Take the stops that cannot stay out of the camat's days; the others keep their hours."""
    camats = {key for key, team in case.teams.items() if team.kind == "camat"}
    for vehicle in dict.fromkeys(
        key for key, _ in causes if team_and_weekday(key)[0] in camats or key not in case.days
    ):
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


def _by_family(
    stops: Sequence[Standing], causes: Mapping[tuple[str, str], str], seen: Mapping[str, str]
) -> dict[int, str]:
    """Return the cause for each family; what somebody asked for goes before what follows."""
    found: dict[int, str] = {}
    households = {each.stop_id: each.households for each in stops}
    for (_, stop_id), cause in causes.items():
        found |= {key: cause for key in households[stop_id] if key not in found}
    for stop_id, cause in seen.items():
        keys = households.get(stop_id) or ((int(stop_id),) if stop_id.isdigit() else ())
        found |= {key: cause for key in keys if key not in found or cause == "edited"}
    return found
