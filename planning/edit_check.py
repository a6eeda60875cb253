"""An independent look at what people asked: every pin, ban and absence of a plan.

It goes through the edits one by one and shares no code with what the planner makes of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from planning.edits import Edit
from planning.plan import WeekPlan

_Row = dict[Hashable, Any]
_Said = tuple[str, str | None, int | None, int | None]


def edit_faults(plan: WeekPlan, families: pd.DataFrame, edits: Sequence[Edit]) -> list[str]:
    """Return ``pin_broken``, ``ban_broken`` and ``absent_at_work`` as often as each occurs.

    ``edits`` stand in the order in which they were said; those of families that are not in
    ``families`` count for nothing.
    """
    faults: list[str] = []
    named = {each.household_id for each in edits} | {each.other_household_id for each in edits}
    rows = plan.visits[plan.visits["household_id"].isin([key for key in named if key is not None])]
    visits: dict[int, list[_Row]] = {}
    for row in rows.to_dict("records"):
        visits.setdefault(int(row["household_id"]), []).append(row)
    for household in sorted(key for key in named if key is not None and key in families.index):
        made = visits.get(household, [])
        faults += _broken(plan, made, _said_of(household, edits))
    working = set(zip(plan.days["team_id"], plan.days["day_date"], strict=True))
    faults += ["absent_at_work"] * len(working & _absences(plan, edits))
    return faults


def _said_of(household: int, edits: Sequence[Edit]) -> list[_Said]:
    """Return (action, team, weekday, hour) of each edit that speaks of the family."""
    said: list[_Said] = []
    for edit in edits:
        if edit.household_id == household and edit.action == "withdraw":
            said = []
        elif edit.household_id == household:
            action = "ban" if edit.action == "ban" else "pin"
            said.append((action, edit.team_id, edit.weekday, edit.start_s))
        elif edit.other_household_id == household:
            said.append(("pin", edit.other_team_id, edit.other_weekday, None))
    return said


def _broken(plan: WeekPlan, made: list[_Row], said: list[_Said]) -> list[str]:
    """Return the faults of one family: the latest pin counts, and bans that no later pin ends."""
    faults: list[str] = []
    for at, each in enumerate(said):
        later = said[at + 1 :]
        if each[0] == "ban":
            ended = any(other[0] == "pin" and _inside(other, each) for other in later)
            if not ended and any(_is_there(plan, row, each) for row in made):
                faults.append("ban_broken")
        else:
            ended = any(other[0] == "pin" or _inside(each, other) for other in later)
            if not ended and not any(_is_there(plan, row, each) for row in made):
                faults.append("pin_broken")
    return faults


def _inside(pin: _Said, ban: _Said) -> bool:
    """Tell whether a ban closes all that a pin says."""
    return all(closed in {None, asked} for closed, asked in zip(ban[1:3], pin[1:3], strict=True))


def _is_there(plan: WeekPlan, row: _Row, said: _Said) -> bool:
    action, team_id, weekday, start_s = said
    if row["kind"] != "home" and (action, team_id, weekday) != ("ban", None, None):
        return False  # who is asked for at a meeting is not visited
    on = None if weekday is None else (plan.week.monday + timedelta(days=weekday)).isoformat()
    found = (row["team_id"], row["day_date"], row["start_s"])
    asked = (team_id, on, start_s)
    return all(each is None or each == seen for each, seen in zip(asked, found, strict=True))


def _absences(plan: WeekPlan, edits: Sequence[Edit]) -> set[tuple[str, str]]:
    away: set[tuple[str, str]] = set()
    for edit in edits:
        if edit.action == "absent" and edit.weekday is not None:
            on = plan.week.monday + timedelta(days=edit.weekday)
            away.add((str(edit.team_id), on.isoformat()))
        elif edit.action == "withdraw" and edit.household_id is None:
            back = None if edit.weekday is None else plan.week.monday + timedelta(days=edit.weekday)
            away = {
                (team, on)
                for team, on in away
                if team != edit.team_id or (back is not None and on != back.isoformat())
            }
    return away
