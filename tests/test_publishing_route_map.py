"""The vector map: what is on it and that nothing covers anything else."""

from __future__ import annotations

import math
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from publishing_fixtures import BASE, STEP, made_up_sheet, sheet_with_meetings, with_stops
from shapely import LineString, MultiPoint

from publishing import map_ink, paper_day, route_map
from publishing.label_placing import drawable, label_at, place_labels, spread_discs, text_width_mm
from publishing.map_names import short_street
from publishing.paper_geometry import arrow_at, arrow_distances, fit_frame, utm_epsg
from publishing.route_map import draw_route_map

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314  # our own drawing
    return ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]


def test_every_stop_has_its_number_on_the_map_as_text() -> None:
    texts = texts_of(draw_route_map(made_up_sheet(10), 190, 200))
    assert [text for text in texts if text.isdecimal() and text != "0"] == [
        str(number) for number in range(1, 11)
    ]
    assert "SUKAMAJU" in texts
    assert "Jl. Contoh 6" in texts
    assert "U" in texts
    assert any(re.fullmatch(r"\d+ k?m", text) for text in texts)


def test_the_same_day_gives_the_same_bytes_from_any_thread() -> None:
    sheet = made_up_sheet(6)
    with ThreadPoolExecutor(3) as pool:
        drawn = set(pool.map(lambda _: draw_route_map(sheet, 120, 120), range(6)))
    assert len(drawn) == 1


def test_the_drawing_has_the_size_asked_for_and_says_nothing_of_its_maker() -> None:
    svg = draw_route_map(made_up_sheet(3), 127, 254).decode()
    assert 'width="360pt"' in svg
    assert 'height="720pt"' in svg
    assert "matplotlib" not in svg.lower()
    assert "2026" not in svg


@pytest.mark.parametrize("count", [0, 1, 25])
def test_a_day_with_no_few_or_many_stops_is_drawn(count: int) -> None:
    sheet = made_up_sheet(count)
    day, _ = route_map._large_and_inset(sheet, 190, 220)
    assert len(day.discs) == count
    assert_nothing_overlaps(day)
    assert len(texts_of(draw_route_map(sheet, 190, 220))) > count


def test_a_day_without_streets_borders_or_legs_is_drawn() -> None:
    sheet = made_up_sheet(3)
    bare = replace(
        sheet, streets=sheet.streets[:0], areas=sheet.areas[:0], legs=shapely.MultiLineString()
    )
    assert texts_of(draw_route_map(bare, 100, 100)).count("3") == 1


def test_stops_at_the_same_door_stand_apart_with_a_line_to_it() -> None:
    sheet = made_up_sheet(8)
    stops = tuple(replace(stop, lon=BASE[0], lat=BASE[1]) for stop in sheet.stops)
    at_base, _ = route_map._large_and_inset(with_stops(sheet, stops), 190, 220)
    assert_nothing_overlaps(at_base)
    stops = tuple(replace(stop, lon=BASE[0], lat=BASE[1] + STEP) for stop in sheet.stops)
    day, _ = route_map._large_and_inset(with_stops(sheet, stops), 190, 220)
    assert_nothing_overlaps(day)
    moved = np.hypot(*(day.discs - day.doors).T)
    assert moved.max() < 25
    assert (moved > 1.2).sum() >= 7


def test_a_far_base_is_left_to_an_inset_and_the_stops_stay_large() -> None:
    sheet = made_up_sheet(8)
    far = with_stops(replace(sheet, base=(BASE[0] + 0.05, BASE[1] + 0.03)), sheet.stops)
    day, inset = route_map._large_and_inset(far, 190, 220)
    assert inset is not None
    assert day.base is None
    assert inset.day.base is not None
    assert len(day.stops) == 8
    assert inset.day.stops == ()
    assert day.frame.m_per_mm < inset.day.frame.m_per_mm / 3
    assert not any(inset.corner.contains(shapely.Point(disc)) for disc in day.discs)
    numbers = [text for text in texts_of(draw_route_map(far, 190, 220)) if text.isdecimal()]
    assert sorted(int(number) for number in numbers if number != "0") == list(range(1, 9))


def test_a_far_stop_keeps_its_number_in_the_inset() -> None:
    sheet = made_up_sheet(8)
    stops = (*sheet.stops[:-1], replace(sheet.stops[-1], lon=BASE[0] - 0.05))
    far = with_stops(sheet, stops)
    day, inset = route_map._large_and_inset(far, 190, 220)
    assert inset is not None
    assert [stop.number for stop in inset.day.stops] == [8]
    assert [stop.number for stop in day.stops] == list(range(1, 8))


def assert_nothing_overlaps(day: paper_day.PaperDay) -> None:
    discs = [shapely.Point(disc).buffer(paper_day.DISC_MM - 0.05) for disc in day.discs]
    if day.base is not None:
        discs.append(day.base.buffer(paper_day.BASE_MM - 0.3))
    areas, streets = route_map._names(day, None)
    boxes = [*discs, *(label.box for label in (*areas, *streets))]
    tree = shapely.STRtree(boxes)
    pairs = tree.query(boxes, predicate="intersects").T
    assert [pair for pair in pairs.tolist() if pair[0] != pair[1]] == []
    for box in boxes:
        assert day.frame.box.contains(box)


def test_names_discs_and_corners_do_not_cover_each_other() -> None:
    day, _ = route_map._large_and_inset(made_up_sheet(12), 190, 220)
    assert_nothing_overlaps(day)
    _, streets = route_map._names(day, None)
    assert len(streets) >= 2
    for label in streets:
        assert not label.box.intersects(map_ink.scale_bar_box(day.frame))
        assert not label.box.intersects(map_ink.north_box(day.frame))


