"""Cached reads of what a week's changes are made with: the desk, costs, families, versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from app_pages.locations_reads import block_words
from app_pages.scene import Scene
from app_pages.wording import literal
from common.clock import Week
from common.language import N_
from planning.difference import Difference
from planning.edit_cost import EditCost
from planning.edits import Edit
from storage.plans import PlanRecord
from storage.workspace import Workspace
from workflows.asking import Desk, edits_stamp, open_desk, price_edits
from workflows.places_by_hand import shown
from workflows.versions import changes_between, earlier_version
from workflows.views import register_stamp


@dataclass(frozen=True, slots=True)
class Line:
    """One family as the page may show it: initials, block, street; no name."""

    household_id: int
    initials: str  # "" unknown
    block: str  # RT 02/RW 03
    street: str  # "" unknown

    def title(self, scene: Scene) -> str:
        """Return ``S.N., RT 02/RW 03, no. 412``, safe as markdown."""
        who = self.initials or scene.say(N_("Keluarga tanpa nama"))
        number = scene.say(N_("no. {number}"), number=self.household_id)
        return ", ".join(literal(part) for part in (who, self.block, number) if part)


def desk_of(scene: Scene, record: PlanRecord, area: str | None) -> Desk:
    """Return the newest plan ready for questions; read anew with each version or import."""
    stamp = f"{register_stamp(scene.workspace)}:{record.plan_id}"
    return _desk(scene.workspace.folder, str(record.week), area, scene.today, stamp)


def price_of(scene: Scene, desk: Desk, edits: tuple[Edit, ...]) -> EditCost:
    """Return what edits would cost on top of all that is kept (workflows.asking.price_edits)."""
    record = desk.newest.record
    stamp = f"{record.plan_id}:{edits_stamp(scene.workspace, record.week)}:{desk.today}"
    return _price(scene.workspace.folder, desk.area, stamp, edits, desk)


def lines_of(scene: Scene, desk: Desk, household_ids: Iterable[int]) -> dict[int, Line]:
    """Return families by number; reads initials and streets of these only.

    Families that are no longer in the register have their number alone.
    """
    ids = tuple(sorted(set(household_ids)))
    stamp = register_stamp(scene.workspace)
    persons = _persons(scene.workspace.folder, ids, stamp)
    blocks = desk.newest.ground.households[["rt", "rw"]].reindex(list(ids))
    found: dict[int, Line] = {}
    for key, rt, rw in zip(ids, blocks["rt"], blocks["rw"], strict=True):
        initials, street = persons.get(key, ("", ""))
        found[key] = Line(key, initials, block_words(rt, rw), street)
    return found


def stamp_of(scene: Scene, week: Week) -> int:
    """Return a number that changes with everything asked of a week; 0: nothing ever was."""
    return edits_stamp(scene.workspace, week)


def changes_of(
    scene: Scene, before: PlanRecord, after: PlanRecord, kecamatan_code: str | None
) -> Difference:
    """Return what changed between two versions (workflows.versions.changes_between)."""
    ids = (before.plan_id, after.plan_id)
    return _changes(scene.workspace.folder, *ids, kecamatan_code)


def earlier_versions(scene: Scene, record: PlanRecord) -> dict[str, PlanRecord]:
    """Return the version ``before`` and the one that is ``published``, where there are any."""
    found = {
        name: earlier_version(scene.workspace, record, published=published)
        for name, published in (("before", False), ("published", True))
    }
    return {name: each for name, each in found.items() if each is not None}


@st.cache_resource(ttl=120, max_entries=4, show_spinner=False)
def _desk(folder: Path, week: str, area: str | None, today: date, stamp: str) -> Desk:
    del stamp
    return open_desk(Workspace(folder), week=week, area=area, today=today)


@st.cache_data(ttl=120, max_entries=256, show_spinner=False)
def _price(
    folder: Path, area: str | None, stamp: str, edits: tuple[Edit, ...], _desk: Desk
) -> EditCost:
    del area, stamp
    return price_edits(Workspace(folder), _desk, edits)


@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def _persons(folder: Path, ids: tuple[int, ...], stamp: str) -> dict[int, tuple[str, str]]:
    del stamp
    rows = shown(Workspace(folder), ids)
    return {
        int(str(key)): (str(initials), str(street))
        for key, initials, street in zip(rows.index, rows["initials"], rows["street"], strict=True)
    }


@st.cache_resource(ttl=600, max_entries=16, show_spinner=False)
def _changes(folder: Path, before_id: int, after_id: int, kecamatan_code: str | None) -> Difference:
    return changes_between(Workspace(folder), before_id, after_id, kecamatan_code)
