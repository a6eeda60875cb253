"""The camat's own half-days: whom to see this week, joined by the PLKB of that kelurahan.

The camat is planned before everyone else. A visit's hour lies where the PLKB can be there too;
it then becomes a fixed appointment in the PLKB's week.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from common.settings import Settings
from planning.groups import GroupTask
from planning.meetings import PREFIX
from planning.offers import Offer
from planning.team_days import TeamDay
from planning.travel import Travel, TravelPart
from routing.problem import UNREACHABLE, Stop

_WEEKS_PER_ROUND = 3  # so that a visit that finds no room still leaves a round within four weeks
_OWED_AFTER_DAYS = 21  # a kelurahan not seen for so long must be seen this time
_PER_KELURAHAN = 8  # families of a kelurahan offered to the camat's search


@dataclass(frozen=True, slots=True)
class CamatDay:
    """A camat's half-day as a task, and who would join at each stop."""

    task: GroupTask
    day: TeamDay
    partner: dict[str, str]  # stop_id -> team_id of the PLKB; absent: the camat goes alone


def turn_of_kelurahan(
    territory: Sequence[str], last_seen: Mapping[str, str], need: Mapping[str, int], most: int
) -> list[str]:
    """Return the kelurahan whose turn it is, at most ``most``: longest unseen, then most need.

    ``last_seen`` holds the ISO date of the camat's last visit per kelurahan; ``need`` the sum
    of prizes waiting there; a kelurahan without any has no turn.
    """
    waiting = [area for area in territory if need.get(area, 0) > 0]
    ordered = sorted(waiting, key=lambda area: (last_seen.get(area, ""), -need[area], area))
    return ordered[: min(most, math.ceil(len(waiting) / _WEEKS_PER_ROUND))]


def camat_day(
    day: TeamDay,
    on: date,
    partners: Sequence[TeamDay],
    offers: Sequence[Offer],
    last_seen: Mapping[str, str],
    travel: Travel,
    settings: Settings,
    seconds: float | None,
    partner_before: Mapping[str, str] = MappingProxyType({}),
) -> CamatDay | None:
    """Set up one half-day of a camat; None when nothing can be offered.

    Homes come first; where no door of the kecamatan is known, the camat meets kader too.

    Parameters
    ----------
    day
        The camat's team-day.
    on
        Its date.
    partners
        Days of PLKB teams on the same weekday.
    offers
        Homes and meetings that may be made this week and are not yet on a camat's day.
    last_seen
        ISO date of the last camat visit per kelurahan.
    partner_before
        Team that came along in an older plan of this day, by kelurahan: it comes again where it
        can; else the first of ``partners`` that covers the kelurahan.
    """
    partner_of_area = {area: each for each in reversed(partners) for area in each.team.territory}
    for each in partners:
        own = [
            area for area in each.team.territory if partner_before.get(area) == each.team.team_id
        ]
        partner_of_area |= dict.fromkeys(own, each)
    reachable = _reachable(day, partner_of_area, offers, travel)
    homes = [offer for offer in reachable if not offer.stop_id.startswith(PREFIX)]
    chosen, areas = _in_turn(day, homes or reachable, last_seen)
    if not chosen:
        return None
    with_them = [partner_of_area[area] for area in areas if area in partner_of_area]
    team_ids = dict.fromkeys([day.team.team_id, *(each.team.team_id for each in with_them)])
    bases = {team_id: len(chosen) + i for i, team_id in enumerate(team_ids)}
    points = [travel.point_of_stop[offer.stop_id] for offer in chosen]
    points += [travel.point_of_team[team_id] for team_id in team_ids]
    paces = dict.fromkeys([day.team.transport, *(each.team.transport for each in with_them)])
    times = travel.part(points, list(paces))
    since = (on - timedelta(days=_OWED_AFTER_DAYS)).isoformat()
    owed = {area for area in areas if last_seen.get(area, "") < since}
    stops, partner = _stops(chosen, owed, partner_of_area, bases, day, times)
    task = GroupTask(
        name=day.vehicle_id,
        stops=stops,
        days=(day,),
        bases=bases,
        times=times,
        paces={"together": tuple(paces)},
        profile_of={day.team.team_id: "together"},
        search=settings.search,
        seconds=seconds,
        weigh_travel=False,  # the camat sees those at highest risk
    )
    return CamatDay(task, day, partner)


