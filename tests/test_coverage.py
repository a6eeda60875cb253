"""Coverage: every family is counted once, gaps are where they are, and the flow adds up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from calendar_edits import hold_on_thursday, write_calendar
from command_line import ON, call, refused, summary
from hypothesis import given, settings
from hypothesis import strategies as st
from week_of_tests import plan, publish, records, stored
from workspace_fixtures import EAST, FAMILIES, NOW, TODAY, WEEK, WEST

from common.clock import Week
from geodata.columns import GRADES
from planning.coverage import (
    COUNTS,
    DUE_STATES,
    LEAST_SHOWN,
    STATES,
    coverage_by_area,
    coverage_flow,
    household_states,
    planned_share,
    shown_counts,
    worst_areas,
)
from storage.database import MissingWorkspaceError
from storage.workspace import Workspace
from workflows.camat import coming_half_days, half_day_stops, last_visits, reasons_of
from workflows.coverage import (
    coverage_summary,
    coverage_table,
    plans_stamp,
    read_coverage,
    read_initials,
    read_kelurahan,
)
from workflows.placing import NoRegisterError
from workflows.publishing import publish_record
from workflows.views import read_week
from workflows.weeks import NotPlacedError, UnknownAreaError

W49, W50 = Week(2026, 49), Week(2026, 50)
AREAS = pd.DataFrame(
    {
        "area_code": ["a1", "a2", "b1", "c1"],
        "area_name": ["A satu", "A dua", "B satu", "C satu"],
        "kecamatan_code": ["a", "a", "b", "c"],
        "kecamatan_name": ["A", "A", "B", "C"],
    }
)


@st.composite
def towns(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Families with or without a place, at risk or not, and visits of any time and kind."""
    count = draw(st.integers(0, 25))
    rows = [
        {
            "area_code": draw(st.sampled_from(["a1", "a2", "b1", None, "elsewhere"])),
            "at_risk": draw(st.booleans()),
            "due": draw(st.booleans()),
            "grade": draw(st.sampled_from(GRADES)),
            "lon": draw(st.sampled_from([106.6, float("nan")])),
        }
        for _ in range(count)
    ]
    kinds = {"area_code": "str", "at_risk": bool, "due": bool, "grade": "str", "lon": float}
    families = pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
    families.index = pd.Index(range(100, 100 + count), name="household_id")
    families["due"] &= families["at_risk"]
    visits = draw(
        st.lists(
            st.tuples(
                st.integers(100, 130),
                st.sampled_from(["home", "kader"]),
                st.sampled_from(["before", "ahead", "week"]),
            ),
            max_size=40,
        )
    )
    frame = pd.DataFrame(visits, columns=["household_id", "kind", "time"])
    return families, frame.astype({"household_id": int, "kind": "str", "time": "str"})


def counted_slowly(
    families: pd.DataFrame, visits: pd.DataFrame, inside: Callable[[object], bool]
) -> dict[str, int]:
    """Count one family after the other."""
    found = dict.fromkeys(COUNTS, 0)
    trips = set(visits.itertuples(index=False, name=None))
    for key, row in families.iterrows():
        if not inside(row["area_code"]):
            continue
        home, asked = (key, "home", "week") in trips, (key, "kader", "week") in trips
        due = row["at_risk"] and row["due"]
        found["registered"] += 1
        found["at_risk"] += bool(row["at_risk"])
        found["due"] += bool(due)
        found["planned"] += bool(due and home)
        found["asked"] += bool(due and asked and not home)
        found["visited_before"] += (key, "home", "before") in trips
        found["gap"] += bool(due and not home)
        found["never"] += bool(row["at_risk"]) and not any(trip[0] == key for trip in trips)
        found["on_plan_not_due"] += bool((home or asked) and not due)
    return found


