"""What people ask of a week is kept to, or refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from planning_fixtures import (
    HOUR,
    KECAMATAN,
    KELURAHAN,
    SETTINGS,
    WEEK,
    City,
    doorless_city,
    doorless_plan,
    small_city,
    small_plan,
)

from planning.edit_check import edit_faults
from planning.edit_issues import EDIT_ISSUES
from planning.edits import (
    ACTIONS,
    Edit,
    Slot,
    Wishes,
    taken_back,
    that_hold,
    wishes_of,
    with_absences,
    without_banned,
)
from planning.pins import PinsRefusedError
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.teams import Shift
from planning.week import plan_week

FIRST, SECOND, THIRD = KELURAHAN
TEAMS = [team.team_id for team in small_city().teams]


def planned(edits: list[Edit], city: City | None = None) -> WeekPlan:
    """The small city's week with what is asked of it."""
    city = city or small_city()
    teams = with_absences(city.teams, wishes_of(edits), WEEK)
    return plan_week(
        city.families, teams, WEEK, KECAMATAN, city.travel(), SETTINGS,
        closed=frozenset(), last_seen={}, meetings=city.meetings, busy=city.busy, edits=edits,
    )  # fmt: skip


def left_over(area: str, count: int = 1) -> list[int]:
    """Families of a kelurahan that the small city's plan leaves out."""
    left = small_plan().leftovers["household_id"]
    return [int(key) for key in left[left.map(small_city().families["area_code"]) == area]][:count]


def rows_of(plan: WeekPlan, household: int) -> list[tuple[str, str, int]]:
    rows = plan.visits[plan.visits["household_id"] == household]
    return list(zip(rows["team_id"], rows["day_date"], rows["start_s"], strict=True))


# --- what holds after all that was said


@st.composite
def said(draw: st.DrawFn) -> Edit:
    """Anything about three families and two teams."""
    action = draw(st.sampled_from(ACTIONS))
    family, other = draw(st.permutations([1, 2, 3]))[:2]
    team = draw(st.sampled_from([None, "A", "B"]))
    day = draw(st.sampled_from([None, 0, 1]))
    if action == "absent" or (action == "withdraw" and draw(st.booleans())):
        return Edit(action, team_id=team or "A", weekday=day or 0)
    if action == "swap":
        return Edit(action, family, team or "A", day or 0, None, other, "B", 1)
    return Edit(action, family, team, day)


@given(st.lists(said(), max_size=8))
def test_a_pin_and_a_ban_never_contradict_each_other(edits: list[Edit]) -> None:
    wishes = wishes_of(edits)
    for family, pin in wishes.pins.items():
        bans = wishes.bans.get(family, ())
        assert not any(ban.covers(pin) for ban in bans)
    slots = [(team, day) for team in "AB" for day in range(7)]
    free = [family for family in (1, 2, 3) if family not in {*wishes.pins, *wishes.bans}]
    assert all(wishes.allows(family, *slot) for family in free for slot in slots)


@given(st.lists(said(), max_size=8))
def test_withdrawing_takes_all_back_that_was_said_of_a_family(edits: list[Edit]) -> None:
    wishes = wishes_of([*edits, Edit("withdraw", 1)])
    assert 1 not in wishes.pins
    assert 1 not in wishes.bans


def test_the_latest_word_counts() -> None:
    pin, ban = Edit("pin", 1, "A", 2), Edit("ban", 1)
    assert wishes_of([pin, Edit("move", 1, weekday=3)]).pins == {1: Slot(None, 3)}
    assert wishes_of([pin, ban]) == Wishes({}, {1: (Slot(),)})
    assert wishes_of([ban, pin]) == Wishes({1: Slot("A", 2)}, {})
    assert wishes_of([Edit("ban", 1, "B"), pin]).bans == {1: (Slot("B"),)}
    assert wishes_of([pin, Edit("ban", 1, "A", 3)]).pins == {1: Slot("A", 2)}
    both = wishes_of([Edit("swap", 1, "A", 0, None, 2, "B", 1)])
    assert both.pins == {1: Slot("A", 0), 2: Slot("B", 1)}


