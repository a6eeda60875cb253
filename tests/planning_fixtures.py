"""A small made-up city for planning tests: three kelurahan on a grid of streets, 150 families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from common.clock import Week
from common.settings import SearchSettings, Settings
from geodata.columns import MODES
from geodata.network import StreetNetwork, build_network
from planning.columns import FAMILIES
from planning.groups import Runner, one_after_the_other
from planning.meetings import Meeting, MeetingPlace, make_meetings
from planning.plan import WeekPlan
from planning.teams import Shift, Team
from planning.travel import Travel, prepare_travel
from planning.week import plan_week

WEEK = Week(2026, 49)  # 30 November to 6 December: no holiday
KELURAHAN = ("36.71.01.1001", "36.71.01.1002", "36.71.01.1003")
KECAMATAN = "36.71.01"
# the rules are asked, not how good the routes are: a short search
SETTINGS = Settings(search=SearchSettings(steps_per_stop=10))
EPSG = 32748
WEST, SOUTH, STEP = 106.6, -6.2, 0.002  # degrees; a block is about 220 m
COLUMNS, ROWS = 9, 6  # three columns of crossings a kelurahan
HOUR = 3600


@dataclass(frozen=True)
class City:
    """What a week is planned from."""

    families: pd.DataFrame
    teams: tuple[Team, ...]
    meetings: tuple[Meeting, ...] = ()
    busy: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def with_family(self, household_id: int, **changed: Any) -> City:
        """The same city with one family's row changed."""
        families = self.families.copy()
        for column, value in changed.items():
            families.loc[household_id, column] = value
        return replace(self, families=families.astype(self.families.dtypes.to_dict()))

    def with_team(self, team_id: str, **changed: Any) -> City:
        """The same city with one team changed."""
        return replace(
            self,
            teams=tuple(
                replace(team, **changed) if team.team_id == team_id else team for team in self.teams
            ),
        )

    def travel(self) -> Travel:
        """Doors and bases on the streets; families without a place have none."""
        placed = self.families[self.families["lon"].notna()]
        return prepare_travel(networks(), placed, self.teams, SETTINGS.streets, self.meetings)

    def plan(
        self,
        week: Week = WEEK,
        *,
        closed: frozenset[str] = frozenset(),
        last_seen: Mapping[str, str] | None = None,
        run: Runner = one_after_the_other,
        seconds: float | None = None,
        before: WeekPlan | None = None,
        steps_per_stop: int = SETTINGS.search.steps_per_stop,
        **changed: Any,
    ) -> WeekPlan:
        """Plan the whole city's week."""
        search = replace(SETTINGS.search, steps_per_stop=steps_per_stop)
        return plan_week(
            self.families, self.teams, week, KECAMATAN, self.travel(),
            replace(SETTINGS, search=search), closed=closed, last_seen=last_seen or {},
            meetings=self.meetings, busy=self.busy, run=run, seconds=seconds, before=before,
            **changed,
        )  # fmt: skip


@cache
def networks() -> dict[str, StreetNetwork]:
    """The grid by each transport; the streets that run north are one-way by turns."""
    rows, lines = [], []
    for x in range(COLUMNS):
        for y in range(ROWS):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < COLUMNS and y + dy < ROWS:
                    one_way = dy == 1 and 0 < x < COLUMNS - 1
                    rows.append(
                        {
                            "u": 100 * x + y, "v": 100 * (x + dx) + y + dy,
                            "highway": "tertiary" if y == 2 else "residential",
                            "oneway": (1 if x % 2 else -1) if one_way else 0,
                            "walk": True, "motorcycle": True, "car": True,
                        }
                    )  # fmt: skip
                    lines.append(shapely.LineString([crossing(x, y), crossing(x + dx, y + dy)]))
    streets = gpd.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326")
    return {mode: build_network(streets, mode, SETTINGS.streets, EPSG)[0] for mode in MODES}


def crossing(x: float, y: float) -> tuple[float, float]:
    """Lon and lat of a crossing of the grid."""
    return WEST + x * STEP, SOUTH + y * STEP


