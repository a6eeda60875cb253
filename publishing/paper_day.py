"""Everything of one day in millimetres of paper, before any ink."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from publishing.label_placing import spread_discs
from publishing.paper_geometry import LEAST_SPAN_M, Frame, Geometries, fit_frame
from publishing.sheet import Sheet, SheetStop

DISC_MM = 2.9  # radius of a numbered stop
RING_MM = 0.85  # between the disc of a joint visit and the ring around it
SQUARE_MM = 2.6  # half the side of a numbered meeting
BASE_MM = 3.0  # half the house
_SIDE_MM = 0.6  # the route keeps to the left of the street, as traffic does in Indonesia
_MARGIN_MM = 11.0
_ACCESS_FROM_MM = 0.8  # a door this far from the end of its leg is reached on foot
_WORTH_AN_INSET = 1.7  # times the scale that is won by leaving far places to an inset


@dataclass(frozen=True, slots=True)
class PaperDay:
    """One day's shapes inside a frame; x to the right, y up from the lower left corner, mm."""

    frame: Frame
    legs: list[LineString]  # cut at the frame, in driving order
    access: list[LineString]  # from the end of a leg to the door
    stops: tuple[SheetStop, ...]  # n, those whose door is in the frame
    doors: NDArray[np.float64]  # n x 2
    discs: NDArray[np.float64]  # n x 2, moved apart
    base: Point | None  # None: outside the frame
    streets: gpd.GeoDataFrame  # highway, name, geometry; cut at the frame
    areas: gpd.GeoDataFrame  # area_name, geometry; cut at the frame


def reach_mm(stop: SheetStop) -> float:
    """Return how far the sign of a stop reaches from its middle."""
    core = SQUARE_MM * math.sqrt(2) if stop.is_meeting else DISC_MM
    return core + (RING_MM if stop.joint_with else 0)


def whole_day(sheet: Sheet) -> BaseGeometry:
    """Return base, doors and legs of a day, EPSG:4326."""
    return shapely.GeometryCollection([*_places(sheet), sheet.legs])


def near_part(sheet: Sheet, width_mm: float, height_mm: float) -> BaseGeometry | None:
    """Return the part of the day to show large when a few places lie far off, else None.

    At most a quarter of the places (the base is one) are left to an inset, and only when
    that makes the scale 1.7 times as large.
    """
    places = _places(sheet)
    whole = _frame(whole_day(sheet), width_mm, height_mm)
    at = shapely.get_coordinates(whole.on_paper(np.array(places, dtype=object)))
    far_first = np.argsort(-np.hypot(*(at - np.median(at, axis=0)).T), kind="stable")
    for count in range(1, max(2, len(places) // 4 + 1)):
        kept = set(range(len(places))) - set(far_first[:count].tolist())
        if len(kept) < 3:
            break
        ends = [*range(len(places)), 0]
        legs = [
            leg
            for leg, here, there in zip(sheet.legs.geoms, ends[:-1], ends[1:], strict=False)
            if here in kept and there in kept
        ]
        part = shapely.GeometryCollection([*(places[index] for index in kept), *legs])
        if _frame(part, width_mm, height_mm).m_per_mm * _WORTH_AN_INSET < whole.m_per_mm:
            return part
    return None


def day_on_paper(sheet: Sheet, shown: BaseGeometry, width_mm: float, height_mm: float) -> PaperDay:
    """Return the day at the largest scale at which ``shown`` (EPSG:4326) fits the frame."""
    frame = _frame(shown, width_mm, height_mm)
    places = frame.on_paper(np.array(_places(sheet), dtype=object))
    inside = shapely.contains(frame.box.buffer(-2.0), places)
    legs = frame.on_paper(np.array(list(sheet.legs.geoms), dtype=object))
    stops = tuple(stop for stop, seen in zip(sheet.stops, inside[1:], strict=True) if seen)
    doors = shapely.get_coordinates(places[1:][inside[1:]])
    base = places[0] if inside[0] else None
    radii = np.array([reach_mm(stop) + 0.25 for stop in stops])
    still = ((base.x, base.y, BASE_MM + 0.9),) if base else ()
    return PaperDay(
        frame=frame,
        legs=_legs_inside(legs, frame.box),
        access=_access(legs, places[1:], frame.box),
        stops=stops,
        doors=doors,
        discs=spread_discs(doors, radii, still, width_mm, height_mm),
        base=base,
        streets=_cut(frame, sheet.streets[["highway", "name", "geometry"]]),
        areas=_cut(frame, sheet.areas[["area_name", "geometry"]]),
    )


def _places(sheet: Sheet) -> list[Point]:
    """Return the base, then the doors."""
    return [Point(sheet.base), *(Point(stop.lon, stop.lat) for stop in sheet.stops)]


def _frame(shown: BaseGeometry, width_mm: float, height_mm: float) -> Frame:
    margin = min(_MARGIN_MM, width_mm / 8)
    return fit_frame(shown, width_mm, height_mm, margin, LEAST_SPAN_M)


def _legs_inside(legs: Geometries, box: Polygon) -> list[LineString]:
    """Return the legs, each to the left of its street, cut at the frame."""
    moved = [_left_side(leg) for leg in legs if leg.length > 0]
    parts = shapely.get_parts(shapely.intersection(np.array(moved, dtype=object), box))
    return [part for part in parts if isinstance(part, LineString) and part.length > 0]


def _left_side(leg: LineString) -> LineString:
    """Return a leg a little to its left, so that the way out and the way back stand apart."""
    simple = leg.simplify(0.15)
    moved = shapely.offset_curve(simple, _SIDE_MM, join_style="mitre", mitre_limit=2)
    if isinstance(moved, LineString) and abs(moved.length / simple.length - 1) < 0.15:
        return moved
    return leg


def _access(legs: Geometries, doors: Geometries, box: Polygon) -> list[LineString]:
    """Return the walk from the end of each leg to its door, where they are apart."""
    pairs = zip(legs, doors, strict=False)  # the last leg leads to the base
    walks = [
        LineString([shapely.get_point(leg, -1), door]) for leg, door in pairs if not leg.is_empty
    ]
    return [walk for walk in walks if walk.length > _ACCESS_FROM_MM and box.contains(walk)]


def _cut(frame: Frame, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows seen in the frame, in mm, without a CRS."""
    boxes = shapely.envelope(table.geometry.to_numpy())
    near = table[shapely.intersects(boxes, shapely.box(*frame.bounds_lonlat()))]
    on_paper = frame.clipped(frame.on_paper(near.geometry.to_numpy()))
    seen = gpd.GeoDataFrame(near.drop(columns="geometry"), geometry=on_paper, crs=None)
    return seen[~shapely.is_empty(on_paper)]
