"""Which streets and kelurahan are named on the map, and in which order they claim room."""

from __future__ import annotations

import re
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from publishing.label_placing import Label, drawable, label_at, street_options
from publishing.words import clean

_RANKS = {"motorway": 4, "trunk": 4, "primary": 4, "secondary": 3, "tertiary": 2}
_SHORT = ((r"\b(jalan|jln)\b\.?", "Jl."), (r"\bgang\b\.?", "Gg."), (r"\bjl\b(?!\.)", "Jl."))
_USED_MM = 1.0  # a street this near the route is used by it
_MOST_STREETS = 140  # that are tried; the rest would find no room
AREA_PT = 8.5
_LEAST_AREA = 0.03  # of the frame; a smaller corner of a kelurahan is not named


def short_street(name: str) -> str:
    """Return ``Jl. Raya Serpong`` for ``Jalan Raya Serpong``."""
    text = drawable(clean(name, 40))
    for pattern, short in _SHORT:
        text = re.sub(pattern, short, text, flags=re.IGNORECASE)
    return text


def rank_of(highway: str) -> int:
    """Return how much a class of street matters to somebody who looks for the way."""
    return _RANKS.get(highway.removesuffix("_link"), 1)


def street_labels(streets: gpd.GeoDataFrame, route: BaseGeometry) -> list[Iterator[Label]]:
    """Return, per named street, the places its name may take; the most useful street first.

    Used streets come first, then wider classes, then longer streets. Streets and route in mm.
    """
    named = streets[streets["name"].fillna("").str.strip() != ""]
    near = route.buffer(_USED_MM)
    ranked = []
    for name, pieces in named.groupby("name"):
        lines = _lines(shapely.line_merge(shapely.union_all(pieces.geometry.to_numpy())))
        used = sum(line.intersection(near).length for line in lines)
        rank = max(rank_of(str(kind)) for kind in pieces["highway"])
        length = sum(line.length for line in lines)
        ranked.append((used > 5.0, rank, min(used, 60) + length, str(name), lines, near))
    ranked.sort(key=lambda each: (not each[0], -each[1], -each[2], each[3]))
    return [
        _options(short_street(name), lines, near, 7.5 if rank > 1 else 6.5)
        for _, rank, _, name, lines, near in ranked[:_MOST_STREETS]
    ]


def _options(
    text: str, lines: list[LineString], near: BaseGeometry, size_pt: float
) -> Iterator[Label]:
    for line in sorted(lines, key=lambda each: -each.length)[:3]:
        beside = line.intersection(near).length > 0.2 * line.length
        yield from street_options(text, line, size_pt, beside=beside)


def _lines(shape: BaseGeometry) -> list[LineString]:
    parts = shape.geoms if isinstance(shape, MultiLineString) else [shape]
    return [part for part in parts if isinstance(part, LineString) and not part.is_empty]


def area_labels(areas: gpd.GeoDataFrame, frame: Polygon) -> list[Iterator[Label]]:
    """Return, per kelurahan seen well enough, the places its name may take, largest first."""
    parts = []
    for row in areas.itertuples():
        shape = shapely.make_valid(row.geometry).intersection(frame)
        pieces = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
        piece = max(pieces, key=lambda each: each.area)
        if isinstance(piece, Polygon) and piece.area > _LEAST_AREA * frame.area:
            parts.append((piece.area, str(row.area_name), piece))
    parts.sort(key=lambda each: (-each[0], each[1]))
    return [_inside(drawable(clean(name, 40).upper()), piece) for _, name, piece in parts]


def _inside(text: str, piece: Polygon) -> Iterator[Label]:
    """Yield places on a grid inside a polygon, those far from its border first."""
    left, low, right, top = piece.bounds
    grid = np.stack(np.meshgrid(np.linspace(left, right, 14), np.linspace(low, top, 14)), axis=-1)
    grid = grid.reshape(-1, 2)
    grid = grid[shapely.contains_xy(piece, grid)]
    depth = np.array([piece.exterior.distance(Point(place)) for place in grid])
    for x, y in grid[np.argsort(-depth, kind="stable")]:
        yield label_at(text, x, y, size_pt=AREA_PT, bold=True)
