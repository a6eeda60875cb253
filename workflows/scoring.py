"""Say who is at risk and what a visit to each family is worth."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from common.clock import Week, week_of
from common.language import N_
from common.settings import ValueSettings, read_settings
from planning.merging import known_together, seen_together
from planning.results import Heard, met_dates
from planning.risk import RULE_SETS, assess_risk, compare_with_bkkbn
from planning.value import score_visits
from storage.database import open_database, reading, transaction
from storage.duplicates import load_merged
from storage.households import load_households
from storage.plans import visits_before
from storage.scores import replace_scores
from storage.workspace import Workspace
from workflows.heard import read_heard
from workflows.placing import NoRegisterError
from workflows.progress import Progress, silent


def score(workspace: Workspace, *, today: date, progress: Progress = silent) -> dict[str, Any]:
    """Score all stored families anew and return the report.

    Every rule set is counted beside BKKBN's flag; the one in the settings makes the scores.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    NoRegisterError
        There is no family to score.
    """
    settings = read_settings(workspace.settings_file)
    week = week_of(today)
    database = open_database(workspace)
    with reading(database) as conn:
        households = load_households(conn)
        merged = load_merged(conn)
        visited = seen_together(visits_before(conn, week, week), merged)
        heard = read_heard(conn, merged)
    if households.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    progress(0.1, N_("Menilai risiko"))
    known = known_together(households, merged)
    scores, report = score_for(week, known, visited, heard, settings.value)
    with transaction(database) as conn:
        replace_scores(conn, scores, report)
    return report


def score_for(
    week: Week,
    households: pd.DataFrame,
    visited: pd.DataFrame,
    heard: Heard,
    settings: ValueSettings,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the scores of all families for one week, and the report on them.

    ``visited`` are the visits planned for earlier weeks. Of a family and week without any result
    such a visit counts as made, so that the next week goes on to other families; the report says
    of how many families the last meeting is only assumed so (``met_assumed``), and of how many a
    result tells it (``met_by_result``).
    """
    met = met_dates(visited, heard.results)
    last = heard.last["outcome"]
    scores = score_visits(households, settings, met, week.monday, last)
    told = met[met["household_id"].isin(households.index)].sort_values(
        ["last_met_date", "assumed"], ascending=[True, False]
    )
    assumed = told.drop_duplicates("household_id", keep="last")["assumed"]
    found = last[last.index.isin(households.index)]
    report: dict[str, Any] = {
        "week": str(week),
        "households": len(scores),
        "at_risk": int(scores["at_risk"].sum()),
        "not_at_risk": int((~scores["at_risk"]).sum()),
        "groups": scores["group"].value_counts().sort_index().to_dict(),
        "met_by_result": int((~assumed).sum()),
        "met_assumed": int(assumed.sum()),
        "last_results": found.value_counts().sort_index().to_dict(),
        "rule_set": settings.rule_set,
        "at_risk_by": settings.at_risk_by,
        "rule_sets": {
            name: compare_with_bkkbn(
                assess_risk(households, name)["at_risk"], households["bkkbn_at_risk"]
            )
            for name in RULE_SETS
        },
    }
    return scores, report
