"""A planar net of streets that grows by cutting blocks in two.

Streets end on streets at shared nodes: a cut that ends in the middle of a segment divides
it, and every ring or street through that segment sees the new node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

OUTLINE = -1  # kind of a segment of the edge of the ground
RIVER = -2
TOLL_ROAD = -3
_BARRIERS = (RIVER, TOLL_ROAD)  # streets cross them at bridges only
_KEEP_OFF_M = {RIVER: 22.0, TOLL_ROAD: 40.0}
_SNAP_WITHIN_PART = 0.12  # a division nearer than this share to a node that may not be used moves


def _key(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True, slots=True)
class Street:
    """One street as it was laid: its first nodes, its OSM class and its name."""

    nodes: tuple[int, ...]
    highway: str
    name: str | None
    oneway: bool = False


@dataclass
class Mesh:
    """Nodes, segments and streets; blocks are rings of node ids kept by the caller."""

    points: list[tuple[float, float]] = field(default_factory=list)  # x, y metres
    streets: list[Street] = field(default_factory=list)
    kind: dict[tuple[int, int], int] = field(default_factory=dict)  # street number or below 0
    keep_off_m: dict[int, float] = field(default_factory=lambda: dict(_KEEP_OFF_M))
    _middle: dict[tuple[int, int], int] = field(default_factory=dict)
    _wet: dict[int, int] = field(default_factory=dict)  # barrier's kind of its nodes but bridges
    _no_meeting: set[int] = field(default_factory=set)  # wet nodes and bridges

    def add_point(self, xy: tuple[float, float]) -> int:
        """Return the id of a new node."""
        self.points.append((float(xy[0]), float(xy[1])))
        return len(self.points) - 1

    def add_line(self, nodes: list[int], kind: int) -> None:
        """Lay segments of one kind along new nodes."""
        for one, other in pairwise(nodes):
            self.kind[_key(one, other)] = kind

    def add_street(
        self, nodes: list[int], highway: str, name: str | None, *, oneway: bool = False
    ) -> int:
        """Lay a street and return its number."""
        self.streets.append(Street(tuple(nodes), highway, name, oneway))
        self.add_line(nodes, len(self.streets) - 1)
        return len(self.streets) - 1

    def add_barrier(self, nodes: list[int], bridges: list[int], kind: int = RIVER) -> None:
        """Lay a river or toll road; streets cross it at the bridges only."""
        self.add_line(nodes, kind)
        self._no_meeting.update(nodes)
        self._wet.update((node, kind) for node in nodes if node not in bridges)

    def add_bridge(self, node: int) -> None:
        """Let streets cross a river or toll road at one of its nodes."""
        self._wet.pop(node, None)

    def is_wet(self, node: int) -> bool:
        """Tell whether a node lies on a river or toll road and is no bridge."""
        return node in self._wet

    def chain(self, nodes: list[int] | tuple[int, ...]) -> list[int]:
        """Return the nodes with every node that divides a segment between them."""
        found = [nodes[0]]
        for one, other in pairwise(nodes):
            found.extend(self._between(one, other))
        return found

    def _between(self, one: int, other: int) -> list[int]:
        """Return the nodes after ``one`` up to ``other``."""
        middle = self._middle.get(_key(one, other))
        if middle is None:
            return [other]
        return [*self._between(one, middle), *self._between(middle, other)]

    def ring(self, nodes: list[int]) -> list[int]:
        """Return a block's ring, not closed, with every node on it."""
        return self.chain([*nodes, nodes[0]])[:-1]

    def coordinates(self, nodes: list[int]) -> NDArray[np.float64]:
        """Return n x 2 metres of the nodes."""
        return np.array([self.points[node] for node in nodes])

    def divide(self, one: int, other: int, share: float, snap_m: float) -> int:
        """Return a node on the segment at ``share`` of the way, an end of it when near enough.

        A node of a barrier is never returned: streets may not meet in it, nor on a bridge.
        """
        start, end = np.array(self.points[one]), np.array(self.points[other])
        length = float(np.hypot(*(end - start)))
        kind = self.kind[_key(one, other)]
        for node, gap in ((one, share * length), (other, (1 - share) * length)):
            if gap <= snap_m and kind not in _BARRIERS and node not in self._no_meeting:
                return node
        part = min(max(share, _SNAP_WITHIN_PART), 1 - _SNAP_WITHIN_PART)
        x, y = start + part * (end - start)
        middle = self.add_point((x, y))
        del self.kind[_key(one, other)]
        self._middle[_key(one, other)] = middle
        self.kind[_key(one, middle)] = self.kind[_key(middle, other)] = kind
        if kind in _BARRIERS:
            self._wet[middle] = kind
            self._no_meeting.add(middle)
        return middle

    def leave_barriers(self) -> None:
        """Move the ends of streets that run into a river or toll road back from it."""
        for street in self.streets:
            nodes = self.chain(street.nodes)
            for end, before in ((nodes[0], nodes[1]), (nodes[-1], nodes[-2])):
                if end in self._wet:
                    here, back = np.array(self.points[end]), np.array(self.points[before])
                    length = float(np.hypot(*(back - here)))
                    keep_off = self.keep_off_m[self._wet[end]]
                    x, y = here + (back - here) * min(keep_off / max(length, 1.0), 0.6)
                    self.points[end] = (float(x), float(y))


def cut_ring(ring: list[int], path: list[int]) -> tuple[list[int], list[int]]:
    """Return the two rings that a path from one node of a ring to another makes of it."""
    first, last = ring.index(path[0]), ring.index(path[-1])
    turned = ring[first:] + ring[:first]
    reach = (last - first) % len(ring)
    return turned[: reach + 1] + path[-2:0:-1], turned[reach:] + path[:-1]
