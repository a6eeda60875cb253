"""The made-up city: files, repeatability, families, teams, refusals."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from common.privacy import all_made_up
from geodata.columns import AREAS
from geodata.madeup import register_file, teams
from geodata.madeup.demo import DemoCallError, DemoInputError, write_demo
from geodata.madeup.files import NOTICE, DemoFolderError, DemoReport
from geodata.madeup.plane import plane_of

HEADING = (
    "id_frm,id_provinsi,kode_provinsi,nama_provinsi,id_kabupaten,kode_kabupaten,nama_kabupaten,"
    "id_kecamatan,kode_kecamatan,nama_kecamatan,id_kelurahan,kode_kelurahan,nama_kelurahan,"
    "kode_rw,nama_rw,kode_rt,nama_rt,periode,kode_keluarga,nik,nama_kepala_keluarga,nama_istri,"
    "baduta,balita,pus,pus_hamil,sumber_air_layak_tidak,jamban_layak_tidak,terlalu_muda,"
    "terlalu_tua,terlalu_dekat,terlalu_banyak,bukan_peserta_kb_modern,kesejahteraan_prioritas,"
    "risiko_stunting,latitude,longitude,alamat,sasaran_final"
)
TEAM_HEADING = (
    "team_id,kind,name,kecamatan_code,territory,base_lon,base_lat,transport,skills,most_visits,"
    "mon,tue,wed,thu,fri,sat,sun,leave"
)
FAMILIES = 2400


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoReport]:
    out = tmp_path_factory.mktemp("demo") / "city"
    return out, write_demo(out, areas=None, streets=None, families=FAMILIES, seed=1)


def read(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / name, dtype=str, keep_default_na=False)


def boundaries(out: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(out / "boundaries.geojson")


def truth_in_metres(out: Path) -> pd.DataFrame:
    """Return the truth of different families with x, y in metres."""
    truth = read(out, "truth.csv")
    truth = truth[truth["duplicate_of"] == ""]
    lonlat = truth[["lon", "lat"]].astype(float).to_numpy()
    xy = plane_of(boundaries(out).total_bounds).metres(lonlat)
    return truth.assign(x=xy[:, 0], y=xy[:, 1])


def small_city() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Two square kelurahan; only the western one has a street."""
    areas = gpd.GeoDataFrame(
        {
            "area_code": ["99.02.01.1001", "99.02.01.1002"],
            "area_name": ["Barat", "Timur"],
            "kecamatan_code": "99.02.01",
            "kecamatan_name": "Uji",
            "city_name": "Kota Uji",
        },
        geometry=[
            shapely.box(106.60, -6.20, 106.61, -6.19),
            shapely.box(106.61, -6.20, 106.62, -6.19),
        ],
        crs="EPSG:4326",
    )
    streets = gpd.GeoDataFrame(
        {"highway": ["residential"], "name": ["Jalan Uji"]},
        geometry=[shapely.LineString([(106.601, -6.195), (106.609, -6.1945)])],
        crs="EPSG:4326",
    )
    return areas, streets


def digests(out: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())
    }


def test_same_seed_writes_the_same_bytes_and_another_seed_does_not(
    demo: tuple[Path, DemoReport], tmp_path: Path
) -> None:
    out, report = demo
    again = write_demo(tmp_path / "again", areas=None, streets=None, families=FAMILIES, seed=1)
    write_demo(tmp_path / "other", areas=None, streets=None, families=FAMILIES, seed=2)
    assert again == report
    assert digests(tmp_path / "again") == digests(out)
    other = digests(tmp_path / "other")
    assert all(other[name] != digest for name, digest in digests(out).items() if name != NOTICE)


def test_the_files_have_their_headings_and_unix_line_ends(demo: tuple[Path, DemoReport]) -> None:
    out, report = demo
    assert sorted(report.files) == sorted(path.name for path in out.iterdir())
    assert all(b"\r" not in (out / name).read_bytes() for name in report.files)
    assert (out / "register.csv").read_text(encoding="utf-8").splitlines()[0] == HEADING
    assert (out / "teams.csv").read_text(encoding="utf-8").splitlines()[0] == TEAM_HEADING
    assert ",".join(register_file.COLUMNS) == HEADING
    assert ",".join(teams.COLUMNS) == TEAM_HEADING
    notice = (out / NOTICE).read_text(encoding="utf-8")
    assert "rekaan" in notice
    assert "made up" in notice


