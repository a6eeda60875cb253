"""Radii measured on hidden families, and the choice between the places of one family."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.block_places import drawn_spread
from geodata.calibration import (
    LEAST_HIDDEN,
    Candidates,
    Factors,
    as_content,
    choose,
    from_content,
    held_out,
    measure,
)
from geodata.centres import Floats, geometric_medians, radius_within
from geodata.columns import GRADES
from geodata.hiding import affordable, hidden_neighbours, holes, sample


def candidates(grade: str, radius: list[float], x: float = 0.0) -> Candidates:
    """Places with the given radii; NaN: the family has none."""
    size = np.array(radius)
    xy = np.where(np.isnan(size)[:, None], np.nan, np.full((len(size), 2), x))
    return Candidates(grade, xy, size, np.zeros(len(size), dtype=np.intp), size)


def test_the_better_grade_wins_unless_a_lower_one_is_clearly_nearer() -> None:
    ladder = [
        candidates("street", [100, 100, np.nan, np.nan, 900], 1.0),
        candidates("rt", [90, 70, 50, np.nan, np.nan], 2.0),
        candidates("kelurahan", [1, 1, 1, 500, np.nan], 3.0),
    ]
    choice = choose(ladder, Factors())
    assert choice.rank.tolist() == [0, 1, 1, 2, 0]  # the kelurahan is the last resort
    assert choice.radius_m.tolist() == [100, 70, 50, 500, 900]
    assert choice.xy[:, 0].tolist() == [1, 2, 2, 3, 1]


def test_a_family_without_any_place_has_none() -> None:
    choice = choose([candidates("street", [np.nan])], Factors())
    assert choice.rank.tolist() == [-1]
    assert np.isnan(choice.xy).all()
    assert np.isnan(choice.radius_m).all()


def spread_out(count: int, scale: Floats) -> Floats:
    """Homes at 1/count, 2/count ... of the scale east of a place at 0, 0."""
    return np.column_stack([scale * np.arange(1, count + 1) / count, np.zeros(count)])


def test_a_radius_is_the_scales_that_hold_nine_tenths_of_the_hidden() -> None:
    count = 99
    scale = np.tile([10.0, 1000.0, 100.0], 33)
    kind = np.zeros(count, dtype=np.intp)
    ladder = [Candidates("rt", np.zeros((count, 2)), scale, kind, scale)]
    factors = measure(ladder, spread_out(count, scale))
    # ceil(0.9 * 100) = 90th of 99 ratios 1/99 ... 99/99
    assert factors.of_kind["rt", 0] == pytest.approx(90 / 99)
    assert factors.of_chosen["rt", 0] == pytest.approx(1.0)
    asked = choose([candidates("rt", [50.0])], factors)
    assert asked.radius_m[0] == pytest.approx(50 * 90 / 99)


def test_a_rare_kind_is_pooled_with_its_hundred_and_too_few_tell_nothing() -> None:
    count = LEAST_HIDDEN + 10
    kind = np.where(np.arange(count) < 10, 7, 3)
    scale = np.ones(count)
    ladder = [Candidates("rt", np.zeros((count, 2)), scale, kind, 5 * scale)]
    factors = measure(ladder, spread_out(count, scale))
    assert set(factors.of_kind) == {("rt", 3), ("rt", -1)}
    kinds = np.array([3, 7, 107])
    asked = [Candidates("rt", np.zeros((3, 2)), np.ones(3), kinds, np.full(3, 5.0))]
    assert choose(asked, factors).radius_m[:2].max() <= 1.0
    assert choose(asked, factors).radius_m[2] == pytest.approx(5 * factors.of_chosen["rt", -1000])
    few = [Candidates("rt", np.zeros((9, 2)), np.ones(9), np.zeros(9, dtype=np.intp), np.ones(9))]
    assert measure(few, spread_out(9, np.ones(9))) == Factors()


def test_the_spread_that_few_tell_is_drawn_towards_the_usual_one() -> None:
    drawn = drawn_spread(np.array([50.0, 50.0, 50.0]), np.array([5, 500, 0]), 140.0)
    # sqrt((5 * 50**2 + 4 * 140**2) / 9) = sqrt(10,100); a known point's stays
    assert drawn == pytest.approx([100.4988, 51.3392, 50.0], abs=1e-3)
    alone = np.array([50.0])
    assert drawn_spread(alone, np.array([5]), None) is alone


def test_the_halves_of_the_hidden_judge_each_other() -> None:
    rng = np.random.default_rng(4)
    count = 4000
    scale = rng.uniform(20, 200, count)
    ladder = [Candidates("rt", np.zeros((count, 2)), scale, np.zeros(count, dtype=np.intp), scale)]
    fare = held_out(ladder, rng.normal(0, 1, (count, 2)) * scale[:, None], 30.0)
    assert len(fare.grade) == count
    assert 0.88 <= fare.within.mean() <= 0.92


def test_neighbours_are_those_of_the_group_that_are_not_hidden_as_well() -> None:
    rng = np.random.default_rng(5)
    xy = rng.uniform(0, 100, (40, 2))
    group, part, street = (rng.integers(0, high, 40) for high in (3, 12, 4))
    chosen = np.arange(40)
    told = hidden_neighbours(xy, group, part, street, chosen, group)
    for n in chosen:
        mates = (group == group[n]) & (part != part[n])
        centre = geometric_medians(xy[mates], np.zeros(mates.sum(), dtype=np.intp), 1)[0]
        assert told.xy[n] == pytest.approx(centre, abs=0.2)
        assert told.size[n] == mates.sum()
        same = mates & (street == street[n])
        assert told.street_size[n] == same.sum()
        assert told.street_sum[n] == pytest.approx(xy[same].sum(axis=0))


def test_in_a_hole_all_neighbours_are_hidden() -> None:
    xy = np.column_stack([np.arange(60.0), np.zeros(60)])
    every = np.arange(60)
    hidden, hole = holes(xy, np.zeros(60), every, np.array([30, 30]), 9)
    assert np.abs(hidden - 30).max() <= 4
    group = np.zeros(60, dtype=np.intp)
    told = hidden_neighbours(xy, group, every, np.full(60, -1), hidden, group[hidden], hole)
    assert told.size.tolist() == [51, 51]


def test_a_pile_holds_families_of_one_kelurahan() -> None:
    xy, area = np.column_stack([np.arange(60.0), np.zeros(60)]), np.arange(60) // 30
    every = np.arange(60)
    hidden, hole = holes(xy, area, every, np.array([29, 30]), 9)
    assert hidden.tolist() == [29, 31]
    told = hidden_neighbours(xy, area, every, np.full(60, -1), hidden, area[hidden], hole)
    assert told.size.tolist() == [21, 21]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=80))
def test_the_sample_hangs_on_places_not_on_the_order(points: list[tuple[int, int]]) -> None:
    xy = np.array(points, dtype=float)
    picked = sample(xy, np.arange(len(xy)), 10)
    assert 0 < len(picked) <= 10
    turned = sample(xy[::-1], np.arange(len(xy)), 10)
    assert sorted(map(tuple, xy[picked])) == sorted(map(tuple, xy[::-1][turned]))


def test_large_groups_are_hidden_less_often() -> None:
    small, large = np.repeat(np.arange(900), 5), np.repeat(np.arange(10), 2000)
    assert affordable(small) > 100 * affordable(large) / 50 > 0
    assert radius_within(np.array([1.0]), np.array([0]), 1).tolist() == [1.0]


@given(
    st.dictionaries(st.tuples(st.sampled_from(GRADES), st.integers(-2000, 2000)), st.floats(0, 99)),
    st.dictionaries(st.tuples(st.sampled_from(GRADES), st.integers(-2000, 2000)), st.floats(0, 99)),
    st.none() | st.floats(0, 99),
)
def test_factors_come_back_from_json_as_they_were(
    of_kind: dict[tuple[str, int], float],
    of_chosen: dict[tuple[str, int], float],
    usual_m: float | None,
) -> None:
    factors = Factors(of_kind, of_chosen, usual_m)
    assert from_content(json.loads(json.dumps(as_content(factors)))) == factors
