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
from planning.board import Joint
from planning.calendar import DAY_S
from planning.edits import Edit, Slot, Wishes, wishes_of, without_banned
from planning.eligibility import sort_out
from planning.full_days import explain_full_days
from planning.groups import Runner, one_after_the_other
from planning.meetings import PREFIX
from planning.offers import home_offers, meeting_offers
from planning.pins import NO_ROOM, pin_faults, refuse_pins
from planning.plan import WeekPlan
from planning.plan_check import check_plan, refuse_violations
from planning.replan_rows import Outcome, replanned
from planning.resettling import Case, asking_fewer, find_places, shorten_camats
from planning.standing import Judge, Standing, planned_meetings, standing_stops
from planning.team_days import team_and_weekday, team_days
from planning.teams import Team
from planning.travel import Travel
from planning.week_hours import with_week_hours

_FILLERS = 20  # families offered for each place that became free


@dataclass(frozen=True, slots=True)
class Replanned:
    """The new plan, and why each family that changed did, by household_id."""

    plan: WeekPlan
    causes: dict[int, str]


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
    run: Runner = one_after_the_other,
) -> Replanned:
    """Return the plan with what changed since, and with as little else changed as possible.

    A visit stays with its team and day unless it cannot: its team is away, the family may not be
    visited, a pin or ban says otherwise, or a pinned family needs its place. Such families are
    offered to the other team-days that can reach them; places that became free where a team
    works are then filled with families that waited. The camat's visits stay joint; they lose
    the partner, or the camat, only where one of the two is away. Where nobody was home in one
    part of the day, the visit goes to another part, if there is room; else it stays.

    Parameters
    ----------
    before
        The newest plan; its days before ``first_weekday`` (0 Monday) are over and stay.
    families, teams, travel, closed, busy, edits
        As for :func:`planning.week.plan_week`, as they are now; ``travel`` holds
        planning.standing.planned_meetings of ``before`` for meetings.
    offer_again
        Whether families that lose their place are offered others, free places filled and full
        days explained; False to see what one edit does by itself.
    run
        How the groups' full days are explained: here, or in processes.

    Raises
    ------
    PinsRefusedError
        A pin cannot hold; nothing of the plan may be used.
    SettingsError
        The hours of the calendar's settings cannot be read.
    PlanViolationError
        The independent check found a broken rule; nothing of the plan may be used.
    """
    teams = with_week_hours(teams, before.week, settings)
    case = _case(before, families, teams, travel, settings, closed, edits, busy, first_weekday)
    stops = standing_stops(before)
    causes = _judge(case, families).causes(stops)
    stays = [each for each in stops if (each.vehicle_id, each.stop_id) not in causes]
    refuse_pins(_visited_faults(stays, case.wishes, first_weekday))
    joint = Joint.of(stops, causes)
    outcome = Outcome(joint.partner, joint.alone)
    fewer = asking_fewer(stays, case.meetings, first_weekday)
    seen = find_places(case, stays, causes, joint, fewer, outcome, offer_again=offer_again)
    shorten_camats(case, stops, causes, fewer, outcome)
    stuck = [int(key) for key in outcome.left if key.isdecimal()]
    stuck = [key for key in stuck if key in case.sorted_.windows_s]
    if stuck:  # no room in another part of the day: any hour is better than no visit
        anyhow = families["tried"].mask(families.index.isin(stuck), "")
        return replan_week(
            before,
            families.assign(tried=anyhow),
            teams,
            travel,
            settings,
            closed=closed,
            edits=edits,
            busy=busy,
            first_weekday=first_weekday,
            offer_again=offer_again,
            run=run,
        )
    refuse_violations(outcome.violations)
    faults = {int(key): NO_ROOM for key in outcome.left if _is_pinned(key, case.wishes)}
    refuse_pins(faults)
    plan = replanned(before, families, case.teams, travel, case.meetings, case.sorted_, outcome)
    if offer_again:
        open_days = [
            day
            for day in case.days.values()
            if day.team.kind != "camat" and day.weekday >= first_weekday
        ]
        plan = explain_full_days(plan, case.offers, open_days, case.meetings, travel, run)
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
) -> Case:
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
    return Case(
        before=before,
        teams={team.team_id: team for team in teams},
        crews=crews,
        days={day.vehicle_id: day for day in all_days},
        meetings=meetings,
        sorted_=sorted_,
        offers={offer.stop_id: offer for offer in offers},
        wishes=wishes,
        travel=travel,
        first_weekday=first_weekday,
    )


def _judge(case: Case, families: pd.DataFrame) -> Judge:
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


def _visited_faults(stays: Sequence[Standing], wishes: Wishes, over: int) -> dict[int, str]:
    """Return the families that somebody wants elsewhere, though their visit is over."""
    places: dict[int, list[Slot]] = {}
    closed: set[int] = set()
    for stop in stays:
        team_id, weekday = team_and_weekday(stop.vehicle_id)
        for key in stop.households if weekday < over else ():
            places.setdefault(key, []).append(
                Slot(team_id, weekday, stop.start_s - weekday * DAY_S)
            )
            bans = () if stop.stop_id.startswith(PREFIX) else wishes.bans.get(key, ())
            if wishes.banned(key) or any(ban.holds(team_id, weekday) for ban in bans):
                closed.add(key)
    for key, pin in wishes.pins.items():
        # one of two who came together is enough
        if key in places and not any(
            pin.covers(slot) and pin.start_s in {None, slot.start_s} for slot in places[key]
        ):
            closed.add(key)
    return dict.fromkeys(closed, "edit-visited")


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
