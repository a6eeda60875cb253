"""Shortest times and the ways that take them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from routing.contraction import contract
from routing.matrix import _area, duration_matrix, node_paths
from routing.problem import UNREACHABLE


def graph_of(size: int, *arcs: tuple[int, int, float]) -> csr_array:
    rows, columns, seconds = zip(*arcs, strict=True) if arcs else ((), (), ())
    return coo_array((np.array(seconds, float), (rows, columns)), shape=(size, size)).tocsr()


@st.composite
def graphs(draw: st.DrawFn) -> csr_array:
    size = draw(st.integers(1, 12))
    node = st.integers(0, size - 1)
    arcs = st.tuples(node, node, st.floats(0.1, 100))
    chosen = draw(st.dictionaries(st.tuples(node, node), arcs, max_size=30))
    return graph_of(size, *((a, b, seconds) for (a, b), (_, _, seconds) in chosen.items()))


@st.composite
def streets(draw: st.DrawFn) -> csr_array:
    """A grid with holes, one-way streets and dead ends; seconds as long as streets take."""
    rows, columns = draw(st.integers(2, 12)), draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    number = np.arange(rows * columns).reshape(rows, columns)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    there, back = rng.random((2, len(a))) < draw(st.sampled_from([0.6, 0.8, 1.0]))
    source = np.concatenate([a[there], b[back]])
    target = np.concatenate([b[there], a[back]])
    seconds = rng.uniform(0.1, 90, len(source))
    return coo_array((seconds, (source, target)), shape=(rows * columns,) * 2).tocsr()


def slow_times(graph: csr_array) -> np.ndarray:
    """Floyd and Warshall, by hand."""
    dense = graph.toarray()
    times = np.where(dense > 0, dense, np.inf)
    np.fill_diagonal(times, 0)
    for via in range(len(times)):
        times = np.minimum(times, times[:, via, None] + times[None, via, :])
    return times


@given(graph=graphs(), seed=st.integers(0, 9))
@settings(max_examples=300)
def test_every_time_is_the_shortest_one_to_the_second(graph: csr_array, seed: int) -> None:
    nodes = np.random.default_rng(seed).integers(0, graph.shape[0], 7)
    found = duration_matrix(graph, nodes)
    slow = slow_times(graph)[np.ix_(nodes, nodes)]
    assert found.dtype == np.int32
    assert ((found == UNREACHABLE) == np.isinf(slow)).all()
    reached = np.isfinite(slow)
    assert np.abs(found[reached] - slow[reached]).max(initial=0) <= 0.5 + 1e-8


@given(graph=streets(), seed=st.integers(0, 9), two_way=st.booleans())
@settings(max_examples=100)
def test_the_times_from_and_to_hubs_are_those_of_the_full_matrix(
    graph: csr_array, seed: int, two_way: bool
) -> None:
    graph = csr_array(graph.maximum(graph.T)) if two_way else graph
    random = np.random.default_rng(seed)
    nodes = random.integers(0, graph.shape[0], 30)
    hubs = random.choice(30, 5, replace=False)
    found, full = duration_matrix(graph, nodes, hubs), duration_matrix(graph, nodes)
    assert found[hubs].tolist() == full[hubs].tolist()
    assert found[:, hubs].tolist() == full[:, hubs].tolist()
    at_a_hub = np.isin(nodes, nodes[hubs])
    assert (found[~at_a_hub][:, ~at_a_hub] == UNREACHABLE).all(), "and no other is looked for"


@given(graph=streets(), seed=st.integers(0, 9), count=st.integers(1, 40))
@settings(max_examples=100)
def test_cutting_and_contracting_change_no_time_on_a_street_grid(
    graph: csr_array, seed: int, count: int
) -> None:
    nodes = np.random.default_rng(seed).integers(0, graph.shape[0], count)
    whole = dijkstra(graph, indices=nodes)[:, nodes]
    whole[np.isinf(whole)] = UNREACHABLE
    assert duration_matrix(graph, nodes).tolist() == np.rint(whole).astype(int).tolist()


@given(graph=st.one_of(graphs(), streets()), seed=st.integers(0, 9), count=st.integers(1, 9))
def test_contracting_keeps_each_time_and_adds_no_node(
    graph: csr_array, seed: int, count: int
) -> None:
    nodes = np.random.default_rng(seed).permutation(graph.shape[0])[:count]
    small, at = contract(graph, nodes)
    assert len(nodes) <= small.shape[0] <= graph.shape[0]
    assert dijkstra(small, indices=at)[:, at] == pytest.approx(
        dijkstra(graph, indices=nodes)[:, nodes], rel=1e-12
    )


def test_a_chain_of_streets_becomes_one_arc_each_way() -> None:
    there = [(i, i + 1, 1.5) for i in range(99)]
    small, at = contract(
        graph_of(100, *there, *((b, a, 2.0) for a, b, _ in there)), np.array([99, 0])
    )
    assert small[at][:, at].toarray().tolist() == [[0.0, 198.0], [148.5, 0.0]]


def test_the_area_holds_the_ways_between_the_nodes_and_not_the_far_end_of_the_city() -> None:
    road = [(i, i + 1, 1.0) for i in range(999)]
    graph = graph_of(1000, *road, *((b, a, 1.0) for a, b, _ in road))
    area = _area(graph, np.array([500, 510, 520]))
    assert set(range(500, 521)) <= set(area.tolist())
    assert len(area) <= 2 * 20 + 21


@given(graph=streets(), seed=st.integers(0, 9))
def test_the_area_holds_every_node_of_every_shortest_way(graph: csr_array, seed: int) -> None:
    asked = np.unique(np.random.default_rng(seed).integers(0, graph.shape[0], 5))
    area = set(_area(graph, asked).tolist())
    legs = [(int(a), int(b)) for a in asked for b in asked]
    for path in node_paths(graph, legs, [1e6] * len(legs)):
        assert area.issuperset(path)


def test_a_node_without_a_way_is_unreachable_and_not_far() -> None:
    graph = graph_of(3, (0, 1, 2.4))
    assert duration_matrix(graph, np.array([0, 1, 2])).tolist() == [
        [0, 2, -1],
        [-1, 0, -1],
        [-1, -1, 0],
    ]


def test_nodes_may_repeat_and_come_in_any_order() -> None:
    graph = graph_of(3, (0, 1, 5.0), (1, 0, 7.0), (1, 2, 1.0), (2, 1, 1.0))
    assert duration_matrix(graph, np.array([2, 0, 2])).tolist() == [[0, 8, 0], [6, 0, 6], [0, 8, 0]]


def test_no_nodes_give_an_empty_matrix() -> None:
    assert duration_matrix(graph_of(2, (0, 1, 1.0)), np.array([], np.int64)).shape == (0, 0)


def test_more_nodes_than_are_searched_at_once_give_the_same_times() -> None:
    ring = graph_of(150, *((i, (i + 1) % 150, 1.0) for i in range(150)))
    found = duration_matrix(ring, np.arange(150))
    assert found.tolist() == [[(b - a) % 150 for b in range(150)] for a in range(150)]


@given(graph=graphs(), seed=st.integers(0, 9))
def test_the_way_of_each_leg_is_a_shortest_one(graph: csr_array, seed: int) -> None:
    slow, dense = slow_times(graph), graph.toarray()
    draws = np.random.default_rng(seed).integers(0, graph.shape[0], (6, 2))
    legs = [(int(a), int(b)) for a, b in draws]
    bounds = [slow[leg] + 0.01 if np.isfinite(slow[leg]) else 50.0 for leg in legs]
    for (a, b), path in zip(legs, node_paths(graph, legs, bounds), strict=True):
        if np.isinf(slow[a, b]):
            assert path == []
            continue
        assert (path[0], path[-1]) == (a, b)
        steps = [dense[step] for step in pairwise(path)]
        assert min(steps, default=1) > 0
        assert sum(steps) == pytest.approx(slow[a, b])


def test_a_leg_that_stays_where_it_is_passes_one_node() -> None:
    assert node_paths(graph_of(2, (0, 1, 1.0)), [(1, 1)], [0.0]) == [[1]]


def test_a_leg_longer_than_its_bound_has_no_way() -> None:
    graph = graph_of(3, (0, 1, 5.0), (1, 2, 5.0))
    assert node_paths(graph, [(0, 2)], [9.0]) == [[]]
    assert node_paths(graph, [(0, 2)], [10.0]) == [[0, 1, 2]]
