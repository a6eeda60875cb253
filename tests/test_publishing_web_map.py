"""The screen maps: nothing is asked of another machine, nothing personal is on them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import folium
import pandas as pd
import pytest
from folium import Map
from hypothesis import given
from hypothesis import strategies as st
from publishing_fixtures import LEAFLET, areas, made_up_sheet

from publishing import map_html
from publishing.web_map import areas_map, day_map

HOSTILE = (
    "</script><script>alert('x')</script>`${alert(1)}` {{ 7919*7919 }} <img src=x onerror=y> \\"
)


def rendered(made: Map) -> str:
    return str(made.get_root().render())


def addresses_in(page: str) -> set[str]:
    return set(re.findall(r"https?://[^\s\"'`<>)]+|(?<=[\"'(])//[a-z][^\s\"'`<>)]+", page))


def test_the_day_map_asks_only_its_own_server() -> None:
    page = rendered(day_map(made_up_sheet(10), LEAFLET))
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    assert "url(" not in page
    assert "jquery" not in page.lower()
    assert "$(" not in page


def test_the_class_of_folium_keeps_its_own_links() -> None:
    day_map(made_up_sheet(1), LEAFLET)
    assert len(folium.Map.default_js) > 1


@pytest.mark.parametrize("count", [0, 1, 10, 25])
def test_there_are_as_many_numbers_as_stops(count: int) -> None:
    page = rendered(day_map(made_up_sheet(count), LEAFLET))
    assert page.count('"className": "stop-number"') == count
    numbers = re.findall(r"text-align:center\\\"\\u003e(\d+)\\u003c/div", page)
    assert [int(number) for number in numbers] == list(range(1, count + 1))
    assert page.count('"className": "base-house"') == 1


def test_the_route_is_drawn_with_arrows_and_fitted() -> None:
    sheet = made_up_sheet(10)
    page = rendered(day_map(sheet, LEAFLET))
    assert page.count('"className": "route-line"') == len(sheet.legs.geoms)
    assert page.count('"className": "route-arrow"') >= len(sheet.legs.geoms)
    assert "fitBounds" in page
    assert "OpenStreetMap contributors" in page


def test_arrows_turn_clockwise_from_north() -> None:
    sheet = made_up_sheet(1)
    lon, lat = sheet.base
    for end, degrees in (
        ((lon, lat + 0.001), 0),
        ((lon + 0.001, lat), 90),
        ((lon, lat - 0.001), 180),
    ):
        ((_, _, turned),) = map_html.arrows([map_html.LineString([(lon, lat), end])])
        assert (turned - degrees + 180) % 360 - 180 == pytest.approx(0, abs=1)


def test_the_map_names_no_person_no_address_and_no_need() -> None:
    page = rendered(day_map(made_up_sheet(10), LEAFLET))
    for text in ("S.N.A.", "Mawar", "Saimin", "hamil", "sumber air"):
        assert text not in page
    assert "RT 02/RW 02" in page
    assert "08.30" in page


def test_the_legend_counts_and_warns() -> None:
    legend = map_html.day_legend(made_up_sheet(10))
    exact = sum(stop.exact for stop in made_up_sheet(10).stops)
    assert f"letak rumah diketahui ({exact})" in legend
    assert f"bertanya dulu ({10 - exact})" in legend
    assert "DATA REKAAN" in legend
    assert "REKAAN" not in map_html.day_legend(replace(made_up_sheet(1), made_up=False))


def test_no_text_of_the_data_becomes_html_or_script() -> None:
    sheet = made_up_sheet(2)
    stop = replace(sheet.stops[0], rt=HOSTILE, rw=HOSTILE, joint_with=HOSTILE)
    named = sheet.streets.assign(name=HOSTILE)
    bounds = sheet.areas.assign(area_name=HOSTILE)
    page = rendered(day_map(replace(sheet, stops=(stop,), streets=named, areas=bounds), LEAFLET))
    values = pd.Series([1.0, 2.0], index=bounds["area_code"])
    page += rendered(areas_map(bounds, values, LEAFLET, "id", title=HOSTILE))
    assert "alert('x')" not in page
    assert "<img" not in page
    assert "${" not in page
    assert "62710561" not in page  # a sum that the template engine would have worked out
    assert "7919*7919" in page


@given(text=st.text())
def test_a_safe_text_reads_the_same_and_ends_no_string_tag_or_template(text: str) -> None:
    made = map_html.safe(text)
    assert not set(made) & set("<>\"'`${}\\")
    assert html.unescape(made) == text or "\r" in text or "\x00" in text or not text.isprintable()


def test_streets_become_few_features_of_about_a_metre() -> None:
    sheet = made_up_sheet(2)
    features = map_html.street_features(sheet.streets)["features"]
    assert isinstance(features, list)
    names = [feature["properties"].get("n") for feature in features]
    assert sorted(name for name in names if name) == sorted(
        f"Jalan Contoh {index}" for index in (0, 3, 6, 9, 12)
    )
    assert len(features) <= 5 + 3
    assert not re.search(r"\d\.\d{6,}", json.dumps(features))


def test_the_areas_map_writes_the_value_on_each_area_and_asks_only_its_own_server() -> None:
    values = pd.Series({"99.01.01.1002": 1234.0})
    page = rendered(areas_map(areas(), values, LEAFLET, "id", title="Keluarga"))
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    assert page.count('"className": "area-value"') == 2
    assert "1.234" in page
    assert "Sukatani: 1.234" in page
    assert "Sukamaju: –" in page
    assert "tanpa angka (1)" in page


def test_an_areas_map_without_any_value_is_grey() -> None:
    page = rendered(areas_map(areas(), pd.Series(dtype=float), LEAFLET, "id"))
    assert page.count(map_html.NO_VALUE) >= 2
    assert not any(tint in page for tint in map_html.RAMP)


def test_classes_hold_about_as_many_areas_each_and_every_value_has_one() -> None:
    values = pd.Series([float(value) for value in range(1, 101)])
    steps = map_html.steps_of(values)
    assert len(steps) == 4
    colours = [map_html.colour_of(value, steps) for value in values]
    assert set(colours) == set(map_html.RAMP)
    assert all(15 <= colours.count(tint) <= 25 for tint in map_html.RAMP)
    assert map_html.steps_of(pd.Series([3.0, 3.0, 3.0])) == []
    assert map_html.steps_of(pd.Series(dtype=float)) == []
