"""The camat's own half-days: whom to see this week, joined by the PLKB of that kelurahan.

The camat is planned before everyone else. A visit's hour lies where the PLKB can be there too;
it then becomes a fixed appointment in the PLKB's week.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from common.settings import Settings
from planning.eligibility import DOORLESS, needed_skills, service_seconds
from planning.groups import GroupTask
from planning.team_days import TeamDay
from planning.travel import Travel, TravelPart
from routing.problem import UNREACHABLE, Stop

_WEEKS_PER_ROUND = 4  # every kelurahan of a kecamatan has its turn within this many weeks
_PER_KELURAHAN = 8  # families of a kelurahan offered to the camat's search


@dataclass(frozen=True, slots=True)
class CamatDay:
    """A camat's half-day as a task, and who would join at each stop."""

    task: GroupTask
    day: TeamDay
    partner: dict[str, str]  # stop_id -> team_id of the PLKB; absent: the camat goes alone


def turn_of_kelurahan(
    territory: Sequence[str], last_seen: Mapping[str, str], need: Mapping[str, int]
) -> list[str]:
    """Return the kelurahan whose turn it is: longest unseen first, then most need.

    ``last_seen`` holds the ISO date of the camat's last visit per kelurahan; ``need`` the sum
    of prizes waiting there; a kelurahan without any has no turn.
    """
    waiting = [area for area in territory if need.get(area, 0) > 0]
    ordered = sorted(waiting, key=lambda area: (last_seen.get(area, ""), -need[area], area))
    return ordered[: max(1, math.ceil(len(waiting) / _WEEKS_PER_ROUND))]


def camat_day(
    day: TeamDay,
    partners: Sequence[TeamDay],
    families: pd.DataFrame,
    last_seen: Mapping[str, str],
    travel: Travel,
    settings: Settings,
    seconds: float | None,
) -> CamatDay | None:
    """Set up one half-day of a camat; None when no family can be offered.

    Parameters
    ----------
    day
        The camat's team-day.
    partners
        Days of PLKB teams on the same weekday.
    families
        planning.columns.FAMILIES, those that may be visited this week and are not yet on a
        camat's day.
    last_seen
        ISO date of the last camat visit per kelurahan.
    """
    partner_of_area = {area: each for each in reversed(partners) for area in each.team.territory}
    offered = _offered(day, partner_of_area, families, travel, settings)
    sums = offered.groupby("area_code")["prize"].sum()
    need = {str(area): int(points) for area, points in sums.items()}
    areas = turn_of_kelurahan(day.team.territory, last_seen, need)
    offered = offered[offered["area_code"].isin(areas)]
    offered = offered.sort_values("prize", ascending=False, kind="stable")
    offered = offered.groupby("area_code", sort=False).head(_PER_KELURAHAN)
    if offered.empty:
        return None
    with_them = [partner_of_area[area] for area in areas if area in partner_of_area]
    team_ids = dict.fromkeys([day.team.team_id, *(each.team.team_id for each in with_them)])
    bases = {team_id: len(offered) + i for i, team_id in enumerate(team_ids)}
    points = [travel.point_of_household[int(key)] for key in offered.index]
    points += [travel.point_of_team[team_id] for team_id in team_ids]
    paces = dict.fromkeys([day.team.transport, *(each.team.transport for each in with_them)])
    times = travel.part(points, list(paces))
    stops, partner = _stops(offered, partner_of_area, bases, day, times, settings)
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
    )
    return CamatDay(task, day, partner)


def _offered(
    day: TeamDay,
    partner_of_area: Mapping[str, TeamDay],
    families: pd.DataFrame,
    travel: Travel,
    settings: Settings,
) -> pd.DataFrame:
    """Return the families the camat's party can reach: a door, no skill, near every network."""
    near = {mode: travel.on_network(mode) for mode in travel.graphs}
    if not near[day.team.transport][travel.point_of_team[day.team.team_id]]:
        return families.iloc[:0]
    points = np.array([travel.point_of_household[int(key)] for key in families.index], np.int64)
    reachable = near[day.team.transport][points]
    for area, partner in partner_of_area.items():
        here = families["area_code"].to_numpy() == area
        reachable &= ~here | near[partner.team.transport][points]
    skilled = families["group"].map(
        {group: bool(needed_skills(group, settings.visits)) for group in families["group"].unique()}
    )
    keep = (
        families["area_code"].isin(day.team.territory)
        & ~skilled.astype(bool)
        & ~families["grade"].isin(DOORLESS)
        & reachable
    )
    return families[keep]


def _stops(
    offered: pd.DataFrame,
    partner_of_area: Mapping[str, TeamDay],
    bases: Mapping[str, int],
    day: TeamDay,
    times: TravelPart,
    settings: Settings,
) -> tuple[tuple[Stop, ...], dict[str, str]]:
    """Return the stops with the hours at which a partner can be there, and the partners.

    The best family of each kelurahan is a must, so that every kelurahan in turn is seen.
    """
    own_pace = {mode: times.durations(mode) for mode in times.graphs}
    first = ~offered["area_code"].duplicated()
    stops: list[Stop] = []
    partner: dict[str, str] = {}
    rows = zip(offered.index, offered.to_dict("records"), first, strict=True)
    for node, (key, family, is_first) in enumerate(rows):
        service_s = service_seconds(family["group"], family["grade"], settings.visits)
        windows: tuple[tuple[int, int], ...] = ()
        joining = partner_of_area.get(family["area_code"])
        if joining is not None:
            legs = own_pace[joining.team.transport]
            base = bases[joining.team.team_id]
            windows = _hours_of(joining, int(legs[base, node]), int(legs[node, base]), service_s)
        if joining is not None and any(
            opens <= day.shift_s[1] and closes >= day.shift_s[0] for opens, closes in windows
        ):
            partner[str(key)] = joining.team.team_id
        else:
            windows = ()
        stops.append(
            Stop(
                stop_id=str(key),
                node=node,
                service_s=service_s,
                prize=family["prize"] * settings.search.second_per_prize_point,
                windows_s=windows,
                must=bool(is_first),
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
