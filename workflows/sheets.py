"""One team's day put together for paper, phone and map: plan, places, persons, streets."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from common.privacy import all_made_up, initials
from geodata.leg_names import street_names
from planning.plan import WeekPlan
from planning.teams import Team
from publishing.sheet import AskedFamily, Sheet, SheetStop
from storage.areas import load_areas, load_city_report
from storage.database import Connection
from storage.households import all_niks, load_households, load_persons
from storage.places import load_places
from storage.plans import PlanRecord, load_plan
from storage.scores import load_scores
from storage.street_files import read_drawn_streets
from storage.teams import load_teams
from storage.workspace import Workspace

_MEASURED = ("pregnant", "baduta", "balita")
_AROUND = 1.0  # streets are drawn this many times the day's own extent around it
_LEAST_DEGREES = 0.004  # and at least some 400 m, however small the day


class UnknownDayError(WrongCallError):
    """The plan has no such team-day."""

    code = "team-day"


class StaleSheetError(NothingToDoError):
    """Families on the plan lost their place or score: they or the city changed since."""

    code = "sheet-stale"


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who prints, when and what for, in which language."""

    by: str
    at: datetime
    purpose: str
    language: str


@dataclass(frozen=True, slots=True)
class SheetSource:
    """A plan with everything its sheets need; read once, used for many team-days."""

    record: PlanRecord
    plan: WeekPlan
    teams: dict[str, Team]
    stops: pd.DataFrame  # place, score, RT/RW, address and initials per household_id on the plan
    areas: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    made_up: bool
    approximate_borders: bool


def read_sheet_source(workspace: Workspace, conn: Connection, record: PlanRecord) -> SheetSource:
    """Read a stored plan and what its sheets show of the families on it.

    Of a person only the initials and the address line are kept.

    Raises
    ------
    StaleSheetError
        A family on the plan has no place or no score any more.
    """
    plan = load_plan(conn, record.plan_id)
    ids = plan.visits["household_id"].unique().tolist()
    persons = load_persons(conn, ids)
    names = persons["wife_name"].fillna(persons["head_name"])
    shown = pd.DataFrame(
        {"initials": [initials(_text(name)) for name in names], "address": persons["address"]},
        index=persons.index,
    )
    stops = (
        shown.join(load_places(conn)[["lon", "lat", "grade", "area_code"]])
        .join(load_scores(conn)[["group", "risk_factors"]])
        .join(load_households(conn)[["rw", "rt", *_MEASURED]])
    )
    stale = int(stops[["grade", "group"]].isna().any(axis=1).sum())
    if stale:
        raise StaleSheetError(
            N_(
                "{count} keluarga di rencana ini berubah sejak rencana dibuat; jalankan "
                "`sambangi locate` dan `sambangi score` dahulu."
            ),
            count=stale,
        )
    stops[list(_MEASURED)] = stops[list(_MEASURED)].fillna(False).astype(bool)  # noqa: FBT003
    return SheetSource(
        record=record,
        plan=plan,
        teams={team.team_id: team for team in load_teams(conn)},
        stops=stops,
        areas=load_areas(conn),
        streets=read_drawn_streets(workspace),
        made_up=all_made_up(all_niks(conn)),
        approximate_borders=bool((load_city_report(conn) or {}).get("approximate_borders")),
    )


def team_days_of(source: SheetSource) -> list[tuple[str, str]]:
    """Return (team_id, ISO date) of each team-day of the plan, in the plan's order."""
    return list(zip(source.plan.days["team_id"], source.plan.days["day_date"], strict=True))


def make_sheet(source: SheetSource, team_id: str, day_date: str, imprint: Imprint) -> Sheet:
    """Put one team-day together.

    Raises
    ------
    UnknownDayError
        The plan has no route for that team on that day, or the team is no longer known.
    """
    days, visits = source.plan.days, source.plan.visits
    found = days[(days["team_id"] == team_id) & (days["day_date"] == day_date)]
    team = source.teams.get(team_id)
    if found.empty or team is None:
        raise UnknownDayError(
            N_("Rencana ini tidak punya rute tim {team} pada {day}."), team=team_id, day=day_date
        )
    day = found.to_dict("records")[0]
    rows = visits[(visits["team_id"] == team_id) & (visits["day_date"] == day_date)]
    stops = _stops(source, rows.sort_values("sequence"))
    near = _around(source.streets, day["geometry"], stops)
    by_way = street_names(list(day["geometry"].geoms), near)
    stops = [replace(stop, by_way=names) for stop, names in zip(stops, by_way, strict=False)]
    areas = source.areas
    kecamatan = areas.loc[areas["kecamatan_code"] == team.kecamatan_code, "kecamatan_name"]
    return Sheet(
        sheet_no=f"{source.record.week}-{source.record.plan_id}-{team_id}-{day_date[-2:]}",
        city=str(areas["city_name"].iloc[0]),
        kecamatan=str(kecamatan.iloc[0]) if len(kecamatan) else team.kecamatan_code,
        kelurahan=tuple(dict.fromkeys(stop.kelurahan for stop in stops)),
        team_name=team.name,
        team_kind=team.kind,
        transport=str(day["transport"]),
        day=date.fromisoformat(day_date),
        week=str(source.record.week),
        start_s=day["start_s"],
        end_s=day["end_s"],
        break_start_s=_whole(day["break_start_s"]),
        break_end_s=_whole(day["break_end_s"]),
        travel_s=day["travel_s"],
        distance_m=day["distance_m"],
        base=(team.base_lon, team.base_lat),
        stops=tuple(stops),
        legs=day["geometry"],
        streets=near,
        areas=areas,
        made_up=source.made_up,
        approximate_borders=source.approximate_borders,
        printed_by=imprint.by,
        printed_at=imprint.at,
        purpose=imprint.purpose,
        language=imprint.language,
    )


