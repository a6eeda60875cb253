from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import BadInputError
from geodata.boundaries import (
    AreaCodeError,
    BoundaryFileError,
    CoordinateSystemError,
    FieldError,
    boundary_report,
    code_system,
    read_boundaries,
)
from geodata.columns import AREAS
from geodata.tables import MissingFileError

# Two kelurahan side by side, each about 1.1 km wide.
WEST, EAST = shapely.box(106.60, -6.20, 106.61, -6.19), shapely.box(106.61, -6.20, 106.62, -6.19)
BOW_TIE = shapely.Polygon([(106.62, -6.2), (106.63, -6.19), (106.63, -6.2), (106.62, -6.19)])


def write(path: Path, columns: dict[str, list[object]], *shapes: object, crs: str | None) -> Path:
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(path)
    return path


def two(folder: Path, **columns: list[object]) -> Path:
    return write(folder / "areas.geojson", dict(columns), WEST, EAST, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("code_field", "codes", "system"),
    [
        ("kode", ["36.71.01.1002", "36.71.01.1001"], "kemendagri"),
        ("KODE_KEL", [3671011002, 3671011001], "kemendagri"),
        ("KDEPUM", ["36.71.01.1002", "36.71.01.1001"], "kemendagri"),
        ("code", ["36.71.01.2002", "36.71.01.1001"], "kemendagri"),
        ("Kode Kelurahan", [3671011002.0, 3671011001.0], "kemendagri"),
        ("ADM4_PCODE", ["ID3671010002", "ID3671010001"], "bps"),
        ("iddesa", ["3671011002", "3671011001"], "bps"),
        ("kode_desa", ["3671030002", "3671030001"], "bps"),
    ],
)
def test_code_columns_and_their_system_are_recognised(
    tmp_path: Path, code_field: str, codes: list[object], system: str
) -> None:
    areas = read_boundaries(two(tmp_path, **{code_field: codes, "NAMOBJ": ["Timur", "Barat"]}))
    assert areas.attrs["code_system"] == system == code_system(areas["area_code"])
    assert areas["area_code"].is_monotonic_increasing
    assert areas["area_name"].tolist() == ["Barat", "Timur"]
    assert areas["area_code"].str.fullmatch(r"\d\d\.\d\d\.\d\d\.\d{4}|\d{10}").all()
    kecamatan = "36.71.01" if system == "kemendagri" else areas["area_code"].iloc[0][:7]
    assert areas["kecamatan_code"].tolist() == [kecamatan] * 2
    assert list(AREAS.validate(areas).columns) == list(AREAS.columns)


def test_names_of_kecamatan_and_city_are_taken_where_the_file_has_them(tmp_path: Path) -> None:
    areas = read_boundaries(
        two(tmp_path, ADM4_PCODE=["ID3671010001", "ID3671010002"], ADM4_EN=["A", "B"],
            ADM3_EN=["Kec", "Kec"], ADM2_EN=["Kota Contoh", "Kota Contoh"])
    )  # fmt: skip
    assert areas["kecamatan_name"].tolist() == ["Kec", "Kec"]
    assert areas["city_name"].tolist() == ["Kota Contoh"] * 2


def test_columns_named_by_the_caller_win(tmp_path: Path) -> None:
    file = two(
        tmp_path, kode=["36.71.01.1001", "36.71.01.1002"], nama=["x", "y"],
        Lain=["36.71.02.1001", "36.71.02.1002"], label=["A", None],
    )  # fmt: skip
    areas = read_boundaries(file, code_field="LAIN", name_field="label")
    assert areas["area_code"].tolist() == ["36.71.02.1001", "36.71.02.1002"]
    assert areas["area_name"].tolist() == ["A", "36.71.02.1002"]  # a missing name shows the code


def test_an_empty_known_column_gives_way_to_a_filled_one(tmp_path: Path) -> None:
    file = two(tmp_path, KDEPUM=[None, None], KDEBPS=["3671010001", "3671010002"], desa=["A", "B"])
    assert read_boundaries(file).attrs["code_system"] == "bps"


