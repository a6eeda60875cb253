"""The calendar of a week: rows are teams, columns are days; hours, leave, holidays, posyandu."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from app_pages.scene import Scene, chosen, remember
from app_pages.wording import day_and_month, weekday, weekday_name
from common.clock import Week
from common.language import N_
from common.settings import read_settings
from planning.calendar import city_holidays, posyandu_weekdays
from planning.teams import Shift, Team
from planning.week_hours import FRIDAY, WeekHours, hours_of
from publishing.words import clean, clock_text, number_text, short_number
from workflows.camat import MovedDay, moved_half_days
from workflows.team_edits import Staff

WORK, LEAVE, HOLIDAY, FREE = "work", "leave", "holiday", "free"
_OFFICE_DAYS = 5  # Monday to Friday are always shown

_CSS = """
.frame {max-height: 520px; overflow: auto; border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius); font-family: var(--st-font); font-size: 14px;
  color: var(--st-text-color);}
table {border-collapse: separate; border-spacing: 0; width: 100%;}
th, td {padding: 3px 2px; border-bottom: 1px solid var(--st-border-color); text-align: left;
  vertical-align: top;}
thead th {position: sticky; top: 0; z-index: 2; background: var(--st-secondary-background-color);
  padding: 7px 8px; font-weight: 600; white-space: nowrap;}
thead small {display: block; font-weight: 400;}
tbody th {font-weight: 500; padding: 7px 4px 4px 8px; min-width: 96px; max-width: 190px;
  position: sticky; left: 0; background: var(--st-background-color);}
tfoot td {position: sticky; bottom: 0; border-bottom: 0; padding: 7px 8px;
  background: var(--st-secondary-background-color); font-weight: 600;}
button {all: unset; box-sizing: border-box; display: block; width: 100%; min-width: 96px;
  min-height: 32px; padding: 4px 6px; border-radius: 5px; white-space: nowrap; cursor: pointer;
  border: 2px solid transparent;}
