"""Maps for the screen; the only module that knows Folium. Nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode
from shapely.geometry.base import BaseGeometry

from common.language import N_, translate
from publishing import (
    map_areas,
    map_candidates,
    map_html,
    map_points,
    map_scripts,
    map_streets,
    words,
)
from publishing.map_labels import LabelRow, street_rows
from publishing.sheet import Sheet, SheetStop

_LIGHT = "#B8B8B8"
_NAME_ON_POINTING = JsCode(
    "function(f, l) { if (f.properties.n) { l.bindTooltip(f.properties.n, {sticky: true}); } }"
)
_NAME_FONT, _VALUE_FONT = "11px/15px sans-serif", "bold 12px/15px sans-serif"


class _Script(MacroElement):
    """A few lines of JavaScript around one HTML text that is safe to show.

    The script belongs to the class: branca keeps it when a map is copied.
    """

    def __init__(self, content: object = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is typed in part
        self._name = type(self).__name__.strip("_").lower()
        self.content = content


class _Legend(_Script):
    _template = Template(map_scripts.LEGEND)

    def __init__(self, content: str, language: str) -> None:
        super().__init__(content)
        self.label = map_html.safe(translate(N_("Keterangan"), language))


class _Credit(_Script):
    _template = Template(map_scripts.CREDIT)


class _Popup(_Script):
    _template = Template(map_scripts.POPUP)


class _Ground(_Script):
    _template = Template(map_scripts.GROUND)


class _Labels(_Script):
    _template = Template(map_scripts.LABELS)

    def __init__(self, rows: list[LabelRow], kind: str, font: str) -> None:
        super().__init__(rows)
        self.kind, self.font = kind, font


class _Families(_Script):
    _template = Template(map_scripts.FAMILIES)

    def __init__(self, points: pd.DataFrame, language: str) -> None:
        super().__init__(map_points.family_rows(points))
        self.states = _said(map_points.STATES.values(), language)
        self.rings = _said(map_points.RINGS, language)


class _Tags(_Script):
    _template = Template(map_scripts.TAGS)


class _Discs(_Script):
    _template = Template(map_scripts.DISCS)


class _Pick(_Script):
    _template = Template(map_scripts.PICK)


class _Candidates(_Script):
    _template = Template(map_candidates.CANDIDATES)

    def __init__(self, candidates: pd.DataFrame) -> None:
        super().__init__(map_candidates.candidate_rows(candidates))
        self.signs = [(colour, shape) for _, colour, shape in map_candidates.SIGNS.values()]


def day_map(sheet: Sheet, leaflet_url: str) -> folium.Map:
    """Return one team's day: grey streets, blue route with arrows, numbered stops, the base.

    Parameters
    ----------
    leaflet_url
        Folder on this app's own server that holds ``leaflet.js`` and ``leaflet.css``;
        the only address in the map.

    Returns
    -------
    folium.Map
        Fitted to the day. Stops are div icons of class ``stop-number`` (a meeting with a kader
        also ``stop-meeting``) that never cover one another, the route are paths of class
        ``route-line``. Popups and tooltips hold number, time and RT/RW (of a meeting place and
        count) only.
    """
    made = _plain_map(leaflet_url, words.STREETS_BY)
    _add_ground(made, sheet)
    for leg in sheet.legs.geoms:
        if leg.length > 0:
            folium.PolyLine(  # type: ignore[no-untyped-call]  # folium is typed in part
                map_html.latlon(leg),
                color=map_html.BLUE,
                weight=5,
                opacity=0.9,
                class_name="route-line",
                interactive=False,
            ).add_to(made)
    for lat, lon, degrees in map_html.arrows(sheet.legs.geoms):
        _add_icon(made, lat, lon, map_html.arrow_icon(degrees), 14, "route-arrow")
    lon, lat = sheet.base
    base = _add_icon(made, lat, lon, map_html.house_icon(), 26, "base-house")
    folium.Tooltip(translate(N_("titik berangkat"), sheet.language)).add_to(base)
    for stop in sheet.stops:
        _add_stop(made, stop, sheet.language)
    made.add_child(_Discs())
    made.add_child(_Legend(map_html.day_legend(sheet), sheet.language))
    made.fit_bounds(map_html.bounds(sheet), padding=(28, 28))
    return made


def areas_map(
    areas: gpd.GeoDataFrame,
    values: pd.Series,
    leaflet_url: str,
    language: str,
    *,
    title: str = "",
    decimals: int = 0,
    counts: bool = True,
    approximate: bool = False,
) -> folium.Map:
    """Return kelurahan shaded by a value in at most five classes, the value written on each.

    Pointing at a kelurahan tells its name and value. Borders of kecamatan are thicker. A number
    for which the zoom leaves no room is not written until one zooms in. A city takes some
    200 kB. The feature's ``id`` is the area code, for a page that asks what was clicked.

    Parameters
    ----------
    areas
        geodata.columns.AREAS, at least one row.
    values
        Numbers with index ``area_code``, any order. An area without one, or with NaN, is grey
        and bears a dash; so the caller hides counts that may not be shown.
    leaflet_url
        See :func:`day_map`.
    title
        Heading of the legend, already in the reader's language.
    decimals
        Digits after the decimal sign.
    counts
        Whether the legend tells how many kelurahan each class has.
    approximate
        Whether the legend must say that the borders are approximate.
    """
    made = _plain_map(leaflet_url, "")
    shown = areas["area_code"].map(values).astype(float)
    steps = map_areas.steps_of(shown)
    shapes = map_areas.meeting_shapes(areas)
    texts = [
        "–" if pd.isna(each) else words.number_text(each, decimals, language) for each in shown
    ]
    colours = [map_areas.colour_of(value, steps) for value in shown]
    folium.GeoJson(
        map_areas.area_features(shapes, texts, colours),
        style_function=lambda area: {
            "fillColor": area["properties"]["c"], "fillOpacity": 0.85, "color": "#444444",
            "weight": 0.8,
        },
        on_each_feature=_NAME_ON_POINTING,
        smooth_factor=0,  # Leaflet's own smoothing would part the borders again
    ).add_to(made)  # fmt: skip
    _add_lines(made, map_areas.kecamatan_borders(shapes), color="#000000", weight=2.6)
    rows = map_areas.value_rows(shapes, texts, colours)
    made.add_child(_Labels(rows, "area-value", _VALUE_FONT))
    legend = map_areas.areas_legend(title, shown, steps, decimals, language, counts=counts)
    _add_legend(made, legend, language, approximate=approximate)
    _fit(made, areas)
    return made


def families_map(
    points: pd.DataFrame,
    area: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    leaflet_url: str,
    language: str,
    *,
    made_up: bool = False,
    approximate: bool = False,
) -> folium.Map:
    """Return the families of one kelurahan: shape = state, ring = how well the place is known.

    No person is on it. Families on one spot stand around it; streets bear their names where
    there is room. 400 families among the streets of a kelurahan take some 200 kB.

    Parameters
    ----------
    points
        ``lon``, ``lat`` (EPSG:4326; NaN: only counted), ``state`` (a key of
        publishing.map_points.STATES), ``grade`` (geodata.columns.GRADES); a row a family.
    area
        Rows of geodata.columns.AREAS, at least one.
    streets
        ``highway``, ``name``, geometry; EPSG:4326. May reach further than the area.
    made_up, approximate
        What the legend must say of data and borders.

    Raises
    ------
    FamilyStateError
        A state has no sign.
    """
    made = _kelurahan_map(area, streets, leaflet_url)
    made.add_child(_Families(points, language))
    legend = map_points.families_legend(points, language)
    _add_legend(made, legend, language, made_up=made_up, approximate=approximate)
    return made


def pick_map(
    area: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    points: pd.DataFrame,
    leaflet_url: str,
    language: str,
    *,
    made_up: bool = False,
    approximate: bool = False,
) -> folium.Map:
    """Return one kelurahan with its known places, on which a person clicks the middle of an RW.

    The click is marked at once; show the map with ``returned_objects=["last_clicked"]``.

    Parameters
    ----------
    area, streets, made_up, approximate
        See :func:`families_map`.
    points
        geodata.columns.POINTS; RW and RT are labelled by number, others by name.
    """
    made = _kelurahan_map(area, streets, leaflet_url)
    made.add_child(_Tags(map_points.point_tags(points)))
    made.add_child(_Pick())
    legend = map_points.pick_legend(points, language)
    _add_legend(made, legend, language, made_up=made_up, approximate=approximate)
    return made


def candidates_map(
    area: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    points: pd.DataFrame,
    candidates: pd.DataFrame,
    leaflet_url: str,
    language: str,
    *,
    made_up: bool = False,
    approximate: bool = False,
) -> folium.Map:
    """Return where one family could live, on the map on which a person clicks its house.

    No person is on it. It opens on the candidates near the kelurahan, each a sign with a circle
    in which nine in ten such families live. See :func:`pick_map` for the click.

    Parameters
    ----------
    area, streets, points, made_up, approximate
        See :func:`pick_map`.
    candidates
        ``kind`` (a key of publishing.map_candidates.SIGNS), ``lon``, ``lat``, ``radius_m``.

    Raises
    ------
    CandidateKindError
        A kind has no sign.
    """
    shown = map_candidates.shown_box(candidates, area)
    around = map_candidates.ground_near(streets, candidates, area)
    made = _ground_map(area, map_streets.streets_near(around, shown), leaflet_url)
    made.add_child(_Tags(map_points.point_tags(points)))
    made.add_child(_Candidates(candidates))
    made.add_child(_Pick())
    legend = map_candidates.candidates_legend(candidates, language)
    _add_legend(made, legend, language, made_up=made_up, approximate=approximate)
    _fit(made, gpd.GeoDataFrame(geometry=[shown]))
    return made


def _plain_map(leaflet_url: str, credit: str) -> folium.Map:
    """Return an empty map that asks only ``leaflet_url`` for files."""
    made = folium.Map(tiles=None, zoom_snap=0.25)
    made.default_js = [("leaflet", f"{leaflet_url}/leaflet.js")]
    made.default_css = [("leaflet_css", f"{leaflet_url}/leaflet.css")]
    made.add_child(_Credit(credit))
    made.add_child(_Ground())
    return made


def _kelurahan_map(
    area: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, leaflet_url: str
) -> folium.Map:
    """Return the outline of an area and the streets in it with their names, fitted."""
    made = _ground_map(area, map_points.near(streets, area), leaflet_url)
    _fit(made, area)
    return made


def _ground_map(area: gpd.GeoDataFrame, around: gpd.GeoDataFrame, leaflet_url: str) -> folium.Map:
    """Return the outline of an area and some streets with their names."""
    made = _plain_map(leaflet_url, words.STREETS_BY if len(around) else "")
    _add_streets(made, around)
    outline = shapely.union_all(shapely.boundary(map_areas.meeting_shapes(area).geometry))
    _add_lines(made, outline, color="#444444", weight=2.5, dashArray="6 5")
    made.add_child(_Labels(street_rows(around), "street-name", _NAME_FONT))
    return made


def _add_legend(
    made: folium.Map,
    legend: str,
    language: str,
    *,
    made_up: bool = False,
    approximate: bool = False,
) -> None:
    """Add the legend and, in bold, what the reader must know of the data."""
    marks = ((made_up, words.MADE_UP), (approximate, words.APPROXIMATE))
    warned = [
        f"<b>{map_html.safe(translate(word, language))}</b>" for holds, word in marks if holds
    ]
    made.add_child(_Legend("<br>".join(part for part in (legend, *warned) if part), language))


def _fit(made: folium.Map, areas: gpd.GeoDataFrame) -> None:
    west, south, east, north = (round(float(edge), 5) for edge in areas.total_bounds)
    made.fit_bounds([[south, west], [north, east]])


def _add_ground(made: folium.Map, sheet: Sheet) -> None:
    """Add streets (names on pointing at them) and the dashed borders of kelurahan."""
    places = shapely.points([sheet.base, *((stop.lon, stop.lat) for stop in sheet.stops)])
    day = shapely.GeometryCollection([sheet.legs, *places])
    _add_streets(made, map_streets.streets_near(sheet.streets, day))
    (south, west), (north, east) = map_html.bounds(sheet)
    wide, high = max(east - west, 0.01), max(north - south, 0.01)
    around = (west - wide, south - high, east + wide, north + high)
    borders = map_html.borders_near(sheet.areas, around)
    _add_lines(made, borders, color="#444444", weight=1.5, dashArray="6 5")


def _add_streets(made: folium.Map, streets: gpd.GeoDataFrame) -> None:
    if len(streets):
        folium.GeoJson(
            map_streets.street_features(streets),
            style_function=lambda street: {
                "color": _LIGHT, "weight": street["properties"]["w"], "opacity": 0.9,
            },
            on_each_feature=_NAME_ON_POINTING,
        ).add_to(made)  # fmt: skip


def _add_lines(made: folium.Map, lines: BaseGeometry, **style: object) -> None:
    """Add lines that do not answer to the pointer."""
    if not lines.is_empty:
        folium.GeoJson(
            map_html.rounded(lines),
            style_function=_style(interactive=False, fill=False, **style),
            smooth_factor=0,
        ).add_to(made)


def _add_stop(made: folium.Map, stop: SheetStop, language: str) -> None:
    icon = map_html.number_icon(stop)
    shape = "stop-number stop-meeting" if stop.is_meeting else "stop-number"
    marker = _add_icon(made, stop.lat, stop.lon, icon, 24, shape, z=1000)
    text = map_html.stop_words(stop, language)
    folium.Tooltip(text).add_to(marker)
    _Popup(text).add_to(marker)


def _add_icon(
    made: folium.Map,
    lat: float,
    lon: float,
    content: str,
    wide: int,
    class_name: str,
    *,
    z: int = 0,
) -> folium.Marker:
    """Add HTML of a size in pixels, centred on a place."""
    icon = folium.DivIcon(
        html=content,
        icon_size=(wide, wide),
        icon_anchor=(wide // 2, wide // 2),
        class_name=class_name,
    )
    marker = folium.Marker(
        (round(lat, 6), round(lon, 6)), icon=icon, z_index_offset=z, keyboard=False
    )
    marker.add_to(made)
    return marker


def _said(signs: Iterable[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """Return the signs with their words in a language, ready for HTML."""
    return [(map_html.safe(translate(word, language)), shape) for word, shape in signs]


def _style(**style: object) -> Any:  # noqa: ANN401  # a function as Folium wants it
    return lambda _: style
