"""What is offered to the route search: homes and meetings alike, as stops with a prize."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from common.settings import Settings
from planning.edits import NO_WISHES, Wishes
from planning.eligibility import Sorted, needed_skills, service_seconds
from planning.meetings import Meeting
from routing.problem import Stop


@dataclass(frozen=True, slots=True)
class Offer:
    """One stop that may be made, before it has a row in a time matrix."""

    stop_id: str
    area_code: str
    prize: int  # points
    second_per_point: int  # travel seconds that a point is worth
    must: bool
    service_s: int
    camat_service_s: int  # with the camat: to see and encourage; measuring is left to others
    skills: frozenset[str]
    vehicles: frozenset[str]
    windows_s: tuple[tuple[int, int], ...] = ()  # allowed starts; empty: any
    # team-days of other teams, where ``vehicles`` are kept to the family's own; else empty
    open_to: frozenset[str] = frozenset()

    def stop(self, node: int) -> Stop:
        """Return the offer as a stop at a node of the search."""
        return Stop(
            stop_id=self.stop_id,
            node=node,
            service_s=self.service_s,
            prize=self.prize * self.second_per_point,
            windows_s=self.windows_s,
            skills=self.skills,
            vehicles=self.vehicles,
            must=self.must,
        )


def home_offers(
    families: pd.DataFrame, sorted_: Sorted, settings: Settings, wishes: Wishes = NO_WISHES
) -> list[Offer]:
    """Return the homes that some team-day can reach, in their order; a pinned one is a must."""
    waiting = families.loc[list(sorted_.homes)]
    return [
        Offer(
            stop_id=str(key),
            area_code=family["area_code"],
            prize=family["prize"],
            second_per_point=settings.search.second_per_prize_point,
            must=family["must"] or int(key) in wishes.pins,
            service_s=service_seconds(family["group"], family["grade"], settings.visits),
            camat_service_s=service_seconds("other", family["grade"], settings.visits),
            skills=needed_skills(family["group"], settings.visits),
            vehicles=sorted_.homes[int(key)],
            windows_s=wishes.windows_s(int(key)) or sorted_.windows_s.get(int(key), ()),
        )
        for key, family in zip(waiting.index, waiting.to_dict("records"), strict=True)
    ]


def meeting_offers(meetings: Sequence[Meeting], sorted_: Sorted, settings: Settings) -> list[Offer]:
    """Return the meetings that some team-day can reach, in their order."""
    return [
        Offer(
            stop_id=meeting.stop_id,
            area_code=meeting.area_code,
            prize=meeting.prize,
            second_per_point=settings.search.second_per_prize_point,
            must=False,
            service_s=meeting.service_s,
            camat_service_s=meeting.service_s,
            skills=frozenset(),
            vehicles=sorted_.meetings[meeting.stop_id],
        )
        for meeting in meetings
        if meeting.stop_id in sorted_.meetings
    ]
