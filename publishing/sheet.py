"""One team's day, ready for paper, phone and map; it carries no full name and no NIK."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import geopandas as gpd
from shapely import MultiLineString

EXACT_GRADES = frozenset({"verified", "register", "street"})  # the door itself can be looked for


@dataclass(frozen=True, slots=True)
class AskedFamily:
    """One family whose door nobody knows; the kader is asked where it is."""

    initials: str
    rw: str | None
    rt: str | None
    address: str | None
    group: str  # planning.columns.GROUPS


@dataclass(frozen=True, slots=True)
class SheetStop:
    """One stop of the day, in driving order: a visit, or a meeting with a kader.

    At a meeting many families known only by kelurahan are ``asked`` for at once; it has no
    initials and no checks, group "other", and its place is the posyandu or the office.

    Times are seconds after the day's local midnight; coordinates are EPSG:4326.
    """

    number: int
    start_s: int
    end_s: int
    travel_s: int  # from the stop before, or from the base
    distance_m: float
    lon: float  # of the door, or of the meeting place
    lat: float
    kelurahan: str
    rw: str | None
    rt: str | None
    address: str | None
    initials: str
    group: str  # planning.columns.GROUPS
    checks: tuple[str, ...]  # codes: geodata.columns.FACTORS and groups
    grade: str  # geodata.columns.GRADES
    joint_with: str | None  # name of the other team that makes the same visit
    must: bool
    asked: tuple[AskedFamily, ...] = ()  # families to ask the kader for
    by_way: tuple[str, ...] = ()  # names of the streets followed to get here, in order
    place_name: str | None = None  # "Posyandu Mawar 3", "Kantor kelurahan Cikokol"

    @property
    def is_meeting(self) -> bool:
        """Whether a kader is met here instead of a family."""
        return bool(self.asked)

    @property
    def exact(self) -> bool:
        """Whether the place is a door and not the middle of an RT, RW or kelurahan."""
        return not self.is_meeting and self.grade in EXACT_GRADES


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one team needs on one day, and what the paper must say about itself."""

    sheet_no: str
    city: str
    kecamatan: str
    kelurahan: tuple[str, ...]
    team_name: str
    team_kind: str  # planning.columns.TEAM_KINDS
    transport: str  # geodata.columns.MODES
    day: date
    week: str  # ISO, "2026-W49"
    start_s: int  # leaves the base, seconds after local midnight
    end_s: int  # back at the base
    break_start_s: int | None
    break_end_s: int | None
    travel_s: int
    distance_m: float
    base: tuple[float, float]  # lon, lat
    stops: tuple[SheetStop, ...]
    legs: MultiLineString = field(repr=False)  # EPSG:4326, a line a leg, last one back to base
    streets: gpd.GeoDataFrame = field(repr=False)  # highway, name, geometry; EPSG:4326
    areas: gpd.GeoDataFrame = field(repr=False)  # geodata.columns.AREAS
    made_up: bool
    approximate_borders: bool
    printed_by: str
    printed_at: datetime  # aware
    purpose: str
    language: str  # common.language.LANGUAGES

    @property
    def meetings(self) -> tuple[SheetStop, ...]:
        """The stops at which a kader is met."""
        return tuple(stop for stop in self.stops if stop.is_meeting)

    @property
    def sign_counts(self) -> dict[str, int]:
        """Stops by the sign they bear: ``door``, ``ask``, ``meeting``; ``joint`` comes on top."""
        exact = sum(stop.exact for stop in self.stops)
        met = len(self.meetings)
        joint = sum(stop.joint_with is not None for stop in self.stops)
        ask = len(self.stops) - exact - met
        return {"door": exact, "ask": ask, "meeting": met, "joint": joint}
