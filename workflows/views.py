"""What the pages show, gathered and read only; nothing here changes a workspace.

Of persons only :func:`read_day_source` reads anything: initials and address lines of the
families on one plan.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from common.clock import Week
from planning.full_days import VISITS
from planning.plan import WeekPlan
from planning.teams import Team
from storage.areas import load_areas, load_city_report
from storage.database import open_database, reading
from storage.households import count_families, count_niks, load_imports
from storage.places import count_places, load_places
from storage.plans import CITY, PUBLISHED, PlanRecord, find_plan, list_plans, load_plan
from storage.scores import count_scores, load_scores
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.sheets import SheetSource, read_sheet_source


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a workspace is: which steps before the week were done, in counts."""

    city: str  # "" when no city was built
    kecamatan_of: dict[str, str]  # code of each kelurahan -> code of its kecamatan
    kecamatan: dict[str, str]  # code -> name, in the order of the boundary file
    families: int
    register_date: date | None  # day of the newest import
    made_up: bool  # every NIK is a made-up one
    teams: tuple[Team, ...]
    places: dict[tuple[str, str], int]  # (kelurahan or "", grade) -> families; storage.places
    scored: int
    at_risk: int
    approximate_borders: bool

    @property
    def kelurahan(self) -> int:
        """Kelurahan of the city; 0 when no city was built."""
        return len(self.kecamatan_of)

    @property
    def located(self) -> int:
        """Families that went through placing."""
        return sum(self.places.values())

    @property
    def placed(self) -> int:
        """Families known better than by their kelurahan."""
        return self.located - self.unplaced()

    def unplaced(self, area_codes: Collection[str] | None = None) -> int:
        """Return the families known by their kelurahan only, or not at all; None: everywhere."""
        return sum(
            families
            for (code, grade), families in self.places.items()
            if grade in _AREA_ONLY and (area_codes is None or code in area_codes)
        )

    def many_unplaced(self, area_codes: Collection[str] | None = None) -> bool:
        """Tell whether at least one family in ten waits for a place; None: everywhere."""
        inside = sum(
            families
            for (code, _), families in self.places.items()
            if area_codes is None or code in area_codes
        )
        return 0 < inside <= self.unplaced(area_codes) * _MANY

    @property
    def holds_real_people(self) -> bool:
        """Whether a page may show no family at all."""
        return self.families > 0 and not self.made_up

    @property
    def ready(self) -> bool:
        """Whether a week can be planned."""
        return bool(self.teams) and 0 < self.families == self.located


@dataclass(frozen=True, slots=True)
class WeekView:
    """One stored week as a board shows it; counts are families."""

    record: PlanRecord
    days: pd.DataFrame  # a row per team-day with a route, see _DAY_COLUMNS
    left_out: dict[str, int]  # reason -> families
    # planning.columns.LEFTOVERS of reason day_full and their team_name; who lacks least first
    full_days: pd.DataFrame
    visits_by_area: pd.Series  # index area_code; kelurahan without a visit count 0
    planned: int  # families on the plan; a joint visit counts once

    @property
    def in_scope(self) -> int:
        """Families that are either planned or left out."""
        return self.planned + sum(self.left_out.values())

    @property
    def due(self) -> int:
        """Families at risk whose visit is due, planned or not."""
        return self.in_scope - sum(self.left_out.get(reason, 0) for reason in _NOT_DUE)


_AREA_ONLY = ("kelurahan", "none")  # grades that lead to no door and to no RW
_MANY = 10  # one family in so many without a place is worth a morning of clicking first
_NOT_DUE = ("not_at_risk", "not_due", "merged", "banned", "refused", "moved")
_DAY_COLUMNS = (
    "team_id", "team_name", "kind", "kecamatan_code", "day_date", "visits", "start_s", "end_s",
    "work_s", "shift_s", "travel_s", "distance_m",
)  # fmt: skip


def register_stamp(workspace: Workspace) -> str:
    """Return a short text that changes with every import, cheap to read.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        return f"{workspace.folder.absolute()}:{load_imports(conn).index.max()}"


def read_standing(workspace: Workspace) -> Standing:
    """Return how far the workspace is.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        areas, families, imports = load_areas(conn), count_families(conn), load_imports(conn)
        known, made_up = count_niks(conn)
        places, (scored, at_risk) = count_places(conn), count_scores(conn)
        teams, report = load_teams(conn), load_city_report(conn) or {}
    names = areas.drop_duplicates("kecamatan_code").set_index("kecamatan_code")["kecamatan_name"]
    return Standing(
        city=str(areas["city_name"].iloc[0]) if len(areas) else "",
        kecamatan_of={
            str(code): str(kecamatan)
            for code, kecamatan in zip(areas["area_code"], areas["kecamatan_code"], strict=True)
        },
        kecamatan={str(code): str(name) for code, name in names.items()},
        families=families,
        register_date=_local_day(imports["at"].iloc[0]) if len(imports) else None,
        made_up=0 < known == made_up,
        teams=tuple(teams),
        places=places,
        scored=scored,
        at_risk=at_risk,
        approximate_borders=bool(report.get("approximate_borders")),
    )


def newest_record(
    workspace: Workspace, week: Week, kecamatan_code: str | None, *, published_only: bool = False
) -> PlanRecord | None:
    """Return the newest plan of a week that covers the kecamatan (None: the city), or None.

    ``published_only`` passes over drafts, for those who carry a plan out.
    """
    scopes = {CITY, kecamatan_code}
    with reading(open_database(workspace)) as conn:
        for record in list_plans(conn):
            wanted = record.week == week and record.scope_code in scopes
            if wanted and (record.state == PUBLISHED or not published_only):
                return record
    return None


