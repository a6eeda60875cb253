"""The made-up kecamatan: its kelurahan tile it, its streets are one network."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.columns import AREAS
from geodata.madeup import names
from geodata.madeup.boundaries import PLACE, draw_outline, geojson_text, madeup_areas
from geodata.madeup.mesh import Mesh, cut_ring
from geodata.madeup.plane import BROAD, CRINKLED, Plane, bending, densified
from geodata.madeup.streets import lay_streets
from geodata.madeup.ways import osm_text, street_map, streets_frame

SEEDS = range(1, 4)
CLOSED_TO_MOTORCYCLES = {"footway", "steps"}


def made_areas(seed: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    return madeup_areas(rng, draw_outline(rng), bending(rng))


@cache
def made_osm(seed: int) -> ET.Element:
    rng = np.random.default_rng(seed)
    layout, bend = lay_streets(rng, draw_outline(rng)), bending(rng)
    return ET.fromstring(osm_text(street_map(rng, layout, bend)))  # noqa: S314  # our own text


class Network:
    """Nodes and highways of an OSM document."""

    def __init__(self, root: ET.Element) -> None:
        self.node_ids = [int(node.attrib["id"]) for node in root.iter("node")]
        lonlat = [(float(n.attrib["lon"]), float(n.attrib["lat"])) for n in root.iter("node")]
        self.xy = dict(zip(self.node_ids, PLACE.metres(np.array(lonlat)), strict=True))
        self.ways = [
            (
                [int(nd.attrib["ref"]) for nd in way.iter("nd")],
                {tag.attrib["k"]: tag.attrib["v"] for tag in way.iter("tag")},
            )
            for way in root.iter("way")
        ]
        self.roads = [(nodes, tags) for nodes, tags in self.ways if "highway" in tags]

    def length_m(self, nodes: list[int]) -> float:
        return float(sum(np.hypot(*(self.xy[b] - self.xy[a])) for a, b in pairwise(nodes)))


@pytest.mark.parametrize("seed", SEEDS)
def test_eight_kelurahan_tile_the_kecamatan(seed: int) -> None:
    areas = made_areas(seed)
    AREAS.validate(areas)
    flat = PLACE.shapes(areas.geometry)
    union = shapely.union_all(flat)
    assert len(areas) == 8
    assert areas.is_valid.all()
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    assert isinstance(union, shapely.Polygon)
    assert not union.interiors
    assert shapely.area(flat).sum() == pytest.approx(union.area, abs=1.0)
    assert 12e6 < union.area < 16e6
    assert shapely.area(flat).min() > 0.6e6
    assert names.KECAMATAN in set(areas["area_name"])


def test_the_boundary_file_says_that_it_is_made_up() -> None:
    text = geojson_text(made_areas(1))
    assert text.count('"keterangan": "batas rekaan (perkiraan)"') == 8
    assert '"kode": "99.01.01.1008"' in text
    assert "CRS84" in text


@pytest.mark.parametrize("seed", SEEDS)
def test_a_motorcycle_reaches_nearly_every_street_and_comes_back(seed: int) -> None:
    network = Network(made_osm(seed))
    start, end, length = [], [], []
    for nodes, tags in network.roads:
        if tags["highway"] in CLOSED_TO_MOTORCYCLES:
            continue
        for one, other in pairwise(nodes):
            metres = network.length_m([one, other])
            directions = (
                ((one, other),) if tags.get("oneway") == "yes" else ((one, other), (other, one))
            )
            for a, b in directions:
                start.append(a)
                end.append(b)
                length.append(metres / len(directions))
    size = max(network.node_ids) + 1
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(size, size))
    _, component = connected_components(graph, directed=True, connection="strong")
    same = component[start] == component[end]
    by_component = np.bincount(component[start][same], weights=np.array(length)[same])
    assert by_component.max() > 0.97 * sum(length)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_streets_are_those_of_a_kampung_quarter(seed: int) -> None:
    network = Network(made_osm(seed))
    total_km = sum(network.length_m(nodes) for nodes, _ in network.roads) / 1000
    assert 120 < total_km < 200
    kinds = Counter(tags["highway"] for _, tags in network.roads)
    assert {"primary", "secondary", "tertiary", "residential", "path", "footway"} <= set(kinds)
    halves = [tags for _, tags in network.roads if tags.get("oneway") == "yes"]
    assert {tags["highway"] for tags in halves} == {"primary"}
    touching = Counter(node for nodes, _ in network.roads for node in set(nodes))
    ends = Counter(end for nodes, _ in network.roads for end in (nodes[0], nodes[-1]))
    assert sum(touching[end] == 1 for end in ends) > 100  # dead ends
    names_given = [tags["name"] for _, tags in network.roads if "name" in tags]
    assert any(name.startswith("Gg. ") for name in names_given)
    assert sum(name.startswith("Jl. ") for name in names_given) > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_the_river_is_crossed_at_two_bridges_only(seed: int) -> None:
    network = Network(made_osm(seed))
    (river,) = [nodes for nodes, tags in network.ways if tags.get("waterway") == "river"]
    water = shapely.LineString([network.xy[node] for node in river])
    roads = [shapely.LineString([network.xy[node] for node in nodes]) for nodes, _ in network.roads]
    wet = [n for n, road in enumerate(roads) if road.distance(water) < 0.5]
    crossings = shapely.unary_union([roads[n].intersection(water.buffer(0.5)) for n in wet])
    parts = shapely.get_parts(crossings.buffer(5))
    assert len(parts) == 2
    assert {network.roads[n][1]["name"] for n in wet} == {names.ARTERIAL, names.SECOND_BRIDGE}


def test_streets_meet_only_at_shared_nodes() -> None:
    network = Network(made_osm(2))
    roads = [shapely.LineString([network.xy[node] for node in nodes]) for nodes, _ in network.roads]
    tree = shapely.STRtree(roads)
    one, other = tree.query(roads, predicate="crosses")
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a >= b:
            continue
        shared = set(network.roads[a][0]) & set(network.roads[b][0])
        points = shapely.get_coordinates(roads[a].intersection(roads[b]))
        known = np.array([network.xy[node] for node in sorted(shared)]).reshape(-1, 2)
        for point in points:
            assert len(known)
            assert np.hypot(*(known - point).T).min() < 0.1


def test_osm_ids_ascend_and_nodes_come_before_ways() -> None:
    root = made_osm(1)
    kinds = [element.tag for element in root if element.tag != "bounds"]
    assert kinds == sorted(kinds)  # node before way
    for kind in ("node", "way"):
        ids = [int(element.attrib["id"]) for element in root.iter(kind)]
        assert ids == sorted(set(ids))
    assert {int(nd.attrib["ref"]) for nd in root.iter("nd")} == {
        int(node.attrib["id"]) for node in root.iter("node")
    }


def test_the_frame_has_the_streets_of_the_file() -> None:
    rng = np.random.default_rng(1)
    laid = street_map(rng, lay_streets(rng, draw_outline(rng)), bending(rng))
    frame = streets_frame(laid)
    assert len(frame) == len(laid.ways) - 1  # all but the river
    assert frame.crs.to_epsg() == 4326
    assert frame["name"].isna().any()


def test_bending_never_folds_the_plane() -> None:
    for waves in (BROAD, CRINKLED):
        slope = sum(2 * np.pi * amplitude / wavelength for wavelength, amplitude in waves)
        assert slope < 1 / np.sqrt(2)


def test_a_shared_edge_gets_the_same_vertices_from_both_sides() -> None:
    start, end = np.array([3.0, 4.0]), np.array([250.0, -70.5])
    there, back = densified(start, end, 20.0), densified(end, start, 20.0)
    assert np.array_equal(there[1:], back[:0:-1])
    assert len(there) == 13


def test_metres_and_degrees_are_inverse_and_right_in_length() -> None:
    plane = Plane(106.6, -6.2)
    lonlat = np.array([[106.61, -6.2], [106.6, -6.19]])
    xy = plane.metres(lonlat)
    assert np.allclose(plane.degrees(xy), lonlat, atol=1e-7)
    # WGS 84 at 6.2 degrees south: 110,671 m and 110,587 m a degree (pyproj.Geod)
    assert xy[0, 0] == pytest.approx(1106.7, abs=0.5)
    assert xy[1, 1] == pytest.approx(1105.9, abs=0.5)


def test_a_cut_makes_two_rings_that_share_it() -> None:
    first, second = cut_ring([0, 1, 2, 3], [1, 9, 3])
    assert first == [1, 2, 3, 9]
    assert second == [3, 0, 1, 9]


def test_a_divided_segment_is_seen_from_every_ring() -> None:
    mesh = Mesh()
    corners = [mesh.add_point(xy) for xy in ((0, 0), (100, 0), (100, 100), (0, 100))]
    mesh.add_street([*corners, corners[0]], "residential", None)
    assert mesh.divide(corners[0], corners[1], 0.05, 10.0) == corners[0]
    middle = mesh.divide(corners[0], corners[1], 0.5, 10.0)
    assert mesh.ring(corners) == [0, middle, 1, 2, 3]
    assert mesh.chain(mesh.streets[0].nodes) == [0, middle, 1, 2, 3, 0]
