"""Friday prayer and Ramadan: what they leave of a day, and that a plan keeps to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_fixtures import (
    HOUR,
    KECAMATAN,
    KELURAHAN,
    SETTINGS,
    City,
    make_families,
    make_team,
    shifts,
    small_city,
)

from common.clock import Week, week_of
from common.settings import CalendarSettings, Settings, SettingsError
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.replan import replan_week
from planning.team_rows import parse_hours
from planning.teams import Shift
from planning.week import plan_week
from planning.week_hours import FRIDAY, hours_of, ramadan_weekdays, with_week_hours

ORDINARY = Week(2026, 49)  # 30 November to 6 December
FASTING = Week(2027, 8)  # 22 to 28 February 2027: Ramadan from Monday to Sunday
THURSDAY = 3
MINUTE = 60


def hours(text: str) -> Shift | None:
    return parse_hours(text) if text else None


def told(shift: Shift | None) -> str:
    """Hours as a team file writes them, lunch in brackets."""
    if shift is None:
        return ""
    at = [shift.start_s, shift.end_s, shift.break_start_s, shift.break_end_s]
    clock = [f"{each // HOUR:02d}:{each % HOUR // MINUTE:02d}" for each in at if each is not None]
    pause = f" ({'-'.join(clock[2:])})" if clock[2:] else ""
    return "-".join(clock[:2]) + pause


def calendar(**changed: object) -> Settings:
    return replace(SETTINGS, calendar=replace(CalendarSettings(), **changed))  # type: ignore[arg-type]  # fields


# --- Friday


@pytest.mark.parametrize(
    ("usual", "friday"),
    [
        ("08:30-11:30", "08:30-11:30"),  # over before the prayer
        ("08:00-11:00 istirahat 09:30-10:00", "08:00-11:00 (09:30-10:00)"),
        ("13:00-16:00", "13:00-16:00"),  # begins when it is over
        ("13:30-16:00", "13:30-16:00"),
        ("08:30-14:30", "08:30-14:30 (11:30-13:00)"),
        ("08:30-14:30 istirahat 12:00-13:00", "08:30-14:30 (11:30-13:00)"),  # lunch within
        ("08:30-14:30 istirahat 12:30-13:30", "08:30-14:30 (11:30-13:30)"),  # they overlap
        ("08:30-14:30 istirahat 13:00-13:30", "08:30-14:30 (11:30-13:30)"),  # one after the other
        ("08:30-15:30 istirahat 13:26-14:00", "08:30-15:30 (11:30-14:00)"),  # no room for a visit
        ("07:00-15:30 istirahat 10:30-11:10", "07:00-15:30 (10:30-13:00)"),
        ("08:30-15:30 istirahat 13:27-14:00", "08:30-15:30 (11:30-13:00)"),  # room: lunch is over
        ("07:00-15:30 istirahat 09:30-10:00", "07:00-15:30 (11:30-13:00)"),
        ("08:30-12:30", "08:30-11:30"),  # the pause would be the end of the day
        ("08:30-13:00 istirahat 12:00-12:30", "08:30-11:30"),
        ("07:00-12:30 istirahat 09:30-10:00", "07:00-11:30 (09:30-10:00)"),
        ("12:00-16:00", "13:00-16:00"),
        ("12:00-16:30 istirahat 14:30-15:00", "13:00-16:30 (14:30-15:00)"),
        ("12:00-16:30 istirahat 13:20-14:00", "14:00-16:30"),
        ("11:30-13:00", ""),
        ("12:00-12:45", ""),
        ("", ""),
    ],
)
def test_what_friday_prayer_leaves_of_a_day(usual: str, friday: str) -> None:
    made = hours_of(ORDINARY, SETTINGS)
    assert told(made.of(hours(usual), FRIDAY)) == friday
    assert made.of(hours(usual), THURSDAY) == hours(usual)


@pytest.mark.parametrize(
    ("setting", "friday"),
    [
        ("", "08:30-14:30 (12:00-13:00)"),
        (" ", "08:30-14:30 (12:00-13:00)"),
        ("11:00-12:15", "08:30-14:30 (11:00-13:00)"),
    ],
)
def test_the_city_says_when_friday_prayer_is(setting: str, friday: str) -> None:
    made = hours_of(ORDINARY, calendar(friday_prayer=setting))
    assert told(made.of(hours("08:30-14:30 istirahat 12:00-13:00"), FRIDAY)) == friday


QUARTERS = st.integers(0, 24 * 4).map(lambda quarter: quarter * 15 * MINUTE)


@st.composite
def days(draw: st.DrawFn) -> Shift:
    """Hours in order, with or without a break inside."""
    edges = draw(st.lists(QUARTERS, min_size=4, max_size=4, unique=True).map(sorted))
    if draw(st.booleans()):
        return Shift(edges[0], edges[3], edges[1], edges[2])
    return Shift(edges[0], edges[3])


def at_work(shift: Shift | None) -> set[int]:
    """Quarters of an hour in which somebody may be under way."""
    if shift is None:
        return set()
    rest = range(shift.break_start_s or 0, shift.break_end_s or 0, 15 * MINUTE)
    return set(range(shift.start_s, shift.end_s, 15 * MINUTE)) - set(rest)


@given(usual=days(), prayer=st.tuples(QUARTERS, QUARTERS).filter(lambda pair: pair[0] < pair[1]))
def test_nobody_is_under_way_during_the_prayer_and_no_other_hour_is_added_but_lunch(
    usual: Shift, prayer: tuple[int, int]
) -> None:
    made = replace(hours_of(ORDINARY, SETTINGS), prayer_s=prayer)
    friday = made.of(usual, FRIDAY)
    pause = set(range(*prayer, 15 * MINUTE))
    lunch = set(range(usual.break_start_s or 0, usual.break_end_s or 0, 15 * MINUTE))
    assert not at_work(friday) & pause
    assert at_work(friday) <= at_work(usual) | lunch
    assert made.of(friday, FRIDAY) == friday
    if friday is not None:
        assert friday.start_s < friday.end_s
        if friday.break_start_s is not None and friday.break_end_s is not None:
            assert friday.start_s < friday.break_start_s < friday.break_end_s < friday.end_s


# --- Ramadan


@pytest.mark.parametrize(
    ("usual", "in_ramadan"),
    [
        ("08:30-14:30 istirahat 12:00-13:00", "08:30-14:00"),
        ("08:00-11:30", "08:00-11:30"),
        ("08:30-13:00 istirahat 12:00-12:30", "08:30-13:00"),
        ("13:30-16:00", "11:30-14:00"),  # an afternoon moves forward
        ("12:00-18:00 istirahat 14:00-15:00", "09:00-14:00"),
        ("09:00-19:00", "08:00-14:00"),  # though not before eight
        ("07:00-15:00", "07:00-14:00"),  # whoever begins earlier goes on doing so
        ("14:00-15:00", "13:00-14:00"),
        ("", ""),
    ],
)
def test_what_ramadan_makes_of_a_day(usual: str, in_ramadan: str) -> None:
    made = hours_of(FASTING, SETTINGS)
    assert told(made.of(hours(usual), THURSDAY)) == in_ramadan
    assert hours_of(ORDINARY, SETTINGS).of(hours(usual), THURSDAY) == hours(usual)
    free = hours_of(FASTING, calendar(ramadan_hours=""))
    assert free.of(hours(usual), THURSDAY) == hours(usual)


@pytest.mark.parametrize(
    ("usual", "friday"),
    [
        ("08:30-11:30", "08:30-11:30"),
        ("08:30-14:30 istirahat 12:00-13:00", "08:30-14:00 (11:30-13:00)"),
        ("13:30-16:00", "13:00-14:00"),
    ],
)
def test_on_a_friday_of_ramadan_both_hold(usual: str, friday: str) -> None:
    assert told(hours_of(FASTING, SETTINGS).of(hours(usual), FRIDAY)) == friday


def dates_in(first: Week, weeks: int, settings: CalendarSettings) -> list[date]:
    """All days of Ramadan in some weeks."""
    found = []
    week = first
    for _ in range(weeks):
        found += [week.day(each) for each in sorted(ramadan_weekdays(week, settings))]
        week = week_of(date.fromordinal(week.monday.toordinal() + 7))
    return found


@pytest.mark.parametrize(
    ("first", "last"),  # the thirty days before Eid al-Fitr
    [
        ("2026-02-19", "2026-03-20"),  # Eid 21 March 2026, as announced
        ("2027-02-08", "2027-03-09"),
        ("2030-01-05", "2030-02-03"),  # one Ramadan at the begin of 2030 ...
        ("2030-12-26", "2031-01-24"),  # ... and another over its end
        ("2032-12-04", "2033-01-02"),  # a year with two Eids
        ("2033-11-23", "2033-12-22"),
    ],
)
def test_ramadan_is_the_thirty_days_before_eid_whole_weeks_or_not(first: str, last: str) -> None:
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    found = dates_in(week_of(date.fromordinal(begins.toordinal() - 28)), 14, CalendarSettings())
    assert found == [date.fromordinal(begins.toordinal() + each) for each in range(30)]
    assert found[-1] == ends


def test_the_week_over_the_turn_of_a_year_lies_in_ramadan_as_a_whole() -> None:
    turn = Week(2031, 1)  # Monday 30 December 2030
    assert turn.monday == date(2030, 12, 30)
    assert ramadan_weekdays(turn, CalendarSettings()) == frozenset(range(7))
    before = Week(2030, 52)
    assert ramadan_weekdays(before, CalendarSettings()) == {3, 4, 5, 6}
    last = Week(2032, 53)  # Monday 27 December 2032 to Sunday 2 January 2033
    assert ramadan_weekdays(last, CalendarSettings()) == frozenset(range(7))
    assert ramadan_weekdays(Week(2033, 1), CalendarSettings()) == frozenset()


def test_announced_dates_replace_the_estimate_of_the_same_month_alone() -> None:
    announced = CalendarSettings(ramadan={"1448": "2027-02-09/2027-03-09"})
    found = dates_in(Week(2027, 1), 20, announced)
    assert (found[0], found[-1], len(found)) == (date(2027, 2, 9), date(2027, 3, 9), 29)
    assert ramadan_weekdays(Week(2026, 9), announced) == frozenset(range(7))  # 1447: as before
    twice = CalendarSettings(
        ramadan={"1451": "2030-01-06/2030-02-03", "1452": "2030-12-27/2031-01-24"}
    )
    assert ramadan_weekdays(Week(2030, 52), twice) == {4, 5, 6}
    assert ramadan_weekdays(Week(2030, 1), twice) == {6}


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"friday_prayer": "siang"}, "calendar.friday_prayer"),
        ({"friday_prayer": "13:00-11:30"}, "calendar.friday_prayer"),
        ({"friday_prayer": "11:30-13:00 istirahat 12:00-12:30"}, "calendar.friday_prayer"),
        ({"ramadan_hours": "08:00-25:00"}, "calendar.ramadan_hours"),
        ({"ramadan_hours": "14:00"}, "calendar.ramadan_hours"),
    ],
)
def test_hours_that_no_clock_shows_are_named(changed: dict[str, str], key: str) -> None:
    with pytest.raises(SettingsError, match=rf"'{key}' harus jam mulai dan selesai"):
        with_week_hours([], ORDINARY, calendar(**changed))


@pytest.mark.parametrize("text", ["2027-02-09", "2027-03-09/2027-02-09", "Februari/Maret", ""])
def test_dates_that_no_calendar_shows_are_named(text: str) -> None:
    settings = CalendarSettings(ramadan={"1448": text})
    with pytest.raises(SettingsError, match=r"'calendar\.ramadan\.1448' harus dua tanggal"):
        ramadan_weekdays(ORDINARY, settings)


# --- a plan keeps to them


def friday_city() -> City:
    """The small city with everybody at work on Friday too."""
    day = Shift(8 * HOUR + 1800, 14 * HOUR + 1800, 12 * HOUR, 13 * HOUR)
    late = Shift(12 * HOUR, 16 * HOUR)
    city = replace(small_city(), families=make_families(450))
    for team in city.teams:
        if team.kind != "camat":
            usual = day if team.kind == "plkb" else late
            city = city.with_team(team.team_id, shifts=shifts([THURSDAY, FRIDAY], usual))
    return city


def plan_of(city: City, week: Week, settings: Settings = SETTINGS) -> WeekPlan:
    return plan_week(
        city.families, city.teams, week, KECAMATAN, city.travel(), settings,
        closed=frozenset(), last_seen={},
    )  # fmt: skip


@pytest.mark.parametrize("week", [ORDINARY, FASTING])
def test_a_plan_pauses_for_friday_prayer_and_ends_early_in_ramadan(week: Week) -> None:
    city = friday_city()
    plan = plan_of(city, week)
    assert check_plan(plan, city.families, with_week_hours(city.teams, week, SETTINGS)) == []
    crews = plan.visits[plan.visits["team_id"] != "C"]
    friday = crews[crews["day_date"] == week.day(FRIDAY).isoformat()]
    assert set(friday["team_id"]) == {"P1", "P2", "T1", "T2", "T3", "T4"}
    begins, ends = 11 * HOUR + 1800, 13 * HOUR
    assert not ((friday["start_s"] < ends) & (friday["end_s"] > begins)).any()
    thursday = crews[crews["day_date"] == week.day(THURSDAY).isoformat()]
    noon = (thursday["start_s"] < 13 * HOUR) & (thursday["end_s"] > 12 * HOUR)
    assert noon.any()
    latest = plan.days.loc[plan.days["team_id"] != "C", "end_s"].max()
    assert latest <= (14 if week == FASTING else 16) * HOUR
    day = plan.days[plan.days["team_id"].isin(["P1", "P2"])].set_index("day_date")
    lunch = day.loc[week.day(THURSDAY).isoformat(), "break_start_s"]
    assert lunch.isna().tolist() == [week == FASTING] * 2


def test_a_replan_keeps_to_friday_prayer_though_the_plan_before_did_not() -> None:
    city = friday_city()
    free = calendar(friday_prayer="")
    before = plan_of(city, ORDINARY, free)
    day = ORDINARY.day(FRIDAY).isoformat()

    def in_prayer(plan: WeekPlan) -> int:
        made = plan.visits[(plan.visits["day_date"] == day) & (plan.visits["team_id"] != "C")]
        return int(((made["start_s"] < 13 * HOUR) & (made["end_s"] > 11 * HOUR + 1800)).sum())

    assert in_prayer(before) > 0
    after = replan_week(
        before, city.families, city.teams, city.travel(), SETTINGS, closed=frozenset(), edits=[]
    )
    assert in_prayer(after.plan) == 0
    assert "hours_changed" in after.causes.values()


def test_teams_keep_everything_but_their_hours() -> None:
    team = make_team("P1", "plkb", KELURAHAN, 0, shifts=shifts([FRIDAY], Shift(0, 86_400)))
    (changed,) = with_week_hours([team], ORDINARY, SETTINGS)
    assert replace(changed, shifts=team.shifts) == team
    assert told(changed.shifts[FRIDAY]) == "00:00-24:00 (11:30-13:00)"
