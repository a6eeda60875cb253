"""Which places a person should look at, and how many families each look helps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_locating import RULES, WEST, at, city, cluster, families

from geodata.columns import GRADES, POINTS
from geodata.locating import FLAGS
from geodata.place_queue import CONFLICTS, WEAK, places_to_fix, stated_blocks
from geodata.verified import locate_verified

Row = tuple[str, str | None, str | None, str]  # grade, RW, RT, flags


def queue(rows: Sequence[Row], points: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the queue of families in WEST, numbered from 0."""
    blocks = pd.DataFrame(
        {"rw": [row[1] for row in rows], "rt": [row[2] for row in rows]}, dtype="str"
    )
    places = pd.DataFrame(
        {"area_code": WEST, "grade": [row[0] for row in rows], "flags": [row[3] for row in rows]}
    ).astype("str")
    places.loc[places["grade"] == "none", "area_code"] = None
    return places_to_fix(blocks, places, known() if points is None else points, RULES)


def known(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    """Return known points of WEST: kind, RW, RT."""
    frame = pd.DataFrame(
        [(f"p{at}", kind, "Contoh", WEST, rw, rt, 106.605, -6.195)
         for at, (kind, rw, rt) in enumerate(rows)],
        columns=list(POINTS.columns),
    )  # fmt: skip
    text = dict.fromkeys(("place_id", "kind", "name", "area_code", "rw", "rt"), "str")
    return POINTS.validate(frame.astype({**text, "lon": float, "lat": float}))


def worth(rows: Sequence[Row], at: int, points: pd.DataFrame | None = None) -> tuple[object, ...]:
    found = queue(rows, points).loc[at]
    return found["unit"], int(found["needed"]), int(found["helped"])


def sound(count: int, rw: str = "001", rt: str = "001") -> list[Row]:
    return [("register", rw, rt, "")] * count


def weak(count: int, grade: str = "rw", rw: str = "001", rt: str = "001") -> list[Row]:
    return [(grade, rw, rt, "no_coordinate")] * count


def test_conflicts_and_weak_places_are_queued_and_the_gravest_conflict_is_named() -> None:
    rows: list[Row] = [
        *sound(3),
        ("register", "001", "001", "far_from_street"),
        ("street", "001", "001", "pile"),
        ("rt", "001", "001", "outside;pile"),
        ("rt", "001", "001", "no_coordinate"),
        ("street", "001", "001", "kelurahan_by_name"),
        ("none", None, None, "no_coordinate;outside_city"),
        *weak(1),
    ]
    found = queue(rows)
    assert found.index.tolist() == [3, 4, 5, 8, 9]
    assert found["conflict"].tolist() == ["far_from_street", "pile", "outside", "outside_city", ""]


def test_a_family_that_completes_its_rt_helps_all_that_are_known_less_well() -> None:
    rows = [*sound(2), *weak(4), *weak(1, "street"), *weak(2, rt="002")]
    assert worth(rows, 2) == ("rt", 1, 4)
    assert worth([*sound(3), *weak(1, "neighbourhood")], 3) == ("", 1, 1)


def test_where_an_rt_needs_more_it_says_how_many_and_none_where_that_helps_nobody_else() -> None:
    assert worth([*sound(1), *weak(5)], 1) == ("rt", 2, 5)
    assert worth(weak(3), 0) == ("", 1, 1)  # three places for three families
    assert worth([*sound(1), *weak(1)], 1) == ("", 1, 1)  # nobody is left to be the third


def test_an_rw_that_gets_a_centre_helps_the_families_known_by_their_kelurahan() -> None:
    rows = [*sound(2), *sound(2, rt="002"), *weak(4, "kelurahan", rt="003")]
    rows += weak(2, "neighbourhood", rt="004")
    assert worth(rows, 4) == ("rw", 1, 4)


def test_a_family_that_completes_both_counts_nobody_twice() -> None:
    rows = [*sound(2), *sound(2, rt="002"), *weak(3, "kelurahan"), *weak(2, "kelurahan", rt="003")]
    assert worth(rows, 4) == ("rt", 1, 5)


@pytest.mark.parametrize("kind", ["rt", "rw"])
def test_a_known_point_stands_for_a_centre(kind: str) -> None:
    rows = [*sound(2), *weak(4)]
    point = known((kind, "001", "001" if kind == "rt" else None))
    assert worth(rows, 2, point) == (("", 1, 1) if kind == "rt" else ("rt", 1, 4))


def test_a_family_that_centres_are_learned_from_already_helps_only_itself() -> None:
    rows: list[Row] = [("register", "001", "001", "far_from_street"), *sound(1), *weak(4)]
    assert worth(rows, 0) == ("", 1, 1)


def test_rw_and_rt_of_the_address_count_where_the_columns_are_blank() -> None:
    rows = families({}, {"rt": None}, {"rw": None, "rt": None}, {"rw": None, "rt": None})
    addresses = pd.Series(
        ["Jl. A RT 009/RW 009", "Jl. A RT 02/RW 01", "Jl. A RT 03/RW 04", None], index=rows.index
    )
    blocks = stated_blocks(rows, addresses)
    assert blocks.iloc[:3].to_numpy().tolist() == [["001", "001"], ["001", "002"], ["004", "003"]]
    assert blocks.iloc[3].isna().all()


@pytest.mark.parametrize("count", [2, 5, 9])
def test_what_is_promised_is_what_placing_does(count: int) -> None:
    rows = families(*cluster(2), *[{}] * count)
    places = locate_verified(rows, said_of({}), city(), None, RULES).places
    blocks = stated_blocks(rows, pd.Series(index=rows.index, dtype="str"))
    found = places_to_fix(blocks, places, known(), RULES).iloc[0]
    assert (found["needed"], found["helped"]) == (1, count)
    word = said_of({found.name: (106.6051, -6.195)})
    after = locate_verified(rows, word, city(), None, RULES).places
    rank = {grade: number for number, grade in enumerate(GRADES)}
    up = after["grade"].map(rank) < places["grade"].map(rank)
    assert up.sum() == found["helped"]


def said_of(spots: dict[object, tuple[float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(spots.values()), columns=["lon", "lat"], dtype=float)
    return frame.set_axis(pd.Index(list(spots), dtype="int64"))


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(GRADES),
            st.sampled_from([None, "001", "002"]),
            st.sampled_from([None, "001", "002", "003"]),
            st.lists(st.sampled_from(FLAGS), unique=True, max_size=3).map(";".join),
        ),
        max_size=40,
    )
)
def test_the_queue_holds_each_family_that_needs_a_look_once_and_promises_what_can_be(
    rows: list[Row],
) -> None:
    found = queue(rows)
    wanted = [
        at
        for at, (grade, _, _, flags) in enumerate(rows)
        if grade in WEAK or set(flags.split(";")) & set(CONFLICTS)
    ]
    assert found.index.tolist() == wanted
    assert (found["helped"] >= 1).all()
    many = found[found["unit"] != ""]
    assert (many["helped"] > many["needed"]).all()
    assert (found.loc[found["unit"] == "", ["needed", "helped"]].to_numpy() == 1).all()
    size = pd.Series([row[1] for row in rows], dtype="object").value_counts()
    assert (many["helped"].to_numpy() <= many["rw"].map(size).to_numpy()).all()
    assert not np.isin(many["grade"], ["register", "verified"]).any()


def test_the_register_of_a_pile_is_queued_family_by_family() -> None:
    spot = [at(106.6031, -6.1951)] * RULES.pile_families
    rows = families(*cluster(4), *spot)
    places = locate_verified(rows, said_of({}), city(), None, RULES).places
    blocks = stated_blocks(rows, pd.Series(index=rows.index, dtype="str"))
    found = places_to_fix(blocks, places, known(), RULES)
    assert found["conflict"].tolist() == ["pile"] * RULES.pile_families
