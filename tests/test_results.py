"""What came of visits decides what is known of a family, whatever order it is told in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal
from storage_fixtures import make_households

from common.settings import SettingsError, ValueSettings, VisitSettings
from geodata.columns import PERSONAL
from planning.columns import OUTCOMES, RESULTS
from planning.results import Heard, kept_off, last_results, met_dates, still_holding
from planning.retries import day_parts, tried_parts
from planning.value import explain_prize, score_visits

MONDAY = date(2026, 11, 30)
VISITS = VisitSettings()
HOUR = 3600
Row = tuple[int, str, int | None, str | None, str]


def frame(*rows: Row) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=list(RESULTS.columns)).astype(
        {
            "household_id": "int64", "start_s": "Int64", "day_date": "str", "team_id": "str",
            "outcome": "str",
        }
    )  # fmt: skip
    return RESULTS.validate(made)


def planned(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    columns = ["household_id", "day_date", "kind", "start_s"]
    made = pd.DataFrame(list(rows), columns=columns)
    return made.astype(
        {"household_id": "int64", "day_date": "str", "kind": "str", "start_s": "int64"}
    )


def households(count: int = 1) -> pd.DataFrame:
    frame_ = make_households([f"F{i}" for i in range(count)])
    return frame_.drop(columns=list(PERSONAL)).rename_axis(index="household_id")


def last_of(*rows: Row) -> str:
    found = last_results(frame(*rows))
    assert len(found) == 1
    return str(found["outcome"].iloc[0])


# --- what counts


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([(1, "2026-11-24", None, None, "met"), (1, "2026-11-25", None, None, "moved")], "moved"),
        ([(1, "2026-11-24", 9 * HOUR, None, "met"), (1, "2026-11-24", None, None, "not_home")],
         "met"),
        ([(1, "2026-11-24", 9 * HOUR, None, "met"), (1, "2026-11-24", 15 * HOUR, None, "not_home")],
         "met"),
        ([(1, "2026-11-24", 9 * HOUR, None, "refused"), (1, "2026-11-24", 15 * HOUR, None, "met")],
         "met"),
        ([(1, "2026-11-24", None, None, "refused"), (1, "2026-11-24", None, None, "met")],
         "refused"),
        ([(1, "2026-11-24", None, None, "not_home"), (1, "2026-11-24", None, None, "not_found")],
         "not_found"),
    ],
)  # fmt: skip
def test_the_latest_day_counts_and_of_one_day_what_was_found(rows: list[Row], outcome: str) -> None:
    assert last_of(*rows) == last_of(*reversed(rows)) == outcome


def test_families_without_a_result_have_none() -> None:
    assert last_results(frame()).empty
    assert met_dates(planned(), frame()).empty
    assert tried_parts(frame(), planned(), VISITS).empty


def test_a_planned_visit_counts_as_made_only_where_nothing_was_told_of_its_week() -> None:
    visited = planned(
        (1, "2026-11-17", "home", 0),  # nothing told of that week
        (1, "2026-11-24", "home", 0),  # told: not at home
        (2, "2026-11-24", "home", 0),  # told on the Sunday: met then
        (3, "2026-11-24", "kader", 0),  # asked for, not visited
        (4, "2026-11-24", "home", 0),  # told in the week after: the assumption stays
    )
    told = frame(
        (1, "2026-11-25", None, None, "not_home"),
        (2, "2026-11-29", None, None, "referred"),
        (4, "2026-11-30", None, None, "refused"),
        (5, "2026-11-24", None, None, "met"),
        (6, "2026-11-24", None, None, "moved"),
    )
    found = met_dates(visited, told).sort_values("household_id")
    assert found.to_numpy().tolist() == [
        [1, "2026-11-17", True],
        [2, "2026-11-29", False],
        [4, "2026-11-24", True],
        [5, "2026-11-24", False],
    ]


def test_the_turn_of_the_year_is_one_iso_week() -> None:
    visited = planned((1, "2026-12-30", "home", 0))
    assert met_dates(visited, frame((1, "2027-01-02", None, None, "not_home"))).empty
    assert len(met_dates(visited, frame((1, "2027-01-04", None, None, "not_home")))) == 1


# --- what keeps a family off


@pytest.mark.parametrize(
    ("outcome", "day", "reason"),
    [
        ("moved", "2026-11-24", "moved"),
        ("moved", "2025-11-30", ""),
        ("refused", "2026-11-24", "refused"),
        ("refused", "2026-09-02", "refused"),  # 89 days
        ("refused", "2026-09-01", ""),  # 90 days
        ("no_longer_at_risk", "2026-01-02", "not_at_risk"),
        *((each, "2026-11-24", "") for each in OUTCOMES if each in {
            "met", "not_home", "wrong_address", "not_found", "referred"}),
    ],
)  # fmt: skip
def test_an_outcome_keeps_a_family_off_for_its_days(outcome: str, day: str, reason: str) -> None:
    found = kept_off(last_results(frame((7, day, None, None, outcome))), MONDAY, VISITS)
    assert found.to_dict() == ({7: reason} if reason else {})


def test_days_that_no_calendar_has_are_refused() -> None:
    last = last_results(frame())
    for name in ("refused_again_days", "found_again_days"):
        with pytest.raises(SettingsError, match=f"'visits.{name}' tidak boleh negatif"):
            kept_off(last, MONDAY, replace(VISITS, **{name: -1}))


def test_the_register_answers_a_result_when_it_changes_what_was_found() -> None:
    results = frame(
        (1, "2026-11-10", None, None, "moved"),
        (2, "2026-11-10", None, None, "moved"),
        (3, "2026-11-10", None, None, "no_longer_at_risk"),
        (4, "2026-11-10", None, None, "no_longer_at_risk"),
        (5, "2026-11-20", None, None, "moved"),
        (6, "2026-11-10", None, None, "refused"),
    )
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    changes = pd.DataFrame(
        {
            "household_id": [1, 2, 3, 4, 5, 6],
            "fields": ["nik;rt", "nik", "unfit_water", "address", "rw", "rw;unfit_water"],
            "at": pd.Series([at] * 6, dtype="datetime64[us, UTC]"),
        }
    )
    assert still_holding(results, changes)["household_id"].tolist() == [2, 4, 5, 6]
    assert_frame_equal(still_holding(results, changes.iloc[:0]), results)


def test_what_was_known_before_a_day_is_what_was_found_before_it() -> None:
    results = frame((1, "2026-11-10", None, None, "met"), (1, "2026-11-30", None, None, "moved"))
    heard = Heard(results, results)
    assert heard.last["outcome"].tolist() == ["moved"]
    assert heard.before(MONDAY).last["outcome"].tolist() == ["met"]


# --- parts of the day


@pytest.mark.parametrize(
    ("day", "hour", "part"),
    [
        ("2026-11-24", 11.49, "morning"),
        ("2026-11-24", 11.5, "afternoon"),
        ("2026-11-24", 15.99, "afternoon"),
        ("2026-11-24", 16, "late"),
        ("2026-11-28", 9, "late"),  # Saturday
        ("2026-11-29", 9, "late"),
    ],
)
def test_a_try_falls_in_a_part_of_the_day(day: str, hour: float, part: str) -> None:
    told = frame((1, day, round(hour * HOUR), None, "not_home"))
    assert tried_parts(told, planned(), VISITS).to_dict() == {1: part}


def test_a_saturday_is_a_day_like_others_where_the_setting_says_so() -> None:
    told = frame((1, "2026-11-28", 9 * HOUR, None, "not_home"))
    settings = replace(VISITS, weekend_is_late=False)
    assert tried_parts(told, planned(), settings).to_dict() == {1: "morning"}


def test_tries_count_since_the_family_was_last_met_and_parts_once() -> None:
    told = frame(
        (1, "2026-11-02", 14 * HOUR, None, "not_home"),
        (1, "2026-11-03", 9 * HOUR, None, "met"),
        (1, "2026-11-09", 9 * HOUR, None, "not_home"),
        (1, "2026-11-16", 10 * HOUR, None, "not_home"),
        (2, "2026-11-09", 14 * HOUR, None, "not_home"),
        (2, "2026-11-16", 9 * HOUR, None, "not_home"),
        (3, "2026-11-16", 9 * HOUR, None, "not_found"),
        (4, "2026-11-16", 9 * HOUR, None, "met"),
        (4, "2026-11-16", 14 * HOUR, None, "not_home"),  # met on the same day
    )
    found = tried_parts(told, planned(), VISITS)
    assert found.to_dict() == {1: "morning", 2: "morning;afternoon"}


def test_a_try_without_an_hour_was_at_the_hour_of_the_plan() -> None:
    told = frame(
        (1, "2026-11-24", None, None, "not_home"), (2, "2026-11-24", None, None, "not_home")
    )
    visited = planned((1, "2026-11-24", "home", 13 * HOUR), (2, "2026-11-25", "home", 9 * HOUR))
    assert tried_parts(told, visited, VISITS).to_dict() == {1: "afternoon"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"morning_ends": "siang"}, "'visits.morning_ends' harus berupa jam"),
        ({"morning_ends": "00:00"}, "'visits.morning_ends' harus berupa jam"),
        ({"late_begins": "25:00"}, "'visits.late_begins' harus berupa jam"),
        ({"late_begins": "11:30"}, "'visits.late_begins' harus sesudah 'visits.morning_ends'"),
    ],
)
def test_parts_of_the_day_that_cannot_be_are_refused(changed: dict[str, str], message: str) -> None:
    settings = replace(VISITS, **changed)  # type: ignore[arg-type]
    for call in (lambda: day_parts(settings), lambda: tried_parts(frame(), planned(), settings)):
        with pytest.raises(SettingsError, match=message):
            call()


@given(weekday=st.integers(0, 6), second=st.integers(0, 86_399), weekend=st.booleans())
def test_every_second_of_a_day_lies_in_one_part_and_the_others_hold_the_rest(
    weekday: int, second: int, *, weekend: bool
) -> None:
    parts = day_parts(replace(VISITS, weekend_is_late=weekend))
    inside = [name for name, (a, b) in parts.spans(weekday).items() if a <= second <= b]
    assert inside == [parts.part_of(weekday, second)]
    at = weekday * 86_400 + second
    for tried in ("morning", "afternoon", "late"):
        free = any(a <= at <= b for a, b in parts.others(tried, [weekday]))
        assert free == (tried != inside[0])


# --- the value of a visit


def test_each_outcome_brings_the_points_of_its_setting() -> None:
    settings = ValueSettings()
    frame_ = households(len(OUTCOMES))
    last = pd.Series(list(OUTCOMES), index=frame_.index, dtype="str")
    scores = score_visits(frame_, settings, None, MONDAY, last)
    points = [explain_prize(text)["last_result"] for text in scores["prize_parts"]]
    assert points == [settings.last_result_points[each] for each in OUTCOMES]
    assert dict(zip(OUTCOMES, points, strict=True))["not_home"] > 0
    assert dict(zip(OUTCOMES, points, strict=True))["wrong_address"] == 0
    none = score_visits(frame_, settings, None, MONDAY)
    assert (scores["prize"] - none["prize"]).tolist() == points
    assert {explain_prize(text)["last_result"] for text in none["prize_parts"]} == {0}


def test_the_settings_name_every_outcome_and_no_other() -> None:
    assert set(ValueSettings().last_result_points) == set(OUTCOMES)
    wrong = replace(ValueSettings(), last_result_points={"gone": 1})
    with pytest.raises(SettingsError, match=r"'value.last_result_points.gone' tidak dikenal"):
        score_visits(households(), wrong, None, MONDAY)
    less = replace(ValueSettings(), last_result_points={"met": -1})
    with pytest.raises(SettingsError, match=r"'value.last_result_points.met' tidak boleh negatif"):
        score_visits(households(), less, None, MONDAY)


# --- order


DAYS = st.dates(date(2026, 11, 23), date(2026, 12, 6)).map(date.isoformat)
RESULT_ROWS = st.tuples(
    st.integers(1, 4),
    DAYS,
    st.none() | st.sampled_from([9 * HOUR, 13 * HOUR, 17 * HOUR]),
    st.none() | st.sampled_from(["T1", "T2"]),
    st.sampled_from(OUTCOMES),
)


@given(rows=st.lists(RESULT_ROWS, max_size=12), data=st.data())
def test_any_order_and_repetition_of_results_gives_the_same_standing(
    rows: list[Row], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(rows + rows[: len(rows) // 2]))
    visited = planned((1, "2026-11-24", "home", 9 * HOUR), (2, "2026-12-02", "home", 13 * HOUR))
    one, other = frame(*rows), frame(*again)
    assert_frame_equal(last_results(one), last_results(other))
    assert_series_equal(tried_parts(one, visited, VISITS), tried_parts(other, visited, VISITS))
    latest = [
        met_dates(visited, each).groupby("household_id")["last_met_date"].max()
        for each in (one, other)
    ]
    assert_series_equal(*latest)
