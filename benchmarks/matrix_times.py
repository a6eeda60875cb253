"""300 x 300 motorcycle times on the real streets of Tangerang Selatan, and what a plain user does.

The plain way: every bend of every street is a node, and scipy's Dijkstra runs over the whole of
it from each point. Both start from the same points in one run, in turns; times must agree to the
second. Beside it, how long Dijkstra takes on our own compact network without our cut.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.route_instances import TANGSEL
from common.settings import StreetSettings
from geodata.network import build_network
from geodata.point_graph import put_points
from geodata.streets import read_streets
from routing.matrix import duration_matrix

POINTS, ROUNDS = 300, 5
_EPSG = 32748  # UTM 48S
_Found = TypeVar("_Found")


def main(folder: Path, seed: int) -> None:
    """Print seconds of each way, the ratio, and how many of the times differ."""
    settings = StreetSettings()
    areas = gpd.read_file(folder / "kelurahan.geojson").to_crs(_EPSG)
    around = gpd.GeoSeries([areas.union_all().buffer(settings.margin_m)], crs=_EPSG)
    streets = read_streets(folder / "streets.osm.pbf", around.to_crs("EPSG:4326").iloc[0])
    network, _ = build_network(streets, "motorcycle", settings, _EPSG)
    whole, lonlat = _whole_graph(streets, settings.motorcycle_kph)
    kept = {tuple(at) for at in network.lonlat.tolist()}
    inside = np.array([i for i, at in enumerate(lonlat.tolist()) if tuple(at) in kept])
    chosen = np.random.default_rng(seed).choice(inside, POINTS, replace=False)
    points = put_points(network, lonlat[chosen, 0], lonlat[chosen, 1], settings.access_kph)
    nodes = points.node_of_point
    print(f"nodes: every bend {whole.shape[0]}, compact {points.graph.shape[0]}")
    spent: dict[str, list[float]] = {"plain": [], "compact": [], "ours": []}
    for _ in range(ROUNDS):
        plain = _timed(spent["plain"], lambda: dijkstra(whole, indices=chosen)[:, chosen])
        _timed(spent["compact"], lambda: dijkstra(points.graph, indices=nodes)[:, nodes])
        ours = _timed(spent["ours"], lambda: duration_matrix(points.graph, nodes))
    for name, seconds in spent.items():
        print(f"{name:8s} {statistics.median(seconds):.3f} s (least {min(seconds):.3f})")
    for name in ("plain", "compact"):
        ratios = [a / b for a, b in zip(spent[name], spent["ours"], strict=True)]
        print(f"{name} / ours: median {statistics.median(ratios):.1f}, least {min(ratios):.1f}")
    off = np.abs(ours - np.rint(plain))
    print(f"of {off.size} times {np.count_nonzero(off)} differ, by at most {off.max():.0f} s")


def _timed(spent: list[float], work: Callable[[], _Found]) -> _Found:
    begun = time.perf_counter()
    found = work()
    spent.append(time.perf_counter() - begun)
    return found


def _whole_graph(
    streets: gpd.GeoDataFrame, kph: dict[str, float]
) -> tuple[csr_array, NDArray[np.float64]]:
    """Return the graph in which every bend is a node, seconds, and where its nodes are."""
    speed = streets["highway"].map(kph).astype(float)
    used = streets[speed.notna().to_numpy() & streets["motorcycle"].to_numpy()]
    lonlat, piece = shapely.get_coordinates(used.geometry.to_numpy(), return_index=True)
    metres = shapely.get_coordinates(used.to_crs(_EPSG).geometry.to_numpy())
    names = np.arange(len(piece)) + 2 * int(used[["u", "v"]].to_numpy().max())
    starts = np.flatnonzero(np.diff(piece, prepend=-1))
    ends = np.append(starts[1:], len(piece)) - 1
    names[starts], names[ends] = used["u"].to_numpy(), used["v"].to_numpy()
    _, first, node = np.unique(names, return_index=True, return_inverse=True)
    a = np.flatnonzero(piece[:-1] == piece[1:])
    step_m = np.hypot(*(metres[a + 1] - metres[a]).T)
    seconds = np.maximum(step_m / (speed[used.index].to_numpy()[piece[a]] / 3.6), 1e-6)
    oneway = used["oneway"].to_numpy()[piece[a]]
    ahead, against = oneway >= 0, oneway <= 0
    rows = np.concatenate([node[a][ahead], node[a + 1][against]])
    columns = np.concatenate([node[a + 1][ahead], node[a][against]])
    weights = np.concatenate([seconds[ahead], seconds[against]])
    order = np.lexsort((weights, columns, rows))  # parallel arcs: only the quickest counts
    rows, columns, weights = rows[order], columns[order], weights[order]
    keep = np.append(True, (np.diff(rows) != 0) | (np.diff(columns) != 0))
    arcs = (weights[keep], (rows[keep], columns[keep]))
    return coo_array(arcs, shape=(len(first), len(first))).tocsr(), lonlat[first]


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else TANGSEL,
        int(sys.argv[2]) if len(sys.argv) > 2 else 1,
    )