@settings(max_examples=25, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(0, 180), st.floats(0, 180)), min_size=1, max_size=25),
)
def test_discs_part_and_stay_in_the_frame_wherever_the_doors_are(
    places: list[tuple[float, float]],
) -> None:
    radii = np.full(len(places), 3.15)
    discs = spread_discs(np.array(places), radii, ((90.0, 90.0, 3.9),), 180, 180)
    assert (discs >= 3.15).all()
    assert (discs <= 180 - 3.15).all()
    apart = np.hypot(*(discs[:, None] - discs[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 5.8 or len(places) == 1
    assert np.array_equal(
        discs, spread_discs(np.array(places), radii, ((90.0, 90.0, 3.9),), 180, 180)
    )


@settings(max_examples=60, deadline=None)
@given(
    lon=st.floats(95, 141), lat=st.floats(-11, 6), wide=st.floats(0, 0.2), high=st.floats(0, 0.2)
)
def test_the_frame_shows_everything_at_one_scale_both_ways(
    lon: float, lat: float, wide: float, high: float
) -> None:
    shown = MultiPoint([(lon, lat), (lon + wide, lat + high)])
    frame = fit_frame(shown, 190, 220, 10, 350)
    left, low, right, top = frame.on_paper(np.array([shown], dtype=object))[0].bounds
    assert left > 9.9
    assert low > 9.9
    assert right < 180.1
    assert top < 210.1
    assert frame.m_per_mm >= 350 / 190 - 1e-9
    west, south, east, north = frame.bounds_lonlat()
    assert west < lon
    assert south < lat
    assert east > lon + wide
    assert north > lat + high


def test_utm_zones_of_indonesia() -> None:
    assert utm_epsg(106.7, -6.3) == 32748
    assert utm_epsg(109.3, 0.1) == 32649
    assert utm_epsg(140.7, -2.5) == 32754


def test_arrows_point_the_way_the_leg_goes_and_every_leg_has_one() -> None:
    line = LineString([(0, 0), (0, 900)])
    distances = arrow_distances(line.length, 300)
    assert distances == [150, 450, 750]
    assert arrow_at(line, 450, 5).angle == pytest.approx(math.pi / 2)
    assert arrow_distances(20, 300) == [10]
    assert arrow_distances(0, 300) == []


def test_a_name_gets_the_first_free_place_or_none() -> None:
    frame = shapely.box(0, 0, 100, 100)
    here, there = (label_at("Jl. Mawar", 50, y, size_pt=7) for y in (50, 80))
    outside = label_at("Jl. Mawar", 1, 50, size_pt=7)
    block = [shapely.box(40, 45, 60, 55)]
    assert place_labels([[outside, here, there], [there]], block, frame, 9) == [there]
    assert place_labels([[here], [there]], [], frame, most=1) == [here]


def test_longer_and_bolder_words_take_more_room() -> None:
    assert text_width_mm("Jl. Mawar Raya", 7) > text_width_mm("Jl. Mawar", 7) > 8
    assert text_width_mm("Jl. Mawar", 7, bold=True) > text_width_mm("Jl. Mawar", 7)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Jalan Raya Serpong", "Jl. Raya Serpong"),
        ("jln. Mawar", "Jl. Mawar"),
        ("Gang H. Saimin", "Gg. H. Saimin"),
        ("Jl Melati", "Jl. Melati"),
        ("Boulevard", "Boulevard"),
    ],
)
def test_street_names_are_shortened_as_on_signs(name: str, short: str) -> None:
    assert short_street(name) == short


def test_a_street_may_be_called_anything() -> None:
    sheet = made_up_sheet(3)
    names = sheet.streets["name"].where(sheet.streets["name"].isna(), "$\\alpha$ <b>& $x$")
    odd = replace(sheet, streets=sheet.streets.assign(name=names))
    assert "$\\alpha$ <b>& $x$" in texts_of(draw_route_map(odd, 190, 220))


def test_a_sign_that_the_font_lacks_is_a_question_mark_without_a_warning() -> None:
    sheet = made_up_sheet(3)
    odd = replace(sheet, streets=sheet.streets.assign(name="Jl. 漢 Raya"))
    assert "Jl. ? Raya" in texts_of(draw_route_map(odd, 190, 220))
    assert drawable("Ünïcode – “é”") == "Ünïcode – “é”"


def test_a_meeting_is_a_square_that_covers_nothing() -> None:
    sheet = sheet_with_meetings(10)
    stops = tuple(replace(stop, lon=BASE[0], lat=BASE[1] + STEP) for stop in sheet.stops)
    stops = (*stops[:2], replace(stops[2], joint_with="Camat Sukaraya"), *stops[3:])
    day, _ = route_map._large_and_inset(with_stops(sheet, stops), 190, 220)
    assert_nothing_overlaps(day)
    pairs = list(zip(day.stops, day.discs, strict=True))
    signs = [
        shapely.Point(at).buffer(paper_day.reach_mm(stop) - 0.1)
        if not stop.is_meeting or stop.joint_with
        else shapely.Point(at).buffer(paper_day.SQUARE_MM, cap_style="square")
        for stop, at in pairs
    ]
    found = shapely.STRtree(signs).query(signs, predicate="intersects").T.tolist()
    assert [pair for pair in found if pair[0] != pair[1]] == []
    with_squares = draw_route_map(sheet, 190, 220)
    assert with_squares != draw_route_map(made_up_sheet(10), 190, 220)
    assert [text for text in texts_of(with_squares) if text.isdecimal() and text != "0"] == [
        str(number) for number in range(1, 11)
    ]
