"""The long lines of the made-up Kota Tangerang: river, toll road, airport edge, arterials."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from geodata.madeup.city_areas import PLACE, CityGround, smooth_line
from geodata.madeup.mesh import OUTLINE, RIVER, TOLL_ROAD, Mesh
from geodata.madeup.plane import Points, outer_shape
from geodata.madeup.skeleton import beside, lay_across
from geodata.madeup.streets import Line

RIVER_NAME = "Kali Cisadane (rekaan)"
AIRPORT_NAME = "Bandara Rekaan"
TOLL_NAME = "Jalan Tol Kota (rekaan)"
_RIVER_KEEP_OFF_M = 42.0
_CARRIAGEWAYS_M = 18.0
_OPENINGS_M = 520.0  # between places to turn on a dual road
_WANDER_M = 130.0
_FRINGE_M = 140.0  # between the airport's edge and the border of its kelurahan
_SOUTH_OF_AIRPORT_M = 900.0
_RAMP_M = (380.0, 190.0)  # where a ramp leaves the toll road, where it meets the street


@dataclass(frozen=True, slots=True)
class _Road:
    """A road through the city: name, OSM class, corners (lon, lat)."""

    name: str
    highway: str
    lonlat: tuple[tuple[float, float], ...]


_TOLL = (
    (106.53, -6.208), (106.58, -6.2045), (106.61, -6.214), (106.645, -6.2155), (106.675, -6.2165),
    (106.70, -6.2095), (106.73, -6.2055), (106.77, -6.201),
)  # fmt: skip
_DUAL = (
    _Road("Jl. Raya Daan Mogot", "primary", (
        (106.53, -6.170), (106.58, -6.1725), (106.605, -6.1705), (106.635, -6.1695),
        (106.665, -6.1665), (106.69, -6.1685), (106.74, -6.170),
    )),
    _Road("Jl. Jenderal Sudirman", "primary", (
        (106.648, -6.06), (106.6465, -6.13), (106.6425, -6.165), (106.6445, -6.188),
        (106.6395, -6.21), (106.642, -6.26),
    )),
)  # fmt: skip
_SINGLE = (
    _Road("Jl. M.H. Thamrin", "secondary", (
        (106.53, -6.193), (106.57, -6.189), (106.60, -6.193), (106.63, -6.1885), (106.66, -6.1875),
        (106.69, -6.191), (106.74, -6.193),
    )),
    _Road("Jl. K.H. Hasyim Ashari", "secondary", (
        (106.53, -6.2225), (106.60, -6.209), (106.635, -6.2035), (106.665, -6.206),
        (106.69, -6.2025), (106.74, -6.212),
    )),
    _Road("Jl. H.O.S. Cokroaminoto", "secondary", (
        (106.60, -6.232), (106.64, -6.2265), (106.68, -6.228), (106.705, -6.2325),
        (106.73, -6.2375), (106.77, -6.238),
    )),
    _Road("Jl. Gatot Subroto", "secondary", (
        (106.552, -6.16), (106.57, -6.180), (106.5905, -6.1915), (106.6075, -6.2015),
        (106.62, -6.215), (106.64, -6.26),
    )),
    _Road("Jl. Surya Darma", "secondary", (
        (106.57, -6.152), (106.61, -6.1535), (106.635, -6.1465), (106.66, -6.1425),
        (106.70, -6.1455),
    )),
    _Road("Jl. Ahmad Yani", "secondary", (
        (106.588, -6.10), (106.595, -6.155), (106.587, -6.18), (106.581, -6.20), (106.577, -6.25),
    )),
    _Road("Jl. Imam Bonjol", "secondary", (
        (106.611, -6.13), (106.612, -6.165), (106.6165, -6.185), (106.6115, -6.205),
        (106.604, -6.25),
    )),
    _Road("Jl. Benteng Betawi", "secondary", (
        (106.665, -6.135), (106.6625, -6.16), (106.668, -6.18), (106.661, -6.205), (106.664, -6.26),
    )),
    _Road("Jl. Maulana Hasanuddin", "secondary", (
        (106.70, -6.09), (106.6825, -6.13), (106.682, -6.16), (106.6855, -6.19), (106.6835, -6.215),
        (106.69, -6.26),
    )),
    _Road("Jl. Raden Saleh", "secondary", (
        (106.704, -6.15), (106.703, -6.19), (106.7085, -6.215), (106.7095, -6.24), (106.707, -6.28),
    )),
    _Road("Jl. Inpres", "tertiary", (
        (106.74, -6.20), (106.7255, -6.225), (106.728, -6.245), (106.72, -6.28),
    )),
    _Road("Jl. Marsekal Suryadarma", "tertiary", (
        (106.600, -6.119), (106.62, -6.1325), (106.6475, -6.1355), (106.668, -6.139),
        (106.695, -6.119), (106.72, -6.11),
    )),
    _Road("Jl. Halim Perdanakusuma", "tertiary", (
        (106.62, -6.09), (106.6275, -6.13), (106.631, -6.15), (106.637, -6.168), (106.6345, -6.19),
        (106.62, -6.196),
    )),
)  # fmt: skip
# two streets of the old town, one-way each, in opposite directions
_PAIR = (
    _Road("Jl. Kisamaun", "secondary", ((106.6335, -6.152), (106.6345, -6.18), (106.633, -6.204))),
    _Road("Jl. Ki Asnawi", "secondary", ((106.6318, -6.204), (106.6332, -6.18), (106.632, -6.152))),
)
_INTERCHANGES = ("Jl. Imam Bonjol", "Jl. Benteng Betawi", "Jl. Raden Saleh")


@dataclass
class CityLines:
    """The mesh with its long lines; blocks are what they leave to be built on."""

    mesh: Mesh
    blocks: list[list[int]]
    airport: Polygon  # no street lies in it
    lines: list[Line] = field(default_factory=list)  # river, toll road and its ramps


def lay_city_lines(rng: np.random.Generator, ground: CityGround, airport_cell: int) -> CityLines:
    """Lay the long lines of the city, metres before bending.

    The river and the toll road are crossed by the arterials only, on bridges.
    """
    mesh = Mesh()
    mesh.keep_off_m[RIVER] = _RIVER_KEEP_OFF_M
    whole = outer_shape(shapely.union_all(ground.cells, grid_size=0.01))
    outline = shapely.get_coordinates(whole.exterior.segmentize(150.0).normalize())[:-1]
    ring = [mesh.add_point((x, y)) for x, y in outline]
    mesh.add_line([*ring, ring[0]], OUTLINE)
    city = Polygon(outline)
    blocks = [ring]
    toll = _wandering(rng, _TOLL)
    for line, kind in ((ground.river, RIVER), (toll, TOLL_ROAD)):
        bar = partial(mesh.add_barrier, bridges=[], kind=kind)
        blocks = lay_across(mesh, blocks, line, bar, bridges=False)
    blocks, airport = _airport(mesh, blocks, ground.cells[airport_cell])
    for road in _DUAL:
        blocks = _dual(mesh, blocks, road, _wandering(rng, road.lonlat))
    for road in (*_SINGLE, *_PAIR):
        lay = partial(mesh.add_street, highway=road.highway, name=road.name, oneway=road in _PAIR)
        blocks = lay_across(mesh, blocks, _wandering(rng, road.lonlat), lay, bridges=True)
    blocks = [block for block in blocks if not _is_narrow(mesh, block)]
    lines = CityLines(mesh, blocks, airport)
    lines.lines.append(_water(mesh, ground.river, city))
    lines.lines.append(_aerodrome(mesh, airport))
    lines.lines.extend(_toll_road(mesh, toll, city))
    return lines


def _wandering(rng: np.random.Generator, lonlat: tuple[tuple[float, float], ...]) -> Points:
    corners = PLACE.metres(np.array(lonlat))
    corners[1:-1] += rng.normal(0, _WANDER_M / 2, corners[1:-1].shape).clip(-_WANDER_M, _WANDER_M)
    return smooth_line(corners, 90.0)


def _dual(mesh: Mesh, blocks: list[list[int]], road: _Road, line: Points) -> list[list[int]]:
    """Lay two one-way halves, traffic on the left, and links between them to turn."""
    half = _CARRIAGEWAYS_M / 2
    for way in (beside(line, half), beside(line, -half)[::-1]):
        lay = partial(mesh.add_street, highway=road.highway, name=road.name, oneway=True)
        blocks = lay_across(mesh, blocks, way, lay, bridges=True)
    link = partial(mesh.add_street, highway=f"{road.highway}_link", name=None)
    left, right = beside(line, half + 2), beside(line, -half - 2)
    step = round(_OPENINGS_M / 90.0)
    for n in range(step // 2, len(line), step):
        across = np.vstack([left[n], right[n]])
        blocks = lay_across(mesh, blocks, across, link, bridges=False)
    return blocks


def _is_narrow(mesh: Mesh, block: list[int]) -> bool:
    """Tell whether a block is the strip between two halves of a road."""
    shape = Polygon(mesh.coordinates(mesh.ring(block)))
    return bool(shape.buffer(-_CARRIAGEWAYS_M * 0.6).is_empty)


def _airport(mesh: Mesh, blocks: list[list[int]], cell: Polygon) -> tuple[list[list[int]], Polygon]:
    """Lay a street round the airport, from the city's edge to its edge; take its block away."""
    west, south, east, north = cell.bounds
    room = shapely.box(west, south + _SOUTH_OF_AIRPORT_M, east, north)
    ground = cell.buffer(-_FRINGE_M).intersection(room).buffer(-250).buffer(250)
    moved = [shapely.affinity.translate(ground, 0, up) for up in range(0, 2000, 100)]
    reach = outer_shape(shapely.union_all(moved)).simplify(15.0)
    ring = shapely.get_coordinates(reach.segmentize(120.0))
    ring = np.roll(ring[:-1], -int(np.argmax(ring[:-1, 1])), axis=0)
    lay = partial(mesh.add_street, highway="secondary", name="Jl. Perimeter Bandara")
    blocks = lay_across(mesh, blocks, np.vstack([ring, ring[:1]]), lay, bridges=True)
    inside = Polygon(ring)
    open_ground, field_parts = [], []
    for block in blocks:
        shape = Polygon(mesh.coordinates(mesh.ring(block)))
        if inside.buffer(5).contains(shape.representative_point()):
            field_parts.append(shape)
        else:
            open_ground.append(block)
    return open_ground, shapely.union_all(field_parts).buffer(-15.0)