@pytest.mark.parametrize("suffix", ["gpkg", "shp"])
def test_other_formats_and_projections_are_read_as_degrees(tmp_path: Path, suffix: str) -> None:
    metres = gpd.GeoSeries([WEST, EAST], crs="EPSG:4326").to_crs("EPSG:32748")
    file = write(
        tmp_path / f"areas.{suffix}",
        {"kode": ["36.71.01.1001", "36.71.01.1002"], "desa": ["A", "B"]},
        *metres,
        crs="EPSG:32748",
    )
    areas = read_boundaries(file)
    assert areas.crs == "EPSG:4326"
    assert (
        areas.geometry.iloc[0].equals_exact(WEST, 1e-6)
        or areas.geometry.iloc[0].symmetric_difference(WEST).area < 1e-9
    )


NAMES = {
    "kode": ["36.71.01.1001", "36.71.01.1002"],
    "kelurahan": ["Sukarasa", "Babakan"],
    "kecamatan": ["Tangerang", "Tangerang"],
    "kota": ["Kota Contoh", "Kota Contoh"],
}


def save(frame: gpd.GeoDataFrame, folder: Path, kind: str) -> Path:
    """Write a frame in one of the formats that are read."""
    file = folder / f"areas.{kind}"
    if kind == "parquet":
        frame.to_parquet(file)
    elif kind == "zip":  # as offices send it: a folder, and what a Mac adds
        (folder / "shp").mkdir()
        frame.to_file(folder / "shp" / "areas.shp", engine="pyogrio")
        with zipfile.ZipFile(file, "w") as archive:
            for part in sorted((folder / "shp").iterdir()):
                archive.write(part, f"Batas Kelurahan/{part.name}")
            archive.writestr("__MACOSX/Batas Kelurahan/._areas.shp", b"x")
    else:
        frame.to_file(file)
    return file


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32748", "EPSG:3857", "EPSG:9481"])
@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "zip", "parquet"])
def test_every_format_gives_the_same_areas(tmp_path: Path, kind: str, crs: str) -> None:
    if kind == "geojson":
        crs = "EPSG:4326"  # by its standard
    frame = gpd.GeoDataFrame(NAMES, geometry=[WEST, EAST], crs="EPSG:4326").to_crs(crs)
    areas = read_boundaries(save(frame, tmp_path, kind))
    assert areas.crs == "EPSG:4326"
    expected = {"area_code": "kode", "area_name": "kelurahan", "kecamatan_name": "kecamatan",
                "city_name": "kota"}  # fmt: skip
    for ours, theirs in expected.items():
        assert areas[ours].tolist() == NAMES[theirs]
    assert areas.attrs["code_system"] == "kemendagri"
    for got, drawn in zip(areas.geometry, (WEST, EAST), strict=True):
        assert got.normalize().equals_exact(drawn.normalize(), 1e-9)


def test_content_and_not_the_name_tells_the_format(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(NAMES, geometry=[WEST, EAST], crs="EPSG:4326")
    for kind in ("parquet", "zip"):
        save(frame, tmp_path, kind).rename(tmp_path / "areas.dat")
        assert len(read_boundaries(tmp_path / "areas.dat")) == 2


def test_of_several_layers_the_finest_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "admin.gpkg"
    fine = gpd.GeoDataFrame(NAMES, geometry=[WEST, EAST], crs="EPSG:4326")
    city = gpd.GeoDataFrame({"kode": ["36.71"]}, geometry=[WEST.union(EAST)], crs="EPSG:4326")
    offices = gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=[WEST.centroid] * 3, crs="EPSG:4326")
    for layer, frame in (("adm2", city), ("adm4", fine), ("offices", offices)):
        frame.to_file(file, layer=layer)
    assert read_boundaries(file)["area_code"].tolist() == NAMES["kode"]


