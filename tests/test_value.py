from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from storage_fixtures import make_households

from common.settings import SettingsError, ValueSettings
from geodata.columns import FACTORS, PERSONAL
from planning.columns import GROUPS, SCORES
from planning.risk import UnknownRuleSetError
from planning.value import PARTS, explain_prize, score_visits

MONDAY = date(2026, 11, 30)
SETTINGS = ValueSettings()


def households(count: int = 1, **known: object) -> pd.DataFrame:
    """Families of which nothing is known but ``known``; ids from 11."""
    frame = make_households([f"F{i}" for i in range(count)], first_row=11)
    flags = [name for name, dtype in frame.dtypes.items() if dtype == "boolean"]
    frame[flags] = pd.NA
    frame["welfare_rank"] = pd.NA
    frame = frame.astype({**dict.fromkeys(flags, "boolean"), "welfare_rank": "Int64"})
    for name, value in known.items():
        frame[name] = pd.array([value] * count, dtype=frame[name].dtype)
    return frame.drop(columns=list(PERSONAL)).rename_axis(index="household_id")


def parts_of(**known: object) -> dict[str, int]:
    scores = score_visits(households(**known), SETTINGS, None, MONDAY)
    return explain_prize(scores["prize_parts"].iloc[0])


def met(day: date) -> pd.DataFrame:
    return pd.DataFrame({"household_id": [11], "last_met_date": [day.isoformat()]})


def test_a_hand_worked_prize_shows_its_parts() -> None:
    found = parts_of(
        pregnant=True, pus=True, unfit_water=True, too_old=True, too_many=False, welfare_rank=2
    )
    assert found == {
        "group": 40,  # pregnant comes before pus
        "factors": 6 + 4,
        "last_result": 0,
        "never_visited": 10,
        "welfare": 7,
        "overdue": 0,
    }
    assert next(iter(found)) == "group"  # what counts most comes first


def test_a_family_of_which_nothing_is_known_is_only_never_visited() -> None:
    scores = score_visits(households(), SETTINGS, None, MONDAY).iloc[0]
    assert scores["group"] == "other"
    assert scores["prize"] == 10
    assert not scores["at_risk"]
    assert pd.isna(scores["rule_at_risk"])
    assert pd.isna(scores["due_date"])


@pytest.mark.parametrize(
    ("flags", "group"),
    [
        ({"pregnant": True, "baduta": True, "balita": True, "pus": True}, "pregnant"),
        ({"baduta": True, "balita": True, "pus": True}, "baduta"),
        ({"balita": True, "pus": True, "baduta": False}, "balita"),
        ({"pus": True}, "pus"),
        ({"pus": False}, "other"),
    ],
)
def test_a_family_counts_in_the_first_group_it_belongs_to(
    flags: dict[str, bool], group: str
) -> None:
    assert score_visits(households(**flags), SETTINGS, None, MONDAY)["group"].tolist() == [group]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("bkkbn", [True, False, False, True, False]),
        ("rule", [True, True, False, False, False]),
        ("either", [True, True, False, True, False]),
    ],
)
def test_at_risk_follows_the_flag_the_rule_or_either(by: str, expected: list[bool]) -> None:
    frame = households(5, pus=True)
    for name in FACTORS[1:]:
        frame[name] = pd.array([False] * 5, dtype="boolean")
    frame["unfit_water"] = pd.array([True, True, False, None, None], dtype="boolean")
    frame["bkkbn_at_risk"] = pd.array([True, False, False, True, None], dtype="boolean")
    scores = score_visits(frame, replace(SETTINGS, at_risk_by=by), None, MONDAY)
    assert scores["at_risk"].tolist() == expected
    assert scores["rule_at_risk"].isna().tolist() == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("days_late", "points"), [(-1, 0), (0, 0), (6, 0), (7, 2), (21, 6), (70, 20), (700, 20)]
)
def test_an_overdue_family_gains_points_for_whole_weeks_up_to_the_cap(
    days_late: int, points: int
) -> None:
    last = MONDAY - timedelta(days=30 + days_late)
    scores = score_visits(households(pregnant=True), SETTINGS, met(last), MONDAY).iloc[0]
    found = explain_prize(scores["prize_parts"])
    assert scores["due_date"] == (last + timedelta(days=30)).isoformat()
    assert (found["overdue"], found["never_visited"]) == (points, 0)