def _water(mesh: Mesh, river: Points, city: Polygon) -> Line:
    shown = river[shapely.intersects_xy(city.buffer(900), river[:, 0], river[:, 1])]
    nodes = tuple(mesh.add_point((x, y)) for x, y in shown)
    return Line(nodes, (("waterway", "river"), ("name", RIVER_NAME)))


def _aerodrome(mesh: Mesh, airport: Polygon) -> Line:
    edge = shapely.get_coordinates(airport.exterior)[:-1]
    nodes = [mesh.add_point((x, y)) for x, y in edge]
    return Line((*nodes, nodes[0]), (("aeroway", "aerodrome"), ("name", AIRPORT_NAME)))


def _toll_road(mesh: Mesh, toll: Points, city: Polygon) -> list[Line]:
    """Return the two carriageways and the ramps of the toll road, which motorcycles may not use."""
    shown = toll[shapely.intersects_xy(city.buffer(300), toll[:, 0], toll[:, 1])]
    closed = (("foot", "no"), ("motorcycle", "no"), ("toll", "yes"), ("oneway", "yes"))
    ways = []
    lines = []
    for line in (beside(shown, 11.0), beside(shown, -11.0)[::-1]):
        nodes = [mesh.add_point((x, y)) for x, y in line]
        ways.append(nodes)
        tags = (("highway", "motorway"), ("name", TOLL_NAME), *closed)
        lines.append(Line(tuple(nodes), tags))
    for name in _INTERCHANGES:
        for way in ways:
            ramps = _ramps(mesh, way, shown, name)
            lines.extend(Line(ramp, (("highway", "motorway_link"), *closed)) for ramp in ramps)
    return lines


def _ramps(mesh: Mesh, way: list[int], toll: Points, name: str) -> list[tuple[int, ...]]:
    """Return a ramp off and one on to a carriageway, on its left, from where a street crosses."""
    street = [n for each in mesh.streets if each.name == name for n in mesh.chain(each.nodes)]
    at = mesh.coordinates(street)
    road = mesh.coordinates(way)
    under = np.array([LineString(toll).distance(Point(each)) for each in at])
    if under.min() > 60:
        return []
    crossing = at[int(np.argmin(under))]
    place = LineString(road).project(Point(crossing))
    heading = road[-1] - road[0]
    normal = np.array([-heading[1], heading[0]]) / np.hypot(*heading)
    away = (at - crossing) @ normal
    meeting = street[int(np.argmin(np.abs(away - _RAMP_M[1])))]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(road, axis=0).T))])
    off = way[int(np.argmin(np.abs(along - (place - _RAMP_M[0]))))]
    on = way[int(np.argmin(np.abs(along - (place + _RAMP_M[0]))))]
    return [(off, meeting), (meeting, on)]