def _stops(source: SheetSource, rows: pd.DataFrame) -> list[SheetStop]:
    """Return the stops of a day; the families asked for at one meeting share a stop."""
    stops = []
    for _, same_stop in rows.groupby("sequence", sort=True):
        visits = same_stop.to_dict("records")
        is_meeting = visits[0]["kind"] == "kader"
        stops.append((_meeting_stop if is_meeting else _home_stop)(source, visits))
    return stops


def _home_stop(source: SheetSource, visits: list[dict[Hashable, Any]]) -> SheetStop:
    visit = visits[0]
    family = source.stops.loc[visit["household_id"]]
    partner = source.teams.get(str(visit["joint_team_id"]))
    return SheetStop(
        number=visit["sequence"],
        start_s=visit["start_s"],
        end_s=visit["end_s"],
        travel_s=visit["travel_s"],
        distance_m=visit["distance_m"],
        lon=float(family["lon"]),
        lat=float(family["lat"]),
        kelurahan=_kelurahan(source, family),
        rw=_text(family["rw"]),
        rt=_text(family["rt"]),
        address=_text(family["address"]),
        initials=str(family["initials"]),
        group=str(family["group"]),
        checks=tuple(_checks(family)),
        grade=str(family["grade"]),
        joint_with=partner.name if partner else None,
        must=bool(visit["must"]),
    )


def _meeting_stop(source: SheetSource, visits: list[dict[Hashable, Any]]) -> SheetStop:
    visit = visits[0]
    families = [source.stops.loc[each["household_id"]] for each in visits]
    blocks = {_text(family["rw"]) for family in families}
    partner = source.teams.get(str(visit["joint_team_id"]))
    return SheetStop(
        number=visit["sequence"],
        start_s=visit["start_s"],
        end_s=visit["end_s"],
        travel_s=visit["travel_s"],
        distance_m=visit["distance_m"],
        lon=float(visit["place_lon"]),
        lat=float(visit["place_lat"]),
        kelurahan=_kelurahan(source, families[0]),
        rw=blocks.pop() if len(blocks) == 1 else None,
        rt=None,
        address=None,
        initials="",
        group="other",
        checks=(),
        grade="kelurahan",
        joint_with=partner.name if partner else None,
        must=False,
        place_name=str(visit["place_name"]),
        asked=tuple(
            AskedFamily(
                initials=str(family["initials"]),
                rw=_text(family["rw"]),
                rt=_text(family["rt"]),
                address=_text(family["address"]),
                group=str(family["group"]),
            )
            for family in families
        ),
    )


def _kelurahan(source: SheetSource, family: pd.Series) -> str:
    names = source.areas.loc[source.areas["area_code"] == family["area_code"], "area_name"]
    return str(names.iloc[0]) if len(names) else ""


def _checks(family: pd.Series) -> Iterable[str]:
    """Name what the visit looks at: the factors known and the children to be measured."""
    yield from (factor for factor in str(family["risk_factors"]).split(";") if factor)
    yield from (group for group in _MEASURED if family[group])


def _around(
    streets: gpd.GeoDataFrame, legs: shapely.MultiLineString, stops: Iterable[SheetStop]
) -> gpd.GeoDataFrame:
    points = [(stop.lon, stop.lat) for stop in stops]
    west, south, east, north = shapely.union(legs, shapely.MultiPoint(points)).bounds
    pad = max(_LEAST_DEGREES, _AROUND * max(east - west, north - south))
    box = shapely.box(west - pad, south - pad, east + pad, north + pad)
    near: gpd.GeoDataFrame = streets.iloc[streets.sindex.query(box)]
    return near


def _text(cell: object) -> str | None:
    return None if pd.isna(cell) else str(cell)  # type: ignore[call-overload]  # any scalar


def _whole(cell: object) -> int | None:
    return None if pd.isna(cell) else int(str(cell))  # type: ignore[call-overload]  # any scalar
