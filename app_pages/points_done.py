"""What came of the last clicked point, and how to take it back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app_pages.scene import Scene, shown_errors
from common.language import N_
from publishing.words import number_text, short_number
from workflows.points import add_point, known_points, point_id, remove_point

_NOTE = "points-done"


@dataclass(frozen=True, slots=True)
class Block:
    """An RW, or an RT of it, that a point would stand for."""

    area_code: str
    rw: str  # three digits
    rt: str | None

    @property
    def words(self) -> str:
        """Return ``RW 03`` or ``RT 02/RW 03``."""
        rw = f"RW {short_number(self.rw)}"
        return rw if self.rt is None else f"RT {short_number(self.rt)}/{rw}"

    @property
    def place_id(self) -> str:
        """Id under which its clicked point is stored."""
        return point_id(self.area_code, self.rw, self.rt)

    def point_in(self, points: pd.DataFrame) -> pd.Series | None:
        """Return its row of geodata.columns.POINTS, clicked or imported; None: it has none."""
        same = (points["area_code"] == self.area_code) & (points["rw"] == self.rw)
        same &= points["kind"] == "rw" if self.rt is None else points["rt"] == self.rt
        found = points[same & points["kind"].isin(["rw", "rt"])]
        return None if found.empty else found.iloc[0]


@dataclass(frozen=True, slots=True)
class Note:
    """A point that was just stored."""

    block: Block
    settled: int  # families
    before: tuple[float, float] | None  # lon, lat of the point it replaced


def take_note(block: Block, settled: int, points: pd.DataFrame) -> None:
    """Remember a point that was stored; ``points`` are all as they were before."""
    old = block.point_in(points)
    before = None if old is None else (float(old["lon"]), float(old["lat"]))
    st.session_state[_NOTE] = Note(block, settled, before)


def show_done(scene: Scene, block: Block) -> None:
    """Show what the last point settled, with undo; or that the chosen block has a point."""
    note: Note | None = st.session_state.get(_NOTE)
    if note is not None:
        count = number_text(note.settled, 0, scene.language)
        st.markdown(
            f":green-badge[:material/check: {scene.say(N_('tersimpan'))}] "
            + scene.say(
                N_("**{block}**: {count} keluarga mendapat letak."),
                block=note.block.words,
                count=count,
            )
        )
        label = scene.say(N_("Batalkan titik ini"))
        if st.button(label, icon=":material/undo:", key="points-undo"):
            _take_back(scene, note)
        return
    point = block.point_in(known_points(scene.workspace))
    if point is None:
        st.markdown(scene.say(N_("Belum ada titik. Perbesar peta, lalu klik.")))
        return
    told = N_("{block} sudah punya titik; klik untuk memindahkannya.")
    st.markdown(scene.say(told, block=block.words))
    if st.button(scene.say(N_("Hapus titik")), icon=":material/delete:", key="points-remove"):
        with shown_errors(scene.language), st.spinner(scene.say(N_("Menempatkan keluarga"))):
            remove_point(scene.workspace, str(point["place_id"]))
            st.rerun()


def forget_note() -> None:
    """Stop offering to take the last point back: another block was chosen."""
    st.session_state.pop(_NOTE, None)


def _take_back(scene: Scene, note: Note) -> None:
    """Remove the point, or put the one it replaced where it was."""
    block = note.block
    with shown_errors(scene.language), st.spinner(scene.say(N_("Menempatkan keluarga"))):
        forget_note()
        if note.before is None:
            remove_point(scene.workspace, block.place_id)
        else:
            lon, lat = note.before
            add_point(
                scene.workspace, area_code=block.area_code, rw=block.rw, rt=block.rt, lon=lon,
                lat=lat,
            )  # fmt: skip
        st.rerun()
