"""Places that a person confirmed, in the placing of families."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from test_locating import EAST, RULES, WEST, at, city, cluster, families

from geodata.columns import PLACES
from geodata.locating import locate_households
from geodata.verified import locate_verified, use_verified, with_verified

NOTHING = pd.DataFrame({"lon": [], "lat": []}, index=pd.Index([], dtype="int64"), dtype=float)


def said(rows: dict[int, tuple[float, float]]) -> pd.DataFrame:
    """Return confirmed places by family."""
    frame = pd.DataFrame(list(rows.values()), columns=["lon", "lat"], index=list(rows))
    return frame.astype(float)


def located(
    rows: Sequence[dict[str, object]], verified: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, object]]:
    found = locate_verified(families(*rows), verified, city(), None, RULES)
    return found.places, found.report


def test_without_confirmed_places_nothing_differs() -> None:
    rows = families(*cluster(4), {}, at(-6.195, 106.605))
    for verified in (NOTHING, said({999: (106.605, -6.195)})):
        found = locate_verified(rows, verified, city(), None, RULES)
        plain, told = locate_households(rows, city(), None, RULES)
        assert_frame_equal(found.places, plain)
        assert found.report == told


def test_a_confirmed_family_stands_where_the_person_said_and_its_flags_are_cleared() -> None:
    rows = [*cluster(4), at(-6.195, 106.605), {}]
    places, report = located(rows, said({6: (106.6061, -6.1951), 7: (106.6062, -6.1952)}))
    mine = places.loc[[6, 7]]
    assert mine["grade"].tolist() == ["verified", "verified"]
    assert mine[["lon", "lat"]].to_numpy().tolist() == [[106.6061, -6.1951], [106.6062, -6.1952]]
    assert mine["radius_m"].tolist() == [RULES.least_radius_m] * 2
    assert mine["flags"].tolist() == ["", ""]
    assert mine["area_code"].tolist() == [WEST, WEST]
    grades, flags = report["grades"], report["flags"]
    assert isinstance(grades, dict)
    assert isinstance(flags, dict)
    assert (grades["verified"], grades["register"], sum(grades.values())) == (2, 4, 6)
    assert (flags["swapped"], flags["no_coordinate"]) == (0, 0)


def test_a_confirmed_family_completes_what_its_rt_needs_and_its_neighbours_move_up() -> None:
    rows = [*cluster(2), {}, {}, {}]
    assert set(located(rows, NOTHING)[0]["grade"].iloc[2:]) == {"kelurahan"}
    places, _ = located(rows, said({4: (106.6051, -6.1951)}))
    assert places["grade"].tolist() == ["register", "register", "verified", "rt", "rt"]


def test_a_family_confirmed_in_another_kelurahan_belongs_there_and_teaches_its_rt_nothing() -> None:
    rows = [*cluster(2), {}, {}]
    places, _ = located(rows, said({4: (106.615, -6.195)}))
    assert places["area_code"].tolist() == [WEST, WEST, EAST, WEST]
    assert places["grade"].tolist() == ["register", "register", "verified", "kelurahan"]
    assert places["flags"][4] == ""


def test_beside_the_border_a_family_keeps_its_kelurahan() -> None:
    near, far = (106.61 + metres / 110_000 for metres in (60, 160))
    rows = [*cluster(2), {}, {}]
    places, _ = located(rows, said({4: (near, -6.195), 5: (far, -6.195)}))
    assert RULES.outside_tolerance_m == 100
    assert places["area_code"].tolist()[2:] == [WEST, EAST]


def test_a_confirmed_place_that_the_city_no_longer_holds_is_flagged_and_keeps_its_kelurahan() -> (
    None
):
    rows = [*cluster(2), {}, {"area_code_stated": None}]
    places, report = located(rows, said({4: (107.5, -6.9), 5: (107.5, -6.9)}))
    assert places["grade"].tolist()[2:] == ["verified", "verified"]
    assert places["area_code"][4] == WEST
    assert pd.isna(places["area_code"][5])
    assert places["flags"].tolist()[2:] == ["outside", "outside_city"]
    flags = report["flags"]
    assert isinstance(flags, dict)
    assert (flags["outside"], flags["outside_city"]) == (1, 1)


@settings(max_examples=25)
@given(
    spots=st.dictionaries(
        st.integers(2, 12),
        st.tuples(st.floats(106.55, 106.67), st.floats(-6.25, -6.15)),
        max_size=11,
    ),
    order=st.permutations(range(8)),
)
def test_whatever_is_confirmed_index_order_and_all_other_families_stay(
    spots: dict[int, tuple[float, float]], order: list[int]
) -> None:
    rows = families(*cluster(5), at(-6.195, 106.605), {}, {}).iloc[order]
    verified = said(spots) if spots else NOTHING
    told = with_verified(rows, verified)
    assert_frame_equal(
        told.drop(columns=["register_lon", "register_lat"]),
        rows.drop(columns=["register_lon", "register_lat"]),
    )
    plain, _ = locate_households(rows, city(), None, RULES)
    places = PLACES.validate(use_verified(plain, verified, city(), RULES))
    known = [family for family in plain.index if family in spots]
    others = ~places.index.isin(known)
    assert_frame_equal(places[others], plain[others])
    assert places.index.tolist() == rows.index.tolist()
    assert set(places.loc[known, "grade"]) <= {"verified"}
    assert np.array_equal(
        places.loc[known, ["lon", "lat"]].to_numpy(), [spots[family] for family in known] or
        np.empty((0, 2)),
    )  # fmt: skip
