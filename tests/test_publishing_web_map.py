"""The screen maps: nothing is asked of another machine, nothing personal is on them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from itertools import pairwise

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from folium import Map
from hypothesis import given
from hypothesis import strategies as st
from publishing_fixtures import BASE, LEAFLET, areas, made_up_sheet, sheet_with_meetings, streets

from publishing import map_areas, map_html, map_labels, map_points, map_streets
from publishing.web_map import areas_map, day_map, families_map, pick_map

HOSTILE = (
    "</script><script>alert('x')</script>`${alert(1)}` {{ 7919*7919 }} <img src=x onerror=y> \\"
)


def rendered(made: Map) -> str:
    return str(made.get_root().render())


def addresses_in(page: str) -> set[str]:
    return set(re.findall(r"https?://[^\s\"'`<>)]+|(?<=[\"'(])//[a-z][^\s\"'`<>)]+", page))


def rows_in(page: str, kind: str) -> list[list[object]]:
    """Return the labels of a kind that the map's script places."""
    (found,) = re.findall(rf'\(map_\w+, (\[.*\]), "{kind}"\);', page)
    return list(json.loads(found))


def families(count: int) -> pd.DataFrame:
    """Return families in turn of each state and of three grades; each tenth has no place."""
    at = np.arange(count)
    states = list(map_points.STATES)
    return pd.DataFrame(
        {
            "lon": np.where(at % 10 == 9, np.nan, BASE[0] - 0.01 + at % 40 * 0.0001),
            "lat": np.where(at % 10 == 9, np.nan, BASE[1] + at % 7 * 0.0001),
            "state": [states[each % len(states)] for each in at],
            "grade": [("register", "rw", "kelurahan")[each % 3] for each in at],
        }
    )


def known_points() -> pd.DataFrame:
    rows = [
        ("p1", "rw", "RW 3", "99.01.01.1001", "003", None, BASE[0] - 0.01, BASE[1]),
        ("p2", "rt", "RT 1", "99.01.01.1001", "003", "001", BASE[0] - 0.012, BASE[1]),
        ("p3", "posyandu", "Posyandu Mawar 3", "99.01.01.1001", None, None, *BASE),
    ]
    columns = ["place_id", "kind", "name", "area_code", "rw", "rt", "lon", "lat"]
    return pd.DataFrame(rows, columns=columns)


