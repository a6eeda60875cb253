"""Cached reads of the page Lokasi; each is read anew after a placing or a word about a place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.assets import LEAFLET_URL
from app_pages.points_map import streets_of
from app_pages.scene import Scene
from common.language import N_
from publishing.web_map import candidates_map
from publishing.words import clean, short_number
from storage.workspace import Workspace
from workflows.places_by_hand import candidates, confirmed, queue, shown
from workflows.points import known_points, points_to_add
from workflows.views import read_areas


@dataclass(frozen=True, slots=True)
class Family:
    """One family of the list as the page may show it."""

    household_id: int
    initials: str  # "" unknown
    street: str  # of its address; "" unknown
    block: str  # RT 02/RW 03, what is known of it
    area_code: str | None
    area_name: str  # "" unknown

    def title(self, scene: Scene) -> str:
        """Return ``S.N., RT 02/RW 03, Ciater``."""
        who = self.initials or scene.say(N_("Keluarga tanpa nama"))
        return ", ".join(part for part in (who, self.block, self.area_name) if part)


def fix_rows(scene: Scene, stamp: str) -> pd.DataFrame:
    """Return the families to fix that are the role's business (workflows.places_to_fix.queue).

    Who sees the whole city has those without a kelurahan, too.
    """
    rows = _queue(scene.workspace.folder, stamp)
    if scene.area_codes == frozenset(scene.standing.kecamatan_of):
        return rows
    return rows[rows["area_code"].isin(scene.area_codes)]


def confirmed_rows(scene: Scene, stamp: str) -> pd.DataFrame:
    """Return the families with a confirmed place (workflows.places_to_fix.confirmed)."""
    rows = _confirmed(scene.workspace.folder, stamp)
    return rows[rows["area_code"].isin(scene.area_codes)]


def block_rows(scene: Scene, stamp: str) -> pd.DataFrame:
    """Return the RT and RW whose point settles most families (workflows.points.points_to_add)."""
    rows = _blocks(scene.workspace.folder, stamp)
    return rows[rows["area_code"].isin(scene.area_codes)]


def families_of(scene: Scene, rows: pd.DataFrame, stamp: str) -> list[Family]:
    """Return the families of some rows; reads initials and streets of these only."""
    ids = tuple(int(str(key)) for key in rows.index)
    persons = _shown(scene.workspace.folder, ids, stamp)
    names = area_names(scene.workspace.folder)
    found = []
    for household_id, (_, row) in zip(ids, rows.iterrows(), strict=True):
        code = None if pd.isna(row["area_code"]) else str(row["area_code"])
        initials, street = persons.get(household_id, ("", ""))
        name = names.get(code, "") if code else ""
        block = block_words(row["rt"], row["rw"])
        found.append(Family(household_id, initials, street, block, code, name))
    return found


def block_words(rt: object, rw: object) -> str:
    """Return ``RT 02/RW 03``, or what is known of it."""
    known = [
        f"{kind} {short_number(str(number))}"
        for kind, number in (("RT", rt), ("RW", rw))
        if not pd.isna(number)  # type: ignore[call-overload]  # any scalar
    ]
    return "/".join(known)


@st.cache_data(ttl=600, max_entries=4, show_spinner=False)
def area_names(folder: Path) -> dict[str, str]:
    """Return the name of each kelurahan by its code, in the order of the boundary file."""
    areas = read_areas(Workspace(folder), None)
    return {
        str(code): clean(str(name), 40)
        for code, name in zip(areas["area_code"], areas["area_name"], strict=True)
    }


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def candidates_of(folder: Path, household_id: int, stamp: str) -> pd.DataFrame:
    """Return where a family could live (workflows.places_to_fix.candidates)."""
    del stamp
    return candidates(Workspace(folder), household_id)


@st.cache_resource(ttl=600, max_entries=8, show_spinner=False)
def map_of(
    folder: Path,
    household_id: int,
    codes: tuple[str, ...],
    stamp: str,
    language: str,
    *,
    made_up: bool,
    approximate: bool,
) -> Any:  # noqa: ANN401  # a map
    """Return the map of a family's candidates in the kelurahan of these codes."""
    areas, points = read_areas(Workspace(folder), None), known_points(Workspace(folder))
    area = areas[areas["area_code"].isin(codes)]
    return candidates_map(
        area, streets_of(folder), points[points["area_code"].isin(codes)],
        candidates_of(folder, household_id, stamp), LEAFLET_URL, language,
        made_up=made_up, approximate=approximate,
    )  # fmt: skip


@st.cache_resource(ttl=600, max_entries=4, show_spinner=False)
def _queue(folder: Path, stamp: str) -> pd.DataFrame:
    del stamp
    return queue(Workspace(folder))


@st.cache_resource(ttl=600, max_entries=4, show_spinner=False)
def _confirmed(folder: Path, stamp: str) -> pd.DataFrame:
    del stamp
    return confirmed(Workspace(folder))


@st.cache_resource(ttl=600, max_entries=4, show_spinner=False)
def _blocks(folder: Path, stamp: str) -> pd.DataFrame:
    del stamp
    return points_to_add(Workspace(folder))


@st.cache_data(ttl=300, max_entries=32, show_spinner=False)
def _shown(folder: Path, ids: tuple[int, ...], stamp: str) -> dict[int, tuple[str, str]]:
    del stamp
    rows = shown(Workspace(folder), ids)
    return {
        int(str(key)): (str(initials), str(street))
        for key, initials, street in zip(rows.index, rows["initials"], rows["street"], strict=True)
    }