@given(st.lists(said(), max_size=8))
def test_what_holds_makes_the_same_wishes_and_taking_it_all_back_leaves_none(
    edits: list[Edit],
) -> None:
    holding = [each for each, holds in zip(edits, that_hold(edits), strict=True) if holds]
    assert wishes_of(holding) == wishes_of(edits)
    back = [each for edit in holding for each in taken_back(edit)]
    assert wishes_of([*edits, *back]) == Wishes()


def test_an_absence_is_taken_back_for_a_day_or_for_all() -> None:
    away = [Edit("absent", team_id="A", weekday=day) for day in (0, 1)]
    away.append(Edit("absent", team_id="B", weekday=0))
    one = wishes_of([*away, Edit("withdraw", team_id="A", weekday=1)])
    assert one.absent == {("A", 0), ("B", 0)}
    assert wishes_of([*away, Edit("withdraw", team_id="A")]).absent == {("B", 0)}


def test_only_absent_teams_have_one_more_day_of_leave() -> None:
    wishes = wishes_of([Edit("absent", team_id="P1", weekday=2)])
    teams = with_absences(small_city().teams, wishes, WEEK)
    changed = [team for team, was in zip(teams, small_city().teams, strict=True) if team != was]
    assert [(team.team_id, team.leave) for team in changed] == [("P1", {"2026-12-02"})]


# --- in the plan


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_pins_bans_and_absences_hold_and_every_family_has_one_place_or_reason(
    data: st.DataObject,
) -> None:
    city = small_city()
    families = st.sampled_from(city.families.index.tolist())
    edits = [Edit("ban", key) for key in data.draw(st.lists(families, max_size=4, unique=True))]
    for key in data.draw(st.lists(families, max_size=4, unique=True)):
        area = city.families.loc[key, "area_code"]
        able = [team for team in city.teams if area in team.territory and team.kind == "plkb"]
        days = [day for day, shift in enumerate(able[0].shifts) if shift]
        edits.append(Edit("pin", key, able[0].team_id, data.draw(st.sampled_from([None, *days]))))
    edits.append(Edit("absent", team_id=data.draw(st.sampled_from(["T1", "T4"])), weekday=1))
    plan = planned(edits)
    wishes = wishes_of(edits)
    for key, pin in wishes.pins.items():
        assert any(
            team == pin.team_id and pin.weekday in {None, date.fromisoformat(day).weekday()}
            for team, day, _ in rows_of(plan, key)
        )
    reasons = dict(zip(plan.leftovers["household_id"], plan.leftovers["reason"], strict=True))
    assert {key for key, reason in reasons.items() if reason == "banned"} == set(wishes.bans)
    seen = [*plan.visits["household_id"].unique(), *plan.leftovers["household_id"]]
    assert sorted(seen) == city.families.index.tolist()
    assert check_plan(plan, city.families, with_absences(city.teams, wishes, WEEK), edits) == []


def test_without_edits_the_plan_is_as_before_and_with_them_the_same_each_time() -> None:
    (family,) = left_over(FIRST)
    edits = [Edit("pin", family, "P1", 2, 9 * HOUR), Edit("ban", 3)]
    one, other = planned(edits), planned(edits)
    assert_frame_equal(one.visits, other.visits)
    assert_frame_equal(planned([]).visits, small_plan().visits)


def test_a_pinned_family_is_visited_at_its_hour() -> None:
    (family,) = left_over(FIRST)
    plan = planned([Edit("pin", family, "P1", 2, 9 * HOUR + 600)])
    assert rows_of(plan, family) == [("P1", "2026-12-02", 9 * HOUR + 600)]


def test_a_pin_brings_in_a_family_that_is_not_due_or_not_at_risk() -> None:
    city = small_city().with_family(1, at_risk=False).with_family(4, due_date="2027-01-01")
    plan = planned([Edit("pin", 1, "P1"), Edit("pin", 4, "T1")], city)
    assert [rows_of(plan, key)[0][0] for key in (1, 4)] == ["P1", "T1"]


