"""A smaller graph with the same shortest times between the nodes that are asked for.

Removing a node and joining each of its in-neighbours to each of its out-neighbours by an arc
that takes as long as the way through it changes no shortest time among the nodes that stay:
every way through the node has its shortcut, and a shortcut is never quicker than a way that was
there before. Nodes that are no neighbours of each other go together, so that a round is a few
array operations (the step behind contraction hierarchies: Geisberger et al. 2008, WEA, LNCS
5038:319-333).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_MOST_ADDED = 100  # a node stays whose removal would add more arcs than this
_LEAST_ROUND = 0.04  # share of the nodes left that must go for another round to pay
_MIX = 2_654_435_761  # Knuth's multiplicative hash: neighbours are often numbered in a row
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Arcs in order of source, then target; no pair twice, no arc back to its source."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    seconds: NDArray[np.float64]


def contract(graph: csr_array, nodes: NDArray[np.int64]) -> tuple[csr_array, NDArray[np.int64]]:
    """Return a graph with the same shortest times between ``nodes``, and their numbers in it.

    Parameters
    ----------
    graph
        N x N, positive seconds of each arc, row = from.
    nodes
        k node numbers.

    Returns
    -------
    tuple[csr_array, NDArray[np.int64]]
        M x M graph with k <= M <= N, and k node numbers in the order of ``nodes``.
    """
    size = graph.shape[0]
    left = np.ones(size, np.bool_)
    wanted = np.zeros(size, np.bool_)
    wanted[nodes] = True
    source = np.repeat(np.arange(size), np.diff(graph.indptr))
    arcs = _quickest(source, graph.indices.astype(np.int64), graph.data, size)
    while True:
        going = _independent(arcs, left & ~wanted)
        gone = int(going.sum())
        if gone > 0:
            arcs = _without(arcs, going)
            left &= ~going
        if gone <= _LEAST_ROUND * left.sum():
            break
    place = np.cumsum(left) - 1
    starts = np.searchsorted(place[arcs.source], np.arange(left.sum() + 1))
    small = (arcs.seconds, place[arcs.target].astype(np.int32), starts.astype(np.int32))
    return csr_array(small, shape=(len(starts) - 1, len(starts) - 1)), place[nodes]


def _quickest(
    source: NDArray[np.int64], target: NDArray[np.int64], seconds: NDArray[np.float64], size: int
) -> _Arcs:
    """Put arcs in order and keep the quickest of each pair."""
    apart = source != target
    pair = source[apart] * size + target[apart]
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    least = np.minimum.reduceat(seconds[apart][order], first) if len(first) else np.empty(0)
    return _Arcs(pair[first] // size, pair[first] % size, least)


def _independent(arcs: _Arcs, removable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the removable nodes that add fewer arcs than each of their neighbours would."""
    size = len(removable)
    away = np.bincount(arcs.source, minlength=size)
    here = np.bincount(arcs.target, minlength=size)
    added = away * here - away - here
    removable = removable & (added <= _MOST_ADDED)
    turn = np.arange(size) * _MIX % size  # decides where neighbours add the same
    rank = np.where(removable, ((added + size) * size + turn) * size + np.arange(size), _LAST)
    lowest = np.full(size, _LAST)
    np.minimum.at(lowest, arcs.source, rank[arcs.target])
    np.minimum.at(lowest, arcs.target, rank[arcs.source])
    going: NDArray[np.bool_] = removable & (rank < lowest)
    return going


def _without(arcs: _Arcs, going: NDArray[np.bool_]) -> _Arcs:
    """Replace each way through a node that goes by one arc."""
    size = len(going)
    into, out = np.flatnonzero(going[arcs.target]), np.flatnonzero(going[arcs.source])
    via = arcs.target[into]
    ways = np.bincount(arcs.source, minlength=size)[via]
    first = np.searchsorted(arcs.source[out], via)
    number = np.arange(ways.sum()) - np.repeat(np.cumsum(ways) - ways, ways)
    a, b = np.repeat(into, ways), out[np.repeat(first, ways) + number]
    stay = ~(going[arcs.source] | going[arcs.target])
    return _quickest(
        np.concatenate([arcs.source[stay], arcs.source[a]]),
        np.concatenate([arcs.target[stay], arcs.target[b]]),
        np.concatenate([arcs.seconds[stay], arcs.seconds[a] + arcs.seconds[b]]),
        size,
    )
