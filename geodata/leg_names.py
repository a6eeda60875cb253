"""The streets that a way follows, by name."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

_ON_DEGREES = 3e-6  # about 0.3 m: a way lies on its streets, point by point
_DEGREE_M = 111_000.0
_LEAST_M = 25.0  # a street that is followed for less is crossed


def street_names(
    ways: Sequence[shapely.LineString], streets: gpd.GeoDataFrame
) -> list[tuple[str, ...]]:
    """Return the names of the streets that each way follows, in order, each once.

    Parameters
    ----------
    ways
        EPSG:4326, along ``streets``: legs of :meth:`planning.travel.Travel.legs`.
    streets
        ``name`` (missing where there is none) and ``geometry``, EPSG:4326; at least those near
        the ways.

    Returns
    -------
    list[tuple[str, ...]]
        One a way; empty where no street with a name is followed for 25 m.
    """
    named = streets[streets["name"].notna()]
    names = named["name"].to_numpy(object)
    tree = shapely.STRtree(named.geometry.to_numpy())
    return [_names_along(way, names, tree) for way in ways]


def _names_along(
    way: shapely.LineString,
    names: np.ndarray[tuple[int], np.dtype[np.object_]],
    tree: shapely.STRtree,
) -> tuple[str, ...]:
    at = shapely.get_coordinates(way)
    middle = shapely.points((at[1:] + at[:-1]) / 2)
    metres = np.hypot(*(at[1:] - at[:-1]).T) * _DEGREE_M
    part, street = tree.query_nearest(middle, max_distance=_ON_DEGREES)
    followed: dict[str, float] = {}
    seen = -1
    for i, which in zip(part.tolist(), street.tolist(), strict=True):
        if i != seen:  # two streets on one line: the first counts
            name = str(names[which])
            followed[name] = followed.get(name, 0.0) + float(metres[i])
        seen = i
    return tuple(name for name, length in followed.items() if length >= _LEAST_M)
