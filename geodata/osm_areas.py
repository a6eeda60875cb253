"""Kelurahan of a city among the administrative boundaries of OpenStreetMap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from common.area_codes import area_digits, kecamatan_of, kemendagri_code
from geodata.columns import AREAS

# Indonesia tags kelurahan and desa with 7, but places mapped early carry 8 or 9 (OSM wiki,
# Import/Catalogue/Indonesia/VillageBoundaries and Indonesia/Jakarta boundaries import).
AREA_LEVELS = ("7", "8", "9")
KECAMATAN_LEVEL = "6"
LEAST_COVERED = 0.9  # of the place; below it families would fall between the areas
_CODE_TAGS = ("ref:kemendagri", "kemendagri", "ref:id:kemendagri", "ref")


def osm_areas(features: gpd.GeoDataFrame, outline: BaseGeometry, city: str) -> gpd.GeoDataFrame:
    """Return the kelurahan of a place, empty where OSM does not hold (nearly) all of them.

    Of the levels 7, 8 and 9 the first is taken whose polygons within the place cover
    ``LEAST_COVERED`` of it.

    Parameters
    ----------
    features
        Boundaries by ``osmnx.features``: index ``element``, ``id``; columns ``admin_level``,
        ``name`` and other tags; EPSG:4326.
    outline
        The place, EPSG:4326.
    city
        Its name.

    Returns
    -------
    gpd.GeoDataFrame
        ``geodata.columns.AREAS``, EPSG:4326, sorted by code. Kemendagri codes where every area
        carries one, else OSM ids (``R8748136``). The kecamatan is the level 6 area around it;
        where there is none, the city.
    """
    polygons = _administrative(features)
    inner = shapely.point_on_surface(polygons.geometry.to_numpy())
    within = polygons[shapely.contains(outline, inner)]
    for level in AREA_LEVELS:
        found = within[within["admin_level"] == level].sort_index()
        shapes = found.geometry.to_numpy()
        covered = shapely.intersection(shapely.union_all(shapes), outline).area
        if len(found) and covered >= LEAST_COVERED * outline.area:
            return _framed(found, polygons[polygons["admin_level"] == KECAMATAN_LEVEL], city)
    return _framed(within.iloc[:0], within.iloc[:0], city)


def _administrative(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the polygons that are boundaries of an administration."""
    wanted = ["boundary", "admin_level", "name", *_CODE_TAGS]
    tags = pd.DataFrame(features).reindex(columns=wanted).astype("str")
    frame = gpd.GeoDataFrame(tags, geometry=features.geometry)
    kept = frame.geom_type.isin(("Polygon", "MultiPolygon")) & (
        frame["boundary"] == "administrative"
    )
    return frame[kept]


def _framed(found: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame, city: str) -> gpd.GeoDataFrame:
    ids = _osm_ids(found.index)
    codes = _official(found)
    around = _around(found.geometry.to_numpy(), kecamatan.geometry.to_numpy())
    names = kecamatan["name"].fillna(pd.Series(_osm_ids(kecamatan.index), kecamatan.index))
    pairs = list(zip([*_osm_ids(kecamatan.index), "R0"], [*names, city], strict=True))
    own = [pairs[at] for at in around]  # -1: the last, the city itself
    areas = gpd.GeoDataFrame(
        {
            "area_code": codes or ids,
            "area_name": found["name"].fillna(pd.Series(ids, found.index)).tolist(),
            "kecamatan_code": (
                [kecamatan_of(code, "kemendagri") for code in codes]
                if codes
                else [code for code, _ in own]
            ),
            "kecamatan_name": [name for _, name in own],
            "city_name": [city] * len(found),
        },
        geometry=found.geometry.to_numpy(),
        crs="EPSG:4326",
    ).astype({name: "str" for name in AREAS.columns if name != "geometry"})
    return AREAS.validate(areas.sort_values("area_code", ignore_index=True))


def _osm_ids(index: pd.Index) -> list[str]:
    return [f"{str(element)[0].upper()}{number}" for element, number in index]


def _official(found: gpd.GeoDataFrame) -> list[str] | None:
    """Return Kemendagri codes, None unless one tag gives every area its own."""
    for tag in _CODE_TAGS:
        codes = [
            kemendagri_code(value)
            for value in found[tag].fillna("")
            if "." in str(value) or len(area_digits(value)) == 10
        ]
        whole = [code for code in codes if code is not None]
        if whole and len(set(whole)) == len(found):
            return whole
    return None


def _around(shapes: NDArray[np.object_], kecamatan: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the position of the kecamatan that holds each shape's inner point, -1 for none."""
    found = np.full(len(shapes), -1, dtype=np.intp)
    if len(kecamatan) and len(shapes):
        tree = shapely.STRtree(kecamatan)
        point, area = tree.query(shapely.point_on_surface(shapes), predicate="within")
        found[point[::-1]] = area[::-1]
    return found
