"""Building a city: faulty borders, another division later, a place by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from command_line import call, refused, summary
from test_download import OsmServer, boundaries
from test_download import server as server  # noqa: PLC0414  # a fixture of this file too
from workspace_fixtures import NOW, WEST, City, state_of

from common.errors import WrongCallError
from geodata import download
from geodata.boundaries import boundary_report, read_boundaries
from geodata.download import PlaceNotFoundError
from geodata.topology import AreaLostError
from storage.areas import load_areas, load_city_report
from storage.database import MissingWorkspaceError, open_database, reading
from storage.places import load_places
from storage.workspace import Workspace
from workflows.cities import CityCallError, build_city
from workflows.placing import locate
from workflows.registers import import_register

STREET_M = 1 / 111_000  # a metre in degrees, near enough


def redrawn(file: Path, out: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Path:
    """Write the boundaries of a file anew, changed."""
    change(gpd.read_file(file)).to_file(out, driver="GeoJSON")
    return out


def with_a_gap_and_an_overlap(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The city as drawn kelurahan by kelurahan: 8 m of gap in one border, of overlap in another."""
    shapes = areas.geometry.tolist()
    pairs = [
        (at, other)
        for at in range(len(shapes))
        for other in range(at + 1, len(shapes))
        if shapely.intersection(shapes[at], shapes[other]).length > 500 * STREET_M
    ]
    (a, b), (c, d) = pairs[0], next(pair for pair in pairs if not set(pair) & set(pairs[0]))

    def strip(one: int, two: int) -> shapely.Geometry:
        border = shapely.line_merge(shapely.intersection(shapes[one], shapes[two]))
        middle = shapely.line_interpolate_point(border, 0.5, normalized=True)
        return middle.buffer(60 * STREET_M).intersection(border.buffer(8 * STREET_M))

    gap, overlap = strip(a, b), strip(c, d)
    shapes[a] = shapes[a] - gap
    shapes[c] = shapes[c] | overlap
    assert all(each.is_valid and each.geom_type == "Polygon" for each in shapes)
    return areas.set_geometry(shapes, crs=areas.crs)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace that is not there yet."""
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    return Workspace(tmp_path / "kota")


# --- borders


def test_gaps_and_overlaps_are_closed_and_reported(
    city: City, fresh: Workspace, tmp_path: Path
) -> None:
    raw = redrawn(
        city.files / "boundaries.geojson", tmp_path / "raw.geojson", with_a_gap_and_an_overlap
    )
    before = boundary_report(read_boundaries(raw))
    assert before["overlap_km2"] > 0
    told = build_city(fresh, raw, city.files / "streets.osm")
    topology = told["topology"]
    assert topology["gaps_found"] + before["gaps"] > 0
    assert topology["overlap_km2"] > 0
    assert (topology["gaps_left"], topology["overlap_left_km2"]) == (0, 0)
    assert 2 < topology["largest_move_m"] < 20
    assert len(topology["changed"]) >= 2
    with reading(open_database(fresh)) as conn:
        stored, report = load_areas(conn), load_city_report(conn)
    assert shapely.coverage_is_valid(stored.geometry.to_numpy())
    assert len(stored) == told["kelurahan"]
    assert report == json.loads(json.dumps(told))


def test_clean_borders_are_stored_as_they_are(city: City, fresh: Workspace) -> None:
    file = city.files / "boundaries.geojson"
    told = build_city(fresh, file, city.files / "streets.osm")
    assert told["topology"]["changed"] == ()
    assert told["topology"]["largest_move_m"] == 0
    assert told["families"] == {}
    with reading(open_database(fresh)) as conn:
        stored = load_areas(conn)
    given = read_boundaries(file)
    assert stored.geometry.to_wkb().tolist() == given.geometry.to_wkb().tolist()


def test_a_kelurahan_under_another_is_refused_and_nothing_is_made(
    city: City, fresh: Workspace, tmp_path: Path
) -> None:
    def hide_the_first(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = areas.geometry.tolist()
        shapes[0] = shapes[1].representative_point().buffer(30 * STREET_M)
        return areas.set_geometry(shapes, crs=areas.crs)

    raw = redrawn(city.files / "boundaries.geojson", tmp_path / "raw.geojson", hide_the_first)
    with pytest.raises(AreaLostError, match="seluruhnya tertutup kelurahan lain"):
        build_city(fresh, raw, city.files / "streets.osm")
    assert state_of(fresh.folder) == {}


@pytest.mark.real_streets
def test_the_raw_boundaries_of_kota_tangerang_build_a_city(
    real_data: Path, fresh: Workspace
) -> None:
    told = build_city(
        fresh,
        real_data / "kota_tangerang" / "kelurahan_raw.geojson",
        real_data / "kota_tangerang_north" / "streets.osm.pbf",
    )
    topology = told["topology"]
    assert told["kelurahan"] == 104
    assert topology["gaps_found"] == 310
    assert topology["overlap_km2"] == pytest.approx(0.110, abs=0.001)
    assert topology["largest_move_m"] < 12
    assert topology["gaps_left"] == 0


# --- another division of the same city


def merged(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """An older division: the first kelurahan was still a part of the second."""
    first, second = areas.index[areas["kode"].isin([f"{WEST}.1001", f"{WEST}.1002"])]
    shapes = areas.geometry.copy()
    shapes[second] = shapely.union(shapes[first], shapes[second])
    older = areas.set_geometry(shapes).drop(index=first)
    assert older.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    return older


def test_a_second_build_says_which_families_change_kelurahan(
    planned: Workspace, city: City, tmp_path: Path
) -> None:
    with reading(open_database(planned)) as conn:
        places = load_places(conn)
    older = redrawn(city.files / "boundaries.geojson", tmp_path / "older.geojson", merged)
    told = build_city(planned, older, city.files / "streets.osm")["families"]
    own = places[~places["grade"].isin(["kelurahan", "none"])]
    moving = int((own["area_code"] == f"{WEST}.1001").sum())
    assert moving > 10
    assert told["families"] == len(own)
    assert sum(told["outcomes"].values()) == len(own)
    assert told["codes_gone"] == [f"{WEST}.1001"]
    moves = {
        (each["old_area_code"], each["new_area_code"]): each["families"] for each in told["moves"]
    }
    assert moves[f"{WEST}.1001", f"{WEST}.1002"] == pytest.approx(moving, abs=3)  # near the border
    assert told["outcomes"]["changes"] == sum(moves.values())
    with reading(open_database(planned)) as conn:
        assert load_places(conn).empty  # placed anew by the next step
        assert len(load_areas(conn)) == 7
    report = locate(planned)
    assert report["grades"]["none"] < len(places) / 10


def test_the_same_division_again_moves_nobody(planned: Workspace, city: City) -> None:
    with reading(open_database(planned)) as conn:
        places = load_places(conn)
    told = build_city(planned, city.files / "boundaries.geojson", city.files / "streets.osm")
    beyond = places["flags"].str.contains("outside").sum() + 5  # tolerated on the border
    assert told["families"]["outcomes"]["changes"] <= beyond
    assert told["families"]["codes_gone"] == []


def test_families_known_only_by_kelurahan_are_not_said_to_move(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    workspace = copy_of("city")
    register = pd.read_csv(city.files / "register.csv", dtype=str, keep_default_na=False)
    file = tmp_path / "register.csv"
    register.assign(latitude="", longitude="", alamat="").to_csv(file, index=False)
    import_register(workspace, file, layout=None, codes=None, now=NOW)
    locate(workspace)
    older = redrawn(city.files / "boundaries.geojson", tmp_path / "older.geojson", merged)
    assert build_city(workspace, older, city.files / "streets.osm")["families"] == {}


# --- neither files nor a place


@pytest.mark.parametrize("given", [(), ("boundaries",), ("streets",)])
def test_without_files_and_without_a_place_nothing_is_built(
    city: City, fresh: Workspace, given: tuple[str, ...]
) -> None:
    files = {"boundaries": city.files / "boundaries.geojson", "streets": city.files / "streets.osm"}
    with pytest.raises(CityCallError, match="Berikan --boundaries dan --streets") as caught:
        build_city(fresh, *(files[each] if each in given else None for each in files))
    assert (caught.value.code, caught.value.exit_code) == ("city-call", 2)
    assert issubclass(CityCallError, WrongCallError)
    assert not fresh.folder.exists()


# --- a place by its name


@pytest.fixture
def osm(server: OsmServer, monkeypatch: pytest.MonkeyPatch) -> OsmServer:
    """The small server of the download tests, instead of OpenStreetMap's."""
    local = partial(
        download.fetch_city, overpass_url=f"{server.url}/api", nominatim_url=f"{server.url}/"
    )
    monkeypatch.setattr(download, "fetch_city", local)
    for element in server.streets:
        element.get("tags", {}).pop("oneway", None)  # two streets alone would have no way back
    return server


