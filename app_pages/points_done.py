"""A clicked point is stored, told and taken back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app_pages.scene import Scene, shown_errors
from common.language import N_
from publishing.words import number_text, short_number
from workflows.points import add_point, known_points, point_id, remove_point

_NOTE, _ORDER = "points-done", "points-order"


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


@dataclass(frozen=True, slots=True)
class Order:
    """What a pressed button asks for; it waits until nothing can cut it short."""

    block: Block
    spot: tuple[float, float] | None  # lon, lat of its point; None: take the point away
    undo: bool = False


def order(wanted: Order) -> None:
    """Ask for a point to be stored or taken away; for a button's ``on_click``."""
    st.session_state[_ORDER] = wanted


def is_ordered() -> bool:
    """Tell whether an order waits."""
    return _ORDER in st.session_state


def carry_out(scene: Scene) -> bool:
    """Do what was ordered; True when a new point stands.

    Placing a city's families takes seconds, and a page may be drawn anew at any drawing call: so
    there is none between the taking of the order and its end, and an order not taken stays.
    """
    if not is_ordered():
        return False
    stands: list[bool] = []  # empty when it was refused
    with shown_errors(scene.language), st.spinner(scene.say(N_("Menempatkan keluarga"))):
        stands.append(_done(scene, st.session_state.pop(_ORDER)))
    return any(stands)


def _done(scene: Scene, wanted: Order) -> bool:
    block = wanted.block
    old = block.point_in(known_points(scene.workspace))
    forget_note()
    if wanted.spot is None:
        remove_point(scene.workspace, block.place_id if old is None else str(old["place_id"]))
        return False
    lon, lat = wanted.spot
    settled = add_point(
        scene.workspace, area_code=block.area_code, rw=block.rw, rt=block.rt, lon=lon, lat=lat
    )
    if not wanted.undo:
        before = None if old is None else (float(old["lon"]), float(old["lat"]))
        st.session_state[_NOTE] = Note(block, settled, before)
    return not wanted.undo


def show_done(scene: Scene, block: Block) -> None:
    """Show what the last point settled, with undo; or that the chosen block has a point."""
    note: Note | None = st.session_state.get(_NOTE)
    if note is not None:
        count = number_text(note.settled, 0, scene.language)
        told = N_("**{block}**: {count} keluarga mendapat letak.")
        st.markdown(
            f":green-badge[:material/check: {scene.say(N_('tersimpan'))}] "
            + scene.say(told, block=note.block.words, count=count)
        )
        st.button(
            scene.say(N_("Batalkan titik ini")),
            icon=":material/undo:",
            key="points-undo",
            on_click=order,
            args=(Order(note.block, note.before, undo=True),),
        )
        return
    if block.point_in(known_points(scene.workspace)) is None:
        st.markdown(scene.say(N_("Belum ada titik. Perbesar peta, lalu klik.")))
        return
    told = N_("{block} sudah punya titik; klik untuk memindahkannya.")
    st.markdown(scene.say(told, block=block.words))
    st.button(
        scene.say(N_("Hapus titik")),
        icon=":material/delete:",
        key="points-remove",
        on_click=order,
        args=(Order(block, None),),
    )


def forget_note() -> None:
    """Stop offering to take the last point back: another block was chosen."""
    st.session_state.pop(_NOTE, None)
