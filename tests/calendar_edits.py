"""A calendar and a camat's usual day, as tests want them to be."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from planning.columns import CALENDAR
from storage.calendar import replace_calendar
from storage.database import open_database, transaction
from storage.teams import load_teams, replace_teams
from storage.workspace import Workspace


def write_calendar(workspace: Workspace, *rows: dict[str, str]) -> None:
    """Store these rows as the whole calendar."""
    frame = pd.DataFrame(rows).reindex(columns=list(CALENDAR.columns)).astype("str")
    with transaction(open_database(workspace)) as conn:
        replace_calendar(conn, frame)


def hold_on_thursday(workspace: Workspace, team_id: str) -> None:
    """Give a team the hours of its first working day on Thursday, and on no other day."""
    with transaction(open_database(workspace)) as conn:
        teams = load_teams(conn)
        at = next(at for at, team in enumerate(teams) if team.team_id == team_id)
        hours = next(shift for shift in teams[at].shifts if shift is not None)
        teams[at] = replace(teams[at], shifts=(None, None, None, hours, None, None, None))
        replace_teams(conn, teams)
