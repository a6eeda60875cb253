"""Who can be offered to the route search this week, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.clock import Week
from common.settings import VisitSettings
from planning.edits import NO_WISHES, Slot, Wishes
from planning.meetings import Meeting
from planning.retries import Again, Windows, again_windows, day_parts
from planning.team_days import TeamDay
from planning.teams import Team
from planning.travel import Travel

DOORLESS = ("kelurahan", "none")  # grades without a door: the kader has to be asked first


@dataclass(frozen=True, slots=True)
class Sorted:
    """Stops that may be made, with the team-days that can reach them; and the families left."""

    homes: dict[int, frozenset[str]]  # household_id -> vehicle ids; never empty
    meetings: dict[str, frozenset[str]]  # stop_id -> vehicle ids; never empty
    leftovers: pd.DataFrame  # planning.columns.LEFTOVERS
    # the only starts allowed at homes where nobody was; others are not in it: planning.retries
    windows_s: Mapping[int, Windows] = field(default_factory=lambda: MappingProxyType({}))


def needed_skills(group: str, settings: VisitSettings) -> frozenset[str]:
    """Return the skills a visit to a family of this group needs."""
    if group == "pregnant" and settings.pregnant_needs_skill:
        return frozenset({settings.pregnant_needs_skill})
    return frozenset()


def service_seconds(group: str, grade: str, settings: VisitSettings) -> int:
    """Return the seconds at a home: the visit, arriving, and asking the way where it is vague.

    Lengths are suggestions of the field, unconfirmed; see VisitSettings.
    """
    long = group in {"pregnant", "baduta"}
    visit = settings.pregnant_or_measured_minutes if long else settings.usual_minutes
    search = settings.search_minutes.get(grade, max(settings.search_minutes.values()))
    return round(60 * (visit + settings.arrival_minutes + search))


def sort_out(
    families: pd.DataFrame,
    teams: Sequence[Team],
    days: Sequence[TeamDay],
    travel: Travel,
    week: Week,
    settings: VisitSettings,
    meetings: Sequence[Meeting] = (),
    busy: Mapping[int, frozenset[int]] = MappingProxyType({}),
    wishes: Wishes = NO_WISHES,
) -> Sorted:
    """Split families into those some team-day can visit and those left out for a proved reason.

    Parameters
    ----------
    families
        planning.columns.FAMILIES.
    teams
        All teams that visit families of the register (not the camat).
    days
        The days those teams work this week.
    travel
        Holds every family that has a door, every meeting place and every team's base.
    meetings
        What may be asked of kader; the families in them need no door.
    busy
        Weekdays, by household_id, on which the kader of the family's RW are at the posyandu:
        a TPK has a kader in it and does not come to that RW then.
    wishes
        What people ask. A pinned family is offered to the team-days of its pin alone, also when
        it is not due, not at risk or kept off by a result; where none can, its reason says why.
    """
    asked = {key: meeting for meeting in meetings for key in meeting.households}
    reason = _own_reasons(families, week, families.index.isin(list(asked)), wishes)
    missing = np.full(len(families), "", dtype=object)
    near = {mode: travel.on_network(mode) for mode in travel.graphs}
    chances = _Chances(teams, days, near, travel)
    homes: dict[int, frozenset[str]] = {}
    with_kader: dict[str, frozenset[str]] = {}
    keys, areas = families.index.to_numpy(), families["area_code"].to_numpy()
    groups = families["group"].to_numpy()
    for i in np.flatnonzero(reason == "").tolist():
        meeting = asked.get(int(keys[i]))
        stop_id = str(keys[i]) if meeting is None else meeting.stop_id
        skills = needed_skills(groups[i], settings) if meeting is None else frozenset()
        point = travel.point_of_stop[stop_id]
        modes = frozenset(mode for mode, is_near in near.items() if is_near[point])
        key = int(keys[i])
        pin = wishes.pins.get(key)
        may = chances if pin is None else chances.within(pin)
        reason[i], missing[i], able = may.of(str(areas[i]), skills, modes)
        if able and key in busy:
            able -= chances.kader_days(busy[key])
            reason[i], missing[i] = ("", "") if able else ("team_absent", "posyandu")
        if able and meeting is None:
            able = wishes.allowed(key, able)
            reason[i], missing[i] = ("", "") if able else ("banned", "team")
        if able and meeting is None:
            homes[key] = able
        elif able:
            with_kader[stop_id] = able
    left = reason != ""
    leftovers = pd.DataFrame(
        {"household_id": keys[left], "reason": reason[left], "missing": missing[left]}
    ).astype({"household_id": int, "reason": "str", "missing": "str"})
    again = _tried_before(families, homes, wishes, settings)
    return Sorted(
        homes, with_kader, leftovers, again_windows(again, days, travel, day_parts(settings))
    )


def _tried_before(
    families: pd.DataFrame,
    homes: Mapping[int, frozenset[str]],
    wishes: Wishes,
    settings: VisitSettings,
) -> list[Again]:
    """Return the families that were not home in one part of the day; a pin wins over that."""
    tried = families.loc[(families["tried"] != "") & ~families["tried"].str.contains(";")]
    return [
        Again(
            household_id=int(key),
            area_code=str(family["area_code"]),
            tried=str(family["tried"]),
            service_s=service_seconds(family["group"], family["grade"], settings),
            vehicles=homes[int(key)],
        )
        for key, family in zip(tried.index, tried.to_dict("records"), strict=True)
        if int(key) in homes and int(key) not in wishes.pins
    ]


def _own_reasons(
    families: pd.DataFrame, week: Week, asked: NDArray[np.bool_], wishes: Wishes
) -> NDArray[np.object_]:
    """Return the reason that lies with the family itself, else an empty text."""
    pinned = families.index.isin(list(wishes.pins))
    banned = [key for key in wishes.bans if wishes.banned(key)]
    outside = families["flags"].str.split(";").map(lambda flags: "outside_city" in flags)
    checks = [
        (~families["at_risk"] & ~pinned, "not_at_risk"),
        (families["merged"], "merged"),
        ((families["kept_off"] == "not_at_risk") & ~pinned, "not_at_risk"),
        ((families["kept_off"] == "moved") & ~pinned, "moved"),
        ((families["kept_off"] == "refused") & ~pinned, "refused"),
        (pd.Series(families.index.isin(banned), index=families.index), "banned"),
        ((families["due_date"].fillna("") > week.day(6).isoformat()) & ~pinned, "not_due"),
        (outside, "outside_city"),
        ((families["grade"].isin(DOORLESS) | families["lon"].isna()) & ~asked, "no_location"),
    ]
    conditions = [condition.to_numpy(bool) for condition, _ in checks]
    reasons: NDArray[np.object_] = np.select(
        conditions, [np.array(name, dtype=object) for _, name in checks], ""
    ).astype(object)
    return reasons


class _Chances:
    """Which team-days can visit a family, looked up once per kelurahan, skill and street access."""

    def __init__(
        self,
        teams: Sequence[Team],
        days: Sequence[TeamDay],
        near: dict[str, NDArray[np.bool_]],
        travel: Travel,
    ) -> None:
        self.teams, self.near, self.travel = teams, near, travel
        self.serving: dict[str, list[Team]] = {}
        self.working: dict[str, list[TeamDay]] = {}
        for team in teams:
            for area in team.territory:
                self.serving.setdefault(area, []).append(team)
        for day in days:
            for area in day.team.territory:
                self.working.setdefault(area, []).append(day)
        self.based = {
            team.team_id: bool(near[team.transport][travel.point_of_team[team.team_id]])
            for team in teams
        }
        self.days = days
        self.known: dict[object, tuple[str, str, frozenset[str]]] = {}

    def of(
        self, area: str, skills: frozenset[str], modes: frozenset[str]
    ) -> tuple[str, str, frozenset[str]]:
        """Return (reason, what is missing, team-days); the reason is empty when there are any."""
        key = area, skills, modes
        if key not in self.known:
            self.known[key] = self._look(area, skills, modes)
        return self.known[key]

    def within(self, pin: Slot) -> _Chances:
        """Return the chances of the team-days that a pin says."""
        return _Chances(
            [team for team in self.teams if pin.team_id in {None, team.team_id}],
            [day for day in self.days if pin.holds(day.team.team_id, day.weekday)],
            self.near,
            self.travel,
        )

    def kader_days(self, weekdays: frozenset[int]) -> frozenset[str]:
        """Return the days of teams with a kader in them that fall on one of the weekdays."""
        return frozenset(
            day.vehicle_id
            for day in self.days
            if day.team.kind == "tpk" and day.weekday in weekdays
        )

    def _look(
        self, area: str, skills: frozenset[str], modes: frozenset[str]
    ) -> tuple[str, str, frozenset[str]]:
        none: frozenset[str] = frozenset()
        teams = self.serving.get(area, [])
        if not modes or (teams and not any(team.transport in modes for team in teams)):
            return "off_network", "door", none
        if not teams:
            return "no_team", "team", none
        teams = [team for team in teams if team.transport in modes and self.based[team.team_id]]
        if not teams:
            return "off_network", "base", none
        chosen = {team.team_id for team in teams}
        days = [day for day in self.working.get(area, []) if day.team.team_id in chosen]
        if not days:
            return "team_absent", "day", none
        days = [day for day in days if skills <= day.team.skills]
        if not days:
            able = any(skills <= team.skills for team in teams)
            return ("team_absent", "day", none) if able else ("no_skill", "skill", none)
        return "", "", frozenset(day.vehicle_id for day in days)
