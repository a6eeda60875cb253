"""The ink of the map: streets, borders, route, stops, scale bar; all in mm of paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from shapely import Polygon as Polygon_

from publishing.label_placing import MM_PER_PT, Label
from publishing.paper_day import BASE_MM, DISC_MM, SQUARE_MM, PaperDay, reach_mm
from publishing.paper_geometry import (
    ARROW_EVERY_M,
    Arrow,
    Frame,
    Geometries,
    arrow_at,
    arrow_distances,
)
from publishing.words import number_text

INK = "black"
_ARROWS_LEAST_MM, _ARROWS_MOST_MM = 11.0, 40.0  # apart, whatever the scale
_ARROW_MM = 1.4
_LEADER_FROM_MM = 1.2  # a disc this far from its door gets a line to it
# width in mm and grey per class; small streets first, so that they do not cut the big ones
_OTHER = (0.55, "#cfcfcf")
_CLASSES: tuple[tuple[frozenset[str], float, str], ...] = (
    (
        frozenset({"footway", "path", "steps", "pedestrian", "track", "cycleway"}),
        0.3,
        "#bcbcbc",
    ),
    (frozenset({"tertiary", "secondary_link", "tertiary_link"}), 1.0, "#c4c4c4"),
    (frozenset({"secondary", "primary_link"}), 1.4, "#bebebe"),
    (frozenset({"primary", "motorway_link", "trunk_link"}), 1.8, "#b8b8b8"),
    (frozenset({"motorway", "trunk"}), 2.2, "#b2b2b2"),
)
_ROUND_LENGTHS_M = (25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 25000, 50000)


def street_ink(day: PaperDay) -> Iterator[Artist]:
    """Yield the streets, one path a class."""
    highway = day.streets["highway"].astype(str)
    shapes = day.streets.geometry.to_numpy()
    known = frozenset().union(*(kinds for kinds, _, _ in _CLASSES))
    yield from _lines(shapes[~highway.isin(known)], *_OTHER, zorder=1)
    for order, (kinds, width, grey) in enumerate(_CLASSES):
        yield from _lines(shapes[highway.isin(kinds)], width, grey, zorder=2 + order / 10)


def border_ink(day: PaperDay) -> Iterator[Artist]:
    """Yield the borders of kelurahan, dashed; a border of two is drawn once."""
    rings = shapely.boundary(day.areas.geometry.to_numpy())
    inside = shapely.box(-1, -1, day.frame.width_mm + 1, day.frame.height_mm + 1)
    borders = shapely.line_merge(shapely.union_all(rings)).intersection(inside)
    yield from _lines(
        np.array([borders], dtype=object), 0.45, "#4d4d4d", zorder=3, ls=(0, (5, 2, 1, 2))
    )


def route_ink(day: PaperDay) -> Iterator[Artist]:
    """Yield the route with a white edge, its arrows, and the walks to the doors."""
    legs = np.array(day.legs, dtype=object)
    yield from _lines(legs, 1.6, "white", zorder=5)
    yield from _lines(legs, 0.8, INK, zorder=6)
    walks = np.array(day.access, dtype=object)
    yield from _lines(walks, 0.5, INK, zorder=6, ls=(0, (1.5, 1.5)))
    arrows = [_arrow_shape(arrow) for arrow in visible_arrows(day)]
    yield PolyCollection(
        arrows, facecolors=INK, edgecolors="white", linewidths=0.4 / MM_PER_PT, zorder=7
    )


def visible_arrows(day: PaperDay) -> list[Arrow]:
    """Return the arrows of all legs, moved along where a disc or another arrow is in the way."""
    every = ARROW_EVERY_M / day.frame.m_per_mm
    every = min(max(every, _ARROWS_LEAST_MM), _ARROWS_MOST_MM)
    round_things = [
        (*disc, reach_mm(stop) + 1.1 * _ARROW_MM)
        for stop, disc in zip(day.stops, day.discs, strict=True)
    ]
    if day.base is not None:
        round_things.append((day.base.x, day.base.y, BASE_MM + _ARROW_MM))
    seen: list[Arrow] = []
    for leg in day.legs:
        for distance in arrow_distances(leg.length, every):
            for shift in (0.0, 3.0, -3.0, 5.5, -5.5):
                if not 0 <= distance + shift <= leg.length:
                    continue
                arrow = arrow_at(leg, distance + shift, 1.0)
                if all(math.dist((arrow.x, arrow.y), (x, y)) > room for x, y, room in round_things):
                    seen.append(arrow)
                    round_things.append((arrow.x, arrow.y, 2.2 * _ARROW_MM))
                    break
    return seen


def _arrow_shape(arrow: Arrow) -> list[tuple[float, float]]:
    cos, sin = math.cos(arrow.angle), math.sin(arrow.angle)
    tip = ((1.3, 0.0), (-0.9, 1.15), (-0.35, 0.0), (-0.9, -1.15))
    return [
        (arrow.x + _ARROW_MM * (x * cos - y * sin), arrow.y + _ARROW_MM * (x * sin + y * cos))
        for x, y in tip
    ]


def base_ink(day: PaperDay) -> Iterator[Artist]:
    """Yield the house of the base, where it is in the frame."""
    if day.base is None:
        return
    x, y, size = day.base.x, day.base.y, BASE_MM
    wall, eaves, roof = 0.75 * size, 0.1 * size, 1.15 * size
    house = [(-wall, -size), (wall, -size), (wall, eaves), (roof, eaves), (0, roof),
             (-roof, eaves), (-wall, eaves)]  # fmt: skip
    outline = [(x + dx, y + dy) for dx, dy in house]
    yield Polygon(outline, fc=INK, ec="white", lw=1.4, zorder=10)
    yield Rectangle((x - 0.25 * size, y - size), 0.5 * size, 0.7 * size, fc="white", zorder=10.1)


def stop_ink(day: PaperDay) -> Iterator[Artist]:
    """Yield discs, squares where a kader is met, and lines to the doors of those moved."""
    for stop, door, disc in zip(day.stops, day.doors, day.discs, strict=True):
        if math.dist(door, disc) > _LEADER_FROM_MM:
            leader = np.array([shapely.LineString([door, disc])], dtype=object)
            yield from _lines(leader, 0.35, INK, zorder=8)
            yield Circle(tuple(door), 0.75, fc=INK, ec="white", lw=0.5, zorder=8.5)
        fill, edge = (INK, "white") if stop.exact else ("white", INK)
        if stop.joint_with:
            yield Circle(tuple(disc), reach_mm(stop), fc="white", ec=INK, lw=1.0, zorder=10.5)
        if stop.is_meeting:
            yield from _square(*disc)
        else:
            yield Circle(tuple(disc), DISC_MM, fc=fill, ec=edge, lw=1.2, zorder=11)


def _square(x: float, y: float) -> Iterator[Artist]:
    """Yield a square with a second line inside, which no disc has."""
    for half, width in ((SQUARE_MM, 1.3), (SQUARE_MM - 0.5, 0.5)):
        corner = (x - half, y - half)
        yield Rectangle(corner, 2 * half, 2 * half, fc="white", ec=INK, lw=width, zorder=11)


def write_numbers(axes: Axes, day: PaperDay) -> None:
    """Write the number on each disc."""
    for stop, (x, y) in zip(day.stops, day.discs, strict=True):
        axes.text(
            x, y - 0.05, str(stop.number), ha="center", va="center_baseline", weight="bold",
            fontsize=(9.5 if stop.number < 100 else 7.5) - stop.is_meeting,
            color="white" if stop.exact else INK,
            zorder=12,
        )  # fmt: skip


def write_label(axes: Axes, label: Label, *, area: bool) -> None:
    """Write one name on a ground that keeps it readable over streets."""
    axes.text(
        label.x, label.y, label.text, rotation=label.angle_deg, rotation_mode="anchor",
        ha="center", va="center_baseline", fontsize=label.size_pt,
        color="#4d4d4d" if area else "#1a1a1a", weight="bold" if area else "normal",
        bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.4}, zorder=4.5 if area else 4.8,
    )  # fmt: skip


def scale_bar_length_m(frame: Frame) -> int:
    """Return the longest round length that takes at most a quarter of the frame's width."""
    fitting = [m for m in _ROUND_LENGTHS_M if m / frame.m_per_mm <= frame.width_mm / 4]
    return max(fitting, default=_ROUND_LENGTHS_M[0])


