"""Streets cut into short pieces, so that distances and lengths become sums over points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.centres import Floats, Ints

PIECE_M: Final = 25.0  # pieces are no longer than this
# Streets along which people live; toll roads, airport and parking lanes are left out.
HOME_STREETS: Final = (
    "residential", "living_street", "unclassified", "tertiary", "road", "pedestrian", "footway",
    "path",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CutStreets:
    """Pieces of all streets, one an entry, metres."""

    start: Floats  # (m, 2)
    stop: Floats  # (m, 2)
    home: NDArray[np.bool_]  # of a street along which people live
    name: Ints  # position in names, -1 unnamed
    names: pd.Series  # names as on the map, each once, index 0, 1, ...

    @property
    def middle(self) -> Floats:
        """Middle of every piece."""
        return (self.start + self.stop) / 2

    @property
    def length(self) -> Floats:
        """Length of every piece."""
        return np.asarray(np.hypot(*(self.stop - self.start).T), dtype=np.float64)


def cut_streets(streets: gpd.GeoDataFrame) -> CutStreets:
    """Return the pieces of streets in metres.

    Parameters
    ----------
    streets
        Lines; ``highway`` and ``name`` (missing: unnamed) may be missing as columns: then
        people live along every street, and none is named.
    """
    parts, of_line = shapely.get_parts(streets.geometry.to_numpy(), return_index=True)
    points, of_part = shapely.get_coordinates(shapely.segmentize(parts, PIECE_M), return_index=True)
    joined = of_part[1:] == of_part[:-1]
    line = of_line[of_part[1:][joined]]
    home = np.ones(len(streets), dtype=bool)
    if "highway" in streets:
        home = streets["highway"].isin(HOME_STREETS).to_numpy(dtype=bool)
    codes, unique = np.full(len(streets), -1, dtype=np.intp), pd.Index([], dtype="str")
    if "name" in streets:
        codes, unique = pd.factorize(streets["name"].astype("str"))
    return CutStreets(
        points[:-1][joined],
        points[1:][joined],
        home[line],
        np.asarray(codes, dtype=np.intp)[line],
        pd.Series(unique, dtype="str"),
    )


def far_from_street(
    pieces: CutStreets | None, xy: Floats, asked: NDArray[np.bool_], most_m: float
) -> NDArray[np.bool_]:
    """Tell which of the ``asked`` points lie more than ``most_m`` from any street.

    Points in metres; without streets no point is far.
    """
    far = np.zeros(len(xy), dtype=bool)
    if pieces is None or not len(pieces.start) or not asked.any():
        return far
    at = np.flatnonzero(asked)
    tree = cKDTree(pieces.middle)
    away, _ = tree.query(xy[at], distance_upper_bound=most_m)
    open_ = at[~np.isfinite(away)]  # no middle is near, but an end may be
    near = tree.query_ball_point(xy[open_], most_m + PIECE_M / 2)
    for point, found in zip(open_, near, strict=True):
        ends = np.stack([pieces.start[found], pieces.stop[found]], axis=1)
        gaps = shapely.distance(shapely.Point(xy[point]), shapely.linestrings(ends))
        far[point] = not (gaps <= most_m).any()
    return far
