"""An older plan of the same week, as what a new one must not fall short of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from planning.meetings import PREFIX, Meeting
from planning.plan import WeekPlan
from planning.standing import standing_stops
from planning.team_days import TeamDay


@dataclass(frozen=True, slots=True)
class Before:
    """Who went where in an older plan of the week; empty: there is none."""

    # stops of each team-day in driving order, by vehicle id
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # team that came along, by the camat's vehicle id and the kelurahan
    partners: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of_days(self, days: Sequence[TeamDay]) -> dict[str, tuple[str, ...]]:
        """Return the stops of some team-days; a day without any is left out."""
        keys = [day.vehicle_id for day in days]
        return {key: self.orders[key] for key in keys if key in self.orders}

    def partner_in(self, camat: TeamDay) -> dict[str, str]:
        """Return the team that came along on a camat's day, by kelurahan."""
        return {
            area: team for (key, area), team in self.partners.items() if key == camat.vehicle_id
        }


def read_before(
    plan: WeekPlan | None, families: pd.DataFrame, meetings: Sequence[Meeting]
) -> Before:
    """Return the stops of a plan under the ids that they would have now.

    A meeting is the one among ``meetings`` that asks for the same families; where there is none
    it is left out. ``families`` is planning.columns.FAMILIES.
    """
    if plan is None:
        return Before()
    held = {meeting.households: meeting.stop_id for meeting in meetings}
    area_of = families["area_code"].dropna().to_dict()
    orders: dict[str, tuple[str, ...]] = {}
    partners: dict[tuple[str, str], str] = {}
    for each in standing_stops(plan):
        is_home = not each.stop_id.startswith(PREFIX)
        stop_id = each.stop_id if is_home else held.get(each.households)
        if stop_id is not None:
            orders[each.vehicle_id] = (*orders.get(each.vehicle_id, ()), stop_id)
        area = area_of.get(each.households[0])
        if each.joint_team_id is not None and area is not None:
            partners[each.vehicle_id, str(area)] = each.joint_team_id
    return Before(orders, partners)