def city_of(count: int) -> gpd.GeoDataFrame:
    """Return a wavy chessboard of ``count`` x ``count`` kelurahan, whose borders meet."""

    def edge(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
        (x1, y1), (x2, y2) = sorted([start, end])
        part = np.linspace(0, 1, 60)
        wave = 0.0008 * np.sin(6 * np.pi * part) * np.sin(np.pi * part)
        x = x1 + (x2 - x1) * part + wave * (y2 != y1)
        y = y1 + (y2 - y1) * part + wave * (x2 != x1)
        line = list(zip(x.tolist(), y.tolist(), strict=True))
        return line if start < end else line[::-1]

    rows = []
    for row in range(count):
        for column in range(count):
            x, y = BASE[0] + column * 0.015, BASE[1] + row * 0.015
            corners = [(x, y), (x + 0.015, y), (x + 0.015, y + 0.015), (x, y + 0.015), (x, y)]
            ring = [place for start, end in pairwise(corners) for place in edge(start, end)[:-1]]
            rows.append(
                {
                    "area_code": f"99.{row:02d}.{column:02d}",
                    "area_name": f"Kelurahan {row} {column}",
                    "kecamatan_code": f"99.{row:02d}",
                    "kecamatan_name": f"Kecamatan {row}",
                    "city_name": "Kota Contoh",
                    "geometry": shapely.Polygon(ring),
                }
            )
    return gpd.GeoDataFrame(rows, crs=4326)


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
    page += rendered(areas_map(bounds.assign(area_code=[HOSTILE, "2"]), values, LEAFLET, "id"))
    page += rendered(families_map(families(3), bounds, named, LEAFLET, "id"))
    page += rendered(pick_map(bounds, named, known_points().assign(name=HOSTILE), LEAFLET, "id"))
    met = replace(sheet_with_meetings().stops[2], place_name=HOSTILE)
    page += rendered(day_map(replace(sheet, stops=(met,)), LEAFLET))
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
    features = map_streets.street_features(sheet.streets)["features"]
    assert isinstance(features, list)
    names = [feature["properties"].get("n") for feature in features]
    assert sorted(name for name in names if name) == sorted(
        f"Jalan Contoh {index}" for index in (0, 3, 6, 9, 12)
    )
    assert len(features) <= 5 + 3
    assert not re.search(r"\d\.\d{6,}", json.dumps(features))


def many_streets(highway: str, *, lon: float) -> gpd.GeoDataFrame:
    """A hundred streets of 100 points each, side by side from ``lon`` on to the east."""
    lines = [
        shapely.LineString([(lon + n * 1e-4, -6.2 + k * 1e-5) for k in range(100)])
        for n in range(100)
    ]
    return gpd.GeoDataFrame(
        {"highway": [highway] * 100, "name": [None] * 100}, geometry=lines, crs="EPSG:4326"
    )


def test_a_map_with_too_many_streets_keeps_the_wide_ones_and_the_small_ones_near_the_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = pd.concat(
        [many_streets("residential", lon=106.60), many_streets("primary", lon=106.65)],
        ignore_index=True,
    )
    day = shapely.LineString([(106.60, -6.2), (106.60, -6.199)])
    assert len(map_streets.streets_near(drawn, day)) == 200, "not too many: all are drawn"

    monkeypatch.setattr(map_streets, "MOST_POINTS", 13_000)
    kept = map_streets.streets_near(drawn, day)

    assert (kept["highway"] == "primary").sum() == 100
    small = kept[kept["highway"] == "residential"]
    assert len(small) == 23, "those within 250 m"
    assert shapely.distance(small.geometry.to_numpy(), day).max() * 111_320 < 250


def test_the_areas_map_writes_the_value_on_each_area_and_asks_only_its_own_server() -> None:
    values = pd.Series({"99.01.01.1002": 1234.0})
    page = rendered(areas_map(areas(), values, LEAFLET, "id", title="Keluarga"))
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    assert len(rows_in(page, "area-value")) == 2
    assert "1.234" in page
    assert "Sukatani: 1.234" in page
    assert r"Sukamaju: \u2013" in page
    assert "tanpa angka (1)" in page


def test_an_areas_map_without_any_value_is_grey() -> None:
    page = rendered(areas_map(areas(), pd.Series(dtype=float), LEAFLET, "id"))
    assert page.count(map_areas.NO_VALUE) >= 2
    assert not any(tint in page for tint in map_areas.RAMP)


def test_classes_hold_about_as_many_areas_each_and_every_value_has_one() -> None:
    values = pd.Series([float(value) for value in range(1, 101)])
    steps = map_areas.steps_of(values)
    assert len(steps) == 4
    colours = [map_areas.colour_of(value, steps) for value in values]
    assert set(colours) == set(map_areas.RAMP)
    assert all(15 <= colours.count(tint) <= 25 for tint in map_areas.RAMP)
    assert map_areas.steps_of(pd.Series([3.0, 3.0, 3.0])) == []
    assert map_areas.steps_of(pd.Series(dtype=float)) == []


def test_a_meeting_has_its_own_shape_and_counts_as_a_stop() -> None:
    sheet = sheet_with_meetings(10, asked=8)
    page = rendered(day_map(sheet, LEAFLET))
    assert page.count('"className": "stop-number"') == 8
    assert page.count('"className": "stop-number stop-meeting"') == 2
    assert "No 3 \\u00b7 09.40 \\u00b7 Posyandu Mawar 3 \\u00b7 Temui kader: 8 keluarga" in page
    assert "posyandu atau kantor" in page
    legend = map_html.day_legend(sheet)
    assert "temui kader (2)" in legend
    exact = sum(stop.exact for stop in sheet.stops)
    assert f"bertanya dulu ({8 - exact})" in legend
    assert "temui kader" not in map_html.day_legend(made_up_sheet(10))
    assert "A.S." not in page


def test_a_city_of_104_kelurahan_is_a_small_map() -> None:
    city = city_of(11)[:104]
    values = pd.Series(np.arange(104.0) * 13, index=city["area_code"])
    page = rendered(areas_map(city, values, LEAFLET, "id", title="Keluarga", approximate=True))
    assert len(page.encode()) < 600_000
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    assert len(rows_in(page, "area-value")) == 104
    assert page.count('"n": "Kelurahan ') == 104
    assert "batas perkiraan" in page
    assert not re.search(r"\d\.\d{6,}", page)
    assert "batas perkiraan" not in rendered(areas_map(city, values, LEAFLET, "id"))


def test_the_legend_of_areas_has_the_numbers_and_counts_only_when_asked() -> None:
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 50.0, None])
    steps = map_areas.steps_of(values)
    counted = map_areas.areas_legend("Keluarga", values, steps, 0, "id")
    bare = map_areas.areas_legend("Keluarga", values, steps, 0, "id", counts=False)
    assert "50 (1)" in counted
    assert "50" in bare
    assert "(1)" not in bare.replace("tanpa angka (1)", "")


