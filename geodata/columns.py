"""Columns of the frames that pass between rooms, each declared once.

Coordinates are EPSG:4326 (lon, lat). Missing text is ``None``/``NA``, a missing
number ``NaN``, an unknown yes/no ``NA`` of dtype ``boolean``.
"""

from __future__ import annotations

from pandera.pandas import Check, Column, DataFrameSchema, Index

GRADES = ("verified", "register", "street", "rt", "rw", "neighbourhood", "kelurahan", "none")
FACTORS = (
    "unfit_water",
    "unfit_toilet",
    "too_young",
    "too_old",
    "too_close",
    "too_many",
    "no_modern_contraception",
)
PERSONAL = ("nik", "head_name", "wife_name", "address")
MODES = ("walk", "motorcycle", "car")
POINT_KINDS = ("posyandu", "puskesmas", "office", "rt", "rw")


def _text(meaning: str, *, nullable: bool = True, unique: bool = False) -> Column:
    return Column(str, nullable=nullable, unique=unique, description=meaning)


def _flag(meaning: str) -> Column:
    return Column("boolean", nullable=True, description=meaning)


def _degrees(meaning: str, *, nullable: bool = True) -> Column:
    return Column(float, nullable=nullable, description=f"{meaning}, degrees, EPSG:4326")


AREAS = DataFrameSchema(
    {
        "area_code": _text(
            "code of the kelurahan, as the boundary file gives it", nullable=False, unique=True
        ),
        "area_name": _text("name of the kelurahan", nullable=False),
        "kecamatan_code": _text("code of its kecamatan", nullable=False),
        "kecamatan_name": _text("name of its kecamatan", nullable=False),
        "city_name": _text("name of the city", nullable=False),
        "geometry": Column("geometry", description="polygon or multipolygon, EPSG:4326"),
    },
    strict=True,
)

_FACTOR_WORDS = {
    "unfit_water": "drinking water is unfit",
    "unfit_toilet": "toilet is unfit",
    "too_young": "mother too young",
    "too_old": "mother too old",
    "too_close": "children too close",
    "too_many": "too many children",
    "no_modern_contraception": "no modern contraception",
}

HOUSEHOLDS = DataFrameSchema(
    {
        "kode_keluarga": _text("BKKBN's number of the family", nullable=False),
        "area_code_stated": _text(
            "code of the kelurahan as the register writes it, with dots if Kemendagri"
        ),
        "kelurahan_name": _text("name of the kelurahan as the register writes it"),
        "kecamatan_name": _text("name of the kecamatan as the register writes it"),
        "rw": _text('RW, three digits: "003"'),
        "rt": _text('RT, three digits: "005"'),
        "nik": _text("identity number, as written; personal"),
        "head_name": _text("head of the family; personal"),
        "wife_name": _text("wife; personal"),
        "address": _text("free text; personal"),
        "pregnant": _flag("somebody is pregnant"),
        "baduta": _flag("a child of 0 to 23 months"),
        "balita": _flag("a child of 24 to 59 months"),
        "pus": _flag("a couple of reproductive age"),
        **{factor: _flag(_FACTOR_WORDS[factor]) for factor in FACTORS},
        "welfare_rank": Column(
            "Int64",
            Check.isin([1, 2, 3, 4, 5]),
            nullable=True,
            description="welfare rank (kesejahteraan prioritas)",
        ),
        "bkkbn_at_risk": _flag("BKKBN's own flag: at risk of stunting"),
        "register_lon": _degrees("longitude as the register writes it"),
        "register_lat": _degrees("latitude as the register writes it"),
    },
    index=Index(
        int,
        name="row",
        unique=True,
        description="row of the source file; once stored, `household_id`",
    ),
    strict=True,
)

ISSUES = DataFrameSchema(
    {
        "row": Column(int, description="row of the source file, 1 is the heading"),
        "column": _text("heading of the column, as the layout names it", nullable=False),
        "code": _text("what is wrong, see below", nullable=False),
        "quarantines": Column(bool, description="the row cannot be used until it is mended"),
    },
    strict=True,
)

PLACES = DataFrameSchema(
    {
        "area_code": _text("kelurahan that the family belongs to; missing when unknown"),
        "lon": _degrees("longitude"),
        "lat": _degrees("latitude"),
        "grade": Column(str, Check.isin(GRADES), description="how the place is known, best first"),
        "radius_m": Column(
            float, nullable=True, description="nine in ten true places lie within it, metres"
        ),
        "flags": _text("codes joined by `;`, empty when there is none", nullable=False),
    },
    index=Index(int, name="household_id", unique=True, description="number of the family"),
    strict=True,
)

POINTS = DataFrameSchema(
    {
        "place_id": _text("id of the point", nullable=False, unique=True),
        "kind": Column(str, Check.isin(POINT_KINDS), description="what stands there"),
        "name": _text("shown on page and paper", nullable=False),
        "area_code": _text("kelurahan", nullable=False),
        "rw": _text("three digits; always there for `rw` and `rt`"),
        "rt": _text("three digits; always there for `rt`"),
        "lon": _degrees("longitude", nullable=False),
        "lat": _degrees("latitude", nullable=False),
    },
    strict=True,
)
