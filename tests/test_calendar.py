"""Facts of the calendar in a week: holidays of the city, leave of a team, posyandu of an RW."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from planning_fixtures import (
    HOUR,
    KELURAHAN,
    SETTINGS,
    City,
    doorless_city,
    make_families,
    make_team,
    shifts,
    small_city,
)
from week_of_tests import plan, same_plan, stored

from common.clock import Week
from planning.calendar import (
    city_holidays,
    posyandu_weekdays,
    with_leave,
    with_moved_half_day,
)
from planning.columns import CALENDAR
from planning.eligibility import Sorted, sort_out
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.team_days import team_days, vehicle_id
from planning.teams import Shift, Team
from storage.calendar import load_calendar, replace_calendar
from storage.database import Database, open_database, reading, transaction
from storage.households import load_households
from storage.places import load_places
from storage.workspace import Workspace
from workflows.staff import import_calendar

WEEK = Week(2026, 49)  # Monday 30 November to Sunday 6 December
TUESDAY, WEDNESDAY, THURSDAY = "2026-12-01", "2026-12-02", "2026-12-03"
FIRST, SECOND, THIRD = KELURAHAN
Row = dict[str, str | None]


def calendar(*rows: Row) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(CALENDAR.columns)).astype("str")
    return CALENDAR.validate(frame)


def posyandu(date: str, area: str = FIRST, rw: str = "003") -> Row:
    return {"date": date, "kind": "posyandu", "area_code": area, "rw": rw}


def leave(date: str, team_id: str) -> Row:
    return {"date": date, "kind": "leave", "team_id": team_id}


def holiday(date: str) -> Row:
    return {"date": date, "kind": "holiday"}


# --- a camat's half-day that falls on a holiday or on leave


HALF_DAY = Shift(8 * HOUR, 11 * HOUR + 1800)
CAMAT = make_team("C", "camat", KELURAHAN, 4, shifts=shifts([3], HALF_DAY))
MONDAY, FRIDAY = "2026-11-30", "2026-12-04"


def camat_days(team: Team, *closed: str) -> list[str]:
    """Dates on which the team works in the week once a lost half-day was moved."""
    moved = with_moved_half_day([team], WEEK, closed)
    return [
        WEEK.day(day.weekday).isoformat() for day in team_days(moved[0], WEEK, frozenset(closed))
    ]


def test_a_camat_keeps_the_usual_half_day_where_it_can_be_kept() -> None:
    assert with_moved_half_day([CAMAT], WEEK, [TUESDAY]) == [CAMAT]
    assert camat_days(CAMAT) == [THURSDAY]


@pytest.mark.parametrize(
    ("closed", "leave_on", "instead"),
    [
        ([THURSDAY], [], [WEDNESDAY]),  # as near as Friday, and earlier
        ([], [THURSDAY], [WEDNESDAY]),
        ([THURSDAY, WEDNESDAY], [], [FRIDAY]),
        ([THURSDAY], [WEDNESDAY, FRIDAY], [TUESDAY]),
        ([THURSDAY, FRIDAY], [WEDNESDAY, TUESDAY], [MONDAY]),
        ([THURSDAY, FRIDAY], [WEDNESDAY, TUESDAY, MONDAY], []),  # never on a weekend
    ],
)
def test_a_lost_half_day_is_held_on_the_nearest_open_day(
    closed: list[str], leave_on: list[str], instead: list[str]
) -> None:
    assert camat_days(replace(CAMAT, leave=frozenset(leave_on)), *closed) == instead


def test_a_moved_half_day_keeps_its_hours_and_only_camat_move() -> None:
    tpk = make_team("T1", "tpk", KELURAHAN, 1, shifts=shifts([3], HALF_DAY))

    moved, same = with_moved_half_day([CAMAT, tpk], WEEK, [THURSDAY])

    assert moved.shifts[2] == CAMAT.shifts[3]
    assert moved.shifts[3] is None
    assert same == tpk


def test_a_camat_with_two_half_days_moves_none_while_one_is_left() -> None:
    twice = replace(CAMAT, shifts=shifts([1, 3], HALF_DAY))
    assert camat_days(twice, THURSDAY) == [TUESDAY]
    assert camat_days(twice, TUESDAY, THURSDAY) == [MONDAY]


# --- what the calendar says of a week


def test_holidays_are_those_of_the_country_and_of_the_city() -> None:
    own = calendar(holiday(WEDNESDAY), holiday("2027-03-01"), leave(TUESDAY, "P1"))
    assert WEDNESDAY in city_holidays(own, WEEK)
    assert TUESDAY not in city_holidays(own, WEEK)
    assert {"2026-12-25"} <= city_holidays(own, Week(2026, 52))
    assert city_holidays(calendar(), WEEK) == frozenset()


def test_leave_of_the_calendar_comes_on_top_of_the_teams_own() -> None:
    own = make_team("P1", "plkb", KELURAHAN, 0, leave=frozenset({TUESDAY}))
    other = make_team("P2", "plkb", KELURAHAN, 0)
    known = calendar(
        leave(THURSDAY, "P1"), leave(WEDNESDAY, "P1"), leave(TUESDAY, "P3"), holiday("2026-12-04")
    )
    first, second = with_leave([own, other], known)
    assert first == replace(own, leave=frozenset({TUESDAY, WEDNESDAY, THURSDAY}))
    assert second == other
    assert own.leave == {TUESDAY}
    assert with_leave([own], calendar()) == [own]


def test_posyandu_days_are_weekdays_of_this_week_by_rw() -> None:
    known = calendar(
        posyandu(TUESDAY), posyandu("2026-12-06"), posyandu("2026-12-07"),
        posyandu(TUESDAY, FIRST, "004"), posyandu(THURSDAY, SECOND), holiday(WEDNESDAY),
    )  # fmt: skip
    assert posyandu_weekdays(known, WEEK) == {
        (FIRST, "003"): {1, 6}, (FIRST, "004"): {1}, (SECOND, "003"): {3},
    }  # fmt: skip
    assert posyandu_weekdays(calendar(), WEEK) == {}
    assert posyandu_weekdays(known, Week(2026, 51)) == {}


# --- posyandu days keep a TPK away, that day and from that RW only


def sorted_out(city: City, busy: Mapping[int, frozenset[int]]) -> Sorted:
    crews = [team for team in city.teams if team.kind != "camat"]
    days = [day for team in crews for day in team_days(team, WEEK, frozenset())]
    return sort_out(
        city.families, crews, days, city.travel(), WEEK, SETTINGS.visits, city.meetings, busy
    )


def test_a_kader_at_the_posyandu_makes_no_visit_in_that_rw_that_day() -> None:
    city = small_city()
    free, held = sorted_out(city, {}), sorted_out(city, {1: frozenset({1})})
    assert free.homes[1] - held.homes[1] == {vehicle_id("T1", 1)}
    assert vehicle_id("T1", 3) in held.homes[1]
    assert vehicle_id("P1", 1) in held.homes[1]  # a PLKB is no kader
    assert {key: days for key, days in held.homes.items() if key != 1} == {
        key: days for key, days in free.homes.items() if key != 1
    }
    assert_frame_equal(held.leftovers, free.leftovers)


def test_a_family_whose_only_team_days_are_posyandu_days_waits_for_that_reason() -> None:
    city = replace(small_city(), teams=(make_team("T1", "tpk", (FIRST,), 1),))
    held = sorted_out(city, {1: frozenset({1, 3}), 4: frozenset({3}), 7: frozenset({0, 2})})
    reasons = held.leftovers.set_index("household_id")
    assert reasons.loc[1].tolist() == ["team_absent", "posyandu"]
    assert held.homes[4] == {vehicle_id("T1", 1)}
    assert held.homes[7] == {vehicle_id("T1", 1), vehicle_id("T1", 3)}
    away = city.with_team("T1", shifts=(None,) * 7)  # no hours: that comes first
    reasons = sorted_out(away, {1: frozenset({1, 3})}).leftovers.set_index("household_id")
    assert reasons.loc[1].tolist() == ["team_absent", "day"]


def test_a_meeting_is_not_held_by_a_tpk_while_its_kader_are_at_the_posyandu() -> None:
    city = doorless_city()
    meeting = city.meetings[0]
    busy = dict.fromkeys(meeting.households, frozenset({1}))
    free, held = sorted_out(city, {}), sorted_out(city, busy)
    gone = free.meetings[meeting.stop_id] - held.meetings[meeting.stop_id]
    assert gone == {vehicle_id("T1", 1)}
    alone = replace(city, teams=(make_team("T1", "tpk", (meeting.area_code,), 1),))
    none = sorted_out(alone, dict.fromkeys(meeting.households, frozenset({1, 3})))
    assert meeting.stop_id not in none.meetings
    reasons = none.leftovers.set_index("household_id").loc[list(meeting.households)]
    assert set(reasons.itertuples(index=False, name=None)) == {("team_absent", "posyandu")}


def visits_of(week: WeekPlan, household_ids: list[int]) -> pd.DataFrame:
    return week.visits[week.visits["household_id"].isin(household_ids)]


def test_a_week_with_posyandu_days_keeps_every_other_promise() -> None:
    families = make_families()
    third = families.index[families["area_code"] == THIRD].tolist()
    city = replace(small_city(), busy=dict.fromkeys(third, frozenset({1})))
    week = city.plan()
    assert check_plan(week, city.families, city.teams) == []
    made = visits_of(week, third)
    assert not ((made["team_id"].isin(["T3", "T4"])) & (made["day_date"] == TUESDAY)).any()
    assert ((made["team_id"].isin(["T3", "T4"])) & (made["day_date"] == THURSDAY)).any()
    assert ((made["team_id"] == "P2") & (made["day_date"] == TUESDAY)).any()


# --- through the workspace


def plan_with(workspace: Workspace, folder: Path, *lines: str) -> WeekPlan:
    file = folder / "calendar.csv"
    file.write_text("\n".join(["date,kind,area_code,rw,team_id,note", *lines]), encoding="utf-8")
    assert import_calendar(workspace, file).counts["quarantined"] == 0
    return stored(workspace, plan(workspace).plan_id)


def test_leave_and_city_holidays_of_the_calendar_close_days_of_the_plan(
    planned: Workspace, tmp_path: Path
) -> None:
    week = plan_with(
        planned, tmp_path, f"{TUESDAY},leave,,,PLKB-01-1,cuti", f"{WEDNESDAY},holiday,,,,HUT kota"
    )
    days = week.days.groupby("team_id")["day_date"].agg(set)
    assert not any(WEDNESDAY in each for each in days)
    assert TUESDAY not in days["PLKB-01-1"]
    assert TUESDAY in days["PLKB-02-1"]
    before = stored(planned, 1).days.groupby("team_id")["day_date"].agg(set)
    assert TUESDAY in before["PLKB-01-1"]
    assert any(WEDNESDAY in each for each in before)


def test_a_posyandu_day_keeps_the_tpk_out_of_that_rw_that_day(
    planned: Workspace, tmp_path: Path
) -> None:
    before = stored(planned, 1).visits
    mine = before[before["team_id"] == "TPK-1001-1"]
    with reading(open_database(planned)) as conn:
        rw, area = load_households(conn)["rw"], load_places(conn)["area_code"]
    first = mine.iloc[0]
    household, day = int(first["household_id"]), str(first["day_date"])
    assert isinstance(rw[household], str)
    week = plan_with(
        planned, tmp_path, f"{day},posyandu,{area[household]},{rw[household].lstrip('0')},,"
    )
    there = rw.index[(rw == rw[household]) & (area == area[household])].tolist()
    tpk = visits_of(week, there)[lambda rows: rows["team_id"].str.startswith("TPK")]
    assert day not in set(tpk["day_date"])
    assert (week.visits["team_id"].eq("TPK-1001-1") & week.visits["day_date"].eq(day)).any()


def test_the_newest_calendar_counts_alone(planned: Workspace, tmp_path: Path) -> None:
    plan_with(planned, tmp_path, f"{WEDNESDAY},holiday,,,,")
    again = plan_with(planned, tmp_path, "2027-05-05,holiday,,,,")
    same_plan(again, stored(planned, 1))


def test_a_week_with_nobody_at_work_leaves_everybody_at_home(
    planned: Workspace, tmp_path: Path
) -> None:
    days = [WEEK.day(each).isoformat() for each in range(7)]
    week = plan_with(planned, tmp_path, *(f"{day},holiday,,,," for day in days))
    assert week.visits.empty
    assert set(week.leftovers["reason"]) <= {
        "team_absent", "no_team", "not_at_risk", "no_location", "off_network", "not_due",
        "outside_city",
    }  # fmt: skip


# --- stored whole, loaded alike


@pytest.mark.parametrize("rows", [(holiday(TUESDAY), posyandu(WEDNESDAY), leave(TUESDAY, "x")), ()])
def test_a_calendar_comes_back_exactly_and_in_order(
    database: Database, rows: tuple[Row, ...]
) -> None:
    whole = calendar(*rows)
    with transaction(database) as conn:
        assert load_calendar(conn).empty
        CALENDAR.validate(load_calendar(conn))
        replace_calendar(conn, calendar(holiday("2020-01-01"), leave("2020-01-02", "t")))
        replace_calendar(conn, whole)
    with reading(database) as conn:
        assert_frame_equal(load_calendar(conn), whole)
