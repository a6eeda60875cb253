"""Long work of Data keluarga: asked for by a button, done beside the page, its progress shown."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

from app_pages.scene import Scene
from common.errors import CancelledError
from common.language import N_
from publishing.words import number_text
from workflows.progress import Progress

_ORDER = "families-order"
_LOOK_EVERY_S = 0.1
Result = TypeVar("Result")


@dataclass
class _Order:
    """Work that a button asked for, and how far it is; the newest takes the place of others."""

    name: str
    share: float = 0.0
    step: str = N_("Menyiapkan…")
    stopped: bool = False
    future: Future[Any] | None = None
    lock: Lock = field(default_factory=Lock)

    def begun(self, work: Callable[[Progress], Result]) -> Future[Result]:
        """Return the work, begun if it was not; a page may be drawn twice at a time."""
        with self.lock:
            if self.future is None:
                worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=_ORDER)
                self.future = worker.submit(work, self._report)
                worker.shutdown(wait=False)
            return self.future

    def stop(self) -> None:
        """Let the work end at its next report."""
        self.stopped = True

    def _report(self, share: float, step: str) -> None:
        self.share, self.step = share, step
        if self.stopped:
            raise CancelledError(N_("Pekerjaan dihentikan; tidak ada yang disimpan."))


def order(name: str) -> None:
    """Ask for work; for a button's ``on_click``."""
    st.session_state[_ORDER] = _Order(name)


def carry_out(scene: Scene, name: str, work: Callable[[Progress], Result]) -> Result | None:
    """Return what ordered work brought, when it ends; None: it was not ordered, or was stopped.

    The work is done once, in a thread of its own: a page that is drawn anew meanwhile goes on
    waiting for it. So ``work`` uses nothing of Streamlit, and stores in one go after its last
    report.

    Raises
    ------
    SambangiError
        As the work raises it.
    """
    asked: _Order | None = st.session_state.get(_ORDER)
    if asked is None or asked.name != name:
        return None
    future = asked.begun(work)
    place = st.empty()
    with place.container(key="families-work"):
        bar = st.progress(0.0)
        st.button(
            scene.say(N_("Batalkan")),
            icon=":material/stop:",
            key="families-stop",
            on_click=asked.stop,
            disabled=asked.stopped,
        )
    while not future.done():
        step = N_("Menghentikan…") if asked.stopped else asked.step
        percent = number_text(100 * asked.share, 0, scene.language)
        bar.progress(asked.share, text=f"{scene.say(step)} · {percent} %")
        wait([future], timeout=_LOOK_EVERY_S)
    place.empty()
    # nothing is drawn from here to the caller's hands: a drawing may end this run of the page
    st.session_state.pop(_ORDER)
    try:
        return future.result()
    except CancelledError as error:
        st.info(error.text(scene.language), icon=":material/stop:")
        return None
