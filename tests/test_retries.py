"""After "not home" the next try falls in another part of the day, and nobody is lost by it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest
from planning_fixtures import (
    HOUR,
    KELURAHAN,
    SETTINGS,
    WEEK,
    City,
    doorless_city,
    doorless_plan,
    make_team,
    networks,
    shifts,
    small_city,
    small_plan,
)

from planning.difference import CAUSES, difference
from planning.edits import Edit, wishes_of
from planning.eligibility import Sorted, sort_out
from planning.meetings import make_meetings
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.replan import Replanned, replan_week
from planning.retries import day_parts
from planning.standing import planned_meetings
from planning.team_days import team_days
from planning.teams import Shift
from planning.travel import prepare_travel

FIRST, SECOND, THIRD = KELURAHAN
PARTS = day_parts(SETTINGS.visits)
NOON = 11 * HOUR + 1800
TUESDAY, THURSDAY = "2026-12-01", "2026-12-03"


def with_families(city: City, household_ids: list[int], **changed: Any) -> City:
    for key in household_ids:
        city = city.with_family(key, **changed)
    return city


def sorted_of(city: City, edits: list[Edit] | None = None) -> Sorted:
    crews = [team for team in city.teams if team.kind != "camat"]
    days = [day for team in crews for day in team_days(team, WEEK, frozenset())]
    wishes = wishes_of(edits or [])
    return sort_out(city.families, crews, days, city.travel(), WEEK, SETTINGS.visits, wishes=wishes)


def again(city: City, before: WeekPlan, edits: tuple[Edit, ...] = (), **more: Any) -> Replanned:
    held = planned_meetings(before, city.families, SETTINGS.visits)
    placed = city.families[city.families["lon"].notna()]
    travel = prepare_travel(networks(), placed, city.teams, SETTINGS.streets, held)
    return replan_week(
        before, city.families, city.teams, travel, SETTINGS,
        closed=frozenset(), edits=edits, **more,
    )  # fmt: skip


def starts(plan: WeekPlan, household: int) -> list[int]:
    rows = plan.visits[plan.visits["household_id"] == household]
    return [int(start) for start in rows["start_s"]]


def alone(plan: WeekPlan, *, before_noon: bool, team: str = "P1") -> list[int]:
    """Families that a team sees without the camat, in one half of the day."""
    rows = plan.visits[(plan.visits["team_id"] == team) & plan.visits["joint_team_id"].isna()]
    return rows.loc[(rows["start_s"] < NOON) == before_noon, "household_id"].tolist()


# --- the windows


@pytest.mark.parametrize(("tried", "part"), [("morning", "afternoon"), ("afternoon", "morning")])
def test_a_family_not_met_in_one_part_is_offered_the_other_parts(tried: str, part: str) -> None:
    windows = sorted_of(small_city().with_family(1, tried=tried)).windows_s
    assert list(windows) == [1]
    working = {int(key.split("|")[1]) for key in sorted_of(small_city()).homes[1]}
    expected = {(day, name) for day in working for name in (part, "late")}
    assert {
        (first // 86_400, PARTS.part_of(first // 86_400, first % 86_400)) for first, _ in windows[1]
    } == expected


@pytest.mark.parametrize("tried", ["", "morning;afternoon", "morning;late", "afternoon;late"])
def test_after_two_parts_or_none_any_hour_is_as_good(tried: str) -> None:
    assert sorted_of(small_city().with_family(1, tried=tried)).windows_s == {}


def test_a_pin_wins_over_the_part_of_the_day() -> None:
    city = small_city().with_family(1, tried="morning")
    found = sorted_of(city, [Edit("pin", 1, "P1", 2)])
    assert found.windows_s == {}
    plan_ = city.plan()
    family = alone(plan_, before_noon=True)[0]
    city = small_city().with_family(family, tried="morning")
    pin = Edit("pin", family, "P1", 2, 9 * HOUR)
    made = again(city, plan_, (pin,))
    assert starts(made.plan, family) == [9 * HOUR]


def test_where_no_team_works_in_another_part_there_is_no_window() -> None:
    morning = shifts([1, 2, 3], Shift(8 * HOUR, 11 * HOUR))
    one = replace(small_city(), teams=(make_team("P1", "plkb", (FIRST,), 2, shifts=morning),))
    first = int(one.families.index[one.families["area_code"] == FIRST][0])
    found = sorted_of(one.with_family(first, tried="morning"))
    assert found.windows_s == {}
    assert first in found.homes
    saturday = shifts([1, 5], Shift(8 * HOUR, 11 * HOUR))
    two = replace(one, teams=(make_team("P1", "plkb", (FIRST,), 2, shifts=saturday),))
    found = sorted_of(two.with_family(first, tried="morning"))
    assert any(first // 86_400 == 5 for first, _ in found.windows_s[first])  # factory mothers


def test_a_part_too_short_for_the_visit_and_the_way_back_is_none() -> None:
    """A shift that ends minutes after noon leaves no room for a visit that begins then."""
    short = shifts([1], Shift(8 * HOUR, NOON + 600))
    one = replace(small_city(), teams=(make_team("P1", "plkb", (FIRST,), 2, shifts=short),))
    first = int(one.families.index[one.families["area_code"] == FIRST][0])
    assert sorted_of(one.with_family(first, tried="morning")).windows_s == {}
    longer = shifts([1], Shift(8 * HOUR, NOON + 2 * HOUR))
    one = replace(one, teams=(make_team("P1", "plkb", (FIRST,), 2, shifts=longer),))
    assert list(sorted_of(one.with_family(first, tried="morning")).windows_s) == [first]


# --- the week


@cache
def tried_city() -> City:
    """The small city; P1's families and the camat's were not home in the morning."""
    rows = small_plan().visits
    camats = rows.loc[rows["team_id"] == "C", "household_id"].tolist()
    tried = sorted({*alone(small_plan(), before_noon=True), *camats})
    return with_families(small_city(), tried, tried="morning")


def test_a_week_tries_them_in_the_afternoon_and_no_camat_takes_them_in_the_morning() -> None:
    city = tried_city()
    tried = city.families.index[city.families["tried"] != ""]
    assert len(tried) >= 5
    plan = city.plan()
    assert check_plan(plan, city.families, city.teams) == []
    mine = plan.visits[plan.visits["household_id"].isin(tried)]
    assert len(mine) >= 3
    assert (mine["start_s"] >= NOON).all()
    assert not mine["team_id"].eq("C").any()
    left = plan.leftovers.set_index("household_id")["reason"].reindex(tried).dropna()
    assert set(left) <= {"day_full"}


# --- what a result says of a plan that is made already


@pytest.mark.parametrize("reason", ["moved", "refused", "not_at_risk"])
def test_a_family_kept_off_by_a_result_is_left_with_that_reason(reason: str) -> None:
    city = small_city().with_family(1, kept_off=reason)
    left = sorted_of(city).leftovers.set_index("household_id")["reason"]
    assert left[1] == reason
    assert 1 in sorted_of(city, [Edit("pin", 1, "P1")]).homes  # somebody knows better


def test_who_is_kept_off_is_asked_for_at_no_meeting() -> None:
    city = doorless_city()
    keys = list(city.meetings[0].households)
    families = city.families.assign(
        kept_off=pd.Series("", index=city.families.index).mask(
            city.families.index.isin(keys), "moved"
        )
    )
    rw = pd.Series("001", index=families.index, dtype="str")
    places = {(area, ""): city.meetings[0].place for area in KELURAHAN}
    made = make_meetings(families, rw, places, frozenset(), "2026-12-06", SETTINGS.visits)
    assert not {key for each in made for key in each.households} & set(keys)
    assert made


@pytest.mark.parametrize("reason", ["moved", "refused", "not_at_risk"])
def test_a_family_kept_off_since_leaves_the_rest_of_the_week_with_its_cause(reason: str) -> None:
    before = small_plan()
    days = before.visits.set_index("household_id")["day_date"]
    early = [key for key in alone(before, before_noon=True) if days[key] == TUESDAY]
    late = [key for key in alone(before, before_noon=True) if days[key] == THURSDAY]
    assert early
    assert late
    city = with_families(small_city(), [early[0], late[0]], kept_off=reason)
    made = again(city, before, first_weekday=2)
    told = difference(before, made.plan, made.causes)
    change = {each.household_id: each for each in told.changes}
    assert (change[late[0]].change, change[late[0]].cause) == ("dropped", reason)
    assert change[late[0]].left_out == reason
    assert CAUSES[reason]
    assert early[0] not in change  # its day is over
    over = [
        plan.visits[plan.visits["day_date"] < "2026-12-02"].reset_index(drop=True)
        for plan in (before, made.plan)
    ]
    pd.testing.assert_frame_equal(*over)


def test_a_family_that_the_camat_would_see_is_dropped_too() -> None:
    before = small_plan()
    camat = before.visits[before.visits["team_id"] == "C"]
    family = int(camat["household_id"].iloc[0])
    made = again(small_city().with_family(family, kept_off="moved"), before)
    assert family not in set(made.plan.visits["household_id"])
    assert made.causes[family] == "moved"


def test_a_meeting_asks_no_more_for_who_is_kept_off_but_one_that_was_held_stays() -> None:
    city, before = doorless_city(), doorless_plan()
    rows = before.visits
    early = int(rows.loc[rows["day_date"] == TUESDAY, "household_id"].iloc[0])
    late = int(rows.loc[rows["day_date"] == THURSDAY, "household_id"].iloc[0])
    city = with_families(city, [early, late], kept_off="moved")
    made = again(city, before, first_weekday=2)
    asked = set(made.plan.visits["household_id"])
    assert early in asked
    assert late not in asked
    left = made.plan.leftovers.set_index("household_id")["reason"]
    assert left[late] == "moved"


def test_a_replan_moves_a_standing_visit_to_another_part_of_the_day_where_there_is_room() -> None:
    roomy = replace(small_city(), families=small_city().families.iloc[:45])
    before = roomy.plan()
    family = alone(before, before_noon=True)[0]
    made = again(roomy.with_family(family, tried="morning"), before)
    (start,) = starts(made.plan, family)
    assert start >= NOON
    assert made.causes[family] == "not_home"
    assert set(made.plan.visits["household_id"]) >= set(before.visits["household_id"])


def test_where_there_is_no_room_in_another_part_the_visit_stays() -> None:
    before = small_plan()
    families = alone(before, before_noon=True) + alone(before, before_noon=True, team="P2")
    city = with_families(small_city(), families, tried="morning")
    made = again(city, before, first_weekday=3)
    assert set(made.plan.visits["household_id"]) >= set(before.visits["household_id"])
    assert check_plan(made.plan, city.families, city.teams) == []