def test_a_family_that_every_team_is_banned_from_is_banned() -> None:
    (family,) = left_over(THIRD)
    edits = [Edit("ban", family, team) for team in ("P2", "T3", "T4")]
    left = planned(edits).leftovers.set_index("household_id")
    assert tuple(left.loc[family, ["reason", "missing"]]) == ("banned", "team")


def test_the_camat_leaves_pinned_and_banned_families_alone() -> None:
    joint = small_plan().visits[small_plan().visits["team_id"] == "C"]["household_id"].tolist()
    day, team, gone, *_ = joint
    edits = [Edit("move", day, weekday=1), Edit("ban", team, "C"), Edit("ban", gone)]
    plan = planned(edits)
    mine = plan.visits[plan.visits["team_id"] == "C"]["household_id"]
    assert set(mine).isdisjoint({day, team, gone})
    assert len(mine) >= 3
    assert [row[1] for row in rows_of(plan, day)] == ["2026-12-01"]


def test_the_camat_goes_alone_to_a_family_that_the_partner_is_banned_from() -> None:
    joint = small_plan().visits[small_plan().visits["joint_team_id"] == "C"]
    edits = [Edit("ban", int(key), "P2") for key in joint["household_id"]]
    plan = planned(edits)
    alone = plan.visits[(plan.visits["team_id"] == "C") & plan.visits["joint_team_id"].isna()]
    assert set(alone["household_id"]) & set(joint["household_id"])


def test_a_banned_family_is_not_asked_for_at_a_meeting() -> None:
    asked = doorless_plan().visits["household_id"].tolist()
    edits = [Edit("ban", int(key)) for key in asked[:3]]
    plan = planned(edits, doorless_city())
    reasons = dict(zip(plan.leftovers["household_id"], plan.leftovers["reason"], strict=True))
    assert {reasons[int(key)] for key in asked[:3]} == {"banned"}


def test_a_ban_of_a_team_or_day_is_about_visits_and_not_about_meetings() -> None:
    asked = int(doorless_plan().visits["household_id"].iloc[0])
    edits = [Edit("ban", asked, team) for team in TEAMS]
    assert_frame_equal(planned(edits, doorless_city()).visits, doorless_plan().visits)


def test_a_meeting_that_all_families_are_banned_from_is_none() -> None:
    first, second = doorless_city().meetings[:2]
    wishes = wishes_of(Edit("ban", key) for key in (*first.households, second.households[0]))
    kept = without_banned([first, second], wishes)
    assert [each.households for each in kept] == [second.households[1:]]


# --- what cannot hold


def without_door(city: City, key: int) -> City:
    return city.with_family(key, grade="kelurahan")


