"""Where one family could live, as a table and as a map to click on."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from publishing_fixtures import BASE, LEAFLET
from publishing_fixtures import areas as two_areas
from publishing_fixtures import streets as drawn
from test_locating import EAST, RULES, WEST, at, city, cluster, families
from test_publishing_web_map import HOSTILE, addresses_in, known_points, rendered

from geodata.place_candidates import KINDS, place_candidates
from publishing import map_candidates
from publishing.map_candidates import (
    SIGNS,
    CandidateKindError,
    candidate_rows,
    candidates_legend,
    ground_near,
    shown_box,
)
from publishing.web_map import candidates_map

MAWAR = gpd.GeoDataFrame(
    {"highway": ["residential"], "name": ["Jalan Mawar"]},
    geometry=[shapely.LineString([(106.602, -6.198), (106.608, -6.198)])],
    crs="EPSG:4326",
)


def found(
    row: dict[str, object],
    *neighbours: dict[str, object],
    area_code: str | None = WEST,
    verified: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Return the candidates of a family among neighbours, by kind."""
    rows = families(row, *neighbours)
    mine, mates = rows.iloc[[0]], rows.iloc[1:]
    told = place_candidates(mine, mates, verified, city(), area_code, MAWAR, RULES)
    assert told.index.tolist() == list(range(len(told)))
    assert told["kind"].is_unique
    return told.set_index("kind")


def test_each_thing_that_is_known_gives_its_own_place_best_first() -> None:
    spots = found(
        at(106.612, -6.195, address="Jl. Mawar No. 3"),
        *cluster(5),
        *cluster(4, lon=106.603),
        verified=(106.6, -6.2),
    )
    assert spots.index.tolist() == ["verified", "register", "street", "rt", "rw"]
    assert spots.loc["verified", ["lon", "lat"]].tolist() == [106.6, -6.2]
    assert spots.loc["register", ["lon", "lat"]].tolist() == [106.612, -6.195]
    assert spots.loc["street", "lat"] == pytest.approx(-6.198, abs=1e-4)
    assert spots.loc["rt", "lat"] == pytest.approx(-6.195, abs=3e-4)
    assert (spots["radius_m"] >= RULES.least_radius_m).all()


def test_the_rt_is_told_by_the_neighbours_never_by_the_doubtful_coordinate() -> None:
    spots = found(at(106.6091, -6.1909), *cluster(3))
    assert spots.loc["rt", ["lon", "lat"]].tolist() == pytest.approx([106.605, -6.195], abs=3e-4)


def test_a_coordinate_is_a_candidate_only_where_it_lies_in_the_city() -> None:
    assert found(at(-6.195, 106.605)).index.tolist() == ["swapped"]
    assert found(at(-6.195, 106.605)).loc["swapped", ["lon", "lat"]].tolist() == [106.605, -6.195]
    assert found(at(107.9, -6.9)).empty
    assert found({}).empty


def test_without_a_kelurahan_only_the_coordinate_is_left() -> None:
    spots = found(at(106.612, -6.195, address="Jl. Mawar"), *cluster(5), area_code=None)
    assert spots.index.tolist() == ["register"]


def test_neighbours_of_other_kelurahan_need_not_be_given() -> None:
    spots = found({"area_code_stated": EAST}, *cluster(4), area_code=WEST)
    assert "rt" in spots.index


# --- the map


def candidates(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["kind", "lon", "lat", "radius_m"])


def test_every_kind_of_candidate_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(KINDS)
    assert len({shape for _, _, shape in SIGNS.values()}) == len(SIGNS)
    colours = [colour for _, colour, _ in SIGNS.values()]
    assert len(set(colours)) == len(SIGNS)


def test_a_kind_without_a_sign_is_refused() -> None:
    odd = candidates(("odd", *BASE, 30.0))
    with pytest.raises(CandidateKindError, match="titik odd; yang ada: verified"):
        candidate_rows(odd)
    with pytest.raises(CandidateKindError, match="odd"):
        candidates_map(two_areas()[:1], drawn(), known_points(), odd, LEAFLET, "id")


