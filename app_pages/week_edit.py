"""Change one visit of the chosen cell: by menu, with its price before it is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from app_pages.scene import Scene
from app_pages.signature import ask_name
from app_pages.week_asked import say_kept
from app_pages.week_cost import show_cost, show_refusal
from app_pages.week_fields import ACTIONS, cells_of
from app_pages.week_reads import price_of
from app_pages.week_visits import Cell, Visit, pick_visit, visits_of
from app_pages.week_words import SIGN
from common.errors import SambangiError
from common.language import N_
from planning.edit_file import edit_rows
from workflows.asking import Desk, edits_of, save_edits
from workflows.edits import EditsRefusedError

_ROUND, _FAILED = "week-round", "week-failed"
_MOST_NOTE = 120  # letters


def show_edit(scene: Scene, desk: Desk, cell: Cell, cells: list[Cell]) -> None:
    """Show the visits of a cell, what can be asked of the chosen one, and what it costs.

    ``cells``: all that can be chosen, for a swap.
    """
    turn = int(st.session_state.get(_ROUND, 0))  # fields are empty again after each kept edit
    left, right = st.columns([6, 7], gap="medium")
    with left:
        visits = visits_of(scene, desk, cell)
        if not visits:
            st.info(scene.say(N_("Sel ini hanya berisi pertemuan dengan kader.")))
            return
        label = scene.say(N_("Pilih kunjungan yang diubah"))
        visit = pick_visit(scene, visits, label, f"week-visit-{turn}")
    with right:
        if visit is None:
            st.caption(scene.say(N_("Biaya tiap perubahan ditunjukkan sebelum ada yang disimpan.")))
            return
        action = st.radio(
            scene.say(N_("Apa yang diminta?")),
            list(ACTIONS),
            index=None,
            horizontal=True,
            format_func=lambda each: scene.say(ACTIONS[each]),
            key=f"week-action-{turn}-{visit.household_id}-{scene.language}",
        )
        if action is None:
            return
        said = cells_of(scene, desk, visit, action, cells, turn)
        if said is not None:
            _show_price(scene, desk, visit, said, turn)


def _show_price(scene: Scene, desk: Desk, visit: Visit, said: dict[str, str], turn: int) -> None:
    """Show what the change costs and breaks; where it can be, ask who wants it and keep it."""
    if _FAILED in st.session_state:
        st.error(st.session_state.pop(_FAILED), icon=":material/error:")
    try:
        (edit,) = edits_of(desk, edit_rows(said)).values()
        with st.spinner(scene.say(N_("Menghitung biaya…")), show_time=False):
            cost = price_of(scene, desk, (edit,))
    except EditsRefusedError as refused:
        show_refusal(scene, desk, refused, visit.household_id)
        return
    show_cost(scene, desk, cost, (edit,))
    if cost.breaks:
        return
    left, right = st.columns(2)
    with left:
        by = ask_name(scene.say(SIGN), f"week-by-{turn}")
    with right:
        why = scene.say(N_("Mengapa? (boleh kosong)"))
        st.text_input(why, max_chars=_MOST_NOTE, key=f"week-note-{turn}")
    st.button(
        scene.say(N_("Simpan permintaan")),
        type="primary",
        icon=":material/save:",
        key="week-save",
        disabled=not by,
        on_click=_keep,
        args=(scene, desk, said, turn),
    )


def _keep(scene: Scene, desk: Desk, said: dict[str, str], turn: int) -> None:
    """Keep what is asked; for a button's ``on_click``.

    Name and reason are read now: a field that was left by this very click is not drawn yet.
    """
    by = str(st.session_state[f"week-by-{turn}"])
    note = str(st.session_state[f"week-note-{turn}"]).strip()
    try:
        edits = edits_of(desk, edit_rows({**said, "note": note}))
        save_edits(scene.workspace, desk, edits, by=by, now=datetime.now(UTC))
    except SambangiError as error:
        st.session_state[_FAILED] = error.text(scene.language)
        return
    st.session_state[_ROUND] = turn + 1
    say_kept(N_("Tersimpan. Rencana berubah saat disusun ulang."))
