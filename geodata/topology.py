"""Close the gaps and overlaps between kelurahan that were drawn one by one.

Borders of two neighbours that differ by a few metres leave slivers that belong to nobody or
to both. A family on one would be lost, or counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from common.errors import BadInputError
from common.language import N_
from geodata.boundaries import local_crs
from geodata.columns import AREAS

Shapes = NDArray[np.object_]

_STEP_M = 5.0  # borders are compared at points no farther apart than this
_NOTHING_M = 0.001  # moves below a millimetre are the arithmetic of the projection


class AreaLostError(BadInputError):
    """A kelurahan lies wholly under others and would vanish in the repair."""

    code = "area-lost"


@dataclass(frozen=True, slots=True)
class TopologyReport:
    """What was wrong with the borders, and what the repair changed; measured in the UTM zone."""

    gaps_found: int  # holes in the union of all areas
    gap_km2: float
    overlap_km2: float  # sum of the areas less their union
    gaps_left: int  # wider than the repair may close: a lake, another city's enclave
    gap_left_km2: float
    overlap_left_km2: float
    largest_move_m: float  # farthest that any border was moved
    largest_area_change: float  # share of the area's size, 0 to 1
    changed: tuple[str, ...]  # codes of the areas whose shape is no longer the file's

    @property
    def was_clean(self) -> bool:
        """Tell whether there was nothing to repair."""
        return not self.changed


def repair_topology(
    areas: gpd.GeoDataFrame, *, snap_m: float = 2.0, widest_gap_m: float = 60.0
) -> tuple[gpd.GeoDataFrame, TopologyReport]:
    """Return the areas without overlaps and narrow gaps, with borders that match edge by edge.

    GEOS' coverage cleaner (``shapely.coverage_clean``, GEOS 3.14) snaps vertices within
    ``snap_m``, gives each overlap and each gap to the neighbour with the longest border on it.
    The width of a gap is the diameter of the largest circle in it. A file with nothing to repair
    comes back as it is, and elsewhere vertices that did not move keep every digit.

    Parameters
    ----------
    areas
        ``geodata.columns.AREAS``, EPSG:4326, valid polygons.
    snap_m
        Vertices nearer than this to one another, metres, become one. Larger values move sound
        borders, smaller ones leave slivers along a border (2 m: largest move 11 m in the test
        file; none: 109 m).
    widest_gap_m
        Gaps wider than this, metres, stay and are reported.

    Returns
    -------
    tuple
        The areas, same rows, order, codes and ``attrs``, EPSG:4326; and the report.

    Raises
    ------
    AreaLostError
        An area is wholly covered by others.
    """
    to_m = Transformer.from_crs("EPSG:4326", local_crs(areas), always_xy=True)
    given: Shapes = areas.geometry.to_numpy()
    before = _projected(given, to_m)
    holes = _holes(before)
    faulty = not shapely.coverage_is_valid(given) or (_widths(holes) <= widest_gap_m).any()
    if not faulty:
        return areas.copy(), _report(areas, before, before, holes, 0.0)
    cleaned: Shapes = shapely.coverage_clean(  # type: ignore[attr-defined]  # stubs know 2.1
        before, gap_width=widest_gap_m, snapping_distance=snap_m
    )
    lost = shapely.is_empty(cleaned)
    if lost.any():
        raise AreaLostError(
            N_("Kelurahan {codes} seluruhnya tertutup kelurahan lain; perbaiki berkas batasnya."),
            codes=", ".join(areas.loc[lost, "area_code"].head(5)),
        )
    repaired = areas.copy()
    repaired.geometry = gpd.GeoSeries(
        _in_degrees(cleaned, given, before, to_m), index=areas.index, crs="EPSG:4326"
    )
    after = _projected(repaired.geometry.to_numpy(), to_m)
    moved = max(_move(old, new) for old, new in zip(before, after, strict=True))
    return AREAS.validate(repaired), _report(areas, before, after, holes, moved)


def _projected(shapes: Shapes, to_m: Transformer) -> Shapes:
    """Return the shapes in metres; the same vertex gives the same metres in every shape."""
    projected: Shapes = shapely.transform(
        shapes, lambda lonlat: np.column_stack(to_m.transform(lonlat[:, 0], lonlat[:, 1]))
    )
    return projected


def _in_degrees(cleaned: Shapes, given: Shapes, before: Shapes, to_m: Transformer) -> Shapes:
    """Return ``cleaned`` in degrees; vertices that did not move as the file had them."""
    vertices = shapely.get_coordinates(cleaned)
    lonlat = np.column_stack(to_m.transform(vertices[:, 0], vertices[:, 1], direction="INVERSE"))
    known = pd.DataFrame(
        np.hstack([shapely.get_coordinates(before), shapely.get_coordinates(given)]),
        columns=["x", "y", "lon", "lat"],
    ).drop_duplicates(["x", "y"])
    same = pd.DataFrame(vertices, columns=["x", "y"]).merge(known, on=["x", "y"], how="left")
    kept = same["lon"].notna().to_numpy()
    lonlat[kept] = same.loc[kept, ["lon", "lat"]].to_numpy()
    result: Shapes = shapely.set_coordinates(cleaned.copy(), lonlat)
    # the cleaner may only have begun a ring at another vertex
    same_shape = shapely.equals_exact(shapely.normalize(result), shapely.normalize(given), 0.0)
    return np.where(same_shape, given, result)


def _holes(shapes: Shapes) -> Shapes:
    """Return the holes in the union of the shapes as polygons."""
    parts = shapely.get_parts(shapely.union_all(shapes))
    rings = [ring for part in parts for ring in shapely.get_rings(part)[1:]]
    return np.asarray([shapely.Polygon(ring) for ring in rings], dtype=object)


def _widths(polygons: Shapes) -> NDArray[np.float64]:
    """Return the diameter of the largest circle within each polygon."""
    if not len(polygons):
        return np.zeros(0)
    radius = shapely.length(shapely.maximum_inscribed_circle(polygons, tolerance=0.5))
    return np.asarray(2 * radius, dtype=np.float64)


def _move(old: shapely.Geometry, new: shapely.Geometry) -> float:
    """Return how far the border was moved, metres, seen from the old and from the new one.

    A ring that vanished (a hole filled, a stray sliver dissolved) or came counts with its
    width, not with the distance to the next border.
    """
    return 0.0 if old == new else max(_away(old, new), _away(new, old))


def _away(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Return the largest distance of a ring of ``one`` from the border of ``other``, metres."""
    border = shapely.boundary(other)
    shapely.prepare(border)
    largest = 0.0
    for ring in shapely.get_rings(one):
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(ring, _STEP_M)))
        away = float(shapely.distance(border, points).max())
        if away > largest:
            width = float(_widths(np.asarray([shapely.Polygon(ring)], dtype=object))[0])
            largest = max(largest, min(away, width))
    return largest if largest >= _NOTHING_M else 0.0


def _report(
    areas: gpd.GeoDataFrame, before: Shapes, after: Shapes, holes: Shapes, moved_m: float
) -> TopologyReport:
    left = holes if after is before else _holes(after)
    size, new_size = shapely.area(before), shapely.area(after)
    same = np.asarray([a is b or a == b for a, b in zip(before, after, strict=True)])
    return TopologyReport(
        gaps_found=len(holes),
        gap_km2=_km2(shapely.area(holes).sum()),
        overlap_km2=_km2(size.sum() - shapely.union_all(before).area),
        gaps_left=len(left),
        gap_left_km2=_km2(shapely.area(left).sum()),
        overlap_left_km2=_km2(new_size.sum() - shapely.union_all(after).area),
        largest_move_m=round(moved_m, 2),
        largest_area_change=round(float(np.abs(new_size / size - 1).max()), 6),
        changed=tuple(areas.loc[~same, "area_code"]),
    )


def _km2(square_metres: float) -> float:
    return round(max(float(square_metres), 0.0) / 1e6, 6)
