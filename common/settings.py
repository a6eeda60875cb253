"""Every number that a city may want to change, with its unit; read from ``settings.toml``.

Rules that the sources dispute (docs/glossary.md) are settings too. A workspace without
the file uses the values below; an unknown key is refused.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from common.errors import BadInputError
from common.language import N_

_KINDS = {int: "bilangan bulat", float: "angka", str: "teks", bool: "true/false"}


class SettingsError(BadInputError):
    """The settings file cannot be read, or has an unknown key or a wrong value."""

    code = "settings"


def _speeds(**kph: float) -> dict[str, float]:
    return {road: float(speed) for road, speed in kph.items()}


@dataclass(frozen=True, slots=True)
class StreetSettings:
    """How fast a transport moves per OSM road class, km/h; a class not named is closed to it.

    Speeds are free-flow guesses for kampung streets, unconfirmed; measure and change.
    """

    motorcycle_kph: dict[str, float] = field(
        default_factory=lambda: _speeds(
            trunk=35, trunk_link=25, primary=30, primary_link=22, secondary=28, secondary_link=22,
            tertiary=25, tertiary_link=20, unclassified=20, residential=18, living_street=12,
            service=12, road=18, track=10, path=8,
        )
    )  # fmt: skip
    car_kph: dict[str, float] = field(
        default_factory=lambda: _speeds(
            motorway=60, motorway_link=40, trunk=32, trunk_link=22, primary=26, primary_link=20,
            secondary=24, secondary_link=18, tertiary=20, tertiary_link=16, unclassified=16,
            residential=14, living_street=10, service=10, road=14,
        )
    )  # fmt: skip
    walk_kph: dict[str, float] = field(
        default_factory=lambda: _speeds(
            trunk=4.5, trunk_link=4.5, primary=4.5, primary_link=4.5, secondary=4.5,
            secondary_link=4.5, tertiary=4.5, tertiary_link=4.5, unclassified=4.5, residential=4.5,
            living_street=4.5, service=4.5, road=4.5, track=4.5, path=4.5, footway=4.5,
            pedestrian=4.5, steps=2.5, cycleway=4.5,
        )
    )  # fmt: skip
    access_kph: float = 4.0  # on foot from the street to the door
    off_network_m: float = 400.0  # a home farther than this from the network cannot be routed
    park_walk_minutes: float = 8.0  # longest walk from a parked car to a door: about 600 m
    kept_times_mb: float = 200.0  # disk space for travel times that were computed before
    margin_m: float = 1500.0  # streets kept beyond the city's edge


@dataclass(frozen=True, slots=True)
class PlacingSettings:
    """When a register coordinate is trusted and when an RT or RW has a centre."""

    outside_tolerance_m: float = 100.0  # borders are uncertain by this much
    pile_families: int = 8  # this many families on one point are a pile
    far_from_street_m: float = 300.0
    least_known_rt: int = 3  # well-placed families needed to learn an RT's centre
    least_known_rw: int = 5
    least_radius_m: float = 30.0  # no place is stated better than a phone's GPS
    default_radius_register_m: float = 50.0
    # around a point that a person clicked, where too few families tell how far they live from it:
    # an RT holds 30 to 50 families, an RW three to seven RT; unconfirmed
    default_radius_rt_m: float = 100.0
    default_radius_rw_m: float = 300.0
    # where no known family tells: how far nine in ten homes are from the middle of the street or
    # estate of their name, besides its own extent; in a stated kelurahan, and where the address
    # alone tells the kelurahan. Measured on 611 addresses of schools, whose coordinates are rough
    default_radius_street_m: float = 1100.0
    default_radius_unsure_street_m: float = 3500.0
    unsure_kelurahan_times: float = 1.8  # radii of a kelurahan that the address alone tells


@dataclass(frozen=True, slots=True)
class VisitSettings:
    """How long a visit takes, minutes; unconfirmed suggestions of the field."""

    check_minutes: float = 15.0
    usual_minutes: float = 20.0
    pregnant_or_measured_minutes: float = 30.0
    arrival_minutes: float = 7.0  # parking and asking the way, on top of every visit
    search_minutes: dict[str, float] = field(
        default_factory=lambda: {
            "verified": 0.0,
            "register": 0.0,
            "street": 4.0,
            "rt": 8.0,
            "rw": 15.0,
            "neighbourhood": 15.0,
        }
    )
    pregnant_needs_skill: str = "bidan"  # empty text: no skill needed
    # parts of the day, unconfirmed: after "not home" the next try falls in another one
    morning_ends: str = "11:30"
    late_begins: str = "16:00"
    weekend_is_late: bool = True  # mothers who work in a factory: evening or Saturday
    refused_again_days: int = 90  # a family that refused is asked again after so many days
    found_again_days: int = 365  # moved, no longer at risk; sooner when the register changes
    families_per_meeting: int = 10  # asked for at one meeting with a kader
    meeting_minutes: float = 15.0  # of a meeting, besides the families
    minutes_per_asked_family: float = 2.0
    asked_again_days: int = 28  # an answer that has not come by then is asked for again
    meeting_worth: float = 0.25  # share of a family's prize that learning its place is worth


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """When nobody is on the way though it is a working day; hours unconfirmed.

    Hours are written ``11:30-13:00``; empty text: no such rule.
    """

    friday_prayer: str = "11:30-13:00"  # every team pauses, on Fridays
    ramadan_hours: str = "08:00-14:00"  # of every team in Ramadan, without lunch
    # "1448" = "2027-02-08/2027-03-09": first and last day by year of the Hijra, as announced;
    # a Ramadan that is not stated is the thirty days before Eid al-Fitr of package holidays
    ramadan: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueSettings:
    """Points that make up the prize of a visit and the cadence in days; unconfirmed."""

    rule_set: str = "any-factor"
    at_risk_by: str = "either"  # "bkkbn": its flag alone; "rule": our rule; "either": one of both
    factor_points: dict[str, int] = field(
        default_factory=lambda: {
            "unfit_water": 6, "unfit_toilet": 6, "too_young": 5, "too_old": 4, "too_close": 5,
            "too_many": 4, "no_modern_contraception": 3,
        }
    )  # fmt: skip
    group_points: dict[str, int] = field(
        default_factory=lambda: {"pregnant": 40, "baduta": 35, "balita": 20, "pus": 5}
    )
    welfare_points: dict[str, int] = field(
        default_factory=lambda: {"1": 10, "2": 7, "3": 4, "4": 2}
    )
    cadence_days: dict[str, int] = field(
        default_factory=lambda: {"pregnant": 30, "baduta": 30, "balita": 60, "pus": 90}
    )
    never_visited_points: int = 10
    overdue_points_per_week: int = 2
    overdue_points_most: int = 20
    last_result_points: dict[str, int] = field(  # by what the last visit found; unconfirmed
        default_factory=lambda: {
            "met": 0, "not_home": 8, "moved": 0, "refused": 0, "wrong_address": 0, "not_found": 0,
            "no_longer_at_risk": 0, "referred": 5,
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How hard the route search works; work is counted, not timed, so plans repeat."""

    steps_per_stop: int = 60  # of the search of one group of teams, for each stop offered to it
    candidates_per_visit: float = 4.0  # families offered to a group of teams per visit it can make
    second_per_prize_point: int = 25  # travel seconds that one point of prize is worth
    level_travel_share: float = 0.02  # travel may grow by this much for days of even length
    same_team: bool = True  # who visited a family before goes again, where that team can


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """From which probability two rows count as one family; unconfirmed."""

    report_at: float = 0.5  # shown to a person, who decides
    certain_at: float = 0.99


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one workspace."""

    streets: StreetSettings = field(default_factory=StreetSettings)
    placing: PlacingSettings = field(default_factory=PlacingSettings)
    visits: VisitSettings = field(default_factory=VisitSettings)
    calendar: CalendarSettings = field(default_factory=CalendarSettings)
    value: ValueSettings = field(default_factory=ValueSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    duplicates: DuplicateSettings = field(default_factory=DuplicateSettings)


def read_settings(path: Path) -> Settings:
    """Return the settings of a workspace: the defaults, changed by ``path`` when it exists.

    A table such as ``[streets.motorcycle_kph]`` replaces the named entries and keeps the rest.

    Raises
    ------
    SettingsError
        The file is not TOML, or has an unknown key or a value of the wrong kind.
    """
    if not path.exists():
        return Settings()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError(N_("{file} bukan TOML yang sah."), file=path.name) from None
    result: Settings = _merged(Settings(), given, "")
    return result


def _merged(default: Any, given: dict[str, Any], prefix: str) -> Any:  # noqa: ANN401  # any settings class
    """Return a copy of the dataclass ``default`` with the given keys replaced."""
    values = {each.name: getattr(default, each.name) for each in fields(default)}
    for key, value in given.items():
        if key not in values:
            raise SettingsError(N_("Pengaturan {key!r} tidak dikenal."), key=prefix + key)
        old, name = values[key], prefix + key
        if is_dataclass(old):
            values[key] = _merged(old, _table(value, name), f"{name}.")
        elif isinstance(old, dict):
            like = next(iter(old.values()), "")  # a table without defaults holds texts
            given_entries = _table(value, name).items()
            values[key] = {
                **old,
                **{entry: _scalar(each, like, f"{name}.{entry}") for entry, each in given_entries},
            }
        else:
            values[key] = _scalar(value, old, name)
    return type(default)(**values)


def _table(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(N_("Pengaturan {key!r} harus berupa tabel."), key=name)
    return value


def _scalar(value: object, like: object, name: str) -> object:
    """Return ``value`` as the kind of ``like``; a whole number may stand for a decimal one."""
    kind = type(like)
    fits = type(value) is kind or (kind is float and type(value) is int)
    if not fits:
        raise SettingsError(
            N_("Pengaturan {key!r} harus {kind}."), key=name, kind=_KINDS.get(kind, kind.__name__)
        )
    return kind(value)  # type: ignore[call-arg]  # int, float, str or bool
