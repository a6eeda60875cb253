"""A new version of a plan changes as little as can be, and says what it changed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from planning_fixtures import (
    HOUR,
    KELURAHAN,
    SETTINGS,
    WEEK,
    City,
    doorless_city,
    doorless_plan,
    networks,
    small_city,
    small_plan,
)

from planning.difference import CAUSES, Difference, difference
from planning.edit_cost import EditCost, cost_of_edits, part_of_plan
from planning.edits import Edit, wishes_of, with_absences
from planning.pins import PinsRefusedError
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.replan import Replanned, replan_week
from planning.standing import planned_meetings, standing_stops
from planning.teams import Shift
from planning.travel import Travel, prepare_travel

FIRST, SECOND, THIRD = KELURAHAN
TUESDAY, WEDNESDAY, THURSDAY = "2026-12-01", "2026-12-02", "2026-12-03"


@cache
def roomy_city() -> City:
    """The small city with 45 families: the teams have time left."""
    return replace(small_city(), families=small_city().families.iloc[:45])


@cache
def roomy_plan() -> WeekPlan:
    return roomy_city().plan()


def travel_of(city: City, plan: WeekPlan) -> Travel:
    held = planned_meetings(plan, city.families, SETTINGS.visits)
    placed = city.families[city.families["lon"].notna()]
    return prepare_travel(networks(), placed, city.teams, SETTINGS.streets, held)


def again(
    edits: list[Edit], city: City | None = None, before: WeekPlan | None = None, **changed: Any
) -> Replanned:
    """Replan the small city's week."""
    city, before = city or small_city(), before or small_plan()
    teams = with_absences(city.teams, wishes_of(edits), WEEK)
    return replan_week(
        before, city.families, teams, travel_of(city, before), SETTINGS,
        closed=frozenset(), edits=edits, busy=city.busy, **changed,
    )  # fmt: skip


def same(one: WeekPlan, other: WeekPlan) -> None:
    same_visits(one, other)
    assert_frame_equal(one.leftovers, other.leftovers)


def same_visits(one: WeekPlan, other: WeekPlan) -> None:
    assert_frame_equal(one.visits, other.visits)
    assert_geodataframe_equal(one.days, other.days)


def of_teams(rows: pd.DataFrame, teams: set[str]) -> pd.DataFrame:
    return rows[rows["team_id"].isin(list(teams))].reset_index(drop=True)


def families_of(plan: WeekPlan, team: str, *days: str) -> set[int]:
    rows = plan.visits[plan.visits["team_id"] == team]
    return set(rows.loc[rows["day_date"].isin(days) if days else rows.index, "household_id"])


def away(team: str, *weekdays: int) -> list[Edit]:
    return [Edit("absent", team_id=team, weekday=day) for day in weekdays]


def told(before: WeekPlan, made: Replanned) -> Difference:
    return difference(before, made.plan, made.causes)


# --- what stays


def test_where_nothing_changed_the_plan_is_the_same_to_the_last_digit() -> None:
    same(again([]).plan, small_plan())
    same(again([], doorless_city(), doorless_plan()).plan, doorless_plan())
    assert again([]).causes == {}


@pytest.mark.parametrize("team", ["P1", "P2", "T3", "T4"])
def test_a_team_away_for_two_days_changes_only_the_days_that_gain_its_families(team: str) -> None:
    city, before = roomy_city(), roomy_plan()
    made = again(away(team, 1, 2), city, before)
    lost = families_of(before, team, TUESDAY, WEDNESDAY)
    assert lost
    changes = told(before, made)
    moved = [each for each in changes.changes if each.change != "company"]
    assert {each.household_id for each in moved} <= lost
    assert len(changes.changes) <= 1.2 * len(lost)
    gained = {place for each in changes.changes for place in each.after}
    key = ["team_id", "day_date"]
    days = {tuple(row) for row in before.days[key].itertuples(index=False)}
    for day in days - gained - {(team, TUESDAY), (team, WEDNESDAY)}:
        mine = [
            plan.visits[(plan.visits["team_id"] == day[0]) & (plan.visits["day_date"] == day[1])]
            for plan in (before, made.plan)
        ]
        alone = {each.household_id for each in changes.changes if each.change == "company"}
        kept = [rows[~rows["household_id"].isin(alone)].reset_index(drop=True) for rows in mine]
        assert_frame_equal(*kept)


