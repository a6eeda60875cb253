"""Shortest travel times on a directed graph, and the nodes that the chosen legs pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.problem import UNREACHABLE

_SLICE = 64  # rows searched at once: bounds memory to 64 x nodes of the graph


def duration_matrix(
    graph: csr_array, nodes: NDArray[np.int64], *, reach_s: float = np.inf
) -> NDArray[np.int32]:
    """Return the shortest time between each two of k nodes.

    Parameters
    ----------
    graph
        N x N, positive seconds of each arc, row = from.
    nodes
        k node numbers; may repeat.
    reach_s
        How far the search looks before it falls back to the whole graph for the rows where a
        node was not reached. It changes the work, never a time: what Dijkstra's algorithm
        settles within a bound is final.

    Returns
    -------
    NDArray[np.int32]
        k x k, whole seconds (rounded half to even), ``UNREACHABLE`` where there is no way.
    """
    asked, place = np.unique(nodes, return_inverse=True)
    times = np.empty((len(asked), len(asked)))
    for first in range(0, len(asked), _SLICE):
        rows = asked[first : first + _SLICE]
        found = dijkstra(graph, indices=rows, limit=reach_s)[:, asked]
        short = ~np.isfinite(found).all(axis=1)
        if np.isfinite(reach_s) and short.any():
            found[short] = dijkstra(graph, indices=rows[short])[:, asked]
        times[first : first + len(rows)] = found
    whole = np.full(times.shape, UNREACHABLE, np.int32)
    reached = np.isfinite(times)
    whole[reached] = np.rint(times[reached]).astype(np.int32)
    return whole[np.ix_(place, place)]


def node_paths(
    graph: csr_array, legs: list[tuple[int, int]], within_s: list[float]
) -> list[list[int]]:
    """Return the nodes that the quickest way of each leg passes, both ends included.

    ``within_s`` bounds each leg's length in seconds, so that the search stays near it. A leg
    without a way inside its bound gives an empty list; one that stays where it is, one node.
    """
    paths: list[list[int]] = [[] for _ in legs]
    from_node = np.array([leg[0] for leg in legs], np.int64)
    bound = np.array(within_s, float)
    for start in np.unique(from_node).tolist():
        asked = np.flatnonzero(from_node == start)
        _, before = dijkstra(
            graph, indices=start, return_predecessors=True, limit=bound[asked].max()
        )
        for which in asked.tolist():
            paths[which] = _walk_back(before, start, legs[which][1])
    return paths


def _walk_back(before: NDArray[np.int32], start: int, end: int) -> list[int]:
    path = [end]
    while path[-1] != start:
        previous = int(before[path[-1]])
        if previous < 0:
            return []
        path.append(previous)
    return path[::-1]
