"""The fields of each change: where a visit moves to, whom it swaps with, when it is barred."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from app_pages.scene import Scene
from app_pages.week_visits import Cell, Visit, pick_visit, visits_of
from app_pages.week_words import day_words
from common.language import N_
from publishing.words import clock_text
from workflows.asking import Desk

ACTIONS = {
    "move": N_("Pindahkan"),
    "swap": N_("Tukar"),
    "pin": N_("Tetapkan"),
    "ban": N_("Jangan dikunjungi"),
}
_BANS = {
    "": N_("selama minggu ini"),
    "team": N_("oleh tim ini"),
    "day": N_("pada hari ini"),
    "both": N_("oleh tim ini pada hari ini"),
}
_ANY = ""
_QUARTER_S = 900


def cells_of(
    scene: Scene, desk: Desk, visit: Visit, action: str, cells: list[Cell], turn: int
) -> dict[str, str] | None:
    """Show the fields of a change; return it as a row of planning.edit_file, None: not said yet."""
    household = str(visit.household_id)
    said = {"action": action, "household": household}
    key = f"{turn}-{action}-{household}-{scene.language}"
    if action == "swap":
        other = _other_visit(scene, desk, visit, cells, key)
        return None if other is None else {**said, "other_household": str(other.household_id)}
    if action == "ban":
        return said | _barred(scene, visit, key)
    return _placed(scene, desk, visit, said, key)


def _placed(
    scene: Scene, desk: Desk, visit: Visit, said: dict[str, str], key: str
) -> dict[str, str] | None:
    """Show team, day and hour; a move needs another place than the visit has."""
    pin = said["action"] == "pin"
    teams = {team.team_id: team.name for team in scene.teams() if team.kind != "camat"}
    days = _days(scene, desk)
    own = visit.cell
    if not pin:
        teams = {_ANY: scene.say(N_("tim mana pun")), **teams}
    days = {_ANY: scene.say(N_("hari apa pun")), **days}
    fields = st.columns(3 if pin else 2)
    with fields[0]:
        # with the camat goes a team, and that one can be pinned
        start = own.team_id if own.team_id in teams else str(visit.joint_team_id)
        team = _pick(scene.say(N_("Tim")), teams, start, f"week-team-{key}")
    with fields[1]:
        start = own.day.isoformat() if pin else _ANY
        day = _pick(scene.say(N_("Hari")), days, start, f"week-day-{key}")
    if pin:
        hours = {_ANY: scene.say(N_("jam berapa pun")), **_hours(scene, desk, team, visit)}
        with fields[2]:
            hour = _pick(scene.say(N_("Jam")), hours, _ANY, f"week-hour-{key}")
        return {**said, "team": team, "day": day, "hour": hour}
    stays = team in {_ANY, own.team_id} and day in {_ANY, own.day.isoformat()}
    if stays:
        st.caption(scene.say(N_("Pilih hari atau tim yang lain.")))
        return None
    return {**said, "team": team, "day": day}


def _other_visit(
    scene: Scene, desk: Desk, visit: Visit, cells: list[Cell], key: str
) -> Visit | None:
    """Show the cells, then the visits of the chosen one."""
    names = {team.team_id: team.name for team in scene.teams() if team.kind != "camat"}
    words = {
        cell.key: f"{names[cell.team_id]} · {day_words(cell.day, scene.language)}"
        for cell in cells
        if cell != visit.cell and cell.team_id in names
    }
    found = {cell.key: cell for cell in cells}
    picked: str | None = st.selectbox(
        scene.say(N_("Tim dan hari yang lain")),
        list(words),
        index=None,
        format_func=words.__getitem__,
        placeholder=scene.say(N_("Pilih sel lain")),
        key=f"week-cell-{key}",
    )
    if picked is None:
        return None
    others = [each for each in visits_of(scene, desk, found[picked]) if not each.joint_team_id]
    label = scene.say(N_("Kunjungan yang ditukar"))
    return pick_visit(scene, others, label, f"week-other-{key}-{picked}")


def _barred(scene: Scene, visit: Visit, key: str) -> dict[str, str]:
    """Show how far a ban goes."""
    words = {each: scene.say(text) for each, text in _BANS.items()}
    how = _pick(scene.say(N_("Berlaku")), words, "", f"week-ban-{key}")
    barred = {}
    if how in {"team", "both"}:
        barred["team"] = visit.cell.team_id
    if how in {"day", "both"}:
        barred["day"] = visit.cell.day.isoformat()
    return barred


def _days(scene: Scene, desk: Desk) -> dict[str, str]:
    """Return the days of the week that are not over and on which some team works."""
    week = desk.newest.plan.week
    works = {
        weekday
        for team in scene.teams()
        for weekday, shift in enumerate(team.shifts)
        if shift is not None
    }
    days = [week.day(weekday) for weekday in sorted(works)]
    return {day.isoformat(): day_words(day, scene.language) for day in days if day >= desk.today}


def _hours(scene: Scene, desk: Desk, team_id: str, visit: Visit) -> dict[str, str]:
    """Return the quarters of an hour in a team's shifts, and the hour that is planned."""
    shifts = [
        shift
        for team in desk.newest.teams
        if team.team_id == team_id
        for shift in team.shifts
        if shift is not None
    ]
    starts = {
        second for shift in shifts for second in range(shift.start_s, shift.end_s, _QUARTER_S)
    }
    starts.add(visit.start_s - visit.start_s % 60)
    return {
        f"{second // 3600:02d}:{second % 3600 // 60:02d}": clock_text(second, scene.language)
        for second in sorted(starts)
    }


def _pick(label: str, words: Mapping[str, str], start: str, key: str) -> str:
    options = list(words)
    picked: str = st.selectbox(
        label,
        options,
        index=options.index(start) if start in options else 0,
        format_func=words.__getitem__,
        key=key,
    )
    return picked


def cell_of(team_id: str, day_date: str) -> Cell:
    """Return the cell of a row of the board."""
    return Cell(team_id, date.fromisoformat(day_date))
