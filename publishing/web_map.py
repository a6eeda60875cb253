"""Maps for the screen; the only module that knows Folium. Nothing is loaded from elsewhere."""

from __future__ import annotations

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
from publishing import map_html, words
from publishing.sheet import Sheet, SheetStop

_LIGHT = "#B8B8B8"


_LEGEND = """{% macro script(this, kwargs) %}
var {{ this.get_name() }} = L.control({position: "bottomleft"});
{{ this.get_name() }}.onAdd = function (map) {
    var box = L.DomUtil.create("details", "map-legend");
    box.open = map.getSize().x >= 560;
    var touches = function (icon) {
        var a = icon.getBoundingClientRect(), b = box.getBoundingClientRect();
        return a.right > b.left && a.left < b.right && a.bottom > b.top && a.top < b.bottom;
    };
    setTimeout(function () {  // no stop is covered until the reader asks
        var icons = map.getContainer().querySelectorAll(".stop-number, .base-house");
        if (Array.from(icons).some(touches)) { box.open = false; }
    }, 400);
    L.DomEvent.disableClickPropagation(box);
    box.style.cssText = "background:#fff;color:#000;padding:6px 9px;font:13px sans-serif;"
        + "line-height:1.5;border:1px solid #666;border-radius:3px;max-width:260px";
    box.innerHTML = "<summary style='cursor:pointer'>" + {{ this.label|tojavascript }}
        + "</summary>" + {{ this.content|tojavascript }};
    return box;
};
{{ this.get_name() }}.addTo({{ this._parent.get_name() }});
{% endmacro %}"""
# whose streets these are, instead of Leaflet's own link
_CREDIT = """{% macro script(this, kwargs) %}
{{ this._parent.get_name() }}.attributionControl.setPrefix(false)
    .addAttribution({{ this.content|tojavascript }});
{% endmacro %}"""
# Folium's own popup needs jQuery, which this product does not load
_POPUP = """{% macro script(this, kwargs) %}
{{ this._parent.get_name() }}.bindPopup({{ this.content|tojavascript }});
{% endmacro %}"""


_GROUND = """{% macro script(this, kwargs) %}
L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});
{{ this._parent.get_name() }}.getContainer().style.background = "#F6F7F5";
{% endmacro %}"""


class _Script(MacroElement):
    """A few lines of JavaScript around one HTML text that is safe to show.

    The script belongs to the class: branca keeps it when a map is copied.
    """

    def __init__(self, content: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is typed in part
        self._name = type(self).__name__.strip("_").lower()
        self.content = content


class _Legend(_Script):
    _template = Template(_LEGEND)

    def __init__(self, content: str, language: str) -> None:
        super().__init__(content)
        self.label = map_html.safe(translate(N_("Keterangan"), language))


class _Credit(_Script):
    _template = Template(_CREDIT)


class _Popup(_Script):
    _template = Template(_POPUP)


class _Ground(_Script):
    _template = Template(_GROUND)


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
        also ``stop-meeting``), the route are paths of class ``route-line``. Popups and
        tooltips hold number, time and RT/RW (of a meeting place and count) only.
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
) -> folium.Map:
    """Return kelurahan shaded by a value in at most five classes, the value written on each.

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
    """
    made = _plain_map(leaflet_url, "")
    shown = areas["area_code"].map(values).astype(float)
    steps = map_html.steps_of(shown)
    shapes = shapely.simplify(areas.geometry.to_numpy(), 0.00003)
    for name, shape, value in zip(areas["area_name"], shapes, shown, strict=True):
        text = "–" if pd.isna(value) else words.number_text(value, decimals, language)
        _add_area(made, str(name), shape, text, map_html.colour_of(value, steps))
    legend = map_html.areas_legend(title, shown, steps, decimals, language)
    made.add_child(_Legend(legend, language))
    west, south, east, north = (float(edge) for edge in areas.total_bounds)
    made.fit_bounds([[south, west], [north, east]])
    return made


def _plain_map(leaflet_url: str, credit: str) -> folium.Map:
    """Return an empty map that asks only ``leaflet_url`` for files."""
    made = folium.Map(tiles=None, zoom_snap=0.25)
    made.default_js = [("leaflet", f"{leaflet_url}/leaflet.js")]
    made.default_css = [("leaflet_css", f"{leaflet_url}/leaflet.css")]
    made.add_child(_Credit(credit))
    made.add_child(_Ground())
    return made


def _add_ground(made: folium.Map, sheet: Sheet) -> None:
    """Add streets (names on pointing at them) and the dashed borders of kelurahan."""
    if len(sheet.streets):
        folium.GeoJson(
            map_html.street_features(sheet.streets),
            style_function=lambda street: {
                "color": _LIGHT, "weight": street["properties"]["w"], "opacity": 0.9,
            },
            on_each_feature=JsCode(
                "function(f, l) { if (f.properties.n) "
                "{ l.bindTooltip(f.properties.n, {sticky: true}); } }"
            ),
        ).add_to(made)  # fmt: skip
    (south, west), (north, east) = map_html.bounds(sheet)
    wide, high = max(east - west, 0.01), max(north - south, 0.01)
    around = (west - wide, south - high, east + wide, north + high)
    borders = map_html.borders_near(sheet.areas, around)
    if not borders.is_empty:
        folium.GeoJson(
            map_html.rounded(borders),
            style_function=_style(color="#444444", weight=1.5, dashArray="6 5", interactive=False),
        ).add_to(made)


def _add_area(made: folium.Map, name: str, shape: BaseGeometry, text: str, colour: str) -> None:
    """Add one kelurahan in its tint with its value written on it."""
    area = folium.GeoJson(
        map_html.rounded(shape),
        style_function=_style(fillColor=colour, fillOpacity=0.85, color="#444444", weight=1),
    )
    area.add_child(folium.Tooltip(map_html.safe(f"{words.clean(name, 60)}: {text}")))
    area.add_to(made)
    middle = shapely.point_on_surface(shape)
    icon = map_html.value_icon(text, dark=colour in map_html.RAMP[3:])
    _add_icon(made, middle.y, middle.x, icon, 48, "area-value", high=16)


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
    high: int | None = None,
    z: int = 0,
) -> folium.Marker:
    """Add HTML of a size in pixels, centred on a place."""
    size = (wide, high or wide)
    icon = folium.DivIcon(
        html=content,
        icon_size=size,
        icon_anchor=(size[0] // 2, size[1] // 2),
        class_name=class_name,
    )
    marker = folium.Marker(
        (round(lat, 6), round(lon, 6)), icon=icon, z_index_offset=z, keyboard=False
    )
    marker.add_to(made)
    return marker


def _style(**style: object) -> Any:  # noqa: ANN401  # a function as Folium wants it
    return lambda _: style
