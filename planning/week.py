"""The week: who needs a visit, who goes, on which day, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from common.clock import Week
from common.errors import NothingToDoError
from common.language import N_
from common.settings import Settings
from planning.appointments import Appointment, joint_stops, settle
from planning.assembly import week_plan
from planning.before import Before, read_before
from planning.camat_week import plan_camats
from planning.columns import FAMILIES
from planning.edits import Edit, wishes_of, without_banned
from planning.eligibility import service_seconds, sort_out
from planning.full_days import explain_full_days
from planning.groups import (
    GroupTask,
    Runner,
    one_after_the_other,
    plan_group,
    territory_groups,
)
from planning.meetings import Meeting
from planning.offers import Offer, home_offers, meeting_offers
from planning.pins import pin_faults, refuse_pins, unplaced_pins
from planning.plan import WeekPlan
from planning.plan_check import check_plan, refuse_violations
from planning.same_team import kept_to_team
from planning.team_days import TeamDay, team_days
from planning.teams import Team
from planning.travel import Travel
from planning.week_hours import with_week_hours
from routing.problem import Stop

_RIDE_S = 300  # a usual leg, seconds: only to guess how many visits a day holds, and their worth


class NoTeamError(NothingToDoError):
    """No team works in the area this week."""

    code = "no-team"


def plan_week(
    families: pd.DataFrame,
    teams: Sequence[Team],
    week: Week,
    scope_code: str,
    travel: Travel,
    settings: Settings,
    *,
    closed: frozenset[str],
    last_seen: Mapping[str, str],
    meetings: Sequence[Meeting] = (),
    busy: Mapping[int, frozenset[int]] = MappingProxyType({}),
    edits: Sequence[Edit] = (),
    teams_before: Mapping[str, str] = MappingProxyType({}),
    before: WeekPlan | None = None,
    run: Runner = one_after_the_other,
    seconds: float | None = None,
) -> WeekPlan:
    """Plan all teams' week: the camat first, then each group of teams that share territory.

    Parameters
    ----------
    families
        planning.columns.FAMILIES, every family of the scope.
    teams
        Every team of the scope, with the hours of an ordinary week (planning.week_hours).
    scope_code
        Kecamatan code, or ``city``.
    travel
        Holds every family with a door, every meeting place and every team's base.
    closed
        ISO dates of holidays.
    last_seen
        ISO date of the last camat visit per kelurahan.
    meetings
        Meetings with kader that may be held (planning.meetings).
    busy
        Posyandu weekdays by household_id; see :func:`planning.eligibility.sort_out`.
    edits
        What people asked of the week, in order; absences have to be in the teams' leave already
        (planning.edits.with_absences).
    teams_before
        Who last visited each family (planning.same_team), by household_id as text.
    before
        An older plan of the week: musts and prizes, the camat's first, are not less than those
        of its visits that can still be made.
    run
        How the independent groups are run: here, or in processes.
    seconds
        Cap on the search time of each group; None: until its local optimum.

    Raises
    ------
    NoTeamError
        ``teams`` is empty.
    PinsRefusedError
        A pin of a family cannot hold; nothing of the plan may be used.
    SettingsError
        The hours of the calendar's settings cannot be read.
    PlanViolationError
        The independent check found a broken rule; nothing of the plan may be used.
    """
    FAMILIES.validate(families)
    if not teams:
        raise NoTeamError(N_("Tidak ada tim di wilayah ini; impor tim dahulu."))
    teams = with_week_hours(teams, week, settings)
    crews = [team for team in teams if team.kind != "camat"]
    days = [day for team in crews for day in team_days(team, week, closed)]
    wishes = wishes_of(edits)
    meetings = without_banned(meetings, wishes)
    sorted_ = sort_out(families, crews, days, travel, week, settings.visits, meetings, busy, wishes)
    offers = home_offers(families, sorted_, settings, wishes)
    refuse_pins(pin_faults(wishes, families, sorted_, offers, days, travel))
    offers += meeting_offers(meetings, sorted_, settings)
    all_offers = {offer.stop_id: offer for offer in offers}
    stands = read_before(before, families, meetings)
    camat_results, appointments = plan_camats(
        offers,
        [team for team in teams if team.kind == "camat"],
        days,
        travel,
        week,
        settings,
        closed=closed,
        last_seen=last_seen,
        wishes=wishes,
        seconds=seconds,
        before=stands,
    )
    with_camat = {each.stop_id for each in appointments}
    offers = [offer for offer in offers if offer.stop_id not in with_camat]
    if settings.search.same_team:
        offers = kept_to_team(offers, teams_before)
    tasks, not_offered = _group_tasks(
        crews, days, offers, appointments, travel, settings, seconds, stands
    )
    results = {result.name: result for result in run(plan_group, tasks)}
    in_order = [*camat_results, *(results[task.name] for task in tasks)]
    refuse_violations(violation.code for result in in_order for violation in result.violations)
    plan = week_plan(
        week,
        scope_code,
        in_order,
        settle(appointments, in_order),
        sorted_.leftovers,
        not_offered,
        families,
        {team.team_id: team for team in teams},
        travel,
        meetings,
    )
    refuse_pins(unplaced_pins(wishes, families, set(plan.visits["household_id"])))
    plan = explain_full_days(plan, all_offers, days, meetings, travel, run)
    refuse_violations(check_plan(plan, families, teams, edits))
    return plan


def _group_tasks(
    crews: Sequence[Team],
    days: Sequence[TeamDay],
    offers: Sequence[Offer],
    appointments: Sequence[Appointment],
    travel: Travel,
    settings: Settings,
    seconds: float | None,
    before: Before,
) -> tuple[list[GroupTask], list[str]]:
    """Return one task a group, and the stops not offered: too little prize a minute."""
    planned = {stop_id for order in before.orders.values() for stop_id in order}
    tasks: list[GroupTask] = []
    not_offered: list[str] = []
    for group in territory_groups(crews):
        members = {team.team_id for team in group}
        own_days = tuple(day for day in days if day.team.team_id in members)
        if not own_days:
            continue
        areas = {area for team in group for area in team.territory}
        waiting = sorted(
            (offer for offer in offers if offer.area_code in areas),
            key=lambda offer: (not offer.must, -offer.prize / (offer.service_s + _RIDE_S)),
        )
        most = _most_offered(own_days, settings)
        not_offered += [each.stop_id for each in waiting[most:] if each.stop_id not in planned]
        waiting = waiting[:most] + [each for each in waiting[most:] if each.stop_id in planned]
        stops = [offer.stop(node) for node, offer in enumerate(waiting)]
        joint = [each for each in appointments if each.partner_id in members]
        stops += joint_stops(joint, len(stops))
        task = _task(group, own_days, stops, travel, settings, seconds)
        open_to = {offer.stop_id: offer.open_to for offer in waiting if offer.open_to}
        tasks.append(replace(task, open_to=open_to, before=before.of_days(own_days)))
    return tasks, not_offered


def _most_offered(days: Sequence[TeamDay], settings: Settings) -> int:
    """Return how many families to offer: a few times what the days could hold."""
    usual_s = service_seconds("other", "register", settings.visits) + _RIDE_S
    hold = 0
    for day in days:
        rest = day.break_s[1] - day.break_s[0] if day.break_s else 0
        hold += min(day.team.most_visits, (day.shift_s[1] - day.shift_s[0] - rest) // usual_s)
    return max(1, round(hold * settings.search.candidates_per_visit))


def _task(
    group: Sequence[Team],
    days: tuple[TeamDay, ...],
    stops: Sequence[Stop],
    travel: Travel,
    settings: Settings,
    seconds: float | None,
) -> GroupTask:
    modes = list(dict.fromkeys(team.transport for team in group))
    points = [travel.point_of_stop[stop.stop_id] for stop in stops]
    points += [travel.point_of_team[team.team_id] for team in group]
    return GroupTask(
        name="|".join(team.team_id for team in group),
        stops=tuple(stops),
        days=days,
        bases={team.team_id: len(stops) + i for i, team in enumerate(group)},
        times=travel.part(points, modes),
        paces={mode: (mode,) for mode in modes},
        profile_of={team.team_id: team.transport for team in group},
        search=settings.search,
        seconds=seconds,
    )
