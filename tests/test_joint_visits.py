"""Both plans of a joint visit agree in every week, and it counts once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_fixtures import (
    HOUR,
    KELURAHAN,
    SETTINGS,
    WEEK,
    City,
    make_families,
    make_team,
    networks,
    shifts,
    small_city,
)

from planning.edits import Edit, wishes_of, with_absences
from planning.plan import WeekPlan
from planning.replan import replan_week
from planning.standing import planned_meetings
from planning.teams import Shift
from planning.travel import prepare_travel

WHEN = ["household_id", "day_date", "start_s", "end_s", "kind"]


@st.composite
def cities(draw: st.DrawFn) -> City:
    """One or two camats and two or three PLKB, at hours that overlap or do not, Fridays too."""
    days = st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True)

    def hours() -> Shift:
        opens = draw(st.integers(15, 22)) * HOUR // 2
        closes = opens + draw(st.integers(3, 12)) * HOUR // 2
        rest = (12 * HOUR, 13 * HOUR) if opens < 12 * HOUR and closes > 13 * HOUR else ()
        return Shift(opens, closes, *rest)

    def changed() -> dict[str, Any]:
        return {"shifts": shifts(draw(days), hours()), "most_visits": draw(st.integers(1, 7))}

    camats = [
        make_team(f"C{i}", "camat", KELURAHAN, 4, **changed())
        for i in range(draw(st.integers(1, 2)))
    ]
    areas = st.lists(st.sampled_from(KELURAHAN), min_size=1, max_size=3, unique=True)
    plkb = [
        make_team(f"P{i}", "plkb", draw(areas), draw(st.integers(0, 8)), **changed())
        for i in range(draw(st.integers(2, 3)))
    ]
    tpk = [team for team in small_city().teams if team.kind == "tpk"][: draw(st.integers(0, 4))]
    families = make_families(draw(st.sampled_from([30, 90])), draw(st.integers(0, 10**4)))
    return City(families, (*camats, *plkb, *tpk))


def assert_agree(plan: WeekPlan, city: City) -> int:
    """Check every joint visit from both sides; return how many families are seen jointly."""
    kind = {team.team_id: team.kind for team in city.teams}
    joint = plan.visits[plan.visits["joint_team_id"].notna()]
    camats = joint["team_id"].map(kind) == "camat"
    own, theirs = joint[camats], joint[~camats]
    assert set(theirs["team_id"].map(kind)) <= {"plkb"}
    swapped = theirs.rename(columns={"team_id": "joint_team_id", "joint_team_id": "team_id"})
    sides = [
        rows[[*WHEN, "team_id", "joint_team_id"]].sort_values(WHEN).reset_index(drop=True)
        for rows in (own, swapped)
    ]
    pd.testing.assert_frame_equal(*sides)
    rows = plan.visits["household_id"].value_counts()
    assert set(rows.index[rows > 1]) == set(own["household_id"])
    assert plan.households_planned == len(plan.visits) - len(own)
    seen = [*rows.index, *plan.leftovers["household_id"]]
    assert sorted(seen) == city.families.index.tolist()
    return len(own)


@settings(max_examples=14)
@given(city=cities(), data=st.data())
def test_both_plans_of_a_joint_visit_agree_and_it_counts_once(
    city: City, data: st.DataObject
) -> None:
    dates = st.sampled_from([WEEK.day(day).isoformat() for day in range(1, 5)])
    closed = data.draw(st.frozensets(dates, max_size=1))
    families = st.sampled_from(city.families.index.tolist())
    crews = [team for team in city.teams if team.kind != "tpk"]
    banned = data.draw(st.lists(families, max_size=3, unique=True))
    edits = [Edit("ban", key, data.draw(st.sampled_from([None, *(t.team_id for t in crews)])))
             for key in banned]  # fmt: skip
    away = data.draw(st.sampled_from(crews))
    edits.append(Edit("absent", team_id=away.team_id, weekday=data.draw(st.integers(1, 4))))
    teams = with_absences(city.teams, wishes_of(edits), WEEK)

    plan = replace(city, teams=tuple(teams)).plan(closed=closed, edits=edits)
    assert_agree(plan, city)

    if not plan.visits.empty:
        gone = int(data.draw(st.sampled_from(plan.visits["household_id"].tolist())))
        edits += [Edit("ban", gone), *absent(data.draw(st.sampled_from(crews)).team_id)]
        assert_agree(again(plan, city, edits, closed), city)


def absent(team_id: str) -> list[Edit]:
    return [Edit("absent", team_id=team_id, weekday=day) for day in (1, 2)]


def again(plan: WeekPlan, city: City, edits: list[Edit], closed: frozenset[str]) -> WeekPlan:
    """Re-plan with more that is asked."""
    held = planned_meetings(plan, city.families, SETTINGS.visits)
    travel = prepare_travel(networks(), city.families, city.teams, SETTINGS.streets, held)
    teams = with_absences(city.teams, wishes_of(edits), WEEK)
    return replan_week(
        plan, city.families, teams, travel, SETTINGS, closed=closed, edits=edits
    ).plan


def test_weeks_like_these_have_joint_visits() -> None:
    assert assert_agree(small_city().plan(), small_city()) >= 3
