"""Weeks by their ISO number; today is always said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import Week, WeekError, parse_upcoming_week, parse_week, week_of
from common.errors import WrongCallError

TODAY = date(2026, 11, 24)  # a Tuesday of week 48
DAYS = st.dates(date(2000, 1, 3), date(2099, 12, 20))


@pytest.mark.parametrize("text", ["2026-W49", "2026W49", "2026-w49", " 2026-W49 "])
def test_a_week_is_read_in_the_usual_spellings(text: str) -> None:
    assert parse_week(text, TODAY) == Week(2026, 49)


def test_one_figure_is_enough_for_an_early_week() -> None:
    assert parse_week("2027-W3", TODAY) == Week(2027, 3)
    assert str(Week(2027, 3)) == "2027-W03"


def test_this_and_next_count_from_today() -> None:
    assert parse_week("this", TODAY) == Week(2026, 48)
    assert parse_week("next", TODAY) == Week(2026, 49)
    assert parse_week("next", date(2026, 11, 29)) == Week(2026, 49)  # Sunday
    assert parse_week("next", date(2026, 11, 30)) == Week(2026, 50)  # Monday


@pytest.mark.parametrize(
    ("today", "this", "following"),
    [
        (date(2026, 12, 24), Week(2026, 52), Week(2026, 53)),
        (date(2026, 12, 31), Week(2026, 53), Week(2027, 1)),
        (date(2027, 1, 3), Week(2026, 53), Week(2027, 1)),  # Sunday of the old year's last week
        (date(2027, 1, 4), Week(2027, 1), Week(2027, 2)),
        (date(2025, 12, 29), Week(2026, 1), Week(2026, 2)),  # Monday of the new year's first week
        (date(2027, 12, 30), Week(2027, 52), Week(2028, 1)),
    ],
)
def test_weeks_run_over_the_new_year(today: date, this: Week, following: Week) -> None:
    assert parse_week("this", today) == week_of(today) == this
    assert parse_week("next", today) == following


def test_a_week_has_seven_days_from_monday() -> None:
    week = Week(2026, 53)
    assert week.monday == date(2026, 12, 28)
    assert [week.day(weekday) for weekday in (0, 3, 6)] == [
        date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 3),
    ]  # fmt: skip


def test_only_long_years_have_a_week_53() -> None:
    assert parse_week("2026-W53", TODAY) == Week(2026, 53)
    with pytest.raises(WeekError, match=r"^Tahun 2027 tidak punya minggu ke-53\.$"):
        parse_week("2027-W53", TODAY)


@pytest.mark.parametrize(("text", "number"), [("2026-W00", 0), ("2026-W54", 54), ("2026-W99", 99)])
def test_a_week_that_no_year_has_is_refused(text: str, number: int) -> None:
    with pytest.raises(WeekError, match=rf"Tahun 2026 tidak punya minggu ke-{number}\."):
        parse_week(text, TODAY)


def test_the_year_zero_is_no_year() -> None:
    with pytest.raises(WeekError, match="Tahun 0 tidak punya"):
        parse_week("0000-W01", TODAY)


@pytest.mark.parametrize(
    "text", ["", "besok", "2026-49", "2026-W", "26-W49", "2026-W490", "W49-2026", "2026-W49x",
             "2026-12-01", "NEXT"]
)  # fmt: skip
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(WeekError, match=rf"Minggu '{text}' tidak dikenal; tulis mis\.") as caught:
        parse_week(text, TODAY)
    assert (caught.value.code, caught.value.exit_code) == ("week", 2)
    assert issubclass(WeekError, WrongCallError)


@pytest.mark.parametrize("text", ["2026-W47", "2026-W01", "2025-W52"])
def test_a_week_that_is_over_cannot_be_planned(text: str) -> None:
    with pytest.raises(WeekError, match=rf"{text} sudah lewat \(hari ini 2026-11-24\); pilih"):
        parse_upcoming_week(text, TODAY)


@pytest.mark.parametrize("text", ["this", "next", "2026-W48", "2026-W53", "2027-W01"])
def test_this_week_and_later_ones_can_be_planned(text: str) -> None:
    assert parse_upcoming_week(text, TODAY) == parse_week(text, TODAY)


def test_the_last_days_of_a_year_may_lie_in_a_week_of_the_next() -> None:
    assert parse_upcoming_week("2026-W53", date(2027, 1, 3)) == Week(2026, 53)
    with pytest.raises(WeekError, match="2026-W53 sudah lewat"):
        parse_upcoming_week("2026-W53", date(2027, 1, 4))


@given(day=DAYS)
def test_a_day_lies_in_its_week_and_the_week_reads_back(day: date) -> None:
    week = week_of(day)
    assert week.monday <= day <= week.day(6)
    assert week.day(day.weekday()) == day
    assert parse_week(str(week), TODAY) == week


@given(day=DAYS, later=st.integers(0, 1000))
def test_weeks_are_in_the_order_of_their_days(day: date, later: int) -> None:
    other = day + timedelta(days=later)
    assert week_of(day) <= week_of(other)
    assert (week_of(day) == week_of(other)) == (week_of(day).day(6) >= other)
    following = parse_week("next", day)
    assert following.monday - week_of(day).monday == timedelta(days=7)
