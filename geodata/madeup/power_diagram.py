"""Dividing a region into cells of given areas, each near its own point (a power diagram)."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geodata.madeup.plane import Points

_STEPS = 40
_CLOSE_ENOUGH = 0.01  # largest relative miss of an area, or what one point of the grid stands for
_LEAST_DAMP = 1e-2
_EMPTY_M2 = 1.0


def grid_points(region: BaseGeometry, step_m: float) -> Points:
    """Return the points of a square grid inside a region, n x 2 metres."""
    west, south, east, north = region.bounds
    x, y = np.meshgrid(np.arange(west, east, step_m), np.arange(south, north, step_m))
    shapely.prepare(region)
    inside = shapely.contains_xy(region, x, y)
    return np.column_stack([x[inside], y[inside]])


def cell_weights(
    sites: Points,
    areas_m2: NDArray[np.float64],
    grid: Points,
    mass_m2: NDArray[np.float64],
    step_m: float,
    start: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the weights with which the power cells of the sites have the given areas.

    A point belongs to the site with the least ``|point - site|^2 - weight``. Damped Newton
    steps on the concave dual of semi-discrete optimal transport; Kitagawa, Merigot and Thibert
    (2019), J. Eur. Math. Soc. 21:2603-2651.

    Parameters
    ----------
    sites
        k x 2 metres.
    areas_m2
        k areas; scaled so that they sum to the mass of the grid.
    grid, mass_m2
        Points of the region, ``step_m`` apart, and the area that each stands for.
    start
        Weights of nearly the same sites, to begin with.
    """
    square = _relative_squares(grid, sites)
    wanted = areas_m2 * (mass_m2.sum() / areas_m2.sum())
    weights = np.zeros(len(sites)) if start is None else start.copy()
    have = _areas(square, weights, mass_m2)
    own = (grid**2).sum(axis=1)[:, None]
    while (have < _EMPTY_M2).any():  # a site off the grid: let it reach the points nearest it
        nearest = np.argmin(square + own, axis=0)[have < _EMPTY_M2]
        lack = square[nearest, have < _EMPTY_M2] - (square[nearest] - weights).min(axis=1)
        weights[have < _EMPTY_M2] = lack + 1e4
        have = _areas(square, weights, mass_m2)
    for _ in range(_STEPS):
        miss = wanted - have
        if (np.abs(miss) < np.maximum(_CLOSE_ENOUGH * wanted, 1.5 * step_m**2)).all():
            break
        step = np.linalg.lstsq(_slope(square, weights, sites, grid, step_m), miss, rcond=None)[0]
        damp = 1.0
        while True:
            tried = _areas(square, weights + damp * step, mass_m2)
            better = np.abs(wanted - tried).sum() < np.abs(miss).sum()
            if (better and (tried > _EMPTY_M2).all()) or damp < _LEAST_DAMP:
                break
            damp /= 2
        if damp < _LEAST_DAMP:  # as good as it gets on this grid
            break
        weights, have = weights + damp * step, tried
    return weights


def _areas(
    square: NDArray[np.float64], weights: NDArray[np.float64], mass_m2: NDArray[np.float64]
) -> NDArray[np.float64]:
    cell = np.argmin(square - weights, axis=1)
    areas: NDArray[np.float64] = np.bincount(cell, weights=mass_m2, minlength=len(weights)).astype(
        float
    )
    return areas


def _slope(
    square: NDArray[np.float64],
    weights: NDArray[np.float64],
    sites: Points,
    grid: Points,
    step_m: float,
) -> NDArray[np.float64]:
    """Return by how much each area grows with each weight: border length over twice the gap."""
    cell = np.argmin(square - weights, axis=1)
    place = np.round((grid - grid.min(axis=0)) / step_m).astype(int)
    raster = np.full(place.max(axis=0) + 1, -1)
    raster[place[:, 0], place[:, 1]] = cell
    slope = np.zeros((len(sites), len(sites)))
    for one, other in ((raster[1:], raster[:-1]), (raster[:, 1:], raster[:, :-1])):
        border = (one != other) & (one >= 0) & (other >= 0)
        np.add.at(slope, (one[border], other[border]), step_m)
    # a grid sees a slanting line longer than it is, by 4 / pi on average
    slope = (slope + slope.T) * (np.pi / 4)
    gap = np.hypot(*(sites[:, None] - sites[None]).transpose(2, 0, 1))
    slope = -slope / np.maximum(2 * gap, 1.0)
    np.fill_diagonal(slope, -slope.sum(axis=1) + 1e-9)
    found: NDArray[np.float64] = slope
    return found


def cell_of(points: Points, sites: Points, weights: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the site that each point belongs to."""
    owner: NDArray[np.intp] = np.argmin(_relative_squares(points, sites) - weights, axis=1)
    return owner


def _relative_squares(points: Points, sites: Points) -> NDArray[np.float64]:
    """Return squared distances less the point's own square, which is the same for all sites."""
    squares: NDArray[np.float64] = (sites**2).sum(axis=1) - 2 * points @ sites.T
    return squares


def power_cells(sites: Points, weights: NDArray[np.float64], region: Polygon) -> list[BaseGeometry]:
    """Return the cell of each site cut to the region; empty or in parts where that leaves it so."""
    size = 4 * max(region.bounds[2] - region.bounds[0], region.bounds[3] - region.bounds[1])
    middle = np.array([region.centroid.x, region.centroid.y])
    frame = shapely.box(*(middle - size), *(middle + size))
    cells = []
    for site in range(len(sites)):
        cell: BaseGeometry = frame
        gaps = np.hypot(*(sites - sites[site]).T)
        for other in np.argsort(gaps)[1:]:
            cell = _cut(cell, sites, weights, site, int(other), 3 * size)
        cells.append(cell.intersection(region))
    return cells


def _cut(
    cell: BaseGeometry,
    sites: Points,
    weights: NDArray[np.float64],
    site: int,
    other: int,
    reach: float,
) -> BaseGeometry:
    """Cut away what belongs to the other site."""
    toward = sites[other] - sites[site]
    gap = float(np.hypot(*toward))
    unit = toward / gap
    edge = (gap**2 + weights[site] - weights[other]) / (2 * gap)  # metres from the site
    corners = shapely.get_coordinates(cell)
    if len(corners) == 0 or ((corners - sites[site]) @ unit).max() <= edge:
        return cell
    foot = sites[site] + unit * edge
    side = np.array([-unit[1], unit[0]]) * reach
    half = Polygon(
        [foot - side, foot + side, foot + side - unit * reach, foot - side - unit * reach]
    )
    return cell.intersection(half)