def test_families_of_an_absent_team_are_offered_to_the_others_first() -> None:
    city, before = roomy_city(), roomy_plan()
    changes = told(before, again(away("P2", 1, 2), city, before))
    assert changes.count("moved") > 0
    for each in changes.changes:
        if each.change == "moved":
            assert each.cause == "team_absent"
            assert {team for team, _ in each.after} <= {"P2", "T3", "T4"}


def test_teams_that_share_no_territory_with_the_change_keep_every_row() -> None:
    made = again(away("P2", 1, 2)).plan
    others = {"P1", "T1", "T2"}
    assert_frame_equal(of_teams(made.visits, others), of_teams(small_plan().visits, others))
    assert_geodataframe_equal(of_teams(made.days, others), of_teams(small_plan().days, others))


def test_a_replan_of_a_replan_with_the_same_edits_changes_nothing() -> None:
    edits = [*away("P2", 1), Edit("ban", 1)]
    once = again(edits, roomy_city(), roomy_plan()).plan
    same(again(edits, roomy_city(), once).plan, once)
    same(again(edits, roomy_city(), roomy_plan()).plan, once)


def test_days_that_are_over_stay_and_gain_nobody() -> None:
    family = min(families_of(small_plan(), "P1", TUESDAY))
    made = again(away("P1", 2), first_weekday=2).plan
    on = [plan.visits[plan.visits["day_date"] == TUESDAY] for plan in (small_plan(), made)]
    assert_frame_equal(*(rows.reset_index(drop=True) for rows in on))
    for edit in (Edit("ban", family), Edit("pin", family, "P1", 3)):
        with pytest.raises(PinsRefusedError, match="edit-visited"):
            again([edit], first_weekday=2)
    same_visits(again([Edit("pin", family, "P1", 1)], first_weekday=2).plan, small_plan())


def test_a_visit_that_is_over_stays_with_both_who_made_it() -> None:
    family = min(joint_families(small_plan()))
    with pytest.raises(PinsRefusedError, match="edit-visited"):
        again([Edit("ban", family, "C")], first_weekday=3)
    same_visits(again([Edit("pin", family, "P2", 2)], first_weekday=3).plan, small_plan())


def test_a_day_on_which_nobody_came_is_made_up_for_later() -> None:
    made = again(away("P2", 1), roomy_city(), roomy_plan(), first_weekday=2)
    lost = families_of(roomy_plan(), "P2", TUESDAY)
    assert families_of(made.plan, "P2", TUESDAY) == set()
    changes = {each.household_id: each for each in told(roomy_plan(), made).changes}
    assert set(changes) == lost
    assert {day for each in changes.values() for _, day in each.after} <= {WEDNESDAY, THURSDAY}


# --- what people ask


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_replan_keeps_what_is_asked_and_every_family_has_one_place_or_reason(
    data: st.DataObject,
) -> None:
    city, before = small_city(), small_plan()
    families = st.sampled_from(city.families.index.tolist())
    edits = [Edit("ban", key) for key in data.draw(st.lists(families, max_size=3, unique=True))]
    for key in data.draw(st.lists(families, max_size=2, unique=True)):
        area = city.families.loc[key, "area_code"]
        team = "P2" if area == THIRD else "P1"
        edits.append(Edit("pin", key, team, data.draw(st.sampled_from([None, 1, 3]))))
    edits += away(data.draw(st.sampled_from(["T1", "T4", "C"])), 1, 2)
    made = again(edits)
    seen = [*made.plan.visits["household_id"].unique(), *made.plan.leftovers["household_id"]]
    assert sorted(seen) == city.families.index.tolist()
    teams = with_absences(city.teams, wishes_of(edits), WEEK)
    assert check_plan(made.plan, city.families, teams, edits) == []
    named = {edit.household_id for edit in edits} - {None}
    for each in told(before, made).changes:
        assert each.household_id in named or each.cause in {"team_absent", "made_room", "filled"}


