"""Cached reads and maps of the page Cakupan."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.assets import LEAFLET_URL
from app_pages.reads import show_map
from app_pages.scene import Scene
from common.clock import Week
from planning.coverage import planned_share
from publishing.web_map import areas_map, families_map
from storage.workspace import Workspace
from workflows.coverage import (
    Coverage,
    Kelurahan,
    plans_stamp,
    read_coverage,
    read_initials,
    read_kelurahan,
)
from workflows.views import read_areas, register_stamp

# what a family's state is on the map, which has no sign of its own for every state
_SIGNS = {"asked": "no_door"}


def coverage_of(scene: Scene, week: Week) -> Coverage:
    """Return the coverage of what the role may see; a new plan or import shows at once.

    Raises
    ------
    NoRegisterError, NotPlacedError
        A step before this one is missing.
    """
    workspace = scene.workspace
    stamp = (register_stamp(workspace), plans_stamp(workspace))
    return _coverage(
        workspace.folder, stamp, week, scene.today, scene.part, published_only=scene.published_only
    )


def show_share_map(
    scene: Scene, rows: pd.DataFrame, kecamatan_code: str | None, title: str, height: int
) -> None:
    """Show kelurahan shaded by the percentage of due families that are planned.

    ``rows`` are those of planning.coverage.coverage_by_area; where none is due there is a dash.
    """
    known = rows[rows["area_code"].notna()]
    share = (100 * planned_share(known)).round().set_axis(known["area_code"]).dropna()
    percent = tuple((str(code), int(value)) for code, value in share.items())
    made = _share_map(
        scene.workspace.folder,
        kecamatan_code,
        percent,
        title,
        scene.language,
        approximate=scene.standing.approximate_borders,
    )
    show_map(made, f"share-{hash((kecamatan_code, percent, title))}", height)


def show_family_map(scene: Scene, area_code: str, families: pd.DataFrame, height: int) -> None:
    """Show the families of one kelurahan; the map bears no person."""
    place = families[["lon", "lat"]].astype(object).where(families["lon"].notna(), None)  # no NaN:
    points = tuple(  # it is never equal to itself, and the map would be built anew at every rerun
        zip(
            place["lon"],
            place["lat"],
            families["state"].replace(_SIGNS),
            families["grade"],
            strict=True,
        )
    )
    made = _family_map(
        scene.workspace.folder,
        area_code,
        points,
        scene.language,
        made_up=scene.standing.made_up,
        approximate=scene.standing.approximate_borders,
    )
    show_map(made, f"families-{hash((area_code, points, scene.language))}", height)


@st.cache_data(ttl=300, max_entries=16, show_spinner=False)
def initials_of(folder: Path, household_ids: tuple[int, ...], stamp: str) -> dict[int, str]:
    """Return the initials of some families; ``stamp`` changes with every import."""
    del stamp
    shown = read_initials(Workspace(folder), household_ids)
    return {int(str(key)): str(value) for key, value in shown.items()}


@st.cache_resource(ttl=120, max_entries=16, show_spinner=False)
def _coverage(
    folder: Path, stamp: object, week: Week, today: date, area: str | None, *, published_only: bool
) -> Coverage:
    del stamp
    return read_coverage(
        Workspace(folder), week=week, today=today, area=area, published_only=published_only
    )


@st.cache_resource(ttl=600, max_entries=16, show_spinner=False)
def _share_map(
    folder: Path,
    kecamatan_code: str | None,
    percent: tuple[tuple[str, int], ...],
    title: str,
    language: str,
    *,
    approximate: bool,
) -> Any:  # noqa: ANN401  # a map
    areas = read_areas(Workspace(folder), kecamatan_code)
    values = pd.Series(dict(percent), dtype=float)
    return areas_map(areas, values, LEAFLET_URL, language, title=title, approximate=approximate)


@st.cache_resource(ttl=600, max_entries=8, show_spinner=False)
def _kelurahan(folder: Path, area_code: str) -> Kelurahan:
    return read_kelurahan(Workspace(folder), area_code)


@st.cache_resource(ttl=600, max_entries=8, show_spinner=False)
def _family_map(
    folder: Path,
    area_code: str,
    points: tuple[tuple[float, float, str, str], ...],
    language: str,
    *,
    made_up: bool,
    approximate: bool,
) -> Any:  # noqa: ANN401  # a map
    ground = _kelurahan(folder, area_code)
    frame = pd.DataFrame(points, columns=["lon", "lat", "state", "grade"])
    return families_map(
        frame,
        ground.area,
        ground.streets,
        LEAFLET_URL,
        language,
        made_up=made_up,
        approximate=approximate,
    )