@settings(max_examples=30)
@given(towns())
def test_every_area_has_the_counts_of_a_slow_count(
    town: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    families, visits = town
    known = dict(zip(AREAS["area_code"], AREAS["kecamatan_code"], strict=True))
    for by, areas_of in (
        ("area_code", {code: {code} for code in known}),
        ("kecamatan_code", {k: {c for c in known if known[c] == k} for k in ("a", "b", "c")}),
    ):
        table = coverage_by_area(families, visits, AREAS, by)  # type: ignore[arg-type]
        named = table[table[by].notna()]
        assert list(named[by]) == list(areas_of)
        for code, row in named.set_index(by).iterrows():
            slow = counted_slowly(families, visits, areas_of[str(code)].__contains__)
            assert row[list(COUNTS)].to_dict() == slow
        lost = counted_slowly(families, visits, lambda area: area not in known)
        unnamed = table.loc[table[by].isna(), list(COUNTS)]
        assert len(unnamed) == bool(lost["registered"])
        assert unnamed.sum().to_dict() == lost
        whole = counted_slowly(families, visits, lambda _: True)
        assert table[list(COUNTS)].sum().to_dict() == whole


@settings(max_examples=30)
@given(towns())
def test_each_family_has_one_state_and_the_states_add_up(
    town: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    families, visits = town
    states = household_states(families, visits)
    table = coverage_by_area(families, visits, AREAS)
    assert list(states.index) == list(families.index)
    assert set(states) <= set(STATES)
    assert states.isin(DUE_STATES).sum() == table["due"].sum()
    for state in ("planned", "asked"):
        assert (states == state).sum() == table[state].sum()
    assert (table["gap"] == table["due"] - table["planned"]).all()


@settings(max_examples=30)
@given(towns())
def test_each_step_of_the_flow_is_a_part_of_the_one_before(
    town: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    families, visits = town
    table = coverage_by_area(families, visits, AREAS, "kecamatan_code")
    steps = coverage_flow(table)
    assert [step.name for step in steps] == ["registered", "placed", "at_risk", "due", "planned"]
    assert steps[0].families == len(families)
    for before, after in pairwise(steps):
        assert after.families + after.dropped == before.families
        assert after.dropped >= 0


@settings(max_examples=30)
@given(towns())
def test_counting_changes_no_argument(town: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    families, visits = town
    before = families.copy(), visits.copy(), AREAS.copy()
    coverage_by_area(families, visits, AREAS, "kecamatan_code")
    for ours, theirs in zip((families, visits, AREAS), before, strict=True):
        pd.testing.assert_frame_equal(ours, theirs)


def test_the_worst_have_the_largest_share_left_out_and_are_never_nameless() -> None:
    table = pd.DataFrame(
        {
            "area_code": ["a", "b", "c", "d", "e", None],
            "due": [10, 100, 4, 0, 20, 50],
            "planned": [5, 50, 4, 0, 2, 0],
        }
    ).assign(gap=lambda rows: rows["due"] - rows["planned"])
    assert list(worst_areas(table)["area_code"]) == ["e", "b", "a"]
    assert list(worst_areas(table, 1)["area_code"]) == ["e"]
    assert planned_share(table).round(2).fillna(-1).tolist() == [0.5, 0.5, 1.0, -1.0, 0.1, 0.0]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=9))
def test_a_small_count_cannot_be_had_from_the_sum_and_the_other_counts(counts: list[int]) -> None:
    series = pd.Series(counts, index=[f"rw{at}" for at in range(len(counts))])
    ways = shown_counts(series)
    assert list(ways.index) == list(series.index)
    assert (series[ways == "open"].between(1, LEAST_SHOWN - 1) == False).all()  # noqa: E712
    hidden, small = ways != "open", ways == "small"
    assert (series[small] < LEAST_SHOWN).all()
    others = (series >= LEAST_SHOWN).any()
    assert hidden.sum() != 1 or not others


# as a workspace stands


def read(workspace: Workspace, **changes: Any) -> Any:
    return read_coverage(workspace, **{"week": W49, "today": TODAY, **changes})


def test_the_week_is_counted_as_the_plan_counts_it(planned: Workspace) -> None:
    coverage, record = read(planned), records(planned)[0]
    week = read_week(planned, record.plan_id, None)
    sums = coverage.by_area[list(COUNTS)].sum()
    assert sums["registered"] == len(coverage.families) == record.summary["registered"]
    assert sums["due"] == week.due
    assert sums["planned"] + sums["asked"] == record.summary["planned"]
    assert sums["on_plan_not_due"] == 0
    assert sums["at_risk"] == sums["registered"] - week.left_out["not_at_risk"]
    assert sums["never"] == sums["at_risk"] - record.summary["planned"]
    assert coverage.by_kecamatan[list(COUNTS)].sum().to_dict() == sums.to_dict()
    planned_here = coverage.by_area.set_index("area_code")["planned"]
    homes = stored(planned, record.plan_id).visits
    homes = homes[homes["kind"] == "home"].drop_duplicates("household_id")
    areas = homes["household_id"].map(coverage.families["area_code"]).value_counts()
    assert areas.to_dict() == planned_here[planned_here > 0].to_dict()


def test_a_kecamatan_has_its_part_of_the_city(planned: Workspace) -> None:
    city = read(planned)
    parts = [read(planned, area=code) for code in (WEST, EAST)]
    for code, part in zip((WEST, EAST), parts, strict=True):
        assert set(part.by_area["kecamatan_code"]) == {code}
        ours = city.by_kecamatan.set_index("kecamatan_code").loc[code, list(COUNTS)]
        assert part.by_kecamatan.loc[0, list(COUNTS)].to_dict() == ours.to_dict()
        inside = city.by_area[city.by_area["kecamatan_code"] == code].reset_index(drop=True)
        pd.testing.assert_frame_equal(part.by_area, inside)
    lost = city.families["area_code"].isna().sum()
    assert sum(len(part.families) for part in parts) + lost == len(city.families)


def test_drafts_are_passed_over_for_those_who_carry_plans_out(planned: Workspace) -> None:
    assert read(planned, published_only=True).records == ()
    assert read(planned, published_only=True).by_area["planned"].sum() == 0
    publish_record(planned, records(planned)[0].plan_id, NOW)
    known = read(planned, published_only=True)
    pd.testing.assert_frame_equal(known.by_area, read(planned).by_area)


def test_the_newest_plan_of_each_kecamatan_counts(planned: Workspace) -> None:
    first = records(planned)[0]
    second = plan(planned, area=WEST)
    coverage = read(planned)
    assert [record.plan_id for record in coverage.records] == [second.plan_id, first.plan_id]
    assert [each.plan_id for each in read(planned, area=EAST).records] == [first.plan_id]
    assert [each.plan_id for each in read(planned, area=WEST).records] == [second.plan_id]


def test_visits_of_weeks_that_are_over_stand_beside_those_of_the_week(planned: Workspace) -> None:
    first = records(planned)[0]
    homes = first.summary["visits"] - first.summary["joint_visits"]
    ahead = read(planned, week=W50)
    assert ahead.records == ()
    assert ahead.by_area["visited_before"].sum() == 0
    assert ahead.by_area["never"].sum() == read(planned).by_area["never"].sum()
    assert ahead.by_area["due"].sum() < read(planned).by_area["due"].sum()
    later = {"week": W50, "today": W50.monday}
    assert read(planned, **later).by_area["visited_before"].sum() == 0  # the draft was never used
    publish_record(planned, first.plan_id, NOW)
    assert read(planned, **later).by_area["visited_before"].sum() == homes


def test_a_family_that_left_the_risk_after_planning_is_told_apart(planned: Workspace) -> None:
    record = records(planned)[0]
    visits = stored(planned, record.plan_id).visits
    gone = int(visits.loc[visits["kind"] == "home", "household_id"].iloc[0])
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        columns = [row[1] for row in conn.execute("PRAGMA table_info(households)")]
        factors = [name for name in columns if name.startswith(("unfit", "too_", "no_modern"))]
        off = ", ".join(f"{name} = 0" for name in [*factors, "bkkbn_at_risk"])
        conn.execute(f"UPDATE households SET {off} WHERE household_id = ?", (gone,))  # noqa: S608
        conn.commit()
    coverage = read(planned)
    assert coverage.families.loc[gone, "state"] == "not_at_risk"
    assert coverage.by_area["on_plan_not_due"].sum() == 1
    assert (coverage.by_area["gap"] >= 0).all()


def test_what_is_missing_is_said(tmp_path: Path, planned: Workspace) -> None:
    with pytest.raises(UnknownAreaError, match=r"'98\.01' tidak dikenal"):
        read(planned, area="98.01")
    for function in (read, plans_stamp):
        with pytest.raises(MissingWorkspaceError, match="belum ada"):
            function(Workspace(tmp_path / "tidak-ada"))


@pytest.mark.parametrize(
    ("stage", "error", "message"),
    [
        ("city", NoRegisterError, "Belum ada keluarga"),
        ("teams", NotPlacedError, "belum ditempatkan"),
    ],
)
def test_a_step_before_is_named(
    copy_of: Callable[[str], Workspace], stage: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read(copy_of(stage))


def test_the_ground_of_a_kelurahan_is_its_outline_and_the_streets_around_it(
    planned: Workspace,
) -> None:
    code = read(planned).by_area["area_code"][0]
    ground = read_kelurahan(planned, code)
    assert list(ground.area["area_code"]) == [code]
    assert len(ground.streets)
    assert ground.streets.intersects(ground.area.geometry[0].buffer(0.01)).any()


def test_of_a_person_only_initials_are_read(planned: Workspace) -> None:
    keys = list(read(planned).families.index[:20])
    assert read_initials(planned, keys).str.fullmatch(r"([A-Z]\.){0,3}").all()


# the camat


def test_the_coming_half_days_are_those_of_the_kecamatan_from_today_on(planned: Workspace) -> None:
    call_it: dict[str, Any] = {"weeks": [W49], "today": TODAY, "published_only": False}
    days, plans = coming_half_days(planned, kecamatan_code=WEST, **call_it)
    visits = stored(planned, records(planned)[0].plan_id).visits
    mine = visits[visits["team_id"] == "CAMAT-01"]
    assert set(days["team_id"]) == {"CAMAT-01"}
    assert list(days["day_date"]) == sorted(set(mine["day_date"]))
    assert set(plans) == set(days["plan_id"])
    late = coming_half_days(planned, kecamatan_code=WEST, **{**call_it, "today": W50.monday})
    assert late[0].empty
    hidden = coming_half_days(planned, kecamatan_code=WEST, **{**call_it, "published_only": True})
    assert hidden[0].empty


def test_a_half_day_knows_its_usual_weekday_when_it_was_moved(
    copy_of: Callable[[str], Workspace],
) -> None:
    workspace = copy_of("scored")
    hold_on_thursday(workspace, "CAMAT-01")
    write_calendar(workspace, {"date": "2026-12-03", "kind": "holiday"})
    plan(workspace, area=WEST)
    plan(workspace, "2026-W50", area=WEST)
    call_it: dict[str, Any] = {"weeks": [W49, W50], "today": TODAY, "published_only": False}
    days, _ = coming_half_days(workspace, kecamatan_code=WEST, **call_it)
    assert list(days["day_date"]) == ["2026-12-02", "2026-12-10"]
    assert days["usual_weekday"].tolist() == [3, pd.NA]
    assert days["usual_is_holiday"].tolist() == [True, pd.NA]
    write_calendar(workspace, {"date": "2026-12-10", "kind": "holiday"})  # after planning
    days, _ = coming_half_days(workspace, kecamatan_code=WEST, **call_it)
    assert days["usual_weekday"].isna().all()


def test_a_half_day_tells_who_joins_and_why_these_families(planned: Workspace) -> None:
    record = records(planned)[0]
    visits = stored(planned, record.plan_id).visits
    mine = visits[visits["team_id"] == "CAMAT-01"].sort_values("sequence")
    stops = half_day_stops(planned, record.plan_id, "CAMAT-01", mine["day_date"].iloc[0])
    assert list(stops["number"]) == sorted(set(mine["sequence"]))
    assert int(stops["families"].sum()) == len(mine)
    assert (stops["joining"] != "").sum() == mine["joint_team_id"].notna().sum()
    assert all(len(why) > 0 for why in stops.loc[stops["kind"] == "home", "reasons"])


def test_reasons_are_the_parts_of_the_prize_heaviest_first() -> None:
    parts = {"factors": 6, "group": 40, "never_visited": 10, "overdue": 0, "welfare": 2}
    told = reasons_of(json.dumps(parts), "pregnant")
    assert told == ("pregnant", "never_visited", "factors", "welfare")
    assert reasons_of(json.dumps({"group": 5}), "other") == ()


def test_the_last_visit_is_that_of_a_published_plan_of_a_week_that_is_over(
    planned: Workspace,
) -> None:
    never = last_visits(planned, today=TODAY, kecamatan_code=WEST)
    assert len(never) == 4
    assert never["day_date"].isna().all()
    record = records(planned)[0]
    publish_record(planned, record.plan_id, NOW)
    assert last_visits(planned, today=TODAY, kecamatan_code=WEST)["day_date"].isna().all()
    seen = last_visits(planned, today=W50.monday, kecamatan_code=WEST)
    visits = stored(planned, record.plan_id).visits
    mine = visits[visits["team_id"] == "CAMAT-01"]
    area_of = read(planned).families["area_code"]
    expected = mine.groupby(mine["household_id"].map(area_of))["day_date"].max().to_dict()
    known = seen.dropna(subset="day_date")
    assert dict(zip(known["area_code"], known["day_date"], strict=True)) == expected
    assert seen["day_date"].isna().to_list() == sorted(seen["day_date"].isna(), reverse=True)


# the command


def test_the_command_counts_what_the_page_counts(planned: Workspace, tmp_path: Path) -> None:
    told = summary(
        call("coverage", "--week", WEEK, "--by", "kecamatan", "--json", *ON,
             "--out", tmp_path / "k.csv", workspace=planned)
    )  # fmt: skip
    coverage = read(planned)
    assert told == json.loads(json.dumps(coverage_summary(coverage, "kecamatan_code")))
    assert told["registered"] == sum(told["states"].values()) >= FAMILIES
    written = pd.read_csv(tmp_path / "k.csv", dtype={"kecamatan_code": str})
    assert len(written) == told["rows"]
    assert written["planned"].sum() == told["planned"]
    assert list(written) == list(coverage_table(coverage, "kecamatan_code"))


def test_the_command_keeps_to_an_area_and_changes_nothing(planned: Workspace) -> None:
    told = summary(call("coverage", "--area", EAST, "--json", *ON, workspace=planned))
    assert told["rows"] == 4
    refused(call("coverage", "--area", "x", *ON, workspace=planned), 2, "Kecamatan 'x'")
    refused(call("coverage", "--out", "tidak/ada/k.csv", *ON, workspace=planned), 2, "tidak dapat")


def test_after_publishing_the_next_week_goes_on_to_others(
    planned: Workspace, tmp_path: Path, in_process: None, thin_paper: None
) -> None:
    del in_process, thin_paper
    publish(planned, tmp_path)
    second = plan(planned, "2026-W50", today=W50.monday)
    told = summary(
        call("coverage", "--week", "2026-W50", "--json", "--today", "2026-12-07", workspace=planned)
    )
    assert told["plans"] == [second.plan_id]
    assert told["visited_before"] > 0
    assert told["never"] < told["at_risk"] - told["planned"]