def test_simplified_borders_still_meet() -> None:
    city = city_of(5)
    before, after = city.geometry.to_numpy(), map_areas.meeting_shapes(city).geometry.to_numpy()
    assert shapely.coverage_is_valid(before)
    fewer = shapely.get_num_coordinates(after).sum() / shapely.get_num_coordinates(before).sum()
    assert fewer < 0.9
    steps = [map_html.rounded(shape) for shape in after]
    rounded = [shapely.geometry.shape(shape) for shape in steps]
    assert shapely.coverage_is_valid(rounded)


def test_kecamatan_borders_leave_out_those_inside() -> None:
    city = city_of(3)
    borders = map_areas.kecamatan_borders(city)
    assert borders.length == pytest.approx(
        shapely.union_all(shapely.boundary(city.dissolve("kecamatan_code").geometry)).length
    )
    assert borders.length < shapely.union_all(shapely.boundary(city.geometry)).length


def test_the_map_of_400_families_is_small_and_draws_each_that_has_a_place() -> None:
    points = families(400)
    page = rendered(families_map(points, areas()[:1], streets(), LEAFLET, "id", made_up=True))
    assert len(page.encode()) < 1_000_000
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    drawn = map_points.family_rows(points)
    assert len(drawn) == 360
    assert [states for *_, states, _, _ in drawn[:5]] == [0, 1, 2, 3, 4]
    assert json.dumps(drawn[7])[1:-1] in page
    assert "DATA REKAAN" in page
    assert "Jl. Contoh 6" in page


def test_the_legend_of_families_counts_states_rings_and_those_without_a_place() -> None:
    legend = map_points.families_legend(families(400), "id")
    for text in ("masuk rencana (80)", "menunggu giliran (80)", "belum jatuh tempo (40)",
                 "titik rumah (120)", "tengah RT atau RW (120)", "hanya kelurahan (120)",
                 "tanpa titik (40)"):  # fmt: skip
        assert text in legend, text
    assert map_points.families_legend(families(0), "id") == ""


def test_families_on_one_spot_stand_around_it() -> None:
    points = families(4).assign(lon=BASE[0], lat=BASE[1])
    assert [row[4] for row in map_points.family_rows(points)] == [0, 1, 2, 3]


def test_a_state_without_a_sign_is_refused() -> None:
    with pytest.raises(map_points.FamilyStateError, match="keadaan odd; yang ada: planned"):
        families_map(families(2).assign(state="odd"), areas()[:1], streets(), LEAFLET, "id")


def test_a_kelurahan_without_streets_or_families_is_a_map() -> None:
    page = rendered(families_map(families(0), areas()[:1], streets()[:0], LEAFLET, "id"))
    assert "OpenStreetMap" not in page
    assert "fitBounds" in page


def test_the_map_to_pick_on_labels_what_is_known_and_marks_the_click() -> None:
    page = rendered(pick_map(areas()[:1], streets(), known_points(), LEAFLET, "id"))
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    labels = [tag[3] for tag in map_points.point_tags(known_points())]
    assert labels == ["RW 03", "RT 01/RW 03", "Posyandu Mawar 3"]
    for text in (*labels, "titik RW (1)", "titik RT (1)", "kantor (1)", "picked-point"):
        assert text in page
    assert "Jl. Contoh 6" in page
    assert "bindPopup" not in page


def test_street_names_come_once_wide_streets_first_and_never_upside_down() -> None:
    rows = map_labels.street_rows(streets())
    assert rows[0][2] == "Jl. Contoh 6"
    assert len(rows) == len({row[2] for row in rows}) == 5
    assert all(-90 <= row[4] <= 90 for row in rows)
    assert all(row[5] > 1000 for row in rows)


def test_every_map_says_the_english_words(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        map_points, "translate", lambda text, language, **_: said.append(language) or text
    )
    map_points.families_legend(families(20), "en")
    map_points.pick_legend(known_points(), "en")
    assert set(said) == {"en"}