def test_geoparquet_may_call_its_shapes_otherwise(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(NAMES, geometry=[WEST, EAST], crs="EPSG:4326")
    frame = frame.rename_geometry("geom").assign(geometry="old")
    frame.to_parquet(tmp_path / "areas.parquet")
    areas = read_boundaries(tmp_path / "areas.parquet")
    assert areas.geometry.iloc[0].equals(WEST)


def test_a_zip_with_no_or_two_shapefiles_is_refused(tmp_path: Path) -> None:
    for count, names in ((0, ["readme.txt"]), (2, ["a.shp", "b.SHP"])):
        file = tmp_path / f"{count}.zip"
        with zipfile.ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        with pytest.raises(BoundaryFileError, match=rf"tepat satu berkas \.shp; ada {count}"):
            read_boundaries(file)


def test_a_shapefile_without_its_companions_says_which_are_missing(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(NAMES, geometry=[WEST, EAST], crs="EPSG:4326")
    file = save(frame, tmp_path, "shp")
    file.with_suffix(".shx").unlink()
    with pytest.raises(BoundaryFileError, match=r"pendamping \.shx tidak ada"):
        read_boundaries(file)


def test_damaged_and_plain_parquet_is_refused(tmp_path: Path) -> None:
    plain, broken = tmp_path / "plain.parquet", tmp_path / "broken.parquet"
    pd.DataFrame(NAMES).to_parquet(plain)
    broken.write_bytes(b"PAR1" + b"\0" * 40)
    for file in (plain, broken):
        with pytest.raises(BoundaryFileError, match="bukan berkas peta"):
            read_boundaries(file)


def test_areas_without_official_codes_are_known_by_their_osm_id() -> None:
    assert code_system(pd.Series(["R31", "W7"])) == "osm"


def test_invalid_polygons_are_mended_and_counted_and_lines_skipped(tmp_path: Path) -> None:
    file = write(
        tmp_path / "areas.geojson",
        {"kode": ["36.71.01.1001", "36.71.01.1002", None], "desa": ["A", "B", None]},
        WEST, BOW_TIE, shapely.LineString([(106.6, -6.2), (106.7, -6.2)]),
        crs="EPSG:4326",
    )  # fmt: skip
    areas = read_boundaries(file)
    assert areas.geometry.is_valid.all()
    assert (areas.attrs["mended"], areas.attrs["skipped"]) == (1, 1)
    assert boundary_report(areas)["mended"] == 1


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.geojson tidak ditemukan"):
        read_boundaries(tmp_path / "absent.geojson")


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "not a map", '{"type": "Feature'])
def test_what_is_no_map_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "areas.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BoundaryFileError, match="bukan berkas peta"):
        read_boundaries(file)


def test_maps_without_polygons_are_refused(tmp_path: Path) -> None:
    points = write(tmp_path / "p.geojson", {"kode": ["1"]}, shapely.Point(1, 1), crs="EPSG:4326")
    table = tmp_path / "t.csv"
    table.write_text("kode,nama\n1,2\n", encoding="utf-8")
    for file in (points, table):
        with pytest.raises(BoundaryFileError, match="tidak berisi poligon"):
            read_boundaries(file)


def test_unrecognised_columns_are_listed_with_the_option(tmp_path: Path) -> None:
    file = two(tmp_path, nomor=["36.71.01.1001", "36.71.01.1002"], julukan=["A", "B"])
    with pytest.raises(FieldError, match="--code-field: nomor, julukan"):
        read_boundaries(file)
    with pytest.raises(FieldError, match="--name-field: nomor, julukan"):
        read_boundaries(file, code_field="nomor")


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = two(tmp_path, kode=["36.71.01.1001", "36.71.01.1002"], desa=["A", "B"])
    with pytest.raises(FieldError, match="'kod' tidak ada; yang ada: kode, desa"):
        read_boundaries(file, code_field="kod")


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (["36.71.01.1001", None], "1 wilayah tidak punya kode di kolom kode"),
        (["36.71.01.1001", "  "], "1 wilayah tidak punya kode"),
        (["36.71.01", "36.71.02"], "2 kode di kolom kode tidak terdiri atas 10 digit"),
        (["36.71.01.1001", "3671011001"], "kode ganda di kolom kode: 3671011001"),
    ],
)
def test_bad_codes_are_counted(tmp_path: Path, codes: list[object], message: str) -> None:
    with pytest.raises(AreaCodeError, match=message):
        read_boundaries(two(tmp_path, kode=codes, desa=["A", "B"]))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("suffix", ["geojson", "shp"])
