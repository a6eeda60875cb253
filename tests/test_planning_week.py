"""A whole week of a small city: counts, reasons, the camat's visits, repeatability."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from planning_fixtures import (
    COLUMNS,
    EPSG,
    HOUR,
    KELURAHAN,
    SETTINGS,
    SOUTH,
    STEP,
    WEEK,
    WEST,
    City,
    make_team,
    shifts,
    small_city,
    small_plan,
)

from common.clock import Week
from common.errors import NothingToDoError
from planning.calendar import public_holidays, working_days
from planning.camat import turn_of_kelurahan
from planning.columns import DAYS, LEFTOVERS, VISITS
from planning.eligibility import needed_skills, service_seconds
from planning.groups import R, T, territory_groups
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.team_days import team_and_weekday, team_days, vehicle_id
from planning.teams import Shift
from planning.week import NoTeamError

FIRST, SECOND, THIRD = KELURAHAN
WEDNESDAY = "2026-12-02"


def reason_of(plan: WeekPlan) -> dict[int, tuple[str, str]]:
    rows = plan.leftovers.to_dict("records")
    return {row["household_id"]: (row["reason"], row["missing"]) for row in rows}


def assert_adds_up(plan: WeekPlan, city: City) -> None:
    planned, left = set(plan.visits["household_id"]), plan.leftovers["household_id"].tolist()
    assert planned.isdisjoint(left)
    assert sorted([*planned, *left]) == city.families.index.tolist()
    assert plan.households_planned + len(plan.leftovers) == plan.households_in_scope
    assert check_plan(plan, city.families, city.teams) == []


def camat_visits(plan: WeekPlan) -> pd.DataFrame:
    return plan.visits[plan.visits["team_id"] == "C"]


# --- the counts and the frames


def test_every_family_is_on_the_plan_or_left_for_one_reason() -> None:
    plan = small_plan()
    assert_adds_up(plan, small_city())
    assert plan.households_in_scope == 150
    assert 60 < plan.households_planned < 100
    assert plan.repeatable
    assert (plan.week, plan.scope_code) == (WEEK, "36.71.01")


def test_the_frames_have_the_columns_they_promise() -> None:
    plan = small_plan()
    VISITS.validate(plan.visits)
    DAYS.validate(plan.days)
    LEFTOVERS.validate(plan.leftovers)
    assert plan.days.crs == "EPSG:4326"
    assert plan.leftovers["household_id"].is_monotonic_increasing


def test_what_the_days_could_not_hold_is_day_full() -> None:
    assert set(small_plan().leftovers["reason"]) == {"day_full"}


def test_families_worth_more_are_more_often_visited() -> None:
    prize = small_city().families["prize"]
    planned = prize.index.isin(small_plan().visits["household_id"])
    assert prize[planned].mean() > prize[~planned].mean() + 10


def test_a_team_works_in_its_hours_and_its_own_kelurahan() -> None:
    city, plan = small_city(), small_plan()
    teams = {team.team_id: team for team in city.teams}
    for day in plan.days.to_dict("records"):
        team = teams[day["team_id"]]
        shift = team.shifts[date.fromisoformat(day["day_date"]).weekday()]
        assert shift is not None
        assert shift.start_s <= day["start_s"] < day["end_s"] <= shift.end_s
        assert (day["shift_start_s"], day["shift_end_s"]) == (shift.start_s, shift.end_s)
        assert day["transport"] == team.transport
        made = plan.visits[
            (plan.visits["team_id"] == team.team_id) & (plan.visits["day_date"] == day["day_date"])
        ]
        assert len(made) <= team.most_visits
        assert set(city.families["area_code"].loc[made["household_id"]]) <= set(team.territory)
        if shift.break_start_s is not None and shift.break_end_s is not None:
            working = (made["start_s"] < shift.break_end_s) & (made["end_s"] > shift.break_start_s)
            assert not working.any()
            assert (day["break_start_s"], day["break_end_s"]) == (12 * HOUR, 13 * HOUR)


def test_a_visit_is_as_long_as_the_family_and_its_place_need() -> None:
    families = small_city().families
    joint = set(camat_visits(small_plan())["household_id"])
    assert joint
    for visit in small_plan().visits.to_dict("records"):
        family = families.loc[visit["household_id"]]
        group = "other" if visit["household_id"] in joint else family["group"]  # nobody measures
        asked = service_seconds(group, family["grade"], SETTINGS.visits)
        assert visit["end_s"] - visit["start_s"] == asked


def test_travel_times_are_those_of_the_streets() -> None:
    city, plan = small_city(), small_plan()
    travel = city.travel()
    for team in city.teams:
        if team.kind == "camat":  # the slower of car and partner
            continue
        for _, made in plan.visits[plan.visits["team_id"] == team.team_id].groupby("day_date"):
            points = [travel.point_of_team[team.team_id]]
            points += [travel.point_of_stop[str(key)] for key in made["household_id"]]
            times = travel.part(points, [team.transport]).durations(team.transport)
            assert made["travel_s"].tolist() == np.diag(times, 1).tolist()


def test_the_line_of_a_day_runs_from_the_base_by_every_door_and_back() -> None:
    plan = small_plan()
    days = plan.days.to_crs(EPSG)
    for day, flat in zip(plan.days.to_dict("records"), days.geometry, strict=True):
        made = plan.visits[
            (plan.visits["team_id"] == day["team_id"])
            & (plan.visits["day_date"] == day["day_date"])
        ]
        legs = list(flat.geoms)
        assert len(legs) == len(made) + 1
        ends = [shapely.Point(leg.coords[-1]) for leg in legs]
        starts = [shapely.Point(leg.coords[0]) for leg in legs]
        assert all(a.distance(b) < 0.5 for a, b in zip(ends, starts[1:], strict=False))
        assert ends[-1].distance(starts[0]) < 0.5
        homes = small_city().families.loc[made["household_id"], ["lon", "lat"]]
        doors = gpd.GeoSeries.from_xy(homes["lon"], homes["lat"], crs="EPSG:4326").to_crs(EPSG)
        away = [end.distance(door) for end, door in zip(ends, doors, strict=False)]
        walked = [0.0, *away, 0.0]
        metres = [leg.length + a + b for leg, a, b in zip(legs, walked, walked[1:], strict=False)]
        assert made["distance_m"].tolist() == pytest.approx(metres[:-1], abs=1)
        assert day["distance_m"] == pytest.approx(sum(metres), abs=len(metres))


# --- reasons, each provoked by hand


def test_each_reason_is_given_where_it_holds() -> None:
    far = SOUTH - 0.02
    city = small_city()
    city = replace(
        city,
        teams=(
            *city.teams,
            make_team("L", "tpk", ("A4",), 2, leave=frozenset({"2026-12-01", "2026-12-03"})),
            make_team("S", "tpk", ("A5",), 2, shifts=shifts([1], Shift(46_800, 47_400))),
            make_team("B", "tpk", ("A6",), 2, base_lat=far),
            make_team("R", "tpk", ("A7",), 2, base_lon=city.families["lon"][23],
                      base_lat=city.families["lat"][23]),
        ),
    )  # fmt: skip
    changes: dict[int, dict[str, object]] = {
        1: {"at_risk": False},
        4: {"due_date": "2026-12-07"},
        7: {"grade": "kelurahan"},
        10: {"grade": "none", "lon": np.nan, "lat": np.nan},
        13: {"flags": "far_from_street;outside_city"},
        16: {"lat": far},
        19: {"area_code": "36.71.09.1001"},
        22: {"area_code": None},
        5: {"group": "pregnant", "must": True},  # T2 of the second kelurahan has no midwife
        8: {"area_code": "A4"},
        11: {"area_code": "A5"},
        14: {"area_code": "A6"},
        23: {"area_code": "A7"},
        17: {"group": "pregnant", "area_code": "A4"},
    }
    for household_id, changed in changes.items():
        city = city.with_family(household_id, **changed)
    plan = city.plan()
    assert_adds_up(plan, city)
    found = reason_of(plan)
    assert {key: found.get(key) for key in changes} == {
        1: ("not_at_risk", ""),
        4: ("not_due", ""),
        7: ("no_location", ""),
        10: ("no_location", ""),
        13: ("outside_city", ""),
        16: ("off_network", "door"),
        19: ("no_team", "team"),
        22: ("no_team", "team"),
        5: ("no_skill", "skill"),
        8: ("team_absent", "day"),
        11: ("cannot_fit_alone", ""),
        14: ("off_network", "base"),
        23: None,  # on the plan: the only family of a team that has time
        17: ("team_absent", "day"),
    }
    others = {reason for key, (reason, _) in found.items() if key not in changes}
    assert others == {"day_full"}


def test_a_family_has_the_first_of_its_reasons() -> None:
    city = small_city().with_family(
        1, at_risk=False, due_date="2027-01-01", flags="outside_city", grade="none"
    )
    city = city.with_family(4, due_date="2027-01-01", flags="outside_city", grade="none")
    city = city.with_family(7, flags="outside_city", grade="none")
    found = reason_of(city.plan())
    assert [found[key][0] for key in (1, 4, 7)] == ["not_at_risk", "not_due", "outside_city"]


@pytest.mark.parametrize(("due_date", "waits"), [("2026-12-06", False), ("2026-12-07", True)])
def test_a_family_due_by_sunday_is_due(due_date: str, waits: bool) -> None:
    city = small_city().with_family(1, due_date=due_date, must=True)
    assert (reason_of(city.plan()).get(1) == ("not_due", "")) == waits


def test_a_skilled_team_on_leave_is_absent_and_not_unskilled() -> None:
    city = small_city().with_family(1, group="pregnant")
    away = city.with_team("T1", leave=frozenset({"2026-12-01", "2026-12-03"}))
    assert reason_of(away.plan())[1] == ("team_absent", "day")
    assert reason_of(city.with_team("T1", skills=frozenset()).plan())[1] == ("no_skill", "skill")


def test_families_too_many_for_the_search_are_told_what_would_have_to_give_too() -> None:
    city = small_city().with_team("P1", leave=frozenset({"2026-12-01", "2026-12-02"}))
    city = city.with_team("T1", shifts=(None,) * 7).with_team("T2", shifts=(None,) * 7)
    plan = city.plan(steps_per_stop=60)
    assert_adds_up(plan, city)
    left = plan.leftovers
    first = left["household_id"].map(city.families["area_code"]) != THIRD
    assert first.sum() > 80, "many more than were offered"
    assert set(left["reason"]) == {"day_full"}
    assert left.loc[first, "team_id"].unique().tolist() == ["P1"]
    assert set(left.loc[first, "missing"]) <= {"time", "visits"}
    assert left.loc[first, "instead_of"].notna().all()


def test_a_must_family_is_visited_however_little_it_is_worth() -> None:
    cheapest = small_city().families["prize"].nsmallest(3).index.tolist()
    city = small_city()
    for household_id in cheapest:
        assert household_id in reason_of(small_plan())
        city = city.with_family(household_id, must=True, prize=0)
    assert set(cheapest).isdisjoint(reason_of(city.plan()))


# --- the camat


def test_the_camat_and_the_plkb_visit_the_same_family_at_the_same_hour() -> None:
    plan = small_plan()
    joint = plan.visits[plan.visits["joint_team_id"].notna()]
    own, theirs = joint[joint["team_id"] == "C"], joint[joint["team_id"] != "C"]
    assert len(own) == len(theirs) == len(camat_visits(plan)) >= 3
    when = ["household_id", "day_date", "start_s", "end_s"]
    assert_frame_equal(
        own[when].sort_values("household_id").reset_index(drop=True),
        theirs[when].sort_values("household_id").reset_index(drop=True),
    )
    assert set(theirs["joint_team_id"]) == {"C"}
    assert set(zip(own["household_id"], own["joint_team_id"], strict=True)) == set(
        zip(theirs["household_id"], theirs["team_id"], strict=True)
    )
    assert set(own["day_date"]) == {WEDNESDAY}


def test_a_joint_visit_counts_once() -> None:
    plan = small_plan()
    joint = plan.visits["joint_team_id"].notna().sum() // 2
    assert plan.households_planned == len(plan.visits) - joint


def test_the_camat_sees_families_of_the_kelurahan_whose_turn_it_is() -> None:
    areas = small_city().families["area_code"]
    seen_in = set(areas.loc[camat_visits(small_plan())["household_id"]])
    sums = small_city().families.groupby("area_code")["prize"].sum()
    assert seen_in == {sums.idxmax()}


def test_every_kelurahan_has_its_turn_within_four_weeks() -> None:
    areas = small_city().families["area_code"]
    last_seen: dict[str, str] = {}
    turns: list[str] = []
    for number in range(4):
        week = Week(2026, 45 + number)
        plan = small_city().plan(week, last_seen=last_seen)
        visits = camat_visits(plan)
        (area,) = set(areas.loc[visits["household_id"]])
        last_seen[area] = visits["day_date"].max()
        turns.append(area)
    assert set(turns[:3]) == set(KELURAHAN)
    assert turns[3] == turns[0]


def test_a_kelurahan_owed_a_visit_comes_before_those_seen_lately(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("planning.camat._WEEKS_PER_ROUND", 1)  # all three have their turn
    city = small_city()
    owed = KELURAHAN[-1]
    poor = city.families["area_code"] == owed
    families = city.families.assign(prize=city.families["prize"].where(~poor, 1))
    lately = dict.fromkeys(KELURAHAN[:-1], WEEK.day(0).isoformat())
    room_for_one = Shift(8 * HOUR + 1800, 9 * HOUR + 1500)
    camat = replace(city.teams[0], shifts=shifts([2], room_for_one))
    city = replace(city, families=families, teams=(camat, *city.teams[1:]))

    visits = camat_visits(city.plan(last_seen={**lately, owed: "2026-10-01"}))

    assert families["area_code"].loc[visits["household_id"]].tolist() == [owed]


def test_turns_go_to_the_longest_unseen_and_then_to_the_greatest_need() -> None:
    territory = [f"A{i}" for i in range(9)]
    seen = {"A0": "2026-11-25", "A1": "2026-11-04"} | {f"A{i}": "2026-11-18" for i in range(2, 8)}
    need = {f"A{i}": 100 + i for i in range(8)} | {"A8": 0}
    assert turn_of_kelurahan(territory, seen, need, 5) == ["A1", "A7", "A6"]  # 8 in 3 weeks
    assert turn_of_kelurahan(territory, seen, need, 2) == ["A1", "A7"]
    assert turn_of_kelurahan(territory, {}, {"A4": 5, "A5": 9}, 5) == ["A5"]
    assert turn_of_kelurahan(territory, {}, {}, 5) == []


def test_the_camat_goes_alone_where_no_plkb_works_that_day() -> None:
    away = frozenset({WEDNESDAY})
    city = small_city().with_team("P1", leave=away).with_team("P2", leave=away)
    plan = city.plan()
    assert_adds_up(plan, city)
    assert len(camat_visits(plan)) >= 3
    assert plan.visits["joint_team_id"].isna().all()


def test_a_joint_visit_lies_in_the_hours_of_both() -> None:
    late = shifts([2], Shift(10 * HOUR, 14 * HOUR))
    city = small_city().with_team("P1", shifts=late).with_team("P2", shifts=late)
    plan = city.plan()
    assert_adds_up(plan, city)
    visits = camat_visits(plan)
    assert len(visits) >= 1
    assert visits["joint_team_id"].notna().all()
    assert visits["start_s"].min() > 10 * HOUR


def test_visits_that_the_plkb_cannot_join_are_made_by_the_camat_alone() -> None:
    city = small_city().with_team("P1", most_visits=1).with_team("P2", most_visits=1)
    plan = city.plan()
    assert_adds_up(plan, city)
    visits = camat_visits(plan)
    assert len(visits) >= 3
    assert visits["joint_team_id"].notna().sum() == 1


def test_a_family_is_seen_by_one_camat_only() -> None:
    city = small_city()
    city = replace(city, teams=(*city.teams, make_team("C2", "camat", KELURAHAN, 5)))
    plan = city.plan()
    assert_adds_up(plan, city)
    seen = plan.visits[plan.visits["team_id"].isin(["C", "C2"])]
    assert set(seen["team_id"]) == {"C", "C2"}
    assert seen["household_id"].is_unique


def test_a_camat_based_off_the_streets_stays_at_home() -> None:
    city = small_city().with_team("C", base_lat=SOUTH - 0.05)
    plan = city.plan()
    assert_adds_up(plan, city)
    assert camat_visits(plan).empty


# --- the calendar


def test_a_holiday_closes_the_day_for_everyone() -> None:
    plan = small_city().plan(closed=frozenset({WEDNESDAY}))
    assert_adds_up(plan, small_city())
    assert sorted(set(plan.days["day_date"])) == ["2026-12-01", "2026-12-03"]
    assert camat_visits(plan).empty


def test_a_week_of_holidays_leaves_everyone_at_home() -> None:
    plan = small_city().plan(closed=frozenset(WEEK.day(i).isoformat() for i in range(7)))
    assert_adds_up(plan, small_city())
    assert plan.visits.empty
    assert plan.days.empty
    assert set(plan.leftovers["reason"]) == {"team_absent"}


def test_a_team_on_leave_has_no_day() -> None:
    city = small_city().with_team("P1", leave=frozenset({"2026-12-01"}))
    plan = city.plan()
    assert_adds_up(plan, city)
    assert sorted(plan.days.loc[plan.days["team_id"] == "P1", "day_date"]) == [
        WEDNESDAY, "2026-12-03",
    ]  # fmt: skip


def test_public_holidays_of_the_week_are_found() -> None:
    assert public_holidays(Week(2026, 34)) == {"2026-08-17"}  # Independence Day
    assert "2026-12-25" in public_holidays(Week(2026, 52))
    assert "2027-01-01" in public_holidays(Week(2026, 53))  # a week over the turn of the year
    assert public_holidays(WEEK) == frozenset()


def test_working_days_leave_out_leave_holidays_and_days_without_hours() -> None:
    plkb = make_team("P", "plkb", KELURAHAN, 0, leave=frozenset({"2026-12-01"}))
    assert [day for day, _ in working_days(plkb, WEEK, {WEDNESDAY})] == [3]


def test_a_team_day_is_on_the_clock_of_the_week() -> None:
    (day, *_) = team_days(make_team("P|1", "plkb", KELURAHAN, 0), WEEK, frozenset())
    assert day.weekday == 1
    assert day.shift_s == (24 * HOUR + 30_600, 24 * HOUR + 52_200)
    assert day.break_s == (36 * HOUR, 37 * HOUR)
    assert team_and_weekday(vehicle_id("P|1", 3)) == ("P|1", 3)


# --- groups and the small rules


def test_teams_that_share_territory_directly_or_not_are_one_group() -> None:
    teams = [
        make_team("a", "tpk", ("A1",), 0),
        make_team("b", "tpk", ("A3",), 0),
        make_team("c", "plkb", ("A2", "A1"), 0),
        make_team("d", "tpk", (), 0),
        make_team("e", "tpk", ("A2",), 0),
    ]
    groups = territory_groups(teams)
    assert [[team.team_id for team in group] for group in groups] == [["a", "c", "e"], ["b"], ["d"]]
    assert territory_groups([]) == []
    assert [len(group) for group in territory_groups(teams[3:4])] == [1]


def test_service_times_are_the_visit_the_arrival_and_the_asking() -> None:
    visits = SETTINGS.visits
    assert service_seconds("pus", "register", visits) == (20 + 7) * 60
    assert service_seconds("pregnant", "verified", visits) == (30 + 7) * 60
    assert service_seconds("baduta", "rt", visits) == (30 + 7 + 8) * 60
    assert service_seconds("other", "rw", visits) == (20 + 7 + 15) * 60
    assert service_seconds("other", "neighbourhood", visits) == (20 + 7 + 15) * 60  # the longest


def test_only_a_pregnancy_needs_a_skill_and_only_if_the_city_says_so() -> None:
    assert needed_skills("pregnant", SETTINGS.visits) == {"bidan"}
    assert needed_skills("baduta", SETTINGS.visits) == frozenset()
    assert (
        needed_skills("pregnant", replace(SETTINGS.visits, pregnant_needs_skill="")) == frozenset()
    )


def test_two_families_at_one_door_are_no_time_apart() -> None:
    city = small_city()
    home = city.families.loc[1, ["lon", "lat"]]
    city = city.with_family(2, lon=home["lon"] + STEP / 10, lat=home["lat"] + STEP / 10)
    city = city.with_family(4, lon=home["lon"], lat=home["lat"])
    travel = city.travel()
    points = [travel.point_of_stop[str(key)] for key in (1, 2, 4)]
    for transport in ("walk", "motorcycle"):
        times = travel.part(points, [transport]).durations(transport)
        assert times[0, 2] == times[2, 0] == 0
        assert (times[0, 1], times[1, 0]) == (times[2, 1], times[1, 2])
        assert times[0, 1] > 0
    slowest = travel.part(points, ["walk", "car"])
    each = np.maximum(slowest.durations("walk"), slowest.durations("car"))
    assert slowest.durations("walk", "car").tolist() == each.tolist()


# --- refusals and odd weeks


def test_a_week_without_teams_is_refused() -> None:
    with pytest.raises(NoTeamError, match="Tidak ada tim di wilayah ini"):
        replace(small_city(), teams=()).plan()
    assert issubclass(NoTeamError, NothingToDoError)


def test_a_register_without_families_gives_an_empty_plan() -> None:
    city = replace(small_city(), families=small_city().families.iloc[:0])
    plan = city.plan()
    assert (plan.households_in_scope, plan.households_planned, len(plan.leftovers)) == (0, 0, 0)
    VISITS.validate(plan.visits)
    DAYS.validate(plan.days)
    LEFTOVERS.validate(plan.leftovers)


def test_a_register_without_places_gives_a_reason_for_every_family() -> None:
    families = small_city().families.assign(lon=np.nan, lat=np.nan, grade="kelurahan")
    city = replace(small_city(), families=families.astype({"grade": "str"}))
    plan = city.plan()
    assert_adds_up(plan, city)
    assert set(plan.leftovers["reason"]) == {"no_location"}


def test_a_camat_alone_in_the_city_leaves_the_others_without_a_team() -> None:
    city = replace(small_city(), teams=small_city().teams[:1])
    plan = city.plan()
    assert_adds_up(plan, city)
    assert set(plan.leftovers["reason"]) == {"no_team"}


def test_families_far_beyond_the_grid_do_not_disturb_the_others() -> None:
    city = small_city()
    for household_id in range(1, 150, 7):
        city = city.with_family(household_id, lon=WEST + (COLUMNS + 30) * STEP)
    plan = city.plan()
    assert_adds_up(plan, city)
    off = plan.leftovers[plan.leftovers["reason"] == "off_network"]
    assert off["household_id"].tolist() == list(range(1, 150, 7))


# --- the same again


def assert_same_plan(one: WeekPlan, other: WeekPlan) -> None:
    assert_frame_equal(one.visits, other.visits)
    assert_geodataframe_equal(one.days, other.days)
    assert_frame_equal(one.leftovers, other.leftovers)
    assert one.repeatable == other.repeatable


def test_the_same_week_planned_twice_is_the_same_plan() -> None:
    assert_same_plan(small_city().plan(), small_plan())


def test_teams_planned_in_other_processes_give_the_same_plan() -> None:
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as workers:
        plan = small_city().plan(run=workers.map)
    assert_same_plan(plan, small_plan())


def test_groups_may_be_planned_in_any_order() -> None:
    def backwards(function: Callable[[T], R], tasks: Sequence[T]) -> Iterable[R]:
        assert len(tasks) == 2
        return [function(task) for task in reversed(tasks)]

    assert_same_plan(small_city().plan(run=backwards), small_plan())


def test_a_plan_cut_short_by_the_clock_is_still_valid() -> None:
    plan = small_city().plan(seconds=0.001)
    assert_adds_up(plan, small_city())
    assert plan.repeatable in {True, False}
    assert small_city().plan(seconds=600.0).repeatable


def test_planning_changes_neither_families_nor_teams() -> None:
    city = small_city()
    before = city.families.copy(deep=True)
    city.plan()
    assert_frame_equal(city.families, before)
