"""Made-up borders of the 104 kelurahan of Kota Tangerang, from their points and areas alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.madeup.boundaries import bend_ring
from geodata.madeup.plane import CRINKLED, Plane, Points, bending, outer_shape
from geodata.madeup.power_diagram import cell_of, cell_weights, grid_points, power_cells
from geodata.madeup.reference import CITY

PLACE = Plane(106.645, -6.18)
AIRPORT_CODE = "36.71.04.1004"  # Pajang: most of it is the airport
# Middles to begin with where a point lies at the edge of its kelurahan or close to another one.
_MIDDLES = {
    AIRPORT_CODE: (106.655, -6.119),
    "36.71.10.1002": (106.6395, -6.1605),
    "36.71.10.1006": (106.6480, -6.1525),
}
# A river that never was, along about the course of the Cisadane; south to north.
_RIVER_LONLAT = (
    (106.645, -6.330), (106.640, -6.245), (106.6335, -6.232), (106.634, -6.2195),
    (106.6245, -6.2075), (106.6275, -6.192), (106.6305, -6.181), (106.629, -6.169),
    (106.6295, -6.159), (106.6225, -6.149), (106.613, -6.138), (106.606, -6.120), (106.595, -6.03),
)  # fmt: skip
_FAR_M = 60_000.0
_COARSE_M, _FINE_M = 110.0, 50.0  # grids to move sites by, and to settle areas on
_SPREAD_STEPS = 400
_APART = 0.92  # share of the sum of two radii that their sites keep apart
_OUTSIDE_M = 130.0  # a point farther than this from its cell pulls the cell's site
_PULLS = 30
_PULL = 0.5  # a point outside its cell moves both sites by this share of its distance


@dataclass(frozen=True, slots=True)
class CityGround:
    """The city before bending, metres on ``PLACE``."""

    cells: NDArray[np.object_]  # one polygon a kelurahan, in the order of the table
    river: Points  # south to north


def smooth_line(corners: Points, step_m: float = 100.0) -> Points:
    """Return a smooth line through corners, metres, with a point about every ``step_m``."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    curve = CubicSpline(along, corners)
    line: Points = curve(np.linspace(0, along[-1], int(along[-1] / step_m) + 2))
    return line


def draw_ground(table: pd.DataFrame, bend: Callable[[Points], Points]) -> CityGround:
    """Return the cells of the kelurahan and the river, before bending.

    The river parts kelurahan, so each bank is divided on its own. The cells have the stated
    areas once they are bent with ``bend``, and hold their points, about.
    """
    river = smooth_line(PLACE.metres(np.array(_RIVER_LONLAT)))
    west_bank = Polygon([*river, (-_FAR_M, river[-1, 1]), (-_FAR_M, river[0, 1])])
    points = _before(PLACE.metres(table[["lon", "lat"]].to_numpy()), bend)
    areas_m2 = table["area_km2"].to_numpy() * 1e6
    west = shapely.contains_xy(west_bank, points[:, 0], points[:, 1])
    home = points.copy()
    for code, lonlat in _MIDDLES.items():
        home[table["code"] == code] = PLACE.metres(np.array([lonlat]))
    radius = np.sqrt(areas_m2 / np.pi)
    sites = _spread(home, radius, LineString(river), west_bank, west)
    region = _region(sites, radius, west_bank, west)
    cells = np.empty(len(table), dtype=object)
    for bank, side in ((region.intersection(west_bank), west), (region - west_bank, ~west)):
        part = max(shapely.get_parts(bank), key=lambda each: float(each.area))
        cells[side] = _divide(part, sites[side], points[side], areas_m2[side], bend)
    return CityGround(_mosaic(cells), river)


def _before(xy: Points, bend: Callable[[Points], Points]) -> Points:
    """Return the points that bending moves to ``xy``."""
    found = xy
    for _ in range(12):
        found = found - (bend(found) - xy)
    return found


def _spread(
    home: Points,
    radius: NDArray[np.float64],
    river: LineString,
    west_bank: Polygon,
    west: NDArray[np.bool_],
) -> Points:
    """Push sites apart until circles of their areas hardly overlap, each on its own bank."""
    sites = home.copy()
    share = radius[None] ** 2 / (radius[:, None] ** 2 + radius[None] ** 2)
    apart = _APART * (radius[:, None] + radius[None])
    np.fill_diagonal(apart, 0.0)
    for _ in range(_SPREAD_STEPS):
        gap = sites[:, None] - sites[None]
        length = np.hypot(gap[..., 0], gap[..., 1]) + 1e-9
        push = np.clip(apart - length, 0, None) * share / length
        sites = sites + 0.35 * (gap * push[..., None]).sum(axis=1) + 0.02 * (home - sites)
        dots = shapely.points(sites)
        foot = shapely.get_coordinates(
            shapely.line_interpolate_point(river, shapely.line_locate_point(river, dots))
        )
        away = np.hypot(*(sites - foot).T)
        right = shapely.contains_xy(west_bank, sites[:, 0], sites[:, 1]) == west
        lack = np.clip(0.75 * radius - np.where(right, away, -away), 0, None)
        inland = np.where(right[:, None], sites - foot, foot - sites)
        sites = sites + 0.3 * inland * (lack / np.maximum(away, 1.0))[:, None]
    return sites


