"""Lists of known places: posyandu, puskesmas, offices, RT and RW points."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from common.language import translate
from geodata.columns import ISSUES, POINTS
from geodata.point_file import (
    COLUMNS,
    EXTRA,
    POINT_ISSUES,
    PointHeadingsError,
    check_points,
    read_points,
)
from geodata.tables import MissingFileError

HEADING = "place_id,kind,name,area_code,rw,rt,lon,lat"
WEST, EAST = "36.71.01.1001", "36.71.01.1002"
AREAS = gpd.GeoDataFrame(
    {
        "area_code": [WEST, EAST],
        "area_name": ["Sukarasa", "Babakan"],
        "kecamatan_code": "36.71.01",
        "kecamatan_name": "Tangerang",
        "city_name": "Kota Contoh",
    },
    geometry=[
        shapely.box(106.60, -6.20, 106.61, -6.19),
        shapely.box(106.61, -6.20, 106.62, -6.19),
    ],
    crs="EPSG:4326",
)


def checked(folder: Path, *lines: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    file = folder / "places.csv"
    file.write_text("\n".join([HEADING, *lines]), encoding="utf-8")
    return check_points(read_points(file), AREAS)


def test_a_good_list_is_taken_as_it_stands(tmp_path: Path) -> None:
    points, issues = checked(
        tmp_path,
        f"P1,Posyandu,Posyandu Mawar,{WEST},3,,106.605,-6.195",
        "P2,puskesmas,Puskesmas Sukarasa,3671011001,,,106.606,-6.195",
        "P3,kantor,Kantor Babakan,,,,106.615,-6.195",
        f"P4,rt,,{EAST},RW 03,RT.007,106.616,-6.196",
        f"P5,rw,,{EAST},003,,106.617,-6.196",
    )
    assert issues.empty
    ISSUES.validate(issues)
    POINTS.validate(points)
    assert points.index.tolist() == [2, 3, 4, 5, 6]
    assert points["kind"].tolist() == ["posyandu", "puskesmas", "office", "rt", "rw"]
    assert points["area_code"].tolist() == [WEST, WEST, EAST, EAST, EAST]
    assert points.loc[5, ["rw", "rt", "name"]].tolist() == ["003", "007", "P4"]
    assert points["rt"].isna().tolist() == [True, True, True, False, True]


def test_a_workbook_is_read_like_a_csv_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Place ID", "Kind", "Name", "Area code", "RW", "RT", "Lon", "Lat", "note"])
    book.active.append(["P1", "rw", "RW 3", WEST, 3, None, 106.605, -6.195, "x"])
    book.save(tmp_path / "places.xlsx")
    points, issues = check_points(read_points(tmp_path / "places.xlsx"), AREAS)
    assert issues.empty
    assert points.loc[2, ["rw", "lon", "lat"]].tolist() == ["003", 106.605, -6.195]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (f",rw,,{WEST},1,,106.605,-6.195", "place_id_missing", "place_id"),
        (f"P,masjid,M,{WEST},1,,106.605,-6.195", "kind_unknown", "kind"),
        (f"P,,M,{WEST},1,,106.605,-6.195", "kind_unknown", "kind"),
        (f"P,rw,,{WEST},1,,,", "coordinate_missing", "lat"),
        (f"P,rw,,{WEST},1,,106.605,", "coordinate_missing", "lat"),
        (f"P,rw,,{WEST},1,,0,0", "coordinate_missing", "lat"),
        (f"P,rw,,{WEST},1,,106.605,south", "coordinate_unreadable", "lat"),
        (f"P,rw,,{WEST},1,,-6.195,106.605", "coordinate_swapped", "lat"),
        ("P,rw,,36.71.09.1001,1,,106.605,-6.195", "area_unknown", "area_code"),
        ("P,rw,,Sukarasa,1,,106.605,-6.195", "area_unknown", "area_code"),
        ("P,rw,,,1,,106.7,-6.195", "outside_city", "area_code"),
        (f"P,puskesmas,X,{WEST},,,106.9,-6.195", "outside_city", "area_code"),
        (f"P,puskesmas,X,{WEST},,,2.3,48.8", "outside_city", "area_code"),
        (f"P,rw,,{WEST},1,,106.615,-6.195", "outside_area", "area_code"),
        (f"P,rw,,{WEST},,,106.605,-6.195", "rw_missing", "rw"),
        (f"P,rt,,{WEST},1,,106.605,-6.195", "rt_missing", "rt"),
        (f"P,rt,,{WEST},,1,106.605,-6.195", "rw_missing", "rw"),
        (f"P,rw,,{WEST},x,,106.605,-6.195", "rw_unreadable", "rw"),
        (f"P,rt,,{WEST},1,?,106.605,-6.195", "rt_unreadable", "rt"),
        (f"P,rw,,{WEST},1,,106.605,-6.195,more", "cells_too_many", "place_id"),
    ],
)
def test_a_place_that_cannot_be_used_is_held_with_its_reason(
    tmp_path: Path, line: str, code: str, column: str
) -> None:
    good = f"G,rw,,{WEST},9,,106.605,-6.195"
    points, issues = checked(tmp_path, line, good)
    assert points["place_id"].tolist() == ["G"]
    assert issues[["row", "column", "code", "quarantines"]].to_numpy().tolist() == [
        [2, column, code, True]
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"P,posyandu,,{WEST},1,,106.605,-6.195", "name_missing"),
        (f"P,posyandu,=1+1,{WEST},1,,106.605,-6.195", "formula"),
        (f'P,posyandu,A,{WEST},1,,"106,605","-6,195"', "coordinate_comma"),
        (f"P,puskesmas,A,{WEST},1,,106.615,-6.195", "outside_area"),
        (f"P,posyandu,A,{WEST},x,,106.605,-6.195", "rw_unreadable"),
    ],
)
def test_a_harmless_fault_is_listed_and_the_place_kept(
    tmp_path: Path, line: str, code: str
) -> None:
    points, issues = checked(tmp_path, line)
    assert points["place_id"].tolist() == ["P"]
    assert issues[["code", "quarantines"]].to_numpy().tolist() == [[code, False]]


def test_the_border_is_allowed_to_be_a_little_wrong(tmp_path: Path) -> None:
    points, issues = checked(tmp_path, f"P,rw,,{WEST},1,,106.6105,-6.195")  # 55 m outside
    assert issues.empty
    assert points["area_code"].tolist() == [WEST]


def test_of_two_places_with_one_code_or_one_block_the_first_usable_counts(tmp_path: Path) -> None:
    points, issues = checked(
        tmp_path,
        f"A,rw,,{WEST},1,,,",
        f"A,rw,,{WEST},1,,106.605,-6.195",
        f"A,office,K,{WEST},,,106.605,-6.195",
        f"B,rw,,{WEST},01,4,106.606,-6.195",
        f"C,rt,,{WEST},1,4,106.606,-6.195",
        f"D,rt,,{WEST},1,5,106.606,-6.195",
        f"E,posyandu,M,{WEST},1,,106.606,-6.195",
    )
    assert points["place_id"].tolist() == ["A", "C", "D", "E"]
    assert issues[["row", "code"]].to_numpy().tolist() == [
        [2, "coordinate_missing"], [4, "place_id_repeated"], [5, "block_repeated"],
    ]  # fmt: skip


def test_missing_headings_are_named(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("place_id,kind,lon,lat\nP,rw,1,1\n", encoding="utf-8")
    with pytest.raises(PointHeadingsError, match=r"places\.csv: name, area_code, rw, rt"):
        read_points(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"none\.csv tidak ditemukan"):
        read_points(tmp_path / "none.csv")


def test_every_issue_has_a_text_in_both_languages() -> None:
    for what, remedy in POINT_ISSUES.values():
        for language in ("id", "en"):
            assert translate(what, language)
            assert translate(remedy, language)


_CELL = st.sampled_from(["", "-", "=1", "1", "003", WEST, EAST, "rt", "rw", "posyandu", "106.605",
                         "-6.195", "106,605", "48.8", "NULL", "x"])  # fmt: skip


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(*[_CELL] * len(COLUMNS)), min_size=1, max_size=8))
def test_no_row_is_lost_without_a_reason(rows: list[tuple[str, ...]]) -> None:
    index = pd.RangeIndex(2, 2 + len(rows), name="row")
    frame = pd.DataFrame(rows, columns=list(COLUMNS), index=index, dtype="str").assign(
        **{EXTRA: ""}
    )
    before = frame.copy()
    points, issues = check_points(frame, AREAS)
    pd.testing.assert_frame_equal(frame, before)
    held = set(issues.loc[issues["quarantines"], "row"])
    assert held.isdisjoint(points.index)
    assert held | set(points.index) == set(index)
    assert set(issues["code"]) <= set(POINT_ISSUES)
    assert points.loc[points["kind"].isin(["rt", "rw"]), "rw"].notna().all()
    assert points.loc[points["kind"] == "rt", "rt"].notna().all()
