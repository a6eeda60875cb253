"""Families known only by kelurahan: meet the kader who knows where they live.

Nobody is sent to the middle of a kelurahan to look for a door. One stop at the posyandu or
the kelurahan office asks for many families at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from common.language import N_
from common.settings import VisitSettings
from planning.teams import Team

PREFIX = "kader:"  # of a meeting's stop id; a family's stop id is its number


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Where a kader or the kelurahan's staff can be met."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Meeting:
    """One stop that asks for the homes of several families of one RW or kelurahan."""

    stop_id: str
    area_code: str
    place: MeetingPlace
    households: tuple[int, ...]  # highest prize first
    prize: int
    service_s: int


def make_meetings(
    families: pd.DataFrame,
    rw: pd.Series,
    places: Mapping[tuple[str, str], MeetingPlace],
    asked: frozenset[int],
    last_day: str,
    settings: VisitSettings,
) -> list[Meeting]:
    """Return the meetings that would settle the families without a door, best families first.

    Parameters
    ----------
    families
        planning.columns.FAMILIES. Those at risk, not merged into another, kept off by no
        result, due by ``last_day`` (ISO) and of grade ``kelurahan`` are asked for.
    rw
        RW per household_id, missing where unknown; a meeting keeps to one RW.
    places
        Meeting place per (area_code, RW) and per (area_code, ``""``).
    asked
        Families that a meeting of an earlier week asked for; the answer is still awaited.
    """
    waiting = families[
        families["at_risk"]
        & ~families["merged"]
        & (families["kept_off"] == "")
        & (families["grade"] == "kelurahan")
        & families["area_code"].notna()
        & ~(families["due_date"].fillna("") > last_day)
        & ~families.index.isin(list(asked))
    ].sort_values("prize", ascending=False, kind="stable")
    at = rw.reindex(waiting.index).fillna("")
    meetings: list[Meeting] = []
    for (area, block), group in waiting.groupby([waiting["area_code"], at], sort=True):
        place = places.get((str(area), str(block))) or places.get((str(area), ""))
        if place is None:
            continue
        for first in range(0, len(group), settings.families_per_meeting):
            part = group.iloc[first : first + settings.families_per_meeting]
            minutes = settings.meeting_minutes + settings.minutes_per_asked_family * len(part)
            meetings.append(
                Meeting(
                    stop_id=f"{PREFIX}{area}:{block}:{first // settings.families_per_meeting}",
                    area_code=str(area),
                    place=place,
                    households=tuple(part.index.tolist()),
                    prize=round(part["prize"].sum() * settings.meeting_worth),
                    service_s=round(60 * (minutes + settings.arrival_minutes)),
                )
            )
    return meetings


def meeting_places(
    points: pd.DataFrame,
    teams: Sequence[Team],
    base_area: Mapping[str, str],
    kelurahan_points: pd.DataFrame,
) -> dict[tuple[str, str], MeetingPlace]:
    """Return where to meet: a posyandu of the RW, else the office, a team's base, the streets.

    Parameters
    ----------
    points
        geodata.columns.POINTS; may be empty.
    base_area
        Kelurahan that each team's base lies in, by team_id; a base is an office.
    kelurahan_points
        ``area_name``, ``lon``, ``lat`` by area_code: the middle of the kelurahan's streets, the
        last resort, where the office has to be asked for.
    """
    places: dict[tuple[str, str], MeetingPlace] = {}
    for area, row in kelurahan_points.iterrows():
        name = N_("Kantor kelurahan {name} (tanyakan letaknya)").format(name=row["area_name"])
        places[str(area), ""] = MeetingPlace(name, float(row["lon"]), float(row["lat"]))
    for team in reversed(teams):
        held = base_area.get(team.team_id)
        if held is not None:
            name = N_("Pangkalan {team}").format(team=team.name)
            places[held, ""] = MeetingPlace(name, team.base_lon, team.base_lat)
    for kind in ("posyandu", "office"):
        for point in points[points["kind"] == kind][::-1].to_dict("records"):
            place = MeetingPlace(str(point["name"]), float(point["lon"]), float(point["lat"]))
            places[str(point["area_code"]), ""] = place
            if kind == "posyandu" and not pd.isna(point["rw"]):
                places[str(point["area_code"]), str(point["rw"])] = place
    return places