def read_week(workspace: Workspace, plan_id: int, kecamatan_code: str | None) -> WeekView:
    """Return a stored plan, or the part of it in one kecamatan, in counts.

    Families without a kelurahan belong to no kecamatan: only the whole plan counts them.

    Raises
    ------
    UnknownPlanError
        No such plan.
    """
    with reading(open_database(workspace)) as conn:
        record = find_plan(conn, plan_id)
        plan, teams, areas = load_plan(conn, plan_id), load_teams(conn), load_areas(conn)
        area_of = load_places(conn)["area_code"]
    kecamatan_of = areas.set_index("area_code")["kecamatan_code"]
    days, leftovers = _day_rows(plan, teams), plan.leftovers
    codes = areas["area_code"]
    if kecamatan_code is not None:
        days = days[days["kecamatan_code"] == kecamatan_code].reset_index(drop=True)
        home = leftovers["household_id"].map(area_of).map(kecamatan_of)
        leftovers = leftovers[home == kecamatan_code]
        codes = areas.loc[areas["kecamatan_code"] == kecamatan_code, "area_code"]
    met = plan.visits[plan.visits["team_id"].isin(set(days["team_id"]))]["household_id"].unique()
    per_area = pd.Series(met).map(area_of).value_counts()
    return WeekView(
        record=record,
        days=days,
        left_out={str(key): int(n) for key, n in leftovers["reason"].value_counts().items()},
        full_days=_full_days(leftovers, teams),
        visits_by_area=per_area.reindex(list(codes), fill_value=0),
        planned=len(met),
    )


def kecamatan_records(workspace: Workspace, week: Week) -> dict[str, PlanRecord]:
    """Return the newest plan of the week that was made for each kecamatan alone, by its code.

    Plans of the whole city do not count.
    """
    found: dict[str, PlanRecord] = {}
    with reading(open_database(workspace)) as conn:
        for record in list_plans(conn):
            if record.week == week and record.scope_code != CITY:
                found.setdefault(record.scope_code, record)
    return found


def risk_by_area(workspace: Workspace) -> pd.Series:
    """Return the families at risk per kelurahan, index ``area_code``; all areas have a row."""
    with reading(open_database(workspace)) as conn:
        places, scores, areas = load_places(conn), load_scores(conn), load_areas(conn)
    at_risk = places["area_code"][scores["at_risk"].reindex(places.index) == True]  # noqa: E712  # missing is no
    return at_risk.value_counts().reindex(list(areas["area_code"]), fill_value=0)


def read_areas(workspace: Workspace, kecamatan_code: str | None) -> gpd.GeoDataFrame:
    """Return the kelurahan of the city or of one kecamatan (geodata.columns.AREAS)."""
    with reading(open_database(workspace)) as conn:
        areas = load_areas(conn)
    if kecamatan_code is None:
        return areas
    inside: gpd.GeoDataFrame = areas[areas["kecamatan_code"] == kecamatan_code]
    return inside.reset_index(drop=True)


def read_day_source(workspace: Workspace, plan_id: int) -> SheetSource:
    """Return a plan with what its team-days show; read once, used for many of them.

    Raises
    ------
    UnknownPlanError
        No such plan.
    NetworkMissingError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        return read_sheet_source(workspace, conn, find_plan(conn, plan_id))


def _full_days(leftovers: pd.DataFrame, teams: Sequence[Team]) -> pd.DataFrame:
    """Return the families whose teams' days are full; a team no longer known shows its id."""
    full = leftovers[leftovers["reason"] == "day_full"]
    names = full["team_id"].map({team.team_id: team.name for team in teams})
    full = full.assign(team_name=names.fillna(full["team_id"]))
    # what a day has room for comes before what one visit more would have to be allowed for
    full = full.assign(many=full["missing"] == VISITS)
    full = full.sort_values(["many", "missing_s", "household_id"])
    return full.drop(columns="many").reset_index(drop=True)


def _local_day(at: pd.Timestamp) -> date:
    return at.to_pydatetime().astimezone().date()


def _day_rows(plan: WeekPlan, teams: Sequence[Team]) -> pd.DataFrame:
    """Return a row per team-day, ordered as the teams are and by day.

    ``visits`` are the stops: a meeting about many families is one. ``work_s`` is the time from
    leaving the base to coming back, without the break; ``shift_s`` the working hours without
    it. A team that is no longer known shows its id.
    """
    stops = plan.visits.groupby(["team_id", "day_date"])["sequence"].nunique().rename("visits")
    days = pd.DataFrame(plan.days.drop(columns="geometry")).join(stops, on=["team_id", "day_date"])
    known = {team.team_id: (number, team) for number, team in enumerate(teams)}
    for column in ("name", "kind", "kecamatan_code"):
        target = "team_name" if column == "name" else column
        days[target] = [
            getattr(known[key][1], column) if key in known else key for key in days["team_id"]
        ]
    starts, ends = days["break_start_s"].astype(float), days["break_end_s"].astype(float)
    rest = (ends - starts).fillna(0.0)
    inside = (days["start_s"] <= starts) & (days["end_s"] >= ends)
    days["work_s"] = (days["end_s"] - days["start_s"] - rest.where(inside, 0.0)).astype(int)
    days["shift_s"] = (days["shift_end_s"] - days["shift_start_s"] - rest).astype(int)
    order = days["team_id"].map({key: number for key, (number, _) in known.items()})
    days = days.assign(order=order).sort_values(["order", "team_id", "day_date"])
    return days[list(_DAY_COLUMNS)].reset_index(drop=True)
