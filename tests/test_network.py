"""Networks and points on them, beside a slow reference on the streets as they were drawn."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from common.errors import BadInputError, NothingToDoError
from common.settings import StreetSettings
from geodata.columns import MODES
from geodata.network import (
    EmptyNetworkError,
    NetworkMissingError,
    StreetNetwork,
    build_network,
    read_network,
    snap_points,
    write_network,
)
from geodata.point_graph import PointGraph, path_line, put_points
from routing.matrix import duration_matrix, node_paths

EPSG = 32748
WEST, SOUTH, STEP = 106.6, -6.2, 0.001
CLASSES = ("residential", "tertiary", "footway", "service", "primary")
SPEEDS = StreetSettings(
    motorcycle_kph={"residential": 18, "tertiary": 25, "footway": 6, "service": 12, "primary": 30},
    car_kph={"residential": 14, "tertiary": 20, "service": 10, "primary": 26, "motorway": 60},
    walk_kph=dict.fromkeys([*CLASSES, "steps"], 4.5),
)

Piece = tuple[int, int, str, int]  # from, to, highway, oneway; node = 10 * row + column


def lonlat(node: int, bend: float = 0.0) -> tuple[float, float]:
    return WEST + node % 10 * STEP + bend, SOUTH + node // 10 * STEP


def streets_of(*pieces: Piece | tuple[Piece, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    """Streets as read_streets returns them; a piece may come with its shape (lattice units)."""
    rows: list[dict[str, object]] = []
    lines = []
    for each in pieces:
        piece, via = each if isinstance(each[0], tuple) else (each, [])
        u, v, highway, oneway = piece
        between = [(WEST + x * STEP, SOUTH + y * STEP) for x, y in via]
        lines.append(shapely.LineString([lonlat(u), *between, lonlat(v)]))
        rows.append({"way_id": len(rows) + 1, "u": u, "v": v, "highway": highway,
                     "name": None, "oneway": oneway, "walk": True,
                     "motorcycle": True, "car": highway != "footway"})  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326")
    return frame.astype({"highway": "str", "name": "str", "oneway": np.int8})


def metres_of(streets: gpd.GeoDataFrame) -> pd.Series:
    metres: pd.Series = streets.to_crs(EPSG).length
    return metres


def slow_graph(streets: gpd.GeoDataFrame, mode: str) -> nx.MultiDiGraph:
    """Every piece as its own arcs, nothing merged: the obvious reference."""
    graph = nx.MultiDiGraph()
    kph = getattr(SPEEDS, f"{mode}_kph")
    for row, metres in zip(streets.to_dict("records"), metres_of(streets), strict=True):
        if row["highway"] not in kph or not row[mode]:
            continue
        seconds = metres / (kph[row["highway"]] / 3.6)
        oneway = 0 if mode == "walk" else row["oneway"]
        graph.add_nodes_from([row["u"], row["v"]])
        if oneway >= 0:
            graph.add_edge(row["u"], row["v"], seconds=seconds, metres=metres)
        if oneway <= 0:
            graph.add_edge(row["v"], row["u"], seconds=seconds, metres=metres)
    return graph


def lattice_node(place: NDArray[np.float64]) -> int:
    column, row = np.rint((place - (WEST, SOUTH)) / STEP)
    return int(10 * row + column)


@st.composite
def street_grids(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """A random part of a 4 x 4 grid with bends, some one-ways, loops and double streets."""
    links = [(10 * r + c, 10 * r + c + 1) for r in range(4) for c in range(3)]
    links += [(10 * r + c, 10 * r + c + 10) for r in range(3) for c in range(4)]
    chosen = draw(st.lists(st.sampled_from(links), min_size=4, max_size=22))
    pieces: list[tuple[Piece, list[tuple[float, float]]]] = []
    for number, (a, b) in enumerate(chosen):
        u, v = draw(st.sampled_from([(a, b), (b, a)]))
        highway = draw(st.sampled_from(CLASSES))
        oneway = draw(st.sampled_from([0, 0, 0, 1, -1])) if number else 0  # one way there and back
        # each piece bends its own way, so that no two have the same shape
        x, y = (a % 10 + b % 10) / 2, (a // 10 + b // 10) / 2
        off = 0.02 + 0.013 * number
        pieces.append(((u, v, highway, oneway), [(x + off, y - off / 2)]))
    for node in draw(st.lists(st.sampled_from([0, 11, 22, 33]), max_size=2, unique=True)):
        x, y = node % 10, node // 10
        loop = [(x - 0.3, y + 0.1), (x - 0.2, y + 0.4)]
        pieces.append(((node, node, "residential", draw(st.sampled_from([0, 1, -1]))), loop))
    return streets_of(*pieces)


def largest_part(graph: nx.MultiDiGraph, streets: gpd.GeoDataFrame) -> tuple[float, int]:
    """Most metres of street inside one strongly connected part, and the number of parts."""
    parts = list(nx.strongly_connected_components(graph))
    metres = metres_of(streets)
    used = [
        graph.has_edge(u, v) or graph.has_edge(v, u)
        for u, v in zip(streets["u"], streets["v"], strict=True)
    ]
    best = max(
        sum(m for m, u, v, on in zip(metres, streets["u"], streets["v"], used, strict=True)
            if on and u in part and v in part)
        for part in parts
    )  # fmt: skip
    return float(best), len(parts)


@given(streets=street_grids(), mode=st.sampled_from(["walk", "motorcycle"]))
@settings(max_examples=60)
def test_the_largest_part_is_kept_whole_and_counted(streets: gpd.GeoDataFrame, mode: str) -> None:
    network, report = build_network(streets, mode, SPEEDS, EPSG)
    best, parts = largest_part(slow_graph(streets, mode), streets)
    assert report.parts == parts
    assert report.kept_km == pytest.approx(best / 1000, abs=6e-4)
    assert report.street_km == pytest.approx(metres_of(streets).sum() / 1000, abs=6e-4)
    assert report.kept_km + report.dropped_km == pytest.approx(report.street_km, abs=2e-3)
    assert network.length_m.sum() == pytest.approx(best)
    drawn = gpd.GeoSeries(network.lines(), crs="EPSG:4326").to_crs(EPSG).length
    assert drawn.to_numpy() == pytest.approx(network.length_m)
    assert (report.mode, report.nodes, report.edges) == (
        mode, len(network.node_lonlat), len(network.edge_u),
    )  # fmt: skip


@given(streets=street_grids(), mode=st.sampled_from(["walk", "motorcycle"]))
@settings(max_examples=60)
def test_merging_keeps_every_shortest_time(streets: gpd.GeoDataFrame, mode: str) -> None:
    network, _ = build_network(streets, mode, SPEEDS, EPSG)
    points = put_points(
        network, network.node_lonlat[:, 0], network.node_lonlat[:, 1], SPEEDS.access_kph
    )
    found = duration_matrix(points.graph, points.node_of_point)
    slow = dict(nx.all_pairs_dijkstra_path_length(slow_graph(streets, mode), weight="seconds"))
    nodes = [lattice_node(place) for place in network.node_lonlat]
    expected = [[slow[a][b] for b in nodes] for a in nodes]
    assert points.snaps.distance_m.max() < 1e-6
    assert np.abs(found - expected).max() <= 0.51  # whole seconds


@given(streets=street_grids(), mode=st.sampled_from(["walk", "motorcycle"]))
@settings(max_examples=60)
def test_merging_keeps_every_time_to_a_place_inside_a_stretch(
    streets: gpd.GeoDataFrame, mode: str
) -> None:
    network, _ = build_network(streets, mode, SPEEDS, EPSG)
    nodes = [n for n in range(40) if (np.abs(network.lonlat - lonlat(n)).max(axis=1) < 1e-9).any()]
    at = np.array([lonlat(node) for node in nodes])
    points = put_points(network, at[:, 0], at[:, 1], SPEEDS.access_kph)
    found = duration_matrix(points.graph, points.node_of_point)
    slow = dict(nx.all_pairs_dijkstra_path_length(slow_graph(streets, mode), weight="seconds"))
    assert np.abs(found - [[slow[a][b] for b in nodes] for a in nodes]).max() <= 0.51


@given(streets=street_grids())
@settings(max_examples=30)
def test_nothing_is_left_to_merge(streets: gpd.GeoDataFrame) -> None:
    network, _ = build_network(streets, "motorcycle", SPEEDS, EPSG)
    ends = np.concatenate([network.edge_u, network.edge_v])
    both = np.isfinite(network.forward_s) & np.isfinite(network.backward_s)
    pace = np.minimum(network.forward_s, network.backward_s) / network.length_m
    for node in np.flatnonzero(np.bincount(ends) == 2):
        at = np.flatnonzero((network.edge_u == node) | (network.edge_v == node))
        # a ring, or two of which only one is a one-way street or which differ in speed
        alike = both[at[0]] == both[at[-1]] and pace[at[0]] == pytest.approx(pace[at[-1]])
        assert len(at) == 1 or not alike


def test_a_street_of_many_pieces_becomes_one_stretch() -> None:
    streets = streets_of(
        (0, 1, "residential", 0), (1, 2, "residential", 0), (3, 2, "residential", 0),
        (3, 13, "residential", 0), (3, 4, "residential", 0),
    )  # fmt: skip
    network, report = build_network(streets, "motorcycle", SPEEDS, EPSG)
    assert (report.nodes, report.edges) == (4, 3)
    longest = int(network.length_m.argmax())
    shape = network.lonlat[network.first_point[longest] : network.first_point[longest + 1]]
    assert sorted(map(lattice_node, shape)) == [0, 1, 2, 3]
    metres = metres_of(streets)
    assert network.length_m[longest] == pytest.approx(metres[:3].sum())
    assert network.forward_s[longest] == pytest.approx(metres[:3].sum() / (18 / 3.6))


def test_a_stretch_ends_where_the_speed_changes() -> None:
    streets = streets_of((0, 1, "residential", 0), (1, 2, "residential", 0), (2, 3, "service", 0))
    network, report = build_network(streets, "motorcycle", SPEEDS, EPSG)
    assert (report.nodes, report.edges) == (3, 2)
    metres = metres_of(streets)
    seconds = [metres[:2].sum() / (18 / 3.6), metres[2] / (12 / 3.6)]
    assert sorted(network.forward_s) == pytest.approx(sorted(seconds))


def test_a_ring_alone_is_one_stretch_and_one_node() -> None:
    ring = streets_of(
        (0, 1, "residential", 1), (1, 11, "residential", 1), (11, 0, "residential", 1)
    )
    network, report = build_network(ring, "motorcycle", SPEEDS, EPSG)
    assert (report.nodes, report.edges, report.dropped_km) == (1, 1, 0.0)
    assert network.edge_u.tolist() == network.edge_v.tolist() == [0]
    assert network.length_m.sum() == pytest.approx(metres_of(ring).sum())


def test_points_at_the_end_of_a_lonely_ring_are_one_place() -> None:
    ring = streets_of(
        (0, 1, "residential", 0), (1, 11, "residential", 0), (11, 0, "residential", 0)
    )
    network, _ = build_network(ring, "motorcycle", SPEEDS, EPSG)
    lon, lat = np.repeat(network.node_lonlat, 2, axis=0).T
    points = put_points(network, lon, lat, 4.0)
    assert duration_matrix(points.graph, points.node_of_point).tolist() == [[0, 0], [0, 0]]


def test_people_on_foot_ignore_one_way_signs() -> None:
    streets = streets_of((0, 1, "residential", 1), (1, 2, "residential", -1))
    network, report = build_network(streets, "walk", SPEEDS, EPSG)
    assert report.dropped_km == 0
    assert network.forward_s == pytest.approx(network.backward_s)
    assert network.forward_s.sum() == pytest.approx(metres_of(streets).sum() / 1.25)


def test_a_dead_end_of_a_one_way_street_is_dropped_and_reported_in_km() -> None:
    streets = streets_of(
        (0, 1, "residential", 0), (1, 2, "residential", 0), (2, 3, "residential", 1),
        (30, 31, "residential", 0),
    )  # fmt: skip
    _, report = build_network(streets, "motorcycle", SPEEDS, EPSG)
    metres = metres_of(streets)
    assert report.kept_km == pytest.approx(metres[:2].sum() / 1000, abs=1e-3)
    assert report.dropped_km == pytest.approx(metres[2:].sum() / 1000, abs=1e-3)
    assert report.parts == 3


def test_only_streets_open_to_the_transport_count() -> None:
    streets = streets_of((0, 1, "residential", 0), (1, 2, "footway", 0), (2, 3, "motorway", 0))
    lengths = metres_of(streets).to_numpy() / 1000
    kept = {mode: build_network(streets, mode, SPEEDS, EPSG)[1].street_km for mode in MODES}
    assert kept["walk"] == pytest.approx(lengths[:2].sum(), abs=1e-3)
    assert kept["motorcycle"] == pytest.approx(lengths[:2].sum(), abs=1e-3)
    assert kept["car"] == pytest.approx(lengths[0] + lengths[2], abs=1e-3)


def test_a_transport_without_any_street_is_refused() -> None:
    streets = streets_of((0, 1, "steps", 0), (1, 2, "footway", 0))
    with pytest.raises(EmptyNetworkError, match="Tidak ada jalan untuk moda car"):
        build_network(streets, "car", SPEEDS, EPSG)
    assert issubclass(EmptyNetworkError, BadInputError)


def test_one_way_streets_without_a_way_back_are_refused() -> None:
    streets = streets_of((0, 1, "residential", 1), (1, 2, "residential", 1))
    with pytest.raises(EmptyNetworkError, match="semuanya satu arah tanpa jalan kembali"):
        build_network(streets, "motorcycle", SPEEDS, EPSG)
    assert build_network(streets, "walk", SPEEDS, EPSG)[1].dropped_km == 0


def test_a_network_is_read_as_it_was_written(tmp_path: Path) -> None:
    streets = streets_of((0, 1, "residential", 1), (1, 11, "primary", 0), (11, 0, "service", 0))
    network, _ = build_network(streets, "motorcycle", SPEEDS, EPSG)
    write_network(network, tmp_path / "motorcycle.npz")
    again = read_network(tmp_path / "motorcycle.npz")
    for each in fields(StreetNetwork):
        was, now = getattr(network, each.name), getattr(again, each.name)
        assert was.dtype == now.dtype
        np.testing.assert_array_equal(was, now)
    assert [path.name for path in tmp_path.iterdir()] == ["motorcycle.npz"]


def test_a_city_that_was_not_built_is_told_how(tmp_path: Path) -> None:
    with pytest.raises(NetworkMissingError, match="jalankan `sambangi city build`"):
        read_network(tmp_path / "car.npz")
    assert issubclass(NetworkMissingError, NothingToDoError)


@pytest.mark.parametrize("kept", [{}, {"format": np.array([999])}])
def test_a_network_of_another_version_counts_as_missing(
    tmp_path: Path, kept: dict[str, NDArray[np.int64]]
) -> None:
    np.savez(tmp_path / "car.npz", allow_pickle=False, lonlat=np.zeros((2, 2)), **kept)
    with pytest.raises(NetworkMissingError, match=r"car\.npz belum ada"):
        read_network(tmp_path / "car.npz")


def cross() -> StreetNetwork:
    """A straight street east-west of 2 steps with a branch north, and a way round in the south."""
    return build_network(
        streets_of(
            (0, 1, "residential", 0), (1, 2, "residential", 0), (1, 11, "tertiary", 0),
            (0, 11, "primary", 0), (2, 11, "footway", 0), (0, 10, "service", 0),
        ),
        "motorcycle", SPEEDS, EPSG,
    )[0]  # fmt: skip


def test_points_meet_the_nearest_stretch() -> None:
    network = cross()
    lon = np.array([WEST + 0.5 * STEP, WEST + 1.2 * STEP, WEST])
    lat = np.array([SOUTH - 0.2 * STEP, SOUTH + 0.5 * STEP, SOUTH - 3 * STEP])
    snaps = snap_points(network, lon, lat)
    lines = gpd.GeoSeries(network.lines(), crs="EPSG:4326").to_crs(EPSG)
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(EPSG)
    away = np.array([lines.distance(point).to_numpy() for point in points])
    assert snaps.edge.tolist() == away.argmin(axis=1).tolist()
    assert snaps.distance_m == pytest.approx(away.min(axis=1))
    assert snaps.distance_m[0] == pytest.approx(0.2 * STEP * 110_600, rel=0.01)
    assert snaps.fraction[0] == pytest.approx(0.5, abs=1e-3)
    assert min(snaps.fraction[2], 1 - snaps.fraction[2]) < 1e-4


def test_a_point_as_near_to_two_stretches_goes_to_the_lower_number() -> None:
    network = cross()
    corner = snap_points(network, np.array([WEST + STEP]), np.array([SOUTH]))
    touching = np.flatnonzero(
        [line.distance(shapely.Point(WEST + STEP, SOUTH)) < 1e-12 for line in network.lines()]
    )
    assert len(touching) == 3
    assert corner.edge.tolist() == [touching.min()]


def split_by_hand(network: StreetNetwork, points: PointGraph, lon: NDArray[np.float64],
                  lat: NDArray[np.float64]) -> NDArray[np.float64]:  # fmt: skip
    """Seconds between points: each place is a node with arcs to all others of its stretch."""
    snaps = snap_points(network, lon, lat)
    graph = nx.MultiDiGraph()
    for e in range(len(network.edge_u)):
        here = np.flatnonzero(snaps.edge == e)
        stations = [(0.0, ("node", int(network.edge_u[e])))]
        stations += [(float(snaps.fraction[i]), ("point", int(i))) for i in here]
        stations += [(1.0, ("node", int(network.edge_v[e])))]
        for share_a, a in stations:
            for share_b, b in stations:
                seconds = network.forward_s[e] if share_a <= share_b else network.backward_s[e]
                both = share_a == share_b and "point" in {a[0], b[0]}
                if a != b and (np.isfinite(seconds) or both):
                    part = abs(share_a - share_b)
                    graph.add_edge(a, b, seconds=seconds * part if part else 0.0)
                elif a == b and a[0] == "node":
                    graph.add_node(a)
    times = dict(nx.all_pairs_dijkstra_path_length(graph, weight="seconds"))
    k = len(lon)
    assert len(points.node_of_point) == k
    return np.array([[times["point", i]["point", j] for j in range(k)] for i in range(k)])


places = st.lists(
    st.tuples(st.floats(-0.4, 3.4), st.floats(-0.4, 3.4)), min_size=2, max_size=7
)  # in steps of the grid


@given(streets=street_grids(), at=places, mode=st.sampled_from(["walk", "motorcycle"]))
@settings(max_examples=60)
def test_times_between_points_equal_those_of_streets_split_by_hand(
    streets: gpd.GeoDataFrame, at: list[tuple[float, float]], mode: str
) -> None:
    network, _ = build_network(streets, mode, SPEEDS, EPSG)
    lon, lat = np.array(at).T * STEP + np.array([[WEST], [SOUTH]])
    points = put_points(network, lon, lat, 4.0)
    expected = split_by_hand(network, points, lon, lat)
    found = duration_matrix(points.graph, points.node_of_point)
    assert np.abs(found - expected).max() <= 0.6  # whole seconds, an arc of 1 ms at the least
    snaps = snap_points(network, lon, lat)
    assert points.access_s.tolist() == np.ceil(snaps.distance_m * 3.6 / 4.0).tolist()


@given(streets=street_grids(), at=places)
@settings(max_examples=60)
def test_the_line_of_a_way_runs_from_place_to_place_and_is_as_long_as_it_says(
    streets: gpd.GeoDataFrame, at: list[tuple[float, float]]
) -> None:
    network, _ = build_network(streets, "motorcycle", SPEEDS, EPSG)
    lon, lat = np.array(at).T * STEP + np.array([[WEST], [SOUTH]])
    points = put_points(network, lon, lat, 4.0)
    snaps = snap_points(network, lon, lat)
    lines = gpd.GeoSeries(network.lines(), crs="EPSG:4326").to_crs(EPSG).to_numpy()
    snapped = shapely.line_interpolate_point(lines[snaps.edge], snaps.fraction, normalized=True)
    for a, b in pairwise(range(len(at))):
        leg = int(points.node_of_point[a]), int(points.node_of_point[b])
        line, metres = path_line(points, node_paths(points.graph, [leg], [np.inf])[0])
        drawn = gpd.GeoSeries([line], crs="EPSG:4326").to_crs(EPSG).iloc[0]
        assert drawn.length == pytest.approx(metres, abs=0.5)
        assert shapely.Point(drawn.coords[0]).distance(snapped[a]) < 0.5
        assert shapely.Point(drawn.coords[-1]).distance(snapped[b]) < 0.5


def line_and_seconds(network: StreetNetwork, *at: tuple[float, float]) -> tuple[
    NDArray[np.int32], shapely.LineString, float
]:  # fmt: skip
    """Times between the points, and shape and metres of the way from the first to the second."""
    lon, lat = np.array(at).T * STEP + np.array([[WEST], [SOUTH]])
    points = put_points(network, lon, lat, 4.0)
    leg = int(points.node_of_point[0]), int(points.node_of_point[1])
    line, metres = path_line(points, node_paths(points.graph, [leg], [np.inf])[0])
    return duration_matrix(points.graph, points.node_of_point), line, metres


def test_two_points_on_one_stretch_are_joined_along_it() -> None:
    network = cross()
    times, line, metres = line_and_seconds(network, (0.25, 0.1), (0.75, 0.1))
    step = metres_of(streets_of((0, 1, "residential", 0)))[0]
    assert metres == pytest.approx(step / 2, rel=1e-3)
    assert times[0, 1] == times[1, 0] == round(step / 2 / 5)
    assert len(line.coords) == 2


def one_way_ring() -> StreetNetwork:
    return build_network(
        streets_of((0, 1, "residential", 1), (1, 11, "residential", 0), (11, 10, "residential", 0),
                   (10, 0, "residential", 0), (1, 2, "residential", 0), (0, 20, "residential", 0)),
        "motorcycle", SPEEDS, EPSG,
    )[0]  # fmt: skip


def test_against_a_one_way_street_the_way_goes_round() -> None:
    network = one_way_ring()
    times, _, metres = line_and_seconds(network, (0.25, -0.1), (0.75, -0.1))
    back, _, metres_back = line_and_seconds(network, (0.75, -0.1), (0.25, -0.1))
    ring = metres_of(
        streets_of((0, 1, "-", 0), (1, 11, "-", 0), (11, 10, "-", 0), (10, 0, "-", 0))
    ).sum()
    assert metres + metres_back == pytest.approx(ring, rel=1e-3)
    assert times[0, 1] == back[1, 0] == round(metres / 5)
    assert times[1, 0] == back[0, 1] == round(metres_back / 5)


def test_a_loop_is_passed_by_its_shorter_side() -> None:
    loop = ((1, 1, "residential", 0), [(2.0, 0.0), (2.0, 1.0), (1.0, 1.0)])
    network, _ = build_network(
        streets_of((0, 1, "residential", 0), loop), "motorcycle", SPEEDS, EPSG
    )
    step = metres_of(streets_of((0, 1, "residential", 0)))[0]
    # half a step before the loop; half a step after the loop's end is entered
    times, line, metres = line_and_seconds(network, (0.5, -0.1), (0.9, 0.5))
    assert metres == pytest.approx(step, rel=0.01)
    assert times[0, 1] == pytest.approx(metres / 5, abs=1)
    assert lattice_node(np.array(line.coords[1])) == 1
    # both on the loop, near its two ends: through the node, not round the loop
    _, _, metres = line_and_seconds(network, (1.25, -0.1), (0.9, 0.25))
    assert metres == pytest.approx(step / 2, rel=0.01)


def test_points_at_one_place_share_a_node_and_are_no_time_apart() -> None:
    network = cross()
    times, line, metres = line_and_seconds(network, (0.5, 0.1), (0.5, 0.1), (1.0, -0.2))
    assert times[0, 1] == times[1, 0] == 0
    assert metres == 0
    assert len(line.coords) == 2
    assert line.length == 0


def test_a_point_at_the_end_of_a_stretch_is_its_junction() -> None:
    network = cross()
    lon, lat = network.node_lonlat.T
    points = put_points(network, lon, lat, 4.0)
    assert points.node_of_point.tolist() == list(range(len(lon)))
    assert points.graph.shape == (len(lon), len(lon))


@pytest.mark.real_streets
def test_ways_on_real_streets_are_as_long_as_their_lines(real_data: Path) -> None:
    from geodata.streets import read_streets

    area = shapely.box(106.70, -6.33, 106.74, -6.29)
    streets = read_streets(real_data / "tangsel" / "streets.osm.pbf", area)
    network, report = build_network(streets, "motorcycle", StreetSettings(), EPSG)
    assert report.kept_km == pytest.approx(network.length_m.sum() / 1000, abs=1e-3)
    assert report.kept_km > 0.8 * report.street_km
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform([[106.705], [-6.325]], [[106.735], [-6.295]], (2, 40))
    points = put_points(network, lon, lat, 4.0)
    times = duration_matrix(points.graph, points.node_of_point)
    legs = [(int(a), int(b)) for a, b in pairwise(points.node_of_point)]
    within = [float(times[i, i + 1]) + 1 for i in range(39)]
    for path in node_paths(points.graph, legs, within):
        line, metres = path_line(points, path)
        drawn = gpd.GeoSeries([line], crs="EPSG:4326").to_crs(EPSG).length.iloc[0]
        assert drawn == pytest.approx(metres, abs=0.5)
