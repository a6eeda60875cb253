"""Texts that stand on a screen map where there is room: street names, values of areas."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString

from publishing.label_placing import text_width_mm
from publishing.map_html import safe
from publishing.map_names import rank_of, short_street
from publishing.paper_geometry import to_metres, utm_epsg

# lat, lon, escaped text, px wide, clockwise degrees, m of street (0: any), 1: light on dark
LabelRow = tuple[float, float, str, int, int, int, int]
_PX_PER_MM = 96 / 25.4
_MOST_NAMES = 150


def label_row(
    lon: float,
    lat: float,
    text: str,
    *,
    degrees: float = 0,
    length_m: float = 0,
    light: bool = False,
    size_pt: float,
    bold: bool = False,
) -> LabelRow:
    """Return one text as the map's script wants it."""
    wide = math.ceil(text_width_mm(text, size_pt, bold=bold) * _PX_PER_MM)
    place = (round(float(lat), 5), round(float(lon), 5))
    return (*place, safe(text), wide, round(degrees), round(length_m), int(light))


def street_rows(streets: gpd.GeoDataFrame) -> list[LabelRow]:
    """Return the name of each named street at the middle of its longest part.

    Wider classes first, then longer streets; at most 150. Streets EPSG:4326.
    """
    named = streets[streets["name"].fillna("").str.strip() != ""]
    found = []
    for name, pieces in named.groupby("name"):
        merged = shapely.line_merge(shapely.union_all(pieces.geometry.to_numpy()))
        parts = shapely.get_parts(merged)
        parts = parts[shapely.get_type_id(parts) == 1]
        if not len(parts):
            continue
        first = parts[0].coords[0]
        metres = to_metres(parts, utm_epsg(first[0], first[1]))
        longest = int(np.argmax(shapely.length(metres)))
        rank = max(rank_of(str(kind)) for kind in pieces["highway"])
        length = float(metres[longest].length)
        found.append((-rank, -length, str(name), parts[longest], metres[longest]))
    found.sort(key=lambda each: each[:3])
    return [_street_row(*each[1:]) for each in found[:_MOST_NAMES]]


def _street_row(less: float, name: str, line: LineString, metres: LineString) -> LabelRow:
    """Return one name along its street, never upside down."""
    middle = line.interpolate(0.5, normalized=True)
    before, after = (metres.interpolate(part, normalized=True) for part in (0.35, 0.65))
    degrees = math.degrees(math.atan2(after.y - before.y, after.x - before.x))
    degrees = (degrees + 90) % 180 - 90
    return label_row(
        middle.x, middle.y, short_street(name), degrees=-degrees, length_m=-less, size_pt=8
    )
