"""A street network with doors on it: the graph that shortest paths run on, and its shapes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from shapely.ops import substring

from geodata.network import Snaps, StreetNetwork, snap_points

_END = 1e-6  # share of a stretch within which a point counts as being at its end
_LEAST_S = 1e-3  # an arc of no length would be no arc to the path search


@dataclass(frozen=True, slots=True)
class PointGraph:
    """One transport's network with p points (doors and bases) put on its stretches.

    ``arc_*`` run along ``graph.data``: the stretch an arc lies on and the shares of its length
    where it begins and ends (begin > end: against the drawing direction).
    """

    network: StreetNetwork
    graph: csr_array  # N x N seconds
    snaps: Snaps  # p
    node_of_point: NDArray[np.int64]  # p
    access_s: NDArray[np.int32]  # p, on foot between node and door, one way
    arc_edge: NDArray[np.int32]
    arc_begin: NDArray[np.float64]
    arc_end: NDArray[np.float64]
    times_key: bytes  # network.times_key()


def put_points(
    network: StreetNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64], access_kph: float
) -> PointGraph:
    """Put p points (EPSG:4326, finite) on a network.

    ``access_kph`` is the walking speed from street to door along the straight line, km/h; it is
    set low to allow for the way being crooked.
    """
    snaps = snap_points(network, lon, lat)
    return put_snaps(network, snaps, straight_s(snaps.distance_m, access_kph))


def straight_s(distance_m: NDArray[np.float64], kph: float) -> NDArray[np.int32]:
    """Return the whole seconds, rounded up, that straight ways take."""
    return np.ceil(distance_m / (kph / 3.6)).astype(np.int32)


def put_snaps(network: StreetNetwork, snaps: Snaps, access_s: NDArray[np.int32]) -> PointGraph:
    """Put p points whose place on the network is known; ``access_s`` as in the result."""
    n = len(network.node_lonlat)
    places = np.unique(np.column_stack([snaps.edge, snaps.fraction]), axis=0)
    places = places[(places[:, 1] > _END) & (places[:, 1] < 1 - _END)]
    node_of_point = np.where(
        snaps.fraction <= _END, network.edge_u[snaps.edge], network.edge_v[snaps.edge]
    ).astype(np.int64)
    inner = (snaps.fraction > _END) & (snaps.fraction < 1 - _END)
    keys = places[:, 0] + 1j * places[:, 1]  # ordered by stretch, then share
    node_of_point[inner] = n + np.searchsorted(keys, snaps.edge[inner] + 1j * snaps.fraction[inner])
    graph, arc_edge, arc_begin, arc_end = _graph(network, places)
    return PointGraph(
        network=network,
        graph=graph,
        snaps=snaps,
        node_of_point=node_of_point,
        access_s=access_s,
        arc_edge=arc_edge,
        arc_begin=arc_begin,
        arc_end=arc_end,
        times_key=network.times_key(),
    )


def _graph(
    network: StreetNetwork, places: NDArray[np.float64]
) -> tuple[csr_array, NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Cut the stretches at the places and return the quickest arc between each two neighbours."""
    m, n = len(network.edge_u), len(network.node_lonlat)
    edge = np.concatenate([np.arange(m), places[:, 0].astype(np.int64), np.arange(m)])
    share = np.concatenate([np.zeros(m), places[:, 1], np.ones(m)])
    node = np.concatenate([network.edge_u, n + np.arange(len(places)), network.edge_v])
    order = np.lexsort((share, edge))
    edge, share, node = edge[order], share[order], node[order]
    a = np.flatnonzero(edge[:-1] == edge[1:])
    part = share[a + 1] - share[a]
    source = np.concatenate([node[a], node[a + 1]])
    target = np.concatenate([node[a + 1], node[a]])
    seconds = np.concatenate(
        [network.forward_s[edge[a]] * part, network.backward_s[edge[a]] * part]
    )
    on = np.concatenate([edge[a], edge[a]]).astype(np.int32)
    begin = np.concatenate([share[a], share[a + 1]])
    end = np.concatenate([share[a + 1], share[a]])
    usable = np.flatnonzero(np.isfinite(seconds) & (source != target))
    usable = usable[np.lexsort((seconds[usable], target[usable], source[usable]))]
    pair = np.column_stack([source[usable], target[usable]])
    first = np.ones(len(pair), np.bool_)  # none: a single loop without a place on it
    first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
    arcs = usable[first]
    size = n + len(places)
    starts = np.concatenate([[0], np.cumsum(np.bincount(source[arcs], minlength=size))])
    graph = csr_array(
        (np.maximum(seconds[arcs], _LEAST_S), target[arcs].astype(np.int32), starts),
        shape=(size, size),
    )
    return graph, on[arcs], begin[arcs], end[arcs]


def path_line(points: PointGraph, path: list[int]) -> tuple[shapely.LineString, float]:
    """Return the shape (EPSG:4326) and the length in metres of a way through the graph.

    ``path`` lists neighbouring nodes; a single node gives a line of two equal points.
    """
    network, graph = points.network, points.graph
    if len(path) == 1:
        at = _node_lonlat(points, path[0])
        return shapely.LineString([at, at]), 0.0
    shapes: list[NDArray[np.float64]] = []
    metres = 0.0
    for a, b in itertools.pairwise(path):
        row = slice(graph.indptr[a], graph.indptr[a + 1])
        arc = int(graph.indptr[a] + np.flatnonzero(graph.indices[row] == b)[0])
        shape, length = _arc_shape(network, points, arc)
        shapes.append(shape if not shapes else shape[1:])
        metres += length
    return shapely.LineString(np.concatenate(shapes)), metres


def _arc_shape(
    network: StreetNetwork, points: PointGraph, arc: int
) -> tuple[NDArray[np.float64], float]:
    edge, begin, end = int(points.arc_edge[arc]), points.arc_begin[arc], points.arc_end[arc]
    whole = network.lonlat[network.first_point[edge] : network.first_point[edge + 1]]
    length = float(network.length_m[edge]) * abs(float(end - begin))
    if (begin, end) == (0.0, 1.0):
        return whole, length
    if (begin, end) == (1.0, 0.0):
        return whole[::-1], length
    part = substring(shapely.LineString(whole), float(begin), float(end), normalized=True)
    shape: NDArray[np.float64] = shapely.get_coordinates(part)
    return (shape if len(shape) > 1 else np.repeat(shape, 2, axis=0)), length


def _node_lonlat(points: PointGraph, node: int) -> NDArray[np.float64]:
    """Return the position of a junction or of a place on a stretch."""
    n = len(points.network.node_lonlat)
    if node < n:
        place: NDArray[np.float64] = points.network.node_lonlat[node]
        return place
    arc = int(points.graph.indptr[node])
    shape, _ = _arc_shape(points.network, points, arc)
    at: NDArray[np.float64] = shape[0]
    return at
