"""Pins that cannot hold: each is refused with its reason, none is dropped silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from common.errors import BadInputError
from common.language import N_
from planning.edits import Wishes
from planning.eligibility import Sorted
from planning.offers import Offer
from planning.team_days import TeamDay
from planning.travel import Travel
from routing.problem import Problem
from routing.reasons import why_left

NO_ROOM = "edit-no-room"


class PinsRefusedError(BadInputError):
    """Families cannot be visited where they are pinned; nothing of the plan may be used.

    ``faults`` holds the code (planning.edit_issues.EDIT_ISSUES) of each such family.
    """

    code = "pins-refused"

    def __init__(self, faults: Mapping[int, str]) -> None:
        self.faults = dict(faults)
        listed = ", ".join(f"{key} ({code})" for key, code in sorted(self.faults.items()))
        super().__init__(
            N_("Suntingan tidak dapat dipenuhi, nomor keluarga: {families}. Cabut atau ubah."),
            families=listed,
        )


def refuse_pins(faults: Mapping[int, str]) -> None:
    """Raise when there is any fault.

    Raises
    ------
    PinsRefusedError
        Names the families by number and each one's code.
    """
    if faults:
        raise PinsRefusedError(faults)


def pin_faults(
    wishes: Wishes,
    families: pd.DataFrame,
    sorted_: Sorted,
    offers: Sequence[Offer],
    days: Sequence[TeamDay],
    travel: Travel,
) -> dict[int, str]:
    """Return the pinned families that no team-day of their pin can visit even alone, with a code.

    Parameters
    ----------
    wishes
        Pins of families outside ``families`` do not count.
    sorted_, offers
        What planning.eligibility.sort_out and planning.offers.home_offers said with these wishes.
    days
        The days the teams work.
    """
    left = sorted_.leftovers.set_index("household_id")[["reason", "missing"]]
    offered = {offer.stop_id: offer for offer in offers}
    faults: dict[int, str] = {}
    for key in wishes.pins:
        if key not in families.index:
            continue
        if key in left.index:
            reason, missing = left.loc[key]
            code = "posyandu" if missing == "posyandu" else str(reason)
        elif str(key) not in offered:
            code = "no_location"  # nobody knows the door: a kader is asked for it
        else:
            code = _alone(offered[str(key)], days, travel)
        if code:
            faults[key] = f"edit-{code.replace('_', '-')}"
    return faults


def _alone(offer: Offer, days: Sequence[TeamDay], travel: Travel) -> str:
    """Return why no team-day could make this visit as its only one; empty when one could."""
    able = [day for day in days if day.vehicle_id in offer.vehicles]
    teams = {day.team.team_id: day.team for day in able}
    points = [travel.point_of_stop[offer.stop_id]]
    points += [travel.point_of_team[team_id] for team_id in teams]
    modes = dict.fromkeys(team.transport for team in teams.values())
    part = travel.part(points, list(modes))
    node_of = {team_id: 1 + i for i, team_id in enumerate(teams)}
    problem = Problem(
        stops=(offer.stop(0),),
        vehicles=tuple(day.vehicle(node_of[day.team.team_id], day.team.transport) for day in able),
        durations_s={mode: part.durations(mode) for mode in modes},
    )
    reason = why_left(problem, problem.stops[0]).reason
    reasons = {"not_placed": "", "unreachable": "off_network", "no_vehicle": "team_absent"}
    return reasons.get(reason, reason)


def unplaced_pins(wishes: Wishes, families: pd.DataFrame, planned: set[int]) -> dict[int, str]:
    """Return the pinned families that a finished plan does not hold: their days are full."""
    pinned = [key for key in wishes.pins if key in families.index]
    return {key: NO_ROOM for key in pinned if key not in planned}