def test_metres_without_a_system_are_refused(tmp_path: Path, suffix: str) -> None:
    metres = gpd.GeoSeries([WEST], crs="EPSG:4326").to_crs("EPSG:32748")
    file = write(tmp_path / f"a.{suffix}", {"kode": ["36.71.01.1001"]}, *metres, crs=None)
    with pytest.raises(CoordinateSystemError, match="bukan derajat"):
        read_boundaries(file)


def test_overlaps_and_gaps_are_measured_not_repaired(tmp_path: Path) -> None:
    ring = shapely.box(106.60, -6.20, 106.62, -6.18) - shapely.box(106.605, -6.195, 106.61, -6.19)
    file = write(
        tmp_path / "a.geojson",
        {"kode": ["36.71.01.1001", "36.71.02.1001"], "desa": ["A", "B"]},
        ring, shapely.box(106.615, -6.20, 106.63, -6.18),
        crs="EPSG:4326",
    )  # fmt: skip
    report = boundary_report(read_boundaries(file))
    assert (report["kelurahan"], report["kecamatan"], report["gaps"]) == (2, 2, 1)
    # 0.005 by 0.005 and 0.005 by 0.02 degrees at 6.19 S: 0.553 km by 0.553 and 2.212 km
    assert report["gap_km2"] == pytest.approx(0.306, abs=0.002)
    assert report["overlap_km2"] == pytest.approx(1.223, abs=0.005)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300))
def test_random_bytes_are_refused_clearly(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "areas.geojson"
    starts = (b"", b'{"type": "FeatureCollection", "features": [', b"SQLite format 3\0",
              b"PAR1", b"PK\x03\x04")  # fmt: skip
    for start in starts:
        file.write_bytes(start + content)
        with pytest.raises(BadInputError, match=r"bukan berkas peta|tidak berisi poligon"):
            read_boundaries(file)


@pytest.mark.real_streets
@pytest.mark.parametrize(
    ("file", "kelurahan", "area_km2", "overlap_km2", "gaps"),
    [
        ("kota_tangerang/kelurahan.geojson", 104, 178.348, 0.0, 0),
        ("kota_tangerang/kelurahan_raw.geojson", 104, 178.252, 0.110, 310),
        ("kota_tangerang/kelurahan_hdx2020.geojson", 104, 181.472, 0.0, 0),
        ("tangsel/kelurahan.geojson", 54, None, 0.0, 0),
    ],
)
def test_real_boundaries_measure_as_their_notes_say(
    real_data: Path,
    file: str,
    kelurahan: int,
    area_km2: float | None,
    overlap_km2: float,
    gaps: int,
) -> None:
    report = boundary_report(read_boundaries(real_data / file))
    assert (report["kelurahan"], report["gaps"]) == (kelurahan, gaps)
    assert report["overlap_km2"] == pytest.approx(overlap_km2, abs=0.001)
    if area_km2 is not None:
        assert report["area_km2"] == pytest.approx(area_km2, abs=0.001)


@pytest.mark.real_streets
def test_real_codes_keep_their_system(real_data: Path) -> None:
    file = real_data / "kota_tangerang/kelurahan.geojson"
    kemendagri, bps = read_boundaries(file), read_boundaries(file, code_field="kode_bps")
    assert (kemendagri.attrs["code_system"], bps.attrs["code_system"]) == ("kemendagri", "bps")
    jatiuwung = kemendagri.loc[kemendagri["area_name"] == "Jatiuwung"].iloc[0]
    assert jatiuwung["kecamatan_name"] == "Cibodas"
    assert jatiuwung["city_name"] == "Kota Tangerang"