def _reachable(
    day: TeamDay,
    partner_of_area: Mapping[str, TeamDay],
    offers: Sequence[Offer],
    travel: Travel,
) -> list[Offer]:
    """Return the offers the camat's party can make: no skill or hour asked, near their networks."""
    near = {mode: travel.on_network(mode) for mode in travel.graphs}
    own = day.team.transport
    if not near[own][travel.point_of_team[day.team.team_id]]:
        return []
    found = []
    for offer in offers:
        point = travel.point_of_stop[offer.stop_id]
        partner = partner_of_area.get(offer.area_code)
        if (
            offer.area_code in day.team.territory
            and not offer.skills
            and not offer.windows_s  # nobody was home: left to the teams, who have more hours
            and near[own][point]
            and (partner is None or near[partner.team.transport][point])
        ):
            found.append(offer)
    return found


def _in_turn(
    day: TeamDay, offers: Sequence[Offer], last_seen: Mapping[str, str]
) -> tuple[list[Offer], list[str]]:
    """Return the best offers of each kelurahan whose turn it is, and those kelurahan."""
    need: dict[str, int] = {}
    for offer in offers:
        need[offer.area_code] = need.get(offer.area_code, 0) + offer.prize
    areas = turn_of_kelurahan(day.team.territory, last_seen, need, day.team.most_visits)
    chosen: list[Offer] = []
    for area in areas:
        here = [offer for offer in offers if offer.area_code == area]
        chosen += sorted(here, key=lambda offer: -offer.prize)[:_PER_KELURAHAN]
    return chosen, areas


def _stops(
    chosen: Sequence[Offer],
    owed: set[str],
    partner_of_area: Mapping[str, TeamDay],
    bases: Mapping[str, int],
    day: TeamDay,
    times: TravelPart,
) -> tuple[tuple[Stop, ...], dict[str, str]]:
    """Return the stops with the hours at which a partner can be there, and the partners.

    The best stop of each kelurahan that is owed a visit is a must, so that all are seen in turn.
    """
    own_pace = {mode: times.durations(mode) for mode in times.doors}
    begun: set[str] = set()
    stops: list[Stop] = []
    partner: dict[str, str] = {}
    for node, offer in enumerate(chosen):
        windows: tuple[tuple[int, int], ...] = ()
        joining = partner_of_area.get(offer.area_code)
        if joining is not None and joining.vehicle_id not in offer.vehicles:
            joining = None  # somebody asked that this team does not go there
        if joining is not None:
            legs = own_pace[joining.team.transport]
            base = bases[joining.team.team_id]
            there_s, back_s = int(legs[base, node]), int(legs[node, base])
            windows = _hours_of(joining, there_s, back_s, offer.camat_service_s)
        if joining is not None and any(
            opens <= day.shift_s[1] and closes >= day.shift_s[0] for opens, closes in windows
        ):
            partner[offer.stop_id] = joining.team.team_id
        else:
            windows = ()
        must = offer.area_code in owed and offer.area_code not in begun
        begun.add(offer.area_code)
        stops.append(
            replace(
                offer.stop(node),
                service_s=offer.camat_service_s,
                windows_s=windows,
                vehicles=None,
                must=must,
            )
        )
    return tuple(stops), partner


def _hours_of(
    partner: TeamDay, there_s: int, back_s: int, service_s: int
) -> tuple[tuple[int, int], ...]:
    """Return the starts at which the partner can come from its base and be back in its shift."""
    if UNREACHABLE in {there_s, back_s}:
        return ()
    opens = partner.shift_s[0] + there_s
    closes = partner.shift_s[1] - back_s - service_s
    if partner.break_s is None:
        spans = [(opens, closes)]
    else:
        spans = [
            (opens, min(closes, partner.break_s[0] - service_s)),
            (max(opens, partner.break_s[1]), closes),
        ]
    return tuple((first, last) for first, last in spans if first <= last)
