"""Borders between kelurahan: gaps and overlaps closed, and families that change kelurahan."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geodata.boundaries import boundary_report, local_crs, read_boundaries
from geodata.divisions import OUTCOMES, compare_divisions, division_counts
from geodata.topology import AreaLostError, repair_topology

TO_DEGREES = Transformer.from_crs("EPSG:32748", "EPSG:4326", always_xy=True)
EAST, NORTH = 680_000.0, 9_315_000.0  # somewhere in UTM 48S


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(
        shape, lambda xy: np.column_stack(TO_DEGREES.transform(xy[:, 0] + EAST, xy[:, 1] + NORTH))
    )


def city(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return areas drawn in metres from a corner of the city."""
    return gpd.GeoDataFrame(
        {
            "area_code": [f"36.71.01.{1001 + at}" for at in range(len(shapes))],
            "area_name": [f"Kelurahan {at}" for at in range(len(shapes))],
            "kecamatan_code": "36.71.01",
            "kecamatan_name": "Tangerang",
            "city_name": "Kota Contoh",
        },
        geometry=[degrees(shape) for shape in shapes],
        crs="EPSG:4326",
    )


def metres(areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return areas.geometry.to_crs(local_crs(areas))


def wkb(areas: gpd.GeoDataFrame) -> list[bytes]:
    return areas.geometry.to_wkb().tolist()


def test_a_clean_file_comes_back_byte_for_byte() -> None:
    clean = city(shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000))
    clean.attrs["code_system"] = "kemendagri"
    repaired, report = repair_topology(clean)
    assert wkb(repaired) == wkb(clean)
    assert repaired.attrs == clean.attrs
    assert report.was_clean
    assert (report.gaps_found, report.largest_move_m, report.largest_area_change) == (0, 0, 0)


def test_a_gap_and_an_overlap_are_closed_and_measured() -> None:
    # 20 m of overlap along 500 m, then 10 m of gap along 500 m between two neighbours
    west = shapely.Polygon([(0, 0), (1020, 0), (1020, 500), (1000, 500), (1000, 1000), (0, 1000)])
    east = shapely.Polygon(
        [(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1010, 990), (1010, 510), (1000, 500)]
    )
    given_ = city(west, east)
    before = wkb(given_)
    repaired, report = repair_topology(given_)
    assert wkb(given_) == before
    assert report.gaps_found == 1
    assert report.gap_km2 == pytest.approx((480 + 500) / 2 * 10 / 1e6, rel=0.01)
    assert report.overlap_km2 == pytest.approx(20 * 500 / 1e6, rel=0.01)
    assert (report.gaps_left, report.gap_left_km2, report.overlap_left_km2) == (0, 0, 0)
    assert report.largest_move_m == pytest.approx(20, abs=0.1)
    assert report.largest_area_change == pytest.approx(0.01, rel=0.3)
    assert report.changed == tuple(repaired["area_code"])
    assert shapely.coverage_is_valid(repaired.geometry.to_numpy())
    assert metres(repaired).area.sum() == pytest.approx(2e6, rel=1e-3)
    assert not report.was_clean
    again, second = repair_topology(repaired)
    assert second.was_clean
    assert wkb(again) == wkb(repaired)


def test_vertices_that_did_not_move_keep_every_digit() -> None:
    far = shapely.box(2000, 0, 3000, 1000)
    repaired, report = repair_topology(
        city(shapely.box(0, 0, 1003, 1000), shapely.box(1000, 0, 2000, 1000), far)
    )
    assert wkb(repaired)[2] == wkb(city(far))[0]
    assert report.changed == ("36.71.01.1001",) or len(report.changed) == 2
    kept = {tuple(point) for point in shapely.get_coordinates(repaired.geometry.iloc[0])}
    assert {tuple(p) for p in shapely.get_coordinates(degrees(shapely.Point(0, 0)))} <= kept


