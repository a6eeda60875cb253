"""Which row stands for a family, by decisions about pairs; and what a merged row is in a plan."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_fixtures import KELURAHAN, SETTINGS, middle, rw_of, small_city, without_doors
from storage_fixtures import make_households

from geodata.columns import PERSONAL
from planning.eligibility import DOORLESS
from planning.meetings import make_meetings
from planning.merging import (
    DIFFERENT,
    SAME,
    UNDONE,
    Groups,
    better_known,
    known_together,
    seen_together,
    waiting_pairs,
)
from planning.plan import WeekPlan

SUNDAY = "2026-12-06"
EVERYWHERE = {(area, ""): middle(area) for area in KELURAHAN}


def decisions(*rows: tuple[int, int, str] | tuple[int, int, str, int]) -> pd.DataFrame:
    """Decisions in their order; of the same family the smaller number is kept unless told."""
    found = [
        (row[0], row[1], row[2], (row[3] if len(row) == 4 else row[0]) if row[2] == SAME else None)
        for row in rows
    ]
    columns = ["left_id", "right_id", "decision", "kept_id"]
    return pd.DataFrame(found, columns=columns).astype({"kept_id": "Int64"})


@st.composite
def verdicts(draw: st.DrawFn) -> pd.DataFrame:
    """Any decisions about up to nine rows, one a pair, also such as contradict each other."""
    pairs = [(left, right) for left in range(1, 10) for right in range(left + 1, 10)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))
    rows = [
        (*pair, draw(st.sampled_from([SAME, SAME, DIFFERENT, UNDONE])), draw(st.sampled_from(pair)))
        for pair in chosen
    ]
    return decisions(*rows)


def families_by_hand(made: pd.DataFrame) -> dict[int, frozenset[int]]:
    """The family of each row, by joining sets until nothing changes."""
    of = {each: frozenset([each]) for each in range(1, 10)}
    same = made[made["decision"] == SAME]
    for _ in range(len(same) + 1):
        for left, right in zip(same["left_id"], same["right_id"], strict=True):
            together = of[left] | of[right]
            of |= dict.fromkeys(together, together)
    return of


@given(verdicts())
def test_each_family_has_one_standing_row_that_is_itself_not_merged(made: pd.DataFrame) -> None:
    groups, by_hand = Groups(made), families_by_hand(made)
    merged = groups.merged()
    assert set(merged).isdisjoint(merged.index)
    for family in set(by_hand.values()):
        standing = {groups.standing_for(each) for each in family}
        assert len(standing) == 1
        assert standing <= family
        assert set(merged.index) & family == family - standing
    for left in range(1, 10):
        for right in range(1, 10):
            assert groups.are_one(left, right) == (right in by_hand[left])


@given(verdicts())
def test_families_are_apart_when_any_of_their_rows_are_called_different(made: pd.DataFrame) -> None:
    groups, by_hand = Groups(made), families_by_hand(made)
    apart = made[made["decision"] == DIFFERENT]
    told = {
        frozenset([by_hand[left], by_hand[right]])
        for left, right in zip(apart["left_id"], apart["right_id"], strict=True)
    }
    for left in range(1, 10):
        for right in range(1, 10):
            expected = frozenset([by_hand[left], by_hand[right]]) in told
            assert groups.are_apart(left, right) == expected


def test_chains_end_at_the_row_that_stands() -> None:
    merged = Groups(decisions((1, 2, SAME, 2), (2, 3, SAME, 3), (3, 7, SAME, 3))).merged()
    assert merged.to_dict() == {1: 3, 2: 3, 7: 3}
    assert (merged.index.name, str(merged.dtype)) == ("household_id", "int64")


def test_decisions_in_a_circle_leave_one_row_standing() -> None:
    merged = Groups(decisions((1, 2, SAME, 2), (2, 3, SAME, 3), (1, 3, SAME, 1))).merged()
    assert merged.to_dict() == {1: 3, 2: 3}


def test_nothing_decided_merges_nothing() -> None:
    merged = Groups(decisions()).merged()
    assert (len(merged), str(merged.dtype), merged.index.name) == (0, "int64", "household_id")


def test_pairs_that_other_decisions_settle_do_not_wait() -> None:
    pairs = pd.DataFrame(
        {
            "left_id": [1, 1, 2, 1, 2, 5, 8],
            "right_id": [2, 3, 3, 4, 4, 6, 9],
            "probability": 0.9,
        },
        index=range(20, 27),
    )
    made = decisions((1, 2, SAME), (2, 3, SAME), (3, 4, DIFFERENT), (5, 6, UNDONE))
    waiting = waiting_pairs(pairs, made)
    assert waiting.index.tolist() == [25, 26]
    assert waiting_pairs(pairs, made, again=False).index.tolist() == [26]
    pd.testing.assert_frame_equal(waiting_pairs(pairs, decisions()), pairs)


@pytest.mark.parametrize(
    ("known", "kept"), [({4: 9, 7: 10}, 7), ({4: 10, 7: 9}, 4), ({4: 9, 7: 9}, 4)]
)
def test_the_row_with_more_known_fields_is_kept_and_of_equals_the_older(
    known: dict[int, int], kept: int
) -> None:
    assert better_known(4, 7, known) == better_known(7, 4, known) == kept


# --- what is known of a merged family


def rows(**flags: list[object]) -> pd.DataFrame:
    households = make_households([f"k{i}" for i in range(4)]).drop(columns=list(PERSONAL))
    households.index = pd.Index([1, 2, 3, 4], name="household_id")
    for name, values in flags.items():
        households[name] = pd.array(values, dtype=households[name].dtype)
    return households


def test_no_family_loses_its_risk_by_being_merged() -> None:
    households = rows(
        pregnant=[False, True, None, None],
        too_old=[None, False, None, True],
        too_many=[None, None, None, True],
        bkkbn_at_risk=[True, False, False, False],
        welfare_rank=[3, 1, None, 2],
    )
    merged = Groups(decisions((1, 2, SAME), (1, 3, SAME))).merged()
    before = households.copy()
    known = known_together(households, merged)
    told = ["pregnant", "too_old", "bkkbn_at_risk", "welfare_rank"]
    assert known.loc[1, told].tolist() == [True, False, True, 1]
    assert pd.isna(known.loc[1, "too_many"])
    pd.testing.assert_frame_equal(known.loc[[2, 3, 4]], households.loc[[2, 3, 4]])
    where = ["kode_keluarga", "rw", "rt", "register_lon", "register_lat"]
    pd.testing.assert_frame_equal(known[where], households[where])
    assert known.dtypes.to_dict() == households.dtypes.to_dict()
    pd.testing.assert_frame_equal(households, before)


def test_without_merged_rows_the_register_stays_as_it_is() -> None:
    households = rows()
    assert known_together(households, Groups(decisions()).merged()) is households
    away = Groups(decisions((1, 99, SAME), (50, 60, SAME))).merged()
    assert known_together(households, away) is households


def test_a_visit_to_a_merged_row_counts_for_the_row_that_stands() -> None:
    visits = pd.DataFrame({"household_id": [2, 1, 3], "day_date": ["a", "b", "c"]})
    merged = Groups(decisions((1, 2, SAME))).merged()
    seen = seen_together(visits, merged)
    assert seen["household_id"].tolist() == [2, 1, 3, 1]
    assert seen["day_date"].tolist() == ["a", "b", "c", "a"]
    for none, given_ in ((Groups(decisions()).merged(), visits), (merged, visits.iloc[:0])):
        pd.testing.assert_frame_equal(seen_together(given_, none), given_)


# --- in the plan


def reasons(plan: WeekPlan) -> dict[int, str]:
    return dict(zip(plan.leftovers["household_id"], plan.leftovers["reason"], strict=True))


def test_a_merged_family_is_left_out_for_that_reason_and_the_counts_add_up() -> None:
    city = small_city()
    free = city.plan()
    visited = [int(each) for each in free.visits["household_id"].unique()[:5]]
    for each in visited:
        city = city.with_family(each, merged=True, due_date="2027-01-01", flags="outside_city")
    city = city.with_family(visited[0], at_risk=False)
    plan = city.plan()
    told = reasons(plan)
    assert [told[each] for each in visited] == ["not_at_risk", *["merged"] * 4]
    assert not set(visited) & set(plan.visits["household_id"])
    assert plan.households_in_scope == plan.households_planned + len(plan.leftovers)
    assert plan.households_in_scope == len(city.families)


def test_no_kader_is_asked_for_a_merged_family() -> None:
    city = small_city()
    families = without_doors(city.families)
    assert set(families["grade"]) <= set(DOORLESS)
    families.loc[families.index[::2], "merged"] = True
    meetings = make_meetings(
        families, rw_of(families), EVERYWHERE, frozenset(), SUNDAY, SETTINGS.visits
    )
    asked = {each for meeting in meetings for each in meeting.households}
    assert asked == set(families.index[1::2])
    plan = replace(city, families=families, meetings=tuple(meetings)).plan()
    told = reasons(plan)
    assert {told[each] for each in families.index[::2]} == {"merged"}
    assert set() < set(plan.visits["household_id"]) <= asked