NAME = "Kota Contoh, Indonesia"


def test_a_city_is_built_from_the_name_of_a_place(osm: OsmServer, fresh: Workspace) -> None:
    told = summary(call("city", "build", "--place", NAME, "--json", workspace=fresh))
    assert (told["kelurahan"], told["street_pieces"]) == (2, 4)
    assert told["networks"]["motorcycle"]["nodes"] > 0
    with reading(open_database(fresh)) as conn:
        areas = load_areas(conn)
    assert areas["area_code"].tolist() == ["36.71.01.1001", "36.71.01.1002"]
    asked = len(osm.asked)
    build_city(fresh, None, None, place=NAME)
    assert len(osm.asked) == asked  # kept in the workspace


def test_what_is_given_as_a_file_is_not_taken_from_the_place(
    osm: OsmServer, fresh: Workspace, tmp_path: Path
) -> None:
    own = tmp_path / "own.geojson"
    gpd.GeoDataFrame(
        {
            "kode": ["36.71.01.1009"], "kelurahan": ["Sendiri"], "kecamatan": ["Tangerang"],
            "kode_kecamatan": ["36.71.01"], "kota": ["Kota Contoh"],
        },
        geometry=[shapely.box(106.60, -6.20, 106.62, -6.19)],
        crs="EPSG:4326",
    ).to_file(own, driver="GeoJSON")  # fmt: skip
    told = build_city(fresh, own, None, place=NAME)
    assert (told["kelurahan"], told["street_pieces"]) == (1, 4)
    with reading(open_database(fresh)) as conn:
        assert load_areas(conn)["area_code"].tolist() == ["36.71.01.1009"]
    assert osm.asked


