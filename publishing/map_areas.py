"""Kelurahan shaded by a value: compact shapes whose borders meet, classes, legend."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from common.language import N_, translate
from publishing import words
from publishing.map_html import BLUE, rounded, safe
from publishing.map_labels import LabelRow, label_row

RAMP = ("#DCEBF5", "#A6CDE6", "#5BA3CF", BLUE, "#003F63")  # tints of one blue, light: few
NO_VALUE = "#EEEEEE"
_FINENESS = 1500  # parts of the longer side of the map; half a pixel of a large screen


def meeting_shapes(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas with simplified shapes that meet without gap or overlap, same rows.

    Shared borders are simplified once for both sides (coverage simplification of GEOS,
    Visvalingam-Whyatt), to one part in 1500 of the longer side of the whole.
    """
    west, south, east, north = areas.total_bounds
    tolerance = max(east - west, north - south) / _FINENESS
    shapes = shapely.coverage_simplify(areas.geometry.to_numpy(), tolerance)
    return areas.assign(geometry=shapes)


def area_features(
    areas: gpd.GeoDataFrame, texts: list[str], colours: list[str]
) -> dict[str, object]:
    """Return one feature an area, coordinates to about a metre.

    ``id`` is the escaped area code, properties are ``c`` the tint and ``n`` the escaped name
    with the value.
    """
    rows = zip(areas["area_code"], areas["area_name"], areas.geometry, texts, colours, strict=True)
    features = [
        {
            "type": "Feature",
            "id": safe(str(code)),
            "properties": {"c": colour, "n": safe(f"{words.clean(name, 60)}: {text}")},
            "geometry": rounded(shape),
        }
        for code, name, shape, text, colour in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def kecamatan_borders(areas: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the borders of the kecamatan, each line once."""
    rings = [
        shapely.boundary(shapely.union_all(shapely.make_valid(rows.geometry.to_numpy())))
        for _, rows in areas.groupby("kecamatan_code")
    ]
    return shapely.line_merge(shapely.union_all(rings))


def value_rows(areas: gpd.GeoDataFrame, texts: list[str], colours: list[str]) -> list[LabelRow]:
    """Return the value to stand on each area, that of the largest area first."""
    shapes = areas.geometry.to_numpy()
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    order = np.argsort(-shapely.area(shapes), kind="stable")
    return [
        label_row(lon, lat, texts[at], light=colours[at] in RAMP[3:], size_pt=9, bold=True)
        for at, (lon, lat) in zip(order, middles[order], strict=True)
    ]


def steps_of(values: pd.Series) -> list[float]:
    """Return the upper edges of all classes but the last, by equal counts, each edge once."""
    known = values.dropna()
    if known.empty:
        return []
    edges = np.quantile(known, [0.2, 0.4, 0.6, 0.8], method="higher")
    return [float(edge) for edge in np.unique(edges) if edge < known.max()]


def colour_of(value: float, steps: list[float]) -> str:
    """Return the tint of a value; grey when it is missing."""
    return NO_VALUE if math.isnan(value) else RAMP[int(np.searchsorted(steps, value))]


def areas_legend(
    title: str,
    values: pd.Series,
    steps: list[float],
    decimals: int,
    language: str,
    *,
    counts: bool = True,
) -> str:
    """Return the classes with their range and, if ``counts``, how many areas are in each."""
    lines = [f"<b>{safe(title)}</b>"] if title else []
    known = values.dropna()
    classes = np.searchsorted(steps, known)
    for index in range(len(steps) + 1):
        members = known[classes == index]
        if len(members):
            ends = (
                words.number_text(end, decimals, language) for end in (members.min(), members.max())
            )
            span = safe("–".join(dict.fromkeys(ends)))
            count = f" ({len(members)})" if counts else ""
            lines.append(f"{_patch(RAMP[index])} {span}{count}")
    missing = int(values.isna().sum())
    if missing:
        text = translate(N_("tanpa angka ({count})"), language, count=missing)
        lines.append(f"{_patch(NO_VALUE)} – {safe(text)}")
    return "<br>".join(lines)


def _patch(colour: str) -> str:
    return (
        '<span style="display:inline-block;width:14px;height:11px;border:1px solid #444;'
        f'background:{colour}"></span>'
    )
