"""What a full day says of the families that wait, against trying everything by the timetable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest
from planning_fixtures import (
    KELURAHAN,
    SETTINGS,
    WEEK,
    City,
    doorless_city,
    doorless_plan,
    small_city,
    small_plan,
)

from planning.calendar import DAY_S
from planning.columns import LEFTOVERS
from planning.edits import Edit
from planning.eligibility import sort_out
from planning.full_days import explain_full_days
from planning.groups import one_after_the_other
from planning.offers import Offer, home_offers
from planning.plan import WeekPlan
from planning.replan import replan_week
from planning.team_days import TeamDay, team_days, vehicle_id
from planning.week_hours import with_week_hours
from routing.problem import Problem, Stop, Vehicle
from routing.schedule import schedule


@dataclass(frozen=True)
class Ground:
    """A city's offers and open days, and all times between its doors and bases."""

    offers: dict[str, Offer]
    days: dict[str, TeamDay]
    problem: Problem
    stops: dict[str, Stop]


def ground_of(city: City) -> Ground:
    teams = with_week_hours(city.teams, WEEK, SETTINGS)
    crews = [team for team in teams if team.kind != "camat"]
    days = [day for team in crews for day in team_days(team, WEEK, frozenset())]
    travel = city.travel()
    sorted_ = sort_out(city.families, crews, days, travel, WEEK, SETTINGS.visits)
    offers = {each.stop_id: each for each in home_offers(city.families, sorted_, SETTINGS)}
    modes = list(dict.fromkeys(team.transport for team in crews))
    points = [travel.point_of_stop[key] for key in offers]
    points += [travel.point_of_team[team.team_id] for team in crews]
    times = travel.part(points, modes)
    base = {team.team_id: len(offers) + i for i, team in enumerate(crews)}
    stops = tuple(offer.stop(node) for node, offer in enumerate(offers.values()))
    vehicles = tuple(day.vehicle(base[day.team.team_id], day.team.transport) for day in days)
    durations_s = {mode: times.durations(mode) for mode in modes}
    return Ground(
        offers,
        {day.vehicle_id: day for day in days},
        Problem(stops, vehicles, durations_s),
        {stop.stop_id: stop for stop in stops},
    )


def orders_of(plan: WeekPlan, ground: Ground) -> tuple[dict[str, list[Stop]], set[str]]:
    """Return the stops of each day, visits with the camat at their hour, and who may give way."""
    orders: dict[str, list[Stop]] = {key: [] for key in ground.days}
    may_give_way = set()
    weekday = {WEEK.day(number).isoformat(): number for number in range(7)}
    for row in plan.visits.to_dict("records"):
        key = vehicle_id(row["team_id"], weekday[row["day_date"]])
        if key not in orders:
            continue  # the camat
        stop = ground.stops[str(row["household_id"])]
        if isinstance(row["joint_team_id"], str):
            at = row["start_s"] + weekday[row["day_date"]] * DAY_S
            service_s = row["end_s"] - row["start_s"]
            stop = replace(stop, windows_s=((at, at),), service_s=service_s)
        elif not stop.must:
            may_give_way.add(stop.stop_id)
        orders[key].append(stop)
    return orders, may_give_way


def with_stop(problem: Problem, vehicle: Vehicle, order: list[Stop], stop: Stop) -> list[Any]:
    tries = (schedule(problem, vehicle, [*order[:i], stop, *order[i:]])
             for i in range(len(order) + 1))  # fmt: skip
    return [route for route in tries if route is not None]


