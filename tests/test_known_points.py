"""Known points of RT and RW place families that the register cannot, and which to ask for next."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_locating import EAST, RULES, WEST, at, city, cluster, families, metres, streets

from geodata.columns import GRADES, PLACES, POINTS
from geodata.known_points import point_radius, points_worth_adding
from geodata.locating import locate, locate_households

RT_POINT, RW_POINT, POSYANDU = (106.602, -6.192), (106.608, -6.198), (106.603, -6.197)


def points(*rows: tuple[str, str, str | None, str | None, tuple[float, float]]) -> pd.DataFrame:
    """Return known points: kind, kelurahan, RW, RT, lon and lat."""
    frame = pd.DataFrame(
        {
            "place_id": [f"P{number}" for number in range(len(rows))],
            "kind": [kind for kind, *_ in rows],
            "name": "Titik",
            "area_code": [area for _, area, *_ in rows],
            "rw": [rw for _, _, rw, _, _ in rows],
            "rt": [rt for _, _, _, rt, _ in rows],
            "lon": [place[0] for *_, place in rows],
            "lat": [place[1] for *_, place in rows],
        }
    ).astype(dict.fromkeys(("place_id", "kind", "name", "area_code", "rw", "rt"), "str"))
    return POINTS.validate(frame)


def test_without_any_coordinate_points_place_families_by_rt_and_rw() -> None:
    households = families(
        {"rt": "001"}, {"rt": "002"}, {"rt": None}, {"rw": "002"}, {"rw": None},
        {"area_code_stated": EAST}, {"area_code_stated": None},
    )  # fmt: skip
    known = points(("rt", WEST, "001", "001", RT_POINT), ("rw", WEST, "001", None, RW_POINT))
    places, report = locate_households(households, city(), None, RULES, known)
    assert places["grade"].tolist() == ["rt", "rw", "rw", "kelurahan", "kelurahan",
                                        "kelurahan", "none"]  # fmt: skip
    assert report["from_points"] == {"rt": 1, "rw": 2, "posyandu": 0}
    assert metres(places.iloc[0], *RT_POINT) < 0.1
    assert metres(places.iloc[1], *RW_POINT) < 0.1
    assert places["radius_m"].tolist()[:3] == [100.0, 300.0, 300.0]


def test_enough_well_placed_families_are_believed_before_a_point() -> None:
    few = [row | {"rt": "002"} for row in cluster(RULES.least_known_rt - 1, lon=106.6075)]
    households = families(*cluster(RULES.least_known_rt), {}, *few, {"rt": "002"})
    known = points(("rt", WEST, "001", "001", RT_POINT), ("rt", WEST, "001", "002", RT_POINT))
    places, report = locate_households(households, city(), None, RULES, known)
    learned, told = places.iloc[RULES.least_known_rt], places.iloc[-1]
    assert (learned["grade"], told["grade"]) == ("rt", "rt")
    assert metres(learned, 106.605, -6.195) < 10
    assert metres(told, *RT_POINT) < 0.1
    assert report["from_points"] == {"rt": 1, "rw": 0, "posyandu": 0}


STREETS = {"001": ("Jalan Anggrek", -6.192), "002": ("Jalan Melati", -6.195),
           "003": ("Jalan Kenanga", -6.198)}  # fmt: skip
COUNT = 60


def lives_at(rw: str, number: int, *, on_street: bool) -> tuple[float, float]:
    """Return a home on the street within 33 m of its middle, or one 150 to 200 m from it."""
    along = 0.0003 * (2 * number / COUNT - 1)
    beside = 0.0 if on_street else (-1) ** number * (0.00135 + 0.0005 * number / COUNT)
    return 106.605 + along, STREETS[rw][1] + beside


def test_homes_near_other_points_tell_how_far_a_family_lives_from_the_point_of_its_rw() -> None:
    rows, homes = [], []
    for rw, (name, _) in STREETS.items():
        for number in range(2 * COUNT):
            on_street = number < COUNT
            lon, lat = lives_at(rw, number % COUNT, on_street=on_street)
            homes.append((lon, lat))
            place = {} if rw == "003" else {"register_lon": lon, "register_lat": lat}
            address = f"{name} No. {number}" if on_street else None
            rows.append({"rw": rw, "rt": None, "address": address} | place)
    households = families(*rows).assign(address=[row["address"] for row in rows])
    ways = streets(*[[(106.6, lat), (106.61, lat)] for _, lat in STREETS.values()])
    ways["name"] = [name for name, _ in STREETS.values()]
    known = points(*[("posyandu", WEST, rw, None, (106.605, STREETS[rw][1])) for rw in STREETS])
    located = locate(households, city(), ways, RULES, known)
    asked = located.places.iloc[-2 * COUNT :]
    assert asked["grade"].tolist() == ["street"] * COUNT + ["rw"] * COUNT
    away = [
        metres(place, *home)
        for (_, place), home in zip(asked.iterrows(), homes[-len(asked) :], strict=True)
    ]
    radius = asked["radius_m"].to_numpy()
    assert radius[:COUNT].max() <= 40.0  # not the radius of all who live around the point
    assert radius[COUNT:].min() >= 150.0
    for grade in (slice(COUNT), slice(COUNT, None)):
        assert 0.85 <= (np.array(away)[grade] <= radius[grade]).mean() <= 0.95


def test_a_kelurahan_with_one_short_street_has_a_radius_around_its_points() -> None:
    small = shapely.box(106.6000, -6.1901, 106.6002, -6.1899)
    ways = streets([(106.60009, -6.19), (106.60011, -6.19)])
    near = [
        at(106.6001 + 0.00001 * (n % 7 - 3), -6.19 + 0.00001 * (n % 5 - 2), rt=None)
        for n in range(60)
    ]
    known = points(("rw", WEST, "001", None, (106.6001, -6.19)),
                   ("rw", WEST, "002", None, (106.60011, -6.19)))  # fmt: skip
    households = families(*near, {"rw": "002", "rt": None})
    places, _ = locate_households(households, city(small), ways, RULES, known)
    assert places["radius_m"].notna().all()
    assert RULES.least_radius_m <= places["radius_m"].iloc[-1] < 60


def test_a_posyandu_stands_for_its_rw_only_where_no_better_point_is() -> None:
    known = points(
        ("posyandu", WEST, "001", None, POSYANDU),
        ("posyandu", WEST, "001", None, RT_POINT),
        ("posyandu", WEST, None, None, RT_POINT),
        ("puskesmas", WEST, "002", None, RT_POINT),
    )
    households = families({}, {"rw": "002"})
    places, report = locate_households(households, city(), None, RULES, known)
    assert places["grade"].tolist() == ["rw", "kelurahan"]
    assert metres(places.iloc[0], *POSYANDU) < 0.1
    assert report["from_points"] == {"rt": 0, "rw": 0, "posyandu": 1}
    better = pd.concat([known, points(("rw", WEST, "001", None, RW_POINT)).assign(place_id="Q")])
    places, report = locate_households(households, city(), None, RULES, better)
    assert metres(places.iloc[0], *RW_POINT) < 0.1
    assert report["from_points"] == {"rt": 0, "rw": 1, "posyandu": 0}


def test_a_point_of_elsewhere_places_nobody() -> None:
    known = points(
        ("posyandu", WEST, "001", None, (106.615, -6.195)),  # in the other kelurahan
        ("rw", "36.71.09.1001", "001", None, RW_POINT),
    )
    places, report = locate_households(families({}), city(), None, RULES, known)
    assert places["grade"].tolist() == ["kelurahan"]
    assert report["from_points"] == {"rt": 0, "rw": 0, "posyandu": 0}


def test_the_radius_is_learned_where_enough_families_tell_it() -> None:
    assert point_radius(np.full(49, 40.0), 100.0) == 100.0
    assert point_radius(np.arange(1.0, 100.0), 300.0) == 90.0  # ceil(0.9 * 100)th of 99
    rts = [f"{number:03d}" for number in range(2, 32)]
    ring = cluster(2 * len(rts))  # 20 m around the points
    told = [row | {"rt": rts[number // 2]} for number, row in enumerate(ring)]
    known = points(*(("rt", WEST, "001", rt, (106.605, -6.195)) for rt in ["001", *rts]))
    places, _ = locate_households(families(*told, {}), city(), None, RULES, known)
    assert places.iloc[-1][["grade", "radius_m"]].tolist() == ["rt", RULES.least_radius_m]


def test_no_points_change_nothing() -> None:
    households = families(*cluster(4), {}, {"rw": "002"})
    plain, report = locate_households(households, city(), None, RULES)
    for known in (None, points().iloc[:0], points(("office", WEST, None, None, RT_POINT))):
        places, _ = locate_households(households, city(), None, RULES, known)
        pd.testing.assert_frame_equal(places, plain)
    assert report["from_points"] == {"rt": 0, "rw": 0, "posyandu": 0}


def test_the_points_that_settle_most_families_come_first() -> None:
    one, two = {"rw": "001"}, {"rw": "002"}
    households = families(
        *({**one, "rt": "001"} for _ in range(3)), {**one, "rt": "002"}, {**one, "rt": None},
        *({**two, "rt": "005"} for _ in range(4)), {"rw": None, "rt": "005"},
    )  # fmt: skip
    known = points(("rw", WEST, "002", None, RW_POINT))
    places, _ = locate_households(households, city(), None, RULES, known)
    worth = points_worth_adding(households, places)
    assert worth[["area_code", "rw", "families"]].to_numpy().tolist() == [
        [WEST, "001", 5], [WEST, "002", 4], [WEST, "001", 3], [WEST, "001", 1],
    ]  # fmt: skip
    assert worth["rt"].fillna("-").tolist() == ["-", "005", "001", "002"]
    assert points_worth_adding(households, places, 2).equals(worth.head(2))
    settled = places.assign(grade="register")
    assert points_worth_adding(households, settled).empty


def test_who_is_clearly_better_known_than_a_point_would_tell_asks_for_none() -> None:
    households = families({"rw": "001", "rt": "001"}, {"rw": "001", "rt": "001"})
    places, _ = locate_households(households, city(), None, RULES)
    known = places.assign(grade="neighbourhood", radius_m=[200.0, 260.0])
    worth = points_worth_adding(households, known, usual_m={"rw": 300.0, "rt": 100.0})
    assert worth["families"].tolist() == [2, 1]  # the RT's point helps both, the RW's one
    assert worth["rt"].fillna("-").tolist() == ["001", "-"]
    assert points_worth_adding(households, known)["families"].tolist() == [2, 2]


_FAMILY = st.fixed_dictionaries(
    {
        "register_lon": st.sampled_from([None, 106.605, 106.606]),
        "register_lat": st.sampled_from([-6.195, -6.196]),
        "area_code_stated": st.sampled_from([WEST, EAST, None]),
        "rw": st.sampled_from([None, "001", "002"]),
        "rt": st.sampled_from([None, "001", "002"]),
    }
)
_POINT = st.tuples(
    st.sampled_from(["rt", "rw", "posyandu"]),
    st.sampled_from([WEST, EAST]),
    st.sampled_from(["001", "002"]),
    st.sampled_from(["001", "002"]),
    st.sampled_from([RT_POINT, (106.615, -6.195)]),
)


@settings(max_examples=40)
@given(rows=st.lists(_FAMILY, min_size=1, max_size=10), known=st.lists(_POINT, max_size=6))
def test_a_point_never_makes_a_place_worse(
    rows: list[dict[str, object]],
    known: list[tuple[str, str, str | None, str | None, tuple[float, float]]],
) -> None:
    households = families(*rows)
    before, _ = locate_households(households, city(), None, RULES)
    after, report = locate_households(households, city(), None, RULES, points(*known))
    PLACES.validate(after)
    rank = {grade: number for number, grade in enumerate(GRADES)}
    assert (after["grade"].map(rank) <= before["grade"].map(rank)).all()
    assert after["area_code"].equals(before["area_code"])
    counts = report["from_points"]
    assert isinstance(counts, dict)
    assert sum(counts.values()) >= int((after["grade"] != before["grade"]).sum())
    worth = points_worth_adding(households, after)
    assert worth["families"].is_monotonic_decreasing
    assert worth["families"].ge(1).all()


def test_clicking_the_first_point_settles_as_many_families_as_the_list_says() -> None:
    households = families(*({"rw": "001", "rt": f"{n % 4 + 1:03d}"} for n in range(23)), {})
    places, _ = locate_households(households, city(), None, RULES)
    first = points_worth_adding(households, places, 1).iloc[0]
    known = points(("rw", str(first["area_code"]), str(first["rw"]), None, RW_POINT))
    raised, report = locate_households(households, city(), None, RULES, known)
    assert report["from_points"]["rw"] == first["families"] == 24  # type: ignore[index]  # a dict
    assert int((raised["grade"] != places["grade"]).sum()) == first["families"]
    assert pytest.approx(300.0) == raised["radius_m"].iloc[0]