def scale_bar_box(frame: Frame) -> Polygon_:
    """Return the lower left corner that the scale bar takes."""
    return shapely.box(0, 0, scale_bar_length_m(frame) / frame.m_per_mm + 12, 9.5)


def north_box(frame: Frame) -> Polygon_:
    """Return the upper right corner that the north arrow takes."""
    right, top = frame.width_mm, frame.height_mm
    return shapely.box(right - 12, top - 19, right, top)


def draw_scale_bar(axes: Axes, frame: Frame, language: str) -> None:
    """Draw a bar of a round length."""
    axes.add_artist(_ground(scale_bar_box(frame)))
    metres = scale_bar_length_m(frame)
    half = metres / frame.m_per_mm / 2
    for index, fill in enumerate((INK, "white")):
        axes.add_artist(
            Rectangle((4 + index * half, 2.5), half, 1.5, fc=fill, ec=INK, lw=0.8, zorder=16)
        )
    unit, value = ("km", metres / 1000) if metres >= 1000 else ("m", float(metres))
    decimals = 0 if value == int(value) else 1
    for dx, text in ((0, "0"), (2 * half, f"{number_text(value, decimals, language)} {unit}")):
        axes.text(4 + dx, 5.2, text, ha="center", fontsize=8, zorder=16, color=INK)


