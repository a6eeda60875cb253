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


def _text(*, nullable: bool = True) -> Column:
    return Column(str, nullable=nullable)


def _flag() -> Column:
    return Column("boolean", nullable=True)


AREAS = DataFrameSchema(
    {
        "area_code": Column(str, unique=True),  # kelurahan, as the boundary file codes it
        "area_name": _text(nullable=False),
        "kecamatan_code": _text(nullable=False),
        "kecamatan_name": _text(nullable=False),
        "city_name": _text(nullable=False),
        "geometry": Column("geometry"),  # Polygon or MultiPolygon, EPSG:4326
    },
    strict=True,
)

HOUSEHOLDS = DataFrameSchema(
    {
        "kode_keluarga": _text(nullable=False),
        "area_code_stated": _text(),  # kelurahan code written in the register, dotted if Kemendagri
        "kelurahan_name": _text(),
        "kecamatan_name": _text(),
        "rw": _text(),  # three digits: "003"
        "rt": _text(),
        "nik": _text(),
        "head_name": _text(),
        "wife_name": _text(),
        "address": _text(),
        "pregnant": _flag(),
        "baduta": _flag(),
        "balita": _flag(),
        "pus": _flag(),
        **{factor: _flag() for factor in FACTORS},
        "welfare_rank": Column("Int64", Check.isin([1, 2, 3, 4, 5]), nullable=True),
        "bkkbn_at_risk": _flag(),
        "register_lon": Column(float, nullable=True),
        "register_lat": Column(float, nullable=True),
    },
    index=Index(
        int, name="row", unique=True
    ),  # line of the source file; after storage household_id
    strict=True,
)

ISSUES = DataFrameSchema(
    {
        "row": Column(int),  # line of the source file, 1 = heading
        "column": _text(nullable=False),
        "code": _text(nullable=False),
        "quarantines": Column(bool),  # the row cannot be used until it is mended
    },
    strict=True,
)

PLACES = DataFrameSchema(
    {
        "area_code": _text(),  # kelurahan the family belongs to; missing when unknown
        "lon": Column(float, nullable=True),
        "lat": Column(float, nullable=True),
        "grade": Column(str, Check.isin(GRADES)),
        "radius_m": Column(float, nullable=True),  # nine in ten true places lie within it
        "flags": _text(nullable=False),  # flag codes joined by ";", empty when there is none
    },
    index=Index(int, name="household_id", unique=True),
    strict=True,
)

POINTS = DataFrameSchema(
    {
        "place_id": Column(str, unique=True),
        "kind": Column(str, Check.isin(POINT_KINDS)),
        "name": _text(nullable=False),
        "area_code": _text(nullable=False),
        "rw": _text(),  # three digits; always there for kinds rw and rt
        "rt": _text(),  # three digits; always there for kind rt
        "lon": Column(float),
        "lat": Column(float),
    },
    strict=True,
)
