"""The same team for the same family: who went before goes again, where that team can."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from planning.offers import Offer
from planning.team_days import team_and_weekday


def teams_before(visited: pd.DataFrame, crews: Collection[str]) -> dict[str, str]:
    """Return the team that last visited each family at home, by household_id as text.

    Parameters
    ----------
    visited
        Visits of earlier weeks in the order of their days: ``household_id``, ``team_id``,
        ``kind``.
    crews
        Ids of the teams that count: a camat comes once, and is nobody's team.
    """
    homes = visited[(visited["kind"] == "home") & visited["team_id"].isin(list(crews))]
    latest = homes.drop_duplicates("household_id", keep="last")
    return {
        str(key): str(team_id)
        for key, team_id in zip(latest["household_id"], latest["team_id"], strict=True)
    }


def kept_to_team(offers: Sequence[Offer], team_of: Mapping[str, str]) -> list[Offer]:
    """Return the offers, each on the days of its own team alone where that team has one.

    A team has none where it is away the whole week, covers another kelurahan than the family
    lives in now, or lacks the skill: then any team may go, as to a family that nobody visited. The
    days of the other teams are then in ``open_to``: they come where the own team is full. A
    must-visit, which a pin is too, is open to every team, so that it is not lost for this.
    """
    return [_kept(offer, team_of.get(offer.stop_id)) for offer in offers]


def _kept(offer: Offer, team_id: str | None) -> Offer:
    if team_id is None or offer.must:
        return offer
    own = frozenset(key for key in offer.vehicles if team_and_weekday(key)[0] == team_id)
    if not own:
        return offer
    return replace(offer, vehicles=own, open_to=offer.vehicles - own)
