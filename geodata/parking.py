"""Where a car is left for each door, and the way on foot from there.

Each door has one parking: the car stands there while the door is visited and is fetched there
afterwards, so that arrival and departure agree whatever comes before and after. Why, and what
it costs: docs/decisions/0010-car-and-walk.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import dijkstra

from geodata.network import Snaps, StreetNetwork, place_lonlat, snap_points
from geodata.point_graph import PointGraph, put_points, put_snaps

NOWHERE = -1  # the parking of a point that no car comes near
_SAME_M = 0.5  # two networks share a place where their lines are no farther apart
_LANDMARKS = 16  # places spread over the network that stand for the town
_LEAST_S = 1e-3  # an arc of no length would be no arc to the path search


@dataclass(frozen=True, slots=True)
class Parking:
    """The parkings of p points.

    A point without one has ``NOWHERE`` as its node in ``ride`` and in ``stands``, and as its
    stretch.
    """

    ride: PointGraph  # the car's network; node_of_point: the parking, access_s: the whole walk
    foot: PointGraph  # the network on foot; node_of_point: where the door meets it
    stands: NDArray[np.int64]  # p, the parking as a node of foot.graph


def park_points(
    car: StreetNetwork,
    walk: StreetNetwork,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    access_kph: float,
    most_walk_s: float,
) -> Parking:
    """Choose the parking of p points (EPSG:4326, finite).

    A car may stop wherever a street of its network is one for people on foot too: at every
    junction of either network and beside every point. Of those within reach on foot, a point
    gets the one with the least time to the town and back: the walk both ways and the ride from
    and to landmarks spread over the network, on average.

    Parameters
    ----------
    car, walk
        Networks of one city.
    access_kph
        Walking speed along the straight line between street and door, km/h.
    most_walk_s
        Longest walk from car to door, the straight line included; beyond it there is no parking.
    """
    p = len(lon)
    # where cars must turn or change their speed is a place to stop too, also amid a path
    both = np.column_stack([[*lon, *car.node_lonlat[:, 0]], [*lat, *car.node_lonlat[:, 1]]])
    everything = put_points(walk, both[:, 0], both[:, 1], access_kph)
    foot = _first(everything, p)
    snaps = snap_points(car, *_node_places(everything).T)
    open_ = np.flatnonzero(snaps.distance_m <= _SAME_M)
    town_s = _town_s(car, _taken(snaps, open_))
    stands, walk_s = _best(foot, open_, town_s, most_walk_s)
    parked = np.flatnonzero(stands != NOWHERE)
    on_car = put_snaps(car, _taken(snaps, stands[parked]), np.ceil(walk_s[parked]).astype(np.int32))
    return Parking(ride=_spread(on_car, parked, foot.snaps.distance_m), foot=foot, stands=stands)


def _spread(
    points: PointGraph, at: NDArray[np.int64], distance_m: NDArray[np.float64]
) -> PointGraph:
    """Return the graph with its points as those numbered ``at`` of more, the others nowhere."""
    p = len(distance_m)
    edge, fraction = np.full(p, NOWHERE, np.int32), np.zeros(p)
    node, access_s = np.full(p, NOWHERE), np.zeros(p, np.int32)
    edge[at], fraction[at] = points.snaps.edge, points.snaps.fraction
    node[at], access_s[at] = points.node_of_point, points.access_s
    return replace(
        points, snaps=Snaps(edge, fraction, distance_m), node_of_point=node, access_s=access_s
    )


def _first(points: PointGraph, p: int) -> PointGraph:
    """Return the graph with the first p of its points."""
    return replace(
        points,
        snaps=_taken(points.snaps, np.arange(p)),
        node_of_point=points.node_of_point[:p],
        access_s=points.access_s[:p],
    )


def _taken(snaps: Snaps, which: NDArray[np.int64]) -> Snaps:
    return Snaps(snaps.edge[which], snaps.fraction[which], snaps.distance_m[which])


def _node_places(points: PointGraph) -> NDArray[np.float64]:
    """Return lon and lat of every node of the graph: junctions, then places on stretches."""
    junctions = points.network.node_lonlat
    places = np.empty((points.graph.shape[0], 2))
    places[points.node_of_point] = place_lonlat(points.network, points.snaps)
    places[: len(junctions)] = junctions
    return places


def _town_s(car: StreetNetwork, snaps: Snaps) -> NDArray[np.float64]:
    """Return the seconds of a ride from the landmarks and back to them, on average."""
    on = put_snaps(car, snaps, np.zeros(len(snaps.edge), np.int32))
    n = len(car.node_lonlat)
    landmarks = np.unique(np.linspace(0, n - 1, _LANDMARKS).astype(np.int64))
    total = np.zeros(on.graph.shape[0])
    for each in (on.graph, on.graph.T.tocsr()):
        total += dijkstra(each, indices=landmarks).mean(axis=0)
    found: NDArray[np.float64] = total[on.node_of_point]
    return found


def _best(
    foot: PointGraph,
    open_: NDArray[np.int64],
    town_s: NDArray[np.float64],
    most_walk_s: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return each point's parking, a node of ``foot.graph`` or ``NOWHERE``, and its walk.

    Ways on foot are as long there as back, so one search from a node that is joined to each
    place to stop, by half its ride, gives the best of all for every point at once.
    """
    n = foot.graph.shape[0]
    half = csr_array((town_s / 2 + _LEAST_S, (np.zeros(len(open_), int), open_)), shape=(1, n))
    source = vstack([foot.graph, half])
    graph = csr_array(hstack([source, csr_array((n + 1, 1))]))
    (seconds,), (before,) = dijkstra(graph, indices=[n], return_predecessors=True)
    parking = np.where(before == n, np.arange(n + 1), before)
    parking[parking < 0] = n  # cannot be walked to
    parking[n] = n
    while (parking[parking] != parking).any():
        parking = parking[parking]
    to_stop = np.full(n + 1, np.inf)
    to_stop[open_] = town_s / 2 + _LEAST_S
    node = foot.node_of_point
    stands = parking[node].astype(np.int64)
    walk_s = seconds[node] - np.where(stands == n, 0, to_stop[stands]) + foot.access_s
    for i in np.flatnonzero(~(walk_s <= most_walk_s)).tolist():
        stands[i], walk_s[i] = _best_near(foot, i, open_, town_s, most_walk_s)
    return stands, walk_s


def _best_near(
    foot: PointGraph,
    point: int,
    open_: NDArray[np.int64],
    town_s: NDArray[np.float64],
    most_walk_s: float,
) -> tuple[int, float]:
    """Return the best parking of one point among those within reach, and its walk."""
    access = float(foot.access_s[point])
    if access > most_walk_s or len(open_) == 0:
        return NOWHERE, np.inf
    limit = most_walk_s - access
    walks = dijkstra(foot.graph, indices=foot.node_of_point[[point]], limit=limit)[0, open_]
    best = int(np.argmin(2 * walks + town_s))
    if np.isinf(walks[best]):
        return NOWHERE, np.inf
    return int(open_[best]), float(walks[best]) + access
