"""The teams of the city; a plan keeps its team ids as text, so old plans outlive a new list."""

from __future__ import annotations

from dataclasses import astuple

import sqlalchemy as sa
from sqlalchemy import Connection

from planning.teams import Shift, Team
from storage import tables
from storage.database import lock_table


def replace_teams(conn: Connection, teams: list[Team]) -> None:
    """Store ``teams`` in their order instead of all old ones."""
    lock_table(conn, tables.teams)
    conn.execute(tables.teams.delete())
    rows = [
        {
            "position": position,
            "team_id": team.team_id,
            "kind": team.kind,
            "name": team.name,
            "kecamatan_code": team.kecamatan_code,
            "territory": list(team.territory),
            "base_lon": team.base_lon,
            "base_lat": team.base_lat,
            "transport": team.transport,
            "skills": sorted(team.skills),
            "most_visits": team.most_visits,
            "shifts": [None if shift is None else astuple(shift) for shift in team.shifts],
            "leave": sorted(team.leave),
        }
        for position, team in enumerate(teams)
    ]
    if rows:
        conn.execute(tables.teams.insert(), rows)


def load_teams(conn: Connection) -> list[Team]:
    """Return the teams in the order stored; none when no list was imported."""
    query = sa.select(tables.teams).order_by(tables.teams.c.position)
    return [
        Team(
            team_id=row.team_id,
            kind=row.kind,
            name=row.name,
            kecamatan_code=row.kecamatan_code,
            territory=tuple(row.territory),
            base_lon=row.base_lon,
            base_lat=row.base_lat,
            transport=row.transport,
            skills=frozenset(row.skills),
            most_visits=row.most_visits,
            shifts=tuple(None if shift is None else Shift(*shift) for shift in row.shifts),
            leave=frozenset(row.leave),
        )
        for row in conn.execute(query)
    ]
