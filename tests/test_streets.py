"""Streets read from OSM files: tags, one-ways, junctions, the city's edge."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from common.errors import BadInputError
from geodata.streets import StreetFileError, StreetsElsewhereError, read_streets

EVERYWHERE = shapely.box(106.0, -7.0, 107.0, -6.0)
STEP = 0.001  # degrees between two nodes of the small files, about 111 m
PLAIN = {"highway": "residential"}


class Way(NamedTuple):
    nodes: Sequence[int]
    tags: dict[str, str] = PLAIN


def osm_xml(ways: Sequence[Way], missing: frozenset[int] = frozenset()) -> str:
    """OSM XML in which node 10 * row + column lies on a square lattice; ways from id 1."""
    used = sorted({node for way in ways for node in way.nodes} - missing)
    nodes = [
        f'<node id="{node}" version="1" lat="{-6.2 + node // 10 * STEP:.6f}" '
        f'lon="{106.6 + node % 10 * STEP:.6f}"/>'
        for node in used
    ]
    lines = []
    for number, way in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{node}"/>' for node in way.nodes)
        tags = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in way.tags.items())
        lines.append(f'<way id="{number}" version="1">{refs}{tags}</way>')
    return f'<?xml version="1.0"?><osm version="0.6">{"".join([*nodes, *lines])}</osm>'


def read(folder: Path, *ways: Way, within: BaseGeometry = EVERYWHERE) -> gpd.GeoDataFrame:
    path = folder / "streets.osm"
    path.write_text(osm_xml(ways), encoding="utf-8")
    return read_streets(path, within)


def ends(streets: gpd.GeoDataFrame) -> list[tuple[int, int]]:
    return list(zip(streets["u"], streets["v"], strict=True))


def test_a_street_keeps_its_id_class_and_name(tmp_path: Path) -> None:
    named = {"highway": "tertiary", "name": "Jalan Kenanga"}
    streets = read(tmp_path, Way([11, 12], named), Way([21, 22]))
    assert streets["way_id"].tolist() == [1, 2]
    assert streets["highway"].tolist() == ["tertiary", "residential"]
    assert streets["name"].iloc[0] == "Jalan Kenanga"
    assert pd.isna(streets["name"].iloc[1])
    assert streets.crs == "EPSG:4326"
    assert shapely.get_coordinates(streets.geometry.iloc[0]) == pytest.approx(
        np.array([[106.601, -6.199], [106.602, -6.199]])
    )


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({}, 0),
        ({"oneway": "no"}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "reversible"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "roundabout", "oneway": "-1"}, -1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
        ({"junction": "filter"}, 0),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway_link"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "trunk"}, 0),
    ],
)
def test_the_direction_follows_the_tags(tmp_path: Path, tags: dict[str, str], oneway: int) -> None:
    assert read(tmp_path, Way([11, 12], PLAIN | tags))["oneway"].tolist() == [oneway]


@pytest.mark.parametrize(
    ("tags", "walk", "motorcycle", "car"),
    [
        ({}, True, True, True),
        ({"access": "no"}, False, False, False),
        ({"access": "private"}, False, False, False),
        ({"access": "destination"}, True, True, True),
        ({"access": "private", "foot": "yes"}, True, False, False),
        ({"access": "no", "motor_vehicle": "yes"}, False, True, True),
        ({"motor_vehicle": "no"}, True, False, False),
        ({"motor_vehicle": "no", "motorcycle": "yes"}, True, True, False),
        ({"motorcar": "no"}, True, True, False),
        ({"motorcycle": "no"}, True, False, True),
        ({"foot": "no"}, False, True, True),
        ({"motor_vehicle": "private", "motorcar": "yes"}, True, False, True),
    ],
)
def test_the_nearest_tag_decides_who_may_pass(
    tmp_path: Path, tags: dict[str, str], walk: bool, motorcycle: bool, car: bool
) -> None:
    row = read(tmp_path, Way([11, 12], PLAIN | tags)).iloc[0]
    assert (row["walk"], row["motorcycle"], row["car"]) == (walk, motorcycle, car)


def test_streets_are_cut_where_they_meet_and_nowhere_else(tmp_path: Path) -> None:
    streets = read(tmp_path, Way([11, 12, 13, 14]), Way([3, 13, 23]))
    assert ends(streets) == [(11, 13), (13, 14), (3, 13), (13, 23)]
    assert [len(line.coords) for line in streets.geometry] == [3, 2, 2, 2]
    assert streets["way_id"].tolist() == [1, 1, 2, 2]


def test_a_street_that_crosses_itself_is_cut_there(tmp_path: Path) -> None:
    streets = read(tmp_path, Way([11, 12, 13, 23, 22, 12, 2]))
    assert ends(streets) == [(11, 12), (12, 12), (12, 2)]


def test_streets_that_meet_end_to_end_stay_whole(tmp_path: Path) -> None:
    assert ends(read(tmp_path, Way([11, 12, 13]), Way([13, 14]))) == [(11, 13), (13, 14)]


def test_a_street_that_ends_on_another_cuts_it(tmp_path: Path) -> None:
    assert ends(read(tmp_path, Way([11, 12, 13]), Way([12, 22]))) == [(11, 12), (12, 13), (12, 22)]


def test_a_closed_ring_begins_and_ends_at_one_node(tmp_path: Path) -> None:
    streets = read(tmp_path, Way([11, 12, 22, 21, 11], PLAIN | {"junction": "roundabout"}))
    assert ends(streets) == [(11, 11)]
    assert streets.geometry.iloc[0].is_ring


def test_other_ways_and_broken_ways_fall_away(tmp_path: Path) -> None:
    streets = read(
        tmp_path, Way([11, 12], {"waterway": "river"}), Way([21]), Way([31, 31]), Way([41, 42])
    )
    assert ends(streets) == [(41, 42)]


def test_a_node_named_twice_in_a_row_counts_once(tmp_path: Path) -> None:
    assert ends(read(tmp_path, Way([11, 12, 12, 13]))) == [(11, 13)]


def test_nodes_that_the_file_does_not_hold_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "streets.osm"
    path.write_text(osm_xml([Way([11, 12, 13])], missing=frozenset({13})), encoding="utf-8")
    assert ends(read_streets(path, EVERYWHERE)) == [(11, 12)]


def test_only_the_pieces_that_touch_the_city_are_kept(tmp_path: Path) -> None:
    # two separate parts: the box around both holds every street
    city = shapely.union(
        shapely.box(106.6005, -6.1995, 106.6025, -6.1985),  # nodes 11 and 12
        shapely.box(106.6085, -6.1965, 106.6095, -6.1955),  # node 39 or 49
    )
    streets = read(tmp_path, Way([11, 12, 13, 14]), Way([3, 13]), Way([4, 14]), within=city)
    assert ends(streets) == [(11, 13)]
    assert streets.index.tolist() == [0]


def test_a_street_that_crosses_the_city_without_a_node_in_it_is_kept(tmp_path: Path) -> None:
    city = shapely.box(106.6022, -6.1992, 106.6028, -6.1988)  # between nodes 12 and 13
    assert ends(read(tmp_path, Way([11, 12, 13, 14]), within=city)) == [(11, 14)]


@pytest.mark.parametrize("packed", ["xml.bz2", "xml.gz", "pbf"])
def test_every_file_kind_gives_the_same_streets(tmp_path: Path, packed: str) -> None:
    ways = [Way([11, 12, 13], PLAIN | {"oneway": "-1", "name": "Gang Melati 2"}), Way([12, 22])]
    plain = tmp_path / "streets.osm"
    plain.write_text(osm_xml(ways), encoding="utf-8")
    if packed == "pbf":
        path = tmp_path / "streets.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for thing in osmium.FileProcessor(str(plain)):
                writer.add(thing)
    else:
        path = tmp_path / f"streets.osm.{packed.removeprefix('xml.')}"
        pack = bz2.compress if packed.endswith("bz2") else gzip.compress
        path.write_bytes(pack(plain.read_bytes()))
    assert_geodataframe_equal(
        read_streets(path, EVERYWHERE), read_streets(plain, EVERYWHERE), check_less_precise=False
    )


@given(
    walks=st.lists(
        st.lists(st.integers(0, 39), min_size=2, max_size=8), min_size=1, max_size=6
    ).filter(lambda walks: any(len(set(walk)) > 1 for walk in walks))
)
def test_cutting_keeps_every_step_once_and_leaves_no_junction_inside(
    walks: list[list[int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    streets = read(tmp_path_factory.mktemp("osm"), *(Way(walk) for walk in walks))
    steps = [pair for walk in walks for pair in pairwise(walk) if pair[0] != pair[1]]
    nodes_inside = [_nodes(line)[1:-1] for line in streets.geometry]
    made = [pair for line in streets.geometry for pair in pairwise(_nodes(line))]
    assert made == steps
    everywhere = [node for line in streets.geometry for node in _nodes(line)]
    assert all(everywhere.count(node) == 1 for inside in nodes_inside for node in inside)
    assert ends(streets) == [(_nodes(line)[0], _nodes(line)[-1]) for line in streets.geometry]


def _nodes(line: shapely.LineString) -> list[int]:
    return [
        round((lat + 6.2) / STEP) * 10 + round((lon - 106.6) / STEP) for lon, lat in line.coords
    ]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StreetFileError, match=r"tidak ada\.osm tidak ditemukan"):
        read_streets(tmp_path / "tidak ada.osm", EVERYWHERE)


@pytest.mark.parametrize("name", ["streets.osm", "streets.osm.pbf", "streets.osm.bz2", "streets"])
def test_a_file_that_is_not_osm_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"kode,kelurahan\n36.71.01.1001,Sukasari\n")
    with pytest.raises(StreetFileError, match=f"{name} bukan berkas jalan OSM"):
        read_streets(path, EVERYWHERE)


def test_a_file_cut_off_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "streets.osm"
    whole = osm_xml([Way([11, 12, 13])])
    path.write_text(whole[: len(whole) * 3 // 4], encoding="utf-8")
    with pytest.raises(StreetFileError, match="bukan berkas jalan OSM"):
        read_streets(path, EVERYWHERE)


def test_a_file_without_streets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StreetFileError, match=r"streets\.osm tidak berisi jalan"):
        read(tmp_path, Way([11, 12], {"waterway": "river"}))


@pytest.mark.parametrize(
    "city",
    [
        shapely.box(110.0, -8.0, 110.1, -7.9),
        # the box around it holds the streets, the city itself does not
        shapely.Polygon([(106.5, -6.3), (106.7, -6.3), (106.7, -6.29), (106.51, -6.29),
                         (106.51, -6.1), (106.5, -6.1)]),
    ],
)  # fmt: skip
def test_streets_of_another_city_are_refused(tmp_path: Path, city: shapely.Polygon) -> None:
    with pytest.raises(StreetsElsewhereError, match=r"Tidak ada jalan di .* di kota ini"):
        read(tmp_path, Way([11, 12]), within=city)


def test_refused_street_files_are_bad_input() -> None:
    assert issubclass(StreetFileError, BadInputError)
    assert issubclass(StreetsElsewhereError, BadInputError)


@pytest.mark.real_streets
def test_tangsel_is_the_same_from_xml_and_from_pbf(real_data: Path) -> None:
    areas = gpd.read_file(real_data / "tangsel" / "kelurahan.geojson")
    city = areas.union_all().buffer(0.01)
    from_xml = read_streets(real_data / "tangsel" / "streets.osm.bz2", city)
    from_pbf = read_streets(real_data / "tangsel" / "streets.osm.pbf", city)
    assert_geodataframe_equal(from_xml, from_pbf, check_less_precise=False)
    assert from_pbf["way_id"].nunique() > 9_000
    assert from_pbf.to_crs(32748).length.sum() / 1000 == pytest.approx(1919, abs=5)