def _region(
    sites: Points, radius: NDArray[np.float64], west_bank: Polygon, west: NDArray[np.bool_]
) -> Polygon:
    """Return an outline round the sites with the areas of the kelurahan on either bank."""
    wanted = np.array([(radius[side] ** 2).sum() * np.pi for side in (west, ~west)])
    grow = np.zeros(2)
    region = Polygon()
    for _ in range(40):
        banks = []
        for side, more in zip((west, ~west), grow, strict=True):
            reach = np.maximum(radius[side] + more, 60.0)
            banks.append(shapely.union_all(shapely.buffer(shapely.points(sites[side]), reach)))
        whole = banks[0].intersection(west_bank).union(banks[1].difference(west_bank))
        whole = whole.buffer(900).buffer(-900 - 400).buffer(400)
        part = max(shapely.get_parts(whole), key=lambda each: float(each.area))
        region = outer_shape(outer_shape(part).simplify(30.0))
        have = np.array([region.intersection(west_bank).area, (region - west_bank).area])
        grow += 0.7 * (wanted - have) / (have / 700.0)
    return region


def _divide(
    part: Polygon,
    sites: Points,
    points: Points,
    areas_m2: NDArray[np.float64],
    bend: Callable[[Points], Points],
) -> list[BaseGeometry]:
    grid = grid_points(part, _COARSE_M)
    mass_m2 = _stretch(grid, bend) * _COARSE_M**2
    weights = cell_weights(sites, areas_m2, grid, mass_m2, _COARSE_M)
    best, best_sites, best_weights = np.inf, sites, weights
    for _ in range(_PULLS):
        cell, owner = cell_of(grid, sites, weights), cell_of(points, sites, weights)
        off = np.zeros_like(sites)  # from each cell to its point
        for n in np.flatnonzero(owner != np.arange(len(sites))):
            gaps = points[n] - grid[cell == n]
            off[n] = gaps[int(np.argmin(np.hypot(*gaps.T)))]
        away = np.hypot(*off.T)
        if away.max() < best:
            best, best_sites, best_weights = float(away.max()), sites, weights
        if best < _OUTSIDE_M:
            break
        late = away > _COARSE_M / 2
        sites = sites.copy()
        sites[late] += _PULL * off[late]
        np.add.at(sites, owner[late], _PULL * off[late])
        weights = cell_weights(sites, areas_m2, grid, mass_m2, _COARSE_M, weights)
    grid = grid_points(part, _FINE_M)
    mass_m2 = _stretch(grid, bend) * _FINE_M**2
    weights = cell_weights(best_sites, areas_m2, grid, mass_m2, _FINE_M, best_weights)
    return power_cells(best_sites, weights, part)


def _stretch(xy: Points, bend: Callable[[Points], Points]) -> NDArray[np.float64]:
    """Return by which factor bending enlarges the ground round each point."""
    half = _FINE_M / 2
    right, up = np.array([half, 0.0]), np.array([0.0, half])
    east = (bend(xy + right) - bend(xy - right)) / _FINE_M
    north = (bend(xy + up) - bend(xy - up)) / _FINE_M
    factor: NDArray[np.float64] = east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0]
    return factor


def _mosaic(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return one polygon a cell, without holes, sharing every vertex; strays join a neighbour."""
    edges = shapely.union_all(shapely.boundary(cells), grid_size=0.01)
    tiles = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    middles = shapely.point_on_surface(tiles)
    owner = np.array([int(np.argmin(shapely.distance(cells, middle))) for middle in middles])
    main = {}
    for tile in np.argsort(shapely.area(tiles)):
        main[owner[tile]] = tile
    strays = [tile for tile in range(len(tiles)) if main[owner[tile]] != tile]
    for stray in strays:
        border = shapely.length(
            shapely.intersection(shapely.boundary(tiles[stray]), shapely.boundary(tiles))
        )
        border[strays] = 0.0
        owner[stray] = owner[int(np.argmax(border))]
    found = np.empty(len(cells), dtype=object)
    for cell in range(len(cells)):
        mine = tiles[owner == cell]
        found[cell] = mine[0] if len(mine) == 1 else shapely.union_all(mine, grid_size=0.01)
    return found


def city_areas(
    rng: np.random.Generator,
    table: pd.DataFrame,
    ground: CityGround,
    bend: Callable[[Points], Points],
) -> gpd.GeoDataFrame:
    """Return the made-up kelurahan with the columns of ``geodata.columns.AREAS``, EPSG:4326.

    They meet without gap or overlap: a vertex on a shared border is the same in both polygons.
    """
    crinkle = bending(rng, CRINKLED)
    return gpd.GeoDataFrame(
        {
            "area_code": list(table["code"]),
            "area_name": list(table["kelurahan"]),
            "kecamatan_code": list(table["kecamatan_code"]),
            "kecamatan_name": list(table["kecamatan"]),
            "city_name": CITY,
        },
        geometry=[
            Polygon(PLACE.degrees(crinkle(bend_ring(np.array(cell.exterior.coords), bend))))
            for cell in ground.cells
        ],
        crs="EPSG:4326",
    )
