"""One team's day as a vector map without tiles: grey streets, dark route, numbered stops."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, replace

import matplotlib as mpl
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from common.language import N_, translate
from publishing import map_ink
from publishing.label_placing import Label, place_labels
from publishing.map_names import area_labels, street_labels
from publishing.paper_day import (
    BASE_MM,
    PaperDay,
    day_on_paper,
    near_part,
    reach_mm,
    whole_day,
)
from publishing.paper_geometry import Frame
from publishing.sheet import Sheet

_MOST_STREET_NAMES = 40
_INSET_SIDES_MM = (62.0, 50.0)
_WIDE_STREETS = r"motorway|trunk|primary|secondary|tertiary"
_DRAWING = threading.Lock()  # matplotlib's settings belong to the whole process


@dataclass(frozen=True, slots=True)
class _Inset:
    """A small map of the whole day in a corner of the large one."""

    day: PaperDay
    corner: Polygon  # mm of the large map
    large: Polygon  # what the large map shows, mm of the small one


def draw_route_map(sheet: Sheet, width_mm: float, height_mm: float) -> bytes:
    """Return the day's map as SVG; the same sheet gives the same bytes.

    Streets grey by class, borders of kelurahan dashed, the route black with arrows,
    stops as numbered discs that do not overlap: black where the door is known, white
    where one has to ask, with a ring where another team joins; a square where a kader is met.
    Places far from the others are left to an inset. Projected to the UTM zone of the day;
    readable in black and white. Texts stay texts in DejaVu Sans. Safe to call from several
    threads.

    Parameters
    ----------
    sheet
        At least a base; a day without stops or legs gives a map around the base.
    width_mm, height_mm
        Size on paper, each at least 60 mm.
    """
    day, inset = _large_and_inset(sheet, width_mm, height_mm)
    names = _names(day, inset)
    target = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _DRAWING, mpl.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "sambangi",
            "font.family": ["DejaVu Sans"],
            "text.parse_math": False,  # a dollar sign in a street's name is a dollar sign
            "path.simplify": False,
        }
    ):  # fmt: skip
        figure = _figure(sheet.language, day, inset, names)
        FigureCanvasSVG(figure).print_svg(target, metadata=nothing)  # type: ignore[no-untyped-call]  # matplotlib has no types here
    return target.getvalue()


def _figure(
    language: str, day: PaperDay, inset: _Inset | None, names: tuple[list[Label], list[Label]]
) -> Figure:
    """Return the large map with its names and the inset in its corner."""
    figure = Figure(figsize=(day.frame.width_mm / 25.4, day.frame.height_mm / 25.4))
    axes = _axes(figure, day.frame.box, day.frame)
    _draw(axes, day, language)
    map_ink.draw_north(axes, day.frame, translate(N_("U"), language))
    for labels, area in zip(names, (True, False), strict=True):
        for label in labels:
            map_ink.write_label(axes, label, area=area)
    if inset is not None:
        small = _axes(figure, inset.corner, day.frame)
        _draw(small, inset.day, language)
        small.add_artist(map_ink.outline(inset.large, 1.4, "#4d4d4d", zorder=19))
    return figure


def _axes(figure: Figure, place: Polygon, page: Frame) -> Axes:
    """Return axes in mm over a rectangle of the page."""
    left, low, right, top = place.bounds
    wide, high = right - left, top - low
    axes = figure.add_axes(
        (
            left / page.width_mm,
            low / page.height_mm,
            wide / page.width_mm,
            high / page.height_mm,
        )
    )
    axes.set_axis_off()
    axes.set(xlim=(0, wide), ylim=(0, high))
    axes.add_artist(Rectangle((0, 0), wide, high, fc="white", ec="none", zorder=0))
    return axes


def _draw(axes: Axes, day: PaperDay, language: str) -> None:
    """Put everything but names and the north arrow on the axes."""
    for artist in (
        *map_ink.street_ink(day),
        *map_ink.border_ink(day),
        *map_ink.route_ink(day),
        *map_ink.base_ink(day),
        *map_ink.stop_ink(day),
    ):
        axes.add_artist(artist)
    map_ink.write_numbers(axes, day)
    map_ink.draw_scale_bar(axes, day.frame, language)
    axes.add_artist(map_ink.outline(day.frame.box, 2.0, map_ink.INK, zorder=20))


def _large_and_inset(
    sheet: Sheet, width_mm: float, height_mm: float
) -> tuple[PaperDay, _Inset | None]:
    """Return the map of the day and, where places lie far off, the small map of all."""
    everything = whole_day(sheet)
    near = near_part(sheet, width_mm, height_mm)
    if near is not None:
        large = day_on_paper(sheet, near, width_mm, height_mm)
        for side in _INSET_SIDES_MM:
            corner = _free_corner(large, side)
            if corner is not None:
                return large, _inset(sheet, everything, large, corner)
    return day_on_paper(sheet, everything, width_mm, height_mm), None


def _free_corner(day: PaperDay, side: float) -> Polygon | None:
    """Return the corner with least of the route in it, None when each hides a stop."""
    wide, high = day.frame.width_mm, day.frame.height_mm
    corners = [
        shapely.box(wide - side, 0, wide, side),
        shapely.box(0, high - side, side, high),
    ]
    signs = zip(day.stops, day.discs, strict=True)
    things = [shapely.Point(disc).buffer(reach_mm(stop) + 2) for stop, disc in signs]
    if day.base is not None:
        things.append(day.base.buffer(BASE_MM + 2))
    free = [corner for corner in corners if not shapely.intersects(corner, things).any()]
    route = shapely.union_all(day.legs)
    return min(free, key=lambda corner: corner.intersection(route).length, default=None)


def _inset(sheet: Sheet, everything: BaseGeometry, large: PaperDay, corner: Polygon) -> _Inset:
    """Return the small map; it numbers only the stops that the large one leaves out."""
    left, low, right, top = corner.bounds
    numbers = {stop.number for stop in large.stops}
    day = day_on_paper(sheet, everything, right - left, top - low)
    only = [index for index, stop in enumerate(day.stops) if stop.number not in numbers]
    kinds = day.streets["highway"].astype(str)
    day = replace(
        day,
        stops=tuple(day.stops[index] for index in only),
        doors=day.doors[only],
        discs=day.discs[only],
        streets=day.streets[kinds.str.contains(_WIDE_STREETS)],
        areas=day.areas[:0],  # so small, their borders would hide the route
    )
    here, there = large.frame, day.frame
    x, y = (here.x_m - there.x_m) / there.m_per_mm, (here.y_m - there.y_m) / there.m_per_mm
    ratio = here.m_per_mm / there.m_per_mm
    shown = shapely.box(x, y, x + here.width_mm * ratio, y + here.height_mm * ratio)
    return _Inset(day, corner, shown)


def _names(day: PaperDay, inset: _Inset | None) -> tuple[list[Label], list[Label]]:
    """Return the labels of kelurahan and of streets that find room."""
    arrows = map_ink.visible_arrows(day)
    busy: list[BaseGeometry] = [
        *(
            shapely.Point(disc).buffer(reach_mm(stop) + 1)
            for stop, disc in zip(day.stops, day.discs, strict=True)
        ),
        *(shapely.Point(arrow.x, arrow.y).buffer(1.6) for arrow in arrows),
        *(leg.buffer(0.5) for leg in (*day.legs, *day.access)),
        *(LineString(ends).buffer(0.4) for ends in zip(day.doors, day.discs, strict=True)),
        map_ink.scale_bar_box(day.frame),
        map_ink.north_box(day.frame),
    ]
    if day.base is not None:
        busy.append(day.base.buffer(BASE_MM + 1.5))
    if inset is not None:
        busy.append(inset.corner)
    frame = shapely.box(1, 1, day.frame.width_mm - 1, day.frame.height_mm - 1)
    areas = place_labels(area_labels(day.areas, day.frame.box), busy, frame, most=12)
    busy += [label.box for label in areas]
    route = shapely.union_all([*day.legs, *day.access])
    streets = place_labels(street_labels(day.streets, route), busy, frame, _MOST_STREET_NAMES)
    return areas, streets
