"""Long lines through a whole city: rivers and toll roads first, then arterials across them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.madeup.mesh import Mesh, cut_ring
from geodata.madeup.plane import Points

_SNAP_M = 25.0
_SAME_CROSSING_M = 60.0  # a node this near, laid by the same line, is its crossing of that segment
_SHORTEST_M = 8.0
_AT_EDGE_M = 1.5
_INSIDE_M = 2.5  # the middle of a piece lies this far inside its block, or it runs along the edge

Lay = Callable[[list[int]], object]  # gets the nodes of a line through one block


def lay_across(
    mesh: Mesh, blocks: list[list[int]], line: Points, lay: Lay, *, bridges: bool
) -> list[list[int]]:
    """Lay a line across every block it passes and return the blocks it leaves.

    Parameters
    ----------
    line
        n x 2 metres. What ends inside a block is left out there.
    lay
        Called with the nodes of each piece, in the line's direction.
    bridges
        Whether the line crosses rivers and toll roads on bridges; else it is one itself.
    """
    whole = LineString(line)
    rest: BaseGeometry = whole
    made: set[int] = set()
    left = list(blocks)
    done: list[list[int]] = []
    while left:
        ring = mesh.ring(left.pop())
        piece = _piece(mesh, ring, rest)
        if piece is None:
            done.append(ring)
            continue
        rest = rest - piece.buffer(1.0, cap_style="flat")
        points = shapely.get_coordinates(piece)
        if whole.project(Point(points[0])) > whole.project(Point(points[-1])):
            points = points[::-1]
        path = _path(mesh, ring, points, made, bridges=bridges)
        if path is None:
            left.append(ring)
            continue
        lay(path)
        left.extend(cut_ring(mesh.ring(ring), path))
    return done


def _piece(mesh: Mesh, ring: list[int], line: BaseGeometry) -> LineString | None:
    """Return the line's first whole piece through a block; None where it has none."""
    block = Polygon(mesh.coordinates(ring))
    if not block.is_valid or not line.intersects(block):
        return None
    parts = shapely.get_parts(line.intersection(block))
    lines = shapely.multilinestrings(parts[shapely.get_type_id(parts) == 1])
    for part in shapely.get_parts(shapely.line_merge(lines)):
        piece = LineString(part)
        inside = block.exterior.distance(piece.interpolate(0.5, normalized=True))
        if piece.length < _SHORTEST_M or inside < min(_INSIDE_M, piece.length / 4):
            continue
        ends = (piece.interpolate(0), piece.interpolate(piece.length))
        if all(block.exterior.distance(end) < _AT_EDGE_M for end in ends):
            return piece
    return None


def _path(
    mesh: Mesh, ring: list[int], points: Points, made: set[int], *, bridges: bool
) -> list[int] | None:
    """Return the nodes of a piece of line, from edge to edge of a block."""
    ends = [_crossing(mesh, ring, points[end], made, bridges=bridges) for end in (0, -1)]
    if ends[0] == ends[1]:
        return None
    between = [point for point in points[1:-1] if _clear(mesh, ends, point)]
    nodes = mesh.ring(ring)
    gap = (nodes.index(ends[0]) - nodes.index(ends[1])) % len(nodes)
    if not between and gap in (1, len(nodes) - 1):  # it is an edge of the block already
        return None
    return [ends[0], *(mesh.add_point((x, y)) for x, y in between), ends[1]]


def _clear(mesh: Mesh, ends: list[int], point: Points) -> bool:
    return bool(np.hypot(*(mesh.coordinates(ends) - point).T).min() > _SHORTEST_M)


def _crossing(mesh: Mesh, ring: list[int], at: Points, made: set[int], *, bridges: bool) -> int:
    """Return the node of a ring where the line crosses it, the same from both sides."""
    nodes = mesh.ring(ring)
    corners = mesh.coordinates(nodes)
    following = np.roll(corners, -1, axis=0)
    edges = shapely.linestrings(np.stack([corners, following], axis=1))
    segment = int(np.argmin(shapely.distance(edges, Point(at))))
    one, other = nodes[segment], nodes[(segment + 1) % len(nodes)]
    known = [n for n in (one, other) if n in made]
    if known:
        gaps = np.hypot(*(mesh.coordinates(known) - at).T)
        if gaps.min() < _SAME_CROSSING_M:
            return known[int(np.argmin(gaps))]
    length = float(np.hypot(*(following[segment] - corners[segment])))
    share = float(np.hypot(*(at - corners[segment]))) / max(length, 1e-6)
    node = mesh.divide(one, other, min(max(share, 0.0), 1.0), _SNAP_M)
    if bridges:
        mesh.add_bridge(node)
    made.add(node)
    return node


def beside(line: Points, metres: float) -> Points:
    """Return the line moved to its left by so many metres (to its right when negative)."""
    ahead = np.gradient(line, axis=0)
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    moved: Points = line + metres * normal
    return moved
