"""A plan that was made before, read back as stops: who stands where, and what holds no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from common.settings import VisitSettings
from planning.calendar import DAY_S
from planning.edits import Wishes
from planning.meetings import PREFIX, Meeting, MeetingPlace
from planning.offers import Offer
from planning.plan import WeekPlan
from planning.team_days import TeamDay, team_and_weekday, vehicle_id

GONE = "gone"  # the family is no longer in the register, or not in this area
_OWN = frozenset(
    {
        "not_at_risk", "merged", "banned", "not_due", "refused", "moved", "no_location",
        "outside_city", "off_network",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """One stop of a plan that was made before."""

    vehicle_id: str
    stop_id: str  # a home's household_id, or a meeting's id
    households: tuple[int, ...]
    start_s: int  # seconds after Monday's midnight
    service_s: int
    joint_team_id: str | None


def standing_stops(plan: WeekPlan) -> list[Standing]:
    """Return the stops of all team-days, in the plan's order; a joint visit stands twice."""
    weekday_of = {plan.week.day(weekday).isoformat(): weekday for weekday in range(7)}
    stops: list[Standing] = []
    keys = ["team_id", "day_date", "sequence"]
    for (team_id, day_date, number), rows in plan.visits.groupby(keys, sort=False):
        first = rows.iloc[0]
        weekday = weekday_of[str(day_date)]
        own = vehicle_id(str(team_id), weekday)
        joint = first["joint_team_id"]
        joint = None if pd.isna(joint) else str(joint)
        # a stop that two teams make has one id
        where = vehicle_id(joint, weekday) if joint is not None and joint < str(team_id) else own
        met = f"{PREFIX}{where}|{first['start_s']}" if joint else f"{PREFIX}{own}|{number}"
        stops.append(
            Standing(
                vehicle_id=own,
                stop_id=met if first["kind"] == "kader" else str(first["household_id"]),
                households=tuple(int(key) for key in rows["household_id"]),
                start_s=int(first["start_s"]) + weekday * DAY_S,
                service_s=int(first["end_s"] - first["start_s"]),
                joint_team_id=joint,
            )
        )
    return stops


def planned_meetings(
    plan: WeekPlan, families: pd.DataFrame, settings: VisitSettings
) -> list[Meeting]:
    """Return the meetings with kader of a plan, with those families that are still asked for.

    ``families`` is planning.columns.FAMILIES; a meeting whose families are all gone is none.
    """
    place_of = {
        (str(row["team_id"]), str(row["day_date"]), int(row["household_id"])): MeetingPlace(
            str(row["place_name"]), float(row["place_lon"]), float(row["place_lat"])
        )
        for row in plan.visits[plan.visits["kind"] == "kader"].to_dict("records")
    }
    asked_for = frozenset(families.index[families["kept_off"] == ""])
    meetings: dict[str, Meeting] = {}
    for stop in standing_stops(plan):
        asked = tuple(key for key in stop.households if key in asked_for)
        if not stop.stop_id.startswith(PREFIX) or not asked:
            continue
        team_id, weekday = team_and_weekday(stop.vehicle_id)
        place = place_of[team_id, plan.week.day(weekday).isoformat(), stop.households[0]]
        prize = round(families.loc[list(asked), "prize"].sum() * settings.meeting_worth)
        area = str(families.loc[asked[0], "area_code"])
        meetings[stop.stop_id] = Meeting(stop.stop_id, area, place, asked, prize, stop.service_s)
    return list(meetings.values())


class Judge:
    """Tell whether a stop of the plan before can stay where it stands.

    Parameters
    ----------
    days
        Team-days that are worked, by vehicle id, the camat's too.
    camats
        Their team ids.
    offers
        What may be visited this week, by stop id, and by whom.
    reasons
        Why families may not be, by household_id.
    known
        All families.
    first_weekday
        What stands before it is over and stays, unless the team did not work.
    """

    def __init__(
        self,
        *,
        days: Mapping[str, TeamDay],
        camats: frozenset[str],
        offers: Mapping[str, Offer],
        reasons: Mapping[int, str],
        known: frozenset[int],
        wishes: Wishes,
        first_weekday: int,
    ) -> None:
        self.days, self.camats, self.offers = days, camats, offers
        self.reasons, self.known, self.wishes = reasons, known, wishes
        self.first_weekday = first_weekday

    def causes(self, stops: Sequence[Standing]) -> dict[tuple[str, str], str]:
        """Return why each stop cannot stay, by vehicle and stop; those that can are not in it."""
        found = {(each.vehicle_id, each.stop_id): self._cause(each) for each in stops}
        return {key: cause for key, cause in found.items() if cause}

    def _cause(self, stop: Standing) -> str:
        team_id, weekday = team_and_weekday(stop.vehicle_id)
        if stop.vehicle_id not in self.days:
            return "team_absent"  # a day that is over too: nobody came
        if weekday < self.first_weekday:
            return ""
        if not self.known.intersection(stop.households):
            return GONE
        if team_id in self.camats or stop.joint_team_id is not None:
            return self._joint_cause(stop, team_id, weekday)
        offer = self.offers.get(stop.stop_id)
        if offer is None:
            return self.reasons.get(stop.households[0], "banned")
        if stop.vehicle_id not in offer.vehicles:
            return self._wished(stop) or "team_absent"
        return "" if _in_windows(stop, offer) else self._wished(stop) or "not_home"

    def _joint_cause(self, stop: Standing, team_id: str, weekday: int) -> str:
        """Judge a visit with the camat: what is pinned holds by the partner, if by anybody."""
        opens, closes = self.days[stop.vehicle_id].shift_s
        if stop.start_s < opens or stop.start_s + stop.service_s > closes:
            return "hours_changed"
        if stop.stop_id.startswith(PREFIX):
            return "" if any(not self.wishes.banned(key) for key in stop.households) else "banned"
        key = stop.households[0]
        if self.reasons.get(key) in _OWN:
            return self.reasons[key]
        if any(ban.holds(team_id, weekday) for ban in self.wishes.bans.get(key, ())):
            return "banned"
        pin = self.wishes.pins.get(key)
        partner = stop.joint_team_id if team_id in self.camats else team_id
        here = pin is None or (partner is not None and pin.holds(partner, weekday))
        on_time = pin is None or pin.start_s in {None, stop.start_s - weekday * DAY_S}
        return "" if here and on_time else "edited"

    def _wished(self, stop: Standing) -> str:
        key = stop.households[0]
        if key in self.wishes.pins:
            return "edited"
        return "banned" if key in self.wishes.bans else ""


def _in_windows(stop: Standing, offer: Offer) -> bool:
    return not offer.windows_s or any(a <= stop.start_s <= b for a, b in offer.windows_s)