def test_the_last_of_several_visits_counts_and_others_are_never_visited() -> None:
    frame = households(2, balita=True)
    visited = pd.DataFrame(
        {
            "household_id": [12, 12, 99],
            "last_met_date": [date(2026, 11, 2), date(2026, 10, 1), date(2026, 1, 1)],
        }
    )
    scores = score_visits(frame, SETTINGS, visited, MONDAY)
    assert scores["due_date"].isna().tolist() == [True, False]
    assert scores["due_date"].iloc[1] == "2027-01-01"  # 60 days after 2 November


def test_a_family_of_no_group_has_the_longest_cadence() -> None:
    scores = score_visits(households(), SETTINGS, met(date(2026, 11, 1)), MONDAY)
    assert scores["due_date"].tolist() == ["2027-01-30"]  # 90 days


@given(seed=st.integers(0, 10_000), count=st.integers(0, 12), known=st.booleans())
def test_every_prize_is_the_sum_of_its_parts_and_fits_the_declared_columns(
    seed: int, count: int, *, known: bool
) -> None:
    rng = np.random.default_rng(seed)
    frame = households(count)
    for name in [name for name, dtype in frame.dtypes.items() if dtype == "boolean"]:
        frame[name] = pd.array(
            [(True, False, None)[i] for i in rng.integers(0, 3, count)], "boolean"
        )
    days = [(MONDAY - timedelta(days=int(i))).isoformat() for i in rng.integers(0, 400, count)]
    visited = pd.DataFrame({"household_id": frame.index, "last_met_date": days})
    before = frame.copy()
    scores = score_visits(frame, SETTINGS, visited if known else None, MONDAY)
    SCORES.validate(scores)
    assert scores.index.equals(frame.index)
    assert not scores["must"].any()
    for prize, text in zip(scores["prize"], scores["prize_parts"], strict=True):
        parts = json.loads(text)
        assert sum(parts.values()) == prize
        assert text == json.dumps(parts, sort_keys=True, separators=(",", ":"))
        assert tuple(parts) == PARTS
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at_risk_by": "kader"}, "'value.at_risk_by' harus salah satu dari: bkkbn, rule, either"),
        ({"factor_points": {"unfit_watr": 1}}, "'value.factor_points.unfit_watr' tidak dikenal"),
        ({"group_points": {"lansia": 1}}, "'value.group_points.lansia' tidak dikenal"),
        ({"welfare_points": {"6": 1}}, "'value.welfare_points.6' tidak dikenal"),
        ({"cadence_days": {"pus": -1}}, "'value.cadence_days.pus' tidak boleh negatif"),
        ({"never_visited_points": -1}, "'value.never_visited_points' tidak boleh negatif"),
    ],
)
def test_settings_that_would_count_for_nothing_are_refused(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        score_visits(households(), replace(SETTINGS, **change), None, MONDAY)  # type: ignore[arg-type]


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(UnknownRuleSetError, match="'semua' tidak dikenal"):
        score_visits(households(), replace(SETTINGS, rule_set="semua"), None, MONDAY)


def test_the_default_points_name_every_factor_and_group() -> None:
    assert set(SETTINGS.factor_points) == set(FACTORS)
    assert set(SETTINGS.group_points) == set(GROUPS) - {"other"}


def test_the_citys_register_is_scored_in_a_second() -> None:
    frame = make_households([f"F{i}" for i in range(30_980)]).drop(columns=list(PERSONAL))
    started = time.perf_counter()
    scores = score_visits(frame, SETTINGS, None, MONDAY)
    assert time.perf_counter() - started < 3  # 0.2 s on an idle machine
    assert len(scores) == 30_980