def test_how_far_streets_are_fetched_beyond_the_edge_is_a_setting(
    osm: OsmServer, fresh: Workspace
) -> None:
    fresh.folder.mkdir()
    fresh.settings_file.write_text("[streets]\nmargin_m = 33000.0\n")
    told = build_city(fresh, None, None, place=NAME)
    assert told["street_pieces"] == 5  # the street 30 km away too
    assert osm.asked


def test_a_place_without_kelurahan_asks_for_a_boundary_file(
    osm: OsmServer, fresh: Workspace
) -> None:
    osm.boundaries = boundaries(admin_level="10")
    refused(
        call("city", "build", "--place", NAME, workspace=fresh),
        CityCallError.exit_code,
        "OpenStreetMap tidak punya batas kelurahan di sana; berikan --boundaries",
    )
    with pytest.raises(MissingWorkspaceError, match="city build"):
        open_database(fresh)


def test_an_unknown_place_leaves_a_built_city_as_it_was(osm: OsmServer, planned: Workspace) -> None:
    osm.places = []
    before = state_of(planned.folder)
    with pytest.raises(PlaceNotFoundError, match="tidak mengenal wilayah bernama"):
        build_city(planned, None, None, place=NAME)
    assert state_of(planned.folder) == before


def test_streets_of_a_file_are_used_with_the_boundaries_of_a_place(
    osm: OsmServer, city: City, fresh: Workspace
) -> None:
    told = build_city(fresh, None, city.files / "streets.osm", place=NAME)
    assert told["kelurahan"] == 2
    assert told["street_pieces"] > 100
    assert osm.asked
