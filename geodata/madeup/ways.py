"""From laid-out streets to OSM ways: missing links, bending, OSM XML, a frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
from shapely.geometry import LineString

from geodata.madeup.boundaries import PLACE
from geodata.madeup.mesh import Mesh, Street
from geodata.madeup.plane import Plane, Points, densified
from geodata.madeup.streets import Layout

_MISSING_LINKS = 0.1  # share of the small streets' links that could fall away and does
_MAY_MISS = frozenset({"residential", "living_street", "unclassified", "path", "footway"})
_STEP_M = 32.0  # distance of shape points


@dataclass(frozen=True, slots=True)
class Way:
    """One OSM way: ids of its nodes in driving order and its tags in order."""

    nodes: tuple[int, ...]
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StreetMap:
    """Nodes (lon, lat, EPSG:4326; the id of node n is n + 1) and ways."""

    lonlat: Points
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A piece of a street between two junctions."""

    nodes: tuple[int, ...]
    street: int
    highway: str


def street_map(
    rng: np.random.Generator,
    layout: Layout,
    bend: Callable[[Points], Points],
    plane: Plane = PLACE,
) -> StreetMap:
    """Return OSM nodes and ways of a layout, some links left out, lines bent.

    Whatever a motorcycle may use stays one connected network.
    """
    mesh = layout.mesh
    links = _thinned(rng, mesh, _links(mesh))
    numbers: dict[int, int] = {}
    points: list[Points] = []

    def node_id(node: int) -> int:
        if node not in numbers:
            points.append(mesh.coordinates([node])[0])
            numbers[node] = len(points)
        return numbers[node]

    def laid(nodes: tuple[int, ...] | list[int]) -> list[int]:
        ids = [node_id(nodes[0])]
        for one, other in pairwise(nodes):
            start, end = mesh.coordinates([one, other])
            for point in densified(start, end, _STEP_M)[1:]:
                points.append(point)
                ids.append(len(points))
            ids.append(node_id(other))
        return ids

    ways = [
        Way(tuple(laid(nodes)), _tags(mesh.streets[link.street], link.highway))
        for link, nodes in _runs(links)
    ]
    ways += [Way(tuple(laid(line.nodes)), line.tags) for line in layout.lines]
    lonlat = plane.degrees(bend(np.array(points)))
    return StreetMap(lonlat, tuple(ways))


def _tags(street: Street, highway: str) -> tuple[tuple[str, str], ...]:
    tags = [("highway", highway)]
    if street.name is not None:
        tags.append(("name", street.name))
    if street.oneway:
        tags.append(("oneway", "yes"))
    return tuple(tags)


def _runs(links: list[_Link]) -> list[tuple[_Link, list[int]]]:
    """Join links that follow one another on a street and have the same class."""
    runs: list[tuple[_Link, list[int]]] = []
    for link in links:
        if runs:
            before, nodes = runs[-1]
            alike = (before.street, before.highway) == (link.street, link.highway)
            if alike and nodes[-1] == link.nodes[0]:
                nodes.extend(link.nodes[1:])
                continue
        runs.append((link, list(link.nodes)))
    return runs


def _links(mesh: Mesh) -> list[_Link]:
    """Cut every street at every junction."""
    chains = [mesh.chain(street.nodes) for street in mesh.streets]
    ends: dict[int, int] = {}
    for chain in chains:
        for one, other in pairwise(chain):
            ends[one] = ends.get(one, 0) + 1
            ends[other] = ends.get(other, 0) + 1
    links = []
    for number, chain in enumerate(chains):
        start = 0
        for place in range(1, len(chain)):
            if place == len(chain) - 1 or ends[chain[place]] != 2:
                piece = tuple(chain[start : place + 1])
                links.append(_Link(piece, number, mesh.streets[number].highway))
                start = place
    return links


def _thinned(rng: np.random.Generator, mesh: Mesh, links: list[_Link]) -> list[_Link]:
    """Leave out some links; a random spanning tree stays, of links that a motorcycle can pass.

    A footway that alone leads somewhere becomes a path. A blind alley keeps its class.
    """
    parent = list(range(len(mesh.points)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    shuffled = rng.permutation(len(links)).tolist()
    order = sorted(
        shuffled, key=lambda n: (links[n].highway in _MAY_MISS, links[n].highway == "footway")
    )
    touching: dict[int, int] = {}
    for link in links:
        for node in (link.nodes[0], link.nodes[-1]):
            touching[node] = touching.get(node, 0) + 1
    kept: dict[int, _Link] = {}
    for n in order:
        link = links[n]
        one, other = root(link.nodes[0]), root(link.nodes[-1])
        if one != other:
            parent[one] = other
            blind = min(touching[link.nodes[0]], touching[link.nodes[-1]]) == 1
            kind = "path" if link.highway == "footway" and not blind else link.highway
            kept[n] = _Link(link.nodes, link.street, kind)
        elif link.highway not in _MAY_MISS or rng.random() >= _MISSING_LINKS:
            kept[n] = link
    reach: dict[int, float] = {}
    for link in kept.values():
        place = root(link.nodes[0])
        reach[place] = reach.get(place, 0.0) + len(link.nodes)
    largest = max(reach, key=lambda place: reach[place])
    return [kept[n] for n in sorted(kept) if root(kept[n].nodes[0]) == largest]


def streets_frame(streets: StreetMap) -> gpd.GeoDataFrame:
    """Return the streets with ``highway``, ``name`` (missing: unnamed) and geometry, EPSG:4326."""
    rows = [(dict(way.tags), way.nodes) for way in streets.ways]
    roads = [(tags, nodes) for tags, nodes in rows if "highway" in tags]
    return gpd.GeoDataFrame(
        {
            "highway": [tags["highway"] for tags, _ in roads],
            "name": [tags.get("name") for tags, _ in roads],
        },
        geometry=[LineString(streets.lonlat[np.array(nodes) - 1]) for _, nodes in roads],
        crs="EPSG:4326",
    )


def osm_text(streets: StreetMap) -> str:
    """Return the streets as OSM XML 0.6: nodes, then ways, ids ascending from 1."""
    west, south = streets.lonlat.min(axis=0)
    east, north = streets.lonlat.max(axis=0)
    corner = f'maxlat="{north:.7f}" maxlon="{east:.7f}"'
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        '<osm version="0.6" generator="sambangi demo" note="jalan rekaan; made-up streets">',
        f'<bounds minlat="{south:.7f}" minlon="{west:.7f}" {corner}/>',
    ]
    lines += [
        f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>'
        for number, (lon, lat) in enumerate(streets.lonlat.tolist(), start=1)
    ]
    for number, way in enumerate(streets.ways, start=1):
        lines.append(f'<way id="{number}" version="1">')
        lines += [f'<nd ref="{node}"/>' for node in way.nodes]
        lines += [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in way.tags]
        lines.append("</way>")
    return "\n".join([*lines, "</osm>", ""])