def test_a_pin_moves_one_visit_and_pushes_out_no_more_than_it_must() -> None:
    family = min(families_of(small_plan(), "P1", TUESDAY))
    made = again([Edit("move", family, "P1", 3)])
    changes = {each.household_id: each for each in told(small_plan(), made).changes}
    assert (changes[family].change, changes[family].cause) == ("moved", "edited")
    assert changes[family].after == (("P1", THURSDAY),)
    others = {key: each.cause for key, each in changes.items() if key != family}
    assert set(others.values()) <= {"made_room", "filled"}
    assert len(others) <= 2  # one that made room, one that takes the place that became free


def test_a_banned_visit_falls_out_and_its_place_goes_to_one_who_waited() -> None:
    family = min(families_of(small_plan(), "P1", TUESDAY))
    made = again([Edit("ban", family)])
    changes = told(small_plan(), made)
    assert [changes.count(name) for name in ("moved", "added", "dropped")] == [0, 1, 1]
    causes = {each.change: each.cause for each in changes.changes}
    assert causes == {"dropped": "banned", "added": "filled"}
    back = again([Edit("ban", family), Edit("withdraw", family)], before=made.plan).plan
    left = back.leftovers.set_index("household_id")["reason"]
    assert left.get(family) == "day_full"


def test_two_families_swap_their_days() -> None:
    one = min(families_of(roomy_plan(), "P1", TUESDAY) - families_of(roomy_plan(), "C"))
    other = min(families_of(roomy_plan(), "P1", WEDNESDAY) - families_of(roomy_plan(), "C"))
    edit = Edit("swap", one, "P1", 2, None, other, "P1", 1)
    made = again([edit], roomy_city(), roomy_plan())
    assert one in families_of(made.plan, "P1", WEDNESDAY)
    assert other in families_of(made.plan, "P1", TUESDAY)
    assert told(roomy_plan(), made).count("moved") == 2


def test_pins_that_find_no_room_are_refused() -> None:
    keys = sorted(families_of(small_plan(), "P1"))[:2]
    edits = [Edit("pin", key, "P1", 3, 9 * HOUR) for key in keys]
    with pytest.raises(PinsRefusedError, match="edit-no-room"):
        again(edits)
    with pytest.raises(PinsRefusedError, match="edit-team-absent"):
        again([Edit("pin", keys[0], "P1", 0)])


# --- the camat


def joint_families(plan: WeekPlan) -> dict[int, tuple[str, int]]:
    rows = plan.visits[plan.visits["team_id"] == "C"]
    return {
        int(row["household_id"]): (str(row["joint_team_id"]), int(row["start_s"]))
        for row in rows.to_dict("records")
    }


def test_joint_visits_stay_joint_at_the_same_hour() -> None:
    before = joint_families(small_plan())
    family = min(families_of(small_plan(), "P2", WEDNESDAY) - set(before))
    made = again([Edit("ban", family), *away("T3", 1)])
    assert joint_families(made.plan) == before


def test_a_joint_visit_that_is_banned_leaves_both_days_and_the_others_keep_their_hours() -> None:
    before = joint_families(small_plan())
    gone = min(before)
    made = again([Edit("ban", gone)])
    assert gone not in set(made.plan.visits["household_id"])
    after = joint_families(made.plan)
    assert after == {key: place for key, place in before.items() if key != gone}


