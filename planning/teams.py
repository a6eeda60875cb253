"""Teams: who they are, when they work, how they move, which kelurahan they cover."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours of one weekday, seconds after midnight."""

    start_s: int
    end_s: int
    break_start_s: int | None = None
    break_end_s: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """One team that visits families."""

    team_id: str
    kind: str  # see planning.columns.TEAM_KINDS
    name: str  # shown on page and paper, e.g. "PLKB Serpong 2"; not a person's name
    kecamatan_code: str
    territory: tuple[str, ...]  # kelurahan codes
    base_lon: float
    base_lat: float
    transport: str  # walk, motorcycle or car
    skills: frozenset[str]
    most_visits: int  # a day
    shifts: tuple[Shift | None, ...]  # seven, Monday first; None: does not work that day
    leave: frozenset[str]  # ISO dates
