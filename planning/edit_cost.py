"""What edits cost, at once: only the routes that they touch are timed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pandas as pd

from common.settings import Settings
from planning.edits import Edit, wishes_of, with_absences
from planning.pins import PinsRefusedError
from planning.plan import WeekPlan
from planning.replan import replan_week
from planning.teams import Team
from planning.travel import Travel


@dataclass(frozen=True, slots=True)
class EditCost:
    """What would come of edits before anything else is moved for them."""

    travel_s: int  # more travel of all teams; negative: less
    prize_gained: int  # points, of families that come in
    prize_lost: int  # points, of families that fall out
    comes_in: tuple[int, ...]  # households
    falls_out: tuple[int, ...]
    moves: tuple[int, ...]  # households whose team or day changes
    # household -> code of planning.edit_issues; empty: it can be done
    breaks: Mapping[int, str] = field(default_factory=dict)

    @property
    def travel_minutes(self) -> float:
        """More travel in minutes."""
        return round(self.travel_s / 60, 1)


def cost_of_edits(
    before: WeekPlan,
    added: Sequence[Edit],
    families: pd.DataFrame,
    teams: Sequence[Team],
    travel: Travel,
    settings: Settings,
    *,
    closed: frozenset[str],
    edits: Sequence[Edit] = (),
    busy: Mapping[int, frozenset[int]] = MappingProxyType({}),
    first_weekday: int = 0,
) -> EditCost:
    """Return what ``added`` would cost on top of ``edits``, without searching the week again.

    A family goes where it adds least travel on the team-days that its edit allows; where it
    finds no room, those fall out that are worth least. Who falls out is offered to nobody yet:
    a replan may find them another place. Parameters as for :func:`planning.replan.replan_week`;
    ``teams`` are without the absences of the edits.

    Raises
    ------
    PinsRefusedError
        What was asked before cannot hold already.
    PlanViolationError
        The independent check found a broken rule.
    """

    def after(asked: Sequence[Edit]) -> WeekPlan:
        return replan_week(
            before,
            families,
            with_absences(teams, wishes_of(asked), before.week),
            travel,
            settings,
            closed=closed,
            edits=asked,
            busy=busy,
            first_weekday=first_weekday,
            offer_again=False,
        ).plan

    without = after(edits)
    try:
        with_it = after([*edits, *added])
    except PinsRefusedError as error:
        return EditCost(0, 0, 0, (), (), (), error.faults)
    return _cost(without, with_it, families["prize"])


def _cost(without: WeekPlan, with_it: WeekPlan, prize: pd.Series) -> EditCost:
    was, now = _places(without), _places(with_it)
    comes_in = tuple(sorted(now.keys() - was.keys()))
    falls_out = tuple(sorted(was.keys() - now.keys()))
    return EditCost(
        travel_s=int(with_it.days["travel_s"].sum() - without.days["travel_s"].sum()),
        prize_gained=int(prize.reindex(comes_in).fillna(0).sum()),
        prize_lost=int(prize.reindex(falls_out).fillna(0).sum()),
        comes_in=comes_in,
        falls_out=falls_out,
        moves=tuple(sorted(key for key in was.keys() & now.keys() if was[key] != now[key])),
    )


def _places(plan: WeekPlan) -> dict[int, frozenset[tuple[str, str]]]:
    rows = plan.visits[["household_id", "team_id", "day_date"]]
    places: dict[int, frozenset[tuple[str, str]]] = {}
    for key, team_id, day in rows.itertuples(index=False, name=None):
        places[int(key)] = places.get(int(key), frozenset()) | {(str(team_id), str(day))}
    return places


def part_of_plan(plan: WeekPlan, families: pd.DataFrame, teams: Sequence[Team]) -> WeekPlan | None:
    """Return the plan of these teams and families alone; None where others are mixed in."""
    own = {team.team_id for team in teams}
    inside = plan.visits["household_id"].isin(families.index)
    if (inside != plan.visits["team_id"].isin(own)).any():
        return None
    days = plan.days[plan.days["team_id"].isin(own)]
    left = plan.leftovers[plan.leftovers["household_id"].isin(families.index)]
    return replace(
        plan,
        visits=plan.visits[inside].reset_index(drop=True),
        days=days.reset_index(drop=True),
        leftovers=left.reset_index(drop=True),
        households_in_scope=len(families),
    )