def test_the_map_asks_only_its_own_server_and_holds_signs_circles_and_the_click() -> None:
    lon, lat = two_areas().geometry.iloc[0].representative_point().coords[0]
    spots = candidates(("register", lon, lat, 50.0), ("rt", lon, lat + 0.001, 84.6))
    made = candidates_map(
        two_areas()[:1], drawn(), known_points(), spots, LEAFLET, "id", made_up=True
    )
    page = rendered(made)
    assert addresses_in(page) == {f"{LEAFLET}/leaflet.js", f"{LEAFLET}/leaflet.css"}
    assert f"[{lat:.5f}".rstrip("0") in page
    assert re.search(r"85, \d\]", page), "the radius of the circle is missing"
    assert "picked-point" in page
    assert "candidate-sign" in page
    assert "DATA REKAAN" in page


def test_names_of_streets_and_places_become_no_script_on_this_map() -> None:
    named = drawn().assign(name=HOSTILE)
    page = rendered(
        candidates_map(
            two_areas()[:1], named, known_points().assign(name=HOSTILE),
            candidates(("rt", *BASE, 40.0)), LEAFLET, "id",
        )
    )  # fmt: skip
    assert "alert('x')" not in page
    assert "<img" not in page


def test_the_legend_tells_each_sign_with_its_radius() -> None:
    text = candidates_legend(candidates(("rt", *BASE, 84.6), ("rw", *BASE, 1234.0)), "id")
    assert "Ketuk rumah keluarga ini" in text
    assert "tengah RT (± 85 m)" in text
    assert "tengah RW (± 1.234 m)" in text
    assert text.count("<svg") == 2


def test_the_map_opens_on_candidates_near_the_kelurahan_and_leaves_far_ones_out() -> None:
    area = city().iloc[[0]]
    west, south, east, north = area.total_bounds
    near = shown_box(
        candidates(("rt", 106.605, -6.195, 100.0), ("register", 106.7, -6.3, 50.0)), area
    )
    assert near.contains(shapely.Point(106.605, -6.195))
    assert near.bounds[2] < east
    assert near.bounds[2] - near.bounds[0] == pytest.approx(0.005, abs=1e-4)
    for none in (candidates(), candidates(("swapped", 106.7, -6.3, 50.0))):
        assert shown_box(none, area).bounds == pytest.approx((west, south, east, north))


def test_the_circle_of_an_rw_does_not_widen_the_view_where_something_nearer_is_known() -> None:
    area = city().iloc[[0]]
    spots = candidates(("rt", 106.605, -6.195, 100.0), ("rw", 106.605, -6.195, 900.0))
    alone = shown_box(spots.iloc[[1]], area)
    assert alone.area > 4 * shown_box(spots, area).area


def test_streets_around_a_candidate_elsewhere_are_on_the_map_too() -> None:
    lines = [[(x, -6.195), (x + 0.001, -6.195)] for x in (106.605, 106.65, 106.7)]
    ways = gpd.GeoDataFrame(
        {"highway": "residential", "name": ["sini", "antara", "sana"]},
        geometry=[shapely.LineString(line) for line in lines],
        crs="EPSG:4326",
    )
    area = city().iloc[[0]]
    there = candidates(("swapped", 106.7, -6.195, 50.0))
    assert ground_near(ways, there, area)["name"].tolist() == ["sini", "sana"]
    assert ground_near(ways, candidates(), area)["name"].tolist() == ["sini"]


def test_rows_are_in_metres_and_to_about_a_metre_of_a_degree() -> None:
    row = candidate_rows(candidates(("street", 106.12345678, -6.98765432, 120.4)))[0]
    assert row == (-6.98765, 106.12346, 120, list(SIGNS).index("street"))
    assert np.isfinite(row).all()
    assert map_candidates.CANDIDATES.count("interactive: false") == 2, "a sign would eat the click"
