"""Names of the streets that the chosen legs follow."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from publishing_fixtures import made_up_stop
from test_network import EPSG, SOUTH, SPEEDS, STEP, WEST, streets_of

from geodata.leg_names import street_names
from geodata.network import build_network
from planning.travel import Travel, put_doors
from publishing.words import way_text


def town() -> gpd.GeoDataFrame:
    """A main street 0-1-2, a gang 2-12-22 for feet and a lane 0-10 without a name."""
    streets = streets_of(
        (0, 1, "residential", 0), (1, 2, "tertiary", 0), (2, 12, "footway", 0),
        (12, 22, "footway", 0), (0, 10, "residential", 0), (1, 11, "residential", 0),
    )  # fmt: skip
    names = ["Jalan Melati", "Jalan Melati", "Gang Mawar", "Gang Mawar", None, "Jalan Kenanga"]
    return streets.assign(name=names)


def names_between(start: tuple[float, float], end: tuple[float, float]) -> tuple[str, ...]:
    """Names along the leg of a car from one door to the other, in steps of the grid."""
    streets = town()
    networks = {m: build_network(streets, m, SPEEDS, EPSG)[0] for m in ("walk", "car")}
    lonlat = shapely.get_coordinates(shapely.multipoints([start, end])) * STEP + (WEST, SOUTH)
    graphs, parking = put_doors(networks, lonlat, SPEEDS)
    travel = Travel(graphs, lonlat, {}, {}, SPEEDS.off_network_m, parking)
    [(line, _)] = travel.legs("car", [(0, 1)], [1e6])
    return street_names([line], streets)[0]


def test_the_names_of_ride_and_walk_stand_in_the_order_of_the_way() -> None:
    assert names_between((0.1, 0), (2, 1.9)) == ("Jalan Melati", "Gang Mawar")
    assert names_between((2, 1.9), (0.1, 0)) == ("Gang Mawar", "Jalan Melati")


def test_a_street_that_is_only_crossed_or_hardly_followed_is_not_told() -> None:
    assert names_between((0.1, 0), (1.9, 0)) == ("Jalan Melati",)
    assert names_between((0.1, 0), (1, 0.15)) == ("Jalan Melati",)
    assert names_between((0.1, 0), (1, 0.6)) == ("Jalan Melati", "Jalan Kenanga")


def test_streets_without_a_name_are_passed_over() -> None:
    assert names_between((0, 0.9), (0, 0.1)) == ()
    assert names_between((0, 0.9), (1, 0)) == ("Jalan Melati",)


def test_a_street_that_is_come_back_to_is_named_once() -> None:
    at = [(0, 0), (1, 0), (1, 1), (1, 0), (2, 0)]
    way = shapely.LineString([(WEST + x * STEP, SOUTH + y * STEP) for x, y in at])
    assert street_names([way], town()) == [("Jalan Melati", "Jalan Kenanga")]


def test_each_way_has_its_names_and_one_that_stays_or_lies_elsewhere_has_none() -> None:
    here = shapely.LineString([(WEST, SOUTH), (WEST, SOUTH)])
    away = shapely.LineString([(WEST, SOUTH - STEP), (WEST + STEP, SOUTH - STEP)])
    along = shapely.LineString([(WEST, SOUTH), (WEST + STEP, SOUTH)])
    assert street_names([here, away, along], town()) == [(), (), ("Jalan Melati",)]
    assert street_names([along], town().iloc[:0]) == [()]
    assert street_names([], town()) == []


@pytest.mark.parametrize(("language", "word"), [("id", "lewat"), ("en", "by")])
def test_the_list_says_by_which_streets(language: str, word: str) -> None:
    stop = made_up_stop(1, 106.7, -6.3)
    assert way_text(stop, language) == ""
    stop = replace(stop, by_way=("Jalan Melati", "Gang Mawar"))
    assert way_text(stop, language) == f"{word} Jalan Melati, Gang Mawar"