def test_who_is_left_of_a_joint_visit_goes_alone() -> None:
    before = joint_families(small_plan())
    without_partner = again(away("P2", 2)).plan
    assert set(joint_families(without_partner)) == set(before)
    assert {place[0] for place in joint_families(without_partner).values()} == {"nan"}
    without_camat = again(away("C", 2))
    assert families_of(without_camat.plan, "P2") == families_of(small_plan(), "P2")
    changes = told(small_plan(), without_camat)
    assert [each.change for each in changes.changes] == ["company"] * len(before)


def test_a_pin_to_the_partner_of_a_joint_visit_holds_already() -> None:
    family, (partner, start_s) = min(joint_families(small_plan()).items())
    same(again([Edit("pin", family, partner, 2, start_s)]).plan, small_plan())
    moved = again([Edit("pin", family, partner, 1)]).plan
    assert family not in joint_families(moved)
    assert family in families_of(moved, partner, TUESDAY)


# --- meetings, other hours, other facts


def test_a_meeting_stays_and_no_longer_asks_for_a_banned_family() -> None:
    plan = doorless_plan()
    stop = next(each for each in standing_stops(plan) if len(each.households) > 2)
    made = again([Edit("ban", stop.households[0])], doorless_city(), plan)
    kept = [each for each in standing_stops(made.plan) if each.stop_id == stop.stop_id]
    assert {each.households for each in kept} == {stop.households[1:]}
    assert told(plan, made).count("dropped") == 1


def test_meetings_of_an_absent_team_are_dropped_or_held_by_others() -> None:
    plan = doorless_plan()
    made = again(away("P1", 1, 2), doorless_city(), plan)
    lost = families_of(plan, "P1", TUESDAY, WEDNESDAY)
    changed = {each.household_id for each in told(plan, made).changes}
    assert changed >= lost - families_of(plan, "C")


def test_a_shorter_day_drops_what_no_longer_fits_in_it() -> None:
    short = Shift(8 * HOUR + 1800, 11 * HOUR)
    shifts = tuple(
        short if day == 3 else old for day, old in enumerate(small_city().teams[1].shifts)
    )
    city = small_city().with_team("P1", shifts=shifts)
    made = again([], city)
    changes = told(small_plan(), made)
    assert {each.cause for each in changes.changes} == {"hours_changed"}
    assert {each.before[0] for each in changes.changes} == {("P1", THURSDAY)}
    assert families_of(made.plan, "P1", THURSDAY)


def test_a_family_that_may_not_be_visited_any_more_leaves_with_its_reason() -> None:
    family = min(families_of(small_plan(), "P1", TUESDAY))
    city = small_city().with_family(family, at_risk=False)
    (gone,) = [each for each in told(small_plan(), again([], city)).changes if each.after == ()]
    assert (gone.household_id, gone.cause, gone.left_out) == (family, "not_at_risk", "not_at_risk")


def test_a_family_that_is_new_waits_and_one_that_is_gone_leaves() -> None:
    families = small_city().families
    gone = min(families_of(small_plan(), "P1", TUESDAY))
    new = families.loc[[gone]].assign(prize=0)
    new.index = pd.Index([9_999], name=families.index.name)
    city = replace(small_city(), families=pd.concat([families.drop(index=gone), new]))
    made = again([], city).plan
    left = made.leftovers.set_index("household_id")["reason"]
    assert left[9_999] == "day_full"
    assert gone not in left.index
    assert gone not in set(made.visits["household_id"])


# --- the difference


def test_every_cause_has_its_words() -> None:
    made = again([*away("P1", 1), Edit("ban", 3)])
    assert {each.cause for each in told(small_plan(), made).changes} <= set(CAUSES)