def make_families(count: int = 150, seed: int = 1) -> pd.DataFrame:
    """Families along the streets, as many in each kelurahan, all at risk and due."""
    rng = np.random.default_rng(seed)
    area = np.arange(count) % 3
    x = area * 3 + rng.uniform(0, 2, count)
    y = rng.integers(0, ROWS, count) + rng.uniform(-0.1, 0.1, count)
    families = pd.DataFrame(
        {
            "area_code": np.array(KELURAHAN)[area],
            "lon": WEST + x * STEP,
            "lat": SOUTH + y * STEP,
            "grade": rng.choice(["register", "rt", "rw"], count, p=[0.7, 0.2, 0.1]),
            "flags": "",
            "at_risk": True,
            "group": rng.choice(["baduta", "balita", "pus", "other"], count),
            "due_date": pd.Series([None] * count, dtype="str"),
            "must": False,
            "prize": rng.integers(10, 90, count),
            "merged": False,
            "kept_off": "",
            "tried": "",
        }
    )
    families.index = pd.Index(np.arange(1, count + 1), name="household_id")
    text = dict.fromkeys(["area_code", "grade", "flags", "group", "kept_off", "tried"], "str")
    checked: pd.DataFrame = FAMILIES.validate(families.astype(text))
    return checked


def shifts(weekdays: Sequence[int], shift: Shift) -> tuple[Shift | None, ...]:
    """The same hours on each of the weekdays."""
    return tuple(shift if weekday in weekdays else None for weekday in range(7))


def make_team(team_id: str, kind: str, territory: Sequence[str], x: float, **changed: Any) -> Team:
    """A team based at the grid's column ``x``, with the usual hours of its kind."""
    morning, day, afternoon = (
        Shift(8 * HOUR, 11 * HOUR + 1800),
        Shift(8 * HOUR + 1800, 14 * HOUR + 1800, 12 * HOUR, 13 * HOUR),
        Shift(13 * HOUR + 1800, 16 * HOUR),
    )
    hours = {
        "camat": shifts([2], morning),
        "plkb": shifts([1, 2, 3], day),
        "tpk": shifts([1, 3], afternoon),
    }[kind]
    lon, lat = crossing(x, 2.5)
    team = Team(
        team_id=team_id,
        kind=kind,
        name=f"{kind.upper()} {team_id}",
        kecamatan_code=KECAMATAN,
        territory=tuple(territory),
        base_lon=lon,
        base_lat=lat,
        transport={"camat": "car", "plkb": "motorcycle", "tpk": "walk"}[kind],
        skills=frozenset({"bidan"}) if kind == "tpk" else frozenset(),
        most_visits={"camat": 5, "plkb": 7, "tpk": 5}[kind],
        shifts=hours,
        leave=frozenset(),
    )
    return replace(team, **changed)


@cache
def small_city() -> City:
    """One camat, two PLKB and four TPK; two groups of teams that share territory."""
    first, second, third = KELURAHAN
    teams = (
        make_team("C", "camat", KELURAHAN, 4),
        make_team("P1", "plkb", (first, second), 2),
        make_team("P2", "plkb", (third,), 7),
        make_team("T1", "tpk", (first,), 1),
        make_team("T2", "tpk", (second,), 4, skills=frozenset()),
        make_team("T3", "tpk", (third,), 7),
        make_team("T4", "tpk", (third,), 8, transport="motorcycle"),
    )
    return City(make_families(), teams)


@cache
def small_plan() -> WeekPlan:
    """The small city's week; do not change it, replace parts of it."""
    return small_city().plan()


def middle(area: str) -> MeetingPlace:
    """A crossing in the middle of one of the three kelurahan, where its office could be."""
    lon, lat = crossing(3 * KELURAHAN.index(area) + 1, 3)
    return MeetingPlace(f"Kantor {area[-1]}", lon, lat)


def without_doors(families: pd.DataFrame) -> pd.DataFrame:
    """The same families, known only by their kelurahan."""
    at = [middle(area) for area in families["area_code"]]
    return families.assign(
        lon=[place.lon for place in at], lat=[place.lat for place in at], grade="kelurahan"
    ).astype({"grade": "str"})


def rw_of(families: pd.DataFrame) -> pd.Series:
    """An RW of ten for each family; a few do not know theirs."""
    rw = [None if key % 30 == 0 else f"{key // 3 % 10 + 1:03d}" for key in families.index]
    return pd.Series(rw, index=families.index, dtype="str")


@cache
def doorless_city() -> City:
    """The teams of the small city with 900 families of whom nobody knows the door."""
    families = without_doors(make_families(900))
    places = {(area, ""): middle(area) for area in KELURAHAN}
    meetings = make_meetings(
        families, rw_of(families), places, frozenset(), "2026-12-06", SETTINGS.visits
    )
    return replace(small_city(), families=families, meetings=tuple(meetings))


@cache
def doorless_plan() -> WeekPlan:
    """The week of the city without doors; do not change it, replace parts of it."""
    return doorless_city().plan()
