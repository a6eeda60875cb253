"""Columns of the planning frames, each declared once.

Times of a day are whole seconds after its local midnight; ``day_date`` is ISO text.
"""

from __future__ import annotations

from pandera.pandas import Check, Column, DataFrameSchema, Index

TEAM_KINDS = ("camat", "plkb", "tpk")
REASONS = (
    "not_at_risk",
    "merged",
    "banned",
    "not_due",
    "refused",
    "moved",
    "no_location",
    "outside_city",
    "off_network",
    "no_team",
    "team_absent",
    "no_skill",
    "window_closed",
    "cannot_fit_alone",
    "day_full",
)
GROUPS = ("pregnant", "baduta", "balita", "pus", "other")
OUTCOMES = (
    "met",
    "not_home",
    "moved",
    "refused",
    "wrong_address",
    "not_found",
    "no_longer_at_risk",
    "referred",
)

RESULTS = DataFrameSchema(  # what came of visits, a row each
    {
        "household_id": Column(int),
        "day_date": Column(str),  # ISO; of the visit
        "start_s": Column("Int64", Check.in_range(0, 86_399), nullable=True),
        "team_id": Column(str, nullable=True),
        "outcome": Column(str, Check.isin(OUTCOMES)),
    },
    strict=True,
)

SCORES = DataFrameSchema(
    {
        "at_risk": Column(bool),  # counts for the plan, see ValueSettings.at_risk_by
        "rule_at_risk": Column("boolean", nullable=True),  # by the rule set alone; NA unknown
        "bkkbn_at_risk": Column("boolean", nullable=True),
        "risk_factors": Column(str),  # factor names joined by ";"
        "group": Column(str, Check.isin(GROUPS)),
        "due_date": Column(str, nullable=True),  # ISO; missing: due at once
        "must": Column(bool),
        "prize": Column(int, Check.ge(0)),
        "prize_parts": Column(str),  # JSON object, name of the part -> points; sums to prize
    },
    index=Index(int, name="household_id", unique=True),
    strict=True,
)

FAMILIES = DataFrameSchema(  # what planning needs to know of a family: place and score, no person
    {
        "area_code": Column(str, nullable=True),
        "lon": Column(float, nullable=True),
        "lat": Column(float, nullable=True),
        "grade": Column(str),
        "flags": Column(str),
        "at_risk": Column(bool),
        "group": Column(str, Check.isin(GROUPS)),
        "due_date": Column(str, nullable=True),
        "must": Column(bool),
        "prize": Column(int, Check.ge(0)),
        "merged": Column(bool),  # another row of the register stands for the family
        # a reason that the last visit found: planning.results.kept_off; empty: none
        "kept_off": Column(str, Check.isin(["", "moved", "refused", "not_at_risk"])),
        # parts of the day in which nobody was home, joined by ";": planning.retries
        "tried": Column(str),
    },
    index=Index(int, name="household_id", unique=True),
    strict=True,
)

VISIT_KINDS = ("home", "kader")

VISITS = DataFrameSchema(  # a row a family; the families of one meeting share a stop number
    {
        "team_id": Column(str),
        "day_date": Column(str),
        "sequence": Column(int, Check.ge(1)),  # stop number on the day's map
        "household_id": Column(int),
        "travel_s": Column(int, Check.ge(0)),  # from the stop before (or the base) to the door
        "distance_m": Column(float, Check.ge(0)),
        "start_s": Column(int),  # arrival at the door or end of waiting
        "end_s": Column(int),  # start + service
        "joint_team_id": Column(str, nullable=True),  # who else makes the same visit
        "must": Column(bool),
        "kind": Column(str, Check.isin(VISIT_KINDS)),  # kader: asked for at a meeting, not seen
        "place_name": Column(str, nullable=True),  # of the meeting; missing for a home
        "place_lon": Column(float, nullable=True),  # EPSG:4326
        "place_lat": Column(float, nullable=True),
    },
    strict=True,
)

DAYS = DataFrameSchema(
    {
        "team_id": Column(str),
        "day_date": Column(str),
        "transport": Column(str),
        "shift_start_s": Column(int),
        "shift_end_s": Column(int),
        "break_start_s": Column("Int64", nullable=True),
        "break_end_s": Column("Int64", nullable=True),
        "start_s": Column(int),  # leaves the base
        "end_s": Column(int),  # back at the base
        "travel_s": Column(int),
        "distance_m": Column(float),
        "geometry": Column("geometry"),  # MultiLineString, one line a leg, last one back to base
    },
    strict=True,
)

LEFTOVERS = DataFrameSchema(
    {
        "household_id": Column(int, unique=True),
        "reason": Column(str, Check.isin(REASONS)),
        "missing": Column(str),  # what would have to give, as a short code; may be empty
        # of a day that is full, see planning.full_days; all missing where nobody asked
        "missing_s": Column("Int64", Check.ge(0), nullable=True),  # by which the day is too short
        "team_id": Column(str, nullable=True),  # the team-day that lacks least
        "day_date": Column(str, nullable=True),
        "instead_of": Column("Int64", nullable=True),  # household_id whose visit would give way
    },
    strict=True,
)

CALENDAR_KINDS = ("holiday", "leave", "posyandu")

CALENDAR = DataFrameSchema(
    {
        "date": Column(str),  # ISO
        "kind": Column(str, Check.isin(CALENDAR_KINDS)),
        "area_code": Column(str, nullable=True),  # posyandu: the kelurahan
        "rw": Column(str, nullable=True),  # posyandu: three digits
        "team_id": Column(str, nullable=True),  # leave: who
        "note": Column(str, nullable=True),
    },
    strict=True,
)
