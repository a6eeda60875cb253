"""The camat's half-days of a week, one after the other, before anyone else's day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from common.clock import Week
from common.settings import Settings
from planning.appointments import Appointment
from planning.before import Before
from planning.camat import camat_day
from planning.edits import Wishes
from planning.groups import GroupResult, keep_or_plan
from planning.meetings import PREFIX
from planning.offers import Offer
from planning.team_days import TeamDay, team_days
from planning.teams import Team
from planning.travel import Travel


def plan_camats(
    offers: Sequence[Offer],
    camats: Sequence[Team],
    days: Sequence[TeamDay],
    travel: Travel,
    week: Week,
    settings: Settings,
    *,
    closed: frozenset[str],
    last_seen: Mapping[str, str],
    wishes: Wishes,
    seconds: float | None,
    before: Before,
) -> tuple[list[GroupResult], list[Appointment]]:
    """Plan the camat's half-days one after the other; no family is seen twice."""
    results: list[GroupResult] = []
    appointments: list[Appointment] = []
    seen = dict(last_seen)
    area_of = {offer.stop_id: offer.area_code for offer in offers}
    for day in (day for camat in camats for day in team_days(camat, week, closed)):
        partners = [
            each for each in days if each.team.kind == "plkb" and each.weekday == day.weekday
        ]
        taken = {each.stop_id for each in appointments}
        waiting = [
            offer
            for offer in offers
            if offer.stop_id not in taken and _is_free(offer.stop_id, day, wishes)
        ]
        half_day = camat_day(
            day,
            week.day(day.weekday),
            partners,
            waiting,
            seen,
            travel,
            settings,
            seconds,
            before.partner_in(day),
        )
        if half_day is None:
            continue
        task = replace(half_day.task, before=before.of_days((day,)))
        result = keep_or_plan(task)
        # a camat's left-out families stay with the other teams
        result = replace(result, solution=replace(result.solution, unassigned=()))
        results.append(result)
        for made in (made for route in result.solution.routes for made in route.made):
            appointments.append(
                Appointment(
                    made.stop_id,
                    day.team.team_id,
                    half_day.partner.get(made.stop_id),
                    day.weekday,
                    made.start_s,
                    made.end_s - made.start_s,
                )
            )
            seen[area_of[made.stop_id]] = week.day(day.weekday).isoformat()
    return results, appointments


def _is_free(stop_id: str, day: TeamDay, wishes: Wishes) -> bool:
    """Tell whether the camat may choose a stop: a pinned family has its visit."""
    if stop_id.startswith(PREFIX):
        return True
    key = int(stop_id)
    return key not in wishes.pins and wishes.allows(key, day.team.team_id, day.weekday)