def test_truth_names_every_line_of_the_register(demo: tuple[Path, DemoReport]) -> None:
    out, report = demo
    truth = read(out, "truth.csv")
    with (out / "register.csv").open(encoding="utf-8", newline="") as source:
        lines = dict(enumerate(csv.DictReader(source), start=2))
    assert report.families == FAMILIES
    assert report.rows == len(lines) == len(truth)
    assert truth["row"].astype(int).tolist() == list(lines)
    assert [lines[int(row)]["kode_keluarga"] for row in truth["row"]] == list(
        truth["kode_keluarga"]
    )


def test_every_nik_ends_in_0000_and_belongs_to_one_family(demo: tuple[Path, DemoReport]) -> None:
    out, _ = demo
    register, truth = read(out, "register.csv"), read(out, "truth.csv")
    assert all_made_up(register["nik"])
    first = (truth["duplicate_of"] == "").to_numpy()
    sound = ~truth["faults"].str.contains("nik_faulty").to_numpy()
    niks = register.loc[first & sound, "nik"]
    assert niks.is_unique
    assert niks.str.fullmatch(r"\d{12}0000").all()
    assert not niks.str.endswith("00000").any()  # a suspicious end: it must come from no one


def test_about_96_of_100_are_at_risk_and_the_flag_mostly_agrees_with_the_factors(
    demo: tuple[Path, DemoReport],
) -> None:
    out, _ = demo
    register, truth = read(out, "register.csv"), read(out, "truth.csv")
    register = register[
        ((truth["duplicate_of"] == "") & ~truth["faults"].str.contains("mark|unknown")).to_numpy()
    ]
    flagged = register["risiko_stunting"] == "V"
    factors = [column for column, flag in register_file.MARKS.items() if flag not in _not_factors()]
    any_factor = (register[factors] == "V").any(axis=1)
    assert flagged.mean() == pytest.approx(0.96, abs=0.004)
    assert (flagged != any_factor).mean() == pytest.approx(0.02, abs=0.004)


def _not_factors() -> set[str]:
    return {"baduta", "balita", "pus", "pregnant", "flagged"}


def test_every_family_belongs_to_a_target_group(demo: tuple[Path, DemoReport]) -> None:
    out, _ = demo
    register, truth = read(out, "register.csv"), read(out, "truth.csv")
    clear = register[~truth["faults"].str.contains("mark").to_numpy()]
    groups = clear[["baduta", "balita", "pus", "pus_hamil"]] == "V"
    assert groups.any(axis=1).all()
    assert not (groups["pus_hamil"] & ~groups["pus"]).any()
    shares = groups.mean()
    assert shares["pus_hamil"] == pytest.approx(0.06, abs=0.02)
    assert shares["baduta"] == pytest.approx(0.25, abs=0.03)
    assert shares["balita"] == pytest.approx(0.35, abs=0.03)
    assert clear["kesejahteraan_prioritas"].isin(list("12345")).all()


def test_unfit_toilets_cluster_by_rw(demo: tuple[Path, DemoReport]) -> None:
    out, _ = demo
    register, truth = read(out, "register.csv"), read(out, "truth.csv")
    unfit = (register["jamban_layak_tidak"] == "V").groupby([truth["area_code"], truth["rw"]])
    rate = unfit.mean()
    by_chance = np.sqrt(rate.mean() * (1 - rate.mean()) / unfit.size().mean())
    assert rate.std() > 2 * by_chance


def test_families_live_inside_their_kelurahan(demo: tuple[Path, DemoReport]) -> None:
    out, _ = demo
    truth, areas = read(out, "truth.csv"), boundaries(out).set_index("kode")
    points = gpd.points_from_xy(truth["lon"].astype(float), truth["lat"].astype(float))
    home = areas.geometry.loc[truth["area_code"]].to_numpy()
    assert shapely.intersects(home, points).all()


def test_rt_are_compact_and_of_sane_size(demo: tuple[Path, DemoReport]) -> None:
    truth = truth_in_metres(demo[0])
    gaps = {}
    for unit, keys in (("rw", ["area_code", "rw"]), ("rt", ["area_code", "rw", "rt"])):
        centre = truth.groupby(keys)[["x", "y"]].transform("mean")
        away = (truth[["x", "y"]] - centre).to_numpy()
        gaps[unit] = float(np.median(np.hypot(away[:, 0], away[:, 1])))
    assert gaps["rt"] < 0.5 * gaps["rw"]
    size = truth.groupby(["area_code", "rw", "rt"]).size()
    assert 4 <= size.median() <= 9
    assert size.max() <= 20
    per_rw = truth.groupby(["area_code", "rw"])["rt"].nunique()
    assert per_rw.between(3, 12).all()
    rw = truth.groupby("area_code")["rw"].agg(["min", "max", "nunique"])
    assert (rw["min"] == "001").all()
    assert (rw["max"].astype(int) == rw["nunique"]).all()


