"""Estates, kampung and landmarks that the map names, and families who live by them."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from test_locating import EAST, RULES, WEST, families, metres
from test_locating import city as two_squares

from geodata.addresses import parse_addresses
from geodata.locating import locate
from geodata.map_names import (
    MapFileError,
    landmark_keys,
    names_in_areas,
    no_map_names,
    place_keys,
    read_map_names,
    rows_named,
)
from geodata.street_places import keyed

CITY = shapely.box(106.6, -6.2, 106.62, -6.19)
NOBODY: dict[str, object] = {"rw": None, "rt": None}


def osm(
    path: Path,
    nodes: list[tuple[float, float, dict[str, str]]],
    ways: tuple[tuple[list[int], dict[str, str]], ...] = (),
) -> Path:
    """Write an OSM file; nodes are numbered from 1."""

    def tags(of: dict[str, str]) -> str:
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in of.items())

    text = ["<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>"]
    for number, (lon, lat, of) in enumerate(nodes, 1):
        text.append(f"<node id='{number}' lon='{lon}' lat='{lat}' version='1'>{tags(of)}</node>")
    for number, (refs, of) in enumerate(ways, 1):
        ends = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        text.append(f"<way id='{number}' version='1'>{ends}{tags(of)}</way>")
    path.write_text("".join([*text, "</osm>"]), encoding="utf-8")
    return path


def estate(name: str, lon: float, lat: float = -6.195) -> tuple[float, float, dict[str, str]]:
    return lon, lat, {"place": "neighbourhood", "name": name}


def placed(address: str, names: gpd.GeoDataFrame, area: str = WEST) -> pd.Series:
    rows = families({**NOBODY, "address": address, "area_code_stated": area})
    located = locate(rows, two_squares(), None, RULES, map_names=names)
    return located.places.iloc[0]


def test_nodes_and_closed_ways_with_a_name_are_read_and_others_left(tmp_path: Path) -> None:
    file = osm(
        tmp_path / "kota.osm",
        [
            estate("Perumahan Griya Asri", 106.605),
            (106.606, -6.196, {"amenity": "place_of_worship", "name": "Masjid Al-Ikhlas"}),
            (106.607, -6.196, {"shop": "yes", "name": "Warung Ibu"}),
            (106.608, -6.196, {"place": "city", "name": "Kota Uji"}),
            (106.7, -6.196, {"place": "hamlet", "name": "Kampung Jauh"}),
            (106.61, -6.194, {}), (106.612, -6.194, {}),
            (106.612, -6.192, {}), (106.61, -6.192, {}),
            (106.609, -6.194, {"place": "hamlet"}),
        ],
        (
            ([6, 7, 8, 9, 6], {"landuse": "residential", "name": "Komplek Depkes"}),
            ([6, 7, 8], {"landuse": "residential", "name": "Komplek Terbuka"}),
        ),
    )  # fmt: skip
    names = read_map_names(file, CITY)
    assert names["kind"].tolist() == ["place", "landmark", "place"]
    assert names["key"].tolist() == [
        *place_keys(pd.Series(["Griya Asri", "Masjid Al-Ikhlas", "Depkes"]))
    ]
    assert names["extent_m"].tolist()[:2] == [0.0, 0.0]
    middle = names.geometry.iloc[2]
    assert (middle.x, middle.y) == pytest.approx((106.611, -6.193))
    assert names["extent_m"].iloc[2] == pytest.approx(156.6, abs=1.0)  # half of 221 m x 221 m


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Perumahan Griya Asri", "Perum. GRIYA ASRI Blok B2 No. 3"),
        ("Kampung Dongkal", "Kp. Dongkal No. 9"),
        ("Masjid Al-Ikhlas", "sebelah mesjid Al Ikhlas"),
    ],
)
def test_a_family_is_placed_by_the_estate_kampung_or_landmark_on_the_map(
    tmp_path: Path, name: str, address: str
) -> None:
    kind = {"amenity": "place_of_worship"} if "Masjid" in name else {"place": "hamlet"}
    names = read_map_names(
        osm(tmp_path / "a.osm", [(106.603, -6.193, {**kind, "name": name})]), CITY
    )
    family = placed(address, names)
    assert family["grade"] == "neighbourhood"
    assert metres(family, 106.603, -6.193) < 1
    assert family["radius_m"] >= RULES.default_radius_rt_m
    assert placed(address, names, EAST)["grade"] == "kelurahan"  # not in that kelurahan
    assert placed(address, no_map_names())["grade"] == "kelurahan"


def test_a_name_that_stands_twice_in_a_kelurahan_tells_nothing_unless_both_are_near(
    tmp_path: Path,
) -> None:
    twice = [estate("Griya Asri", 106.601), estate("Perumahan Griya Asri", 106.608)]
    far = read_map_names(osm(tmp_path / "jauh.osm", twice), CITY)
    assert placed("Perum Griya Asri", far)["grade"] == "kelurahan"
    twice[1] = estate("Perumahan Griya Asri", 106.602)
    near = read_map_names(osm(tmp_path / "dekat.osm", twice), CITY)
    assert placed("Perum Griya Asri", near)["grade"] == "neighbourhood"


def test_the_order_of_the_file_changes_nothing(tmp_path: Path) -> None:
    nodes = [estate("Griya Asri", 106.601), estate("Griya Asri", 106.602), estate("Puri", 106.603)]
    one = names_in_areas(read_map_names(osm(tmp_path / "a.osm", nodes), CITY), two_squares())
    two = names_in_areas(read_map_names(osm(tmp_path / "b.osm", nodes[::-1]), CITY), two_squares())
    assert one.key.tolist() == two.key.tolist()
    assert one.lon.tolist() == two.lon.tolist()


@given(
    st.text(alphabet="abcdefghijklmnoprstuw ", min_size=3, max_size=20).filter(str.strip),
    st.sampled_from(["dekat", "sebelah", "belakang", "depan", "samping", "seberang"]),
)
def test_a_word_of_nearness_is_no_part_of_a_landmarks_name(name: str, word: str) -> None:
    masjid = pd.Series([f"Masjid {name}"])
    assert landmark_keys(f"{word} " + masjid).tolist() == landmark_keys(masjid).tolist()


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_address_is_looked_for_without_a_fault(texts: list[str]) -> None:
    key = place_keys(pd.Series(["Griya Asri"], dtype="str"))
    frame = pd.DataFrame({"key": key, "kind": ["place"], "extent_m": [0.0]})
    names = gpd.GeoDataFrame(frame, geometry=[shapely.Point(106.605, -6.195)], crs="EPSG:4326")
    parsed = keyed(parse_addresses(pd.Series([*texts, "Perum Griya Asri"], dtype="str")))
    area = np.zeros(len(parsed), dtype=np.intp)
    found = rows_named(names_in_areas(names, two_squares()), parsed, area)
    assert set(found) <= {-1, 0}
    assert found[-1] == 0


def test_a_file_that_is_missing_or_broken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MapFileError, match="tidak ditemukan"):
        read_map_names(tmp_path / "tidak ada.osm", CITY)
    broken = tmp_path / "rusak.osm"
    broken.write_text("<osm><node", encoding="utf-8")
    with pytest.raises(MapFileError, match="bukan berkas jalan OSM"):
        read_map_names(broken, CITY)


def test_a_file_without_names_gives_an_empty_frame(tmp_path: Path) -> None:
    file = osm(tmp_path / "kosong.osm", [(106.605, -6.195, {})])
    names = read_map_names(file, CITY)
    assert names.empty
    assert names.columns.tolist() == no_map_names().columns.tolist()
    assert names.crs == no_map_names().crs