REFUSED: dict[str, tuple[City, list[Edit], str]] = {
    "another kelurahan": (small_city(), [Edit("pin", 1, "P2", 2)], "edit-no-team"),
    "a day off": (small_city(), [Edit("pin", 1, "P1", 4)], "edit-team-absent"),
    "away": (
        small_city(), [Edit("absent", team_id="P1", weekday=2), Edit("pin", 1, "P1", 2)],
        "edit-team-absent",
    ),
    "an hour after work": (
        small_city(), [Edit("pin", 1, "P1", 2, 18 * HOUR)], "edit-window-closed",
    ),
    "an hour at lunch": (
        small_city(), [Edit("pin", 1, "P1", 2, 12 * HOUR + 60)], "edit-cannot-fit-alone",
    ),
    "no midwife": (
        small_city().with_family(5, group="pregnant"), [Edit("pin", 5, "T2", 1)], "edit-no-skill",
    ),
    "no door": (without_door(small_city(), 1), [Edit("pin", 1, "P1")], "edit-no-location"),
    "merged": (small_city().with_family(1, merged=True), [Edit("pin", 1, "P1")], "edit-merged"),
    "outside the city": (
        small_city().with_family(1, flags="outside_city"), [Edit("pin", 1, "P1")],
        "edit-outside-city",
    ),
    "far from the streets": (
        small_city().with_family(1, lat=-6.3), [Edit("pin", 1, "P1")], "edit-off-network",
    ),
    "posyandu": (
        replace(small_city(), busy={1: frozenset({1, 3})}), [Edit("pin", 1, "T1")],
        "edit-posyandu",
    ),
    "banned that day": (
        small_city(), [Edit("pin", 1, "P1"), *(Edit("ban", 1, None, day) for day in (1, 2, 3))],
        "edit-banned",
    ),
    "too long": (
        small_city().with_team("P1", shifts=(None, Shift(30_600, 31_200), *(None,) * 5)),
        [Edit("pin", 1, "P1", 1)], "edit-cannot-fit-alone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_pin_that_cannot_hold_is_refused_with_its_reason(name: str) -> None:
    city, edits, code = REFUSED[name]
    with pytest.raises(PinsRefusedError, match=rf"nomor keluarga: \d \({code}\)") as caught:
        planned(edits, city)
    assert set(caught.value.faults.values()) == {code}
    assert code in EDIT_ISSUES


def test_pins_that_cannot_hold_together_are_refused() -> None:
    one, other = left_over(FIRST, 2)
    edits = [Edit("pin", key, "P1", 2, 9 * HOUR) for key in (one, other)]
    with pytest.raises(PinsRefusedError, match="edit-no-room"):
        planned(edits)


def test_a_pin_of_a_family_elsewhere_does_not_matter() -> None:
    assert_frame_equal(planned([Edit("pin", 9_999, "X", 2)]).visits, small_plan().visits)


# --- the independent check


def faults(edits: list[Edit], plan: WeekPlan | None = None) -> list[str]:
    return edit_faults(plan or small_plan(), small_city().families, edits)


def test_a_plan_that_does_not_keep_what_was_asked_is_found() -> None:
    visit = small_plan().visits.iloc[-1]
    here = (int(visit["household_id"]), str(visit["team_id"]))
    day = date.fromisoformat(str(visit["day_date"])).weekday()
    start_s = int(visit["start_s"])
    (left,) = left_over(FIRST)
    assert faults([Edit("pin", *here, day, start_s)]) == []
    assert faults([Edit("pin", *here, day, start_s + 1)]) == ["pin_broken"]
    assert faults([Edit("move", here[0], weekday=day - 1)]) == ["pin_broken"]
    assert faults([Edit("pin", left, "P1")]) == ["pin_broken"]
    assert faults([Edit("pin", left, "P1"), Edit("ban", left)]) == []
    assert faults([Edit("pin", left, "P1"), Edit("withdraw", left)]) == []
    assert faults([Edit("ban", here[0])]) == ["ban_broken"]
    assert faults([Edit("ban", *here)]) == ["ban_broken"]
    assert faults([Edit("ban", here[0], "X")]) == []
    assert faults([Edit("ban", here[0]), Edit("pin", *here)]) == []
    swap = Edit("swap", left, *here[1:], day, None, here[0], "P1", 2)
    assert faults([swap]) == ["pin_broken", "pin_broken"]
    away = Edit("absent", team_id=here[1], weekday=day)
    assert faults([away]) == ["absent_at_work"]
    assert faults([away, Edit("withdraw", team_id=here[1], weekday=day)]) == []
    assert faults([away, Edit("withdraw", team_id=here[1])]) == []
    assert faults([Edit("pin", 9_999, "P1")]) == []
    assert "ban_broken" in check_plan(
        small_plan(), small_city().families, small_city().teams, [Edit("ban", here[0])]
    )


@given(st.lists(said(), max_size=6))
def test_the_check_agrees_with_what_holds(edits: list[Edit]) -> None:
    """A plan of no visit breaks each pin and no ban."""
    empty = replace(
        small_plan(), visits=small_plan().visits.iloc[:0], days=small_plan().days.iloc[:0]
    )
    assert faults(edits, empty) == ["pin_broken"] * len(wishes_of(edits).pins)
