"""One team's day, ready for paper, phone and map; it carries no full name and no NIK."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import geopandas as gpd
from shapely import MultiLineString

EXACT_GRADES = frozenset({"verified", "register", "street"})  # the door itself can be looked for


@dataclass(frozen=True, slots=True)
class SheetStop:
    """One visit of the day, in driving order.

    Times are seconds after the day's local midnight; coordinates are EPSG:4326.
    """

    number: int
    start_s: int
    end_s: int
    travel_s: int  # from the stop before, or from the base
    distance_m: float
    lon: float  # of the door
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

    @property
    def exact(self) -> bool:
        """Whether the place is a door and not the middle of an RT, RW or kelurahan."""
        return self.grade in EXACT_GRADES


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