def test_a_lake_wider_than_the_limit_is_left_and_reported() -> None:
    lake = shapely.Point(500, 500).buffer(100)
    sliver = shapely.box(995, 300, 1000, 600)
    areas = city(shapely.box(0, 0, 1000, 1000) - lake - sliver, shapely.box(1000, 0, 2000, 1000))
    repaired, report = repair_topology(areas)
    assert (report.gaps_found, report.gaps_left) == (2, 1)
    assert report.gap_left_km2 == pytest.approx(lake.area / 1e6, rel=0.01)
    assert report.largest_move_m == pytest.approx(5, abs=0.1)
    assert boundary_report(repaired)["gaps"] == 1
    alone, untouched = repair_topology(city(shapely.box(0, 0, 1000, 1000) - lake))
    assert untouched.was_clean
    assert untouched.gaps_left == 1
    assert len(alone.geometry.iloc[0].interiors) == 1
    assert repair_topology(areas, widest_gap_m=250)[1].gaps_left == 0


def test_a_hole_filled_deep_inside_counts_with_its_width() -> None:
    hole = shapely.box(500, 500, 510, 540)
    _, report = repair_topology(city(shapely.box(0, 0, 1000, 1000) - hole))
    assert (report.gaps_found, report.gaps_left) == (1, 0)
    assert report.largest_move_m == pytest.approx(10, abs=1.1)


def test_an_area_wholly_under_another_is_refused_by_code() -> None:
    areas = city(shapely.box(0, 0, 1000, 1000), shapely.box(400, 400, 500, 500))
    with pytest.raises(AreaLostError, match=r"36\.71\.01\.1002 seluruhnya tertutup"):
        repair_topology(areas)


@settings(max_examples=40)
@given(
    columns=st.integers(1, 4),
    rows=st.integers(1, 4),
    seed=st.integers(0, 10_000),
    nudge_m=st.sampled_from([0.01, 1.0, 8.0, 20.0]),
)
def test_nudged_borders_meet_again_and_nobody_loses_ground(
    columns: int, rows: int, seed: int, nudge_m: float
) -> None:
    rng = np.random.default_rng(seed)
    shapes = []
    for x in range(columns):
        for y in range(rows):
            box = shapely.box(400 * x, 400 * y, 400 * x + 400, 400 * y + 400)
            corners = shapely.get_coordinates(shapely.segmentize(box, rng.choice([100, 200, 400])))
            nudged = corners[:-1] + rng.uniform(-nudge_m, nudge_m, (len(corners) - 1, 2))
            shapes.append(shapely.Polygon(nudged))
    areas = city(*shapes)
    repaired, report = repair_topology(areas)
    after = metres(repaired)
    assert repaired["area_code"].tolist() == areas["area_code"].tolist()
    assert repaired.geom_type.isin(("Polygon", "MultiPolygon")).all()
    assert shapely.coverage_is_valid(repaired.geometry.to_numpy())
    assert (report.gaps_left, report.overlap_left_km2) == (0, 0)
    union = shapely.union_all(metres(areas).to_numpy()).area + report.gap_km2 * 1e6
    assert after.area.sum() == pytest.approx(union, rel=0.002 + nudge_m / 400)
    middles = [degrees(shape.centroid) for shape in shapes]
    assert shapely.contains(repaired.geometry.to_numpy(), np.asarray(middles)).all()


@pytest.mark.real_streets
def test_the_raw_boundaries_of_the_city_are_closed(real_data: Path) -> None:
    folder = real_data / "kota_tangerang"
    raw = read_boundaries(folder / "kelurahan_raw.geojson")
    repaired, report = repair_topology(raw)
    assert report.gaps_found == 310
    assert report.overlap_km2 == pytest.approx(0.110, abs=0.001)
    assert report.gap_km2 == pytest.approx(0.096, abs=0.001)
    assert (report.gaps_left, report.overlap_left_km2) == (0, 0.0)
    assert report.largest_move_m < 12
    assert report.largest_area_change < 0.005
    assert shapely.coverage_is_valid(repaired.geometry.to_numpy())
    assert boundary_report(repaired)["area_km2"] == pytest.approx(178.348, abs=0.002)
    by_hand = metres(read_boundaries(folder / "kelurahan.geojson"))
    apart = shapely.symmetric_difference(metres(repaired).to_numpy(), by_hand.to_numpy())
    assert shapely.area(apart).sum() < 3000  # square metres, of 178 million


