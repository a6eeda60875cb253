"""Named streets: found by any spelling inside their kelurahan, never mistaken for another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.addresses import parse_addresses
from geodata.centres import Floats
from geodata.cut_streets import PIECE_M, CutStreets, cut_streets, far_from_street
from geodata.name_keys import name_key
from geodata.street_names import (
    ALIKE,
    EXACT,
    NOT_FOUND,
    OTHER_KIND,
    PARTLY,
    SIBLINGS,
    find_parts,
    find_streets,
    streets_beginning,
)
from geodata.street_pieces import NamedStreets, Stretches, middles, named_streets, nearest_on
from geodata.street_places import keyed, streets_of

WEST, EAST = 0, 1
SHAPES = np.array([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)], dtype=object)
LINES: dict[str, list[tuple[float, float]]] = {
    "Jl. Melati": [(100, 100), (300, 100)],
    "Gg. Melati": [(100, 300), (200, 300)],
    "Jl. Mawar II": [(100, 500), (300, 500)],
    "Jl. Mawar III": [(100, 600), (300, 600)],
    "Jl. Kenanga": [(900, 700), (1500, 700)],
    "Jl. Raya Jombang": [(1200, 100), (1200, 900)],
    "Gg. Nangka": [(1220, 500), (1300, 500)],
    "Gg. Sawo": [(1900, 900), (1950, 900)],
    "Jl. Griya Asri 3": [(600, 100), (700, 100)],
    "Jl. Griya Asri": [(600, 200), (700, 200)],
    "Jl. Batas": [(1040, 300), (1040, 400)],
}


def pieces(lines: dict[str, list[tuple[float, float]]] | None = None) -> CutStreets:
    named = LINES if lines is None else lines
    frame = gpd.GeoDataFrame(
        {"highway": "residential", "name": list(named)},
        geometry=[shapely.LineString(line) for line in named.values()],
        crs="EPSG:32748",
    )
    return cut_streets(frame)


@pytest.fixture(scope="module")
def streets() -> NamedStreets:
    return named_streets(pieces(), SHAPES)


def found(
    streets: NamedStreets, name: str, kind: str = "jl", scope: int = WEST
) -> tuple[int, set[str]]:
    """Return how a name was found and the names on the map that it stands for."""
    wanted = pd.DataFrame(
        {"scope": [scope], "key": name_key(pd.Series([name], dtype="str")), "kind": [kind]}
    )
    answer = find_streets(streets, wanted)
    return int(answer.how[0]), names_in(streets, answer.stretches)


def names_in(streets: NamedStreets, stretches: Stretches) -> set[str]:
    table = streets.names
    inside = (table["first"] >= stretches.first[0]) & (table["end"] <= stretches.end[0])
    return set(table.loc[inside, "name"])


# --- names


@pytest.mark.parametrize(
    ("name", "kind", "how", "names"),
    [
        ("Melati", "jl", EXACT, {"Jl. Melati"}),
        ("Melati", "gg", EXACT, {"Gg. Melati"}),
        ("MELATI", "", EXACT, {"Jl. Melati"}),
        ("Mawar 2", "jl", EXACT, {"Jl. Mawar II"}),
        ("Mawar II", "gg", OTHER_KIND, {"Jl. Mawar II"}),
        ("Kenagna", "jl", ALIKE, {"Jl. Kenanga"}),
        ("Melti", "gg", ALIKE, {"Gg. Melati"}),
        ("Mawar 4", "jl", SIBLINGS, {"Jl. Mawar II", "Jl. Mawar III"}),
        ("Cempaka", "jl", NOT_FOUND, set()),
        ("Jombang Raya", "jl", NOT_FOUND, set()),  # of the other kelurahan
    ],
)
def test_a_street_is_found_as_it_is_meant(
    streets: NamedStreets, name: str, kind: str, how: int, names: set[str]
) -> None:
    assert found(streets, name, kind) == (how, names)


def test_a_misspelt_name_never_becomes_another_numeral(streets: NamedStreets) -> None:
    for written in ("Mawr II", "Mawra 2", "Maawwar Dua"):
        assert found(streets, written)[1] == {"Jl. Mawar II"}
    assert found(streets, "Mawr 5")[0] in (NOT_FOUND, SIBLINGS)
    assert found(streets, "Mawr 5")[1] in (set(), {"Jl. Mawar II", "Jl. Mawar III"})


PEOPLE = ("Jl. Jend. Ahmad Yani", "Jl. M. Toha", "Jl. Mawar Asri 2", "Gg. Pangeran Diponegoro",
          "Jl. Kasim Saleh", "Jl. Kadir Saleh")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "how", "names"),
    [
        ("A. Yani", ALIKE, {"Jl. Jend. Ahmad Yani"}),
        ("Jend. A Yani", ALIKE, {"Jl. Jend. Ahmad Yani"}),
        ("Moh. Toha", ALIKE, {"Jl. M. Toha"}),
        ("M. Toha", EXACT, {"Jl. M. Toha"}),
        ("M. Asri II", ALIKE, {"Jl. Mawar Asri 2"}),
        ("M. Asri 3", NOT_FOUND, set()),
        ("P. Diponegoro", OTHER_KIND, {"Gg. Pangeran Diponegoro"}),
        ("K. Saleh", NOT_FOUND, set()),  # Kasim or Kadir
        ("B. Yani", NOT_FOUND, set()),
    ],
)
def test_an_initial_stands_for_the_one_first_name_that_begins_with_it(
    name: str, how: int, names: set[str]
) -> None:
    lines = {street: [(0.0, 9.0 * n), (50.0, 9.0 * n)] for n, street in enumerate(PEOPLE)}
    assert found(named_streets(pieces(lines), SHAPES), name) == (how, names)


def test_a_name_between_two_is_neither() -> None:
    both = {"Jl. Kasturi": [(0.0, 0.0), (50.0, 0.0)], "Jl. Kastuba": [(0.0, 9.0), (50.0, 9.0)]}
    assert found(named_streets(pieces(both), SHAPES), "Kastu")[0] == NOT_FOUND


def test_the_longest_part_of_a_name_is_found_in_whole_words(streets: NamedStreets) -> None:
    texts = pd.Series(["Raya Jombang Gudang Serpong", "Melatihan Baru", "Sawo"], dtype="str")
    parts = find_parts(streets, np.array([EAST, WEST, EAST]), texts)
    assert (parts.end > parts.first).tolist() == [True, False, False]
    assert names_in(streets, parts) == {"Jl. Raya Jombang"}


def test_streets_of_an_estate_are_those_that_begin_with_its_name(streets: NamedStreets) -> None:
    griya = name_key(pd.Series(["Griya Asri"], dtype="str")).iloc[0]
    keys = pd.Series([griya, griya, None, ""], dtype="str")
    parts = streets_beginning(streets, np.array([WEST, EAST, WEST, WEST]), keys)
    assert (parts.end > parts.first).tolist() == [True, False, False, False]
    assert names_in(streets, parts) == {"Jl. Griya Asri", "Jl. Griya Asri 3"}


# --- areas


def test_a_street_belongs_to_each_kelurahan_that_it_runs_through(streets: NamedStreets) -> None:
    for scope, reach in ((WEST, (900, 1000)), (EAST, (1000, 1500))):
        wanted = pd.DataFrame({"scope": [scope], "key": ["kenanga"], "kind": ["jl"]})
        stretch = find_streets(streets, wanted).stretches
        x = streets.middle[stretch.first[0] : stretch.end[0], 0]
        assert x.min() >= reach[0]
        assert x.max() <= reach[1]


def test_a_street_just_across_the_border_is_found_from_both_sides(streets: NamedStreets) -> None:
    assert found(streets, "Batas", scope=EAST)[0] == EXACT
    assert found(streets, "Batas", scope=WEST)[0] == EXACT
    assert found(named_streets(pieces(), SHAPES, border_m=10), "Batas", scope=WEST)[0] == NOT_FOUND


def test_a_city_without_a_named_street_finds_none() -> None:
    unnamed = gpd.GeoDataFrame(
        {"highway": ["path"], "name": pd.Series([None], dtype="str")},
        geometry=[shapely.LineString([(0, 0), (9, 9)])],
        crs="EPSG:32748",
    )
    for given_pieces in (None, cut_streets(unnamed)):
        streets = named_streets(given_pieces, SHAPES)
        assert found(streets, "Melati")[0] == NOT_FOUND
        xy, extent = middles(streets, Stretches(np.array([0]), np.array([0])))
        assert np.isnan(xy).all()
        assert np.isnan(extent).all()


# --- points on streets


def test_the_middle_of_a_street_halves_its_length_and_reaches_nine_tenths(
    streets: NamedStreets,
) -> None:
    wanted = pd.DataFrame({"scope": [WEST], "key": ["melati"], "kind": ["jl"]})
    xy, extent = middles(streets, find_streets(streets, wanted).stretches)
    assert xy[0] == pytest.approx([200, 100], abs=PIECE_M / 2)
    assert extent[0] == pytest.approx(90, abs=PIECE_M / 2)


def test_the_nearest_point_is_the_foot_on_the_street(streets: NamedStreets) -> None:
    wanted = pd.DataFrame({"scope": [WEST] * 3, "key": ["melati"] * 3, "kind": ["jl"] * 3})
    stretches = find_streets(streets, wanted).stretches
    asked = np.array([(137.0, 160.0), (50.0, 100.0), (np.nan, np.nan)])
    xy, away = nearest_on(streets, stretches, asked)
    assert xy[:2].ravel().tolist() == pytest.approx([137, 100, 100, 100])
    assert away[:2].tolist() == pytest.approx([60, 50])
    assert np.isnan(xy[2]).all()
    assert np.isnan(away[2])


@given(
    line=st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=2, max_size=6, unique=True
    ),
    asked=st.tuples(st.integers(0, 900), st.integers(0, 900)),
)
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_street_is_nearer_than_the_nearest(
    line: list[tuple[float, float]], asked: tuple[float, float]
) -> None:
    streets = named_streets(pieces({"Jl. Melati": line}), SHAPES)
    end = len(streets.start)
    point: Floats = np.array([asked], dtype=float)
    _, away = nearest_on(streets, Stretches(np.array([0]), np.array([end])), point)
    expected = shapely.LineString(line).distance(shapely.Point(asked))
    assert away[0] == pytest.approx(expected, abs=1e-6)


def test_far_from_street_measures_to_the_line_not_to_its_corners() -> None:
    lane = pieces({"Jl. Melati": [(0.0, 0.0), (400.0, 0.0)]})
    xy = np.array([(200.0, 299.0), (200.0, 301.0), (412.0, 290.0), (200.0, 5000.0), (np.nan, 1.0)])
    asked = np.array([True, True, True, True, False])
    assert far_from_street(lane, xy, asked, 300.0).tolist() == [False, True, False, True, False]
    assert not far_from_street(None, xy, asked, 300.0).any()


# --- families


def meant(streets: NamedStreets, address: str, scope: int) -> tuple[int, set[str]]:
    parsed = keyed(parse_addresses(pd.Series([address], dtype="str")))
    answer = streets_of(streets, parsed, np.array([scope]))
    return int(answer.how[0]), names_in(streets, answer.stretches)


@pytest.mark.parametrize(
    ("address", "how", "names"),
    [
        ("Jl. Raya Jombang Gg. Nangka No. 4", EXACT, {"Gg. Nangka"}),
        ("Gg. Nangka Jl. Raya Jombang No. 4", EXACT, {"Gg. Nangka"}),
        ("Jl. Raya Jombang Gg. Delima No. 4", EXACT, {"Jl. Raya Jombang"}),  # not on the map
        ("Jl. Raya Jombang Gg. Sawo No. 4", EXACT, {"Jl. Raya Jombang"}),  # far from the jalan
        ("Jl. Cempaka Gg. Sawo No. 4", EXACT, {"Gg. Sawo"}),
        ("Jl. Raya Jombang Gudang Serpong", PARTLY, {"Jl. Raya Jombang"}),
        ("dekat warung", NOT_FOUND, set()),
    ],
)
def test_the_gang_goes_before_the_jalan_it_leaves(
    streets: NamedStreets, address: str, how: int, names: set[str]
) -> None:
    assert meant(streets, address, EAST) == (how, names)


def test_without_a_kelurahan_no_street_is_looked_for(streets: NamedStreets) -> None:
    assert meant(streets, "Jl. Melati No. 3", -1) == (NOT_FOUND, set())


@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=8), scope=st.integers(-1, 1))
@settings(max_examples=60, deadline=None)
def test_any_text_is_looked_for_without_a_fault(texts: list[str], scope: int) -> None:
    streets = named_streets(pieces(), SHAPES)
    jalan = [f"Jl. {text} Gg. {text[::-1]}" for text in texts]
    parsed = keyed(parse_addresses(pd.Series([*texts, *jalan], dtype="str")))
    answer = streets_of(streets, parsed, np.full(len(parsed), scope))
    assert len(answer.how) == len(parsed)
    some = answer.stretches.end > answer.stretches.first
    assert (some == (answer.how != NOT_FOUND)).all()
    assert answer.stretches.end.max() <= len(streets.start)
    twice = streets_of(streets, parsed.iloc[::-1], np.full(len(parsed), scope))
    assert twice.how[::-1].tolist() == answer.how.tolist()
