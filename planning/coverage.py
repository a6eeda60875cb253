"""Where the gaps are: what becomes of every family this week, added up area by area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from planning.eligibility import DOORLESS

STATES = ("not_at_risk", "not_due", "planned", "asked", "no_door", "waiting")
DUE_STATES = ("planned", "asked", "no_door", "waiting")
TIMES = ("before", "ahead", "week")  # of a visit, see household_states
COUNTS = (
    "registered", "at_risk", "due", "planned", "asked", "visited_before", "gap", "never",
    "on_plan_not_due",
)  # fmt: skip
LEAST_SHOWN = 5  # families; smaller counts point at single homes (docs/glossary.md, law)

Division = Literal["area_code", "kecamatan_code"]
_KEPT = {
    "area_code": ["area_code", "area_name", "kecamatan_code", "kecamatan_name"],
    "kecamatan_code": ["kecamatan_code", "kecamatan_name"],
}


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One step of the flow; ``families`` + ``dropped`` are the families of the step before."""

    name: str  # registered, placed, at_risk, due, planned
    families: int
    dropped: int


def household_states(families: pd.DataFrame, visits: pd.DataFrame) -> pd.Series:
    """Return what becomes of each family this week: exactly one of ``STATES``, same index.

    ``planned``: visited at home by the week's plan. ``asked``: its home is asked for at a meeting
    with a kader. ``no_door``: due, but its home is not known. ``waiting``: due, and its turn is
    later. A family on the plan that is not at risk or not due by today's register (it changed
    after planning) bears that state, and is counted as ``on_plan_not_due``.

    Parameters
    ----------
    families
        ``at_risk``, ``due`` (bool: to be visited by the end of the week), ``grade``
        (geodata.columns.GRADES), ``lon`` (NaN: no place); index ``household_id``, unique.
    visits
        ``household_id``, ``kind`` (planning.columns.VISIT_KINDS) and ``time``: ``week`` (newest
        plans of the week looked at), ``before`` (published plans of weeks that are over),
        ``ahead`` (plans of weeks not over yet, before the week looked at). Any number of rows a
        family.
    """
    now = visits[visits["time"] == "week"]
    at_home = families.index.isin(now.loc[now["kind"] == "home", "household_id"])
    asked = families.index.isin(now.loc[now["kind"] == "kader", "household_id"])
    doorless = families["grade"].isin(DOORLESS) | families["lon"].isna()
    at_risk, due = families["at_risk"].to_numpy(bool), families["due"].to_numpy(bool)
    conditions = [~at_risk, ~due, at_home, asked, doorless.to_numpy(bool)]
    states = np.select(conditions, STATES[: len(conditions)], STATES[-1])
    return pd.Series(states, index=families.index, dtype="str")


def coverage_by_area(
    families: pd.DataFrame, visits: pd.DataFrame, areas: pd.DataFrame, by: Division = "area_code"
) -> pd.DataFrame:
    """Return the counts of every kelurahan or kecamatan; they add up to the families given.

    Parameters
    ----------
    families
        As for :func:`household_states`, and ``area_code`` (missing when unknown).
    visits
        As for :func:`household_states`.
    areas
        ``area_code``, ``area_name``, ``kecamatan_code``, ``kecamatan_name``; a row a kelurahan.
    by
        What one row stands for.

    Returns
    -------
    pd.DataFrame
        A row an area in the order of ``areas``, those without a family too; families of no area
        or of one not in ``areas`` have a last row whose code and names are missing. Codes, names
        and, in families: ``registered``; ``at_risk``; ``due`` of these; ``planned`` of these,
        visited at home; ``asked`` of the due, at meetings; ``gap`` = due - planned; ``never``: at
        risk and on no plan given, neither at home nor asked for; ``on_plan_not_due``: on the
        week's plan, but no longer at risk or due. ``visited_before``: homes on published plans of
        weeks that are over. Whatever came of the visits, that says "planned and
        published", not "met".
    """
    marks = _marks(families, visits)
    home = families["area_code"].where(families["area_code"].isin(areas["area_code"]))
    if by == "kecamatan_code":
        home = home.map(areas.set_index("area_code")["kecamatan_code"])
    named = areas[_KEPT[by]].drop_duplicates(by).reset_index(drop=True)
    table = marks.groupby(home.to_numpy(), dropna=True).sum()
    counts = table.reindex(named[by].to_numpy(), fill_value=0).reset_index(drop=True)
    rows = pd.concat([pd.DataFrame(named), counts], axis=1)
    lost = marks[home.isna().to_numpy()]
    if len(lost):
        last = pd.DataFrame({**{name: [None] for name in named}, **lost.sum().to_frame().T})
        rows = pd.concat([rows, last.astype(rows.dtypes)], ignore_index=True)
    return rows.astype(dict.fromkeys(COUNTS, "int64"))