@pytest.mark.real_streets
@pytest.mark.parametrize(
    "file",
    [
        "kota_tangerang/kelurahan.geojson",
        "kota_tangerang/kelurahan_hdx2020.geojson",
        "tangsel/kelurahan.geojson",
    ],
)
def test_real_clean_boundaries_are_left_alone(real_data: Path, file: str) -> None:
    areas = read_boundaries(real_data / file)
    repaired, report = repair_topology(areas)
    assert report.was_clean
    assert wkb(repaired) == wkb(areas)


NEW = (shapely.box(0, 0, 1100, 1000), shapely.box(1100, 0, 2000, 1000))


def homes(*rows: tuple[float, float, str | None]) -> pd.DataFrame:
    """Return places at metres from the city's corner, index from 7 downward."""
    points = [degrees(shapely.Point(x, y)) for x, y, _ in rows]
    return pd.DataFrame(
        {
            "lon": [point.x for point in points],
            "lat": [point.y for point in points],
            "area_code": pd.Series([code for _, _, code in rows], dtype="str"),
        }
    ).set_index(pd.RangeIndex(7, 7 - len(rows), -1, name="household_id"))


def test_families_between_the_old_and_the_new_border_change_kelurahan() -> None:
    places = homes(
        (500, 500, "36.71.01.1001"),
        (1040, 500, "36.71.01.1002"),
        (1500, 500, "36.71.01.1002"),
        (2300, 500, "36.71.01.1002"),
        (500, 500, None),
    )
    places.loc[2] = [np.nan, np.nan, "36.71.01.1001"]
    compared = compare_divisions(places, city(*NEW))
    assert compared.index.equals(places.index)
    assert compared["outcome"].tolist() == [
        "same", "changes", "same", "outside", "unknown", "unknown",
    ]  # fmt: skip
    assert compared.loc[6, ["old_area_code", "new_area_code"]].tolist() == [
        "36.71.01.1002", "36.71.01.1001",
    ]  # fmt: skip
    assert compared["border_m"].tolist()[:5] == pytest.approx([500, 60, 400, 300, 500], abs=1)
    assert np.isnan(compared["border_m"].iloc[5])
    assert compared["new_area_code"].isna().tolist() == [False] * 3 + [True, False, True]
    counts = division_counts(compared, city(*NEW))
    assert counts["families"] == 6
    assert counts["outcomes"] == {"same": 2, "changes": 1, "outside": 1, "unknown": 2}
    assert counts["codes_gone"] == []
    assert counts["moves"] == [
        {"old_area_code": "36.71.01.1002", "new_area_code": "36.71.01.1001", "families": 1}
    ]


def test_kelurahan_that_the_new_file_lacks_are_named() -> None:
    places = homes((500, 500, "36.71.09.1001"))
    counts = division_counts(compare_divisions(places, city(*NEW)), city(*NEW))
    assert counts["codes_gone"] == ["36.71.09.1001"]


def test_no_family_gives_an_empty_comparison() -> None:
    counts = division_counts(compare_divisions(homes().iloc[:0], city(*NEW)), city(*NEW))
    assert counts["outcomes"] == dict.fromkeys(OUTCOMES, 0)


@pytest.mark.real_streets
def test_an_older_division_of_the_city_moves_few_families(real_data: Path) -> None:
    folder = real_data / "kota_tangerang"
    old, new = (
        read_boundaries(folder / file)
        for file in ("kelurahan.geojson", "kelurahan_hdx2020.geojson")
    )
    points = old.geometry.sample_points(20, rng=3).explode()
    places = pd.DataFrame(
        {"lon": points.x, "lat": points.y, "area_code": old["area_code"].loc[points.index]}
    ).reset_index(drop=True)
    counts = division_counts(compare_divisions(places, new), new)
    assert counts["codes_gone"] == []
    outcomes = counts["outcomes"]
    assert isinstance(outcomes, dict)
    assert sum(outcomes.values()) == counts["families"] == 104 * 20
    assert 0.03 < outcomes["changes"] / 2080 < 0.15
