"""Streets of a kampung quarter that does not exist: arterial, collectors, lanes and gangs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from shapely.geometry import LineString

from geodata.madeup import names
from geodata.madeup.blocks import CutStyle, block_area_m2, cut_block, dead_end
from geodata.madeup.mesh import OUTLINE, Mesh, cut_ring
from geodata.madeup.plane import Points

HECTARE = 10_000.0
_QUARTER_M2 = 42 * HECTARE  # blocks above this are cut by collectors
_CARRIAGEWAYS_M = 17.0  # between the two halves of the arterial

WIDE = CutStyle(snap_m=60, off_centre=0.16, turn_degrees=16, bow=0.05)
LOOSE = CutStyle(snap_m=17, off_centre=0.17, turn_degrees=13, bow=0.035)
PLANNED = CutStyle(snap_m=12, off_centre=0.04, turn_degrees=2, bow=0.0)


@dataclass(frozen=True, slots=True)
class Texture:
    """What kind of ground a quarter is."""

    block_ha: float  # blocks below about this size are not cut further
    style: CutStyle
    gangs: float  # share of the last cuts that only a motorcycle or feet can pass
    dead_ends_per_ha: float
    estate: bool = False  # a housing estate laid out on paper


TEXTURES = (
    (0.42, Texture(2.3, LOOSE, 0.75, 0.5)),  # dense kampung
    (0.28, Texture(3.5, LOOSE, 0.45, 0.35)),  # kampung with gardens
    (0.18, Texture(2.0, PLANNED, 0.0, 0.1, estate=True)),
    (0.12, Texture(9.0, LOOSE, 0.3, 0.04)),  # rice field, factory, cemetery
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the made-up streets run before bending."""

    mesh: Mesh
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What is no street of the mesh: a river, a toll road; streets cross it without meeting it."""

    nodes: tuple[int, ...]
    tags: tuple[tuple[str, str], ...]


@dataclass
class Namer:
    """Hands out street names, each once."""

    rng: np.random.Generator
    collectors: tuple[str, ...] = names.COLLECTORS
    used: Counter[str] = field(default_factory=Counter)

    def collector(self) -> str:
        """Return the name of a street that collects others."""
        return "Jl. " + numbered_pick(self.rng, self.collectors, self.used)

    def lane(self, theme: tuple[str, ...]) -> str | None:
        """Return the name of a lane, often none."""
        if self.rng.random() < 0.22:
            return None
        return "Jl. " + numbered_pick(self.rng, theme, self.used)

    def gang(self, theme: tuple[str, ...]) -> str | None:
        """Return the name of a gang, oftener none."""
        if self.rng.random() < 0.45:
            return None
        base = str(self.rng.choice(theme if self.rng.random() < 0.6 else names.GANGS))
        return names.numbered(self.used, f"Gg. {base}", first=True)

    def estate(self, estate: str) -> str:
        """Return the name of a street of a housing estate."""
        return f"Jl. {names.numbered(self.used, estate, first=False)}"


def numbered_pick(rng: np.random.Generator, bases: tuple[str, ...], used: Counter[str]) -> str:
    """Return one of the bases with a Roman figure when it is in use already."""
    return names.numbered(used, str(rng.choice(bases)), first=False)


def lay_streets(rng: np.random.Generator, outline: Points) -> Layout:
    """Lay out river, arterial, two bridges, collectors, lanes, gangs and dead ends.

    Parameters
    ----------
    outline
        Corners of the kecamatan before bending, n x 2 metres, anticlockwise, east first.
    """
    mesh = Mesh()
    namer = Namer(rng)
    edge = [mesh.add_point((x, y)) for x, y in outline]
    mesh.add_line([*edge, edge[0]], OUTLINE)
    river, blocks = _main_lines(mesh, edge, rng)
    quarters: list[list[int]] = []
    while blocks:
        ring = mesh.ring(blocks.pop())
        cut = cut_block(mesh, ring, WIDE, rng) if _is_large(mesh, ring, rng) else None
        if cut is None:
            quarters.append(ring)
            continue
        kind = "secondary" if block_area_m2(mesh, ring) > 4 * _QUARTER_M2 else "tertiary"
        mesh.add_street(cut[0], kind, namer.collector())
        blocks.extend(cut[1])
    for quarter in quarters:
        _fill_quarter(mesh, quarter, namer, rng)
    mesh.leave_barriers()
    water = [mesh.add_point((x, y)) for x, y in mesh.coordinates(river)]  # shares no node
    return Layout(mesh, (Line(tuple(water), (("waterway", "river"), ("name", names.RIVER))),))


def _is_large(mesh: Mesh, ring: list[int], rng: np.random.Generator) -> bool:
    return block_area_m2(mesh, ring) > _QUARTER_M2 * rng.uniform(0.7, 1.4)


def _main_lines(
    mesh: Mesh, edge: list[int], rng: np.random.Generator
) -> tuple[list[int], list[list[int]]]:
    """Lay the river, the arterial with its two halves and the second bridge; return the blocks."""

    def edge_node(degrees: float) -> int:
        return edge[round(degrees / 360 * len(edge)) % len(edge)]

    river = _wander(mesh, edge_node(rng.uniform(95, 118)), edge_node(rng.uniform(250, 272)), 9, rng)
    first, second = river[4], river[7]
    mesh.add_barrier(river, [first, second])
    west, east = cut_ring(mesh.ring(edge), river)  # rings turn anticlockwise
    road = _wander(mesh, edge_node(rng.uniform(170, 190)), first, 4, rng)
    mesh.add_street(road, "primary", names.ARTERIAL)
    blocks = list(cut_ring(mesh.ring(west), road))
    crossing = _wander(mesh, second, edge_node(rng.uniform(215, 225)), 3, rng)
    mesh.add_street(crossing, "tertiary", names.SECOND_BRIDGE)
    south = next(block for block in blocks if crossing[-1] in block and second in block)
    blocks.remove(south)
    blocks.extend(cut_ring(mesh.ring(south), crossing))
    north, below = _double_road(mesh, east, first, edge_node(0), rng)
    crossing = _wander(mesh, second, edge_node(rng.uniform(305, 320)), 4, rng)
    mesh.add_street(crossing, "tertiary", names.SECOND_BRIDGE)
    blocks += [north, *cut_ring(mesh.ring(below), crossing)]
    return river, blocks


def _wander(mesh: Mesh, start: int, end: int, between: int, rng: np.random.Generator) -> list[int]:
    """Return nodes of a line that strays a little between two nodes."""
    one, other = mesh.coordinates([start, end])
    share = np.arange(1, between + 1)[:, None] / (between + 1)
    length = float(np.hypot(*(other - one)))
    normal = np.array([one[1] - other[1], other[0] - one[0]]) / length
    stray = rng.normal(0, 0.018 * length, share.shape)
    points = one + share * (other - one) + stray * normal
    return [start, *(mesh.add_point((x, y)) for x, y in points), end]


def _double_road(
    mesh: Mesh, east: list[int], start: int, end: int, rng: np.random.Generator
) -> tuple[list[int], list[int]]:
    """Lay the arterial's two one-way halves, kept on the left, with openings; return both sides."""
    middle = _wander(mesh, start, end, 6, rng)
    last = mesh.coordinates([end])[0] + [-25.0, 0.0]
    inner = [*middle[1:-1], mesh.add_point((last[0], last[1]))]
    half = np.array([0.0, _CARRIAGEWAYS_M / 2])
    upper, lower = [
        [mesh.add_point((x, y)) for x, y in mesh.coordinates(inner) + sign * half]
        for sign in (1, -1)
    ]
    mesh.add_street([start, *upper, end], "primary", names.ARTERIAL, oneway=True)
    mesh.add_street([end, *lower[::-1], start], "primary", names.ARTERIAL, oneway=True)
    for opening in zip(upper, lower, strict=True):
        mesh.add_street(list(opening), "primary_link", None)
    south, north_ring = cut_ring(mesh.ring(east), [start, *upper, end])
    south_ring, _ = cut_ring(south, [start, *lower, end])  # what is left is the median
    return north_ring, south_ring


