"""The board of a week: rows are teams, columns are days, a cell is visits, minutes and load."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.scene import Scene, chosen, remember
from app_pages.wording import day_and_month, weekday
from common.language import N_
from publishing.words import number_text
from workflows.views import WeekView

_CSS = """
.frame {max-height: 600px; overflow: auto; border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius); font-family: var(--st-font); font-size: 14px;
  color: var(--st-text-color);}
table {border-collapse: separate; border-spacing: 0; width: 100%;}
th, td {padding: 3px 2px; border-bottom: 1px solid var(--st-border-color); text-align: left;}
thead th {position: sticky; top: 0; z-index: 2; background: var(--st-secondary-background-color);
  padding: 7px 8px; font-weight: 600; white-space: nowrap;}
thead small {display: block; font-weight: 400;}
tbody th {font-weight: 500; padding-left: 8px; min-width: 96px; max-width: 190px;
  position: sticky; left: 0;  background: var(--st-background-color);}
tfoot td {position: sticky; bottom: 0; border-bottom: 0; padding: 7px 8px;
  background: var(--st-secondary-background-color); font-weight: 600;}
td.none {color: #59636b; text-align: center;}
button {all: unset; box-sizing: border-box; display: block; width: 100%; min-width: 84px;
  padding: 4px 6px; border-radius: 5px; white-space: nowrap; cursor: pointer;
  border: 2px solid transparent;}
button:hover {background: var(--st-secondary-background-color);}
button:focus-visible {border-color: #000;}
button[aria-pressed="true"] {border-color: var(--st-primary-color); background: #E3F0F9;}
button b {font-size: 15px;}
.bar {display: block; height: 6px; margin-top: 3px; border-radius: 3px; background: #DDE4E9;}
.bar i {display: block; height: 6px; border-radius: 3px; background: var(--st-primary-color);}
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
  const held = parentElement.getRootNode().activeElement;
  const focused = old && old.contains(held) ? held.dataset.key : null;
  if (old) old.remove();
  const frame = make("div", null, parentElement);
  frame.className = "frame";
  const table = make("table", null, frame);
  const head = make("tr", null, make("thead", null, table));
  make("th", data.corner, head);
  for (const column of data.columns) {
    const cell = make("th", column.day, head);
    make("small", column.date, cell);
  }
  const body = make("tbody", null, table);
  for (const row of data.rows) {
    const line = make("tr", null, body);
    make("th", row.team, line).scope = "row";
    for (const each of row.cells) {
      const cell = make("td", each ? null : "\\u2013", line);
      if (!each) { cell.className = "none"; continue; }
      const button = make("button", null, cell);
      button.type = "button";
      button.dataset.key = each.key;
      button.setAttribute("aria-label", each.label);
      button.setAttribute("aria-pressed", String(each.key === data.selected));
      button.title = each.label;
      make("b", each.visits, button);
      make("span", " · " + each.minutes, button);
      const bar = make("span", null, button);
      bar.className = "bar";
      make("i", null, bar).style.width = each.load + "%";
      button.onclick = () => {
        for (const other of body.querySelectorAll("button"))
          other.setAttribute("aria-pressed", String(other === button));
        setTriggerValue("cell", each.key);
      };
    }
  }
  // arrow keys walk over the cells; one of them alone is a stop of the Tab key
  const keys = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const grid = [...body.rows].map((line) =>
    [...line.cells].slice(1).map((cell) => cell.querySelector("button")));
  const all = grid.flat().filter(Boolean);
  const start = all.find((one) => one.getAttribute("aria-pressed") === "true") || all[0];
  for (const one of all) {
    one.tabIndex = one === start ? 0 : -1;
    if (one.dataset.key === focused) one.focus({ preventScroll: true });
  }
  body.onkeydown = (event) => {
    const way = keys[event.key];
    let row = grid.findIndex((line) => line.includes(event.target));
    if (!way || row < 0) return;
    event.preventDefault();
    let column = grid[row].indexOf(event.target);
    do { row += way[0]; column += way[1]; } while (grid[row] && column in grid[row]
      && !grid[row][column]);
    const next = grid[row] && grid[row][column];
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  const foot = make("tr", null, make("tfoot", null, table));
  for (const text of data.totals) make("td", text, foot);
  frame.scrollTop = top;
  frame.scrollLeft = left;
}
"""


def chosen_row(view: WeekView) -> pd.Series | None:
    """Return the row of the chosen team and day, else the first; None: no team has a route."""
    days = view.days
    same = (days["team_id"] == chosen("team")) & (days["day_date"] == chosen("day"))
    return None if days.empty else (days[same] if same.any() else days).iloc[0]


def show_board(scene: Scene, view: WeekView, row: pd.Series | None) -> None:
    """Show the board; a touched cell becomes the chosen team and day."""
    days, language = view.days, scene.language
    dates = sorted(days["day_date"].unique())
    columns = [
        {"day": weekday(day, language), "date": day_and_month(day, language)}
        for day in map(date.fromisoformat, dates)
    ]
    rows = [
        {"team": rows["team_name"].iloc[0], "cells": _cells(scene, rows, dates)}
        for _, rows in days.groupby("team_id", sort=False)
    ]
    sums = days.groupby("day_date")["visits"].sum()
    totals = [number_text(int(sums[day]), 0, language) for day in dates]
    _component()(
        data={
            "corner": scene.say(N_("Tim")),
            "columns": columns,
            "rows": rows,
            "totals": [scene.say(N_("Jumlah kunjungan")), *totals],
            "selected": "" if row is None else f"{row['team_id']}|{row['day_date']}",
        },
        key="board",
        on_cell_change=_keep_cell,
    )


def _cells(scene: Scene, rows: pd.DataFrame, dates: list[str]) -> list[dict[str, Any] | None]:
    by_day = {str(row["day_date"]): dict(row.items()) for _, row in rows.iterrows()}
    return [_cell(scene, by_day[day]) if day in by_day else None for day in dates]


def _cell(scene: Scene, row: dict[Hashable, Any]) -> dict[str, Any]:
    minutes = round(row["work_s"] / 60)
    load = min(100, round(100 * row["work_s"] / max(1, row["shift_s"])))
    day = date.fromisoformat(row["day_date"])
    label = scene.say(
        N_("{team}, {day}: {visits} kunjungan, {minutes} menit, {load} % jam kerja"),
        team=row["team_name"],
        day=weekday(day, scene.language),
        visits=row["visits"],
        minutes=minutes,
        load=load,
    )
    return {
        "key": f"{row['team_id']}|{row['day_date']}",
        "visits": str(row["visits"]),
        "minutes": scene.say(N_("{minutes} mnt"), minutes=minutes),
        "load": load,
        "label": label,
    }


def _keep_cell() -> None:
    """Remember the touched cell before the page is drawn anew."""
    team, _, day = str(st.session_state["board"].cell or "").rpartition("|")
    if team:
        remember("team", team)
        remember("day", day)


def _component() -> Callable[..., Any]:
    """Return the board's element; declaring it again under the same name is cheap."""
    made: Callable[..., Any] = st.components.v2.component("sambangi_board", css=_CSS, js=_JS)
    return made
