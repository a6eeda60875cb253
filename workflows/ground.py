"""What a week is planned from, as it stood at one moment, and the part of it that is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import geopandas as gpd
import pandas as pd

from common.clock import Week
from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from common.settings import VisitSettings
from planning.calendar import posyandu_weekdays, with_leave
from planning.meetings import Meeting, make_meetings, meeting_places
from planning.merging import seen_together
from planning.results import Heard, kept_off
from planning.retries import tried_parts
from planning.teams import Team
from storage.areas import load_areas
from storage.calendar import load_calendar
from storage.database import Database, reading
from storage.duplicates import load_merged
from storage.households import load_households
from storage.places import load_places
from storage.plans import visits_before
from storage.points import load_points
from storage.teams import load_teams
from workflows.heard import read_heard
from workflows.placing import NoRegisterError


class UnknownAreaError(WrongCallError):
    """There is no such kecamatan in the city."""

    code = "area"


class NotPlacedError(NothingToDoError):
    """Some families have no place yet."""

    code = "not-placed"


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything a plan is made from."""

    households: pd.DataFrame
    places: pd.DataFrame
    kecamatan_of: pd.Series  # area_code -> kecamatan_code
    teams: list[Team]  # with the leave of the calendar
    calendar: pd.DataFrame
    points: pd.DataFrame
    areas: gpd.GeoDataFrame
    visited: pd.DataFrame
    merged: pd.Series  # household_id -> the family that stands for it
    heard: Heard


def read_ground(database: Database, week: Week, current: Week) -> Ground:
    """Return what the plan of ``week`` is made from; ``current`` is the week of today.

    Raises
    ------
    NoRegisterError, NotPlacedError
        There is no family, or one without a place.
    """
    with reading(database) as conn:
        areas, calendar, merged = load_areas(conn), load_calendar(conn), load_merged(conn)
        ground = Ground(
            households=load_households(conn),
            places=load_places(conn),
            kecamatan_of=areas.set_index("area_code")["kecamatan_code"],
            teams=with_leave(load_teams(conn), calendar),
            calendar=calendar,
            points=load_points(conn),
            areas=areas,
            visited=visits_before(conn, week, current),
            merged=merged,
            heard=read_heard(conn, merged),
        )
    if ground.households.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    missing = len(ground.households.index.difference(ground.places.index))
    if missing:
        raise NotPlacedError(
            N_("{count} keluarga belum ditempatkan; jalankan `sambangi locate` dahulu."),
            count=missing,
        )
    return ground


def scope_of(
    ground: Ground, scores: pd.DataFrame, area: str | None, week: Week, settings: VisitSettings
) -> tuple[pd.DataFrame, list[Team]]:
    """Return the families (planning.columns.FAMILIES) and teams of the city or a kecamatan.

    ``settings`` say how long what a visit found holds in ``week``, and the parts of the day.

    Raises
    ------
    UnknownAreaError
        There is no such kecamatan.
    SettingsError
        A number of days is negative, or an hour cannot be read.
    """
    families = ground.places[["area_code", "lon", "lat", "grade", "flags"]].join(
        scores[["at_risk", "group", "due_date", "must", "prize"]]
    )
    families = families.loc[ground.households.index]
    families["merged"] = families.index.isin(ground.merged.index)
    off = kept_off(ground.heard.last, week.monday, settings)
    planned = seen_together(ground.visited, ground.merged)
    tried = tried_parts(ground.heard.results, planned, settings)
    for name, told in (("kept_off", off), ("tried", tried)):
        families[name] = told.reindex(families.index).fillna("").astype("str")
    if area is None:
        return families, ground.teams
    require_kecamatan(area, ground.kecamatan_of)
    inside = families["area_code"].map(ground.kecamatan_of) == area
    return families[inside], [team for team in ground.teams if team.kecamatan_code == area]


def require_kecamatan(code: str, kecamatan_codes: pd.Series) -> None:
    """Refuse a code that is no kecamatan of the city; ``kecamatan_codes``: one a kelurahan.

    Raises
    ------
    UnknownAreaError
        It is none of them.
    """
    known = sorted(kecamatan_codes.unique())
    if code not in known:
        raise UnknownAreaError(
            N_("Kecamatan {area!r} tidak dikenal; kode yang ada: {known}."),
            area=code,
            known=", ".join(known),
        )


def meetings_of(
    ground: Ground,
    families: pd.DataFrame,
    teams: list[Team],
    week: Week,
    settings: VisitSettings,
) -> list[Meeting]:
    """Return the meetings with kader that may be held: where nobody knows the door."""
    doorless = families[(families["grade"] == "kelurahan") & families["area_code"].notna()]
    middle = doorless.drop_duplicates("area_code").set_index("area_code")[["lon", "lat"]]
    names = ground.areas.set_index("area_code")["area_name"]
    places = meeting_places(
        ground.points, teams, _base_areas(ground.areas, teams), middle.assign(area_name=names)
    )
    since = (week.monday - timedelta(days=settings.asked_again_days)).isoformat()
    at_meetings = ground.visited[ground.visited["kind"] == "kader"]
    asked = at_meetings.loc[at_meetings["day_date"] >= since, "household_id"]
    last_day = week.day(6).isoformat()
    rw = ground.households["rw"]
    return make_meetings(families, rw, places, frozenset(asked), last_day, settings)


def _base_areas(areas: gpd.GeoDataFrame, teams: list[Team]) -> dict[str, str]:
    """Return the kelurahan that each team's base lies in."""
    bases = gpd.GeoDataFrame(
        {"team_id": [team.team_id for team in teams]},
        geometry=gpd.points_from_xy(
            [team.base_lon for team in teams], [team.base_lat for team in teams]
        ),
        crs="EPSG:4326",
    )
    inside = bases.sjoin(areas[["area_code", "geometry"]], predicate="within")
    return dict(zip(inside["team_id"], inside["area_code"], strict=True))


def busy_days(ground: Ground, families: pd.DataFrame, week: Week) -> dict[int, frozenset[int]]:
    """Return the posyandu weekdays of each family's RW, where there are any."""
    days = posyandu_weekdays(ground.calendar, week)
    if not days:
        return {}
    rw = ground.households["rw"].reindex(families.index)
    keys = zip(families.index, families["area_code"], rw, strict=True)
    return {int(key): days[area, block] for key, area, block in keys if (area, block) in days}


def last_seen_by_camat(ground: Ground) -> dict[str, str]:
    """Return the ISO date of the last visit of a camat per kelurahan."""
    camats = {team.team_id for team in ground.teams if team.kind == "camat"}
    theirs = ground.visited[ground.visited["team_id"].isin(list(camats))]
    area = theirs["household_id"].map(ground.places["area_code"])
    latest = theirs.groupby(area)["day_date"].max()
    return {str(code): str(day) for code, day in latest.items()}
