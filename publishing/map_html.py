"""The pieces of a screen map that need no map library: icons, legends, compact shapes.

Every text that comes from data is escaped here.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from common.language import N_, translate
from publishing import words
from publishing.paper_geometry import (
    ARROW_EVERY_M,
    arrow_at,
    arrow_distances,
    to_metres,
    utm_epsg,
)
from publishing.sheet import Sheet, SheetStop

# Okabe & Ito (2008): colours that colour-blind readers can tell apart
BLUE, BLACK = "#0072B2", "#000000"
_DECIMALS = 5  # of a degree: one metre


# beyond HTML's own: signs of JavaScript template strings, and of the templates that Folium makes
# of everything it renders, where a name with braces would be run as code on the server
_UNSAFE = {ord(sign): f"&#{ord(sign)};" for sign in "\\`${}"}


def safe(text: str) -> str:
    """Return text for HTML inside JavaScript inside Folium's templates."""
    return html.escape(text).translate(_UNSAFE)


def latlon(line: LineString) -> list[tuple[float, float]]:
    """Return the points of a line as Leaflet wants them, to about a metre."""
    return [(round(y, _DECIMALS), round(x, _DECIMALS)) for x, y, *_ in line.coords]


def rounded(shape: BaseGeometry) -> dict[str, object]:
    """Return a GeoJSON geometry with coordinates to about a metre."""

    def nested(part: object) -> object:
        if isinstance(part, float | int):
            return round(float(part), _DECIMALS)
        return [nested(each) for each in part] if isinstance(part, tuple | list) else part

    plain = shapely.geometry.mapping(shape)
    return {"type": plain["type"], "coordinates": nested(plain["coordinates"])}


def borders_near(
    areas: gpd.GeoDataFrame, around: tuple[float, float, float, float]
) -> BaseGeometry:
    """Return the borders of kelurahan in a box (west, south, east, north), each line once."""
    box = shapely.box(*around)
    near = areas.geometry.to_numpy()[areas.geometry.intersects(box).to_numpy()]
    lines = shapely.union_all(shapely.boundary(near))
    return shapely.line_merge(shapely.simplify(lines, 0.00002)).intersection(box)


def arrows(legs: Iterable[LineString]) -> list[tuple[float, float, float]]:
    """Return lat, lon and clockwise degrees from north of arrows about every 300 m."""
    lines = np.array([leg for leg in legs if leg.length > 0], dtype=object)
    if not len(lines):
        return []
    first = lines[0].coords[0]
    found = []
    for leg, metres in zip(lines, to_metres(lines, utm_epsg(first[0], first[1])), strict=True):
        for distance in arrow_distances(metres.length, ARROW_EVERY_M):
            angle = arrow_at(metres, distance, 8.0).angle
            at = leg.interpolate(distance / metres.length, normalized=True)
            found.append((at.y, at.x, (90 - math.degrees(angle)) % 360))
    return found


def bounds(sheet: Sheet) -> list[list[float]]:
    """Return south-west and north-east of the base, the stops and the route."""
    points = shapely.points([sheet.base, *((stop.lon, stop.lat) for stop in sheet.stops)])
    west, south, east, north = shapely.total_bounds([*points, sheet.legs])
    return [[float(south), float(west)], [float(north), float(east)]]


def number_icon(stop: SheetStop) -> str:
    """Return the disc of a stop: black where the door is known, white where one must ask.

    A meeting with a kader is a square with a double edge.
    """
    fill, ink = (BLACK, "#fff") if stop.exact else ("#fff", BLACK)
    ring = f"outline:2px solid {BLACK};outline-offset:1px;" if stop.joint_with else ""
    if stop.is_meeting:
        return (
            f'<div style="width:24px;height:24px;box-sizing:border-box;{ring}background:#fff;'
            f"color:{BLACK};border:5px double {BLACK};"
            f'font:bold 11px/14px sans-serif;text-align:center">{stop.number}</div>'
        )
    return (
        f'<div style="width:24px;height:24px;border-radius:50%;box-sizing:border-box;{ring}'
        f"background:{fill};color:{ink};border:2px solid {BLACK if not stop.exact else '#fff'};"
        f'font:bold 12px/20px sans-serif;text-align:center">{stop.number}</div>'
    )


def arrow_icon(degrees: float) -> str:
    """Return a small arrow that points ``degrees`` clockwise from north."""
    return (
        '<svg width="14" height="14" viewBox="-7 -7 14 14" '
        f'style="transform:rotate({degrees:.0f}deg)"><path d="M0,-6 L5,5 L0,2.5 L-5,5 Z" '
        f'fill="{BLUE}" stroke="#fff" stroke-width="1.2"/></svg>'
    )


def house_icon() -> str:
    """Return the house of the base."""
    return (
        '<svg width="26" height="26" viewBox="0 0 26 26"><path d="M13,2 L25,13 H21 V24 H5 V13 H1 Z"'
        f' fill="{BLACK}" stroke="#fff" stroke-width="1.5"/>'
        '<rect x="10.5" y="15" width="5" height="9" fill="#fff"/></svg>'
    )


def stop_words(stop: SheetStop, language: str) -> str:
    """Return number, time and RT/RW of a stop, and nothing else, as HTML.

    For a meeting: number, time, the name of the place, and for how many families.
    """
    if stop.is_meeting:
        what = (words.place_words(stop, language), words.meeting_text(stop, language))
    else:
        what = (words.rt_rw_text(stop), "")
    parts = (f"No {stop.number}", words.clock_text(stop.start_s, language), *what)
    return safe(" · ".join(part for part in parts if part))


def day_legend(sheet: Sheet) -> str:
    """Return the legend of a day with counts, and what the reader must know of the data."""
    language = sheet.language
    signs = sheet.sign_counts
    counted = (
        ("●", N_("letak rumah diketahui ({count})"), signs["door"]),
        ("○", N_("letak perkiraan, bertanya dulu ({count})"), signs["ask"]),
        ("▣", N_("temui kader ({count})"), signs["meeting"]),
        ("◎", N_("kunjungan bersama ({count})"), signs["joint"]),
        ("⌂", N_("titik berangkat"), 1),
        (f'<span style="color:{BLUE}">➤</span>', N_("rute"), 1),
        ("┄", N_("batas kelurahan"), 1),
    )
    lines = [
        f"{sign} {safe(translate(text, language, count=count))}"
        for sign, text, count in counted
        if count
    ]
    lines += [f"<b>{safe(word)}</b>" for word in words.warnings_of(sheet)]
    return "<br>".join(lines)