def draw_north(axes: Axes, frame: Frame, north: str) -> None:
    """Draw an arrow to the north with its letter."""
    axes.add_artist(_ground(north_box(frame)))
    x, y = frame.width_mm - 6, frame.height_mm - 17
    for side, fill in ((-3, INK), (3, "white")):
        half = [(x, y + 11), (x + side, y), (x, y + 2.6)]
        axes.add_artist(Polygon(half, fc=fill, ec=INK, lw=0.8, zorder=16))
    axes.text(x, y + 11.8, north, ha="center", fontsize=10, weight="bold", zorder=16, color=INK)


def outline(box: Polygon_, width_pt: float, colour: str, *, zorder: float) -> Rectangle:
    """Return the edge of a box."""
    left, low, right, top = box.bounds
    return Rectangle(
        (left, low), right - left, top - low, fill=False, ec=colour, lw=width_pt, zorder=zorder
    )


def _ground(box: Polygon_) -> Rectangle:
    left, low, right, top = box.bounds
    return Rectangle((left, low), right - left, top - low, fc="white", zorder=15)


def _lines(
    shapes: Geometries,
    width_mm: float,
    colour: str,
    *,
    zorder: float,
    **style: Any,  # noqa: ANN401  # matplotlib's own
) -> Iterator[Artist]:
    """Yield one path for all lines, if there are any."""
    parts = shapely.get_parts(shapes[~shapely.is_empty(shapes)])
    while (shapely.get_type_id(parts) == 7).any():  # a collection may hold collections
        parts = shapely.get_parts(parts)
    parts = parts[(shapely.get_type_id(parts) == 1) & (shapely.get_num_points(parts) > 1)]
    if not len(parts):
        return
    points, owner = shapely.get_coordinates(parts, return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[np.flatnonzero(np.diff(owner, prepend=-1))] = Path.MOVETO
    yield PathPatch(
        Path(points, codes), fc="none", ec=colour, lw=width_mm / MM_PER_PT, zorder=zorder,
        capstyle="round" if "ls" not in style else "butt", joinstyle="round", **style,
    )  # fmt: skip
