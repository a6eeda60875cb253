"""Cutting a block of houses in two by a street, the way a kampung fills up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from geodata.madeup.mesh import Mesh, cut_ring
from geodata.madeup.plane import Points

_TRIES = 8
_BEND_OVER_M = 110.0  # a longer cut bends
_ALLEY_APART_M = 15.0
_INSIDE_M = 0.5  # a bent cut must stay inside its block by this much, but for its ends


@dataclass(frozen=True, slots=True)
class CutStyle:
    """How a block is cut."""

    snap_m: float  # join a corner nearer than this
    off_centre: float  # share of the block's length by which a cut may miss its middle
    turn_degrees: float  # by how much a cut may be askew
    bow: float  # sagitta of the cut's curve as a share of its length


def block_area_m2(mesh: Mesh, ring: list[int]) -> float:
    """Return the area of a block."""
    return float(Polygon(mesh.coordinates(ring)).area)


def cut_block(
    mesh: Mesh, ring: list[int], style: CutStyle, rng: np.random.Generator
) -> tuple[list[int], list[list[int]]] | None:
    """Cut a block across its long side; None when no sound cut is found.

    Returns
    -------
    tuple
        The nodes of the cut, not yet a street, and the two rings it makes. The mesh gets the
        nodes; it keeps nodes of tries that failed, which lie on segments and do no harm.
    """
    for _ in range(_TRIES):
        ring = mesh.ring(ring)
        ends = _cut_ends(mesh, ring, style, rng)
        if ends is None:
            continue
        path = _bent_path(mesh, ring, ends, style, rng)
        ring = mesh.ring(ring)
        if path is not None:
            return path, list(cut_ring(ring, path))
    return None


def _cut_ends(
    mesh: Mesh, ring: list[int], style: CutStyle, rng: np.random.Generator
) -> tuple[int, int] | None:
    """Divide two segments where a line across the block meets its ring."""
    corners = mesh.coordinates(ring)
    middle, along, length = _long_axis(corners)
    angle = np.radians(rng.uniform(-style.turn_degrees, style.turn_degrees))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    across = turn @ np.array([-along[1], along[0]])
    through = middle + along * length * rng.uniform(-style.off_centre, style.off_centre)
    hits = _crossings(corners, through, across)
    if len(hits) < 2:
        return None
    gaps = [hits[n + 1][0] - hits[n][0] for n in range(0, len(hits) - 1, 2)]
    first = 2 * int(np.argmax(gaps))
    nodes = []
    for _, segment, share in hits[first : first + 2]:
        one, other = ring[segment], ring[(segment + 1) % len(ring)]
        nodes.append(mesh.divide(one, other, share, style.snap_m))
    return (nodes[0], nodes[1]) if nodes[0] != nodes[1] else None


def _long_axis(corners: Points) -> tuple[Points, Points, float]:
    """Return middle, direction and length of the smallest rectangle round a block."""
    box = Polygon(corners).minimum_rotated_rectangle
    edge = shapely.get_coordinates(box)
    sides = edge[1:3] - edge[:2]
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    longer = int(np.argmax(lengths))
    middle = np.array([box.centroid.x, box.centroid.y])
    return middle, sides[longer] / lengths[longer], float(lengths[longer])


def _crossings(
    corners: Points, through: Points, direction: Points
) -> list[tuple[float, int, float]]:
    """Return (place on the line, segment, share of the segment) of each crossing, in order."""
    normal = np.array([-direction[1], direction[0]])
    side = (corners - through) @ normal
    following = np.roll(side, -1)
    hits = []
    for segment in np.flatnonzero((side >= 0) != (following >= 0)):
        share = float(side[segment] / (side[segment] - following[segment]))
        point = corners[segment] * (1 - share) + corners[(segment + 1) % len(corners)] * share
        hits.append((float((point - through) @ direction), int(segment), share))
    return sorted(hits)


def _bent_path(
    mesh: Mesh, ring: list[int], ends: tuple[int, int], style: CutStyle, rng: np.random.Generator
) -> list[int] | None:
    """Return the nodes of a curve between two nodes of the ring, if it stays inside the block."""
    block = Polygon(mesh.coordinates(mesh.ring(ring)))
    start, end = mesh.coordinates(list(ends))
    length = float(np.hypot(*(end - start)))
    if length < 15 or not block.is_valid:
        return None
    steps = int(length // 85) if length > _BEND_OVER_M else 0
    share = np.arange(1, steps + 1)[:, None] / (steps + 1)
    normal = np.array([start[1] - end[1], end[0] - start[0]]) / length
    bow = rng.normal(0, style.bow) * length * np.sin(np.pi * share)
    shaken = rng.normal(0, style.bow * 40, share.shape)
    curve = start + share * (end - start) + (bow + shaken) * normal
    line = LineString([start, *curve, end])
    inside = LineString([start + (end - start) * 0.03, *curve, end - (end - start) * 0.03])
    if not line.is_simple or not block.buffer(-_INSIDE_M).covers(inside):
        return None
    return [ends[0], *(mesh.add_point((x, y)) for x, y in curve), ends[1]]


def dead_end(
    mesh: Mesh, ring: list[int], others: list[LineString], rng: np.random.Generator
) -> list[int] | None:
    """Return the nodes of a blind alley into a block, or None where none fits.

    ``others`` are the block's alleys so far; a new one keeps off them and joins the list.
    """
    ring = mesh.ring(ring)
    corners = mesh.coordinates(ring)
    block = Polygon(corners)
    lengths = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    segment = int(rng.choice(len(ring), p=lengths / lengths.sum()))
    one, other = ring[segment], ring[(segment + 1) % len(ring)]
    if lengths[segment] < 45 or mesh.kind[min(one, other), max(one, other)] < 0:
        return None
    start, end = corners[segment], corners[(segment + 1) % len(ring)]
    share = rng.uniform(0.3, 0.7)
    inward = np.array([start[1] - end[1], end[0] - start[0]]) / lengths[segment]
    inward *= 1 if block.exterior.is_ccw else -1
    askew = (end - start) / lengths[segment] * rng.normal(0, 0.25)
    foot = start + share * (end - start)
    reach = rng.uniform(30, 95)
    bend = foot + (inward + askew) * reach * 0.55
    tip = bend + (inward + (end - start) / lengths[segment] * rng.normal(0, 0.6)) * reach * 0.45
    spine = LineString([foot + (inward + askew) * 4, bend, tip])
    walls = [block.exterior, *others]
    if not block.buffer(-3).covers(spine) or any(wall.distance(spine) < 3 for wall in walls):
        return None
    if any(wall.distance(LineString([bend, tip])) < _ALLEY_APART_M for wall in walls):
        return None
    others.append(spine)
    at = mesh.divide(one, other, share, 0.0)
    return [at, mesh.add_point((bend[0], bend[1])), mesh.add_point((tip[0], tip[1]))]