def _fill_quarter(mesh: Mesh, quarter: list[int], namer: Namer, rng: np.random.Generator) -> None:
    """Cut a quarter into blocks by lanes and gangs and add dead ends."""
    texture = TEXTURES[int(rng.choice(len(TEXTURES), p=[part for part, _ in TEXTURES]))][1]
    theme = names.THEMES[int(rng.integers(len(names.THEMES)))]
    estate = str(rng.choice(names.ESTATES))
    blocks, done = [quarter], []
    while blocks:
        ring = mesh.ring(blocks.pop())
        area_ha = block_area_m2(mesh, ring) / HECTARE
        wanted = texture.block_ha * (1.0 if texture.estate else rng.lognormal(0, 0.35))
        style = texture.style if area_ha < 14 else LOOSE
        cut = cut_block(mesh, ring, style, rng) if area_ha > 1.6 * wanted else None
        if cut is None:
            done.append(ring)
            continue
        narrow = area_ha < 4.5 * texture.block_ha and rng.random() < texture.gangs
        if texture.estate:
            mesh.add_street(cut[0], "residential", namer.estate(estate))
        elif narrow:
            mesh.add_street(cut[0], narrow_kind(rng), namer.gang(theme))
        else:
            mesh.add_street(cut[0], lane_kind(rng), namer.lane(theme))
        blocks.extend(cut[1])
    for ring in done:
        _add_dead_ends(mesh, ring, texture, namer, theme, rng)


def _add_dead_ends(
    mesh: Mesh,
    ring: list[int],
    texture: Texture,
    namer: Namer,
    theme: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    alleys: list[LineString] = []
    hectares = block_area_m2(mesh, ring) / HECTARE
    for _ in range(rng.poisson(texture.dead_ends_per_ha * hectares)):
        alley = dead_end(mesh, ring, alleys, rng)
        if alley is not None:
            mesh.add_street(alley, narrow_kind(rng), namer.gang(theme))


def narrow_kind(rng: np.random.Generator) -> str:
    """Draw the OSM class of a gang; a footway is closed to motorcycles, a path to cars."""
    return str(rng.choice(["path", "footway", "residential"], p=[0.66, 0.2, 0.14]))


def lane_kind(rng: np.random.Generator) -> str:
    """Draw the OSM class of a lane."""
    return str(rng.choice(["residential", "living_street", "unclassified"], p=[0.86, 0.08, 0.06]))
