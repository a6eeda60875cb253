"""Boundaries of a kecamatan that does not exist: eight kelurahan that tile it."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Polygon

from geodata.madeup import names
from geodata.madeup.plane import CRINKLED, Plane, Points, bending, densified, plane_of
from geodata.madeup.reference import CITY, PROVINCE

PLACE = Plane(106.63, -6.18)  # where the made-up city is drawn; nothing of the real place is in it
_STEP_M = 45.0  # distance of vertices on a border
_ROUNDINGS = 3  # Lloyd steps: fewer leave slivers, more make all kelurahan alike


def draw_outline(rng: np.random.Generator) -> Points:
    """Return the corners of the kecamatan before bending, n x 2 metres, anticlockwise."""
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    radius = np.ones_like(angles)
    for turns, most in ((2, 0.2), (3, 0.14), (5, 0.08), (7, 0.04)):
        radius += rng.uniform(most / 2, most) * np.cos(turns * angles + rng.uniform(0, 2 * np.pi))
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None]
    area_m2 = rng.uniform(13.2e6, 14.8e6)
    outline: Points = np.round(corners * np.sqrt(area_m2 / Polygon(corners).area), 2)
    return outline


def draw_kelurahan(rng: np.random.Generator, outline: Points) -> list[Polygon]:
    """Return eight polygons that tile the outline before bending, west to east, metres."""
    frame = Polygon(outline)
    west, south, east, north = frame.bounds
    while True:
        seeds = rng.uniform([west, south], [east, north], (60, 2))
        seeds = seeds[shapely.contains_xy(frame, seeds[:, 0], seeds[:, 1])][: len(names.KELURAHAN)]
        for _ in range(_ROUNDINGS):
            cells = _cells(seeds, frame)
            seeds = np.array([[cell.centroid.x, cell.centroid.y] for cell in cells])
        cells = _cells(seeds, frame)
        if all(isinstance(cell, Polygon) for cell in cells):
            return sorted(cells, key=lambda cell: float(cell.centroid.x))


def _cells(seeds: Points, frame: Polygon) -> list[Polygon]:
    diagram = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame.buffer(1000))
    cells = [cell.intersection(frame) for cell in shapely.get_parts(diagram)]
    return [shapely.transform(cell, lambda xy: np.round(xy, 2)) for cell in cells]


def bend_ring(ring: Points, bend: Callable[[Points], Points]) -> Points:
    """Return a closed ring in metres with many vertices, bent; shared edges stay shared."""
    pieces = [densified(start, end, _STEP_M) for start, end in pairwise(ring)]
    dense = np.vstack([*pieces, ring[-1:]])
    return bend(dense)


def madeup_areas(
    rng: np.random.Generator, outline: Points, bend: Callable[[Points], Points]
) -> gpd.GeoDataFrame:
    """Return eight made-up kelurahan with the columns of ``geodata.columns.AREAS``, EPSG:4326.

    They tile the bent outline: a vertex on a shared border is the same in both polygons.
    """
    crinkle = bending(rng, CRINKLED)
    polygons = [
        Polygon(PLACE.degrees(crinkle(bend_ring(np.array(cell.exterior.coords), bend))))
        for cell in draw_kelurahan(rng, outline)
    ]
    return gpd.GeoDataFrame(
        {
            "area_code": [f"{names.KECAMATAN_CODE}.{1001 + n}" for n in range(len(polygons))],
            "area_name": list(names.KELURAHAN),
            "kecamatan_code": names.KECAMATAN_CODE,
            "kecamatan_name": names.KECAMATAN,
            "city_name": names.CITY,
        },
        geometry=polygons,
        crs="EPSG:4326",
    )


def geojson_text(areas: gpd.GeoDataFrame) -> str:
    """Return the made-up kelurahan as GeoJSON with Kemendagri-like codes, one feature a line."""
    plane = plane_of(areas.total_bounds)
    features = []
    for area in areas.itertuples():
        flat = plane.shapes([area.geometry])[0]
        properties = {
            "kode": area.area_code,
            "kelurahan": area.area_name,
            "kecamatan": area.kecamatan_name,
            "kode_kecamatan": area.kecamatan_code,
            "kota": area.city_name,
            "kode_kota": str(area.kecamatan_code)[:5],
            "provinsi": PROVINCE if area.city_name == CITY else names.PROVINCE,
            "luas_km2": round(float(flat.area) / 1e6, 3),
            "keterangan": "batas rekaan (perkiraan)",
        }
        shape = shapely.geometry.mapping(area.geometry)
        feature = {"type": "Feature", "properties": properties, "geometry": shape}
        features.append(json.dumps(feature, ensure_ascii=False))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    head = f'{{"type": "FeatureCollection", "name": "boundaries", "crs": {json.dumps(crs)},'
    return head + '\n"features": [\n' + ",\n".join(features) + "\n]}\n"
