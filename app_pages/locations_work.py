"""A place that a person gave is stored and all families are placed anew, in the background.

The work goes on when the page is drawn anew or left; it shows how far it is and can be stopped.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

import streamlit as st

from app_pages.scene import Scene, shown_errors
from app_pages.wording import literal
from common.errors import CancelledError
from common.language import N_
from publishing.words import clean, number_text
from storage.workspace import Workspace
from workflows.places_by_hand import place_family, said_of, withdraw

PICKED = "locations-picked"  # key of the map and lon, lat of what was clicked or picked on it
_WORK, _NOTE = "locations-work", "locations-done"
_LOOK_S = 0.2  # between two looks at how far the work is


@dataclass(frozen=True, slots=True)
class Order:
    """What a pressed button asks for."""

    household_id: int
    title: str  # of the family
    spot: tuple[float, float] | None  # lon, lat; None: take its confirmed place away
    by: str
    note: str
    elsewhere: bool = False  # another kelurahan than the stated one is meant
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What was done last."""

    order: Order
    moved: int  # families that moved up; taken away: down
    before: tuple[float, float] | None  # lon, lat that a person had confirmed earlier


@dataclass(slots=True)
class _Work:
    """Work under way, and how far it is."""

    order: Order
    before: tuple[float, float] | None
    stop: Event = field(default_factory=Event)
    share: float = 0.0
    step: str = N_("Menyiapkan…")
    future: Future[int] | None = None

    def report(self, share: float, step: str) -> None:
        """Note how far the work is; stops it when that was asked for."""
        self.share, self.step = share, step
        if self.stop.is_set():
            raise CancelledError(N_("Pekerjaan dihentikan; tidak ada yang disimpan."))


def order(workspace: Workspace, wanted: Order) -> None:
    """Begin the work that a button asks for; for its ``on_click``."""
    if is_working():
        return
    work = _Work(wanted, said_of(workspace, wanted.household_id))
    work.future = _pool().submit(_done, workspace, work)
    st.session_state[_WORK] = work
    st.session_state.pop(PICKED, None)
    forget_note()


def is_working() -> bool:
    """Tell whether work is under way or its end was not told yet."""
    return _WORK in st.session_state


def see_through(scene: Scene) -> Note | None:
    """Show how far the work is until it ends; return what was done, None when nothing was."""
    work: _Work | None = st.session_state.get(_WORK)
    if work is None or work.future is None:
        return None
    place = st.empty()
    with place.container(key="locations-working"):
        bar = st.progress(0.0, text=scene.say(work.step))
        st.button(
            scene.say(N_("Batalkan")), icon=":material/stop:", key="locations-stop",
            on_click=work.stop.set,
        )  # fmt: skip
    while not work.future.done():
        percent = number_text(100 * work.share, 0, scene.language)
        bar.progress(work.share, text=f"{scene.say(work.step)} · {percent} %")
        wait([work.future], timeout=_LOOK_S)
    place.empty()
    # from here to the end nothing is drawn before the note is kept: drawing may end the script
    del st.session_state[_WORK]
    done: list[Note] = []  # empty when it was refused or stopped
    with shown_errors(scene.language):
        try:
            done.append(Note(work.order, work.future.result(), work.before))
            st.session_state[_NOTE] = done[0]
        except CancelledError as stopped:
            st.info(stopped.text(scene.language), icon=":material/stop:")
    return done[0] if done else None


def show_done(scene: Scene) -> None:
    """Show what the last place did, and the button that takes it back."""
    note: Note | None = st.session_state.get(_NOTE)
    if note is None:
        return
    moved = number_text(note.moved, 0, scene.language)
    taken = note.order.spot is None
    told = (
        N_("**{family}**: titik dicabut, letak {moved} keluarga turun tingkat.")
        if taken
        else N_("**{family}**: letak {moved} keluarga naik tingkat.")
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":green-badge[:material/check: {scene.say(N_('tersimpan'))}] "
            + scene.say(told, family=literal(clean(note.order.title, 80)), moved=moved)
        )
        if not note.order.undo and (not taken or note.before is not None):
            st.button(
                scene.say(N_("Batalkan titik ini") if not taken else N_("Kembalikan titik ini")),
                icon=":material/undo:",
                key="locations-undo",
                on_click=order,
                args=(scene.workspace, _undo(note)),
            )


def forget_note() -> None:
    """Stop offering to take the last place back."""
    st.session_state.pop(_NOTE, None)


def _undo(note: Note) -> Order:
    """Return the order that puts things back as they were."""
    done = note.order
    # stored beside the place, and so in the language of the register
    why = f"dibatalkan: {done.note}"
    return Order(
        done.household_id, done.title, note.before, done.by, why, elsewhere=True, undo=True
    )


def _done(workspace: Workspace, work: _Work) -> int:
    wanted, now = work.order, datetime.now(UTC)
    if wanted.spot is None:
        return withdraw(
            workspace, wanted.household_id, by=wanted.by, note=wanted.note, now=now,
            progress=work.report,
        )  # fmt: skip
    return place_family(
        workspace, wanted.household_id, *wanted.spot, by=wanted.by, note=wanted.note, now=now,
        elsewhere=wanted.elsewhere, progress=work.report,
    )  # fmt: skip


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    """Return the one thread for all visitors: two placings at once would undo each other."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="sambangi-place")