def slow(plan: WeekPlan, ground: Ground, household_id: int) -> tuple[int, int | None, bool]:
    """Return seconds missing, prize of what would give way (None: nothing), and whether missed."""
    orders, may_give_way = orders_of(plan, ground)
    stop = ground.stops[str(household_id)]
    late: list[int] = []
    prizes: list[int] = []
    for vehicle in ground.problem.vehicles:
        if vehicle.vehicle_id not in (stop.vehicles or ()):
            continue
        order, closes = orders[vehicle.vehicle_id], vehicle.shift_s[1]
        if vehicle.most_stops is None or len(order) < vehicle.most_stops:
            longer = replace(vehicle, shift_s=(vehicle.shift_s[0], closes // DAY_S * DAY_S + DAY_S))
            late += [max(0, route.end_s - closes)
                     for route in with_stop(ground.problem, longer, order, stop)]  # fmt: skip
        for other in order:
            rest = [each for each in order if each is not other]
            if other.stop_id in may_give_way and with_stop(ground.problem, vehicle, rest, stop):
                prizes.append(other.prize)
    least = min(prizes, default=None)
    return min(late), least, min(late) == 0 or (least is not None and least < stop.prize)


def assert_as_slow(plan: WeekPlan, city: City) -> None:
    LEFTOVERS.validate(plan.leftovers)
    ground = ground_of(city)
    for row in plan.leftovers.to_dict("records"):
        missing_s, least, missed = slow(plan, ground, row["household_id"])
        assert row["reason"] == "day_full"
        assert row["missing_s"] == missing_s
        assert row["missing"] == ("search" if missed else "time")
        if missing_s == 0 or least is None:
            assert pd.isna(row["instead_of"])
        else:
            assert ground.stops[str(row["instead_of"])].prize == least


def test_each_family_says_what_trying_every_place_of_every_day_says() -> None:
    assert len(small_plan().leftovers) > 50
    assert small_plan().visits["joint_team_id"].notna().any()
    assert_as_slow(small_plan(), small_city())


def explained(plan: WeekPlan, city: City) -> WeekPlan:
    ground = ground_of(city)
    days = list(ground.days.values())
    return explain_full_days(plan, ground.offers, days, (), city.travel(), one_after_the_other)


def without(plan: WeekPlan, *families: int) -> WeekPlan:
    """The plan with some visits made by nobody, and their families left out."""
    out = plan.visits["household_id"].isin(families)
    more = pd.DataFrame({"household_id": families, "reason": "day_full", "missing": ""})
    left = pd.concat([plan.leftovers, more], ignore_index=True)
    left = left.astype(plan.leftovers.dtypes.to_dict())
    return replace(plan, visits=plan.visits[~out].reset_index(drop=True), leftovers=left)


def plain_visits(plan: WeekPlan) -> list[int]:
    plain = plan.visits["joint_team_id"].isna() & ~plan.visits["must"]
    return [int(key) for key in plan.visits["household_id"][plain]]


@pytest.mark.parametrize("number", [0, 5, 11])
def test_what_fits_as_it_is_was_missed_by_the_search(number: int) -> None:
    family = plain_visits(small_plan())[number]
    plan = explained(without(small_plan(), family), small_city())
    row = plan.leftovers.set_index("household_id").loc[family]
    assert (row["reason"], row["missing"], row["missing_s"]) == ("day_full", "search", 0)
    assert pd.isna(row["instead_of"])
    assert_as_slow(plan, small_city())


def test_what_could_take_the_place_of_a_lesser_visit_was_missed_by_the_search() -> None:
    city = small_city()
    richer = city.families["prize"].mask(city.families.index.isin(small_plan().leftovers[
        "household_id"]), 10_000)  # fmt: skip
    city = replace(city, families=city.families.assign(prize=richer))
    plan = explained(small_plan(), city)
    assert set(plan.leftovers["missing"]) == {"search"}
    assert (plan.leftovers["missing_s"] > 0).all()
    assert plan.leftovers["instead_of"].notna().any()


def test_visits_that_must_be_made_never_give_way() -> None:
    planned = small_city().families.index.isin(small_plan().visits["household_id"])
    city = replace(small_city(), families=small_city().families.assign(must=planned))
    plan = explained(small_plan(), city)
    assert plan.leftovers["instead_of"].isna().all()
    assert set(plan.leftovers["missing"]) == {"time"}


def test_a_day_with_as_many_visits_as_it_may_hold_is_told_apart() -> None:
    most = small_plan().visits.groupby(["team_id", "day_date"]).size().min()
    teams = tuple(
        team if team.kind == "camat" else replace(team, most_visits=int(most))
        for team in small_city().teams
    )
    city = replace(small_city(), teams=teams)
    plan = city.plan()
    told = plan.leftovers["missing"].value_counts()
    # besides those who could take the place of a nearer family of smaller prize
    assert set(told.index) <= {"visits", "search"}
    assert told["visits"] > len(plan.leftovers) / 2
    assert (plan.leftovers["missing_s"] >= 0).all()


def test_families_asked_for_at_one_meeting_wait_for_the_same() -> None:
    left = doorless_plan().leftovers.set_index("household_id")
    meetings = [each for each in doorless_city().meetings if each.households[0] in left.index]
    assert meetings
    for meeting in meetings:
        rows = left.loc[list(meeting.households)].drop_duplicates()
        assert len(rows) == 1
        assert rows["missing_s"].notna().all()


def test_a_family_too_far_for_any_day_has_that_reason_though_nobody_searched_for_it() -> None:
    family = int(small_plan().leftovers["household_id"].iloc[0])
    ground = ground_of(small_city())
    long = replace(ground.offers[str(family)], service_s=DAY_S)
    plan = explain_full_days(
        small_plan(), {**ground.offers, str(family): long}, list(ground.days.values()), (),
        small_city().travel(), one_after_the_other,
    )  # fmt: skip
    row = plan.leftovers.set_index("household_id").loc[family]
    assert (row["reason"], row["missing"]) == ("cannot_fit_alone", "")
    assert row[["missing_s", "team_id", "day_date", "instead_of"]].isna().all()


def test_hours_that_no_later_end_reaches_are_told() -> None:
    # an hour that must begin early, on the day on which the camat is awaited
    ground = ground_of(small_city())
    own = vehicle_id("P2", 2)
    opens = ground.days[own].shift_s[0]
    area = small_city().families["area_code"].loc[small_plan().leftovers["household_id"]]
    family = int(area[area == KELURAHAN[2]].index[0])
    offer = replace(
        ground.offers[str(family)], vehicles=frozenset({own}), service_s=3_600,
        windows_s=((opens, opens + 3_600),),
    )  # fmt: skip
    joint = small_plan().visits["joint_team_id"].notna()
    other = [int(key) for key in small_plan().visits["household_id"][~joint]]
    plan = explain_full_days(
        without(small_plan(), *other), {**ground.offers, str(family): offer},
        list(ground.days.values()), (), small_city().travel(), one_after_the_other,
    )  # fmt: skip
    row = plan.leftovers.set_index("household_id").loc[family]
    assert (row["reason"], row["missing"]) == ("day_full", "hours")
    assert row[["missing_s", "team_id", "day_date", "instead_of"]].isna().all()


def replanned(edits: list[Edit], **changed: Any) -> WeekPlan:
    city = small_city()
    return replan_week(
        small_plan(), city.families, city.teams, city.travel(), SETTINGS, closed=frozenset(),
        edits=edits, **changed,
    ).plan  # fmt: skip


def test_after_a_replan_they_say_it_of_the_new_plan() -> None:
    family = plain_visits(small_plan())[3]
    plan = replanned([Edit("ban", family)])
    left = plan.leftovers.set_index("household_id")
    assert left.loc[family, "reason"] == "banned"
    assert left.loc[family, ["missing_s", "team_id", "instead_of"]].isna().all()
    kept = replace(plan, leftovers=plan.leftovers[plan.leftovers["household_id"] != family])
    assert_as_slow(kept, small_city())


def test_late_in_the_week_only_the_days_to_come_count() -> None:
    left = replanned([], first_weekday=3).leftovers
    assert (left["day_date"].dropna() >= WEEK.day(3).isoformat()).all()
    assert left["day_date"].notna().any()
    over = replanned([], first_weekday=6).leftovers
    assert set(over["missing"]) == {"over"}
    assert over["missing_s"].isna().all()


def test_what_one_edit_costs_asks_for_no_reasons() -> None:
    family = plain_visits(small_plan())[3]
    left = replanned([Edit("ban", family)], offer_again=False).leftovers
    assert set(left["missing"]) == {""}
    assert set(left["reason"]) == {"banned", "day_full"}


def test_groups_are_looked_at_in_any_order() -> None:
    ground = ground_of(small_city())
    plan = explain_full_days(
        small_plan(), ground.offers, list(ground.days.values()), (), small_city().travel(),
        lambda function, tasks: [function(task) for task in reversed(tasks)],
    )  # fmt: skip
    pd.testing.assert_frame_equal(plan.leftovers, small_plan().leftovers)
    assert {str(area) for area in KELURAHAN} >= set(small_city().families["area_code"])