def planned_share(table: pd.DataFrame) -> pd.Series:
    """Return the share of due families that are visited at home, 0 to 1; NaN where none is due."""
    return table["planned"] / table["due"].where(table["due"] > 0)


def worst_areas(table: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """Return the rows with the largest share of due families left out, worst first.

    Ties: more families left out first, then the order given. Rows without a due family, without
    a gap or without a code are never among them.
    """
    code = next(column for column in ("area_code", "kecamatan_code") if column in table)
    open_ = table[table[code].notna() & (table["gap"] > 0)]
    order = pd.DataFrame({"share": open_["gap"] / open_["due"], "gap": open_["gap"]})
    return open_.loc[
        order.sort_values(["share", "gap"], ascending=False, kind="stable").index[:most]
    ]


def coverage_flow(table: pd.DataFrame) -> list[FlowStep]:
    """Return registered -> placed -> at risk -> due -> planned, each a part of the one before.

    ``table`` is one of :func:`coverage_by_area`. A family is placed when its area is known.
    """
    code = next(column for column in ("area_code", "kecamatan_code") if column in table)
    placed = table[table[code].notna()]
    registered = int(table["registered"].sum())
    counts = {"placed": int(placed["registered"].sum())}
    counts |= {name: int(placed[name].sum()) for name in ("at_risk", "due", "planned")}
    steps = [FlowStep("registered", registered, 0)]
    for name, families in counts.items():
        steps.append(FlowStep(name, families, steps[-1].families - families))
    return steps


def shown_counts(counts: pd.Series) -> pd.Series:
    """Return how each count of one column may be shown to who sees no single family.

    ``small``: 1 to 4 families, shown as "<5". ``aside``: hidden because a single small count
    could be had by taking the others from the column's sum. ``open``: as it is.
    """
    small = (counts > 0) & (counts < LEAST_SHOWN)
    ways = pd.Series(np.where(small, "small", "open"), index=counts.index, dtype="str")
    others = counts.where(~small & (counts > 0))
    if small.sum() == 1 and others.notna().any():
        ways.iloc[int(np.nanargmin(others.to_numpy(float)))] = "aside"
    return ways


def _marks(families: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return for each family which of ``COUNTS`` it belongs to."""
    states = household_states(families, visits)
    keys = families.index
    before = visits[(visits["time"] == "before") & (visits["kind"] == "home")]
    now = visits.loc[visits["time"] == "week", "household_id"]
    at_risk, due = states != "not_at_risk", states.isin(DUE_STATES)
    planned = states == "planned"
    return pd.DataFrame(
        {
            "registered": True,
            "at_risk": at_risk,
            "due": due,
            "planned": planned,
            "asked": states == "asked",
            "visited_before": keys.isin(before["household_id"]),
            "gap": due & ~planned,
            "never": at_risk & ~keys.isin(visits["household_id"]),
            "on_plan_not_due": keys.isin(now) & ~due,
        },
        index=keys,
    ).astype("int64")
