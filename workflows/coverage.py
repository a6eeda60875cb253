"""Whom this week's plan reaches and whom not, by area and family; nothing here changes anything.

Of persons only :func:`read_initials` reads anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from common.clock import Week, week_of
from common.language import N_
from common.privacy import initials
from common.settings import read_settings
from planning.coverage import (
    COUNTS,
    Division,
    coverage_by_area,
    coverage_flow,
    household_states,
    planned_share,
    worst_areas,
)
from planning.merging import known_together, seen_together
from planning.results import kept_off
from storage.areas import load_areas
from storage.database import Connection, open_database, reading
from storage.duplicates import load_merged
from storage.households import load_households, load_persons
from storage.places import load_places
from storage.plans import CITY, PUBLISHED, PlanRecord, list_plans, load_plan, visits_before
from storage.results import count_results
from storage.street_files import read_drawn_streets
from storage.workspace import Workspace
from workflows.heard import read_heard
from workflows.placing import NoRegisterError
from workflows.scoring import score_for
from workflows.weeks import NotPlacedError, require_kecamatan

_VISITS = ["household_id", "kind", "time"]
_AROUND = 0.003  # degrees of streets beyond a kelurahan, some 300 m


@dataclass(frozen=True, slots=True)
class Coverage:
    """One week in the city or in one kecamatan; no person is in it."""

    week: Week
    records: tuple[PlanRecord, ...]  # the plans counted for the week, newest first
    families: pd.DataFrame  # index household_id; see read_coverage
    by_area: pd.DataFrame  # planning.coverage.coverage_by_area, a row a kelurahan
    by_kecamatan: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """The ground of one kelurahan's map."""

    area: gpd.GeoDataFrame  # geodata.columns.AREAS, one row
    streets: gpd.GeoDataFrame  # highway, name, geometry; a little beyond the area


def read_coverage(
    workspace: Workspace,
    *,
    week: Week,
    today: date,
    area: str | None = None,
    published_only: bool = False,
) -> Coverage:
    """Return the coverage of a week as the register, the places and the plans stand now.

    In each kecamatan the newest plan of the week that covers it counts; a draft of a week that is
    over never does, with ``published_only`` no draft does. Who is due follows from the visits of
    earlier weeks and their results, as in planning; families that moved or were found not at risk
    are of ``not_at_risk``, those that refused are due.

    Parameters
    ----------
    area
        Kecamatan code; None: the city, with the families that have no kelurahan.

    Returns
    -------
    Coverage
        ``families`` has ``area_code``, ``rw``, ``rt``, ``group``, ``grade``, ``lon``, ``lat``,
        ``at_risk``, ``due``, ``prize`` and ``state`` (planning.coverage.STATES).

    Raises
    ------
    MissingWorkspaceError, NoRegisterError, NotPlacedError
        A step before this one is missing.
    UnknownAreaError
        There is no such kecamatan.
    """
    settings = read_settings(workspace.settings_file)
    current = week_of(today)
    with reading(open_database(workspace)) as conn:
        areas, households, places = load_areas(conn), load_households(conn), load_places(conn)
        if area is not None:
            require_kecamatan(area, areas["kecamatan_code"])
        _require_places(households, places)
        merged = load_merged(conn)
        earlier = seen_together(visits_before(conn, week, current), merged)
        heard = read_heard(conn, merged).before(week.monday)
        kecamatan_of = areas.set_index("area_code")["kecamatan_code"]
        at = places["area_code"].map(kecamatan_of)
        records = _plans_of(conn, week, current, kecamatan_of.unique(), published_only)
        planned = _planned_visits(conn, records, at)
    known = known_together(households, merged)
    scores, _ = score_for(week, known, earlier, heard, settings.value)
    scores["at_risk"] &= ~scores.index.isin(merged.index)  # its family counts once
    off = kept_off(heard.last, week.monday, settings.visits)
    scores["at_risk"] &= ~scores.index.isin(off.index[off != "refused"])
    over = earlier["day_date"] < current.monday.isoformat()
    visits = pd.concat(
        [
            earlier.assign(time=over.map({True: "before", False: "ahead"})),
            planned.assign(time="week"),
        ]
    )[_VISITS]
    families = _families(households, places, scores, week)
    if area is not None:
        families = families[at.reindex(families.index) == area]
        areas = areas[areas["kecamatan_code"] == area]
        records = {area: records[area]} if area in records else {}
    found = {record.plan_id: record for record in records.values()}
    return Coverage(
        week=week,
        records=tuple(found[key] for key in sorted(found, reverse=True)),
        families=families.assign(state=household_states(families, visits)),
        by_area=coverage_by_area(families, visits, areas),
        by_kecamatan=coverage_by_area(families, visits, areas, "kecamatan_code"),
    )