button:hover {background: var(--st-secondary-background-color);}
button:focus-visible {border-color: #000;}
button[aria-pressed="true"] {border-color: var(--st-primary-color); background: #E3F0F9;}
button small {display: block; color: #4A545C; font-size: 12px;}
.leave b, .holiday b {display: inline-block; padding: 0 6px; border-radius: 4px; color: #000;}
.leave b {background: #F6D58A;}
.holiday b {background: #DDE4E9;}
.free {color: #59636b;}
"""
_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const make = (tag, text, parent) => {
    const node = document.createElement(tag);
    if (text !== null) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  };
  const old = parentElement.querySelector(".frame");
  const [top, left] = old ? [old.scrollTop, old.scrollLeft] : [0, 0];
  if (old) old.remove();
  const frame = make("div", null, parentElement);
  frame.className = "frame";
  const table = make("table", null, frame);
  const head = make("tr", null, make("thead", null, table));
  make("th", data.corner, head);
  for (const column of data.columns) {
    const cell = make("th", column.day, head);
    make("small", column.date, cell);
    if (column.note) make("small", column.note, cell);
  }
  const body = make("tbody", null, table);
  for (const row of data.rows) {
    const line = make("tr", null, body);
    make("th", row.team, line).scope = "row";
    for (const each of row.cells) {
      const button = make("button", null, make("td", null, line));
      button.type = "button";
      button.className = each.state;
      button.setAttribute("aria-label", each.label);
      button.setAttribute("aria-pressed", String(each.key === data.selected));
      button.title = each.label;
      make(each.state === "free" ? "span" : "b", each.text, button);
      if (each.note) make("small", each.note, button);
      button.onclick = () => {
        for (const other of body.querySelectorAll("button"))
          other.setAttribute("aria-pressed", String(other === button));
        setTriggerValue("cell", each.key);
      };
    }
  }
  const foot = make("tr", null, make("tfoot", null, table));
  for (const text of data.totals) make("td", text, foot);
  frame.scrollTop = top;
  frame.scrollLeft = left;
}
"""


@dataclass(frozen=True, slots=True)
class DayCell:
    """One team on one day, as the calendar says it."""

    state: str  # WORK, LEAVE, HOLIDAY or FREE
    text: str
    note: str = ""  # a half-day moved here, else posyandu of its kelurahan; short
    label: str = ""  # the whole in words


@dataclass(frozen=True, slots=True)
class WeekCalendar:
    """What the calendar of one week shows."""

    days: tuple[date, ...]
    holidays: dict[date, str]  # with the calendar's word for it, "" when it has none
    rows: tuple[tuple[Team, tuple[DayCell, ...]], ...]
    moved: dict[str, MovedDay]  # half-days held on another day than usual, by team_id
    hours: WeekHours  # pauses and shorter days of everybody

    def count(self, state: str) -> int:
        """Return the team-days in a state."""
        return sum(cell.state == state for _, cells in self.rows for cell in cells)

    @property
    def lost_to_holidays(self) -> int:
        """Team-days that a holiday takes; a half-day moved to another day is not lost."""
        return self.count(HOLIDAY) - sum(each.holiday for each in self.moved.values())


def week_calendar(scene: Scene, staff: Staff, teams: Sequence[Team], week: Week) -> WeekCalendar:
    """Return the week of some teams; Saturday and Sunday only when somebody works then."""
    worked = [at + 1 for team in teams for at, shift in enumerate(team.shifts) if shift is not None]
    days = tuple(week.day(at) for at in range(max([_OFFICE_DAYS, *worked])))
    closed = city_holidays(staff.calendar, week)
    own = staff.calendar[staff.calendar["kind"] == "holiday"]
    notes = dict(zip(own["date"], own["note"].fillna(""), strict=True))
    holidays = {
        day: clean(notes.get(day.isoformat(), ""), 24) for day in days if day.isoformat() in closed
    }
    blocks, moved = _blocks(staff, week), moved_half_days(teams, week, closed)
    hours = hours_of(week, read_settings(scene.workspace.settings_file))
    rows = tuple(
        (
            team,
            tuple(
                _cell(scene, staff, team, day, holidays, blocks, moved.get(team.team_id), hours)
                for day in days
            ),
        )
        for team in teams
    )
    return WeekCalendar(days, holidays, rows, moved, hours)


def show_calendar(scene: Scene, calendar: WeekCalendar) -> None:
    """Show the calendar; a touched cell becomes the chosen team and day."""
    columns = [
        {
            "day": weekday(day, scene.language),
            "date": day_and_month(day, scene.language),
            "note": day_word(scene, calendar, day),
        }
        for day in calendar.days
    ]
    rows = [
        {"team": team.name, "cells": [
            {"key": f"{team.team_id}|{day}", "state": cell.state, "text": cell.text,
             "note": cell.note, "label": cell.label}
            for day, cell in zip(calendar.days, cells, strict=True)
        ]}
        for team, cells in calendar.rows
    ]  # fmt: skip
    working = [
        sum(cells[at].state == WORK for _, cells in calendar.rows)
        for at in range(len(calendar.days))
    ]
    totals = [
        scene.say(N_("{count} tim"), count=number_text(each, 0, scene.language)) for each in working
    ]
    _component()(
        data={
            "corner": scene.say(N_("Tim")),
            "columns": columns,
            "rows": rows,
            "totals": [scene.say(N_("Bertugas")), *totals],
            "selected": f"{chosen('staff-team')}|{chosen('staff-day')}",
        },
        key="staff-calendar",
        on_cell_change=_keep_cell,
    )


def _blocks(staff: Staff, week: Week) -> dict[tuple[str, int], list[str]]:
    """Return the RW that have their posyandu, by kelurahan and weekday."""
    found: dict[tuple[str, int], list[str]] = {}
    for (area, rw), weekdays in sorted(posyandu_weekdays(staff.calendar, week).items()):
        for each in weekdays:
            found.setdefault((area, each), []).append(short_number(rw))
    return found


def _cell(
    scene: Scene,
    staff: Staff,
    team: Team,
    day: date,
    holidays: Mapping[date, str],
    blocks: Mapping[tuple[str, int], list[str]],
    moved: MovedDay | None,
    hours: WeekHours,
) -> DayCell:
    moved_here = moved is not None and moved.held == day.weekday()
    usual = team.shifts[moved.usual if moved is not None and moved_here else day.weekday()]
    shift = hours.of(usual, day.weekday())
    state, text = _state(scene, team, day, holidays, shift)
    held = {
        area: blocks[area, day.weekday()]
        for area in team.territory
        if (area, day.weekday()) in blocks
    }
    note = ""
    if held and state == WORK:
        note = _posyandu(scene, held, alone=len(team.territory) == 1)
    told = [f"{team.name}, {weekday(day, scene.language)}: {text}"]
    if moved is not None and moved_here:
        note = scene.say(N_("pindahan dari {day}"), day=weekday_name(moved.usual, scene.language))
        told.append(note)
    elif moved is not None and moved.usual == day.weekday():
        told.append(scene.say(N_("pindah ke {day}"), day=weekday_name(moved.held, scene.language)))
    if state == WORK and shift is not None and shift.break_start_s is not None:
        rest = _span(shift.break_start_s, shift.break_end_s or 0, scene.language)
        told.append(scene.say(N_("istirahat {span}"), span=rest))
    told += [
        scene.say(N_("posyandu {area} RW {rw}"), area=staff.area_names.get(area, area),
                  rw=", ".join(rw))
        for area, rw in held.items()
    ]  # fmt: skip
    return DayCell(state, text, note, "; ".join(told))


def _state(
    scene: Scene, team: Team, day: date, holidays: Mapping[date, str], shift: Shift | None
) -> tuple[str, str]:
    """Return the state of a team's day and its word; ``shift`` are its hours of that day."""
    if shift is None:
        return FREE, "–"
    if day in holidays:
        return HOLIDAY, scene.say(N_("Libur"))
    if day.isoformat() in team.leave:
        return LEAVE, scene.say(N_("Cuti"))
    return WORK, _span(shift.start_s, shift.end_s, scene.language)


def _posyandu(scene: Scene, held: Mapping[str, list[str]], *, alone: bool) -> str:
    """Return ``posyandu RW 03``, or how many RW where there would be too much to name."""
    blocks = [rw for each in held.values() for rw in each]
    if alone and len(blocks) <= 2:
        return scene.say(N_("posyandu RW {rw}"), rw=", ".join(blocks))
    return scene.say(N_("posyandu di {count} RW"), count=len(blocks))


def _span(start_s: int, end_s: int, language: str) -> str:
    return "–".join(clock_text(each, language) for each in (start_s, end_s))


def day_word(scene: Scene, calendar: WeekCalendar, day: date) -> str:
    """Return what holds for everybody on a day: a holiday, Ramadan, Friday prayer."""
    if day in calendar.holidays:
        word, note = scene.say(N_("Libur")), calendar.holidays[day]
        return f"{word}: {note}" if note else word
    words = []
    if calendar.hours.fasting_s is not None and day.weekday() in calendar.hours.fasting:
        words.append(scene.say(N_("Ramadan")))
    if calendar.hours.prayer_s is not None and day.weekday() == FRIDAY:
        span = _span(*calendar.hours.prayer_s, scene.language)
        words.append(scene.say(N_("salat Jumat {span}"), span=span))
    return ", ".join(words)


def _keep_cell() -> None:
    """Remember the touched cell before the page is drawn anew."""
    team, _, day = str(st.session_state["staff-calendar"].cell or "").rpartition("|")
    if team:
        remember("staff-team", team)
        remember("staff-day", day)


def _component() -> Callable[..., Any]:
    """Return the calendar's element; declaring it again under the same name is cheap."""
    made: Callable[..., Any] = st.components.v2.component("sambangi_calendar", css=_CSS, js=_JS)
    return made
