"""The newest plan of a week with what it would be made from now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from common.clock import Week, week_of
from common.settings import Settings, read_settings
from geodata.network import StreetNetwork
from planning.edit_cost import part_of_plan
from planning.edits import Edit
from planning.merging import known_together, seen_together
from planning.plan import WeekPlan
from planning.standing import planned_meetings
from planning.teams import Team
from planning.travel import Travel, prepare_travel
from storage.database import Database, reading
from storage.plans import CITY, PlanRecord, load_plan
from storage.workspace import Workspace
from workflows.ground import Ground, read_ground, scope_of
from workflows.publishing import newest_plan
from workflows.scoring import score_for


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest plan of a week and what it would be made from now."""

    record: PlanRecord
    plan: WeekPlan
    ground: Ground
    families: pd.DataFrame  # planning.columns.FAMILIES
    teams: list[Team]
    settings: Settings

    def inside(self, area: str | None) -> tuple[pd.DataFrame, list[Team]]:
        """Return the families and teams of a kecamatan; None: all of the plan."""
        if area is None:
            return self.families, self.teams
        home = self.families["area_code"].map(self.ground.kecamatan_of) == area
        return self.families[home], [team for team in self.teams if team.kecamatan_code == area]

    def around(self, edits: Iterable[Edit]) -> Newest:
        """Return the kecamatan that edits are about, when its plan stands apart from others'."""
        of_team = {team.team_id: team.kecamatan_code for team in self.teams}
        families: set[int] = set()
        kecamatan: set[str] = set()
        for edit in edits:
            named = (edit.household_id, edit.other_household_id)
            families |= {key for key in named if key is not None}
            teams = (edit.team_id, edit.other_team_id)
            kecamatan |= {of_team[key] for key in teams if key in of_team}
        homes = self.families["area_code"].reindex(sorted(families))
        return self.part({*kecamatan, *homes.map(self.ground.kecamatan_of).dropna()})

    def part(self, kecamatan: Collection[str]) -> Newest:
        """Return what lies in these kecamatan; all where their plan is mixed with others'."""
        home = self.families["area_code"].map(self.ground.kecamatan_of)
        families = self.families[home.isin(list(kecamatan))]
        teams = [team for team in self.teams if team.kecamatan_code in kecamatan]
        part = part_of_plan(self.plan, families, teams)
        if part is None or not teams:
            return self
        return replace(self, plan=part, families=families, teams=teams)

    def travel(self, networks: Mapping[str, StreetNetwork]) -> Travel:
        """Return the travel between all doors, planned meetings and bases."""
        return prepare_travel(
            networks,
            self.families[self.families["lon"].notna()],
            self.teams,
            self.settings.streets,
            planned_meetings(self.plan, self.families, self.settings.visits),
        )


def read_newest(
    workspace: Workspace, database: Database, week: Week, area: str | None, today: date
) -> Newest:
    """Return the newest plan of a week that covers ``area`` (kecamatan; None: the city).

    Raises
    ------
    UnknownAreaError
        There is no such kecamatan.
    NoRegisterError, NotPlacedError, NoPlanError
        A step before this one is missing.
    """
    settings = read_settings(workspace.settings_file)
    ground = read_ground(database, week, week_of(today))
    known = known_together(ground.households, ground.merged)
    met = seen_together(ground.visited, ground.merged)
    scores, _ = score_for(week, known, met, ground.heard, settings.value)
    # an unknown kecamatan is refused before a missing plan
    scope_of(ground, scores, area, week, settings.visits)
    with reading(database) as conn:
        record = newest_plan(conn, week, area)
        plan = load_plan(conn, record.plan_id)
    scope = None if record.scope_code == CITY else record.scope_code
    families, teams = scope_of(ground, scores, scope, week, settings.visits)
    return Newest(record, plan, ground, families, _as_planned(teams, plan), settings)


def _as_planned(teams: list[Team], plan: WeekPlan) -> list[Team]:
    """Return the teams; a camat whose half-day was moved keeps it where the plan has it."""
    held = plan.days.drop_duplicates("team_id").set_index("team_id")
    weekday_of = {plan.week.day(weekday).isoformat(): weekday for weekday in range(7)}
    kept: list[Team] = []
    for team in teams:
        usual = next((shift for shift in team.shifts if shift is not None), None)
        if team.kind != "camat" or team.team_id not in held.index or usual is None:
            kept.append(team)
            continue
        weekday = weekday_of[str(held.loc[team.team_id, "day_date"])]
        if team.shifts[weekday] is None:
            shifts = tuple(usual if day == weekday else None for day in range(7))
            team = replace(team, shifts=shifts)  # noqa: PLW2901  # the same camat on another day
        kept.append(team)
    return kept
