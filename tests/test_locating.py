from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from common.settings import PlacingSettings
from geodata.area_names import match_area_names
from geodata.area_places import area_places
from geodata.boundaries import read_boundaries
from geodata.centres import geometric_medians, radius_within, robust_centres
from geodata.columns import GRADES, HOUSEHOLDS, PLACES
from geodata.coordinate_checks import area_of
from geodata.cut_streets import cut_streets
from geodata.geocode_file import COLUMNS, as_households, results
from geodata.ladder import calibration_report
from geodata.locating import FLAGS, locate, locate_households

RULES = PlacingSettings()
DEGREE_M = 110_600.0  # one degree of latitude near 6 S
WEST, EAST = "36.71.01.1001", "36.71.01.1002"


def city(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return two square kelurahan of 1.1 km side by side, or the given shapes."""
    shapes = shapes or (
        shapely.box(106.60, -6.20, 106.61, -6.19),
        shapely.box(106.61, -6.20, 106.62, -6.19),
    )
    count = len(shapes)
    return gpd.GeoDataFrame(
        {
            "area_code": [f"36.71.01.{1001 + at}" for at in range(count)],
            "area_name": ["Sukarasa", "Poris Gaga", "Lain"][:count],
            "kecamatan_code": "36.71.01",
            "kecamatan_name": "Tangerang",
            "city_name": "Kota Contoh",
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def families(*rows: dict[str, object], start: int = 2) -> pd.DataFrame:
    """Return households with the given cells; kelurahan WEST, RW 001, RT 001 unless said."""
    usual = {"area_code_stated": WEST, "rw": "001", "rt": "001"}
    kinds = {"register_lon": "float64", "register_lat": "float64", "welfare_rank": "Int64"}
    index = pd.RangeIndex(start, start + len(rows), name="row")
    columns = {}
    for name, column in HOUSEHOLDS.columns.items():
        kind = kinds.get(name, "boolean" if str(column.dtype) == "boolean" else "str")
        cells = [(usual | row).get(name) for row in rows]
        if name == "kode_keluarga":
            cells = [str(number) for number in index]
        columns[name] = pd.Series(cells, index=index, dtype=kind)
    return pd.DataFrame(columns)


def at(lon: float, lat: float, **cells: object) -> dict[str, object]:
    return {"register_lon": lon, "register_lat": lat, **cells}


def cluster(count: int, lon: float = 106.605, lat: float = -6.195) -> list[dict[str, object]]:
    """Return families on a ring of about 20 m around a point."""
    turns = np.arange(count) * 2 * np.pi / count
    return [at(lon + 0.00018 * np.cos(t), lat + 0.00018 * np.sin(t)) for t in turns]


def streets(*lines: list[tuple[float, float]], highway: str = "residential") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"highway": [highway] * len(lines), "name": [None] * len(lines)},
        geometry=[shapely.LineString(line) for line in lines],
        crs="EPSG:4326",
    )


def metres(row: pd.Series, lon: float, lat: float) -> float:
    return float(
        np.hypot((row["lon"] - lon) * np.cos(np.radians(lat)), row["lat"] - lat) * DEGREE_M
    )


def flags_of(row: pd.Series) -> set[str]:
    return set(row["flags"].split(";")) - {""}


def test_a_sound_coordinate_is_kept_to_the_last_digit() -> None:
    places, report = locate_households(families(at(106.6051234, -6.1954321)), city(), None, RULES)
    place = places.loc[2]
    assert (place["lon"], place["lat"]) == (106.6051234, -6.1954321)
    assert (place["grade"], place["radius_m"], place["flags"]) == ("register", 50.0, "")
    assert report["kelurahan"] == {
        "by_code": 1, "by_name": 0, "by_point": 0, "by_address": 0, "unknown": 0,
    }  # fmt: skip


def test_a_swapped_coordinate_is_flagged_and_not_used() -> None:
    places, _ = locate_households(families(at(-6.195, 106.605)), city(), None, RULES)
    assert flags_of(places.loc[2]) == {"swapped"}
    assert places.loc[2, "grade"] == "kelurahan"


def test_a_coordinate_outside_its_kelurahan_is_flagged_beyond_the_tolerance() -> None:
    beyond = 106.61 + 150 / DEGREE_M
    within = 106.61 + 60 / DEGREE_M
    households = families(at(beyond, -6.195), at(within, -6.195), at(107.5, -6.9), at(2.3, 48.8))
    places, report = locate_households(households, city(), None, RULES)
    assert [flags_of(row) for _, row in places.iterrows()] == [
        {"outside"}, set(), {"outside"}, {"outside"},
    ]  # fmt: skip
    assert places["area_code"].tolist() == [WEST] * 4
    assert places["grade"].tolist() == ["kelurahan", "register", "kelurahan", "kelurahan"]
    assert report["outside_m"]["median"] == pytest.approx(150, abs=2)  # type: ignore[index]  # a dict


def test_a_pile_is_flagged_and_not_used() -> None:
    pile = [at(106.605, -6.195) for _ in range(RULES.pile_families)]
    pair = [at(106.606, -6.195) for _ in range(RULES.pile_families - 1)]
    places, report = locate_households(families(*pile, *pair), city(), None, RULES)
    assert report["flags"]["pile"] == RULES.pile_families  # type: ignore[index]  # a dict
    assert set(places["grade"].iloc[: len(pile)]) == {"rt"}  # learned from the pair's families
    assert set(places["grade"].iloc[len(pile) :]) == {"register"}


def test_one_gross_error_does_not_move_the_centre_of_an_rt() -> None:
    error = at(106.6001, -6.1999)  # in the kelurahan, 750 m away
    places, _ = locate_households(families(*cluster(6), error, {}), city(), None, RULES)
    lost = places.iloc[-1]
    assert (lost["grade"], lost["flags"]) == ("rt", "no_coordinate")
    assert metres(lost, 106.605, -6.195) < 10
    assert RULES.least_radius_m <= lost["radius_m"] < 60


def test_an_rt_with_too_few_known_families_falls_back_to_its_rw() -> None:
    known = [row | {"rt": f"{n:03d}"} for n, row in enumerate(cluster(5), start=10)]
    places, _ = locate_households(
        families(*known, {}, {"rw": None}, {"area_code_stated": EAST}), city(), None, RULES
    )
    assert places["grade"].tolist()[5:] == ["rw", "kelurahan", "kelurahan"]
    assert metres(places.iloc[5], 106.605, -6.195) < 10


def test_a_centre_outside_the_kelurahan_moves_to_the_nearest_known_family() -> None:
    horseshoe = shapely.box(106.60, -6.20, 106.61, -6.19) - shapely.box(
        106.603, -6.2, 106.607, -6.192
    )
    turns = np.linspace(0, np.pi, 7)
    arch = [at(106.605 + 0.003 * np.cos(t), -6.195 + 0.004 * np.sin(t)) for t in turns]
    places, _ = locate_households(families(*arch, {}), city(horseshoe), None, RULES)
    lost = places.iloc[-1]
    assert lost["grade"] == "rt"
    known = places.iloc[:7]
    assert np.hypot(known["lon"] - lost["lon"], known["lat"] - lost["lat"]).min() < 1e-7
    assert lost["radius_m"] > 400


def test_a_kelurahan_place_lies_on_a_street_in_the_middle_of_the_streets() -> None:
    built_up = [[(106.6005 + k / 2000, -6.1995), (106.6005 + k / 2000, -6.1965)] for k in range(5)]
    toll_road = streets([(106.60, -6.191), (106.61, -6.191)], highway="motorway")
    roads = pd.concat([streets(*built_up), toll_road], ignore_index=True)
    place = locate_households(families({}), city(), gpd.GeoDataFrame(roads), RULES)[0].loc[2]
    assert place["grade"] == "kelurahan"
    assert metres(place, 106.6015, -6.198) < 60
    point = shapely.Point(place["lon"], place["lat"])
    assert shapely.distance(roads.geometry.to_numpy(), point).min() * DEGREE_M < 1
    assert place["radius_m"] > 150


def test_a_kelurahan_without_streets_is_placed_inside_it() -> None:
    ring = shapely.box(106.60, -6.20, 106.61, -6.19) - shapely.box(106.601, -6.199, 106.609, -6.191)
    for roads in (None, streets(), streets([(106.7, -6.3), (106.71, -6.3)])):
        place = locate_households(families({}), city(ring), roads, RULES)[0].loc[2]
        assert place["grade"] == "kelurahan"
        assert ring.covers(shapely.Point(place["lon"], place["lat"]))
        assert place["radius_m"] > 400


def test_sparse_streets_do_not_make_a_kelurahan_small() -> None:
    shapes = np.array([shapely.box(0, 0, 4000, 4000)], dtype=object)
    lane = gpd.GeoDataFrame(
        {"highway": ["residential"]}, geometry=[shapely.LineString([(100, 100), (300, 100)])]
    )
    xy, radius = area_places(shapes, cut_streets(lane), near_m=300)
    assert xy[0].tolist() == pytest.approx([200, 100], abs=15)
    assert radius[0] > 3000


def test_a_coordinate_far_from_any_street_is_used_but_flagged() -> None:
    lane = streets([(106.601, -6.1995), (106.601, -6.1905)])
    places, _ = locate_households(
        families(at(106.6015, -6.195), at(106.609, -6.195)), city(), lane, RULES
    )
    assert places["grade"].tolist() == ["register", "register"]
    assert places["flags"].tolist() == ["", "far_from_street"]


def test_without_code_and_name_the_coordinate_tells_the_kelurahan() -> None:
    nowhere: dict[str, object] = {"area_code_stated": None}
    households = families(
        at(106.615, -6.195) | nowhere, at(106.9, -6.195) | nowhere, nowhere,
        at(-6.195, 106.605) | nowhere,
    )  # fmt: skip
    places, report = locate_households(households, city(), None, RULES)
    assert [flags_of(row) for _, row in places.iterrows()] == [
        {"kelurahan_by_point"}, {"outside_city"}, {"no_coordinate"}, {"swapped"},
    ]  # fmt: skip
    assert places["area_code"].iloc[0] == EAST
    assert places["area_code"].iloc[1:].isna().all()
    assert places["grade"].tolist() == ["register", "none", "none", "none"]
    assert places.loc[3:, ["lon", "lat", "radius_m"]].isna().all(axis=None)
    assert report["kelurahan"] == {
        "by_code": 0, "by_name": 0, "by_point": 1, "by_address": 0, "unknown": 3,
    }  # fmt: skip


def test_a_code_of_another_city_is_not_overruled_by_a_name() -> None:
    other = {"area_code_stated": "36.03.01.2001", "kelurahan_name": "Sukarasa"}
    malformed = {"area_code_stated": "1001", "kelurahan_name": "Sukarasa"}
    places, _ = locate_households(families(other, malformed), city(), None, RULES)
    assert places["area_code"].isna().tolist() == [True, False]
    assert flags_of(places.loc[2]) == {"no_coordinate", "outside_city"}
    assert flags_of(places.loc[3]) == {"no_coordinate", "kelurahan_by_name"}


def named(areas: gpd.GeoDataFrame, name: str, kecamatan: str | None = None) -> str | None:
    """Return the kelurahan and kecamatan that a stated name is taken for."""
    row = {"kelurahan_name": name, "kecamatan_name": kecamatan}
    found = int(match_area_names(families(row), areas)[0])
    return None if found < 0 else f"{areas['area_name'][found]}, {areas['kecamatan_name'][found]}"


def test_names_match_joined_apart_and_with_their_kind() -> None:
    for written in (
        "Porisgaga",
        "PORIS  GAGA",
        "Kel. Poris-Gaga",
        "kelurahan poris gaga",
        "Porisgag",
    ):
        assert named(city(), written) == "Poris Gaga, Tangerang"
    assert named(city(), "Benda") is None
    assert named(city(), "") is None


@pytest.mark.real_streets
@pytest.mark.parametrize(
    ("name", "kecamatan", "expected"),
    [
        ("Jatiuwung", "Cibodas", "Jatiuwung, Cibodas"),
        ("Jatiuwung", None, "Jatiuwung, Cibodas"),
        ("Jatiuwung", "Jatiuwung", None),  # one of the two names is wrong
        ("Cibodas", "Cibodas", "Cibodas, Cibodas"),
        ("Cibodas Baru", "Cibodas", "Cibodas Baru, Cibodas"),
        ("Poris Gaga", "Batu Ceper", "Porisgaga, Batuceper"),
        ("Poris Gaga Baru", "Batuceper", "Porisgaga Baru, Batuceper"),
        ("Karang Tengah", "Karangtengah", "Karang Tengah, Karang Tengah"),
        ("Pajang", "Karawaci", None),
        ("Tangerang", None, None),  # a kecamatan without a kelurahan of its name
    ],
)
def test_traps_of_real_names_are_avoided(
    real_data: Path, name: str, kecamatan: str | None, expected: str | None
) -> None:
    areas = read_boundaries(real_data / "kota_tangerang/kelurahan.geojson")
    found = named(areas, name, kecamatan)
    key = None if expected is None else expected.replace(" ", "").casefold()
    assert (None if found is None else found.replace(" ", "").casefold()) == key


@pytest.mark.real_streets
def test_a_name_with_the_wrong_kecamatan_is_taken_where_nothing_else_tells(real_data: Path) -> None:
    areas = read_boundaries(real_data / "kota_tangerang/kelurahan.geojson")
    rows = [
        {"kelurahan_name": name, "kecamatan_name": other}
        for name, own in zip(areas["area_name"], areas["kecamatan_name"], strict=True)
        for other in areas["kecamatan_name"].unique()
        if other != own
    ]
    assert (match_area_names(pd.DataFrame(rows), areas) == -1).all()
    last = match_area_names(pd.DataFrame(rows), areas, across=True)  # where nothing else tells
    assert areas["area_name"].to_numpy()[last].tolist() == [row["kelurahan_name"] for row in rows]


@pytest.mark.real_streets
def test_every_real_name_and_alias_finds_its_own_kelurahan(real_data: Path) -> None:
    folder = real_data / "kota_tangerang"
    areas = read_boundaries(folder / "kelurahan.geojson")
    table = pd.read_csv(folder / "kelurahan_codes.csv", dtype=str)
    for spelling in ("kelurahan", "nama_bps_2020", "nama_kpu_2024"):
        rows = table[["kode", spelling, "kecamatan"]].dropna().reset_index(drop=True)
        rows.columns = pd.Index(["kode", "kelurahan_name", "kecamatan_name"])
        found = match_area_names(rows, areas)
        sure = found >= 0
        assert (areas["area_code"].to_numpy()[found[sure]] == rows.loc[sure, "kode"]).all()
        assert sure.mean() > 0.99, spelling


def test_two_slips_are_forgiven_within_a_kecamatan_only() -> None:
    assert named(city(), "Suakrsa", "Tangerang") == "Sukarasa, Tangerang"
    assert named(city(), "Suakrsa") is None


def test_medians_of_groups_are_the_points_of_least_distance() -> None:
    square = np.array([(0, 0), (10, 0), (0, 10), (10, 10)], dtype=float)
    triangle = np.array([(100, 0), (104, 0), (102, 2 * np.sqrt(3))])
    xy = np.vstack([square, triangle])
    group = np.array([0] * 4 + [1] * 3)
    # crossing of the diagonals; Fermat point of an equilateral triangle is its centroid
    expected = np.array([(5, 5), (102, 2 / np.sqrt(3))])
    assert np.allclose(geometric_medians(xy, group, 2), expected, atol=0.1)


def test_the_radius_is_the_right_order_statistic() -> None:
    many, few = np.arange(1.0, 20.0), np.array([3.0, 1.0, 2.0])
    group = np.array([0] * 19 + [1] * 3)
    # ceil(0.9 * 20) = 18th of 19; of three the largest
    assert radius_within(np.concatenate([many, few]), group, 2).tolist() == [18.0, 3.0]


def test_nine_in_ten_hidden_families_lie_within_the_stated_radius() -> None:
    rng = np.random.default_rng(7)
    size = rng.integers(3, 9, 600)
    group = np.repeat(np.arange(600), size)
    spread = rng.uniform(20, 120, 600)
    centre = rng.uniform(0, 1e5, (600, 2))
    known = centre[group] + rng.normal(0, spread[group, None], (len(group), 2))
    learned = robust_centres(known, group, 600)
    hidden = centre + rng.normal(0, spread[:, None], (600, 2))
    within = np.hypot(*(hidden - learned.xy).T) <= learned.radius_m
    assert 0.85 <= within.mean() <= 0.95


# --- streets


def named_lanes() -> gpd.GeoDataFrame:
    """Jl. Melati runs through both kelurahan, Gg. Melati lies in the first."""
    lanes = streets(
        [(106.601, -6.192), (106.619, -6.192)],
        [(106.602, -6.199), (106.603, -6.199)],
        [(106.612, -6.198), (106.613, -6.198)],
    )
    lanes["name"] = ["Jl. Melati", "Gg. Melati", "Jl. Kenanga"]
    return gpd.GeoDataFrame(lanes)


def on_street(*rows: dict[str, object], **cells: object) -> pd.Series:
    """Return the place of the last family, whose address is Jl. Melati unless said."""
    asked: dict[str, object] = {"address": "Jl. Melati No. 3", "rw": None, "rt": None}
    return locate_households(
        families(*rows, asked | cells), city(), named_lanes(), RULES
    )[0].iloc[-1]  # fmt: skip


def test_a_street_places_a_family_at_its_middle_inside_the_kelurahan() -> None:
    place = on_street()
    assert (place["grade"], place["area_code"]) == ("street", WEST)
    assert metres(place, 106.6055, -6.192) < 15
    assert place["radius_m"] >= RULES.default_radius_street_m
    assert on_street(area_code_stated=EAST)["lon"] > 106.61


def test_the_families_of_the_same_rt_tell_where_on_the_street() -> None:
    mates = cluster(6, 106.609, -6.1922)
    place = on_street(*mates, rw="001", rt="001")
    assert place["grade"] == "street"
    assert metres(place, 106.609, -6.192) < 10
    by_rw = [mate | {"rt": f"{n:03d}"} for n, mate in enumerate(mates, start=5)]
    assert metres(on_street(*by_rw, rw="001", rt="001"), 106.609, -6.192) < 10


def test_those_on_the_same_street_tell_more_than_the_rest_of_the_rt() -> None:
    rest = [mate | {"address": "Gg. Buntu"} for mate in cluster(6, 106.606, -6.1922)]
    near = [mate | {"address": "Jl. Melati No. 9"} for mate in cluster(3, 106.6068, -6.1921)]
    place = on_street(*rest, *near, rw="001", rt="001")
    assert place["grade"] == "street"
    assert metres(place, 106.6068, -6.192) < 25


def test_a_street_far_from_the_rt_gives_way_to_the_rt() -> None:
    mates = cluster(6, 106.6055, -6.1985)
    place = on_street(*mates, rw="001", rt="001")
    assert place["grade"] == "rt"
    assert metres(place, 106.6055, -6.1985) < 10
    assert on_street(*mates, rw="001", rt="001", address="Gg. Melati 4")["grade"] == "rt"
    near = cluster(6, 106.6027, -6.1988)
    assert on_street(*near, rw="001", rt="001", address="Gg. Melati 4")["grade"] == "street"


def test_rt_and_rw_are_read_from_the_address_where_the_columns_are_blank() -> None:
    blank: dict[str, object] = {"rw": None, "rt": None, "address": "Gg. Buntu RT 001/RW 001"}
    households = families(*cluster(6), blank, blank | {"rw": "002"}, blank | {"rw": "001"})
    places, _ = locate_households(households, city(), None, RULES)
    assert places["grade"].tolist()[6:] == ["rt", "kelurahan", "rt"]  # RW 002 has no such RT


@pytest.mark.parametrize(
    ("address", "area", "grade"),
    [
        ("Jl. Anyelir Kel. Poris Gaga", EAST, "kelurahan"),
        ("Jl. Anyelir No. 3, Poris Gaga", EAST, "kelurahan"),
        ("Kampung Porisgaga", EAST, "kelurahan"),
        ("Jl. Kenanga No. 3", EAST, "street"),
        ("Gg. Melati II Sukarasa", WEST, "street"),
        ("Jl. Anyelir No. 3", None, "none"),
        ("Kec. Tangerang", None, "none"),
        ("Sukarasa Poris Gaga", None, "none"),  # which of the two?
    ],
)
def test_the_address_tells_the_kelurahan_where_the_columns_do_not(
    address: str, area: str | None, grade: str
) -> None:
    lost: dict[str, object] = {"area_code_stated": None, "address": address}
    places, report = locate_households(families(lost), city(), named_lanes(), RULES)
    place = places.iloc[0]
    assert (None if pd.isna(place["area_code"]) else place["area_code"], place["grade"]) == (
        area, grade,
    )  # fmt: skip
    assert ("kelurahan_by_address" in flags_of(place)) == (area is not None)
    if area is not None:
        told = report["by_address"]
        assert told["families"] == 1  # type: ignore[index]  # a dict
        (source,) = told["by_source"].values()  # type: ignore[index]  # a dict
        assert 0 < source["confidence"] <= 1


def test_a_kelurahan_named_in_the_address_goes_before_the_coordinate_a_street_does_not() -> None:
    at_west = at(106.605, -6.1925) | {"area_code_stated": None}
    rows = [at_west | {"address": "Kel. Poris Gaga"}, at_west | {"address": "Jl. Kenanga"}]
    places, report = locate_households(families(*rows), city(), named_lanes(), RULES)
    assert places["area_code"].tolist() == [EAST, WEST]
    assert [flags_of(row) for _, row in places.iterrows()] == [
        {"outside", "kelurahan_by_address"}, {"kelurahan_by_point"},
    ]  # fmt: skip
    assert sum(report["kelurahan"].values()) == 2  # type: ignore[attr-defined]  # a dict


def test_the_stated_radius_holds_for_nine_in_ten_on_streets_of_a_made_up_kecamatan() -> None:
    rng = np.random.default_rng(3)
    lanes = [[(106.6005, lat), (106.6095, lat)] for lat in np.linspace(-6.1995, -6.1905, 10)]
    roads = streets(*lanes)  # type: ignore[arg-type]  # pairs of floats
    roads["name"] = [f"Jl. Mawar {n}" for n in range(1, 11)]
    lane, along = rng.integers(10, size=1200), rng.random(1200)
    lon = 106.6005 + 0.009 * along
    lat = np.linspace(-6.1995, -6.1905, 10)[lane] + rng.normal(0, 1e-4, 1200)
    rows = [
        at(x, y, address=f"Jl. Mawar {n + 1}", rw="001", rt=f"{int(part * 5):03d}")
        for x, y, n, part in zip(lon, lat, lane, along, strict=True)
    ]
    hidden = rng.random(1200) < 0.4
    asked = [
        row | {"register_lon": None, "register_lat": None} if lost else row
        for row, lost in zip(rows, hidden, strict=True)
    ]
    places, report = locate_households(families(*asked), city(), gpd.GeoDataFrame(roads), RULES)
    assert set(places["grade"][hidden]) == {"street"}
    away = np.array([metres(row, x, y) for (_, row), x, y in zip(
        places.iterrows(), lon, lat, strict=True)])  # fmt: skip
    within = away[hidden] <= places["radius_m"].to_numpy()[hidden]
    assert 0.86 <= within.mean() <= 0.94
    told = report["calibration"]["street"]  # type: ignore[index]  # a dict
    assert 0.86 <= told["coverage"] <= 0.94
    assert told["n"] > 200
    assert told["median_error_m"] == pytest.approx(np.median(away[hidden]), rel=0.3)


def test_without_a_hidden_family_there_is_nothing_to_report() -> None:
    assert calibration_report([]) == {}


_LON = st.one_of(
    st.none(), st.sampled_from([106.605, 106.615, -6.195, 2.0]), st.floats(106.6, 106.7)
)
_LAT = st.one_of(st.none(), st.sampled_from([-6.195, 106.605, 48.0]), st.floats(-6.2, -6.1))
_FAMILY = st.fixed_dictionaries(
    {
        "register_lon": _LON,
        "register_lat": _LAT,
        "area_code_stated": st.sampled_from([None, WEST, EAST, "36.03.01.2001", "x"]),
        "kelurahan_name": st.sampled_from([None, "Sukarasa", "porisgaga", "Lain"]),
        "rw": st.sampled_from([None, "001"]),
        "rt": st.sampled_from([None, "001", "002"]),
        "address": st.one_of(
            st.none(),
            st.text(max_size=40),
            st.sampled_from(
                ["Jl. Melati No. 3", "Gg. Melati RT 002/RW 001", "Kel. Poris Gaga", "Perum Mawar"]
            ),
        ),
    }
)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(_FAMILY, min_size=1, max_size=12), with_streets=st.booleans())
def test_every_family_has_one_place_and_the_counts_add_up(
    rows: list[dict[str, object]], with_streets: bool
) -> None:
    households = families(*rows, start=50)[::-1]
    before = households.copy()
    roads = named_lanes() if with_streets else None
    places, report = locate_households(households, city(), roads, RULES)
    turned, _ = locate_households(households[::-1], city(), roads, RULES)
    pd.testing.assert_frame_equal(turned[::-1], places, rtol=1e-9)
    pd.testing.assert_frame_equal(households, before)
    assert places.index.tolist() == households.index.tolist()
    PLACES.validate(places)
    grades, flags = report["grades"], report["flags"]
    assert isinstance(grades, dict)
    assert isinstance(flags, dict)
    assert sum(grades.values()) == len(households) == report["households"]
    assert set(grades) == set(GRADES)
    seen = places["flags"].str.split(";").explode()
    assert {flag: int((seen == flag).sum()) for flag in FLAGS} == flags
    none = places["grade"] == "none"
    assert (none == places["area_code"].isna()).all()
    assert (none == places["lon"].isna()).all()
    assert (none == places["radius_m"].isna()).all()
    bad = places["flags"].str.contains("swapped|pile|outside|no_coordinate")
    assert not (places["grade"] == "register")[bad].any()
    assert (places["grade"] == "register")[~bad & ~none].all()


def test_no_learned_place_lies_outside_its_kelurahan() -> None:
    # a street along the border belongs to both sides; its families live in their own
    border = streets([(106.61005, -6.199), (106.61005, -6.191)]).assign(name="Jalan Batas")
    along = {"address": "Jl. Batas No. 3", "rw": None, "rt": None}
    rows = families(along, along | {"area_code_stated": EAST})
    places = locate_households(rows, city(), border, RULES)[0]
    assert places["grade"].tolist() == ["street", "street"]
    inside = area_of(city(), places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    assert city()["area_code"].to_numpy()[inside].tolist() == places["area_code"].tolist()


def test_rt_and_rw_of_a_kelurahan_that_was_guessed_place_nobody() -> None:
    named = streets([(106.601, -6.195), (106.609, -6.195)]).assign(name="Jalan Melati")
    guess = {"area_code_stated": None, "address": "Jl. Melati RT 001 RW 001"}
    rows = families(*cluster(6), guess)
    place = locate_households(rows, city(), named, RULES)[0].iloc[-1]
    assert (place["area_code"], place["grade"]) == (WEST, "street")
    assert "kelurahan_by_address" in flags_of(place)
    assert place["radius_m"] >= RULES.default_radius_unsure_street_m


@pytest.mark.parametrize(
    ("address", "matched"),
    [
        ("Jl. Pembangunan III No. 4", "street Jalan Pembangunan III"),
        ("Jl. Pembangunan 2 No. 4", "streets Pembangunan"),
        ("Gg. Sawo", "street Gg. Sawo"),
        ("Gg. Jambu", "kelurahan Sukarasa"),
    ],
)
def test_an_answer_names_the_street_or_the_name_that_several_share(
    address: str, matched: str
) -> None:
    named = ["Jalan Pembangunan I", "Jalan Pembangunan III", "Gg. Sawo"]
    lines = [[(106.602, -6.192 - at / 1000), (106.603, -6.192 - at / 1000)] for at in range(3)]
    drawn = streets(*lines).assign(name=named)
    blank = pd.Series([None], dtype="str")
    asked = pd.DataFrame(
        dict.fromkeys(COLUMNS, blank) | {"id": ["1"], "address": [address], "kelurahan": [WEST]}
    ).astype("str")
    located = locate(as_households(asked, city()), city(), drawn, RULES)
    assert results(asked, located, city())["matched"].tolist() == [matched]
