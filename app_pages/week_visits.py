"""The visits of the chosen cell, one of which is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from app_pages.scene import Scene
from app_pages.week_reads import Line, lines_of
from app_pages.wording import literal
from common.language import N_
from publishing.words import clock_text
from workflows.asking import Desk


@dataclass(frozen=True, slots=True)
class Cell:
    """One team-day of the board."""

    team_id: str
    day: date

    @property
    def key(self) -> str:
        """Key of the cell on the board."""
        return f"{self.team_id}|{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit at home, as it stands in the newest plan."""

    line: Line
    cell: Cell
    number: int  # on the map
    start_s: int
    joint_team_id: str | None

    @property
    def household_id(self) -> int:
        """Number of the family."""
        return self.line.household_id

    def words(self, scene: Scene) -> str:
        """Return ``2 · 08.40 · S.N., RT 02/RW 03, no. 412 · Jl. Melati``, safe as markdown."""
        parts = [
            f"**{self.number}**",
            clock_text(self.start_s, scene.language),
            self.line.title(scene),
        ]
        if self.line.street:
            parts.append(literal(self.line.street))
        if self.joint_team_id is not None:
            parts.append(f"_{scene.say(N_('kunjungan bersama'))}_")
        return " · ".join(parts)


def visits_of(scene: Scene, desk: Desk, cell: Cell) -> list[Visit]:
    """Return the visits at home of a cell, in driving order; meetings with kader are none."""
    rows = desk.newest.plan.visits
    rows = rows[(rows["team_id"] == cell.team_id) & (rows["day_date"] == cell.day.isoformat())]
    rows = rows[rows["kind"] == "home"].sort_values("sequence")
    lines = lines_of(scene, desk, (int(key) for key in rows["household_id"]))
    return [
        Visit(
            lines[int(row["household_id"])],
            cell,
            int(row["sequence"]),
            int(row["start_s"]),
            None if pd.isna(row["joint_team_id"]) else str(row["joint_team_id"]),
        )
        for row in rows.to_dict("records")
    ]


def pick_visit(scene: Scene, visits: list[Visit], label: str, key: str) -> Visit | None:
    """Show the visits as a list for mouse and arrow keys; None until one is chosen."""
    by_key = {visit.household_id: visit for visit in visits}
    # the list of another plan is another list
    picked: int | None = st.radio(
        label,
        list(by_key),
        index=None,
        format_func=lambda household: by_key[household].words(scene),
        key=f"{key}-{hash(tuple(by_key.items()))}-{scene.language}",
    )
    return None if picked is None else by_key.get(picked)