def test_the_difference_adds_up_and_can_be_stored() -> None:
    made = again([*away("P1", 1), Edit("ban", 3)])
    changes = told(small_plan(), made)
    content = changes.content()
    was, now = set(small_plan().visits["household_id"]), set(made.plan.visits["household_id"])
    assert content["added"] == len(now - was)
    assert content["dropped"] == len(was - now)
    assert len(content["changes"]) == sum(
        content[name] for name in ("moved", "added", "dropped", "company")
    )
    assert difference(small_plan(), small_plan()).content() == {
        "moved": 0, "added": 0, "dropped": 0, "company": 0, "shifted": 0, "changes": [],
    }  # fmt: skip


def test_without_known_causes_the_reason_of_who_is_left_out_is_told() -> None:
    after = again([Edit("ban", 3)]).plan
    (gone,) = [each for each in difference(small_plan(), after).changes if not each.after]
    assert (gone.cause, gone.left_out) == ("banned", "banned")


# --- what an edit costs


def cost(edit: Edit, plan: WeekPlan | None = None, city: City | None = None) -> EditCost:
    city, plan = city or small_city(), plan or small_plan()
    return cost_of_edits(
        plan, [edit], city.families, city.teams, travel_of(city, plan), SETTINGS, closed=frozenset()
    )


def test_a_ban_costs_the_prize_and_saves_the_way() -> None:
    family = min(families_of(small_plan(), "P1", TUESDAY))
    found = cost(Edit("ban", family))
    assert found.falls_out == (family,)
    assert found.prize_lost == small_city().families.loc[family, "prize"]
    assert found.travel_s <= 0
    assert (found.comes_in, found.moves, found.breaks) == ((), (), {})


def test_a_pin_on_a_full_day_says_who_falls_out() -> None:
    left = small_plan().leftovers["household_id"]
    family = int(left[left.map(small_city().families["area_code"]) == FIRST].iloc[0])
    found = cost(Edit("pin", family, "P1", 2))
    prize = small_city().families["prize"]
    assert found.comes_in == (family,)
    assert found.prize_gained == prize[family]
    assert len(found.falls_out) == 1
    assert found.prize_lost == prize[list(found.falls_out)].sum()
    (out,) = found.falls_out
    day = families_of(small_plan(), "P1", WEDNESDAY) - {out}
    assert prize[out] < prize[list(day)].median()


def test_the_cost_is_what_a_plan_without_further_changes_has() -> None:
    days = (TUESDAY, WEDNESDAY, THURSDAY)
    to = min(days, key=lambda day: len(families_of(roomy_plan(), "P1", day)))
    from_ = families_of(roomy_plan(), "P1") - families_of(roomy_plan(), "P1", to)
    family = min(from_ - families_of(roomy_plan(), "C"))
    edit = Edit("move", family, "P1", days.index(to) + 1)
    found = cost(edit, roomy_plan(), roomy_city())
    made = again([edit], roomy_city(), roomy_plan(), offer_again=False).plan
    travel = [int(plan.days["travel_s"].sum()) for plan in (roomy_plan(), made)]
    was, now = (set(plan.visits["household_id"]) for plan in (roomy_plan(), made))
    assert (found.moves, set(found.falls_out), found.comes_in) == ((family,), was - now, ())
    assert found.travel_s == travel[1] - travel[0]
    assert found.travel_minutes == round(found.travel_s / 60, 1)


def test_an_edit_that_cannot_hold_says_what_it_breaks() -> None:
    assert cost(Edit("pin", 1, "P1", 4)).breaks == {1: "edit-team-absent"}
    assert cost(Edit("pin", 1, "P2", 2)).breaks == {1: "edit-no-team"}


def test_a_part_of_a_plan_stands_alone_or_is_none() -> None:
    city = small_city()
    all_teams = part_of_plan(small_plan(), city.families, city.teams)
    assert all_teams is not None
    same(all_teams, small_plan())
    first = city.families[city.families["area_code"] == FIRST]
    assert part_of_plan(small_plan(), first, [t for t in city.teams if t.team_id == "P1"]) is None
