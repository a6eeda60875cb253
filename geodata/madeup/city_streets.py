"""Streets of the whole made-up city: blocks are cut until a kelurahan has its stated length."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geodata.madeup import names
from geodata.madeup.blocks import CutStyle, cut_block, dead_end
from geodata.madeup.city_areas import CityGround
from geodata.madeup.city_lines import CityLines
from geodata.madeup.mesh import Mesh, Street
from geodata.madeup.plane import Points
from geodata.madeup.streets import (
    HECTARE,
    LOOSE,
    TEXTURES,
    WIDE,
    Layout,
    Line,
    Namer,
    Texture,
    lane_kind,
    narrow_kind,
)

_QUARTER_M2 = 38 * HECTARE  # larger blocks are cut by collectors
_LEAST_BLOCK_M2 = 1500.0
_MIDDLING_HA = 2.6  # block size of a texture that cuts at a kelurahan's own pace
_CUT_PART = 0.94  # of the length is laid by cutting blocks, the rest by blind alleys
_LOST_LATER = 1.03  # links left out when ways are written, less what bending adds
_RASTER_M = 35.0
_ALLEY_ROUNDS = 6
_TRIES = 4
_ON_BRIDGES = frozenset({"primary", "primary_link", "secondary", "tertiary"})
_KEEP_OFF_M = 14.0  # a street to the line of the river or of a carriageway
_MOVED_BACK_M = 34.0  # of the end of a street on a river or toll road


@dataclass
class _Ledger:
    """Which kelurahan a place belongs to, and how many metres of street each has and wants."""

    west: float
    south: float
    owner: NDArray[np.int32]
    want_m: NDArray[np.float64]
    have_m: NDArray[np.float64]

    def at(self, xy: Points) -> NDArray[np.int32]:
        """Return the kelurahan of points, -1 outside the city."""
        column = ((xy[:, 0] - self.west) / _RASTER_M).astype(int).clip(0, self.owner.shape[0] - 1)
        row = ((xy[:, 1] - self.south) / _RASTER_M).astype(int).clip(0, self.owner.shape[1] - 1)
        found: NDArray[np.int32] = self.owner[column, row]
        return found

    def home(self, middle: Points) -> int:
        """Return the kelurahan of the middle of a block, the nearest one outside the city."""
        found = int(self.at(middle)[0])
        if found >= 0:
            return found
        inside = np.argwhere(self.owner >= 0)
        at = (middle[0] - [self.west, self.south]) / _RASTER_M
        column, row = inside[int(np.argmin(((inside - at) ** 2).sum(axis=1)))]
        return int(self.owner[column, row])

    def enter(self, line: Points) -> None:
        """Count a new street."""
        length = np.hypot(*np.diff(line, axis=0).T)
        area = self.at((line[1:] + line[:-1]) / 2)
        np.add.at(self.have_m, area[area >= 0], length[area >= 0])

    def owed(self, area: int, part: float) -> bool:
        """Tell whether a kelurahan lacks street up to a part of what it wants."""
        return bool(self.have_m[area] < part * self.want_m[area])


@dataclass
class _Quarter:
    """What a quarter looks like."""

    texture: Texture
    theme: tuple[str, ...]
    estate: str


@dataclass
class _Builder:
    rng: np.random.Generator
    mesh: Mesh
    ledger: _Ledger
    block_m2: NDArray[np.float64]  # usual last size of a block in each kelurahan
    namers: list[Namer]
    barriers: BaseGeometry  # river and toll road, metres
    done: list[tuple[list[int], int, _Quarter]] = field(default_factory=list)

    def cut(self, ring: list[int], style: CutStyle) -> tuple[list[int], list[list[int]]] | None:
        """Cut a block where the new street keeps off river and toll road; None: nowhere."""
        for _ in range(_TRIES):
            cut = cut_block(self.mesh, ring, style, self.rng)
            if cut is None or self.is_dry(cut[0]):
                return cut
        return None

    def is_dry(self, path: list[int]) -> bool:
        """Tell whether a street keeps off the barriers but for an end that will be moved back."""
        line = LineString(self.mesh.coordinates(path))
        back = [_MOVED_BACK_M if self.mesh.is_wet(end) else 0.0 for end in (path[0], path[-1])]
        if sum(back) >= line.length:
            return False
        rest = substring(line, back[0], line.length - back[1])
        return bool(self.barriers.distance(rest) > _KEEP_OFF_M)

    def lay(self, path: list[int], highway: str, name: str | None) -> None:
        self.mesh.add_street(path, highway, name)
        self.ledger.enter(self.mesh.coordinates(path))


def lay_city_streets(
    rng: np.random.Generator, table: pd.DataFrame, ground: CityGround, lines: CityLines
) -> Layout:
    """Fill the blocks between the long lines with collectors, lanes, gangs and dead ends.

    Parameters
    ----------
    table
        ``street_km`` per kelurahan, in the order of ``ground.cells``.

    Returns
    -------
    Layout
        Metres before bending; the mesh of ``lines`` with all its streets.
    """
    mesh = lines.mesh
    want_m = table["street_km"].to_numpy() * 1000 * _LOST_LATER
    ledger = _ledger(ground, want_m)
    for street in mesh.streets:
        ledger.enter(mesh.coordinates(mesh.chain(street.nodes)))
    for line in lines.lines:
        if line.tags[0][0] == "highway":
            ledger.enter(mesh.coordinates(list(line.nodes)))
    free_m2 = np.maximum(_free_areas(ground, lines), 1.0)
    block_m2 = (1.9 / (want_m / free_m2)) ** 2  # a grid of squares of side s has 2 / s of street
    namers = [Namer(rng, names.CITY_COLLECTORS) for _ in range(len(table))]
    barriers = shapely.union_all([_line_of(mesh, line) for line in lines.lines if _bars(line)])
    shapely.prepare(barriers)
    builder = _Builder(rng, mesh, ledger, block_m2, namers, barriers)
    quarters = _collectors(builder, lines.blocks)
    _fill(builder, quarters)
    _add_alleys(builder)
    mesh.leave_barriers()
    mesh.streets = [street for street in mesh.streets if not _is_wet(builder, street)]
    return Layout(mesh, tuple(lines.lines))


def _is_wet(builder: _Builder, street: Street) -> bool:
    """Tell whether a small street, its last segment short, still runs into a barrier."""
    if street.highway in _ON_BRIDGES:
        return False
    line = LineString(builder.mesh.coordinates(builder.mesh.chain(street.nodes)))
    return bool(builder.barriers.distance(line) < _KEEP_OFF_M / 2)


def _bars(line: Line) -> bool:
    return ("highway", "motorway") in line.tags or line.tags[0][0] == "waterway"


def _line_of(mesh: Mesh, line: Line) -> LineString:
    return LineString(mesh.coordinates(list(line.nodes)))


def _ledger(ground: CityGround, want_m: NDArray[np.float64]) -> _Ledger:
    west, south, east, north = shapely.total_bounds(ground.cells)
    x = np.arange(west, east + _RASTER_M, _RASTER_M)
    y = np.arange(south, north + _RASTER_M, _RASTER_M)
    middles = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2) + _RASTER_M / 2
    dots = np.asarray(shapely.points(middles))
    tree = shapely.STRtree(ground.cells)
    (dot, cell) = tree.query_nearest(dots, max_distance=2 * _RASTER_M, all_matches=False)
    owner = np.full(len(dots), -1, dtype=np.int32)
    owner[dot] = cell
    shape = (len(x), len(y))
    return _Ledger(west, south, owner.reshape(shape), want_m, np.zeros(len(want_m)))


def _free_areas(ground: CityGround, lines: CityLines) -> NDArray[np.float64]:
    free: NDArray[np.float64] = shapely.area(shapely.difference(ground.cells, lines.airport))
    return free


def _collectors(builder: _Builder, blocks: list[list[int]]) -> list[list[int]]:
    """Cut large blocks by collectors and return the quarters left."""
    rng, mesh = builder.rng, builder.mesh
    left, quarters = list(blocks), []
    while left:
        ring = mesh.ring(left.pop())
        area, middle = _measure(mesh, ring)
        home = builder.ledger.home(middle)
        most = max(_QUARTER_M2, 2.5 * builder.block_m2[home]) * rng.uniform(0.7, 1.4)
        cut = builder.cut(ring, WIDE) if area > most else None
        if cut is None:
            quarters.append(ring)
            continue
        kind = "secondary" if area > 8 * _QUARTER_M2 else "tertiary"
        builder.lay(cut[0], kind, builder.namers[home].collector())
        left.extend(cut[1])
    return quarters


def _measure(mesh: Mesh, ring: list[int]) -> tuple[float, Points]:
    shape = Polygon(mesh.coordinates(ring))
    return float(shape.area), np.array([[shape.centroid.x, shape.centroid.y]])


def _draw_quarter(rng: np.random.Generator) -> _Quarter:
    texture = TEXTURES[int(rng.choice(len(TEXTURES), p=[part for part, _ in TEXTURES]))][1]
    theme = names.THEMES[int(rng.integers(len(names.THEMES)))]
    return _Quarter(texture, theme, str(rng.choice(names.CITY_ESTATES)))


def _fill(builder: _Builder, quarters: list[list[int]]) -> None:
    """Cut blocks, largest for their place first, until every kelurahan has enough street."""
    rng, mesh, ledger = builder.rng, builder.mesh, builder.ledger
    number = count()
    heap: list[tuple[float, int, list[int], _Quarter]] = []

    def push(ring: list[int], quarter: _Quarter) -> None:
        area, middle = _measure(mesh, ring)
        home = ledger.home(middle)
        uneven = 1.0 if quarter.texture.estate else rng.lognormal(0, 0.35)
        wanted = builder.block_m2[home] * quarter.texture.block_ha / _MIDDLING_HA * uneven
        if area < _LEAST_BLOCK_M2:
            builder.done.append((ring, home, quarter))
        else:
            heapq.heappush(heap, (-area / wanted, next(number), ring, quarter))

    for ring in quarters:
        push(ring, _draw_quarter(rng))
    while heap:
        _, _, ring, quarter = heapq.heappop(heap)
        ring = mesh.ring(ring)
        area, middle = _measure(mesh, ring)
        home = ledger.home(middle)
        style = quarter.texture.style if area < 14 * HECTARE else LOOSE
        cut = builder.cut(ring, style) if ledger.owed(home, _CUT_PART) else None
        if cut is None:
            builder.done.append((ring, home, quarter))
            continue
        usual = builder.block_m2[home] * quarter.texture.block_ha / _MIDDLING_HA
        narrow = area < 4.5 * usual and rng.random() < quarter.texture.gangs
        builder.lay(cut[0], *_style(builder, home, quarter, narrow=narrow))
        for part in cut[1]:
            push(part, quarter)


def _style(
    builder: _Builder, home: int, quarter: _Quarter, *, narrow: bool
) -> tuple[str, str | None]:
    """Draw class and name of a street."""
    namer = builder.namers[home]
    if quarter.texture.estate:
        return "residential", namer.estate(quarter.estate)
    if narrow:
        return narrow_kind(builder.rng), namer.gang(quarter.theme)
    return lane_kind(builder.rng), namer.lane(quarter.theme)


def _add_alleys(builder: _Builder) -> None:
    """Add blind alleys until every kelurahan has its length, or no block has room."""
    rng, mesh = builder.rng, builder.mesh
    alleys: dict[int, list[LineString]] = {}
    for _ in range(_ALLEY_ROUNDS):
        for n in rng.permutation(len(builder.done)).tolist():
            ring, home, quarter = builder.done[n]
            if not builder.ledger.owed(home, 1.0):
                continue
            alley = dead_end(mesh, ring, alleys.setdefault(n, []), rng)
            if alley is not None and builder.is_dry(alley):
                name = builder.namers[home].gang(quarter.theme)
                builder.lay(alley, narrow_kind(rng), name)