def coverage_summary(coverage: Coverage, by: Division) -> dict[str, Any]:
    """Return the counts in a form fit for JSON: sums, the flow, and the five worst areas."""
    table = coverage.by_area if by == "area_code" else coverage.by_kecamatan
    name = "area_name" if by == "area_code" else "kecamatan_name"
    sums = {column: int(table[column].sum()) for column in COUNTS}
    worst = worst_areas(table)
    return {
        "week": str(coverage.week),
        "plans": [record.plan_id for record in coverage.records],
        "rows": len(table),
        **sums,
        "states": coverage.families["state"].value_counts().sort_index().to_dict(),
        "flow": {step.name: step.families for step in coverage_flow(table)},
        "worst": {
            str(row[by]): f"{row[name]}: {row['gap']}/{row['due']}"
            for row in worst.to_dict("records")
        },
    }


def coverage_table(coverage: Coverage, by: Division) -> pd.DataFrame:
    """Return the table to be written to a file: codes, names, counts, share planned (0 to 1)."""
    table = coverage.by_area if by == "area_code" else coverage.by_kecamatan
    return table.assign(planned_share=planned_share(table).round(4))


def plans_stamp(workspace: Workspace) -> tuple[tuple[int, str], ...]:
    """Return a short value that changes with every plan, every publishing and every result.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        plans = tuple((record.plan_id, record.state) for record in list_plans(conn))
        return (*plans, (count_results(conn), "results"))


def read_kelurahan(workspace: Workspace, area_code: str) -> Kelurahan:
    """Return the outline of a kelurahan and the streets in and around it.

    Raises
    ------
    NetworkMissingError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        areas = load_areas(conn)
    area = areas[areas["area_code"] == area_code].reset_index(drop=True)
    west, south, east, north = area.total_bounds
    streets = read_drawn_streets(workspace)
    near = streets.cx[west - _AROUND : east + _AROUND, south - _AROUND : north + _AROUND]
    return Kelurahan(area=area, streets=near.reset_index(drop=True))


def read_initials(workspace: Workspace, household_ids: Iterable[int]) -> pd.Series:
    """Return the initials of the families asked for; "" where no name is known."""
    with reading(open_database(workspace)) as conn:
        persons = load_persons(conn, household_ids)
    names = persons["wife_name"].fillna(persons["head_name"])
    shown = ["" if pd.isna(name) else initials(str(name)) for name in names]
    return pd.Series(shown, index=persons.index, dtype="str")


def _require_places(households: pd.DataFrame, places: pd.DataFrame) -> None:
    if households.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    missing = len(households.index.difference(places.index))
    if missing:
        raise NotPlacedError(
            N_("{count} keluarga belum ditempatkan; jalankan `sambangi locate` dahulu."),
            count=missing,
        )


def _plans_of(
    conn: Connection,
    week: Week,
    current: Week,
    kecamatan_codes: Iterable[str],
    published_only: bool,
) -> dict[str, PlanRecord]:
    """Return the newest plan of the week that covers each kecamatan, where there is one."""
    published_only = published_only or week < current
    records = [
        record
        for record in list_plans(conn)
        if record.week == week and (record.state == PUBLISHED or not published_only)
    ]
    found = {}
    for code in kecamatan_codes:
        covering = [record for record in records if record.scope_code in {CITY, code}]
        if covering:
            found[str(code)] = covering[0]
    return found


def _planned_visits(
    conn: Connection, records: dict[str, PlanRecord], kecamatan_of_family: pd.Series
) -> pd.DataFrame:
    """Return ``household_id`` and ``kind`` of the visits that each kecamatan's plan makes there."""
    plans: dict[int, list[str]] = {}
    for code, record in records.items():
        plans.setdefault(record.plan_id, []).append(code)
    parts = [
        pd.DataFrame({"household_id": [], "kind": []}).astype(
            {"household_id": "int64", "kind": "str"}
        )
    ]
    for plan_id, codes in plans.items():
        visits = load_plan(conn, plan_id).visits
        here = visits["household_id"].map(kecamatan_of_family).isin(codes)
        parts.append(visits.loc[here, ["household_id", "kind"]])
    return pd.concat(parts, ignore_index=True)


def _families(
    households: pd.DataFrame, places: pd.DataFrame, scores: pd.DataFrame, week: Week
) -> pd.DataFrame:
    """Return place, score and block of every family, index ``household_id``."""
    due = scores["at_risk"] & ~(scores["due_date"].fillna("") > week.day(6).isoformat())
    return (
        households[["rw", "rt"]]
        .join(places[["area_code", "grade", "lon", "lat"]])
        .join(scores[["at_risk", "group", "prize"]])
        .assign(due=due)
    )
