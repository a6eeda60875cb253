"""Shortest travel times on a directed graph, and the nodes that the chosen legs pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.contraction import contract
from routing.problem import UNREACHABLE

_SLICE = 64  # rows searched at once: bounds memory to 64 x nodes of the graph


def duration_matrix(
    graph: csr_array, nodes: NDArray[np.int64], hubs: NDArray[np.int64] | None = None
) -> NDArray[np.int32]:
    """Return the shortest time between each two of k nodes, or from and to the hubs alone.

    The graph is first cut to the area that any of these ways can touch (:func:`_area`), then
    made smaller without changing a time (:func:`routing.contraction.contract`); what is left is
    searched from each node.

    Parameters
    ----------
    graph
        N x N, positive seconds of each arc, row = from.
    nodes
        k node numbers; may repeat.
    hubs
        Which of ``nodes``, by their place there; None: all.

    Returns
    -------
    NDArray[np.int32]
        k x k, whole seconds (rounded half to even), ``UNREACHABLE`` where there is no way, and
        where neither end is a hub.
    """
    asked, place = np.unique(nodes, return_inverse=True)
    times = np.full((len(asked), len(asked)), np.inf)
    if len(asked) > 0:
        inside = _area(graph, asked)
        near = graph[inside][:, inside]
        small, at = contract(near, np.searchsorted(inside, asked))
        sources = np.arange(len(asked)) if hubs is None else np.unique(place[hubs])
        for rows in _slices(sources):
            times[rows] = dijkstra(small, indices=at[rows])[:, at]
        if hubs is not None and abs(near - near.T).nnz == 0:  # no one-way street
            times[:, sources] = times[sources].T
        elif hubs is not None:
            back = small.T.tocsr()
            for rows in _slices(sources):
                times[:, rows] = dijkstra(back, indices=at[rows])[:, at].T
    whole = np.full(times.shape, UNREACHABLE, np.int32)
    reached = np.isfinite(times)
    # a half second stays one however the sum was taken: digits beyond 1e-8 s are noise
    whole[reached] = np.rint(np.round(times[reached], 8)).astype(np.int32)
    return whole[np.ix_(place, place)]


def _slices(numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [numbers[first : first + _SLICE] for first in range(0, len(numbers), _SLICE)]


def _area(graph: csr_array, asked: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the nodes, in order, that a shortest way between two of ``asked`` can pass.

    No such way takes longer than one by way of a chosen node c, so none takes longer than the
    longest way to c plus the longest way from c. A node farther than that from the nearest
    asked node and back to the nearest is on none of them. Where c cannot be reached from each
    and reach each, all nodes stay.
    """
    back = graph.T.tocsr()
    c = asked[len(asked) // 2]
    longest = sum(dijkstra(each, indices=c)[asked].max() for each in (graph, back))
    if not np.isfinite(longest):
        return np.arange(graph.shape[0])
    bound = longest * (1 + 1e-9) + 1e-9  # sums taken in another order differ in the last digits
    there, here = (
        dijkstra(each, indices=asked, min_only=True, limit=bound) for each in (graph, back)
    )
    return np.flatnonzero(there + here <= bound)


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
