"""An independent look at a whole plan: counts, hours and joint visits, before anyone sees it.

The routes of each group were walked by routing.check already; this looks at the plan itself and
shares no code with the planner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from common.clock import Week
from common.errors import SambangiError
from common.language import N_
from planning.edit_check import edit_faults
from planning.edits import Edit
from planning.plan import WeekPlan
from planning.teams import Team


class PlanViolationError(SambangiError):
    """The independent check found a broken rule in a plan: our fault, nothing is stored."""

    code = "plan-violation"


def refuse_violations(codes: Iterable[str]) -> None:
    """Raise when there is any code of a broken rule, of a route or of the plan.

    Raises
    ------
    PlanViolationError
        Names the kinds of broken rules and how often each occurs.
    """
    counts = Counter(codes)
    if counts:
        listed = ", ".join(f"{code} x{times}" for code, times in sorted(counts.items()))
        raise PlanViolationError(N_("Rencana melanggar aturan: {violations}."), violations=listed)


def check_plan(
    plan: WeekPlan, families: pd.DataFrame, teams: Sequence[Team], edits: Sequence[Edit] = ()
) -> list[str]:
    """Return the code of every broken rule, one entry for each time it is broken.

    ``family_lost`` (neither planned nor left out), ``family_twice`` (both, or left out twice),
    ``family_unknown``, ``visited_twice`` (by teams that do not go together), ``joint_differs``
    (two teams, not the same day and start), ``asked_and_visited`` (at a meeting and at home),
    ``stop_differs`` (families of one meeting, not one stop), ``team_unknown``,
    ``outside_territory``,
    ``not_at_work`` (leave, or no hours that day), ``outside_hours``, ``works_in_break``,
    ``visits_overlap``, ``too_many_visits``, ``numbers_wrong`` (stop numbers are not 1, 2, 3 ...),
    ``day_missing`` (a visit without its team-day), ``day_empty`` (a team-day without a visit),
    ``wrong_week``, ``legs_wrong`` (not one leg to each stop and one back); and what
    planning.edit_check.edit_faults finds of the edits, which stand in the order they were said.
    """
    known = {team.team_id: team for team in teams}
    return [
        *_count_faults(plan, families),
        *_joint_faults(plan.visits),
        *_team_faults(plan, families, known),
        *_day_faults(plan, known),
        *edit_faults(plan, families, edits),
    ]


def _count_faults(plan: WeekPlan, families: pd.DataFrame) -> list[str]:
    planned = set(plan.visits["household_id"])
    left = plan.leftovers["household_id"]
    asked = set(families.index)
    faults = ["family_lost"] * len(asked - planned - set(left))
    faults += ["family_twice"] * (len(planned & set(left)) + int(left.duplicated().sum()))
    faults += ["family_unknown"] * len((planned | set(left)) - asked)
    return faults


def _joint_faults(visits: pd.DataFrame) -> list[str]:
    faults: list[str] = []
    key = ["team_id", "household_id"]
    when = visits.set_index(key)[["day_date", "start_s", "end_s", "joint_team_id"]]
    faults += ["asked_and_visited"] * int(
        visits.groupby("household_id")["kind"].nunique().gt(1).sum()
    )
    rows_of = visits.groupby("household_id")["team_id"].transform("size")
    shared = visits[rows_of.gt(1) | visits["joint_team_id"].notna()]
    for household, rows in shared.groupby("household_id"):
        if len(rows) > 2 or (len(rows) == 2 and rows["joint_team_id"].isna().any()):
            faults.append("visited_twice")
        for row in rows[rows["joint_team_id"].notna()].to_dict("records"):
            other = (row["joint_team_id"], household)
            if other not in when.index:
                faults.append("joint_differs")
                continue
            theirs = when.loc[[other]].iloc[0]
            same = (row["day_date"], row["start_s"], row["end_s"], row["team_id"])
            if tuple(theirs) != same:
                faults.append("joint_differs")
    return faults


def _team_faults(plan: WeekPlan, families: pd.DataFrame, known: dict[str, Team]) -> list[str]:
    faults: list[str] = []
    area_of = families["area_code"]
    days = set(zip(plan.days["team_id"], plan.days["day_date"], strict=True))
    for visit in plan.visits.to_dict("records"):
        team = known.get(visit["team_id"])
        if team is None:
            faults.append("team_unknown")
        elif area_of.get(visit["household_id"]) not in team.territory:
            faults.append("outside_territory")
        if (visit["team_id"], visit["day_date"]) not in days:
            faults.append("day_missing")
    return faults


def _day_faults(plan: WeekPlan, known: dict[str, Team]) -> list[str]:
    faults: list[str] = []
    visits = dict(iter(plan.visits.groupby(["team_id", "day_date"])))
    for day in plan.days.to_dict("records"):
        made = visits.get((day["team_id"], day["day_date"]))
        team = known.get(day["team_id"])
        if team is None or made is None:
            faults.append("team_unknown" if team is None else "day_empty")
            continue
        weekday = _weekday(day["day_date"], plan.week)
        if weekday is None:
            faults.append("wrong_week")
            continue
        shift = team.shifts[weekday]
        if shift is None or day["day_date"] in team.leave:
            faults.append("not_at_work")
        elif day["start_s"] < shift.start_s or day["end_s"] > shift.end_s:
            faults.append("outside_hours")
        elif shift.break_start_s is not None and shift.break_end_s is not None:
            at_work = (made["start_s"] < shift.break_end_s) & (made["end_s"] > shift.break_start_s)
            faults += ["works_in_break"] * int(at_work.sum())
        faults += _visit_faults(day, made, team)
    return faults


def _weekday(day_date: str, week: Week) -> int | None:
    dates = [week.day(weekday).isoformat() for weekday in range(7)]
    return dates.index(day_date) if day_date in dates else None


def _visit_faults(day: dict[Hashable, Any], made: pd.DataFrame, team: Team) -> list[str]:
    faults: list[str] = []
    stop = ["sequence", "kind", "start_s", "end_s", "travel_s", "place_lon", "place_lat"]
    stops = made.drop_duplicates(stop)
    at_home = made[made["kind"] == "home"]
    faults += ["stop_differs"] * int(
        stops["sequence"].duplicated().sum() + at_home["sequence"].duplicated().sum()
    )
    rows = made.sort_values("sequence").drop_duplicates("sequence")  # a meeting is one stop
    if rows["sequence"].tolist() != list(range(1, len(rows) + 1)):
        faults.append("numbers_wrong")
    starts, ends = rows["start_s"].to_numpy(), rows["end_s"].to_numpy()
    before = np.concatenate([[day["start_s"]], ends[:-1]])
    faults += ["visits_overlap"] * int((starts - before < rows["travel_s"].to_numpy()).sum())
    if ends[-1] > day["end_s"]:
        faults.append("outside_hours")
    if len(rows) > team.most_visits:
        faults.append("too_many_visits")
    if len(day["geometry"].geoms) != len(rows) + 1:
        faults.append("legs_wrong")
    return faults
