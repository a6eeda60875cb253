"""The made-up Kota Tangerang: it has the real city's figures and passes the ordinary doors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

from cli.main import app
from common.privacy import all_made_up
from common.settings import StreetSettings
from geodata.boundaries import boundary_report, read_boundaries
from geodata.code_maps import CODE_MAPS
from geodata.columns import FACTORS
from geodata.layouts import named_layout
from geodata.madeup import reference
from geodata.madeup.city import FILES, SILENT_KECAMATAN, _crowd, plkb_posts, write_city_demo
from geodata.madeup.demo import DemoCallError
from geodata.madeup.dirt import DEMO_RATES, NO_COORDINATES, fault_counts
from geodata.madeup.families import make_families
from geodata.madeup.files import DemoFolderError, DemoReport
from geodata.madeup.mesh import OUTLINE, Mesh
from geodata.madeup.power_diagram import cell_of, cell_weights, grid_points, power_cells
from geodata.madeup.skeleton import lay_across
from geodata.network import NetworkReport, build_network
from geodata.point_file import check_points, read_points
from geodata.register import read_register
from geodata.streets import read_streets
from geodata.validation import Checked, check_register
from planning.calendar_file import check_calendar, read_calendar
from planning.team_file import check_teams, read_teams

METRES = 32748
MARGIN_DEGREES = 0.015


@dataclass(frozen=True)
class Made:
    """The made-up city as it is read back; geometry in metres but for areas_degrees."""

    out: Path
    report: DemoReport
    areas_degrees: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    streets_degrees: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    river: shapely.LineString
    airport: shapely.Polygon
    register: pd.DataFrame
    truth: pd.DataFrame


def text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("kota") / "demo"
    report = write_city_demo(out, all_families=False, seed=1)
    areas = read_boundaries(out / "boundaries.geojson")
    streets = read_streets(out / "streets.osm", areas.union_all().buffer(MARGIN_DEGREES))
    lines = pyogrio.read_dataframe(out / "streets.osm", layer="lines")
    shapes = pyogrio.read_dataframe(out / "streets.osm", layer="multipolygons")
    return Made(
        out,
        report,
        areas,
        areas.to_crs(METRES),
        streets,
        streets.to_crs(METRES),
        lines[lines["waterway"] == "river"].to_crs(METRES).geometry.iloc[0],
        shapes[shapes["aeroway"] == "aerodrome"].to_crs(METRES).union_all(),
        text(out / "register.csv"),
        text(out / "truth.csv"),
    )


@pytest.fixture(scope="session")
def motorcycle(city: Made) -> NetworkReport:
    return build_network(city.streets_degrees, "motorcycle", StreetSettings(), METRES)[1]


@pytest.fixture(scope="session")
def checked(city: Made) -> Checked:
    read = read_register(city.out / "register.csv")
    return check_register(read.text, named_layout("bkkbn-food-aid"), CODE_MAPS["v-marks"])


def test_the_reference_table_holds_the_city(city: Made) -> None:
    table = reference.kelurahan_table()
    assert len(table) == 104
    assert table["kecamatan_code"].nunique() == 13
    assert table["area_km2"].sum() == pytest.approx(178.35, abs=0.02)
    assert table["street_km"].sum() == pytest.approx(3080, abs=1)
    assert city.areas["area_code"].tolist() == table["code"].tolist()
    assert city.areas["area_name"].tolist() == table["kelurahan"].tolist()
    assert city.areas["kecamatan_name"].tolist() == table["kecamatan"].tolist()


def test_kelurahan_meet_without_gap_or_overlap_and_are_called_approximate(city: Made) -> None:
    told = boundary_report(city.areas_degrees)
    assert (told["kelurahan"], told["kecamatan"]) == (104, 13)
    assert (told["gaps"], told["overlap_km2"], told["mended"]) == (0, 0.0, 0)
    assert told["approximate_borders"]
    assert set(city.areas.geom_type) == {"Polygon"}
    assert all(len(shape.interiors) == 0 for shape in city.areas.geometry)
    assert city.areas.is_valid.all()
    union = city.areas.union_all()
    assert union.geom_type == "Polygon"
    assert len(union.interiors) == 0


def test_areas_and_points_are_those_of_the_table(city: Made) -> None:
    table = reference.kelurahan_table()
    ratio = city.areas.area / 1e6 / table["area_km2"]
    assert ratio.between(0.9, 1.1).all()
    points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326").to_crs(METRES)
    away = city.areas.distance(gpd.GeoSeries(points), align=False)
    assert (away < 300).all()
    assert (away == 0).sum() > 80
    assert set(city.areas.dissolve("kecamatan_code").geom_type) == {"Polygon"}


def test_every_kelurahan_has_about_its_length_of_street(city: Made) -> None:
    lines, shapes = city.streets.geometry.to_numpy(), city.areas.geometry.to_numpy()
    line, area = shapely.STRtree(shapes).query(lines, predicate="intersects")
    metres = shapely.length(shapely.intersection(lines[line], shapes[area]))
    km = np.bincount(area, weights=metres, minlength=104) / 1000
    wanted = reference.kelurahan_table()["street_km"].to_numpy()
    assert np.abs(km / wanted - 1).max() < 0.25
    assert km.sum() == pytest.approx(3080, rel=0.1)
    assert np.median(np.abs(km / wanted - 1)) < 0.08


def test_a_motorcycle_gets_nearly_everywhere_and_back(
    city: Made, motorcycle: NetworkReport
) -> None:
    assert motorcycle.kept_km > 0.97 * motorcycle.street_km
    _, car = build_network(city.streets_degrees, "car", StreetSettings(), METRES)
    assert car.kept_km > 0.9 * car.street_km
    assert car.street_km < motorcycle.street_km - 250  # gangs and paths are closed to cars


def test_streets_have_the_hierarchy_of_a_kampung_city(city: Made) -> None:
    km = city.streets.length.groupby(city.streets["highway"]).sum() / 1000
    share = km / km.sum()
    assert {"motorway", "primary", "secondary", "tertiary", "residential", "path"} <= set(km.index)
    assert share["residential"] > 0.4
    assert 0.1 < share["path"] < 0.3
    assert share["primary"] + share["secondary"] < 0.12
    uses = pd.concat([city.streets["u"], city.streets["v"]]).value_counts()
    assert (uses == 1).sum() > 2500  # dead ends
    toll = city.streets[city.streets["highway"] == "motorway"]
    assert not toll["motorcycle"].any()
    assert km["motorway"] > 30


def test_arterials_come_in_one_way_pairs_that_run_against_each_other(city: Made) -> None:
    for name in ("Jl. Raya Daan Mogot", "Jl. Jenderal Sudirman"):
        halves = city.streets[(city.streets["name"] == name) & (city.streets["oneway"] == 1)]
        assert halves.length.sum() > 10_000
        coordinates = [shapely.get_coordinates(line) for line in halves.geometry]
        steps = np.array([end - start for start, end in ((c[0], c[-1]) for c in coordinates)])
        axis = int(np.argmax(np.abs(steps).sum(axis=0)))
        along = steps[:, axis]
        assert along[along > 0].sum() == pytest.approx(-along[along < 0].sum(), rel=0.1)
    old_town = city.streets[city.streets["name"].isin(["Jl. Kisamaun", "Jl. Ki Asnawi"])]
    assert (old_town["oneway"] == 1).all()


def test_the_river_is_crossed_at_few_bridges_and_the_toll_road_nowhere_met(city: Made) -> None:
    roads = city.streets[~city.streets["highway"].str.startswith("motorway")]
    wet = roads[roads.intersects(city.river)]
    crossings = shapely.intersection(wet.geometry.to_numpy(), city.river)
    bridges = shapely.get_parts(shapely.union_all(shapely.buffer(crossings, 40)))
    assert 4 <= len(bridges) <= 10
    assert wet["highway"].isin(["primary", "secondary", "tertiary"]).all()
    toll = city.streets[city.streets["highway"] == "motorway"]
    nodes = set(toll["u"]) | set(toll["v"])
    assert not nodes & (set(roads["u"]) | set(roads["v"]))
    over = roads[roads.intersects(toll.union_all())]
    assert set(over["highway"]) <= {"primary", "secondary", "tertiary"}


def test_no_street_lies_inside_the_airport(city: Made) -> None:
    assert city.airport.area > 9e6
    assert not city.streets.intersects(city.airport).any()
    home = city.areas[city.areas["area_name"] == "Pajang"].geometry.iloc[0]
    assert home.intersection(city.airport).area > 0.9 * city.airport.area
    homes = gpd.points_from_xy(
        city.truth["lon"].astype(float), city.truth["lat"].astype(float), crs="EPSG:4326"
    ).to_crs(METRES)
    assert not shapely.intersects(np.asarray(homes), city.airport).any()


def test_names_repeat_across_kelurahan(city: Made) -> None:
    middles = city.streets.assign(geometry=city.streets.interpolate(0.5, normalized=True))
    placed = middles.sjoin(city.areas[["area_code", "geometry"]], predicate="within")
    spread = placed.groupby("name")["area_code"].nunique()
    assert spread.get("Gg. Mawar I", 0) > 3
    assert spread[spread.index.str.startswith("Jl. K.H. ")].max() > 5
    assert (spread[spread.index.str.startswith("Gg. ")] > 1).mean() > 0.5
    assert 0.4 < placed["name"].notna().mean() < 0.9


def test_the_register_has_30980_families_all_at_risk(city: Made) -> None:
    assert city.report.families == 30_980
    assert city.report.rows == len(city.register) == len(city.truth)
    first = (city.truth["duplicate_of"] == "").to_numpy()
    assert first.sum() == 30_980
    marks = city.register["risiko_stunting"]
    unread = city.truth["faults"].str.contains("mark_unreadable").to_numpy()
    assert (marks[~unread] == "V").all()
    assert set(marks[unread]) <= {"V", "?"}
    assert all_made_up(city.register["nik"])
    assert set(city.register["nama_provinsi"]) == {"BANTEN"}


def test_families_follow_population_and_rt_have_real_size(city: Made) -> None:
    truth = city.truth[city.truth["duplicate_of"] == ""]
    people = reference.kelurahan_table().set_index("code")["population"]
    count = truth.groupby("area_code").size()
    assert np.abs(count / (30_980 * people / people.sum()) - 1).max() < 0.02
    rt = truth.groupby(["area_code", "rw", "rt"]).size()
    assert 5 <= rt.mean() <= 7
    assert rt.max() <= 20
    per_rw = truth.groupby(["area_code", "rw"])["rt"].nunique()
    assert per_rw.between(3, 12).all()
    assert 900 < len(per_rw) < 1100


def test_faults_are_as_many_as_documented(city: Made) -> None:
    silent = city.truth["area_code"].str[:8].isin(SILENT_KECAMATAN)
    first = city.truth["duplicate_of"] == ""
    expected = fault_counts(DEMO_RATES, 30_980, int((first & ~silent).sum()))
    assert city.report.faults == {**expected, NO_COORDINATES: int((first & silent).sum())}
    blank = (city.register[["latitude", "longitude"]] == "").all(axis=1)
    assert blank[silent.to_numpy()].all()
    assert blank[~silent.to_numpy()].mean() == pytest.approx(0.12, abs=0.01)
    assert 0.1 < silent.mean() < 0.15


def test_hardship_is_alike_in_neighbouring_rw(city: Made) -> None:
    truth = city.truth.assign(
        x=city.truth["lon"].astype(float) * 110_700,
        y=city.truth["lat"].astype(float) * 110_600,
        unfit=city.register["jamban_layak_tidak"].to_numpy() == "V",
    )
    rw = truth.groupby(["area_code", "rw"])[["x", "y", "unfit"]].mean()
    xy = rw[["x", "y"]].to_numpy()
    gaps = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(gaps, np.inf)
    near = rw["unfit"].to_numpy()[np.argsort(gaps, axis=1)[:, :4]].mean(axis=1)
    assert np.corrcoef(rw["unfit"], near)[0, 1] > 0.3


def test_teams_are_those_of_the_city(city: Made) -> None:
    assert city.report.teams == {"camat": 13, "plkb": 52, "tpk": 208}
    teams, issues = check_teams(read_teams(city.out / "teams.csv"), city.areas_degrees)
    assert issues.empty
    assert len(teams) == 273
    table = text(city.out / "teams.csv")
    plkb = table[table["kind"] == "plkb"]
    assert plkb.groupby("kecamatan_code").size().between(2, 6).all()
    size = plkb["territory"].str.count(";") + 1
    assert size.between(1, 3).all()
    assert size.mean() == 2
    assert sorted(";".join(plkb["territory"]).split(";")) == list(city.areas["area_code"])
    camat = table[table["kind"] == "camat"]
    days = camat[["mon", "tue", "wed", "thu", "fri"]] != ""
    assert (days.sum(axis=1) == 1).all()
    assert (days.sum() > 0).sum() >= 4


def test_teams_start_at_an_office_of_their_territory(city: Made) -> None:
    places = text(city.out / "places.csv")
    office = places[places["kind"] == "office"].set_index("area_code")[["lon", "lat"]]
    for team in text(city.out / "teams.csv").itertuples():
        own = office.loc[str(team.territory).split(";")].to_numpy().tolist()
        assert [team.base_lon, team.base_lat] in own


def test_places_pass_their_door(city: Made) -> None:
    points, issues = check_points(read_points(city.out / "places.csv"), city.areas_degrees)
    assert issues.empty
    kinds = points["kind"].value_counts().to_dict()
    assert kinds == {"office": 104, "puskesmas": 39, "posyandu": 1097}


def test_the_calendar_passes_its_door_with_one_posyandu_day_a_month(city: Made) -> None:
    teams, _ = check_teams(read_teams(city.out / "teams.csv"), city.areas_degrees)
    rows, issues = check_calendar(
        read_calendar(city.out / "calendar.csv"), city.areas_degrees, teams
    )
    assert issues.empty
    table = text(city.out / "calendar.csv")
    assert len(rows) == len(table)
    days = table[table["kind"] == "posyandu"]
    monthly = days.groupby(["area_code", "rw", days["date"].str[:7]]).size()
    assert (monthly == 1).all()
    assert sorted(monthly.index.get_level_values(2).unique()) == ["2026-11", "2026-12", "2027-01"]
    places = text(city.out / "places.csv")
    wards = places.loc[places["kind"] == "posyandu", ["area_code", "rw"]].drop_duplicates()
    assert len(monthly) == 3 * len(wards)
    assert {"leave", "holiday"} < set(table["kind"])


def test_aid_goes_to_families_of_the_register(city: Made) -> None:
    aid = text(city.out / "aid.csv")
    assert set(aid["kode_keluarga"]) <= set(city.truth["kode_keluarga"])
    assert not aid.duplicated(["kode_keluarga", "programme"]).any()
    share = aid.groupby("programme").size() / 30_980
    assert set(share.index) == {"Baznas sembako", "makanan sehat balita", "pos gizi", "Sate Sami"}
    assert share.between(0.01, 0.35).all()
    assert (aid["start_date"] < aid["end_date"]).all()


def test_the_register_passes_its_door_with_the_planted_faults_only(
    city: Made, checked: Checked
) -> None:
    faulty = set(city.truth.loc[city.truth["faults"] != "", "row"].astype(int))
    again = city.truth.loc[city.truth["duplicate_of"] != "", "duplicate_of"].astype(int)
    faulty |= set(again)  # where the copy stands first, the family is the one seen before
    assert set(checked.issues["row"]) <= faulty
    kept = checked.households
    assert len(kept) + len(checked.quarantined) == city.report.rows
    risk = kept["bkkbn_at_risk"].astype("boolean")
    assert risk.all()
    assert kept[list(FACTORS)].eq(1).any(axis=1).mean() > 0.95


def test_the_same_seed_makes_the_same_teams_and_families() -> None:
    homes = pd.DataFrame({"area": [0, 0, 1], "rw": "001", "rt": "001", "x": 1.0, "y": 2.0})
    one, other = (
        make_families(np.random.default_rng(3), homes, ["367101"] * 3, 2) for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, other)
    assert one["flagged"].sum() == 2


def test_all_families_keep_the_number_at_risk() -> None:
    table = reference.kelurahan_table()
    crowd = _crowd(table, all_families=True)
    assert crowd.families.sum() == 292_095
    assert crowd.at_risk == 30_980
    assert sum(plkb_posts(table).values()) == 52


def test_at_most_as_many_are_flagged_as_stated_and_hardship_decides() -> None:
    rng = np.random.default_rng(1)
    count = 20_000
    homes = pd.DataFrame(
        {
            "area": rng.integers(0, 8, count),
            "rw": [f"{n:03d}" for n in rng.integers(1, 9, count)],
            "x": rng.uniform(0, 9000, count),
            "y": rng.uniform(0, 9000, count),
        }
    )
    made = make_families(rng, homes, ["367101"] * count, 2120)
    assert made["flagged"].sum() == 2120
    assert made["nik"].is_unique
    by_rw = made["flagged"].groupby([homes["area"], homes["rw"]]).mean()
    assert by_rw.std() > 2 * np.sqrt(0.106 * 0.894 / (count / 64))
    factor = made[list(FACTORS)].any(axis=1)
    assert (factor != made["flagged"]).mean() < 0.005


def test_power_cells_have_the_areas_asked_for() -> None:
    region = shapely.box(0, 0, 4000, 3000)
    sites = np.array([[700.0, 700.0], [3000.0, 900.0], [2000.0, 2400.0], [3500.0, 2500.0]])
    wanted = np.array([2e6, 4e6, 5e6, 1e6])
    grid = grid_points(region, 40.0)
    weights = cell_weights(sites, wanted, grid, np.full(len(grid), 1600.0), 40.0)
    cells = power_cells(sites, weights, region)
    assert np.abs(np.array([cell.area for cell in cells]) / wanted - 1).max() < 0.03
    assert shapely.union_all(cells).area == pytest.approx(12e6, rel=1e-9)
    inside = [cell.representative_point() for cell in cells]
    owner = cell_of(np.array([[point.x, point.y] for point in inside]), sites, weights)
    assert owner.tolist() == [0, 1, 2, 3]


def test_a_line_laid_across_blocks_meets_itself_at_their_borders() -> None:
    mesh = Mesh()
    ring = [mesh.add_point(xy) for xy in ((0, 0), (900, 0), (900, 600), (0, 600))]
    mesh.add_line([*ring, ring[0]], OUTLINE)
    blocks = [ring]
    for line in ([[300, -50], [310, 300], [300, 650]], [[-50, 200], [450, 260], [950, 200]]):
        laid: list[list[int]] = []

        def lay(path: list[int], laid: list[list[int]] = laid) -> None:
            mesh.add_street(path, "secondary", "Jl. Uji")
            laid.append(path)

        blocks = lay_across(mesh, blocks, np.array(line, dtype=float), lay, bridges=True)
    assert len(blocks) == 4
    assert laid[0][-1] in laid[1] or laid[1][-1] in laid[0]
    shapes = [shapely.Polygon(mesh.coordinates(mesh.ring(block))) for block in blocks]
    assert sum(shape.area for shape in shapes) == pytest.approx(900 * 600)
    assert all(not one.overlaps(other) for one, other in pairwise(shapes))


def test_a_city_call_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoCallError, match="Benih"):
        write_city_demo(tmp_path / "d", all_families=False, seed=-1)
    (tmp_path / "register.csv").write_text("real", encoding="utf-8")
    with pytest.raises(DemoFolderError, match="bukan data rekaan"):
        write_city_demo(tmp_path, all_families=False, seed=1)
    with pytest.raises(DemoFolderError, match="bukan folder"):
        write_city_demo(tmp_path / "register.csv", all_families=False, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["register.csv"]


def test_options_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["demo", "--all", "--families", "9", "--out", str(tmp_path / "d")]
    )
    assert told.exit_code == 2
    assert "--all hanya untuk kota rekaan seutuhnya" in told.output
    assert not (tmp_path / "d").exists()


def test_the_demo_is_the_whole_city_unless_something_smaller_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def write(out: Path, *, all_families: bool, seed: int) -> DemoReport:
        del out, seed
        asked.append(all_families)
        return DemoReport((), 0, 0, {}, {})

    monkeypatch.setattr("workflows.demos.write_city_demo", write)
    for options in ([], ["--all"], ["--families", "5"]):
        told = CliRunner().invoke(app, ["demo", *options, "--out", str(tmp_path / "d")])
        assert told.exit_code == 0, told.output
    assert asked == [False, True]
    assert (tmp_path / "d" / "register.csv").exists()


def test_the_files_are_named_as_announced(city: Made) -> None:
    assert sorted(path.name for path in city.out.iterdir()) == sorted(FILES)
    assert (city.out / "streets.osm").stat().st_size < 60e6
