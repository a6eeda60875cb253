"""Seconds from door to door by one transport, found again where they were computed before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geodata.parking import NOWHERE, Parking
from geodata.point_graph import PointGraph
from routing.matrix import duration_matrix
from routing.problem import UNREACHABLE

Times = NDArray[np.int32]
# of the key of some times and what computes them: the times, kept or computed
Keep = Callable[[str, Callable[[], Times]], Times]

_LEAST_KEPT = 16  # points; fewer are sooner computed than found again
_RULES = b"door times 1"  # to be raised when the same streets and places give other times


def make_anew(key: str, make: Callable[[], Times]) -> Times:  # noqa: ARG001  # a Keep that keeps nothing
    """Compute the times; nothing is kept."""
    return make()


@dataclass(frozen=True, slots=True)
class DoorPart:
    """What the times between k doors by one transport follow from."""

    graph: csr_array  # seconds
    nodes: NDArray[np.int64]  # k; NOWHERE: the transport does not come near
    access_s: NDArray[np.int32]  # k; on foot between node and door, one way
    key: str  # SHA-256 of the network and the places on it: the same key, the same times
    foot: DoorPart | None = None  # the same doors on foot; of a transport that is left behind


def door_part(points: PointGraph, at: NDArray[np.int64], parking: Parking | None) -> DoorPart:
    """Cut out what the times between the points numbered ``at`` need."""
    digest = hashlib.sha256(_RULES + points.times_key)
    for each in (points.snaps.edge, points.snaps.fraction, points.access_s):
        digest.update(np.ascontiguousarray(each[at]).tobytes())
    foot = None
    if parking is not None:
        foot = door_part(parking.foot, at, None)
        digest.update(foot.key.encode())
    return DoorPart(
        points.graph, points.node_of_point[at], points.access_s[at], digest.hexdigest(), foot
    )


def door_times(doors: DoorPart, keep: Keep) -> Times:
    """Return the seconds from door to door, k x k; ``UNREACHABLE`` where there is no way.

    Between doors with one parking people walk straight on where that is quicker: the car stays
    where both find it again.
    """
    if len(doors.nodes) < _LEAST_KEPT:
        return times_of_hubs(doors, None)
    return keep(doors.key, lambda: times_of_hubs(doors, None))


def times_of_hubs(doors: DoorPart, hubs: NDArray[np.int64] | None) -> Times:
    """Return the seconds from door to door as :func:`door_times` does, computed anew.

    ``hubs`` are the numbers of the doors at one end of each way asked for; between two others
    the times are ``UNREACHABLE``. None: all are asked for.
    """
    k = len(doors.nodes)
    times = np.full((k, k), UNREACHABLE, np.int32)
    on = np.flatnonzero(doors.nodes != NOWHERE)
    access = doors.access_s[on]
    ride = duration_matrix(doors.graph, doors.nodes[on], _among(on, hubs))
    legs = np.where(ride == UNREACHABLE, ride, ride + access[:, None] + access[None, :])
    times[np.ix_(on, on)] = legs
    if doors.foot is not None:
        _walk_on(times, doors.nodes, doors.foot, hubs)
    return times


def _among(numbers: NDArray[np.int64], hubs: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return the places in ``numbers`` of those that are hubs."""
    return None if hubs is None else np.flatnonzero(np.isin(numbers, hubs))


def _walk_on(
    times: Times, parking: NDArray[np.int64], foot: DoorPart, hubs: NDArray[np.int64] | None
) -> None:
    """Put in the walks between doors with one parking, where they are quicker."""
    _, place, count = np.unique(parking, return_inverse=True, return_counts=True)
    at = np.flatnonzero((parking != NOWHERE) & (count[place] > 1))
    if len(at) == 0:
        return
    some = DoorPart(foot.graph, foot.nodes[at], foot.access_s[at], foot.key)
    walk = times_of_hubs(some, _among(at, hubs))
    block = np.ix_(at, at)
    together = (parking[at][:, None] == parking[at][None, :]) & (walk != UNREACHABLE)
    times[block] = np.where(together, np.minimum(times[block], walk), times[block])
