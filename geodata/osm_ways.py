"""Ways of OpenStreetMap as streets: what their tags mean, and the cut at every junction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

_CLOSED = frozenset({"no", "private"})
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_IMPLIED_ONEWAY = frozenset({"motorway", "motorway_link"})


@dataclass(slots=True)
class Ways:
    """Ways as they are read, one entry a way."""

    way_id: list[int] = field(default_factory=list)
    nodes: list[list[int]] = field(default_factory=list)
    lonlat: list[list[tuple[float, float]]] = field(default_factory=list)
    highway: list[str] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)
    oneway: list[int] = field(default_factory=list)
    walk: list[bool] = field(default_factory=list)
    motorcycle: list[bool] = field(default_factory=list)
    car: list[bool] = field(default_factory=list)

    def add(
        self, way_id: int, tags: Mapping[str, str], at: Sequence[tuple[int, float, float]]
    ) -> None:
        """Take one way with tag ``highway``; ``at`` are its nodes as id, lon, lat.

        The more special tag decides who may pass: ``motorcycle`` before ``motor_vehicle``
        before ``access``. A way with fewer than two different nodes in a row is left out.
        """
        kept = [*at[:1], *(b for a, b in pairwise(at) if a[0] != b[0])]
        if len(kept) < 2:
            return
        highway = tags["highway"]
        closed = tags.get("access") in _CLOSED
        motor = tags.get("motor_vehicle", "no" if closed else "yes")
        self.way_id.append(way_id)
        self.nodes.append([ref for ref, _, _ in kept])
        self.lonlat.append([(lon, lat) for _, lon, lat in kept])
        self.highway.append(highway)
        self.name.append(tags.get("name"))
        self.oneway.append(_direction(tags.get("oneway"), tags.get("junction"), highway))
        self.walk.append(tags.get("foot", "no" if closed else "yes") not in _CLOSED)
        self.motorcycle.append(tags.get("motorcycle", motor) not in _CLOSED)
        self.car.append(tags.get("motorcar", motor) not in _CLOSED)


def _direction(oneway: str | None, junction: str | None, highway: str) -> int:
    if oneway in _FORWARD:
        return 1
    if oneway in _BACKWARD:
        return -1
    if oneway is None and (junction == "roundabout" or highway in _IMPLIED_ONEWAY):
        return 1
    return 0


def cut_at_junctions(ways: Ways) -> gpd.GeoDataFrame:
    """Return one row for each stretch of a way between nodes that more than one stretch uses.

    Returns
    -------
    gpd.GeoDataFrame
        EPSG:4326, the columns of :func:`geodata.streets.read_streets`.
    """
    uses = Counter(ref for nodes in ways.nodes for ref in nodes)
    source: list[int] = []
    ends: list[tuple[int, int]] = []
    coordinates: list[tuple[float, float]] = []
    owner: list[int] = []
    for w, (nodes, lonlat) in enumerate(zip(ways.nodes, ways.lonlat, strict=True)):
        cuts = [i for i in range(1, len(nodes) - 1) if uses[nodes[i]] > 1]
        for a, b in zip([0, *cuts], [*cuts, len(nodes) - 1], strict=True):
            source.append(w)
            ends.append((nodes[a], nodes[b]))
            coordinates.extend(lonlat[a : b + 1])
            owner.extend([len(source) - 1] * (b + 1 - a))
    rows = np.asarray(source)
    lines = shapely.linestrings(np.asarray(coordinates), indices=np.asarray(owner))
    return gpd.GeoDataFrame(
        {
            "way_id": np.asarray(ways.way_id, dtype=np.int64)[rows],
            "u": np.asarray([u for u, _ in ends], dtype=np.int64),
            "v": np.asarray([v for _, v in ends], dtype=np.int64),
            "highway": pd.Series(ways.highway, dtype="str").to_numpy()[rows],
            "name": pd.Series(ways.name, dtype="str").take(rows).reset_index(drop=True),
            "oneway": np.asarray(ways.oneway, dtype=np.int8)[rows],
            **{mode: _flags(getattr(ways, mode))[rows] for mode in ("walk", "motorcycle", "car")},
        },
        geometry=lines,
        crs="EPSG:4326",
    )


def _flags(values: list[bool]) -> NDArray[np.bool_]:
    return np.asarray(values, dtype=np.bool_)
