"""Cached reads for the pages: a plan never changes, so it is read once."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from app_pages.assets import LEAFLET_URL
from publishing.sheet import Sheet
from publishing.web_map import areas_map, day_map
from storage.plans import PlanRecord
from storage.workspace import Workspace
from workflows.points import places_known, points_to_add
from workflows.publishing import RENDERERS
from workflows.sheets import Imprint, SheetSource, make_sheet
from workflows.views import (
    Standing,
    WeekView,
    read_areas,
    read_day_source,
    read_standing,
    read_week,
    register_stamp,
)


def standing_of(workspace: Workspace) -> Standing:
    """Return how far the workspace is; an import shows at once, other steps within seconds.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    return _standing(workspace.folder, register_stamp(workspace))


def rw_to_click(workspace: Workspace) -> pd.DataFrame:
    """Return the RW whose point settles families that are known by kelurahan only, most first.

    Columns ``area_code``, ``area_name``, ``rw`` and ``families``; read anew after a placing.
    """
    return _rw_to_click(workspace.folder, places_known(workspace).stamp)


def week_of_plan(workspace: Workspace, record: PlanRecord, kecamatan_code: str | None) -> WeekView:
    """Return a stored plan in counts, all of it or one kecamatan."""
    return _week(workspace.folder, record.plan_id, record.state, kecamatan_code)


def day_sheet(
    workspace: Workspace, plan_id: int, team_id: str, day_date: str, imprint: Imprint
) -> Sheet:
    """Return one team's day.

    Raises
    ------
    UnknownDayError
        The plan has no such day.
    """
    return make_sheet(_source(workspace.folder, plan_id), team_id, day_date, imprint)


def show_day_map(
    workspace: Workspace, plan_id: int, team_id: str, day_date: str, language: str, height: int
) -> None:
    """Show the map of one team's day; touching it reruns nothing."""
    made = _day_map(workspace.folder, plan_id, team_id, day_date, language)
    show_map(made, f"day-{plan_id}-{team_id}-{day_date}-{language}", height)


def show_areas_map(
    workspace: Workspace,
    kecamatan_code: str | None,
    values: pd.Series,
    title: str,
    language: str,
    height: int,
) -> None:
    """Show kelurahan shaded by a count each (index ``area_code``)."""
    counts = tuple((str(code), int(value)) for code, value in values.items())
    made = _areas_map(workspace.folder, kecamatan_code, counts, title, language)
    show_map(made, f"areas-{hash((kecamatan_code, counts, title))}", height)


@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def rendered_day(
    folder: Path, plan_id: int, team_id: str, day_date: str, language: str, by: str, kind: str
) -> bytes:
    """Return one team's day as ``pdf``, ``xlsx`` or ``gpx``."""
    now = datetime.now(UTC).astimezone()
    purpose = "Kunjungan keluarga berisiko stunting"
    imprint = Imprint(by, now, purpose, language)
    return RENDERERS[kind](day_sheet(Workspace(folder), plan_id, team_id, day_date, imprint))


@st.cache_data(ttl=10, max_entries=8, show_spinner=False)
def _standing(folder: Path, stamp: str) -> Standing:
    del stamp
    return read_standing(Workspace(folder))


@st.cache_data(ttl=600, max_entries=4, show_spinner=False)
def _rw_to_click(folder: Path, stamp: str) -> pd.DataFrame:
    del stamp  # changes with every placing
    worth = points_to_add(Workspace(folder))
    names = read_areas(Workspace(folder), None).set_index("area_code")["area_name"]
    whole = worth[worth["rt"].isna()].drop(columns="rt")
    return whole.assign(area_name=whole["area_code"].map(names)).reset_index(drop=True)


@st.cache_resource(ttl=600, max_entries=32, show_spinner=False)
def _week(folder: Path, plan_id: int, state: str, kecamatan_code: str | None) -> WeekView:
    del state  # a published plan is read anew
    return read_week(Workspace(folder), plan_id, kecamatan_code)


@st.cache_resource(ttl=600, max_entries=2, show_spinner=False)
def _source(folder: Path, plan_id: int) -> SheetSource:
    return read_day_source(Workspace(folder), plan_id)


@st.cache_resource(ttl=600, max_entries=16, show_spinner=False)
def _day_map(folder: Path, plan_id: int, team_id: str, day_date: str, language: str) -> Any:  # noqa: ANN401  # a map
    imprint = Imprint("", datetime.now(UTC), "", language)
    return day_map(day_sheet(Workspace(folder), plan_id, team_id, day_date, imprint), LEAFLET_URL)


@st.cache_resource(ttl=600, max_entries=8, show_spinner=False)
def _areas_map(
    folder: Path,
    kecamatan_code: str | None,
    counts: tuple[tuple[str, int], ...],
    title: str,
    language: str,
) -> Any:  # noqa: ANN401  # a map
    areas = read_areas(Workspace(folder), kecamatan_code)
    return areas_map(areas, pd.Series(dict(counts)), LEAFLET_URL, language, title=title)


def show_map(made: Any, key: str, height: int) -> None:  # noqa: ANN401  # a map
    """Show a map that was made before; touching it reruns nothing."""
    # showing changes a map, and a changed map would be built anew in the browser at every rerun
    untouched = copy.deepcopy(made)
    st_folium(untouched, key=key, height=height, use_container_width=True, returned_objects=[])