def test_addresses_carry_the_street_nearby_and_the_rt(demo: tuple[Path, DemoReport]) -> None:
    addresses = read(demo[0], "register.csv")["alamat"]
    assert addresses.str.match(r"(Jl|Jln|Jalan|Gg|Gang|Perum|Kp)\b").mean() > 0.97
    assert addresses.str.contains(r"\d/(?:RW )?\d|RT \d+ RW \d+").mean() > 0.97
    assert addresses.str.contains("Blok").mean() > 0.03


def test_teams_follow_the_standard_of_the_demo(demo: tuple[Path, DemoReport]) -> None:
    out, report = demo
    table, areas = read(out, "teams.csv"), boundaries(out)
    assert report.teams == {"camat": 1, "plkb": 4, "tpk": 16}
    assert table["team_id"].is_unique
    assert {"CAMAT-01", "PLKB-01-2", "TPK-1001-1"} <= set(table["team_id"])
    days = table[["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    worked = (days != "").sum(axis=1).groupby(table["kind"]).agg(set).to_dict()
    assert worked == {"camat": {1}, "plkb": {5}, "tpk": {2}}
    camat, plkb, tpk = (table[table["kind"] == kind] for kind in ("camat", "plkb", "tpk"))
    assert camat["mon"].tolist() == ["08:00-11:30"]
    assert set(camat["territory"].iloc[0].split(";")) == set(areas["kode"])
    assert (plkb["wed"] == "08:30-14:30 istirahat 12:00-13:00").all()
    assert (plkb["fri"] == "08:30-11:30").all()
    assert sorted(";".join(plkb["territory"]).split(";")) == sorted(areas["kode"])
    assert sorted(tpk["territory"]) == sorted([*areas["kode"], *areas["kode"]])
    assert tpk["transport"].value_counts().to_dict() == {"motorcycle": 11, "walk": 5}
    assert set(tpk["skills"]) == {"bidan"}
    assert set(zip(table["kind"], table["most_visits"], strict=True)) == {
        ("camat", "5"), ("plkb", "10"), ("tpk", "6"),
    }  # fmt: skip
    leave = pd.to_datetime(table.loc[table["leave"] != "", "leave"], format="%Y-%m-%d")
    assert len(leave) == 1
    assert leave.dt.year.tolist() == [2026]
    assert (leave.dt.day_of_week < 5).all()


def test_bases_lie_on_a_street_of_the_territory(demo: tuple[Path, DemoReport]) -> None:
    out, _ = demo
    table, areas = read(out, "teams.csv"), boundaries(out).set_index("kode")
    for team in table.itertuples():
        own = areas.geometry.loc[str(team.territory).split(";")].union_all()
        base = shapely.Point(float(str(team.base_lon)), float(str(team.base_lat)))
        assert own.distance(base) < 1e-6


def test_a_kelurahan_without_streets_gets_families_all_over_it(tmp_path: Path) -> None:
    areas, streets = small_city()
    AREAS.validate(areas)
    report = write_demo(tmp_path / "d", areas=areas, streets=streets, families=400, seed=3)
    assert "boundaries.geojson" not in report.files
    truth = read(tmp_path / "d", "truth.csv")
    eastern = truth[truth["area_code"] == "99.02.01.1002"]
    assert len(eastern) > 40
    assert eastern["lat"].astype(float).std() > 0.002
    western = truth[truth["area_code"] == "99.02.01.1001"]
    assert western["lat"].astype(float).between(-6.1955, -6.194).all()
    addresses = read(tmp_path / "d", "register.csv")["alamat"]
    assert addresses.str.contains(" Uji ").any()


@pytest.mark.parametrize("families", [1, 2, 7, 30])
def test_a_handful_of_families_is_enough(tmp_path: Path, families: int) -> None:
    areas, streets = small_city()
    report = write_demo(tmp_path / "d", areas=areas, streets=streets, families=families, seed=0)
    assert report.families == families
    assert report.rows == families + report.faults.get("duplicate", 0)


@pytest.mark.parametrize(("families", "seed", "match"), [(0, 1, "1 atau lebih"), (5, -1, "Benih")])
def test_a_call_that_makes_no_sense_is_refused(
    tmp_path: Path, families: int, seed: int, match: str
) -> None:
    with pytest.raises(DemoCallError, match=match):
        write_demo(tmp_path / "d", areas=None, streets=None, families=families, seed=seed)
    assert not (tmp_path / "d").exists()


def test_boundaries_without_streets_are_refused(tmp_path: Path) -> None:
    areas, streets = small_city()
    with pytest.raises(DemoCallError, match="bersama-sama"):
        write_demo(tmp_path / "d", areas=areas, streets=None, families=5, seed=1)
    with pytest.raises(DemoCallError, match="bersama-sama"):
        write_demo(tmp_path / "d", areas=None, streets=streets, families=5, seed=1)
    assert not (tmp_path / "d").exists()


def test_tables_that_cannot_carry_families_are_refused(tmp_path: Path) -> None:
    areas, streets = small_city()
    far = streets.translate(xoff=1.0)
    cases = [
        (areas.drop(columns="area_name"), streets, "kolom area_name"),
        (areas, streets.drop(columns="highway"), "kolom highway"),
        (areas.to_crs(32748), streets, "batas harus memakai EPSG:4326"),
        (areas, streets.to_crs(32748), "jalan harus memakai EPSG:4326"),
        (areas.iloc[:0], streets, "tidak berisi kelurahan"),
        (areas, streets.set_geometry(far), "Tidak ada jalan permukiman"),
        (areas, streets.assign(highway="motorway"), "Tidak ada jalan permukiman"),
    ]
    for given_areas, given_streets, match in cases:
        with pytest.raises(DemoInputError, match=match):
            write_demo(tmp_path / "d", areas=given_areas, streets=given_streets, families=5, seed=1)
    assert not (tmp_path / "d").exists()


def test_files_that_are_not_of_a_demo_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("real", encoding="utf-8")
    with pytest.raises(DemoFolderError, match="bukan data rekaan"):
        write_demo(tmp_path, areas=None, streets=None, families=5, seed=1)
    with pytest.raises(DemoFolderError, match="bukan folder"):
        write_demo(tmp_path / "register.csv", areas=None, streets=None, families=5, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["register.csv"]
    assert (tmp_path / "register.csv").read_text(encoding="utf-8") == "real"


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    write_demo(tmp_path / "d", areas=None, streets=None, families=20, seed=1)
    report = write_demo(tmp_path / "d", areas=None, streets=None, families=30, seed=2)
    assert len(read(tmp_path / "d", "register.csv")) == report.rows


@pytest.mark.real_streets
def test_families_of_tangsel_live_beside_its_streets(real_data: Path, tmp_path: Path) -> None:
    source = gpd.read_file(real_data / "tangsel" / "kelurahan.geojson")
    areas = gpd.GeoDataFrame(
        {
            "area_code": source["kode"],
            "area_name": source["kelurahan"],
            "kecamatan_code": source["kode_kecamatan"],
            "kecamatan_name": source["kecamatan"],
            "city_name": source["kota"],
        },
        geometry=source.geometry,
        crs="EPSG:4326",
    )
    streets = gpd.read_file(real_data / "tangsel" / "streets.osm.pbf", layer="lines")
    streets = streets[streets["highway"].notna()][["highway", "name", "geometry"]]
    report = write_demo(tmp_path / "d", areas=areas, streets=streets, families=1000, seed=1)
    assert report.teams == {"camat": 7, "plkb": 25, "tpk": 108}
    assert report.rows == 1015
    truth, table = read(tmp_path / "d", "truth.csv"), read(tmp_path / "d", "teams.csv")
    assert table["team_id"].is_unique
    points = gpd.points_from_xy(truth["lon"].astype(float), truth["lat"].astype(float))
    home = areas.set_index("area_code").geometry.loc[truth["area_code"]].to_numpy()
    assert shapely.intersects(home, points).all()
    plane = plane_of(areas.total_bounds)
    lines = shapely.STRtree(plane.shapes(streets.geometry))
    _, gaps = lines.query_nearest(plane.shapes(points), return_distance=True, all_matches=False)
    assert (gaps < 25.5).all()
