"""Shapes and metres of the legs that were chosen."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.parking import Parking
from geodata.point_graph import PointGraph, path_line
from routing.matrix import node_paths

Leg = tuple[shapely.LineString, float]  # EPSG:4326, metres along streets


def street_legs(
    points: PointGraph, pairs: list[tuple[int, int]], within_s: list[float]
) -> list[Leg]:
    """Return the way along the streets of each pair of points; ``within_s`` bounds its seconds."""
    node = points.node_of_point
    nodes = [(int(node[a]), int(node[b])) for a, b in pairs]
    return [path_line(points, path) for path in node_paths(points.graph, nodes, within_s)]


def drive_legs(parking: Parking, pairs: list[tuple[int, int]], within_s: list[float]) -> list[Leg]:
    """Return the walk to the car, the ride and the walk from it of each pair of points.

    Where both points have one parking it is the walk from one to the other.
    """
    door, stands, access_s = parking.foot.node_of_point, parking.stands, parking.ride.access_s
    driven = [i for i, (a, b) in enumerate(pairs) if stands[a] != stands[b]]
    rides = street_legs(parking.ride, [pairs[i] for i in driven], [within_s[i] for i in driven])
    ride_of = dict(zip(driven, rides, strict=True))
    legs: list[Leg] = []
    for i, (a, b) in enumerate(pairs):
        if i not in ride_of:
            legs.append(_walk(parking, door[a], door[b], int(access_s[a] + access_s[b])))
            continue
        there = _walk(parking, door[a], stands[a], int(access_s[a]))
        on = _walk(parking, stands[b], door[b], int(access_s[b]))
        legs.append(_joined(there, ride_of[i], on))
    return legs


def _walk(parking: Parking, start: np.int64, end: np.int64, most_s: int) -> Leg:
    path = node_paths(parking.foot.graph, [(int(start), int(end))], [most_s + 1.0])[0]
    return path_line(parking.foot, path)


def _joined(*legs: Leg) -> Leg:
    """Return legs that follow each other as one; those of no length give way to the others."""
    long = [line for line, metres in legs if metres > 0] or [legs[0][0]]
    shapes = [shapely.get_coordinates(line) for line in long]
    return shapely.LineString(np.concatenate(shapes)), sum(metres for _, metres in legs)
